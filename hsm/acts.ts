import { createHash, randomUUID } from 'node:crypto';
import type { AuthenticationResponseJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import * as rows from '../db/custody/acts.ts';
import { type AttemptRow, findAttempt } from '../db/custody/attempts.ts';
import { type ExamRow, findExam, isAssigned } from '../db/custody/exams.ts';
import * as register from '../db/custody/register.ts';
import { type Custody, refuse } from './custody.ts';
import { CustodyError } from './errors.ts';
import { policyOf } from './exams.ts';
import { OUTCOMES, outcome, PURPOSES, purpose } from './policy.ts';
import { type RepresentativeView, verifyAssertion } from './register.ts';
import { readRecipient } from './token/recipient.ts';

const PROPOSAL_MINUTES = 10;
const GRANT_MINUTES = 60;

const release = z.strictObject({
  type: z.literal('release'),
  attempt: z.uuid(),
  purpose,
  /** The reviewer's own words; not needed for an integrity review. */
  justification: z.string().trim().max(2000),
  /** SubjectPublicKeyInfo of the browser's ephemeral RSA key, base64url. */
  recipient: z.string().max(2000),
});

const decide = z.strictObject({
  type: z.literal('decide'),
  attempt: z.uuid(),
  outcome,
  reason: z.string().trim().min(1).max(4000),
});

/** What a representative may propose. */
export const proposal = z.discriminatedUnion('type', [release, decide]);
export type Proposal = z.infer<typeof proposal>;

/** The canonical content of an act: what was proposed, and when, by whom, for how long it may be signed. */
type Act = Proposal & { act: string; representative: string; proposedAt: string; expiresAt: string };

/** A proposed act as custody decoded it from the bytes to be signed. */
export interface ProposedAct {
  act: string;
  type: Proposal['type'];
  attempt: string;
  /** What signing does, as a sentence. */
  sentence: string;
  details: { term: string; value: string }[];
  /** The act's canonical JSON. The passkey signs its SHA-256. */
  bytes: string;
  expiresAt: string;
  options: PublicKeyCredentialRequestOptionsJSON;
}

/**
 * Takes an act's proposal, checks that this representative may do it, and gives it the bytes that the passkey will sign.
 * @throws CustodyError not-found, not-assigned, purpose-not-allowed, justification-missing, recipient-unusable
 */
export async function proposeAct(
  custody: Custody,
  representative: RepresentativeView,
  input: Proposal,
): Promise<ProposedAct> {
  await permit(custody, representative.id, input);
  const now = Date.now();
  const act: Act = {
    ...input,
    act: randomUUID(),
    representative: representative.id,
    proposedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + PROPOSAL_MINUTES * 60_000).toISOString(),
  };
  const row: rows.ActRow = {
    id: act.act,
    type: act.type,
    bytes: canonicalize(act) as string,
    representative: representative.id,
    expiresAt: act.expiresAt,
    status: 'proposed',
  };
  rows.insertAct(custody.db, row, act.proposedAt);
  return describe(custody, row);
}

/** @throws CustodyError not-found when it does not exist or somebody else proposed it */
export function viewAct(custody: Custody, representative: RepresentativeView, id: string): ProposedAct {
  const row = rows.findAct(custody.db, id);
  if (!row || row.representative !== representative.id) throw new CustodyError('not-found', 'act');
  return describe(custody, row);
}

/**
 * Verifies the passkey's signature over the act's bytes against the register, applies the act and enters it in the ledger in
 * one durable step.
 * @throws CustodyError not-found, act-not-yours, act-used, act-expired, passkey-unknown, challenge-differs, origin-differs,
 *   passkey-refused, and what `proposeAct` throws, since all of it is checked again
 */
export async function signAct(
  custody: Custody,
  representative: RepresentativeView,
  id: string,
  response: AuthenticationResponseJSON,
): Promise<{ act: string; type: Proposal['type']; attempt: string }> {
  const row = rows.findAct(custody.db, id);
  if (!row) throw new CustodyError('not-found', 'act');
  const act = JSON.parse(row.bytes) as Act;
  const facts = { tried: act.type, attempt: act.attempt, act: id, representative: representative.id };
  if (row.representative !== representative.id) return refuse(custody, 'act-not-yours', facts);
  if (row.status === 'applied') return refuse(custody, 'act-used', facts);
  if (act.expiresAt < new Date().toISOString()) throw new CustodyError('act-expired');
  const passkey = register.findPasskey(custody.db, response.id);
  if (!passkey || passkey.representative !== representative.id) return refuse(custody, 'passkey-unknown', facts);
  await verifyAssertion(custody, response, passkey, challengeOf(row.bytes), facts);
  await permit(custody, representative.id, act);

  const evidence = {
    act: row.bytes,
    passkey: passkey.id,
    clientData: response.response.clientDataJSON,
    authenticatorData: response.response.authenticatorData,
    signature: response.response.signature,
  };
  const type = act.type === 'release' ? 'granted' : 'decided';
  await custody.ledger.append([{ type, body: evidence, concerns: act.attempt }], () => {
    if (!rows.markApplied(custody.db, id)) throw new CustodyError('act-used');
    apply(custody, act);
  });
  return { act: id, type: act.type, attempt: act.attempt };
}

