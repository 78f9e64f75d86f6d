/** Refusing what a browser states of its recordings. */
import canonicalize from 'canonicalize';
import { AppError } from '../errors.ts';
import type { SealStatement, SignedStatement } from '../wire.ts';
import type { Recording } from './recording.ts';
import { isSignedBy, readSealStatement, RecordError } from './records.ts';

/**
 * Checks what a seal says against what is stored of the attempt.
 * @param attempt with the keys of its browsers as SubjectPublicKeyInfo
 * @throws AppError malformed with a sentence
 */
export function checkSeal(
  attempt: { id: string; exam: string; keys: Buffer[] },
  signed: SignedStatement,
  stored: readonly Recording[],
): void {
  const statement = readOrRefuse(() => readSealStatement(signed.statement));
  if (statement.attempt !== attempt.id || statement.exam !== attempt.exam) refuse('The seal is for another attempt.');
  if (!attempt.keys.some((key) => isSignedBy(key.toString('base64url'), signed)))
    refuse('The seal is not signed by this attempt’s key.');
  const inOrder = (recordings: SealStatement['recordings']) =>
    canonicalize(
      recordings
        .filter(({ chapters, segments }) => chapters + segments > 0)
        .toSorted((a, b) => (a.recording < b.recording ? -1 : 1)),
    );
  if (inOrder(statement.recordings) !== inOrder(stored.map(({ summary }) => summary))) {
    refuse('The seal does not fit what is stored of this attempt.');
  }
}

/** @throws AppError malformed with this sentence */
export function refuse(sentence: string): never {
  throw new AppError('malformed', { sentence });
}

/** Reads what a browser sent. @throws AppError malformed with the sentence of the RecordError that `read` throws */
export function readOrRefuse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RecordError) refuse(error.message);
    throw error;
  }
}
