import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Edge } from './edge.ts';
import { CHECKPOINT, VERIFIER_KEY, WITNESSED_CHECKPOINT } from './folder.ts';
import { leafType } from './leaf.ts';
import { CERTIFICATE, certifiedBy, checkCertificate, LogKeyError } from './log-key.ts';
import { type Checkpoint, NoteError, openCheckpoint, parseVerifierKey, type Verifier } from './note.ts';
import { decodeBundle, splitTile, TILE_WIDTH, type Tile, tileInTree, tilePath } from './tiles.ts';
import { EMPTY_ROOT, foldHashes, HASH_BYTES, type Hash, hashLeaf, Tree } from './tree.ts';
import { findWitnessed, type Witnessed } from './witness-demand.ts';

export interface FolderVerdict {
  /** `unknown` when there is nothing to judge: no checkpoint, or no key. */
  verdict: 'good' | 'bad' | 'unknown';
  /** What was found, for a person. */
  sentence: string;
  /** Where the verifier key came from: the folder's own proves only that the folder agrees with itself. */
  keyFrom: 'given' | 'folder';
  /** What the checkpoint signs, once its signature is known to be good. The root is base64. */
  ledger?: { origin: string; size: number; root: string };
  /** The first entry that does not hold, and the file, relative to the folder, that is to blame. */
  badEntry?: { number: number; file: string };
  /** What each witness that was demanded cosigned last; only where all did. `at` is ISO 8601, by the witness's clock. */
  witnesses?: { name: string; size: number; at: string }[];
}

/** A file of the folder does not hold. */
class Fault extends Error {
  readonly number: number;
  readonly file: string;

  constructor(number: number, file: string, message: string) {
    super(message);
    this.number = number;
    this.file = file;
  }
}

/**
 * Verifies a ledger's folder offline, or a copy of one: the checkpoint's signature, every hash of every tile recomputed from
 * the entry bundles, and the root against the checkpoint. Memory does not grow with the ledger.
 * @param verifierKey the key that the verifying person trusts; without it the folder's own is taken, and the verdict says so
 * @param witnessKeys of witnesses each of whom has to have cosigned it, or a smaller ledger that it grew from
 * @throws NoteError when one of the keys is itself malformed
 */
export function verifyFolder(folder: string, verifierKey?: string, witnessKeys: readonly string[] = []): FolderVerdict {
  const witnesses = witnessKeys.map((key) => parseVerifierKey(key, 'cosignature'));
  const keyFrom = verifierKey === undefined ? 'folder' : 'given';
  // Before the checkpoint: custody may be writing both, this one last.
  const witnessedNote = read(folder, WITNESSED_CHECKPOINT)?.toString('utf8');
  const note = read(folder, CHECKPOINT)?.toString('utf8');
  if (note === undefined) {
    return {
      verdict: 'unknown',
      sentence: 'There is no checkpoint in this folder, so it is no ledger, or not all of one.',
      keyFrom,
    };
  }
  const ownKey = verifierKey === undefined ? read(folder, VERIFIER_KEY)?.toString('utf8').trim() : undefined;
  if (verifierKey === undefined && ownKey === undefined) {
    return { verdict: 'unknown', sentence: 'There is no verifier key in this folder, and none was given.', keyFrom };
  }
  let checkpoint: Checkpoint;
  let certified = '';
  let witnessed: (Witnessed | undefined)[] = [];
  const trusted: Verifier | undefined = verifierKey === undefined ? undefined : parseVerifierKey(verifierKey);
  try {
    const verifier = trusted ?? parseVerifierKey(ownKey as string);
    checkpoint = openCheckpoint(note, verifier);
    const certificate = read(folder, CERTIFICATE)?.toString('utf8');
    if (witnesses.length > 0)
      witnessed = findWitnessed(witnessedNote === undefined ? [note] : [note, witnessedNote], verifier, witnesses);
    if (certificate !== undefined) certified = certifiedBy(checkCertificate(parse(certificate), verifier));
  } catch (error) {
    if (error instanceof LogKeyError)
      return {
        verdict: 'bad',
        sentence: `The certificate of the ledger’s key does not hold: ${error.message}.`,
        keyFrom,
      };
    if (!(error instanceof NoteError)) throw error;
    return { verdict: 'bad', sentence: `The checkpoint does not hold: ${error.message}.`, keyFrom };
  }
  const { origin, size, root } = checkpoint;
  const ledger = { origin, size, root: root.toString('base64') };
  let roots: Map<number, Hash>;
  try {
    roots = recompute(folder, size, new Set(witnessed.map((one) => one?.checkpoint.size ?? size)));
    if (!roots.get(size)?.equals(root)) {
      const sentence =
        'The ledger does not hold: entries and tiles agree with each other, but the checkpoint signs another tree.';
      return { verdict: 'bad', sentence, keyFrom, ledger };
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { number, file, message } = error;
    return {
      verdict: 'bad',
      sentence: `The ledger does not hold from entry ${number} on: ${message}.`,
      keyFrom,
      ledger,
      badEntry: { number, file },
    };
  }
  const fault = faultOfWitnesses(size, roots, witnesses, witnessed);
  if (fault !== undefined) return { verdict: 'bad', sentence: fault, keyFrom, ledger };
  const told = witnessed.flatMap((one) =>
    one ? [{ name: one.witness.name, size: one.checkpoint.size, at: new Date(one.at * 1000).toISOString() }] : [],
  );
  const cosigned = told.map(({ name, size, at }) => ` ${name} cosigned the first ${size} of them on ${at}.`).join('');
  const keyNote =
    keyFrom === 'given'
      ? ''
      : ' The key was taken from the folder itself: compare it with the one that the institution publishes.';
  return {
    verdict: 'good',
    sentence: `All ${size} entries of the ledger ${origin} are the ones that its checkpoint signs.${cosigned}${keyNote}${certified}`,
    keyFrom,
    ledger,
    ...(told.length > 0 && { witnesses: told }),
  };
}

/** @returns what is wrong with what the demanded witnesses said; undefined where nothing is */
function faultOfWitnesses(
  size: number,
  roots: ReadonlyMap<number, Hash>,
  witnesses: readonly Verifier[],
  witnessed: readonly (Witnessed | undefined)[],
): string | undefined {
  for (const [i, { name }] of witnesses.entries()) {
    const one = witnessed[i];
    if (!one) return `The ledger agrees with itself, but ${name} has cosigned nothing of it.`;
    const { checkpoint } = one;
    if (checkpoint.size > size)
      return `The ledger was put back to an older state: it has ${size} entries, and ${name} has seen ${checkpoint.size}.`;
    if (!roots.get(checkpoint.size)?.equals(checkpoint.root))
      return `The ledger tells another history than the one that was shown to ${name}: its first ${checkpoint.size} entries were others.`;
  }
  return undefined;
}

/**
 * Recomputes all hashes from the entry bundles and holds them against the tiles, bundle by bundle.
 * @param also sizes of smaller trees whose roots are asked for too
 * @returns the roots by size
 * @throws Fault at the first entry that does not hold
 */
function recompute(folder: string, size: number, also: ReadonlySet<number>): Map<number, Hash> {
  const tree = new Tree();
  const roots = new Map([[0, EMPTY_ROOT]]);
  /** The tile under way at each level from 1. */
  const tiles: { path: string; hashes: Hash[] }[] = [];
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    for (const leafHash of readLeafHashes(folder, index, size)) {
      const number = tree.size;
      tree.append(leafHash, (height, hash) => {
        if (height === 0 || height % 8 !== 0) return;
        const level = height / 8;
        const position = Math.floor(number / TILE_WIDTH ** level);
        const tile = tileInTree(level, Math.floor(position / TILE_WIDTH), size);
        const path = tilePath(tile);
        if (tiles[level]?.path !== path) tiles[level] = { path, hashes: readTile(folder, tile) };
        if (hash.equals(tiles[level].hashes[position % TILE_WIDTH] as Hash)) return;
        throw new Fault(
          position * TILE_WIDTH ** level,
          path,
          `${path} does not have the hash of the entries from there on`,
        );
      });
      if (also.has(tree.size)) roots.set(tree.size, tree.root());
    }
  }
  return roots.set(size, tree.root());
}

