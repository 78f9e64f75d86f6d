/** Restrictions of an exam's page, from its set-up to what custody takes as an incident. */
import { randomUUID } from 'node:crypto';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attemptIdOf } from '../app/attempts/attempt.ts';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { sign } from '../app/browser/recorder/statement.ts';
import { completed, type Draft, restrictingOf } from '../app/exams/draft.ts';
import { draftFrom } from '../app/exams/templates.ts';
import { enterExam } from '../app/exams/exam.ts';
import type { AttemptStart } from '../app/wire.ts';
import { countQueuedIncidents } from '../db/appliance/registrations.ts';
import { findTermsOf } from '../db/appliance/arrangements.ts';
import { createLint } from '../hsm/lint/lint.ts';
import { liftedBy } from '../hsm/restriction.ts';
import { wordSetup } from '../hsm/acts/setup-wording.ts';
import { examSetup } from '../hsm/exam-setup.ts';
import {
  type AttemptKey,
  cookieOf,
  makeAttemptKey,
  type Pages,
  recordAttempt,
  SETUP,
  startPages,
} from './attempt-pages-setting.ts';
import { policy, publishExam, signAll } from './custody-process.ts';

const WHY = {
  'left-page': 'No aids are allowed.',
  'full-screen': 'The plans are large.',
  clipboard: 'It comes again.',
};
const DOCUMENT = { name: 'plan.txt', type: 'text/plain' as const, bytes: 3, digest: 'A'.repeat(43) };
const RESTRICTED = { ...SETUP, place: { kind: 'document' as const, documents: [DOCUMENT] }, restrictions: WHY };

let pages: Pages;
let administrator: string;

beforeAll(async () => {
  pages = await startPages();
  administrator = cookieOf(await pages.enterStaff(pages.custody.founders.administrator.session));
}, 60_000);
afterAll(() => pages?.stop());

async function publish(): Promise<string> {
  const exam = randomUUID();
  enterExam(pages.db, await publishExam(pages.custody, { exam, title: 'Plans', policy: policy(), setup: RESTRICTED }));
  return exam;
}

/** Somebody whose attempt runs, with two chapters of a recording. */
async function begin(exam: string, arranged?: [string, string][]) {
  const { id, token } = enterTestTaker(pages.db, { exam, candidate: randomUUID().slice(0, 8), name: 'Amal Haddad' });
  const visit = await pages.visit(token);
  if (arranged) await arrange(visit.cookie, id, arranged);
  const attempt = attemptIdOf(id);
  const key = await makeAttemptKey();
  const start = (await (await visit.send('/attempt', { attempt, publicKey: key.publicKey })).json()) as AttemptStart;
  const { recording } = await recordAttempt(pages, start, key);
  const note = async (changed: object = {}, by: AttemptKey = key) => {
    const where = { attempt, recording, chapter: 0, from: 10, to: 12.5 };
    const statement = canonicalize({ type: 'incident', kind: 'left-page', ...where, ...changed }) as string;
    const signed = await sign(statement, by);
    return { answer: await visit.send('/attempt/incidents', signed), signed };
  };
  const noted = async () =>
    (await pages.custody.web.accesses(attempt)).accesses
      .filter(({ kind }) => kind === 'incident' || kind === 'refused')
      .map(({ kind, reason }) => `${kind}: ${reason}`);
  return { ...visit, id, attempt, start, note, noted };
}

/** Has a test taker ask, and an administrator grant these terms. */
async function arrange(cookie: string, testTaker: string, terms: [string, string][]): Promise<void> {
  const form = async (place: 'exam' | 'staff', path: string, fields: [string, string][], who: string) => {
    const body = new URLSearchParams(fields).toString();
    const type = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) };
    expect((await pages.ask(place, path, { method: 'POST', headers: { cookie: who, ...type }, body })).status).toBe(
      303,
    );
  };
  await form('exam', '/attempt/arrangements', [['needs[]', 'breaks']], cookie);
  const find = () =>
    pages.db.$client.prepare('SELECT id, act FROM arrangement_requests WHERE test_taker = ?').get(testTaker) as {
      id: string;
      act: string;
    };
  await form('staff', `/arrangements/${find().id}/grant`, terms, administrator);
  await signAll(pages.custody, find().act, [pages.custody.founders.administrator]);
  await pages.ask('exam', '/attempt', { headers: { cookie } });
  expect(findTermsOf(pages.db, testTaker)).toBeDefined();
}

