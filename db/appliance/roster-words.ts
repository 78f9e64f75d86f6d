/** Longest part of a word that is kept: whoever looks for somebody does not write more. */
const LONGEST = 40;

/**
 * Takes a name, a code, or what somebody looks for apart: in small letters, without accents, at all that is neither letter nor digit.
 * @returns each word once: “Weiß-Ångström, T-0042” gives weiss, angstrom, t, 0042
 */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss');
  return [...new Set((plain.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => [...word].slice(0, LONGEST).join('')))];
}
