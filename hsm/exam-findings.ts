import type { ExamSetup } from './exam-setup.ts';
import type { Lint } from './lint/lint.ts';
import type { Policy } from './policy.ts';

/** What stands in the way of publishing an exam. */
export interface Fault {
  /** Where: a dotted path into {title, policy, setup}, such as 'setup.necessity.camera'. */
  field: string;
  kind: string;
  /** The words that it is about. */
  quote?: string;
  why: string;
  /** What could be written in their place. */
  instead: string;
}

/**
 * @param limits.retentionDays most days that the institution keeps recordings
 * @returns what may not be published so; empty where nothing stands in the way
 */
export function findFaults(
  lint: Lint,
  { title, policy, setup }: { title: string; policy: Policy; setup: ExamSetup },
  limits: { retentionDays: number },
): Fault[] {
  const { necessity, arrangement } = setup;
  const texts: Record<string, string | undefined> = {
    title,
    'setup.unit': setup.unit,
    'setup.instructions': setup.instructions,
    'setup.necessity.camera': necessity.camera,
    'setup.necessity.microphone': necessity.microphone,
    'setup.necessity.screen': necessity.screen,
    'setup.reviewers': setup.reviewers,
    'setup.arrangement.alternative': arrangement.alternative,
    'setup.legalBasis': setup.legalBasis,
  };
  const found = Object.entries(texts).flatMap(([field, text]) =>
    lint(text ?? '', setup.language).map(({ kind, quote, why, instead }) => ({ field, kind, quote, why, instead })),
  );
  if (policy.retentionDays <= limits.retentionDays) return found;
  const kept = {
    field: 'policy.retentionDays',
    kind: 'retention',
    why: `Recordings would be kept for ${policy.retentionDays} days; this institution keeps them for ${limits.retentionDays} at most.`,
    instead: `Write ${limits.retentionDays} days or fewer.`,
  };
  return [...found, kept];
}
