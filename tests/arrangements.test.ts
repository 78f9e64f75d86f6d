import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attemptIdOf } from '../app/attempts/attempt.ts';
import { entitlementOf, grantedTo, readOwnExam } from '../app/arrangements/own-exam.ts';
import { termsOf } from '../app/attempts/terms.ts';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { sign } from '../app/browser/recorder/statement.ts';
import { enterExam } from '../app/exams/exam.ts';
import type { AttemptStart } from '../app/wire.ts';
import { countOpenRequests, insertRequest, listOpenRequests, listRequestsOf } from '../db/appliance/arrangements.ts';
import { removeFromRoster } from '../db/appliance/roster.ts';
import { makeAttemptKey, type Pages, recordAttempt, SETUP, startPages } from './attempt-pages-setting.ts';
import {
  carryOut,
  enrolRepresentative,
  makeRecipient,
  openGrant,
  policy,
  publishExam,
  signAll,
} from './custody-process.ts';
import { enterStaff, type Staff } from './staff-setting.ts';

let pages: Pages;
let entered: Staff;

beforeAll(async () => {
  pages = await startPages();
  entered = await enterStaff(pages);
}, 60_000);
afterAll(() => pages?.stop());

type Fields = [name: string, value: string][];

function post(place: 'exam' | 'staff', path: string, fields: Fields, cookie: string, language = 'en') {
  const body = new URLSearchParams(fields).toString();
  const type = 'application/x-www-form-urlencoded';
  const length = String(Buffer.byteLength(body));
  const headers = { cookie, 'content-type': type, 'content-length': length, 'accept-language': language };
  return pages.ask(place, path, { method: 'POST', headers, body });
}

const staff = async (path: string, cookie = entered.administrator) => {
  const answer = await pages.ask('staff', path, { headers: { cookie } });
  return { status: answer.status, text: plain(await answer.text()) };
};

/** What a page says, on one line. */
const plain = (html: string) =>
  html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&#39;', "'");

/** A test taker who has opened their link. @param exam another one than the pages' */
async function arrive(name: string, exam?: string) {
  const { id, token } = exam
    ? enterTestTaker(pages.db, { exam, candidate: `X-${randomUUID().slice(0, 8)}`, name })
    : pages.enter(name);
  const visit = await pages.visit(token);
  const { candidate } = pages.db.$client.prepare('SELECT candidate FROM test_takers WHERE id = ?').get(id) as {
    candidate: string;
  };
  const read = async (path: string, language = 'en') => {
    const headers = { cookie: visit.cookie, 'accept-language': language };
    return plain(await (await pages.ask('exam', path, { headers })).text());
  };
  const ask = (...fields: Fields) => post('exam', '/attempt/arrangements', fields, visit.cookie);
  const start = (publicKey: string) => visit.send('/attempt', { attempt: attemptIdOf(id), publicKey });
  const request = () => listRequestsOf(pages.db, id)[0]!;
  return { ...visit, id, candidate, attempt: attemptIdOf(id), read, ask, start, request };
}

type Arrived = Awaited<ReturnType<typeof arrive>>;

const SOME_TIME: Fields = [
  ['needs[]', 'extra-time'],
  ['extraMinutes', '30'],
];

/** Has an administrator propose an answer. @returns the act that waits */
async function propose(who: Arrived, answer: 'grant' | 'refusal', fields: Fields): Promise<string> {
  const { id } = who.request();
  const answered = await post('staff', `/arrangements/${id}/${answer}`, fields, entered.administrator);
  expect(answered.status, plain(await answered.text())).toBe(303);
  return who.request().act as string;
}

/** Has a test taker ask and an administrator grant these terms with their passkey. */
async function grant(who: Arrived, ...fields: Fields): Promise<void> {
  expect((await who.ask(...SOME_TIME)).status).toBe(303);
  await signAll(pages.custody, await propose(who, 'grant', fields), [pages.custody.founders.administrator]);
}

/** What web sends on for a browser. */
async function noteIncident(attempt: string, signed: object): Promise<{ status: number; error: string | undefined }> {
  const dispatcher = new Agent({ connect: { socketPath: join(pages.custody.data, 'sockets/web.sock') } });
  const answer = await undiciFetch(`http://custody/attempts/${attempt}/incidents`, {
    ...{ method: 'POST', body: JSON.stringify(signed), dispatcher },
    headers: { 'content-type': 'application/json' },
  });
  const { error } = (await answer.json()) as { error?: string };
  await dispatcher.close();
  return { status: answer.status, error };
}

