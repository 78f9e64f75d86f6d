import canonicalize from 'canonicalize';
import {
  type ChapterStatement,
  type IncidentStatement,
  type SealStatement,
  type SignedStatement,
  toBase64url,
} from '../../wire.ts';
import { sha256 } from './exam-key.ts';
import type { AttemptKey, ChapterRecord, RecordedSegment } from './store.ts';

/**
 * @param segments all of the chapter, in the order of their numbers
 * @returns the chapter's statement as canonical JSON; null when none of its segments reached the appliance
 */
export async function stateChapter(record: ChapterRecord, segments: RecordedSegment[]): Promise<string | null> {
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
 * @param records all chapters that this browser made; those without a statement have no segments
 * @param earlier what the appliance says of recordings that other browsers made of the attempt
 * @param endedAt ISO 8601, UTC
 * @returns the seal's statement as canonical JSON
 */
export async function stateSeal(
  exam: string,
  attempt: string,
  records: ChapterRecord[],
  earlier: SealStatement['recordings'],
  endedAt: string,
): Promise<string> {
  const own: SealStatement['recordings'] = [];
  for (const recording of new Set(records.map((record) => record.recording))) {
    const signed = records
      .filter((record) => record.recording === recording)
      .toSorted((a, b) => a.chapter - b.chapter)
      .flatMap((record) => record.signed ?? []);
    const statements = signed.flatMap(({ statement }) => statement ?? []);
    const digests = statements.map((statement) => sha256(new TextEncoder().encode(statement)));
    own.push({
      recording,
      chapters: statements.length,
      segments: signed.reduce((sum, { segments }) => sum + segments, 0),
      digest: toBase64url(await digestOf(await Promise.all(digests))),
    });
  }
  const others = earlier.filter(({ recording }) => own.every((known) => known.recording !== recording));
  const statement: SealStatement = { type: 'seal', exam, attempt, recordings: [...own, ...others], endedAt };
  return canonicalize(statement) ?? '';
}

/** @returns the statement of what was noted, as canonical JSON */
export function stateIncident(incident: Omit<IncidentStatement, 'type'>): string {
  return canonicalize({ type: 'incident', ...incident } satisfies IncidentStatement) ?? '';
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
