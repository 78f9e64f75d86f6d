import { type Context, Hono } from 'hono';
import { findHandIn, listHandInsOfExam } from '../../db/appliance/hand-ins.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { requireStaff, type StaffEnv } from '../accounts/staff-guard.tsx';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { idOf } from '../http/address.ts';
import { sendAttachment } from './file-answer.ts';
import type { Files } from './files.ts';
import { HandInsPage } from './hand-ins-view.tsx';
import { findOwnExam, type OwnExam } from './own-exam.ts';

/** Test takers on one page. */
const PAGE = 50;

/** Where exam administrators get what was handed in. These are exam answers, and no recordings: no act opens them. */
export function handInRoutes({
  db,
  files,
  custody,
  config,
}: {
  db: ApplianceDatabase;
  files: Files;
  custody: Pick<WebCustody, 'staffSession'>;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_ROOM_ORIGIN'>;
}) {
  const signedIn = requireStaff(custody, config);
  return new Hono<StaffEnv>()
    .get('/exams/:exam/hand-ins', signedIn, (c) => {
      const own = find(c);
      const after = (c.req.query('after') ?? '').slice(0, 100);
      const handIns = listHandInsOfExam(db, own.exam, after, PAGE);
      const codes = [...new Set(handIns.map(({ candidate }) => candidate))];
      const last = codes.length === PAGE ? codes.at(-1) : undefined;
      const more = last !== undefined && listHandInsOfExam(db, own.exam, last, 1).length > 0;
      const page = { own, handIns, first: after === '', next: more ? last : undefined };
      const person = c.var.representative.name;
      return c.html(<HandInsPage {...{ person, roomOrigin: config.CLOISTER_ROOM_ORIGIN }} {...page} />);
    })
    .get('/exams/:exam/hand-ins/:handIn', signedIn, (c) => {
      const handIn = findHandIn(db, find(c).exam, idOf(c, 'handIn'));
      if (!handIn) throw new AppError('not-found', { detail: 'hand-in' });
      // Whose it is stands in the name: answers are gathered in one folder.
      const name = `${handIn.candidate.replaceAll(/[^\p{L}\p{N}-]/gu, '-')} ${handIn.name}`;
      return sendAttachment(c, { name, bytes: handIn.bytes }, files.read(handIn.id));
    });

  /** @throws AppError not-found of an exam that is not published, or on which nothing is handed in */
  function find(c: Context<StaffEnv>): OwnExam {
    const own = findOwnExam(db, c);
    if (own.published?.place.kind !== 'document') throw new AppError('not-found', { detail: 'hand-ins' });
    return own;
  }
}
