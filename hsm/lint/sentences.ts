import type { Token } from './tokens.ts';

/** What rules look at: indices of tokens. */
export interface Sentence {
  tokens: number[];
  /** Its parts between semicolons, dashes and words such as "but"; an item of a list has the words before the list too. */
  clauses: number[][];
}

/** Longer ones are cut, so that what excuses one demand in an endless sentence does not excuse all. */
const MAX_TOKENS = 160;
/** How many words before a list are read together with each of its items. */
const MAX_HEADING = 40;
/** A quotation that is longer was never closed. */
const MAX_QUOTED = 60;

const ENDS = new Set(['.', '!', '?', '…']);
const PARTS = new Set([';', '–', '—']);
const BULLETS = new Set(['-', '–', '—', '*', '•', '◦', '▪', '·', '#', '+', '>']);
const OPENERS = '"“„«»‚‹›”';
const CLOSERS = '"”“«»‘‹›';

/**
 * @param turns words that begin a clause of their own ("but")
 * @param abbreviations words whose full stop ends nothing
 * @param ordinalDots whether a full stop behind a number makes it an ordinal ("3. Juni")
 */
export function readSentences(
  tokens: readonly Token[],
  quoted: readonly boolean[],
  turns: ReadonlySet<string>,
  abbreviations: ReadonlySet<string>,
  ordinalDots: boolean,
): Sentence[] {
  const sentences: Sentence[] = [];
  let clauses: number[][] = [];
  let clause: number[] = [];
  let heading: number[] = [];
  let size = 0;
  let asked = false;
  const begin = (words: number[]) => clauses.push((clause = [...words]));
  const close = () => {
    clauses = clauses.filter(({ length }) => length > 0);
    if (clauses.length > 0) sentences.push({ tokens: [...new Set(clauses.flat())], clauses });
    clauses = [];
    size = 0;
    asked = false;
    begin([]);
  };
  begin([]);
  for (const [index, token] of tokens.entries()) {
    const item =
      token.breaks > 0 && (BULLETS.has(token.text) || (token.sort === 'number' && isItemNumber(tokens, index)));
    if (item && tokens[index - 1]?.text === ':') heading = clause.slice(-MAX_HEADING);
    else if (token.breaks > 1 && !item) heading = [];
    if (item && heading.length > 0 && size < MAX_TOKENS) begin(heading);
    else if (token.breaks > 1 || item || size >= MAX_TOKENS) {
      close();
      if (item) begin(heading);
    } else if (token.sort === 'word' && turns.has(token.text) && clause.length > 0) begin([]);
    clause.push(index);
    size++;
    if (token.sort !== 'mark' || quoted[index]) continue;
    if (PARTS.has(token.text) && !item) begin([]);
    else if (ENDS.has(token.text) && endsHere(tokens, index, abbreviations, ordinalDots)) {
      // A question and what follows it belong together: the answer decides what was said.
      const joined = token.text === '?' && !asked;
      if (joined) {
        asked = true;
        begin([]);
      } else close();
    }
  }
  close();
  return sentences;
}

/** @returns per token whether it stands between quotation marks, in one pass */
export function readQuotations(tokens: readonly Token[]): boolean[] {
  const quoted = tokens.map(() => false);
  let opened: number | undefined;
  for (const [index, { text, spaced, breaks }] of tokens.entries()) {
    if (opened !== undefined && (breaks > 1 || index - opened > MAX_QUOTED)) opened = undefined;
    if (opened !== undefined && CLOSERS.includes(text)) {
      quoted.fill(true, opened, index + 1);
      opened = undefined;
    } else if (OPENERS.includes(text) && (spaced || tokens[index - 1]?.text === '(')) opened = index;
  }
  return quoted;
}

function isItemNumber(tokens: readonly Token[], index: number): boolean {
  const next = tokens[index + 1];
  return next !== undefined && !next.spaced && (next.text === '.' || next.text === ')');
}

function endsHere(
  tokens: readonly Token[],
  index: number,
  abbreviations: ReadonlySet<string>,
  ordinalDots: boolean,
): boolean {
  const next = tokens[index + 1];
  if (next && !next.spaced && next.sort !== 'mark') return false;
  const before = tokens[index - 1];
  if (tokens[index]?.text !== '.' || !before) return true;
  if (before.sort === 'number') return !(ordinalDots && next && next.breaks === 0);
  return !(before.sort === 'word' && (abbreviations.has(before.text) || before.text.length === 1));
}
