import type { Progress } from '../recorder/messages.ts';

/** Seconds that may be under way without a word, as in the recorder. */
const USUAL_SECONDS = 6;

/** @returns the one line of truth about a practice run: what is sent, and that none of it is kept */
export function truthOfPractice({ waitingSeconds, storedUntil, trouble }: Progress): string {
  const waiting = `${Math.round(waitingSeconds)} s`;
  if (trouble === 'no-room')
    return 'Practice: so much waits to be sent that nothing is added. In your exam there is room for far more.';
  if (trouble === 'offline')
    return `Practice: your connection paused, ${waiting} waiting. In your exam it would be kept and sent later; nothing would be lost.`;
  if (trouble)
    return `Practice: the appliance is busy, ${waiting} waiting. In your exam it would be kept and sent later.`;
  if (waitingSeconds > USUAL_SECONDS)
    return `Practice: ${waiting} waiting to be sent. In your exam nothing of it would be lost.`;
  if (storedUntil === null) return 'Practice has begun. Nothing was sent yet.';
  return `Practice: everything up to ${new Date(storedUntil).toLocaleTimeString('en-GB')} was sent and thrown away.`;
}
