import type { Refusal } from '../../hsm/errors.ts';
import { Moment } from '../ui/moment.tsx';
import { Notice } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import type { Access } from './attempt.ts';
import type { Stretch } from './chapter-times.ts';
import { Coverage, describeStretches } from './coverage-view.tsx';
import type { Words } from '../words/en.ts';
import { describeIncident, describePurpose } from './words.ts';

interface AccessesProps {
  words: Words;
  /** Null where custody, which keeps the ledger, cannot tell just now. */
  accesses: Access[] | null;
  /** Turns chapters into what they cover of the timeline. */
  timesOf: (chapters: Access['chapters']) => Stretch[];
}

/** Who has watched: what was watched (reported by the player) and what was allowed (proved by keys given out), apart. */
export function Accesses({ words, accesses, timesOf }: AccessesProps) {
  const told = words.attempt.accesses;
  if (!accesses) {
    return (
      <section class="stack" aria-labelledby="watched">
        <h2 id="watched">{told.heading}</h2>
        <Notice kind="notice">
          <p>{told.away}</p>
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
        <h2 id="watched">{told.heading}</h2>
        {viewed.length === 0 && (
          <div class="empty">
            <p>{told.nobody}</p>
            <p class="hint">{told.written}</p>
          </div>
        )}
        {viewed.length > 0 && (
          <Table
            caption={told.watched}
            columns={[told.who, told.when, told.minutes, told.purpose]}
            rows={viewed.map((access) => [
              <By words={words} access={access} />,
              <When words={words} access={access} />,
              describeStretches(words, access.intervals),
              describePurpose(words, access.purpose ?? ''),
            ])}
          />
        )}
        {allowed.length > 0 && (
          <>
            <h3>{told.whoAllowed}</h3>
            <p>{told.allowedText}</p>
            {allowed.some(({ releaseMode }) => releaseMode === 'host-transient') && (
              <Notice kind="notice">
                <p>{words.notice.degraded}</p>
              </Notice>
            )}
            <Table
              caption={told.allowed}
              columns={[told.who, told.when, told.extent, told.purpose]}
              rows={allowed.map((access) => [
                <By words={words} access={access} />,
                <When words={words} access={access} />,
                access.kind === 'granted' ? (
                  <Coverage words={words} access={access} timesOf={timesOf} />
                ) : (
                  told.keys(describeStretches(words, timesOf(access.chapters)))
                ),
                <Purpose words={words} access={access} />,
              ])}
            />
          </>
        )}
        {noted.length > 0 && (
          <>
            <h3>{told.notedHeading}</h3>
            <p>{told.notedText}</p>
            <Table
              caption={told.noted}
              columns={[told.what, told.entered]}
              rows={noted.map((access) => [
                describeIncident(words, access.reason ?? ''),
                <When words={words} access={access} />,
              ])}
            />
          </>
        )}
        {turnedDown.length > 0 && (
          <>
            <h3>{told.turnedDownHeading}</h3>
            <Table
              caption={told.turnedDown}
              columns={[told.who, told.when, told.why]}
              rows={turnedDown.map((access) => [
                <By words={words} access={access} />,
                <When words={words} access={access} />,
                describeRefusal(words, access),
              ])}
            />
          </>
        )}
      </section>
      <section class="stack" aria-labelledby="decisions">
        <h2 id="decisions">{told.decisions}</h2>
        {decided.length === 0 && <p>{told.undecided}</p>}
        {decided.map((access) => (
          <div class="card stack">
            <p>{words.attempt.outcomes[access.outcome ?? ''] ?? access.outcome}</p>
            {access.reason && (
              <p>
                {told.reason} {words.attempt.quoted(access.reason)}
              </p>
            )}
            <p class="hint">
              <By words={words} access={access} />, <Moment at={access.at} language={words.language} />
            </p>
          </div>
        ))}
      </section>
    </>
  );
}

interface OneAccess {
  words: Words;
  access: Access;
}

function By({ words: { attempt }, access }: OneAccess) {
  return <>{access.standing ? attempt.accesses.program : (access.by ?? attempt.accesses.stranger)}</>;
}

function When({ words, access }: OneAccess) {
  return (
    <>
      <Moment at={access.at} language={words.language} />
      {access.entry === null && ` ${words.attempt.accesses.stillOpen}`}
    </>
  );
}

function Purpose({ words, access }: OneAccess) {
  return (
    <>
      {describePurpose(words, access.purpose ?? '')}
      {access.reason && `: ${words.attempt.quoted(access.reason)}`}
    </>
  );
}

function describeRefusal({ language, attempt: { accesses } }: Words, { kind, reason, refusal }: Access): string {
  if (kind === 'segment-refused') return accesses.segmentRefused;
  // What custody says of it is English.
  return (language === 'en' ? reason : accesses.refusals[refusal as Refusal]) ?? accesses.notAllowed;
}
