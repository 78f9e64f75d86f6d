import type { Clock } from './clock.ts';

const clockFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const zoneFormat = new Intl.DateTimeFormat(undefined, { hour: 'numeric', timeZoneName: 'short' });

/** @returns the time of day when this second was recorded, in the viewer's own zone: "10:02:31" */
export function clockTime(clock: Pick<Clock, 'origin'>, seconds: number): string {
  return clockFormat.format(clock.origin + seconds * 1000);
}

/** @returns the short name of the viewer's zone at that moment: "CET" */
export function zoneName(clock: Pick<Clock, 'origin'>): string {
  return zoneFormat.formatToParts(clock.origin).find((part) => part.type === 'timeZoneName')?.value ?? '';
}

/** @returns "0:34" or "1:02:03" */
export function length(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(rest).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** @returns where the playhead is, for a screen reader */
export function spokenTime(clock: Clock, seconds: number): string {
  return `${clockTime(clock, seconds)} ${zoneName(clock)}, ${length(seconds)} of ${length(clock.end)}`;
}
