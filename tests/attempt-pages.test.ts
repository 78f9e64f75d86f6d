import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectRecording } from '../app/recordings/inspect.ts';
import type { AttemptStart, Receipt } from '../app/wire.ts';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { digestToken } from '../app/attempts/token.ts';
import { AppError } from '../app/errors.ts';
import { insertTestTakerSession } from '../db/appliance/attempts.ts';
import {
  type AttemptKey,
  CHAPTER_SECONDS,
  cookieOf,
  INSTITUTION,
  makeAttemptKey,
  SETUP,
  type Pages,
  recordAttempt,
  startPages,
  type Visit,
  watch,
} from './attempt-pages-setting.ts';
import { ROOM_ORIGIN } from './custody-process.ts';

let pages: Pages;
let key: AttemptKey;

beforeAll(async () => {
  [pages, key] = await Promise.all([startPages(), makeAttemptKey()]);
});
afterAll(() => pages?.stop());

const anotherKey = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ format: 'der', type: 'spki' })
    .toString('base64url');

/** What a page says, without its markup. */
const words = (html: string) =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ');
const wordsOf = async (answer: Response) => words(await answer.text());

describe('coming in', () => {
  test('an unknown personal link is not found, in words for a test taker, and sets no cookie', async () => {
    const answer = await pages.ask('exam', '/i/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
    expect(answer.status).toBe(404);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(await wordsOf(answer)).toContain('Nothing has been recorded. Copy the whole link from your invitation');
  });

  test('a personal link opens a session that scripts and other sites cannot take, and the database keeps digests only', async () => {
    const { token } = pages.enter('Amal Haddad');
    const answer = await pages.ask('exam', `/i/${token}`);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/attempt');
    const [cookie = '', ...attributes] = (answer.headers.get('set-cookie') ?? '').split('; ');
    expect(cookie).toMatch(/^__Host-attempt=[\w-]{43}$/);
    expect(attributes.toSorted()).toEqual(['HttpOnly', 'Max-Age=172800', 'Path=/', 'SameSite=Lax', 'Secure']);
    const rows = ['test_takers', 'test_taker_sessions'].flatMap((table) =>
      pages.db.$client.prepare(`SELECT * FROM ${table}`).raw().all(),
    );
    const kept = rows
      .flat()
      .map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value)))
      .join('\n');
    expect(kept).toContain('Amal Haddad');
    expect(kept).toContain(digestToken(token).toString('latin1'));
    for (const secret of [token, cookie.split('=')[1] as string]) expect(kept).not.toContain(secret);
  });

  test('without a session, or with one that has ended, every page of an attempt says how to come in again', async () => {
    const { id } = pages.enter('Late Comer');
    const now = new Date().toISOString();
    insertTestTakerSession(
      pages.db,
      { tokenDigest: digestToken('ended'), testTaker: id, expiresAt: now },
      '2020-01-01',
    );
    for (const cookie of ['', '__Host-attempt=unknown', '__Host-attempt=ended']) {
      for (const path of ['/attempt', '/attempt/recorder', '/attempt/start', '/attempt/receipt']) {
        const answer = await pages.ask('exam', path, { headers: { cookie } });
        expect(answer.status, `${path} with "${cookie}"`).toBe(401);
        expect(await answer.text()).toContain('Open the link from your invitation again');
      }
    }
  });

  test('the first page says what this is and whom to ask, without a link', async () => {
    const answer = await pages.ask('exam', '/');
    expect(answer.status).toBe(200);
    expect(await wordsOf(answer)).toContain(`the examination office of ${INSTITUTION}`);
  });
});

