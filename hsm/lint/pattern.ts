import type { ExcuseRule, FindingRule, Within } from './rules.ts';

/** A part of a text: its tokens' indices in order, and what each one is. */
export interface Scope {
  within: Within;
  tokens: readonly number[];
  /** Of the whole text, by token index. */
  tags: readonly ReadonlySet<string>[];
  present: ReadonlySet<string>;
  /** Indices of tokens that come first in their clause. */
  firsts: ReadonlySet<number>;
}

type Alternatives = { tag: string; first: boolean }[];

/** What a rule looks for, taken apart once. */
export class Pattern {
  readonly #needs: Alternatives[];
  readonly #lacks: Alternatives[];
  readonly #steps: number | undefined;

  constructor(rule: FindingRule | ExcuseRule) {
    this.#needs = rule.needs.map(readAlternatives);
    this.#lacks = rule.lacks.map(readAlternatives);
    this.#steps = rule.steps;
  }

  /** @returns the first and the last token that fulfil it, in time linear in the scope's length */
  match(scope: Scope): { first: number; last: number } | undefined {
    if (!this.isPossible(scope.present)) return undefined;
    const found = this.#steps === undefined ? this.#matchAnywhere(scope) : this.#matchSteps(scope, this.#steps);
    if (
      !found ||
      this.#lacks.some(
        (lack) => isThere(lack, scope.present) && scope.tokens.some((token) => carries(scope, token, lack)),
      )
    )
      return undefined;
    return found;
  }

  /** @returns whether all that it needs is among these tags */
  isPossible(present: ReadonlySet<string>): boolean {
    return this.#needs.every((need) => isThere(need, present));
  }

  #matchAnywhere(scope: Scope) {
    const places: number[] = [];
    for (const need of this.#needs) {
      const place = scope.tokens.find((token) => carries(scope, token, need));
      if (place === undefined) return undefined;
      places.push(place);
    }
    return { first: Math.min(...places), last: Math.max(...places) };
  }

  #matchSteps(scope: Scope, steps: number) {
    // For each number of needs met so far, the latest place where that was so, and where it began.
    const reached: ({ at: number; first: number } | undefined)[] = [];
    for (const [at, token] of scope.tokens.entries()) {
      for (let met = this.#needs.length - 1; met >= 0; met--) {
        if (!carries(scope, token, this.#needs[met] ?? [])) continue;
        const before = met === 0 ? { at, first: token } : reached[met - 1];
        if (!before || at - before.at > steps || (met > 0 && before.at === at)) continue;
        if (met === this.#needs.length - 1) return { first: before.first, last: token };
        reached[met] = { at, first: before.first };
      }
    }
    return undefined;
  }
}

function isThere(alternatives: Alternatives, present: ReadonlySet<string>): boolean {
  return alternatives.some(({ tag }) => present.has(tag));
}

function carries({ tags, firsts }: Scope, token: number, alternatives: Alternatives): boolean {
  return alternatives.some(({ tag, first }) => tags[token]?.has(tag) === true && (!first || firsts.has(token)));
}

function readAlternatives(need: string): Alternatives {
  return need.split('|').map((tag) => ({ tag: tag.replace('^', ''), first: tag.startsWith('^') }));
}
