import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeCredentialPublicKey } from '@simplewebauthn/server/helpers';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ActType, ACT_TYPES } from '../hsm/acts/definitions.ts';
import {
  approve,
  assign,
  carryOut,
  comeBack,
  type Enrolled,
  enrolRepresentative,
  makeRecipient,
  openGrant,
  policy,
  publishExam,
  registerAttempt,
  releaseOf,
  requestOf,
  ROOM_ORIGIN,
  type RunningCustody,
  sha256,
  signAll,
  startCustody,
  setup,
} from './custody-process.ts';
import { FLAGS, SecurityKey } from './security-key.ts';

type Proposal = Parameters<RunningCustody['room']['proposeAct']>[1];
type Person = RunningCustody['founders']['administrator'];

let custody: RunningCustody;
let officers: [Person, Person];
let administrator: Person;
/** Who reviews, and who has no role that any act of officers takes. */
let reviewer: Enrolled;
let colleague: Enrolled;
let exam: string;
let attempt: string;
let spki: string;

beforeAll(async () => {
  custody = await startCustody();
  ({ officers, administrator } = custody.founders);
  exam = randomUUID();
  await publishExam(custody, { exam, title: 'Logic', policy: policy() });
  reviewer = await enrolRepresentative(custody, 'Ines Moreau', [exam]);
  colleague = await enrolRepresentative(custody, 'Noor Vermeer', [exam]);
  ({ attempt } = await registerAttempt(custody, exam, 'T-1', 2));
  ({ spki } = await makeRecipient((await custody.room.state()).algorithm));
}, 60_000);
afterAll(() => custody?.stop());

const touch = ({ key }: { key: SecurityKey }, bytes: string) => key.touch(sha256(bytes), ROOM_ORIGIN);
const sign = (who: Person, act: string, bytes: string) => custody.room.signAct(who.session, act, touch(who, bytes));
const size = async () => (await custody.operator.state()).entries;
const lastEntry = () => custody.entries().at(-1);

/** Has somebody propose an act and another one refuse to be it. */
interface Case {
  proposal(): Proposal | Promise<Proposal>;
  signers(): Person[];
  /** Somebody whose roles do not let them propose it. */
  wrong(): Person;
  entry: string;
  /** What the sentence has to name. */
  names: string;
  /** What holds once it is applied. */
  holds(act: string): unknown;
}

const reason = 'Somebody has to know why.';
const people = async () => (await custody.room.representatives(officers[0].session)).representatives;
const statusOf = async (id: string) => (await people()).find((one) => one.id === id)?.status;
const unitOf = async (unit: string) =>
  (await custody.room.units(officers[0].session)).units.find((one) => one.unit === unit);
const examOf = async (id: string) =>
  (await custody.room.exams(officers[0].session)).exams.find((one) => one.exam === id);
const made = { unit: '', exam: '', who: '', request: '' };
const askIn = async (where: string, candidate: string) => {
  const asked = { request: (made.request = randomUUID()), exam: where, candidate, attempt: randomUUID() };
  return (await custody.web.requestArrangement(asked)).request;
};

