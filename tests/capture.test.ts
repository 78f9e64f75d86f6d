import { describe, expect, test } from 'vitest';
import { CaptureClock } from '../app/browser/recorder/capture-clock.ts';
import { ClusterCutter } from '../app/browser/recorder/cluster.ts';
import { PictureTimes } from '../app/browser/recorder/picture-times.ts';
import { SoundLine } from '../app/browser/recorder/sound-line.ts';

/** A number that looks random and is the same each time. */
function* noise(): Generator<number, never> {
  for (let seed = 12345; ; ) {
    seed = (1103515245 * seed + 12345) % 2 ** 31;
    yield seed / 2 ** 31;
  }
}

describe('the capture clock', () => {
  /** How far off a place may be: what a delay is never below. */
  const LEAST = 4;

  /**
   * Lets frames arrive that were captured from ms 1000 on, 33 ms apart, by a device that counts from somewhere else.
   * @param delays of each frame, ms @param drift by how much the device counts too fast @returns where each was placed, on the
   *   own clock, with what is known of its line in the end
   */
  function place(
    clock: CaptureClock,
    delays: number[],
    drift = 0,
  ): { captured: number; time: number; placed: number }[] {
    const told = delays.map((delay, i) => {
      const captured = 1000 + i * 33;
      return { captured, time: clock.timeOf(7e9 + captured * (1 + drift), captured + LEAST + delay) };
    });
    return told.map((one) => ({ ...one, placed: (clock.zero ?? NaN) + one.time }));
  }

  test('places all of a line by the smallest delay of its first two seconds, however late its first stamps arrive', () => {
    for (const late of [0, 90, 250, 467, 1200]) {
      const random = noise();
      const clock = new CaptureClock();
      const delays = Array.from({ length: 300 }, (_, i) =>
        i < 30 ? late : i % 7 === 0 ? 0 : 400 * random.next().value,
      );
      const told = place(clock, delays);
      expect(clock.settled).toBe(true);
      for (const { captured, placed } of told)
        expect(Math.abs(placed - captured - LEAST), `${late} ms late`).toBeLessThan(2);
      // Within the line, time goes by as the device counts it.
      for (const [i, { time }] of told.entries()) if (i < 45) expect(time).toBeCloseTo(33 * i, 6);
    }
  });

  test('does not say for good where a line begins before that was watched, and says it once', () => {
    const clock = new CaptureClock();
    expect([clock.zero, clock.settled]).toEqual([null, false]);
    clock.settle(1e6);
    expect(clock.settled).toBe(false);
    clock.timeOf(0, 1400);
    expect([clock.zero, clock.settled]).toEqual([1400, false]);
    clock.timeOf(100, 1200);
    clock.settle(3300);
    expect([clock.zero, clock.settled]).toEqual([1100, false]);
    clock.settle(3400);
    clock.timeOf(2200, 3000);
    expect([clock.zero, clock.settled]).toEqual([1100, true]);
  });

  test('has a place for what was watched more briefly, when nothing follows', () => {
    const clock = new CaptureClock();
    place(clock, [400, 300, 10]);
    clock.settle(Infinity);
    expect(clock.settled).toBe(true);
    expect(clock.zero).toBeCloseTo(1000 + LEAST + 10, 6);
  });

  test('takes a stamp of the own clock at its word', () => {
    const clock = new CaptureClock();
    for (const at of [500, 566, 4000, 20_000]) expect(clock.timeOf(at, at)).toBe(at - 500);
    expect(clock.zero).toBe(500);
  });

  test('follows a device that counts a little too fast or too slow, and never lets time stand or run backwards', () => {
    for (const drift of [-0.001, 0.001]) {
      const random = noise();
      const delays = Array.from({ length: 20_000 }, (_, i) => (i % 9 === 0 ? 0 : 300 * random.next().value));
      const told = place(new CaptureClock(), delays, drift);
      for (const { captured, placed } of told) expect(Math.abs(placed - captured)).toBeLessThan(40);
      for (const [i, { time }] of told.entries()) {
        const passed = i === 0 ? 33 : time - told[i - 1]!.time;
        expect(passed).toBeGreaterThan(31);
        expect(passed).toBeLessThan(34);
      }
    }
  });

  test('is drawn without a jump to where a line that began late on a machine that was busy for longer lies', () => {
    const delays = Array.from({ length: 2000 }, (_, i) => (i < 120 ? 250 : 0));
    const told = place(new CaptureClock(), delays);
    const off = told.map(({ captured, placed }) => placed - captured - LEAST);
    expect(off[100]).toBeCloseTo(250, 0);
    expect(off[300]).toBeLessThan(5);
    for (const [i, { time }] of told.entries()) if (i > 0) expect(time - told[i - 1]!.time).toBeGreaterThan(31);
  });

  test.each([-3_600_000, 3_600_000])('goes on where a device counts anew by %d ms', (by) => {
    const clock = new CaptureClock();
    const off: number[] = [];
    for (let i = 0; i < 900; i++) {
      const captured = 1000 + i * 33;
      const time = clock.timeOf(captured + (i < 300 ? 0 : by), captured + LEAST);
      off.push(clock.zero! + time - captured - LEAST);
    }
    expect(Math.abs(off[299]!)).toBeLessThan(1);
    // Stamps that fall back look late until the smallest delay is forgotten: nothing of that is shown.
    expect(Math.max(...off)).toBeLessThan(1);
    for (const one of off.slice(-200)) expect(Math.abs(one)).toBeLessThan(1);
  });
});

