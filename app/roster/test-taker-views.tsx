import type { ListedMail } from '../../db/appliance/invitation-mails.ts';
import { describing, Fault, NameField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Icon } from '../ui/icons.tsx';
import { Moment } from '../ui/moment.tsx';
import { Notice } from '../ui/status.tsx';
import { SheetsField } from './invitation-views.tsx';
import { wordTrouble } from './mail-views.tsx';
import {
  AttemptState,
  LinkState,
  RosterShell,
  type RosterShellProps,
  type StandingRow,
  UnpublishedNotice,
} from './views.tsx';

/** Where somebody is put on the roster by hand. */
export function NewTestTakerPage({ filled, ...shell }: RosterShellProps & { filled: Filled }) {
  return (
    <RosterShell {...shell} title="Add a test taker" below>
      <form class="stack" method="post" action={`/exams/${shell.exam.exam}/test-takers`}>
        <NameField
          {...{ filled }}
          name="candidate"
          label="Candidate code"
          hint="By it this person is known in the reading room, where no name is shown: a registration number, say."
        />
        <NameField {...{ filled }} name="name" label="Name" hint="As it is to stand on the invitation." />
        <AddressField {...{ filled }} />
        <button class="button primary">Put on the roster</button>
      </form>
    </RosterShell>
  );
}

function AddressField({ filled }: { filled: Filled }) {
  const { email } = filled.entries;
  const hint = 'It can be left out: then the invitation is printed.';
  return (
    <div class="field">
      <label for="email">E-mail address</label>
      <p class="hint" id="email-hint">
        {hint}
      </p>
      <input
        id="email"
        name="email"
        type="email"
        value={typeof email === 'string' ? email : ''}
        maxlength={254}
        autocomplete="off"
        {...describing({ filled, name: 'email', hint })}
      />
      <Fault filled={filled} name="email" />
    </div>
  );
}

interface TestTakerProps {
  testTaker: StandingRow;
  /** Their invitation by mail, where one was asked for. */
  mail: ListedMail | undefined;
  /** Whether mail is set up. */
  mails: boolean;
  /** What was written as their address, where something is wrong with it. */
  filled: Filled;
  /** ISO 8601, UTC. */
  now: string;
}

/** One test taker of a roster. */
export function TestTakerPage({ testTaker, mail, mails, filled, now, ...shell }: RosterShellProps & TestTakerProps) {
  const { id, name, candidate, email, startedAt, endedAt, absence } = testTaker;
  const { exam, rules } = shell.exam;
  const entries = 'email' in filled.entries ? filled.entries : { email: email ?? '' };
  return (
    <RosterShell {...shell} title={name} below>
      <dl class="details">
        <dt>Candidate code</dt>
        <dd>{candidate}</dd>
        <dt>E-mail address</dt>
        <dd>{email ?? 'none'}</dd>
        <dt>Personal link</dt>
        <dd>
          <LinkState {...testTaker} />
        </dd>
        {mail?.state === 'sent' && mail.endedAt !== null && (
          <>
            <dt>Last mail</dt>
            <dd>
              to {mail.address}, <Moment at={mail.endedAt} />
            </dd>
          </>
        )}
        <dt>Attempt</dt>
        <dd>
          <AttemptState {...{ startedAt, endedAt, absence }} />
        </dd>
      </dl>
      {mail && (mail.state === 'refused' || mail.state === 'uncertain' || mail.fault !== null) && (
        <Notice kind={mail.state === 'waiting' ? 'notice' : 'alarm'}>
          <p>
            <strong>The mail to {mail.address}:</strong> {wordTrouble(mail).sentence}
          </p>
          {mail.reply !== null && <p>The mail server said: “{mail.reply}”</p>}
        </Notice>
      )}
      {!rules && <UnpublishedNotice exam={exam} />}
      {rules && endedAt === null && <Invite {...{ exam, testTaker, mails, now }} />}
      {endedAt === null && (
        <section class="stack">
          <h2>Change the address</h2>
          <form class="stack" method="post" action={`/exams/${exam}/test-takers/${id}/address`}>
            <AddressField filled={{ ...filled, entries }} />
            <button class="button">Keep this address</button>
          </form>
        </section>
      )}
      <section class="stack">
        <h2>Take off the roster</h2>
        {startedAt === null ? (
          <>
            <p>
              Their personal link stops working at once. If it was a mistake, add them again: they then need a new link.
            </p>
            <form method="post" action={`/exams/${exam}/test-takers/${id}/removal`}>
              <button class="button">Take {name} off the roster</button>
            </form>
          </>
        ) : (
          <Notice kind="quiet">
            <p>{begunSentence(name)}</p>
          </Notice>
        )}
      </section>
    </RosterShell>
  );
}

function Invite({
  exam,
  testTaker,
  mails,
  now,
}: Pick<TestTakerProps, 'testTaker' | 'mails' | 'now'> & { exam: string }) {
  const { id, email, invitedAt, startedAt, mail } = testTaker;
  const byMail = mails && email !== null;
  return (
    <section class="stack">
      <h2>{invitedAt === null ? 'Invite' : 'Invite again'}</h2>
      <p>
        {invitedAt === null
          ? 'A personal link is made. It stands in the invitation and nowhere else.'
          : 'A new personal link is made, and the one they have stops working.'}{' '}
        {startedAt !== null && 'A recording that runs in a browser goes on all the same.'}
      </p>
      {byMail &&
        (mail === 'waiting' || mail === 'sending' ? (
          <p>
            A mail to {email} is on its way. <a href={`/exams/${exam}/mails`}>How the mails stand</a>
          </p>
        ) : (
          <form method="post" action={`/exams/${exam}/mails`}>
            <input type="hidden" name="whom" value={id} />
            <input type="hidden" name="before" value={now} />
            <button class="button primary">
              <Icon name="sending" />
              Send to {email}
            </button>
          </form>
        ))}
      <form class="stack" method="post" action={`/exams/${exam}/invitations`}>
        <input type="hidden" name="whom" value={id} />
        <SheetsField />
        <button class={byMail ? 'button' : 'button primary'}>
          <Icon name="key" />
          Make link and invitation
        </button>
      </form>
    </section>
  );
}

/** @returns why somebody stays on the roster whose attempt has begun */
export function begunSentence(name: string): string {
  return `${name} cannot be taken off the roster, because their attempt has begun: what was recorded belongs to it, and they see on their page who watched it. It goes when the exam’s key is destroyed.`;
}
