/** A Chromium that treats pages in the background as browsers do, and the recorder page's steps in it. */
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { freePort } from './free-port.ts';

/** Camera, microphone and a screen that the browser makes up, given to whoever asks. */
export const FAKE_DEVICES = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
/** Playwright switches off what browsers do to pages in the background; here that has to happen. */
const SPARING = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

export interface Chrome {
  context: BrowserContext;
  close(): Promise<void>;
}

/**
 * Playwright makes every page believe that it is in front; its `noDefaults`, over a second connection, leaves them be. The
 * exam origin's name leads to the relay.
 */
export async function launch(
  { origin, relay }: { origin: string; relay: { port: number } },
  flags: string[],
): Promise<Chrome> {
  const port = await freePort();
  const resolver = `--host-resolver-rules=MAP ${new URL(origin).hostname} 127.0.0.1:${relay.port}`;
  const args = [...flags, resolver, '--ignore-certificate-errors', `--remote-debugging-port=${port}`];
  const process = await chromium.launch({ executablePath: '/usr/bin/chromium', args, ignoreDefaultArgs: SPARING });
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
  const close = async () => {
    await browser.close();
    await process.close();
  };
  return { context: browser.contexts()[0]!, close };
}

/** Opens a page in the browser, which then knows nobody any more: what it kept of the exam origin is gone. */
export async function openFreshPage({ context }: Pick<Chrome, 'context'>, origin: string): Promise<Page> {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  return page;
}

/** Opens the personal link, and from it the recorder. */
export async function openRecorder(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.goto(new URL('/attempt/recorder', link).href);
}

export async function finish(page: Page): Promise<void> {
  await page.click('[data-finish]');
  await page.click('[data-finish-confirm]');
  await page.waitForSelector('[data-step=done]:not([hidden])', { timeout: 15_000 });
}

export async function until(holds: () => boolean | Promise<boolean>, seconds: number): Promise<void> {
  const end = Date.now() + 1000 * seconds;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
