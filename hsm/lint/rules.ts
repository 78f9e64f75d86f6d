import { z } from 'zod';

/** The tags that the engine itself gives; all others come from a language's word lists. */
const OWN_TAGS = ['question', 'exclamation', 'colon', 'number', 'quoted', 'otherwise'] as const;

/** Tags with | between them; ^ in front: only as the first word of a clause. */
const need = z
  .string()
  .regex(/^\^?[a-z][a-z-]*(\|\^?[a-z][a-z-]*)*$/, 'must be tags with | between them, such as "fee|price"');

const pattern = {
  /** For whoever maintains the file. */
  name: z.string().min(1),
  /** How far it looks: one clause, the whole sentence (with the question that it answers), or this sentence and the next. */
  within: z.enum(['clause', 'sentence', 'passage']).default('clause'),
  needs: z.array(need).min(1),
  /** The needs follow each other in this order, with at most so many tokens from one to the next. */
  steps: z.number().int().min(1).max(60).optional(),
  /** None of these may be in the same place. */
  lacks: z.array(need).default([]),
};

const kind = z.enum(['payment', 'appearance']);

const finding = z.strictObject({
  ...pattern,
  kind,
  /** Sentences for an exam administrator; {quote} stands for what was found. */
  why: z.string().min(1),
  instead: z.string().min(1),
});

const excuse = z.strictObject({ ...pattern, kinds: z.array(kind).min(1).default(['payment', 'appearance']) });

const rules = z.strictObject({
  format: z.literal('cloister-lint/1'),
  /** A tag of BCP 47, such as "en". */
  language: z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/, 'must be a language tag such as "en"'),
  folds: z.record(z.string().length(1), z.string()).default({}),
  /** See readSentences. */
  abbreviations: z.array(z.string()).default([]),
  joiners: z.array(z.string()).default([]),
  turns: z.array(z.string()).default([]),
  ordinalDots: z.boolean().default(false),
  /**
   * Per tag, lines of words and phrases with commas between them. Two tags mean something to the engine: words of `otherwise` carry no other
   * tag, and those of `polite` do not count as a clause's first word.
   */
  words: z.record(z.string().regex(/^[a-z][a-z-]*$/), z.array(z.string()).transform(splitLines)),
  findings: z.array(finding).default([]),
  excuses: z.array(excuse).default([]),
});

function splitLines(lines: string[]): string[] {
  return lines.flatMap((line) => line.split(',').map((entry) => entry.trim().replace(/\s+/g, ' '))).filter(Boolean);
}

export type Kind = z.infer<typeof kind>;
export type Rules = z.infer<typeof rules>;
export type Within = Rules['findings'][number]['within'];
export type FindingRule = Rules['findings'][number];
export type ExcuseRule = Rules['excuses'][number];

/** A rule file as it was read from wherever it lies. */
export interface RuleFile {
  name: string;
  content: unknown;
}

/** A rule file that cannot be used; the message names file and place. */
export class RuleFileError extends Error {
  constructor(file: string, faults: string[]) {
    super(`The lint rules in ${file} cannot be used. ${faults.join(' ')} Mend the file, or take it away.`);
    this.name = 'RuleFileError';
  }
}

/** @throws RuleFileError */
export function readRules({ name, content }: RuleFile): Rules {
  const read = rules.safeParse(content);
  if (read.success) return read.data;
  throw new RuleFileError(
    name,
    read.error.issues.map(({ path, message }) => `At ${path.join('.') || 'its top'}: ${message}.`),
  );
}

/**
 * @param added a file of the same language: its words and rules come on top
 * @throws RuleFileError where a rule names a tag that no word list has
 */
export function joinRules(base: Rules | undefined, added: Rules, file: string): Rules {
  const words = { ...base?.words };
  for (const [tag, entries] of Object.entries(added.words)) words[tag] = [...(words[tag] ?? []), ...entries];
  const tags = new Set<string>([...OWN_TAGS, ...Object.keys(words)]);
  const faults = [...entriesOf('findings', added.findings), ...entriesOf('excuses', added.excuses)].flatMap(
    ({ place, rule }) =>
      [...rule.needs, ...rule.lacks]
        .flatMap((alternatives) => alternatives.split('|'))
        .filter((tag) => !tags.has(tag.replace('^', '')))
        .map((tag) => `At ${place} (${rule.name}): no word list is called "${tag}".`),
  );
  if (faults.length > 0) throw new RuleFileError(file, faults);
  if (!base) return added;
  return {
    ...base,
    folds: { ...base.folds, ...added.folds },
    abbreviations: [...base.abbreviations, ...added.abbreviations],
    joiners: [...base.joiners, ...added.joiners],
    turns: [...base.turns, ...added.turns],
    words,
    findings: [...added.findings, ...base.findings],
    excuses: [...added.excuses, ...base.excuses],
  };
}

function entriesOf(list: string, entries: (FindingRule | ExcuseRule)[]) {
  return entries.map((rule, index) => ({ place: `${list}.${index}`, rule }));
}
