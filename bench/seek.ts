// How long a reviewer waits, against a plain <video> over the same media, unencrypted, from nginx over TLS in the same browser.
//
// first-frame: from the click on a link, in a page that was opened and has come to rest, to the first frame. Ours is the link of the
// signed act's page to the view that it opened, which opens within that page; the release of the first chapter's key is part of it, as
// are its entry in the ledger and the checkpoint over it. The peer's is a link to a page with the video alone. The click is the
// browser's own time of the event, the frame that of requestVideoFrameCallback, both on one clock (performance.timeOrigin and what
// passed since), so that the peer's navigation counts. Nothing hovers over the link before: the mouse gets there with the click.
//
// seek: from a seek to a place that is not in the buffer until its frame shows, in a chapter whose key was not released to the page yet.
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { deriveChapterKeys, encryptSegment } from '../app/browser/sframe.ts';
import { encodeMetadata } from '../app/wire.ts';
import { startAppliance } from '../tests/appliance.ts';
import { launchChromium, plugInSecurityKey } from '../tests/chromium.ts';
import { cut, film, type Take } from '../tests/take.ts';
import { type Figure, median } from './figure.ts';
import { startNginx } from './nginx.ts';
import { TestTaker } from './test-taker.ts';
import { FFMPEG } from '../tests/ffmpeg.ts';

const ROUNDS = 11;
/** A film of a minute, played this often: seven chapters. */
const MINUTES = 7;
const CHAPTER_SECONDS = 60;
/** Tenths of the recording, in an order that never comes near what is in the buffer; each is in a chapter of its own. */
const TENTHS = [8, 2, 5, 9, 3, 6];
/** Milliseconds before a click and before each seek, so that none of them pays for what is still under way from before. */
const REST = 400;
/** Milliseconds after which a frame counts as lost. */
const PATIENCE = 10_000;

/** A page, and the address of the link in it that leads to the video. */
interface Way {
  from: string;
  to: string;
}

interface Waits {
  firstFrame: number;
  seeks: number[];
}

