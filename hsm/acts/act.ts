import { z } from 'zod';
import type { Custody } from '../custody.ts';
import type { EntryType } from '../ledger/leaf.ts';
import type { RepresentativeView } from '../register/representatives.ts';
import type { Role } from '../roles.ts';
import type { Detail } from './wording.ts';

/** What every act says beside its own content. */
export const header = z.strictObject({
  act: z.uuid(),
  /** Who proposed it, and signs it first; null of what web proposed: whoever may sign it does. */
  representative: z.uuid().nullable(),
  proposedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type Header = z.infer<typeof header>;

/** What an act leaves for who signed it last: told this once. */
export interface Made {
  representative?: string;
  unit?: string;
  /** Token of an enrolment link, base64url: works once, 72 hours. */
  enrolment?: string;
  /** The views that a release opened. */
  grants?: { attempt: string; grant: string }[];
}

/**
 * One type of act: everything that custody knows of it. The content of type `S` is read strictly from the canonical bytes; `P` is
 * what has to be made before the entry can be written.
 */
export interface ActDefinition<S extends z.ZodObject = z.ZodObject, P = unknown> {
  schema: S;
  /** Who may propose and sign it: holders of any of these. */
  roles: readonly Role[];
  /** How many different people sign. */
  signers: 1 | 2 | ((custody: Custody, content: z.output<S>) => 1 | 2);
  entry: EntryType;
  /** The attempts that it concerns, whose test takers find it among what happened. */
  attempts?(content: z.output<S>): string[];
  /** The attempt that its entry concerns, begun or not, where who reviews the attempt is told nothing of it. */
  concerns?(custody: Custody, content: z.output<S>): string;
  /**
   * Whether this person may do this, as register and rules stand now: asked at the proposal, at each signature, and of all who
   * signed in the very step that applies it. Synchronous, so that nothing comes in between.
   * @throws CustodyError
   */
  permit(custody: Custody, who: RepresentativeView, content: z.output<S>): void;
  /** Asked once, before anybody touches a key, of what no time changes or only the token knows. @throws CustodyError, TokenError */
  foresee?(custody: Custody, content: z.output<S>): Promise<void> | void;
  /** Says what signing does, from the act's bytes and the register alone. */
  describe(custody: Custody, act: z.output<S> & Header): { sentence: string; details: Detail[] };
  /** Makes what the entry names, once the last signature is verified. */
  prepare?(custody: Custody, act: z.output<S> & Header): Promise<P>;
  /** Takes that back where the entry could not be written. */
  undo?(custody: Custody, prepared: P): Promise<void>;
  /** What the entry says beside the act and its signatures. @param attempt the one that this entry is about, where there is one */
  facts?(prepared: P, attempt?: string): Record<string, unknown>;
  /** Changes the database, in the transaction of the entry. May run more than once. @param at ISO 8601, UTC */
  apply(custody: Custody, act: z.output<S> & Header, at: string, prepared: P): void;
  /** Whether it takes something away on which views rest: those end in the same transaction. */
  stops?: true;
  made?(act: z.output<S> & Header, prepared: P): Made;
}

/** Keeps a definition's types together. */
export function defineAct<S extends z.ZodObject, P = undefined>(definition: ActDefinition<S, P>): ActDefinition<S, P> {
  return definition;
}
