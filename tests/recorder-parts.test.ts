import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ClusterClock } from '../app/browser/recorder/cluster.ts';
import { type Entry, Outbox } from '../app/browser/recorder/outbox.ts';
import { type Answer, delayAfter, type Refusal } from '../app/browser/recorder/request.ts';
import { Sender, type SenderHandlers } from '../app/browser/recorder/sender.ts';
import { stateChapter, stateSeal } from '../app/browser/recorder/statement.ts';
import type { ChapterRecord } from '../app/browser/recorder/store.ts';
import { elapsedOf, truthOf } from '../app/browser/recorder/truth.ts';

const RECORDING = '0b0c5f5a-1a2b-4c3d-8e4f-5a6b7c8d9e0f';

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest();

function segment(number: number, chapter: number, from = 0, to = 2000): Entry {
  return { kind: 'segment', recording: RECORDING, chapter, number, body: new Uint8Array(100), from, to };
}

function envelope(chapter: number): Entry {
  return { kind: 'envelope', recording: RECORDING, chapter, body: '{}' };
}

function record(chapter: number, numbers: number[], missing: number[] = []): ChapterRecord {
  return {
    attempt: 'a',
    recording: RECORDING,
    chapter,
    envelope: '{}',
    segments: numbers.map((number) => ({ number, digest: Uint8Array.from(sha256(`segment ${number}`)), end: 0 })),
    missing,
    signed: false,
    statement: null,
  };
}

describe('the outbox', () => {
  test('lets an envelope go before its segments and these before the signature, and other chapters meanwhile', () => {
    const outbox = new Outbox();
    const entries = [envelope(0), segment(0, 0), { kind: 'signature', recording: RECORDING, chapter: 0 } as const];
    const later = [envelope(1), segment(1, 1)];
    for (const entry of [...entries, ...later]) outbox.put(entry);
    const [first, second, third] = entries as [Entry, Entry, Entry];
    expect(outbox.next(new Set())).toBe(first);
    expect(outbox.next(new Set([first]))).toBe(later[0]);
    expect(outbox.next(new Set([first, later[0]!]))).toBe(undefined);
    outbox.remove(first);
    expect(outbox.next(new Set())).toBe(second);
    expect(outbox.next(new Set([second]))).toBe(later[0]);
    outbox.remove(second);
    expect(outbox.next(new Set())).toBe(third);
  });

  test('knows how long, how much and since when something waits', () => {
    const outbox = new Outbox();
    expect(outbox.waiting()).toEqual({ seconds: 0, bytes: 0, since: null });
    outbox.put(segment(4, 0, 12_000, 14_000));
    outbox.put(segment(3, 0, 10_000, 12_000));
    expect(outbox.waiting()).toEqual({ seconds: 4, bytes: 200, since: 10_000 });
  });
});

describe('the sender', () => {
  const accepted: Answer = { accepted: true, status: 201, load: 0, json: async () => null };

  test.for(['send', 'stored', 'refused'] as const)(
    'goes on after a fault of our own in %s, and the entry that met it is sent again',
    async (broken) => {
      const outbox = new Outbox();
      const sent: Entry[] = [];
      const faults: unknown[] = [];
      const refusal: Refusal = {
        accepted: false,
        status: 409,
        code: 'segment-differs',
        sentence: '',
        retryable: false,
        retryAfter: 0,
        missing: [],
      };
      const failOnce = () => {
        if (faults.length === 0) throw new Error('the browser could not keep the data');
      };
      const handlers: SenderHandlers = {
        async send(entry) {
          if (broken === 'send') failOnce();
          sent.push(entry);
          return broken === 'refused' && faults.length === 0 ? refusal : accepted;
        },
        async stored() {
          if (broken === 'stored') failOnce();
        },
        async refused() {
          failOnce();
          return 'keep';
        },
        broken: (error) => faults.push(error),
      };
      const sender = new Sender(outbox, handlers);
      const entries = [segment(0, 0), segment(1, 0)];
      for (const entry of entries) outbox.put(entry);
      await sender.emptied();
      expect(faults.length).toBeGreaterThan(0);
      expect(sent).toEqual(expect.arrayContaining(entries));
      expect(outbox.length).toBe(0);
    },
  );
});

test('waiting doubles up to a quarter of a minute and never undercuts what the appliance asks for', () => {
  for (let failures = 0; failures < 20; failures++) {
    const ceiling = Math.min(15_000, 500 * 2 ** failures);
    const delay = delayAfter(failures, 0);
    expect(delay).toBeGreaterThanOrEqual(ceiling / 2);
    expect(delay).toBeLessThanOrEqual(ceiling);
  }
  expect(delayAfter(0, 7000)).toBeGreaterThanOrEqual(7000);
});

