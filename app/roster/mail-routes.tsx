import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { countMails, listTroubledMails, withdrawMails } from '../../db/appliance/invitation-mails.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { requireStaff } from '../accounts/staff-guard.tsx';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { readContent } from '../http/content.ts';
import { findInvitee } from './invitations.ts';
import { Mails, MailsPage, SHOWN } from './mail-views.tsx';
import type { Mailing } from './mailing.ts';
import { type PublishedEnv, requirePublished, requireRoster, requireRunning } from './roster-exam.ts';

const mailForm = z.object({
  whom: z.union([z.enum(['new', 'failed', 'all']), z.uuid()]),
  before: z.iso.datetime(),
});

/** The staff origin's pages about invitations that go out by mail; for the exam's administrators alone. @param parts.mailing undefined where mail is not set up */
export function mailRoutes({
  db,
  custody,
  config,
  mailing,
}: {
  db: ApplianceDatabase;
  custody: Pick<WebCustody, 'staffSession'>;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_ROOM_ORIGIN'>;
  mailing: Mailing | undefined;
}) {
  const signedIn = requireStaff(custody, config);
  const roster = requireRoster(db);

  return new Hono<PublishedEnv>()
    .get('/exams/:exam/mails', signedIn, roster, requireRunning, (c) => {
      const { representative, reports, exam } = c.var;
      const shell = { person: representative.name, roomOrigin: config.CLOISTER_ROOM_ORIGIN, reports, exam };
      return c.html(<MailsPage {...shell} {...standingOf(c)} />);
    })
    .get('/exams/:exam/mails/standing', signedIn, roster, requireRunning, (c) =>
      c.html(<Mails exam={c.var.exam.exam} {...standingOf(c)} />),
    )
    .post('/exams/:exam/mails', signedIn, roster, requireRunning, requirePublished, async (c) => {
      const { exam } = c.var.exam;
      const { whom, before } = await readContent(c, mailForm);
      if (!mailing) {
        throw new AppError('refused', {
          detail: 'mail is not set up',
          status: 409,
          sentence:
            'Mail is not set up on this appliance, so nothing was sent. Print the invitations, or ask who runs the appliance to name the campus’s mail server.',
        });
      }
      const all = whom === 'new' || whom === 'failed' || whom === 'all';
      if (!all) requireAddress(exam, whom);
      mailing.enter(exam, all ? whom : { testTaker: whom }, before);
      return c.redirect(`/exams/${exam}/mails`, 303);
    })
    .post('/exams/:exam/mails/withdrawal', signedIn, roster, requireRunning, (c) => {
      const { exam } = c.var.exam;
      withdrawMails(db, exam);
      return c.redirect(`/exams/${exam}/mails`, 303);
    });

  function standingOf(c: Context<PublishedEnv>) {
    const { exam } = c.var.exam;
    const now = new Date().toISOString();
    const halt = mailing ? mailing.halt : ('not-set-up' as const);
    return { counts: countMails(db, exam), troubled: listTroubledMails(db, exam, SHOWN), halt, now };
  }

  /** @throws AppError not-found, already-done, or refused for somebody whom no mail can reach */
  function requireAddress(exam: string, id: string): void {
    const { email, name } = findInvitee(db, exam, id);
    if (email !== null) return;
    throw new AppError('refused', {
      detail: 'no address',
      status: 409,
      sentence: `${name} has no e-mail address on the roster, so nothing was sent. Give one on their page, or print the invitation.`,
    });
  }
}
