import { FORMATS } from '../words/formats.ts';
import type { Language } from '../words/languages.ts';

/**
 * @param at ISO 8601
 * @returns the moment in the appliance's own zone, which is named: "23 November 2026 at 10:02 CET"
 */
export function formatMoment(at: string): string {
  return FORMATS.en.moment(at);
}

/** A moment to be shown: ISO 8601, and the language of the page, which is English to staff. */
interface MomentProps {
  at: string;
  language?: Language;
}

/** The day of a moment in the appliance's own zone: "7 January 2027", with the exact moment for programs. */
export function Day({ at, language = 'en' }: MomentProps) {
  return <time datetime={at}>{FORMATS[language].day(at)}</time>;
}

/** A moment in words, with its exact value for programs. */
export function Moment({ at, language = 'en' }: MomentProps) {
  return <time datetime={at}>{FORMATS[language].moment(at)}</time>;
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
