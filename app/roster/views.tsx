import type { Child } from 'hono/jsx';
import type { RosterCounts, RosterRow } from '../../db/appliance/roster.ts';
import { ReportsAlert, type ReportsWaiting } from '../conduct/alert-view.tsx';
import { keptUntil } from '../attempts/retention.ts';
import { Icon } from '../ui/icons.tsx';
import { Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { staffNavigation } from '../ui/staff-navigation.ts';
import { Notice, Status, type StatusKind } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import type { Absence } from '../sitting/attendance.ts';
import { STATES } from '../sitting/standing.ts';
import { type RosterExam, rosterPath } from './roster-exam.ts';

/** What every page about a roster is made of. */
export interface RosterShellProps {
  /** Name of who is signed in. */
  person: string;
  roomOrigin: string;
  reports: ReportsWaiting;
  exam: RosterExam;
}

/** @param props.below whether the page lies below the roster's own, and leads back to it */
export function RosterShell({
  person,
  roomOrigin,
  reports,
  exam,
  title,
  below,
  scripts,
  children,
}: RosterShellProps & { title: string; below?: true; scripts?: string[]; children?: Child }) {
  return (
    <Page
      title={below ? `${title}: ${exam.title}` : title}
      place="staff"
      person={person}
      navigation={staffNavigation(roomOrigin, false)}
      {...(scripts && { scripts })}
    >
      <div class="stack">
        <p class="eyebrow">{below ? <a href={rosterPath(exam)}>{exam.title}, the roster</a> : exam.office}</p>
        <h1>{title}</h1>
        <ReportsAlert reports={reports} href={`${roomOrigin}/reports`} />
        {children}
      </div>
    </Page>
  );
}

/** Somebody on a roster, and how they stand where they have not begun. */
export type StandingRow = RosterRow & { absence: Absence };

/** A part of a roster, as it is looked at. */
export interface RosterPart {
  rows: StandingRow[];
  counts: RosterCounts;
  /** What somebody looks for; empty where they look at all. */
  query: string;
  /** Whether only those are shown who did not begin while they could. */
  absent: boolean;
  /** Whether the last entry is over, so that there can be such. */
  late: boolean;
  /** Id of the one before the first of these, where they are not the first. */
  after: string | null;
  /** Whether more follow. */
  more: boolean;
}

/** Who sits an exam and how far each has come. What was recorded is never here. @param props.runs whether who looks may change it */
export function RosterPage(
  props: RosterShellProps &
    RosterProps & { reviews: boolean; /** Whether they look after the exam while it is sat. */ oversees: boolean },
) {
  const { runs, reviews, oversees, part, ...shell } = props;
  const { exam, title, rules } = shell.exam;
  const place = rules?.setup.place;
  return (
    <RosterShell {...shell} title={title} scripts={['htmx']}>
      {!rules && <UnpublishedNotice exam={exam} />}
      <div class="row">
        {reviews && (
          <a class="button primary" href={`${shell.roomOrigin}/attempts`}>
            <Icon name="open" />
            Review in the reading room
          </a>
        )}
        {oversees && (
          <a class="button" href={`/exams/${exam}/sitting`}>
            <Icon name="clock" />
            See how it goes
          </a>
        )}
        {runs && (
          <>
            {rules && (
              <a class={reviews ? 'button' : 'button primary'} href={`/exams/${exam}/invitations`}>
                <Icon name="key" />
                Invite test takers
              </a>
            )}
            <a class={rules ? 'button' : 'button primary'} href={`/exams/${exam}/import`}>
              <Icon name="list" />
              Import a list
            </a>
            <a class="button" href={`/exams/${exam}/test-takers/new`}>
              <Icon name="people" />
              Add a test taker
            </a>
            {place?.kind === 'document' && (
              <>
                <a class="button" href={`/exams/${exam}/hand-ins`}>
                  <Icon name="download" />
                  Answers that were handed in
                </a>
                <a class="button" href={`/exams/${exam}/documents`}>
                  <Icon name="list" />
                  Documents
                </a>
              </>
            )}
            {place?.kind === 'elsewhere' && place.asksPassword && (
              <a class="button" href={`/exams/${exam}/password`}>
                <Icon name="lock" />
                Password of the exam’s page
              </a>
            )}
          </>
        )}
      </div>
      <form class="row find" method="get" action={rosterPath(shell.exam)} role="search">
        <div class="field">
          <label for="q">Find by name or code</label>
          <input id="q" name="q" type="search" value={part.query} maxlength={100} autocomplete="off" />
        </div>
        <button class="button">Find</button>
        {part.absent && <input type="hidden" name="show" value="no-show" />}
        {part.query && <a href={addressOf(shell.exam, { absent: part.absent })}>Show all</a>}
      </form>
      <Roster exam={shell.exam} runs={runs} part={part} />
      {runs && (
        <div class="row">
          {rules && Date.parse(keptUntil(rules.policy)) > Date.now() && (
            <a class="button bare" href={`/exams/${exam}/revision`}>
              <Icon name="pen" />
              Change what test takers are told
            </a>
          )}
          <form method="post" action={`/exams/${exam}/copies`}>
            <button class="button bare">
              <Icon name="list" />
              Duplicate into a new draft
            </button>
          </form>
        </div>
      )}
    </RosterShell>
  );
}

/** What a roster of a draft cannot do yet. */
export function UnpublishedNotice({ exam }: { exam: string }) {
  return (
    <Notice kind="notice">
      <p>
        <strong>This exam is not published yet.</strong> You can put test takers on its roster now. Personal links and
        invitations are made once it is published: before that there is nothing that a link could lead to.{' '}
        <a href={`/exams/${exam}/draft`}>Go on setting it up</a>
      </p>
    </Notice>
  );
}

interface RosterProps {
  runs: boolean;
  part: RosterPart;
}

/**
 * The roster as it stands now. Where scripts run it asks for itself anew every ten seconds until all attempts are sealed; a
 * session that ends meanwhile shows the page that says so, and an appliance that does not answer leaves what is there, with its time.
 */
export function Roster({ exam: rosterExam, runs, part }: RosterProps & { exam: RosterExam }) {
  const { exam, rules } = rosterExam;
  const { rows, counts, query, absent, late, after, more } = part;
  const { entered, invited, started, ended } = counts;
  const refresh = rules !== undefined &&
    ended < entered && {
      'hx-get': addressOf(rosterExam, { query, absent, after }, `/exams/${exam}/roster`),
      'hx-trigger': 'every 10s',
      'hx-swap': 'outerHTML',
      'hx-status:401': 'target:#main select:#main',
      'hx-status:4xx': 'swap:none',
      'hx-status:5xx': 'swap:none',
    };
  return (
    <div class="stack" id="roster" {...refresh}>
      {(late || absent) && (
        <nav class="row" aria-label="Who is shown">
          <a class="button tally" href={addressOf(rosterExam, { query })} aria-current={absent ? undefined : 'true'}>
            All
          </a>
          <a
            class="button tally"
            href={addressOf(rosterExam, { query, absent: true })}
            aria-current={absent ? 'true' : undefined}
          >
            Did not begin
          </a>
        </nav>
      )}
      <p>
        {entered} on the roster: {entered - started} not started, {started - ended} recording, {ended} ended and sealed.{' '}
        {runs && rules && `${invited} have a personal link. `}
        <span class="hint">
          As of <Moment at={new Date().toISOString()} />
        </span>
      </p>
      {rows.length === 0 ? (
        <div class="empty">
          <p>
            {absent
              ? 'Nobody who is looked for here let their last entry pass without beginning.'
              : query
                ? `Nobody on this roster has a name or a code with words like “${query}”.`
                : 'Nobody is on the roster yet.'}
          </p>
          {query && <p class="hint">The beginnings of words are enough: “had am” finds Amal Haddad.</p>}
        </div>
      ) : (
        <Table
          caption={
            absent
              ? 'Test takers who did not begin'
              : query
                ? `Test takers found for “${query}”`
                : 'Test takers and their attempts'
          }
          columns={['Test taker', 'Candidate', ...(runs ? ['E-mail', 'Personal link'] : []), 'Attempt']}
          rows={rows.map((row) => [
            runs ? <a href={`/exams/${exam}/test-takers/${row.id}`}>{row.name}</a> : row.name,
            row.candidate,
            ...(runs ? [row.email ?? <span class="hint">none</span>, <LinkState {...row} />] : []),
            <AttemptState {...row} />,
          ])}
        />
      )}
      {(after !== null || more) && (
        <nav class="row" aria-label="Parts of the roster">
          {after !== null && (
            <a class="button" href={addressOf(rosterExam, { query, absent })}>
              Back to the first
            </a>
          )}
          {more && (
            <a class="button" href={addressOf(rosterExam, { query, absent, after: rows.at(-1)?.id ?? null })}>
              The next ones
            </a>
          )}
        </nav>
      )}
    </div>
  );
}

/** Whether somebody has a personal link, and how their invitation by mail stands where there is one. */
export function LinkState({ invitedAt, mail }: Pick<RosterRow, 'invitedAt' | 'mail'>) {
  return (
    <div class="row">
      {invitedAt === null ? (
        <Status kind="quiet">None yet</Status>
      ) : (
        <Status kind="good" icon="key">
          Made <Moment at={invitedAt} />
        </Status>
      )}
      {mail !== null && <Status kind={MAIL_STATES[mail].kind}>{MAIL_STATES[mail].words}</Status>}
    </div>
  );
}

/** What a roster says of a mail. */
const MAIL_STATES: Record<NonNullable<RosterRow['mail']>, { kind: StatusKind; words: string }> = {
  waiting: { kind: 'notice', words: 'Mail waits' },
  sending: { kind: 'notice', words: 'Mail is being sent' },
  sent: { kind: 'good', words: 'Mail sent' },
  refused: { kind: 'alarm', words: 'Mail was not sent' },
  uncertain: { kind: 'alarm', words: 'Mail may not have arrived' },
};

/** @param path where it is shown */
function addressOf(
  exam: RosterExam,
  { query, absent, after }: Partial<Pick<RosterPart, 'query' | 'absent' | 'after'>>,
  path = rosterPath(exam),
): string {
  const asked = new URLSearchParams({
    ...(query && { q: query }),
    ...(absent && { show: 'no-show' }),
    ...(after && { after }),
  }).toString();
  return `${path}${asked && `?${asked}`}`;
}

/** How far somebody's attempt has come, or why there is none. */
export function AttemptState({ startedAt, endedAt, absence }: Pick<StandingRow, 'startedAt' | 'endedAt' | 'absence'>) {
  if (endedAt) {
    return (
      <Status kind="good" icon="seal">
        Ended and sealed, <Moment at={endedAt} />
      </Status>
    );
  }
  if (startedAt) {
    return (
      <Status kind="notice" icon="clock">
        Recording since <Moment at={startedAt} />
      </Status>
    );
  }
  const { kind, icon, says } = STATES[absence];
  return <Status {...{ kind, icon }}>{says}</Status>;
}