const entriesOf = (type: string, request: string) =>
  pages.custody.entries().filter((entry) => entry.type === type && JSON.stringify(entry.body).includes(request));

async function publishOther(changed: { reentry?: 'any-browser' | 'same-browser'; setup?: Partial<typeof SETUP> } = {}) {
  const { reentry = 'any-browser', setup } = changed;
  const exam = randomUUID();
  const rules = { exam, title: 'Torts', policy: { ...policy(), reentry }, setup: { ...SETUP, ...setup } };
  enterExam(pages.db, await publishExam(pages.custody, rules));
  return exam;
}

describe('a test taker', () => {
  test('asks without a reason, sees the same deadline as who answers, and gets more time by a signed act', async () => {
    const exam = await publishOther({ setup: { minutes: 90 } });
    const who = await arrive('Amal Haddad', exam);
    const page = await who.read('/attempt/arrangements');
    expect(page).toContain('Nobody asks you for a diagnosis, a certificate or any other medical reason here');
    expect(page).toContain('You have an answer within 5 days');
    expect(await who.read('/attempt')).toContain('Ask for an arrangement');
    expect((await who.ask(...SOME_TIME, ['words', 'I type with one hand.'])).status).toBe(303);

    const request = who.request();
    const asked = await pages.custody.web.arrangement(request.id);
    expect(Date.parse(asked.dueAt) - Date.parse(asked.requestedAt)).toBe(5 * 86_400_000);
    expect(request).toMatchObject({ requestedAt: asked.requestedAt, dueAt: asked.dueAt, answeredAt: null });
    const due = new Intl.DateTimeFormat('en-GB', {
      ...{ day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' },
    }).format(new Date(asked.dueAt));
    expect(await who.read('/attempt/arrangements')).toContain(`You have an answer by ${due}`);
    const list = await staff('/arrangements');
    expect(list.text).toMatch(new RegExp(`Amal Haddad Torts More time: 30 minutes ${due}`));
    expect((await staff(`/arrangements/${request.id}`)).text).toContain('I type with one hand.');
    expect(entriesOf('arrangement-requested', request.id)).toHaveLength(1);

    const act = await propose(who, 'grant', [['extraMinutes', '30']]);
    expect((await staff(`/arrangements/${request.id}`)).text).toContain('The grant waits in the reading room');
    const founder = pages.custody.founders.administrator;
    const view = await pages.custody.room.act(founder.session, act);
    expect(view.sentence).toBe(`Test taker ${who.candidate} sits “Torts” with an arrangement: 30 minutes more.`);
    expect(JSON.stringify(view)).not.toContain('one hand');
    await signAll(pages.custody, act, [founder]);

    expect(await who.read('/attempt/arrangements')).toMatch(
      /Granted You have 30 minutes more than others\. Your time for the exam is 120 minutes in all\./,
    );
    expect(await who.read('/attempt')).toContain('Your arrangement You have 30 minutes more than others.');
    expect(await who.read('/attempt', 'de')).toContain('Sie haben 30 Minuten mehr Zeit als andere.');
    const rules = await pages.custody.web.exam(exam);
    const entitled = entitlementOf(grantedTo(pages.db, who.id));
    expect(termsOf(rules, entitled).minutes).toBe(120);
    const [entry] = entriesOf('arrangement-granted', request.id);
    expect(JSON.stringify(entry?.body)).not.toContain('one hand');
    expect((await staff('/arrangements')).text).not.toContain('Amal Haddad');
  });

  test('is told what is missing in their language, with what they wrote', async () => {
    const who = await arrive('Jonas Weber');
    const wrong: [Fields, string][] = [
      [[['words', 'Kept.']], 'Kreuzen Sie an, was Sie brauchen.'],
      [[['needs[]', 'extra-time']], 'Schreiben Sie, wie viele Minuten mehr Sie brauchen'],
      [
        [
          ['needs[]', 'extra-time'],
          ['extraMinutes', '1441'],
        ],
        'Schreiben Sie, wie viele Minuten mehr Sie brauchen',
      ],
      [[['needs[]', 'recording-left-out']], 'Kreuzen Sie an, welche Aufzeichnung wegfallen soll.'],
      // Of the screen this exam records nothing.
      [
        [
          ['needs[]', 'recording-left-out'],
          ['leftOut[]', 'screen'],
        ],
        'Kreuzen Sie an, welche Aufzeichnung wegfallen soll.',
      ],
      [[['needs[]', 'more-luck']], 'Kreuzen Sie an, was Sie brauchen.'],
      [
        [
          ['needs[]', 'breaks'],
          ['words', 'x'.repeat(2001)],
        ],
        'Dieser Text ist zu lang',
      ],
    ];
    for (const [fields, sentence] of wrong) {
      const answer = await post('exam', '/attempt/arrangements', fields, who.cookie, 'de');
      const html = await answer.text();
      expect([sentence, answer.status]).toEqual([sentence, 400]);
      expect(plain(html)).toContain(sentence);
      if (fields[0]?.[1] === 'Kept.') expect(html).toContain('Kept.</textarea>');
    }
    expect(listRequestsOf(pages.db, who.id)).toEqual([]);
  });

  test('has one request open at a time, also in custody, and none once their exam has ended', async () => {
    const who = await arrive('Mei-Ling Chen');
    expect((await who.ask(...SOME_TIME)).status).toBe(303);
    const again = await who.ask(['needs[]', 'breaks']);
    expect([again.status, plain(await again.text())]).toEqual([
      409,
      expect.stringContaining('that request waits for its answer'),
    ]);
    const { exam } = pages;
    const other = { request: randomUUID(), exam, candidate: who.candidate, attempt: who.attempt };
    await expect(pages.custody.web.requestArrangement(other)).rejects.toThrow('request-open');
    const { id } = who.request();
    expect(await pages.custody.web.requestArrangement({ ...other, request: id })).toMatchObject({ answeredAt: null });
    const foreign = { ...other, request: id, candidate: 'somebody' };
    await expect(pages.custody.web.requestArrangement(foreign)).rejects.toThrow('already-so');
    expect(entriesOf('arrangement-requested', id)).toHaveLength(1);

    const ended = await arrive('Olivia Brandt');
    const key = await makeAttemptKey();
    const start = (await (await ended.start(key.publicKey)).json()) as AttemptStart;
    const { seal } = await recordAttempt(pages, start, key);
    expect((await ended.send('/attempt/seal', seal)).status).toBe(200);
    expect((await ended.ask(...SOME_TIME)).status).toBe(409);
    const late = { ...other, request: randomUUID(), candidate: ended.candidate, attempt: ended.attempt };
    await expect(pages.custody.web.requestArrangement(late)).rejects.toMatchObject({ code: 'attempt-sealed' });
  });

  test('deletes what they wrote, and nobody else’s; who leaves the roster leaves nothing', async () => {
    const [who, other] = [await arrive('Tariq Aziz'), await arrive('Vera Lund')];
    await who.ask(...SOME_TIME, ['words', 'Only for the office.']);
    const { id } = who.request();
    const path = `/attempt/arrangements/${id}/words/removal`;
    expect((await post('exam', path, [], other.cookie)).status).toBe(404);
    expect((await staff(`/arrangements/${id}`)).text).toContain('Only for the office.');
    expect((await post('exam', path, [], who.cookie)).status).toBe(303);
    expect((await staff(`/arrangements/${id}`)).text).not.toContain('Only for the office.');
    expect(await who.read('/attempt/arrangements')).toContain('More time');
    expect(JSON.stringify(pages.custody.entries())).not.toContain('Only for the office.');
    expect(removeFromRoster(pages.db, who.id)).toBe(true);
    expect((await staff(`/arrangements/${id}`)).status).toBe(404);
  });

  test('loses nothing that they wrote while custody is away', async () => {
    const who = await arrive('Noor Vermeer');
    await pages.custody.kill();
    const answer = await who.ask(...SOME_TIME, ['words', 'Still here.']);
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('Still here.</textarea>')]);
    expect(listRequestsOf(pages.db, who.id)).toEqual([]);
    await pages.custody.start();
    expect((await who.ask(...SOME_TIME, ['words', 'Still here.'])).status).toBe(303);
  });
});

