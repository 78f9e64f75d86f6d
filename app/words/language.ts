import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { de } from './de.ts';
import { en, type Words } from './en.ts';
import { isLanguage, type Language } from './languages.ts';

/** The test taker's own choice; no secret, and the page works without it. */
export const LANGUAGE_COOKIE = '__Host-language';

const WORDS: Record<Language, Words> = { en, de };

/** @returns our words in a language */
export function wordsIn(language: Language): Words {
  return WORDS[language];
}

/** How a page is read: in which words, and at which path it stands, to come back to it in other words; null where it could not come back. */
export interface Reading {
  words: Words;
  path: string | null;
}

/** What a request carries once the page's language is known. */
export interface ReadingEnv {
  Variables: { reading?: Reading };
}

/**
 * Chooses the words of an answer: the test taker's own choice, else the browser's, else the exam's. Remembered for the request, so that
 * an error after it speaks the same language.
 * @param otherwise the exam's language, where there is an exam
 */
export function readingOf(c: Context, otherwise: Language = 'en'): Reading {
  const chosen = getCookie(c, LANGUAGE_COOKIE);
  const language = isLanguage(chosen) ? chosen : (preferredOf(c.req.header('accept-language')) ?? otherwise);
  const path = c.req.method === 'GET' ? new URL(c.req.url).pathname : '/';
  const reading = { words: wordsIn(language), path };
  c.set('reading', reading);
  return reading;
}

/**
 * @param accepted Accept-Language (RFC 9110 section 12.5.4)
 * @returns which of ours the browser likes most; null where it names none of them
 */
export function preferredOf(accepted: string | undefined): Language | null {
  let best: { language: Language; weight: number } | null = null;
  for (const range of (accepted ?? '').split(',')) {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const language = tag.split('-')[0];
    const given = parameters.find((parameter) => parameter.startsWith('q='));
    const weight = given === undefined ? 1 : Number(given.slice(2));
    if (isLanguage(language) && weight > (best?.weight ?? 0)) best = { language, weight };
  }
  return best?.language ?? null;
}
