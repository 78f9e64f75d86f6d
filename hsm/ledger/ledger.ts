import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import { listCosignatures } from '../../db/custody/cosignatures.ts';
import { type LedgerQueries, prepareLedgerQueries, rehearse } from '../../db/custody/ledger.ts';
import { type CustodyDatabase, transact } from '../../db/custody/open.ts';
import type { Edge, Leaf } from './edge.ts';
import { CHECKPOINT, WITNESSED_CHECKPOINT } from './folder.ts';
import { canonicalBody, type EntryType, isEntryType, leafBytes, SALT_BYTES } from './leaf.ts';
import { createVerifier, formatCheckpoint, formatNote, formatVerifierKey, isSignedBy, type Verifier } from './note.ts';
import { Publisher } from './publisher.ts';
import { CERTIFICATE, type LogKeyCertificate } from './log-key.ts';
import type { Receipt } from './receipt.ts';
import { LedgerError, recover, type Sign } from './recovery.ts';
import { parseTilePath, tileHashReader, tileInTree } from './tiles.ts';
import { type Hash, hashLeaf, inclusionProof, verifyInclusion } from './tree.ts';

export { LedgerError } from './recovery.ts';

export interface LedgerOptions {
  db: CustodyDatabase;
  /** Folder of the public files: checkpoint, tiles, verifier key. */
  folder: string;
  /** Folder of the head kept apart from the database. */
  headFolder: string;
  /** Name of the ledger (C2SP tlog-checkpoint origin). */
  origin: string;
  /** Ed25519, 32 raw bytes. */
  publicKey: Uint8Array;
  sign: Sign;
  /** Whose cosignatures are shown below the checkpoints. */
  witnesses?: readonly Verifier[];
  /** The token's word for the key, where the token does not hold it itself; shown with each receipt. */
  certificate?: LogKeyCertificate | undefined;
  /** Told once when the ledger has stopped. The process should end: only opening the ledger again finds the way back. */
  onFatal?: (error: LedgerError) => void;
  log?: Logger;
}

export interface NewEntry {
  type: EntryType;
  /** Kept as canonical JSON; only its salted digest becomes public. */
  body: object;
  /** The attempt that the entry is about. */
  concerns?: string;
}

/** An entry as it is shown to whom it concerns. */
export interface OpenedEntry {
  number: number;
  type: string;
  body: unknown;
  /** ISO 8601, UTC. */
  at: string;
}

interface PreparedEntry extends Leaf {
  type: EntryType;
  salt: Buffer;
  body: string;
  concerns: string | null;
}

interface Append {
  entries: PreparedEntry[];
  apply: ((numbers: number[]) => void) | undefined;
  resolve: (entries: { number: number }[]) => void;
  reject: (error: unknown) => void;
}

/** An append's own work failed inside the transaction. */
class ApplyError extends Error {
  readonly append: Append;

  constructor(append: Append, cause: unknown) {
    super('apply failed', { cause });
    this.append = append;
  }
}

