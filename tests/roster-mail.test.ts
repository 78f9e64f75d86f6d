import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { enterExam } from '../app/exams/exam.ts';
import { fingerprintOf } from '../app/exams/fingerprint.ts';
import { writeInvitation } from '../app/roster/invitation-mail.tsx';
import { Mailing } from '../app/roster/mailing.ts';
import { createToken, digestToken } from '../app/attempts/token.ts';
import { beginMail, countMails, enterMails, findMail, findNextMail } from '../db/appliance/invitation-mails.ts';
import { countRoster, enterOnRoster, findOnRoster, listRoster, removeFromRoster } from '../db/appliance/roster.ts';
import { cookieOf, INSTITUTION, type Pages, SETUP, startPages } from './attempt-pages-setting.ts';
import { policy, publishExam } from './custody-process.ts';
import { type MailReceiver, makeMailCertificate, readHeader, startMailReceiver } from './mail-receiver.ts';

const certificate = makeMailCertificate();
const FROM = 'exams@university.example';
const settings = (port: number) =>
  ({ host: 'localhost', port, encryption: 'starttls', user: undefined, passwordFile: undefined, from: FROM }) as const;
/** As fast as it goes; what is put off comes again twice, as late as a test needs to see it waiting. */
const LATER = [100, 100];
const pace = { between: 0, later: LATER, away: [150] };

let receiver: MailReceiver;
let pages: Pages;
let cookie = '';
let exam = '';
let logged = '';

beforeAll(async () => {
  setDefaultCACertificates([...getCACertificates('default'), certificate.authority]);
  receiver = await startMailReceiver({ tls: certificate });
  const log = pino(
    { level: 'debug' },
    new Writable({
      write(chunk, _encoding, done) {
        logged += chunk;
        done();
      },
    }),
  );
  pages = await startPages(undefined, { settings: settings(receiver.port), pace, log });
  cookie = cookieOf(await pages.enterStaff(pages.custody.founders.administrator.session));
}, 60_000);
afterAll(async () => {
  await pages?.stop();
  await receiver?.stop();
});

