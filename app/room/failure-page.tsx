import type { Refusal } from '../../hsm/errors.ts';
import { ErrorPage, type ErrorPageProps } from '../http/error-page.tsx';
import { Notice } from '../ui/status.tsx';

interface Explanation {
  heading: string;
  way?: { href: string; label: string };
}

const DESK = { href: '/desk', label: 'Go to your desk' };
const SIGN_IN = { href: '/', label: 'Go to the sign-in page' };

/** Custody's refusals by name (hsm/errors.ts): what each is called on a page, and where to go on. The sentence is custody's own. */
const EXPLANATIONS: Partial<Record<Refusal, Explanation>> = {
  'session-unknown': { heading: 'Please come in again', way: SIGN_IN },
  'enrolment-unknown': { heading: 'This link does not work any more', way: SIGN_IN },
  'passkey-unknown': { heading: 'This passkey is not known here', way: SIGN_IN },
  'passkey-synced': { heading: 'This kind of passkey is not taken', way: SIGN_IN },
  'passkey-model': { heading: 'This make of passkey is not taken', way: SIGN_IN },
  'representative-inactive': { heading: 'Your approval is not in force', way: SIGN_IN },
  'unit-suspended': { heading: 'The unit is suspended', way: SIGN_IN },
  'exam-suspended': { heading: 'The exam is suspended', way: DESK },
  'role-missing': { heading: 'This takes another role', way: DESK },
  'out-of-scope': { heading: 'This is another unit’s', way: DESK },
  'own-case': { heading: 'This is about yourself', way: DESK },
  'not-assigned': { heading: 'You are not assigned to this exam', way: DESK },
  'act-expired': { heading: 'This act has expired', way: DESK },
  'act-used': { heading: 'This act was signed already', way: DESK },
  'act-withdrawn': { heading: 'This act was withdrawn', way: DESK },
  'act-not-yours': { heading: 'This act is somebody else’s', way: DESK },
  'signed-already': { heading: 'You have signed this act', way: DESK },
  'act-altered': { heading: 'This act is not what was signed', way: DESK },
  'grant-ended': { heading: 'This view has ended', way: { href: '/attempts', label: 'Go to the attempts' } },
  'nothing-to-release': {
    heading: 'There is nothing to show',
    way: { href: '/attempts', label: 'Go to the attempts' },
  },
  'key-destroyed': { heading: 'The exam’s key is destroyed', way: DESK },
};

/** What a person in the room sees when something fails: by custody's reason where it gave one. */
export function FailurePage(props: ErrorPageProps) {
  const { refusal, facts } = props.error;
  if (refusal === 'sealed') {
    return (
      <ErrorPage {...props} heading="The appliance is sealed" way={{ href: '/', label: 'Look again' }}>
        <Sealed facts={facts ?? {}} />
      </ErrorPage>
    );
  }
  if (refusal === 'token-away') {
    return (
      <ErrorPage {...props} heading="The key token does not answer" way={{ href: '/', label: 'Look again' }}>
        <p>
          Custody looks for the token by itself. If it stays away for more than a few minutes, tell the operator of the
          appliance.
        </p>
      </ErrorPage>
    );
  }
  return <ErrorPage {...props} {...EXPLANATIONS[refusal as Refusal]} />;
}

/** Who has to come before anything can be opened or signed. */
function Sealed({ facts }: { facts: Record<string, unknown> }) {
  const present = Number(facts['present'] ?? 0);
  const threshold = Number(facts['threshold'] ?? 0);
  const custodians = Array.isArray(facts['custodians']) ? facts['custodians'].map(String) : [];
  return (
    <Notice kind="notice">
      <p>
        It was started without its PIN, which the key custodians hold in shares. {present} of {threshold} have given
        theirs
        {present < threshold
          ? `; ${threshold - present} more ${threshold - present === 1 ? 'has' : 'have'} to come`
          : ''}
        .
      </p>
      {custodians.length > 0 && (
        <>
          <p>Any of these can:</p>
          <ul>
            {custodians.map((name) => (
              <li>{name}</li>
            ))}
          </ul>
        </>
      )}
      <p>
        Each types their share in themselves, at the appliance or over a connection of their own to it, with the command
        “cloister unseal”.
      </p>
    </Notice>
  );
}
