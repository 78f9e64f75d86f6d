import type { Language } from './languages.ts';

/** Day before month, and 24 hours. */
const LOCALES: Record<Language, string> = { en: 'en-GB', de: 'de-DE' };

const DAY = { day: 'numeric', month: 'long', year: 'numeric' } as const;

/** Dates, numbers, lists and plurals as a language writes them. */
export interface Formats {
  /** @param at ISO 8601 @returns the moment in the appliance's own zone, which is named: "23 November 2026 at 10:02 CET" */
  moment(at: string): string;
  /** @param at ISO 8601 @returns the day in the appliance's own zone: "7 January 2127" */
  day(at: string): string;
  /** @returns "camera, microphone and screen" */
  all(items: string[]): string;
  /** @returns "an appeal or a complaint" */
  any(items: string[]): string;
  /** @returns the number with the word that fits it: "1 chapter", "1,200 chapters" */
  amount(number: number, one: string, many: string): string;
}

function formatsOf(language: Language): Formats {
  const locale = LOCALES[language];
  const clock = new Intl.DateTimeFormat(locale, { ...DAY, hour: '2-digit', minute: '2-digit', timeZoneName: 'short' });
  const calendar = new Intl.DateTimeFormat(locale, DAY);
  const conjunction = new Intl.ListFormat(locale, { type: 'conjunction' });
  const disjunction = new Intl.ListFormat(locale, { type: 'disjunction' });
  const plural = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  return {
    moment: (at) => clock.format(new Date(at)),
    day: (at) => calendar.format(new Date(at)),
    all: (items) => conjunction.format(items),
    any: (items) => disjunction.format(items),
    amount: (number, one, many) => `${numbers.format(number)} ${plural.select(number) === 'one' ? one : many}`,
  };
}

export const FORMATS: Record<Language, Formats> = { en: formatsOf('en'), de: formatsOf('de') };
