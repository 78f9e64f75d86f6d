/** A calculator and a scratch pad, from the settings page to what is signed and read. */
import { expect, test } from 'vitest';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';
import { completed, completedRevision, draftOf, revisionOf } from '../app/exams/draft.ts';
import { readDraftForm } from '../app/exams/draft-form.ts';
import { NoticePreview } from '../app/exams/preview-view.tsx';
import { draftFrom } from '../app/exams/templates.ts';
import { wordSetup } from '../hsm/acts/setup-wording.ts';
import { findWeakenedPromises } from '../hsm/exam-findings.ts';
import { type Aid, type ExamDocument, examSetup } from '../hsm/exam-setup.ts';
import { createLint } from '../hsm/lint/lint.ts';
import { whole } from './draft-fields.ts';

const documents: ExamDocument[] = [
  { name: 'Questions.pdf', type: 'application/pdf', bytes: 9, digest: 'A'.repeat(43) },
];
const kept = { password: false, documents };
const house = { lint: createLint(), limits: { retentionDays: 365 } };
const setupOf = (place: object) => examSetup.safeParse({ ...DEMONSTRATION.setup, place });
const on = (aids?: unknown) => setupOf({ kind: 'document', documents, ...(aids !== undefined && { aids }) });

/** A draft on documents as its form says it. */
function draftWith(aids: string[], changed: Record<string, string | string[]> = {}) {
  const fields = { ...whole, 'setup.place.kind': 'document', 'setup.place.aids[]': aids, ...changed };
  return readDraftForm(draftFrom('paper', 'Drawing', 'en'), fields).draft;
}

test('what is published names each aid once, in order, at the place that has them, and needs to name none', () => {
  expect(on().data?.place).toEqual({ kind: 'document', documents });
  expect(on(['calculator', 'scratch-pad']).success).toBe(true);
  for (const aids of [[], ['scratch-pad', 'calculator'], ['calculator', 'calculator'], ['abacus'], null]) {
    expect(on(aids).success, JSON.stringify(aids)).toBe(false);
  }
  expect(setupOf({ kind: 'paper', aids: ['calculator'] }).success).toBe(false);
  expect(setupOf({ kind: 'elsewhere', address: '/x', aids: ['calculator'] }).success).toBe(false);
});

test('a draft has none until they are chosen; they go into what is proposed, and into a duplicate', () => {
  const placeOf = (aids: string[], changed = {}) =>
    completed(draftWith(aids, changed), null, kept, house).exam?.setup.place;
  expect(placeOf([])).toEqual({ kind: 'document', documents });
  expect(placeOf(['scratch-pad', 'calculator'])).toEqual({
    kind: 'document',
    documents,
    aids: ['calculator', 'scratch-pad'],
  });
  expect(placeOf(['calculator'], { 'setup.place.kind': 'paper' })).toEqual({ kind: 'paper' });
  const { exam } = completed(draftWith(['scratch-pad']), null, kept, house);
  expect(draftOf(exam!).setup.place?.aids).toEqual(['scratch-pad']);
});

test('of a published exam another one may be given; once somebody has begun, none is taken away', () => {
  const { exam: published } = completed(draftWith(['calculator']), null, kept, house);
  const changedTo = (aids: Aid[], begun: boolean) => {
    const draft = revisionOf(published!);
    return completedRevision(
      { ...draft, setup: { ...draft.setup, place: { kind: 'document', aids } } },
      published!,
      begun,
      house,
    );
  };
  const { exam } = changedTo(['scratch-pad', 'calculator'], true);
  expect(exam?.setup.place).toEqual({ kind: 'document', documents, aids: ['calculator', 'scratch-pad'] });
  expect(changedTo([], false).exam?.setup.place).toEqual({ kind: 'document', documents });
  expect(changedTo([], true).faults.map(({ field }) => field)).toEqual(['setup.place.aids']);
});

test('who signs, who sets it up and who is recorded read of them what is true: in the screen’s recording notes are seen', () => {
  const published = on(['calculator', 'scratch-pad']).data!;
  const told = wordSetup(published).flatMap(({ term, value }) => (term === 'Given on that page' ? [value] : []));
  expect(told).toEqual([
    'a calculator with basic and scientific functions',
    'a scratch pad, whose notes stay in the test taker’s browser and are deleted at the end',
  ]);
  expect(JSON.stringify(wordSetup(on().data!))).not.toContain('Given on that page');
  const read = (aids: Aid[], changed = {}) =>
    String(<NoticePreview institution="University" draft={draftWith(aids, changed)} kept={kept} />);
  expect(read([])).not.toMatch(/calculator|scratch pad/);
  expect(read(['calculator'])).toContain('you have a calculator');
  expect(read(['calculator'])).not.toContain('scratch pad');
  expect(read(['scratch-pad'])).toContain('They are deleted when you finish');
  expect(read(['scratch-pad'])).not.toContain('Your screen is recorded, so');
  const screened = { 'recorded[]': ['camera', 'screen'] };
  expect(read(['scratch-pad'], screened)).toContain('Your screen is recorded, so');
  expect(read(['scratch-pad'], { ...screened, 'setup.language': 'de' })).toContain(
    'Ihr Bildschirm wird aufgezeichnet.',
  );
});

test('an aid that test takers were promised is not taken from who has begun', () => {
  const [none, one, both] = [on().data!, on(['calculator']).data!, on(['calculator', 'scratch-pad']).data!];
  expect(findWeakenedPromises(both, one).map(({ field }) => field)).toEqual(['setup.place.aids']);
  expect(findWeakenedPromises(one, none)).toHaveLength(1);
  expect(findWeakenedPromises(none, both)).toEqual([]);
});
