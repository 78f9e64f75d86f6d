import { type DraftRow, endProposal, findDraft, findRevision, setProposal } from '../../db/appliance/drafts.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { enterExam } from './exam.ts';

export type PublishingCustody = Pick<WebCustody, 'propose' | 'proposal' | 'withdrawProposal' | 'exam'>;

/** What a draft becomes: a published exam, or another version of one. */
type Publication = Extract<Parameters<WebCustody['propose']>[0], { type: 'publish-exam' | 'revise-exam' }>;

/**
 * Has the publication wait in the reading room. The draft stays as it is from then on.
 * @throws AppError with custody's reason; already-done where another one waits
 */
export async function proposePublication(
  { db, custody }: { db: ApplianceDatabase; custody: PublishingCustody },
  publication: Publication,
): Promise<void> {
  const { exam } = publication;
  const { act } = await custody.propose(publication);
  if (setProposal(db, exam, act)) return;
  // Somebody else was quicker: two of one exam shall not wait.
  await custody.withdrawProposal(act);
  throw new AppError('already-done', { detail: `exam ${exam}` });
}

/**
 * Takes over what became of a proposed publication: a signed one is entered here, one that is over leaves the draft to be edited.
 * @throws AppError custody-away
 */
export async function settlePublication(
  { db, custody }: { db: ApplianceDatabase; custody: PublishingCustody },
  exam: string,
  act: string,
): Promise<void> {
  const status = await custody.proposal(act).then(
    (proposal) => proposal.status,
    // Custody does not know it, as after a restore: nobody can sign it any more.
    (error: unknown) => {
      if (error instanceof AppError && error.code === 'not-found') return 'expired' as const;
      throw error;
    },
  );
  if (status === 'applied') enterExam(db, await custody.exam(exam));
  else if (status !== 'proposed') endProposal(db, exam, act, status);
}

/**
 * Takes a proposed publication back, so that its draft can be edited.
 * @throws AppError already-done where it was signed meanwhile: it is published then
 */
export async function takeBackPublication(
  { db, custody }: { db: ApplianceDatabase; custody: PublishingCustody },
  { exam, act }: Pick<DraftRow, 'exam' | 'act'>,
): Promise<void> {
  if (act === null) return;
  try {
    await custody.withdrawProposal(act);
  } catch (error) {
    await settlePublication({ db, custody }, exam, act);
    if ((findDraft(db, exam) ?? findRevision(db, exam))?.act !== null) throw error;
  }
  endProposal(db, exam, act, null);
}

/** For where custody is away: what it says of a publication is asked for again the next time. @throws whatever else went wrong */
export function leaveForLater(error: unknown): void {
  if (!(error instanceof AppError) || error.code !== 'custody-away') throw error;
}
