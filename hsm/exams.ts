import { randomUUID } from 'node:crypto';
import canonicalize from 'canonicalize';
import * as rows from '../db/custody/exams.ts';
import { listExtensions } from '../db/custody/extensions.ts';
import { type HoldView, startHeldSince, viewHolds } from './conduct/holds.ts';
import type { Custody } from './custody.ts';
import { CustodyError } from './errors.ts';
import { type ExamSetup, examSetup } from './exam-setup.ts';
import { type Policy, policy as policySchema } from './policy.ts';
import type { RepresentativeView } from './register/representatives.ts';
import { inScope } from './register/scope.ts';
import { TokenError } from './token/errors.ts';

type ExamRow = rows.ExamRow;

/** An exam as custody knows it: its rules and its public key with the appliance key's word. */
export interface ExamView {
  exam: string;
  title: string;
  policy: Policy;
  /** What test takers are told. */
  setup: ExamSetup;
  /** How often that was published, from 1; and since when it is what stands here, ISO 8601, UTC. */
  version: number;
  versionSince: string;
  /** By how many minutes which test taker's time was extended, or everybody's: null. */
  extensions: { candidate: string | null; minutes: number }[];
  /** Since when a report keeps attempts from beginning, ISO 8601, UTC. */
  heldSince: string | null;
  examKey: {
    kid: string;
    alg: ExamRow['alg'];
    /** Whether a release keeps chapter keys inside the token; null of keys whose statement does not say it yet: it does. */
    releaseMode: ExamRow['releaseMode'];
    spki: string;
    signature: string;
    applianceKey: string;
  };
}

/** An exam's key: where it lies in the token, how it is released, and its public half with the appliance key's signature. */
export type ExamKey = Pick<ExamRow, 'kid' | 'alg' | 'releaseMode' | 'spki' | 'signature'>;

/**
 * Makes an exam's key in the token and signs its public half with the appliance key.
 * @throws CustodyError token-full; TokenError when the token cannot make the key for another reason
 */
export async function makeExamKey(custody: Custody, exam: string): Promise<ExamKey> {
  const kid = randomUUID();
  const { spki, alg, releaseMode } = await custody.token.createExamKey(kid).catch((error: unknown) => {
    throw error instanceof TokenError && error.code === 'token-full' ? new CustodyError('token-full', exam) : error;
  });
  try {
    const statement = { type: 'exam-key', exam, kid, alg, releaseMode, spki: base64url(spki) };
    const signature = await custody.sign(Buffer.from(canonicalize(statement) as string));
    return { kid, alg, releaseMode, spki: Buffer.from(spki), signature: Buffer.from(signature) };
  } catch (error) {
    // A key that no exam refers to would stay in the token for good.
    await custody.token
      .destroyExamKey(kid)
      .catch((err: unknown) => custody.log.error({ err, kid }, 'a key is left over'));
    throw error;
  }
}

const ROOM_MS = 30_000;
const rooms = new WeakMap<Custody, { askedAt: number; answer: Promise<boolean> }>();

/**
 * Whether the token has room for another exam's key. Some tokens find out only by making one: so it is asked twice a minute at most,
 * however often web proposes.
 * @throws CustodyError token-full; TokenError when the token does not answer
 */
export async function requireRoomForKey(custody: Custody): Promise<void> {
  let room = rooms.get(custody);
  if (!room || performance.now() - room.askedAt > ROOM_MS) {
    room = { askedAt: performance.now(), answer: custody.token.hasRoomForExamKey() };
    rooms.set(custody, room);
    room.answer.catch(() => rooms.delete(custody));
  }
  if (!(await room.answer)) throw new CustodyError('token-full', 'publish-exam');
}

/** @throws CustodyError not-found */
export function viewExam(custody: Custody, id: string): ExamView {
  const row = rows.findExam(custody.db, id);
  if (!row) throw new CustodyError('not-found', 'exam');
  return view(custody, row);
}

/** Rules by their text, once they were read: each release asks for them several times. */
const read = new Map<string, Readonly<Policy>>();
const MOST_READ = 1_000;

/** @throws ZodError when the stored rules are not ones that this program knows */
export function policyOf({ policy: text }: Pick<ExamRow, 'policy'>): Readonly<Policy> {
  let policy = read.get(text);
  if (!policy) {
    policy = policySchema.parse(JSON.parse(text));
    if (read.size >= MOST_READ) read.clear();
    read.set(text, policy);
  }
  return policy;
}

/** @returns what test takers are told at present; null of an exam from before custody kept it */
export function setupOf({ setup }: Pick<ExamRow, 'setup'>): ExamSetup | null {
  return examSetup.safeParse(JSON.parse(setup)).data ?? null;
}

/** An exam as the room lists it for who runs or reviews it. */
export interface ExamEntry {
  exam: string;
  title: string;
  policy: Policy;
  alg: ExamRow['alg'];
  releaseMode: ExamRow['releaseMode'];
  createdAt: string;
  suspendedAt: string | null;
  keyDestroyedAt: string | null;
  /** What reports of a prohibited use stop of it at present. */
  held: HoldView | null;
  /** Ids of who is assigned to it. */
  assigned: string[];
}

/** @returns whether this person runs exams of the unit: an administrator of it, or a privacy officer */
export function runsExamsOf(who: RepresentativeView, unit: string | null): boolean {
  const runs = who.roles.includes('exam-administrator') || who.roles.includes('privacy-officer');
  return runs && inScope(who, unit);
}

/** @returns whether this person runs the exam or is assigned to it; not of one that is not published */
export function seesExam(custody: Custody, who: RepresentativeView, id: string): boolean {
  const row = rows.findExam(custody.db, id);
  return row !== undefined && (rows.isAssigned(custody.db, id, who.id) || runsExamsOf(who, policyOf(row).unit));
}

/** @returns the exams that this person runs or is assigned to, the newest first */
export function listExams(custody: Custody, who: RepresentativeView): ExamEntry[] {
  const holds = viewHolds(custody);
  return rows
    .listExams(custody.db)
    .flatMap((row) => {
      const policy = policySchema.safeParse(JSON.parse(row.policy)).data;
      // One exam whose rules cannot be read shall not hide the others.
      return policy ? [{ row, policy, assigned: rows.listAssignees(custody.db, row.id) }] : [];
    })
    .filter(({ policy, assigned }) => assigned.includes(who.id) || runsExamsOf(who, policy.unit))
    .map(({ row, policy, assigned }) => ({
      exam: row.id,
      title: row.title,
      policy,
      alg: row.alg,
      releaseMode: row.releaseMode,
      createdAt: row.createdAt,
      suspendedAt: row.suspendedAt,
      keyDestroyedAt: row.keyDestroyedAt,
      held: holds.get(row.id) ?? null,
      assigned,
    }));
}

function view(custody: Custody, row: ExamRow): ExamView {
  // Each exam has one from its publication on.
  const { version, at } = rows.findNewestVersion(custody.db, row.id) as rows.ExamVersionRow;
  return {
    exam: row.id,
    title: row.title,
    policy: policyOf(row),
    setup: examSetup.parse(JSON.parse(row.setup)),
    version,
    versionSince: at,
    extensions: listExtensions(custody.db, row.id).map(({ candidate, minutes }) => ({ candidate, minutes })),
    heldSince: startHeldSince(custody, row.id),
    examKey: {
      kid: row.kid,
      alg: row.alg,
      releaseMode: row.releaseMode,
      spki: base64url(row.spki),
      signature: base64url(row.signature),
      applianceKey: base64url(custody.applianceKey),
    },
  };
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
