import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { Edge } from '../hsm/ledger/edge.ts';
import { decodeBundle, parseTilePath, tileHashReader, tileInTree, tilePath } from '../hsm/ledger/tiles.ts';
import {
  consistencyProof,
  EMPTY_ROOT,
  type Hash,
  hashLeaf,
  type HashReader,
  inclusionProof,
  Tree,
  verifyConsistency,
  verifyInclusion,
} from '../hsm/ledger/tree.ts';

// The leaves, roots and proofs that the reference implementation of RFC 6962 (certificate-transparency, merkle_tree_test)
// is tested with, restated by other implementations since.
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const INCLUSION_0_IN_8 = [
  '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
  '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
  '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
];
const INCLUSION_5_IN_8 = [
  'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
];
const CONSISTENCY_6_TO_8 = [
  '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
  'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
];
const CONSISTENCY_2_TO_5 = [
  '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
  'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
];

const vector = LEAVES.map((hex) => Buffer.from(hex, 'hex'));
const hex = (hashes: readonly Hash[]) => hashes.map((hash) => hash.toString('hex'));

const naiveRoots = new Map<string, Hash>();

/** RFC 6962 section 2.1, word for word and without sharing any code with what is tested. */
function naiveRoot(leaves: readonly Buffer[]): Hash {
  const name = `${leaves[0]?.toString('hex')} ${leaves.length}`;
  const root = naiveRoots.get(name) ?? naiveRootAnew(leaves);
  naiveRoots.set(name, root);
  return root;
}

