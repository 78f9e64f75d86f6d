import type { ExamRules } from './attempt.ts';

const DAY_MS = 86_400_000;

/** @returns when custody destroys the exam's key, from the exam's rules; ISO 8601, UTC */
export function keptUntil({ closesAt, retentionDays }: ExamRules['policy']): string {
  return new Date(Date.parse(closesAt) + retentionDays * DAY_MS).toISOString();
}
