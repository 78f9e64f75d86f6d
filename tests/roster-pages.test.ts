import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { attemptIdOf } from '../app/attempts/attempt.ts';
import { fingerprintOf, fragmentOf } from '../app/exams/fingerprint.ts';
import { enterExam } from '../app/exams/exam.ts';
import { BATCH } from '../app/roster/invitations.ts';
import { insertAttempt } from '../db/appliance/attempts.ts';
import { insertRequest } from '../db/appliance/arrangements.ts';
import { countRoster, enterOnRoster, listRoster } from '../db/appliance/roster.ts';
import { cookieOf, makeAttemptKey, type Pages, SETUP, startPages } from './attempt-pages-setting.ts';
import { enrolRepresentative, policy, publishExam } from './custody-process.ts';
import { enterStaff, type Staff } from './staff-setting.ts';

let pages: Pages;
let exam: string;
let staff: Staff;

beforeAll(async () => {
  pages = await startPages();
  staff = await enterStaff(pages);
}, 60_000);
afterAll(() => pages?.stop());
beforeEach(() => {
  exam = pages.exam;
});

const get = (path: string, cookie = staff.administrator) => pages.ask('staff', path, { headers: { cookie } });
const post = (path: string, fields: Record<string, string>, cookie = staff.administrator) =>
  pages.ask('staff', path, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
/** Posts a form with a file, as browsers do (RFC 7578). */
const upload = (path: string, fields: Record<string, string>, cookie = staff.administrator) => {
  const parts = Object.entries(fields).map(([name, value]) => {
    const file = name === 'file' ? '; filename="roster.csv"\r\ncontent-type: text/csv' : '';
    return `--edge\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
  });
  return pages.ask('staff', path, {
    method: 'POST',
    headers: { cookie, 'content-type': 'multipart/form-data; boundary=edge' },
    body: `${parts.join('')}--edge--\r\n`,
  });
};
const words = (html: string) =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .replaceAll('&quot;', '"');
const digestOn = (html: string) => /name="digest" value="([^"]+)"/.exec(html)?.[1] ?? '';
const linksOn = (html: string) => [...html.matchAll(/https:[^<\s"]*\/i\/[^<\s"]+/g)].map(([link]) => link);
const onRoster = () => listRoster(pages.db, exam, null, 1000).map(({ candidate }) => candidate);

test('a list is shown before it is imported, row by row where it is at fault, and then imported as it was shown', async () => {
  const faulty = await upload(`/exams/${exam}/import/preview`, { text: 'I-1,Amal\nI-1,Mei\nI-2,', file: '' });
  expect(faulty.status).toBe(400);
  const told = words(await faulty.text());
  expect(told).toContain('2 faults in 2 rows. Nothing was imported.');
  expect(told).toMatch(/2 The candidate code I-1 stands in row 1 already.* 3 The name is missing/);

  const list = 'Kennung;Name;E-Mail\r\nI-1;"Amal ""Ami"" <Haddad>";amal@university.example\r\nI-2;Mei;\r\n';
  const shown = await upload(`/exams/${exam}/import/preview`, { text: '', file: list });
  expect(shown.status).toBe(200);
  const html = await shown.text();
  expect(words(html)).toMatch(/Nothing has been imported yet.*New on the roster 2 test takers/);
  expect(html).not.toContain('<Haddad>');
  expect(onRoster()).toEqual([]);

  const wrong = await upload(`/exams/${exam}/import`, { text: list, digest: 'A'.repeat(43) });
  expect(wrong.status).toBe(409);
  expect(words(await wrong.text())).toContain('The roster has changed since you saw this, so nothing was imported.');
  expect(onRoster()).toEqual([]);
  const imported = await upload(`/exams/${exam}/import`, { text: list, digest: digestOn(html) });
  expect(imported.status).toBe(303);
  expect(imported.headers.get('location')).toBe(`/exams/${exam}/invitations`);
  expect(onRoster()).toEqual(['I-1', 'I-2']);
  const roster = words(await (await get(`/exams/${exam}`)).text());
  expect(roster).toMatch(/2 on the roster: 2 not started/);
  expect(roster).toContain('amal@university.example');
});

test('a list that cannot be read comes back with why; one over the limit is refused before it is read', async () => {
  const broken = await upload(`/exams/${exam}/import/preview`, { text: 'B-1,"Amal' });
  expect(broken.status).toBe(400);
  const html = await broken.text();
  expect(words(html)).toMatch(/In row 1 a field begins with a quotation mark .* Nothing was entered/);
  expect(html).toMatch(/<textarea[^>]*aria-invalid="true"[^>]*>\nB-1,&quot;Amal<\/textarea>/);
  const spreadsheet = await upload(`/exams/${exam}/import/preview`, { text: '', file: 'PK\u0003\u0004\u0000' });
  expect(words(await spreadsheet.text())).toContain('choose “Save as” and “CSV”');
  const large = await pages.ask('staff', `/exams/${exam}/import/preview`, {
    method: 'POST',
    headers: {
      cookie: staff.administrator,
      'content-type': 'multipart/form-data; boundary=edge',
      'content-length': '3000000',
    },
    body: 'a',
  });
  expect(large.status).toBe(413);
  expect(words(await large.text())).toContain('larger than 2 MB');
});

test('somebody is added by hand, or the form comes back with what was wrong beside the field', async () => {
  const path = `/exams/${exam}/test-takers`;
  const wrong = await post(path, { candidate: '', name: 'Kai Lund', email: 'kai' });
  expect(wrong.status).toBe(400);
  const html = await wrong.text();
  expect(html).toMatch(/value="Kai Lund"/);
  expect(html).toMatch(/id="candidate-fault".*The candidate code is missing/);
  expect(html).toMatch(/id="email-fault".*This is not an e-mail address/);
  const added = await post(path, { candidate: 'H-1', name: 'Kai Lund', email: '' });
  expect(added.status).toBe(303);
  const page = words(await (await get(added.headers.get('location') ?? '')).text());
  expect(page).toMatch(/Kai Lund Candidate code H-1 .* None yet .* Not started/);
  const taken = await post(path, { candidate: 'H-1', name: 'Kay Lund', email: '' });
  expect(taken.status).toBe(400);
  expect(words(await taken.text())).toContain('on the roster already, for Kai Lund');
});

describe('invitations', () => {
  test('carry the link that works, the fingerprint, the window, where to check the device and whom to ask', async () => {
    const { examKey, policy: rules } = await pages.custody.web.exam(exam);
    const added = await post(`/exams/${exam}/test-takers`, { candidate: 'L-1', name: 'Noa Levi', email: '' });
    const id = added.headers.get('location')?.split('/').at(-1) ?? '';
    const invite = async (form: string) => {
      const answer = await post(`/exams/${exam}/invitations`, { whom: id, form });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      return answer.text();
    };
    const sheet = await invite('sheets');
    const [link = '', ...others] = linksOn(sheet);
    expect(others).toEqual([]);
    expect(link.split('#')[1]).toBe(fragmentOf(examKey.applianceKey));
    const told = words(sheet);
    for (const said of [
      'Noa Levi',
      'L-1',
      'Linear Algebra I',
      fingerprintOf(examKey.applianceKey),
      'https://exam.localhost:8443/check',
      `The exam closes on ${new Intl.DateTimeFormat('en-GB', { weekday: 'long' }).format(new Date(rules.closesAt))}`,
      'Examination Office, exams@university.example',
    ]) {
      expect(told).toContain(said);
    }
    const open = (of: string) => pages.ask('exam', new URL(of).pathname);
    expect((await open(link)).status).toBe(303);
    const [newer = ''] = linksOn(await invite('slips'));
    expect(newer).not.toBe(link);
    expect((await open(link)).status).toBe(404);
    expect((await open(newer)).status).toBe(303);
    // No page of ours leads to them again.
    for (const path of ['', '/invitations', `/test-takers/${id}`]) {
      expect(await (await get(`/exams/${exam}${path}`)).text()).not.toContain('/i/');
    }
    const nobody = await post(`/exams/${exam}/invitations`, { whom: randomUUID(), form: 'sheets' });
    expect(nobody.status).toBe(404);
  });

  test('of an exam in German are German, and only those of its unit’s administrators may make them', async () => {
    const own = randomUUID();
    const rules = await publishExam(pages.custody, {
      exam: own,
      title: 'Strafrecht I',
      policy: { ...policy(), unit: staff.unit },
      setup: { ...SETUP, language: 'de', minutes: 90 },
    });
    enterExam(pages.db, rules);
    const add = { candidate: 'D-1', name: 'Jörg Weiß', email: '' };
    expect((await post(`/exams/${own}/test-takers`, add, staff.lawyer)).status).toBe(303);
    const printed = await post(`/exams/${own}/invitations`, { whom: 'new', form: 'sheets' }, staff.lawyer);
    const html = await printed.text();
    expect(html).toContain('lang="de"');
    expect(words(html)).toMatch(/Jörg Weiß .*Ihr persönlicher Link .*Ab Ihrem Beginn haben Sie 90 Minuten Zeit\./);
    expect(words(html)).toMatch(/Die Prüfung schließt am (Mon|Diens|Donners|Frei|Sams|Sonn)?\w+, \d+\. \w+/);
    // Another unit's exam, and the whole institution's, are not there for them.
    for (const path of ['', '/roster', '/import', '/invitations', '/test-takers/new']) {
      expect((await get(`/exams/${exam}${path}`, staff.lawyer)).status).toBe(404);
    }
    expect((await post(`/exams/${exam}/test-takers`, add, staff.lawyer)).status).toBe(404);
    expect(onRoster()).not.toContain('D-1');
  });
});

test('invitations for more than are made at once go on where they stopped, and give nobody two', async () => {
  const own = randomUUID();
  enterExam(pages.db, await publishExam(pages.custody, { exam: own, title: 'Larger', policy: policy() }));
  const text = Array.from({ length: BATCH + 2 }, (_, index) => `B-${1000 + index},Person`).join('\n');
  const path = `/exams/${own}`;
  const preview = await (await upload(`${path}/import/preview`, { text })).text();
  expect((await upload(`${path}/import`, { text, digest: digestOn(preview) })).status).toBe(303);
  const first = await (await post(`${path}/invitations`, { whom: 'all', form: 'slips' })).text();
  expect(linksOn(first)).toHaveLength(BATCH);
  expect(first).toContain('make the next ones');
  const hidden = [...first.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]+)"/g)];
  const again = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
  const second = await (await post(`${path}/invitations`, again)).text();
  expect(linksOn(second)).toHaveLength(2);
  expect(second).not.toContain('make the next ones');
  expect(words(await (await post(`${path}/invitations`, again)).text())).toContain('Nobody is left to invite');
  expect((await pages.ask('exam', new URL(linksOn(first)[0] ?? '').pathname)).status).toBe(303);
});

test('a reviewer sees names, codes and attempts; no address, no way to change anything', async () => {
  await post(`/exams/${exam}/test-takers`, { candidate: 'R-1', name: 'Rosa Roster', email: 'rosa@university.example' });
  const html = await (await get(`/exams/${exam}`, staff.reviewer)).text();
  expect(words(html)).toMatch(/Rosa Roster R-1 Not started/);
  for (const hidden of ['rosa@', '/import', '/invitations', '/test-takers', 'personal link']) {
    expect(html).not.toContain(hidden);
  }
  const before = countRoster(pages.db, exam);
  const list = { text: 'R-2,Mallory' };
  for (const answer of [
    await upload(`/exams/${exam}/import/preview`, list, staff.reviewer),
    await upload(`/exams/${exam}/import`, list, staff.reviewer),
    await post(`/exams/${exam}/invitations`, { whom: 'all', form: 'slips' }, staff.reviewer),
  ]) {
    expect(answer.status).toBe(404);
  }
  expect(countRoster(pages.db, exam)).toEqual(before);
});

test('a roster is looked through a hundred at a time, and searched by the beginnings of words', async () => {
  const own = randomUUID();
  enterExam(pages.db, await publishExam(pages.custody, { exam: own, title: 'Large', policy: policy() }));
  const rows = Array.from(
    { length: 230 },
    (_, index) => `P-${1000 + index},Person ${String.fromCharCode(65 + (index % 26))}ab`,
  );
  const path = `/exams/${own}/import`;
  const text = rows.join('\n');
  const preview = await (await upload(`${path}/preview`, { text })).text();
  expect(words(preview)).toContain('the first 100 of 230');
  expect((await upload(path, { text, digest: digestOn(preview) })).status).toBe(303);
  const seen: string[] = [];
  let at = `/exams/${own}`;
  for (const length of [100, 100, 30]) {
    const html = await (await get(at)).text();
    const codes = [...html.matchAll(/>(P-\d+)</g)].map(([, code]) => code ?? '');
    expect(codes).toHaveLength(length);
    seen.push(...codes);
    at = /<a class="button" href="([^"]*after=[^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? 'the end';
  }
  expect(at).toBe('the end');
  expect(new Set(seen).size).toBe(230);
  const found = words(await (await get(`/exams/${own}?q=1017`)).text());
  expect(found).toMatch(/P-1017/);
  expect(found).not.toMatch(/P-1018/);
  expect(words(await (await get(`/exams/${own}?q=nobody+here`)).text())).toContain('Nobody on this roster has');
  expect((await get(`/exams/${own}?q=%2D%2D`)).status).toBe(200);
});

test('somebody whose start reached custody and not us, removed and added again, begins the same attempt', async () => {
  const path = `/exams/${exam}/test-takers`;
  const enter = async () => {
    const at = (await post(path, { candidate: 'S-1', name: 'Sam Stone', email: '' })).headers.get('location') ?? '';
    const whom = at.split('/').at(-1) ?? '';
    const [link = ''] = linksOn(await (await post(`/exams/${exam}/invitations`, { whom, form: 'slips' })).text());
    return { at, whom, token: new URL(link).pathname.split('/').at(-1) ?? '' };
  };
  const first = await enter();
  const { publicKey } = await makeAttemptKey();
  const attempt = attemptIdOf(first.whom);
  await pages.custody.web.registerAttempt({ attempt, exam, candidate: 'S-1', publicKey });
  expect((await post(`${first.at}/removal`, {})).status).toBe(303);
  const { token } = await enter();
  const visit = await pages.visit(token);
  const begun = await visit.send('/attempt', { attempt, publicKey });
  expect(begun.status).toBe(201);
  expect(await begun.json()).toMatchObject({ attempt });
});

test('whoever has begun stays on the roster, and the page says why; whoever was removed can be added again', async () => {
  const path = `/exams/${exam}/test-takers`;
  const add = () => post(path, { candidate: 'X-1', name: 'Tariq Aziz', email: '' });
  const at = (await add()).headers.get('location') ?? '';
  expect((await post(`${at}/removal`, {})).status).toBe(303);
  expect(onRoster()).not.toContain('X-1');
  expect((await get(at)).status).toBe(404);
  const again = (await add()).headers.get('location') ?? '';
  const testTaker = again.split('/').at(-1) ?? '';
  insertAttempt(pages.db, {
    id: randomUUID(),
    testTaker,
    publicKey: Buffer.from('k'),
    startedAt: new Date().toISOString(),
  });
  const refused = await post(`${again}/removal`, {});
  expect(refused.status).toBe(409);
  for (const html of [await refused.text(), await (await get(again)).text()]) {
    expect(words(html)).toContain('Tariq Aziz cannot be taken off the roster, because their attempt has begun');
  }
  expect(onRoster()).toContain('X-1');
});

describe('the roster of an exam that is being set up', () => {
  /** Begins a draft as this administrator. */
  const begin = async (cookie = staff.administrator) => {
    const made = await post('/exams', { title: 'Rhetoric', template: 'oral' }, cookie);
    return /^\/exams\/([^/]+)\/draft$/.exec(made.headers.get('location') ?? '')?.[1] ?? '';
  };

  test('takes a list and single people, invites nobody, and goes on with them once the exam is published', async () => {
    const draft = await begin();
    const path = `/exams/${draft}`;
    expect(await (await get(`${path}/draft`)).text()).toContain(`href="${path}/test-takers"`);
    const text = 'Kennung,Name,E-Mail\nD-1,Amal Haddad,amal@students.example';
    const shown = await upload(`${path}/import/preview`, { text });
    const imported = await upload(`${path}/import`, { text, digest: digestOn(await shown.text()) });
    expect(imported.headers.get('location')).toBe(`${path}/test-takers`);
    const added = await post(`${path}/test-takers`, { candidate: 'D-2', name: 'Mei Chen', email: '' });
    const at = added.headers.get('location') ?? '';
    const html = await (await get(`${path}/test-takers`)).text();
    expect(words(html)).toMatch(/This exam is not published yet\. .* 2 on the roster: 2 not started/);
    expect(html).not.toContain('/invitations');
    expect(words(await (await get(`${path}/test-takers?q=had`)).text())).toMatch(/Amal Haddad D-1/);
    for (const page of [at, `${path}/invitations`]) {
      const said = await (await get(page)).text();
      expect(words(said)).toContain('invitations are made once it is published');
      expect(said).not.toMatch(/action="[^"]*\/(invitations|mails)"/);
    }
    const whom = at.split('/').at(-1) ?? '';
    for (const refused of [
      await post(`${path}/invitations`, { whom, form: 'slips' }),
      await post(`${path}/mails`, { whom, before: new Date().toISOString() }),
    ]) {
      expect(refused.status).toBe(409);
      expect(words(await refused.text())).toContain('This exam is not published yet');
    }
    expect(countRoster(pages.db, draft)).toMatchObject({ entered: 2, invited: 0 });

    enterExam(pages.db, await publishExam(pages.custody, { exam: draft, title: 'Rhetoric', policy: policy() }));
    const moved = await get(`${path}/test-takers`);
    expect([moved.status, moved.headers.get('location')]).toEqual([303, path]);
    expect(words(await (await get(path)).text())).toMatch(/Amal Haddad D-1 .* Mei Chen D-2/);
    const [link = ''] = linksOn(await (await post(`${path}/invitations`, { whom, form: 'slips' })).text());
    expect((await pages.ask('exam', new URL(link).pathname)).status).toBe(303);
  });

  test('is there for the administrators of its unit, and for nobody else', async () => {
    const ours = await begin(staff.lawyer);
    const institutions = await begin();
    const add = { candidate: 'D-9', name: 'Nobody', email: '' };
    expect((await get(`/exams/${ours}/test-takers`, staff.lawyer)).status).toBe(200);
    for (const [draft, cookie] of [
      [institutions, staff.lawyer],
      [ours, staff.reviewer],
    ] as const) {
      for (const path of ['/test-takers', '/test-takers/new', '/roster', '/import', '/invitations', '/mails']) {
        expect((await get(`/exams/${draft}${path}`, cookie)).status, path).toBe(404);
      }
      expect((await post(`/exams/${draft}/test-takers`, add, cookie)).status).toBe(404);
    }
    expect(countRoster(pages.db, institutions).entered).toBe(0);
  });

  test('without mail set up, the page says so and the form is refused', async () => {
    await post(`/exams/${exam}/test-takers`, { candidate: 'W-1', name: 'Without Mail', email: 'w@students.example' });
    const page = words(await (await get(`/exams/${exam}/invitations`)).text());
    expect(page).toContain('Mail is not set up on this appliance.');
    const refused = await post(`/exams/${exam}/mails`, { whom: 'new', before: new Date().toISOString() });
    expect(refused.status).toBe(409);
    expect(words(await refused.text())).toContain('so nothing was sent');
  });
});

test('who did not begin is shown so once the last entry is over, and found by it; who sits it another way is not among them', async () => {
  exam = randomUUID();
  const rules = { exam, title: 'Rhetoric', policy: policy(), setup: SETUP };
  enterExam(pages.db, await publishExam(pages.custody, rules));
  const people = Array.from({ length: 130 }, (_, index) => ({
    ...{ id: randomUUID(), exam, candidate: `N-${index}`, name: `Noa ${String(index).padStart(3, '0')}` },
    ...{ email: null, linkDigest: Buffer.from(randomUUID()) },
  }));
  enterOnRoster(pages.db, people);
  const [first, second] = people.map(({ id }) => id) as [string, string];
  const startedAt = new Date().toISOString();
  insertAttempt(pages.db, { id: attemptIdOf(first), testTaker: first, publicKey: Buffer.alloc(91), startedAt });
  const granted = { extraMinutes: 0, breakMinutes: 0, leftOut: [], anyDevice: false, elsewhere: 'On campus.' };
  insertRequest(pages.db, {
    ...{ id: randomUUID(), testTaker: second, exam, asked: '{}', words: '', requestedAt: startedAt, dueAt: startedAt },
    ...{ answeredAt: startedAt, terms: JSON.stringify(granted), reason: null },
  });
  const shown = async (query = '') => (await get(`/exams/${exam}${query}`)).text();
  const before = await shown();
  expect(words(before)).toMatch(
    /Noa 000 N-0 .*Recording since.* Noa 001 N-1 .*Sits it another way.* Noa 002 N-2 .*Not started/,
  );
  expect(before).not.toContain('Did not begin');

  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(rules.policy.closesAt) + 1000 });
  try {
    const after = await shown();
    expect(words(after)).toMatch(
      /Noa 000 N-0 .*Recording since.* Noa 001 N-1 .*Sits it another way.* Noa 002 N-2 .*Did not begin/,
    );
    const reviewer = (await enrolRepresentative(pages.custody, 'Ada Blind', [exam])).session;
    const reviewers = await get(`/exams/${exam}?show=no-show`, cookieOf(await pages.enterStaff(reviewer)));
    const theirs = words(await reviewers.text());
    expect(theirs).toMatch(/Noa 001 N-1 Not started Noa 002 N-2 Not started/);
    expect(theirs).not.toContain('Did not begin');
    const absent = await shown('?show=no-show');
    expect(words(absent)).not.toMatch(/Noa 00[01]/);
    expect(absent.match(/role="rowheader"/g)).toHaveLength(100);
    const next = /href="([^"]+)">\s*The next ones/.exec(absent)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(next).toContain('show=no-show');
    const rest = await (await get(next)).text();
    expect(rest.match(/role="rowheader"/g)).toHaveLength(28);
    const found = words(await shown('?show=no-show&q=noa 00')).match(/Noa \d+/g);
    expect(found?.sort()).toEqual(people.slice(2, 10).map(({ name }) => name));
    expect(words(await shown('?show=no-show&q=noa 000'))).toContain('Nobody who is looked for here');
  } finally {
    vi.useRealTimers();
  }
});
