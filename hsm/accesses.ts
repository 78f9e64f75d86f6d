import { type AttemptRow, countChapters, findAttempt, listAttemptsFor } from '../db/custody/attempts.ts';
import { listDecisions } from '../db/custody/acts.ts';
import { listGrantsOn } from '../db/custody/grants.ts';
import { findExam, isAssigned } from '../db/custody/exams.ts';
import { findRepresentative } from '../db/custody/register.ts';
import { grantedTo } from './arrangements.ts';
import type { Custody } from './custody.ts';
import { CustodyError, sentenceOf } from './errors.ts';
import { policyOf } from './exams.ts';
import type { RepresentativeView } from './register/representatives.ts';
import type { Interval } from './viewing.ts';
import type { Chapter, Selection } from './grants/selection.ts';
import type { ReleaseMode } from './token/templates.ts';

/** One thing that happened to an attempt's recording, for the test taker and for those who review it. */
export interface Access {
  kind: (typeof KINDS)[keyof typeof KINDS];
  /** ISO 8601, UTC. */
  at: string;
  /** The representative's name; null where nobody in particular did it. */
  by: string | null;
  purpose: string | null;
  /** What was really shown, as the player reported. */
  intervals: Interval[];
  /** What was released, or of a grant, what it covers. */
  chapters: Chapter[];
  /** How much a grant covers, and how that came about; null of everything else, and of grants from before it was entered. */
  coverage: Coverage | null;
  /** Whether chapter keys stay inside the token as this exam's are released, of a grant and a release; null of everything else. */
  releaseMode: ReleaseMode | null;
  outcome: string | null;
  /** Of an incident, what was noted. */
  reason: string | null;
  /** Of a refusal, its name: the reason is its sentence, in English. */
  refusal: string | null;
  /** Whether it was a program's, by standing permission. */
  standing: boolean;
  /** Index of the entry in the ledger; null for a view that is still going on. */
  entry: number | null;
}

/** What a grant covers of an attempt. */
export interface Coverage extends Pick<Selection, 'registered' | 'drawn' | 'incidents' | 'leftOut'> {
  extent: 'least-view' | 'all';
  /** How many people signed for it, and for how many attempts at once. */
  signers: number;
  attempts: number;
}

/** An attempt as the room lists it. */
export interface AttemptView {
  attempt: string;
  exam: string;
  title: string;
  candidate: string;
  startedAt: string;
  sealedAt: string | null;
  /** Whether it was custody that ended it, without a seal of the test taker's browser. */
  closed: boolean;
  recordings: { recording: string; chapters: number }[];
  decisions: { by: string; outcome: string; reason: string; decidedAt: string }[];
}

const KINDS = {
  'incident-noted': 'incident',
  granted: 'granted',
  released: 'released',
  viewed: 'viewed',
  'segment-refused': 'segment-refused',
  refused: 'refused',
  decided: 'decided',
  'attempt-resumed': 'resumed',
  'attempt-sealed': 'sealed',
  'attempt-closed': 'closed',
} as const;

/** Who opened a recording where no person did. */
const PROGRAM = 'A program, by standing permission';

/**
 * Opens the ledger's entries about one attempt, oldest first; several releases under one grant are told as one. A view that is
 * still going on stands last, without an entry.
 */
