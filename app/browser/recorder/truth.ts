import type { Progress, Trouble } from './messages.ts';
import { locale } from '../words/language.ts';
import { words } from '../words/recorder.ts';

/** Seconds that may be under way without a word: a segment is sent every two seconds. */
const USUAL_SECONDS = 6;
/** Seconds of room beyond which its end is of no interest to an exam. */
const AMPLE_SECONDS = 12 * 3600;

/** What the test taker can do something about, however little waits. */
const ACTIONABLE: readonly Trouble[] = ['session', 'other-link', 'other-browser', 'no-room'];

/** @returns the one line of truth about what is recorded and what of it is stored */
export function truthOf({ waitingSeconds, storedUntil, roomSeconds, trouble }: Progress): string {
  const { truth } = words;
  const waiting = truth.waiting(waitingSeconds > 0 ? amountOf(waitingSeconds) : null);
  if (trouble && (waitingSeconds > 0 || ACTIONABLE.includes(trouble)))
    return truth.troubles[trouble](waiting, roomOf(roomSeconds));
  if (waitingSeconds > USUAL_SECONDS) return truth.late(waiting, roomOf(roomSeconds)).trimEnd();
  return storedUntil === null ? truth.begun : truth.stored(clockOf(storedUntil));
}

/** @returns what keeps a start from being answered; empty while nothing does */
export function startOf({ trouble }: Progress): string {
  const starts: Partial<Record<Trouble, string>> = words.truth.starts;
  return (trouble && starts[trouble]) ?? '';
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
  return words.truth.room(amountOf(seconds));
}

/** @returns seconds up to two minutes, minutes up to two hours, hours */
function amountOf(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

/** @param at epoch ms @returns the time of day where the test taker is, such as 10:02:11 */
function clockOf(at: number): string {
  return new Date(at).toLocaleTimeString(locale);
}
