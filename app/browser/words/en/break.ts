/** What the recorder's page says about breaks. */
export const pause = {
  /** @param seconds of breaks that are left */
  left: (seconds: number) => `${amount(seconds)} of breaks left.`,
  taken: 'The minutes of your breaks are used up.',
  /** @param clock a time of day, such as 11:30 */
  ends: (clock: string) => `Your time for the exam goes on meanwhile: until ${clock}.`,
};

function amount(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
}
