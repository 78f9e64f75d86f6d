import type { Child } from 'hono/jsx';
import { Moment } from '../ui/moment.tsx';
import { Notice } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import type { Access } from './attempt.ts';
import type { Stretch } from './chapter-times.ts';
import { Coverage, describeStretches } from './coverage-view.tsx';
import { DEGRADED, describeIncident, describeOutcome, describePurpose } from './words.ts';

interface AccessesProps {
  /** Null where custody, which keeps the ledger, cannot tell just now. */
  accesses: Access[] | null;
  /** Turns chapters into what they cover of the timeline. */
  timesOf: (chapters: Access['chapters']) => Stretch[];
}

/** Who has watched: what was watched (reported by the player) and what was allowed (proved by keys given out), apart. */
export function Accesses({ accesses, timesOf }: AccessesProps) {
  if (!accesses) {
    return (
      <section class="stack" aria-labelledby="watched">
        <h2 id="watched">Who has watched</h2>
        <Notice kind="notice">
          <p>
            This cannot be shown just now, because the key custody, which keeps these entries, is not answering. Nobody
            can newly be allowed to watch meanwhile, and no entry is lost. Open this page again in a few minutes.
          </p>
        </Notice>
      </section>
    );
  }
  const of = (...kinds: Access['kind'][]) => accesses.filter(({ kind }) => kinds.includes(kind));
  const viewed = of('viewed');
  const allowed = of('granted', 'released');
  const turnedDown = of('refused', 'segment-refused');
  const noted = of('incident');
  const decided = of('decided');
  return (
    <>
      <section class="stack" aria-labelledby="watched">
        <h2 id="watched">Who has watched</h2>
        {viewed.length === 0 && (
          <div class="empty">
            <p>Nobody has watched this recording.</p>
            <p class="hint">Whenever somebody is allowed to watch, or has watched, it is written here.</p>
          </div>
        )}
        {viewed.length > 0 && (
          <Table
            caption="Watched: what was really shown, as the player reported it"
            columns={['Who', 'When', 'Minutes of the recording', 'For what']}
            rows={viewed.map((access) => [
              <By access={access} />,
              <When access={access} />,
              describeStretches(access.intervals),
              describePurpose(access.purpose ?? ''),
            ])}
          />
        )}
        {allowed.length > 0 && (
          <>
            <h3>Who was allowed to watch</h3>
            <p>
              Being allowed does not mean having watched. A key opens the minutes named, for an hour at most, in that
              person’s browser only. Whoever wants to see more than the exam’s rules show has to say why, and you read
              it here.
            </p>
            {allowed.some(({ releaseMode }) => releaseMode === 'host-transient') && (
              <Notice kind="notice">
                <p>{DEGRADED}</p>
              </Notice>
            )}
            <Table
              caption="Allowed to watch: who signed for it, and which keys were given out"
              columns={['Who', 'When', 'What was allowed', 'For what']}
              rows={allowed.map((access) => [
                <By access={access} />,
                <When access={access} />,
                access.kind === 'granted' ? (
                  <Coverage access={access} timesOf={timesOf} />
                ) : (
                  `Keys to ${describeStretches(timesOf(access.chapters))}`
                ),
                <Purpose access={access} />,
              ])}
            />
          </>
        )}
        {noted.length > 0 && (
          <>
            <h3>What your browser noted</h3>
            <p>Your browser signed these while it recorded. They say where to look, and nothing else.</p>
            <Table
              caption="Noted while you sat the exam"
              columns={['What', 'When it was entered']}
              rows={noted.map((access) => [describeIncident(access.reason ?? ''), <When access={access} />])}
            />
          </>
        )}
        {turnedDown.length > 0 && (
          <>
            <h3>What was turned down</h3>
            <Table
              caption="Nothing of these was shown to anybody"
              columns={['Who', 'When', 'Why']}
              rows={turnedDown.map((access) => [
                <By access={access} />,
                <When access={access} />,
                describeRefusal(access),
              ])}
            />
          </>
        )}
      </section>
      <section class="stack" aria-labelledby="decisions">
        <h2 id="decisions">Decisions</h2>
        {decided.length === 0 && <p>Nothing has been decided about this attempt.</p>}
        {decided.map((access) => (
          <div class="card stack">
            <p>{describeOutcome(access.outcome ?? '')}</p>
            {access.reason && <p>Reason given: “{access.reason}”</p>}
            <p class="hint">
              <By access={access} />, <Moment at={access.at} />
            </p>
          </div>
        ))}
      </section>
    </>
  );
}

function By({ access }: { access: Access }): Child {
  return <>{access.by ?? 'Somebody who was not signed in'}</>;
}

function When({ access }: { access: Access }) {
  return (
    <>
      <Moment at={access.at} />
      {access.entry === null && ' (still open)'}
    </>
  );
}

function Purpose({ access }: { access: Access }) {
  return (
    <>
      {describePurpose(access.purpose ?? '')}
      {access.reason && `: “${access.reason}”`}
    </>
  );
}

function describeRefusal({ kind, reason }: Access): string {
  if (kind === 'segment-refused') return 'A piece of the recording was not as you sent it, and the player refused it.';
  return reason ?? 'The rules of this exam do not allow it.';
}
