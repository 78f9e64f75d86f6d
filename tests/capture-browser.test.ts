/** The capture worker that the recorder loads, in a real browser: what it makes of frames and sound, whatever happens to them. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaptureReport } from '../app/browser/recorder/capture-messages.ts';
import type { Quality } from '../app/wire.ts';
import { launchChromium } from './chromium.ts';
import { FFMPEG } from './ffmpeg.ts';
import { FULL } from './full.ts';
import { readNumbers } from './numbered-video.ts';

const FAKE = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const ASSETS = join(import.meta.dirname, '../dist/assets');
const GOOD: Quality = { frameRate: 15, bitrate: 400_000 };
const LEAST: Quality = { frameRate: 0.5, bitrate: 40_000 };

interface Run {
  init: Buffer;
  /** Epoch ms. */
  beganAt: number;
  clusters: { bytes: Buffer; start: number; duration: number; keyframe: boolean }[];
  /** Clusters that were handed over while the run went on. */
  beforeEnd: number;
  /** ms that the worker said to have missed. */
  missed: number[];
}
/** One thing that happens to a run, so many seconds after its beginning. */
interface Step {
  at: number;
  quality?: Quality;
  microphoneStops?: boolean;
  /** ms */
  sleeps?: number;
}

let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  server = createServer(({ url }, response) => {
    const scripts: Record<string, string> = {
      '/assets/capture-worker.js': readFileSync(join(ASSETS, 'capture-worker.js'), 'utf8'),
      // A computer whose browser's count goes on through its sleep.
      '/sleeping-clock.js': `
        const count = performance.now.bind(performance);
        let slept = 0;
        performance.now = () => count() + slept;
        addEventListener('message', ({ data }) => { if (data.kind === 'sleep') slept += data.milliseconds; });`,
      '/sleeping-worker.js': `import '/sleeping-clock.js'; import '/assets/capture-worker.js';`,
    };
    const script = scripts[url ?? ''];
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.end(script ?? '<!doctype html><video muted></video>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  browser = await launchChromium(FAKE);
  page = await browser.newPage();
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  await page.evaluate(prepare);
}, 30_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** What the page's script offers to the tests. */
interface Lab {
  film(sound: 'microphone' | 'silence' | null, seconds: number, steps: Step[]): Promise<{ run: string; at: number[] }>;
  /** @returns also epoch ms from which the plan's times count */
  filmNumbers(plan: { captured: number; arrives: number }[]): Promise<{ run: string; at: number[]; zero: number }>;
  play(run: string): Promise<{ size: string; ranges: number[][]; presented: number; failed: string | null }>;
}

/** Runs in the page: drives the capture worker by its own messages, and plays what came of it through a SourceBuffer. */
function prepare(): void {
  interface Taken {
    init: string;
    beganAt: number;
    clusters: { bytes: string; start: number; duration: number; keyframe: boolean }[];
    beforeEnd: number;
    missed: number[];
  }
  const encode = (bytes: Uint8Array) => {
    let text = '';
    for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
    return btoa(text);
  };
  const decode = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const Processor = (
    globalThis as unknown as { MediaStreamTrackProcessor: new (init: object) => { readable: ReadableStream } }
  ).MediaStreamTrackProcessor;
  const record = (picture: ReadableStream, sound: ReadableStream | 'silence' | null, quality: object) => {
    const worker = new Worker('/sleeping-worker.js', { type: 'module' });
    const taken: Taken = { init: '', beganAt: 0, clusters: [], beforeEnd: 0, missed: [] };
    const stopped = new Promise<void>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<CaptureReport>) => {
        if (data.kind === 'init') Object.assign(taken, { init: encode(data.init), beganAt: data.beganAt });
        if (data.kind === 'cluster') taken.clusters.push({ ...data, bytes: encode(data.bytes) });
        if (data.kind === 'missed') taken.missed.push(data.milliseconds);
        if (data.kind === 'failed') reject(new Error(data.reason));
        if (data.kind === 'stopped') resolve();
      };
    });
    const order = { picture, sound, quality, stillRate: 0.5, epochOffset: 0, soundRate: 48_000 };
    const transfer = [picture, sound].filter((stream) => stream instanceof ReadableStream);
    worker.postMessage({ kind: 'begin', order }, transfer);
    return {
      worker,
      async end() {
        taken.beforeEnd = taken.clusters.length;
        worker.postMessage({ kind: 'stop' });
        await stopped;
        worker.terminate();
        return JSON.stringify(taken);
      },
    };
  };

  const lab: Lab = {
    async film(kind, seconds, steps) {
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { width: 160, height: 120, frameRate: 15 },
        audio: true,
      });
      const [[picture], [microphone]] = [stream.getVideoTracks(), stream.getAudioTracks()];
      const frames = new Processor({ track: picture }).readable;
      const sound = kind === 'microphone' ? new Processor({ track: microphone, maxBufferSize: 200 }).readable : kind;
      const { worker, end } = record(frames, sound, { frameRate: 15, bitrate: 400_000 });
      const began = performance.now();
      const at: number[] = [];
      for (const step of steps) {
        await pause(1000 * step.at - (performance.now() - began));
        at.push((performance.now() - began) / 1000);
        if (step.quality) worker.postMessage({ kind: 'quality', quality: step.quality });
        if (step.microphoneStops) microphone!.stop();
        if (step.sleeps) worker.postMessage({ kind: 'sleep', milliseconds: step.sleeps });
      }
      await pause(1000 * seconds - (performance.now() - began));
      const run = await end();
      for (const track of stream.getTracks()) track.stop();
      return { run, at };
    },

    async filmNumbers(plan) {
      const Generator = (
        globalThis as unknown as {
          MediaStreamTrackGenerator: new (init: object) => MediaStreamTrack & { writable: WritableStream<VideoFrame> };
        }
      ).MediaStreamTrackGenerator;
      const generator = new Generator({ kind: 'video' });
      const writer = generator.writable.getWriter();
      const { end } = record(new Processor({ track: generator, maxBufferSize: 8 }).readable, null, {
        frameRate: 30,
        bitrate: 2_000_000,
      });
      const canvas = new OffscreenCanvas(640, 32);
      const context = canvas.getContext('2d')!;
      const began = performance.now();
      const at: number[] = [];
      for (const [number, { captured, arrives }] of plan.entries()) {
        context.fillStyle = '#808080';
        context.fillRect(0, 0, 640, 32);
        for (let bit = 0; bit < 16; bit++) {
          context.fillStyle = (number >> (15 - bit)) & 1 ? '#fff' : '#000';
          context.fillRect(bit * 40, 0, 40, 32);
        }
        await pause(arrives - (performance.now() - began));
        at.push(performance.now() - began);
        // A device that counts from somewhere else.
        await writer.write(new VideoFrame(canvas, { timestamp: Math.round(1000 * captured) + 5e9 }));
      }
      await pause(200);
      return { run: await end(), at, zero: performance.timeOrigin + began };
    },

    async play(run) {
      const { init, clusters } = JSON.parse(run) as Taken;
      const video = document.querySelector('video')!;
      const source = new MediaSource();
      video.src = URL.createObjectURL(source);
      await new Promise((resolve) => source.addEventListener('sourceopen', resolve, { once: true }));
      const buffer = source.addSourceBuffer('video/webm; codecs="vp8,opus"');
      for (const bytes of [init, ...clusters.map((cluster) => cluster.bytes)]) {
        buffer.appendBuffer(decode(bytes));
        await new Promise((resolve) => buffer.addEventListener('updateend', resolve, { once: true }));
      }
      source.endOfStream();
      let presented = 0;
      const count = () => {
        presented++;
        video.requestVideoFrameCallback(count);
      };
      video.requestVideoFrameCallback(count);
      video.playbackRate = 4;
      await video.play();
      await new Promise((resolve) => {
        for (const event of ['ended', 'error']) video.addEventListener(event, resolve);
        setTimeout(resolve, 40_000);
      });
      const ranges = Array.from({ length: video.buffered.length }, (_, i) => [
        video.buffered.start(i),
        video.buffered.end(i),
      ]);
      const size = `${video.videoWidth}x${video.videoHeight}`;
      const failed = video.error?.message ?? (video.ended ? null : `stands at ${video.currentTime} s`);
      return { size, ranges, presented, failed };
    },
  };
  Object.assign(globalThis, { lab });
}

