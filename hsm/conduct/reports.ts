import { createHash, randomUUID } from 'node:crypto';
import { findExam } from '../../db/custody/exams.ts';
import * as rows from '../../db/custody/reports.ts';
import type { Custody } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { policyOf } from '../exams.ts';
import type { RepresentativeView } from '../register/representatives.ts';
import { inScope } from '../register/scope.ts';
import { holdsOf } from './holds.ts';
import { HOLDING_USES, type Holds, type ReportedUse, type ReportFiling, type ReportOutcome } from './report.ts';

/** Reports that wait for an answer at once: of one test taker, of nobody by name about one exam, of nobody by name, of all. */
const MOST_OF_ONE = 5;
const MOST_UNNAMED_OF_EXAM = 50;
const MOST_UNNAMED = 300;
const MOST = 3000;
/** What a privacy officer's list shows: of those that wait, and of answered ones. */
const WAITING_SHOWN = 200;
const ANSWERED_SHOWN = 100;

/** How a report stands, as its reporter sees it: without what they wrote, since others may see the page. */
export interface ReportStanding {
  use: ReportedUse;
  filedAt: string;
  /** Of a published exam; as they named it, of who needs no link for it. */
  title: string | null;
  /** Not told to who needs no link. */
  holds: Holds;
  answer: { outcome: ReportOutcome; words: string; at: string } | null;
}

/** A report as privacy officers see it. */
export interface ReportView extends ReportStanding {
  report: string;
  words: string;
  page: string;
  language: 'en' | 'de';
  exam: string | null;
  namedExam: string | null;
  reporter: rows.ReportRow['reporter'];
  candidate: string | null;
  hold: rows.ReportRow['hold'];
  /** Whether it is about an exam and of a use that holds one: it cannot wait. */
  pressing: boolean;
}

/** What waits for a privacy officer's answer. */
export interface ReportsWaiting {
  waiting: number;
  pressing: number;
}

/**
 * Takes a report. The same again, as from a browser that lost the answer, gives the same answer.
 * @returns when it was filed, and what it stops
 * @throws CustodyError reports-full; already-so where another report was filed under the number
 */
export async function fileReport(custody: Custody, filing: ReportFiling): Promise<{ filedAt: string; holds: Holds }> {
  const { number, reporter, ...told } = filing;
  const numberDigest = createHash('sha256').update(number).digest();
  const candidate = reporter.as === 'test-taker' ? reporter.candidate : null;
  const known = rows.findReportByNumber(custody.db, numberDigest);
  if (known) {
    if (known.use !== told.use || known.words !== told.words) throw new CustodyError('already-so', 'report');
    return { filedAt: known.filedAt, holds: known.holds };
  }
  requireRoom(custody, filing, candidate);
  const now = Date.now();
  const filedAt = new Date(now).toISOString();
  const holds = holdsOf(custody, filing, now);
  const id = randomUUID();
  const { use, exam } = told;
  const body = { report: id, use, exam, reporter: reporter.as, filedAt, holds, words: digestOf(told.words) };
  try {
    await custody.ledger.append([{ type: 'report-filed', body }], ([entry]) => {
      if (rows.findReportByNumber(custody.db, numberDigest)) throw new CustodyError('already-so');
      requireRoom(custody, filing, candidate);
      rows.insertReport(custody.db, {
        ...told,
        ...{ id, numberDigest, reporter: reporter.as, candidate, filedAt, entry: entry as number, holds },
        hold: holds === 'nothing' ? 'ended' : 'standing',
        ...{ act: null, outcome: null, answer: null, answeredAt: null },
      });
    });
  } catch (error) {
    // Twice at once: the second finds what the first one filed.
    if (error instanceof CustodyError && error.refusal === 'already-so') return fileReport(custody, filing);
    throw error;
  }
  return { filedAt, holds };
}

/** @param number as the reporter has it @throws CustodyError not-found */
export function readAnswer(custody: Custody, number: string): ReportStanding {
  const row = rows.findReportByNumber(custody.db, createHash('sha256').update(number).digest());
  if (!row) throw new CustodyError('not-found', 'report');
  return standingOf(custody, row);
}

/** @returns the reports that a test taker put their code to, the newest first */
export function listOwnReports(custody: Custody, exam: string, candidate: string): ReportStanding[] {
  return rows.listReportsOf(custody.db, exam, candidate).map((row) => standingOf(custody, row));
}

