import { limitsOf } from './acts/concerns.ts';
import type { Custody } from './custody.ts';
import type { Limits } from './exam-findings.ts';
import type { RuleFile } from './lint/rules.ts';

/** What an institution sets for all of its exams: by this custody refuses one, and web finds the same beforehand. */
export interface HouseRulesView {
  limits: Limits;
  /** Its own rules for what test takers are told, beside those that come with the program; see docs/lint.md. */
  lintRules: readonly RuleFile[];
}

/** @returns what is set where this custody runs */
export function viewHouseRules({ config }: Pick<Custody, 'config'>): HouseRulesView {
  return { limits: limitsOf({ config }), lintRules: config.CLOISTER_LINT_RULES ?? [] };
}
