import type { Child } from 'hono/jsx';
import type { WitnessView } from '../../hsm/witnesses.ts';
import { Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { Notice, Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import type { Words } from '../words/en.ts';
import type { Reading } from '../words/language.ts';

interface CharterProps {
  reading: Reading;
  institution: string;
  /** Null where custody, which verifies what witnesses say, cannot tell just now. */
  witnesses: WitnessView[] | null;
}

/** What the institution promises and lets anybody check: that the record is witnessed, by whom, how freshly, and what that does not show. */
export function CharterPage({ reading, institution, witnesses }: CharterProps) {
  const { words } = reading;
  const { charter } = words;
  const known = witnesses ?? [];
  const link = (path: string) => (text: string) => <a href={path}>{text}</a>;
  const key = link('/ledger/verifier-key');
  return (
    <Page title={charter.title} place="exam" reading={reading}>
      <div class="stack">
        <p class="eyebrow">{institution}</p>
        <h1>{charter.title}</h1>
        <p class="lead">{charter.lead(institution)}</p>
        <section class="stack" aria-labelledby="witnesses">
          <h2 id="witnesses">{charter.heading}</h2>
          <p>{charter.record}</p>
          <p>{charter.role}</p>
          <Standing words={words} witnesses={witnesses} />
          {known.length > 0 && <Witnesses words={words} witnesses={known} />}
        </section>
        <section class="stack" aria-labelledby="limits">
          <h2 id="limits">{charter.limitsHeading}</h2>
          <ul>
            {charter.limits.map((limit) => (
              <li>{limit}</li>
            ))}
          </ul>
        </section>
        <section class="stack" aria-labelledby="check">
          <h2 id="check">{charter.checkHeading}</h2>
          <p>
            {known.some(({ last }) => last !== null)
              ? charter.files(link('/ledger/witnessed-checkpoint'), key)
              : charter.filesUnwitnessed(link('/ledger/checkpoint'), key)}
          </p>
          {known.length > 0 && (
            <>
              <p>{charter.keys}</p>
              <dl class="details">
                {known.map(({ name, verifierKey }) => (
                  <>
                    <dt>{name}</dt>
                    <dd>
                      <code>{verifierKey}</code>
                    </dd>
                  </>
                ))}
              </dl>
            </>
          )}
        </section>
      </div>
    </Page>
  );
}

/** Whether the record is witnessed, in one sentence. One witness whose word is fresh makes it so. */
function Standing({ words, witnesses }: { words: Words; witnesses: WitnessView[] | null }) {
  const { charter, language } = words;
  const say = (kind: 'good' | 'notice' | 'alarm', said: Child) => (
    <Notice kind={kind}>
      <p>{said}</p>
    </Notice>
  );
  const alas = (kind: 'notice' | 'alarm', [what, more]: [string, string]) =>
    say(
      kind,
      <>
        <strong>{what}</strong> {more}
      </>,
    );
  if (!witnesses) return alas('notice', charter.away);
  if (witnesses.length === 0) return alas('notice', charter.none);
  const fresh = witnesses.flatMap(({ fresh, last }) => (fresh && last ? [last] : []));
  const newest = fresh.sort((one, other) => other.entries - one.entries || other.at.localeCompare(one.at))[0];
  if (!newest) return alas('alarm', charter.lapsed);
  const told = charter.witnessed(<Moment at={newest.at} language={language} />, newest.entries);
  if (fresh.length === witnesses.length) return say('good', told);
  return say(
    'notice',
    <>
      {told} {charter.partly}
    </>,
  );
}

function Witnesses({ words, witnesses }: { words: Words; witnesses: WitnessView[] }) {
  const { charter, language } = words;
  const { caption, witness, last, entries, state } = charter.table;
  return (
    <Table
      caption={caption}
      columns={[witness, last, entries, state]}
      rows={witnesses.map((one) => [
        one.name,
        one.last ? <Moment at={one.last.at} language={language} /> : charter.nothing,
        one.last ? charter.confirmed(one.last.entries) : charter.nothing,
        <Status kind={one.fresh ? 'good' : 'notice'}>
          {one.fresh ? charter.fresh : one.last ? charter.stale : charter.never}
        </Status>,
      ])}
    />
  );
}
