import type { Custody } from './custody.ts';
import type { Abilities, TokenDescription } from './token/token.ts';

/** How custody stands, as each of its peers may know. */
export interface StateView {
  /**
   * `sealed`: the token waits for its custodians. `token-away`: custody finds it again by itself. In both recording goes on, and what
   * needs the token or a new entry of the ledger has to wait.
   */
  state: 'open' | 'sealed' | 'token-away';
  /** For exams made from now on; null until the token was there once. */
  algorithm: Abilities['algorithm'] | null;
  releaseMode: Abilities['releaseMode'] | null;
}

/** @returns custody's state as every peer may see it */
export function viewState({ token, seal }: Pick<Custody, 'token' | 'seal'>): StateView {
  const { algorithm = null, releaseMode = null } = token.abilities ?? {};
  const state = seal.isClosed ? 'sealed' : token.state === 'open' ? 'open' : 'token-away';
  return { state, algorithm, releaseMode };
}

/** What the operator sees beside it. */
export interface TokenView {
  token: TokenDescription | null;
  /** Rights that a key should not have and that this token does not keep from it. */
  unkeptRights: string[];
}

/** @returns the token as it was last seen */
export function viewToken({ token }: Pick<Custody, 'token'>): TokenView {
  const { omitted, unkept } = token.abilities?.leeway ?? { omitted: [], unkept: [] };
  return { token: token.describe() ?? null, unkeptRights: [...new Set([...omitted, ...unkept])] };
}
