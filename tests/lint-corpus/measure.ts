import { readFileSync } from 'node:fs';
import { createLint, type Finding } from '../../hsm/lint/lint.ts';

/** What the lint made of one part of the corpus in one language. */
export interface Measure {
  language: string;
  precision: number;
  recall: number;
  /** Per kind: sentences found, found though harmless or of another kind, and not found. */
  counts: Record<Finding['kind'], { found: number; false: number; missed: number }>;
}

/** The parts that the rules were written with. */
export const TUNED_WITH = ['tuning', 'rule-writers', 'spent-held-out', 'near-the-line', 'exam-offices'] as const;

/**
 * @param part `held-out` is what nobody tuned with; the others were used to write the rules (docs/lint.md tells who wrote which)
 * @returns the figures of each language; a finding of the wrong kind is a miss and a false alarm
 */
export function measureCorpus(part: 'held-out' | (typeof TUNED_WITH)[number]): Measure[] {
  const lint = createLint();
  return ['en', 'de'].map((language) => {
    const file = new URL(`${language}-${part}.json`, import.meta.url);
    const sentences = JSON.parse(readFileSync(file, 'utf8')) as { text: string; finding: Finding['kind'] | null }[];
    const counts = {
      payment: { found: 0, false: 0, missed: 0 },
      appearance: { found: 0, false: 0, missed: 0 },
    };
    for (const { text, finding } of sentences) {
      const kinds = new Set(lint(text, language).map(({ kind }) => kind));
      if (finding) counts[finding][kinds.has(finding) ? 'found' : 'missed']++;
      for (const kind of kinds) if (kind !== finding) counts[kind].false++;
    }
    const sum = (of: 'found' | 'false' | 'missed') => counts.payment[of] + counts.appearance[of];
    return {
      language,
      precision: sum('found') / (sum('found') + sum('false')),
      recall: sum('found') / (sum('found') + sum('missed')),
      counts,
    };
  });
}
