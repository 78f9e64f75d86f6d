import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { findCosignature } from '../hsm/ledger/cosignature.ts';
import {
  type Checkpoint,
  formatVerifierKey,
  NoteError,
  openCheckpoint,
  parseVerifierKey,
  type Verifier,
} from '../hsm/ledger/note.ts';
import { createFile, replaceFile } from './durable-file.ts';
import { WitnessError } from './errors.ts';

const COSIGNED = 'cosigned.json';
const LOCK = 'lock';

const content = z.strictObject({
  ledgers: z.array(z.strictObject({ key: z.string(), checkpoint: z.string().nullable() })),
});
type Content = z.infer<typeof content>;

/** A ledger that the witness watches. */
export interface Watched {
  ledger: Verifier;
  /** What it cosigned last; undefined before the first time. */
  last: Checkpoint | undefined;
}

/**
 * What a witness remembers: for each ledger the last checkpoint that it cosigned, in one file. A witness that has forgotten could be
 * shown another history, so a file that is missing or damaged is never made anew.
 */
export class Memory {
  readonly #path: string;
  readonly #witness: Verifier;

  private constructor(folder: string, witness: Verifier) {
    this.#path = join(folder, COSIGNED);
    this.#witness = witness;
  }

  /** Begins a witness's memory, in a folder that has none. */
  static begin(folder: string): void {
    createFile(join(folder, COSIGNED), format({ ledgers: [] }), 0o644);
  }

  /**
   * Opens it for this process alone, until {@link Memory.close}.
   * @throws WitnessError when it is missing, damaged, or another process has it
   */
  static open(folder: string, witness: Verifier): Memory {
    lock(folder);
    const memory = new Memory(folder, witness);
    try {
      memory.watched();
    } catch (error) {
      memory.close();
      throw error;
    }
    return memory;
  }

  close(): void {
    rmSync(join(this.#path, '..', LOCK), { force: true });
  }

  /** @returns the ledgers that it watches, as they stand on disk @throws WitnessError */
  watched(): Watched[] {
    return this.#read().ledgers.map(({ key, checkpoint }) => this.#check(key, checkpoint));
  }

  /** @throws WitnessError when it watches a ledger of this name already */
  add(ledger: Verifier): void {
    const { ledgers } = this.#read();
    if (this.watched().some((one) => one.ledger.name === ledger.name))
      throw new WitnessError(`This witness watches ${ledger.name} already, and keeps to the key that it knows.`);
    replaceFile(this.#path, format({ ledgers: [...ledgers, { key: formatVerifierKey(ledger), checkpoint: null }] }));
  }

  /** Remembers what was cosigned. Durable when it returns. @param note the checkpoint with the ledger's signature and the cosignature */
  remember(ledger: Verifier, note: string): void {
    const key = formatVerifierKey(ledger);
    const { ledgers } = this.#read();
    replaceFile(
      this.#path,
      format({ ledgers: ledgers.map((one) => (one.key === key ? { key, checkpoint: note } : one)) }),
    );
  }

  #read(): Content {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (cause) {
      throw new WitnessError(`The file “${COSIGNED}” cannot be read: it was lost. ${REMEDY}`, { cause });
    }
    try {
      return content.parse(JSON.parse(text));
    } catch (cause) {
      throw new WitnessError(`The file “${COSIGNED}” is damaged: it is not what this witness wrote. ${REMEDY}`, {
        cause,
      });
    }
  }

  #check(key: string, note: string | null): Watched {
    try {
      const ledger = parseVerifierKey(key);
      if (note === null) return { ledger, last: undefined };
      const { cosignature } = findCosignature(note, this.#witness);
      if (!cosignature) throw new NoteError('it lacks this witness’s own cosignature');
      return { ledger, last: openCheckpoint(note, ledger) };
    } catch (cause) {
      if (!(cause instanceof NoteError)) throw cause;
      throw new WitnessError(`The file “${COSIGNED}” is damaged: ${cause.message}. ${REMEDY}`, { cause });
    }
  }
}

const REMEDY =
  'Nothing is cosigned. Put the newest copy back. Without one, begin another witness, with a new key, in an empty folder: one that has ' +
  'forgotten what it saw must not go on under its old name.';

function format(memory: Content): string {
  return `${JSON.stringify(memory, null, 2)}\n`;
}

/** @throws WitnessError while another process has the folder */
function lock(folder: string): void {
  const path = join(folder, LOCK);
  for (;;) {
    try {
      createFile(path, String(process.pid), 0o644);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(readFileSync(path, 'utf8'));
    if (isRunning(holder))
      throw new WitnessError(
        `The process ${holder} works with this folder. End it first; if it is no witness, delete the file “${LOCK}”.`,
      );
    rmSync(path, { force: true });
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
