import { randomBytes, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RoomConfig } from '../app/config.ts';
import { createReportNumber, groupNumber } from '../app/conduct/report-form.ts';
import { attemptIdOf } from '../app/attempts/attempt.ts';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { enterExam } from '../app/exams/exam.ts';
import { roomOrigin } from '../app/room-origin.ts';
import { makeAttemptKey, type Pages, SETUP, startPages, cookieOf } from './attempt-pages-setting.ts';
import {
  carryOut,
  enrolRepresentative,
  policy,
  publishExam,
  ROOM_ORIGIN,
  type RunningCustody,
  signAll,
} from './custody-process.ts';

type Person = RunningCustody['founders']['administrator'];
type Proposal = Parameters<RunningCustody['room']['proposeAct']>[1];
type Filing = Parameters<RunningCustody['web']['fileReport']>[0];

const DAY = 86_400_000;
const SECRET = 'Professor Quill wants thirty euros in cash.';

let pages: Pages;
let custody: RunningCustody;
let officer: Person;
let administrator: Person;
let room: ReturnType<typeof roomOrigin>;

beforeAll(async () => {
  pages = await startPages();
  ({ custody } = pages);
  ({
    administrator,
    officers: [officer],
  } = custody.founders);
  room = roomOrigin({
    config: {
      CLOISTER_INSTITUTION: 'Test University',
      CLOISTER_ROOM_ORIGIN: ROOM_ORIGIN,
      CLOISTER_STAFF_ORIGIN: 'https://staff.localhost:8444',
      CLOISTER_RECORDINGS: pages.recordingsFolder,
    } as RoomConfig,
    custody: custody.room,
    assetFolder: 'app/assets',
    log: pino({ level: 'silent' }),
  });
}, 60_000);
afterAll(() => pages?.stop());

/** What a page says, without its markup. */
const saidBy = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
const FORM = 'application/x-www-form-urlencoded';
const encoded = (fields: Record<string, string>) => {
  const body = new URLSearchParams(fields).toString();
  return { method: 'POST', body, type: { 'content-type': FORM, 'content-length': String(Buffer.byteLength(body)) } };
};

function post(path: string, fields: Record<string, string>, cookie = '') {
  const { type, ...request } = encoded(fields);
  return pages.ask('exam', path, { ...request, headers: { cookie, ...type } });
}
function inRoom(who: Person, path: string, fields?: Record<string, string>) {
  const headers = { host: new URL(ROOM_ORIGIN).host, accept: 'text/html', cookie: `__Host-room=${who.session}` };
  const { type, ...request } = fields ? encoded(fields) : { type: {} };
  return room.request(ROOM_ORIGIN + path, { ...request, headers: { ...headers, ...type, origin: ROOM_ORIGIN } });
}
const atStaff = async (who: Person, path: string) => {
  const cookie = cookieOf(await pages.enterStaff(who.session));
  return saidBy(await (await pages.ask('staff', path, { headers: { cookie } })).text());
};

/** Files a report over the pages, as a browser does. @returns its number */
async function file(fields: Record<string, string>, cookie = ''): Promise<string> {
  const form = await (await pages.ask('exam', '/reports/new?page=/attempt', { headers: { cookie } })).text();
  const number = /name="number" value="([0-9a-f]{32})"/.exec(form)?.[1] as string;
  const answer = await post('/reports', { number, page: '/attempt', words: SECRET, ...fields }, cookie);
  const html = await answer.text();
  expect(answer.status, saidBy(html)).toBe(201);
  expect(saidBy(html)).toContain(groupNumber(number).join(' '));
  return number;
}
/** Past the pages: web's own request to custody. @returns what it holds */
async function fileStraight(told: Partial<Filing>) {
  const number = createReportNumber();
  const base = { use: 'payment', words: SECRET, page: '/', language: 'en', exam: null, namedExam: null } as const;
  const { holds } = await custody.web.fileReport({ ...base, number, reporter: { as: 'anybody' }, ...told });
  return { number, holds };
}
const waiting = async () => (await custody.room.reports(officer.session)).reports.filter(({ answer }) => !answer);
/** Has the officer answer all that wait. */
async function answerAll(outcome: 'upheld' | 'dismissed' = 'dismissed', hold: 'ends' | 'until-revised' = 'ends') {
  const reports = (await waiting()).map(({ report }) => report).sort();
  await carryOut(custody, { type: 'answer-report', reports, outcome, words: 'We looked into it.', hold }, [officer]);
}
/** Publishes an exam that opens so many days from now. */
async function publishAhead(days: number, title = `Exam ${randomUUID()}`) {
  const at = (ahead: number) => new Date(Date.now() + ahead * DAY).toISOString();
  const setup = { ...SETUP, opensAt: at(days), arrangement: { ...SETUP.arrangement, answerDays: 1 } };
  const exam = randomUUID();
  const published = await publishExam(custody, { exam, title, policy: { ...policy(), closesAt: at(days + 1) }, setup });
  enterExam(pages.db, published);
  return exam;
}
let codes = 0;
async function visitAs(exam: string) {
  const candidate = `R-${++codes}`;
  const { token, id } = enterTestTaker(pages.db, { exam, candidate, name: 'Nadia Example' });
  const visit = await pages.visit(token);
  const { publicKey } = await makeAttemptKey();
  const start = () => visit.send('/attempt', { attempt: attemptIdOf(id), publicKey });
  return { ...visit, start, candidate };
}
const publication = (exam: string, title: string) =>
  ({ type: 'publish-exam', exam, title, policy: { ...policy(), unit: null }, setup: SETUP }) as const;

