/** An amount over time in which what is older weighs less. Pure. */
export class Meter {
  #halfLife: number;
  #amount = 0;
  #seconds = 0;

  /** @param halfLife seconds of measured time after which something weighs half */
  constructor(halfLife: number) {
    this.#halfLife = halfLife;
  }

  add(amount: number, seconds: number): void {
    const weight = 0.5 ** (seconds / this.#halfLife);
    this.#amount = this.#amount * weight + amount;
    this.#seconds = this.#seconds * weight + seconds;
  }

  /** Amount a second; null before there is any. */
  get rate(): number | null {
    return this.#seconds > 0 && this.#amount > 0 ? this.#amount / this.#seconds : null;
  }
}
