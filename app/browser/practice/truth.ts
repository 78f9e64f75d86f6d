import type { Progress } from '../recorder/messages.ts';
import { locale } from '../words/language.ts';
import { words } from '../words/practice.ts';

/** Seconds that may be under way without a word, as in the recorder. */
const USUAL_SECONDS = 6;

/** @returns the one line of truth about a practice run: what is sent, and that none of it is kept */
export function truthOfPractice({ waitingSeconds, storedUntil, trouble }: Progress): string {
  const waiting = `${Math.round(waitingSeconds)} s`;
  if (trouble === 'no-room') return words.noRoom;
  if (trouble === 'offline') return words.offline(waiting);
  if (trouble) return words.busy(waiting);
  if (waitingSeconds > USUAL_SECONDS) return words.late(waiting);
  if (storedUntil === null) return words.begun;
  return words.sent(new Date(storedUntil).toLocaleTimeString(locale));
}