describe('a report', () => {
  test('goes from anybody to a privacy officer, who answers it by a signed act; the reporter sees that by the number alone', async () => {
    const before = custody.entries().length;
    const number = await file({ use: 'personal-use' });
    const [filed] = await waiting();
    expect(filed).toMatchObject({ use: 'personal-use', words: SECRET, reporter: 'anybody', candidate: null });
    const asked = () => post('/reports/answer', { number: ` ${groupNumber(number).join('-')} ` });
    expect(saidBy(await (await asked()).text())).toContain('Waits for a privacy officer');

    const path = `/reports/${filed?.report}`;
    expect(saidBy(await (await inRoom(officer, path)).text())).toContain(SECRET);
    const faulty = await inRoom(officer, `${path}/answer`, { outcome: 'upheld', words: ' ' });
    expect([faulty.status, saidBy(await faulty.text())]).toEqual([400, expect.stringContaining('Write an answer.')]);
    const proposed = await inRoom(officer, `${path}/answer`, { outcome: 'upheld', words: 'He paid it back.' });
    expect(proposed.status).toBe(303);
    await signAll(custody, (proposed.headers.get('location') as string).split('/').at(-1) as string, [officer]);
    const answer = saidBy(await (await asked()).text());
    expect(answer).toContain('your report is upheld');
    expect(answer).toContain('He paid it back.');
    expect(answer, 'what was written is not shown again').not.toContain(SECRET);

    const entries = custody.entries(before).filter(({ type }) => type.startsWith('report-'));
    expect(entries.map(({ type }) => type)).toEqual(['report-filed', 'report-answered']);
    expect(JSON.stringify(entries)).not.toContain('Quill');
    expect(JSON.stringify(entries)).not.toContain(number);
    await expect(
      carryOut(
        custody,
        {
          ...{ type: 'answer-report', reports: [filed?.report as string], outcome: 'dismissed' },
          ...{ words: 'Another one.', hold: 'ends' },
        },
        [officer],
      ),
    ).rejects.toThrow('report-answered');
  });

  test('is read by privacy officers only: not by administrators, nor reviewers, nor officers of a unit whose exam it is not', async () => {
    await file({ use: 'other', namedExam: 'An exam that nobody has' });
    const [filed] = await waiting();
    const unit = (await carryOut(custody, { type: 'register-unit', name: 'Law' }, [officer])).made.unit as string;
    const lawyer = await enrolRepresentative(custody, 'Leo Law', [], { roles: ['privacy-officer'], unit });
    expect((await custody.room.reports(lawyer.session)).reports).toEqual([]);
    for (const who of [administrator, lawyer]) {
      expect((await inRoom(who, `/reports/${filed?.report}`)).status, who.name).toBe(404);
    }
    expect((await inRoom(administrator, '/reports')).status).toBe(404);
    await expect(custody.room.reports(administrator.session)).rejects.toThrow('not-found');
    const act: Proposal = {
      ...{
        type: 'answer-report',
        reports: [filed?.report as string],
        outcome: 'dismissed',
        words: 'No.',
        hold: 'ends',
      },
    };
    await expect(carryOut(custody, act, [lawyer])).rejects.toThrow('out-of-scope');
    await expect(carryOut(custody, act, [administrator])).rejects.toThrow('role-missing');
    await answerAll();
  });

  test('that a browser sends twice is one, under the same number; another one under it is not filed', async () => {
    const number = await file({ use: 'decrypted-traffic' });
    const fields = { number, page: '/attempt', use: 'decrypted-traffic', words: SECRET };
    expect((await post('/reports', fields)).status).toBe(201);
    expect((await waiting()).length).toBe(1);
    const other = await post('/reports', { ...fields, words: 'Somebody looked at my <screen>.' });
    const page = await other.text();
    expect(other.status).toBe(409);
    expect(page, 'nothing typed is lost').toContain('Somebody looked at my &lt;screen&gt;.');
    expect((await waiting()).length).toBe(1);
    await answerAll();
  });

  test('comes back as it was filled in, in the reporter’s language, where something is missing or custody is away', async () => {
    const number = createReportNumber();
    const headers = { 'accept-language': 'de' };
    const send = (fields: Record<string, string>) => {
      const { type, ...request } = encoded({ number, page: '/check', words: 'Äußerung', ...fields });
      return pages.ask('exam', '/reports', { ...request, headers: { ...headers, ...type } });
    };
    const missing = await send({});
    const page = await missing.text();
    expect(missing.status).toBe(400);
    expect(page).toContain('>Äußerung</textarea>');
    expect(saidBy(page)).toContain('Wählen Sie aus, worum es geht.');
    custody.halt();
    const late = await send({ use: 'payment' });
    custody.go();
    expect(late.status).toBe(503);
    expect(await late.text()).toMatch(/antwortet gerade nicht.*>Äußerung<\/textarea>/s);
    // Custody takes what reached it once it is back, and the same form again is the same report.
    expect((await send({ use: 'payment' })).status).toBe(201);
    expect((await waiting()).map(({ language, page: from }) => [language, from])).toEqual([['de', '/check']]);
    await answerAll();
  });

  test('of somebody with a personal link is theirs by name, or shows only that somebody with a link filed it', async () => {
    const visit = await visitAs(pages.exam);
    const number = await file({ use: 'personal-use', as: 'link' }, visit.cookie);
    expect(await waiting()).toMatchObject([{ exam: pages.exam, reporter: 'link', candidate: null }]);
    const own = async (path: string) => saidBy(await (await visit.page(path)).text());
    expect(await own('/attempt')).not.toContain('Your reports');
    expect((await post('/reports/answer', { number })).status).toBe(200);
    await file({ use: 'no-alternative', as: 'test-taker' }, visit.cookie);
    expect(await waiting()).toMatchObject([{}, { reporter: 'test-taker', candidate: visit.candidate }]);
    await answerAll('upheld');
    for (const path of ['/attempt', '/reports']) {
      const page = await own(path);
      expect(page).toContain('There is no other way');
      expect(page).toContain('We looked into it.');
      expect(page).not.toContain('Somebody uses recordings');
    }
    const neighbour = await visitAs(pages.exam);
    expect(saidBy(await (await neighbour.page('/reports')).text())).not.toContain('We looked into it.');
  });
});

