import type { RunningCustody } from './custody-process.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const CUSTODIANS = ['Ada Lang', 'Ben Oduya', 'Cleo Marsh'];

export const pinOf = (custody: Pick<RunningCustody, 'data'>) => readFileSync(join(custody.data, 'pin'), 'utf8');

/** Begins to seal, and has every custodian get their share and give it back. @returns the shares, 40 bytes each */
export async function handOut(
  { operator, data }: Pick<RunningCustody, 'operator' | 'data'>,
  threshold = 2,
  custodians = CUSTODIANS,
): Promise<Uint8Array<ArrayBuffer>[]> {
  await operator.beginSealing({ threshold, custodians, pin: pinOf({ data }) });
  const shares = [];
  for (const name of custodians) {
    const share = await operator.handOutShare(name);
    await operator.confirmShare(share.slice());
    shares.push(share);
  }
  return shares;
}
