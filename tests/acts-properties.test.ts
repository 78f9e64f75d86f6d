import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeAct, encodeAct } from '../hsm/acts/bytes.ts';
import { type Act, ACT_TYPES, type ActType, type Proposal } from '../hsm/acts/definitions.ts';
import { line, paragraph } from '../hsm/acts/wording.ts';
import { REPORT_OUTCOMES } from '../hsm/conduct/report.ts';
import { OUTCOMES, PURPOSES } from '../hsm/policy.ts';
import { ROLES } from '../hsm/roles.ts';
import {
  carryOut,
  comeBack,
  enrolRepresentative,
  makeRecipient,
  policy,
  publishExam,
  registerAttempt,
  releaseOf,
  requestOf,
  ROOM_ORIGIN,
  type RunningCustody,
  sha256,
  startCustody,
  setup,
} from './custody-process.ts';
import { FULL } from './full.ts';

const id = fc.uuid();
const nullableId = fc.option(id);
const moment = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((one) => one.toISOString());
/** Words of every script, as far as an act takes them. */
const words = (schema: ReturnType<typeof line>) =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    .map((text) => schema.safeParse(text).data ?? '')
    .filter((text) => text !== '');
const name = words(line(100));
const reason = words(paragraph(2000) as ReturnType<typeof line>);
const optionalReason = fc.oneof(fc.constant(''), reason);
const among = <T extends string>(table: Record<T, unknown>) => fc.constantFrom(...(Object.keys(table) as T[]));
const roles = fc.subarray(Object.keys(ROLES) as (keyof typeof ROLES)[], { minLength: 1 });
const purpose = among(PURPOSES);
const extent = fc.constantFrom('least-view' as const, 'all' as const);
const recipient = fc
  .uint8Array({ minLength: 1, maxLength: 64 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'));
const rules = fc.record({
  unit: nullableId,
  purposes: fc.array(purpose, { minLength: 1, maxLength: 5 }),
  closesAt: moment,
  retentionDays: fc.integer({ min: 14, max: 3650 }),
  uploadHours: fc.integer({ min: 1, max: 336 }),
  reentry: fc.constantFrom('any-browser' as const, 'same-browser' as const),
  dualControl: fc.boolean(),
  leastView: fc.record({ chaptersAround: fc.integer({ min: 0, max: 3 }), drawn: fc.integer({ min: 0, max: 5 }) }),
});
const scope = fc.oneof(
  id.map((attempt) => ({ attempt })),
  fc.uniqueArray(id, { minLength: 2, maxLength: 50 }).map((batch) => ({ batch })),
);

/** What each type of act may say. */
const CONTENTS: { [Type in ActType]: fc.Arbitrary<Omit<Extract<Proposal, { type: Type }>, 'type'>> } = {
  'register-unit': fc.record({ name }),
  'approve-representative': fc.record({ name, roles, unit: nullableId }),
  'change-roles': fc.record({ subject: id, roles, unit: nullableId }),
  'replace-passkeys': fc.record({ subject: id, reason }),
  'suspend-representative': fc.record({ subject: id, reason }),
  'reinstate-representative': fc.record({ subject: id, reason }),
  'suspend-unit': fc.record({ unit: id, reason }),
  'reinstate-unit': fc.record({ unit: id, reason }),
  'suspend-exam': fc.record({ exam: id, reason }),
  'reinstate-exam': fc.record({ exam: id, reason }),
  'publish-exam': fc.record({ exam: id, title: name, policy: rules, setup: fc.constant(setup()) }),
  'revise-exam': fc.record({
    ...{ exam: id, version: fc.integer({ min: 2, max: 2 ** 31 }) },
    ...{ title: name, setup: fc.constant(setup()) },
  }),
  'change-policy': fc.record({ exam: id, policy: rules }),
  'extend-time': fc.record({
    ...{ exam: id, candidate: fc.option(name), minutes: fc.integer({ min: 1, max: 480 }), reason },
  }),
  assign: fc.record({ exam: id, subject: id }),
  unassign: fc.record({ exam: id, subject: id }),
  'grant-arrangement': fc.record({
    ...{ exam: id, request: id },
    terms: fc.record({
      extraMinutes: fc.integer({ min: 1, max: 1440 }),
      breakMinutes: fc.integer({ min: 0, max: 600 }),
      leftOut: fc.subarray(['camera' as const, 'microphone' as const, 'screen' as const]),
      anyDevice: fc.boolean(),
      elsewhere: optionalReason,
    }),
  }),
  'refuse-arrangement': fc.record({ exam: id, request: id, reason: reason.map((text) => text.padEnd(80, '.')) }),
  release: fc.record({ scope, extent, purpose, justification: optionalReason, recipient }),
  'standing-grant': fc.record({ exam: id, extent, purpose, justification: reason, recipient, until: moment }),
  decide: fc.record({ attempt: id, outcome: among(OUTCOMES), reason }),
  'destroy-key': fc.record({ exam: id, reason }),
  'answer-report': fc.record({
    reports: fc.uniqueArray(id, { minLength: 1, maxLength: 50 }).map((list) => list.toSorted()),
    ...{ outcome: among(REPORT_OUTCOMES), words: reason },
    hold: fc.constantFrom('ends' as const, 'until-revised' as const),
  }),
};

const header = fc.record({ act: id, representative: nullableId, proposedAt: moment, expiresAt: moment });
const act: fc.Arbitrary<Act> = fc
  .constantFrom(...ACT_TYPES)
  .chain((type) =>
    fc
      .tuple(CONTENTS[type] as fc.Arbitrary<object>, header)
      .map(([content, head]) => ({ type, ...content, ...head }) as Act),
  );

/** Every place in an act at which a value stands, and the act with another value there. */
function changes(value: unknown, other: unknown): unknown[] {
  if (Array.isArray(value))
    return value.flatMap((one, at) => changes(one, other).map((changed) => value.with(at, changed)));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, one]) =>
      changes(one, other).map((changed) => ({ ...value, [key]: changed })),
    );
  }
  return isDeepStrictEqual(value, other) ? [] : [other];
}