function runOf(json: string): Run {
  const { init, beganAt, clusters, beforeEnd, missed } = JSON.parse(json);
  return {
    beganAt,
    beforeEnd,
    missed,
    init: Buffer.from(init, 'base64'),
    clusters: clusters.map((cluster: { bytes: string }) => ({
      ...cluster,
      bytes: Buffer.from(cluster.bytes, 'base64'),
    })),
  };
}

const whole = ({ init, clusters }: Run) => Buffer.concat([init, ...clusters.map(({ bytes }) => bytes)]);

/** @returns when each packet of a stream begins and how long it lasts, seconds, and what the decoder complains of */
function packetsOf(media: Buffer, stream: 'v' | 'a'): { times: number[]; complaints: string } {
  const args = [
    '-v',
    'error',
    '-copyts',
    '-i',
    'pipe:0',
    '-map',
    `0:${stream}`,
    '-fps_mode',
    'passthrough',
    '-enc_time_base',
    '1:1000',
  ];
  const codec = stream === 'v' ? ['-f', 'framemd5'] : ['-c', 'copy', '-f', 'framemd5'];
  const { stdout, stderr } = spawnSync(FFMPEG, [...args, ...codec, '-'], { input: media, maxBuffer: 1e9 });
  const lines = stdout.toString().split('\n');
  const base = /#tb 0: (\d+)\/(\d+)/.exec(stdout.toString());
  const unit = Number(base?.[1]) / Number(base?.[2]);
  const times = lines.filter((line) => line.startsWith('0,')).map((line) => Number(line.split(',')[2]) * unit);
  return { times, complaints: stderr.toString() };
}

