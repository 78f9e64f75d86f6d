/** What systemd hands to a process, and what it is told by it. Started by anything else, a process opens its own sockets and tells its parent. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The first descriptor that is handed over: sd_listen_fds(3), SD_LISTEN_FDS_START. */
const FIRST_DESCRIPTOR = 3;

/**
 * @returns the listening sockets that systemd opened for this process: descriptors by the `FileDescriptorName=` of their units, as
 * sd_listen_fds_with_names(3) has it; none where it opened none
 */
export function givenSockets(environment = process.env): Map<string, number> {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES } = environment;
  if (Number(LISTEN_PID) !== process.pid) return new Map();
  const names = (LISTEN_FDNAMES ?? '').split(':').slice(0, Number(LISTEN_FDS));
  return new Map(names.map((name, index) => [name, FIRST_DESCRIPTOR + index]));
}

/**
 * Says that this process is ready: to the parent that started it, and to systemd (sd_notify(3)), which from then on hears at half its
 * `WatchdogSec=` that the event loop turns. Node opens no datagram sockets of the kind that systemd listens on; its own command does.
 * @throws Error where systemd waits for it and cannot be told
 */
export async function tellReady(environment = process.env): Promise<void> {
  process.send?.('ready');
  if (!environment.NOTIFY_SOCKET) return;
  await run('systemd-notify', ['--ready']);
  const every = Number(environment.WATCHDOG_USEC ?? 0) / 1000 / 2;
  if (every === 0) return;
  // One that is not told is told at the next turn; where none gets through, systemd starts the process again.
  setInterval(() => void run('systemd-notify', ['WATCHDOG=1']).catch(() => {}), every).unref();
}
