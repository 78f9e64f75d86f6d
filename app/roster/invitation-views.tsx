import type { Addressees } from '../../db/appliance/invitation-mails.ts';
import type { RosterCounts } from '../../db/appliance/roster.ts';
import { amount } from '../../hsm/acts/wording.ts';
import { fingerprintOf } from '../exams/fingerprint.ts';
import type { ExamRules } from '../exams/rule-book.ts';
import { Icon } from '../ui/icons.tsx';
import { Notice } from '../ui/status.tsx';
import { wordsIn } from '../words/language.ts';
import { wordWindow } from './exam-window.ts';
import { BATCH, type Invitation } from './invitations.ts';
import { MailForm } from './mail-views.tsx';
import { RosterShell, type RosterShellProps, UnpublishedNotice } from './views.tsx';

/**
 * Where invitations are made.
 * @param props.addressees whom mails would reach; undefined where mail is not set up
 * @param props.now ISO 8601, UTC: from when on making them for everybody counts
 */
export function InvitationsPage({
  counts,
  addressees,
  now,
  ...shell
}: RosterShellProps & { counts: RosterCounts; addressees: Addressees | undefined; now: string }) {
  const { entered, invited } = counts;
  const { exam, rules } = shell.exam;
  const without = entered - invited;
  return (
    <RosterShell {...shell} title="Invitations" below>
      {!rules ? (
        <UnpublishedNotice exam={exam} />
      ) : entered === 0 ? (
        <div class="empty">
          <p>Nobody is on the roster yet, so that there is nobody to invite.</p>
          <p>
            <a href={`/exams/${exam}/import`}>Import a list of test takers</a>
          </p>
        </div>
      ) : (
        <>
          <p class="lead">
            {without === 0
              ? 'Everybody on the roster was given a personal link.'
              : `${without} of ${entered} on the roster have no personal link yet.`}
          </p>
          <Notice kind="notice">
            <p>
              A personal link stands in its invitation and nowhere else: the appliance keeps a digest of it. A new
              invitation, on paper or by mail, has a new link, and ends the one that the same person had.
            </p>
          </Notice>
          <section class="stack">
            <h2>By mail</h2>
            {addressees ? (
              <>
                <MailForm {...{ exam, addressees, now }} />
                <p>
                  <a href={`/exams/${exam}/mails/tests`}>Send the mail to yourself first</a>
                </p>
                <p>
                  <a href={`/exams/${exam}/mails`}>How the mails stand</a>
                </p>
              </>
            ) : (
              <p>
                Mail is not set up on this appliance. Who runs it names the campus’s mail server (CLOISTER_SMTP_URL);{' '}
                <code>cloister doctor</code> then says whether it is reached.
              </p>
            )}
          </section>
          <section class="stack">
            <h2>On paper</h2>
            <PaperForm {...{ exam, counts, now }} primary={!addressees} />
          </section>
        </>
      )}
    </RosterShell>
  );
}

function PaperForm({
  exam,
  counts: { entered, invited, started },
  now,
  primary,
}: {
  exam: string;
  counts: RosterCounts;
  now: string;
  primary: boolean;
}) {
  const without = entered - invited;
  return (
    <form class="stack" method="post" action={`/exams/${exam}/invitations`}>
      <input type="hidden" name="before" value={now} />
      <p>
        Have the printer ready: the page with the links cannot be opened a second time. A mail that still waits for the
        same person is not sent any more.
      </p>
      <fieldset class="field">
        <legend>Whom to invite</legend>
        <label class="choice">
          <input type="radio" name="whom" value="new" checked={without > 0} required />
          <span>Those who have no personal link yet ({without})</span>
        </label>
        <label class="choice">
          <input type="radio" name="whom" value="all" checked={without === 0} required />
          <span>
            Everybody whose attempt has not begun ({entered - started}).{' '}
            <span class="hint">Links that they were given before stop working.</span>
          </span>
        </label>
      </fieldset>
      <SheetsField />
      {entered > BATCH && (
        <p class="hint">{BATCH} are made at a time, in the order of names; the page with them leads on to the next.</p>
      )}
      <button class={primary ? 'button primary' : 'button'}>
        <Icon name="key" />
        Make links and invitations
      </button>
    </form>
  );
}

/** How invitations lie on paper. */
export function SheetsField() {
  return (
    <fieldset class="field">
      <legend>What is printed</legend>
      <label class="choice">
        <input type="radio" name="form" value="sheets" checked required />
        <span>A sheet for each, with all that they need to know</span>
      </label>
      <label class="choice">
        <input type="radio" name="form" value="slips" required />
        <span>A list to cut apart, with name, code, link and fingerprint</span>
      </label>
    </fieldset>
  );
}

