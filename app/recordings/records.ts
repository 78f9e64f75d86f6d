/** What the JSON frames of a recording file hold, and the statements in them. Pure. */
import { createHash, createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import {
  GAP_CAUSES,
  type ChapterStatement,
  type Envelope,
  type IncidentStatement,
  RESTRICTIONS,
  type SealStatement,
  type SignedStatement,
} from '../wire.ts';

const uuid = z.uuid().lowercase();
const count = z.int().nonnegative().max(0xffffffff);
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
const digest = base64url.length(43);
/** Segments that one chapter may span; an hour has about 1,800 per source. */
const CHAPTER_SPAN = 100_000;

/** Microseconds that a recording's timeline may have: a week. */
export const TIMELINE_LIMIT = 7 * 24 * 3600 * 1e6;

export const headerRecord = z.strictObject({
  v: z.literal(1),
  exam: uuid,
  attempt: uuid,
  recording: uuid,
  source: z.enum(['camera', 'screen']),
  mimeType: z.string().min(1).max(200),
  startedAt: z.iso.datetime(),
  /** SubjectPublicKeyInfo, base64url. */
  attemptKey: base64url,
});
/** A recording file's first frame. */
export type HeaderRecord = z.infer<typeof headerRecord>;

export const gapRecord = z
  .strictObject({ from: z.int().nonnegative(), to: z.int().nonnegative(), cause: z.enum(GAP_CAUSES) })
  .refine((gap) => gap.from <= gap.to, 'ends before it begins');
/** A stretch of the timeline, in microseconds, in which nothing was recorded, and why. */
export type GapRecord = z.infer<typeof gapRecord>;

export const signedStatement = z.strictObject({ statement: z.string(), signature: base64url.length(86) });

/**
 * The last frame of a sealed recording. The receipt is kept as custody gave it. `key` is the attempt key that signed, as
 * SubjectPublicKeyInfo: the header's, or that of another browser in which the attempt went on. Where it is missing, the header's.
 */
export const sealRecord = signedStatement.extend({ key: base64url.optional(), receipt: z.unknown() });
export type SealRecord = z.infer<typeof sealRecord>;

const envelopeRecord: z.ZodType<Envelope> = z.strictObject({
  v: z.literal(1),
  alg: z.enum(['RSA-OAEP', 'RSA-OAEP-256']),
  exam: uuid,
  attempt: uuid,
  recording: uuid,
  chapter: count,
  kid: z.string().min(1).max(200),
  key: base64url.max(1400),
});

const chapterStatement: z.ZodType<ChapterStatement> = z
  .strictObject({
    type: z.literal('chapter'),
    attempt: uuid,
    recording: uuid,
    chapter: count,
    first: count,
    last: count,
    missing: z.array(count),
    digest,
  })
  .refine(({ first, last }) => first <= last && last - first < CHAPTER_SPAN, 'spans too few or too many segments')
  .refine(
    ({ first, last, missing }) =>
      missing.every((number, i) => number >= first && number <= last && number > (missing[i - 1] ?? -1)),
    'lists missing numbers that are out of range or order',
  );

const sealStatement: z.ZodType<SealStatement> = z.strictObject({
  type: z.literal('seal'),
  exam: uuid,
  attempt: uuid,
  recordings: z.array(z.strictObject({ recording: uuid, chapters: count, segments: count, digest })),
  endedAt: z.iso.datetime(),
});

const incidentStatement: z.ZodType<IncidentStatement> = z
  .strictObject({
    type: z.literal('incident'),
    attempt: uuid,
    recording: uuid,
    chapter: count,
    from: z.number().nonnegative(),
    to: z.number().nonnegative(),
    kind: z.enum(RESTRICTIONS),
  })
  .refine(({ from, to }) => from <= to, 'ends before it begins');

/** A record's text is not what it has to be; the message says in what. */
export class RecordError extends Error {}

/** @throws RecordError when the text is not the canonical JSON (RFC 8785) of an envelope */
export const readEnvelope = (text: string): Envelope => readCanonical(envelopeRecord, text, 'envelope');
/** @throws RecordError when the text is not the canonical JSON of a chapter's statement */
export const readChapterStatement = (text: string): ChapterStatement =>
  readCanonical(chapterStatement, text, 'chapter statement');
/** @throws RecordError when the text is not the canonical JSON of a seal's statement */
export const readSealStatement = (text: string): SealStatement => readCanonical(sealStatement, text, 'seal statement');
/** @throws RecordError when the text is not the canonical JSON of an incident's statement */
export const readIncidentStatement = (text: string): IncidentStatement =>
  readCanonical(incidentStatement, text, 'incident statement');

function readCanonical<T>(shape: z.ZodType<T>, text: string, name: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RecordError(`The ${name} is not JSON.`);
  }
  const result = shape.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new RecordError(`The ${name} does not fit: ${issue?.path.join('.') || 'it'}: ${issue?.message}.`);
  }
  if (canonicalize(value) !== text) throw new RecordError(`The ${name} is not canonical JSON.`);
  return result.data;
}

/**
 * Whether the attempt key signed this statement (ECDSA P-256 with SHA-256, signature as in IEEE P1363).
 * @param attemptKey SubjectPublicKeyInfo, base64url; whatever else it is has signed nothing
 */
export function isSignedBy(attemptKey: string, signed: SignedStatement): boolean {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(attemptKey, 'base64url'), format: 'der', type: 'spki' });
  } catch {
    return false;
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return false;
  const signature = Buffer.from(signed.signature, 'base64url');
  return verify('sha256', Buffer.from(signed.statement), { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** @returns the numbers that a chapter's statement says are stored, in order */
export function presentNumbers({ first, last, missing }: ChapterStatement): number[] {
  const absent = new Set(missing);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((number) => !absent.has(number));
}

/**
 * Digest of a chapter or of a recording: SHA-256 over the SHA-256 digests of its parts, base64url.
 * @param parts digests (32 bytes each) of the segments' bodies, or of the chapter statements' texts, in order
 */
export function digestOf(parts: Iterable<Uint8Array>): string {
  const total = createHash('sha256');
  for (const part of parts) total.update(part);
  return total.digest('base64url');
}

/** @returns SHA-256, 32 bytes */
export const sha256 = (bytes: Uint8Array | string): Buffer => hash('sha256', bytes, 'buffer');