/**
 * The append-only record of everything that matters, as a C2SP tlog-tiles log. Appends that arrive while a group is being
 * written make up the next group: one signature, one transaction and one checkpoint for all of them.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #queries: LedgerQueries;
  readonly #verifier: Verifier;
  readonly #publisher: Publisher;
  /** The last checkpoint, its tree's right edge and root. */
  #note: string;
  #edge: Edge;
  #root: Hash;
  #queue: Append[] = [];
  #writing: Promise<void> | undefined;
  #stopped: Error | undefined;

  private constructor(options: LedgerOptions, queries: LedgerQueries, verifier: Verifier, edge: Edge, note: string) {
    this.#options = options;
    this.#queries = queries;
    this.#verifier = verifier;
    this.#publisher = new Publisher(options, (error) => this.#stop(error));
    this.#note = note;
    this.#edge = edge;
    this.#root = edge.root();
  }

  /**
   * Opens the ledger, finishing what its last process left half done, or begins an empty one.
   * @throws LedgerError when what is there is not the ledger that was signed last; NoteError when origin or key are unfit
   */
  static async open(options: LedgerOptions): Promise<Ledger> {
    const { db, folder, headFolder, origin, publicKey, sign } = options;
    const queries = prepareLedgerQueries(db);
    const verifier = createVerifier(origin, publicKey);
    const { edge, note } = await recover({ queries, folder, headFolder, verifier, sign });
    const ledger = new Ledger(options, queries, verifier, edge, note);
    ledger.publishCosignatures();
    return ledger;
  }

  /** Number of entries under the last checkpoint. */
  get size(): number {
    return this.#edge.size;
  }

  get verifierKey(): string {
    return formatVerifierKey(this.#verifier);
  }

  /** @returns the last checkpoint, a signed note */
  checkpoint(): string {
    return this.#note;
  }

  /** @returns the checkpoint that was signed over so many entries, without cosignatures; undefined where none was */
  checkpointOf(size: number): string | undefined {
    return this.#queries.checkpointOfSize.get({ size })?.note;
  }

  /** Has what witnesses cosigned last follow into the folder. */
  publishCosignatures(): void {
    const witnessed = this.#witnessed();
    if (witnessed !== undefined) this.#publisher.addWitnessed(witnessed);
  }

  /**
   * Appends entries, all or none. Resolves when they stand in a signed checkpoint that is durable in the database and
   * served by {@link file}; the folder follows within a moment.
   * @param apply changes the database together with the entries: both stand or neither does. Synchronous, may run more
   * than once, touches nothing but the database. What it throws rejects this append alone.
   * @returns the entries' numbers, as `apply` got them
   * @throws LedgerError when the ledger has stopped, what `apply` threw, or what signing threw (then nothing happened)
   */
  append(entries: readonly NewEntry[], apply?: (numbers: number[]) => void): Promise<{ number: number }[]> {
    return new Promise((resolve, reject) => {
      if (this.#stopped) throw this.#stopped;
      if (entries.length === 0) throw new RangeError('an append has at least one entry');
      this.#queue.push({ entries: entries.map(prepare), apply, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  /**
   * @returns the entry opened, with its proof under the last checkpoint
   * @throws RangeError when there is no such entry or it was erased; LedgerError when the tiles do not prove it
   */
  async receipt(number: number): Promise<Receipt> {
    if (!(number >= 0 && number < this.size)) throw new RangeError(`the ledger has no entry ${number}`);
    const row = this.#queries.entry.get({ number });
    if (!row?.salt || row.body === null || !isEntryType(row.type)) throw new RangeError(`entry ${number} was erased`);
    const size = this.size;
    const hash = hashLeaf(leafBytes(row.type, row.salt, row.body));
    let proof: Hash[] = [];
    let cause: unknown;
    try {
      const read = tileHashReader(size, (tile) => this.#publisher.read(tile, size));
      proof = inclusionProof(number, size, read);
    } catch (error) {
      cause = error;
    }
    if (!verifyInclusion(hash, number, size, proof, this.#root)) {
      throw this.#stop(
        new LedgerError(
          `Entry ${number} cannot be proved: it or the tiles were changed by something other than custody. ` +
            'Run “cloister ledger verify” on the ledger’s folder, and put back sound copies of folder and database.',
          { cause },
        ),
      );
    }
    return {
      cloister: 'receipt/v1',
      entry: { index: number, type: row.type, salt: row.salt.toString('base64url'), body: row.body },
      checkpoint: this.#note,
      proof: proof.map((one) => one.toString('base64url')),
      verifierKey: this.verifierKey,
      ...(this.#options.certificate && { certificate: this.#options.certificate }),
    };
  }

  /** @returns what the ledger says of an attempt, in the order it was entered; what was erased is left out */
  concerning(attempt: string): OpenedEntry[] {
    return this.#queries.entriesConcerning
      .all({ attempt, size: this.size })
      .map(({ body, ...entry }) => ({ ...entry, body: JSON.parse(body) as unknown }));
  }

  /**
   * Reads a public file by its tlog-tiles path, `checkpoint` or `tile/…`, or the `witnessed-checkpoint` where there is one, the `verifier-key`,
   * or the key's certificate where it has one.
   * @returns its bytes; undefined when the path is not one, or the tree has no such tile
   */
  async file(path: string): Promise<Buffer | undefined> {
    if (path === CHECKPOINT) return Buffer.from(this.#withCosignatures(this.size, this.#note));
    if (path === WITNESSED_CHECKPOINT) {
      const witnessed = this.#witnessed();
      return witnessed === undefined ? undefined : Buffer.from(witnessed);
    }
    if (path === 'verifier-key') return Buffer.from(`${this.verifierKey}\n`);
    if (path === CERTIFICATE && this.#options.certificate)
      return Buffer.from(JSON.stringify(this.#options.certificate));
    const tile = parseTilePath(path);
    if (!tile) return undefined;
    const { width } = tileInTree(tile.level, tile.index, this.size);
    return tile.width <= width ? this.#publisher.read(tile, this.size) : undefined;
  }

  /** Refuses further appends, waits for those under way and for the files to follow. The database stays open. */
  async close(): Promise<void> {
    this.#stopped ??= new Error('the ledger is closed');
    while (this.#writing) await this.#writing;
    await this.#publisher.finish();
  }

  #cosignatures() {
    const witnesses = this.#options.witnesses ?? [];
    return witnesses.length === 0 ? [] : listCosignatures(this.#options.db, witnesses.map(formatVerifierKey));
  }

  /** @returns the checkpoint of a size with the lines of the witnesses for whom it is the last that they cosigned */
  #withCosignatures(size: number, note: string): string {
    const lines = this.#cosignatures().filter((one) => one.size === size);
    return note + lines.map(({ line }) => `${line}\n`).join('');
  }

  /** @returns the newest checkpoint that witnesses have cosigned, with their lines; undefined where there is none */
  #witnessed(): string | undefined {
    const size = Math.max(...this.#cosignatures().map((one) => one.size));
    const note = Number.isFinite(size) ? this.checkpointOf(size) : undefined;
    return note === undefined ? undefined : this.#withCosignatures(size, note);
  }

  /** Writes groups until nobody waits. */
  async #write(): Promise<void> {
    // A turn of the event loop, in which everything that came with the first append joins its group.
    await setImmediate();
    while (this.#queue.length > 0) {
      const group = this.#queue.splice(0);
      try {
        if (this.#stopped instanceof LedgerError) throw this.#stopped;
        await this.#writeGroup(group);
      } catch (cause) {
        const stopped = this.#stop(cause);
        for (const { reject } of [...group, ...this.#queue.splice(0)]) reject(stopped);
      }
      await setImmediate();
    }
    this.#writing = undefined;
  }

  /**
   * The order, and why:
   *
   * 1. Rehearse what the appends want to apply, in a transaction that is taken back. Whoever fails is out before anything
   *    is signed, so the numbers of the others are final.
   * 2. Grow a copy of the right edge, and have the token sign its root. This takes time, and no transaction can be held
   *    open across it: better-sqlite3 shares one connection with all of custody. Failing here has changed nothing.
   * 3. One synchronous transaction: compare the database's last checkpoint with the one that was built on, run the
   *    appends' work, insert entries and checkpoint. The commit decides; it is what the signature waits for. If something
   *    changed in between so that an append's work now fails, all is taken back, the signature is dropped unseen, and the
   *    others go through from 1.
   * 4. Only now is anything of the group visible, and its appends are answered.
   * 5. Tiles, head apart and checkpoint follow in the folders, each durable before the next; see publisher.ts.
   *
   * After a crash before the commit nothing has happened. After one between commit and files the database is ahead, and
   * opening writes the files from it. Whatever fails in 3 or 5 other than an append's own work stops the ledger.
   */
  async #writeGroup(group: readonly Append[]): Promise<void> {
    for (let appends = this.#rehearse(group); appends.length > 0; appends = this.#rehearse(appends)) {
      const { edge, tiles } = this.#edge.extend(appends.flatMap(({ entries }) => entries));
      let note: string;
      try {
        note = await this.#sign(edge);
      } catch (error) {
        if (error instanceof LedgerError) throw error;
        for (const { reject } of appends) reject(error);
        return;
      }
      try {
        this.#commit(appends, edge.size, note);
      } catch (error) {
        if (!(error instanceof ApplyError)) throw error;
        error.append.reject(error.cause);
        appends = appends.filter((append) => append !== error.append);
        continue;
      }
      let number = this.size;
      this.#note = note;
      this.#edge = edge;
      this.#root = edge.root();
      this.#publisher.add(tiles, note);
      for (const { entries, resolve } of appends) resolve(entries.map(() => ({ number: number++ })));
      return;
    }
  }

  /** @returns the appends whose work can be done, one after the other; the others are rejected */
  #rehearse(appends: readonly Append[]): Append[] {
    if (!appends.some(({ apply }) => apply)) return [...appends];
    let next = this.size;
    const works = appends.map(({ entries, apply }) => () => {
      apply?.(entries.map((_, i) => next + i));
      next += entries.length;
    });
    const outcomes = rehearse(this.#options.db, works);
    return appends.filter(({ reject }, i) => {
      const outcome = outcomes[i] as (typeof outcomes)[number];
      if (outcome.status === 'rejected') reject(outcome.reason);
      return outcome.status === 'fulfilled';
    });
  }

  /** Signs the root of an edge that grew out of the last one. */
  async #sign(edge: Edge): Promise<string> {
    if (!this.#edge.root().equals(this.#root)) {
      throw new LedgerError('The ledger in memory is not the one that was signed last. Start custody again.');
    }
    const text = formatCheckpoint({ origin: this.#verifier.name, size: edge.size, root: edge.root() });
    const signature = await this.#options.sign(Buffer.from(text));
    if (!isSignedBy(text, this.#verifier, signature))
      throw new Error('the token gave a signature that does not verify');
    return formatNote(text, this.#verifier, signature);
  }

  #commit(appends: readonly Append[], size: number, note: string): void {
    const enteredAt = new Date().toISOString();
    transact(this.#options.db, (): void => {
      if (this.#queries.lastCheckpoint.get()?.note !== this.#note) {
        throw new LedgerError(
          'The ledger’s database has another last checkpoint than this process signed. Another process writes to it: ' +
            'end that one, and start custody again.',
        );
      }
      let number = this.size;
      for (const append of appends) {
        const first = number;
        for (const { type, salt, body, hash, concerns } of append.entries) {
          this.#queries.insertEntry.run({ number: number++, type, salt, body, leafHash: hash, concerns, enteredAt });
        }
        if (!append.apply) continue;
        try {
          append.apply(append.entries.map((_, i) => first + i));
        } catch (error) {
          throw new ApplyError(append, error);
        }
      }
      this.#queries.insertCheckpoint.run({ size, note });
    });
  }

  /** Stops for good, once. */
  #stop(cause: unknown): LedgerError {
    if (this.#stopped instanceof LedgerError) return this.#stopped;
    const error =
      cause instanceof LedgerError
        ? cause
        : new LedgerError(
            'The ledger has stopped: storing a group of entries failed, and nobody can tell yet whether it stands. Mend what ' +
              'the log names (disk, permissions) and start custody again; it finds out by itself.',
            { cause },
          );
    this.#stopped = error;
    this.#options.log?.error({ err: error }, 'the ledger has stopped');
    this.#options.onFatal?.(error);
    return error;
  }
}

function prepare({ type, body, concerns }: NewEntry): PreparedEntry {
  if (!isEntryType(type)) throw new RangeError(`the ledger has no entries of type ${type}`);
  const text = canonicalBody(body);
  const salt = randomBytes(SALT_BYTES);
  const bytes = leafBytes(type, salt, text);
  return { type, salt, body: text, concerns: concerns ?? null, bytes, hash: hashLeaf(bytes) };
}
