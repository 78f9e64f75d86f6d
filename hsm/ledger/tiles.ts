import { foldHashes, HASH_BYTES, type Hash, type HashReader } from './tree.ts';

/** Hashes in a full tile, and entries in a full bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
/** Levels of the tree that a tile spans: 2^8 = 256. */
const TILE_HEIGHT = 8;

/** A tile of hashes at a level from 0, or a bundle of entries. A width under 256 makes it partial. */
export interface Tile {
  level: number | 'entries';
  index: number;
  width: number;
}

/** @returns the tile's path under the ledger's prefix (C2SP tlog-tiles, "Merkle Tree", "Log entries") */
export function tilePath({ level, index, width }: Tile): string {
  const groups = [String(index % 1000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  }
  return `tile/${level}/${groups.join('/')}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

const TILE_PATH = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/;

/** Reads a tile path. What {@link tilePath} would not write, such as a leading zero or `..`, is undefined. */
export function parseTilePath(path: string): Tile | undefined {
  const [, level, index, width] = TILE_PATH.exec(path) ?? [];
  if (!level || !index) return undefined;
  const tile: Tile = {
    level: level === 'entries' ? level : Number(level),
    index: Number(index.replace(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  const possible =
    tile.width >= 1 && (tile.level === 'entries' || tile.level <= 63) && Number.isSafeInteger(tile.index);
  return possible && tilePath(tile) === path ? tile : undefined;
}

/** @returns how many hashes a tree of `size` leaves has at a tile level: floor(size / 256^level) */
export function hashesAtLevel(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** @returns the widest form of a tile that a tree of `size` leaves has; width 0 when it has none */
export function tileInTree(level: number | 'entries', index: number, size: number): Tile {
  const hashes = hashesAtLevel(size, level === 'entries' ? 0 : level);
  return { level, index, width: Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH)) };
}

/** @returns the hashes of a tile */
export function splitTile(bytes: Buffer): Hash[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, i) =>
    bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
}

/**
 * Makes a reader of subtree hashes out of a reader of tiles. A tile is read once.
 * @param size leaves of the tree, by which tiles are full or partial
 * @param readTile gives a tile's bytes; only asked for tiles that a tree of this size has
 */
export function tileHashReader(size: number, readTile: (tile: Tile) => Buffer): HashReader {
  const seen = new Map<string, Hash[]>();
  return (height, index) => {
    const level = Math.floor(height / TILE_HEIGHT);
    const count = 2 ** (height % TILE_HEIGHT);
    const first = index * count;
    const tile = tileInTree(level, Math.floor(first / TILE_WIDTH), size);
    const path = tilePath(tile);
    const hashes = seen.get(path) ?? splitTile(readTile(tile));
    seen.set(path, hashes);
    const within = first % TILE_WIDTH;
    return foldHashes(hashes.slice(within, within + count));
  };
}

/** @returns the entry with its length before it, as a bundle holds it: uint16, big endian */
export function encodeBundleEntry(leaf: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(2 + leaf.length);
  bytes.writeUInt16BE(leaf.length);
  bytes.set(leaf, 2);
  return bytes;
}

/**
 * Takes an entry bundle apart.
 * @throws RangeError when the lengths do not add up to the bytes
 */
export function decodeBundle(bytes: Buffer): Buffer[] {
  const leaves: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 2 > bytes.length) throw new RangeError('the bundle is cut short');
    const end = at + 2 + bytes.readUInt16BE(at);
    if (end > bytes.length) throw new RangeError('the bundle is cut short');
    leaves.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return leaves;
}

/** @returns a narrower form of a tile or bundle: its first `width` hashes or entries */
export function narrowTile({ level }: Tile, bytes: Buffer, width: number): Buffer {
  if (level !== 'entries') return bytes.subarray(0, width * HASH_BYTES);
  let end = 0;
  for (let i = 0; i < width; i++) end += 2 + bytes.readUInt16BE(end);
  return bytes.subarray(0, end);
}
