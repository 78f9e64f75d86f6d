/** What one look at the appliance found. */
export interface Examination {
  /** What was looked at. */
  of: string;
  verdict: Verdict;
  /** What that means for exams and recordings, in whole sentences. */
  means: string;
  /** What to do; missing where nothing is wrong. */
  mend?: string;
}

export type Verdict = keyof typeof EXIT_CODES;

/** Exit codes as monitoring plug-ins have them: OK, WARNING, CRITICAL, UNKNOWN. */
export const EXIT_CODES = { well: 0, doubtful: 1, ill: 2, 'not-examined': 3 } as const;

/** Worst last; what could not be examined is worse than a doubt, and better than what is known to be ill. */
const ORDER: Verdict[] = ['well', 'doubtful', 'not-examined', 'ill'];

/** @returns the verdict over all */
export function worstOf(examinations: readonly Examination[]): Verdict {
  return ORDER[Math.max(0, ...examinations.map(({ verdict }) => ORDER.indexOf(verdict)))] as Verdict;
}

/** @returns what a look found, or that it could not be taken */
export async function attempted(of: string, look: () => Promise<Examination[]>): Promise<Examination[]> {
  try {
    return await look();
  } catch (error) {
    return [
      {
        of,
        verdict: 'not-examined',
        means: `It could not be examined: ${(error as Error).message}`,
        mend: 'Run doctor as root.',
      },
    ];
  }
}
