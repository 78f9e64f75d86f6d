import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';
import { publishExam } from '../hsm/acts/exam-acts.ts';
import { findFaults, findRevisionFaults, findRuleFaults, findWeakenedPromises } from '../hsm/exam-findings.ts';
import { type ExamSetup, examSetup } from '../hsm/exam-setup.ts';
import { createLint } from '../hsm/lint/lint.ts';
import { type Policy, policy as policySchema } from '../hsm/policy.ts';
import { rememberFindings } from '../hsm/remembered-findings.ts';

const lint = createLint();
const limits = { retentionDays: 365 };
const DAY_MS = 86_400_000;
const NOW = Date.parse('2126-10-01T08:00:00.000Z');
const inDays = (days: number) => new Date(NOW + days * DAY_MS).toISOString();

const DOCUMENTS: ExamSetup['place'] = {
  kind: 'document',
  documents: [{ name: 'Questions', type: 'text/plain', bytes: 1, digest: 'A'.repeat(43) }],
};

/** An exam that could be published: open from day 20 on, for two days. */
const exam = (changed: { setup?: Partial<ExamSetup>; policy?: Partial<Policy>; title?: string } = {}) => ({
  title: changed.title ?? 'Logic',
  policy: policySchema.parse({ ...DEMONSTRATION.policy, closesAt: inDays(22), ...changed.policy }),
  setup: examSetup.parse({ ...DEMONSTRATION.setup, opensAt: inDays(20), ...changed.setup }),
});
const faultsOf = (changed: Parameters<typeof exam>[0]) => findFaults(lint, exam(changed), limits, NOW);

/** What zod says of a schema from within, as far as it is looked at here. */
interface Definition {
  type: string;
  format?: string;
  checks?: { _zod: { def: { check: string } } }[];
  shape?: Record<string, z.ZodType>;
  innerType?: z.ZodType;
  element?: z.ZodType;
  options?: z.ZodType[];
}

/** @returns the dotted path of each text without a format of its own: whatever a person could write there in sentences */
function freeTexts(schema: z.ZodType, path: string[] = []): string[] {
  const { type, format, checks = [], shape, innerType, element, options } = schema._zod.def as unknown as Definition;
  const formatted = format !== undefined || checks.some(({ _zod }) => _zod.def.check === 'string_format');
  if (type === 'string') return formatted ? [] : [path.join('.')];
  const inside = Object.entries(shape ?? {}).flatMap(([name, field]) => freeTexts(field, [...path, name]));
  const beside = [
    ...[innerType, ...(options ?? [])].flatMap((one) => (one ? freeTexts(one, path) : [])),
    ...(element ? freeTexts(element, [...path, '0']) : []),
  ];
  const known = ['object', 'optional', 'default', 'nullable', 'array', 'union', 'enum', 'literal', 'number', 'boolean'];
  if (!known.includes(type))
    throw new TypeError(`whether a ${type} holds text (${path.join('.')}) has to be said here`);
  return [...inside, ...beside];
}

/** @returns the object with something else at a dotted path */
function put<T>(value: T, path: string, text: string): T {
  const [name, ...rest] = path.split('.') as [keyof T & string, ...string[]];
  if (Array.isArray(value)) return value.with(Number(name), put(value[Number(name)], rest.join('.'), text)) as T;
  return { ...value, [name]: rest.length === 0 ? text : put(value[name], rest.join('.'), text) };
}

