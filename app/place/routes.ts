import { Hono } from 'hono';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { checkOwn } from '../attempts/attempt.ts';
import { requireTestTaker } from '../attempts/session-guard.ts';
import { FRAMED_FILE } from '../http/security-headers.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { findShownDocument } from './document.ts';
import type { Files } from './files.ts';
import { handOutPassword } from './password.ts';

/** Where the recorder asks for what belongs to the exam's place while it records. */
export function placeRoutes(parts: {
  db: ApplianceDatabase;
  files: Files;
  recordings: Pick<Recordings, 'isRecorded'>;
}) {
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
    });
}
