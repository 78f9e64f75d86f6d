import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TileBytes } from './edge.ts';
import { tilePath } from './tiles.ts';

/** Files that the ledger keeps besides its tiles. */
export const CHECKPOINT = 'checkpoint';
/** The newest checkpoint that witnesses have cosigned, with their lines. */
export const WITNESSED_CHECKPOINT = 'witnessed-checkpoint';
export const VERIFIER_KEY = 'verifier-key';
export const HEAD = 'head';

/** Files written at a time; more would only wait for the file system's journal. */
const AT_ONCE = 32;

/**
 * Makes a signed checkpoint visible, after its entries are durable in the database. Each step is durable before the next
 * begins: the tiles, then the head kept apart (so that the head vouches for whole tiles), then the checkpoint that tells
 * readers of the tiles. Repeating it writes the same bytes.
 */
export async function publish(
  folder: string,
  headFolder: string,
  tiles: readonly TileBytes[],
  note: string,
): Promise<void> {
  await writeTiles(folder, tiles);
  await replaceDurably(headFolder, HEAD, note);
  await replaceDurably(folder, CHECKPOINT, note);
}

/** Replaces a file in one step: whoever reads sees the old or the new text, also after a power cut. */
export async function replaceDurably(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
  await syncFolder(folder);
}

/** @returns the file's text; undefined when there is no such file */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeTiles(root: string, tiles: readonly TileBytes[]): Promise<void> {
  const folders = new Set<string>();
  for (let at = 0; at < tiles.length; at += AT_ONCE) {
    await Promise.all(
      tiles.slice(at, at + AT_ONCE).map(async ({ tile, bytes }) => {
        const target = join(root, tilePath(tile));
        folders.add(dirname(target));
        try {
          await writeFile(target, bytes);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
          const first = await mkdir(dirname(target), { recursive: true });
          // Every folder that got a new one is to be synced too; another file of the group may have made some of them.
          const stop = first === undefined ? root : dirname(first);
          for (let made = dirname(dirname(target)); made.length >= stop.length; made = dirname(made)) folders.add(made);
          await writeFile(target, bytes);
        }
      }),
    );
  }
  await Promise.all([...folders].map(syncFolder));
}

async function writeFile(path: string, content: string | Buffer): Promise<void> {
  const file = await open(path, 'w', 0o644);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
