import type { Fault } from '../../aids/expression.ts';

/** Why there is no result, and what to do. @param quote the signs that it is about */
const faults: Record<Fault['kind'], (quote: string) => string> = {
  empty: () => 'There is nothing to calculate yet. Write a calculation first.',
  'too-long': () => 'This calculation is too long. Do it in two steps: Ans stands for the last result.',
  sign: (quote) => `The calculator does not know the sign “${quote}”. Take it out.`,
  decimal: () => 'Decimals are written with a point here, as in 1.5, and thousands without a comma.',
  name: (quote) =>
    `The calculator does not know “${quote}”. It knows sin, cos, tan, asin, acos, atan, ln, log, sqrt, abs, π and e.`,
  operand: () => 'A number is missing here. Write one, or take the sign before it out.',
  operator: (quote) => `A sign is missing before “${quote}”. For a product write ×, as in 2 × π.`,
  'two-numbers': () => 'Two numbers stand side by side. Write a sign between them, and thousands without a space.',
  parenthesis: () => 'This parenthesis closes one that was never opened. Take it out, or open one before it.',
  argument: (quote) => `Write what “${quote}” is taken of in parentheses, as in ${quote}(30).`,
  percent: () =>
    'Say what it is a share of: write 200 + 200 × 10% for a tenth of 200 more. If a hundredth of a number is meant, put it in parentheses: 200 + (10%).',
  'no-last': () => 'There is no last result yet.',
  'division-by-zero': () => 'This divides by zero, which has no result.',
  'root-of-negative': () => 'The square root of a negative number is no real number.',
  'zero-to-zero': () => 'Zero to the power of zero is not defined.',
  'power-of-negative': () => 'A negative number can only be raised to a whole number.',
  logarithm: () => 'Logarithms are defined for numbers above zero only.',
  inverse: () => 'Arc sine and arc cosine are defined from −1 to 1 only.',
  tangent: () => 'The tangent of this angle is not defined.',
  factorial: () => 'Factorials are calculated of whole numbers from 0 to 170.',
  'too-large': () => 'A number in this is too large for the calculator.',
};

/** What the calculator and the scratch pad say. */
export const aids = {
  faults,
  /** @param result what a button of the last results stands for */
  again: (expression: string, result: string) => `${expression} = ${result}, use ${result} again`,
  notesNotKept:
    'Your browser has no room for these notes, or does not let the page keep any. They are here for as long as this page is open, and gone after a reload. Your recording goes on.',
};