function naiveRootAnew(leaves: readonly Buffer[]): Hash {
  const sha = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return sha(Buffer.of(0), leaves[0] as Buffer);
  const k = naiveSplit(leaves.length);
  return sha(Buffer.of(1), naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

/** RFC 6962 section 2.1.1, PATH(m, D[n]). */
function naivePath(m: number, leaves: readonly Buffer[]): Hash[] {
  if (leaves.length === 1) return [];
  const k = naiveSplit(leaves.length);
  return m < k
    ? [...naivePath(m, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naivePath(m - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))];
}

/** RFC 6962 section 2.1.2, SUBPROOF(m, D[n], b). */
function naiveSubproof(m: number, leaves: readonly Buffer[], whole: boolean): Hash[] {
  if (m === leaves.length) return whole ? [] : [naiveRoot(leaves)];
  const k = naiveSplit(leaves.length);
  return m <= k
    ? [...naiveSubproof(m, leaves.slice(0, k), whole), naiveRoot(leaves.slice(k))]
    : [...naiveSubproof(m - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))];
}

function naiveSplit(n: number): number {
  return 2 ** (Math.ceil(Math.log2(n)) - 1);
}

function readerOf(leaves: readonly Buffer[]): HashReader {
  return (height, index) => naiveRoot(leaves.slice(index * 2 ** height, (index + 1) * 2 ** height));
}

test('the roots of the first eight trees are those of the RFC 6962 reference implementation', () => {
  const tree = new Tree();
  const roots = [tree.root()];
  for (const leaf of vector) {
    tree.append(hashLeaf(leaf));
    roots.push(tree.root());
  }
  expect(hex(roots)).toEqual(ROOTS);
  expect(hex([EMPTY_ROOT])).toEqual(ROOTS.slice(0, 1));
});

test('proofs in the eight-leaf tree are those of the RFC 6962 reference implementation', () => {
  const read = readerOf(vector);
  expect(hex(inclusionProof(0, 8, read))).toEqual(INCLUSION_0_IN_8);
  expect(hex(inclusionProof(5, 8, read))).toEqual(INCLUSION_5_IN_8);
  expect(hex(consistencyProof(6, 8, read))).toEqual(CONSISTENCY_6_TO_8);
  expect(hex(consistencyProof(2, 5, read))).toEqual(CONSISTENCY_2_TO_5);
  expect(hex(consistencyProof(1, 8, read))).toEqual(INCLUSION_0_IN_8);
});

test('for every size up to 130 all inclusion proofs are the naive ones, verify, and verify nothing else', () => {
  const leaves = Array.from({ length: 130 }, (_, i) => Buffer.from(`leaf ${i}`));
  for (let size = 1; size <= 130; size++) {
    const part = leaves.slice(0, size);
    const root = naiveRoot(part);
    const read = readerOf(part);
    for (let index = size % 7; index < size; index += 7) {
      const proof = inclusionProof(index, size, read);
      expect(hex(proof)).toEqual(hex(naivePath(index, part)));
      const leaf = hashLeaf(leaves[index] as Buffer);
      expect(verifyInclusion(leaf, index, size, proof, root)).toBe(true);
      if (size > 1) {
        expect(verifyInclusion(leaf, (index + 1) % size, size, proof, root)).toBe(false);
        expect(verifyInclusion(leaf, index, size, proof.slice(1), root)).toBe(false);
        expect(verifyInclusion(leaf, index, size, [...proof, root], root)).toBe(false);
        expect(verifyInclusion(leaf, index, size, [(proof[0] as Hash).subarray(1), ...proof.slice(1)], root)).toBe(
          false,
        );
      }
    }
  }
});

test('for every size up to 130 consistency proofs are the naive ones, verify, and verify no other history', () => {
  const leaves = Array.from({ length: 130 }, (_, i) => Buffer.from(`leaf ${i}`));
  const forged = leaves.map((leaf, i) => (i === 0 ? Buffer.from('another') : leaf));
  for (let size = 1; size <= 130; size++) {
    const root = naiveRoot(leaves.slice(0, size));
    const read = readerOf(leaves.slice(0, size));
    for (let old = 1 + (size % 5); old <= size; old += 5) {
      const proof = consistencyProof(old, size, read);
      const oldRoot = naiveRoot(leaves.slice(0, old));
      expect(hex(proof)).toEqual(hex(naiveSubproof(old, leaves.slice(0, size), true)));
      expect(verifyConsistency(old, size, oldRoot, root, proof)).toBe(true);
      expect(verifyConsistency(old, size, naiveRoot(forged.slice(0, old)), root, proof)).toBe(false);
      expect(verifyConsistency(old, size, oldRoot, naiveRoot(forged.slice(0, size)), proof)).toBe(false);
      if (proof.length > 0) expect(verifyConsistency(old, size, oldRoot, root, proof.slice(0, -1))).toBe(false);
    }
  }
});

test('a tile’s path has groups of three digits, all but the last with an x, and a width only when partial', () => {
  expect(tilePath({ level: 1, index: 1234067, width: 256 })).toBe('tile/1/x001/x234/067');
  expect(tilePath({ level: 'entries', index: 0, width: 17 })).toBe('tile/entries/000.p/17');
  expect(tilePath({ level: 0, index: 273, width: 112 })).toBe('tile/0/273.p/112');
});

test('a path that no tile has is not understood as one', () => {
  for (const path of ['tile/0/000', 'tile/entries/x001/234.p/255', 'tile/63/x999/999.p/1']) {
    expect(tilePath(parseTilePath(path) as NonNullable<ReturnType<typeof parseTilePath>>)).toBe(path);
  }
  const none = [
    'tile/00/000',
    'tile/64/000',
    'tile/0/x000/000',
    'tile/0/00',
    'tile/0/0000',
    'tile/0/001/000',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000.p/1/',
    'tile/0/../0/000',
    'tile/0/000\n',
    '/tile/0/000',
    'tile/entries/',
    'verifier-key',
    '',
  ];
  for (const path of none) expect(parseTilePath(path)).toBeUndefined();
});

test('a tree of 70,000 leaves has the tiles that the tlog-tiles specification counts out', () => {
  const { edge, tiles } = Edge.EMPTY.extend(
    Array.from({ length: 70_000 }, (_, i) => {
      const bytes = Buffer.from(String(i));
      return { bytes, hash: hashLeaf(bytes) };
    }),
  );
  const widths = (level: number | 'entries') =>
    tiles.filter(({ tile }) => tile.level === level).map(({ tile }) => tile.width);
  for (const level of [0, 'entries'] as const) expect(widths(level)).toEqual([...Array(273).fill(256), 112]);
  expect(widths(1)).toEqual([256, 17]);
  expect(widths(2)).toEqual([1]);
  expect(tiles.every(({ tile, bytes }) => tile.level === 'entries' || bytes.length === tile.width * 32)).toBe(true);
  expect(tileInTree(0, 274, 70_000).width).toBe(0);

  const files = new Map(tiles.map(({ tile, bytes }) => [tilePath(tile), bytes]));
  expect(
    decodeBundle(files.get('tile/entries/273.p/112') as Buffer)
      .at(-1)
      ?.toString(),
  ).toBe('69999');
  const read = tileHashReader(70_000, (tile) => files.get(tilePath(tile)) as Buffer);
  for (const index of [0, 255, 256, 65_535, 65_536, 69_999]) {
    const proof = inclusionProof(index, 70_000, read);
    expect(verifyInclusion(hashLeaf(Buffer.from(String(index))), index, 70_000, proof, edge.root())).toBe(true);
  }
});

test('an edge taken up from its files grows into the same tree as one that never stopped', () => {
  const leaves = Array.from({ length: 700 }, (_, i) => {
    const bytes = Buffer.from(`leaf ${i}`);
    return { bytes, hash: hashLeaf(bytes) };
  });
  const files = new Map<string, Buffer>();
  let edge = Edge.EMPTY;
  for (let at = 0, step = 1; at < leaves.length; at += step, step = (step * 5) % 97 || 1) {
    const grown = edge.extend(leaves.slice(at, at + step));
    for (const { tile, bytes } of grown.tiles) files.set(tilePath(tile), bytes);
    edge = Edge.load(grown.edge.size, (path) => files.get(path) as Buffer);
    expect(edge.root()).toEqual(grown.edge.root());
    expect(edge.root()).toEqual(naiveRoot(leaves.slice(0, edge.size).map(({ bytes }) => bytes)));
  }
  expect(edge.size).toBe(700);
});
