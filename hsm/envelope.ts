import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';

const schema = z.strictObject({
  v: z.literal(1),
  alg: z.enum(['RSA-OAEP', 'RSA-OAEP-256']),
  exam: z.uuid(),
  attempt: z.uuid(),
  recording: z.uuid(),
  chapter: z.int().nonnegative(),
  kid: z.uuid(),
  key: z.base64url().max(1024),
});

/** A chapter key under the exam key, with where it belongs. */
export type Envelope = Omit<z.infer<typeof schema>, 'key'> & {
  /** The wrapped key. */
  key: Buffer;
  /** SHA-256 of the envelope's text, and of the wrapped key alone. */
  digest: Buffer;
  keyDigest: Buffer;
};

/**
 * Reads an envelope from its canonical JSON.
 * @returns undefined when the text is anything else
 */
export function readEnvelope(text: string): Envelope | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success || canonicalize(parsed.data) !== text) return undefined;
  const key = Buffer.from(parsed.data.key, 'base64url');
  return { ...parsed.data, key, digest: sha256(text), keyDigest: sha256(key) };
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
