import type { MailServerAway, Outcome } from '../mail/mail-server.ts';
import { TROUBLES } from '../mail/troubles.ts';
import { FormFault, NameField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Icon } from '../ui/icons.tsx';
import { Notice } from '../ui/status.tsx';
import { RosterShell, type RosterShellProps } from './views.tsx';

/** Where an exam administrator has the invitation sent to themselves. @param props.sent whether that was done just now */
export function MailTestPage({ filled, sent, ...shell }: RosterShellProps & { filled: Filled; sent: boolean }) {
  const { exam } = shell.exam;
  return (
    <RosterShell {...shell} title="Try the invitation by mail" below>
      <p class="lead">
        You get the mail as test takers do, word for word, with your name and a link that opens nothing.
      </p>
      {sent && (
        <Notice kind="good">
          <p>
            <strong>Your mail server took the mail.</strong> Look where it arrives, and whether it is taken for spam,
            before you send it to test takers.
          </p>
        </Notice>
      )}
      <FormFault filled={filled} />
      <form class="card stack" method="post" action={`/exams/${exam}/mails/tests`}>
        <NameField
          filled={filled}
          name="email"
          type="email"
          label="An e-mail address of your own"
          hint="It is not kept. Nobody on the roster is sent anything."
          longest={200}
        />
        <div class="row">
          <button class="button primary">
            <Icon name="sending" />
            Send it to me
          </button>
          <a class="button bare" href={`/exams/${exam}/invitations`}>
            Invite test takers
          </a>
        </div>
      </form>
    </RosterShell>
  );
}

const NOT_AGAIN = 'It is not tried again by itself.';

/** @returns what became of a test that the server did not simply take, and what to do */
export function wordTestFault(outcome: Exclude<Outcome, { kind: 'taken' }> | MailServerAway): string {
  if ('trouble' in outcome) {
    const { what, do: advice } = TROUBLES[outcome.trouble];
    return `${what} ${outcome.trouble === 'busy' ? 'Try again in some minutes.' : advice} Nothing was sent.${wordReply(outcome)}`;
  }
  switch (outcome.kind) {
    case 'later':
      return `The server put the mail off: try again in some minutes. ${NOT_AGAIN}${wordReply(outcome)}`;
    case 'uncertain':
      return `The line broke, or the server said nothing, while it had the mail in hand. It may have arrived and may not. ${NOT_AGAIN}`;
    case 'refused':
      return outcome.fault === 'address'
        ? `The server does not take this address. Nothing was sent; mend the address.${wordReply(outcome)}`
        : `The server does not take the mail. Test takers would not get it either: show your mail administrators what it said.${wordReply(outcome)}`;
  }
}

function wordReply({ reply }: { reply: string | null }): string {
  return reply === null ? '' : ` The mail server said: “${reply}”`;
}
