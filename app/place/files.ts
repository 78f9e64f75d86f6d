import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { AppError } from '../errors.ts';
import { DiskSpace } from '../recordings/disk-space.ts';
import { syncFolder } from '../recordings/journal.ts';

/** Files under way at once, over all of the appliance and of one owner. */
const MOST = { all: 256, own: 2 };

/** A file that is durable. It is nobody's until a row says whose. */
export interface StoredFile {
  id: string;
  bytes: number;
  /** SHA-256, base64url. */
  digest: string;
}

/** The folder of exams' documents and of what test takers hand in, each under an id. */
export class Files {
  readonly #folder: string;
  readonly #disk: DiskSpace;
  /** By owner: how many of theirs are under way. */
  readonly #under = new Map<string, number>();

  /** @param diskReserve bytes of disk that have to stay free */
  constructor(folder: string, diskReserve: number) {
    this.#folder = folder;
    this.#disk = new DiskSpace(folder, diskReserve);
  }

  /**
   * Stores a file as it comes in; durable on return.
   * @param owner an attempt's or an exam's id @param bytes how many it has to have
   * @throws AppError busy, disk-full, malformed where it has another length or ends early; nothing is kept then
   */
  async store(owner: string, content: ReadableStream<Uint8Array>, bytes: number): Promise<StoredFile> {
    const own = this.#under.get(owner) ?? 0;
    const all = [...this.#under.values()].reduce((sum, one) => sum + one, 0);
    if (own >= MOST.own || all >= MOST.all) throw new AppError('busy', { detail: `${all} files are under way` });
    this.#under.set(owner, own + 1);
    try {
      await this.#disk.check(bytes);
      return await this.#write(content, bytes);
    } finally {
      const left = (this.#under.get(owner) ?? 1) - 1;
      if (left > 0) this.#under.set(owner, left);
      else this.#under.delete(owner);
    }
  }

  async #write(content: ReadableStream<Uint8Array>, bytes: number): Promise<StoredFile> {
    const id = randomUUID();
    const path = this.#path(id);
    const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o640);
    const digest = createHash('sha256');
    let written = 0;
    try {
      for await (const piece of content) {
        written += piece.length;
        if (written > bytes) break;
        digest.update(piece);
        await handle.appendFile(piece);
      }
      if (written !== bytes) throw new AppError('malformed', { detail: `${written} of ${bytes} bytes` });
      await handle.sync();
    } catch (cause) {
      await handle.close();
      await rm(path, { force: true });
      if (cause instanceof AppError) throw cause;
      if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') throw new AppError('disk-full', { cause });
      throw new AppError('malformed', { detail: 'the connection ended within the file', cause });
    }
    await handle.close();
    await syncFolder(this.#folder);
    return { id, bytes, digest: digest.digest('base64url') };
  }

  /** @returns the bytes of a file that has a row */
  read(id: string): ReadableStream<Uint8Array> {
    return Readable.toWeb(createReadStream(this.#path(id))) as ReadableStream<Uint8Array>;
  }

  /** Removes a file whose row is gone, or never came to be. */
  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  /** Removes what a crash left between a file and its row. Nothing may be under way. @param kept ids that have a row */
  async sweep(kept: readonly string[]): Promise<void> {
    const known = new Set(kept);
    const stray = (await readdir(this.#folder)).filter((name) => !known.has(name));
    await Promise.all(stray.map((name) => this.remove(name)));
  }

  #path(id: string): string {
    return join(this.#folder, id);
  }
}