describe('before the exam', () => {
  test('the notice tells who, what, why, for how long, for which purposes, and the way round', async () => {
    const visit = await pages.visit(pages.enter('Amal Haddad').token);
    const answer = await visit.page('/attempt');
    expect(answer.status).toBe(200);
    const notice = await wordsOf(answer);
    for (const told of [
      INSTITUTION,
      SETUP.unit,
      SETUP.necessity.camera,
      SETUP.necessity.microphone,
      SETUP.reviewers,
      SETUP.arrangement.alternative,
      SETUP.arrangement.contact.email,
      SETUP.privacyOfficer.email,
      SETUP.legalBasis,
      'within 5 days',
      'chapters of 1 minute',
      // What custody enforces, from custody itself.
      '7 January 2127',
      'a review of how the exam was sat or an appeal',
      'never asked to remove or change clothing',
    ]) {
      expect(notice).toContain(told);
    }
    const { examKey } = await pages.custody.web.exam(pages.exam);
    const fingerprint = createHash('sha256').update(Buffer.from(examKey.applianceKey, 'base64url')).digest('hex');
    expect(notice.replaceAll(' ', '')).toContain(fingerprint);
  });

  test('the recorder’s page has everything that the recorder’s script holds on to', async () => {
    const visit = await pages.visit(pages.enter('Amal Haddad').token);
    const html = await (await visit.page('/attempt/recorder')).text();
    expect(html).not.toContain('another browser of yours');
    for (const hook of [
      /<main[^>]* data-recorder[ =>]/,
      /<main[^>]* data-institution="Test University"/,
      /<section data-step="check" class="stack">/,
      /<video data-preview[^>]* muted[^>]* playsinline/,
      /<meter[^>]* data-level[^>]* min="0" max="1"/,
      /<p data-check-message[^>]* role="status"/,
      /<select[^>]* data-camera/,
      /<select[^>]* data-microphone/,
      /<button[^>]* data-allow/,
      /<button[^>]* data-start[^>]* disabled/,
      /<section data-step="record"[^>]* hidden/,
      /class="lamp" data-lamp="camera" data-on/,
      /class="lamp" data-lamp="microphone" data-on/,
      /class="lamp" data-lamp="sending" data-on/,
      /<time data-elapsed/,
      /<p data-truth[ =>]/,
      /<a[^>]* data-exam[^>]* href="\/demonstration" target="_blank" rel="noopener"/,
      /<button[^>]* data-finish[ =>]/,
      /<dialog data-finish-dialog/,
      /data-finish-confirm/,
      /data-finish-cancel/,
      /<section data-step="sealing"[^>]* hidden/,
      /<progress data-sealing/,
      /<p data-sealing-message[ =>]/,
      /<section data-step="done"[^>]* hidden/,
      /<a[^>]* data-receipt[^>]* href="\/attempt\/receipt"/,
      /<p[^>]* data-failure[^>]* role="alert" hidden/,
      /<script type="module" src="\/assets\/recorder.js">/,
    ]) {
      expect(html).toMatch(hook);
    }
  });

  test('no page has an inline script, an inline style or a handler', async () => {
    const visit = await pages.visit(pages.enter('Amal Haddad').token);
    for (const path of ['/', '/demonstration', '/attempt', '/attempt/recorder', '/i/none']) {
      const html = await (await visit.page(path)).text();
      expect(html).toContain('<!DOCTYPE html>');
      expect(html.match(/<script(?![^>]* src="\/assets\/)[^>]*>|<style|\sstyle=|\son\w+=|javascript:/i)).toBeNull();
    }
  });
});

describe('an attempt', () => {
  test('starts once: the same key comes back to it, another browser’s goes on with it, and custody knows it before the row', async () => {
    const visit = await pages.visit(pages.enter('Mei-Ling Chen').token);
    expect((await visit.standing()).status).toBe(404);
    const both = await Promise.all([1, 2].map(() => visit.start(key.publicKey)));
    expect(both.filter(({ status }) => status === 201).length).toBe(1);
    // Of two at the same moment custody may put one off; it never starts two.
    for (const answer of both.filter(({ status }) => status > 201)) {
      expect(await answer.json()).toMatchObject({ retryable: true });
    }
    const first = (await both.find(({ status }) => status === 201)?.json()) as AttemptStart;
    const second = await visit.start(key.publicKey);
    expect(second.status).toBe(200);
    expect(await second.json()).toEqual(first);
    expect(first).toMatchObject({
      exam: pages.exam,
      chapterSeconds: CHAPTER_SECONDS,
      examPage: '/demonstration',
      segmentLimit: 2 ** 20,
      recordings: [],
      examKey: (await pages.custody.web.exam(pages.exam)).examKey,
    });
    expect(await (await visit.standing()).json()).toEqual(first);
    expect(await wordsOf(await visit.page('/attempt'))).toContain('Go back to the recorder');

    // As after a crash between custody and the row.
    const forget = () => {
      for (const sql of ['DELETE FROM attempt_keys WHERE attempt = ?', 'DELETE FROM attempts WHERE id = ?'])
        pages.db.$client.prepare(sql).run(first.attempt);
    };
    forget();
    const again = await visit.start(key.publicKey);
    expect(again.status).toBe(201);
    expect(await again.json()).toEqual(first);
    forget();
    const other = await makeAttemptKey();
    const elsewhere = await visit.start(other.publicKey);
    expect(elsewhere.status).toBe(201);
    expect(await elsewhere.json()).toEqual(first);
    expect((await pages.custody.web.accesses(first.attempt)).accesses.map(({ kind }) => kind)).toEqual([
      'refused',
      'resumed',
    ]);
  });

  test('belongs to whoever it is for: another person’s session finds it nowhere, and nothing of theirs begins', async () => {
    const [visit, other] = [
      await pages.visit(pages.enter('Nadia Rahimi').token),
      await pages.visit(pages.enter('Otto Lindqvist').token),
    ];
    const start = (await (await visit.start(key.publicKey)).json()) as AttemptStart;
    const { publicKey } = await makeAttemptKey();
    const { seal } = await recordAttempt(pages, start, key);
    for (const answer of [
      await other.page(`/attempt/start?attempt=${start.attempt}`),
      await other.page('/attempt/start'),
      await other.send('/attempt', { attempt: start.attempt, publicKey }),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.headers.get('cloister-key')).toBe(null);
      // It would take the place of the session that the own link has brought by the time it arrives.
      expect(answer.headers.get('set-cookie')).toBe(null);
    }
    expect((await other.standing()).status).toBe(404);
    expect((await other.start(publicKey)).status).toBe(201);
    const sealing = await other.send('/attempt/seal', seal);
    expect([sealing.status, sealing.headers.get('set-cookie')]).toEqual([404, null]);
    const own = createHash('sha256').update(key.spki).digest('base64url');
    expect((await visit.standing()).headers.get('cloister-key')).toBe(own);
    const page = await (await visit.page('/attempt/recorder')).text();
    expect(page).toContain(` data-attempt="${start.attempt}"`);
    // Another browser's leftovers would be shut out by a seal from this one.
    expect(words(page)).toContain('in another browser of yours, something of it may still wait there');
  });

  test('takes no key that is not a P-256 public key, and starts nothing with one', async () => {
    const visit = await pages.visit(pages.enter('Tariq Aziz').token);
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ type: 'spki', format: 'der' });
    for (const wrong of [p384.toString('base64url'), `${key.publicKey}AAAA`, 'AAAA', 7]) {
      expect((await visit.start(wrong)).status, JSON.stringify(wrong)).toBe(400);
    }
    for (const body of [{ publicKey: key.publicKey }, { publicKey: key.publicKey, attempt: 'mine' }, []]) {
      expect((await visit.send('/attempt', body)).status, JSON.stringify(body)).toBe(400);
    }
    expect((await visit.start('A'.repeat(100_000))).status).toBe(413);
    expect((await visit.standing()).status).toBe(404);
  });

  test('ends with a seal that the attempt key signed; the seal may come again, and the receipt stays the first', async () => {
    const visit = await pages.visit(pages.enter('Jonas Weber').token);
    const stranger = await pages.visit(pages.enter('Olivia Brandt').token);
    const start = (await (await visit.start(key.publicKey)).json()) as AttemptStart;
    const { seal } = await recordAttempt(pages, start, key);
    expect((await visit.page('/attempt/receipt')).status).toBe(404);

    const forged = { ...seal, signature: `${seal.signature[0] === 'A' ? 'B' : 'A'}${seal.signature.slice(1)}` };
    const less = { ...seal, statement: seal.statement.replace('"segments":4', '"segments":3') };
    expect(less.statement).not.toBe(seal.statement);
    for (const wrong of [forged, less]) expect((await visit.send('/attempt/seal', wrong)).status).toBe(400);
    expect((await stranger.send('/attempt/seal', seal)).status).toBe(404);
    expect((await visit.standing()).status).toBe(200);

    const sealed = await visit.send('/attempt/seal', seal);
    expect(sealed.status).toBe(200);
    const receipt = (await sealed.json()) as Receipt;
    expect(JSON.parse(receipt.entry.body)).toMatchObject({ attempt: start.attempt, statement: seal.statement });
    const again = await visit.send('/attempt/seal', seal);
    expect(await again.json()).toEqual(receipt);

    const download = await visit.page('/attempt/receipt');
    expect(download.headers.get('content-disposition')).toBe('attachment; filename="cloister-receipt.json"');
    expect(download.headers.get('content-type')).toContain('application/json');
    expect(await download.json()).toEqual(receipt);
    expect((await stranger.page('/attempt/receipt')).status).toBe(404);

    expect((await visit.standing()).status).toBe(409);
    expect((await visit.start(key.publicKey)).status).toBe(409);
    expect((await visit.page('/attempt/recorder')).headers.get('location')).toBe('/attempt');
  });

  test.for([
    { asked: 'the recorder comes back', ask: (visit: Visit) => visit.standing(), status: 409 },
    { asked: 'the recorder starts again', ask: (visit: Visit) => visit.start(key.publicKey), status: 409 },
    { asked: 'its page is opened', ask: (visit: Visit) => visit.page('/attempt'), status: 200 },
  ])('whose seal was interrupted after custody entered it is finished when $asked', async ({ ask, status }) => {
    const visit = await pages.visit(pages.enter('Rosa Klein').token);
    const start = (await (await visit.start(key.publicKey)).json()) as AttemptStart;
    const { seal, recording } = await recordAttempt(pages, start, key);
    const receipt = await pages.custody.web.sealAttempt(start.attempt, seal);
    expect((await visit.page('/attempt/receipt')).status).toBe(404);

    for (const answer of [await ask(visit), await ask(visit)]) expect(answer.status).toBe(status);
    expect(await (await visit.standing()).text()).toContain('sealed');
    expect(await wordsOf(await visit.page('/attempt'))).toContain('Finished and sealed');
    const { entry } = (await (await visit.page('/attempt/receipt')).json()) as Receipt;
    expect(entry).toEqual(receipt.entry);
    const file = join(pages.recordingsFolder, start.attempt, `${recording}.clr`);
    expect(await inspectRecording(file)).toMatchObject({ seal: 'good', faults: [] });
  });

  test('that is never ended shows who watched, and one unreadable file hides nothing else', async () => {
    const visit = await pages.visit(pages.enter('Leila Haddad').token);
    const start = (await (await visit.start(key.publicKey)).json()) as AttemptStart;
    const recorded = await recordAttempt(pages, start, key);
    expect(await wordsOf(await visit.page('/attempt'))).toContain('Nobody has watched this recording.');
    const shown = { from: 7, to: 71 };
    await watch(pages, 'Ines Moreau', recorded, start.attempt, { chapters: [0, 1], shown });
    writeFileSync(join(pages.recordingsFolder, start.attempt, `${randomUUID()}.clr`), Buffer.alloc(2000, 7));
    const running = await visit.page('/attempt');
    expect(running.status).toBe(200);
    const told = await wordsOf(running);
    expect(told).toContain('Go back to the recorder');
    expect(told).toMatch(/Ines Moreau .* UTC 0:07 to 1:11 a review of how the exam was sat/);
    expect(told).toContain('Keys to 0:00 to 2:00');
  });

  test('shows who was allowed to watch apart from who watched, with minutes, purposes and decisions', async () => {
    const visit = await pages.visit(pages.enter('Chidi Okonkwo').token);
    const start = (await (await visit.start(key.publicKey)).json()) as AttemptStart;
    const recorded = await recordAttempt(pages, start, key);
    await visit.send('/attempt/seal', recorded.seal);
    const untouched = await wordsOf(await visit.page('/attempt'));
    expect(untouched).toContain('Nobody has watched this recording.');
    expect(untouched).toContain('Nothing has been decided');
    expect(untouched).not.toContain('Who was allowed to watch');

    await watch(pages, 'Ines Moreau', recorded, start.attempt, { chapters: [1] });
    const allowed = await wordsOf(await visit.page('/attempt'));
    expect(allowed).toContain('Nobody has watched this recording.');
    expect(allowed).toMatch(/Ines Moreau .* UTC Keys to 1:00 to 2:00 a review of how the exam was sat/);

    const reviewer = await watch(pages, 'Samuel Okafor', recorded, start.attempt, {
      chapters: [0, 1],
      shown: { from: 7, to: 71 },
    });
    const watched = await wordsOf(await visit.page('/attempt'));
    expect(watched).not.toContain('Nobody has watched');
    const [shown = '', granted = ''] = watched.split('Who was allowed to watch');
    expect(shown).toMatch(/Samuel Okafor .* UTC 0:07 to 1:11 a review of how the exam was sat/);
    expect(shown).not.toContain('Ines Moreau');
    expect(granted).toContain('Keys to 0:00 to 2:00');

    const { room } = pages.custody;
    const reason = 'Somebody brought tea and left again.';
    const decision = {
      type: 'decide' as const,
      attempt: start.attempt,
      outcome: 'nothing-to-clarify' as const,
      reason,
    };
    const act = await room.proposeAct(reviewer.session, decision);
    await room.signAct(reviewer.session, act.act, reviewer.key.touch(act.options?.challenge ?? '', ROOM_ORIGIN));
    const decided = await wordsOf(await visit.page('/attempt'));
    expect(decided).toMatch(
      /There is nothing to clarify\. Reason given: “Somebody brought tea and left again\.” Samuel Okafor/,
    );
  });
});

describe('a roster', () => {
  test('takes those codes of test takers that custody takes, in custody’s own form, and says what is wrong with others', async () => {
    const { exam, db, custody } = pages;
    const codes = ['R-1', ' R-2 ', 'Größe 3', '4'.repeat(64)];
    const wrong = ['', ' ', '5'.repeat(65), 'R-6\nsigned by all', 'R-7\u202e', '\u2066R-8', 'R-9\ud800', 'R-0\u0000'];
    const held = () => db.$client.prepare('SELECT candidate FROM test_takers').pluck().all();
    const register = (candidate: string) =>
      custody.web.registerAttempt({ attempt: randomUUID(), exam, candidate, publicKey: anotherKey() });
    for (const candidate of codes) {
      enterTestTaker(db, { exam, candidate, name: 'Roster Row' });
      expect(held()).toContain(candidate.trim());
      expect((await register(candidate)).startedAt, candidate).toBeTruthy();
    }
    const before = held();
    for (const candidate of wrong) {
      const enter = () => enterTestTaker(db, { exam, candidate, name: 'Roster Row' });
      expect(enter, JSON.stringify(candidate)).toThrow(AppError);
      expect(enter).toThrow(/candidate code/);
      await expect(register(candidate), JSON.stringify(candidate)).rejects.toMatchObject({ code: 'malformed' });
    }
    expect(held()).toEqual(before);
  });
});

describe('the staff origin', () => {
  test('sends whoever is not signed in to the room, and asks for a fresh ticket from the room’s own page', async () => {
    const visit = await pages.visit(pages.enter('Amal Haddad').token);
    for (const cookie of ['', '__Host-staff=unknown', visit.cookie.replace('attempt', 'staff')]) {
      const answer = await pages.ask('staff', '/', { headers: { cookie } });
      expect(answer.status).toBe(401);
      const html = await answer.text();
      expect(html).toContain(`href="${ROOM_ORIGIN}"`);
      expect(html).not.toContain('Linear Algebra');
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const elsewhere = { method: 'POST', headers: { ...form, origin: 'https://elsewhere.example' }, body: 'ticket=t' };
    expect((await pages.ask('staff', '/session', elsewhere)).status).toBe(403);
    const empty = { method: 'POST', headers: { ...form, origin: ROOM_ORIGIN }, body: '' };
    expect((await pages.ask('staff', '/session', empty)).status).toBe(400);
  });

  test('lists exams and how far each attempt has come, and offers no recording', async () => {
    const visit = await pages.visit(pages.enter('Dora Novák').token);
    const start = (await (await visit.start(key.publicKey)).json()) as AttemptStart;
    const recorded = await recordAttempt(pages, start, key);
    const roster = async () => {
      const answer = await pages.ask('staff', `/exams/${pages.exam}`, { headers: { cookie } });
      expect(answer.status).toBe(200);
      return answer.text();
    };
    const { session } = await watch(pages, 'Ruth Albrecht', recorded, start.attempt, { chapters: [0] });
    const signIn = await pages.enterStaff(session);
    expect(signIn.status).toBe(303);
    expect(signIn.headers.get('set-cookie')).toMatch(/^__Host-staff=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    const cookie = cookieOf(signIn);

    const list = await (await pages.ask('staff', '/', { headers: { cookie } })).text();
    expect(list).toContain(`href="/exams/${pages.exam}"`);
    expect(words(list)).toContain('Ruth Albrecht');
    const during = await roster();
    expect(words(during)).toMatch(/Dora Novák T-\d+ Recording since/);
    expect(during).toContain(`href="${ROOM_ORIGIN}/attempts"`);
    for (const secret of [start.attempt, recorded.recording]) expect(during).not.toContain(secret);

    await visit.send('/attempt/seal', recorded.seal);
    pages.enter('Emil Ångström');
    expect(words(await roster())).toMatch(/Dora Novák T-\d+ Ended and sealed, .*Emil Ångström T-\d+ Not started/);
    const missing = await pages.ask('staff', '/exams/none', { headers: { cookie } });
    expect(missing.status).toBe(404);

    const end = await pages.ask('staff', '/session/end', { method: 'POST', headers: { cookie } });
    expect(end.headers.get('set-cookie')).toMatch(/^__Host-staff=; Max-Age=0; Path=\//);
    expect((await pages.ask('staff', '/', { headers: { cookie } })).status).toBe(401);
  });

  test('a ticket signs in once', async () => {
    const visit = await pages.visit(pages.enter('Kai Lund').token);
    const start = (await (await visit.start(key.publicKey)).json()) as AttemptStart;
    const recorded = await recordAttempt(pages, start, key);
    const { session } = await watch(pages, 'Noa Levi', recorded, start.attempt, { chapters: [0] });
    const { ticket } = await pages.custody.room.ticket(session);
    const redeem = () =>
      pages.ask('staff', '/session', {
        method: 'POST',
        headers: { origin: ROOM_ORIGIN, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ ticket }).toString(),
      });
    expect((await redeem()).status).toBe(303);
    const again = await redeem();
    expect(again.status).toBe(401);
    expect(again.headers.get('set-cookie')).toBeNull();
  });
});