/** An exam with these people, and nobody else, on its roster. It is published once; what differs is another one. */
async function open(people: { name: string; email: string | null }[], more?: { title: string; setup: object }) {
  if (more) {
    exam = randomUUID();
    const setup = { ...SETUP, ...more.setup } as typeof SETUP;
    enterExam(pages.db, await publishExam(pages.custody, { exam, title: more.title, policy: policy(), setup }));
  } else {
    exam = pages.exam;
    for (const { id } of listRoster(pages.db, exam, null, 100)) removeFromRoster(pages.db, id);
  }
  return people.map(({ name, email }, index) => {
    const id = randomUUID();
    enterOnRoster(pages.db, [
      { id, exam, candidate: `M-${index + 1}`, name, email, linkDigest: digestToken(createToken()) },
    ]);
    return id;
  });
}
const person = (name: string) => ({ name, email: `${name.toLowerCase().replaceAll(/\W/g, '')}@students.example` });
const get = async (path: string) => words(await (await pages.ask('staff', path, { headers: { cookie } })).text());
const post = (path: string, fields: Record<string, string>) =>
  pages.ask('staff', path, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
const send = (whom: string, before = new Date().toISOString()) => post(`/exams/${exam}/mails`, { whom, before });
const words = (html: string) =>
  html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll(/\s+/g, ' ');
const linkIn = (text: string) => /https:\S*\/i\/\S+/.exec(text)?.[0] ?? '';
const opens = async (link: string) => (await pages.ask('exam', new URL(link).pathname)).status === 303;
const to = (address: string) => receiver.received.filter((mail) => mail.to.includes(address));
const stands = (state: string, count: number) =>
  expect.poll(() => countMails(pages.db, exam)[state as 'sent'], { interval: 20 }).toBe(count);

beforeEach(() => {
  pace.later = LATER;
  receiver.received.length = 0;
  receiver.conduct.onRecipient = undefined;
  receiver.conduct.onMail = undefined;
});

test('invitations go out over TLS, each with a link of its own that works and all that a test taker has to know', async () => {
  const [id = ''] = await open([person('Amal Haddad'), person('Mei Chen'), { name: 'Noa Levi', email: null }]);
  const page = await get(`/exams/${exam}/invitations`);
  expect(page).toContain('neither a personal link nor a mail on its way (2)');
  expect(page).toContain('1 has no e-mail address and no link');
  const asked = await send('new');
  expect(asked.status).toBe(303);
  expect(asked.headers.get('location')).toBe(`/exams/${exam}/mails`);
  await stands('sent', 2);
  expect(await get(`/exams/${exam}/mails`)).toContain('2 of 2 mails sent. None waits.');
  expect(await get(`/exams/${exam}`)).toMatch(/Amal Haddad M-1 amalhaddad@students.example Made .* Mail sent/);

  const { examKey, policy: rules } = await pages.custody.web.exam(exam);
  const [mail, ...more] = to('amalhaddad@students.example');
  expect(more).toEqual([]);
  expect(mail).toMatchObject({ from: FROM, to: ['amalhaddad@students.example'], encrypted: true });
  const { headers, text, html } = mail!;
  expect(readHeader(headers, 'Subject')).toBe('Invitation: Linear Algebra I');
  expect(readHeader(headers, 'To')).toBe('Amal Haddad <amalhaddad@students.example>');
  expect(readHeader(headers, 'From')).toBe(`${INSTITUTION} <${FROM}>`);
  expect(readHeader(headers, 'Reply-To')).toBe('Examination Office <exams@university.example>');
  expect(readHeader(headers, 'Auto-Submitted')).toBe('auto-generated');
  for (const said of [text, words(html)]) {
    for (const part of [
      'Dear Amal Haddad,',
      'an exam of Department of Mathematics that is recorded',
      `The exam closes on ${new Intl.DateTimeFormat('en-GB', { weekday: 'long' }).format(new Date(rules.closesAt))}`,
      'your camera and your microphone are recorded, for the reasons below; who may be allowed to watch, and how long it is kept, stands in the notice, which your personal link opens',
      'Camera: Because nobody invigilates at home.',
      'Microphone: Because answers can be dictated.',
      'https://exam.localhost:8443/check',
      fingerprintOf(examKey.applianceKey),
      'Examination Office, exams@university.example. Write to them as well if you would rather not be recorded',
      'You can sit the exam on campus without any recording.',
      'Privacy Officer, privacy@university.example',
      'only its link works',
    ]) {
      expect(said).toContain(part);
    }
    expect(linkIn(said)).toBe(linkIn(text));
  }
  expect(text).not.toContain('Screen:');
  expect(html).toContain(`<a href="${linkIn(text)}">`);
  expect(linkIn(text)).not.toBe(linkIn(to('meichen@students.example')[0]!.text));
  expect(await opens(linkIn(text))).toBe(true);

  // Sent again, the newer link is the one that works.
  await send(id);
  await expect.poll(() => to('amalhaddad@students.example').length).toBe(2);
  const newer = linkIn(to('amalhaddad@students.example')[1]!.text);
  await stands('sent', 2);
  expect(await opens(linkIn(text))).toBe(false);
  expect(await opens(newer)).toBe(true);
  const refused = await send(randomUUID());
  expect(refused.status).toBe(404);
});

test('an exam in German is told of in German; a title and a name cannot end a header, add an address or become HTML', async () => {
  const title = 'Strafrecht <b>I</b> & "Übung", extra@example.org';
  const hostile = 'Zoë\r\nBcc: all@students.example\r\n\r\n<script>x</script>, eve@example.org';
  await open([{ name: hostile, email: 'zoe@students.example' }], { title, setup: { language: 'de', minutes: 90 } });
  await send('new');
  await stands('sent', 1);
  const { to: recipients, headers, text, html } = receiver.received[0]!;
  expect(recipients).toEqual(['zoe@students.example']);
  expect(headers.filter((header) => /^(bcc|cc):/i.test(header))).toEqual([]);
  expect(headers.map((header) => header.split(':')[0]?.toLowerCase()).sort()).toEqual(
    [
      'auto-submitted',
      'content-language',
      'content-type',
      'date',
      'from',
      'message-id',
      'mime-version',
      'reply-to',
      'subject',
      'to',
    ].sort(),
  );
  expect(readHeader(headers, 'Subject')).toBe(`Einladung: ${title}`);
  // Nor is there a line's end in a header once its encoded words are read.
  for (const name of ['To', 'Subject', 'From', 'Reply-To']) expect(readHeader(headers, name)).not.toMatch(/\p{Cc}/u);
  expect(readHeader(headers, 'To')).toMatch(/^"?Zoë Bcc: all@students\.example .*"? <zoe@students\.example>$/);
  expect(readHeader(headers, 'Content-Language')).toBe('de');
  expect(text).toContain(`Sie sind zu „${title}“ angemeldet`);
  expect(text).toContain('Ab Ihrem Beginn haben Sie 90 Minuten Zeit.');
  expect(text).toContain(
    'Während der Prüfung werden das Bild Ihrer Kamera und der Ton Ihres Mikrofons aufgezeichnet, aus den Gründen unten;',
  );
  expect(html).toContain('<html lang="de">');
  expect(html).toContain('Strafrecht &lt;b&gt;I&lt;/b&gt; &amp; &quot;Übung&quot;');
  expect(html).not.toMatch(/<script|<b>/);
});

test('pressed twice, or by two people at once, it is sent once', async () => {
  const [id = '', other = ''] = await open([person('Twice Pressed'), person('Once Only')]);
  const before = new Date().toISOString();
  await Promise.all([send('new', before), send('new', before), send('all', before), send(id, before)]);
  await stands('sent', 2);
  const asked = () => [id, other].map((of) => findMail(pages.db, of)?.askedAt);
  const once = asked();
  await send('all', before);
  await send(id, before);
  expect(asked()).toEqual(once);
  expect(receiver.received).toHaveLength(2);
  // From a page that was loaded since, it is another one.
  await send(id);
  await expect.poll(() => to('twicepressed@students.example').length).toBe(2);
});

test('whom the server refuses is named with what it said, keeps the link that works, and is sent another one once mended', async () => {
  const [id = '', other = ''] = await open([person('Rosa Refused'), person('Tom Taken')]);
  await send('all');
  await stands('sent', 2);
  const [first] = to('rosarefused@students.example').map(({ text }) => linkIn(text));
  receiver.conduct.onRecipient = (address) =>
    address === 'rosarefused@students.example' ? '550 5.1.1 no such student\u0007 here' : undefined;
  await send('all');
  await stands('refused', 1);
  await stands('sent', 1);
  expect(await opens(first ?? '')).toBe(true);
  const listed = await get(`/exams/${exam}/mails`);
  expect(listed).toMatch(/1 of 2 mails sent\. None waits\./);
  expect(listed).toMatch(
    /Rosa Refused rosarefused@students.example Address refused The server does not take this address\..*no such student here/,
  );
  expect(await get(`/exams/${exam}`)).toMatch(/Rosa Refused .* Mail was not sent/);
  // Over the same line the next one went out.
  expect(findMail(pages.db, other)?.state).toBe('sent');

  const wrong = await post(`/exams/${exam}/test-takers/${id}/address`, { email: 'rosa@' });
  expect(wrong.status).toBe(400);
  expect(await wrong.text()).toMatch(/value="rosa@"[\s\S]*This is not an e-mail address/);
  expect((await post(`/exams/${exam}/test-takers/${id}/address`, { email: 'rosa@students.example' })).status).toBe(303);
  await send('failed');
  await stands('sent', 2);
  const [newer] = to('rosa@students.example').map(({ text }) => linkIn(text));
  expect(await opens(newer ?? '')).toBe(true);
  expect(await opens(first ?? '')).toBe(false);
});

test('who has no link yet and is refused has none afterwards either, and is counted so', async () => {
  const [id = ''] = await open([person('Never Invited')]);
  receiver.conduct.onRecipient = () => '550 5.1.1 unknown';
  await send('new');
  await stands('refused', 1);
  expect(countRoster(pages.db, exam)).toMatchObject({ entered: 1, invited: 0 });
  expect(findOnRoster(pages.db, exam, id)).toMatchObject({ invitedAt: null, mail: 'refused' });
  expect(await get(`/exams/${exam}/invitations`)).toMatch(/on its way \(0\) .*did not get through \(1\)/);
});

test('what the server puts off is sent later; what it puts off again and again is given up, and said', async () => {
  pace.later = [1500, 100];
  await open([person('Grey Listed'), person('Always Later')]);
  let asked = 0;
  receiver.conduct.onRecipient = (address) => {
    if (address.startsWith('always')) return '450 4.2.0 come back';
    asked += 1;
    return asked === 1 ? '451 4.7.1 greylisted' : undefined;
  };
  await send('new');
  await expect
    .poll(() => get(`/exams/${exam}/mails`), { interval: 20 })
    .toMatch(/Always Later .* Put off The server put it off\. It is tried again at/);
  await stands('sent', 1);
  await stands('refused', 1);
  expect(to('greylisted@students.example')).toHaveLength(1);
  expect(await get(`/exams/${exam}/mails`)).toMatch(/Always Later .*put it off again and again.*450 4.2.0 come back/);
});

test('a line that breaks behind the mail leaves it uncertain, and nobody is sent a second one by itself', async () => {
  const [id = ''] = await open([person('Un Certain'), person('Next One')]);
  receiver.conduct.onMail = (address) => (address.startsWith('uncertain') ? 'break' : undefined);
  await send('new');
  await stands('uncertain', 1);
  await stands('sent', 1);
  expect(await get(`/exams/${exam}/mails`)).toMatch(
    /Un Certain .* It may have arrived and may not; the link before has stopped/,
  );
  // Should it have arrived, its link works.
  expect(findOnRoster(pages.db, exam, id)?.invitedAt).not.toBeNull();
  await send('new');
  receiver.conduct.onMail = undefined;
  expect(countMails(pages.db, exam)).toMatchObject({ waiting: 0, uncertain: 1 });
  await send('failed');
  await stands('sent', 2);
});

test('a line that breaks before the mail was asked for costs nobody their link; it is tried again', async () => {
  await open([person('Early Break')]);
  let calls = 0;
  receiver.conduct.onRecipient = () => {
    calls += 1;
    return calls === 1 ? '421 4.3.2 going down' : undefined;
  };
  await send('new');
  await stands('sent', 1);
  expect(calls).toBe(2);
  expect(receiver.received).toHaveLength(1);
});

test('what waits can be taken back, and paper takes its place', async () => {
  const [id = '', other = ''] = await open([person('Back Taken'), person('Paper Person')]);
  pace.later = [60_000];
  receiver.conduct.onRecipient = () => '450 4.2.0 later';
  await send('new');
  // One that is being handed over cannot be taken back.
  for (const one of [id, other])
    await expect.poll(() => findMail(pages.db, one)?.fault, { interval: 20 }).toBe('later');
  const printed = await post(`/exams/${exam}/invitations`, { whom: id, form: 'slips' });
  const link = linkIn(words(await printed.text()));
  expect(findMail(pages.db, id)).toBeUndefined();
  expect((await post(`/exams/${exam}/mails/withdrawal`, {})).headers.get('location')).toBe(`/exams/${exam}/mails`);
  await expect.poll(() => countMails(pages.db, exam)).toMatchObject({ waiting: 0, sending: 0 });
  expect(await opens(link)).toBe(true);
  expect(await get(`/exams/${exam}/mails`)).toContain('No invitation to this exam was sent by mail');
});

test('an exam’s administrator gets it first, word for word with a link that opens nothing, and reads what the server has against it', async () => {
  const [id = ''] = await open([person('Amal Haddad')]);
  await send('new');
  await stands('sent', 1);
  const { text, html } = to('amalhaddad@students.example')[0]!;
  const before = [countRoster(pages.db, exam), findOnRoster(pages.db, exam, id), countMails(pages.db, exam)];
  const path = `/exams/${exam}/mails/tests`;
  expect(await get(`/exams/${exam}/invitations`)).toContain('Send the mail to yourself first');
  const tried = await post(path, { email: 'paulo@university.example' });
  expect([tried.status, tried.headers.get('location')]).toEqual([303, `${path}?sent`]);
  expect(await get(`${path}?sent`)).toContain('Your mail server took the mail.');
  const [mail, ...more] = to('paulo@university.example');
  expect([mail?.encrypted, more]).toEqual([true, []]);
  const sample = linkIn(mail!.text);
  expect(new URL(sample).pathname).toBe('/i/sample-that-opens-nothing');
  expect(new URL(sample).hash, 'with the fingerprint of a real one').toBe(new URL(linkIn(text)).hash);
  const asSample = (said: string) =>
    said.replaceAll(linkIn(text), sample).replaceAll('Amal Haddad', 'Paulo Nunes').replaceAll('M-1', 'SAMPLE');
  expect(mail!.text).toBe(asSample(text));
  expect(words(mail!.html)).toBe(words(asSample(html)));
  expect((await pages.ask('exam', new URL(sample).pathname)).status).toBe(404);

  const wrong = await post(path, { email: 'paulo@' });
  expect([wrong.status, /value="paulo@"[\s\S]*This is no e-mail address/.test(await wrong.text())]).toEqual([
    400,
    true,
  ]);
  const refusals: [reply: string, at: 'onRecipient' | 'onMail', said: RegExp][] = [
    [
      '550 5.1.1 no such mailbox',
      'onRecipient',
      /does not take this address\. Nothing was sent.*“550 5.1.1 no such mailbox”/,
    ],
    ['554 5.7.1 looks like spam', 'onMail', /Test takers would not get it either.*“554 5.7.1 looks like spam”/],
    [
      '421 4.3.2 going down',
      'onRecipient',
      /The mail server does not answer\. Who runs this appliance checks .* Nothing was sent\./,
    ],
  ];
  for (const [reply, at, said] of refusals) {
    receiver.conduct.onRecipient = receiver.conduct.onMail = undefined;
    receiver.conduct[at] = () => reply;
    const refused = await post(path, { email: 'paulo@university.example' });
    const page = await refused.text();
    expect([refused.status, words(page)]).toEqual([502, expect.stringMatching(said)]);
    expect(page, 'what was typed').toContain('value="paulo@university.example"');
  }
  receiver.conduct.onRecipient = receiver.conduct.onMail = undefined;
  expect((await post(path, { email: 'paulo@university.example' })).status).toBe(303);
  const sixth = await post(path, { email: 'paulo@university.example' });
  expect([sixth.status, words(await sixth.text())]).toEqual([
    429,
    expect.stringContaining('five of them within twelve'),
  ]);
  expect(to('paulo@university.example')).toHaveLength(2);
  expect([countRoster(pages.db, exam), findOnRoster(pages.db, exam, id), countMails(pages.db, exam)]).toEqual(before);
});

describe('a mail server', () => {
  /** Another sender over the same database, whose mails go elsewhere. */
  const mailingTo = (port: number, more: Partial<ReturnType<typeof settings>> = {}) =>
    new Mailing({
      db: pages.db,
      settings: { ...settings(port), ...more },
      institution: INSTITUTION,
      examOrigin: 'https://exam.localhost:8443',
      log: pino({ level: 'silent' }),
      pace,
    });

  beforeAll(() => pages.mailing?.close());

  test('that is away is waited for, the page says why, and nobody loses the link that they have', async () => {
    const [id = ''] = await open([person('Patient One')]);
    const gone = await startMailReceiver({ tls: certificate });
    await gone.stop();
    const mailing = mailingTo(gone.port);
    mailing.open();
    mailing.enter(exam, { testTaker: id }, new Date().toISOString());
    await expect.poll(() => mailing.halt?.trouble, { interval: 20 }).toBe('unreachable');
    expect(findOnRoster(pages.db, exam, id)).toMatchObject({ invitedAt: null, mail: 'waiting' });
    const back = await startMailReceiver({ port: gone.port, tls: certificate });
    await stands('sent', 1);
    expect(back.received).toHaveLength(1);
    expect(mailing.halt).toBeUndefined();
    await mailing.close();
    await back.stop();
  });

  test('that answers nothing keeps nobody from ending this process', async () => {
    const [id = ''] = await open([person('Long Silence')]);
    const asked: Socket[] = [];
    const silent = createServer((line) => asked.push(line)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const mailing = mailingTo((silent.address() as { port: number }).port);
    mailing.open();
    mailing.enter(exam, { testTaker: id }, new Date().toISOString());
    await expect.poll(() => asked.length, { interval: 20 }).toBe(1);
    const begun = performance.now();
    await mailing.close(50);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(findOnRoster(pages.db, exam, id)).toMatchObject({ invitedAt: null, mail: 'waiting' });
    await post(`/exams/${exam}/mails/withdrawal`, {});
    silent.close();
  });

  test.each([
    ['offers no encryption', undefined, 'no-encryption'],
    ['shows a certificate of an authority that is not trusted', makeMailCertificate(), 'certificate'],
  ] as const)('that %s is handed nothing', async (_, tls, trouble) => {
    const [id = ''] = await open([person('Careful One')]);
    const other = await startMailReceiver(tls ? { tls } : {});
    const mailing = mailingTo(other.port);
    mailing.open();
    mailing.enter(exam, { testTaker: id }, new Date().toISOString());
    await expect.poll(() => mailing.halt?.trouble, { interval: 20 }).toBe(trouble);
    await mailing.close();
    expect(other.received).toEqual([]);
    expect(countMails(pages.db, exam)).toMatchObject({ waiting: 1 });
    await post(`/exams/${exam}/mails/withdrawal`, {});
    await other.stop();
  });

  test('is told the name and the password of a file; a wrong one is said, and mended without a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mail-'));
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 'wrong\n');
    await open([person('Pass Word')]);
    const strict = await startMailReceiver({ tls: certificate, login: { user: 'cloister', pass: 's3 cret' } });
    const mailing = new Mailing({
      db: pages.db,
      settings: { ...settings(strict.port), user: 'cloister', passwordFile },
      institution: INSTITUTION,
      examOrigin: 'https://exam.localhost:8443',
      log: pino({ level: 'silent' }),
      pace,
    });
    mailing.open();
    mailing.enter(exam, 'new', new Date().toISOString());
    await expect
      .poll(() => mailing.halt, { interval: 20 })
      .toMatchObject({ trouble: 'login', reply: expect.stringContaining('not known here') });
    writeFileSync(passwordFile, 's3 cret\n');
    await stands('sent', 1);
    await mailing.close();
    await strict.stop();
    rmSync(folder, { recursive: true });
  });

  test('that had a mail in hand when this process was killed may have taken it: nothing is sent again by itself', async () => {
    const [id = '', waits = ''] = await open([person('In Hand'), person('In Line')]);
    const at = new Date().toISOString();
    enterMails(pages.db, exam, 'new', at, at);
    // What stands in the database at the moment of the kill.
    const next = findNextMail(pages.db)!;
    expect([id, waits]).toContain(next.testTaker);
    const link = createToken();
    beginMail(pages.db, next, next.email ?? '', digestToken(link), at);
    const mailing = mailingTo(receiver.port);
    mailing.open();
    await stands('sent', 1);
    expect(countMails(pages.db, exam)).toEqual({ waiting: 0, sending: 0, sent: 1, refused: 0, uncertain: 1 });
    expect(to(next.email ?? '')).toEqual([]);
    expect(await opens(`https://exam.localhost:8443/i/${link}`)).toBe(true);
    await mailing.close();
  });

  test('is asked by cloister doctor, which says what is wrong and exits with 1', async () => {
    const doctor = (environment: Record<string, string>) =>
      promisify(execFile)(join(import.meta.dirname, '../bin/cloister'), ['doctor'], {
        env: { PATH: process.env['PATH'] ?? '', ...environment },
      }).then(
        ({ stdout }) => ({ code: 0, said: stdout }),
        ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
          code,
          said: stdout + stderr,
        }),
      );
    const open = await startMailReceiver();
    const url = `smtp://localhost:${open.port}`;
    const [none, reached, faulty] = await Promise.all([
      doctor({}),
      doctor({ CLOISTER_SMTP_URL: url, CLOISTER_SMTP_FROM: FROM }),
      doctor({ CLOISTER_SMTP_URL: 'http://mail', CLOISTER_SMTP_PASSWORD_FILE: '/nowhere' }),
    ]);
    expect(none).toEqual({ code: 0, said: expect.stringContaining('Mail: well. It is not set up') });
    expect(reached.code).toBe(0);
    expect(reached.said).toContain(`localhost, port ${open.port} is reached, NOT ENCRYPTED, without a login`);
    expect(faulty.code).toBe(3);
    expect(faulty.said).toContain('has 3 fault(s)');
    expect(open.received).toEqual([]);
    await open.stop();
    const away = await doctor({ CLOISTER_SMTP_URL: url, CLOISTER_SMTP_FROM: FROM });
    expect(away.code).toBe(1);
    expect(away.said).toContain('The mail server does not answer.');
  });
});

test('no name, no address and no link is in the log', async () => {
  expect(logged).toContain('invitation by mail');
  for (const secret of ['@', '/i/', 'Haddad', 'Refused', 'student']) expect(logged).not.toContain(secret);
});

test('a mail is of lines that every server takes', async () => {
  await open([]);
  const rules = await pages.custody.web.exam(exam);
  const setup = { ...rules.setup, unit: 'Größe '.repeat(300) };
  const invitation = { name: 'A', candidate: 'M-1', link: 'https://exam.localhost:8443/i/x#key=y' };
  const sending = { from: FROM, to: 'a@students.example', institution: 'Ü'.repeat(200), examOrigin: 'https://e' };
  const message = await writeInvitation({ ...rules, title: 'T'.repeat(200), setup }, invitation, sending);
  // RFC 5322 section 2.1.1.
  for (const line of message.toString('latin1').split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
  expect(message.every((byte) => byte < 0x80)).toBe(true);
});
