import { randomUUID } from 'node:crypto';
import type { AuthenticationResponseJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import * as rows from '../../db/custody/acts.ts';
import { findAttempt } from '../../db/custody/attempts.ts';
import { transact } from '../../db/custody/open.ts';
import * as register from '../../db/custody/register.ts';
import { type Custody, refuse } from '../custody.ts';
import { CustodyError, type Refusal } from '../errors.ts';
import type { Fault } from '../exam-findings.ts';
import { endBarred } from '../grants/endings.ts';
import { checkAssertion, relyingParty, verifyAssertion } from '../register/passkeys.ts';
import { findRepresentative, type RepresentativeView, viewRepresentative } from '../register/representatives.ts';
import { standingOf } from '../register/standing.ts';
import type { Made } from './act.ts';
import { challengeOf, decodeAct, encodeAct } from './bytes.ts';
import { nameOf } from './concerns.ts';
import { type Act, type ActType, definitionOf, type Proposal, type WebProposal } from './definitions.ts';
import { grantsOf } from './release-acts.ts';
import type { Detail } from './wording.ts';

const MINUTE = 60_000;
/** Minutes in which an act has to be signed: by who proposes it, where they touch their key right away. */
const ALONE = 10;
/** Where somebody else has to come and sign it as well. */
const TOGETHER = 24 * 60;
/** Where web proposed it, for somebody who has to go to the room first. */
const FROM_WEB = 7 * 24 * 60;
/** Days for which who proposed an act is told what became of it. */
const TOLD_DAYS = 7;
/** Proposals of web that wait at the same time: web is not trusted to keep measure. */
const MOST_PROPOSALS = 200;

/** Refusals that name what is wrong with an exam's texts or times, or holds it, whoever would sign it: they shall read it, and can turn it down. */
const MENDABLE: readonly Refusal[] = [
  'exam-faulty',
  'exam-in-past',
  'exam-held',
  'extension-too-long',
  'promise-weakened',
  'version-taken',
];

/** Somebody's signature of an act. */
export interface SignatureView {
  id: string;
  name: string;
  /** ISO 8601, UTC. */
  signedAt: string;
}

/** An act as custody decoded it from the bytes to be signed. */
export interface ActView {
  act: string;
  type: ActType;
  /** What signing does, as a sentence, and its details. */
  sentence: string;
  details: Detail[];
  /** The act's canonical JSON. The passkey signs its SHA-256. */
  bytes: string;
  status: 'proposed' | 'applied' | 'withdrawn' | 'expired';
  proposedAt: string;
  expiresAt: string;
  /** Null where it came from the staff pages. */
  proposer: { id: string; name: string } | null;
  /** How many different people sign it, and who has. */
  signers: number;
  signatures: SignatureView[];
  /** The attempts that it concerns. */
  attempts: string[];
  exam: string | null;
  /** The views that it opened, to who asked for them. */
  grants: NonNullable<Made['grants']>;
  /** Why who asks cannot sign it as it stands, where it is not their own signature or its end that is in the way. */
  hindrance: { sentence: string; faults: Fault[] } | null;
  /** For the passkey of who asks; null where they cannot sign it now. */
  options: PublicKeyCredentialRequestOptionsJSON | null;
}

/** How a signature went. */
export interface Signed {
  act: string;
  type: ActType;
  attempts: string[];
  /** Whether it was the last one that the act took. */
  applied: boolean;
  made: Made;
}

/**
 * Takes an act's proposal, checks that this representative may do it, and gives it the bytes that passkeys will sign.
 * @throws CustodyError role-missing and what the act's `permit` throws; what is forbidden is entered, with what the answer carries
 */
export async function proposeAct(custody: Custody, who: RepresentativeView, input: Proposal): Promise<ActView> {
  await permit(custody, who, input);
  await definitionOf(input.type).foresee?.(custody, input);
  const signers = signersOf(custody, input);
  const row = keepAct(custody, input, who.id, signers, signers > 1 ? TOGETHER : ALONE);
  return describe(custody, row, who);
}

/**
 * Keeps what web proposes, unsigned, for somebody in the room who may do it.
 * @returns the act's id, for web to ask how it stands
 * @throws CustodyError proposals-full; not-found or malformed where the act makes no sense to the register, and what the act's
 *   `foresee` throws: exam-faulty with its faults. None of it is entered: nobody is named who tried, and web could fill the ledger
 */
export async function proposeForWeb(custody: Custody, input: WebProposal): Promise<{ act: string; expiresAt: string }> {
  await definitionOf(input.type).foresee?.(custody, input);
  if (rows.countOpenProposals(custody.db, new Date().toISOString()) >= MOST_PROPOSALS) {
    throw new CustodyError('proposals-full', 'web');
  }
  return transact(custody.db, () => {
    const row = keepAct(custody, input, null, signersOf(custody, input), FROM_WEB);
    // Whatever cannot be put into a sentence is not kept.
    definitionOf(input.type).describe(custody, decodeAct(row.bytes));
    return { act: row.id, expiresAt: row.expiresAt };
  });
}

/** How a proposal of web's stands. @throws CustodyError not-found for any other act */
export function readProposal(custody: Custody, id: string): Pick<ActView, 'act' | 'status' | 'exam'> {
  const row = rows.findAct(custody.db, id);
  if (!row || row.representative !== null) throw new CustodyError('not-found', 'proposal');
  const act = readRow(row);
  return { act: id, status: statusOf(row), exam: 'exam' in act ? act.exam : null };
}

/**
 * Takes a proposal of web's back, as long as nobody has signed it.
 * @throws CustodyError not-found for any other act; act-used
 */
export function withdrawProposal(custody: Custody, id: string): void {
  const { status } = readProposal(custody, id);
  if (status === 'withdrawn') return;
  const signed = rows.listSignatures(custody.db, id).length > 0;
  if (signed || !rows.markAct(custody.db, id, 'withdrawn')) throw new CustodyError('act-used');
}

/** @throws CustodyError not-found when it does not exist, or this representative neither proposed it, nor signed it, nor may */
export function viewAct(custody: Custody, who: RepresentativeView, id: string): ActView {
  const row = rows.findAct(custody.db, id);
  if (!row || !concerns(custody, row, who)) throw new CustodyError('not-found', 'act');
  return describe(custody, row, who);
}

/**
 * @returns what waits for this representative's signature, what they signed that waits for others', and what became of their own
 *   proposals of the last days, the newest first
 */
export function listActs(custody: Custody, who: RepresentativeView): ActView[] {
  const now = new Date().toISOString();
  const open = rows.listOpenActs(custody.db, now).filter((row) => concerns(custody, row, who));
  const before = new Date(Date.parse(now) - TOLD_DAYS * 24 * 60 * MINUTE).toISOString();
  const closed = rows.listClosedActs(custody.db, who.id, { from: before, now });
  return [...open, ...closed]
    .sort((one, other) => (one.proposedAt < other.proposedAt ? 1 : -1))
    .map((row) => describe(custody, row, who));
}

/**
 * Takes an open act back. Signatures that it has count for nothing from then on.
 * @throws CustodyError not-found, act-not-yours (web's proposals: whoever may sign them may turn them down), act-used, act-withdrawn
 */
export async function withdrawAct(custody: Custody, who: RepresentativeView, id: string): Promise<void> {
  const row = rows.findAct(custody.db, id);
  if (!row || !concerns(custody, row, who)) throw new CustodyError('not-found', 'act');
  const facts = { tried: 'withdraw', act: id, representative: who.id };
  if (row.representative !== null && row.representative !== who.id) return refuse(custody, 'act-not-yours', facts);
  if (row.status === 'withdrawn') throw new CustodyError('act-withdrawn');
  if (!rows.markAct(custody.db, id, 'withdrawn')) throw new CustodyError('act-used');
}

/**
 * Verifies a passkey's signature over the act's bytes against the register. With the last one that the act takes, applies it and
 * enters it in the ledger, all signatures with it, in one durable step.
 * @throws CustodyError not-found, act-not-yours, act-used, act-withdrawn, act-expired, signed-already, passkey-unknown,
 *   challenge-differs, origin-differs, passkey-refused, counter-behind, act-altered, and what `proposeAct` throws, since all of it is
 *   asked again; TokenError where the token has to make something and cannot
 */
export async function signAct(
  custody: Custody,
  who: RepresentativeView,
  id: string,
  response: AuthenticationResponseJSON,
): Promise<Signed> {
  const row = rows.findAct(custody.db, id);
  if (!row) throw new CustodyError('not-found', 'act');
  const act = readRow(row);
  const attempts = attemptsOf(custody, act);
  const facts = { tried: act.type, act: id, representative: who.id };
  const no = (refusal: Refusal, told?: CustodyError['facts']) => refuseAct(custody, refusal, facts, attempts, told);
  const barred = barredFrom(custody, row, who.id);
  if (barred === 'act-expired') throw new CustodyError(barred);
  if (barred) return no(barred);
  const passkey = register.findPasskey(custody.db, response.id);
  if (!passkey || passkey.representative !== who.id) return no('passkey-unknown');
  const concerned = attempts.length === 1 ? { attempt: attempts[0] as string } : {};
  await verifyAssertion(custody, response, passkey, challengeOf(row.bytes), { ...facts, ...concerned });
  await permit(custody, who, act);
  // Rules may have become stricter since it was proposed.
  if (signersOf(custody, act) > row.signers) throw new CustodyError('act-expired', 'takes more people now');

  const signature: rows.ActSignatureRow = {
    act: id,
    representative: who.id,
    passkey: passkey.id,
    clientData: response.response.clientDataJSON,
    authenticatorData: response.response.authenticatorData,
    signature: response.response.signature,
    signedAt: new Date().toISOString(),
  };
  // Nothing may come in between these and what they decide: from here to the transaction all is synchronous.
  const meanwhile = barredFrom(custody, rows.findAct(custody.db, id) ?? row, who.id);
  if (meanwhile) return no(meanwhile);
  const earlier = rows.listSignatures(custody.db, id);
  if (earlier.length + 1 < row.signers) {
    transact(custody.db, (): void => rows.insertSignature(custody.db, signature));
    return { act: id, type: act.type, attempts, applied: false, made: {} };
  }
  for (const one of earlier) if (!(await stillHolds(custody, row.bytes, one))) return no('act-altered');
  const made = await apply(custody, act, row.bytes, [...earlier, signature], attempts).catch((error: unknown) => {
    if (error instanceof CustodyError && error.status === 403) return no(error.refusal, error.facts);
    throw error;
  });
  return { act: id, type: act.type, attempts, applied: true, made };
}

/** @param signatures of all who sign it, the last one not kept yet */
async function apply(
  custody: Custody,
  act: Act,
  bytes: string,
  signatures: readonly rows.ActSignatureRow[],
  attempts: readonly string[],
): Promise<Made> {
  const definition = definitionOf(act.type);
  const checkAll = () => {
    for (const { representative } of signatures) {
      check(custody, viewRepresentative(findRepresentative(custody, representative)), act);
    }
    if (signersOf(custody, act) > signatures.length) throw new CustodyError('act-expired', 'takes more people now');
  };
  // Before the token makes or destroys anything.
  checkAll();
  const prepared = await definition.prepare?.(custody, act);
  const evidence = signatures.map(({ representative, passkey, clientData, authenticatorData, signature }) => ({
    ...{ representative, passkey, clientData, authenticatorData, signature },
  }));
  const entryOn = (attempt?: string) => ({
    type: definition.entry,
    body: { act: bytes, signatures: evidence, ...definition.facts?.(prepared, attempt) },
    ...(attempt !== undefined && { concerns: attempt }),
  });
  const concerned = definition.concerns?.(custody, act);
  const entries =
    attempts.length > 0
      ? attempts.map((attempt) => entryOn(attempt))
      : [{ ...entryOn(), ...(concerned !== undefined && { concerns: concerned }) }];
  const last = signatures.at(-1) as rows.ActSignatureRow;
  try {
    await custody.ledger.append(entries, () => {
      if (!rows.markAct(custody.db, act.act, 'applied')) throw new CustodyError('act-used');
      if (rows.listSignatures(custody.db, act.act).length + 1 !== signatures.length) throw new CustodyError('act-used');
      // Whoever signed may have been suspended, or the rules have changed, while the token worked.
      checkAll();
      rows.insertSignature(custody.db, last);
      definition.apply(custody, act, last.signedAt, prepared);
      if (definition.stops) endBarred(custody);
    });
  } catch (error) {
    await definition.undo?.(custody, prepared);
    throw error;
  }
  return definition.made?.(act, prepared) ?? {};
}

/** @throws CustodyError why this person may not do this; what is forbidden is entered */
async function permit(custody: Custody, who: RepresentativeView, content: Proposal): Promise<void> {
  try {
    check(custody, who, content);
  } catch (error) {
    if (!(error instanceof CustodyError) || error.status !== 403) throw error;
    const act = 'act' in content ? { act: content.act } : {};
    const facts = { tried: content.type, ...act, representative: who.id };
    await refuseAct(custody, error.refusal, facts, attemptsOf(custody, content), error.facts);
  }
}

/** @throws CustodyError why this person may not do this, by the register and the rules as they stand now */
function check(custody: Custody, who: RepresentativeView, content: Proposal): void {
  const definition = definitionOf(content.type);
  const barred = standingOf(custody, who.id);
  if (barred) throw new CustodyError(barred, content.type);
  if (!who.roles.some((role) => definition.roles.includes(role))) throw new CustodyError('role-missing', content.type);
  definition.permit(custody, who, content);
}

/** @returns why this person cannot sign the act, whatever their rights: by what became of it and by whom it waits for */
function barredFrom(custody: Custody, row: rows.ActRow, who: string): Refusal | undefined {
  const signed = rows.listSignatures(custody.db, row.id).map(({ representative }) => representative);
  // Who proposes an act signs it first: nobody finds their own view opened by others.
  const theirs = row.representative === null || row.representative === who || signed.includes(row.representative);
  if (!theirs || (row.representative !== null && row.representative !== who && row.signers === 1))
    return 'act-not-yours';
  if (row.status === 'applied') return 'act-used';
  if (row.status === 'withdrawn') return 'act-withdrawn';
  if (row.expiresAt < new Date().toISOString()) return 'act-expired';
  return signed.includes(who) ? 'signed-already' : undefined;
}

/** @returns whether this person has anything to do with the act: proposed it, signed it, can sign it now, or could if it were mended */
function concerns(custody: Custody, row: rows.ActRow, who: RepresentativeView): boolean {
  if (row.representative === who.id) return true;
  if (rows.listSignatures(custody.db, row.id).some(({ representative }) => representative === who.id)) return true;
  if (barredFrom(custody, row, who.id)) return false;
  const hindrance = hindranceOf(custody, row, who);
  return hindrance === undefined || MENDABLE.includes(hindrance.refusal);
}

/** @returns why the act may not be done by this person as register and rules stand now; undefined where it may */
function hindranceOf(custody: Custody, row: rows.ActRow, who: RepresentativeView): CustodyError | undefined {
  try {
    check(custody, who, readRow(row));
    return undefined;
  } catch (error) {
    if (error instanceof CustodyError) return error;
    throw error;
  }
}

/** @returns whether an earlier signature is one over these very bytes, by a passkey that its giver still has */
async function stillHolds(custody: Custody, bytes: string, given: rows.ActSignatureRow): Promise<boolean> {
  const passkey = register.findPasskey(custody.db, given.passkey);
  if (!passkey || passkey.representative !== given.representative) return false;
  const { clientData: clientDataJSON, authenticatorData, signature } = given;
  const response: AuthenticationResponseJSON = {
    ...{ id: passkey.id, rawId: passkey.id, type: 'public-key', clientExtensionResults: {} },
    response: { clientDataJSON, authenticatorData, signature },
  };
  return (await checkAssertion(custody, response, passkey, challengeOf(bytes))) !== undefined;
}

function keepAct(
  custody: Custody,
  input: Proposal,
  representative: string | null,
  signers: number,
  minutes: number,
): rows.ActRow {
  const now = Date.now();
  const act: Act = {
    ...input,
    act: randomUUID(),
    representative,
    proposedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + minutes * MINUTE).toISOString(),
  };
  const { act: id, type, proposedAt, expiresAt } = act;
  const bytes = encodeAct(act);
  const row: rows.ActRow = { id, type, bytes, representative, signers, proposedAt, expiresAt, status: 'proposed' };
  rows.insertAct(custody.db, row);
  return row;
}

