import { Hono } from 'hono';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { readingOf } from '../words/language.ts';
import { CharterPage } from './view.tsx';

/** The charter: for everybody, with and without a personal link. */
export function charterRoutes({
  custody,
  config,
}: {
  custody: Pick<WebCustody, 'witnesses'>;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION'>;
}) {
  return new Hono().get('/charter', async (c) => {
    const told = await custody.witnesses().catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'custody-away') return null;
      throw error;
    });
    const institution = config.CLOISTER_INSTITUTION;
    return c.html(<CharterPage reading={readingOf(c)} institution={institution} witnesses={told && told.witnesses} />);
  });
}
