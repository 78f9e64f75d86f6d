import type { Token } from './tokens.ts';

interface Letters {
  next: Map<string, Letters>;
  /** Patterns that end here, by where they may stand in a word. */
  ends: { pattern: string; fromStart: boolean; toEnd: boolean }[];
}

interface Phrases {
  next: Map<string, Phrases>;
  tags: Set<string>;
}

/** Covered words mean something else here, and carry no other tag: "cover sheet". */
const OTHERWISE = 'otherwise';
const OTHERWISE_ALONE: ReadonlySet<string> = new Set([OTHERWISE]);

/**
 * The word lists of a language, as two tries: letters for words, words for phrases. Both are walked once per text,
 * so that the time does not depend on how many entries there are.
 */
export class Lexicon {
  readonly #letters: Letters = { next: new Map(), ends: [] };
  readonly #phrases: Phrases = { next: new Map(), tags: new Set() };
  readonly #never = new Map<string, Set<string>>();

  /**
   * @param entry folded words with blanks between them; `*` at a word's begin or end stands for any letters; `!` in front: this
   * word never carries the tag
   */
  add(tag: string, entry: string): void {
    if (entry.startsWith('!')) {
      const word = entry.slice(1);
      this.#never.set(word, (this.#never.get(word) ?? new Set()).add(tag));
      return;
    }
    let phrase = this.#phrases;
    for (const pattern of entry.split(' ')) {
      let following = phrase.next.get(pattern);
      if (!following) {
        phrase.next.set(pattern, (following = { next: new Map(), tags: new Set() }));
        this.#addPattern(pattern);
      }
      phrase = following;
    }
    phrase.tags.add(tag);
  }

  #addPattern(pattern: string): void {
    let node = this.#letters;
    for (const letter of pattern.replace(/^\*|\*$/g, '')) {
      let following = node.next.get(letter);
      if (!following) node.next.set(letter, (following = { next: new Map(), ends: [] }));
      node = following;
    }
    if (node.ends.some((end) => end.pattern === pattern)) return;
    node.ends.push({ pattern, fromStart: !pattern.startsWith('*'), toEnd: !pattern.endsWith('*') });
  }

  /** @returns the tags of each token; words that are the same may share a set */
  tag(tokens: readonly Token[]): ReadonlySet<string>[] {
    const known = new Map<string, { patterns: string[]; begun: Phrases[]; alone: ReadonlySet<string> }>();
    const words = tokens.map(({ text }) => {
      let word = known.get(text);
      if (!word) {
        const patterns = this.#patternsOf(text);
        const begun = follow([this.#phrases], patterns);
        word = { patterns, begun, alone: new Set(begun.flatMap((phrase) => [...phrase.tags])) };
        known.set(text, word);
      }
      return word;
    });
    const tags = words.map(({ alone }) => alone);
    for (const [start, { begun }] of words.entries()) {
      let reached = begun;
      for (let index = start; reached.length > 0; ) {
        // "take-off" and "stays, where" are phrases too.
        do index++;
        while (tokens[index]?.text === '-' || tokens[index]?.text === ',');
        reached = follow(reached, words[index]?.patterns ?? []);
        for (const phrase of reached) {
          if (phrase.tags.size === 0) continue;
          for (let at = start; at <= index; at++) tags[at] = new Set([...(tags[at] ?? []), ...phrase.tags]);
        }
      }
    }
    return tags.map((own, index) => {
      if (own.has(OTHERWISE)) return OTHERWISE_ALONE;
      const never = this.#never.get(tokens[index]?.text ?? '');
      return never ? new Set([...own].filter((tag) => !never.has(tag))) : own;
    });
  }

  #patternsOf(word: string): string[] {
    const found: string[] = [];
    for (let start = 0; start < word.length; start++) {
      let node: Letters | undefined = this.#letters;
      for (let end = start; node && end < word.length; end++) {
        node = node.next.get(word[end] ?? '');
        for (const { pattern, fromStart, toEnd } of node?.ends ?? []) {
          if ((start === 0 || !fromStart) && (end === word.length - 1 || !toEnd)) found.push(pattern);
        }
      }
    }
    return found;
  }
}

/** @returns the phrases that those begun become with a word of these patterns */
function follow(begun: readonly Phrases[], patterns: readonly string[]): Phrases[] {
  const reached: Phrases[] = [];
  for (const phrase of begun) {
    if (phrase.next.size === 0) continue;
    for (const pattern of patterns) {
      const next = phrase.next.get(pattern);
      if (next) reached.push(next);
    }
  }
  return reached;
}
