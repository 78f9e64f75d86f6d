import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import pino from 'pino';
import { NoticePage } from '../app/attempts/notice-view.tsx';
import { termsOf } from '../app/attempts/terms.ts';
import { wordsIn } from '../app/words/language.ts';
import { AppError } from '../app/errors.ts';
import { enterExam, readExam } from '../app/exams/exam.ts';
import { RuleBook } from '../app/exams/rule-book.ts';
import { listExams } from '../db/appliance/exams.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import type { Fault } from '../hsm/exam-findings.ts';
import {
  carryOut,
  comeBack,
  enrolRepresentative,
  policy,
  registerAttempt,
  type RunningCustody,
  setup,
  signAll,
} from './custody-process.ts';
import { openRoom } from './room-setting.ts';

type Proposal = Parameters<RunningCustody['room']['proposeAct']>[1];
type Publication = Extract<Proposal, { type: 'publish-exam' }>;
type Person = RunningCustody['founders']['administrator'];

const DEMAND = 'Please take off your headscarf before you begin.';
const reason = 'Somebody has to know why.';

let folder: string;
let room: Awaited<ReturnType<typeof openRoom>>;
let custody: RunningCustody;
let officers: [Person, Person];
let administrator: Person;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'publishing-'));
  room = await openRoom();
  ({ custody } = room);
  ({ officers, administrator } = custody.founders);
}, 60_000);
afterAll(async () => {
  await room?.close();
  rmSync(folder, { recursive: true, force: true });
});

