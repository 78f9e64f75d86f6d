import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LedgerQueries } from '../../db/custody/ledger.ts';
import { Edge, type Leaf } from './edge.ts';
import { CHECKPOINT, HEAD, publish, readText, replaceDurably, VERIFIER_KEY } from './folder.ts';
import { isEntryType, leafBytes } from './leaf.ts';
import {
  type Checkpoint,
  formatCheckpoint,
  formatNote,
  formatVerifierKey,
  NoteError,
  openCheckpoint,
  type Verifier,
} from './note.ts';
import { decodeBundle } from './tiles.ts';
import { EMPTY_ROOT, HASH_BYTES, hashLeaf } from './tree.ts';

/**
 * The ledger is not, or can no longer be known to be, the one that was signed. Nothing may be appended; the message says
 * what happened and what to do.
 */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
}

/** Signs with the appliance key: Ed25519 over the bytes, 64 bytes. */
export type Sign = (message: Uint8Array) => Promise<Uint8Array>;

export interface LedgerPlace {
  queries: LedgerQueries;
  /** Folder of the public files. */
  folder: string;
  /** Folder of the head kept apart; better not on the same disk, and not restored along with the database. */
  headFolder: string;
  verifier: Verifier;
  sign: Sign;
}

/**
 * Brings the ledger to a whole state, whatever step its last process ended in, or begins an empty one. Reads only the
 * right edge of the tiles and the entries that they lack, so that it is quick at any size.
 * @returns the right edge and the last checkpoint, which is durable and published
 * @throws LedgerError when database, tiles and head apart do not belong together
 */
export async function recover(place: LedgerPlace): Promise<{ edge: Edge; note: string }> {
  const { queries, folder, headFolder, verifier } = place;
  await mkdir(folder, { recursive: true });
  await mkdir(headFolder, { recursive: true });
  const [key, headNote, publishedNote] = await Promise.all([
    readText(join(folder, VERIFIER_KEY)),
    readText(join(headFolder, HEAD)),
    readText(join(folder, CHECKPOINT)),
  ]);
  const own = `${formatVerifierKey(verifier)}\n`;
  if (key !== undefined && key !== own) {
    throw new LedgerError(
      `The ledger was begun under the key ${key.trim()}, but this custody signs as ${own.trim()}. ` +
        'Give it back the token and the origin that it was begun with; a ledger cannot change either.',
    );
  }
  const last = queries.lastCheckpoint.get();
  const head = headNote === undefined ? undefined : check(headNote, verifier, 'the head kept apart');
  const published =
    publishedNote === undefined ? undefined : check(publishedNote, verifier, 'the published checkpoint');
  const rows = (queries.lastNumber.get()?.number ?? -1) + 1;

  if (!last) {
    const known = Math.max(head?.size ?? 0, published?.size ?? 0, rows);
    if (known > 0) {
      throw new LedgerError(
        `The ledger’s database has no checkpoint, but ${known} entries were signed before. It was lost or replaced: ` +
          'put the newest copy of the database back.',
      );
    }
    return { edge: Edge.EMPTY, note: await begin(place, own) };
  }

  const database = check(last.note, verifier, 'the last checkpoint in the database');
  if (!head) {
    throw new LedgerError(
      `The head that is kept apart from the database is missing, though the ledger has ${database.size} entries. Without it nobody ` +
        'can tell whether the database was put back to an older state. Put the head file back from its own backup.',
    );
  }
  if (database.size < head.size) {
    throw new LedgerError(
      `The database was put back to an older state: it has ${database.size} entries, but ${head.size} were signed. ` +
        'Put the newest copy of the database back; what the missing entries recorded has happened.',
    );
  }
  if (published && published.size > head.size) {
    throw new LedgerError(
      `The head kept apart was put back to an older state: it speaks of ${head.size} entries, but ${published.size} were published. ` +
        'Put the newest copy of the head file back.',
    );
  }
  if (rows !== database.size) {
    throw new LedgerError(
      `The database has ${rows} entries where its last checkpoint signs ${database.size}. It was changed by something other than ` +
        'custody: put the newest sound copy back.',
    );
  }
  for (const [name, other] of [
    ['head kept apart', head],
    ['published checkpoint', published],
  ] as const) {
    const note = other && queries.checkpointOfSize.get({ size: other.size })?.note;
    if (other && (!note || !check(note, verifier, 'a checkpoint in the database').root.equals(other.root))) {
      throw new LedgerError(
        `The database and the ${name} tell different histories of the first ${other.size} entries. One of them is not this ` +
          'ledger’s: find out which was replaced, and put the right one back.',
      );
    }
  }

  const edge = loadEdge(folder, head);
  const { edge: grown, tiles } = edge.extend(readLeaves(queries, head.size));
  if (!grown.root().equals(database.root)) {
    throw new LedgerError(
      `Entries from number ${head.size} on are not those that the last checkpoint signs. The database was changed by something ` +
        'other than custody: put the newest sound copy back.',
    );
  }
  if (key === undefined) await replaceDurably(folder, VERIFIER_KEY, own);
  if (database.size > head.size || published?.size !== database.size)
    await publish(folder, headFolder, tiles, last.note);
  return { edge: grown, note: last.note };
}

