/** A text with everything folded away that writes the same word differently, and where each character came from. */
export interface FoldedText {
  text: string;
  /** Per character of `text`: the offset in the original at which what it stands for begins … */
  from: number[];
  /** … and the one behind it. */
  to: number[];
}

/** Soft hyphens, zero-width characters, joiners, direction marks, variation selectors. */
const INVISIBLE = /^(?:\p{Cf}|\p{Variation_Selector}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u3164)$/u;
const MARK = /^\p{M}$/u;
const ASCII_END = 0x80;
/** Plain letters up to the last before something else, which may be a mark that belongs to it. */
const PLAIN = /[\0-\x7f]+(?![^\0-\x7f])/y;

/** Letters of other scripts that look like Latin ones (from Unicode TR 39's confusables, lower case). */
const LOOK_ALIKES = new Map(
  Object.entries({
    а: 'a',
    в: 'b',
    с: 'c',
    ԁ: 'd',
    е: 'e',
    һ: 'h',
    і: 'i',
    ј: 'j',
    к: 'k',
    ӏ: 'l',
    м: 'm',
    н: 'h',
    о: 'o',
    р: 'p',
    ԛ: 'q',
    г: 'r',
    ѕ: 's',
    т: 't',
    ц: 'u',
    ѵ: 'v',
    ԝ: 'w',
    х: 'x',
    у: 'y',
    ё: 'e',
    ї: 'i',
    α: 'a',
    β: 'b',
    ε: 'e',
    η: 'n',
    ι: 'i',
    κ: 'k',
    ν: 'v',
    ο: 'o',
    ρ: 'p',
    τ: 't',
    υ: 'u',
    χ: 'x',
    ω: 'w',
    ı: 'i',
    ɑ: 'a',
    ɡ: 'g',
    ɩ: 'i',
    օ: 'o',
    ս: 'u',
    հ: 'h',
    ո: 'n',
  }),
);

/**
 * Folds case, compatibility forms (full width, mathematical, ligatures), accents, look-alike letters and invisible characters.
 *
 * @param folds what the language writes for a letter, before accents are dropped: `{ "ü": "ue" }`
 * @returns the folded text, in time linear in the original's length
 */
export function foldText(original: string, folds: ReadonlyMap<string, string>): FoldedText {
  const folded: FoldedText = { text: '', from: [], to: [] };
  const pieces: string[] = [];
  let offset = 0;
  while (offset < original.length) {
    PLAIN.lastIndex = offset;
    const plain = PLAIN.exec(original)?.[0];
    if (plain !== undefined) {
      pieces.push(plain.toLowerCase());
      for (const end = offset + plain.length; offset < end; ) {
        folded.from.push(offset);
        folded.to.push(++offset);
      }
      continue;
    }
    const begin = offset;
    let cluster = String.fromCodePoint(original.codePointAt(offset) ?? 0);
    offset += cluster.length;
    let piece = '';
    while (offset < original.length && original.charCodeAt(offset) >= ASCII_END) {
      const next = String.fromCodePoint(original.codePointAt(offset) ?? 0);
      if (!MARK.test(next) && !INVISIBLE.test(next)) break;
      // A cluster of thousands of marks is an attack on whoever normalises it.
      if (cluster.length < 8) cluster += next;
      offset += next.length;
    }
    for (const letter of cluster.normalize('NFKC').toLowerCase().normalize('NFC')) {
      piece += INVISIBLE.test(letter) ? '' : (folds.get(letter) ?? bare(letter));
    }
    for (let unit = 0; unit < piece.length; unit++) {
      folded.from.push(begin);
      folded.to.push(offset);
    }
    pieces.push(piece);
  }
  folded.text = pieces.join('');
  return folded;
}

/** @returns the word with look-alikes of other scripts replaced, if it has Latin letters too: a word in another script stays one */
export function unmask(word: string): string {
  if (!/\p{Script=Latin}/u.test(word) || !/[^\p{Script=Latin}]/u.test(word)) return word;
  return Array.from(word, (letter) => LOOK_ALIKES.get(letter) ?? letter).join('');
}

function bare(letter: string): string {
  if (letter.charCodeAt(0) < ASCII_END) return letter;
  return letter.normalize('NFD').replace(/\p{M}/gu, '');
}
