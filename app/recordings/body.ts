import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors.ts';
import type { Intake } from './intake.ts';

const FREED_BYTES = 4096;

/** A body in memory. Whoever got it calls `release` once it is stored or refused, and does not touch its pieces again. */
export interface Body {
  pieces: Buffer[];
  release(): void;
}

/**
 * Reads a request's body in the pieces that it comes in, without copying it and without web streams.
 * @param limit most bytes
 * @param intake counts the body and its bytes until they are released
 * @param attempt whose body it is
 * @throws AppError too-large, busy, malformed when the connection ended early; nothing is left counted then
 */
export function readBody(incoming: IncomingMessage, limit: number, intake: Intake, attempt: string): Promise<Body> {
  return new Promise((resolve, reject) => {
    intake.begin(attempt);
    const pieces: Buffer[] = [];
    let bytes = 0;
    // Listeners stay on: what comes after a refusal is read and thrown away, and taking them off costs more than all the rest.
    let settled = false;
    const fail = (error: unknown) => {
      settled = true;
      pieces.length = 0;
      intake.end(attempt, bytes);
      reject(error);
    };
    const onData = (piece: Buffer) => {
      if (settled) return;
      try {
        if (bytes + piece.length > limit) throw new AppError('too-large');
        intake.take(attempt, piece.length);
      } catch (error) {
        return fail(error);
      }
      bytes += piece.length;
      pieces.push(piece);
    };
    const onEnd = () => {
      if (settled) return;
      settled = true;
      resolve({
        pieces,
        release() {
          intake.end(attempt, bytes);
          for (const piece of pieces) free(piece);
        },
      });
    };
    const onClose = () => {
      // Comes after every request; an error is made only where one is needed.
      if (!settled) fail(new AppError('malformed', { detail: 'the connection ended within the body' }));
    };
    if (incoming.destroyed) return onClose();
    incoming.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

/**
 * Gives a piece's memory back at once. Left to the collector, every few hundred segments would cost a full collection of some
 * fifty milliseconds, because what lies outside the heap counts towards it.
 */
function free({ buffer, length }: Buffer): void {
  // A piece that shares its memory with something else is left alone.
  if (buffer.byteLength === length && length >= FREED_BYTES) (buffer as TransferableBuffer).transfer(0);
}

/** ES2024, which Node has. */
type TransferableBuffer = ArrayBufferLike & { transfer(length: number): ArrayBuffer };