describe('who answers', () => {
  const reason = 'The aids that you ask for are open to everybody in this exam already.';

  test('refuses with a reason and a second person: one signature changes nothing, and the same person does not count twice', async () => {
    const who = await arrive('Refused Person');
    await who.ask(['needs[]', 'breaks']);
    const { id } = who.request();
    const short = await post('staff', `/arrangements/${id}/refusal`, [['reason', 'No.']], entered.administrator);
    expect([short.status, plain(await short.text())]).toEqual([400, expect.stringContaining('40 to 2000 characters')]);
    const { custody } = pages;
    const { administrator: founder, officers } = custody.founders;
    const act = await propose(who, 'refusal', [['reason', reason]]);
    expect((await custody.room.act(founder.session, act)).signers).toBe(2);
    await signAll(custody, act, [founder]);
    await expect(signAll(custody, act, [founder])).rejects.toThrow('signed-already');
    expect(await who.read('/attempt/arrangements')).toContain('Waits for an answer');
    expect((await custody.web.arrangement(id)).answeredAt).toBeNull();
    // Signed by one, it cannot be taken back by web.
    expect((await post('staff', `/arrangements/${id}/withdrawal`, [], entered.administrator)).status).toBe(409);
    await signAll(custody, act, [officers[0]]);
    const page = await who.read('/attempt/arrangements', 'de');
    expect(page).toContain('Abgelehnt Zwei Personen haben diese Antwort unterschrieben.');
    expect(page).toContain(reason);
    const [entry] = entriesOf('arrangement-refused', id);
    expect(entry?.body.signatures).toHaveLength(2);
    // Asked again, it is another request.
    expect((await who.ask(...SOME_TIME)).status).toBe(303);
    expect(listRequestsOf(pages.db, who.id)).toHaveLength(2);
  });

  test('cannot write to a test taker what may not be put to them, nor grant what does not fit the exam', async () => {
    const who = await arrive('Linted Person');
    await who.ask(['needs[]', 'another-mode']);
    const { id } = who.request();
    const demand = 'Please take off your headscarf before you come to the test centre in room 4.';
    const tries: ['grant' | 'refusal', Fields, string][] = [
      ['grant', [['elsewhere', demand]], 'headscarf'],
      ['refusal', [['reason', demand]], 'headscarf'],
      ['grant', [['leftOut[]', 'camera']], 'Neither camera nor screen would be left to record'],
      ['grant', [['leftOut[]', 'screen']], 'The exam does not record the screen of anybody.'],
      ['grant', [], 'This would grant nothing.'],
      ['grant', [['extraMinutes', '1441']], 'Write a whole number of minutes, 1440 at most'],
    ];
    for (const [answer, fields, sentence] of tries) {
      const refused = await post('staff', `/arrangements/${id}/${answer}`, fields, entered.administrator);
      expect([sentence, refused.status >= 400 && refused.status < 500]).toEqual([sentence, true]);
      expect(plain(await refused.text())).toContain(sentence);
    }
    expect(who.request().act).toBeNull();
  });

  test('is of the exam’s unit: nobody else finds the request, and no other unit’s signature counts', async () => {
    const who = await arrive('Another Unit');
    await who.ask(...SOME_TIME);
    const { id } = who.request();
    for (const cookie of [entered.lawyer, entered.reviewer]) {
      expect((await staff(`/arrangements/${id}`, cookie)).status).toBe(404);
      expect((await post('staff', `/arrangements/${id}/grant`, [['extraMinutes', '5']], cookie)).status).toBe(404);
    }
    expect((await staff('/arrangements', entered.lawyer)).text).not.toContain('Another Unit');
    expect((await staff('/arrangements', entered.reviewer)).status).toBe(404);
    expect((await staff('/', entered.reviewer)).text).not.toContain('arrangement');
    expect((await staff('/')).text).toMatch(/\d+ requests? for an arrangement to be answered/);
    const { custody, exam } = pages;
    const terms = { extraMinutes: 5, breakMinutes: 0, leftOut: [], anyDevice: false, elsewhere: '' };
    const proposal = { type: 'grant-arrangement' as const, exam, request: id, terms };
    const stranger = await enrolRepresentative(custody, 'Stella Strange', [], {
      ...{ roles: ['exam-administrator'], unit: (await unitsOf())[0]!.unit },
    });
    await expect(custody.room.proposeAct(stranger.session, proposal)).rejects.toThrow('out-of-scope');
    await expect(custody.room.proposeAct(entered.reviewing.session, proposal)).rejects.toThrow('role-missing');
    const elsewhere = { ...proposal, exam: await publishOther() };
    await expect(custody.web.propose(elsewhere)).rejects.toMatchObject({ code: 'not-found' });
    // That somebody tried is nothing that reviewers of the attempt read either.
    expect((await custody.web.accesses(who.attempt)).accesses).toEqual([]);
  });

  test('sees overdue answers first and said loudly, and the rest a page at a time', async () => {
    const db = pages.db;
    const who = await arrive('Patience Late');
    await who.ask(...SOME_TIME);
    const past = '2026-01-05T10:00:00.000Z';
    // As only time could.
    db.$client.prepare('UPDATE arrangement_requests SET due_at = ? WHERE id = ?').run(past, who.request().id);
    const list = await staff('/arrangements');
    expect(list.text).toMatch(/1 answer is overdue , of \d+ requests in all/);
    expect(list.text).toMatch(/Stands Patience Late Linear Algebra I .*? Overdue since 5 January 2026/);
    expect((await staff('/')).text).toMatch(/of one the answer is overdue/);
    expect(await who.read('/attempt/arrangements')).toContain('The answer is overdue You should have had an answer by');
    expect(await who.read('/attempt/arrangements')).toContain('privacy@university.example');

    const many = Array.from({ length: 120 }, (_, n) => `2126-02-01T10:00:${String(n % 60).padStart(2, '0')}.000Z`);
    const ids = many.map((dueAt) => {
      const row = { id: randomUUID(), testTaker: who.id, exam: pages.exam, words: '', requestedAt: past, dueAt };
      const asked = JSON.stringify({ needs: ['breaks'], extraMinutes: null, leftOut: [] });
      insertRequest(db, { ...row, asked, answeredAt: null, terms: null, reason: null });
      return row.id;
    });
    const seen: string[] = [];
    for (let path: string | undefined = '/arrangements'; path !== undefined; ) {
      const html: string = await (
        await pages.ask('staff', path, { headers: { cookie: entered.administrator } })
      ).text();
      for (const [, id] of html.matchAll(/href="\/arrangements\/([0-9a-f-]{36})"/g)) seen.push(id as string);
      path = /href="(\/arrangements\?after=[^"]+)" rel="next"/.exec(html)?.[1];
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(countOpenRequests(db, { unit: null }, past).open);
    expect(seen).toEqual(expect.arrayContaining(ids));
    expect(seen[0]).toBe(who.request().id);
    const dues = listOpenRequests(db, { unit: null }, 1000).map(({ dueAt }) => dueAt);
    expect(dues).toEqual(dues.toSorted());
    // An exam that goes to a unit takes its requests along.
    const unit = (await unitsOf())[0]!.unit;
    expect(countOpenRequests(db, { unit }, past).open).toBe(0);
    db.$client.prepare('UPDATE exams SET unit = ? WHERE id = ?').run(unit, pages.exam);
    expect((await staff('/arrangements', entered.lawyer)).text).toContain('Patience Late');
    db.$client.prepare('UPDATE exams SET unit = NULL WHERE id = ?').run(pages.exam);
    expect(countOpenRequests(db, { unit }, past).open).toBe(0);
    db.$client.prepare(`DELETE FROM arrangement_requests WHERE test_taker = ?`).run(who.id);
  });

  const unitsOf = async () => (await pages.custody.room.units(pages.custody.founders.officers[0].session)).units;
});

