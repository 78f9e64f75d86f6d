import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { Coverage, type Gap } from '../app/browser/recorder/coverage.ts';
import { Meter } from '../app/browser/recorder/meter.ts';
import { type Entry, Queue, type Segment } from '../app/browser/recorder/queue.ts';
import { Recording, type RecordingParts } from '../app/browser/recorder/recording.ts';
import { type Answer, delayAfter, type Refusal } from '../app/browser/recorder/request.ts';
import { Sender, type SenderHandlers } from '../app/browser/recorder/sender.ts';
import { stateChapter, stateSeal } from '../app/browser/recorder/statement.ts';
import type { ChapterRecord, RecordedSegment } from '../app/browser/recorder/store.ts';
import { elapsedOf, truthOf } from '../app/browser/recorder/truth.ts';
import { FULL } from './full.ts';

const RECORDING = '0b0c5f5a-1a2b-4c3d-8e4f-5a6b7c8d9e0f';
const SCREEN = '1b0c5f5a-1a2b-4c3d-8e4f-5a6b7c8d9e0f';

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest();

function segment(number: number, chapter: number, recording = RECORDING): Segment {
  return { kind: 'segment', recording, chapter, number, bytes: 100, from: 2000 * number, to: 2000 * number + 2000 };
}

function envelope(chapter: number, recording = RECORDING): Entry {
  return { kind: 'envelope', recording, chapter };
}

function signature(chapter: number): Entry {
  return { kind: 'signature', recording: RECORDING, chapter };
}

function record(chapter: number, missing: number[] = []): ChapterRecord {
  return { attempt: 'a', recording: RECORDING, chapter, envelope: '{}', registered: true, missing, signed: null };
}

function recorded(numbers: number[]): RecordedSegment[] {
  return numbers.map((number) => ({
    recording: RECORDING,
    chapter: 2,
    number,
    digest: Uint8Array.from(sha256(`segment ${number}`)),
    start: 0,
    end: 0,
    bytes: 1,
  }));
}

function signed(chapter: number, statement: string | null, segments: number): ChapterRecord {
  return { ...record(chapter), signed: { statement, segments, next: 0, end: 0 } };
}

/** Takes until nothing may go. */
function takeAll(queue: Queue): Entry[] {
  const taken: Entry[] = [];
  for (let entry = queue.take(); entry; entry = queue.take()) taken.push(entry);
  return taken;
}

describe('the queue', () => {
  test('lets an envelope go before its segments and these before the signature, and other chapters meanwhile', () => {
    const queue = new Queue();
    const [first, one, two, last] = [envelope(0), segment(0, 0), segment(1, 0), signature(0)];
    const [later, three] = [envelope(1), segment(2, 1)];
    for (const entry of [first, one, two, last, later, three]) queue.put(entry);
    expect(takeAll(queue)).toEqual([first, later]);
    queue.settle(first);
    expect(takeAll(queue)).toEqual([one, two]);
    queue.settle(two);
    expect(takeAll(queue)).toEqual([]);
    queue.settle(one);
    expect(takeAll(queue)).toEqual([last]);
    queue.settle(later);
    expect(takeAll(queue)).toEqual([three]);
    queue.settle(last);
    queue.settle(three);
    expect(queue.length).toBe(0);
  });

  test('gives recordings turns, each its oldest first, and keeps the order of what comes back', () => {
    const queue = new Queue();
    const camera = [0, 1, 2, 3].map((number) => segment(number, 0));
    const screen = [0, 1].map((number) => segment(number, 0, SCREEN));
    for (const entry of [...camera, ...screen]) queue.put(entry);
    const taken = [queue.take()!, queue.take()!, queue.take()!];
    expect(taken).toEqual([camera[0], screen[0], camera[1]]);
    queue.giveBack(camera[0]!, false);
    queue.giveBack(camera[1]!, false);
    queue.giveBack(screen[0]!, false);
    expect(takeAll(queue)).toEqual([screen[0], camera[0], screen[1], camera[1], camera[2], camera[3]]);
  });

  test('lets what was refused for what it is stand in nobody’s way', () => {
    const queue = new Queue();
    const poison = segment(0, 0);
    for (const entry of [poison, segment(1, 1), segment(2, 1)]) queue.put(entry);
    expect(queue.take()).toBe(poison);
    queue.giveBack(poison, true);
    expect(takeAll(queue).map((entry) => entry.kind === 'segment' && entry.number)).toEqual([1, 2, 0]);
  });

  test('knows how long, how much and since when something waits, whether it is under way or not', () => {
    const queue = new Queue();
    expect(queue.waiting()).toEqual({ seconds: 0, bytes: 0, since: null });
    for (const entry of [segment(5, 0), segment(6, 0), segment(5, 0, SCREEN)]) queue.put(entry);
    const oldest = queue.take()!;
    expect(queue.waiting()).toEqual({ seconds: 4, bytes: 300, since: 10_000 });
    queue.settle(oldest);
    expect(queue.waiting()).toEqual({ seconds: 2, bytes: 200, since: 10_000 });
    for (const entry of takeAll(queue)) queue.settle(entry);
    expect(queue.waiting()).toEqual({ seconds: 0, bytes: 0, since: null });
  });

  test('spends the same on an entry whether ten or a hundred thousand wait', () => {
    const spend = (entries: number) => {
      const queue = new Queue();
      for (let number = 0; number < entries; number++) queue.put(segment(number, Math.floor(number / 150)));
      const began = performance.now();
      for (let i = 0; i < 5000; i++) {
        const entry = queue.take()!;
        if (i % 3 === 0) queue.giveBack(entry, false);
        else queue.settle(entry);
      }
      return performance.now() - began;
    };
    spend(10_000);
    expect(spend(200_000)).toBeLessThan(20 * spend(5000) + 20);
  });
});

