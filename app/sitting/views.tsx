import { RosterShell, type RosterShellProps } from '../roster/views.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';
import { Moment } from '../ui/moment.tsx';
import { Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import type { Attendance, Counts, Part } from './attendance.ts';
import type { Lack } from './condition.ts';
import { STATES } from './standing.ts';

/** What is shown of an exam while it is sat. */
export interface SittingPart extends Part {
  rows: Attendance[];
  counts: Counts;
  pages: number;
  /** How many are found, over all pages. */
  found: number;
  /** Milliseconds. */
  now: number;
  /** Whether who looks may give more time. */
  runs: boolean;
  /** Minutes by which everybody's time was extended. */
  extended: number;
}

/** What an exam's counts are called, in the order in which they stand; a click shows those of one. */
const SHOWN: [Part['show'], string][] = [
  ['all', 'All'],
  ['help', 'Need help'],
  ['offline', 'Offline'],
  ['buffering', 'Buffering'],
  ['break', 'On a break'],
  ['recording', 'Recording'],
  ['finishing', 'Sending the rest'],
  ['finished', 'Finished'],
  ['not-started', 'Not started'],
  ['no-show', 'Did not begin'],
  ['elsewhere', 'Another way'],
];

const LACKS: Record<Lack, { icon: IconName; says: string }> = {
  camera: { icon: 'camera', says: 'No picture from the camera' },
  microphone: { icon: 'microphone', says: 'No sound' },
  screen: { icon: 'screen', says: 'Screen not shared' },
  room: { icon: 'box', says: 'No room left on the computer' },
};

/** An exam while it is sat: who has begun, how recording stands for each, and who needs help. States only. */
export function SittingPage({ part, ...shell }: RosterShellProps & { part: SittingPart }) {
  const { exam } = shell.exam;
  const { show, query } = part;
  return (
    <RosterShell {...shell} title="How the exam goes" below scripts={['htmx']}>
      <form class="row find" method="get" action={`/exams/${exam}/sitting`} role="search">
        {show !== 'all' && <input type="hidden" name="show" value={show} />}
        <div class="field">
          <label for="q">Find by name or code</label>
          <input id="q" name="q" type="search" value={query} maxlength={100} autocomplete="off" />
        </div>
        <button class="button">Find</button>
        {query && <a href={addressOf(exam, { show })}>Show all</a>}
        {part.runs && (
          <a class="button" href={`/exams/${exam}/extensions/new`}>
            <Icon name="clock" />
            Give everybody more time
          </a>
        )}
      </form>
      <noscript>
        <p class="hint">Load this page again to see how it stands then.</p>
      </noscript>
      <AttendancePart exam={exam} part={part} />
      <p class="hint">
        What stands here is what each recorder says of itself every ten seconds. Nothing of a recording is shown,
        nothing of this is kept, and none of it counts for or against anybody.
      </p>
    </RosterShell>
  );
}

/**
 * The counts and the table as they stand now. Where scripts run it asks for itself anew every five seconds, as long as somebody may
 * still begin or finish; an appliance that does not answer leaves what is there, with its time.
 */
export function AttendancePart({ exam, part }: { exam: string; part: SittingPart }) {
  const { rows, counts, show, query, page, pages, found, now, runs, extended } = part;
  const refresh = counts.finished + counts['no-show'] + counts.elsewhere < counts.all && {
    'hx-get': addressOf(exam, { show, query, page }, '/attendance'),
    'hx-trigger': 'every 5s',
    'hx-swap': 'outerMorph',
    'hx-status:401': 'target:#main select:#main',
    'hx-status:4xx': 'swap:none',
    'hx-status:5xx': 'swap:none',
  };
  const shown = SHOWN.filter(([name]) => name === 'all' || name === 'help' || name === show || counts[name] > 0);
  return (
    <div class="stack" id="attendance" {...refresh}>
      <nav class="row" aria-label="Who is shown">
        {shown.map(([name, says]) => (
          <a
            class="button tally"
            href={addressOf(exam, { show: name, query })}
            aria-current={name === show ? 'true' : undefined}
          >
            {says} <strong>{counts[name].toLocaleString('en')}</strong>
          </a>
        ))}
      </nav>
      <p class="hint">
        As of <Moment at={new Date(now).toISOString()} />
        {extended > 0 && `; everybody has ${extended} minutes more`}
        {query && `; ${found.toLocaleString('en')} found for “${query}”`}
      </p>
      {rows.length === 0 ? (
        <div class="empty">
          <p>{emptySentence(part)}</p>
        </div>
      ) : (
        <Table
          caption="Test takers, who needs help first"
          columns={['Test taker', 'Candidate', 'State', 'Their time', ...(runs ? ['More time'] : [])]}
          rows={rows.map((row) => [
            row.name,
            row.candidate,
            <Standing {...row} now={now} />,
            <Time {...row} now={now} />,
            ...(runs ? [<MoreTime {...row} exam={exam} />] : []),
          ])}
        />
      )}
      {pages > 1 && (
        <nav class="row" aria-label="Pages of test takers">
          {page > 1 && (
            <a class="button" href={addressOf(exam, { show, query, page: page - 1 })}>
              The ones before
            </a>
          )}
          <span class="hint">
            Page {page} of {pages}
          </span>
          {page < pages && (
            <a class="button" href={addressOf(exam, { show, query, page: page + 1 })}>
              The next ones
            </a>
          )}
        </nav>
      )}
    </div>
  );
}

/** How somebody stands, and what they need help with. */
function Standing({ state, lacks, waitingSeconds, breakUntil, heardAt, now }: Attendance & { now: number }) {
  const { kind, icon, says } = STATES[state];
  const silent = heardAt === null ? null : Math.round((now - Date.parse(heardAt)) / 1000);
  return (
    <>
      {lacks.map((lack) => (
        <>
          <Status kind="alarm" icon={LACKS[lack].icon}>
            {LACKS[lack].says}
          </Status>
          <br />
        </>
      ))}
      <Status {...{ kind, icon }}>{says}</Status>
      {breakUntil && (
        <span class="hint">
          {' '}
          until <Moment at={breakUntil} /> at most
        </span>
      )}
      {state === 'buffering' && (
        <span class="hint">
          {' '}
          {silent !== null && silent > 15 ? `nothing heard for ${silent} s` : `${waitingSeconds} s wait to be sent`}
        </span>
      )}
      {state === 'offline' && (
        <span class="hint">
          {' '}
          {heardAt ? (
            <>
              last heard <Moment at={heardAt} />
            </>
          ) : (
            'not heard for a while'
          )}
        </span>
      )}
    </>
  );
}

/** When somebody began, and until when they have time; who goes on beyond it is not cut off. */
function Time({ state, startedAt, endsAt, now }: Attendance & { now: number }) {
  if (startedAt === null) return <span class="hint">–</span>;
  return (
    <>
      from <Moment at={startedAt} />
      {endsAt !== null && state !== 'finishing' && (
        <>
          <br />
          to <Moment at={endsAt} />
          {Date.parse(endsAt) <= now && <span class="hint"> (over)</span>}
        </>
      )}
    </>
  );
}

/** The way to more time for one, of who can still use it. */
function MoreTime({ exam, candidate, name, state }: Attendance & { exam: string }) {
  if (state === 'finishing' || state === 'finished' || state === 'no-show' || state === 'elsewhere')
    return <span class="hint">–</span>;
  return (
    <a href={`/exams/${exam}/extensions/new?${new URLSearchParams({ candidate })}`}>
      Give<span class="unseen"> {name}</span> more time
    </a>
  );
}

function emptySentence({ show, query, counts }: SittingPart): string {
  if (counts.all === 0) return 'Nobody is on the roster of this exam yet.';
  if (query) return `Nobody who is shown here has a name or a code with words that begin like “${query}”.`;
  return show === 'help' ? 'Nobody needs help just now.' : 'Nobody stands like this just now.';
}

function addressOf(exam: string, { show, query, page }: Partial<Part>, below = ''): string {
  const asked = new URLSearchParams({
    ...(show && show !== 'all' && { show }),
    ...(query && { q: query }),
    ...(page && page > 1 && { page: String(page) }),
  }).toString();
  return `/exams/${exam}/sitting${below}${asked && `?${asked}`}`;
}