/** Each type once, in an order in which each finds what those before it left. */
const CASES: Record<ActType, Case> = {
  'register-unit': {
    proposal: () => ({ type: 'register-unit', name: 'Faculty of Law' }),
    signers: () => [officers[0]],
    wrong: () => administrator,
    entry: 'unit-registered',
    names: 'Faculty of Law',
    async holds(act) {
      made.unit = act;
      expect(await unitOf(act)).toEqual({ unit: act, name: 'Faculty of Law', suspendedAt: null });
    },
  },
  'approve-representative': {
    proposal: () => ({ type: 'approve-representative', name: 'Vera Lund', roles: ['observer'], unit: made.unit }),
    signers: () => officers,
    wrong: () => administrator,
    entry: 'representative-approved',
    names: 'Vera Lund becomes an observer for “Faculty of Law”',
    async holds(act) {
      made.who = act;
      const [vera] = (await people()).filter(({ id }) => id === act);
      expect(vera).toMatchObject({ name: 'Vera Lund', roles: ['observer'], unit: made.unit, status: 'invited' });
    },
  },
  'change-roles': {
    proposal: () => ({
      ...{ type: 'change-roles', subject: made.who, unit: made.unit },
      roles: ['exam-administrator', 'reviewer'],
    }),
    signers: () => officers,
    wrong: () => reviewer,
    entry: 'roles-changed',
    names: 'Vera Lund is an exam administrator and reviewer',
    holds: async () =>
      expect((await people()).find(({ id }) => id === made.who)?.roles).toEqual(['exam-administrator', 'reviewer']),
  },
  'replace-passkeys': {
    proposal: () => ({ type: 'replace-passkeys', subject: colleague.id, reason }),
    signers: () => officers,
    wrong: () => reviewer,
    entry: 'passkeys-replaced',
    names: 'Noor Vermeer loses all passkeys',
    async holds() {
      expect(await statusOf(colleague.id)).toBe('invited');
      await expect(custody.room.session(colleague.session)).rejects.toMatchObject({ code: 'not-signed-in' });
      const { options } = await custody.room.signInOptions();
      const stolen = custody.room.signIn(colleague.key.touch(options.challenge, ROOM_ORIGIN));
      await expect(stolen).rejects.toThrow('passkey-unknown');
    },
  },
  'suspend-representative': {
    proposal: () => ({ type: 'suspend-representative', subject: reviewer.id, reason }),
    signers: () => [officers[1]],
    wrong: () => administrator,
    entry: 'representative-suspended',
    names: 'Ines Moreau is suspended',
    async holds() {
      expect(await statusOf(reviewer.id)).toBe('suspended');
      await expect(custody.room.attempts(reviewer.session)).rejects.toThrow('representative-inactive');
    },
  },
  'reinstate-representative': {
    proposal: () => ({ type: 'reinstate-representative', subject: reviewer.id, reason }),
    signers: () => officers,
    wrong: () => administrator,
    entry: 'representative-reinstated',
    names: 'Ines Moreau, who is suspended, is reinstated',
    async holds() {
      await expect(custody.room.attempts(reviewer.session)).rejects.toMatchObject({ code: 'not-signed-in' });
      await comeBack(custody, reviewer);
      expect((await custody.room.attempts(reviewer.session)).attempts).toHaveLength(1);
    },
  },
  'suspend-unit': {
    proposal: () => ({ type: 'suspend-unit', unit: made.unit, reason }),
    signers: () => [officers[0]],
    wrong: () => reviewer,
    entry: 'unit-suspended',
    names: '“Faculty of Law” is suspended',
    holds: async () => expect((await unitOf(made.unit))?.suspendedAt).toMatch(/^\d{4}-/),
  },
  'reinstate-unit': {
    proposal: () => ({ type: 'reinstate-unit', unit: made.unit, reason }),
    signers: () => officers,
    wrong: () => reviewer,
    entry: 'unit-reinstated',
    names: '“Faculty of Law”, which is suspended, is reinstated',
    holds: async () => expect((await unitOf(made.unit))?.suspendedAt).toBeNull(),
  },
  'suspend-exam': {
    proposal: () => ({ type: 'suspend-exam', exam, reason }),
    signers: () => [officers[0]],
    wrong: () => administrator,
    entry: 'exam-suspended',
    names: '“Logic” is suspended',
    async holds() {
      expect((await examOf(exam))?.suspendedAt).toMatch(/^\d{4}-/);
      const watching = custody.room.proposeAct(reviewer.session, releaseOf(attempt, spki));
      await expect(watching).rejects.toThrow('exam-suspended');
    },
  },
  'reinstate-exam': {
    proposal: () => ({ type: 'reinstate-exam', exam, reason }),
    signers: () => officers,
    wrong: () => administrator,
    entry: 'exam-reinstated',
    names: '“Logic”, which is suspended, is reinstated',
    holds: async () => expect((await examOf(exam))?.suspendedAt).toBeNull(),
  },
  'publish-exam': {
    proposal: () => ({
      type: 'publish-exam',
      exam: (made.exam = randomUUID()),
      title: 'Ethics',
      policy: policy(),
      setup: setup(),
    }),
    signers: () => [administrator],
    wrong: () => officers[0],
    entry: 'exam-published',
    names: '“Ethics” is published for the whole institution',
    async holds() {
      const { examKey, title } = await custody.web.exam(made.exam);
      expect(title).toBe('Ethics');
      const { kid, alg, spki: key, signature, applianceKey, releaseMode } = examKey;
      const statement = canonicalize({ type: 'exam-key', exam: made.exam, kid, alg, releaseMode, spki: key }) as string;
      const appliance = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: applianceKey }, format: 'jwk' });
      expect(verify(null, Buffer.from(statement), appliance, Buffer.from(signature, 'base64url'))).toBe(true);
    },
  },
  'revise-exam': {
    proposal: () => ({
      ...{ type: 'revise-exam', exam: made.exam, version: 2, title: 'Ethics' },
      setup: { ...setup(), unit: 'Chair of Ethics' },
    }),
    signers: () => [administrator],
    wrong: () => officers[0],
    entry: 'exam-revised',
    names: 'Test takers are told otherwise about “Ethics” from now on, in 1 place',
    async holds() {
      const { version, setup: told } = await custody.web.exam(made.exam);
      expect([version, told.unit]).toEqual([2, 'Chair of Ethics']);
    },
  },
  'extend-time': {
    proposal: () => ({ type: 'extend-time', exam: made.exam, candidate: 'L-12', minutes: 20, reason: 'A fire alarm.' }),
    signers: () => [administrator],
    wrong: () => officers[0],
    entry: 'time-extended',
    names: 'The test taker with the code “L-12” has 20 minutes more in “Ethics”.',
    async holds() {
      expect((await custody.web.exam(made.exam)).extensions).toEqual([{ candidate: 'L-12', minutes: 20 }]);
    },
  },
  'change-policy': {
    proposal: () => ({ type: 'change-policy', exam: made.exam, policy: { ...policy(14), dualControl: true } }),
    signers: () => [administrator, officers[0]],
    wrong: () => reviewer,
    entry: 'policy-changed',
    names: 'other rules from now on: ',
    async holds() {
      const { policy: rules } = await custody.web.exam(made.exam);
      expect(rules).toMatchObject({ dualControl: true, retentionDays: 14 });
    },
  },
  assign: {
    proposal: () => ({ type: 'assign', exam: made.exam, subject: reviewer.id }),
    signers: () => [administrator],
    wrong: () => reviewer,
    entry: 'assigned',
    names: 'Ines Moreau is assigned to “Ethics”',
    holds: async () => expect((await examOf(made.exam))?.assigned).toEqual([reviewer.id]),
  },
  unassign: {
    proposal: () => ({ type: 'unassign', exam: made.exam, subject: reviewer.id }),
    signers: () => [officers[1]],
    wrong: () => reviewer,
    entry: 'unassigned',
    names: 'Ines Moreau is no longer assigned to “Ethics”',
    holds: async () => expect((await examOf(made.exam))?.assigned).toEqual([]),
  },
  'grant-arrangement': {
    proposal: async () => ({
      ...{ type: 'grant-arrangement', exam: made.exam, request: await askIn(made.exam, 'T-7') },
      terms: { extraMinutes: 30, breakMinutes: 0, leftOut: ['camera'], anyDevice: false, elsewhere: '' },
    }),
    signers: () => [officers[0]],
    wrong: () => reviewer,
    entry: 'arrangement-granted',
    names: 'Test taker T-7 sits “Ethics” with an arrangement: 30 minutes more, their camera is not recorded.',
    holds: async () => expect((await custody.web.arrangement(made.request)).terms).toMatchObject({ extraMinutes: 30 }),
  },
  'refuse-arrangement': {
    proposal: async () => ({
      ...{ type: 'refuse-arrangement', exam: made.exam, request: await askIn(made.exam, 'T-8') },
      reason: 'The aids that you ask for are open to everybody in this exam already.',
    }),
    signers: () => [administrator, officers[1]],
    wrong: () => reviewer,
    entry: 'arrangement-refused',
    names: 'Test taker T-8 is refused the arrangement that they asked for in “Ethics”',
    holds: async () =>
      expect(await custody.web.arrangement(made.request)).toMatchObject({
        terms: null,
        reason: expect.stringContaining('open to everybody'),
      }),
  },
  release: {
    proposal: () => releaseOf(attempt, spki),
    signers: () => [reviewer],
    wrong: () => administrator,
    entry: 'granted',
    names: 'Ines Moreau may watch parts of the recording of test taker T-1 in “Logic” for an integrity review',
    holds: async (act) =>
      expect(await custody.room.grant(reviewer.session, act)).toMatchObject({ attempt, recipient: spki }),
  },
  'standing-grant': {
    proposal: () => ({
      ...{ type: 'standing-grant', exam, extent: 'least-view', purpose: 'integrity-review', recipient: spki },
      ...{ justification: reason, until: new Date(Date.now() + 86_400_000).toISOString() },
    }),
    signers: () => [administrator, officers[1]],
    wrong: () => reviewer,
    entry: 'standing-granted',
    names: 'may open recordings of “Logic” by itself',
    holds: () => undefined,
  },
  decide: {
    proposal: () => ({ type: 'decide', attempt, outcome: 'refer', reason }),
    signers: () => [reviewer],
    wrong: () => administrator,
    entry: 'decided',
    names: 'the attempt is referred to the responsible board',
    async holds() {
      const { decisions } = await custody.room.attempt(reviewer.session, attempt);
      expect(decisions).toMatchObject([{ by: 'Ines Moreau', outcome: 'refer', reason }]);
    },
  },
  'answer-report': {
    async proposal() {
      await custody.web.fileReport({
        ...{
          number: 'a'.repeat(32),
          use: 'personal-use',
          words: 'A recording was shown in a lecture.',
          page: '/attempt',
        },
        ...{ language: 'en', exam, namedExam: null, reporter: { as: 'test-taker', candidate: 'T-1' } },
      });
      const [filed] = (await custody.room.reports(officers[0].session)).reports;
      const reports = [filed?.report as string];
      return { type: 'answer-report', reports, outcome: 'upheld', words: 'It was taken down.', hold: 'ends' };
    },
    signers: () => [officers[0]],
    wrong: () => administrator,
    entry: 'report-answered',
    names: 'a personal use of test takers’ data is answered: upheld',
    holds: async () =>
      expect(await custody.web.reportAnswer('a'.repeat(32))).toMatchObject({
        answer: { outcome: 'upheld', words: 'It was taken down.' },
      }),
  },
  'destroy-key': {
    proposal: () => ({ type: 'destroy-key', exam: made.exam, reason }),
    signers: () => officers,
    wrong: () => administrator,
    entry: 'key-destroyed',
    names: 'The key of “Ethics” is destroyed now',
    async holds() {
      expect((await examOf(made.exam))?.keyDestroyedAt).toMatch(/^\d{4}-/);
      await expect(registerAttempt(custody, made.exam, 'T-late')).rejects.toThrow('exam-over');
    },
  },
};

