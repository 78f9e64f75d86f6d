import {
  add,
  approximate,
  fraction,
  type Fraction,
  invert,
  isWhole,
  lengthOf,
  multiply,
  negate,
  round,
} from './fraction.ts';

/** A number that the calculator works with: exact for as long as it can be, else the machine's own of some 16 digits. */
export type Value = Fraction | number;

/** Why something cannot be calculated. */
export type Undefined =
  | 'division-by-zero'
  | 'root-of-negative'
  | 'zero-to-zero'
  | 'power-of-negative'
  | 'logarithm'
  | 'inverse'
  | 'tangent'
  | 'factorial'
  | 'too-large';

/** A calculation that has no result. */
export class NoValue extends Error {
  readonly kind: Undefined;

  constructor(kind: Undefined) {
    super(kind);
    this.kind = kind;
  }
}

/** Bits of a half of a fraction: whatever grows beyond is rounded, so that no calculation takes long. */
const LONGEST = 4096;
/** What is left of two rounded numbers that are as good as equal is nothing but what they were rounded by. */
const NOISE = 1e-14;

/** @throws NoValue where there is no such number, or none so large */
export function checked(value: Value): Value {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new NoValue('too-large');
    return value;
  }
  return lengthOf(value) > LONGEST ? checked(approximate(value)) : value;
}

export function isExact(value: Value): value is Fraction {
  return typeof value !== 'number';
}

/** @returns the machine's own number next to it @throws NoValue where it knows none so large */
export function numberOf(value: Value): number {
  const number = isExact(value) ? approximate(value) : value;
  if (!Number.isFinite(number)) throw new NoValue('too-large');
  return number;
}

/** @returns −1, 0 or 1 */
export function signOf(value: Value): number {
  return Math.sign(isExact(value) ? Number(value.over > 0n) - Number(value.over < 0n) : value);
}

export function opposite(value: Value): Value {
  return isExact(value) ? negate(value) : -value;
}

/** @throws NoValue */
export function sum(a: Value, b: Value): Value {
  if (isExact(a) && isExact(b)) return checked(add(a, b));
  const [one, other] = [numberOf(a), numberOf(b)];
  const total = one + other;
  return checked(Math.abs(total) < NOISE * Math.max(Math.abs(one), Math.abs(other)) ? 0 : total);
}

/** @throws NoValue */
export function product(a: Value, b: Value): Value {
  return checked(isExact(a) && isExact(b) ? multiply(a, b) : numberOf(a) * numberOf(b));
}

/** @throws NoValue */
export function quotient(a: Value, b: Value): Value {
  if (signOf(b) === 0) throw new NoValue('division-by-zero');
  return checked(isExact(a) && isExact(b) ? multiply(a, invert(b)) : numberOf(a) / numberOf(b));
}

/** @throws NoValue */
export function power(base: Value, exponent: Value): Value {
  if (signOf(base) === 0) {
    if (signOf(exponent) === 0) throw new NoValue('zero-to-zero');
    if (signOf(exponent) < 0) throw new NoValue('division-by-zero');
  }
  const whole = isExact(exponent) ? isWhole(exponent) : Number.isInteger(exponent);
  if (signOf(base) < 0 && !whole) throw new NoValue('power-of-negative');
  if (isExact(base) && isExact(exponent) && whole) {
    const times = exponent.over < 0n ? -exponent.over : exponent.over;
    if (times * BigInt(lengthOf(base)) <= LONGEST) {
      const { over, under } = exponent.over < 0n ? invert(base) : base;
      return checked(fraction(over ** times, under ** times));
    }
  }
  const result = numberOf(base) ** numberOf(exponent);
  // A machine's own number is wrong in its last digit, and a high power that many times over.
  const near = isExact(base) && isExact(exponent) && whole && Number.isFinite(result) && result !== 0;
  return near ? steadyPower(base, exponent.over) : checked(result);
}

/** Digits that a long power is calculated with. */
const STEADY = 40;

/** @param exponent whole @returns the power, by squares that are rounded far behind what is shown */
function steadyPower(base: Fraction, exponent: bigint): Fraction {
  let result = fraction(1n);
  let square = round(exponent < 0n ? invert(base) : base, STEADY);
  for (let rest = exponent < 0n ? -exponent : exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = round(multiply(result, square), STEADY);
    if (rest > 1n) square = round(multiply(square, square), STEADY);
  }
  return result;
}
