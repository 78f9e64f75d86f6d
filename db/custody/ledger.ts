import { and, asc, count, desc, eq, gte, inArray, isNotNull, lt, max, sql } from 'drizzle-orm';
import { type CustodyDatabase, runEach, transact } from './open.ts';
import { ledgerCheckpoints, ledgerEntries } from './schema.ts';

export type LedgerQueries = ReturnType<typeof prepareLedgerQueries>;

/** Prepares the ledger's queries once; they run synchronously. */
export function prepareLedgerQueries(db: CustodyDatabase) {
  const { placeholder } = sql;
  return {
    insertEntry: db
      .insert(ledgerEntries)
      .values({
        number: placeholder('number'),
        type: placeholder('type'),
        salt: placeholder('salt'),
        body: placeholder('body'),
        leafHash: placeholder('leafHash'),
        concerns: placeholder('concerns'),
        enteredAt: placeholder('enteredAt'),
      })
      .prepare(),
    insertCheckpoint: db
      .insert(ledgerCheckpoints)
      .values({ size: placeholder('size'), note: placeholder('note') })
      .prepare(),
    lastCheckpoint: db.select().from(ledgerCheckpoints).orderBy(desc(ledgerCheckpoints.size)).prepare(),
    checkpointOfSize: db
      .select()
      .from(ledgerCheckpoints)
      .where(eq(ledgerCheckpoints.size, placeholder('size')))
      .prepare(),
    lastNumber: db
      .select({ number: max(ledgerEntries.number) })
      .from(ledgerEntries)
      .prepare(),
    entry: db
      .select()
      .from(ledgerEntries)
      .where(eq(ledgerEntries.number, placeholder('number')))
      .prepare(),
    entriesFrom: db
      .select()
      .from(ledgerEntries)
      .where(gte(ledgerEntries.number, placeholder('number')))
      .orderBy(asc(ledgerEntries.number))
      .prepare(),
    /** Entries not erased that are about an attempt and have numbers below `size`. */
    entriesConcerning: db
      .select({
        number: ledgerEntries.number,
        type: ledgerEntries.type,
        body: sql<string>`${ledgerEntries.body}`,
        at: ledgerEntries.enteredAt,
      })
      .from(ledgerEntries)
      .where(
        and(
          eq(ledgerEntries.concerns, placeholder('attempt')),
          isNotNull(ledgerEntries.body),
          lt(ledgerEntries.number, placeholder('size')),
        ),
      )
      .orderBy(asc(ledgerEntries.number))
      .prepare(),
    /** Forgets what an entry said; its number, type and leaf hash stay, and so does the tree. */
    eraseEntry: db
      .update(ledgerEntries)
      .set({ salt: null, body: null, concerns: null })
      .where(eq(ledgerEntries.number, placeholder('number')))
      .prepare(),
  };
}

/** @returns how many refusals of these tries stand in the ledger about an attempt */
export function countRefusals(db: CustodyDatabase, attempt: string, tries: readonly string[]): number {
  const tried = sql`json_extract(${ledgerEntries.body}, '$.tried')`;
  const row = db
    .select({ refusals: count() })
    .from(ledgerEntries)
    .where(and(eq(ledgerEntries.concerns, attempt), eq(ledgerEntries.type, 'refused'), inArray(tried, [...tries])))
    .get();
  return row?.refusals ?? 0;
}

/** Tries works as {@link runEach} does, and takes everything back. @returns for each how it went */
export function rehearse(db: CustodyDatabase, works: readonly (() => void)[]): PromiseSettledResult<void>[] {
  let outcomes: PromiseSettledResult<void>[] = [];
  const takeBack = new Error('rehearsed');
  try {
    transact(db, (): void => {
      outcomes = runEach(db, works);
      throw takeBack;
    });
  } catch (error) {
    if (error !== takeBack) throw error;
  }
  return outcomes;
}
