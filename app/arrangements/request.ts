import {
  type ArrangementRow,
  endAnswerProposal,
  insertRequest,
  keepAnswer,
  listRequestsOf,
  setAnswerProposal,
} from '../../db/appliance/arrangements.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { attemptIdOf } from '../attempts/attempt.ts';
import { deriveId } from '../attempts/derived-id.ts';
import type { TestTaker } from '../attempts/test-taker.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import type { Asked } from './request-form.ts';

const FORGOTTEN: Asked = { needs: [], extraMinutes: null, leftOut: [] };

type AskingCustody = Pick<WebCustody, 'requestArrangement'>;
export type AnsweringCustody = Pick<WebCustody, 'arrangement' | 'propose' | 'proposal' | 'withdrawProposal'>;
type Proposal = Parameters<AnsweringCustody['propose']>[0];
/** An answer as it is proposed. */
export type Answer = Extract<Proposal, { type: 'grant-arrangement' | 'refuse-arrangement' }>;

/**
 * Has custody begin the deadline of a request, then enters it. A request's id follows from the test taker and its number, so that one
 * that was cut off in between comes again as the same.
 * @throws AppError custody-away; refused where another one waits, too many were made, or the attempt has ended
 */
export async function askForArrangement(
  { db, custody }: { db: ApplianceDatabase; custody: AskingCustody },
  testTaker: TestTaker,
  { asked, words }: { asked: Asked; words: string },
): Promise<void> {
  const { exam, candidate } = testTaker;
  for (let number = listRequestsOf(db, testTaker.id).length; ; number++) {
    const id = deriveId(`cloister arrangement ${testTaker.id} ${number}`);
    const known = await custody.requestArrangement({
      request: id,
      exam,
      candidate,
      attempt: attemptIdOf(testTaker.id),
    });
    const { requestedAt, dueAt, answeredAt, terms, reason } = known;
    const answer = { answeredAt, terms: terms && JSON.stringify(terms), reason };
    const row = { id, testTaker: testTaker.id, exam, requestedAt, dueAt, ...answer };
    if (answeredAt === null) return insertRequest(db, { ...row, asked: JSON.stringify(asked), words });
    // One from before they were taken off the roster: it comes back with its answer alone, and theirs of now is the next.
    insertRequest(db, { ...row, asked: JSON.stringify(FORGOTTEN), words: '' });
  }
}

/** Takes over the answers that were signed of a test taker's requests meanwhile. @throws AppError custody-away */
export async function settleRequestsOf(
  parts: { db: ApplianceDatabase; custody: Pick<AnsweringCustody, 'arrangement' | 'proposal'> },
  testTaker: string,
): Promise<void> {
  const open = listRequestsOf(parts.db, testTaker).filter(({ answeredAt }) => answeredAt === null);
  for (const row of open) await settleRequest(parts, row);
}

/** Takes over the answer that was signed of a request, and what became of one that nobody signed. @throws AppError custody-away */
export async function settleRequest(
  { db, custody }: { db: ApplianceDatabase; custody: Pick<AnsweringCustody, 'arrangement' | 'proposal'> },
  { id, act }: Pick<ArrangementRow, 'id' | 'act'>,
): Promise<void> {
  const { answeredAt, terms, reason } = await custody.arrangement(id);
  if (answeredAt !== null) return keepAnswer(db, id, { answeredAt, terms: terms && JSON.stringify(terms), reason });
  if (act === null) return;
  const { status } = await custody.proposal(act);
  if (status === 'withdrawn' || status === 'expired') endAnswerProposal(db, id, act, status);
}

/**
 * Has an answer wait in the reading room for who may sign it.
 * @throws AppError with custody's reason, and its faults as facts; already-done where another one waits
 */
export async function proposeAnswer(
  { db, custody }: { db: ApplianceDatabase; custody: AnsweringCustody },
  answer: Answer,
): Promise<void> {
  const { act } = await custody.propose(answer);
  if (setAnswerProposal(db, answer.request, act, answer.type === 'grant-arrangement' ? 'grant' : 'refusal')) return;
  // Somebody else was quicker: two answers to one request shall not wait.
  await custody.withdrawProposal(act);
  throw new AppError('already-done', { detail: `arrangement request ${answer.request}` });
}

/** Takes a proposed answer back. @throws AppError refused where somebody has signed it already */
export async function takeBackAnswer(
  { db, custody }: { db: ApplianceDatabase; custody: AnsweringCustody },
  { id, act }: Pick<ArrangementRow, 'id' | 'act'>,
): Promise<void> {
  if (act === null) return;
  await custody.withdrawProposal(act);
  endAnswerProposal(db, id, act, null);
}
