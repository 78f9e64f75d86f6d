import type { RosterRow } from '../../db/appliance/roster.ts';
import { describing, Fault, NameField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Icon } from '../ui/icons.tsx';
import { Notice } from '../ui/status.tsx';
import { SheetsField } from './invitation-views.tsx';
import { AttemptState, LinkState, RosterShell, type RosterShellProps } from './views.tsx';

/** Where somebody is put on the roster by hand. */
export function NewTestTakerPage({ filled, ...shell }: RosterShellProps & { filled: Filled }) {
  const email = filled.entries.email;
  const hint = 'It can be left out: invitations are printed, and none is sent by mail yet.';
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
        <button class="button primary">Put on the roster</button>
      </form>
    </RosterShell>
  );
}

/** One test taker of a roster. */
export function TestTakerPage({ testTaker, ...shell }: RosterShellProps & { testTaker: RosterRow }) {
  const { id, name, candidate, email, invitedAt, startedAt, endedAt } = testTaker;
  const { exam } = shell.exam;
  return (
    <RosterShell {...shell} title={name} below>
      <dl class="details">
        <dt>Candidate code</dt>
        <dd>{candidate}</dd>
        <dt>E-mail address</dt>
        <dd>{email ?? 'none'}</dd>
        <dt>Personal link</dt>
        <dd>
          <LinkState invitedAt={invitedAt} />
        </dd>
        <dt>Attempt</dt>
        <dd>
          <AttemptState {...{ startedAt, endedAt }} />
        </dd>
      </dl>
      {endedAt === null && (
        <section class="stack">
          <h2>{invitedAt === null ? 'Invite' : 'Invite again'}</h2>
          <p>
            {invitedAt === null
              ? 'A personal link is made, which you see once: on the page with the invitation.'
              : 'A new personal link is made, and the one they have stops working.'}{' '}
            {startedAt !== null && 'A recording that runs in a browser goes on all the same.'}
          </p>
          <form class="stack" method="post" action={`/exams/${exam}/invitations`}>
            <input type="hidden" name="whom" value={id} />
            <SheetsField />
            <button class="button primary">
              <Icon name="key" />
              Make link and invitation
            </button>
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

/** @returns why somebody stays on the roster whose attempt has begun */
export function begunSentence(name: string): string {
  return `${name} cannot be taken off the roster, because their attempt has begun: what was recorded belongs to it, and they see on their page who watched it. It goes when the exam’s key is destroyed.`;
}
