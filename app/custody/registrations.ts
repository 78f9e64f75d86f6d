import type { Logger } from 'pino';
import {
  listRegistrations,
  listWaitingAttempts,
  queueRegistration,
  type RegistrationRow,
  settleRegistrations,
  withdrawRegistration,
} from '../../db/appliance/registrations.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { AppError } from '../errors.ts';
import type { Receipt, SignedStatement } from '../wire.ts';
import type { WebCustody } from './client.ts';

/** Attempts that are handed over side by side. */
const LANES = 8;
/** Chapters that custody is handed at once. */
const BATCH = 32;
const PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

type RegisteringCustody = Pick<
  WebCustody,
  'registerAttempt' | 'resumeAttempt' | 'registerChapter' | 'registerIncident' | 'sealAttempt'
>;
type PatientCustody = RegisteringCustody & Pick<WebCustody, 'registerChapters'>;

/** What custody registers of an attempt. */
interface Bodies {
  start: Parameters<WebCustody['registerAttempt']>[0];
  key: Parameters<WebCustody['resumeAttempt']>[1];
  chapter: { envelope: string };
  incident: SignedStatement;
  seal: SignedStatement;
}
interface Answers {
  start: { startedAt: string };
  key: { startedAt: string; resumedAt: string };
  chapter: { registeredAt: string };
  incident: { entry: number };
  seal: Receipt;
}
type Kind = keyof Bodies;

/** What a second registration of the same subject with other content is refused with. */
const CONFLICTS = {
  start: 'already-done',
  key: 'already-done',
  chapter: 'chapter-differs',
  incident: 'already-done',
  seal: 'attempt-sealed',
} as const;

/**
 * What attempts have to tell custody: told at once where custody answers, else kept durably and handed over, in order per
 * attempt, as soon as it does. Once something of an attempt waits, what comes later of it waits behind.
 */
export class Registrations {
  readonly #db: ApplianceDatabase;
  readonly #brisk: RegisteringCustody;
  readonly #patient: PatientCustody;
  readonly #log: Logger;
  /** Attempts of which something waits. */
  readonly #waiting: Set<string>;
  /** By attempt: what kept it from being handed over last, where that is no absence of custody. */
  readonly #faults = new Map<string, string>();
  /** Whether custody left the last thing unanswered: then nobody waits for it in vain. */
  #away = false;
  #pause = PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;
  #handingOver: Promise<void> | undefined;
  #closed = false;
  #sealed: ((attempt: string, seal: SignedStatement, receipt: Receipt) => Promise<void>) | undefined;

  /**
   * @param parts.brisk gives up soon: a test taker's browser waits for it
   * @param parts.patient is what the queue hands over through
   */
  constructor(parts: { db: ApplianceDatabase; brisk: RegisteringCustody; patient: PatientCustody; log: Logger }) {
    this.#db = parts.db;
    this.#brisk = parts.brisk;
    this.#patient = parts.patient;
    this.#log = parts.log;
    this.#waiting = new Set(listWaitingAttempts(parts.db));
  }