/** Who enrolled which passkey, as the ledger has it: enough to verify every signature without custody. */
function enrolledKeys(): Map<string, { representative: string; publicKey: string }> {
  const enrolled = custody.entries().filter(({ type }) => type === 'passkey-enrolled');
  return new Map(enrolled.map(({ body }) => [body.passkey as string, body as never]));
}

/** Verifies a signature of an entry by what stands in the ledger alone. @returns who gave it */
function signerOf(bytes: string, given: Record<'passkey' | 'clientData' | 'authenticatorData' | 'signature', string>) {
  const enrolled = enrolledKeys().get(given.passkey)!;
  const client = Buffer.from(given.clientData, 'base64url');
  expect(JSON.parse(client.toString())).toMatchObject({ challenge: sha256(bytes), origin: ROOM_ORIGIN });
  const cose = decodeCredentialPublicKey(
    new Uint8Array(Buffer.from(enrolled.publicKey, 'base64url')),
  ) as unknown as Map<number, Uint8Array>;
  const coordinate = (label: number) => Buffer.from(cose.get(label) as Uint8Array).toString('base64url');
  const key = createPublicKey({
    key: { kty: 'EC', crv: 'P-256', x: coordinate(-2), y: coordinate(-3) },
    format: 'jwk',
  });
  const signed = Buffer.concat([
    Buffer.from(given.authenticatorData, 'base64url'),
    createHash('sha256').update(client).digest(),
  ]);
  expect(verify('sha256', signed, key, Buffer.from(given.signature, 'base64url'))).toBe(true);
  return enrolled.representative;
}

describe('each act', () => {
  test('has its case here', () => expect(Object.keys(CASES).sort()).toEqual([...ACT_TYPES].sort()));

  test.each(Object.entries(CASES))(
    '%s is proposed, signed, applied and entered with what was signed',
    async (type, one) => {
      const proposal = await one.proposal();
      const signers = one.signers();
      const [first] = signers as [Person];
      await expect(custody.room.proposeAct(one.wrong().session, proposal)).rejects.toMatchObject({ status: 403 });
      expect(lastEntry()).toMatchObject({
        type: 'refused',
        body: {
          tried: type,
          representative: one.wrong().id,
          refusal: expect.stringMatching(/role-missing|not-assigned/),
        },
      });

      const before = await size();
      const view = await custody.room.proposeAct(first.session, proposal);
      expect(view).toMatchObject({ type, status: 'proposed', proposer: { id: first.id }, signers: signers.length });
      expect(view.sentence).toContain(one.names);
      expect(view.bytes).toBe(canonicalize(JSON.parse(view.bytes)));
      expect(JSON.parse(view.bytes)).toMatchObject({ ...proposal, act: view.act, representative: first.id });
      expect((await custody.room.acts(first.session)).acts.map(({ act }) => act)).toContain(view.act);
      for (const [index, who] of signers.entries()) {
        expect(await size()).toBe(before);
        const { options } = await custody.room.act(who.session, view.act);
        expect(options?.challenge).toBe(sha256(view.bytes));
        const { applied } = await sign(who, view.act, view.bytes);
        expect(applied).toBe(index === signers.length - 1);
        if (applied) continue;
        await expect(sign(who, view.act, view.bytes)).rejects.toThrow('signed-already');
        expect(custody.entries(before)).toMatchObject([{ type: 'refused', body: { refusal: 'signed-already' } }]);
        // The one entry is the refusal's: from here on nothing more.
        break;
      }
      if (signers.length === 2) {
        const second = signers[1] as Person;
        expect((await custody.room.acts(second.session)).acts.map(({ act }) => act)).toContain(view.act);
        expect((await sign(second, view.act, view.bytes)).applied).toBe(true);
      }
      const { type: entered, body } = lastEntry()!;
      expect(entered).toBe(one.entry);
      expect(body.act).toBe(view.bytes);
      const givers = (body.signatures as never[]).map((given) => signerOf(view.bytes, given));
      expect(givers).toEqual(signers.map(({ id }) => id));
      await one.holds(view.act);
      await expect(sign(first, view.act, view.bytes)).rejects.toThrow('act-used');
      expect(await custody.room.act(first.session, view.act)).toMatchObject({ status: 'applied', options: null });
    },
  );
});

