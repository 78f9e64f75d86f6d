import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { attemptIdOf } from '../app/attempts/attempt.ts';
import { termsOf } from '../app/attempts/terms.ts';
import { absenceOf, attendanceOf, countAttendance, partOf } from '../app/sitting/attendance.ts';
import { Conditions } from '../app/sitting/condition.ts';
import type { OwnTime } from '../app/wire.ts';
import { closeAttempt, insertAttempt } from '../db/appliance/attempts.ts';
import { enterOnRoster } from '../db/appliance/roster.ts';
import { makeAttemptKey, type Pages, startPages } from './attempt-pages-setting.ts';
import { enterStaff, type Staff } from './staff-setting.ts';

type Who = 'administrator' | 'lawyer' | 'officer' | 'reviewer';

const T = Date.parse('2026-11-30T10:00:00Z');
const iso = (ms: number) => new Date(ms).toISOString();

describe('how somebody stands', () => {
  const terms = termsOf({
    policy: { closesAt: iso(T + 7_200_000), uploadHours: 1 },
    setup: { opensAt: iso(T - 3_600_000), lastEntryMinutes: 60, minutes: 90 },
  });
  const row = {
    id: 'a',
    candidate: 'A-1',
    name: 'Amal Haddad',
    attempt: 'a',
    startedAt: iso(T - 60_000),
    endedAt: null,
  };
  const said = { phase: 'recording' as const, lacks: [], waitingSeconds: 0 };
  const standing = (changes: object, heard?: object, since = T - 600_000, now = T) =>
    attendanceOf({ ...row, ...changes }, terms, {
      elsewhere: false,
      heard: heard && { ...said, at: T, ...heard },
      since,
      now,
    });

  test('is not started until the last entry, and did not begin after it', () => {
    const none = { attempt: null, startedAt: null };
    expect(standing(none).state).toBe('not-started');
    expect(standing(none, undefined, 0, T + 1).state).toBe('no-show');
    expect(absenceOf(terms, false, T)).toBe('not-started');
    expect(absenceOf(terms, true, T + 1), 'who sits it another way').toBe('elsewhere');
  });

  test('is recording, buffering and offline by how long nothing was heard, or how much waits', () => {
    expect(standing({}, {}).state).toBe('recording');
    expect(standing({}, { at: T - 30_000 }).state).toBe('recording');
    expect(standing({}, { at: T - 30_001 }).state).toBe('buffering');
    expect(standing({}, { waitingSeconds: 31 }).state).toBe('buffering');
    expect(standing({}, { at: T - 120_001 }).state).toBe('offline');
    expect(standing({}, { phase: 'finishing', waitingSeconds: 900 }).state).toBe('finishing');
    expect(standing({ endedAt: iso(T) }, {}).state).toBe('finished');
  });

  test('is on a break until its minutes are over, however silent, and then stands as anybody', () => {
    const rests = { at: T - 200_000, breakSeconds: 201 };
    expect(standing({}, rests)).toMatchObject({ state: 'break', breakUntil: iso(T + 1000), lacks: [] });
    expect(standing({}, rests, 0, T + 1000)).toMatchObject({ state: 'offline', breakUntil: null });
    expect(standing({}, { at: T - 5000, breakSeconds: 5, lacks: [] }).state).toBe('recording');
    expect(standing({}, { ...rests, lacks: ['room'] })).toMatchObject({ state: 'break', lacks: [] });
  });

  test('is not called offline for a silence of which nothing could be known', () => {
    expect(standing({ startedAt: iso(T - 900_000) }, undefined, T - 20_000).state).toBe('recording');
    expect(standing({ startedAt: iso(T - 10_000) }).state).toBe('recording');
    expect(standing({ startedAt: iso(T - 900_000) }).state).toBe('offline');
  });

  test('names what is lacking while that is fresh, and until when there is time', () => {
    expect(standing({}, { lacks: ['screen'] })).toMatchObject({ lacks: ['screen'], endsAt: iso(T + 5_340_000) });
    expect(standing({}, { lacks: ['screen'], at: T - 121_000 }).lacks).toEqual([]);
  });

  test('is counted, and shown with who needs help first', () => {
    const all = [
      standing({ name: 'Fine', candidate: 'F-1' }, {}),
      standing({ name: 'Gone', candidate: 'G-1' }, { at: T - 300_000 }),
      standing({ name: 'Mute', candidate: 'M-1' }, { lacks: ['microphone'] }),
      standing({ name: 'Late Lena', candidate: 'L-1', attempt: null, startedAt: null }),
    ];
    expect(countAttendance(all)).toMatchObject({ all: 4, help: 1, recording: 2, offline: 1, 'not-started': 1 });
    const names = (show: 'all' | 'help' | 'recording', query = '') =>
      partOf(all, { show, query }).map((one) => one.name);
    expect(names('all')).toEqual(['Mute', 'Gone', 'Fine', 'Late Lena']);
    expect(names('help')).toEqual(['Mute']);
    expect(names('recording')).toEqual(['Mute', 'Fine']);
    expect(names('all', 'len')).toEqual(['Late Lena']);
    expect(names('all', 'g-1')).toEqual(['Gone']);
  });
});

