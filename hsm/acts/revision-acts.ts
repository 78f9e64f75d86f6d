import { z } from 'zod';
import * as rows from '../../db/custody/exams.ts';
import { endHoldsUntilRevised } from '../../db/custody/reports.ts';
import { leavesNothing } from '../arrangements.ts';
import { requireNoHold } from '../conduct/holds.ts';
import type { Custody } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { type Fault, findRevisionFaults, findWeakenedPromises } from '../exam-findings.ts';
import { type ExamSetup, examSetup } from '../exam-setup.ts';
import { policyOf, setupOf } from '../exams.ts';
import { defineAct } from './act.ts';
import { wordChanges } from './changes.ts';
import { examDetails, examOf, requireNoFaults, requireScope, requireUnitInForce } from './concerns.ts';
import { wordSetup } from './setup-wording.ts';
import { takeTurn } from './turns.ts';
import { amount, type Detail, line } from './wording.ts';

/** What test takers are told of a published exam, in another version; its rules change by change-policy. */
export const reviseExam = defineAct({
  schema: z.strictObject({
    type: z.literal('revise-exam'),
    exam: z.uuid(),
    /** One more than the present one: of two that were proposed at once, the second does not undo the first unseen. */
    version: z.int().min(2),
    title: line(200),
    setup: examSetup,
  }),
  roles: ['exam-administrator'],
  signers: 1,
  entry: 'exam-revised',
  permit(custody, who, content) {
    // A suspended exam's texts may be why it is suspended: they can be mended.
    const { unit } = policyOf(examOf(custody, content.exam));
    requireScope(who, unit);
    requireUnitInForce(custody, unit);
    requireRevisable(custody, content);
  },
  async foresee(custody, content) {
    await takeTurn(custody);
    requireRevisable(custody, content);
  },
  describe(custody, { exam, version, title, setup }) {
    const row = examOf(custody, exam);
    const before = rows.findVersion(custody.db, exam, version - 1);
    const told = before && setupOf(before);
    const changes = wordChanges(before ? wordTold(before.title, told ?? null) : [], wordTold(title, setup));
    return {
      sentence: `Test takers are told otherwise about “${before?.title ?? title}” from now on, in ${amount(changes.length / 2, 'place')}: this becomes its version ${version}.${wordKinds(told ?? null, setup)}`,
      details: [...examDetails(custody, row), { term: 'Version', value: String(version) }, ...changes],
    };
  },
  apply(custody, { exam, version, title, setup }, at) {
    rows.reviseExam(custody.db, { exam, version, title, setup: JSON.stringify(setup), at });
    endHoldsUntilRevised(custody.db, exam);
  },
});

/** @throws CustodyError not-found, key-destroyed, exam-held, version-taken, already-so, promise-weakened, exam-faulty */
function requireRevisable(
  custody: Custody,
  { exam, version, title, setup }: { exam: string; version: number; title: string; setup: ExamSetup },
): void {
  const row = examOf(custody, exam);
  if (row.keyDestroyedAt) throw new CustodyError('key-destroyed');
  requireNoHold(custody, exam);
  if (version !== (rows.findNewestVersion(custody.db, exam)?.version ?? 0) + 1) {
    throw new CustodyError('version-taken', exam);
  }
  const before = setupOf(row);
  if (row.title === title && JSON.stringify(before) === JSON.stringify(setup)) {
    throw new CustodyError('already-so', 'revise-exam');
  }
  const faults = rows.hasAttempts(custody.db, exam) ? findWeakenedPromises(before, setup) : [];
  if (faults.length > 0) throw new CustodyError('promise-weakened', exam, { faults });
  if (leavesNothing(custody, exam, setup)) requireNoFaults([NOTHING_LEFT]);
  requireNoFaults(findRevisionFaults(custody.lint, { title, policy: policyOf(row), setup }, before));
}

const NOTHING_LEFT: Fault = {
  ...{ field: 'setup.necessity', kind: 'arrangement' },
  why: 'It was granted to a test taker that a kind of recording is left out, and neither their camera nor their screen would be left to record.',
  instead: 'Agree with them on how they sit the exam elsewhere first, or go on recording what is recorded now.',
};

function wordTold(title: string, setup: ExamSetup | null): Detail[] {
  return [{ term: 'Title', value: title }, ...(setup ? wordSetup(setup) : [])];
}

/** What a signer shall not have to look for: whether test takers are recorded in more ways, or in fewer. */
function wordKinds(before: ExamSetup | null, after: ExamSetup): string {
  const kinds = ['camera', 'microphone', 'screen'] as const;
  const more = kinds.filter((kind) => after.necessity[kind] !== undefined && before?.necessity[kind] === undefined);
  const fewer = kinds.filter((kind) => after.necessity[kind] === undefined && before?.necessity[kind] !== undefined);
  return [
    ...more.map((kind) => ` Their ${kind} is recorded as well.`),
    ...fewer.map((kind) => ` Their ${kind} is not recorded any more.`),
  ].join('');
}
