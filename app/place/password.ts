import { findAttemptOf } from '../../db/appliance/attempts.ts';
import { findExamPassword, keepExamPassword, removeExamPassword } from '../../db/appliance/exam-passwords.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import type { TestTaker } from '../attempts/test-taker.ts';
import { AppError } from '../errors.ts';
import { readExam } from '../exams/exam.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { OwnExam } from './own-exam.ts';

/**
 * Keeps the password of the page that an exam is on, or removes it. What test takers are told, that there is one, is published: from
 * the proposal on it can be another one, and neither come nor go.
 * @param password empty to remove it
 * @throws AppError already-done where it may neither come nor go any more
 */
export function changePassword(db: ApplianceDatabase, own: OwnExam, password: string): void {
  const { exam, published, waiting } = own;
  const stands = published ? asksPassword(own) : findExamPassword(db, exam) !== undefined;
  if ((published || waiting) && stands !== (password !== '')) {
    throw new AppError('already-done', {
      sentence: stands
        ? 'Test takers are told that the page asks for a password, so it was not removed. Give another one, or take the publication back first where it still waits.'
        : 'The publication waits for its signature and says nothing of a password, so none was kept. Take the publication back, set the password, and propose it again.',
    });
  }
  if (password === '') removeExamPassword(db, exam);
  else keepExamPassword(db, exam, password);
}

/** @returns whether test takers of a published exam are told that its page asks for a password */
export function asksPassword({ published }: Pick<OwnExam, 'published'>): boolean {
  return published?.place.kind === 'elsewhere' && published.place.asksPassword === true;
}

/**
 * Hands a test taker the password of the page that their exam is on, at a moment at which their attempt is being recorded.
 * @throws AppError not-found where there is none, or the attempt has not begun; attempt-sealed; not-recorded
 */
export function handOutPassword(
  { db, recordings }: { db: ApplianceDatabase; recordings: Pick<Recordings, 'isRecorded'> },
  testTaker: TestTaker,
): string {
  const attempt = findAttemptOf(db, testTaker.id);
  const { setup } = readExam(db, testTaker.exam);
  if (!attempt || !asksPassword({ published: setup })) throw new AppError('not-found', { detail: 'password' });
  if (attempt.endedAt) throw new AppError('attempt-sealed');
  if (!recordings.isRecorded(attempt.id)) throw new AppError('not-recorded');
  const password = findExamPassword(db, testTaker.exam);
  if (password === undefined) throw new AppError('not-found', { detail: 'password' });
  return password;
}
