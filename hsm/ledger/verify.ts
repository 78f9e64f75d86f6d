import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Edge } from './edge.ts';
import { CHECKPOINT, VERIFIER_KEY } from './folder.ts';
import { leafType } from './leaf.ts';
import { CERTIFICATE, certifiedBy, checkCertificate, LogKeyError } from './log-key.ts';
import { type Checkpoint, NoteError, openCheckpoint, parseVerifierKey, type Verifier } from './note.ts';
import { decodeBundle, splitTile, TILE_WIDTH, type Tile, tileInTree, tilePath } from './tiles.ts';
import { foldHashes, HASH_BYTES, type Hash, hashLeaf, Tree } from './tree.ts';

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
 * @throws NoteError when `verifierKey` itself is malformed
 */
export function verifyFolder(folder: string, verifierKey?: string): FolderVerdict {
  const keyFrom = verifierKey === undefined ? 'folder' : 'given';
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
  const trusted: Verifier | undefined = verifierKey === undefined ? undefined : parseVerifierKey(verifierKey);
  try {
    const verifier = trusted ?? parseVerifierKey(ownKey as string);
    checkpoint = openCheckpoint(note, verifier);
    const certificate = read(folder, CERTIFICATE)?.toString('utf8');
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
  try {
    if (!recompute(folder, size).equals(root)) {
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
  const keyNote =
    keyFrom === 'given'
      ? ''
      : ' The key was taken from the folder itself: compare it with the one that the institution publishes.';
  return {
    verdict: 'good',
    sentence: `All ${size} entries of the ledger ${origin} are the ones that its checkpoint signs.${keyNote}${certified}`,
    keyFrom,
    ledger,
  };
}

/**
 * Recomputes all hashes from the entry bundles and holds them against the tiles, bundle by bundle.
 * @returns the root
 * @throws Fault at the first entry that does not hold
 */
function recompute(folder: string, size: number): Hash {
  const tree = new Tree();
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
    }
  }
  return tree.root();
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
