import type { ExamSetup } from '../../hsm/exam-setup.ts';
import { wordsIn } from '../words/language.ts';
import type { Language } from '../words/languages.ts';

const clockOf = (locale: string) =>
  new Intl.DateTimeFormat(locale, {
    ...{ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
  });
/** With the day of the week: an invitation is read long before. */
const CLOCKS: Record<Language, Intl.DateTimeFormat> = { en: clockOf('en-GB'), de: clockOf('de-DE') };

/** @returns when the exam is, in sentences of its language. Moments are in the appliance's own zone, which is named */
export function wordWindow(setup: ExamSetup, closesAt: string): string[] {
  const words = wordsIn(setup.language).invitation;
  const at = (moment: string) => CLOCKS[setup.language].format(new Date(moment));
  return [
    ...(setup.opensAt === null ? [] : [words.opens(at(setup.opensAt))]),
    ...(setup.opensAt === null || setup.lastEntryMinutes === null ? [] : [words.lastEntry(setup.lastEntryMinutes)]),
    ...(setup.minutes === null ? [] : [words.minutes(setup.minutes)]),
    words.closes(at(closesAt)),
  ];
}