/** @returns the longest time between two packets, seconds */
function longestHole(times: number[]): number {
  return Math.max(...times.slice(1).map((time, i) => time - times[i]!));
}

describe('the capture worker', () => {
  test.runIf(FULL)(
    'changes its quality within a run: down to stills and up again, each cluster decodes alone, and a page plays it whole',
    async () => {
      const steps = [
        { at: 4, quality: { frameRate: 2, bitrate: 60_000 } },
        { at: 8, quality: LEAST },
        { at: 14, quality: GOOD },
      ];
      const { run: json, at } = await page.evaluate(
        ([steps]) => (globalThis as unknown as { lab: Lab }).lab.film('microphone', 18, steps!),
        [steps],
      );
      const run = runOf(json);
      const video = packetsOf(whole(run), 'v');
      expect(video.complaints).toBe('');
      const rate = (from: number, to: number) =>
        video.times.filter((time) => time > from && time <= to).length / (to - from);
      const [second, least, good] = at as [number, number, number];
      // An idle machine gives fifteen at first and at last.
      expect(rate(0.5, second - 0.5)).toBeGreaterThan(3);
      expect(rate(second + 0.5, least)).toBeLessThan(2.5);
      expect(rate(least + 0.5, good)).toBeLessThan(1);
      expect(rate(good + 0.5, 17.5)).toBeGreaterThan(3);
      // The last one may be the sound's tail.
      for (const { bytes, start, duration, keyframe } of run.clusters.slice(0, -1)) {
        expect(keyframe).toBe(true);
        expect(duration).toBeLessThan(4.5e6);
        expect(packetsOf(Buffer.concat([run.init, bytes]), 'v').complaints, `the cluster at ${start} µs alone`).toBe(
          '',
        );
      }
      // What waits for the line shrinks with it: bits a second with the sound.
      const bits = (from: number, to: number) =>
        run.clusters
          .filter(({ start }) => start / 1e6 >= from && start / 1e6 < to)
          .reduce((sum, { bytes, duration }, _, all) => sum + (8e6 * bytes.length) / duration / all.length, 0);
      expect(bits(least + 1, good - 2)).toBeLessThan(0.6 * bits(0, second - 2));
      const sound = packetsOf(whole(run), 'a');
      expect(longestHole(sound.times)).toBeLessThan(0.025);
      expect(sound.times.at(-1)).toBeGreaterThan(17);

      const played = await page.evaluate(([run]) => (globalThis as unknown as { lab: Lab }).lab.play(run!), [json]);
      expect(played.failed).toBeNull();
      expect(played.size).toBe('160x120');
      expect(played.ranges).toHaveLength(1);
      expect(played.ranges[0]?.[1]).toBeGreaterThan(17);
    },
    120_000,
  );

  test.runIf(FULL)(
    'fills with silence what the microphone does not give, from the first to the last',
    async () => {
      const film = (sound: 'microphone' | 'silence', steps: Step[]) =>
        page.evaluate(
          ([sound, steps]) => (globalThis as unknown as { lab: Lab }).lab.film(sound as never, 7, steps as never),
          [sound, steps],
        );
      for (const { run } of [
        await film('microphone', [{ at: 2.5, microphoneStops: true }]),
        await film('silence', []),
      ]) {
        const media = whole(runOf(run));
        // It does not wait for sound that does not come.
        expect(runOf(run).beforeEnd).toBeGreaterThanOrEqual(2);
        const { times, complaints } = packetsOf(media, 'a');
        expect(complaints).toBe('');
        expect(longestHole(times)).toBeLessThan(0.025);
        expect(times[0]).toBeLessThan(0.03);
        const picture = packetsOf(media, 'v').times;
        expect(Math.abs(times.at(-1)! - picture.at(-1)!)).toBeLessThan(1);
      }
    },
    120_000,
  );

  test.each(['microphone', 'silence'] as const)(
    'ends a run where it was seen last when the computer slept and its count went on, and adds nothing after that (%s)',
    async (sound) => {
      const { run } = await page.evaluate(
        ([sound]) => (globalThis as unknown as { lab: Lab }).lab.film(sound!, 6, [{ at: 4, sleeps: 8 * 3600_000 }]),
        [sound],
      );
      const { clusters, missed } = runOf(run);
      expect(missed).toHaveLength(1);
      expect(missed[0]).toBeGreaterThan(8 * 3600_000 - 1);
      expect(clusters.length).toBeGreaterThanOrEqual(2);
      for (const { duration, bytes } of clusters) {
        expect(duration).toBeLessThan(5e6);
        expect(bytes.length).toBeLessThan(1e6);
      }
      expect(clusters.at(-1)!.start + clusters.at(-1)!.duration).toBeLessThan(4.5e6);
      const { times, complaints } = packetsOf(whole(runOf(run)), 'a');
      expect(complaints).toBe('');
      expect(times.at(-1)).toBeLessThan(4.5);
    },
    60_000,
  );

  test.runIf(FULL)(
    'stamps frames with the time at which they were captured, however late they arrive, and lets the last one stand when the camera stalls',
    async () => {
      const plan = Array.from({ length: 200 }, (_, i) => {
        const captured = i * 40 + (i >= 100 ? 5000 : 0);
        // Bursts: five frames arrive together, up to 160 ms late. Then the camera stalls for five seconds.
        return { captured, arrives: Math.ceil(i / 5) * 5 * 40 + (i >= 100 ? 5000 : 0) };
      });
      const { run: json } = await page.evaluate(
        ([plan]) => (globalThis as unknown as { lab: Lab }).lab.filmNumbers(plan!),
        [plan],
      );
      const media = whole(runOf(json));
      const { times, complaints } = packetsOf(media, 'v');
      expect(complaints).toBe('');
      const numbers = await readNumbers(media);
      expect(numbers).toHaveLength(times.length);
      const shown = numbers.map((number, i) => ({ number, time: 1000 * times[i]! }));
      const first = shown[0]!.number;
      const fresh = shown.filter(({ number }, i) => i === 0 || shown[i - 1]!.number !== number);
      expect(fresh.length).toBeGreaterThan(40);
      // The first ones may have been late altogether: the clock cannot know yet.
      const off = fresh
        .filter(({ number }) => number > first + 10)
        .map(({ number, time }) => time - plan[number]!.captured);
      const middle = off.toSorted((a, b) => a - b)[off.length >> 1]!;
      const near = off.filter((one) => Math.abs(one - middle) < 40);
      expect(near.length / off.length).toBeGreaterThan(0.9);
      const standing = shown.filter(({ number }) => number === 99 || number === 100).map(({ time }) => time);
      expect(standing.length).toBeGreaterThanOrEqual(3);
      expect(longestHole(standing)).toBeLessThan(2300);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    },
    120_000,
  );

  test.each([4000, 1000])(
    'says when a run of %d ms began by the smallest delay, and shows what was captured before the first frame arrived',
    async (lasts) => {
      const plan = every(40, lasts).map((captured) => ({ captured, arrives: Math.max(captured, 280) }));
      const { run: json, zero } = await page.evaluate(
        ([plan]) => (globalThis as unknown as { lab: Lab }).lab.filmNumbers(plan!),
        [plan],
      );
      const run = runOf(json);
      const { times } = packetsOf(whole(run), 'v');
      const numbers = await readNumbers(whole(run));
      const off = numbers.map((number, i) => run.beganAt + 1000 * times[i]! - zero - plan[number]!.captured);
      for (const one of off) expect(Math.abs(one), off.map(Math.round).join(' ')).toBeLessThan(80);
      expect(numbers.filter((number) => number <= 7).length).toBeGreaterThanOrEqual(5);
      const { start, duration } = run.clusters.at(-1)!;
      expect((start + duration) / 1000).toBeGreaterThan(lasts - plan[numbers[0]!]!.captured);
    },
    60_000,
  );
});

const every = (interval: number, until: number) => Array.from({ length: until / interval }, (_, i) => i * interval);
