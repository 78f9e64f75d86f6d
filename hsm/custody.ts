import type { Logger } from 'pino';
import type { CustodyDatabase } from '../db/custody/open.ts';
import type { CustodyConfig } from './config.ts';
import { CustodyError, type Refusal } from './errors.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Recipient, Token } from './token/token.ts';

/** What every part of custody works with. Held by this process alone. */
export interface Custody {
  config: CustodyConfig;
  db: CustodyDatabase;
  token: Token;
  /** The appliance key's public half: 32 bytes of Ed25519. */
  applianceKey: Uint8Array;
  ledger: Ledger;
  /** Recipient keys of living grants, as objects of the token. */
  recipients: Map<string, Promise<Recipient>>;
  /** Grants whose end is being entered: what is reported from then on would not stand in the entry. */
  endings: Map<string, Promise<void>>;
  /** Since when custody has been there to take what waits with web, without a break; milliseconds of the clock. */
  takingSince: number;
  /** When it last looked for attempts that are overdue; milliseconds of the clock. */
  sweptAt: number;
  log: Logger;
}

/**
 * Refuses a try at what must not happen: enters it in the ledger, then throws. What was tried stands there even if the
 * answer never arrives.
 * @param told facts that the answer carries for the caller's program
 * @throws CustodyError always
 */
export async function refuse(
  custody: Custody,
  refusal: Refusal,
  facts: { tried: string; attempt?: string; [name: string]: unknown },
  told?: Record<string, unknown>,
): Promise<never> {
  const { attempt, ...rest } = facts;
  await custody.ledger.append([
    { type: 'refused', body: { ...rest, refusal, ...(attempt && { attempt }) }, ...(attempt && { concerns: attempt }) },
  ]);
  throw new CustodyError(refusal, facts.tried, told);
}