/** Reads an entry bundle, holds it against its tile, and gives the hashes. */
function readLeafHashes(folder: string, index: number, size: number): Hash[] {
  const bundle = tileInTree('entries', index, size);
  const tile = tileInTree(0, index, size);
  const first = index * TILE_WIDTH;
  const file = tilePath(bundle);
  const bytes = read(folder, file);
  if (!bytes) throw new Fault(first, file, `${file} is missing`);
  const stored = readTile(folder, tile);
  let leaves: Buffer[];
  try {
    leaves = decodeBundle(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Fault(first, file, `${file} is cut short or has wrong lengths in it`);
  }
  const hashes = leaves.slice(0, bundle.width).map(hashLeaf);
  for (const [i, hash] of hashes.entries()) {
    const number = first + i;
    if (!hash.equals(stored[i] as Hash)) {
      if (tileIsSigned(folder, tile, stored, size))
        throw new Fault(number, file, `in ${file} it is not the entry that was signed`);
      throw new Fault(number, tilePath(tile), `${tilePath(tile)} has another hash than the entry`);
    }
    if (!leafType(leaves[i] as Buffer))
      throw new Fault(number, file, `in ${file} it is not of a form that this ledger writes`);
  }
  if (leaves.length !== bundle.width) {
    throw new Fault(first + hashes.length, file, `${file} has ${leaves.length} entries instead of ${bundle.width}`);
  }
  return hashes;
}

/** Whether a tile of level 0 agrees with what is above it; if so, an entry that disagrees with it is the one to blame. */
function tileIsSigned(folder: string, tile: Tile, hashes: readonly Hash[], size: number): boolean {
  try {
    if (tile.width === TILE_WIDTH) {
      const parent = tileInTree(1, Math.floor(tile.index / TILE_WIDTH), size);
      return foldHashes(hashes).equals(readTile(folder, parent)[tile.index % TILE_WIDTH] as Hash);
    }
    const checkpoint = read(folder, CHECKPOINT)?.toString('utf8') ?? '';
    const root = Edge.load(size, (path) => readFileSync(join(folder, path))).root();
    return checkpoint.split('\n')[2] === root.toString('base64');
  } catch {
    return false;
  }
}

/** @returns what the text says; undefined when it is no JSON */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readTile(folder: string, tile: Tile): Hash[] {
  const path = tilePath(tile);
  const first = tile.index * TILE_WIDTH ** ((tile.level as number) + 1);
  const bytes = read(folder, path);
  if (!bytes) throw new Fault(first, path, `${path} is missing`);
  if (bytes.length !== tile.width * HASH_BYTES)
    throw new Fault(first, path, `${path} does not have ${tile.width} hashes`);
  return splitTile(bytes);
}

function read(folder: string, path: string): Buffer | undefined {
  try {
    return readFileSync(join(folder, path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
