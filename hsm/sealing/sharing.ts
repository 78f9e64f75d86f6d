import { randomBytes, randomFillSync } from 'node:crypto';
import canonicalize from 'canonicalize';
import { split } from 'shamir-secret-sharing';
import type { Custody } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { replaceDurably } from '../ledger/folder.ts';
import { removePin, samePin } from './pin-file.ts';
import {
  KEY_BYTES,
  openSealedPin,
  readSealedPin,
  SEALED_FILE,
  SealError,
  type SealedPin,
  sealPin,
} from './sealed-file.ts';
import { digestShare, nameSealing, openShare, packShare, ShareError } from './share.ts';

/** A sealing that nobody goes on with is given up: its shares are in memory. */
const PATIENCE_MS = 2 * 3_600_000;
const CHECK_MS = 10_000;

interface Custodian {
  name: string;
  digest: string;
  /** Until it is handed out; and again from when it was typed back, for the trial. */
  share: Buffer | undefined;
  shown: boolean;
  confirmed: boolean;
}

/** How far handing out the shares has come. */
export interface SharingView {
  sealing: string;
  threshold: number;
  custodians: Pick<Custodian, 'name' | 'shown' | 'confirmed'>[];
}

/**
 * A new sealing while its shares are handed out, each once. It lives in this process's memory only: whatever ends the process before
 * the trial leaves the PIN file as it was, and papers that open nothing.
 */
export class Sharing {
  readonly #sealed: SealedPin;
  readonly #custodians: Custodian[];
  readonly #timer: NodeJS.Timeout;
  #until = 0;

  private constructor(sealed: SealedPin, custodians: Custodian[], expire: () => void) {
    this.#sealed = sealed;
    this.#custodians = custodians;
    this.#goOn();
    this.#timer = setInterval(() => Date.now() >= this.#until && expire(), CHECK_MS).unref();
  }

  /**
   * Makes a key, encrypts the PIN with it and splits it.
   * @param pin stays the caller's to be zeroed
   * @param expire is called when nobody has gone on with it for two hours
   */
  static async begin(
    threshold: number,
    names: readonly string[],
    pin: Uint8Array,
    expire: () => void,
  ): Promise<Sharing> {
    const sealing = nameSealing(randomBytes(KEY_BYTES));
    const key = randomFillSync(new Uint8Array(KEY_BYTES));
    try {
      const points = await split(key, names.length, threshold);
      const custodians = names.map((name, i) => {
        const point = points[i] as Uint8Array;
        const share = packShare(sealing, point);
        point.fill(0);
        return { name, digest: digestShare(share), share, shown: false, confirmed: false };
      });
      const named = {
        cloister: 'sealed-pin/v1' as const,
        sealing,
        threshold,
        custodians: custodians.map(({ name, digest }) => ({ name, digest })),
        sealedAt: new Date().toISOString(),
      };
      return new Sharing(sealPin(named, key, pin), custodians, expire);
    } finally {
      key.fill(0);
    }
  }

  view(): SharingView {
    const { sealing, threshold } = this.#sealed;
    const custodians = this.#custodians.map(({ name, shown, confirmed }) => ({ name, shown, confirmed }));
    return { sealing, threshold, custodians };
  }

  /**
   * @returns one custodian's share, 40 bytes to be zeroed by the caller. Custody does not have it any more.
   * @throws CustodyError not-found, share-shown
   */
  handOut(name: string): Buffer {
    const custodian = this.#custodians.find((one) => one.name === name);
    if (!custodian) throw new CustodyError('not-found', 'custodian');
    if (custodian.shown || !custodian.share) throw new CustodyError('share-shown');
    this.#goOn();
    const { share } = custodian;
    custodian.shown = true;
    custodian.share = undefined;
    return share;
  }

  /**
   * Takes back from a custodian what they wrote down.
   * @param share 40 bytes; zeroed here
   * @returns whose it is
   * @throws CustodyError share-damaged, share-foreign
   */
  confirm(share: Uint8Array): string {
    const { sealing } = this.#sealed;
    try {
      const digest = digestShare(share);
      const custodian = this.#custodians.find((one) => one.shown && one.digest === digest);
      if (!custodian) throw new CustodyError('share-foreign', undefined, { sealing, given: openShare(share).sealing });
      this.#goOn();
      custodian.share ??= Buffer.from(share);
      custodian.confirmed = true;
      return custodian.name;
    } catch (error) {
      throw error instanceof ShareError ? new CustodyError('share-damaged') : error;
    } finally {
      share.fill(0);
    }
  }

