const clock = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});

/**
 * @param at ISO 8601
 * @returns the moment in the appliance's own zone, which is named: "23 November 2026 at 10:02 CET"
 */
export function formatMoment(at: string): string {
  return clock.format(new Date(at));
}

const calendar = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

/** The day of a moment (ISO 8601) in the appliance's own zone: "7 January 2027", with the exact moment for programs. */
export function Day({ at }: { at: string }) {
  return <time datetime={at}>{calendar.format(new Date(at))}</time>;
}

/** A moment in words, with its exact value for programs. */
export function Moment({ at }: { at: string }) {
  return <time datetime={at}>{formatMoment(at)}</time>;
}

/**
 * @param seconds on a recording's timeline
 * @returns "4:05" or "1:04:05"
 */
export function formatOffset(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours, minutes, rest] = parts as [number, number, number];
  const tail = String(rest).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}
