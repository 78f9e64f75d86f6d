/** What a witness is proved, out of the ledger's public tiles. */
import { expect, test } from 'vitest';
import { proveGrowth } from '../app/witnesses/growth.ts';
import { Edge } from '../hsm/ledger/edge.ts';
import { narrowTile, parseTilePath, tilePath } from '../hsm/ledger/tiles.ts';
import { type Hash, hashLeaf, Tree, verifyConsistency } from '../hsm/ledger/tree.ts';

const SIZE = 70_000;
const SIZES = [1, 2, 255, 256, 257, 600, 65_535, 65_536, 65_537, SIZE];

const roots = new Map<number, Hash>();
/** The widest form of each tile. */
const tiles = new Map<string, Buffer>();
const tree = new Tree();
const leaves = Array.from({ length: SIZE }, (_, n) => {
  const bytes = Buffer.from(`entry ${n}`);
  const hash = hashLeaf(bytes);
  tree.append(hash);
  if (SIZES.includes(n + 1)) roots.set(n + 1, tree.root());
  return { bytes, hash };
});
for (const { tile, bytes } of Edge.EMPTY.extend(leaves).tiles) tiles.set(`${tile.level}/${tile.index}`, bytes);

const asked: string[] = [];
/** Custody's part: any tile that a tree of this size or a smaller one has. */
async function read(path: string): Promise<Uint8Array> {
  asked.push(path);
  const tile = parseTilePath(path);
  const bytes = tile && tiles.get(`${tile.level}/${tile.index}`);
  if (!tile || !bytes) throw new Error(`there is no ${path}`);
  return narrowTile(tile, bytes, tile.width);
}

test('that the ledger grew from any size to any other, and asks for few tiles', async () => {
  for (const [at, from] of SIZES.entries()) {
    for (const to of SIZES.slice(at)) {
      asked.length = 0;
      const proof = await proveGrowth(from, to, read);
      const [before, after] = [roots.get(from), roots.get(to)] as [Hash, Hash];
      expect(verifyConsistency(from, to, before, after, proof), `${from} to ${to}`).toBe(true);
      expect(new Set(asked).size).toBe(asked.length);
      expect(asked.length).toBeLessThan(8);
    }
  }
});

test('nothing from an empty ledger, and nothing to a smaller one', async () => {
  expect(await proveGrowth(0, SIZE, read)).toEqual([]);
  await expect(proveGrowth(257, 256, read)).rejects.toThrow(RangeError);
});

test('nothing out of a tile that is cut short', async () => {
  const short = async (path: string) => (await read(path)).subarray(1);
  await expect(proveGrowth(255, 600, short)).rejects.toThrow(
    `${tilePath({ level: 0, index: 0, width: 256 })} does not have`,
  );
});
