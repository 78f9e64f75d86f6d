import type { Logger } from 'pino';
import { countRefusals } from '../db/custody/ledger.ts';
import type { CustodyDatabase } from '../db/custody/open.ts';
import type { CustodyConfig } from './config.ts';
import { CustodyError, type Refusal } from './errors.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Lint } from './lint/lint.ts';
import type { Seal } from './sealing/seal.ts';
import type { Recipient, TokenClient } from './token/client.ts';

/** What web registers of an attempt, as entries of refusals name it. */
const REGISTRATIONS = ['register-attempt', 'resume-attempt', 'register-chapter', 'register-incident', 'seal'] as const;
/** Refusals of those that are entered per attempt: its test taker can provoke them, and shall not fill the ledger. */
const MOST_REFUSALS = 20;
/** How many are being entered, by attempt: hundreds that come at once are none of them in the ledger yet. */
const entering = new WeakMap<Custody, Map<string, number>>();

/** What every part of custody works with. Held by this process alone. */
export interface Custody {
  config: CustodyConfig;
  db: CustodyDatabase;
  token: TokenClient;
  /** Where the token's PIN comes from, and whether its custodians have to come first. */
  seal: Seal;
  /** The appliance key's public half: 32 bytes of Ed25519. */
  applianceKey: Uint8Array;
  /** Signs with the appliance key: 64 bytes. */
  sign: (bytes: Uint8Array) => Promise<Uint8Array>;
  ledger: Ledger;
  /** Reads what test takers are to be told. */
  lint: Lint;
  /** Recipient keys of living grants, as objects of the token. */
  recipients: Map<string, Recipient>;
  /** Grants whose end is being entered. */
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

/**
 * Refuses a registration of web's as {@link refuse} does, but enters only so many of one attempt.
 * @throws CustodyError always
 */
export async function refuseRegistration(custody: Custody, refusal: Refusal, tried: RegistrationTry): Promise<never> {
  await enterRefusal(custody, refusal, tried);
  throw new CustodyError(refusal, tried.tried);
}

/** A try at a registration that must not happen, with its facts. */
export interface RegistrationTry {
  tried: (typeof REGISTRATIONS)[number];
  attempt: string;
  [name: string]: unknown;
}

/** Enters the refusal of a registration, unless too many of the attempt's are. */
export async function enterRefusal(custody: Custody, refusal: Refusal, { attempt, ...facts }: RegistrationTry) {
  const waiting = entering.get(custody) ?? new Map<string, number>();
  entering.set(custody, waiting);
  const others = waiting.get(attempt) ?? 0;
  if (countRefusals(custody.db, attempt, REGISTRATIONS) + others >= MOST_REFUSALS) {
    custody.log.debug({ attempt, refusal, tried: facts.tried }, 'refused once more than is entered');
    return;
  }
  waiting.set(attempt, others + 1);
  try {
    await custody.ledger.append([{ type: 'refused', body: { ...facts, refusal, attempt }, concerns: attempt }]);
  } finally {
    const left = (waiting.get(attempt) ?? 1) - 1;
    if (left > 0) waiting.set(attempt, left);
    else waiting.delete(attempt);
  }
}
