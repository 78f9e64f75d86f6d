import type { Access } from '../room/custody.ts';
import { Moment, formatOffset } from '../ui/moment.tsx';
import { Table } from '../ui/table.tsx';
import { describeOutcome, describePurpose } from './words.ts';

/** Who has watched: what was allowed (proved by keys given out) and what was watched (reported by the player), apart. */
export function Accesses({ accesses }: { accesses: Access[] }) {
  const of = (kind: Access['kind']) => accesses.filter((access) => access.kind === kind);
  const [released, viewed, refused, decided] = [of('released'), of('viewed'), of('refused'), of('decided')];
  return (
    <section class="stack" aria-labelledby="watched">
      <h2 id="watched">Who has watched</h2>
      {viewed.length === 0 && (
        <div class="empty">
          <p>Nobody has watched this recording.</p>
          <p class="hint">Whenever somebody is allowed to watch or has watched, you see it here.</p>
        </div>
      )}
      {viewed.length > 0 && (
        <Table
          caption="Watched: what the player reported as really shown"
          columns={['Who', 'When', 'Minutes of the recording', 'For what']}
          rows={viewed.map(row)}
        />
      )}
      {released.length > 0 && (
        <>
          <h3>Allowed to watch</h3>
          <p>
            These people were given the key to the minutes named. It does not mean that they watched all of them; the
            keys end after an hour at most.
          </p>
          <Table
            caption="Allowed to watch: keys that were given out"
            columns={['Who', 'When', 'Minutes of the recording', 'For what']}
            rows={released.map(row)}
          />
        </>
      )}
      {refused.length > 0 && (
        <>
          <h3>Refused</h3>
          <p>These tries to reach your recording were turned down. Nothing was shown.</p>
          <Table
            caption="Tries that were refused"
            columns={['Who', 'When', 'Why']}
            rows={refused.map((access) => [
              access.by ?? 'Unknown',
              <Moment at={access.at} />,
              access.reason ?? 'The rules of this exam do not allow it.',
            ])}
          />
        </>
      )}
      <h2>Decisions</h2>
      {decided.length === 0 && <p>Nothing has been decided about this attempt.</p>}
      {decided.map((access) => (
        <div class="card stack">
          <p>{describeOutcome(access.outcome ?? '')}</p>
          {access.reason && <p>Reason given: “{access.reason}”</p>}
          <p class="hint">
            {access.by ?? 'A representative'}, <Moment at={access.at} />
          </p>
        </div>
      ))}
    </section>
  );
}

function row(access: Access) {
  return [
    access.by ?? 'A representative',
    <Moment at={access.at} />,
    describeIntervals(access.intervals),
    describePurpose(access.purpose ?? ''),
  ];
}

/** One line per stretch: several recordings of an attempt run side by side, so equal stretches are told once. */
function describeIntervals(intervals: Access['intervals']): string {
  const stretches = (intervals ?? []).map(({ from, to }) => `${formatOffset(from)} to ${formatOffset(to)}`);
  return [...new Set(stretches)].join(', ') || 'none';
}
