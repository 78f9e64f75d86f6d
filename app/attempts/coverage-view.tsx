import { formatOffset } from '../ui/moment.tsx';
import type { Words } from '../words/en.ts';
import type { Access } from './attempt.ts';
import { joinStretches, type Stretch } from './chapter-times.ts';
import { describeIncident } from './words.ts';

/** How much of a recording somebody was allowed to watch, and how that came about, in the words of a test taker's page. */
export function Coverage({
  words,
  access,
  timesOf,
}: {
  words: Words;
  access: Access;
  timesOf: (chapters: Access['chapters']) => Stretch[];
}) {
  const { coverage, chapters } = access;
  const told = words.attempt.coverage;
  if (!coverage) return <>{told.signed}</>;
  const { extent, registered, drawn, incidents, leftOut, signers, attempts } = coverage;
  const around = chapters.filter(({ chapter }) => !drawn.includes(chapter));
  const lot = chapters.filter(({ chapter }) => drawn.includes(chapter));
  const noted = [...new Set(incidents.map(({ kind }) => describeIncident(words, kind)))].join(', ');
  return (
    <>
      <strong>{chapters.length === registered ? told.all : told.part} </strong>
      {told.extent(chapters.length, registered)}
      {lot.length > 0 && told.drawn(describeStretches(words, timesOf(lot)))}
      {extent === 'least-view' && around.length > 0 && told.around(noted, describeStretches(words, timesOf(around)))}
      {leftOut.length > 0 && told.closed(leftOut.length)}
      {signers > 1 && told.two}
      {attempts > 1 && told.batch(attempts)}
    </>
  );
}

/** @returns “0:00 to 5:00, 20:00 to 25:00” */
export function describeStretches({ attempt: { coverage } }: Words, stretches: Stretch[]): string {
  const joined = joinStretches(stretches).map(({ from, to }) => coverage.stretch(formatOffset(from), formatOffset(to)));
  return joined.join(', ') || coverage.nothing;
}
