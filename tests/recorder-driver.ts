/** Drives the recorder's real worker from a page of the exam origin, in the place of cameras and screens. */
import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import type { PageMessage, Progress, WorkerMessage } from '../app/browser/recorder/messages.ts';
import type { GapCause, Source } from '../app/wire.ts';

const SECONDS = 2;
/** Seconds for what comes by itself, on however busy a machine. */
const PATIENCE = 40;

interface Driven {
  worker: Worker;
  told: WorkerMessage[];
  progress: Progress | null;
}

/** Media that nobody plays: bytes that follow from the source and their place in it, so that each is known wherever it comes out. */
function makeBytes(source: string, place: number, size: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = (place * 2654435761 + source.length * 40503 + 1) >>> 0;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state >>> 0;
  }
  return new Uint8Array(words.buffer, 0, size).slice();
}

/** @returns hex SHA-256 of a cluster as {@link Driver.push} makes it */
export function digestOfCluster(source: Source, place: number, size: number): string {
  return createHash('sha256')
    .update(makeBytes(source, place, size))
    .digest('hex');
}

export class Driver {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Loads the worker in a page that is already at the exam origin, and opens it. @param attempt its id */
  static async open(page: Page, attempt: string): Promise<Driver> {
    await page.evaluate(
      ([make, attempt]) => {
        const worker = new Worker('/assets/recorder-worker.js', { type: 'module' });
        const driven: Driven = { worker, told: [], progress: null };
        worker.addEventListener('message', ({ data }: MessageEvent<WorkerMessage>) => {
          if (data.kind === 'progress') driven.progress = data.progress;
          else driven.told.push(data);
        });
        Object.assign(window, { driven, makeBytes: new Function(`return ${make}`)() });
        worker.postMessage({ kind: 'open', attempt, fingerprint: null } satisfies PageMessage);
      },
      [makeBytes.toString(), attempt] as const,
    );
    return new Driver(page);
  }

  post(message: PageMessage): Promise<void> {
    return this.page.evaluate(
      (sent) => (window as unknown as { driven: Driven }).driven.worker.postMessage(sent),
      message,
    );
  }

  /** A capture began; its media header is the cluster at `place`. @param beganAt epoch ms */
  async run(source: Source, place: number, beganAt: number, cause: GapCause | null): Promise<void> {
    await this.page.evaluate(
      ([source, place, beganAt, cause]) => {
        const { driven, makeBytes: make } = window as unknown as { driven: Driven; makeBytes: typeof makeBytes };
        const mimeType = 'video/webm; codecs="vp8"';
        const init = make(source, place, 200);
        driven.worker.postMessage({ kind: 'run', source, mimeType, init, beganAt, cause } satisfies PageMessage);
      },
      [source, place, beganAt, cause] as const,
    );
  }

  /** Clusters of two seconds each. @param first place of the first one in what the source gives @param from its number in the run */
  async push(source: Source, first: number, count: number, size: number, from: number): Promise<void> {
    await this.page.evaluate(
      ([source, first, count, size, from, seconds]) => {
        const { driven, makeBytes: make } = window as unknown as { driven: Driven; makeBytes: typeof makeBytes };
        for (let i = 0; i < count; i++) {
          const bytes = make(source, first + i, size);
          const [start, duration] = [(from + i) * seconds * 1e6, seconds * 1e6];
          const message: PageMessage = { kind: 'cluster', source, bytes, start, duration, keyframe: true };
          driven.worker.postMessage(message, [bytes.buffer]);
        }
      },
      [source, first, count, size, from, SECONDS] as const,
    );
  }

  /** @returns what the worker last said of itself; null before its first word */
  progress(): Promise<Progress | null> {
    return this.page.evaluate(() => (window as unknown as { driven: Driven }).driven.progress);
  }

  /** @returns all that the worker told, except its progress */
  told(): Promise<WorkerMessage[]> {
    return this.page.evaluate(() => (window as unknown as { driven: Driven }).driven.told);
  }

  /** Waits until the worker tells this. */
  async hear<K extends WorkerMessage['kind']>(
    kind: K,
    seconds = PATIENCE,
  ): Promise<Extract<WorkerMessage, { kind: K }>> {
    const end = Date.now() + 1000 * seconds;
    for (;;) {
      const told = await this.told();
      const found = told.find((message) => message.kind === kind);
      if (found) return found as Extract<WorkerMessage, { kind: K }>;
      if (Date.now() > end) throw new Error(`not told ${kind} within ${seconds} s, but ${JSON.stringify(told)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Waits for a progress of which something holds, and which the worker tells from now on. */
  async see(holds: (progress: Progress) => boolean, seconds = PATIENCE): Promise<Progress> {
    await this.page.evaluate(() => void ((window as unknown as { driven: Driven }).driven.progress = null));
    const end = Date.now() + 1000 * seconds;
    for (;;) {
      const progress = await this.progress();
      if (progress && holds(progress)) return progress;
      if (Date.now() > end) {
        throw new Error(
          `not within ${seconds} s: ${holds.toString()}, but ${JSON.stringify([progress, await this.told()])}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