/** @returns medians in milliseconds; each seek of the player includes the release of the chapter's key */
export async function seek(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'seek-'));
  const appliance = await startAppliance({ testTakers: 1 });
  const certificates = ['exam', 'room'].map((origin) => join(appliance.data, `tls/${origin}.crt`));
  const browser = await launchChromium([trust(certificates)]);
  let nginx: Awaited<ReturnType<typeof startNginx>> | undefined;
  try {
    const media = join(folder, 'media');
    mkdirSync(media);
    const file = join(media, 'film.webm');
    const minute = await film(folder, CHAPTER_SECONDS, 0);
    const loop = ['-stream_loop', String(MINUTES - 1), '-i', minute.file, '-c', 'copy', file];
    execFileSync(FFMPEG, ['-loglevel', 'error', ...loop]);
    writeFileSync(join(media, 'link.html'), '<!doctype html><a href="/plain.html">Watch</a>');
    writeFileSync(
      join(media, 'plain.html'),
      '<!doctype html><video src="film.webm" preload="auto" width="640"></video>',
    );
    const take = cut(readFileSync(file), MINUTES * CHAPTER_SECONDS);
    await record(appliance.testTakers[0]?.link ?? '', take);
    nginx = await startNginx({
      beside: folder,
      tls: { certificate: join(appliance.data, 'tls/exam.crt'), key: join(appliance.data, 'tls/exam.key') },
      server: `root ${media}; add_header Cache-Control no-store;`,
    });

    const page = await browser.newPage();
    // Without this a script that fails would be waited for without an end.
    const failed = new Promise<never>((_, reject) => {
      page.on('pageerror', reject);
      page.on('crash', () => reject(new Error('the page has crashed')));
    });
    failed.catch(() => {});
    await page.addInitScript(noteFirstFrame, PATIENCE);
    const view = await signRelease(page, appliance.enrol[2] ?? '');
    const nginxOrigin = `https://exam.localhost:${nginx.port}`;
    const plain = { from: `${nginxOrigin}/link.html`, to: `${nginxOrigin}/plain.html` };
    const ours: Waits[] = [];
    const theirs: Waits[] = [];
    // The first round of each is not counted, so that the compilers have seen the code.
    for (let round = 0; round <= ROUNDS; round++) {
      ours.push(await Promise.race([measure(page, view), failed]));
      theirs.push(await Promise.race([measure(page, plain), failed]));
    }
    const all = (waits: Waits[], pick: (wait: Waits) => number[]) => median(waits.slice(1).flatMap(pick));
    const [seekOurs, seekTheirs] = [all(ours, ({ seeks }) => seeks), all(theirs, ({ seeks }) => seeks)];
    const [firstOurs, firstTheirs] = [ours, theirs].map((waits) => all(waits, ({ firstFrame }) => [firstFrame]));
    return [
      {
        name: 'seek',
        value: seekOurs,
        unit: 'ms to the frame, key release included',
        against: `plain <video> from nginx (${seekTheirs.toFixed(1)} ms)`,
        ratio: seekOurs / seekTheirs,
      },
      {
        name: 'first-frame',
        value: firstOurs as number,
        unit: 'ms from the click, key release included',
        against: `plain <video> from nginx (${(firstTheirs as number).toFixed(1)} ms)`,
        ratio: (firstOurs as number) / (firstTheirs as number),
      },
    ];
  } finally {
    await browser.close();
    await nginx?.stop();
    await appliance.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Certificates that the browser accepts as an institution's own: under certificate errors it would keep nothing of what it fetches. */
function trust(certificates: string[]): string {
  const digests = certificates.map((file) => {
    const { publicKey } = new X509Certificate(readFileSync(file));
    return createHash('sha256')
      .update(publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64');
  });
  return `--ignore-certificate-errors-spki-list=${digests.join(',')}`;
}

/** Sends the take as a recorder would, encrypted, a chapter a minute. */
async function record(link: string, take: Take): Promise<void> {
  const testTaker = await TestTaker.start(link);
  const recording = await testTaker.begin('video/webm; codecs="vp8, opus"');
  let number = 0;
  for (let chapter = 0; chapter < MINUTES; chapter++) {
    const key = crypto.getRandomValues(new Uint8Array(32));
    await testTaker.putEnvelope(recording, chapter, key);
    const keys = await deriveChapterKeys(key, chapter);
    const own = take.clusters.filter(({ from }) => Math.floor(from / CHAPTER_SECONDS) === chapter);
    for (const { bytes, from, to } of [{ bytes: take.init, from: 0, to: 0 }, ...own]) {
      const init = bytes === take.init;
      const times = { start: from * 1e6, duration: (to - from) * 1e6 };
      const metadata = encodeMetadata({ recording, source: 'camera', keyframe: !init, init, ...times });
      const sealed = await encryptSegment(keys, number, metadata, bytes);
      await testTaker.putSegment(recording, number++, Buffer.concat([metadata, sealed]));
    }
  }
  testTaker.leave();
}

/** Enrols a reviewer and signs a release of the whole recording. @returns the way from the signed act to the view */
async function signRelease(page: Page, enrolment: string): Promise<Way> {
  await plugInSecurityKey(page);
  await page.goto(enrolment);
  await page.getByRole('button', { name: 'Enrol this passkey' }).click();
  await page.waitForURL('**/desk');
  await page.goto(new URL('/attempts', page.url()).href);
  await page.getByRole('link', { name: 'T-0001' }).click();
  await page.getByLabel('The whole recording').check();
  await page.getByLabel('Why is it needed?').fill('The board asked for all of it.');
  await page.getByRole('button', { name: 'Ask for the key' }).click();
  await page.waitForURL('**/acts/*');
  const from = page.url();
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.waitForURL('**/grants/*');
  return { from, to: page.url() };
}

async function measure(page: Page, { from, to }: Way): Promise<Waits> {
  await page.goto(from);
  await page.waitForTimeout(REST);
  await page.click(`a[href="${new URL(to).pathname}"]`);
  await page.waitForURL(to);
  const firstFrame = await page.evaluate(() => (globalThis as unknown as { firstFrame: Promise<number> }).firstFrame);
  const seeks: number[] = [];
  for (const tenth of TENTHS) {
    await page.waitForTimeout(REST);
    seeks.push(await page.evaluate(seekTo, { tenth, patience: PATIENCE }));
  }
  return { firstFrame, seeks };
}

/**
 * Runs in each page before anything else: `firstFrame` comes true once one shows, with the milliseconds since the last click, which may
 * have been in the page before.
 */
function noteFirstFrame(patience: number): void {
  const CLICKED = 'clicked at';
  addEventListener(
    'click',
    ({ timeStamp }) => sessionStorage.setItem(CLICKED, String(performance.timeOrigin + timeStamp)),
    true,
  );
  const firstFrame = new Promise<number>((resolve, reject) => {
    const observer = new MutationObserver(() => {
      const video = document.querySelector('video');
      if (!video) return;
      observer.disconnect();
      setTimeout(() => reject(new Error('no frame has come')), patience);
      const shows = () => resolve(performance.timeOrigin + performance.now() - Number(sessionStorage.getItem(CLICKED)));
      // A frame that was there before its video came into the page is drawn with the page, and calls nobody.
      if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA)
        requestAnimationFrame(() => requestAnimationFrame(shows));
      else video.requestVideoFrameCallback(shows);
    });
    observer.observe(document, { childList: true, subtree: true });
  });
  // Told to whoever waits for it; a page without a video has nobody who does.
  firstFrame.catch(() => {});
  Object.assign(globalThis, { firstFrame });
}

/**
 * Runs in the page: seeks to a tenth, in the player by its key, and waits until a frame from there shows.
 * @returns milliseconds
 */
function seekTo({ tenth, patience }: { tenth: number; patience: number }): Promise<number> {
  const video = document.querySelector('video') as HTMLVideoElement;
  const target = (video.duration * tenth) / 10;
  const { buffered } = video;
  for (let i = 0; i < buffered.length; i++)
    if (buffered.start(i) <= target && target < buffered.end(i))
      throw new Error(`${target} s is in the buffer already`);
  return new Promise((resolve, reject) => {
    const started = performance.now();
    setTimeout(() => reject(new Error(`no frame of ${target} s has come`)), patience);
    const look: VideoFrameRequestCallback = (_, { mediaTime }) => {
      if (Math.abs(mediaTime - target) < 1) resolve(performance.now() - started);
      else video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
    if (document.querySelector('[data-player]'))
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: String(tenth), bubbles: true }));
    else video.currentTime = target;
  });
}