/** @throws CustodyError malformed for bytes that are no act; act-altered where they are another act's than the row says */
function readRow(row: rows.ActRow): Act {
  const act = decodeAct(row.bytes);
  const same =
    act.act === row.id &&
    act.type === row.type &&
    act.representative === row.representative &&
    act.expiresAt === row.expiresAt;
  if (!same) throw new CustodyError('act-altered', row.id);
  return act;
}

function describe(custody: Custody, row: rows.ActRow, who: RepresentativeView): ActView {
  const act = readRow(row);
  const { sentence, details } = definitionOf(act.type).describe(custody, act);
  const proposer = row.representative === null ? null : row.representative;
  const barred = barredFrom(custody, row, who.id);
  const hindrance = barred ? undefined : hindranceOf(custody, row, who);
  const canSign = !barred && !hindrance;
  return {
    act: row.id,
    type: act.type,
    sentence,
    details: [...details, { term: 'Can be signed until', value: row.expiresAt }],
    bytes: row.bytes,
    status: statusOf(row),
    proposedAt: row.proposedAt,
    expiresAt: row.expiresAt,
    proposer: proposer === null ? null : { id: proposer, name: nameOf(custody, proposer) },
    signers: row.signers,
    signatures: rows.listSignatures(custody.db, row.id).map(({ representative, signedAt }) => ({
      id: representative,
      name: nameOf(custody, representative),
      signedAt,
    })),
    attempts: attemptsOf(custody, act),
    exam: 'exam' in act ? act.exam : null,
    grants: (row.status === 'applied' && proposer === who.id && act.type === 'release' && grantsOf(act)) || [],
    hindrance: hindrance ? { sentence: hindrance.sentence, faults: faultsOf(hindrance) } : null,
    options: canSign ? optionsFor(custody, row.bytes, who.id) : null,
  };
}