describe('the sender', () => {
  const accepted: Answer = {
    accepted: true,
    status: 201,
    load: 0,
    newestKey: null,
    json: async () => null,
    text: () => '',
  };
  const refusal: Refusal = {
    accepted: false,
    status: 409,
    code: 'segment-differs',
    sentence: '',
    retryable: false,
    retryAfter: 0,
    missing: [],
  };

  test.for(['send', 'stored', 'refused'] as const)(
    'goes on after a fault of our own in %s, and the entry that met it is sent again',
    async (broken) => {
      const queue = new Queue();
      const sent: Entry[] = [];
      const faults: unknown[] = [];
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
      const sender = new Sender(queue, handlers);
      const entries = [segment(0, 0), segment(1, 0)];
      for (const entry of entries) queue.put(entry);
      await sender.emptied();
      expect(faults.length).toBeGreaterThan(0);
      expect(sent).toEqual(expect.arrayContaining(entries));
      expect(queue.length).toBe(0);
    },
  );

  test('keeps to the pause that the appliance asks for even when the connection is said to be back', async () => {
    const queue = new Queue();
    const sent: number[] = [];
    const sender = new Sender(queue, {
      async send() {
        sent.push(performance.now());
        return sent.length === 1 ? { ...refusal, status: 503, retryable: true, retryAfter: 1000 } : accepted;
      },
      stored: async () => {},
      refused: async () => 'keep',
      broken: () => {},
    });
    queue.put(segment(0, 0));
    const emptied = sender.emptied();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sender.trouble).toBe('busy');
    sender.hurry();
    await emptied;
    expect(sent[1]! - sent[0]!).toBeGreaterThanOrEqual(990);
  });

  test('keeps to that pause when the computer’s clock is corrected meanwhile', async () => {
    const queue = new Queue();
    const sent: number[] = [];
    const sender = new Sender(queue, {
      async send() {
        sent.push(performance.now());
        return sent.length === 1 ? { ...refusal, status: 503, retryable: true, retryAfter: 500 } : accepted;
      },
      stored: async () => {},
      refused: async () => 'keep',
      broken: () => {},
    });
    queue.put(segment(0, 0));
    const emptied = sender.emptied();
    await new Promise((resolve) => setTimeout(resolve, 50));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    try {
      await emptied;
    } finally {
      vi.useRealTimers();
    }
    expect(sent[1]! - sent[0]!).toBeGreaterThanOrEqual(490);
  }, 5000);

  test('measures the line only while something is under way, and failed requests as the nothing that they brought', async () => {
    const queue = new Queue();
    let fails = false;
    const sender = new Sender(queue, {
      async send() {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return fails ? { ...refusal, status: 0, retryable: true } : accepted;
      },
      stored: async () => {},
      refused: async () => 'keep',
      broken: () => {},
    });
    expect(sender.lineRate).toBe(null);
    // Two at once, 100 bytes each in 100 ms.
    for (let number = 0; number < 6; number++) queue.put(segment(number, 0));
    await sender.emptied();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const fair = sender.lineRate!;
    expect(fair).toBeGreaterThan(10_000);
    expect(fair).toBeLessThan(16_500);
    fails = true;
    queue.put(segment(6, 0));
    sender.wake();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(sender.lineRate).toBeLessThan(0.9 * fair);
    sender.stop();
  });
});

