import { amount } from '../../hsm/acts/wording.ts';
import { formatOffset } from '../ui/moment.tsx';
import type { Access } from './attempt.ts';
import { joinStretches, type Stretch } from './chapter-times.ts';
import { describeIncident } from './words.ts';

/** How much of a recording somebody was allowed to watch, and how that came about, in the words of a test taker's page. */
export function Coverage({
  access,
  timesOf,
}: {
  access: Access;
  timesOf: (chapters: Access['chapters']) => Stretch[];
}) {
  const { coverage, chapters } = access;
  if (!coverage) return <>Signed by name to watch</>;
  const { extent, registered, drawn, incidents, leftOut, signers, attempts } = coverage;
  const around = chapters.filter(({ chapter }) => !drawn.includes(chapter));
  const lot = chapters.filter(({ chapter }) => drawn.includes(chapter));
  return (
    <>
      {chapters.length === registered ? <strong>All of it: </strong> : <strong>A part of it: </strong>}
      {chapters.length} of {amount(registered, 'chapter')} that {registered === 1 ? 'was' : 'were'} recorded by then
      {lot.length > 0 && <>. Drawn by lot: {describeStretches(timesOf(lot))}</>}
      {extent === 'least-view' && around.length > 0 && (
        <>
          . Around what your browser noted ({nameIncidents(incidents)}): {describeStretches(timesOf(around))}
        </>
      )}
      {leftOut.length > 0 && <>. {amount(leftOut.length, 'chapter')} more around such notes stayed closed</>}
      {signers > 1 && <>. Two people signed for it</>}
      {attempts > 1 && <>. Signed for {attempts} recordings at once</>}
    </>
  );
}

/** @returns “0:00 to 5:00, 20:00 to 25:00” */
export function describeStretches(stretches: Stretch[]): string {
  const words = joinStretches(stretches).map(({ from, to }) => `${formatOffset(from)} to ${formatOffset(to)}`);
  return words.join(', ') || 'nothing';
}

function nameIncidents(incidents: NonNullable<Access['coverage']>['incidents']): string {
  return [...new Set(incidents.map(({ kind }) => describeIncident(kind)))].join(', ');
}