/**
 * @returns what waits for this person, first what cannot wait and then the oldest, and what was answered last
 * @throws CustodyError not-found to all but privacy officers
 */
export function listReports(custody: Custody, who: RepresentativeView): ReportView[] {
  if (!isOfficer(who)) throw new CustodyError('not-found', 'reports');
  const theirs = (row: rows.ReportRow) => answersFor(custody, who, row);
  const waiting = rows
    .listOpenReports(custody.db)
    .filter(theirs)
    .sort((one, other) => Number(isPressing(other)) - Number(isPressing(one)))
    .slice(0, WAITING_SHOWN);
  const answered = rows.listAnsweredReports(custody.db, ANSWERED_SHOWN).filter(theirs);
  return [...waiting, ...answered].map((row) => view(custody, row));
}

/** @throws CustodyError not-found for what this person does not answer for */
export function findReport(custody: Custody, who: RepresentativeView, id: string): ReportView {
  const row = rows.findReport(custody.db, id);
  if (!row || !isOfficer(who) || !answersFor(custody, who, row)) throw new CustodyError('not-found', 'report');
  return view(custody, row);
}

/** @returns null for all but privacy officers */
export function countWaiting(custody: Custody, who: RepresentativeView): ReportsWaiting | null {
  if (!isOfficer(who)) return null;
  const open = rows.countOpenByExam(custody.db).filter((row) => answersFor(custody, who, row));
  const sum = (those: typeof open) => those.reduce((total, { reports }) => total + reports, 0);
  return { waiting: sum(open), pressing: sum(open.filter(isPressing)) };
}

/** A report of an exam is its unit's officers'; any other one, and one about an exam that is not published, the whole institution's. */
export function unitOf({ db }: Pick<Custody, 'db'>, { exam }: Pick<rows.ReportRow, 'exam'>): string | null {
  const row = exam === null ? undefined : findExam(db, exam);
  return row ? policyOf(row).unit : null;
}

function requireRoom({ db }: Custody, { exam }: ReportFiling, candidate: string | null): void {
  const unnamed: rows.ReportRow['reporter'][] = ['link', 'anybody'];
  const full =
    candidate === null
      ? rows.countOpenReports(db, { reporters: unnamed }) >= MOST_UNNAMED ||
        (exam !== null && rows.countOpenReports(db, { reporters: unnamed, exam }) >= MOST_UNNAMED_OF_EXAM)
      : rows.countOpenReports(db, { reporters: ['test-taker'], ...(exam !== null && { exam }), candidate }) >=
        MOST_OF_ONE;
  if (full || rows.countOpenReports(db, { reporters: ['test-taker', ...unnamed] }) >= MOST) {
    throw new CustodyError('reports-full');
  }
}

function isOfficer({ roles }: RepresentativeView): boolean {
  return roles.includes('privacy-officer');
}

function answersFor(custody: Custody, who: RepresentativeView, row: Pick<rows.ReportRow, 'exam'>): boolean {
  return inScope(who, unitOf(custody, row));
}

function isPressing({ exam, use }: Pick<rows.ReportRow, 'exam' | 'use'>): boolean {
  return exam !== null && HOLDING_USES.includes(use);
}

function standingOf({ db }: Custody, row: rows.ReportRow): ReportStanding {
  const { use, filedAt, exam, namedExam, reporter, outcome, answer, answeredAt } = row;
  const answered = outcome !== null && answer !== null && answeredAt !== null;
  const title = (exam !== null && findExam(db, exam)?.title) || null;
  return {
    ...{ use, filedAt },
    // Whoever guesses titles shall not learn here whether there is such an exam.
    ...(reporter === 'anybody' ? { title: namedExam, holds: 'nothing' } : { title, holds: row.holds }),
    answer: answered ? { outcome, words: answer, at: answeredAt } : null,
  };
}

function view(custody: Custody, row: rows.ReportRow): ReportView {
  const { id: report, words, page, language, exam, namedExam, reporter, candidate, holds, hold } = row;
  return {
    ...standingOf(custody, row),
    title: (exam !== null && findExam(custody.db, exam)?.title) || null,
    ...{ report, words, page, language, exam, namedExam, reporter, candidate, holds, hold },
    pressing: isPressing(row),
  };
}

function digestOf(words: string): string {
  return createHash('sha256').update(words).digest('base64url');
}
