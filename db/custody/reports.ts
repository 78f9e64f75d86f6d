import { and, asc, count, desc, eq, inArray, isNotNull, isNull, ne } from 'drizzle-orm';
import type { CustodyDatabase } from './open.ts';
import { reports } from './schema.ts';

export type ReportRow = typeof reports.$inferSelect;

/** @throws when the number is taken */
export function insertReport(db: CustodyDatabase, row: ReportRow): void {
  db.insert(reports).values(row).run();
}

/** @param numberDigest SHA-256 of the number: how long the search takes says nothing of the number */
export function findReportByNumber(db: CustodyDatabase, numberDigest: Buffer): ReportRow | undefined {
  return db.select().from(reports).where(eq(reports.numberDigest, numberDigest)).get();
}

export function findReport(db: CustodyDatabase, id: string): ReportRow | undefined {
  return db.select().from(reports).where(eq(reports.id, id)).get();
}

/** @returns those of somebody about their exam that they put their code to, the newest first */
export function listReportsOf(db: CustodyDatabase, exam: string, candidate: string): ReportRow[] {
  const own = and(eq(reports.exam, exam), eq(reports.candidate, candidate));
  return db.select().from(reports).where(own).orderBy(desc(reports.entry)).all();
}

/** @returns those that nobody has answered, the oldest first */
export function listOpenReports(db: CustodyDatabase): ReportRow[] {
  return db.select().from(reports).where(isNull(reports.answeredAt)).orderBy(asc(reports.entry)).all();
}

/** @returns those answered last, the newest answer first */
export function listAnsweredReports(db: CustodyDatabase, most: number): ReportRow[] {
  const answered = isNotNull(reports.answeredAt);
  return db.select().from(reports).where(answered).orderBy(desc(reports.answeredAt)).limit(most).all();
}

/** @returns how many of the reporters named wait for an answer, about one exam or about all */
export function countOpenReports(
  db: CustodyDatabase,
  by: { reporters: ReportRow['reporter'][]; exam?: string; candidate?: string },
): number {
  const { reporters, exam, candidate } = by;
  const those = and(
    isNull(reports.answeredAt),
    inArray(reports.reporter, reporters),
    exam === undefined ? undefined : eq(reports.exam, exam),
    candidate === undefined ? undefined : eq(reports.candidate, candidate),
  );
  return db.select({ reports: count() }).from(reports).where(those).get()?.reports ?? 0;
}

/** @returns answered reports of this use about the exam, the newest answer first */
export function listAnsweredOf(db: CustodyDatabase, exam: string, use: ReportRow['use']): ReportRow[] {
  const those = and(eq(reports.exam, exam), eq(reports.use, use), isNotNull(reports.answeredAt));
  return db.select().from(reports).where(those).orderBy(desc(reports.answeredAt)).all();
}

/** @returns how many wait for an answer, by exam and use; asked for with each page of a privacy officer */
export function countOpenByExam(db: CustodyDatabase): (Pick<ReportRow, 'exam' | 'use'> & { reports: number })[] {
  return db
    .select({ exam: reports.exam, use: reports.use, reports: count() })
    .from(reports)
    .where(isNull(reports.answeredAt))
    .groupBy(reports.exam, reports.use)
    .all();
}

/** A report that stops something of its exam. */
export type HoldRow = Pick<ReportRow, 'exam' | 'use' | 'filedAt' | 'holds' | 'hold'>;

/** @returns reports whose hold has not ended, the oldest first: of one exam or of all */
export function listHolds(db: CustodyDatabase, exam?: string): HoldRow[] {
  const { use, filedAt, holds, hold, entry } = reports;
  return db
    .select({ exam: reports.exam, use, filedAt, holds, hold })
    .from(reports)
    .where(and(ne(hold, 'ended'), exam === undefined ? undefined : eq(reports.exam, exam)))
    .orderBy(asc(entry))
    .all();
}

/** @returns whether it was open */
export function answerReport(
  db: CustodyDatabase,
  id: string,
  answer: Pick<ReportRow, 'act' | 'outcome' | 'answer' | 'answeredAt' | 'hold'>,
): boolean {
  const open = and(eq(reports.id, id), isNull(reports.answeredAt));
  return db.update(reports).set(answer).where(open).run().changes === 1;
}

/** Ends what upheld reports stopped until the exam's next version. */
export function endHoldsUntilRevised(db: CustodyDatabase, exam: string): void {
  const waiting = and(eq(reports.exam, exam), eq(reports.hold, 'until-revised'));
  db.update(reports).set({ hold: 'ended' }).where(waiting).run();
}
