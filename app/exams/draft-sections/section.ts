import type { Filled } from '../../ui/filled.ts';
import type { Draft, KeptPlace } from '../draft.ts';

/** What every section of a draft's form is drawn from. */
export interface SectionProps {
  /** Its id. */
  exam: string;
  draft: Draft;
  kept: KeptPlace;
  filled: Filled;
  /** Whether the exam is published: its rules and the kind of its place are changed elsewhere, or not at all. */
  published: boolean;
}