describe('what stands in the way of publishing an exam', () => {
  const free = freeTexts(publishExam.schema);

  test('is looked for in the whole schema', () => {
    expect(free).toContain('title');
    expect(free).toContain('setup.arrangement.contact.name');
    expect(free).not.toContain('setup.privacyOfficer.email');
    expect(free.length).toBeGreaterThan(8);
  });

  test.each(free)('is a demand of test takers in %s', (field) => {
    for (const [language, text] of [
      ['en', 'Please take off your headscarf.'],
      ['de', 'Bitte das Kopftuch ablegen.'],
    ] as const) {
      const place = field.startsWith('setup.place.documents') ? { place: DOCUMENTS } : {};
      const faulty = put(exam({ setup: { language, ...place } }), field, text);
      const [fault, ...others] = findFaults(lint, faulty, limits, NOW);
      expect(others).toEqual([]);
      expect(fault).toMatchObject({ field, kind: 'appearance', instead: expect.stringMatching(/.{20}/) });
      expect(text).toContain(fault?.quote);
      expect(fault?.why).toContain(fault?.quote);
    }
  });

  test('is nothing in an exam as an examination office might set it up', () => {
    expect(faultsOf({})).toEqual([]);
    const paper = { place: { kind: 'paper' }, opensAt: null, minutes: 90, instructions: '' } as const;
    expect(faultsOf({ setup: paper })).toEqual([]);
  });

  test('is found in whichever language it is written, whatever the exam says that it is written in', () => {
    const german = faultsOf({
      setup: { language: 'en', instructions: 'Die Gebühr von 20 Euro ist vorher zu zahlen.' },
    });
    expect(german).toMatchObject([{ field: 'setup.instructions', kind: 'payment' }]);
    const english = faultsOf({ setup: { language: 'de', reviewers: 'Remove your hat for our reviewers.' } });
    expect(english).toMatchObject([{ field: 'setup.reviewers', kind: 'appearance' }]);
    const french = createLint([
      {
        name: 'fr.json',
        content: {
          ...{ format: 'cloister-lint/1', language: 'fr', words: { cover: ['foulard'], off: ['enlevez, retirez'] } },
          findings: [
            {
              ...{ name: 'foulard', needs: ['off', 'cover'], kind: 'appearance' },
              ...{ why: '“{quote}” demande d’ôter un vêtement.', instead: 'Laissez cette phrase de côté.' },
            },
          ],
        },
      },
    ]);
    const faulty = exam({ setup: { instructions: 'Enlevez votre foulard.' } });
    expect(findFaults(lint, faulty, limits, NOW)).toEqual([]);
    expect(findFaults(french, faulty, limits, NOW)).toMatchObject([{ quote: 'Enlevez votre foulard' }]);
  });

  test.each(['en-tuning', 'en-rule-writers', 'de-tuning', 'de-rule-writers'])(
    'is by the other language’s rules nothing more, and by them nothing less, in the corpus %s',
    (file) => {
      const corpus = readFileSync(join(import.meta.dirname, `lint-corpus/${file}.json`), 'utf8');
      const own = file.slice(0, 2) as ExamSetup['language'];
      const other = own === 'en' ? 'de' : 'en';
      const { setup } = exam();
      const findsIn = (language: ExamSetup['language'], instructions: string) =>
        findFaults(lint, { ...exam(), setup: { ...setup, language, instructions } }, limits, NOW).length > 0;
      for (const { text } of JSON.parse(corpus) as { text: string }[]) {
        expect(findsIn(own, text), text).toBe(lint(text, own).length > 0);
        if (lint(text, own).length > 0) expect(findsIn(other, text), `${text} (as ${other})`).toBe(true);
      }
    },
  );

  test.each([
    ['en', 'Hats, scarves, turbans and veils are all fine.'],
    ['en', 'Nobody may tell you to take off your turban; if it happens, press the red button.'],
    ['de', 'Niemand darf Ihnen sagen, dass Sie Ihren Turban abnehmen sollen.'],
    ['de', 'Auch mit Bart, Brille oder Burka: Sie sind willkommen.'],
  ] as const)(
    'is no reassurance that the other language’s rules do not understand (%s): %s',
    (language, instructions) => {
      expect(faultsOf({ setup: { language, instructions } })).toEqual([]);
      const demand = language === 'en' ? 'Bitte das Kopftuch ablegen.' : 'Please take off your headscarf.';
      expect(faultsOf({ setup: { language, instructions: `${instructions} ${demand}` } })).toHaveLength(1);
    },
  );

  test('is told in few and short words, however long the text', () => {
    const many = Array.from({ length: 60 }, () => 'Please take off your headscarf.').join('\n\n');
    expect(faultsOf({ setup: { instructions: many } })).toHaveLength(12);
    const [long] = faultsOf({
      setup: { instructions: `Take ${'very '.repeat(10)}gently off your ${'nice '.repeat(40)}hat.` },
    });
    if (long) expect(long.why.length).toBeLessThan(600);
    const wide = faultsOf({ setup: { instructions: `Remove, ${'x'.repeat(400)}, your headscarf.` } });
    for (const { quote = '', why } of wide) {
      expect(quote.length).toBeLessThanOrEqual(161);
      expect(why).toContain(quote);
    }
    expect(wide).toHaveLength(1);
  });

  test('is a retention beyond the institution’s, to the day', () => {
    expect(faultsOf({ policy: { retentionDays: 365 } })).toEqual([]);
    const [fault] = faultsOf({ policy: { retentionDays: 366 } });
    expect(fault).toMatchObject({ field: 'policy.retentionDays', kind: 'retention' });
    expect(fault?.why).toContain('366 days');
    expect(fault?.instead).toContain('365 days');
  });

  test('is a window that opens when it has closed, or can be begun after its end', () => {
    const closesAt = inDays(22);
    const opening = (opensAt: string | null, lastEntryMinutes: number | null) =>
      faultsOf({ policy: { closesAt }, setup: { opensAt, lastEntryMinutes } }).map(({ field, kind }) => [field, kind]);
    expect(opening(inDays(22), null)).toEqual([['setup.opensAt', 'window']]);
    expect(opening(inDays(23), 60)).toEqual([['setup.opensAt', 'window']]);
    expect(opening(inDays(21), 1440)).toEqual([]);
    expect(opening(inDays(21), 1441)).toEqual([['setup.lastEntryMinutes', 'window']]);
    expect(opening(null, 60)).toEqual([['setup.lastEntryMinutes', 'window']]);
    expect(opening(null, null)).toEqual([]);
  });

  test('is an answer to who asks for the other way that could come after the exam has opened', () => {
    const asking = (opensIn: number, answerDays: number) =>
      faultsOf({
        setup: { opensAt: inDays(opensIn), arrangement: { ...DEMONSTRATION.setup.arrangement, answerDays } },
      });
    expect(asking(5, 5)).toEqual([]);
    const [late] = asking(4.5, 5);
    expect(late).toMatchObject({ field: 'setup.arrangement.answerDays', kind: 'answer' });
    expect(late?.instead).toMatch(/^Answer within 4 days, or let the exam open later/);
    expect(asking(0.5, 1)[0]?.instead).toMatch(/^Let the exam open later/);
    expect(asking(-1, 1)).toHaveLength(1);
  });
});

