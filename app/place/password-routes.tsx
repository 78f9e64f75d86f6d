import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { findExamPassword } from '../../db/appliance/exam-passwords.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { requireStaff, type StaffEnv } from '../accounts/staff-guard.tsx';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { readContent } from '../http/content.ts';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import { findOwnExam, type OwnExam } from './own-exam.ts';
import { asksPassword, changePassword } from './password.ts';
import { LONGEST_PASSWORD, PasswordPage } from './password-view.tsx';

const passwordForm = z.strictObject({ password: z.string().trim() });
const UNSHOWN = /\p{C}/u;

/** Where exam administrators set the password of the page that an exam is on. */
export function passwordRoutes({
  db,
  custody,
  config,
}: {
  db: ApplianceDatabase;
  custody: Pick<WebCustody, 'staffSession'>;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_ROOM_ORIGIN'>;
}) {
  const signedIn = requireStaff(custody, config);
  return new Hono<StaffEnv>()
    .get('/exams/:exam/password', signedIn, (c) => c.html(page(c, find(c), UNFILLED)))
    .post('/exams/:exam/password', signedIn, async (c) => {
      const own = find(c);
      const { password } = await readContent(c, passwordForm);
      const fault = faultOf(password);
      if (fault) return c.html(page(c, own, { entries: { password }, faults: { password: fault } }), 400);
      changePassword(db, own, password);
      const { exam, published } = own;
      return c.redirect(published ? `/exams/${exam}/password` : `/exams/${exam}/draft#what`, 303);
    });

  /** @throws AppError not-found of an exam whose page asks for no password and that is published */
  function find(c: Context<StaffEnv>): OwnExam {
    const own = findOwnExam(db, c);
    if (own.published && !asksPassword(own)) throw new AppError('not-found', { detail: 'password' });
    return own;
  }

  function page(c: Context<StaffEnv>, own: OwnExam, filled: Filled) {
    const password = findExamPassword(db, own.exam);
    const person = c.var.representative.name;
    return <PasswordPage {...{ person, roomOrigin: config.CLOISTER_ROOM_ORIGIN, own, password, filled }} />;
  }
}

function faultOf(password: string): string | undefined {
  if (password.length > LONGEST_PASSWORD) return `This is too long: at most ${LONGEST_PASSWORD} characters are kept.`;
  return UNSHOWN.test(password) ? 'This holds characters that are not shown. Write it again.' : undefined;
}