  /**
   * Begins to hand over what waits, also from before this process.
   * @param sealed is told of each seal that custody has entered; what it throws has it told again later
   */
  open(sealed: (attempt: string, seal: SignedStatement, receipt: Receipt) => Promise<void>): void {
    this.#sealed = sealed;
    if (this.#waiting.size > 0) this.#schedule(0);
  }

  /** Ends handing over; what waits stays. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#handingOver;
  }

  /** Registers a chapter. @param envelope canonical JSON, checked. @throws as {@link take} */
  async registerChapter(envelope: string): Promise<void> {
    const { attempt, recording, chapter } = JSON.parse(envelope) as Record<string, string>;
    await this.take('chapter', attempt as string, `${recording} ${chapter}`, { envelope });
  }

  /**
   * Has custody take something of an attempt, save its seal, or queues it where custody is away, sealed or slow. Durable on return either way.
   * @param subject tells this one from others of its kind that the attempt has
   * @param alongside changes the database together with the queue; called only where it has to wait, with the time that custody will
   *   be told; synchronous
   * @returns custody's answer; null where it waits
   * @throws AppError custody's refusal; where another one of the same subject waits: already-done, chapter-differs
   */
  async take<K extends Exclude<Kind, 'seal'>>(
    kind: K,
    attempt: string,
    subject: string,
    body: Bodies[K],
    alongside: (queuedAt: string) => void = () => {},
  ): Promise<Answers[K] | null> {
    if (!this.#away && !this.#waiting.has(attempt)) {
      try {
        return await tell(this.#brisk, kind, attempt, body);
      } catch (error) {
        if (!isPassing(error)) throw error;
        this.#log.warn({ attempt, kind, err: error }, 'custody is away: queued');
        this.#away = true;
      }
    }
    this.#queue(kind, attempt, subject, body, alongside);
    this.#wait(attempt);
    return null;
  }

  /**
   * Has custody enter an attempt's seal. It is queued before custody is told, together with the attempt's end: whenever web breaks off,
   * nothing gets in behind a seal that custody has entered, and the queue finishes what is left of it.
   * @param ending.end marks the attempt as ended in the database, at the time that it is queued; synchronous
   * @param ending.reopen takes that back where custody refuses; synchronous
   * @returns null where it waits. Where it does not, it stays queued until {@link keepSealReceipt}.
   * @throws AppError as {@link take}
   */
  async seal(
    attempt: string,
    seal: SignedStatement,
    ending: { end: (queuedAt: string) => void; reopen: () => void },
  ): Promise<Receipt | null> {
    const row = this.#queue('seal', attempt, '', seal, ending.end);
    const isNext = listRegistrations(this.#db, attempt, 1)[0]?.number === row.number;
    if (!this.#away && isNext) {
      try {
        const receipt = await tell(this.#brisk, 'seal', attempt, seal);
        this.#wait(attempt);
        return receipt;
      } catch (error) {
        if (!isPassing(error)) {
          // One that was there before is the queue's, which keeps the refusal.
          if (!row.known) withdrawRegistration(this.#db, row.number, ending.reopen);
          throw error;
        }
        this.#log.warn({ attempt, kind: 'seal', err: error }, 'custody is away: queued');
        this.#away = true;
      }
    }
    this.#wait(attempt);
    return null;
  }

  #queue<K extends Kind>(
    kind: K,
    attempt: string,
    subject: string,
    body: Bodies[K],
    alongside: (queuedAt: string) => void,
  ): RegistrationRow & { known: boolean } {
    const queuedAt = new Date().toISOString();
    const text = JSON.stringify(body);
    const row = queueRegistration(this.#db, { attempt, kind, subject, body: text, queuedAt }, () =>
      alongside(queuedAt),
    );
    if (row.body !== text) throw new AppError(CONFLICTS[kind]);
    if (row.refusal !== null) throw new AppError('refused', { sentence: row.refusal, status: 409 });
    return { ...row, known: row.queuedAt !== queuedAt };
  }

  #wait(attempt: string): void {
    this.#waiting.add(attempt);
    this.#schedule(this.#pause);
  }

  #schedule(pause: number): void {
    if (this.#timer || this.#handingOver || this.#closed || !this.#sealed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#handingOver = this.#handOver()
        .catch((err: unknown) => this.#log.error({ err }, 'handing over to custody failed'))
        .finally(() => {
          this.#handingOver = undefined;
          if (this.#waiting.size > 0) this.#schedule(this.#pause);
        });
    }, pause);
  }

  /** One pass over all attempts of which something waits. One that custody does not answer for is left to the next pass. */
  async #handOver(): Promise<void> {
    const attempts = [...this.#waiting];
    let taken = 0;
    const lane = async () => {
      for (let attempt = attempts.shift(); attempt && !this.#closed; attempt = attempts.shift()) {
        taken += await this.#handOverOf(attempt);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    if (taken > 0) {
      this.#away = false;
      this.#log.info({ taken, waiting: this.#waiting.size }, 'handed over to custody');
    }
    this.#pause = taken > 0 || this.#waiting.size === 0 ? PAUSE_MS : Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
  }

  /** @returns how many of the attempt custody took or refused */
  async #handOverOf(attempt: string): Promise<number> {
    let settled = 0;
    try {
      while (!this.#closed) {
        const rows = listRegistrations(this.#db, attempt, BATCH);
        const [first] = rows;
        if (!first) {
          this.#waiting.delete(attempt);
          this.#faults.delete(attempt);
          break;
        }
        const other = rows.findIndex(({ kind }) => kind !== 'chapter');
        const told = other === 0 ? [first] : rows.slice(0, other === -1 ? BATCH : other);
        const refusals = other === 0 ? [await this.#refusalOf(first)] : await this.#refusalsOf(told);
        // Until it is written down a crash only has custody told again what it knows.
        settleRegistrations(
          this.#db,
          told.map((row, i) => ({ number: row.number, refusal: this.#heed(row, refusals[i] ?? null) })),
        );
        settled += told.length;
      }
    } catch (err) {
      this.#tellFault(attempt, err);
    }
    return settled;
  }

  /** Logs what goes wrong with an attempt once, and not in every pass again. */
  #tellFault(attempt: string, err: unknown): void {
    const fault = err instanceof AppError ? err.code : String(err);
    if (fault === 'custody-away') return this.#log.debug({ attempt, err }, 'custody does not take it yet');
    if (this.#faults.get(attempt) === fault) return;
    this.#faults.set(attempt, fault);
    this.#log.error({ attempt, err }, 'cannot be handed over to custody; tried again and again');
  }

  #heed({ attempt, kind, subject }: RegistrationRow, refusal: string | null): string | null {
    // It counts for nothing, and what is kept of it would tell of an arrangement.
    if (kind === 'incident') return null;
    if (refusal !== null) this.#log.error({ attempt, kind, subject, refusal }, 'custody refused what had waited');
    return refusal;
  }

  /** @returns custody's sentence where it refuses for good. @throws what may pass */
  async #refusalOf(row: RegistrationRow): Promise<string | null> {
    try {
      await this.#tell(row);
      return null;
    } catch (error) {
      if (isPassing(error)) throw error;
      return (error as AppError).sentence;
    }
  }

  /** @returns for each of these chapters as for {@link #refusalOf} */
  async #refusalsOf(rows: RegistrationRow[]): Promise<(string | null)[]> {
    const envelopes = rows.map(({ body }) => (JSON.parse(body) as Bodies['chapter']).envelope);
    try {
      return (await this.#patient.registerChapters(envelopes)).refusals;
    } catch (error) {
      if (isPassing(error)) throw error;
      // One that custody does not read has it refuse all. Which one that is shows when each is told by itself.
      const refusals = [];
      for (const row of rows) refusals.push(await this.#refusalOf(row));
      return refusals;
    }
  }

  async #tell({ kind, attempt, body, queuedAt }: RegistrationRow): Promise<void> {
    const content = JSON.parse(body) as Bodies[Kind];
    const late = kind === 'start' || kind === 'key' ? { ...content, takenAt: queuedAt } : content;
    const answer = await tell(this.#patient, kind, attempt, late as Bodies[typeof kind]).catch((error: unknown) => {
      // Custody knows the attempt from another browser, which web's database does not, being an older one put back.
      const elsewhere = kind === 'start' && error instanceof AppError && error.code === 'already-done';
      if (!elsewhere) throw error;
      return tell(this.#patient, 'key', attempt, {
        publicKey: (content as Bodies['start']).publicKey,
        takenAt: queuedAt,
      });
    });
    if (kind === 'seal') await this.#sealed?.(attempt, content as SignedStatement, answer as Receipt);
  }
}

function tell<K extends Kind>(custody: RegisteringCustody, kind: K, attempt: string, body: Bodies[K]) {
  const by = {
    start: () => custody.registerAttempt(body as Bodies['start']),
    key: () => custody.resumeAttempt(attempt, body as Bodies['key']),
    chapter: () => custody.registerChapter((body as Bodies['chapter']).envelope),
    incident: () => custody.registerIncident(attempt, body as Bodies['incident']),
    seal: () => custody.sealAttempt(attempt, body as Bodies['seal']),
  };
  return by[kind]() as Promise<Answers[K]>;
}

/** Whether the same can go well later: custody is away, sealed or slow, or fails at something of its own. */
function isPassing(error: unknown): boolean {
  return error instanceof AppError ? error.retryable : true;
}
