import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { parseCheckpoint, splitNote } from '../../hsm/ledger/note.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { proveGrowth } from './growth.ts';
import { askWitness, TROUBLES, WitnessTrouble } from './question.ts';
import type { AskedWitness } from './setting.ts';

/** Milliseconds from one round to the next. */
const ROUND_MS = 60_000;

interface Parts {
  witnesses: readonly AskedWitness[];
  custody: Pick<WebCustody, 'ledgerFile' | 'keepCosignature'>;
  log: Logger;
  /** Milliseconds from one round to the next, where it is not a minute. */
  every?: number;
}

/**
 * Has outside witnesses cosign the ledger, each once a minute, whether it grew or not: a cosignature says how fresh it is. Nothing waits for
 * it, and nothing stops where it fails; custody verifies what comes of it.
 */
export class Witnessing {
  readonly #parts: Parts;
  readonly #stop = new AbortController();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Asks every witness at once, and from then on. Each at its own pace: one that hangs keeps no other waiting. */
  open(): void {
    for (const witness of this.#parts.witnesses) void this.#keepAsking(witness);
  }

  /** Asks no more, and says nothing any more. What is on its way is not waited for: nothing is lost with it. */
  close(): void {
    this.#stop.abort();
  }

  async #keepAsking(witness: AskedWitness): Promise<void> {
    const { log, every = ROUND_MS } = this.#parts;
    const { signal } = this.#stop;
    const { name } = witness.verifier;
    /** What it cosigned last, as far as this process knows. It says itself where that is wrong. */
    let last = 0;
    /** What went wrong the last time: said once, until it changes. */
    let said: string | undefined;
    while (!signal.aborted) {
      try {
        last = await this.#ask(witness, last);
        if (said !== undefined) log.info({ witness: name }, 'the witness cosigns again');
        said = undefined;
      } catch (error) {
        const { trouble, detail, cause } = asTrouble(error);
        // A connection fails in several ways for one cause.
        const now = trouble === 'away' ? trouble : `${trouble} ${detail}`;
        if (now !== said && !signal.aborted) {
          const line = { witness: name, trouble, detail, ...(trouble === 'custody' && { err: cause }) };
          if (trouble === 'other-history') log.error(line, TROUBLES[trouble]);
          else log.warn(line, TROUBLES[trouble]);
        }
        said = now;
      }
      await pause(every, undefined, { signal }).catch(() => undefined);
    }
  }

  /**
   * @param last entries of the checkpoint that the witness is thought to have cosigned last
   * @returns how many it has cosigned now
   * @throws WitnessTrouble
   */
  async #ask(witness: AskedWitness, last: number): Promise<number> {
    const { custody } = this.#parts;
    const askFrom = async (oldSize: number) => {
      const note = Buffer.from(await custody.ledgerFile('checkpoint')).toString('utf8');
      const { size } = parseCheckpoint(splitNote(note).text);
      if (oldSize > size) throw new WitnessTrouble('other-history', 'it saw more entries than there are');
      const proof = await proveGrowth(oldSize, size, custody.ledgerFile);
      return { oldSize, size, answer: await askWitness(witness, { oldSize, proof, note }) };
    };
    let asked = await askFrom(last);
    if ('from' in asked.answer && asked.answer.from !== last) asked = await askFrom(asked.answer.from);
    const { oldSize, size, answer } = asked;
    if ('from' in answer) {
      // It names the size that it was asked from, and nothing has to be proved from there: what it saw was another tree.
      if (answer.from === size && oldSize === size)
        throw new WitnessTrouble('other-history', 'it saw as many entries, but others');
      throw new WitnessTrouble('refused', 'status 409, twice');
    }
    const { line } = answer;
    await custody.keepCosignature({ size, line }).catch((error: AppError) => {
      throw new WitnessTrouble('not-kept', error.refusal ?? error.message, error);
    });
    return size;
  }
}

function asTrouble(error: unknown): WitnessTrouble {
  if (error instanceof WitnessTrouble) return error;
  return new WitnessTrouble('custody', error instanceof AppError ? error.message : 'unexpected', error);
}
