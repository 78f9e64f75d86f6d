import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type Browser, launch } from 'puppeteer-core';

/** What a Firefox with windows and sound needs on a machine without either: a display and a sound server of its own. */
export interface Desktop {
  environment: Record<string, string>;
  stop(): Promise<void>;
}

/** Size of the display: what a screen recording shows. */
export const SCREEN = { width: 1280, height: 800 };

/** Starts Xvfb on a free display, and PulseAudio with an output that nobody hears and whose echo is a microphone. */
export async function startDesktop(): Promise<Desktop> {
  const folder = mkdtempSync(join(tmpdir(), 'desktop-'));
  const home = { HOME: folder, XDG_RUNTIME_DIR: folder };
  const environment = { PATH: process.env['PATH'] ?? '', ...home };
  const screen = `${SCREEN.width}x${SCREEN.height}x24`;
  // It writes the number of its display to descriptor 3 once it takes windows.
  const display = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', screen, '-nolisten', 'tcp'], {
    env: environment,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const socket = join(folder, 'sound');
  const sound = spawn(
    'pulseaudio',
    [
      ...['--daemonize=no', '--exit-idle-time=-1', '--disable-shm', '-n'],
      ...['-L', `module-native-protocol-unix auth-anonymous=1 socket=${socket}`],
      ...['-L', 'module-null-sink sink_name=unheard'],
    ],
    { env: environment, stdio: 'ignore' },
  );
  const stop = async () => {
    for (const one of [display, sound]) await end(one);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [number] = (await Promise.race([
      once(display.stdio[3] as Readable, 'data'),
      once(display, 'exit').then(() => Promise.reject(new Error('Xvfb did not start'))),
    ])) as [Buffer];
    for (let tries = 0; !existsSync(socket); tries++) {
      if (tries === 100) throw new Error('PulseAudio did not start');
      await pause(50);
    }
    const pulse = { PULSE_SERVER: `unix:${socket}` };
    return { environment: { ...home, ...pulse, DISPLAY: `:${number.toString().trim()}` }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/**
 * Debian's Firefox over WebDriver BiDi, with a fake camera and microphone that are allowed without asking.
 * @param desktop without one there is no window, no screen to record, and no sound device at all
 */
export function launchFirefox(desktop?: Desktop): Promise<Browser> {
  const silent = { PULSE_SERVER: 'unix:/nonexistent', DISPLAY: '' };
  return launch({
    browser: 'firefox',
    executablePath: '/usr/bin/firefox-esr',
    headless: !desktop,
    // Nothing but the page is on the display, so that what is recorded of it can be read.
    args: desktop ? ['--kiosk'] : [],
    acceptInsecureCerts: true,
    defaultViewport: null,
    env: { ...process.env, ...silent, ...desktop?.environment },
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0,
    },
  });
}
