import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { z } from 'zod';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { requireRecorded } from '../arrangements/own-exam.ts';
import { AppError } from '../errors.ts';
import { readContent } from '../http/content.ts';
import { readBody } from './body.ts';
import type { AttemptEnv } from './attempt-guard.ts';
import type { Recordings } from './recordings.ts';
import { gapRecord, signedStatement, TIMELINE_LIMIT } from './records.ts';

type Env = { Bindings: HttpBindings } & AttemptEnv;

const ENVELOPE_LIMIT = 4 * 1024;

/** Says with each answer in which browser the attempt goes on, so that a replaced recorder stops. */
export const KEY_HEADER = 'cloister-key';

const creation = z.strictObject({
  attempt: z.uuid(),
  /** Which of the attempt's keys the recording belongs to: SHA-256 of its SubjectPublicKeyInfo. */
  key: z.base64url().length(43),
  source: z.enum(['camera', 'screen']),
  /** What every browser's player takes. */
  mimeType: z.string().regex(/^video\/webm(; ?codecs=((vp8|vp9|opus)|"(vp8|vp9|opus)(, ?(vp8|vp9|opus))?"))?$/),
  startedAt: z.iso.datetime(),
});
const gap = gapRecord.refine(({ to }) => to <= TIMELINE_LIMIT, 'lies beyond what one recording can last');

/** The test taker's routes under /recordings. Each sees only what belongs to `c.var.attempt`. */
export function recordingRoutes({ db, recordings }: { db: ApplianceDatabase; recordings: Recordings }): Hono<Env> {
  const app = new Hono<Env>();

  app.post('/recordings', async (c) => {
    const { attempt, key, ...begun } = await readContent(c, creation);
    const attemptKey = c.var.keyring.all.get(key);
    // Another test taker's link may have been opened in this browser since: nothing of one attempt gets into another.
    if (attempt !== c.var.attempt.id || !attemptKey) throw new AppError('not-found', { detail: 'attempt or key' });
    requireRecorded(db, attempt, begun.source);
    const { stored, state } = await recordings.create(c.var.attempt, { ...begun, attemptKey });
    return c.json(state, stored === 'new' ? 201 : 200);
  });

  app.put('/recordings/:recording/segments/:number', async (c) => {
    const load = () => recordings.intake.fill.toFixed(3);
    c.header(KEY_HEADER, c.var.keyring.current);
    try {
      const { incoming } = c.env;
      const number = readNumber(c.req.param('number'));
      const id = c.req.param('recording');
      const attempt = c.var.attempt.id;
      if (incoming.headers['content-type'] !== 'application/octet-stream') throw new AppError('not-supported');
      await recordings.expectSegment(attempt, id, Number(incoming.headers['content-length'] ?? 0));
      const body = await readBody(incoming, recordings.segmentLimit, recordings.intake, attempt);
      try {
        const stored = await recordings.putSegment(attempt, id, number, body.pieces);
        return c.body(null, stored === 'new' ? 201 : 200, { 'cloister-load': load() });
      } finally {
        body.release();
      }
    } catch (error) {
      c.header('cloister-load', load());
      throw error;
    }
  });

  app.put('/recordings/:recording/chapters/:chapter/envelope', async (c) => {
    if (c.req.header('content-type')?.split(';')[0] !== 'application/json') throw new AppError('not-supported');
    c.header(KEY_HEADER, c.var.keyring.current);
    const body = await readBody(c.env.incoming, ENVELOPE_LIMIT, recordings.intake, c.var.attempt.id);
    const text = Buffer.concat(body.pieces).toString('utf8');
    body.release();
    const chapter = readNumber(c.req.param('chapter'));
    const stored = await recordings.putEnvelope(c.var.attempt, c.req.param('recording'), chapter, text);
    return c.body(null, stored === 'new' ? 201 : 200);
  });

  app.put('/recordings/:recording/chapters/:chapter/signature', async (c) => {
    const signed = await readContent(c, signedStatement);
    const chapter = readNumber(c.req.param('chapter'));
    const stored = await recordings.putChapterSignature(c.var.attempt.id, c.req.param('recording'), chapter, signed);
    return c.body(null, stored === 'new' ? 201 : 200);
  });

  app.post('/recordings/:recording/gaps', async (c) => {
    const stored = await recordings.putGap(c.var.attempt.id, c.req.param('recording'), await readContent(c, gap));
    return c.body(null, stored === 'new' ? 201 : 200);
  });

  return app;
}

/** Numbers of segments and chapters as they stand in an address. */
function readNumber(text: string): number {
  if (!/^(0|[1-9][0-9]{0,8})$/.test(text)) throw new AppError('not-found');
  return Number(text);
}
