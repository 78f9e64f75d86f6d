import { add, fraction, isWhole } from './fraction.ts';
import { isExact, NoValue, numberOf, opposite, signOf, type Value } from './value.ts';

export type Angle = 'degrees' | 'radians';

/** By the names that they are written with. Each takes a number and what angles are measured in, and throws NoValue where there is no result. */
export const FUNCTIONS = new Map<string, (x: Value, angle: Angle) => Value>(
  Object.entries({
    sin: sine,
    cos: cosine,
    tan: tangent,
    asin: (x: Value, angle: Angle) => measured(Math.asin(withinOne(x)), angle),
    acos: (x: Value, angle: Angle) => measured(Math.acos(withinOne(x)), angle),
    atan: (x: Value, angle: Angle) => measured(Math.atan(numberOf(x)), angle),
    ln: (x: Value) => Math.log(positive(x)),
    log: (x: Value) => Math.log10(positive(x)),
    lg: (x: Value) => Math.log10(positive(x)),
    sqrt: root,
    abs: (x: Value) => (signOf(x) < 0 ? opposite(x) : x),
  }),
);

/** The machine's own numbers know no factorial of more. */
const MOST_FACTORS = 170;

/** @throws NoValue for what is no whole number from 0 to 170 */
export function factorial(x: Value): Value {
  const factors = numberOf(x);
  if (!Number.isInteger(factors) || factors < 0 || factors > MOST_FACTORS) throw new NoValue('factorial');
  let result = 1n;
  for (let factor = 2n; factor <= BigInt(factors); factor++) result *= factor;
  return fraction(result);
}

/** @throws NoValue for what is below zero */
export function root(x: Value): Value {
  if (signOf(x) < 0) throw new NoValue('root-of-negative');
  if (!isExact(x)) return Math.sqrt(x);
  const [over, under] = [wholeRoot(x.over), wholeRoot(x.under)];
  const exact = over * over === x.over && under * under === x.under;
  return exact ? fraction(over, under) : Math.sqrt(numberOf(x));
}

/** @returns the largest whole number whose square is not more (Newton) */
function wholeRoot(square: bigint): bigint {
  if (square < 2n) return square;
  let [last, next] = [square, 1n << BigInt(Math.ceil(square.toString(2).length / 2))];
  while (next < last) [last, next] = [next, (next + square / next) / 2n];
  return last;
}

/** Angles of a turn, in degrees, whose sines can be written down. */
const SINES: Record<string, [over: bigint, under: bigint]> = {
  ...{ 0: [0n, 1n], 30: [1n, 2n], 90: [1n, 1n], 150: [1n, 2n] },
  ...{ 180: [0n, 1n], 210: [-1n, 2n], 270: [-1n, 1n], 330: [-1n, 2n] },
};

function sine(x: Value, angle: Angle): Value {
  if (angle === 'radians') return silenced(Math.sin(numberOf(x)), numberOf(x));
  if (!isExact(x)) return sineOfDegrees(x % 360);
  const turn = 360n * x.under;
  const rest = fraction(((x.over % turn) + turn) % turn, x.under);
  const known = isWhole(rest) ? SINES[String(rest.over)] : undefined;
  return known ? fraction(...known) : sineOfDegrees(numberOf(rest));
}

function cosine(x: Value, angle: Angle): Value {
  if (angle === 'radians') return silenced(Math.cos(numberOf(x)), numberOf(x));
  return isExact(x) ? sine(add(x, fraction(90n)), angle) : sineOfDegrees((x % 360) + 90);
}

function tangent(x: Value, angle: Angle): Value {
  const under = cosine(x, angle);
  if (signOf(under) === 0) throw new NoValue('tangent');
  return numberOf(sine(x, angle)) / numberOf(under);
}

function sineOfDegrees(degrees: number): number {
  const radians = (degrees * Math.PI) / 180;
  return silenced(Math.sin(radians), radians);
}

/** @returns 0 for what is no more than the angle was rounded by: π itself is no number of the machine's */
function silenced(result: number, radians: number): number {
  return Math.abs(radians) >= 1 && Math.abs(result) <= 2 * Number.EPSILON * Math.abs(radians) ? 0 : result;
}

function measured(radians: number, angle: Angle): number {
  return angle === 'degrees' ? (radians * 180) / Math.PI : radians;
}

function withinOne(x: Value): number {
  const number = numberOf(x);
  if (Math.abs(number) > 1) throw new NoValue('inverse');
  return number;
}

function positive(x: Value): number {
  if (signOf(x) <= 0) throw new NoValue('logarithm');
  return numberOf(x);
}
