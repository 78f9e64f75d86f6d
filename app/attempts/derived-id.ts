import { createHash } from 'node:crypto';

/** @returns a UUID (RFC 9562 section 5.8, version 8) from the SHA-256 of `source`: the same for the same, whenever it is asked for */
export function deriveId(source: string): string {
  const bytes = createHash('sha256').update(source).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
