/** How each test taker of an exam stands, from the roster and from what their recorders say. Pure: the clock is the caller's. */
import type { SittingRow } from '../../db/appliance/sitting.ts';
import { endOf, entryAt, type Terms } from '../attempts/terms.ts';
import type { Heard, Lack } from './condition.ts';

/** Milliseconds of silence, or of recording that waits, from which on somebody counts as buffering: three reports. */
const BUFFERING_MS = 30_000;
/** Milliseconds of silence from which on they count as offline. */
const OFFLINE_MS = 120_000;

/** In the order in which an administrator has to look. */
export const STATES = [
  'offline',
  'buffering',
  'finishing',
  'break',
  'recording',
  'not-started',
  'no-show',
  'elsewhere',
  'finished',
] as const;
export type State = (typeof STATES)[number];

/** How somebody stands who has not begun: they still may; the last entry that holds for them is over; or it was granted to them to sit the exam in another way. */
export type Absence = Extract<State, 'not-started' | 'no-show' | 'elsewhere'>;

/** Somebody who sits the exam, or does not. Moments are ISO 8601, UTC. */
export interface Attendance {
  candidate: string;
  name: string;
  state: State;
  /** Of what is recorded, what gives nothing just now: what they need help with. */
  lacks: readonly Lack[];
  /** Seconds of recording that waited to be sent when they were heard last. */
  waitingSeconds: number;
  /** Until when a break that they are on may last; null where they are on none. */
  breakUntil: string | null;
  /** When that was; null where they are not expected to say anything, and before anything was heard here. */
  heardAt: string | null;
  startedAt: string | null;
  /** When their time is over, of who has begun and not finished. */
  endsAt: string | null;
}

/** What a page shows of it: who needs help, those in one state, or all; and whose name or code begins so. */
export interface Part {
  show: State | 'help' | 'all';
  query: string;
  /** From 1. */
  page: number;
}

/** @param elsewhere whether they sit the exam in another way @param now milliseconds @returns how somebody stands who has not begun */
export function absenceOf(terms: Terms, elsewhere: boolean, now: number): Absence {
  if (elsewhere) return 'elsewhere';
  return entryAt(terms, now) === 'late' ? 'no-show' : 'not-started';
}

/**
 * @param elsewhere whether it was granted to them to sit the exam in another way
 * @param heard what their recorder said last, where it said anything
 * @param since from when on anything could be heard, ms: before that silence says nothing
 * @param now milliseconds
 */
export function attendanceOf(
  row: SittingRow,
  terms: Terms,
  { elsewhere, heard, since, now }: { elsewhere: boolean; heard: Heard | undefined; since: number; now: number },
): Attendance {
  const { candidate, name, startedAt, endedAt } = row;
  const quiet = {
    ...{ candidate, name, lacks: [], waitingSeconds: 0, breakUntil: null },
    ...{ heardAt: null, startedAt, endsAt: null },
  };
  if (startedAt === null) return { ...quiet, state: absenceOf(terms, elsewhere, now) };
  if (endedAt !== null) return { ...quiet, state: 'finished' };
  const silence = now - (heard?.at ?? Math.max(since, Date.parse(startedAt)));
  const waitingSeconds = heard?.waitingSeconds ?? 0;
  const rests = heard?.breakSeconds === undefined ? 0 : heard.at + heard.breakSeconds * 1000;
  // Who is on a break may close their computer.
  const state = rests > now ? 'break' : stateOf(heard?.phase ?? 'recording', silence, waitingSeconds * 1000);
  return {
    ...quiet,
    state,
    // What is long past is told as silence.
    lacks: heard && (state === 'recording' || state === 'buffering') ? heard.lacks : [],
    waitingSeconds,
    breakUntil: state === 'break' ? new Date(rests).toISOString() : null,
    heardAt: heard ? new Date(heard.at).toISOString() : null,
    endsAt: endOf(terms, startedAt),
  };
}

function stateOf(phase: Heard['phase'], silence: number, waiting: number): State {
  if (silence > OFFLINE_MS) return 'offline';
  if (phase === 'finishing') return 'finishing';
  return silence > BUFFERING_MS || waiting > BUFFERING_MS ? 'buffering' : 'recording';
}

export type Counts = Record<State | 'help' | 'all', number>;

/** @returns how many stand how, over all of them */
export function countAttendance(all: readonly Attendance[]): Counts {
  const states = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
  const counts: Counts = { ...states, help: 0, all: all.length };
  for (const { state, lacks } of all) {
    counts[state]++;
    if (lacks.length > 0) counts.help++;
  }
  return counts;
}

/** @returns those whom a page shows, who needs help first, then as {@link STATES}; each as they came otherwise */
export function partOf(all: readonly Attendance[], { show, query }: Pick<Part, 'show' | 'query'>): Attendance[] {
  const looked = query.toLocaleLowerCase();
  const fits = (one: Attendance) =>
    (show === 'all' || (show === 'help' ? one.lacks.length > 0 : one.state === show)) &&
    (looked === '' || ` ${one.name} ${one.candidate}`.toLocaleLowerCase().includes(` ${looked}`));
  const rank = ({ state, lacks }: Attendance) => (lacks.length > 0 ? -1 : STATES.indexOf(state));
  return all.filter(fits).sort((one, other) => rank(one) - rank(other));
}
