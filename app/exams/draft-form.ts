import { z } from 'zod';
import { paragraph } from '../../hsm/acts/wording.ts';
import { AIDS, examAddress, type ExamSetup } from '../../hsm/exam-setup.ts';
import { RESTRICTIONS } from '../../hsm/restriction.ts';
import { purpose } from '../../hsm/policy.ts';
import { AppError } from '../errors.ts';
import { moment, whole } from '../http/entries.ts';
import type { Filled } from '../ui/filled.ts';
import { localMinute } from '../ui/fields.tsx';
import { type Draft, KINDS, type Kind } from './draft.ts';
import { suggestionIn, withSuggestionsIn } from './templates.ts';

/** A field may stay empty in a draft: what it lacks stands in the list of what is missing. */
const optional = <T>(shape: z.ZodType<T, string>) =>
  z
    .string()
    .transform((text) => text.trim())
    .transform((text) => (text === '' ? undefined : text))
    .pipe(shape.optional());

const UNSHOWN = 'This holds characters that are not shown. Write it again in plain words.';
const text = (longest: number) =>
  z
    .string()
    // A browser sends lines as RFC 1867 has it.
    .transform((words) => words.replaceAll('\r\n', '\n').trim())
    .refine((words) => words.length <= longest, `This is too long: at most ${longest} characters are kept.`)
    .refine((words) => paragraph(longest).safeParse(words.slice(0, longest)).success, UNSHOWN);
const line = (longest: number) => text(longest).refine((words) => !/[\n\t]/.test(words), UNSHOWN);
const words = (longest: number) => optional(text(longest) as z.ZodType<string, string>);
const email = optional(z.email('This is no e-mail address, such as exams@university.example.'));
const several = <T extends string>(one: z.ZodType<T, T>) => z.array(one).default([]);