describe('an act', () => {
  const proposal = (): Proposal => ({ type: 'register-unit', name: `Unit ${randomUUID()}` });
  const together = (): Proposal => ({
    ...{ type: 'approve-representative', name: `Person ${randomUUID()}`, roles: ['reviewer'], unit: null },
  });

  test('counts once, however often it is signed at the same time', async () => {
    const { act, bytes } = await custody.room.proposeAct(officers[0].session, proposal());
    const touches = Array.from({ length: 6 }, () => touch(officers[0] as never, bytes));
    const before = await size();
    const answers = await Promise.allSettled(touches.map((one) => custody.room.signAct(officers[0].session, act, one)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(custody.entries(before).filter(({ type }) => type === 'unit-registered')).toHaveLength(1);
  });

  test('that excludes others that arrive with it leaves the rest alone', async () => {
    const propose = async (who: Person & { key: SecurityKey }, content: Proposal) => {
      const { act, bytes } = await custody.room.proposeAct(who.session, content);
      return { act, sign: () => sign(who, act, bytes) };
    };
    const [one, other] = officers as [Enrolled, Enrolled];
    const leaving = await enrolRepresentative(custody, 'Ada Lindqvist', [exam]);
    const staying = await enrolRepresentative(custody, 'Bo Castellano', [exam]);
    const before = await size();
    for (let round = 0; round < 4; round++) {
      const name = `Unit ${randomUUID()}`;
      const twice = [
        await propose(one, { type: 'register-unit', name }),
        await propose(other, { type: 'register-unit', name }),
      ];
      const unassigned = await propose(administrator as Enrolled, { type: 'unassign', exam, subject: leaving.id });
      const ended = await propose(leaving, releaseOf(attempt, spki));
      const opened = await propose(staying, releaseOf(attempt, spki));
      const together = round % 2 === 0 ? [ended, ...twice, opened, unassigned] : [unassigned, opened, ...twice, ended];
      const went = new Map<string, PromiseSettledResult<unknown>>();
      await Promise.all(
        together.map(async ({ act, sign: touched }) => went.set(act, (await Promise.allSettled([touched()]))[0])),
      );
      expect(twice.map(({ act }) => went.get(act)?.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(went.get(unassigned.act)).toMatchObject({ value: { applied: true } });
      expect(went.get(opened.act)).toMatchObject({ value: { applied: true } });
      expect((await custody.room.grant(staying.session, opened.act)).endedAt).toBeNull();
      // Whichever came first: nothing of the exam is open to who is not assigned to it any more.
      const view = custody.room.grant(leaving.session, ended.act);
      if (went.get(ended.act)?.status === 'fulfilled') expect((await view).endedAt).not.toBeNull();
      else await expect(view).rejects.toMatchObject({ code: 'not-found' });
      await assign(custody, exam, leaving.id);
    }
    expect(custody.entries(before).filter(({ type }) => type === 'unit-registered')).toHaveLength(4);
  });

  test('is not applied twice over by a passkey and its copy that touch at the same moment', async () => {
    const before = await size();
    const copied = await enrolRepresentative(custody, 'Cai Obi', [exam]);
    const views = [];
    for (let i = 0; i < 2; i++) views.push(await custody.room.proposeAct(copied.session, releaseOf(attempt, spki)));
    const touches = views.map(({ bytes }) => {
      const response = touch(copied, bytes);
      copied.key.counter--;
      return response;
    });
    copied.key.counter++;
    const answers = await Promise.allSettled(
      views.map(({ act }, i) => custody.room.signAct(copied.session, act, touches[i])),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(custody.entries(before).filter(({ body }) => body.refusal === 'counter-behind')).toHaveLength(1);
  });

  test('that makes a key leaves none behind where it was not applied', async () => {
    // SoftHSM keeps each object in a file of its own; a key pair is two.
    const objects = () =>
      readdirSync(join(custody.data, 'token'), { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.object'),
      ).length;
    const before = objects();
    const { act, bytes } = await custody.room.proposeAct(administrator.session, {
      ...{ type: 'publish-exam', exam: randomUUID(), title: 'Once', policy: policy(), setup: setup() },
    });
    const touches = Array.from({ length: 4 }, () => touch(administrator as never, bytes));
    const answers = await Promise.allSettled(
      touches.map((one) => custody.room.signAct(administrator.session, act, one)),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(objects()).toBe(before + 2);
  });

  test('of two takes two different people, and the one who proposed it first', async () => {
    const view = await custody.room.proposeAct(officers[0].session, together());
    await expect(sign(officers[1], view.act, view.bytes)).rejects.toThrow('act-not-yours');
    await expect(custody.room.act(officers[1].session, view.act)).rejects.toMatchObject({ code: 'not-found' });
    await sign(officers[0], view.act, view.bytes);
    // The same person with the other one's session, and with their own passkey.
    const own = custody.room.signAct(officers[1].session, view.act, touch(officers[0] as never, view.bytes));
    await expect(own).rejects.toThrow('passkey-unknown');
    expect((await sign(officers[1], view.act, view.bytes)).applied).toBe(true);
  });

  test('that was withdrawn is signed by nobody; only who proposed it withdraws it', async () => {
    const view = await custody.room.proposeAct(officers[0].session, together());
    await sign(officers[0], view.act, view.bytes);
    await expect(custody.room.withdrawAct(officers[1].session, view.act)).rejects.toThrow('act-not-yours');
    await custody.room.withdrawAct(officers[0].session, view.act);
    await expect(sign(officers[1], view.act, view.bytes)).rejects.toThrow('act-withdrawn');
    await expect(custody.room.withdrawAct(officers[0].session, view.act)).rejects.toThrow('act-withdrawn');
    expect((await custody.room.act(officers[0].session, view.act)).status).toBe('withdrawn');
  });

  test('with a field too many, a number out of range, or words that read as others is none', async () => {
    const propose = (content: unknown) => custody.room.proposeAct(officers[0].session, content as Proposal);
    const publication = { type: 'publish-exam', exam: randomUUID(), title: 'Logic', policy: policy(), setup: setup() };
    for (const malformed of [
      { ...proposal(), act: randomUUID() },
      { ...proposal(), applied: true },
      { type: 'register-unit' },
      { type: 'grant-everything', name: 'x' },
      { type: 'register-unit', name: 'Law \u202Eyllacigoloehtna' },
      { type: 'register-unit', name: 'x'.repeat(101) },
      { ...together(), roles: [] },
      { ...together(), roles: ['reviewer', 'reviewer'] },
      { ...together(), roles: ['reviewer', 'exam-administrator'] },
      { ...together(), roles: ['root'] },
      { ...publication, policy: { ...policy(), retentionDays: 0 } },
      { ...publication, policy: { ...policy(), retentionDays: 1e9 } },
      { ...publication, policy: { ...policy(), leastView: { chaptersAround: 4, drawn: 2 } } },
      { ...publication, policy: { ...policy(), leastView: { chaptersAround: 1, drawn: 6 } } },
      { ...publication, policy: { ...policy(), dualControl: 'no' } },
      { ...publication, policy: { ...policy(), more: 1 } },
      { ...releaseOf(attempt, spki), scope: { attempt, batch: [attempt] } },
      { ...releaseOf(attempt, spki), scope: { batch: Array.from({ length: 51 }, () => randomUUID()) } },
      { ...releaseOf(attempt, spki), scope: { batch: [attempt, attempt] } },
      { ...releaseOf(attempt, spki), extent: 'everything' },
    ])
      await expect(propose(malformed), JSON.stringify(malformed).slice(0, 80)).rejects.toMatchObject({
        code: 'malformed',
      });
  });

  test('whose signer is suspended between proposal and signature, or before the second signs, is not applied', async () => {
    const third = await enrolRepresentative(custody, 'Otto Weiss', [], { roles: ['privacy-officer'] });
    const suspend: Proposal = { type: 'suspend-representative', subject: third.id, reason };
    const alone = await custody.room.proposeAct(third.session, proposal());
    const shared = await custody.room.proposeAct(third.session, together());
    await sign(third, shared.act, shared.bytes);
    await carryOut(custody, suspend, [officers[0]]);
    await expect(sign(third, alone.act, alone.bytes)).rejects.toThrow('representative-inactive');
    const before = await size();
    await expect(sign(officers[0], shared.act, shared.bytes)).rejects.toThrow('representative-inactive');
    expect(custody.entries(before)).toMatchObject([{ type: 'refused', body: { tried: 'approve-representative' } }]);
  });

  test('whose signer lost the role, or the passkey, before the second signs is not applied', async () => {
    const [third, fourth] = [
      await enrolRepresentative(custody, 'Thea Third', [], { roles: ['privacy-officer'] }),
      await enrolRepresentative(custody, 'Finn Fourth', [], { roles: ['privacy-officer'] }),
    ];
    const [one, other] = [
      await custody.room.proposeAct(third.session, together()),
      await custody.room.proposeAct(fourth.session, together()),
    ];
    await sign(third, one.act, one.bytes);
    await sign(fourth, other.act, other.bytes);
    await carryOut(custody, { type: 'change-roles', subject: third.id, roles: ['observer'], unit: null }, officers);
    await carryOut(custody, { type: 'replace-passkeys', subject: fourth.id, reason }, officers);
    await expect(sign(officers[0], one.act, one.bytes)).rejects.toThrow('role-missing');
    await expect(sign(officers[0], other.act, other.bytes)).rejects.toThrow('act-altered');
  });

  test('on somebody’s own roles, passkeys or assignment is signed by others', async () => {
    const [first, second] = officers;
    const own = (content: Proposal) =>
      expect(custody.room.proposeAct(first.session, content)).rejects.toThrow('own-case');
    await own({
      type: 'change-roles',
      subject: first.id,
      roles: ['exam-administrator', 'privacy-officer'],
      unit: null,
    });
    await own({ type: 'replace-passkeys', subject: first.id, reason });
    await own({ type: 'assign', exam, subject: first.id });
    const raise = await custody.room.proposeAct(first.session, {
      ...{ type: 'change-roles', subject: second.id, unit: null },
      roles: ['exam-administrator', 'privacy-officer'],
    });
    await sign(first, raise.act, raise.bytes);
    await expect(sign(second, raise.act, raise.bytes)).rejects.toThrow('own-case');
  });

  test('that would leave fewer than two officers is refused', async () => {
    const others = (await people()).filter(
      ({ roles, status }) => roles.includes('privacy-officer') && status === 'approved',
    );
    const spare = others.filter(({ id }) => officers.every((one) => one.id !== id));
    for (const { id } of spare) {
      await carryOut(custody, { type: 'change-roles', subject: id, roles: ['observer'], unit: null }, officers);
    }
    const drop: Proposal = { type: 'change-roles', subject: officers[1].id, roles: ['observer'], unit: null };
    await expect(custody.room.proposeAct(officers[0].session, drop)).rejects.toThrow('officers-needed');
  });

  test('that an intruder rewrote in custody’s database is refused, whoever had signed what stood there', async () => {
    const [one, two, three] = [
      await custody.room.proposeAct(officers[0].session, proposal()),
      await custody.room.proposeAct(officers[0].session, together()),
      await custody.room.proposeAct(officers[0].session, proposal()),
    ];
    await sign(officers[0], two.act, two.bytes);
    const touched = touch(officers[0] as never, one.bytes);
    const rewritten = (bytes: string, change: object) => canonicalize({ ...JSON.parse(bytes), ...change }) as string;
    const raised = rewritten(two.bytes, { roles: ['privacy-officer'] });
    await custody.whileDown((database) => {
      const rewrite = database.prepare('UPDATE acts SET bytes = ? WHERE id = ?');
      rewrite.run(rewritten(one.bytes, { name: 'Another unit' }), one.act);
      rewrite.run(raised, two.act);
      rewrite.run(rewritten(three.bytes, { more: true }), three.act);
    });
    await expect(custody.room.signAct(officers[0].session, one.act, touched)).rejects.toThrow('challenge-differs');
    expect((await custody.room.act(officers[1].session, two.act)).sentence).toContain('privacy officer');
    await expect(sign(officers[1], two.act, raised)).rejects.toThrow('act-altered');
    await expect(sign(officers[0], three.act, three.bytes)).rejects.toMatchObject({ code: 'malformed' });
  });
});

describe('time', () => {
  test('an act that was not signed in time is signed by nobody, and says so', async () => {
    // Ten minutes take a second and a half.
    const hasty = await startCustody({ rate: 400 });
    try {
      const [officer] = hasty.founders.officers;
      const view = await hasty.room.proposeAct(officer.session, { type: 'register-unit', name: 'Late' });
      await expect
        .poll(async () => (await hasty.room.act(officer.session, view.act)).status, { timeout: 5000 })
        .toBe('expired');
      const late = hasty.room.signAct(officer.session, view.act, officer.key.touch(sha256(view.bytes), ROOM_ORIGIN));
      await expect(late).rejects.toThrow('act-expired');
      const { acts } = await hasty.room.acts(officer.session);
      expect(acts.filter(({ options }) => options)).toEqual([]);
    } finally {
      await hasty.stop();
    }
  });
});

describe('units', () => {
  test('bound their people’s reach: exams, assignments and suspensions stay within, and a suspended one stops at once', async () => {
    const register = (name: string) => carryOut(custody, { type: 'register-unit', name }, [officers[0]]);
    const [law, arts] = [(await register('Law')).act, (await register('Arts')).act];
    const runner = await enrolRepresentative(custody, 'Lara Law', [], { roles: ['exam-administrator'], unit: law });
    const guard = await enrolRepresentative(custody, 'Pia Privacy', [], { roles: ['privacy-officer'], unit: law });
    const insider = await enrolRepresentative(custody, 'Levi Law', [], { unit: law });
    const stranger = await enrolRepresentative(custody, 'Art Arts', [], { unit: arts });
    const own = randomUUID();
    const publication = (unit: string | null): Proposal => ({
      ...{ type: 'publish-exam', exam: own, title: 'Contract law', policy: { ...policy(), unit }, setup: setup() },
    });
    for (const unit of [arts, null]) {
      await expect(custody.room.proposeAct(runner.session, publication(unit))).rejects.toThrow('out-of-scope');
    }
    await carryOut(custody, publication(law), [runner]);
    const hand = (subject: string): Proposal => ({ type: 'assign', exam: own, subject });
    await expect(custody.room.proposeAct(guard.session, hand(guard.id))).rejects.toThrow('own-case');
    await expect(custody.room.proposeAct(runner.session, hand(stranger.id))).rejects.toThrow('not-assignable');
    await expect(custody.room.proposeAct(runner.session, hand(runner.id))).rejects.toThrow('not-assignable');
    await carryOut(custody, hand(insider.id), [runner]);
    expect((await custody.room.exams(runner.session)).exams.map((one) => one.exam)).toEqual([own]);
    expect((await custody.room.units(guard.session)).units.map(({ name }) => name)).toEqual(['Law']);
    const foreign: Proposal = { type: 'suspend-representative', subject: stranger.id, reason };
    await expect(custody.room.proposeAct(guard.session, foreign)).rejects.toThrow('out-of-scope');
    await expect(custody.room.representatives(insider.session)).rejects.toMatchObject({ code: 'not-found' });

    const { attempt: sat, chapters } = await registerAttempt(custody, own, 'L-1');
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    let grant = '';
    const request = { recipient: recipient.digest, chapters: [requestOf(chapters[0])] };
    const release = () => custody.room.release(insider.session, grant, request);
    const openAgain = async () => {
      grant = await openGrant(custody, insider, sat, recipient);
      expect((await release()).keys).toHaveLength(1);
    };
    await openAgain();
    const beside = await custody.room.session(stranger.session);
    await carryOut(custody, { type: 'suspend-unit', unit: law, reason }, [guard]);
    await expect(release()).rejects.toThrow('unit-suspended');
    await expect(custody.room.acts(guard.session)).rejects.toThrow('unit-suspended');
    await carryOut(custody, { type: 'reinstate-unit', unit: law, reason }, officers);
    for (const one of [insider, guard, runner]) {
      await expect(custody.room.session(one.session)).rejects.toMatchObject({ code: 'not-signed-in' });
      await comeBack(custody, one);
    }
    expect(await custody.room.session(stranger.session)).toEqual(beside);
    await openAgain();
    await carryOut(custody, { type: 'suspend-exam', exam: own, reason }, [guard]);
    await expect(release()).rejects.toThrow('exam-suspended');
    await expect(openAgain()).rejects.toThrow('exam-suspended');
    await carryOut(custody, { type: 'reinstate-exam', exam: own, reason }, officers);
    await openAgain();
    await carryOut(custody, { type: 'unassign', exam: own, subject: insider.id }, [runner]);
    await expect(release()).rejects.toThrow('not-assigned');
    await expect(openAgain()).rejects.toThrow('not-assigned');
  });
});

describe('an exam’s rules', () => {
  test('with dual control have two people of the exam sign one release, and its view is the first one’s', async () => {
    const guarded = randomUUID();
    await publishExam(custody, { exam: guarded, title: 'Guarded', policy: { ...policy(), dualControl: true } });
    const second = await enrolRepresentative(custody, 'Sena Second', [guarded]);
    await assign(custody, guarded, reviewer.id);
    const outsider = await enrolRepresentative(custody, 'Olaf Outside', []);
    const { attempt: sat, chapters } = await registerAttempt(custody, guarded, 'G-1');
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const view = await custody.room.proposeAct(reviewer.session, releaseOf(sat, recipient.spki));
    expect(view.signers).toBe(2);
    expect((await sign(reviewer, view.act, view.bytes)).applied).toBe(false);
    await expect(custody.room.grant(reviewer.session, view.act)).rejects.toMatchObject({ code: 'not-found' });
    await expect(sign(outsider, view.act, view.bytes)).rejects.toThrow('not-assigned');
    expect((await sign(second, view.act, view.bytes)).made.grants).toEqual([{ attempt: sat, grant: view.act }]);
    const request = { recipient: recipient.digest, chapters: [requestOf(chapters[0])] };
    expect((await custody.room.release(reviewer.session, view.act, request)).keys).toHaveLength(1);
    await expect(custody.room.release(second.session, view.act, request)).rejects.toMatchObject({ code: 'not-found' });
    expect((await custody.web.accesses(sat)).accesses.at(-2)).toMatchObject({ kind: 'granted', by: 'Ines Moreau' });
  });

  test('that became stricter after a release was proposed count for it', async () => {
    const changing = randomUUID();
    await publishExam(custody, { exam: changing, title: 'Changing', policy: policy() });
    await assign(custody, changing, reviewer.id);
    const { attempt: sat } = await registerAttempt(custody, changing, 'C-1');
    const view = await custody.room.proposeAct(reviewer.session, releaseOf(sat, spki));
    const { policy: rules } = await custody.web.exam(changing);
    const change: Proposal = { type: 'change-policy', exam: changing, policy: { ...rules, dualControl: true } };
    await carryOut(custody, change, [administrator, officers[0]]);
    await expect(sign(reviewer, view.act, view.bytes)).rejects.toThrow('act-expired');
  });

  test('that become stricter while a release is being signed count from their entry on', async () => {
    const changing = randomUUID();
    await publishExam(custody, { exam: changing, title: 'Changing', policy: policy() });
    const { policy: before } = await custody.web.exam(changing);
    const watching = await enrolRepresentative(custody, 'Dee Yamada', [changing]);
    const { attempt: sat } = await registerAttempt(custody, changing, 'C-1');
    const changeTo = (rules: typeof before): Proposal => ({ type: 'change-policy', exam: changing, policy: rules });
    for (let round = 0; round < 12; round++) {
      const rules = {
        ...before,
        ...(round % 2 === 0 ? { dualControl: true } : { leastView: { chaptersAround: 0, drawn: 1 } }),
      };
      const view = await custody.room.proposeAct(watching.session, releaseOf(sat, spki));
      const stricter = await custody.room.proposeAct(administrator.session, changeTo(rules));
      await sign(administrator, stricter.act, stricter.bytes);
      const entries = await size();
      // A little later each time, so that it arrives while the change is verified, signed by the token, and done.
      const opening = async () => {
        await pause(round / 2);
        return sign(watching, view.act, view.bytes);
      };
      const [changed, opened] = await Promise.allSettled([sign(officers[0], stricter.act, stricter.bytes), opening()]);
      expect(changed).toMatchObject({ value: { applied: true } });
      const [first, second] = custody.entries(entries);
      await carryOut(custody, changeTo(before), [administrator, officers[0]]);
      if (opened.status === 'rejected') {
        expect(opened).toMatchObject({ reason: { message: expect.stringContaining('act-expired') } });
      } else if (first?.type !== 'granted') {
        // Behind the change: by its rules.
        expect(rules.dualControl).toBe(false);
        expect(second).toMatchObject({ type: 'granted', body: { drawn: [expect.any(Number)] } });
      }
    }
  });

  test('keep recordings no longer than test takers were told, once one of them has begun', async () => {
    const { policy: rules } = await custody.web.exam(exam);
    const change = (changed: Partial<typeof rules>) =>
      custody.room.proposeAct(administrator.session, { type: 'change-policy', exam, policy: { ...rules, ...changed } });
    await expect(change({ retentionDays: rules.retentionDays + 1 })).rejects.toThrow('promise-broken');
    await expect(change({})).rejects.toThrow('already-so');
    expect((await change({ retentionDays: rules.retentionDays - 1 })).status).toBe('proposed');
  });

  test('let several attempts be opened by one act, told to each test taker', async () => {
    const sat = [await registerAttempt(custody, exam, 'B-1'), await registerAttempt(custody, exam, 'B-2')];
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const batch = sat.map((one) => one.attempt);
    const content: Proposal = { ...releaseOf(batch[0] as string, recipient.spki), scope: { batch } };
    const { made: opened } = await carryOut(custody, content, [reviewer]);
    expect(opened.grants?.map((one) => one.attempt)).toEqual(batch);
    for (const [index, { grant }] of (opened.grants ?? []).entries()) {
      const chapters = [requestOf(sat[index]?.chapters[0])];
      const { keys } = await custody.room.release(reviewer.session, grant, { recipient: recipient.digest, chapters });
      expect(keys).toHaveLength(1);
      const other = [requestOf(sat[1 - index]?.chapters[0])];
      const swapped = custody.room.release(reviewer.session, grant, { recipient: recipient.digest, chapters: other });
      await expect(swapped).rejects.toThrow('envelope-foreign');
      const { accesses } = await custody.web.accesses(batch[index] as string);
      expect(accesses.map(({ kind }) => kind)).toEqual(['granted', 'released', 'refused']);
    }
    const beyond = { ...content, scope: { batch: [batch[0] as string, randomUUID()] } };
    await expect(custody.room.proposeAct(reviewer.session, beyond)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('show all of a recording only to who says why', async () => {
    const whole = { ...releaseOf(attempt, spki), extent: 'all' as const };
    await expect(custody.room.proposeAct(reviewer.session, whole)).rejects.toThrow('justification-missing');
    const said = await custody.room.proposeAct(reviewer.session, { ...whole, justification: reason });
    expect(said.sentence).toContain('may watch all of the recording');
  });
});

describe('web', () => {
  test('proposes an exam, and somebody who may signs it or turns it down in the room', async () => {
    const wanted = {
      type: 'publish-exam' as const,
      exam: randomUUID(),
      title: 'Proposed',
      policy: policy(),
      setup: setup(),
    };
    const { act } = await custody.web.propose(wanted);
    expect(await custody.web.proposal(act)).toEqual({ act, status: 'proposed', exam: wanted.exam });
    await expect(custody.web.exam(wanted.exam)).rejects.toMatchObject({ code: 'not-found' });
    const [waiting] = (await custody.room.acts(administrator.session)).acts.filter((one) => one.act === act);
    expect(waiting).toMatchObject({ proposer: null, exam: wanted.exam, sentence: expect.stringContaining('Proposed') });
    await expect(custody.room.act(officers[0].session, act)).rejects.toMatchObject({ code: 'not-found' });
    await expect(sign(officers[0], act, waiting!.bytes)).rejects.toThrow('role-missing');
    await signAll(custody, act, [administrator]);
    expect(await custody.web.proposal(act)).toEqual({ act, status: 'applied', exam: wanted.exam });
    expect((await custody.web.exam(wanted.exam)).title).toBe('Proposed');

    const { act: unwanted } = await custody.web.propose({ ...wanted, exam: randomUUID() });
    await custody.room.withdrawAct(administrator.session, unwanted);
    expect((await custody.web.proposal(unwanted)).status).toBe('withdrawn');
  });

  test('proposes nothing else, learns of nobody’s acts, and keeps measure', async () => {
    const propose = custody.web.propose as (content: unknown) => Promise<{ act: string }>;
    for (const content of [
      { type: 'approve-representative', name: 'Web Itself', roles: ['reviewer'], unit: null },
      { type: 'release', scope: { attempt }, extent: 'all', purpose: 'appeal', justification: 'x', recipient: spki },
      { type: 'destroy-key', exam, reason },
      { type: 'reinstate-exam', exam, reason },
    ])
      await expect(propose(content)).rejects.toMatchObject({ code: 'malformed' });
    const { act } = await custody.room.proposeAct(officers[0].session, { type: 'register-unit', name: 'Unseen' });
    await expect(custody.web.proposal(act)).rejects.toMatchObject({ code: 'not-found' });
    const flood = { type: 'assign' as const, exam, subject: reviewer.id };
    let refused = 0;
    for (let wave = 0; wave < 11; wave++) {
      const tries = await Promise.allSettled(Array.from({ length: 20 }, () => custody.web.propose(flood)));
      refused += tries.filter(({ status }) => status === 'rejected').length;
    }
    expect(refused).toBeGreaterThan(15);
    await expect(custody.web.propose(flood)).rejects.toThrow('proposals-full');
  });
});

describe('a register', () => {
  test('has officers invited while nobody has enrolled, and never again', async () => {
    const fresh = await startCustody({ unfounded: true });
    try {
      const names: [string, string] = ['One', 'Two'];
      const { officers: first } = await fresh.operator.inviteOfficers(names);
      const { officers: again } = await fresh.operator.inviteOfficers(names);
      await expect(fresh.room.enrolmentOptions(first[0]?.enrolment ?? '')).rejects.toThrow('enrolment-unknown');
      const key = new SecurityKey();
      const { options } = await fresh.room.enrolmentOptions(again[0]?.enrolment ?? '');
      const { session } = await fresh.room.enrol(again[0]?.enrolment ?? '', key.enrol(options, ROOM_ORIGIN));
      await expect(fresh.operator.inviteOfficers(names)).rejects.toThrow('register-in-use');
      const { representatives } = await fresh.room.representatives(session);
      expect(representatives.map(({ name, status }) => [name, status])).toEqual([
        ['One', 'approved'],
        ['Two', 'invited'],
      ]);
    } finally {
      await fresh.stop();
    }
  });

  test('takes no passkey that can be copied to other devices, and none that became so', async () => {
    const { enrolment } = await approve(custody, officers, { name: 'Sync Ed', roles: ['reviewer'] });
    const { options } = await custody.room.enrolmentOptions(enrolment);
    const synced = new SecurityKey({ synced: true }).enrol(options, ROOM_ORIGIN);
    await expect(custody.room.enrol(enrolment, synced)).rejects.toThrow('passkey-synced');
    expect(lastEntry()).toMatchObject({ type: 'refused', body: { refusal: 'passkey-synced' } });
    const flags = FLAGS.present | FLAGS.verified | FLAGS.backupEligible;
    const { options: signIn } = await custody.room.signInOptions();
    const changed = reviewer.key.touch(signIn.challenge, ROOM_ORIGIN, { flags });
    await expect(custody.room.signIn(changed)).rejects.toThrow('passkey-refused');
  });

  test('refuses a counter that went back, and lets keys be that do not count', async () => {
    const enter = async (key: SecurityKey) => {
      const { options } = await custody.room.signInOptions();
      return custody.room.signIn(key.touch(options.challenge, ROOM_ORIGIN));
    };
    await enter(reviewer.key);
    const { counter } = reviewer.key;
    reviewer.key.counter -= 1;
    await expect(enter(reviewer.key)).rejects.toThrow('counter-behind');
    expect(lastEntry()).toMatchObject({ type: 'refused', body: { refusal: 'counter-behind', counter } });
    await enter(reviewer.key);
    class Uncounting extends SecurityKey {
      protected override count(): number {
        return 0;
      }
    }
    const { enrolment } = await approve(custody, officers, { name: 'No Count', roles: ['reviewer'] });
    const { options } = await custody.room.enrolmentOptions(enrolment);
    const key = new Uncounting();
    await custody.room.enrol(enrolment, key.enrol(options, ROOM_ORIGIN));
    await enter(key);
    await enter(key);
  });
});