  /**
   * Opens what is to be sealed with what the custodians typed back, every share in turn among as many as it takes.
   * @throws CustodyError share-unconfirmed, seal-broken, pin-differs
   */
  async rehearse(sealed: SealedPin, pin: Uint8Array): Promise<void> {
    const shares = this.#custodians.flatMap(({ share, confirmed }) => (share && confirmed ? [share] : []));
    if (shares.length < this.#custodians.length) throw new CustodyError('share-unconfirmed');
    for (const first of shares.keys()) {
      const some = [...shares.slice(first), ...shares].slice(0, sealed.threshold);
      const opened = await openSealedPin(sealed, some).catch((error: unknown) => {
        throw error instanceof SealError ? new CustodyError('seal-broken', error.message) : error;
      });
      const same = samePin(opened, pin);
      opened.fill(0);
      if (!same) throw new CustodyError('pin-differs');
    }
  }

  get sealed(): SealedPin {
    return this.#sealed;
  }

  /** Zeroes every share that is held. */
  forget(): void {
    clearInterval(this.#timer);
    for (const custodian of this.#custodians) {
      custodian.share?.fill(0);
      custodian.share = undefined;
    }
  }

  #goOn(): void {
    this.#until = Date.now() + PATIENCE_MS;
  }
}

/**
 * Begins to seal: from then on shares are handed out. Takes the PIN as proof that whoever asks could open the token anyway: of the
 * custodians' shares a new officer can be made, see recovery.ts.
 * @throws CustodyError sealing-unsafe, sealing-under-way, sealed-already, pin-differs (entered)
 */
export async function beginSharing(
  custody: Pick<Custody, 'seal' | 'ledger'>,
  order: { threshold: number; custodians: readonly string[]; pin: string },
): Promise<SharingView> {
  const { seal } = custody;
  const { threshold, custodians } = order;
  const different = new Set(custodians.map((name) => name.normalize('NFKC').toLowerCase())).size;
  if (threshold < 2 || custodians.length < threshold || different < custodians.length)
    throw new CustodyError('sealing-unsafe');
  if (seal.sharing) throw new CustodyError('sealing-under-way');
  const pin = seal.readPin();
  if (!pin) throw new CustodyError('sealed-already');
  try {
    if (!samePin(pin, Buffer.from(order.pin))) {
      await custody.ledger.append([{ type: 'refused', body: { tried: 'seal', refusal: 'pin-differs' } }]);
      throw new CustodyError('pin-differs');
    }
    const sharing = await Sharing.begin(threshold, custodians, pin, () => abortSharing(custody));
    if (seal.sharing) {
      sharing.forget();
      throw new CustodyError('sealing-under-way');
    }
    seal.sharing = sharing;
    return sharing.view();
  } finally {
    pin.fill(0);
  }
}

/** @throws CustodyError sealing-missing */
export function sharingOf({ seal }: Pick<Custody, 'seal'>): Sharing {
  if (!seal.sharing) throw new CustodyError('sealing-missing');
  return seal.sharing;
}

/** Gives a sealing up: the shares that were handed out open nothing. */
export function abortSharing({ seal }: Pick<Custody, 'seal'>): void {
  seal.sharing?.forget();
  seal.sharing = undefined;
}

/**
 * Seals. The order, and why: the trial in memory; the file, durable; the trial again with what the disk gives back; the entry; and only
 * then the PIN file goes. Cut off before the file, nothing has happened. Cut off after it, the PIN file is still there: custody starts
 * with it, says so, and `cloister seal` begins anew. Cut off after the PIN file went, custody starts sealed, with the shares that were tried.
 * @returns whether custody could take the PIN file away
 * @throws CustodyError sealing-missing, share-unconfirmed, seal-broken, pin-differs; nothing is sealed then
 */
export async function completeSharing(
  custody: Pick<Custody, 'seal' | 'ledger' | 'log'>,
): Promise<{ sealing: string; pinRemoved: boolean }> {
  const { seal } = custody;
  const sharing = sharingOf(custody);
  const pin = seal.readPin();
  if (!pin) throw new CustodyError('sealed-already');
  try {
    await sharing.rehearse(sharing.sealed, pin);
    await replaceDurably(seal.folder, SEALED_FILE, canonicalize(sharing.sealed) as string);
    const stored = readSealedPin(seal.folder);
    if (!stored) throw new CustodyError('seal-broken', 'the file is gone');
    await sharing.rehearse(stored, pin);
    const { sealing, threshold, custodians } = stored;
    const names = custodians.map(({ name }) => name);
    await custody.ledger.append([{ type: 'pin-sealed', body: { sealing, threshold, custodians: names } }]);
    const pinRemoved = await removePin(seal.pinFile);
    seal.replace(stored);
    abortSharing(custody);
    custody.log.info({ sealing, threshold, custodians: custodians.length, pinRemoved }, 'the PIN is sealed');
    return { sealing, pinRemoved };
  } finally {
    pin.fill(0);
  }
}
