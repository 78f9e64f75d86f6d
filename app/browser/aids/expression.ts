import { type Angle, factorial, FUNCTIONS, root } from './functions.ts';
import { fraction } from './fraction.ts';
import { checked, NoValue, opposite, power, product, quotient, sum, type Undefined, type Value } from './value.ts';

/** Signs that an expression may have. */
export const LONGEST_EXPRESSION = 200;
/** The name of the last result. */
export const LAST = 'Ans';

/** What is wrong with how an expression is written. */
export type Miswritten =
  | 'empty'
  | 'too-long'
  | 'sign'
  | 'decimal'
  | 'name'
  | 'operand'
  | 'operator'
  | 'two-numbers'
  | 'parenthesis'
  | 'argument'
  | 'percent'
  | 'no-last';

/** Why there is no result: `quote` is what it is about, which begins at `at`. */
export interface Fault {
  kind: Miswritten | Undefined;
  at: number;
  quote: string;
}

export interface Setting {
  /** What decimals are written with; the other sign is refused rather than guessed at. */
  decimal: '.' | ',';
  angle: Angle;
  /** What {@link LAST} stands for. */
  last: Value | null;
}

/**
 * Calculates what is written. Signs bind as in mathematics: `!`, `%` and roots first, then powers from right to left, then a minus
 * before a number (−2^2 is −4), then × and ÷, then + and −. A product is always written with its ×. Parentheses that are open at the end close there.
 */
export function calculate(expression: string, setting: Setting): { value: Value } | { fault: Fault } {
  if (expression.length > LONGEST_EXPRESSION) return { fault: { kind: 'too-long', at: 0, quote: '' } };
  try {
    return { value: new Reader(tokensOf(expression, setting.decimal), expression.length, setting).read() };
  } catch (error) {
    if (error instanceof Mistake) return { fault: error.fault };
    throw error;
  }
}

class Mistake extends Error {
  readonly fault: Fault;

  constructor(kind: Fault['kind'], { at, text }: Pick<Token, 'at' | 'text'>) {
    super(kind);
    this.fault = { kind, at, quote: text };
  }
}

interface Token {
  kind: 'number' | 'name' | 'sign';
  /** As it was written; `sign` is the one sign that it means, however it was written. */
  text: string;
  sign: string;
  at: number;
}

/** Ways to write a sign, beside its own. */
const SIGNS = new Map(Object.entries({ '*': '×', '·': '×', '⋅': '×', '/': '÷', ':': '÷', '-': '−', '–': '−' }));
const KNOWN_SIGNS = '+−×÷^!%()√²³';

function tokensOf(expression: string, decimal: Setting['decimal']): Token[] {
  const tokens: Token[] = [];
  const mark = decimal === '.' ? '\\.' : ',';
  const number = new RegExp(`(\\d+(${mark}\\d*)?|${mark}\\d+)(E[+\\-−]?\\d+)?`, 'y');
  const name = /[\p{L}]+/uy;
  for (let at = 0; at < expression.length; ) {
    const rest = (pattern: RegExp) => {
      pattern.lastIndex = at;
      return pattern.exec(expression)?.[0];
    };
    const space = rest(/\s+/y);
    if (space) {
      at += space.length;
      continue;
    }
    const [digits, letters] = [rest(number), rest(name)];
    const one = String.fromCodePoint(expression.codePointAt(at) as number);
    const text = digits ?? letters ?? one;
    const sign = SIGNS.get(text) ?? text;
    const token: Token = { kind: digits ? 'number' : letters ? 'name' : 'sign', text, sign, at };
    if (token.kind === 'sign' && '.,'.includes(sign)) throw new Mistake('decimal', token);
    if (token.kind === 'sign' && !KNOWN_SIGNS.includes(sign)) throw new Mistake('sign', token);
    tokens.push(token);
    at += text.length;
  }
  return tokens;
}

const CONSTANTS = new Map(Object.entries({ π: Math.PI, pi: Math.PI, e: Math.E }));
/** Powers of ten that a number may be written with. */
const MOST_TENS = 1300;
const HUNDREDTH = fraction(1n, 100n);

/** Reads from left to right, one method for each rank of signs, and calculates on the way. */
class Reader {
  #tokens: Token[];
  #next = 0;
  #setting: Setting;
  #end: Token;

  constructor(tokens: Token[], end: number, setting: Setting) {
    this.#tokens = tokens;
    this.#setting = setting;
    this.#end = { kind: 'sign', text: '', sign: '', at: end };
  }