const publication = (changed: Partial<Publication> = {}): Publication => ({
  ...{ type: 'publish-exam', exam: randomUUID(), title: 'Logic', policy: policy(), setup: setup() },
  ...changed,
});
/** What custody says no with. */
async function refusalOf(tried: Promise<unknown>): Promise<{ refusal: string | undefined; faults: Fault[] }> {
  const error = await tried.then(
    () => expect.unreachable('nothing refused it'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw error;
  return { refusal: error.refusal, faults: (error.facts?.faults ?? []) as Fault[] };
}
const newest = (type: string) => custody.entries().findLast((entry) => entry.type === type);
/** Has the administrator of the whole institution publish one. @returns its id */
async function publishOne(): Promise<string> {
  const proposal = publication();
  await carryOut(custody, proposal, [administrator]);
  return proposal.exam;
}
/** What a page of the room says, without its markup. */
async function read(who: Person, path: string): Promise<string> {
  const headers = { cookie: `__Host-room=${who.session}`, accept: 'text/html' };
  const html = await (await fetch(room.origin + path, { headers })).text();
  return html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
}

describe('an exam', () => {
  test('that demands what none may is refused to web and to the room, which say where and why, and the ledger keeps it', async () => {
    const faulty = publication({ setup: { ...setup(), instructions: `Sit down. ${DEMAND}` } });
    const told = await refusalOf(custody.web.propose(faulty));
    expect(told).toMatchObject({
      refusal: 'exam-faulty',
      faults: [{ field: 'setup.instructions', kind: 'appearance' }],
    });
    const [fault] = told.faults;
    expect(DEMAND).toContain(fault?.quote);
    expect(fault?.why).toContain(fault?.quote);
    expect((await custody.room.acts(administrator.session)).acts.filter(({ exam }) => exam === faulty.exam)).toEqual(
      [],
    );

    expect(await refusalOf(custody.room.proposeAct(administrator.session, faulty))).toEqual(told);
    expect(newest('refused')?.body).toMatchObject({
      ...{ tried: 'publish-exam', refusal: 'exam-faulty', representative: administrator.id },
      faults: told.faults,
    });
    await expect(custody.web.exam(faulty.exam)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('whose recordings would be kept for longer than the institution keeps any is refused, also by a change of its rules', async () => {
    const long = publication({ policy: { ...policy(366), unit: null } });
    expect(await refusalOf(custody.room.proposeAct(administrator.session, long))).toMatchObject({
      ...{ refusal: 'exam-faulty', faults: [{ field: 'policy.retentionDays', kind: 'retention' }] },
    });
    const exam = await publishOne();
    const { policy: rules } = await custody.web.exam(exam);
    const change = (retentionDays: number) =>
      custody.room.proposeAct(administrator.session, {
        type: 'change-policy',
        exam,
        policy: { ...rules, retentionDays },
      });
    expect(await refusalOf(change(366))).toMatchObject({
      ...{ refusal: 'exam-faulty', faults: [{ field: 'policy.retentionDays', kind: 'retention' }] },
    });
    expect((await change(365)).status).toBe('proposed');
    // In the room it stands below its field, with what was filled in.
    const form = new URLSearchParams({
      ...{ unit: '', 'purposes[]': 'appeal', closesAt: '2126-12-01T12:00', uploadHours: '24', retentionDays: '366' },
      ...{ reentry: 'any-browser', signers: '1', chaptersAround: '1', drawn: '2' },
    });
    const answer = await fetch(`${room.origin}/exams/${exam}/rules`, {
      ...{ method: 'POST', body: form, redirect: 'manual' },
      headers: { cookie: `__Host-room=${administrator.session}`, origin: room.origin, accept: 'text/html' },
    });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toMatch(/id="retentionDays-fault".*?your institution keeps them for 365 days at most/s);
  });

  test('whose window makes no sense is refused', async () => {
    const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
    const faultOf = async (opensAt: string, lastEntryMinutes: number | null = null) => {
      const window = publication({
        policy: { ...policy(), unit: null, closesAt: at(8) },
        setup: { ...setup(), opensAt, lastEntryMinutes },
      });
      return (await refusalOf(custody.room.proposeAct(administrator.session, window))).faults.map(({ field }) => field);
    };
    expect(await faultOf(at(9))).toEqual(['setup.opensAt']);
    expect(await faultOf(at(7), 1500)).toEqual(['setup.lastEntryMinutes']);
    // Answers come within five days.
    expect(await faultOf(at(4))).toEqual(['setup.arrangement.answerDays']);
  });

  test('of a suspended unit, or by somebody who is suspended, is refused', async () => {
    const { act: unit } = await carryOut(custody, { type: 'register-unit', name: 'Law' }, [officers[0]]);
    const runner = await enrolRepresentative(custody, 'Paula Prado', [], { roles: ['exam-administrator'], unit });
    const own = publication({ policy: { ...policy(), unit } });
    await carryOut(custody, own, [runner]);
    const revision = await revisionOf(own.exam, { unit: 'Faculty of Law' });
    await carryOut(custody, { type: 'suspend-unit', unit, reason }, [officers[0]]);
    for (const proposal of [publication({ policy: { ...policy(), unit } }), revision]) {
      await expect(custody.room.proposeAct(runner.session, proposal)).rejects.toThrow('unit-suspended');
      // Who answers for the whole institution is not suspended, and publishes nothing of a unit that is.
      expect(await refusalOf(custody.room.proposeAct(administrator.session, proposal))).toMatchObject({
        refusal: 'unit-suspended',
      });
      expect(newest('refused')?.body).toMatchObject({ tried: proposal.type, refusal: 'unit-suspended' });
    }
    await carryOut(custody, { type: 'reinstate-unit', unit, reason }, officers);
    await comeBack(custody, runner);
    const open = await custody.room.proposeAct(runner.session, publication({ policy: { ...policy(), unit } }));
    await carryOut(custody, { type: 'suspend-representative', subject: runner.id, reason }, [officers[0]]);
    await expect(signAll(custody, open.act, [runner])).rejects.toThrow('representative-inactive');
    await expect(custody.room.proposeAct(runner.session, revision)).rejects.toThrow('representative-inactive');
  });
});

/** A change of what test takers are told of an exam that is published. */
async function revisionOf(exam: string, changed: Partial<Publication['setup']>, title?: string) {
  const { version, setup: told, title: before } = await custody.web.exam(exam);
  const content = { exam, version: version + 1, title: title ?? before, setup: { ...told, ...changed } };
  return { type: 'revise-exam' as const, ...content };
}

describe('a published exam', () => {
  test('is changed by an act that says only what changes, and every version is kept', async () => {
    const exam = await publishOne();
    const first = await custody.web.exam(exam);
    expect([first.version, first.versionSince]).toEqual([1, expect.stringMatching(/^\d{4}-.*Z$/)]);
    const { microphone: _, ...silent } = first.setup.necessity;
    const revision = await revisionOf(exam, { necessity: silent, reviewers: 'One reviewer of the board' }, 'Logic I');
    const { act } = await custody.web.propose(revision);
    const view = await custody.room.act(administrator.session, act);
    expect(view).toMatchObject({ type: 'revise-exam', signers: 1, exam });
    expect(view.sentence).toBe(
      'Test takers are told otherwise about “Logic” from now on, in 3 places: this becomes its version 2. Their microphone is not recorded any more.',
    );
    const changes = view.details.filter(({ term }) => /, (at present|from now on)$/.test(term));
    expect(changes).toEqual([
      { term: 'Title, at present', value: 'Logic' },
      { term: 'Title, from now on', value: 'Logic I' },
      { term: 'Who may watch, at present', value: first.setup.reviewers },
      { term: 'Who may watch, from now on', value: 'One reviewer of the board' },
      { term: 'Microphone, because, at present', value: first.setup.necessity.microphone },
      { term: 'Microphone, because, from now on', value: '–' },
    ]);
    expect(await custody.web.exam(exam)).toEqual(first);
    await signAll(custody, act, [administrator]);
    const second = await custody.web.exam(exam);
    expect(second).toEqual({
      ...first,
      ...{ title: 'Logic I', setup: revision.setup, version: 2, versionSince: second.versionSince },
    });
    expect(second.versionSince > first.versionSince).toBe(true);
    expect(newest('exam-revised')?.body.act).toContain('"title":"Logic I"');
    // Afterwards it still says what it changed, and the first version is there as it was.
    expect(await custody.room.act(administrator.session, act)).toMatchObject({ sentence: view.sentence });
    expect(await read(administrator, `/acts/${act}`)).toContain('Microphone, because, at present');
    await custody.whileDown((database) => {
      const kept = database.prepare('SELECT * FROM exam_versions WHERE exam = ? ORDER BY version').all(exam) as {
        version: number;
        title: string;
        setup: string;
      }[];
      expect(kept.map(({ version, title }) => [version, title])).toEqual([
        [1, 'Logic'],
        [2, 'Logic I'],
      ]);
      expect(kept.map((one) => JSON.parse(one.setup) as unknown)).toEqual([first.setup, second.setup]);
    });
  });

  test('takes one of two changes that were proposed at once', async () => {
    const exam = await publishOne();
    const revisions = [
      await revisionOf(exam, { unit: 'One office' }),
      await revisionOf(exam, { unit: 'Another office' }),
    ];
    const [one, other] = [await custody.web.propose(revisions[0]!), await custody.web.propose(revisions[1]!)];
    const touched = await Promise.allSettled([one, other].map(({ act }) => signAll(custody, act, [administrator])));
    expect(touched.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = touched[0]?.status === 'rejected' ? one : other;
    const won = lost === one ? revisions[1] : revisions[0];
    expect(await custody.web.exam(exam)).toMatchObject({ version: 2, setup: { unit: won?.setup.unit } });
    const page = await read(administrator, `/acts/${lost.act}`);
    expect(page).toContain('It cannot be signed as it stands. The exam was changed since this was proposed.');
    expect(page).not.toContain('Sign with your passkey');
    expect(await read(administrator, '/desk')).toContain('Not to be signed as they stand');
    await custody.room.withdrawAct(administrator.session, lost.act);
    for (const version of [1, 2, 4]) {
      const late = { ...(await revisionOf(exam, { unit: 'A third office' })), version };
      await expect(custody.web.propose(late)).rejects.toThrow(version < 2 ? 'malformed' : 'version-taken');
    }
    await expect(custody.web.propose(await revisionOf(exam, {}))).rejects.toThrow('already-so');
  });

  test('is changed by an exam administrator of its unit, and by nobody to what none may be told', async () => {
    const exam = await publishOne();
    const { act: unit } = await carryOut(custody, { type: 'register-unit', name: 'Medicine' }, [officers[0]]);
    const foreign = await enrolRepresentative(custody, 'Fritz Fremd', [], { roles: ['exam-administrator'], unit });
    const reviewer = await enrolRepresentative(custody, 'Ines Moreau', [exam]);
    const harmless = await revisionOf(exam, { unit: 'An office' });
    await expect(custody.room.proposeAct(foreign.session, harmless)).rejects.toThrow('out-of-scope');
    for (const who of [reviewer, officers[0]]) {
      await expect(custody.room.proposeAct(who.session, harmless)).rejects.toThrow('role-missing');
    }
    const rude = await revisionOf(exam, { legalBasis: DEMAND });
    for (const tried of [() => custody.web.propose(rude), () => custody.room.proposeAct(administrator.session, rude)]) {
      expect(await refusalOf(tried())).toMatchObject({
        ...{ refusal: 'exam-faulty', faults: [{ field: 'setup.legalBasis', kind: 'appearance' }] },
      });
    }
    expect(newest('refused')?.body).toMatchObject({ tried: 'revise-exam', faults: [{ field: 'setup.legalBasis' }] });
    expect((await custody.web.exam(exam)).version).toBe(1);
    // A suspended exam's texts can be mended; one whose key is gone is over.
    await carryOut(custody, { type: 'suspend-exam', exam, reason }, [officers[0]]);
    await carryOut(custody, harmless, [administrator]);
    await carryOut(custody, { type: 'destroy-key', exam, reason }, officers);
    await expect(custody.web.propose(await revisionOf(exam, { unit: 'No office' }))).rejects.toThrow('key-destroyed');
  });

  test('weakens nothing that who has begun was told, even where a change was proposed before they began', async () => {
    const exam = await publishOne();
    const { setup: told } = await custody.web.exam(exam);
    const { screen, ...less } = told.necessity;
    await carryOut(custody, await revisionOf(exam, { necessity: less }), [administrator]);
    const wider = await revisionOf(exam, { necessity: { ...less, screen } });
    const { act } = await custody.web.propose(wider);
    await registerAttempt(custody, exam, 'W-1', 1);
    expect(await refusalOf(signAll(custody, act, [administrator]))).toMatchObject({
      ...{ refusal: 'promise-weakened', faults: [{ field: 'setup.necessity.screen', kind: 'promise' }] },
    });
    const page = await read(administrator, `/acts/${act}`);
    expect(page).toContain('Test takers began without being told that their screen is recorded.');
    await expect(custody.web.propose(wider)).rejects.toThrow('promise-weakened');
    await carryOut(custody, await revisionOf(exam, { chapterSeconds: 20 }), [administrator]);
    expect((await custody.web.exam(exam)).setup.chapterSeconds).toBe(20);
  });

  test('tells test takers on their notice that it was changed, and when, from its second version on', async () => {
    const exam = await publishOne();
    const noticeOf = async () => {
      const rules = await custody.web.exam(exam);
      const reading = { words: wordsIn('en'), path: '/attempt' };
      const about = { reading, institution: 'Test University', name: 'Tessa Taker', arrangement: null, reports: [] };
      const shown = { id: exam, title: rules.title, setup: rules.setup };
      return String(await NoticePage({ ...about, exam: shown, rules, terms: termsOf(rules), now: Date.now() }));
    };
    expect(await noticeOf()).not.toContain('was changed');
    await carryOut(custody, await revisionOf(exam, { legalBasis: 'Examination act, section 9' }), [administrator]);
    const { versionSince } = await custody.web.exam(exam);
    const notice = await noticeOf();
    expect(notice).toContain(`was changed on <time datetime="${versionSince}">`);
    expect(notice).toContain('Examination act, section 9');
  });
});

test('web learns of another version by itself, its title included', async () => {
  const exam = await publishOne();
  const db = openApplianceDatabase(join(folder, 'appliance.db'));
  enterExam(db, await custody.web.exam(exam));
  await carryOut(custody, await revisionOf(exam, { unit: 'Chair of Logic' }, 'Logic II'), [administrator]);
  const rules = new RuleBook({ db, custody: custody.web, log: pino({ level: 'silent' }) });
  expect((await rules.of(exam)).version).toBe(1);
  await expect
    .poll(() => listExams(db, { runs: { unit: null }, assigned: [] }, 9).map(({ title }) => title))
    .toEqual(['Logic II']);
  expect(readExam(db, exam)).toMatchObject({ title: 'Logic II', setup: { unit: 'Chair of Logic' } });
  expect((await rules.of(exam)).version).toBe(2);
  db.$client.close();
});

describe('an institution’s own rules', () => {
  const RULES = {
    ...{ format: 'cloister-lint/1', language: 'en', words: { tome: ['tome'], forgo: ['abstain from'] } },
    findings: [
      {
        ...{ name: 'tomes', needs: ['forgo', 'tome'], kind: 'appearance' },
        ...{ why: '“{quote}” is not asked for here.', instead: 'Say which books may be used.' },
      },
    ],
  };

  test('stop a publication that waits for its signature, and its page says why', async () => {
    const about = publication({ setup: { ...setup(), instructions: 'Abstain from any tome.' } });
    const { act } = await custody.web.propose(about);
    expect((await custody.room.act(administrator.session, act)).hindrance).toBeNull();
    writeFileSync(join(folder, 'own.json'), JSON.stringify(RULES));
    Object.assign(custody.environment, { CLOISTER_LINT_RULES: folder });
    await custody.restart();
    const { hindrance, options } = await custody.room.act(administrator.session, act);
    expect(options).toBeNull();
    expect(hindrance?.faults).toMatchObject([{ field: 'setup.instructions', quote: 'Abstain from any tome' }]);
    const page = await read(administrator, `/acts/${act}`);
    expect(page).toContain('It cannot be signed as it stands. Something in it may not be put to test takers');
    expect(page).toContain('“Abstain from any tome” is not asked for here. Say which books may be used.');
    expect(page).toContain('Turn it down');
    expect(page).not.toContain('Sign with your passkey');
    // Nor can it be by whoever signs it all the same.
    expect(await refusalOf(signAll(custody, act, [administrator]))).toMatchObject({ refusal: 'exam-faulty' });
    expect(newest('refused')?.body).toMatchObject({ act, refusal: 'exam-faulty', faults: hindrance?.faults });
    await expect(custody.room.act(officers[0].session, act)).rejects.toMatchObject({ code: 'not-found' });
    await custody.room.withdrawAct(administrator.session, act);
    expect((await custody.web.proposal(act)).status).toBe('withdrawn');
  });

  test.each([
    ['no JSON', '{', 'CLOISTER_LINT_RULES: holds rules.json, which is not JSON'],
    ['a tag that nothing is called', JSON.stringify({ ...RULES, words: {} }), 'no word list is called "forgo"'],
    ['another format', JSON.stringify({ ...RULES, format: 'x' }), 'At format'],
  ])('with %s keep custody from starting, with a sentence that names the file', (_, text, sentence) => {
    const wrong = mkdtempSync(join(folder, 'wrong-'));
    writeFileSync(join(wrong, 'rules.json'), text);
    const { status, stderr } = custody.refusedStart({ CLOISTER_LINT_RULES: wrong });
    expect([status, stderr]).toEqual([1, expect.stringContaining(sentence)]);
    expect(stderr).toContain('rules.json');
    expect(stderr).not.toContain('    at ');
  });

  test.each([
    ['is not there', () => join(folder, 'nowhere'), 'is not a folder that can be read'],
    ['is empty', () => mkdtempSync(join(folder, 'empty-')), 'names a folder without a file that ends in .json'],
  ])('in a folder that %s keep it from starting as well', (_, where, sentence) => {
    const { status, stderr } = custody.refusedStart({ CLOISTER_LINT_RULES: where() });
    expect([status, stderr]).toEqual([1, expect.stringContaining(`CLOISTER_LINT_RULES: ${sentence}`)]);
  });

  test.each(['0', '3651', '30.5', 'long'])('for retention have to be a number of days, not %s', (days) => {
    const { status, stderr } = custody.refusedStart({ CLOISTER_RETENTION_DAYS_MAX: days });
    expect([status, stderr]).toEqual([1, expect.stringContaining('CLOISTER_RETENTION_DAYS_MAX')]);
  });
});
