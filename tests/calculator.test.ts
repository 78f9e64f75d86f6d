import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calculate, LONGEST_EXPRESSION, type Setting } from '../app/browser/aids/expression.ts';
import { show } from '../app/browser/aids/figures.ts';
import { FULL } from './full.ts';

const setting: Setting = { decimal: '.', angle: 'degrees', last: null };

/** What the calculator shows, or which fault it tells of and where. */
function shown(expression: string, changed: Partial<Setting> = {}): string {
  const own = { ...setting, ...changed };
  const result = calculate(expression, own);
  return 'value' in result ? show(result.value, own.decimal) : `${result.fault.kind} at ${result.fault.at}`;
}

/** An expression as a tree, and what it is: numerator and denominator, which nothing shortens or rounds. */
interface Reference {
  /** As it is written within another one: with parentheses wherever they could be needed. */
  text: string;
  /** With those only that the order of signs needs. */
  sparing: string;
  /** 3 for a number, 2 for a product, 1 for a sum. */
  rank: number;
  /** Null where something is divided by zero. */
  exact: [over: bigint, under: bigint] | null;
}

const number = fc
  .tuple(fc.integer({ min: 0, max: 999_999 }), fc.integer({ min: 0, max: 4 }))
  .map(([digits, decimals]): Reference => {
    const text = digits.toString().padStart(decimals + 1, '0');
    const written = decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
    return { text: written, sparing: written, rank: 3, exact: [BigInt(digits), 10n ** BigInt(decimals)] };
  });

function join(sign: string, one: Reference, other: Reference): Reference {
  const rank = '+−'.includes(sign) ? 1 : 2;
  const exact =
    one.exact && other.exact && !(sign === '÷' && other.exact[0] === 0n) ? combine(sign, one.exact, other.exact) : null;
  const left = one.rank < rank ? `(${one.sparing})` : one.sparing;
  // Signs of one rank go from left to right: what is on the right of them is kept together.
  const right = other.rank <= rank ? `(${other.sparing})` : other.sparing;
  return { text: `(${one.text} ${sign} ${other.text})`, sparing: `${left}${sign}${right}`, rank, exact };
}

function combine(sign: string, [a, b]: [bigint, bigint], [c, d]: [bigint, bigint]): [bigint, bigint] {
  if (sign === '×') return [a * c, b * d];
  if (sign === '÷') return [a * d, b * c];
  return [a * d + (sign === '+' ? c * b : -c * b), b * d];
}

const tree = fc.letrec<{ node: Reference }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    number,
    fc.tuple(fc.constantFrom('+', '−', '×', '÷'), tie('node'), tie('node')).map(([sign, a, b]) => join(sign, a, b)),
  ),
})).node;

/** A shown number as it is read: digits, and the power of ten behind them. */
function readShown(text: string): { digits: bigint; tens: number } {
  const [mantissa = '', exponent = '0'] = text.replaceAll('−', '-').split('E');
  const decimals = mantissa.split('.')[1]?.length ?? 0;
  return { digits: BigInt(mantissa.replace('.', '')), tens: Number(exponent) - decimals };
}

const size = (n: bigint) => (n < 0n ? -n : n);
const runs = { numRuns: FULL ? 20_000 : 2000 };

describe('sums, differences, products and quotients', () => {
  test('are exact, and shown to twelve digits at least: as fractions of whole numbers say it', () => {
    fc.assert(
      fc.property(tree, fc.boolean(), ({ text, sparing, exact }, spare) => {
        const expression = spare ? sparing : text;
        fc.pre(expression.length <= LONGEST_EXPRESSION);
        const result = shown(expression);
        if (exact === null) {
          expect(result).toMatch(/^division-by-zero at/);
          return;
        }
        const [over, under] = exact;
        const { digits, tens } = readShown(result);
        // |shown − exact| ≤ half a unit of the twelfth digit of what it is: 2·10¹¹·|shown·under − over| ≤ |over|, at worst where it begins with a 1.
        const scale = 10n ** BigInt(Math.abs(tens));
        const error = tens < 0 ? digits * under - over * scale : digits * scale * under - over;
        const whole = tens < 0 ? over * scale : over;
        expect(size(error) * 2n * 10n ** 11n <= size(whole), `${expression} = ${result}`).toBe(true);
      }),
      runs,
    );
  });

  test('can go on from the last result without losing anything', () => {
    const third = calculate('1/3', setting);
    if (!('value' in third)) throw new Error('no third');
    expect(shown('Ans × 3 − 1', { last: third.value })).toBe('0');
    expect(shown('ans*3', { last: third.value })).toBe('1');
    expect(shown('2 + Ans')).toBe('no-last at 4');
  });
});

