import type { Clock } from './clock.ts';

// Without Intl, whose formatters take longer to make than the first picture takes to decode.

/** @returns the time of day when this second was recorded, in the viewer's own zone: "10:02:31" */
export function clockTime(clock: Pick<Clock, 'origin'>, seconds: number): string {
  const date = new Date(clock.origin + seconds * 1000);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
}

/** @returns the viewer's zone at that moment: "UTC+1", "UTC−3:30" */
export function zoneName(clock: Pick<Clock, 'origin'>): string {
  const minutes = -new Date(clock.origin).getTimezoneOffset();
  const rest = Math.abs(minutes) % 60;
  const hours = Math.floor(Math.abs(minutes) / 60);
  if (minutes === 0) return 'UTC';
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest > 0 ? `:${twoDigits(rest)}` : ''}`;
}

/** @returns "0:34" or "1:02:03" */
export function length(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = twoDigits(rest);
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${tail}` : `${minutes}:${tail}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

/** @returns where the playhead is, for a screen reader */
export function spokenTime(clock: Clock, seconds: number): string {
  return `${clockTime(clock, seconds)} ${zoneName(clock)}, ${length(seconds)} of ${length(clock.end)}`;
}
