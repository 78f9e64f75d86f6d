import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { CustodyConfig } from '../config.ts';
import { CustodyError } from '../errors.ts';
import { TokenError } from '../token/errors.ts';
import { readPin } from './pin-file.ts';
import { Quorum, type QuorumView } from './quorum.ts';
import { readSealedPin, SEALED_FILE, type SealedPin, SealError } from './sealed-file.ts';
import type { Sharing } from './sharing.ts';

/** What giving a share led to. */
export interface ShareGiven extends QuorumView {
  /** Whether custody is open now. */
  opened: boolean;
}

/**
 * How custody comes by its token's PIN: from the PIN file, or from the custodians. Without the file it starts sealed, and opens, in the
 * same process, once enough of them have given their shares.
 */
export class Seal {
  /** The custodians who opened it, by name, and their sealing; null where the PIN file did. Stands in the entry of the start. */
  openedBy: { sealing: string; custodians: string[] } | null = null;
  /** Shares being handed out, in this process's memory only. */
  sharing: Sharing | undefined;
  /** The lost last officer's way back; see recovery.ts. */
  recovery: { name: string; quorum: Quorum } | undefined;
  readonly #data: string;
  readonly #pinFile: string;
  readonly #log: Logger;
  #sealed: SealedPin | undefined;
  #unsealing: Quorum | undefined;
  #open: (pin: string) => Promise<void> = () => Promise.reject(new Error('started without a token'));
  #opened: () => void = () => {};

  /** @throws SealError when what lies sealed is damaged */
  constructor(config: Pick<CustodyConfig, 'CLOISTER_CUSTODY_DATA' | 'CLOISTER_PIN_FILE'>, log: Logger) {
    this.#data = config.CLOISTER_CUSTODY_DATA;
    this.#pinFile = config.CLOISTER_PIN_FILE;
    this.#log = log;
    this.#sealed = readSealedPin(this.#data);
  }

  /** Whether the token waits for the custodians. */
  get isClosed(): boolean {
    return this.#unsealing !== undefined;
  }

  /** What lies sealed, with the custodians' names; undefined while the PIN file is all there is. */
  get sealed(): SealedPin | undefined {
    return this.#sealed;
  }

  /** @returns the PIN file's PIN, to be zeroed; undefined where there is no such file */
  readPin(): Buffer | undefined {
    return readPin(this.#pinFile);
  }

  /** Whether custody opens without its custodians at its next start. */
  get hasPinFile(): boolean {
    return existsSync(this.#pinFile);
  }

  get pinFile(): string {
    return this.#pinFile;
  }

  /** Custody's own folder. */
  get folder(): string {
    return this.#data;
  }

  /** Who is there of those who have to come; undefined while custody is open. */
  view(): QuorumView | undefined {
    return this.#unsealing?.view();
  }

  /**
   * Opens the token with the PIN file's PIN, or begins to wait for the custodians.
   * @param openToken opens the token; what it throws where the PIN file has the PIN is thrown on
   * @returns when the token has been opened
   */
  async start(openToken: (pin: string) => Promise<void>): Promise<void> {
    const pin = this.readPin();
    if (pin) {
      if (this.#sealed)
        this.#log.warn('the PIN lies sealed, but its file is there as well: custody opens without its custodians');
      const text = pin.toString('utf8');
      pin.fill(0);
      return openToken(text);
    }
    if (!this.#sealed)
      throw new SealError(
        `There is neither a PIN file (CLOISTER_PIN_FILE) nor a sealed PIN (${join(this.#data, SEALED_FILE)}). Give custody one of them.`,
      );
    this.#open = openToken;
    this.#unsealing = new Quorum(this.#sealed);
    const { threshold, custodians } = this.#sealed;
    this.#log.warn({ threshold, custodians: custodians.length }, 'sealed: waiting for the custodians');
    await new Promise<void>((opened) => (this.#opened = opened));
  }

  /**
   * Takes one custodian's share towards opening.
   * @param share 40 bytes; zeroed here
   * @throws CustodyError not-sealed, share-damaged, share-foreign, seal-broken, pin-refused (all shares are asked for again)
   */
  async unseal(share: Uint8Array): Promise<ShareGiven> {
    const quorum = this.#unsealing;
    if (!quorum || !this.#sealed) {
      share.fill(0);
      throw new CustodyError('not-sealed');
    }
    const given = await quorum.give(share);
    if (!given) return { ...quorum.view(), opened: false };
    const pin = given.pin.toString('utf8');
    given.pin.fill(0);
    // Before the token opens: the entry of the start, which names them, is made as soon as it does.
    this.openedBy = { sealing: this.#sealed.sealing, custodians: given.present };
    try {
      await this.#open(pin);
    } catch (error) {
      this.openedBy = null;
      if (error instanceof TokenError) throw new CustodyError('pin-refused', `${error.code}, ${error.detail}`);
      throw error;
    }
    quorum.forget();
    this.#unsealing = undefined;
    this.#log.info({ present: given.present.length }, 'unsealed');
    this.#opened();
    return { present: given.present, threshold: this.#sealed.threshold, missing: [], opened: true };
  }

  /** What is sealed from now on. */
  replace(sealed: SealedPin): void {
    this.#sealed = sealed;
    this.recovery?.quorum.forget();
    this.recovery = undefined;
  }

  /** Zeroes every share that is held. */
  forget(): void {
    this.#unsealing?.forget();
    this.recovery?.quorum.forget();
    this.sharing?.forget();
    this.sharing = undefined;
  }
}