describe('the number', () => {
  test('opens nothing unless it is whole, and is tried only so often', async () => {
    const number = await file({ use: 'other' });
    expect((await post('/reports/answer', { number: number.slice(1) })).status).toBe(400);
    const wrong = await post('/reports/answer', { number: randomBytes(16).toString('hex') });
    expect([wrong.status, saidBy(await wrong.text())]).toEqual([404, expect.stringContaining('no report')]);
    const saved = await post('/reports/number', { number });
    expect(saved.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(await saved.text()).toContain(groupNumber(number).join('-'));
    const answers = await Promise.all(
      Array.from({ length: 25 }, () => post('/reports/answer', { number: randomBytes(16).toString('hex') })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    expect(statuses.every((status) => status === 404 || status === 429)).toBe(true);
    await answerAll();
  });
});

describe('a report of a demand for money or about clothing', () => {
  test('holds the publication of the exam that has its title until it is answered; who runs it learns the kind and nothing else', async () => {
    const title = 'Botany of Cloisters';
    const cookie = cookieOf(await pages.enterStaff(administrator.session));
    const { type, ...begin } = encoded({ title, template: 'oral' });
    const begun = await pages.ask('staff', '/exams', { ...begin, headers: { cookie, ...type } });
    const exam = (begun.headers.get('location') as string).split('/')[2] as string;
    const { act } = await custody.web.propose(publication(exam, title));
    await file({ use: 'appearance', namedExam: 'botany of cloisters' });
    expect(await waiting()).toMatchObject([{ exam, holds: 'publication', namedExam: 'botany of cloisters' }]);

    await expect(signAll(custody, act, [administrator])).rejects.toThrow('exam-held');
    await expect(custody.web.propose(publication(exam, title))).rejects.toThrow('exam-held');
    await expect(custody.room.proposeAct(administrator.session, publication(exam, title))).rejects.toThrow('exam-held');
    const { acts } = await custody.room.acts(administrator.session);
    expect(acts.find((one) => one.act === act)?.hindrance?.sentence).toContain('holds this exam');
    const page = await atStaff(administrator, `/exams/${exam}/draft`);
    expect(page).toContain('A report holds this exam.');
    expect(page).toContain('clothing, religion or culture');
    expect(page).not.toContain('Quill');

    await answerAll();
    expect(await atStaff(administrator, `/exams/${exam}/draft`)).not.toContain('A report holds this exam.');
    // The same again, without a name: it was answered, and a flood of them stops nothing.
    expect((await fileStraight({ use: 'appearance', exam })).holds).toBe('nothing');
    expect((await signAll(custody, act, [administrator])).applied).toBe(true);
    await answerAll();
  });

  test('keeps an exam from beginning where somebody with its link files it a day before, until a privacy officer lifts it', async () => {
    const exam = await publishAhead(3);
    const [reporter, other] = [await visitAs(exam), await visitAs(exam)];
    expect((await fileStraight({ exam })).holds, 'without a link').toBe('publication');
    await answerAll();
    await file({ use: 'payment', as: 'test-taker' }, reporter.cookie);
    expect(await waiting()).toMatchObject([{ holds: 'start' }]);
    expect(saidBy(await (await other.page('/attempt')).text())).toContain('This exam cannot begin yet');
    const refused = await other.start();
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { message: expect.stringContaining('reported') },
    ]);
    // Nor past web.
    const { publicKey } = await makeAttemptKey();
    const straight = { attempt: randomUUID(), exam, candidate: 'R-straight', publicKey };
    await expect(custody.web.registerAttempt(straight)).rejects.toThrow('exam-held');
    const later = { ...straight, takenAt: new Date().toISOString() };
    await expect(custody.web.registerAttempt(later)).rejects.toThrow('exam-held');
    const revision = {
      type: 'revise-exam',
      exam,
      version: 2,
      title: 'Renamed',
      setup: (await custody.web.exam(exam)).setup,
    };
    await expect(custody.web.propose(revision as never)).rejects.toThrow('exam-held');

    await answerAll('dismissed');
    await custody.web.registerAttempt(straight);
    expect((await (await other.start()).json()).message).toContain('opens on');
    expect(saidBy(await (await reporter.page('/attempt')).text())).not.toContain('cannot begin yet');
  });

  test('keeps an exam from beginning until it is changed, where the officer upholds it so', async () => {
    const exam = await publishAhead(3);
    const reporter = await visitAs(exam);
    await file({ use: 'appearance', as: 'link' }, reporter.cookie);
    await expect(answerAll('dismissed', 'until-revised')).rejects.toThrow('malformed');
    await answerAll('upheld', 'until-revised');
    const { publicKey } = await makeAttemptKey();
    const straight = { attempt: randomUUID(), exam, candidate: 'R-straight', publicKey };
    await expect(custody.web.registerAttempt(straight)).rejects.toThrow('exam-held');
    expect((await custody.web.hold(exam)).hold).toMatchObject({ start: true, unanswered: false });
    const { setup } = await custody.web.exam(exam);
    const { act } = await custody.web.propose({ type: 'revise-exam', exam, version: 2, title: 'Mended', setup });
    await signAll(custody, act, [administrator]);
    expect((await custody.web.hold(exam)).hold).toBeNull();
    await custody.web.registerAttempt(straight);
    expect((await (await reporter.start()).json()).message).toContain('opens on');
  });

  test('stops nothing of an exam that runs or begins within a day, and alerts the privacy officers on their pages at once', async () => {
    const soon = await publishAhead(3);
    const opensAt = new Date(Date.now() + 0.9 * DAY).toISOString();
    await custody.whileDown((database) =>
      database.prepare(`UPDATE exams SET setup = json_set(setup, '$.opensAt', ?) WHERE id = ?`).run(opensAt, soon),
    );
    const as = (candidate: string) => ({ reporter: { as: 'test-taker', candidate } }) as const;
    expect((await fileStraight({ exam: soon, ...as('T-1') })).holds).toBe('nothing');
    expect((await fileStraight({ exam: pages.exam, ...as('T-1') })).holds).toBe('nothing');
    const alert = /2 reports of a prohibited use wait for an answer/;
    for (const path of ['/desk', '/exams', '/attempts']) {
      expect(saidBy(await (await inRoom(officer, path)).text())).toMatch(alert);
    }
    for (const path of ['/', `/exams/${pages.exam}`]) {
      expect(await atStaff(officer, path)).toMatch(alert);
      expect(await atStaff(administrator, path)).not.toMatch(alert);
    }
    expect(saidBy(await (await inRoom(administrator, '/desk')).text())).not.toMatch(alert);
    await answerAll();
    expect(saidBy(await (await inRoom(officer, '/desk')).text())).not.toMatch(alert);
  });

  test('holds by somebody’s name once, and by nobody’s only until the first answer since the exam last changed', async () => {
    const exam = await publishAhead(3);
    const by = (candidate: string) => fileStraight({ exam, reporter: { as: 'test-taker', candidate } });
    const byLink = () => fileStraight({ exam, reporter: { as: 'link' } });
    expect([(await by('A')).holds, (await byLink()).holds]).toEqual(['start', 'start']);
    await answerAll();
    expect([(await by('A')).holds, (await byLink()).holds, (await by('B')).holds]).toEqual([
      'nothing',
      'nothing',
      'start',
    ]);
    await answerAll();
    const { setup } = await custody.web.exam(exam);
    const { act } = await custody.web.propose({ type: 'revise-exam', exam, version: 2, title: 'Changed', setup });
    await signAll(custody, act, [administrator]);
    expect((await byLink()).holds).toBe('start');
    await answerAll();
  });
});

describe('a flood of reports', () => {
  test('from one network or one test taker is stopped with what was typed still there, and leaves others alone', async () => {
    const visit = await visitAs(pages.exam);
    const send = (cookie: string, as: string) =>
      post('/reports', { number: createReportNumber(), page: '/', use: 'other', words: 'Kept words.', as }, cookie);
    const own = [];
    for (let sent = 0; sent < 6; sent++) own.push(await send(visit.cookie, 'link'));
    expect(own.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 429]);
    expect(await own[5]?.text()).toMatch(/within a short time.*>Kept words\.<\/textarea>/s);
    const anybody = [];
    for (let sent = 0; sent < 12; sent++) anybody.push((await send('', 'anybody')).status);
    expect(anybody.at(-1)).toBe(429);
    const neighbour = await visitAs(pages.exam);
    expect((await send(neighbour.cookie, 'link')).status).toBe(201);
    await answerAll();
  });

  test('finds custody bounded, whatever web does: without a name about one exam, and by one name', async () => {
    const exam = randomUUID();
    for (let sent = 0; sent < 50; sent++) await fileStraight({ exam, use: 'other' });
    await expect(fileStraight({ exam, use: 'payment' })).rejects.toThrow('reports-full');
    expect((await fileStraight({ exam: randomUUID(), use: 'other' })).holds).toBe('nothing');
    const named = { exam: pages.exam, reporter: { as: 'test-taker', candidate: 'T-9' } } as const;
    for (let sent = 0; sent < 5; sent++) await fileStraight({ ...named, use: 'other' });
    await expect(fileStraight(named)).rejects.toThrow('reports-full');
  });
});

describe('every page of a test taker', () => {
  test('has a way to report in a tab of its own, which carries the page and never a link’s secret', async () => {
    const visit = await visitAs(pages.exam);
    const wayOf = async (path: string, cookie: string) => {
      const html = await (await pages.ask('exam', path, { headers: { cookie } })).text();
      return /<a href="(\/reports\/new[^"]*)" target="_blank" rel="noopener">/.exec(html)?.[1];
    };
    for (const path of ['/', '/check', '/demonstration', '/attempt', '/attempt/recorder', '/attempt/practice']) {
      expect(await wayOf(path, visit.cookie), path).toBe(`/reports/new?page=${path}`);
    }
    expect(await wayOf('/i/abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqr', '')).toBe('/reports/new?page=/i');
    expect(await wayOf('/attempt', ''), 'an error').toBe('/reports/new?page=/attempt');
    expect(await wayOf('/nothing/here-Is7', '')).toBe('/reports/new?page=/nothing');
  });
});
