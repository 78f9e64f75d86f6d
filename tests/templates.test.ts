import { describe, expect, test } from 'vitest';
import { completed, type Draft, KINDS } from '../app/exams/draft.ts';
import { readDraftForm } from '../app/exams/draft-form.ts';
import { draftFrom, suggestionIn, TEMPLATES, type TemplateName } from '../app/exams/templates.ts';
import { wordsIn } from '../app/words/language.ts';
import { LANGUAGES } from '../app/words/languages.ts';
import { findFaultsIn } from '../hsm/exam-findings.ts';
import { createLint } from '../hsm/lint/lint.ts';
import { whole } from './draft-fields.ts';

const NAMES = Object.keys(TEMPLATES) as TemplateName[];
const lint = createLint();

describe.each(LANGUAGES)('a template’s suggestions in %s', (language) => {
  const other = language === 'en' ? 'de' : 'en';
  const { templates, examples } = wordsIn(language).suggestion;

  test.each(NAMES)('%s: are in that language, and nothing in them may not be asked of test takers', (name) => {
    const { setup, recordings } = draftFrom(name, 'Torts', language);
    expect(setup.language).toBe(language);
    const on = KINDS.filter((kind) => recordings[kind].on);
    expect(on).toEqual(Object.keys(templates[name].necessity));
    expect(on.some((kind) => recordings[kind].confirmed)).toBe(false);
    for (const text of [setup.instructions as string, ...on.map((kind) => recordings[kind].words)]) {
      expect(findFaultsIn(lint, language, 'text', text), text).toEqual([]);
      const own = text.split(/\W+/).filter((word) => STOP_WORDS[language].has(word.toLowerCase())).length;
      const foreign = text.split(/\W+/).filter((word) => STOP_WORDS[other].has(word.toLowerCase())).length;
      expect(own, text).toBeGreaterThan(foreign);
    }
  });

  test.each(NAMES)('%s: publish once they are confirmed and what only people know is said', (name) => {
    const draft = draftFrom(name, 'Torts', language);
    for (const kind of KINDS) draft.recordings[kind].confirmed = true;
    const { retentionDays } = TEMPLATES[name];
    const said: Draft = {
      ...draft,
      policy: { ...draft.policy, closesAt: '2126-12-01T12:00:00Z' },
      setup: {
        ...draft.setup,
        unit: 'Examination Office',
        place: { ...draft.setup.place, address: 'https://lms.university.example/' },
        arrangement: {
          ...draft.setup.arrangement,
          alternative: examples.alternative,
          contact: { name: 'Examination Office', email: 'exams@university.example' },
        },
        privacyOfficer: { name: 'Privacy Officer', email: 'privacy@university.example' },
        ...{ reviewers: examples.reviewers, legalBasis: 'Examination act, section 8', costsNothing: true },
      },
    };
    const { faults, exam } = completed(
      said,
      null,
      { password: false, documents: [] },
      { lint, limits: { retentionDays: 365 } },
    );
    expect(faults).toEqual([]);
    expect(exam?.policy.retentionDays).toBe(retentionDays);
  });

  test('each lead to one suggestion in the other language, whichever template they are of', () => {
    for (const name of NAMES) {
      const { instructions, necessity } = templates[name];
      const theirs = wordsIn(other).suggestion.templates[name];
      expect(suggestionIn(other, 'instructions', instructions)).toBe(theirs.instructions);
      for (const [kind, words] of Object.entries(necessity)) {
        const there = theirs.necessity[kind as keyof typeof theirs.necessity];
        expect(suggestionIn(other, kind as 'camera', words), `${name}, ${kind}`).toBe(there);
      }
    }
  });
});

describe('a draft whose language is changed', () => {
  const en = wordsIn('en').suggestion.templates['closed-book'];
  const de = wordsIn('de').suggestion.templates['closed-book'];
  const begun = draftFrom('closed-book', 'Torts', 'en');
  const form = (changed: Record<string, string | string[]>) => ({
    ...whole,
    'recorded[]': ['camera', 'screen'],
    'confirmed[]': [] as string[],
    'setup.instructions': en.instructions,
    'setup.necessity.camera': en.necessity.camera,
    'setup.necessity.screen': en.necessity.screen,
    ...changed,
  });

  test('has its untouched suggestions follow, to be confirmed anew', () => {
    const { draft: confirmed } = readDraftForm(begun, form({ 'confirmed[]': ['camera', 'screen'] }));
    expect(confirmed.recordings.camera).toEqual({ on: true, words: en.necessity.camera, confirmed: true });
    const german = form({ 'confirmed[]': ['camera', 'screen'], 'setup.language': 'de' });
    const { draft, refused } = readDraftForm(confirmed, german);
    expect(refused).toEqual([]);
    expect(draft.setup).toMatchObject({ language: 'de', instructions: de.instructions });
    expect(draft.recordings.camera).toEqual({ on: true, words: de.necessity.camera, confirmed: false });
    expect(draft.recordings.screen).toEqual({ on: true, words: de.necessity.screen, confirmed: false });
    const back = form({
      'setup.instructions': de.instructions,
      'setup.necessity.camera': de.necessity.camera,
      'setup.necessity.screen': de.necessity.screen,
    });
    expect(readDraftForm(draft, back).draft).toMatchObject({ setup: { instructions: en.instructions } });
  });

  test('keeps what somebody wrote, to the letter and confirmed', () => {
    const own = {
      'setup.instructions': `${en.instructions} Bring water.`,
      'setup.necessity.camera': 'Our own reason.',
    };
    const { draft: written } = readDraftForm(begun, form(own));
    const { draft } = readDraftForm(written, form({ ...own, 'confirmed[]': ['camera'], 'setup.language': 'de' }));
    expect(draft.setup.instructions).toBe(`${en.instructions} Bring water.`);
    expect(draft.recordings.camera).toEqual({ on: true, words: 'Our own reason.', confirmed: true });
    expect(draft.recordings.screen.words).toBe(de.necessity.screen);
  });

  test('that comes back with a fault shows the words that are saved, and nobody confirmed them by the ones before', () => {
    const faulty = form({ 'confirmed[]': ['camera'], 'setup.language': 'de', 'setup.minutes': 'ninety' });
    const { draft, filled, refused } = readDraftForm(begun, faulty);
    expect(refused).toEqual(['when']);
    expect(filled.entries).toMatchObject({ 'setup.necessity.camera': de.necessity.camera, 'confirmed[]': [] });
    const again = readDraftForm(draft, { ...filled.entries, 'setup.minutes': '90' });
    expect(again.draft.recordings.camera).toEqual({ on: true, words: de.necessity.camera, confirmed: false });
  });
});

const STOP_WORDS = {
  en: new Set('the and you your it is are not for what they that this with of'.split(' ')),
  de: new Set('die der das und sie ihre ist nicht dass wird von zur zu dies werden ihnen'.split(' ')),
};