/** Signs the empty tree. The head comes before the row, so that once there is a row a missing head means something. */
async function begin({ queries, folder, headFolder, verifier, sign }: LedgerPlace, key: string): Promise<string> {
  const text = formatCheckpoint({ origin: verifier.name, size: 0, root: EMPTY_ROOT });
  const note = formatNote(text, verifier, await sign(Buffer.from(text)));
  check(note, verifier, 'what the token signed');
  await replaceDurably(folder, VERIFIER_KEY, key);
  await replaceDurably(headFolder, HEAD, note);
  queries.insertCheckpoint.run({ size: 0, note });
  await replaceDurably(folder, CHECKPOINT, note);
  return note;
}

function check(note: string, verifier: Verifier, name: string): Checkpoint {
  try {
    return openCheckpoint(note, verifier);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new LedgerError(
      `The ledger cannot be opened, because ${name} does not hold: ${error.message}. Either it was changed, or the ledger ` +
        'belongs to another token or origin: put back what was there before.',
      { cause: error },
    );
  }
}

function loadEdge(folder: string, head: Checkpoint): Edge {
  const changed = (what: string, cause?: unknown) =>
    new LedgerError(
      `The ledger’s folder was changed: ${what}. Run “cloister ledger verify” on it to see from where on, and put back a copy ` +
        `with at least ${head.size} entries.`,
      { cause },
    );
  let edge: Edge;
  let leaves: Buffer[];
  try {
    edge = Edge.load(head.size, (path) => readFileSync(join(folder, path)));
    leaves = decodeBundle(edge.lastBundle);
  } catch (error) {
    throw changed('a tile or entry bundle at its end is missing or unreadable', error);
  }
  const hashes = edge.lastLeafHashes;
  const whole = hashes.length === leaves.length && hashes.every((hash) => hash.length === HASH_BYTES);
  if (!whole || !edge.root().equals(head.root)) throw changed('the tiles at its end are not those that were signed');
  for (const [i, leaf] of leaves.entries()) {
    if (!hashLeaf(leaf).equals(hashes[i] as Buffer)) {
      throw changed(`entry ${head.size - leaves.length + i} in the last entry bundle is not the one that was signed`);
    }
  }
  return edge;
}

/** Makes leaves of the entries from a number on, which the tiles do not hold yet. */
function readLeaves(queries: LedgerQueries, from: number): Leaf[] {
  return queries.entriesFrom.all({ number: from }).map((row) => {
    if (!row.salt || row.body === null || !isEntryType(row.type)) {
      throw new LedgerError(
        `Entry ${row.number} was erased before its public part was published. Put the newest sound copy of the database back.`,
      );
    }
    const bytes = leafBytes(row.type, row.salt, row.body);
    return { bytes, hash: hashLeaf(bytes) };
  });
}
