/** A form as its person filled it in, and what was wrong beside which field; beside none of them under `''`. */
export interface Filled {
  entries: Record<string, string | string[]>;
  faults: Record<string, string>;
}

export const UNFILLED: Filled = { entries: {}, faults: {} };
