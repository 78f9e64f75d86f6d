/** The languages that test takers read us in. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each by its own name: who looks for it may not read the language that the page is in. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', de: 'Deutsch' };

export function isLanguage(text: unknown): text is Language {
  return LANGUAGES.some((language) => language === text);
}
