/** Words that sentences of a language are held together by, and that mean nothing in the other ones here. */
const COMMON: Record<string, ReadonlySet<string>> = {
  en: new Set(
    `the a of and to is are be been for with without you your yours we our they their he she his her it its this that these those not no
    nobody please may can must shall should would could do does did have has had if when while before after as at by from on or but
    yes all any some who what which how why there here up out into than then more most only never always i my me us them`.split(
      /\s+/,
    ),
  ),
  de: new Set(
    `der das den dem des ein eine einen einem einer eines und oder aber nicht kein keine keinen keiner niemand sie ihr ihre ihren ihrem
    ihrer ihres wir uns unser unsere er es sich ist sind sein seine wird werden wurde haben hatte mit ohne für von vom zu zum zur auf aus
    bei beim nach vor über unter bis wenn weil dass daß als auch nur noch schon bitte kann können muss müssen darf dürfen soll sollen
    ja nein im ins am wer wie wo hier dort man dass diese dieser dieses`.split(/\s+/),
  ),
};
const ENDS = /[.!?…\n]/;

/**
 * Whether what was found by another language's rules is plainly a sentence of the text's own language, whose rules have judged it: its
 * excuses are words that the others do not know. Of a language that is not known here nothing is plain.
 * @param from where the finding begins and ends in the text (UTF-16 units)
 */
export function isPlainly(
  own: string,
  other: string,
  text: string,
  { from, to }: { from: number; to: number },
): boolean {
  let [first, last] = [from, to];
  while (first > 0 && !ENDS.test(text[first - 1] as string)) first--;
  while (last < text.length && !ENDS.test(text[last] as string)) last++;
  const words =
    text
      .slice(first, last)
      .normalize('NFKC')
      .toLowerCase()
      .match(/\p{L}+/gu) ?? [];
  const count = (language: string) => words.filter((word) => COMMON[language]?.has(word)).length;
  return COMMON[other] !== undefined && count(own) > count(other);
}
