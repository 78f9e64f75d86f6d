import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { TileBytes } from './edge.ts';
import { publish, replaceDurably, WITNESSED_CHECKPOINT } from './folder.ts';
import { narrowTile, TILE_WIDTH, type Tile, tileInTree, tilePath } from './tiles.ts';

/** Milliseconds between two rounds: each costs a dozen syncs, and commits to the database wait behind them. */
const ROUND_MS = 50;

/**
 * Writes the public files behind the database, many groups in one round, and serves what is not written yet from memory.
 * The database alone can bring the files back, so nothing acknowledged waits for them.
 */
export class Publisher {
  readonly #folder: string;
  readonly #headFolder: string;
  readonly #fail: (error: unknown) => void;
  readonly #log: Logger | undefined;
  /** The widest form of each tile that is not on disk, by level and index. */
  readonly #pending = new Map<string, TileBytes>();
  #note = '';
  /** What witnesses cosigned, where that is not on disk. */
  #witnessed: string | undefined;
  #rounds: Promise<void> | undefined;
  /** Ends the wait between rounds. */
  #hurry = new AbortController();

  /** @param fail told when the files could not be written; nothing is tried after that */
  constructor(
    options: { folder: string; headFolder: string; log?: Logger | undefined },
    fail: (error: unknown) => void,
  ) {
    this.#folder = options.folder;
    this.#headFolder = options.headFolder;
    this.#log = options.log;
    this.#fail = fail;
  }

  /** Takes what a committed group brought. The files follow within two rounds. */
  add(tiles: readonly TileBytes[], note: string): void {
    for (const one of tiles) this.#pending.set(`${one.tile.level}/${one.tile.index}`, one);
    this.#note = note;
    this.#rounds ??= this.#run();
  }

  /** Takes the newest checkpoint that witnesses have cosigned. Its file follows those of the ledger, so that it never speaks of more than they do. */
  addWitnessed(note: string): void {
    this.#witnessed = note;
    this.#rounds ??= this.#run();
  }

  /**
   * @param size leaves of the tree as last added
   * @returns the bytes of a tile of that tree, from memory or disk
   * @throws the error of the file system when the file cannot be read
   */
  read(tile: Tile, size: number): Buffer {
    const widest = tileInTree(tile.level, tile.index, size);
    const bytes =
      this.#pending.get(`${tile.level}/${tile.index}`)?.bytes ?? readFileSync(join(this.#folder, tilePath(widest)));
    return tile.width < widest.width ? narrowTile(tile, bytes, tile.width) : bytes;
  }

  /** Waits until everything added is on disk, without the pause between rounds. */
  async finish(): Promise<void> {
    this.#hurry.abort();
    await this.#rounds;
  }

  async #run(): Promise<void> {
    while (this.#pending.size > 0 || this.#witnessed !== undefined) {
      const round = [...this.#pending];
      const witnessed = this.#witnessed;
      const tiles = round.map(([, one]) => one);
      try {
        if (tiles.length > 0) await publish(this.#folder, this.#headFolder, tiles, this.#note);
        if (witnessed !== undefined) await replaceDurably(this.#folder, WITNESSED_CHECKPOINT, witnessed);
      } catch (error) {
        this.#fail(error);
        break;
      }
      if (this.#witnessed === witnessed) this.#witnessed = undefined;
      for (const [key, one] of round) {
        if (this.#pending.get(key) === one) this.#pending.delete(key);
      }
      await this.#tidy(round.map(([, { tile }]) => tile));
      await setTimeout(ROUND_MS, undefined, { signal: this.#hurry.signal }).catch(() => undefined);
    }
    this.#rounds = undefined;
  }

  /** Deletes partial tiles that full ones stand in for (C2SP tlog-tiles, "Partial Tiles"). Nothing depends on it. */
  async #tidy(written: readonly Tile[]): Promise<void> {
    const full = written.filter(({ width }) => width === TILE_WIDTH);
    const remove = (tile: Tile) =>
      rm(join(this.#folder, dirname(tilePath({ ...tile, width: 1 }))), { recursive: true, force: true });
    await Promise.all(full.map(remove)).catch((err) => this.#log?.warn({ err }, 'partial tiles could not be deleted'));
  }
}
