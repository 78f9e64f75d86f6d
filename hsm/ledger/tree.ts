import { hash as digest } from 'node:crypto';

/** A SHA-256 hash: 32 bytes. */
export type Hash = Buffer;

export const HASH_BYTES = 32;

/** Root of a tree without leaves: SHA-256 of nothing (RFC 6962 section 2.1). */
export const EMPTY_ROOT: Hash = digest('sha256', '', 'buffer');

// Reused: hashing is synchronous, and an allocation per node costs as much as the hash.
const node = Buffer.alloc(1 + 2 * HASH_BYTES, 1);

/** @returns SHA-256(0x00 ‖ leaf) (RFC 6962 section 2.1) */
export function hashLeaf(leaf: Uint8Array): Hash {
  const bytes = Buffer.allocUnsafe(1 + leaf.length);
  bytes[0] = 0;
  bytes.set(leaf, 1);
  return digest('sha256', bytes, 'buffer');
}

/** @returns SHA-256(0x01 ‖ left ‖ right) (RFC 6962 section 2.1) */
export function hashNode(left: Uint8Array, right: Uint8Array): Hash {
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return digest('sha256', node, 'buffer');
}

/**
 * A Merkle tree that can only grow, held as its right edge: the roots of the complete subtrees that the leaves so far
 * make up, largest first. Their number is that of the ones in the binary form of the size.
 */
export class Tree {
  #size: number;
  readonly #peaks: Hash[];

  /** @param peaks roots of the complete subtrees, largest first */
  constructor(size = 0, peaks: readonly Hash[] = []) {
    this.#size = size;
    this.#peaks = [...peaks];
  }

  /** Number of leaves. */
  get size(): number {
    return this.#size;
  }

  copy(): Tree {
    return new Tree(this.#size, this.#peaks);
  }

  /**
   * Adds a leaf by its hash.
   * @param completed told every subtree that becomes complete, the leaf itself (height 0) first
   */
  append(leaf: Hash, completed?: (height: number, hash: Hash) => void): void {
    let hash = leaf;
    let height = 0;
    completed?.(height, hash);
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      hash = hashNode(this.#peaks.pop() as Hash, hash);
      completed?.(++height, hash);
    }
    this.#peaks.push(hash);
    this.#size++;
  }

  /** @returns the Merkle tree hash (RFC 6962 section 2.1) */
  root(): Hash {
    return (
      this.#peaks.reduceRight<Hash | undefined>((right, left) => (right ? hashNode(left, right) : left), undefined) ??
      EMPTY_ROOT
    );
  }
}

/** @returns the root over up to 2^n hashes of equal height, split as RFC 6962 section 2.1 splits leaves */
export function foldHashes(hashes: readonly Hash[]): Hash {
  const tree = new Tree();
  for (const hash of hashes) tree.append(hash);
  return tree.root();
}

/** Gives the root of the complete subtree of 2^height leaves that begins at leaf index · 2^height. */
export type HashReader = (height: number, index: number) => Hash;

/** Leaves from `start` up to, not including, `end`. */
type Range = readonly [start: number, end: number];

/** @returns the largest power of two below n; n has to be above 1 */
function splitPoint(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** MTH(D[start:end]) of a range that begins where the tree's own splits begin one. */
function hashRange([start, end]: Range, read: HashReader): Hash {
  const peaks: Hash[] = [];
  for (let at = start; at < end; ) {
    let height = 0;
    while (at + 2 ** (height + 1) <= end) height++;
    peaks.push(read(height, at / 2 ** height));
    at += 2 ** height;
  }
  return new Tree(end - start, peaks).root();
}

/**
 * Makes an inclusion proof, the leaf's sibling first (RFC 6962 section 2.1.1).
 * @throws RangeError when the leaf is not in a tree of that size
 */
export function inclusionProof(index: number, size: number, read: HashReader): Hash[] {
  if (!(index >= 0 && index < size)) throw new RangeError(`leaf ${index} is not in a tree of ${size}`);
  const ranges: Range[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      ranges.push([middle, end]);
      end = middle;
    } else {
      ranges.push([start, middle]);
      start = middle;
    }
  }
  return ranges.reverse().map((range) => hashRange(range, read));
}

/**
 * Makes a proof that the tree of `size` leaves begins with the tree of `oldSize` (RFC 6962 section 2.1.2).
 * @throws RangeError when the old tree is empty or larger than the new one
 */
export function consistencyProof(oldSize: number, size: number, read: HashReader): Hash[] {
  if (!(oldSize >= 1 && oldSize <= size)) throw new RangeError(`no proof leads from ${oldSize} leaves to ${size}`);
  const ranges: Range[] = [];
  let [start, end] = [0, size];
  // Whether the subtree at hand lies within the old tree on its left edge, so that its hash is the old root itself.
  let whole = true;
  while (end !== oldSize) {
    const middle = start + splitPoint(end - start);
    if (oldSize <= middle) {
      ranges.push([middle, end]);
      end = middle;
    } else {
      ranges.push([start, middle]);
      start = middle;
      whole = false;
    }
  }
  if (!whole) ranges.push([start, end]);
  return ranges.reverse().map((range) => hashRange(range, read));
}

/** Verifies an inclusion proof (RFC 9162 section 2.1.3.2). */
export function verifyInclusion(
  leafHash: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!(index >= 0 && index < size) || !areHashes(proof)) return false;
  let [fn, sn] = [index, size - 1];
  let hash = leafHash;
  for (const sibling of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = hashNode(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = halve(fn, sn);
    } else {
      hash = hashNode(hash, sibling);
    }
    [fn, sn] = halve(fn, sn);
  }
  return sn === 0 && Buffer.compare(hash, root) === 0;
}

/** Verifies a consistency proof (RFC 9162 section 2.1.4.2). */
export function verifyConsistency(
  oldSize: number,
  size: number,
  oldRoot: Uint8Array,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!(oldSize >= 1 && oldSize <= size) || !areHashes(proof)) return false;
  if (oldSize === size) return proof.length === 0 && Buffer.compare(oldRoot, root) === 0;
  const path = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof;
  const [first, ...rest] = path;
  if (!first || proof.length === 0) return false;
  let [fn, sn] = [oldSize - 1, size - 1];
  while (fn % 2 === 1) [fn, sn] = halve(fn, sn);
  let [oldHash, hash] = [first, first];
  for (const sibling of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      oldHash = hashNode(sibling, oldHash);
      hash = hashNode(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = halve(fn, sn);
    } else {
      hash = hashNode(hash, sibling);
    }
    [fn, sn] = halve(fn, sn);
  }
  return sn === 0 && Buffer.compare(oldHash, oldRoot) === 0 && Buffer.compare(hash, root) === 0;
}

function areHashes(proof: readonly Uint8Array[]): boolean {
  return proof.every((hash) => hash.length === HASH_BYTES);
}

// Not the shift operators: they cut numbers to 32 bits.
function halve(fn: number, sn: number): [number, number] {
  return [Math.floor(fn / 2), Math.floor(sn / 2)];
}

function isPowerOfTwo(n: number): boolean {
  while (n % 2 === 0) n /= 2;
  return n === 1;
}
