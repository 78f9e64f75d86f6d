import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors.ts';
import { networkOf } from '../http/network.ts';

/** Fill of the recordings' intake above which practice waits: running exams come first. */
const EASY_FILL = 0.25;
/** Bodies under way at once: of one sender, of all with a personal link, of all others. */
const BODIES = 4;
const BODIES_OF_TEST_TAKERS = 256;
const BODIES_OF_OTHERS = 16;
/** Bytes that one sender may send in a row, and that come back to them each second: twice what any exam's bounds let a recorder send. */
const BYTES = 96 * 2 ** 20;
const BYTES_A_SECOND = 2 * 2 ** 20;
/** The same for everybody without a personal link together. */
const BYTES_OF_OTHERS = 512 * 2 ** 20;
const BYTES_OF_OTHERS_A_SECOND = 16 * 2 ** 20;
/** Addresses that are remembered at most; test takers are as many as there are on the rosters. */
const ADDRESSES = 10_000;
/** Milliseconds after which those are forgotten of whose allowance nothing is used: no longer than it takes to come back. */
const REMEMBERED = 60_000;
/** Milliseconds that a body may take; the recorder gives up after as long. */
const PATIENCE = 60_000;

/** Who sends: a test taker whose session is good, or whoever sits at an address. */
export type Sender = { testTaker: string } | { address: string };

/** What a sender, or a group of them, may still send. */
class Allowance {
  underWay = 0;
  readonly #bodies: number;
  readonly #bytes: number;
  readonly #bytesASecond: number;
  #left: number;
  #at = performance.now();

  constructor(bodies: number, bytes: number, bytesASecond: number) {
    this.#bodies = bodies;
    this.#bytes = bytes;
    this.#bytesASecond = bytesASecond;
    this.#left = bytes;
  }

  /** Whether nothing of it is used: forgetting it changes nothing. */
  get untouched(): boolean {
    return this.underWay === 0 && this.#refill() >= this.#bytes;
  }

  admits(bytes: number): boolean {
    return this.underWay < this.#bodies && bytes <= this.#refill();
  }

  begin(bytes: number): void {
    this.underWay++;
    this.#left -= bytes;
  }

  #refill(): number {
    const now = performance.now();
    this.#left = Math.min(this.#bytes, this.#left + ((now - this.#at) / 1000) * this.#bytesASecond);
    this.#at = now;
    return this.#left;
  }
}

/**
 * Takes in what practice runs and measurements send, and forgets each piece as it comes: nothing is held in memory, nothing
 * reaches a disk, nothing is written down. Anybody may send here, so each sender, and everybody without a personal link together,
 * has an allowance of bodies and bytes; recordings of running exams go before.
 */
export class PracticeSink {
  readonly #fill: () => number;
  readonly #limit: number;
  readonly #byTestTaker = new Map<string, Allowance>();
  readonly #byNetwork = new Map<string, Allowance>();
  readonly #testTakers = new Allowance(BODIES_OF_TEST_TAKERS, Infinity, 0);
  readonly #others = new Allowance(BODIES_OF_OTHERS, BYTES_OF_OTHERS, BYTES_OF_OTHERS_A_SECOND);

  /**
   * @param intake how full the recordings' intake is, 0 to 1
   * @param limit most bytes of one body
   */
  constructor(intake: { readonly fill: number }, limit: number) {
    this.#fill = () => intake.fill;
    this.#limit = limit;
    setInterval(() => this.#forget(), REMEMBERED).unref();
  }

  /** 0 empty to 1 full: the recordings' intake or the bodies under way here, whichever is fuller. */
  get load(): number {
    return Math.max(this.#fill(), this.#testTakers.underWay / BODIES_OF_TEST_TAKERS);
  }

  /**
   * @returns bytes of a request's body, as it states them
   * @throws AppError too-large, also where it states none
   */
  expect(incoming: IncomingMessage): number {
    const bytes = Number(incoming.headers['content-length'] ?? Infinity);
    if (!(bytes <= this.#limit)) throw new AppError('too-large', { detail: `${bytes} bytes` });
    return bytes;
  }

  /**
   * Reads a request's body to its end and throws it away.
   * @param bytes as `expect` gave them
   * @throws AppError busy, malformed when the body did not come whole or in time
   */
  async swallow(incoming: IncomingMessage, bytes: number, sender: Sender): Promise<void> {
    if (this.#fill() > EASY_FILL) throw tooMuch('recordings go first');
    const allowances = [this.#allowanceOf(sender), 'address' in sender ? this.#others : this.#testTakers];
    if (!allowances.every((allowance) => allowance.admits(bytes))) throw tooMuch('an allowance is used up');
    for (const allowance of allowances) allowance.begin(bytes);
    try {
      await thrownAway(incoming);
    } finally {
      for (const allowance of allowances) allowance.underWay--;
    }
  }

  #allowanceOf(sender: Sender): Allowance {
    const [known, name] =
      'address' in sender ? [this.#byNetwork, networkOf(sender.address)] : [this.#byTestTaker, sender.testTaker];
    const allowance = known.get(name) ?? new Allowance(BODIES, BYTES, BYTES_A_SECOND);
    if (known === this.#byNetwork && known.size >= ADDRESSES && !known.has(name)) throw tooMuch('too many addresses');
    known.set(name, allowance);
    return allowance;
  }

  #forget(): void {
    for (const known of [this.#byTestTaker, this.#byNetwork])
      for (const [name, allowance] of known) if (allowance.untouched) known.delete(name);
  }
}

function thrownAway(incoming: IncomingMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => incoming.destroy(), PATIENCE);
    const settle = (outcome: () => void) => {
      clearTimeout(late);
      outcome();
    };
    const cut = () => settle(() => reject(new AppError('malformed', { detail: 'the body did not come whole' })));
    if (incoming.destroyed) return cut();
    incoming
      .on('end', () => settle(resolve))
      .on('close', cut)
      .on('error', cut)
      .resume();
  });
}

function tooMuch(detail: string): AppError {
  return new AppError('busy', { sentence: (errors) => errors.tooMuchMeasured, detail });
}
