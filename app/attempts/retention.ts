import { AppError } from '../errors.ts';
import type { ExamRules } from '../exams/rule-book.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** @returns when custody destroys the exam's key, from the exam's rules; ISO 8601, UTC */
export function keptUntil({
  closesAt,
  retentionDays,
}: Pick<ExamRules['policy'], 'closesAt' | 'retentionDays'>): string {
  return new Date(Date.parse(closesAt) + retentionDays * DAY_MS).toISOString();
}

/** @returns until when what was recorded is taken in, from the exam's rules; ISO 8601, UTC */
export function uploadBy({ closesAt, uploadHours }: Pick<ExamRules['policy'], 'closesAt' | 'uploadHours'>): string {
  return new Date(Date.parse(closesAt) + uploadHours * HOUR_MS).toISOString();
}

/** @throws AppError upload-closed, with a sentence that says until when it was, once that time is over */
export function checkUpload(policy: ExamRules['policy']): void {
  const until = uploadBy(policy);
  if (Date.now() <= Date.parse(until)) return;
  throw new AppError('upload-closed', { sentence: (errors) => errors.uploadOver(until) });
}
