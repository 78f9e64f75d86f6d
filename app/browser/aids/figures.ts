import { type Digits, digitsOf, isWhole } from './fraction.ts';
import { isExact, type Value } from './value.ts';

/** Significant digits that are shown: four fewer than the machine's numbers have, so that 0.1 + 0.2 is 0.3. */
const SHOWN = 12;
/** A whole number that is exact has all of its digits shown up to so many. */
const SHOWN_WHOLE = 15;
/** Noughts behind the decimal mark from which on the power of ten is written instead. */
const MOST_NOUGHTS = 6;

/** @param decimal the sign before decimals @returns a result as it is shown, which can be written into an expression again: “−0.25”, “1.5E20” */
export function show(value: Value, decimal: '.' | ','): string {
  const whole = isExact(value) && isWhole(value) && digitsOf(value, SHOWN).exponent < SHOWN_WHOLE;
  const most = whole ? SHOWN_WHOLE : SHOWN;
  const { negative, digits, exponent } = isExact(value) ? digitsOf(value, most) : digitsOfNumber(value);
  const sign = negative ? '−' : '';
  const split = (at: number) => (digits.length > at ? `${digits.slice(0, at)}${decimal}${digits.slice(at)}` : digits);
  if (exponent >= most || exponent < -MOST_NOUGHTS)
    return `${sign}${split(1)}E${exponent < 0 ? '−' : ''}${Math.abs(exponent)}`;
  if (exponent < 0) return `${sign}0${decimal}${'0'.repeat(-exponent - 1)}${digits}`;
  return sign + split(exponent + 1).padEnd(exponent + 1, '0');
}

/** As {@link digitsOf} has a fraction's. */
function digitsOfNumber(number: number): Digits {
  const [mantissa = '0', exponent = '0'] = Math.abs(number)
    .toExponential(SHOWN - 1)
    .split('e');
  const digits = mantissa.replace('.', '').replace(/0+$/, '');
  return { negative: number < 0, digits: digits || '0', exponent: Number(exponent) };
}