function faultsOf({ facts }: CustodyError): Fault[] {
  return (facts?.faults ?? []) as Fault[];
}

function optionsFor(custody: Custody, bytes: string, who: string): PublicKeyCredentialRequestOptionsJSON {
  return {
    challenge: challengeOf(bytes),
    rpId: relyingParty(custody).id,
    allowCredentials: register
      .listPasskeys(custody.db, who)
      .map((passkey) => ({ id: passkey.id, type: 'public-key', transports: JSON.parse(passkey.transports) })),
    userVerification: 'required',
    timeout: 120_000,
  };
}

function statusOf(row: rows.ActRow): ActView['status'] {
  return row.status === 'proposed' && row.expiresAt < new Date().toISOString() ? 'expired' : row.status;
}

function signersOf(custody: Custody, content: Proposal): number {
  const { signers } = definitionOf(content.type);
  return typeof signers === 'function' ? signers(custody, content) : signers;
}

/** @returns the attempts that the act concerns, as far as they are registered */
function attemptsOf(custody: Custody, content: Proposal): string[] {
  const attempts = definitionOf(content.type).attempts?.(content) ?? [];
  return attempts.filter((id) => findAttempt(custody.db, id));
}

/**
 * Refuses as {@link refuse} does, and tells it to every attempt that was tried at.
 * @param told what the answer carries for the caller's program; it stands in the entry as well
 * @throws CustodyError always
 */
async function refuseAct(
  custody: Custody,
  refusal: Refusal,
  facts: { tried: string; [name: string]: unknown },
  attempts: readonly string[],
  told?: CustodyError['facts'],
): Promise<never> {
  const [attempt, ...more] = attempts;
  const tried = { ...facts, ...told };
  if (more.length === 0) return refuse(custody, refusal, { ...tried, ...(attempt !== undefined && { attempt }) }, told);
  await custody.ledger.append(
    attempts.map((one) => ({ type: 'refused', body: { ...tried, refusal, attempt: one }, concerns: one })),
  );
  throw new CustodyError(refusal, facts.tried, told);
}
