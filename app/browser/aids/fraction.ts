/** A number in lowest terms, its denominator positive: what is exact stays exact. */
export interface Fraction {
  over: bigint;
  under: bigint;
}

/** @throws RangeError for a denominator of zero */
export function fraction(over: bigint, under = 1n): Fraction {
  if (under === 0n) throw new RangeError('a fraction of nothing');
  const common = divisor(over, under) * (under < 0n ? -1n : 1n);
  return { over: over / common, under: under / common };
}

export function add(a: Fraction, b: Fraction): Fraction {
  return fraction(a.over * b.under + b.over * a.under, a.under * b.under);
}

export function multiply(a: Fraction, b: Fraction): Fraction {
  return fraction(a.over * b.over, a.under * b.under);
}

/** @throws RangeError for zero */
export function invert({ over, under }: Fraction): Fraction {
  return fraction(under, over);
}

export function negate({ over, under }: Fraction): Fraction {
  return { over: -over, under };
}

export function isWhole({ under }: Fraction): boolean {
  return under === 1n;
}

/** @returns bits of its longer half */
export function lengthOf({ over, under }: Fraction): number {
  return Math.max(over.toString(16).length, under.toString(16).length) * 4;
}

/** A number as it is written: 0.0450 is "45" with the exponent −2. */
export interface Digits {
  negative: boolean;
  /** The first of them before the decimal mark; none of the last ones is 0. Zero is "0". */
  digits: string;
  /** Power of ten that the first digit stands for. */
  exponent: number;
}

/** @param most significant digits @returns the number rounded to so many digits, halves away from zero */
export function digitsOf({ over, under }: Fraction, most: number): Digits {
  const negative = over < 0n;
  const size = negative ? -over : over;
  if (size === 0n) return { negative, digits: '0', exponent: 0 };
  // At most one below what it is: the digits of both halves tell it.
  let exponent = size.toString().length - under.toString().length - 1;
  if (size * tens(-exponent - 1) >= under * tens(exponent + 1)) exponent++;
  const shift = most - 1 - exponent;
  const [top, bottom] = [size * tens(shift), under * tens(-shift)];
  let rounded = (2n * top + bottom) / (2n * bottom);
  if (rounded === tens(most)) {
    rounded /= 10n;
    exponent++;
  }
  return { negative, digits: rounded.toString().replace(/0+$/, ''), exponent };
}

/** @returns the nearest number of the machine's own, as near as 20 digits tell; infinite where it has none so large */
export function approximate(exact: Fraction): number {
  const { negative, digits, exponent } = digitsOf(exact, 20);
  return Number(`${negative ? '-' : ''}${digits[0]}.${digits.slice(1)}e${exponent}`);
}

/** @returns the number rounded to so many significant digits */
export function round(exact: Fraction, most: number): Fraction {
  const { negative, digits, exponent } = digitsOf(exact, most);
  const shift = exponent - digits.length + 1;
  return fraction(BigInt(digits) * tens(shift) * (negative ? -1n : 1n), tens(-shift));
}

/** @returns 10 to that power; 1 for a negative one, which then stands in the other half */
function tens(power: number): bigint {
  return power > 0 ? 10n ** BigInt(power) : 1n;
}

function divisor(a: bigint, b: bigint): bigint {
  let [one, other] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (other !== 0n) [one, other] = [other, one % other];
  return one;
}
