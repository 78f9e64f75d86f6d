import type { Logger } from 'pino';
import { findExamRules, keepExamRules } from '../../db/appliance/exams.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import type { WebCustody } from '../custody/client.ts';

/** An exam as custody enforces it: its rules, and its key with the appliance key's signature, which the recorder checks. */
export type ExamRules = Awaited<ReturnType<WebCustody['exam']>>;

/** Custody is asked again so much later: an exam's key never changes, its rules do by an act. */
const FRESH_MS = 10 * 60_000;
/** The same while somebody sits the exam: what is signed for them meanwhile shall not wait. */
export const LIVE_MS = 5_000;

/** What custody said of each exam, kept so that an exam goes on without custody. */
export class RuleBook {
  readonly #db: ApplianceDatabase;
  readonly #custody: Pick<WebCustody, 'exam'>;
  readonly #log: Logger;
  readonly #known = new Map<string, { rules: ExamRules; askedAt: number }>();

  constructor(parts: { db: ApplianceDatabase; custody: Pick<WebCustody, 'exam'>; log: Logger }) {
    this.#db = parts.db;
    this.#custody = parts.custody;
    this.#log = parts.log;
  }

  /**
   * @param fresh milliseconds after which custody is asked again, for the next one who asks here
   * @returns the exam's rules without waiting for custody, once it has told them; while a report keeps the exam from beginning, as they
   *   stand at this moment, if custody answers
   * @throws what custody throws where it never did
   */
  async of(exam: string, fresh = FRESH_MS): Promise<ExamRules> {
    const known = this.#known.get(exam) ?? this.#read(exam);
    if (!known) return this.#ask(exam);
    this.#known.set(exam, known);
    // It may have been lifted: nobody shall wait for longer than the answer takes.
    if (known.rules.heldSince) return this.#ask(exam).catch(() => known.rules);
    if (performance.now() - known.askedAt > fresh) {
      known.askedAt = performance.now();
      void this.renew(exam);
    }
    return known.rules;
  }

  /** Asks custody now; where it does not answer, what it said before stands. */
  async renew(exam: string): Promise<void> {
    await this.#ask(exam).catch((err: unknown) => this.#log.info({ err, exam }, 'exam rules stay as they were told'));
  }

  #read(exam: string) {
    const rules = findExamRules(this.#db, exam);
    return rules === undefined ? undefined : { rules: JSON.parse(rules) as ExamRules, askedAt: -Infinity };
  }

  async #ask(exam: string): Promise<ExamRules> {
    const rules = await this.#custody.exam(exam);
    const text = JSON.stringify(rules);
    if (text !== findExamRules(this.#db, exam)) {
      keepExamRules(this.#db, { id: exam, title: rules.title, unit: rules.policy.unit }, text);
    }
    this.#known.set(exam, { rules, askedAt: performance.now() });
    return rules;
  }
}