/** Takes frames as they come. @returns what is encoded: time and whether it is a keyframe */
function takeAll(times: PictureTimes, frames: number[]): { time: number; keyframe: boolean }[] {
  return frames.flatMap((time) => {
    const taken = times.take(time);
    return taken ? [{ time, ...taken }] : [];
  });
}
const every = (interval: number, until: number, from = 0) =>
  Array.from({ length: Math.floor((until - from) / interval) }, (_, i) => from + i * interval);

describe('the times of a picture', () => {
  test.each([
    { device: 30, wanted: 15 },
    { device: 30, wanted: 20 },
    { device: 25, wanted: 15 },
    { device: 30, wanted: 2 },
    { device: 15, wanted: 0.5 },
  ])('thin $device frames a second to $wanted', ({ device, wanted }) => {
    const random = noise();
    const frames = every(1000 / device, 20_000).map((time) => time + 6 * random.next().value);
    const taken = takeAll(new PictureTimes(wanted, 0.5), frames);
    expect(taken.length / 20).toBeGreaterThan(0.95 * wanted);
    expect(taken.length / 20).toBeLessThan(1.1 * wanted);
  });

  test('put a keyframe where two seconds have gone by, and make every still one', () => {
    const taken = takeAll(new PictureTimes(15, 0.5), every(1000 / 15, 20_000));
    const keyframes = taken.filter(({ keyframe }) => keyframe).map(({ time }) => Math.round(time));
    expect(keyframes).toEqual(every(2000, 20_000));
    const stills = takeAll(new PictureTimes(0.2, 0.2), every(100, 30_000));
    expect(stills.map(({ keyframe }) => keyframe)).toEqual(stills.map(() => true));
    expect(stills.map(({ time }) => time)).toEqual(every(5000, 30_000));
  });

  test('repeat a frame that stands still, at the rate for that, and never before a late frame could have come', () => {
    const times = new PictureTimes(15, 0.5);
    expect(times.standing(1e6)).toBeNull();
    times.take(1000);
    expect(times.standing(3200)).toBeNull();
    expect(times.standing(3350)).toEqual({ time: 3050, keyframe: true });
    // What was captured before that would make time run backwards.
    expect(times.take(3000)).toBeNull();
    expect(times.take(3100)).toEqual({ keyframe: false });
    expect(times.standing(3500)).toBeNull();
  });

  test('follow a change of rate at once, up and down', () => {
    const times = new PictureTimes(0.5, 0.5);
    times.take(0);
    times.rate = 15;
    expect(takeAll(times, every(1000 / 15, 1000, 70)).length).toBeGreaterThan(12);
    times.rate = 1;
    expect(takeAll(times, every(1000 / 15, 6000, 1000)).length).toBeLessThanOrEqual(6);
  });
});

describe('the line of sound', () => {
  /** Plays blocks into a line. @returns which sample frames of the line were heard, as [from, to] of each block */
  function lay(line: SoundLine, blocks: { time: number; frames: number }[]): number[][] {
    return blocks.map(({ time, frames }) => {
      const before = line.frames;
      const { silence, skip } = line.place(time, frames);
      expect(line.frames).toBe(before + silence + frames - skip);
      return [before + silence, line.frames];
    });
  }

  test('joins blocks that come unevenly without touching them', () => {
    const random = noise();
    const blocks = every(10, 9500).map((time) => ({ time: time + 40 * random.next().value, frames: 480 }));
    const heard = lay(new SoundLine(48_000), blocks);
    for (const [i, [from]] of heard.entries()) if (i > 0) expect(from).toBe(heard[i - 1]?.[1]);
    expect(heard.at(-1)?.[1]).toBeGreaterThan(9.49 * 48_000);
    expect(heard.at(-1)?.[1]).toBeLessThan(9.6 * 48_000);
  });

  test('puts silence where nothing was heard, so that what follows stands at its time', () => {
    const [, second] = lay(new SoundLine(48_000), [
      { time: 0, frames: 4800 },
      { time: 1100, frames: 4800 },
    ]);
    expect(second).toEqual([52_800, 57_600]);
  });

  test('begins where the picture began: with silence, or without what was heard before', () => {
    expect(lay(new SoundLine(48_000), [{ time: 300, frames: 480 }])).toEqual([[14_400, 14_880]]);
    expect(new SoundLine(48_000).place(-5, 480)).toEqual({ silence: 0, skip: 240 });
  });

  test('reaches as far as it is told where nothing comes, and leaves out what comes after that all the same', () => {
    const line = new SoundLine(48_000);
    expect(line.silenceUntil(2000)).toBe(96_000);
    expect(line.silenceUntil(1500)).toBe(0);
    expect(line.place(1000, 480)).toEqual({ silence: 0, skip: 480 });
    expect(line.place(1995, 4800)).toEqual({ silence: 0, skip: 0 });
    expect(line.frames).toBe(100_800);
  });
});

