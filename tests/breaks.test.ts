import { describe, expect, test } from 'vitest';
import { termsOf } from '../app/attempts/terms.ts';
import { Breaks } from '../app/browser/recorder/breaks.ts';
import type { Gap } from '../app/browser/recorder/coverage.ts';
import { Recording } from '../app/browser/recorder/recording.ts';
import type { GapCause } from '../app/wire.ts';
import { TermsText } from '../app/attempts/entry-views.tsx';
import { wordsIn } from '../app/words/language.ts';
import { wordSetup } from '../hsm/acts/setup-wording.ts';
import { findFaults, findWeakenedPromises } from '../hsm/exam-findings.ts';
import { examSetup } from '../hsm/exam-setup.ts';
import { createLint } from '../hsm/lint/lint.ts';
import { policy } from '../hsm/policy.ts';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';

const MINUTE = 60_000;
const T = Date.parse('2026-11-30T10:00:00Z');

function allow(minutes: number, ...more: ConstructorParameters<typeof Breaks>): Breaks {
  const breaks = new Breaks(...more);
  breaks.allowedMinutes = minutes;
  return breaks;
}

describe('minutes of breaks', () => {
  test('are offered to nobody who has none', () => {
    expect(allow(0).standing(T)).toBe(null);
    expect(allow(10).standing(T)).toEqual({ on: false, left: 10 * MINUTE });
  });

  test('are used up by one break after another, to the millisecond', () => {
    const breaks = allow(10);
    breaks.begin(T, {});
    expect(breaks.standing(T + 4 * MINUTE)).toEqual({ on: true, left: 6 * MINUTE });
    breaks.end(T + 4 * MINUTE);
    expect(breaks.left(T + 60 * MINUTE)).toBe(6 * MINUTE);
    breaks.begin(T + 60 * MINUTE, {});
    expect(breaks.left(T + 66 * MINUTE + 1)).toBe(-1);
  });

  test('go on counting through a reload or a crash, which neither loses nor gives any', () => {
    const before = allow(10);
    before.begin(T, { screen: 'sharing' });
    const kept = structuredClone(before.taken);
    const after = allow(10, kept);
    expect(after.standing(T + 3 * MINUTE)).toEqual({ on: true, left: 7 * MINUTE });
    after.begin(T + 3 * MINUTE, {});
    expect(after.end(T + 5 * MINUTE)).toEqual({
      ...{ from: T, to: T + 5 * MINUTE, until: T + 10 * MINUTE, missing: { screen: 'sharing' } },
    });
    expect(allow(10, structuredClone(after.taken)).left(T + 90 * MINUTE)).toBe(5 * MINUTE);
  });

  test('that a break outlasts count nowhere: more minutes that are granted later are there whole', () => {
    const breaks = allow(10);
    breaks.begin(T, {});
    breaks.end(T + 60 * MINUTE);
    expect(breaks.left(T + 61 * MINUTE)).toBe(0);
    breaks.allowedMinutes = 15;
    expect(breaks.left(T + 61 * MINUTE)).toBe(5 * MINUTE);
  });

  test('grow during a break where more are granted, and those taken in another browser are used up', () => {
    const breaks = new Breaks();
    breaks.secondsElsewhere = 240;
    breaks.allowedMinutes = 10;
    breaks.begin(T, {});
    expect(breaks.left(T)).toBe(6 * MINUTE);
    breaks.allowedMinutes = 20;
    expect(breaks.left(T)).toBe(16 * MINUTE);
  });

  test('are not given back by a clock that is set back', () => {
    const breaks = allow(10);
    breaks.begin(T, {});
    expect(breaks.end(T - 30 * MINUTE)?.to).toBe(T);
    expect(breaks.left(T)).toBe(10 * MINUTE);
  });
});