describe('what stands in the way of changing it', () => {
  const before = exam().setup;

  test('is the same, but for the rules, which change by an act of their own, and the answer where it stays as it was', () => {
    const kept = exam({ policy: { retentionDays: 3650 } });
    expect(findRevisionFaults(lint, kept, before, NOW + 19 * DAY_MS)).toEqual([]);
    const faster = { ...before.arrangement, answerDays: 1 };
    const quicker = exam({ setup: { arrangement: faster } });
    expect(findRevisionFaults(lint, quicker, before, NOW + 19.5 * DAY_MS)).toEqual([]);
    const slower = exam({ setup: { arrangement: { ...before.arrangement, answerDays: 6 } } });
    expect(findRevisionFaults(lint, slower, before, NOW + 19 * DAY_MS)).toMatchObject([{ kind: 'answer' }]);
    const earlier = exam({ setup: { opensAt: inDays(4) } });
    expect(findRevisionFaults(lint, earlier, before, NOW)).toMatchObject([{ kind: 'answer' }]);
    const rude = exam({ setup: { legalBasis: 'Hats are forbidden.' } });
    expect(findRevisionFaults(lint, rude, before, NOW)).toMatchObject([{ field: 'setup.legalBasis' }]);
    const shut = exam({ setup: { opensAt: inDays(30) } });
    expect(findRevisionFaults(lint, shut, before, NOW)).toMatchObject([{ kind: 'window' }]);
  });

  test('is what the rules say, where those change: no longer retention, no closing before the opening', () => {
    const rules = (changed: Partial<Policy>) =>
      findRuleFaults({ policy: exam({ policy: changed }).policy, setup: before }, limits).map(({ kind }) => kind);
    expect(rules({ dualControl: true })).toEqual([]);
    expect(rules({ retentionDays: 366 })).toEqual(['retention']);
    expect(rules({ closesAt: inDays(19) })).toEqual(['window']);
    expect(
      findRuleFaults({ policy: exam({ policy: { retentionDays: 400 } }).policy, setup: null }, limits),
    ).toHaveLength(1);
  });

  test('is, for who has begun, more that is recorded, finer, in longer chapters, or less time', () => {
    const told = examSetup.parse({ ...before, minutes: 90, necessity: { camera: 'To see who sits it.' } });
    const weakened = (changed: Partial<ExamSetup>) =>
      findWeakenedPromises(told, examSetup.parse({ ...told, ...changed })).map(({ field }) => field);
    expect(weakened({ necessity: { ...told.necessity, screen: 'To see what is done.' } })).toEqual([
      'setup.necessity.screen',
    ]);
    const { most } = told.bounds.camera;
    const finer = { ...told.bounds.camera, most: { ...most, bitrate: most.bitrate + 1 } };
    expect(weakened({ bounds: { ...told.bounds, camera: finer } })).toEqual(['setup.bounds.camera.most']);
    expect(weakened({ bounds: { ...told.bounds, screen: { ...finer } } })).toEqual([]);
    expect(weakened({ chapterSeconds: told.chapterSeconds + 1 })).toEqual(['setup.chapterSeconds']);
    expect(weakened({ minutes: 89 })).toEqual(['setup.minutes']);
    expect(weakened({ minutes: null, chapterSeconds: 5, necessity: { camera: 'Said better.' } })).toEqual([]);
    const unlimited = examSetup.parse({ ...told, minutes: null });
    expect(findWeakenedPromises(unlimited, told)).toMatchObject([{ field: 'setup.minutes' }]);
    // Of an exam from before custody kept what was told, nothing is known to have been.
    expect(findWeakenedPromises(null, told)).toMatchObject([{ field: 'setup.necessity.camera' }]);
  });
});

test('findings that are remembered are the same as when they were found', () => {
  let asked = 0;
  const counting = Object.assign(
    (text: string, language: string) => {
      asked++;
      return lint(text, language);
    },
    { languages: lint.languages },
  );
  const remembering = rememberFindings(counting);
  const texts = ['Please take off your headscarf.', 'Bitte das Kopftuch ablegen.', 'Good luck.'];
  for (let times = 0; times < 3; times++) {
    for (const text of texts) {
      for (const language of remembering.languages) expect(remembering(text, language)).toEqual(lint(text, language));
    }
  }
  expect(asked).toBe(texts.length * lint.languages.length);
});
