import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Replaces a file in one step: whoever reads sees the old or the new text, also after a power cut. Synchronous, so that nothing
 * comes between what was checked and what is kept.
 * @throws the file system's error; the old or the new text stands then
 */
export function replaceFile(path: string, text: string): void {
  writeWhole(`${path}.new`, text, 'w', 0o644);
  renameSync(`${path}.new`, path);
  syncFolder(dirname(path));
}

/**
 * Makes a file that must not be there yet.
 * @throws the file system's error, EEXIST where it is there
 */
export function createFile(path: string, text: string, mode: number): void {
  writeWhole(path, text, 'wx', mode);
  syncFolder(dirname(path));
}

function writeWhole(path: string, text: string, flags: 'w' | 'wx', mode: number): void {
  const file = openSync(path, flags, mode);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
