import type { ExamSetup } from '../../hsm/exam-setup.ts';
import type { Words } from '../words/en.ts';
import { wordsIn } from '../words/language.ts';
import type { Filled } from '../ui/filled.ts';
import { type Language, LANGUAGES } from '../words/languages.ts';
import { type Draft, type Kind, KINDS, kindsOf, restrictingOf } from './draft.ts';

export type TemplateName = keyof Words['suggestion']['templates'];

/** A way to hold an exam that many do, as a beginning: what its kind needs is switched on, everything else is off. */
interface Template {
  name: string;
  /** For whom it is, and what it records. */
  describes: string;
  place: ExamSetup['place']['kind'];
  /** Few: a review takes days, and whoever wants to complain has a month. */
  retentionDays: number;
}

/** Their suggested words, and with these what they record, are in app/words/: test takers read them. */
export const TEMPLATES: Record<TemplateName, Template> = {
  'open-book': {
    name: 'Open book',
    describes: 'Notes, books and the internet are allowed. The camera only: that somebody works alone.',
    place: 'elsewhere',
    retentionDays: 30,
  },
  'closed-book': {
    name: 'Closed book',
    describes: 'No aids are allowed. Camera and screen: that somebody works alone and without other programs.',
    place: 'elsewhere',
    retentionDays: 30,
  },
  oral: {
    name: 'Oral',
    describes: 'A conversation over a video call. Camera and microphone: a record of what was asked and answered.',
    place: 'elsewhere',
    retentionDays: 30,
  },
  practice: {
    name: 'Practice',
    describes: 'A trial with no marks, to get used to it. The camera only, kept for one day.',
    place: 'elsewhere',
    retentionDays: 1,
  },
  paper: {
    name: 'Paper',
    describes: 'Questions and answers on paper, beside the computer. The camera only.',
    place: 'paper',
    retentionDays: 30,
  },
};

/** @returns a draft as its template has it, in this language; where, when, who and why are still to be said */
export function draftFrom(template: TemplateName, title: string, language: Language): Draft {
  const { place, retentionDays } = TEMPLATES[template];
  const { instructions, necessity } = suggestedBy(template, language);
  return {
    title,
    policy: {
      ...{ purposes: ['integrity-review', 'appeal', 'complaint', 'access-request'], retentionDays },
      ...{ uploadHours: Math.min(72, retentionDays * 24), reentry: 'any-browser', dualControl: false },
      leastView: { chaptersAround: 1, drawn: 0 },
    },
    setup: { language, place: { kind: place }, instructions, arrangement: { answerDays: 5 } },
    recordings: kindsOf(necessity),
    restrictions: restrictingOf({}),
  };
}

/** What a template suggests words for. */
type Part = 'instructions' | Kind;

/** @returns the same suggestion in this language; undefined where the text is no template's, or somebody changed a letter of it */
export function suggestionIn(language: Language, part: Part, text: string): string | undefined {
  const template = (Object.keys(TEMPLATES) as TemplateName[]).find((one) =>
    LANGUAGES.some((other) => wordsOf(one, other, part) === text),
  );
  return template && wordsOf(template, language, part);
}

/**
 * Has suggestions that nobody touched be in the exam's language, where they have to be confirmed anew; what somebody wrote stays as it is.
 * @param entries of a draft's page
 */
export function withSuggestionsIn(language: Language, entries: Filled['entries']): Filled['entries'] {
  const followed = { ...entries };
  for (const part of ['instructions', ...KINDS] as const) {
    const field = part === 'instructions' ? 'setup.instructions' : `setup.necessity.${part}`;
    const text = entries[field];
    const own = typeof text === 'string' ? suggestionIn(language, part, text.trim()) : undefined;
    if (own === undefined || own === text) continue;
    followed[field] = own;
    const confirmed = followed['confirmed[]'];
    if (Array.isArray(confirmed)) followed['confirmed[]'] = confirmed.filter((kind) => kind !== part);
  }
  return followed;
}

function suggestedBy(template: TemplateName, language: Language) {
  const { instructions, necessity } = wordsIn(language).suggestion.templates[template];
  return { instructions, necessity: necessity as Partial<Record<Kind, string>> };
}

function wordsOf(template: TemplateName, language: Language, part: Part): string | undefined {
  const { instructions, necessity } = suggestedBy(template, language);
  return part === 'instructions' ? instructions : necessity[part];
}
