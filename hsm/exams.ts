import { randomUUID } from 'node:crypto';
import canonicalize from 'canonicalize';
import { type ExamRow, findExam, insertExam } from '../db/custody/exams.ts';
import type { Custody } from './custody.ts';
import { CustodyError } from './errors.ts';
import { type Policy, policy as policySchema } from './policy.ts';

/** An exam as custody knows it: its rules and its public key with the appliance key's word. */
export interface ExamView {
  exam: string;
  title: string;
  policy: Policy;
  examKey: {
    kid: string;
    alg: ExamRow['alg'];
    spki: string;
    signature: string;
    applianceKey: string;
  };
}

/**
 * Makes an exam's key in the token, signs its public half with the appliance key and enters both in the ledger.
 * Asked again for the same id, it returns what stands.
 * @throws TokenError when the token cannot make the key
 */
export async function createExam(
  custody: Custody,
  input: { exam: string; title: string; policy: Policy },
): Promise<ExamView> {
  const existing = findExam(custody.db, input.exam);
  if (existing) return view(custody, existing);
  const kid = randomUUID();
  const { spki } = await custody.token.createExamKey(kid);
  const alg = custody.token.algorithm;
  const statement = { type: 'exam-key', exam: input.exam, kid, alg, spki: base64url(spki) };
  const signature = await custody.token.sign(Buffer.from(canonicalize(statement) as string));
  const row: ExamRow = {
    id: input.exam,
    title: input.title,
    policy: JSON.stringify(input.policy),
    kid,
    alg,
    spki: Buffer.from(spki),
    signature: Buffer.from(signature),
    createdAt: new Date().toISOString(),
    keyDestroyedAt: null,
  };
  const body = { exam: input.exam, title: input.title, policy: input.policy, kid, alg, spki: base64url(spki) };
  await custody.ledger.append([{ type: 'exam-created', body }], () => insertExam(custody.db, row));
  return view(custody, row);
}

/** @throws CustodyError not-found */
export function viewExam(custody: Custody, id: string): ExamView {
  const row = findExam(custody.db, id);
  if (!row) throw new CustodyError('not-found', 'exam');
  return view(custody, row);
}

/** @throws ZodError when the stored rules are not ones that this program knows */
export function policyOf(row: ExamRow): Policy {
  return policySchema.parse(JSON.parse(row.policy));
}

function view(custody: Custody, row: ExamRow): ExamView {
  return {
    exam: row.id,
    title: row.title,
    policy: policyOf(row),
    examKey: {
      kid: row.kid,
      alg: row.alg,
      spki: base64url(row.spki),
      signature: base64url(row.signature),
      applianceKey: base64url(custody.applianceKey),
    },
  };
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
