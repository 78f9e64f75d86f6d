import { type Measure, measureCorpus } from '../tests/lint-corpus/measure.ts';
import type { Figure } from './figure.ts';

/** The text lint on the half of the corpus that its rules were not tuned with: the worse of both languages. */
export function lint(): Promise<Figure[]> {
  const measures = measureCorpus('held-out');
  const figure = (of: 'precision' | 'recall'): Figure => {
    const value = Math.min(...measures.map((measure) => measure[of]));
    return {
      name: `lint-${of}`,
      value,
      unit: 'of 1',
      against: measures.map((one) => tell(one, of)).join('; '),
      ratio: value,
    };
  };
  return Promise.resolve([figure('precision'), figure('recall')]);
}

function tell({ language, counts, ...measure }: Measure, of: 'precision' | 'recall'): string {
  const kinds = Object.entries(counts).map(
    ([kind, { found, false: wrong, missed }]) => `${kind} ${found} found, ${wrong} false, ${missed} missed`,
  );
  return `${language} ${measure[of].toFixed(3)} (${kinds.join(', ')})`;
}
