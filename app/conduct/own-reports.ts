import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';

/** A report as its reporter sees it. */
export type OwnReport = Awaited<ReturnType<WebCustody['reportAnswer']>>;

/** @returns the reports that a test taker put their code to; null where custody cannot tell just now */
export async function ownReports(
  custody: Pick<WebCustody, 'ownReports'>,
  { exam, candidate }: { exam: string; candidate: string },
): Promise<OwnReport[] | null> {
  try {
    return (await custody.ownReports({ exam, candidate })).reports;
  } catch (error) {
    if (error instanceof AppError && error.retryable) return null;
    throw error;
  }
}
