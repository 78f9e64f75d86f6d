import { Icon } from '../ui/icons.tsx';
import { formatMoment, Moment } from '../ui/moment.tsx';
import { Notice } from '../ui/status.tsx';
import type { ProposedAct, Representative } from './custody.ts';
import type { FirstSegments } from './grant-index.ts';
import { PlayerModule, RoomPage, Trouble } from './room-page.tsx';
import { ACT_TYPES } from './words.ts';

/**
 * @param digest SHA-256 of the act's bytes, base64url: what the passkey signs
 * @param first what plays first in the one view that the act opened for this person, where there is one
 */
export function ActPage(props: {
  representative: Representative;
  act: ProposedAct;
  digest: string;
  first: FirstSegments | undefined;
}) {
  const { representative, act, digest, first } = props;
  return (
    <RoomPage
      title={ACT_TYPES[act.type]}
      representative={representative}
      current="/desk"
      head={leadsToView(act) && <PlayerModule />}
    >
      <div class="stack narrow">
        <p class="eyebrow">What custody understood</p>
        <h1 class="sentence">{act.sentence}</h1>
        <div data-before>
          <Standing act={act} representative={representative} first={first} />
          <Hindrance act={act} />
        </div>
        <EnrolmentLink />
        <dl class="details">
          {act.details.map(({ term, value }) => (
            <>
              <dt>{term}</dt>
              <dd>{isMoment(value) ? <Moment at={value} /> : value}</dd>
            </>
          ))}
          <dt>Proposed</dt>
          <dd>
            {act.proposer ? `by ${act.proposer.name}` : 'on the staff pages'}, <Moment at={act.proposedAt} />
            {!act.proposer && '; whoever signs it makes it theirs'}
          </dd>
          <dt data-before>Signed</dt>
          <dd data-before>
            <Signatures act={act} />
          </dd>
          <dt>Digest of the act</dt>
          <dd>
            <code>{digest}</code>
          </dd>
        </dl>
        <div class="row" data-signing>
          {act.options && (
            <form
              data-passkey="act"
              data-act={act.act}
              data-bytes={act.bytes}
              data-options={JSON.stringify(act.options)}
            >
              <button class="button primary" disabled>
                <Icon name="pen" />
                Sign with your passkey
              </button>
            </form>
          )}
          {mayWithdraw(act, representative) && (
            <form method="post" action={`/acts/${act.act}/withdrawal`}>
              <button class="button">{act.proposer ? 'Withdraw it' : 'Turn it down'}</button>
            </form>
          )}
          <a class="button bare" href={placeOf(act)}>
            {act.options ? 'Not now' : 'Back'}
          </a>
        </div>
        {(act.options || act.grants.length > 0) && <Trouble />}
        {act.options && (
          <p class="hint" data-before>
            It can be signed until {formatMoment(act.expiresAt)}. Signing enters it in the ledger under your name;
            leaving this page does nothing.
          </p>
        )}
      </div>
    </RoomPage>
  );
}

/** Whether this page opens a view, now or once it is signed. */
function leadsToView({ type, options, grants }: ProposedAct): boolean {
  return type === 'release' && (options !== null || grants.length > 0);
}

/** Why nobody here can sign it as it stands, and what could be written or done in its place. */
function Hindrance({ act: { hindrance, proposer } }: { act: ProposedAct }) {
  if (!hindrance) return null;
  return (
    <Notice kind="alarm">
      <p>It cannot be signed as it stands. {hindrance.sentence}</p>
      {hindrance.faults.length > 0 && (
        <ul>
          {hindrance.faults.map(({ why, instead }) => (
            <li>
              {why} {instead}
            </li>
          ))}
        </ul>
      )}
      {!proposer && <p>Turn it down, so that it does not wait for anybody, and have it proposed again.</p>}
    </Notice>
  );
}

