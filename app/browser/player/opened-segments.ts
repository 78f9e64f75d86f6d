import type { IndexSegment } from '../../wire.ts';
import { request, RequestError } from '../room-request.ts';
import type { Piece } from './layout.ts';
import type { ReleasedKeys } from './released-keys.ts';
import { FaultySegment, openSegment } from './segment.ts';

const TRIES = 3;
/** Milliseconds. */
const RETRY = 1000;

/** Segments of a grant's recordings, fetched and decrypted. */
export class OpenedSegments {
  readonly #grant: string;
  readonly #keys: ReleasedKeys;
  readonly #failed: (error: Error) => void;
  /** By the segment that the header is. */
  readonly #inits = new Map<IndexSegment, Promise<Uint8Array<ArrayBuffer>>>();
  #closed = false;

  /** @param failed called when a request fails that is tried again */
  constructor(grant: string, keys: ReleasedKeys, failed: (error: Error) => void) {
    this.#grant = grant;
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
    let init = this.#inits.get(piece.init);
    if (!init) {
      init = this.#fetch(piece, piece.init);
      init.catch(() => this.#inits.delete(piece.init));
      this.#inits.set(piece.init, init);
    }
    return init;
  }

  /** Ends trying again. */
  close(): void {
    this.#closed = true;
  }

  /** Fetches a segment of the piece's chapter and opens it; its key is asked for at the same time. */
  async #fetch(
    { recording, chapter }: Piece,
    segment: IndexSegment,
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const released = this.#keys.get(recording, chapter);
    released.catch(() => {});
    const body = await this.#download(recording, segment, signal);
    return openSegment(body, recording, segment, await released);
  }

  async #download(recording: string, segment: IndexSegment, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const path = `/grants/${this.#grant}/recordings/${recording}/segments/${segment.number}`;
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
