import { Lexicon } from './lexicon.ts';
import { Pattern, type Scope } from './pattern.ts';
import { foldText } from './folding.ts';
import {
  type ExcuseRule,
  type FindingRule,
  joinRules,
  type Kind,
  readRules,
  type RuleFile,
  type Rules,
  type Within,
} from './rules.ts';
import german from './rules/de.json' with { type: 'json' };
import english from './rules/en.json' with { type: 'json' };
import { readQuotations, readSentences } from './sentences.ts';
import { readTokens, type Token } from './tokens.ts';

/** A demand that no exam may make of a test taker (DESIGN section 2). */
export interface Finding {
  kind: Kind;
  /** Offsets of the quote in the text (UTF-16 units). */
  from: number;
  to: number;
  quote: string;
  /** Explains the finding to an exam administrator. */
  why: string;
  /** What could be written or done in its place. */
  instead: string;
}

export interface Lint {
  /** @throws RangeError where there are no rules for the language: a text that nobody read was not found harmless */
  (text: string, language: string): Finding[];
  /** The languages that it has rules for. */
  languages: readonly string[];
}

/**
 * @param own an institution's own rule files; one of a known language adds to it
 * @returns the lint of English, German and the institution's own languages
 * @throws RuleFileError where a file cannot be used
 */
export function createLint(own: readonly RuleFile[] = []): Lint {
  const languages = new Map<string, Rules>();
  for (const file of [
    { name: 'rules/en.json', content: english },
    { name: 'rules/de.json', content: german },
    ...own,
  ]) {
    const added = readRules(file);
    languages.set(added.language, joinRules(languages.get(added.language), added, file.name));
  }
  const readers = new Map([...languages].map(([language, rules]) => [language, createReader(rules)]));
  const known = [...readers.keys()];
  const lint = (text: string, language: string) => {
    const read = readers.get(language);
    if (!read) throw new RangeError(`There are lint rules for ${known.join(', ')}, not for "${language}".`);
    return read(text);
  };
  return Object.assign(lint, { languages: known });
}

function createReader(rules: Rules): (text: string) => Finding[] {
  const folds = new Map(Object.entries(rules.folds));
  const fold = (word: string) => foldText(word, folds).text;
  const [joiners, turns, abbreviations] = [rules.joiners, rules.turns, rules.abbreviations].map(
    (words) => new Set(words.map(fold)),
  ) as [Set<string>, Set<string>, Set<string>];
  const lexicon = new Lexicon();
  for (const [tag, entries] of Object.entries(rules.words)) for (const entry of entries) lexicon.add(tag, fold(entry));
  const findings = byPlace(rules.findings);
  const excuses = byPlace(rules.excuses);

  return (text) => {
    const tokens = readTokens(text, folds, joiners);
    const quoted = readQuotations(tokens);
    const tags = lexicon.tag(tokens).map((tagged, index) => {
      const own = ownTags(tokens[index], quoted[index]);
      return own.length > 0 ? new Set([...tagged, ...own]) : tagged;
    });
    const sentences = readSentences(tokens, quoted, turns, abbreviations, rules.ordinalDots);
    const found: Finding[] = [];
    for (const [number, { tokens: all, clauses }] of sentences.entries()) {
      const following = sentences[number + 1] ?? { tokens: [], clauses: [] };
      const passage = [...all, ...following.tokens];
      // Most sentences have nothing that a finding could be made of: then no excuse matters either.
      const [own, both] = [presentIn(all, tags), presentIn(passage, tags)];
      if (
        !findings.passage.some(({ pattern }) => pattern.isPossible(both)) &&
        ![...findings.clause, ...findings.sentence].some(({ pattern }) => pattern.isPossible(own))
      )
        continue;
      const firsts = new Set([...clauses, ...following.clauses].flatMap((part) => readFirsts(part, tokens, tags)));
      const scopeOf = (within: Within, part: readonly number[], present: ReadonlySet<string>): Scope => ({
        within,
        tokens: part,
        tags,
        present,
        firsts,
      });
      const whole = [scopeOf('passage', passage, both), scopeOf('sentence', all, own)];
      const excused = whole.flatMap((scope) => findExcuses(scope));
      const seen = new Set<Kind>();
      for (const scope of [
        ...clauses.map((clause) => scopeOf('clause', clause, clauses.length === 1 ? own : presentIn(clause, tags))),
        ...whole,
      ]) {
        const closed = new Set([...excused, ...(scope.within === 'clause' ? findExcuses(scope) : seen)]);
        for (const { rule, pattern } of findings[scope.within]) {
          const place = closed.has(rule.kind) ? undefined : pattern.match(scope);
          // What lies in the following sentence alone is found there.
          if (!place || place.first > (all.at(-1) ?? 0)) continue;
          // One finding of a kind in a clause is enough.
          closed.add(rule.kind);
          seen.add(rule.kind);
          found.push(describe(text, tokens[place.first]?.from ?? 0, tokens[place.last]?.to ?? 0, rule));
        }
      }
    }
    return found;
  };

  function findExcuses(scope: Scope): Kind[] {
    return excuses[scope.within].flatMap(({ rule, pattern }) => (pattern.match(scope) ? rule.kinds : []));
  }
}

/** @returns the rules with their patterns, by how far they look */
function byPlace<Rule extends FindingRule | ExcuseRule>(list: readonly Rule[]) {
  const patterns = list.map((rule) => ({ rule, pattern: new Pattern(rule) }));
  const within = (place: Within) => patterns.filter(({ rule }) => rule.within === place);
  return { clause: within('clause'), sentence: within('sentence'), passage: within('passage') };
}

function presentIn(part: readonly number[], tags: readonly ReadonlySet<string>[]): Set<string> {
  const present = new Set<string>();
  for (const index of part) for (const tag of tags[index] ?? []) present.add(tag);
  return present;
}

function describe(text: string, from: number, to: number, { kind, why, instead }: FindingRule): Finding {
  const quote = text.slice(from, to);
  return { kind, from, to, quote, why: why.replaceAll('{quote}', () => quote), instead };
}

/** @returns the words that a clause begins with: its first, those after a colon, and each after words of politeness */
function readFirsts(part: readonly number[], tokens: readonly Token[], tags: readonly ReadonlySet<string>[]): number[] {
  let begins = true;
  return part.filter((index) => {
    const first = begins && tokens[index]?.sort === 'word';
    if (tokens[index]?.text === ':') begins = true;
    else if (first) begins = tags[index]?.has('polite') === true;
    return first;
  });
}

const MARKS: Record<string, string> = { '?': 'question', '!': 'exclamation', ':': 'colon' };

function ownTags(token: Token | undefined, quoted: boolean | undefined): string[] {
  const mark = MARKS[token?.text ?? ''];
  return [...(token?.sort === 'number' ? ['number'] : []), ...(quoted ? ['quoted'] : []), ...(mark ? [mark] : [])];
}