describe('a granted arrangement', () => {
  test('leaves a kind of recording out of everything: notice, check, recorder and what reviewers see of it', async () => {
    const { custody } = pages;
    const exam = await publishOther({ setup: { necessity: { ...SETUP.necessity, screen: 'Because of the quiz.' } } });
    const who = await arrive('No Camera', exam);
    expect(await who.read('/attempt')).toContain('Picture from your camera');
    await grant(who, ['leftOut[]', 'camera']);
    const notice = await who.read('/attempt');
    expect(notice).not.toContain('Picture from your camera');
    expect(notice).toContain('Not your camera, your keystrokes');
    for (const path of ['/attempt/recorder', '/attempt/practice']) {
      const html = await (await who.page(path)).text();
      expect(html).toContain('&quot;sources&quot;:[&quot;screen&quot;]');
      expect(html).not.toContain('data-camera');
    }
    const check = await (await who.page('/attempt/check')).text();
    expect([check.includes('data-check-row="microphone"'), check.includes('data-check-row="camera"')]).toEqual([
      true,
      false,
    ]);
    const key = await makeAttemptKey();
    const start = (await (await who.start(key.publicKey)).json()) as AttemptStart;
    expect([start.sources, start.sound]).toEqual([['screen'], true]);
    expect(readOwnExam(pages.db, { id: who.id, exam }).setup.necessity).not.toHaveProperty('camera');

    // Nor does a later version of the exam leave them with nothing to record.
    const { version, title, setup } = await custody.web.exam(exam);
    const { screen: _, ...bare } = setup.necessity;
    const revision = { type: 'revise-exam' as const, exam, version: version + 1, title };
    await expect(custody.web.propose({ ...revision, setup: { ...setup, necessity: bare } })).rejects.toMatchObject({
      facts: { faults: [{ field: 'setup.necessity', kind: 'arrangement' }] },
    });

    const { officers } = custody.founders;
    await carryOut(custody, { type: 'assign', exam, subject: entered.reviewing.id }, [officers[0]]);
    const seen = await custody.room.attempt(entered.reviewing.session, start.attempt);
    expect(seen.unrecorded).toEqual(['camera']);
    expect(JSON.stringify(seen)).not.toMatch(/arrangement|minutes|elsewhere/i);
    expect((await custody.room.acts(entered.reviewing.session)).acts).toEqual([]);
  });

  test('switches incidents of its kinds off at their source, also those noted before, and no others', async () => {
    const { custody } = pages;
    const exam = await publishOther({ setup: { necessity: { ...SETUP.necessity, screen: 'Because of the quiz.' } } });
    await carryOut(custody, { type: 'assign', exam, subject: entered.reviewing.id }, [custody.founders.officers[0]]);
    const who = await arrive('Off Source', exam);
    const key = await makeAttemptKey();
    const start = (await (await who.start(key.publicKey)).json()) as AttemptStart;
    const { recording } = await recordAttempt(pages, start, key);
    const note = async (kind: string, chapter = 0) => {
      const where = { attempt: start.attempt, recording, chapter };
      const statement = canonicalize({ type: 'incident', ...where, from: 1, to: 2, kind }) as string;
      return noteIncident(start.attempt, await sign(statement, key));
    };
    expect((await note('camera-covered')).status).toBe(200);
    await grant(who, ['leftOut[]', 'camera'], ['breakMinutes', '20']);
    const before = custody.entries().length;
    for (const kind of ['camera-covered', 'left-camera', 'absent', 'camera']) {
      const { status, error } = await note(kind, 1);
      expect([kind, status, error]).toEqual([kind, 409, 'incident-off']);
    }
    expect(custody.entries()).toHaveLength(before);
    expect((await note('screen-ended', 1)).status).toBe(200);
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const grantId = await openGrant(custody, entered.reviewing, start.attempt, recipient);
    expect((await custody.room.grant(entered.reviewing.session, grantId)).unrecorded).toEqual(['camera']);
    const { accesses } = await custody.web.accesses(start.attempt);
    const covered = accesses.find(({ kind }) => kind === 'granted')?.coverage?.incidents;
    expect(covered?.map(({ kind }) => kind)).toEqual(['screen-ended']);
  });

  test('lets its test taker go on in another browser where the exam’s rules say one', async () => {
    const exam = await publishOther({ reentry: 'same-browser' });
    const [first, second] = [await makeAttemptKey(), await makeAttemptKey()];
    const [who, other] = [await arrive('Any Device', exam), await arrive('One Device', exam)];
    for (const one of [who, other]) {
      expect((await one.start(first.publicKey)).status).toBe(201);
      expect((await one.start(second.publicKey)).status).toBe(409);
    }
    const { publicKey } = second;
    await expect(pages.custody.web.resumeAttempt(who.attempt, { publicKey })).rejects.toThrow();
    await grant(who, ['anyDevice[]', 'any']);
    expect((await who.start(publicKey)).status).toBe(201);
    expect((await other.start(publicKey)).status).toBe(409);
    await expect(pages.custody.web.resumeAttempt(other.attempt, { publicKey })).rejects.toThrow();
  });

  test('to sit the exam elsewhere says how and where, and nothing begins here, in custody neither', async () => {
    const who = await arrive('On Campus');
    await grant(who, ['elsewhere', 'Please come to room 4 of the library on 3 May at 10:00.']);
    const notice = await who.read('/attempt');
    expect(notice).toContain('You do not sit this exam on this page: Please come to room 4 of the library');
    expect(notice).not.toContain('Check what is recorded');
    expect((await who.page('/attempt/recorder')).status).toBe(409);
    const { publicKey } = await makeAttemptKey();
    expect((await who.start(publicKey)).status).toBe(409);
    const { exam } = pages;
    const behind = { attempt: who.attempt, exam, candidate: who.candidate, publicKey };
    await expect(pages.custody.web.registerAttempt(behind)).rejects.toThrow('sits-elsewhere');
    // A later answer replaces it.
    await grant(who, ['extraMinutes', '10']);
    expect((await who.page('/attempt/recorder')).status).toBe(200);
    expect((await who.start(publicKey)).status).toBe(201);
  });
});
