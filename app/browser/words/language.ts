export type Language = 'en' | 'de';

/** A page says its language of itself; a worker has it for its name, from the page that started it. */
const { document, name } = globalThis as { document?: Document; name?: string };

/** What this page speaks. */
export const language: Language = (document?.documentElement.lang ?? name) === 'de' ? 'de' : 'en';

/** As the language writes numbers and the time of day. */
export const locale = { en: 'en-GB', de: 'de-DE' }[language];

/** @returns whichever of the texts is in the page's language */
export function spoken<Texts>(texts: Record<Language, Texts>): Texts {
  return texts[language];
}
