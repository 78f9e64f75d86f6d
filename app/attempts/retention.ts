import type { ExamRules } from './attempt.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** @returns when custody destroys the exam's key, from the exam's rules; ISO 8601, UTC */
export function keptUntil({ closesAt, retentionDays }: ExamRules['policy']): string {
  return new Date(Date.parse(closesAt) + retentionDays * DAY_MS).toISOString();
}

/** @returns until when custody takes in what was recorded, from the exam's rules; ISO 8601, UTC */
export function uploadBy({ closesAt, uploadHours }: ExamRules['policy']): string {
  return new Date(Date.parse(closesAt) + uploadHours * HOUR_MS).toISOString();
}
