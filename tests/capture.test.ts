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
  test('tells when a frame was captured, however late it arrives, whatever the device counts from', () => {
    const clock = new CaptureClock();
    const random = noise();
    for (let frame = 0; frame < 600; frame++) {
      const captured = 1000 + frame * 33;
      const delay = 4 + (frame % 7 === 0 ? 0 : 400 * random.next().value);
      const told = clock.timeOf(captured + 7e9, captured + delay);
      if (frame > 0) expect(Math.abs(told - captured)).toBeLessThan(5);
    }
  });

  test('forgets a start that was no guide: a device that began with stamps too late is set right within ten seconds', () => {
    const clock = new CaptureClock();
    for (let at = 0; at < 100; at += 10) clock.timeOf(at + 300, at);
    let told = 0;
    for (let at = 100; at < 10_200; at += 10) told = clock.timeOf(at, at + 5);
    expect(told).toBeGreaterThan(10_190 - 1);
    expect(told).toBeLessThan(10_190 + 6);
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
    const blocks = every(10, 10_000, 500).map((time) => ({ time: time + 40 * random.next().value, frames: 480 }));
    const heard = lay(new SoundLine(48_000, 500), blocks);
    for (const [i, [from]] of heard.entries()) if (i > 0) expect(from).toBe(heard[i - 1]?.[1]);
    expect(heard.at(-1)?.[1]).toBeGreaterThan(9.49 * 48_000);
    expect(heard.at(-1)?.[1]).toBeLessThan(9.6 * 48_000);
  });

  test('puts silence where nothing was heard, so that what follows stands at its time', () => {
    const [, second] = lay(new SoundLine(48_000, 0), [
      { time: 0, frames: 4800 },
      { time: 1100, frames: 4800 },
    ]);
    expect(second).toEqual([52_800, 57_600]);
  });

  test('begins where the picture began: with silence, or without what was heard before', () => {
    expect(lay(new SoundLine(48_000, 1000), [{ time: 1300, frames: 480 }])).toEqual([[14_400, 14_880]]);
    expect(new SoundLine(48_000, 1000).place(995, 480)).toEqual({ silence: 0, skip: 240 });
  });

  test('reaches as far as it is told where nothing comes, and leaves out what comes after that all the same', () => {
    const line = new SoundLine(48_000, 0);
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
