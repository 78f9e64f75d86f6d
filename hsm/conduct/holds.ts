import { hasAttempts, findExam, findNewestVersion } from '../../db/custody/exams.ts';
import { listAnsweredOf, type HoldRow, listHolds } from '../../db/custody/reports.ts';
import type { Custody } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { policyOf, setupOf } from '../exams.ts';
import { HOLDING_USES, type Holds, type ReportedUse, type ReportFiling } from './report.ts';

type Database = Pick<Custody, 'db'>;

/**
 * Milliseconds before an exam's window in which a report stops its start no more: nobody would be left to answer before hundreds stand
 * before a closed door, and whoever wanted that would only have to report late. It alerts the privacy officers at once instead.
 */
const TOO_LATE = 24 * 3_600_000;

/** What reports stop of an exam at present. Not who filed them, nor in which words. */
export interface HoldView {
  uses: ReportedUse[];
  /** Since when the first of them does: ISO 8601, UTC. */
  since: string;
  /** Whether attempts cannot begin either. */
  start: boolean;
  /** Whether somebody still has to answer one; otherwise the exam's next version ends it. */
  unanswered: boolean;
}

/**
 * What a report stops until it is answered, as things stand while it is filed:
 * of an exam that is not published, its publication; of one whose window begins in a day or later, its next version, and its start too
 * where the reporter holds a personal link of it. Nothing of an exam that runs, and nothing where the same use was answered for this exam
 * since it last changed, unless somebody puts their own code to it for the first time: who floods us with reports without a name
 * stops nothing for longer than the first answer takes.
 */
export function holdsOf({ db }: Database, filing: ReportFiling, now: number): Holds {
  const { exam, use, reporter } = filing;
  if (exam === null || !HOLDING_USES.includes(use)) return 'nothing';
  const row = findExam(db, exam);
  const changedAt = findNewestVersion(db, exam)?.at ?? '';
  const answered = listAnsweredOf(db, exam, use).filter(({ filedAt }) => filedAt >= changedAt);
  const heard =
    reporter.as === 'test-taker'
      ? answered.some(({ candidate }) => candidate === reporter.candidate)
      : answered.length > 0;
  if (heard) return 'nothing';
  if (!row) return 'publication';
  const opensAt = setupOf(row)?.opensAt ?? null;
  const over = Date.parse(policyOf(row).closesAt) <= now;
  if (over || opensAt === null || Date.parse(opensAt) - now < TOO_LATE || hasAttempts(db, exam)) return 'nothing';
  return reporter.as === 'anybody' ? 'publication' : 'start';
}

/** @returns what reports stop of the exam now; null for nothing */
export function viewHold({ db }: Database, exam: string): HoldView | null {
  return wordHold(listHolds(db, exam));
}

/** @returns the same for each exam of which something is stopped */
export function viewHolds({ db }: Database): Map<string, HoldView> {
  const byExam = new Map<string, HoldRow[]>();
  for (const row of listHolds(db)) {
    const id = row.exam as string;
    const others = byExam.get(id);
    if (others) others.push(row);
    else byExam.set(id, [row]);
  }
  return new Map([...byExam].map(([id, rows]) => [id, wordHold(rows) as HoldView]));
}

/** @throws CustodyError exam-held while a report that nobody has answered holds the exam */
export function requireNoHold(custody: Database, exam: string): void {
  if (viewHold(custody, exam)?.unanswered) throw new CustodyError('exam-held', exam);
}

/** @returns since when no attempt at the exam may begin, ISO 8601; null where one may */
export function startHeldSince({ db }: Database, exam: string): string | null {
  return listHolds(db, exam).find(({ holds }) => holds === 'start')?.filedAt ?? null;
}

function wordHold(rows: HoldRow[]): HoldView | null {
  const [first] = rows;
  if (!first) return null;
  return {
    uses: [...new Set(rows.map(({ use }) => use))],
    since: first.filedAt,
    start: rows.some(({ holds }) => holds === 'start'),
    unanswered: rows.some(({ hold }) => hold === 'standing'),
  };
}