describe('the line of truth', () => {
  const calm = {
    waitingSeconds: 2,
    waitingBytes: 1,
    waitingRequests: 1,
    storedUntil: new Date(2026, 0, 5, 10, 2, 11).getTime(),
    startedAt: 0,
    roomSeconds: null,
    lineRate: null,
    trouble: null,
  };

  test('says up to when everything is stored, or how much waits and that nothing is lost', () => {
    expect(truthOf(calm)).toBe('Everything up to 10:02:11 is stored.');
    expect(truthOf({ ...calm, storedUntil: null })).toBe('Recording has begun. Nothing is stored yet.');
    expect(truthOf({ ...calm, waitingSeconds: 12.2 })).toBe('12 s waiting to be sent; nothing is lost.');
  });

  test('names each trouble, and always that nothing is lost', () => {
    for (const trouble of ['offline', 'busy', 'disk-full', 'session', 'other-link'] as const) {
      expect(truthOf({ ...calm, trouble })).toMatch(/2 s waiting to be sent/);
      expect(truthOf({ ...calm, trouble })).toMatch(/nothing is lost\./);
    }
  });

  test('counts hours', () => {
    expect(elapsedOf(3_725_900)).toEqual({ text: '1:02:05', datetime: 'PT3725S' });
    expect(elapsedOf(-5)).toEqual({ text: '0:00:00', datetime: 'PT0S' });
  });
});

describe('a cluster', () => {
  /** @param blocks track, ms after the cluster's start, flags */
  function cluster(start: number, blocks: [number, number, number][]): Uint8Array {
    const time = [0xe7, 0x82, start >> 8, start & 0xff];
    const body = blocks.flatMap(([track, at, flags]) => [0xa3, 0x85, 0x80 | track, at >> 8, at & 0xff, flags, 0]);
    return Uint8Array.from([0x1f, 0x43, 0xb6, 0x75, 0xff, ...time, ...body]);
  }

  test('lasts to the first packet after it, or to the end of its last one', () => {
    const clock = new ClusterClock();
    for (const [start, duration] of [
      [2, 0.066],
      [2.01, 0.02],
      [3.9, 0.02],
      [3.934, 0.066],
      [4, 0.066],
    ] as const) {
      clock.add(start, duration);
    }
    const first = cluster(2000, [
      [1, 0, 0x80],
      [2, 10, 0x80],
      [2, 1900, 0x80],
      [1, 1934, 0],
    ]);
    expect(clock.close(first, 2, 1)).toEqual({ duration: 2_000_000, keyframe: true });
    expect(clock.close(cluster(4000, [[1, 0, 0]]), 4, 1)).toEqual({ duration: 66_000, keyframe: false });
  });

  test('of sound alone is no keyframe, and other bytes are no cluster', () => {
    const clock = new ClusterClock();
    expect(clock.close(cluster(100, [[2, 0, 0x80]]), 0.1, 1).keyframe).toBe(false);
    expect(() => clock.close(new Uint8Array(16), 0, 1)).toThrow(RangeError);
  });
});

describe('statements', () => {
  const digestOf = (texts: string[]) => sha256(Buffer.concat(texts.map(sha256))).toString('base64url');

  test('a chapter names first, last and what is missing in between, and digests what is present', async () => {
    const statement = JSON.parse((await stateChapter(record(2, [9, 7, 8, 10, 11], [11, 9, 8])))!);
    expect(statement).toEqual({
      type: 'chapter',
      attempt: 'a',
      recording: RECORDING,
      chapter: 2,
      first: 7,
      last: 10,
      missing: [8, 9],
      digest: digestOf(['segment 7', 'segment 10']),
    });
    expect(await stateChapter(record(2, [7], [7]))).toBe(null);
  });

  test('the seal digests the chapters in their order and leaves out those of which nothing arrived', async () => {
    const records = [
      { ...record(3, [4, 5], [5]), statement: 'third' },
      { ...record(0, [0, 1]), statement: 'first' },
      record(1, [2, 3], [2, 3]),
    ];
    expect(JSON.parse(await stateSeal('e', 'a', records, '2026-01-05T10:00:00.000Z'))).toEqual({
      type: 'seal',
      exam: 'e',
      attempt: 'a',
      recordings: [{ recording: RECORDING, chapters: 2, segments: 3, digest: digestOf(['first', 'third']) }],
      endedAt: '2026-01-05T10:00:00.000Z',
    });
  });
});
