import type { Addressees, ListedMail, MailCounts } from '../../db/appliance/invitation-mails.ts';
import { amount } from '../../hsm/acts/wording.ts';
import { TROUBLES } from '../mail/troubles.ts';
import { Icon } from '../ui/icons.tsx';
import { formatMoment, Moment } from '../ui/moment.tsx';
import { Notice, Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import type { Halt } from './mailing.ts';
import { RosterShell, type RosterShellProps } from './views.tsx';

/** Mails in trouble that are named on the page; their number it says of all. */
export const SHOWN = 100;

/** How the mails of an exam stand. */
export interface MailsProps {
  counts: MailCounts;
  troubled: ListedMail[];
  /** Why none goes out, where none does. */
  halt: Halt | 'not-set-up' | undefined;
  /** ISO 8601, UTC: what is asked for from this page counts as asked for then, however often it is pressed. */
  now: string;
}

/** Where one sees how far the invitations by mail have come. */
export function MailsPage({ counts, troubled, halt, now, ...shell }: RosterShellProps & MailsProps) {
  const { exam } = shell.exam;
  return (
    <RosterShell {...shell} title="Invitations by mail" below scripts={['htmx']}>
      <Mails {...{ exam, counts, troubled, halt, now }} />
      <p>
        <a href={`/exams/${exam}/invitations`}>Invite more test takers</a>
      </p>
    </RosterShell>
  );
}

/** The same as it stands now. Where scripts run it asks for itself anew every three seconds until nothing waits. */
export function Mails({ exam, counts, troubled, halt, now }: MailsProps & { exam: string }) {
  const { sent, refused, uncertain } = counts;
  const waiting = counts.waiting + counts.sending;
  const all = sent + refused + uncertain + waiting;
  const refresh = waiting > 0 && {
    'hx-get': `/exams/${exam}/mails/standing`,
    'hx-trigger': 'every 3s',
    'hx-swap': 'outerHTML',
    'hx-status:401': 'target:#main select:#main',
    'hx-status:4xx': 'swap:none',
    'hx-status:5xx': 'swap:none',
  };
  return (
    <div class="stack" id="mails" {...refresh}>
      {all === 0 ? (
        <div class="empty">
          <p>No invitation to this exam was sent by mail, and none waits.</p>
        </div>
      ) : (
        <>
          <p class="lead" id="mails-said">
            {waiting > 0
              ? `${sent} of ${amount(all, 'mail')} sent, ${waiting} on the way.`
              : `${sent} of ${amount(all, 'mail')} sent. None waits.`}
          </p>
          {waiting > 0 && <progress value={all - waiting} max={all} aria-labelledby="mails-said" />}
          <p class="hint">
            “Sent” means that your mail server took it. Whether it arrives it does not tell us; a message that comes
            back goes to the sender’s address. As of <Moment at={now} />.
          </p>
        </>
      )}
      {waiting > 0 && halt === 'not-set-up' && (
        <Notice kind="alarm">
          <p>
            <strong>Mail is not set up on this appliance any more.</strong> What waits goes out once it is; until then
            you can take it back and print the invitations.
          </p>
        </Notice>
      )}
      {waiting > 0 && halt && halt !== 'not-set-up' && <HaltNotice halt={halt} />}
      {counts.waiting > 0 && (
        <form method="post" action={`/exams/${exam}/mails/withdrawal`}>
          <button class="button" id="withdraw">
            Take back what waits
          </button>
        </form>
      )}
      {troubled.length > 0 && (
        <Table
          caption={`Mails that need a look${troubled.length === SHOWN ? `, the first ${SHOWN}` : ''}`}
          columns={['Test taker', 'Address', 'What happened, and what to do', 'The mail server said']}
          rows={troubled.map((mail) => [
            <a href={`/exams/${exam}/test-takers/${mail.testTaker}`}>{mail.name}</a>,
            mail.address,
            <TroubleCell mail={mail} />,
            mail.reply ?? <span class="hint">nothing</span>,
          ])}
        />
      )}
      {waiting === 0 && refused + uncertain > 0 && (
        <form class="stack" method="post" action={`/exams/${exam}/mails`}>
          <input type="hidden" name="whom" value="failed" />
          <input type="hidden" name="before" value={now} />
          <p>
            Mend the addresses first. Each gets a new personal link; whose first mail did arrive has to use the newer
            one.
          </p>
          <div class="row">
            <button class="button primary">
              <Icon name="sending" />
              Send {amount(refused + uncertain, 'mail')} again
            </button>
          </div>
        </form>
      )}
    </div>
  );
}

/** What became of a mail that did not simply go out: in a word, and in a sentence that says what to do. */
export function wordTrouble({ state, fault, dueAt }: Pick<ListedMail, 'state' | 'fault' | 'dueAt'>): {
  word: string;
  sentence: string;
} {
  if (state === 'waiting') {
    return { word: 'Put off', sentence: `The server put it off. It is tried again at ${formatMoment(dueAt)}.` };
  }
  if (state === 'uncertain') {
    return {
      word: 'Uncertain',
      sentence:
        'The line broke, or this appliance ended, while the server had the mail in hand. It may have arrived and may not; the link before has stopped. Ask, or send it again.',
    };
  }
  return FAULTS[fault ?? 'message'];
}

const KEEPS = 'The link before, if there was one, goes on working.';
const FAULTS: Record<NonNullable<ListedMail['fault']>, { word: string; sentence: string }> = {
  address: {
    word: 'Address refused',
    sentence: `The server does not take this address. ${KEEPS} Mend the address and send it again, or print it.`,
  },
  message: {
    word: 'Mail refused',
    sentence: `The server does not take the mail. ${KEEPS} Show your mail administrators what it said.`,
  },
  later: {
    word: 'Given up',
    sentence: `The server put it off again and again. ${KEEPS} Send it again later, or print it.`,
  },
  closed: { word: 'Too late', sentence: `The exam had closed before it could be sent. ${KEEPS}` },
  ended: {
    word: 'Too late',
    sentence:
      'Their attempt had ended before it could be sent. The link that they have leads to their recording’s page.',
  },
};

function TroubleCell({ mail }: { mail: ListedMail }) {
  const { word, sentence } = wordTrouble(mail);
  return (
    <>
      <Status kind={mail.state === 'waiting' ? 'notice' : 'alarm'}>{word}</Status>
      <p>{sentence}</p>
    </>
  );
}

function HaltNotice({ halt: { trouble, reply, next } }: { halt: Halt }) {
  return (
    <Notice kind="alarm">
      <p>
        <strong>{TROUBLES[trouble].what}</strong> {TROUBLES[trouble].do} Nothing is lost: what waits is tried again by
        itself, next at <Moment at={next} />.
      </p>
      {reply !== null && <p>The mail server said: “{reply}”</p>}
    </Notice>
  );
}

/** Whom to send mails to; the form of the invitations' page. */
export function MailForm({ exam, addressees, now }: { exam: string; addressees: Addressees; now: string }) {
  const { fresh, failed, all, addressless } = addressees;
  const choices = [
    { whom: 'new', words: `Those who have neither a personal link nor a mail on its way (${fresh})`, there: true },
    { whom: 'failed', words: `Those whose mail did not get through (${failed})`, there: failed > 0 },
    { whom: 'all', words: `Everybody whose attempt has not begun (${all})`, there: true },
  ];
  const first = fresh > 0 ? 'new' : failed > 0 ? 'failed' : 'all';
  return (
    <form class="stack" method="post" action={`/exams/${exam}/mails`}>
      <input type="hidden" name="before" value={now} />
      <fieldset class="field">
        <legend>Whom to send an invitation</legend>
        {choices
          .filter(({ there }) => there)
          .map(({ whom, words }) => (
            <label class="choice">
              <input type="radio" name="whom" value={whom} checked={whom === first} required />
              <span>
                {words} {whom === 'all' && <span class="hint">Links that they were given before stop working.</span>}
              </span>
            </label>
          ))}
      </fieldset>
      {addressless > 0 && (
        <p>
          {addressless === 1 ? '1 has' : `${addressless} have`} no e-mail address and no link: print{' '}
          {addressless === 1 ? 'that invitation' : 'those invitations'}, or import a list with addresses.
        </p>
      )}
      <button class="button primary">
        <Icon name="sending" />
        Send invitations by mail
      </button>
    </form>
  );
}
