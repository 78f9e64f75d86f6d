import { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { z } from 'zod';
import { readContent } from '../http/content.ts';
import { LANGUAGE_COOKIE } from './language.ts';
import { LANGUAGES } from './languages.ts';

/** Seconds for which a browser keeps the choice: a year. */
const KEPT = 365 * 24 * 3600;

const choice = z.strictObject({
  language: z.enum(LANGUAGES),
  /** Where the test taker was: a path of this origin and nothing else. */
  path: z
    .string()
    .max(2000)
    .regex(/^\/(?![/\\])[\x21-\x7e]*$/),
});

/** The test taker's own choice of language. */
export function languageRoutes() {
  return new Hono().post('/language', async (c) => {
    const { language, path } = await readContent(c, choice);
    const options = { path: '/', httpOnly: true, secure: true, sameSite: 'Lax', maxAge: KEPT } as const;
    setCookie(c, LANGUAGE_COOKIE, language, options);
    return c.redirect(path, 303);
  });
}