test('what recorders said is forgotten an hour after their last word', () => {
  const conditions = new Conditions();
  const say = (attempt: string, at: number) =>
    conditions.note({ attempt, phase: 'recording', lacks: [], waitingSeconds: 0 }, at);
  const start = Date.now();
  say('silent', start);
  say('talking', start + 3_000_000);
  expect(conditions.of('silent')).toBeDefined();
  say('another', start + 3_700_000);
  expect(conditions.of('silent')).toBeUndefined();
  expect(conditions.of('talking')).toBeDefined();
});

describe('the page of an exam while it is sat', () => {
  let pages: Pages;
  let staff: Staff;

  beforeAll(async () => {
    pages = await startPages();
    staff = await enterStaff(pages);
  }, 60_000);
  afterAll(() => pages?.stop());
  afterEach(() => void vi.useRealTimers());

  const look = (query = '', who: Who = 'administrator', below = '') =>
    pages.ask('staff', `/exams/${pages.exam}/sitting${below}${query}`, { headers: { cookie: staff[who] } });
  const words = async (answer: Response | Promise<Response>) =>
    (await (await answer).text()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

  async function begin(name: string) {
    const { id, token } = pages.enter(name);
    const visit = await pages.visit(token);
    const attempt = attemptIdOf(id);
    const say = (changes: object = {}) => {
      const said = { attempt, phase: 'recording', lacks: [], waitingSeconds: 0, ...changes };
      const body = JSON.stringify(said);
      const headers = { cookie: visit.cookie, accept: 'application/json', 'content-type': 'application/json' };
      return pages.ask('exam', '/attempt/condition', {
        method: 'PUT',
        headers: { ...headers, 'content-length': String(body.length) },
        body,
      });
    };
    return { ...visit, attempt, say, begin: async () => visit.start((await makeAttemptKey()).publicKey) };
  }

  test('shows what each recorder says of itself, and tells it when the time is over', async () => {
    const [amal, mute] = [await begin('Amal Haddad'), await begin('Mute Moe')];
    expect((await amal.say()).status).toBe(404);
    await amal.begin();
    await mute.begin();
    const answer = await amal.say({ waitingSeconds: 3 });
    const { now, endsAt, breakMinutes } = (await answer.json()) as OwnTime;
    expect(breakMinutes).toBe(0);
    expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(5000);
    expect(endsAt).toBe('2126-12-01T12:00:00.000Z');
    expect((await mute.say({ lacks: ['microphone', 'screen'] })).status).toBe(200);
    pages.enter('Nobody Yet');
    const told = await words(look());
    expect(told).toMatch(/All 3 Need help 1 Recording 2 Not started 1/);
    expect(told).toMatch(/Mute Moe T-\d+ No sound Screen not shared Recording .* Amal Haddad T-\d+ Recording/);
    expect(await words(look('?show=help', 'officer'))).not.toContain('Amal Haddad');

    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 45_000 });
    expect(await words(look('?q=amal', 'administrator', '/attendance'))).toMatch(
      /Buffering 2 .*nothing heard for 4\d s/,
    );
    vi.setSystemTime(Date.now() + 100_000);
    expect(await words(look('', 'administrator', '/attendance'))).toMatch(/Need help 0 Offline 2 .*last heard/);
    await mute.say({ phase: 'finishing', waitingSeconds: 40 });
    expect(await words(look())).toMatch(/Mute Moe T-\d+ Finished, sending the rest/);
    closeAttempt(pages.db, mute.attempt, iso(Date.now()), '{}');
    expect((await mute.say()).status).toBe(409);
    expect(await words(look())).toMatch(/Finished 1/);
  });

  test('takes nothing from a recorder but its states, and nothing for anybody else’s attempt', async () => {
    const [one, other] = [await begin('One'), await begin('Other')];
    await one.begin();
    await other.begin();
    expect((await one.say({ attempt: other.attempt })).status).toBe(404);
    for (const wrong of [
      { lacks: ['face'] },
      { lacks: ['camera', 'camera', 'camera', 'camera', 'camera'] },
      { phase: 'cheating' },
      { waitingSeconds: -1 },
      { picture: 'data:image/png;base64,' },
    ]) {
      expect((await one.say(wrong)).status, JSON.stringify(wrong)).toBe(400);
    }
    expect(pages.conditions.of(one.attempt)).toBeUndefined();
  });

  test('is there for the exam’s administrators and privacy officers, and for nobody else', async () => {
    for (const below of ['', '/attendance']) {
      expect((await look('', 'officer', below)).status).toBe(200);
      expect((await look('', 'reviewer', below)).status).toBe(404);
      expect((await look('', 'lawyer', below)).status).toBe(404);
    }
    const roster = (who: Who) => pages.ask('staff', `/exams/${pages.exam}`, { headers: { cookie: staff[who] } });
    expect(await (await roster('officer')).text()).toContain('/sitting"');
    expect(await (await roster('reviewer')).text()).not.toContain('/sitting"');
  });

  test('with a thousand test takers shows fifty at a time, and finds everybody at once', async () => {
    const people = Array.from({ length: 1000 }, (_, index) => ({
      ...{ id: randomUUID(), exam: pages.exam, candidate: `K-${index}`, name: `Kim ${String(index).padStart(4, '0')}` },
      ...{ email: null, linkDigest: Buffer.from(randomUUID()) },
    }));
    enterOnRoster(pages.db, people);
    const beginAll = pages.db.$client.transaction(() => people.forEach(begin));
    function begin({ id }: (typeof people)[number]) {
      const attempt = { id: attemptIdOf(id), testTaker: id, publicKey: Buffer.alloc(91), startedAt: iso(Date.now()) };
      insertAttempt(pages.db, attempt);
      const lacks = id === people[777]?.id ? (['camera'] as const) : [];
      pages.conditions.note(
        { attempt: attempt.id, phase: 'recording', lacks: [...lacks], waitingSeconds: 0 },
        Date.now(),
      );
    }
    beginAll();
    const first = await words(look());
    expect(first).toContain('Page 1 of 21');
    expect(first.indexOf('Kim 0777')).toBeLessThan(first.indexOf('Kim 0000'));
    expect(first.match(/ [KT]-\d+ /g)).toHaveLength(50);
    expect(await words(look('?show=recording&page=9999'))).toContain('Page 21 of 21');
    expect(await words(look('?q=kim 0999'))).toContain('Kim 0999 K-999 Recording');
    expect((await look('', 'administrator', '/attendance')).status).toBe(200);
  });
});
