import type { Detail } from './wording.ts';

/** Where one of the two says nothing. */
const NOTHING = '–';

/** @returns what differs between two lists of terms, each with how it is at present and how from now on; what stays is left out */
export function wordChanges(before: readonly Detail[], after: readonly Detail[]): Detail[] {
  const [was, is] = [before, after].map((list) => new Map(list.map(({ term, value }) => [term, value]))) as [
    Map<string, string>,
    Map<string, string>,
  ];
  return [...new Set([...is.keys(), ...was.keys()])]
    .filter((term) => was.get(term) !== is.get(term))
    .flatMap((term) => [
      { term: `${term}, at present`, value: was.get(term) ?? NOTHING },
      { term: `${term}, from now on`, value: is.get(term) ?? NOTHING },
    ]);
}
