import { Hono } from 'hono';
import { checkOwn } from '../attempts/attempt.ts';
import { renewSession, requireTestTaker } from '../attempts/session-guard.ts';
import { AppError } from '../errors.ts';
import { FRAMED_FILE } from '../http/security-headers.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { findShownDocument } from './document.ts';
import { nameFile } from './file-answer.ts';
import { type HandInParts, MOST_HAND_IN_BYTES, readHandIns, takeHandIn } from './hand-in.ts';
import { handOutPassword } from './password.ts';

/** Where the recorder asks for what belongs to the exam's place while it records. */
export function placeRoutes(parts: HandInParts & { recordings: Pick<Recordings, 'isRecorded'> }) {
  const { db, files } = parts;
  const signedIn = requireTestTaker(db);
  return new Hono()
    .get('/attempt/password', signedIn, (c) => {
      const { testTaker } = c.var;
      checkOwn(testTaker, c.req.query('attempt'));
      return c.json({ password: handOutPassword(parts, testTaker) });
    })
    .get('/attempt/documents/:digest', signedIn, (c) => {
      const { testTaker } = c.var;
      checkOwn(testTaker, c.req.query('attempt'));
      const { id, type, bytes } = findShownDocument(db, testTaker, c.req.param('digest'));
      return c.body(files.read(id), 200, {
        'content-type': type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
        'content-length': String(bytes),
        'content-disposition': 'inline',
        'content-security-policy': FRAMED_FILE,
      });
    })
    .get('/attempt/hand-ins', signedIn, async (c) => {
      const { testTaker } = c.var;
      checkOwn(testTaker, c.req.query('attempt'));
      c.header('content-disposition', 'attachment; filename="cloister-hand-ins.json"');
      return c.json(await readHandIns(parts, testTaker));
    })
    .post('/attempt/hand-ins', signedIn, async (c) => {
      const { testTaker } = c.var;
      checkOwn(testTaker, c.req.query('attempt'));
      const bytes = Number(c.req.header('content-length') ?? 0);
      // Before a byte is read.
      if (bytes > MOST_HAND_IN_BYTES || c.req.header('transfer-encoding')) {
        throw new AppError('too-large', { sentence: (errors) => errors.handInTooLarge });
      }
      if (c.req.header('content-type') !== 'application/octet-stream') throw new AppError('not-supported');
      const content = c.req.raw.body;
      if (!content || bytes < 1) throw new AppError('malformed', { detail: 'an empty file' });
      const name = nameFile(c.req.query('name') ?? '');
      const { handIn, entered } = await takeHandIn(parts, testTaker, { name, bytes, content });
      renewSession(db, c);
      return c.json(handIn, entered ? 201 : 200);
    });
}