describe('what is noted of a restriction', () => {
  test('is entered once, told as often as the answer got lost, and taken of none but the attempt’s own key', async () => {
    const one = await begin(await publish());
    expect(one.start.restrictions).toEqual(['full-screen', 'left-page', 'clipboard']);
    const { answer, signed } = await one.note();
    expect(answer.status).toBe(201);
    expect((await one.send('/attempt/incidents', signed)).status).toBe(201);
    expect(await one.noted()).toEqual(['incident: left-page']);
    const stranger = await one.note({ from: 11 }, await makeAttemptKey());
    expect(stranger.answer.status).toBe(400);
    const other = await begin(await publish());
    expect((await one.note({ attempt: other.attempt })).answer.status).toBe(404);
    expect((await one.note({ kind: 'one-screen' })).answer.status).toBe(409);
    expect((await one.note({ kind: 'yawned' })).answer.status).toBe(400);
    expect(await one.noted()).toEqual(['incident: left-page']);
  });

  test('is refused by custody too where the exam does not restrict it, whatever web says, and entered nowhere', async () => {
    const one = await begin(await publish());
    const { signed } = await one.note({ kind: 'one-screen' });
    const refused = pages.custody.web.registerIncident(one.attempt, signed);
    await expect(refused).rejects.toMatchObject({ refusal: 'incident-off' });
    expect(await one.noted()).toEqual([]);
  });

  test('is none of who was granted that it does not hold for them: it is neither told nor asked nor taken', async () => {
    const exam = await publish();
    const one = await begin(exam, [['lifted[]', 'left-page']]);
    expect(one.start.restrictions).toEqual(['full-screen', 'clipboard']);
    const recorder = await (await one.page('/attempt/recorder')).text();
    expect([recorder.includes('data-full-screen'), recorder.includes('data-document-tab')]).toEqual([true, true]);
    const everybodys = await begin(exam);
    expect(await (await everybodys.page('/attempt/recorder')).text()).not.toContain('data-document-tab');
    const { answer, signed } = await one.note();
    expect(answer.status).toBe(409);
    await expect(pages.custody.web.registerIncident(one.attempt, signed)).rejects.toMatchObject({
      refusal: 'incident-off',
    });
    expect((await one.note({ kind: 'full-screen' })).answer.status).toBe(201);
    expect(await one.noted()).toEqual(['incident: full-screen']);
  });

  test('does not hold for who has breaks, whose being away is theirs', () => {
    expect(liftedBy({ breakMinutes: 10 })).toEqual(['full-screen', 'left-page']);
    expect(liftedBy({ breakMinutes: 0, lifted: ['clipboard'] })).toEqual(['clipboard']);
  });

  test('waits behind what custody has still to get of the attempt, and comes to it by itself', async () => {
    const one = await begin(await publish());
    await pages.custody.kill();
    const { answer } = await one.note();
    expect(answer.status).toBe(202);
    expect(countQueuedIncidents(pages.db, one.attempt)).toBe(1);
    await pages.custody.start();
    await expect.poll(() => countQueuedIncidents(pages.db, one.attempt), { timeout: 20_000 }).toBe(0);
    expect(await one.noted()).toEqual(['incident: left-page']);
  });
});

describe('setting an exam up', () => {
  const draft = (place: 'document' | 'elsewhere' | 'paper', words: Parameters<typeof restrictingOf>[0]): Draft => {
    const one = draftFrom('closed-book', 'Plans', 'en');
    return { ...one, setup: { ...one.setup, place: { kind: place } }, restrictions: restrictingOf(words) };
  };
  const kept = { password: false, documents: [DOCUMENT] };
  const fieldsOf = (one: Draft) =>
    completed(one, null, kept, { lint: createLint(), limits: { retentionDays: 365 } }).faults.map(
      ({ field, kind }) => `${field}: ${kind}`,
    );

  test('asks for the words of each restriction, and reads them as test takers do', () => {
    const restrictions = { 'left-page': '', clipboard: 'Please take off your headscarf so that nobody copies.' };
    const found = fieldsOf(draft('document', restrictions));
    expect(found).toContain('setup.restrictions.left-page: missing');
    expect(found).toContain('setup.restrictions.clipboard: unconfirmed');
    expect(found).toContain('setup.restrictions.clipboard: appearance');
  });

  test('restricts nothing where the page does not show the exam', () => {
    for (const place of ['elsewhere', 'paper'] as const) {
      expect(fieldsOf(draft(place, { 'left-page': '' })).filter((field) => field.includes('restrictions'))).toEqual([]);
    }
    expect(examSetup.safeParse({ ...RESTRICTED, place: { kind: 'paper' } }).success).toBe(false);
    expect(examSetup.safeParse(RESTRICTED).success).toBe(true);
  });

  test('has who signs read each of them, with its words', () => {
    const details = wordSetup(examSetup.parse(RESTRICTED));
    for (const why of Object.values(WHY)) expect(details.map(({ value }) => value)).toContain(why);
  });
});