describe('clusters', () => {
  const picture = (time: number, keyframe: boolean) => ({ time, keyframe, bytes: Uint8Array.of(1, 2, 3) });
  const sound = (time: number) => ({ time, keyframe: true, bytes: Uint8Array.of(9) });
  /** @returns track and time of each block, and its end where it is told, read independently of what wrote them */
  function blocksOf(cluster: Uint8Array): { track: number; time: number; keyframe: boolean; end?: number }[] {
    const view = new DataView(cluster.buffer, cluster.byteOffset);
    expect(view.getUint32(0)).toBe(0x1f43b675);
    const blocks: ReturnType<typeof blocksOf> = [];
    let start = 0;
    for (let at = 8; at < cluster.length; ) {
      const length = view.getUint32(at + 1) & 0x0fffffff;
      const body = at + 5;
      if (cluster[at] === 0xe7) for (let i = 0; i < length; i++) start = 256 * start + cluster[body + i]!;
      else if (cluster[at] === 0xa0) {
        // A group: block, duration, and a reference where it is no keyframe (RFC 9559 section 5.1.3.5).
        const inner = body + 5;
        const after = inner + (view.getUint32(body + 1) & 0x0fffffff);
        const time = start + view.getInt16(inner + 1);
        let duration = 0;
        const bytes = view.getUint32(after + 1) & 0x0fffffff;
        expect([cluster[body], cluster[after]]).toEqual([0xa1, 0x9b]);
        for (let i = 0; i < bytes; i++) duration = 256 * duration + cluster[after + 5 + i]!;
        const keyframe = after + 5 + bytes === body + length;
        blocks.push({ track: cluster[inner]! & 0x7f, time, keyframe, end: time + duration });
      } else {
        expect(cluster[at]).toBe(0xa3);
        const time = start + view.getInt16(body + 1);
        blocks.push({ track: cluster[body]! & 0x7f, time, keyframe: (cluster[body + 3]! & 0x80) !== 0 });
      }
      at = body + length;
    }
    return blocks;
  }

  test('begin with a keyframe and reach to the next one, however seldom frames come', () => {
    const cutter = new ClusterCutter(true);
    const made = [];
    // Five seconds at fifteen frames a second, then stills.
    const pictures = [...every(1000 / 15, 5000).map(Math.round), 6000, 8000, 13_000];
    for (const time of pictures) made.push(...cutter.addPicture(picture(time, time % 2000 === 0 || time > 5000)));
    expect(made).toEqual([]);
    for (const time of every(20, 14_000)) made.push(...cutter.addSound(sound(time)));
    made.push(...cutter.finish(14_000));
    expect(made.map(({ start, duration, keyframe }) => [start / 1000, duration / 1000, keyframe])).toEqual([
      [0, 2000, true],
      [2000, 2000, true],
      [4000, 2000, true],
      [6000, 2000, true],
      [8000, 5000, true],
      [13_000, 1000, true],
    ]);
    const blocks = made.map(({ bytes }) => blocksOf(bytes));
    for (const [i, [first]] of blocks.entries())
      expect(first).toMatchObject({ track: 1, time: made[i]!.start / 1000, keyframe: true });
    // Each cluster's last picture is said to last until the next cluster.
    const ends = blocks.map((some) => some.findLast(({ track }) => track === 1)?.end);
    expect(ends).toEqual(made.map(({ start, duration }) => (start + duration) / 1000));
    expect(blocks.map((some) => some.findLast(({ track }) => track === 1)?.keyframe)).toEqual(
      blocks.map((some) => some.filter(({ track }) => track === 1).length === 1),
    );
    const all = blocks.flat();
    expect(all.map(({ time }) => time)).toEqual(all.map(({ time }) => time).toSorted((a, b) => a - b));
    expect(all.filter(({ track }) => track === 1).map(({ time }) => time)).toEqual(pictures);
    expect(all.filter(({ track }) => track === 2)).toHaveLength(700);
  });

  test('wait for the sound that belongs to them, and need none where none is recorded', () => {
    const [mute, loud] = [new ClusterCutter(false), new ClusterCutter(true)];
    for (const cutter of [mute, loud]) cutter.addPicture(picture(0, true));
    expect(mute.addPicture(picture(2000, true))).toHaveLength(1);
    expect(loud.addPicture(picture(2000, true))).toHaveLength(0);
    expect(loud.addSound(sound(1980))).toHaveLength(0);
    expect(loud.addSound(sound(2000))).toHaveLength(1);
    expect(blocksOf(loud.finish(2100)[0]!.bytes)).toEqual([
      { track: 1, time: 2000, keyframe: true, end: 2100 },
      { track: 2, time: 2000, keyframe: true },
    ]);
  });

  test('are none where there was no frame', () => {
    const cutter = new ClusterCutter(true);
    cutter.addSound(sound(0));
    expect(cutter.finish(1000)).toEqual([]);
  });
});
