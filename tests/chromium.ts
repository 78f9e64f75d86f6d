import { readFileSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's Chromium without a window. Extra flags choose what it has for a camera. */
export function launchChromium(flags: string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: [...FLAGS, ...flags] });
}

/**
 * The same, with a profile that outlives it: what pages keep is there again at the next start.
 * @param flags as above
 */
export function launchOnProfile(profile: string, flags: string[] = []): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    args: [...FLAGS, ...flags],
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 800 },
  });
}

/** Kills the browser that runs on a profile, without a chance to write anything down. */
export async function killChromium(context: BrowserContext, profile: string): Promise<void> {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
  const commandOf = (pid: string) => readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  const browser = children.find((pid) => commandOf(pid).includes(`--user-data-dir=${profile}`));
  if (browser === undefined) throw new Error('no browser runs on this profile');
  const gone = new Promise((resolve) => context.once('close', resolve));
  process.kill(Number(browser), 'SIGKILL');
  await gone;
}

/** Flags for a fake camera that plays a file, and a fake microphone. */
export function cameraFrom(file: string): string[] {
  return [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${file}`,
  ];
}

/** A context that accepts the appliance's own certificates. */
export function openContext(browser: Browser, viewport = { width: 1280, height: 800 }): Promise<BrowserContext> {
  return browser.newContext({ ignoreHTTPSErrors: true, viewport });
}

/** Gives a page a security key of its own: CTAP2, resident keys, user verification. */
export async function plugInSecurityKey(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'usb',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}
