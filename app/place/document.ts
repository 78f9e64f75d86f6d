import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { findDocument, insertDocument, listDocuments, removeDocument } from '../../db/appliance/documents.ts';
import { findAttemptOf } from '../../db/appliance/attempts.ts';
import type { ExamDocument } from '../../hsm/exam-setup.ts';
import type { TestTaker } from '../attempts/test-taker.ts';
import { AppError } from '../errors.ts';
import { readExam } from '../exams/exam.ts';
import type { Files } from './files.ts';
import type { OwnExam } from './own-exam.ts';

/** Documents of one exam; custody takes no more (hsm/exam-setup.ts). */
const MOST_DOCUMENTS = 10;
export const MOST_DOCUMENT_BYTES = 20 * 2 ** 20;

/**
 * Adds a file to a draft, once it is durable. What it is, its content says.
 * @throws AppError already-done once what is published is fixed, and for a file that is there already; not-supported; what
 *   {@link Files.store} throws
 */
export async function addDocument(
  { db, files }: { db: ApplianceDatabase; files: Files },
  own: OwnExam,
  { name, content }: { name: string; content: Uint8Array<ArrayBuffer> },
): Promise<void> {
  checkOpen(own);
  const type = typeOf(content);
  if (!type) {
    throw new AppError('not-supported', {
      sentence:
        'This file is neither a PDF, a PNG or JPEG image, nor plain text in UTF-8, whatever it is called. It was not added. Save it as one of these, and choose it again.',
    });
  }
  const stored = await files.store(own.exam, new Blob([content]).stream(), content.length);
  const row = { ...stored, exam: own.exam, name, type, addedAt: new Date().toISOString() };
  if (insertDocument(db, row, MOST_DOCUMENTS)) return;
  await files.remove(stored.id);
  throw new AppError('already-done', {
    sentence: `This file was not added: the exam has it already, or has ${MOST_DOCUMENTS} documents, which is as many as it can have.`,
  });
}

/** Takes a file out of a draft. @throws AppError not-found; already-done once what is published is fixed */
export async function takeOutDocument(
  { db, files }: { db: ApplianceDatabase; files: Files },
  own: OwnExam,
  id: string,
): Promise<void> {
  if (!findDocument(db, own.exam, id)) throw new AppError('not-found', { detail: 'document' });
  checkOpen(own);
  // Row before file: a crash in between leaves a file that the next start removes.
  removeDocument(db, own.exam, id);
  await files.remove(id);
}

function checkOpen({ published, waiting }: OwnExam): void {
  if (!published && !waiting) return;
  throw new AppError('already-done', {
    sentence: published
      ? 'The exam is published with the documents that it had then. Nothing was changed.'
      : 'The publication waits for its signature with the documents as they are, so nothing was changed. Take it back first.',
  });
}

/** @returns an exam's documents as they are published */
export function describeDocuments(db: ApplianceDatabase, exam: string): ExamDocument[] {
  return listDocuments(db, exam).map(({ name, type, bytes, digest }) => ({ name, type, bytes, digest }));
}

/**
 * Finds a document that a test taker's exam was published with, for as long as their attempt runs.
 * @param digest SHA-256, base64url
 * @returns its id and what it is
 * @throws AppError not-found, also before the attempt; attempt-sealed
 */
export function findShownDocument(
  db: ApplianceDatabase,
  testTaker: TestTaker,
  digest: string,
): ExamDocument & { id: string } {
  const { place } = readExam(db, testTaker.exam).setup;
  const published = place.kind === 'document' ? place.documents.find((one) => one.digest === digest) : undefined;
  const kept = listDocuments(db, testTaker.exam).find((one) => one.digest === digest);
  const attempt = findAttemptOf(db, testTaker.id);
  if (!attempt || !published || !kept) throw new AppError('not-found', { detail: 'document' });
  if (attempt.endedAt) throw new AppError('attempt-sealed');
  return { ...published, id: kept.id };
}

/** What files of each type begin with (ISO 32000-1 section 7.5.2; PNG section 5.2; ITU-T T.81 annex B). */
const BEGINNINGS: [ExamDocument['type'], string][] = [
  ['application/pdf', '%PDF-'],
  ['image/png', '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', '\xff\xd8\xff'],
];

/** @returns what a file is by its content; null for what is not shown */
export function typeOf(content: Uint8Array): ExamDocument['type'] | null {
  const head = Buffer.from(content.subarray(0, 16)).toString('latin1');
  const known = BEGINNINGS.find(([, beginning]) => head.startsWith(beginning));
  if (known) return known[0];
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
    return text === '' || /\p{Cc}/u.test(text.replaceAll(/[\t\n\f\r]/g, '')) ? null : 'text/plain';
  } catch {
    return null;
  }
}