const numberOf = (figures: string) => Number(figures.replaceAll('−', '-'));

test('any text has a result or a fault, at once; what is shown can be written again and is the same', () => {
  const piece = fc.constantFrom(
    ...['1', '0.5', '9', '12E3', '9E9', '+', '−', '×', '÷', '^', '^', '!', '%', '(', ')', '√', '²'],
    ...['sin(', 'tan(', 'ln(', 'asin(', 'π', 'e', 'Ans', ' ', ',', '.', 'E', '99', 'x', '😀'],
  );
  const written = fc.oneof(
    fc.array(piece, { maxLength: 24 }).map((parts) => parts.join('')),
    fc.string(),
  );
  fc.assert(
    fc.property(written, fc.constantFrom('degrees' as const, 'radians' as const), (expression, angle) => {
      const began = performance.now();
      const result = calculate(expression, { ...setting, angle, last: 7 });
      expect(performance.now() - began).toBeLessThan(500);
      if ('fault' in result) {
        const { at, quote } = result.fault;
        expect(expression.slice(at, at + quote.length)).toBe(quote);
        return;
      }
      const figures = show(result.value, '.');
      expect(figures).toMatch(/^−?\d+(\.\d*[1-9])?(E−?\d+)?$/);
      // It may be shown with more digits then: what was rounded is exact once it is written.
      expect(numberOf(shown(figures))).toBe(numberOf(figures));
    }),
    runs,
  );
});

test.each([
  ['0.1 + 0.2', '0.3'],
  ['0.1 + 0.2 − 0.3', '0'],
  ['1/3', '0.333333333333'],
  ['2/3', '0.666666666667'],
  ['1 + 2 × 3', '7'],
  ['(1 + 2) × 3', '9'],
  ['8 ÷ 4 ÷ 2', '1'],
  ['10 - 4 - 3', '3'],
  ['√(9E998)', '3E499'],
  ['2^3^2', '512'],
  ['9^e^e', '2.88962329668E14'],
  ['2.88962329668E14', '288962329668000'],
  ['−2^2', '−4'],
  ['(−2)^2', '4'],
  ['−2²', '−4'],
  ['2^−1', '0.5'],
  ['2 × −3', '−6'],
  ['--5', '5'],
  ['2^0.5', '1.41421356237'],
  ['√2^2 − 2', '0'],
  ['√16 + √(9/4)', '5.5'],
  ['√9!', '6'],
  ['5!', '120'],
  ['(2+3)!', '120'],
  ['20!', '2.43290200818E18'],
  ['100!', '9.33262154439E157'],
  ['2^40', '1099511627776'],
  ['10^14 + 1', '100000000000001'],
  ['10^15', '1E15'],
  ['10^14 + 0.1', '1E14'],
  ['123456789.123456789', '123456789.123'],
  ['1/1000000', '0.000001'],
  ['1/10000000', '1E−7'],
  ['1.5E3 + 2E-1', '1500.2'],
  ['.5 + 5.', '5.5'],
  ['15% × 240', '36'],
  ['240 × 15%', '36'],
  ['240 + (15%)', '240.15'],
  ['240 + 2 × 15%', '240.3'],
  ['2*(3+4', '14'],
  ['sin(30)', '0.5'],
  ['sin(180) + cos(90)', '0'],
  ['sin(−30) + cos(60)', '0'],
  ['cos(720)', '1'],
  ['tan(45)', '1'],
  ['asin(0.5)', '30'],
  ['acos(−1)', '180'],
  ['atan(1)', '45'],
  ['sin(30)^2 + cos(30)^2', '1'],
  ['ln(e)', '1'],
  ['log(1000)', '3'],
  ['lg(0.001)', '−3'],
  ['SQRT(4) · ABS(−3)', '6'],
  ['e^1', '2.71828182846'],
  ['2 × π', '6.28318530718'],
  ['8^(1/3)', '2'],
  ['1.0000001^1000000', '1.10517091255'],
  ['0.9999999^−1000000', '1.1051709236'],
  ['(−1)^999999', '−1'],
  ['(−1.5)^1501', '−2.05579517572E264'],
])('%s is %s', (expression, result) => {
  expect(shown(expression)).toBe(result);
});

