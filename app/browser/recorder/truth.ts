import type { Progress, Trouble } from './messages.ts';

/** Seconds that may be under way without a word: a segment is sent every two seconds. */
const USUAL_SECONDS = 6;

const TROUBLES: Record<Trouble, (waiting: string) => string> = {
  offline: (waiting) => `Your connection paused: ${waiting} waiting to be sent; nothing is lost. Leave this page open.`,
  busy: (waiting) => `The appliance is busy: ${waiting} waiting to be sent; nothing is lost. Leave this page open.`,
  'disk-full': (waiting) =>
    `The appliance is short of space: ${waiting} waiting to be sent; nothing is lost. Leave this page open.`,
  session: (waiting) =>
    `Your session has ended: ${waiting} waiting to be sent; nothing is lost. Open your personal link in another tab of this browser and leave this page open.`,
  'other-link': (waiting) =>
    `Another exam link was opened in this browser. Open your own link again; nothing is lost. ${waiting} waiting to be sent.`,
};

/** @returns the one line of truth about what is recorded and what of it is stored */
export function truthOf({ waitingSeconds, storedUntil, trouble }: Progress): string {
  const waiting = `${Math.round(waitingSeconds)} s`;
  if (trouble && waitingSeconds > 0) return TROUBLES[trouble](waiting);
  if (waitingSeconds > USUAL_SECONDS) return `${waiting} waiting to be sent; nothing is lost.`;
  if (storedUntil === null) return 'Recording has begun. Nothing is stored yet.';
  return `Everything up to ${clockOf(storedUntil)} is stored.`;
}

/** @returns hours, minutes and seconds since the attempt began, and the same for the datetime attribute */
export function elapsedOf(milliseconds: number): { text: string; datetime: string } {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const text = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return { text, datetime: `PT${seconds}S` };
}

/** @param at epoch ms @returns the time of day where the test taker is, such as 10:02:11 */
function clockOf(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}
