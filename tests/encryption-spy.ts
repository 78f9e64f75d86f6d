import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { decodeHeader } from '../app/browser/sframe.ts';
import { decodeMetadata, METADATA_BYTES, type Source } from '../app/wire.ts';

/** A piece of media as it went into encryption, in a recorder's worker. */
export interface Encrypted {
  source: Source;
  recording: string;
  chapter: number;
  number: number;
  init: boolean;
  /** µs on the recording's timeline. */
  start: number;
  duration: number;
  /** WebM: a media header, or one cluster. */
  bytes: Buffer;
  /** Epoch ms. */
  at: number;
  /** Whether the page is known to have kept it: from then on nothing may lose it. */
  kept: boolean;
}

/** Where the worker tells the test; nothing of it reaches the network. */
const ENCRYPTED = '/spied-encryption';
const KEPT = '/spied-keeping';
export const REPORTS: readonly string[] = [ENCRYPTED, KEPT];

/**
 * Runs before the recorder's worker. The page goes on only once the test has the copy, so that nothing can be stored, shown or
 * lost that the test does not know of. What is encrypted and not yet written is lost with the page, which takes longer on a
 * busy machine: the test is told of each piece once the browser's database has it.
 */
const SPY = `
const encrypt = crypto.subtle.encrypt.bind(crypto.subtle);
const report = fetch.bind(self);
crypto.subtle.encrypt = async (algorithm, key, data) => {
  const sealed = await encrypt(algorithm, key, data);
  if (algorithm.name === 'AES-GCM') {
    const length = new Uint32Array([algorithm.additionalData.byteLength]);
    await report('${ENCRYPTED}', { method: 'POST', body: new Blob([length, algorithm.additionalData, data]) });
  }
  return sealed;
};
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (value, key) {
  if (this.name === 'bodies' && Array.isArray(key))
    this.transaction.addEventListener('complete', () =>
      report('${KEPT}', { method: 'POST', body: JSON.stringify(key) }).catch(() => {}),
    );
  return put.apply(this, arguments);
};
`;

/** Keeps a copy of all that any recorder in this context encrypts, in the order of its making. */
export async function spyOnEncryption(context: BrowserContext, kept: Encrypted[]): Promise<void> {
  const worker = readFileSync(join(import.meta.dirname, '../dist/assets/recorder-worker.js'), 'utf8');
  await context.route('**/assets/recorder-worker.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: SPY + worker }),
  );
  await context.route(`**${ENCRYPTED}`, async (route) => {
    const body = route.request().postDataBuffer() ?? Buffer.alloc(0);
    const length = body.readUInt32LE(0);
    const bound = body.subarray(4, 4 + length);
    // What is bound to the ciphertext: SFrame's header, then the segment's metadata.
    const { kid, ctr } = decodeHeader(bound.subarray(0, length - METADATA_BYTES));
    const metadata = decodeMetadata(bound.subarray(length - METADATA_BYTES));
    const bytes = Buffer.from(body.subarray(4 + length));
    kept.push({ ...metadata, chapter: Number(kid), number: Number(ctr), bytes, at: Date.now(), kept: false });
    await route.fulfill({ status: 204 });
  });
  await context.route(`**${KEPT}`, async (route) => {
    const [recording, chapter, number] = route.request().postDataJSON() as [string, number, number];
    const is = (one: Encrypted) => one.recording === recording && one.chapter === chapter && one.number === number;
    // A number whose piece was lost with a page is given again.
    const written = kept.findLast(is);
    if (written) written.kept = true;
    await route.fulfill({ status: 204 });
  });
}
