import { type Tile, tileHashReader, tilePath } from '../../hsm/ledger/tiles.ts';
import { consistencyProof, HASH_BYTES, type Hash } from '../../hsm/ledger/tree.ts';

/**
 * Proves that the ledger of `size` entries begins with that of `oldSize`, out of its public tiles.
 * @param read gives a public file of the ledger by its path
 * @returns the proof (RFC 6962 section 2.1.2); empty where there is nothing to prove
 * @throws RangeError when the old size is larger than the new one, or a tile is cut short; what `read` throws
 */
export async function proveGrowth(
  oldSize: number,
  size: number,
  read: (path: string) => Promise<Uint8Array>,
): Promise<Hash[]> {
  if (oldSize === 0) return [];
  // Which tiles it takes does not depend on what is in them: once to see which, and once with their bytes.
  const wanted = new Map<string, Tile>();
  const blank = tileHashReader(size, (tile) => {
    wanted.set(tilePath(tile), tile);
    return Buffer.alloc(tile.width * HASH_BYTES);
  });
  consistencyProof(oldSize, size, blank);
  const tiles = new Map<string, Buffer>();
  for (const [path, { width }] of wanted) {
    const bytes = Buffer.from(await read(path));
    if (bytes.length !== width * HASH_BYTES) throw new RangeError(`${path} does not have ${width} hashes`);
    tiles.set(path, bytes);
  }
  return consistencyProof(
    oldSize,
    size,
    tileHashReader(size, (tile) => tiles.get(tilePath(tile)) as Buffer),
  );
}