function apply(custody: Custody, act: Act): void {
  const now = Date.now();
  if (act.type === 'release') {
    rows.insertGrant(custody.db, {
      id: act.act,
      representative: act.representative,
      attempt: act.attempt,
      purpose: act.purpose,
      recipient: Buffer.from(act.recipient, 'base64url'),
      grantedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + GRANT_MINUTES * 60_000).toISOString(),
    });
  } else {
    rows.insertDecision(custody.db, {
      act: act.act,
      attempt: act.attempt,
      representative: act.representative,
      outcome: act.outcome,
      reason: act.reason,
      decidedAt: new Date(now).toISOString(),
    });
  }
}

/** Whether this person may do this, by the register and the exam's rules. */
async function permit(custody: Custody, representative: string, input: Proposal): Promise<void> {
  const { attempt, exam } = subject(custody, input.attempt);
  const facts = { tried: input.type, attempt: attempt.id, representative };
  if (register.findRepresentative(custody.db, representative)?.status !== 'approved') {
    await refuse(custody, 'representative-inactive', facts);
  }
  if (!isAssigned(custody.db, exam.id, representative)) await refuse(custody, 'not-assigned', facts);
  if (input.type !== 'release') return;
  if (!policyOf(exam).purposes.includes(input.purpose)) {
    await refuse(custody, 'purpose-not-allowed', { ...facts, purpose: input.purpose });
  }
  if (exam.keyDestroyedAt) throw new CustodyError('key-destroyed');
  if (input.purpose !== 'integrity-review' && !input.justification) throw new CustodyError('justification-missing');
  if (!usableRecipient(input.recipient)) throw new CustodyError('recipient-unusable');
}

function describe(custody: Custody, row: rows.ActRow): ProposedAct {
  const act = JSON.parse(row.bytes) as Act;
  const { attempt, exam } = subject(custody, act.attempt);
  const name = register.findRepresentative(custody.db, act.representative)?.name ?? 'Somebody unknown';
  const whose = `test taker ${attempt.candidate} in “${exam.title}”`;
  const details = [
    { term: 'Who', value: name },
    { term: 'Test taker', value: attempt.candidate },
    { term: 'Exam', value: exam.title },
    { term: 'Attempt', value: attempt.id },
  ];
  let sentence: string;
  if (act.type === 'release') {
    sentence = `${name} may watch the recording of ${whose} for ${PURPOSES[act.purpose]}, for ${GRANT_MINUTES} minutes, in this browser only.`;
    details.push(
      { term: 'Purpose', value: PURPOSES[act.purpose] },
      { term: 'Justification', value: act.justification || 'None needed for an integrity review' },
      { term: 'This browser’s key', value: fingerprint(act.recipient) },
    );
  } else {
    sentence = `${name} decides on the attempt of ${whose}: ${OUTCOMES[act.outcome]}.`;
    details.push({ term: 'Decision', value: OUTCOMES[act.outcome] }, { term: 'Reason', value: act.reason });
  }
  details.push({ term: 'Can be signed until', value: act.expiresAt });
  return {
    act: row.id,
    type: act.type,
    attempt: act.attempt,
    sentence,
    details,
    bytes: row.bytes,
    expiresAt: act.expiresAt,
    options: {
      challenge: challengeOf(row.bytes),
      rpId: new URL(custody.config.CLOISTER_ROOM_ORIGIN).hostname,
      allowCredentials: register
        .listPasskeys(custody.db, act.representative)
        .map((passkey) => ({ id: passkey.id, type: 'public-key', transports: JSON.parse(passkey.transports) })),
      userVerification: 'required',
      timeout: 120_000,
    },
  };
}

function subject(custody: Custody, id: string): { attempt: AttemptRow; exam: ExamRow } {
  const attempt = findAttempt(custody.db, id);
  const exam = attempt && findExam(custody.db, attempt.exam);
  if (!attempt || !exam) throw new CustodyError('not-found', 'attempt');
  return { attempt, exam };
}

function challengeOf(bytes: string): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** SHA-256 of the key in groups of four, as people compare it. */
function fingerprint(spki: string): string {
  const hex = createHash('sha256').update(Buffer.from(spki, 'base64url')).digest('hex').slice(0, 32);
  return (hex.match(/.{4}/g) as string[]).join(' ');
}

function usableRecipient(spki: string): boolean {
  try {
    readRecipient(Buffer.from(spki, 'base64url'));
    return true;
  } catch {
    return false;
  }
}