  read(): Value {
    if (this.#tokens.length === 0) throw new Mistake('empty', this.#end);
    const value = this.#sum();
    const token = this.#peek();
    if (token === this.#end) return value;
    throw token.sign === ')' ? new Mistake('parenthesis', token) : this.#misplaced(token);
  }

  #misplaced(token: Token): Mistake {
    const twice = token.kind === 'number' && this.#tokens[this.#next - 1]?.kind === 'number';
    return new Mistake(twice ? 'two-numbers' : 'operator', token);
  }

  #sum(): Value {
    let total = this.#product();
    for (let sign = this.#take('+', '−'); sign; sign = this.#take('+', '−')) {
      const first = this.#next;
      const term = this.#product();
      // Pocket calculators add a share of what stands before it, mathematics a hundredth of a number: neither is guessed at.
      const percent = this.#tokens[this.#next - 1];
      if (percent?.sign === '%' && this.#isSimple(first)) throw new Mistake('percent', percent);
      total = this.#tell(sign, () => sum(total, sign.sign === '+' ? term : opposite(term)));
    }
    return total;
  }

  #product(): Value {
    let result = this.#signed();
    for (let sign = this.#take('×', '÷'); sign; sign = this.#take('×', '÷')) {
      const factor = this.#signed();
      result = this.#tell(sign, () => (sign.sign === '×' ? product(result, factor) : quotient(result, factor)));
    }
    return result;
  }

  #signed(): Value {
    const sign = this.#take('+', '−');
    if (!sign) return this.#power();
    const value = this.#signed();
    return sign.sign === '+' ? value : opposite(value);
  }

  #power(): Value {
    const base = this.#postfixed();
    const sign = this.#take('^');
    if (!sign) return base;
    const exponent = this.#signed();
    return this.#tell(sign, () => power(base, exponent));
  }

  #postfixed(): Value {
    let value = this.#single();
    for (let sign = this.#take('!', '%', '²', '³'); sign; sign = this.#take('!', '%', '²', '³')) {
      value = this.#tell(sign, () => {
        if (sign.sign === '!') return factorial(value);
        if (sign.sign === '%') return product(value, HUNDREDTH);
        return power(value, fraction(sign.sign === '²' ? 2n : 3n));
      });
    }
    return value;
  }

  #single(): Value {
    const token = this.#peek();
    this.#next++;
    if (token.kind === 'number') return this.#tell(token, () => this.#number(token.text));
    if (token.sign === '(') return this.#enclosed();
    if (token.sign === '√') {
      const value = this.#single();
      return this.#tell(token, () => root(value));
    }
    if (token.kind === 'name') return this.#named(token);
    if (token.sign === ')') throw new Mistake(this.#tokens[this.#next - 2] ? 'operand' : 'parenthesis', token);
    throw new Mistake('operand', token);
  }

  #named(token: Token): Value {
    const name = token.text.toLowerCase();
    const constant = CONSTANTS.get(name);
    if (constant !== undefined) return constant;
    if (name === LAST.toLowerCase()) {
      if (this.#setting.last === null) throw new Mistake('no-last', token);
      return this.#setting.last;
    }
    const apply = FUNCTIONS.get(name);
    if (!apply) throw new Mistake('name', token);
    if (!this.#take('(')) throw new Mistake('argument', token);
    const argument = this.#enclosed();
    return this.#tell(token, () => checked(apply(argument, this.#setting.angle)));
  }

  /** What stands between parentheses, of which the first is read. */
  #enclosed(): Value {
    const value = this.#sum();
    const token = this.#peek();
    if (token !== this.#end && !this.#take(')')) throw this.#misplaced(token);
    return value;
  }

  #number(text: string): Value {
    const [mantissa = '', exponent = '0'] = text.replace(',', '.').replace('−', '-').split('E');
    const [whole = '', decimals = ''] = mantissa.split('.');
    const tens = Number(exponent) - decimals.length;
    if (Math.abs(tens) > MOST_TENS) throw new NoValue('too-large');
    const digits = BigInt(whole + decimals);
    return checked(tens < 0 ? fraction(digits, 10n ** BigInt(-tens)) : fraction(digits * 10n ** BigInt(tens)));
  }

  /** @returns whether what was read since is a percentage by itself, and no product or power with one in it */
  #isSimple(first: number): boolean {
    let depth = 0;
    return this.#tokens.slice(first, this.#next).every(({ sign }) => {
      depth += Number(sign === '(') - Number(sign === ')');
      return depth > 0 || !['×', '÷', '^'].includes(sign);
    });
  }

  /** @returns what is calculated at a token, so that whatever cannot be is told of there */
  #tell(token: Token, work: () => Value): Value {
    try {
      return work();
    } catch (error) {
      throw error instanceof NoValue ? new Mistake(error.kind, token) : error;
    }
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? this.#end;
  }

  #take(...signs: string[]): Token | null {
    const token = this.#peek();
    if (token.kind !== 'sign' || !signs.includes(token.sign)) return null;
    this.#next++;
    return token;
  }
}