/** The parts of a draft's page: each is saved where it can be read, whatever is wrong with the others. */
const SECTIONS = {
  what: section(
    {
      title: line(200),
      'setup.language': z.enum(['en', 'de']),
      'setup.unit': words(2000),
      'setup.place.kind': z.enum(['elsewhere', 'document', 'paper']),
      'setup.place.address': optional(
        z
          .string()
          .max(2000, 'This is too long: at most 2000 characters are kept.')
          .refine((address) => examAddress.safeParse(address).success, 'This is no address that begins with https://.'),
      ),
      'setup.place.aids[]': several(z.enum(AIDS)),
      'setup.instructions': text(5000),
    },
    (draft, entry) => ({
      ...draft,
      title: entry.title,
      setup: {
        ...draft.setup,
        language: entry['setup.language'],
        unit: entry['setup.unit'],
        place: {
          kind: entry['setup.place.kind'],
          address: entry['setup.place.address'],
          aids: entry['setup.place.aids[]'],
        },
        instructions: entry['setup.instructions'],
      },
    }),
  ),
  when: section(
    {
      'setup.opensAt': optional(moment('Say on which day, and when, it opens.')),
      'policy.closesAt': optional(moment('Say on which day, and when, it closes.')),
      'setup.minutes': optional(whole(5, 1440, 'Write a number of minutes, from 5 to 1440.')),
      'setup.lastEntryMinutes': optional(whole(5, 10_080, 'Write a number of minutes, from 5 to 10080.')),
      'setup.breaks.minutes': optional(whole(1, 240, 'Write a number of minutes, from 1 to 240, or leave it empty.')),
      'setup.breaks.addedToTime': z.enum(['no', 'yes']),
    },
    (draft, entry) => ({
      ...draft,
      policy: { ...draft.policy, closesAt: sameMoment(draft.policy.closesAt, entry['policy.closesAt']) },
      setup: {
        ...draft.setup,
        opensAt: sameMoment(draft.setup.opensAt ?? undefined, entry['setup.opensAt']) ?? null,
        minutes: entry['setup.minutes'] ?? null,
        lastEntryMinutes: entry['setup.lastEntryMinutes'] ?? null,
        breaks: breaksOf(entry['setup.breaks.minutes'], entry['setup.breaks.addedToTime'] === 'yes'),
      },
    }),
  ),
  recordings: section(
    {
      'recorded[]': several(z.enum(KINDS)),
      'confirmed[]': several(z.enum(KINDS)),
      'setup.necessity.camera': text(2000),
      'setup.necessity.microphone': text(2000),
      'setup.necessity.screen': text(2000),
    },
    (draft, entry) => {
      const kindOf = (kind: Kind) => {
        const why = entry[`setup.necessity.${kind}`];
        const [same, ticked] = [why === draft.recordings[kind].words, entry['confirmed[]'].includes(kind)];
        // Who rewrote a suggestion stands by their own words; who ticked one, by that one and not by what it is in another language.
        const confirmed = suggestionIn('en', kind, why) === undefined ? !same || ticked : same && ticked;
        return { on: entry['recorded[]'].includes(kind), words: why, confirmed };
      };
      return {
        ...draft,
        recordings: { camera: kindOf('camera'), microphone: kindOf('microphone'), screen: kindOf('screen') },
      };
    },
  ),
  restrictions: section(
    {
      'restricted[]': several(z.enum(RESTRICTIONS)),
      'reasoned[]': several(z.enum(RESTRICTIONS)),
      'setup.restrictions.full-screen': text(2000),
      'setup.restrictions.left-page': text(2000),
      'setup.restrictions.one-screen': text(2000),
      'setup.restrictions.clipboard': text(2000),
    },
    (draft, entry) => {
      const restrictions = { ...draft.restrictions };
      for (const one of RESTRICTIONS) {
        const why = entry[`setup.restrictions.${one}`];
        const confirmed = why !== restrictions[one].words || entry['reasoned[]'].includes(one);
        restrictions[one] = { on: entry['restricted[]'].includes(one), words: why, confirmed };
      }
      return { ...draft, restrictions };
    },
  ),
  people: section(
    {
      'setup.reviewers': words(2000),
      'setup.arrangement.alternative': words(2000),
      'setup.arrangement.contact.name': words(200),
      'setup.arrangement.contact.email': email,
      'setup.arrangement.answerDays': optional(whole(1, 60, 'Write a number of days, from 1 to 60.')),
      'setup.privacyOfficer.name': words(200),
      'setup.privacyOfficer.email': email,
      'setup.legalBasis': words(2000),
      'setup.costsNothing[]': several(z.literal('true')),
    },
    (draft, entry) => ({
      ...draft,
      setup: {
        ...draft.setup,
        reviewers: entry['setup.reviewers'],
        arrangement: {
          alternative: entry['setup.arrangement.alternative'],
          contact: { name: entry['setup.arrangement.contact.name'], email: entry['setup.arrangement.contact.email'] },
          answerDays: entry['setup.arrangement.answerDays'],
        },
        privacyOfficer: { name: entry['setup.privacyOfficer.name'], email: entry['setup.privacyOfficer.email'] },
        legalBasis: entry['setup.legalBasis'],
        costsNothing: entry['setup.costsNothing[]'].length > 0,
      },
    }),
  ),
  rules: section(
    {
      'policy.purposes[]': several(purpose),
      'policy.retentionDays': optional(whole(1, 3650, 'Write a number of days, from 1 to 3650.')),
      'policy.uploadHours': whole(1, 336, 'Write a number of hours, from 1 to 336.'),
      'policy.reentry': z.enum(['any-browser', 'same-browser']),
      'policy.dualControl': z.enum(['1', '2']),
      'policy.leastView.chaptersAround': whole(0, 3, 'Write a number of chapters, from 0 to 3.'),
      'policy.leastView.drawn': whole(0, 5, 'Write a number of chapters, from 0 to 5.'),
    },
    (draft, entry) => ({
      ...draft,
      policy: {
        ...draft.policy,
        purposes: entry['policy.purposes[]'],
        retentionDays: entry['policy.retentionDays'],
        uploadHours: entry['policy.uploadHours'],
        reentry: entry['policy.reentry'],
        dualControl: entry['policy.dualControl'] === '2',
        leastView: { chaptersAround: entry['policy.leastView.chaptersAround'], drawn: entry['policy.leastView.drawn'] },
      },
    }),
  ),
};

export type SectionName = keyof typeof SECTIONS;
export const SECTION_NAMES = Object.keys(SECTIONS) as SectionName[];