describe('the account of a timeline', () => {
  test('keeps what is missing until a gap tells it, each stretch with its own cause', () => {
    const coverage = new Coverage(1000);
    coverage.miss(2000, 'reload');
    coverage.miss(3000, 'space');
    coverage.miss(4000, 'space');
    coverage.miss(3500, 'device');
    expect(coverage.end).toBe(4000);
    expect(coverage.gap).toEqual({ from: 1000, to: 2000, cause: 'reload' });
    expect(coverage.gap).toEqual({ from: 1000, to: 2000, cause: 'reload' });
    coverage.cover(2000);
    coverage.extend(4500);
    expect(coverage.gap).toEqual({ from: 2000, to: 4500, cause: 'space' });
    coverage.cover(4500);
    coverage.extend(9000);
    expect([coverage.gap, coverage.end]).toEqual([null, 4500]);
  });
});

describe('a recording whose browser has no room', () => {
  const SECOND = 1e6;
  const BEGAN = Date.parse('2026-01-05T10:00:00.000Z');
  /** Two runs of six clusters of two seconds, half a minute apart, and half a minute without anything at the end. */
  const RUNS = [0, 42];
  const CLUSTERS = 6;
  /** More than the outbox is called for all that. */
  const CALLS = 40;
  const END = 84;

  interface Kept {
    segments: { start: number; end: number }[];
    gaps: Gap[];
    calls: number;
    /** What was thrown at whoever recorded. */
    faults: unknown[];
  }

  /**
   * @param refuses whether the outbox has no room at its nth call, from 0 on
   * @param allows whether there seems to be room for the nth cluster
   * @param refusal what it throws
   */
  async function record(
    refuses: (call: number) => boolean,
    allows: (cluster: number) => boolean = () => true,
    refusal: Error = new DOMException('', 'QuotaExceededError'),
  ): Promise<Kept> {
    const kept: Kept = { segments: [], gaps: [], calls: 0, faults: [] };
    const keep = async (change: () => void) => {
      if (refuses(kept.calls++)) throw refusal;
      change();
    };
    let clusters = 0;
    const parts: RecordingParts = {
      chapterSeconds: 4,
      outbox: {
        openChapter: () => keep(() => {}),
        addSegment: ({ start, end }) => keep(() => end > start && kept.segments.push({ start, end })),
        addGap: (_, gap) => keep(() => kept.gaps.push(gap)),
        closeChapter: () => {},
      },
      space: { allows: () => allows(clusters++), take: () => {}, refuse: () => {} },
      clockLag: 0,
      wrap: async () => '{}',
    };
    const state = {
      recording: RECORDING,
      source: 'camera' as const,
      startedAt: new Date(BEGAN).toISOString(),
      nextSegment: 0,
      nextChapter: 0,
    };
    const recording = new Recording(parts, state, { nextSegment: 0, nextChapter: 0, until: 0 });
    const hear = (error: unknown) => kept.faults.push(error);
    for (const [i, began] of RUNS.entries()) {
      const cause = i === 0 ? null : 'reload';
      await recording.begin(new Uint8Array(1), BEGAN + 1000 * began, cause).catch(hear);
      for (let place = 0; place < CLUSTERS; place++) {
        const times = { start: 2 * SECOND * place, duration: 2 * SECOND, keyframe: true };
        await recording.add({ bytes: new Uint8Array(10), ...times }).catch(hear);
      }
    }
    await recording.finish('device', BEGAN + 1000 * END).catch(hear);
    await recording.finish().catch(hear);
    return kept;
  }

  /** @returns why a second of the timeline is not recorded, where it is not */
  const causeOf = (second: number) =>
    second < 12 ? 'space' : second < 42 ? 'reload' : second < 54 ? 'space' : 'device';

  /** Each second up to the last segment is told once: by a segment, or by a gap with the cause that it has. */
  function expectTold(
    { segments, gaps }: Kept,
    told: string,
    end = Math.max(0, ...segments.map((one) => one.end)),
  ): void {
    for (let second = 0; second < end / SECOND; second++) {
      const over = (one: { from: number; to: number }) => one.from < (second + 1) * SECOND && one.to > second * SECOND;
      const shown = segments.filter(({ start, end }) => over({ from: start, to: end })).map(() => 'shown');
      const causes = gaps.filter(over).map(({ cause }) => cause);
      expect([...shown, ...causes], `second ${second}, ${told}`).toHaveLength(1);
      if (causes.length > 0) expect(causes, `second ${second}, ${told}`).toEqual([causeOf(second)]);
    }
  }

  test('tells by gaps all that it kept nothing of, wherever the room ends and begins again', async () => {
    const whole = await record(() => false);
    expectTold(whole, 'with room', END * SECOND);
    expect(whole.calls).toBeLessThan(CALLS);
    for (let first = 0; first < CALLS; first++) {
      for (let after = first + 1; after <= CALLS; after++) {
        const kept = await record((call) => call >= first && call < after);
        const told = `without room from call ${first} to ${after}`;
        expect(kept.faults, told).toEqual([]);
        // Room came back: nothing that was recorded before it is left untold.
        expectTold(kept, told, kept.calls > after ? END * SECOND : undefined);
      }
    }
  });

  test.runIf(FULL)('does so where it is refused twice, at whatever two calls', async () => {
    for (let first = 0; first < CALLS; first++) {
      for (let second = first + 2; second < CALLS; second++) {
        const kept = await record((call) => call === first || call === second);
        expectTold(kept, `refused at calls ${first} and ${second}`, kept.calls > second + 1 ? END * SECOND : undefined);
      }
    }
  });

  test('does so where it seems to have room at one time and not at another, and is refused besides', async () => {
    for (let pattern = 0; pattern < 2 ** (2 * CLUSTERS); pattern += 37) {
      for (const refused of [-1, 5, 11]) {
        const kept = await record(
          (call) => call === refused,
          (cluster) => ((pattern >> cluster) & 1) === 0,
        );
        expectTold(kept, `pattern ${pattern}, refused at call ${refused}`);
      }
    }
  });

  test('does so where what fails is something else, which is told and not swallowed', async () => {
    const fault = new Error('broken');
    for (let broken = 0; broken < CALLS; broken++) {
      const kept = await record((call) => call === broken, undefined, fault);
      expect(kept.faults, `broken at call ${broken}`).toEqual(kept.calls > broken ? [fault] : []);
      expectTold(kept, `broken at call ${broken}`);
    }
  });

  test('has the gap at its end kept by another call where there was no room for it at first', async () => {
    const { calls } = await record(() => false);
    const kept = await record((call) => call === calls - 1);
    expect(kept.calls).toBe(calls + 1);
    expectTold(kept, 'refused at the last call', END * SECOND);
  });
});

