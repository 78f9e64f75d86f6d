import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { countMails, listTroubledMails, withdrawMails } from '../../db/appliance/invitation-mails.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { requireStaff } from '../accounts/staff-guard.tsx';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { readContent } from '../http/content.ts';
import { Pace } from '../http/pace.ts';
import { MailServerAway } from '../mail/mail-server.ts';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import { findInvitee } from './invitations.ts';
import { MailTestPage, wordTestFault } from './mail-test-view.tsx';
import { Mails, MailsPage, SHOWN } from './mail-views.tsx';
import type { Mailing } from './mailing.ts';
import { type PublishedEnv, requirePublished, requireRoster, requireRunning } from './roster-exam.ts';

const mailForm = z.object({
  whom: z.union([z.enum(['new', 'failed', 'all']), z.uuid()]),
  before: z.iso.datetime(),
});

const testForm = z.strictObject({ email: z.string().max(1000) });
const MINUTE = 60_000;
const TOO_MANY = 'You have sent five of them within twelve minutes. Nothing was sent now; wait for some minutes.';

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
  // Enough to mend what is wrong; no way to fill anybody's mailbox.
  const tests = new Pace(5, (12 * MINUTE) / 5);

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
      const own = requireMailing();
      const all = whom === 'new' || whom === 'failed' || whom === 'all';
      if (!all) requireAddress(exam, whom);
      own.enter(exam, all ? whom : { testTaker: whom }, before);
      return c.redirect(`/exams/${exam}/mails`, 303);
    })
    .get('/exams/:exam/mails/tests', signedIn, roster, requireRunning, requirePublished, (c) => {
      requireMailing();
      return c.html(testPage(c, UNFILLED));
    })
    .post('/exams/:exam/mails/tests', signedIn, roster, requireRunning, requirePublished, async (c) => {
      const { id, name } = c.var.representative;
      const entries = await readContent(c, testForm);
      const own = requireMailing();
      const refuse = (field: string, fault: string, status: 400 | 429 | 502) =>
        c.html(testPage(c, { entries, faults: { [field]: fault } }), status);
      const address = z.email().safeParse(entries.email.trim());
      if (!address.success) return refuse('email', 'This is no e-mail address, such as exams@university.example.', 400);
      if (!tests.take(id)) return refuse('', TOO_MANY, 429);
      const outcome = await own.sendTest(c.var.rules, { name, email: address.data }).catch((error: unknown) => {
        if (error instanceof MailServerAway) return error;
        throw error;
      });
      if ('kind' in outcome && outcome.kind === 'taken') return c.redirect(`${c.req.path}?sent`, 303);
      const wrong = 'fault' in outcome && outcome.fault === 'address';
      return refuse(wrong ? 'email' : '', wordTestFault(outcome), 502);
    })
    .post('/exams/:exam/mails/withdrawal', signedIn, roster, requireRunning, (c) => {
      const { exam } = c.var.exam;
      withdrawMails(db, exam);
      return c.redirect(`/exams/${exam}/mails`, 303);
    });

  /** @throws AppError refused where mail is not set up */
  function requireMailing(): Mailing {
    if (mailing) return mailing;
    throw new AppError('refused', {
      detail: 'mail is not set up',
      status: 409,
      sentence:
        'Mail is not set up on this appliance, so nothing was sent. Print the invitations, or ask who runs the appliance to name the campus’s mail server.',
    });
  }

  function testPage(c: Context<PublishedEnv>, filled: Filled) {
    const { representative, reports, exam } = c.var;
    const shell = { person: representative.name, roomOrigin: config.CLOISTER_ROOM_ORIGIN, reports, exam };
    return <MailTestPage {...shell} filled={filled} sent={c.req.query('sent') !== undefined} />;
  }

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
