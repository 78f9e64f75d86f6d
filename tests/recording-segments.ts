import { createHash } from 'node:crypto';
import { encodeHeader } from '../app/browser/sframe.ts';
import { encodeMetadata, type Source } from '../app/wire.ts';

/** A segment's body whose bytes follow from its number: metadata, SFrame header, and what stands in for ciphertext. */
export function segmentBody(
  recording: string,
  number: number,
  options: { chapter?: number; source?: Source; bytes?: number; salt?: string } = {},
): Buffer {
  const { chapter = 0, source = 'camera', bytes = 100 + ((number * 7919) % 20_000), salt = '' } = options;
  const init = number === 0;
  const start = number * 2_000_000;
  const metadata = encodeMetadata({ recording, source, keyframe: !init, init, start, duration: init ? 0 : 2_000_000 });
  const filling = createHash('sha256').update(`${number} ${salt}`).digest();
  return Buffer.concat([metadata, encodeHeader(BigInt(chapter), BigInt(number)), Buffer.alloc(bytes, filling)]);
}

/** @returns what a statement says of these bodies or statements */
export function digestOf(parts: (Buffer | string)[]): string {
  const total = createHash('sha256');
  for (const part of parts) total.update(createHash('sha256').update(part).digest());
  return total.digest('base64url');
}
