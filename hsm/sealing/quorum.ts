import { CustodyError } from '../errors.ts';
import { openSealedPin, type SealedPin, SealError } from './sealed-file.ts';
import { digestShare, openShare, ShareError } from './share.ts';

/** So long custody keeps what the first custodian gave while the others are on their way. */
const PATIENCE_MS = 15 * 60_000;
const CHECK_MS = 1_000;

/** Who is there and who is not, by name. */
export interface QuorumView {
  present: string[];
  threshold: number;
  /** Of those who are not there; any `threshold` of all of them will do. */
  missing: string[];
}

/**
 * Collects custodians' shares for one purpose, one by one, each checked against what was handed out, until as many are there as it
 * takes. Shares are kept for 15 minutes from the first on, and zeroed as soon as they have been used or forgotten.
 */
export class Quorum {
  readonly #file: SealedPin;
  readonly #given = new Map<string, Buffer>();
  #until = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(file: SealedPin) {
    this.#file = file;
  }

  view(): QuorumView {
    const { threshold, custodians } = this.#file;
    const names = custodians.map(({ name }) => name);
    return {
      present: names.filter((name) => this.#given.has(name)),
      threshold,
      missing: names.filter((name) => !this.#given.has(name)),
    };
  }

  /**
   * Takes one share. The same again changes nothing.
   * @param share 40 bytes; zeroed here
   * @returns the PIN, to be zeroed by the caller, and who gave their shares, once there are enough of them; no share is kept then
   * @throws CustodyError share-damaged, share-foreign, seal-broken; what the others gave stays, but for seal-broken
   */
  async give(share: Uint8Array): Promise<{ pin: Buffer; present: string[] } | undefined> {
    const { custodians, threshold, sealing } = this.#file;
    try {
      const digest = digestShare(share);
      const custodian = custodians.find((one) => one.digest === digest);
      if (!custodian) throw new CustodyError('share-foreign', undefined, { sealing, given: openShare(share).sealing });
      if (!this.#given.has(custodian.name)) this.#given.set(custodian.name, Buffer.from(share));
    } catch (error) {
      throw error instanceof ShareError ? new CustodyError('share-damaged') : error;
    } finally {
      share.fill(0);
    }
    if (this.#given.size < threshold) {
      if (this.#given.size === 1) this.#until = Date.now() + PATIENCE_MS;
      this.#timer ??= setInterval(() => Date.now() >= this.#until && this.forget(), CHECK_MS).unref();
      return undefined;
    }
    const { present } = this.view();
    const shares = [...this.#given.values()];
    // Taken out at once: a share that comes while these are combined begins a quorum of its own.
    this.#given.clear();
    clearInterval(this.#timer);
    this.#timer = undefined;
    try {
      return { pin: await openSealedPin(this.#file, shares), present };
    } catch (error) {
      throw error instanceof SealError ? new CustodyError('seal-broken', error.message) : error;
    } finally {
      for (const one of shares) one.fill(0);
    }
  }

  /** Zeroes what was given. */
  forget(): void {
    for (const share of this.#given.values()) share.fill(0);
    this.#given.clear();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
