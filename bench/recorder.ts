// What the recorder costs the test taker's computer: processor seconds of all of Chromium's processes while the recorder's page films,
// encrypts, keeps and sends camera, sound and screen to a real appliance, against a bare MediaRecorder of the same sources in the
// same codecs and bit rates, which throws away what it makes.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium, type Page } from 'playwright-core';
import { type Appliance, startAppliance } from '../tests/appliance.ts';
import { type Figure, median } from './figure.ts';

const ROUNDS = 3;
const SECONDS = 20;
/** Milliseconds in which the encoders get going. */
const WARMING = 4000;
/** Linux counts processor time in hundredths of a second. */
const TICK = 0.01;
const FLAGS = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--ignore-certificate-errors'];

/** @returns processor seconds a second of either, the rounds taken in turn */
export async function recorder(): Promise<Figure[]> {
  const appliance = await startAppliance({ testTakers: ROUNDS });
  try {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await measure((page) => record(page, appliance, round)));
      theirs.push(await measure((page) => recordBare(page, appliance.exam)));
    }
    const [own, bare] = [median(ours), median(theirs)];
    return [
      {
        name: 'recorder',
        value: 100 * own,
        unit: '% of a core, camera, sound and screen',
        against: `bare MediaRecorder of the same (${(100 * bare).toFixed(1)} %)`,
        ratio: own / bare,
      },
    ];
  } finally {
    await appliance.stop();
  }
}

/** @returns processor seconds a second of a browser of its own, once `begin` has begun */
async function measure(begin: (page: Page) => Promise<void>): Promise<number> {
  const server = await chromium.launchServer({ executablePath: '/usr/bin/chromium', args: FLAGS });
  try {
    const browser = await chromium.connect(server.wsEndpoint());
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    await begin(page);
    await pause(WARMING);
    const pid = server.process().pid as number;
    const [before, from] = [processorSeconds(pid), performance.now()];
    await pause(1000 * SECONDS);
    return (1000 * (processorSeconds(pid) - before)) / (performance.now() - from);
  } finally {
    await server.close();
  }
}

async function record(page: Page, appliance: Appliance, round: number): Promise<void> {
  await page.goto(appliance.testTakers[round]?.link ?? '');
  await page.goto(`${appliance.exam}/attempt/recorder`);
  await page.click('[data-allow]:not([disabled])');
  await page.click('[data-share]:not([disabled])');
  await page.click('[data-start]:not([disabled])');
  await page.waitForSelector('[data-step=record]:not([hidden])');
}

async function recordBare(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/demonstration`);
  await page.evaluate(async () => {
    const camera = await navigator.mediaDevices.getUserMedia({
      video: { width: 640, height: 480, frameRate: 15 },
      audio: { channelCount: 1 },
    });
    const screen = await navigator.mediaDevices.getDisplayMedia({
      video: { width: { max: 1280 }, height: { max: 720 }, frameRate: { max: 5 } },
    });
    const film = (stream: MediaStream, mimeType: string, videoBitsPerSecond: number) => {
      const options = { mimeType, videoBitsPerSecond, audioBitsPerSecond: 32_000, videoKeyFrameIntervalDuration: 2000 };
      const recorder = new MediaRecorder(stream, options);
      recorder.ondataavailable = () => {};
      recorder.start(2000);
    };
    film(camera, 'video/webm; codecs="vp8,opus"', 400_000);
    film(screen, 'video/webm; codecs="vp8"', 600_000);
  });
}

/** @returns what a process and all that come from it have used of the processor so far: user and kernel */
function processorSeconds(root: number): number {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        return [{ pid: Number(pid), parent: Number(fields[1]), used: Number(fields[11]) + Number(fields[12]) }];
      } catch {
        // Ended in between.
        return [];
      }
    });
  const of = (pid: number): number =>
    stats.filter(({ parent }) => parent === pid).reduce((sum, child) => sum + child.used + of(child.pid), 0);
  return TICK * (of(root) + (stats.find(({ pid }) => pid === root)?.used ?? 0));
}
