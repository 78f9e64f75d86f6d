import { encodeBundleEntry, splitTile, TILE_WIDTH, type Tile, tileInTree, tilePath } from './tiles.ts';
import { foldHashes, type Hash, Tree } from './tree.ts';

/** A leaf and its hash. */
export interface Leaf {
  bytes: Buffer;
  hash: Hash;
}

/** A tile or bundle with its bytes. */
export interface TileBytes {
  tile: Tile;
  bytes: Buffer;
}

/**
 * The right edge of a tiled ledger: its partial tiles and its partial entry bundle, which is all that growing it takes.
 * Never changed; growing gives a new edge, so that a group that fails leaves nothing behind.
 */
export class Edge {
  readonly #tree: Tree;
  /** Hashes of the partial tile of each level. */
  readonly #levels: Hash[][];
  /** The partial bundle. */
  readonly #bundle: Buffer;

  private constructor(tree: Tree, levels: Hash[][], bundle: Buffer) {
    this.#tree = tree;
    this.#levels = levels;
    this.#bundle = bundle;
  }

  static readonly EMPTY = new Edge(new Tree(), [], Buffer.alloc(0));

  /**
   * Takes up an edge from its files.
   * @param read gives the bytes of a partial tile or bundle by its path
   */
  static load(size: number, read: (path: string) => Buffer): Edge {
    const levels: Hash[][] = [];
    const peaks: Hash[] = [];
    for (let level = 0; TILE_WIDTH ** level <= size; level++) {
      const edge = edgeTile(level, size);
      const hashes = edge.width === 0 ? [] : splitTile(read(tilePath(edge)));
      levels.push(hashes);
      const own: Hash[] = [];
      for (let at = 0, run = TILE_WIDTH / 2; run >= 1; run /= 2) {
        if (at + run > hashes.length) continue;
        own.push(foldHashes(hashes.slice(at, at + run)));
        at += run;
      }
      peaks.unshift(...own);
    }
    const bundle = edgeTile('entries', size);
    return new Edge(new Tree(size, peaks), levels, bundle.width === 0 ? Buffer.alloc(0) : read(tilePath(bundle)));
  }

  get size(): number {
    return this.#tree.size;
  }

  root(): Hash {
    return this.#tree.root();
  }

  /** @returns hashes of the leaves in the partial bundle, as the partial tile of level 0 has them */
  get lastLeafHashes(): readonly Hash[] {
    return this.#levels[0] ?? [];
  }

  /** @returns the partial bundle's bytes */
  get lastBundle(): Buffer {
    return this.#bundle;
  }

  /**
   * Grows by leaves.
   * @returns the new edge, and the tiles and bundles that are new with it
   */
  extend(leaves: readonly Leaf[]): { edge: Edge; tiles: TileBytes[] } {
    const tree = this.#tree.copy();
    const levels = this.#levels.map((hashes) => [...hashes]);
    const tiles: TileBytes[] = [];
    const grown = new Set<number>();
    let entries = [this.#bundle];

    const finish = (level: Tile['level'], bytes: Buffer) => {
      // The tree does not count yet the leaf that fills the tile.
      const index = Math.floor(tree.size / TILE_WIDTH ** (level === 'entries' ? 1 : level + 1));
      tiles.push({ tile: { level, index, width: TILE_WIDTH }, bytes });
    };

    for (const leaf of leaves) {
      entries.push(encodeBundleEntry(leaf.bytes));
      tree.append(leaf.hash, (height, hash) => {
        if (height % 8 !== 0) return;
        const level = height / 8;
        const hashes = (levels[level] ??= []);
        hashes.push(hash);
        grown.add(level);
        if (hashes.length < TILE_WIDTH) return;
        finish(level, Buffer.concat(hashes));
        levels[level] = [];
        if (level > 0) return;
        finish('entries', Buffer.concat(entries));
        entries = [];
      });
    }
    const bundle = Buffer.concat(entries);
    for (const level of grown) {
      const hashes = levels[level] as Hash[];
      if (hashes.length > 0) tiles.push({ tile: edgeTile(level, tree.size), bytes: Buffer.concat(hashes) });
    }
    if (leaves.length > 0 && bundle.length > 0) tiles.push({ tile: edgeTile('entries', tree.size), bytes: bundle });
    return { edge: new Edge(tree, levels, bundle), tiles };
  }
}

/** @returns the rightmost tile of a level, width 0 when the leaves fill tiles exactly */
function edgeTile(level: Tile['level'], size: number): Tile {
  const hashes = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level));
  return tileInTree(level, Math.floor(hashes / TILE_WIDTH), size);
}
