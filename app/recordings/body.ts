import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors.ts';
import type { Intake } from './intake.ts';

/** A body in memory. Whoever got it calls `release` once it is stored or refused. */
export interface Body {
  pieces: Buffer[];
  release(): void;
}

/**
 * Reads a request's body in the pieces that it comes in, without copying it and without web streams.
 * @param limit most bytes
 * @param intake counts the bytes until they are released
 * @throws AppError too-large, busy, malformed when the connection ended early; nothing is left counted then
 */
export function readBody(incoming: IncomingMessage, limit: number, intake: Intake): Promise<Body> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    // Listeners stay on: what comes after a refusal is read and thrown away, and taking them off costs more than all the rest.
    let settled = false;
    const fail = (error: unknown) => {
      if (settled) return;
      settled = true;
      pieces.length = 0;
      intake.release(bytes);
      reject(error);
    };
    const onData = (piece: Buffer) => {
      if (settled) return;
      try {
        if (bytes + piece.length > limit) throw new AppError('too-large');
        intake.take(piece.length);
      } catch (error) {
        return fail(error);
      }
      bytes += piece.length;
      pieces.push(piece);
    };
    const onEnd = () => {
      if (settled) return;
      settled = true;
      resolve({ pieces, release: () => intake.release(bytes) });
    };
    const onClose = () => fail(new AppError('malformed', { detail: 'the connection ended within the body' }));
    if (incoming.destroyed) return onClose();
    incoming.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}
