import type { IndexSegment } from '../../wire.ts';
import { request, RequestError } from '../room-request.ts';
import type { Piece } from './layout.ts';
import type { ReleasedKeys } from './released-keys.ts';
import { FaultySegment, openSegment } from './segment.ts';

const TRIES = 3;
/** Milliseconds. */
const RETRY = 1000;

/** Segments of one recording, fetched and decrypted. */
export class OpenedSegments {
  readonly #folder: string;
  readonly #recording: string;
  readonly #keys: ReleasedKeys;
  readonly #failed: (error: Error) => void;
  readonly #inits = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();
  #closed = false;

  /** @param failed called when a request fails that is tried again */
  constructor(grant: string, recording: string, keys: ReleasedKeys, failed: (error: Error) => void) {
    this.#folder = `/grants/${grant}/recordings/${recording}/segments`;
    this.#recording = recording;
    this.#keys = keys;
    this.#failed = failed;
  }

  /**
   * @returns the piece's media
   * @throws FaultySegment; what the release of its chapter's key throws; RequestError when trying again cannot help
   */
  open(piece: Piece, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    return this.#fetch(piece, piece.segment, signal);
  }

  /** The header of the piece's run, fetched once per chapter. Throws as `open` does. */
  init(piece: Piece): Promise<Uint8Array<ArrayBuffer>> {
    let init = this.#inits.get(piece.chapter);
    if (!init) {
      init = this.#fetch(piece, piece.init);
      init.catch(() => this.#inits.delete(piece.chapter));
      this.#inits.set(piece.chapter, init);
    }
    return init;
  }

  /** Ends trying again. */
  close(): void {
    this.#closed = true;
  }

  /** Fetches a segment of the piece's chapter and opens it; its key is asked for at the same time. */
  async #fetch(piece: Piece, segment: IndexSegment, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const released = this.#keys.get(this.#recording, piece.chapter);
    released.catch(() => {});
    const body = await this.#download(segment, signal);
    return openSegment(body, this.#recording, segment, await released);
  }

  async #download(segment: IndexSegment, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const path = `${this.#folder}/${segment.number}`;
    for (let tries = 1; ; tries++) {
      try {
        const response = await request('GET', path, signal ? { signal } : {});
        return new Uint8Array(await response.arrayBuffer());
      } catch (error) {
        if (!(error instanceof RequestError) || this.#closed) throw error;
        const lost = error.retryable && error.code !== 'unreachable' && tries === TRIES;
        if (lost || error.code === 'not-found') throw new FaultySegment(segment, 'unfetched');
        if (!error.retryable) throw error;
        this.#failed(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY));
      }
    }
  }
}
