import type { Progress, Trouble } from './messages.ts';

/** Seconds that may be under way without a word: a segment is sent every two seconds. */
const USUAL_SECONDS = 6;
/** Seconds of room beyond which its end is of no interest to an exam. */
const AMPLE_SECONDS = 12 * 3600;

/** What the test taker reads while segments wait. `waiting` and `room` are sentences; `room` may be empty. */
const TROUBLES: Record<Trouble, (waiting: string, room: string) => string> = {
  offline: (waiting, room) => `Your connection paused: ${waiting}; nothing is lost. ${room}Leave this page open.`,
  busy: (waiting, room) => `The appliance is busy: ${waiting}; nothing is lost. ${room}Leave this page open.`,
  'disk-full': (waiting, room) =>
    `The appliance is short of space: ${waiting}; nothing is lost. ${room}Leave this page open.`,
  session: (waiting, room) =>
    `Your session has ended: ${waiting}; nothing is lost. ${room}Open your personal link in another tab of this browser and leave this page open.`,
  'other-link': (waiting, room) =>
    `Another exam link was opened in this browser. Open your own link again; nothing is lost. ${room}${waiting}.`,
  'other-browser': () =>
    'Everything that was recorded here is stored. Your exam was open in another browser too, and its last part has not arrived yet: ' +
    'open the exam’s page there until it is sent, if you can. This page goes on trying by itself; nothing is lost.',
  'no-room': (waiting) =>
    `This computer has no room for more, so nothing is recorded until some of it is sent: ${waiting}, and none of that is lost. ` +
    'Check your connection or free some disk space; recording then goes on by itself. This is not held against you.',
};

/** Why an exam that was started does not begin yet, and what to do. */
const START_TROUBLES: Partial<Record<Trouble, string>> = {
  offline: 'Your connection paused, so recording cannot begin yet. This page goes on by itself as soon as it is back.',
  busy: 'The appliance is busy, so recording cannot begin yet. This page goes on by itself; leave it open.',
  'disk-full':
    'The appliance is short of space, so recording cannot begin yet. This page goes on by itself; leave it open.',
  session:
    'Your session has ended, so recording cannot begin yet. Open your personal link again in another tab of this browser; this page ' +
    'then goes on by itself.',
  'other-link':
    'Another exam link was opened in this browser, so recording cannot begin yet. Open your own personal link again in another tab; ' +
    'this page then goes on by itself.',
};

/** What the test taker can do something about, however little waits. */
const ACTIONABLE: readonly Trouble[] = ['session', 'other-link', 'other-browser', 'no-room'];

/** @returns the one line of truth about what is recorded and what of it is stored */
export function truthOf({ waitingSeconds, storedUntil, roomSeconds, trouble }: Progress): string {
  const waiting = `${waitingSeconds > 0 ? amountOf(waitingSeconds) : 'the rest is'} waiting to be sent`;
  if (trouble && (waitingSeconds > 0 || ACTIONABLE.includes(trouble)))
    return TROUBLES[trouble](waiting, roomOf(roomSeconds));
  if (waitingSeconds > USUAL_SECONDS) return `${waiting}; nothing is lost. ${roomOf(roomSeconds)}`.trimEnd();
  if (storedUntil === null) return 'Recording has begun. Nothing is stored yet.';
  return `Everything up to ${clockOf(storedUntil)} is stored.`;
}

/** @returns what keeps a start from being answered; empty while nothing does */
export function startOf({ trouble }: Progress): string {
  const sentence = trouble && START_TROUBLES[trouble];
  return sentence ? `${sentence} This is not held against you.` : '';
}

/** @returns hours, minutes and seconds since the attempt began, and the same for the datetime attribute */
export function elapsedOf(milliseconds: number): { text: string; datetime: string } {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const text = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return { text, datetime: `PT${seconds}S` };
}

/** @returns a sentence and a space, or nothing where it is not known or of no interest */
function roomOf(seconds: number | null): string {
  if (seconds === null || seconds > AMPLE_SECONDS) return '';
  return `There is room for ${amountOf(seconds)}. `;
}

/** @returns seconds up to two minutes, minutes up to two hours, hours */
function amountOf(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

/** @param at epoch ms @returns the time of day where the test taker is, such as 10:02:11 */
function clockOf(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}
