import { foldText, unmask } from './folding.ts';

/** A word, a number or a single mark of a text. */
export interface Token {
  sort: 'word' | 'number' | 'mark';
  /** Folded. */
  text: string;
  /** Offsets in the original text. */
  from: number;
  to: number;
  /** The line breaks in front of it: 0, 1, or 2 for a blank line. */
  breaks: number;
  /** White space is in front of it, or nothing. */
  spaced: boolean;
}

/** Groups: a word, a number, white space. What is none of them is a mark. */
const PART =
  /([a-z]+(?![^\0-\x7f]|[a-z'`*:_])|\p{L}(?:\p{L}|['’‘ʼ´`*:_·](?=\p{L}))*)|(\p{N}(?:\p{N}|[.,:](?=\p{N}))*)|(\s+)|[^\s]/gu;
/** Longer words are cut: no word of any list is so long. */
const MAX_WORD = 60;

/**
 * @param folds see foldText
 * @param joiners words after which a hyphen at a line's end does not join: "Hut- und Mantel"
 * @returns the text's tokens in order
 */
export function readTokens(text: string, folds: ReadonlyMap<string, string>, joiners: ReadonlySet<string>): Token[] {
  const folded = foldText(text, folds);
  const tokens: Token[] = [];
  let breaks = 2;
  let spaced = true;
  for (const { 0: part, 1: letters, 2: digits, 3: space, index } of folded.text.matchAll(PART)) {
    if (space !== undefined) {
      breaks = Math.max(breaks, Math.min(2, part.split('\n').length - 1));
      spaced = true;
      continue;
    }
    const from = folded.from[index] ?? 0;
    const to = folded.to[index + part.length - 1] ?? from;
    const sort = letters !== undefined ? 'word' : digits !== undefined ? 'number' : 'mark';
    const word = sort === 'word' ? unmask(part.replace(/[^\p{L}]/gu, '')).slice(0, MAX_WORD) : part;
    const [before, hyphen] = [tokens.at(-2), tokens.at(-1)];
    if (
      sort === 'word' &&
      breaks === 1 &&
      hyphen &&
      isHyphen(hyphen) &&
      before?.sort === 'word' &&
      !joiners.has(word)
    ) {
      // A word that was broken at the end of a line.
      tokens.pop();
      before.text = (before.text + word).slice(0, MAX_WORD);
      before.to = to;
    } else tokens.push({ sort, text: word, from, to, breaks, spaced });
    breaks = 0;
    spaced = false;
  }
  return tokens;
}

function isHyphen(token: Token): boolean {
  return !token.spaced && (token.text === '-' || token.text === '‐');
}