export function listAccesses(custody: Custody, attempt: string): Access[] {
  const grants = new Map(listGrantsOn(custody.db, attempt).map((grant) => [grant.id, grant]));
  const accesses: Access[] = [];
  const releaseMode = releaseModeOf(custody, attempt);
  const releases = new Map<string, Access>();
  for (const entry of custody.ledger.concerning(attempt)) {
    const kind = KINDS[entry.type as keyof typeof KINDS];
    if (!kind) continue;
    const body = entry.body as Record<string, unknown>;
    const act = typeof body.act === 'string' && body.act.startsWith('{') ? JSON.parse(body.act) : {};
    const grant = grants.get(String(body.grant ?? act.act));
    const ground = String(body.grant);
    const earlier = kind === 'released' ? releases.get(ground) : undefined;
    const chapters = (body.chapters ?? []) as Access['chapters'];
    if (earlier) {
      for (const one of chapters) {
        if (!earlier.chapters.some((known) => known.recording === one.recording && known.chapter === one.chapter)) {
          earlier.chapters.push(one);
        }
      }
      continue;
    }
    const access: Access = {
      kind,
      at: kind === 'resumed' ? String(body.resumedAt) : entry.at,
      by: body.standing
        ? PROGRAM
        : (grant?.name ?? nameOf(custody, (body.representative ?? act.representative) as string | undefined)),
      purpose: (body.purpose as string) ?? act.purpose ?? grant?.purpose ?? null,
      intervals: (body.intervals ?? []) as Interval[],
      chapters,
      coverage: kind === 'granted' ? coverageOf(body, act) : null,
      releaseMode: kind === 'granted' || kind === 'released' ? releaseMode : null,
      outcome: act.outcome ?? null,
      reason: reasonOf(kind, body) ?? act.reason ?? (act.justification || null),
      refusal: kind === 'refused' ? String(body.refusal) : null,
      standing: Boolean(body.standing),
      entry: entry.number,
    };
    accesses.push(access);
    if (kind === 'released') releases.set(ground, access);
  }
  for (const grant of grants.values()) {
    const intervals = JSON.parse(grant.viewing) as Interval[];
    if (grant.endEntered || intervals.length === 0) continue;
    accesses.push({
      kind: 'viewed',
      at: grant.grantedAt,
      by: grant.name,
      purpose: grant.purpose,
      intervals,
      chapters: [],
      coverage: null,
      releaseMode: null,
      outcome: null,
      reason: null,
      refusal: null,
      standing: false,
      entry: null,
    });
  }
  return accesses;
}

/** Fixed for all releases of an exam when its key was made; keys from before there was another way stay inside the token. */
function releaseModeOf({ db }: Custody, attempt: string): ReleaseMode {
  const row = findAttempt(db, attempt);
  return (row && findExam(db, row.exam)?.releaseMode) ?? 'in-token';
}

/** What an entry says by itself; what is missing stands in the act. */
function reasonOf(kind: Access['kind'], body: Record<string, unknown>): string | undefined {
  if (kind === 'refused') return sentenceOf(String(body.refusal));
  if (kind === 'incident') return (JSON.parse(String(body.statement)) as { kind: string }).kind;
  return undefined;
}

/** Grants from before what they cover was entered say nothing of it. */
function coverageOf(body: Record<string, unknown>, act: Record<string, unknown>): Coverage | null {
  if (body.registered === undefined) return null;
  const { registered, drawn, incidents, leftOut } = body as unknown as Selection;
  const { batch } = act.scope as { batch?: string[] };
  return {
    ...{ registered, drawn, incidents, leftOut },
    extent: act.extent as Coverage['extent'],
    signers: (body.signatures as unknown[]).length,
    attempts: batch?.length ?? 1,
  };
}

/** @returns the attempts of the exams that the representative is assigned to */
export function listAttempts(custody: Custody, representative: RepresentativeView): AttemptView[] {
  return listAttemptsFor(custody.db, representative.id).map((row) => view(custody, row, row.title));
}

/** @throws CustodyError not-found when there is none or the representative is not assigned to its exam */
export function viewAttempt(custody: Custody, representative: RepresentativeView, id: string) {
  const row = findAttempt(custody.db, id);
  const exam = row && findExam(custody.db, row.exam);
  if (!row || !exam || !isAssigned(custody.db, exam.id, representative.id))
    throw new CustodyError('not-found', 'attempt');
  return {
    ...view(custody, row, exam.title),
    purposes: policyOf(exam).purposes,
    alg: exam.alg,
    unrecorded: grantedTo(custody, row)?.leftOut ?? [],
    accesses: listAccesses(custody, id),
  };
}

function view(custody: Custody, row: AttemptRow, title: string): AttemptView {
  return {
    attempt: row.id,
    exam: row.exam,
    title,
    candidate: row.candidate,
    startedAt: row.startedAt,
    sealedAt: row.sealedAt,
    closed: row.sealedAt !== null && row.seal === null,
    recordings: countChapters(custody.db, row.id),
    decisions: listDecisions(custody.db, row.id).map((decision) => ({
      by: decision.name,
      outcome: decision.outcome,
      reason: decision.reason,
      decidedAt: decision.decidedAt,
    })),
  };
}

function nameOf(custody: Custody, representative: string | undefined): string | null {
  return representative ? (findRepresentative(custody.db, representative)?.name ?? null) : null;
}