/** @returns the section that has this field */
export function sectionOf(field: string): SectionName | undefined {
  return SECTION_NAMES.find((name) => SECTIONS[name].has(field));
}

/** What a page's form said: the draft with every section that can be read, and the form as it was filled in. */
export interface ReadDraft {
  draft: Draft;
  filled: Filled;
  /** Sections that were not taken over, because something in them cannot be read. */
  refused: SectionName[];
  /** The section whose button was pressed. */
  pressed: SectionName;
}

/**
 * Reads the form of a change to a published exam: without what its page does not offer, the exam's rules and what kind of place it is at.
 * @throws AppError malformed for a form with other fields than the page has
 */
export function readRevisionForm(draft: Draft, entries: Filled['entries']): ReadDraft {
  const fixed = fixedEntries(draft);
  if (Object.keys(entries).some((name) => name in fixed))
    throw new AppError('malformed', { detail: 'a field is fixed' });
  return readDraftForm(draft, { ...entries, ...fixed });
}

/** Of a published exam's draft, what stays as it is. */
function fixedEntries({ policy: rules, setup }: Draft): Filled['entries'] {
  const { purposes = [], closesAt = '', retentionDays, uploadHours, reentry = '', dualControl, leastView } = rules;
  return {
    'setup.place.kind': setup.place?.kind ?? '',
    ...(setup.place?.kind !== 'elsewhere' && { 'setup.place.address': '' }),
    'policy.closesAt': localMinute(closesAt),
    'policy.purposes[]': purposes,
    'policy.retentionDays': String(retentionDays),
    'policy.uploadHours': String(uploadHours),
    'policy.reentry': reentry,
    'policy.dualControl': dualControl ? '2' : '1',
    'policy.leastView.chaptersAround': String(leastView?.chaptersAround),
    'policy.leastView.drawn': String(leastView?.drawn),
  };
}

/**
 * @param draft as it is saved
 * @param entries all fields of the page
 * @throws AppError malformed for a form with other fields than the page has
 */
export function readDraftForm(draft: Draft, { section: button, ...written }: Filled['entries']): ReadDraft {
  const unread = Object.keys(written).filter((name) => !SECTION_NAMES.some((one) => SECTIONS[one].has(name)));
  if (unread.length > 0) throw new AppError('malformed', { detail: 'fields of no section' });
  const { language = 'en' } = (SECTIONS.what.read(draft, written).draft ?? draft).setup;
  const entries = withSuggestionsIn(language, written);
  const faults: Filled['faults'] = {};
  const refused: SectionName[] = [];
  let now = draft;
  for (const name of SECTION_NAMES) {
    const read = SECTIONS[name].read(now, entries);
    if (read.draft) now = read.draft;
    else {
      refused.push(name);
      Object.assign(faults, read.faults);
    }
  }
  const pressed = SECTION_NAMES.find((name) => name === button) ?? 'what';
  return { draft: now, filled: { entries, faults }, refused, pressed };
}

function section<Shape extends z.ZodRawShape>(
  fields: Shape,
  write: (draft: Draft, entry: z.output<z.ZodObject<Shape>>) => Draft,
) {
  const shape = z.object(fields);
  return {
    has: (name: string) => name in fields,
    read(draft: Draft, entries: Filled['entries']): { draft: Draft } | { draft?: undefined; faults: Filled['faults'] } {
      const absent = Object.keys(fields).some((name) => !name.endsWith('[]') && typeof entries[name] !== 'string');
      if (absent) throw new AppError('malformed', { detail: 'a field is missing' });
      const read = shape.safeParse(entries);
      if (read.success) return { draft: write(draft, read.data) };
      const faults: Filled['faults'] = {};
      for (const { path, message } of read.error.issues) faults[String(path[0])] ??= message;
      return { faults };
    },
  };
}

function breaksOf(minutes: number | undefined, addedToTime: boolean): ExamSetup['breaks'] {
  return minutes === undefined ? undefined : { minutes, addedToTime };
}

/** What was left as it was stays to the second: the page shows minutes. */
function sameMoment(before: string | undefined, now: string | undefined): string | undefined {
  return before && now && localMinute(before) === localMinute(now) ? before : now;
}
