import type { pause as english } from '../en/break.ts';

export const pause: typeof english = {
  left: (seconds) => `Noch ${amount(seconds)} Pause.`,
  taken: 'Ihre Pausenzeit ist aufgebraucht.',
  ends: (clock) => `Die Zeit für Ihre Prüfung läuft unterdessen weiter: bis ${clock} Uhr.`,
};

function amount(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} ${minutes === 1 ? 'Minute' : 'Minuten'}`;
}