describe('the canonical bytes of acts', () => {
  const numRuns = FULL ? 20_000 : 1_000;

  test('decode to the act that they were made of, and back to themselves', () => {
    fc.assert(
      fc.property(act, (one) => {
        const bytes = encodeAct(one);
        const read = decodeAct(bytes);
        expect(read).toEqual(one);
        expect(encodeAct(read)).toBe(bytes);
      }),
      { numRuns },
    );
  });

  test('are shared by no two different acts, however little they differ', () => {
    const few = fc.constantFrom(randomUUID(), randomUUID());
    const close = fc.record({
      type: fc.constantFrom('assign' as const, 'unassign' as const),
      ...{ exam: few, subject: few, act: few, representative: fc.option(few) },
      ...{ proposedAt: fc.constant('2126-12-01T12:00:00.000Z'), expiresAt: fc.constant('2126-12-01T12:10:00.000Z') },
    });
    fc.assert(
      fc.property(close, close, (one, other) => {
        expect(encodeAct(one) === encodeAct(other)).toBe(isDeepStrictEqual({ ...one }, { ...other }));
      }),
      { numRuns },
    );
    const value = fc.oneof(name, fc.integer(), fc.constant(null), fc.boolean());
    fc.assert(
      fc.property(act, value, (one, other) => {
        const bytes = encodeAct(one);
        for (const changed of changes(one, other)) expect(canonicalize(changed)).not.toBe(bytes);
      }),
      { numRuns: numRuns / 4 },
    );
  });

  test('are the only form of an act: any other text is refused, or is another act', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constantFrom(' ', '\n', '"', '\\u0061', '0', '.0', ',', '"more":1,'),
    );
    fc.assert(
      fc.property(act, fc.nat(), fc.nat({ max: 3 }), piece, (one, at, cut, put) => {
        const bytes = encodeAct(one);
        const where = at % bytes.length;
        const text = bytes.slice(0, where) + put + bytes.slice(where + cut);
        if (text === bytes) return;
        let read: Act | undefined;
        try {
          read = decodeAct(text);
        } catch (error) {
          expect(error).toMatchObject({ refusal: 'malformed' });
          return;
        }
        expect(encodeAct(read)).toBe(text);
        expect(read).not.toEqual(one);
      }),
      { numRuns: numRuns * 2 },
    );
    fc.assert(
      fc.property(act, (one) => {
        expect(() => decodeAct(JSON.stringify(one, null, 1))).toThrow('malformed');
        expect(() => decodeAct(encodeAct({ ...one, more: true } as unknown as Act))).toThrow('malformed');
        expect(() => decodeAct(encodeAct(one).replace('{', '{"act":"x",'))).toThrow('malformed');
      }),
      { numRuns: numRuns / 10 },
    );
  });
});

