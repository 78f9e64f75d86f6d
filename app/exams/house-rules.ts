import type { Limits } from '../../hsm/exam-findings.ts';
import { createLint, type Lint } from '../../hsm/lint/lint.ts';
import type { WebCustody } from '../custody/client.ts';

/** By what custody refuses an exam: what is found in a draft with these is what custody would find. */
export interface HouseRules {
  lint: Lint;
  limits: Limits;
}

/**
 * @returns asks custody what the institution sets at present; its rule files are read again only when they are others
 * @throws what custody throws
 */
export function readHouseRules(custody: Pick<WebCustody, 'houseRules'>): () => Promise<HouseRules> {
  let [known, lint] = ['[]', createLint()];
  return async () => {
    const { limits, lintRules } = await custody.houseRules();
    const files = JSON.stringify(lintRules);
    if (files !== known) [known, lint] = [files, createLint(lintRules)];
    return { limits, lint };
  };
}