/**
 * Invitations with their links, for the printer: the only page that ever has them.
 * @param props.next what makes the next ones, where more may be waiting
 */
export function PrintPage({
  rules,
  invitations,
  form,
  next,
  examOrigin,
  institution,
  ...shell
}: RosterShellProps & {
  rules: ExamRules;
  invitations: Invitation[];
  form: 'sheets' | 'slips';
  next: Record<string, string> | undefined;
  examOrigin: string;
  institution: string;
}) {
  const made = amount(invitations.length, 'invitation');
  return (
    <RosterShell {...shell} title="Invitations to print" below>
      <div class="stack">
        {invitations.length === 0 ? (
          <Notice kind="quiet">
            <p>Nobody is left to invite. No link was made, and none was ended.</p>
          </Notice>
        ) : (
          <Notice kind="notice">
            <p>
              <strong>
                {made}, with {invitations.length === 1 ? 'a link that stands' : 'links that stand'} nowhere else.
              </strong>{' '}
              Print this page now with your browser (Ctrl+P, on a Mac ⌘P). It cannot be opened a second time: loading it
              again makes other links, and those printed before stop working. What you see down here is what comes out;
              this notice does not.
            </p>
          </Notice>
        )}
        {next && (
          <form method="post" action={`/exams/${shell.exam.exam}/invitations`}>
            {Object.entries(next).map(([name, value]) => (
              <input type="hidden" {...{ name, value }} />
            ))}
            <button class="button">They are printed: make the next ones</button>
          </form>
        )}
      </div>
      <div class="stack paper">
        {invitations.map((invitation) =>
          form === 'sheets' ? (
            <Sheet {...{ invitation, examOrigin, institution }} exam={rules} />
          ) : (
            <Slip {...{ invitation }} exam={rules} />
          ),
        )}
      </div>
    </RosterShell>
  );
}

function Sheet(props: { invitation: Invitation; exam: ExamRules; examOrigin: string; institution: string }) {
  const { invitation, exam, examOrigin, institution } = props;
  const { setup, policy, examKey } = exam;
  const words = wordsIn(setup.language).invitation;
  const { contact, answerDays } = setup.arrangement;
  const check = `${examOrigin}/check`;
  return (
    <article class="card stack invitation" lang={setup.language}>
      <p class="eyebrow">
        {institution} · {setup.unit}
      </p>
      <h2>{exam.title}</h2>
      <p>{words.invitation}</p>
      <p class="lead">
        {invitation.name}
        <br />
        <span class="hint">
          {words.code}: {invitation.candidate}
        </span>
      </p>
      <h3>{words.link}</h3>
      <p>
        <code class="link">{invitation.link}</code>
      </p>
      <p>{words.linkUse}</p>
      <h3>{words.when}</h3>
      <p>{wordWindow(setup, policy.closesAt).join(' ')}</p>
      <h3>{words.check}</h3>
      <p>
        {words.checkUse} <code>{check}</code>
      </p>
      <h3>{words.compare}</h3>
      <p>
        <code>{fingerprintOf(examKey.applianceKey)}</code>
      </p>
      <p>{words.compareUse}</p>
      <h3>{words.ask}</h3>
      <p>
        {contact.name}, {contact.email}. {words.askUse(answerDays)}
      </p>
      <p>{setup.arrangement.alternative}</p>
      <p>
        {words.complain}: {setup.privacyOfficer.name}, {setup.privacyOfficer.email}. {words.costs}
      </p>
    </article>
  );
}

function Slip({ invitation, exam }: { invitation: Invitation; exam: ExamRules }) {
  const { setup, policy, examKey } = exam;
  const words = wordsIn(setup.language).invitation;
  return (
    <article class="slip" lang={setup.language}>
      <h2>
        {invitation.name} <span class="hint">{invitation.candidate}</span>
      </h2>
      <p>
        {exam.title}. {wordWindow(setup, policy.closesAt).join(' ')}
      </p>
      <p>
        {words.link}: <code class="link">{invitation.link}</code>
      </p>
      <p>
        {words.compare}: <code>{fingerprintOf(examKey.applianceKey)}</code>
      </p>
      <p>
        {words.ask}: {setup.arrangement.contact.name}, {setup.arrangement.contact.email}
      </p>
    </article>
  );
}