/** How the act stands: what still has to happen, or what became of it. */
function Standing({ act, representative, first }: Omit<Parameters<typeof ActPage>[0], 'digest'>) {
  const missing = act.signers - act.signatures.length;
  const signed = act.signatures.some(({ id }) => id === representative.id);
  if (act.status === 'withdrawn') {
    return (
      <Notice kind="quiet">
        <p>
          It was withdrawn. Nothing was done, and signatures that it had count for nothing. Propose it again if needed.
        </p>
      </Notice>
    );
  }
  if (act.status === 'expired') {
    return (
      <Notice kind="alarm">
        <p>
          It expired before everybody had signed it. Nothing was done. If it is still wanted, propose it again and agree
          on when you both sign.
        </p>
      </Notice>
    );
  }
  if (act.status === 'applied') {
    return (
      <Notice kind="good">
        <p>It is signed, in force, and entered in the ledger.</p>
        <Views act={act} representative={representative} first={first} />
      </Notice>
    );
  }
  if (signed) {
    return (
      <Notice kind="notice">
        <p>
          You have signed it. {missing === 1 ? 'One other person has' : `${missing} other people have`} to sign the same
          act before anything happens: somebody who may do this as well. They find it on their desk.
        </p>
      </Notice>
    );
  }
  if (act.signers > 1) {
    return (
      <Notice kind="notice">
        <p>
          It takes {act.signers} different people.{' '}
          {act.signatures.length === 0
            ? 'You sign it first; it then waits for somebody else on their desk, and nothing happens until they have signed.'
            : `${act.signatures.map(({ name }) => name).join(', ')} signed first; with your signature it is in force.`}
        </p>
      </Notice>
    );
  }
  return null;
}

/** The views that a release opened, for who asked for them: their browser has the key. */
function Views({ act, representative, first }: Omit<Parameters<typeof ActPage>[0], 'digest'>) {
  if (act.type !== 'release') return null;
  if (act.proposer?.id !== representative.id) {
    return <p>{act.proposer?.name} can open it from now on, in the browser that asked for it.</p>;
  }
  const names = act.details.filter(({ term }) => term === 'Test taker').map(({ value }) => value);
  return (
    <>
      <p>It can be watched for an hour from the last signature on, in the browser that asked for it.</p>
      <ul class="views" hidden data-release={act.act} data-grants={act.grants.map(({ grant }) => grant).join(' ')}>
        {act.grants.map(({ grant }, index) => (
          <li>
            {/* With what plays first, its key is asked for together with the view's page. */}
            <a
              class="button"
              href={`/grants/${grant}`}
              data-recording={first?.recording}
              data-chapter={first?.chapter}
              data-type={first?.mimeType}
            >
              <Icon name="eye" />
              Watch {names[index]}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

function Signatures({ act }: { act: ProposedAct }) {
  if (act.signatures.length === 0) {
    return (
      <>{act.signers === 1 ? 'by nobody yet; it takes one person' : `by nobody yet; it takes ${act.signers} people`}</>
    );
  }
  return (
    <>
      {act.signatures.map(({ name, signedAt }) => (
        <span class="signature">
          by {name}, <Moment at={signedAt} />
        </span>
      ))}
      {act.status === 'proposed' && <span class="signature">one more person is needed</span>}
    </>
  );
}

/** Shown by the page's script once, when the last signature gave a link: custody keeps no copy of it. */
function EnrolmentLink() {
  return (
    <section class="card stack" data-enrolment hidden tabindex={-1} aria-labelledby="enrolment-heading">
      <h2 id="enrolment-heading">Their enrolment link</h2>
      <p>
        Everybody has signed. Give this link to the person themselves, in person or in a message that only they can
        open. Whoever opens it first enrols a passkey in their name.
      </p>
      <p>
        <code data-link></code>
      </p>
      <p>
        <button type="button" class="button" data-copy>
          Copy the link
        </button>{' '}
        <span class="hint" role="status" data-copied></span>
      </p>
      <ul>
        <li>It works once, for 72 hours.</li>
        <li>It is shown this once: once you leave this page, nobody can show it again.</li>
        <li>If it is lost, two officers replace the person’s passkeys, which gives a new one.</li>
      </ul>
      <p>
        <a class="button" href="/representatives" data-done>
          I have passed it on
        </a>
      </p>
    </section>
  );
}

/** Their own, as long as it is open; of what the staff pages proposed, whoever could sign it, or could if it were mended, may turn it down. */
function mayWithdraw({ status, proposer, options, hindrance }: ProposedAct, representative: Representative): boolean {
  if (status !== 'proposed') return false;
  return proposer === null ? options !== null || hindrance !== null : proposer.id === representative.id;
}

/** Where the person came from, most likely. */
function placeOf(act: ProposedAct): string {
  if (act.attempts.length === 1) return `/attempts/${act.attempts[0]}`;
  if (act.type === 'publish-exam') return '/exams';
  return act.exam ? `/exams/${act.exam}` : '/desk';
}

function isMoment(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
}