test.each([
  ['sin(π)', '0'],
  ['cos(π/2)', '0'],
  ['sin(100×π)', '0'],
  ['tan(π/4)', '1'],
  ['tan(π/2)', 'tangent at 0'],
  ['asin(1)', '1.57079632679'],
  ['sin(1E-9)', '1E−9'],
])('in radians %s is %s', (expression, result) => {
  expect(shown(expression, { angle: 'radians' })).toBe(result);
});

test.each([
  ['', 'empty at 0'],
  ['   ', 'empty at 3'],
  ['1/0', 'division-by-zero at 1'],
  ['5 ÷ (2 − 2)', 'division-by-zero at 2'],
  ['0^−1', 'division-by-zero at 1'],
  ['0^0', 'zero-to-zero at 1'],
  ['√(−4)', 'root-of-negative at 0'],
  ['(−8)^(1/3)', 'power-of-negative at 4'],
  ['ln(0)', 'logarithm at 0'],
  ['1 + log(−1)', 'logarithm at 4'],
  ['asin(2)', 'inverse at 0'],
  ['tan(90)', 'tangent at 0'],
  ['3.5!', 'factorial at 3'],
  ['(−1)!', 'factorial at 4'],
  ['171!', 'factorial at 3'],
  ['9^9^9', 'too-large at 1'],
  ['1E9999', 'too-large at 0'],
  ['√9E999', 'too-large at 0'],
  ['ln(9E999)', 'too-large at 0'],
  ['2 +', 'operand at 3'],
  ['2 + × 3', 'operand at 4'],
  ['× 3', 'operand at 0'],
  ['()', 'operand at 1'],
  ['2 3', 'two-numbers at 2'],
  ['1 000', 'two-numbers at 2'],
  ['1.2.3', 'two-numbers at 3'],
  ['(2 3)', 'two-numbers at 3'],
  ['2π', 'operator at 1'],
  ['2(3)', 'operator at 1'],
  ['(1)(2)', 'operator at 3'],
  ['2e3', 'operator at 1'],
  ['1)', 'parenthesis at 1'],
  [')', 'parenthesis at 0'],
  ['sin 30', 'argument at 0'],
  ['foo(1)', 'name at 0'],
  ['alert(1)', 'name at 0'],
  ['constructor(1)', 'name at 0'],
  ['1,5', 'decimal at 1'],
  ['3 $ 4', 'sign at 2'],
  ['200 + 10%', 'percent at 8'],
  ['200 − 5 × 1 − 10%', 'percent at 16'],
  ['1+'.repeat(100) + '1', 'too-long at 0'],
])('“%s” is told of: %s', (expression, fault) => {
  expect(shown(expression)).toBe(fault);
});

test('German has a decimal comma, and guesses at no point', () => {
  const german = { decimal: ',' as const };
  expect(shown('0,1 + 0,2', german)).toBe('0,3');
  expect(shown('1/3', german)).toBe('0,333333333333');
  expect(shown('6 : 4', german)).toBe('1,5');
  expect(shown('1,5E20', german)).toBe('1,5E20');
  expect(shown('1.000 + 1', german)).toBe('decimal at 1');
});
