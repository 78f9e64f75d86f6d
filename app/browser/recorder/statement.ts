import canonicalize from 'canonicalize';
import { type ChapterStatement, type SealStatement, type SignedStatement, toBase64url } from '../../wire.ts';
import { sha256 } from './exam-key.ts';
import type { AttemptKey, ChapterRecord } from './store.ts';

/** @returns the chapter's statement as canonical JSON; null when none of its segments reached the appliance */
export async function stateChapter(record: ChapterRecord): Promise<string | null> {
  const segments = record.segments.toSorted((a, b) => a.number - b.number);
  const present = segments.filter(({ number }) => !record.missing.includes(number));
  const first = present[0]?.number;
  const last = present.at(-1)?.number;
  if (first === undefined || last === undefined) return null;
  const statement: ChapterStatement = {
    type: 'chapter',
    attempt: record.attempt,
    recording: record.recording,
    chapter: record.chapter,
    first,
    last,
    missing: record.missing.filter((number) => number > first && number < last).toSorted((a, b) => a - b),
    digest: toBase64url(await digestOf(present.map(({ digest }) => digest))),
  };
  return canonicalize(statement) ?? '';
}

/**
 * @param records all chapters of the attempt; those without a statement have no segments
 * @param endedAt ISO 8601, UTC
 * @returns the seal's statement as canonical JSON
 */
export async function stateSeal(
  exam: string,
  attempt: string,
  records: ChapterRecord[],
  endedAt: string,
): Promise<string> {
  const recordings: SealStatement['recordings'] = [];
  for (const recording of new Set(records.map((record) => record.recording))) {
    const stated = records
      .filter((record) => record.recording === recording && record.statement !== null)
      .toSorted((a, b) => a.chapter - b.chapter);
    const digests = stated.map(({ statement }) => sha256(new TextEncoder().encode(statement ?? '')));
    recordings.push({
      recording,
      chapters: stated.length,
      segments: stated.reduce((sum, { segments, missing }) => sum + segments.length - missing.length, 0),
      digest: toBase64url(await digestOf(await Promise.all(digests))),
    });
  }
  const statement: SealStatement = { type: 'seal', exam, attempt, recordings, endedAt };
  return canonicalize(statement) ?? '';
}

/** Signs a statement with the attempt key: ECDSA P-256 with SHA-256, IEEE P1363. */
export async function sign(statement: string, key: AttemptKey): Promise<SignedStatement> {
  const bytes = new TextEncoder().encode(statement);
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.privateKey, bytes);
  return { statement, signature: toBase64url(new Uint8Array(signature)) };
}

async function digestOf(digests: Uint8Array<ArrayBuffer>[]): Promise<Uint8Array<ArrayBuffer>> {
  return sha256(new Uint8Array(await new Blob(digests).arrayBuffer()));
}