describe('what a recording tells of a break', () => {
  const SECOND = 1e6;

  function record(until: number) {
    const told: { gaps: Gap[]; chapters: number[]; segments: { chapter: number; number: number }[] } = {
      ...{ gaps: [], chapters: [], segments: [] },
    };
    const parts = {
      chapterSeconds: 300,
      outbox: {
        openChapter: async (_: string, chapter: number) => void told.chapters.push(chapter),
        addSegment: async (segment: { chapter: number; number: number }) =>
          void told.segments.push({ chapter: segment.chapter, number: segment.number }),
        addGap: async (_: string, gap: Gap) => void told.gaps.push(gap),
        closeChapter: () => {},
      },
      space: { allows: () => true, take: () => {}, refuse: () => {} },
      clockLag: 0,
      wrap: async () => '{}',
    };
    const recording = '0190f8a8-2cc4-7000-8000-000000000001';
    const state = { recording, source: 'camera' as const, startedAt: new Date(T).toISOString() };
    const numbers = { nextSegment: 0, nextChapter: 0 };
    const made = new Recording(parts, { ...state, ...numbers }, { ...numbers, until });
    const run = async (at: number, cause: GapCause | null) => {
      await made.begin(new Uint8Array(1), at, cause);
      const times = { start: 0, duration: 2 * SECOND, keyframe: true };
      await made.add({ bytes: new Uint8Array(10), ...times });
    };
    return { told, made, run };
  }
  const taken = (from: number, to: number, until: number, missing = {}) => ({
    ...{ from: T + from * 1000, to: T + to * 1000, until: T + until * 1000, missing },
  });

  test('a gap of its own, with the moment that turning everything on again takes, and a new chapter behind it', async () => {
    const { told, made, run } = record(0);
    await run(T, null);
    await made.finish(undefined, T + 10_000);
    await made.rest(taken(2, 300, 900));
    await run(T + 304_000, 'device');
    expect(told.gaps).toEqual([
      { from: 2 * SECOND, to: 300 * SECOND, cause: 'break' },
      { from: 300 * SECOND, to: 304 * SECOND, cause: 'break' },
    ]);
    expect(told.chapters).toEqual([0, 1]);
    expect(told.segments).toEqual([0, 1, 2, 3].map((number) => ({ chapter: number < 2 ? 0 : 1, number })));
  });

  test('what outlasted its minutes apart from it', async () => {
    const { told, made, run } = record(2 * SECOND);
    await made.rest(taken(2, 1000, 900));
    await run(T + 1_004_000, 'device');
    expect(told.gaps.map(({ to, cause }) => [to / SECOND, cause])).toEqual([
      [900, 'break'],
      [1000, 'after-break'],
      [1004, 'after-break'],
    ]);
  });

  test('not as one what is missing for long behind it, nor what was missing before', async () => {
    const { told, made, run } = record(2 * SECOND);
    await made.rest(taken(50, 300, 900, { camera: 'permission' }));
    await run(T + 361_000, 'device');
    expect(told.gaps.map(({ to, cause }) => [to / SECOND, cause])).toEqual([
      [50, 'permission'],
      [300, 'break'],
      [361, 'device'],
    ]);
  });

  test('nothing of one that lies before what is recorded already', async () => {
    const { told, made } = record(400 * SECOND);
    await made.rest(taken(50, 300, 900));
    expect(told.gaps).toEqual([]);
  });
});

describe('breaks for everybody', () => {
  const setup = (breaks?: { minutes: number; addedToTime: boolean }, minutes: number | null = 90) =>
    examSetup.parse({ ...DEMONSTRATION.setup, minutes, ...(breaks && { breaks }) });
  const rules = policy.parse(DEMONSTRATION.policy);
  const told = (breaks?: { minutes: number; addedToTime: boolean }, language: 'en' | 'de' = 'en') => {
    const terms = termsOf({ policy: rules, setup: setup(breaks) });
    return String(TermsText({ words: wordsIn(language), terms, breaks }));
  };

  test('make everybody’s time longer where the clock stands still in them, and else are a part of it', () => {
    const minutesOf = (addedToTime: boolean) =>
      termsOf({ policy: rules, setup: setup({ minutes: 15, addedToTime }) }, { extraMinutes: 5 }).minutes;
    expect([minutesOf(true), minutesOf(false)]).toEqual([110, 95]);
  });

  test('stand in the act that publishes them and in the notice, in both languages; where there are none, nothing does', () => {
    const worded = (breaks?: { minutes: number; addedToTime: boolean }) =>
      wordSetup(setup(breaks)).find(({ term }) => term === 'Breaks')?.value;
    expect(worded({ minutes: 15, addedToTime: false })).toBe(
      '15 minutes in all for every test taker; nothing is recorded in them; the time for the exam goes on in them',
    );
    expect(worded({ minutes: 15, addedToTime: true })).toMatch(/; the time for the exam is longer by them$/);
    expect(worded()).toBeUndefined();
    expect(told({ minutes: 15, addedToTime: false })).toMatch(
      /15 minutes in all, when you like.*: the clock goes on\./,
    );
    expect(told({ minutes: 15, addedToTime: true }, 'de')).toMatch(/105 Minuten.*Insgesamt 15 Minuten.*schon länger/s);
    expect(told()).not.toMatch(/[Bb]reak/);
  });

  test('cannot make a time longer that has no length, and are not taken from those who have begun', () => {
    const faults = (minutes: number | null) =>
      findFaults(
        createLint(),
        { title: 'T', policy: rules, setup: setup({ minutes: 15, addedToTime: true }, minutes) },
        { retentionDays: 3650 },
      ).map(({ field }) => field);
    expect(faults(90)).not.toContain('setup.breaks.addedToTime');
    expect(faults(null)).toContain('setup.breaks.addedToTime');
    const weakened = (breaks?: { minutes: number; addedToTime: boolean }) =>
      findWeakenedPromises(setup({ minutes: 15, addedToTime: true }), setup(breaks)).map(({ field }) => field);
    expect(weakened({ minutes: 20, addedToTime: true })).toEqual([]);
    expect(weakened({ minutes: 15, addedToTime: false })).toEqual(['setup.breaks.addedToTime']);
    expect(weakened()).toEqual(['setup.breaks.minutes', 'setup.breaks.addedToTime']);
  });
});