test('a meter forgets what is long past', () => {
  const meter = new Meter(10);
  expect(meter.rate).toBe(null);
  meter.add(1000, 10);
  expect(meter.rate).toBeCloseTo(100);
  for (let i = 0; i < 10; i++) meter.add(100, 10);
  expect(meter.rate).toBeCloseTo(10, 0);
});

test('waiting doubles up to a quarter of a minute and never undercuts what the appliance asks for', () => {
  for (let failures = 0; failures < 20; failures++) {
    const ceiling = Math.min(15_000, 500 * 2 ** failures);
    const delay = delayAfter(failures);
    expect(delay).toBeGreaterThanOrEqual(ceiling / 2);
    expect(delay).toBeLessThanOrEqual(ceiling);
  }
  expect(delayAfter(0, { status: 503, retryAfter: 7000 })).toBeGreaterThanOrEqual(7000);
});

test('waiting for a session that a person is bringing back takes two seconds at most', () => {
  for (const status of [401, 404]) expect(delayAfter(20, { status, retryAfter: 0 })).toBeLessThanOrEqual(2000);
  expect(delayAfter(20, { status: 401, retryAfter: 7000 })).toBeGreaterThanOrEqual(7000);
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
    breaks: null,
    trouble: null,
  };

  test('says up to when everything is stored, or how much waits, that nothing is lost, and for how long there is room', () => {
    expect(truthOf(calm)).toBe('Everything up to 10:02:11 is stored.');
    expect(truthOf({ ...calm, storedUntil: null })).toBe('Recording has begun. Nothing is stored yet.');
    const waits = { ...calm, waitingSeconds: 12.2 };
    expect(truthOf(waits)).toBe('12 s waiting to be sent; nothing is lost.');
    expect(truthOf({ ...waits, roomSeconds: 3.5 * 3600 })).toBe(
      '12 s waiting to be sent; nothing is lost. There is room for 3 h.',
    );
    expect(truthOf({ ...waits, roomSeconds: 1500 })).toMatch(/There is room for 25 min\.$/);
    expect(truthOf({ ...waits, roomSeconds: 50 * 3600 })).not.toMatch(/room/);
  });

  test('names each trouble, and always that nothing is lost', () => {
    for (const trouble of ['offline', 'busy', 'disk-full', 'session', 'other-link'] as const) {
      const told = truthOf({ ...calm, trouble, roomSeconds: 7300 });
      expect(told).toMatch(/2 s waiting to be sent/);
      expect(told).toMatch(/nothing is lost\. .*There is room for 2 h\./);
    }
    expect(truthOf({ ...calm, waitingSeconds: 0, trouble: 'no-room' })).toMatch(
      /^This computer has no room for more, so nothing is recorded .* goes on by itself\. This is not held against you\.$/,
    );
  });

  test('says of what the test taker can do something about however little waits', () => {
    const done = { ...calm, waitingSeconds: 0, waitingBytes: 0 };
    expect(truthOf({ ...done, trouble: 'session' })).toMatch(
      /^Your session has ended: the rest is waiting to be sent; nothing is lost\. Open your personal link/,
    );
    expect(truthOf({ ...done, trouble: 'other-browser' })).toMatch(/another browser too.*goes on trying by itself/);
    expect(truthOf({ ...done, trouble: 'offline' })).toBe(truthOf(done));
  });

  test('counts hours', () => {
    expect(elapsedOf(3_725_900)).toEqual({ text: '1:02:05', datetime: 'PT3725S' });
    expect(elapsedOf(-5)).toEqual({ text: '0:00:00', datetime: 'PT0S' });
  });
});

describe('statements', () => {
  const digestOf = (texts: string[]) => sha256(Buffer.concat(texts.map(sha256))).toString('base64url');

  test('a chapter names first, last and what is missing in between, and digests what is present', async () => {
    const chapter = record(2, [11, 9, 8]);
    const statement = JSON.parse((await stateChapter(chapter, recorded([7, 8, 9, 10, 11])))!);
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
    expect(await stateChapter(record(2, [7]), recorded([7]))).toBe(null);
  });

  test('the seal digests the chapters in their order, leaves out those of which nothing arrived, and covers other browsers’ recordings', async () => {
    const records = [signed(3, 'third', 1), signed(0, 'first', 2), signed(1, null, 0)];
    const other = { recording: SCREEN, chapters: 4, segments: 9, digest: 'x' };
    expect(JSON.parse(await stateSeal('e', 'a', records, [other], '2026-01-05T10:00:00.000Z'))).toEqual({
      type: 'seal',
      exam: 'e',
      attempt: 'a',
      recordings: [{ recording: RECORDING, chapters: 2, segments: 3, digest: digestOf(['first', 'third']) }, other],
      endedAt: '2026-01-05T10:00:00.000Z',
    });
  });
});