describe('no order of acts', () => {
  let custody: RunningCustody;
  let unit: string;
  let exam: string;
  let attempt: string;
  let chapter: { recording: string; chapter: number; envelope: string };
  let recipient: Awaited<ReturnType<typeof makeRecipient>>;

  beforeAll(async () => {
    custody = await startCustody();
    const [officer] = custody.founders.officers;
    ({ act: unit } = await carryOut(custody, { type: 'register-unit', name: 'Law' }, [officer]));
    exam = randomUUID();
    await publishExam(custody, { exam, title: 'Contract law', policy: { ...policy(), unit } });
    const registered = await registerAttempt(custody, exam, 'T-1', 1);
    attempt = registered.attempt;
    chapter = requestOf(registered.chapters[0]);
    recipient = await makeRecipient((await custody.room.state()).algorithm);
  }, 60_000);
  afterAll(() => custody?.stop());

  const STEPS = [
    'assign',
    'unassign',
    'grant',
    'release',
    'suspend',
    'reinstate',
    'suspend-exam',
    'reinstate-exam',
    'suspend-unit',
    'reinstate-unit',
  ] as const;
  type Step = (typeof STEPS)[number];
  const reason = 'A property.';

  /** Does one step for a reviewer. What custody refuses is as good a step as any. */
  async function take(
    step: Step,
    who: Awaited<ReturnType<typeof enrolRepresentative>>,
    grants: string[],
  ): Promise<string> {
    const { officers } = custody.founders;
    const alone = [officers[0]];
    const subject = who.id;
    const steps: Record<Step, () => Promise<unknown>> = {
      assign: () => carryOut(custody, { type: 'assign', exam, subject }, alone),
      unassign: () => carryOut(custody, { type: 'unassign', exam, subject }, alone),
      suspend: () => carryOut(custody, { type: 'suspend-representative', subject, reason }, alone),
      reinstate: () => carryOut(custody, { type: 'reinstate-representative', subject, reason }, officers),
      'suspend-exam': () => carryOut(custody, { type: 'suspend-exam', exam, reason }, alone),
      'reinstate-exam': () => carryOut(custody, { type: 'reinstate-exam', exam, reason }, officers),
      'suspend-unit': () => carryOut(custody, { type: 'suspend-unit', unit, reason }, alone),
      'reinstate-unit': () => carryOut(custody, { type: 'reinstate-unit', unit, reason }, officers),
      grant: async () => grants.push((await carryOut(custody, releaseOf(attempt, recipient.spki), [who])).act),
      release: async () => {
        const [grant] = grants.slice(-1);
        if (!grant) return;
        const { keys } = await custody.room.release(who.session, grant, {
          recipient: recipient.digest,
          chapters: [chapter],
        });
        expect((await recipient.unwrap(keys[0]?.key ?? '')).length).toBe(32);
      },
    };
    return steps[step]().then(
      () => 'done',
      (error: Error & { code?: string }) => {
        if (!['refused', 'not-found', 'not-signed-in'].includes(error.code ?? '')) throw error;
        return error.message;
      },
    );
  }

  /** What the register says of a reviewer by the ledger alone, entry by entry; fails at a release that should not have been. */
  class Reading {
    #next: number;
    readonly #who: string;
    readonly #stopped = new Set<string>();
    assigned = false;
    releases = 0;

    constructor(first: number, who: string) {
      this.#next = first;
      this.#who = who;
    }

    get may(): boolean {
      return this.assigned && this.#stopped.size === 0;
    }

    read(): void {
      for (const { number, type, body } of custody.entries(this.#next)) {
        this.#next = number + 1;
        const subject =
          type !== 'refused' && typeof body.act === 'string' ? (JSON.parse(body.act) as Record<string, string>) : {};
        const what = /^(representative|exam|unit)-(suspended|reinstated)$/.exec(type);
        if (what && (what[1] !== 'representative' || subject.subject === this.#who)) {
          if (what[2] === 'suspended') this.#stopped.add(what[1] as string);
          else this.#stopped.delete(what[1] as string);
        }
        if (type === 'assigned' && subject.subject === this.#who) this.assigned = true;
        if (type === 'unassigned' && subject.subject === this.#who) this.assigned = false;
        if (type === 'released' || type === 'granted') {
          expect(this.may, `${type} in entry ${number}`).toBe(true);
          if (type === 'released') this.releases++;
        }
      }
    }
  }

  test(
    'of suspending, assigning, granting and releasing, side by side or one after the other, gives a key after the suspension',
    async () => {
      const step = fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom('grant' as const, 'release' as const) },
        { weight: 4, arbitrary: fc.constantFrom(...STEPS) },
      );
      const together = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 8 });
      let released = 0;
      let kept = 0;
      await fc.assert(
        fc.asyncProperty(together, async (rounds) => {
          const first = (await custody.operator.state()).entries;
          const who = await enrolRepresentative(custody, 'Levi Law', [], { unit });
          const reading = new Reading(first, who.id);
          const grants: string[] = [];
          await take('assign', who, grants);
          await take('grant', who, grants);
          for (const round of rounds) {
            await Promise.all(round.map((one) => take(one, who, grants)));
            reading.read();
            // A suspension ends the session for good, and who is suspended gets no other.
            await comeBack(custody, who).catch((error: Error & { code?: string }) => {
              if (error.code !== 'refused') throw error;
            });
            // Now that all is quiet a key comes exactly where the ledger says that it may.
            const outcomes = [await take('grant', who, grants), await take('release', who, grants)];
            const done = outcomes.filter((outcome) => outcome === 'done').length;
            expect(done, outcomes.join()).toBe(reading.may ? 2 : 0);
            if (reading.may) released++;
            else kept++;
            reading.read();
          }
          for (const undo of ['reinstate-exam', 'reinstate-unit'] as const) await take(undo, who, grants);
        }),
        { numRuns: FULL ? 100 : 6, endOnFailure: true },
      );
      // Both happened, or this said nothing.
      expect(released).toBeGreaterThan(0);
      expect(kept).toBeGreaterThan(0);
    },
    FULL ? 600_000 : 60_000,
  );

  test('lets a release that the token works on outlive a suspension, an unassignment or a suspended exam', async () => {
    const [officer] = custody.founders.officers;
    let kept = 0;
    for (const stop of ['suspend-representative', 'unassign', 'suspend-exam'] as const) {
      const first = (await custody.operator.state()).entries;
      const who = await enrolRepresentative(custody, 'Levi Law', [], { unit });
      const reading = new Reading(first, who.id);
      const grants: string[] = [];
      await take('assign', who, grants);
      await take('grant', who, grants);
      const subject = who.id;
      const proposal: Proposal =
        stop === 'suspend-exam'
          ? { type: stop, exam, reason }
          : stop === 'unassign'
            ? { type: stop, exam, subject }
            : { type: stop, subject, reason };
      const { act: id, bytes } = await custody.room.proposeAct(officer.session, proposal);
      const touch = officer.key.touch(sha256(bytes), ROOM_ORIGIN);
      // The signature is on its way while releases come in front of it, beside it and behind it.
      const releases = Array.from({ length: 60 }, () => take('release', who, grants));
      const signed = custody.room.signAct(officer.session, id, touch);
      releases.push(...Array.from({ length: 60 }, () => take('release', who, grants)));
      const outcomes = await Promise.all(releases);
      expect((await signed).applied).toBe(true);
      reading.read();
      expect(reading.releases).toBe(outcomes.filter((outcome) => outcome === 'done').length);
      kept += outcomes.length - reading.releases;
      await take('reinstate-exam', who, grants);
    }
    expect(kept).toBeGreaterThan(0);
  });
});
