import { type AttemptRow, findAttemptOf } from '../../db/appliance/attempts.ts';
import { type HandInRow, insertHandIn, listHandIns } from '../../db/appliance/hand-ins.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { ownTermsOf } from '../attempts/own-terms.ts';
import { endOf } from '../attempts/terms.ts';
import type { TestTaker } from '../attempts/test-taker.ts';
import { AppError } from '../errors.ts';
import type { RuleBook } from '../exams/rule-book.ts';
import type { HandIn } from '../wire.ts';
import type { Files } from './files.ts';

export const MOST_HAND_IN_BYTES = 20 * 2 ** 20;
/** Files of one attempt, earlier versions included. */
const MOST_HAND_INS = 60;
/** So long after the end of somebody's time an upload can still begin: a slow line shall cost nobody their answers. */
const GRACE_MS = 15 * 60_000;

export interface HandInParts {
  db: ApplianceDatabase;
  files: Files;
  rules: Pick<RuleBook, 'of'>;
}

/**
 * Takes a file that a test taker hands in; durable on return. The same file again, as after a lost answer, gives the same receipt.
 * @param file its name, and how many bytes it says that it has
 * @throws AppError not-found where nothing is handed in here, or the attempt has not begun; attempt-sealed, upload-closed,
 *   already-done where there are as many as there can be; what {@link Files.store} throws
 */
export async function takeHandIn(
  parts: HandInParts,
  testTaker: TestTaker,
  file: { name: string; bytes: number; content: ReadableStream<Uint8Array> },
): Promise<{ handIn: HandIn; entered: boolean }> {
  const { db, files } = parts;
  const { attempt, until } = await findPlace(parts, testTaker);
  if (attempt.endedAt) throw new AppError('attempt-sealed');
  if (Date.now() > Date.parse(until))
    throw new AppError('upload-closed', { sentence: (errors) => errors.handInOver(until) });
  const stored = await files.store(attempt.id, file.content, file.bytes);
  const row = { ...stored, attempt: attempt.id, name: file.name, handedInAt: new Date().toISOString() };
  const kept = insertHandIn(db, row, MOST_HAND_INS);
  if (!kept?.entered) await files.remove(stored.id);
  if (!kept) throw new AppError('already-done', { sentence: (errors) => errors.tooManyHandIns(MOST_HAND_INS) });
  return { handIn: describe(kept.row, true), entered: kept.entered };
}

/**
 * @returns what a test taker handed in, and until when they can hand in more: ISO 8601
 * @throws AppError not-found where nothing is handed in here, or the attempt has not begun
 */
export async function readHandIns(
  parts: Pick<HandInParts, 'db' | 'rules'>,
  testTaker: TestTaker,
): Promise<{ until: string; handIns: HandIn[] }> {
  const { attempt, until } = await findPlace(parts, testTaker);
  return { until, handIns: describeHandIns(parts.db, attempt.id) };
}

/** @returns what was handed in in an attempt, in its order, as the test taker's receipt has it */
export function describeHandIns(db: ApplianceDatabase, attempt: string): HandIn[] {
  const rows = listHandIns(db, attempt);
  return rows.map((row) => describe(row, lastOfName(rows, row)));
}

/** @returns whether a file is the last of its name among those of its attempt: the one that counts */
export function lastOfName(rows: readonly HandInRow[], { id, attempt, name }: HandInRow): boolean {
  return rows.findLast((one) => one.attempt === attempt && one.name === name)?.id === id;
}

async function findPlace({ db, rules }: Pick<HandInParts, 'db' | 'rules'>, testTaker: TestTaker) {
  const told = await rules.of(testTaker.exam);
  const attempt: AttemptRow | undefined = findAttemptOf(db, testTaker.id);
  if (!attempt || told.setup?.place.kind !== 'document') throw new AppError('not-found', { detail: 'hand-in' });
  const ends = endOf(ownTermsOf(db, told, testTaker), attempt.startedAt);
  return { attempt, until: new Date(Date.parse(ends) + GRACE_MS).toISOString() };
}

function describe({ name, bytes, digest, handedInAt }: HandInRow, counts: boolean): HandIn {
  return { name, bytes, digest, handedInAt, counts };
}
