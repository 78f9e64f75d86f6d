import type { Child } from 'hono/jsx';
import { Icon } from '../ui/icons.tsx';
import { formatMoment, formatOffset, Moment } from '../ui/moment.tsx';
import { Page, type PageProps } from '../ui/page.tsx';
import { Notice, Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import type { Access, AttemptDetail, AttemptView, Enrolment, ProposedAct, Representative } from './custody.ts';
import { ACCESSES, OUTCOMES, PURPOSES, ROLES } from './words.ts';

interface RoomPageProps extends Pick<PageProps, 'title' | 'scripts' | 'main'> {
  representative?: Representative;
  /** Address of the page's line in the navigation; pages without one have the window's whole width. */
  current?: string;
  children?: Child;
}

/** The room's shell: signed-in pages have the navigation. */
export function RoomPage({ title, scripts = [], main = {}, representative, current, children }: RoomPageProps) {
  const navigation = current && [
    { href: '/attempts', label: 'Attempts', icon: 'list' as const, current: current === '/attempts' },
    { href: '/tickets', label: 'Staff pages', icon: 'open' as const, current: current === '/tickets' },
  ];
  return (
    <Page
      title={title}
      place="room"
      scripts={scripts}
      main={main}
      {...(representative && {
        person: `${representative.name}, ${ROLES[representative.role] ?? representative.role}`,
      })}
      {...(navigation && { navigation })}
    >
      <link rel="stylesheet" href="/assets/room.css" />
      {children}
    </Page>
  );
}

/** Where a script of the page says what went wrong. */
function Trouble() {
  return (
    <>
      <p class="trouble" role="alert" data-trouble></p>
      <noscript>
        <Notice kind="notice">
          <p>Passkeys and playback need JavaScript. Switch it on for this page.</p>
        </Notice>
      </noscript>
    </>
  );
}

/** The room's first page for whoever is not signed in. */
export function SignInPage({ institution }: { institution: string }) {
  return (
    <RoomPage title="Sign in" scripts={['passkey']}>
      <div class="stack narrow">
        <p class="eyebrow">{institution}</p>
        <h1>The reading room</h1>
        <p>
          Recordings of exams are watched here and nowhere else. Each view needs a purpose and a touch of your passkey,
          and stands in a record that the test taker can read.
        </p>
        <form data-passkey="sign-in">
          <button class="button primary" disabled>
            <Icon name="key" />
            Sign in with your passkey
          </button>
        </form>
        <Trouble />
        <p class="hint">No passkey yet? An officer of your institution sends you a link to enrol one.</p>
      </div>
    </RoomPage>
  );
}

/** @param token of the enrolment link, which the page's script sends back with the passkey */
export function EnrolmentPage({ token, representative }: Pick<Enrolment, 'representative'> & { token: string }) {
  return (
    <RoomPage title="Enrol your passkey" scripts={['passkey']}>
      <div class="stack narrow">
        <h1>Enrol your passkey</h1>
        <p>
          A passkey is a key that stays in this device or in your security key. You unlock it with your finger, your
          face or a PIN, which never leave the device. With it you sign in to the reading room and sign what you do
          here.
        </p>
        <dl class="details">
          <dt>Name</dt>
          <dd>{representative.name}</dd>
          <dt>Role</dt>
          <dd>{ROLES[representative.role] ?? representative.role}</dd>
        </dl>
        <form data-passkey="enrol" data-token={token}>
          <button class="button primary" disabled>
            <Icon name="key" />
            Enrol this passkey
          </button>
        </form>
        <Trouble />
        <p class="hint">Is this not you? Close the page and tell the officer who sent you the link.</p>
      </div>
    </RoomPage>
  );
}

/** @param recorded seconds of recording per attempt, where its files are here */
export function QueuePage(props: {
  representative: Representative;
  attempts: AttemptView[];
  recorded: Map<string, number>;
}) {
  const { representative, attempts, recorded } = props;
  return (
    <RoomPage title="Attempts" representative={representative} current="/attempts">
      <div class="stack">
        <h1>Attempts</h1>
        {attempts.length === 0 ? (
          <div class="empty">
            <p>No attempts are waiting for you.</p>
            <p>They appear here once a test taker begins an exam that you are assigned to.</p>
          </div>
        ) : (
          <Table
            caption="Attempts of the exams you are assigned to"
            columns={['Test taker', 'Exam', 'Recorded', 'Length', 'Chapters', 'Decisions']}
            rows={attempts.map((attempt) => [
              <a href={`/attempts/${attempt.attempt}`}>{attempt.candidate}</a>,
              attempt.title,
              <Moment at={attempt.startedAt} />,
              recorded.has(attempt.attempt) ? formatOffset(recorded.get(attempt.attempt) ?? 0) : '–',
              String(chaptersOf(attempt)),
              <Decisions attempt={attempt} />,
            ])}
          />
        )}
      </div>
    </RoomPage>
  );
}

function chaptersOf({ recordings }: AttemptView): number {
  return recordings.reduce((sum, recording) => sum + recording.chapters, 0);
}

function Decisions({ attempt }: { attempt: AttemptView }) {
  const last = attempt.decisions.at(-1);
  if (last) return <Status kind="good">{OUTCOMES[last.outcome] ?? last.outcome}</Status>;
  return attempt.sealedAt ? <Status kind="quiet">None yet</Status> : <Status kind="notice">Still recording</Status>;
}

/** One attempt: how it stands, who has watched, and the ways to ask for it. `recorded` is in seconds. */
export function AttemptPage(props: {
  representative: Representative;
  attempt: AttemptDetail;
  recorded: number | undefined;
}) {
  const { representative, attempt, recorded } = props;
  return (
    <RoomPage
      title={`Attempt of ${attempt.candidate}`}
      scripts={['passkey']}
      representative={representative}
      current="/attempts"
    >
      <div class="stack">
        <p class="eyebrow">{attempt.title}</p>
        <h1>Attempt of {attempt.candidate}</h1>
        <dl class="details">
          <dt>Began</dt>
          <dd>
            <Moment at={attempt.startedAt} />
          </dd>
          <dt>Sealed</dt>
          <dd>{attempt.sealedAt ? <Moment at={attempt.sealedAt} /> : 'Not yet: the attempt is still going on.'}</dd>
          <dt>Recordings</dt>
          <dd>
            {attempt.recordings.length}, with {chaptersOf(attempt)} chapters
            {recorded === undefined ? '' : `, ${formatOffset(recorded)} long`}
          </dd>
        </dl>
        <OpenForm attempt={attempt} />
        <h2>Decisions</h2>
        {attempt.decisions.length === 0 ? (
          <p class="empty">
            Nobody has decided yet. A decision is written beside the recording, once you have watched it.
          </p>
        ) : (
          <Table
            caption="Decisions on this attempt"
            columns={['By', 'Decision', 'Reason', 'When']}
            rows={attempt.decisions.map((one) => [
              one.by,
              OUTCOMES[one.outcome] ?? one.outcome,
              one.reason,
              <Moment at={one.decidedAt} />,
            ])}
          />
        )}
        <h2>Who has watched</h2>
        {attempt.accesses.length === 0 ? (
          <p class="empty">Nobody has asked for this recording yet.</p>
        ) : (
          <Table
            caption="What the ledger says about this attempt; the test taker reads the same"
            columns={['What', 'Who', 'When', 'For', 'More']}
            rows={attempt.accesses.map((access) => [
              ACCESSES[access.kind] ?? access.kind,
              access.by ?? '–',
              <Moment at={access.at} />,
              access.purpose ? (PURPOSES[access.purpose] ?? access.purpose) : '–',
              accessDetail(access),
            ])}
          />
        )}
      </div>
    </RoomPage>
  );
}

function accessDetail(access: Access): string {
  if (access.kind === 'viewed') {
    const seconds = access.intervals.reduce((sum, { from, to }) => sum + to - from, 0);
    return `${formatOffset(seconds)} shown${access.entry === null ? ', still going on' : ''}`;
  }
  if (access.kind === 'released') return `${access.chapters.length} chapters`;
  return access.outcome ? (OUTCOMES[access.outcome] ?? access.outcome) : (access.reason ?? '–');
}

/** The key pair of the view is made by the page's script before the act is proposed. */
function OpenForm({ attempt }: { attempt: AttemptDetail }) {
  if (attempt.recordings.length === 0) return <p class="empty">Nothing was recorded in this attempt yet.</p>;
  return (
    <form class="card stack" data-passkey="release" data-attempt={attempt.attempt} data-alg={attempt.alg}>
      <h2>Open the recording</h2>
      <fieldset class="field">
        <legend>For what purpose?</legend>
        {attempt.purposes.map((purpose, i) => (
          <label class="choice">
            <input type="radio" name="purpose" value={purpose} required checked={i === 0} />
            {PURPOSES[purpose] ?? purpose}
          </label>
        ))}
      </fieldset>
      <div class="field justification">
        <label for="justification">Why is it needed?</label>
        <textarea
          id="justification"
          name="justification"
          maxlength={2000}
          aria-describedby="justification-hint"
        ></textarea>
        <p class="hint" id="justification-hint">
          Needed for every purpose but an integrity review. The test taker can read it.
        </p>
      </div>
      <button class="button primary" disabled>
        <Icon name="key" />
        Ask for the key
      </button>
      <Trouble />
    </form>
  );
}

/** @param digest SHA-256 of the act's bytes, base64url: what the passkey signs */
export function ActPage(props: { representative: Representative; act: ProposedAct; digest: string }) {
  const { representative, act, digest } = props;
  return (
    <RoomPage title="Sign" scripts={['passkey']} representative={representative}>
      <div class="stack narrow">
        <p class="eyebrow">What custody understood</p>
        <h1 class="sentence">{act.sentence}</h1>
        <dl class="details">
          {act.details.map(({ term, value }) => (
            <>
              <dt>{term}</dt>
              <dd>{isMoment(value) ? <Moment at={value} /> : value}</dd>
            </>
          ))}
          <dt>Digest of the act</dt>
          <dd>
            <code>{digest}</code>
          </dd>
        </dl>
        <form data-passkey="act" data-act={act.act} data-bytes={act.bytes} data-options={JSON.stringify(act.options)}>
          <div class="row">
            <button class="button primary" disabled>
              <Icon name="pen" />
              Sign with your passkey
            </button>
            <a class="button" href={`/attempts/${act.attempt}`}>
              Cancel
            </a>
          </div>
        </form>
        <Trouble />
        <p class="hint">
          It can be signed until {formatMoment(act.expiresAt)}. Signing enters it in the ledger under your name;
          cancelling leaves nothing behind.
        </p>
      </div>
    </RoomPage>
  );
}

function isMoment(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
}

/** A ticket for the staff origin, once it was asked for; before that, the button that asks. */
export function TicketPage(props: { representative: Representative; ticket?: string; staffOrigin: string }) {
  const { representative, ticket, staffOrigin } = props;
  return (
    <RoomPage title="Staff pages" representative={representative} current="/tickets">
      <div class="stack narrow">
        <h1>Staff pages</h1>
        <p>
          Exams and rosters are on pages of their own at <strong>{new URL(staffOrigin).host}</strong>. You go there with
          a ticket that works once and for a minute, because your passkey is touched in the reading room only.
        </p>
        {ticket ? (
          <form method="post" action={`${staffOrigin}/session`}>
            <input type="hidden" name="ticket" value={ticket} />
            <button class="button primary">
              <Icon name="open" />
              Go to the staff pages
            </button>
          </form>
        ) : (
          <form method="post" action="/tickets">
            <button class="button primary">
              <Icon name="key" />
              Take a ticket
            </button>
          </form>
        )}
      </div>
    </RoomPage>
  );
}
