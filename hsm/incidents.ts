import { createHash, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { type AttemptRow, findAttempt, findChapter } from '../db/custody/attempts.ts';
import { findExam } from '../db/custody/exams.ts';
import * as rows from '../db/custody/incidents.ts';
import { switchesOff } from './arrangement.ts';
import { grantedTo } from './arrangements.ts';
import { importAttemptKey, keysOf } from './attempts.ts';
import { type Custody, refuseRegistration } from './custody.ts';
import { CustodyError } from './errors.ts';
import { setupOf } from './exams.ts';
import { isRestriction } from './restriction.ts';

/** Incidents of one attempt: more say nothing more, and each is an entry. */
const MOST_INCIDENTS = 100;

const seconds = z.number().nonnegative().max(1e6);
const incidentStatement = z
  .strictObject({
    type: z.literal('incident'),
    attempt: z.uuid(),
    recording: z.uuid(),
    chapter: z.int().nonnegative(),
    /** Seconds on the recording's timeline. */
    from: seconds,
    to: seconds,
    /** What was noted, as a name of letters and hyphens. */
    kind: z
      .string()
      .regex(/^[a-z]+(-[a-z]+)*$/)
      .max(40),
  })
  .refine(({ from, to }) => from <= to, 'ends before it begins');

/**
 * Registers an incident: something that a browser of the test taker noted while it recorded, and signed. It widens what a least-view
 * release covers, so web's own word is none; and since web can register a key of its own as another browser's, a key that came later
 * speaks for recordings alone that began after it. The same statement again gives the same answer.
 * @param input.statement canonical JSON of {type, attempt, recording, chapter, from, to, kind}
 * @param input.signature of one of the attempt's keys: ECDSA P-256 SHA-256, IEEE P1363, base64url
 * @returns the index of its entry in the ledger
 * @throws CustodyError not-found, malformed, attempt-sealed, incidents-full, incident-off; incident-refused where the signature is nobody's of
 *   the attempt, or of a browser that came later than the recording, or the chapter is not one of the attempt
 */
export async function registerIncident(
  custody: Custody,
  id: string,
  input: { statement: string; signature: string },
): Promise<{ entry: number }> {
  const attempt = findAttempt(custody.db, id);
  if (!attempt) throw new CustodyError('not-found', 'attempt');
  const statement = parseIncident(input.statement);
  const statementDigest = createHash('sha256').update(input.statement).digest();
  const known = rows.findIncident(custody.db, id, statementDigest);
  if (known) return { entry: known.entry };
  const { recording, chapter, from, to, kind } = statement;
  // Entered nowhere: who reviews would read from a refusal that there is an arrangement.
  if (isOff(custody, attempt, kind)) throw new CustodyError('incident-off');
  const signedBy = keysOf(custody, attempt).find((key) =>
    verify(
      'sha256',
      Buffer.from(input.statement),
      { key: importAttemptKey(key), dsaEncoding: 'ieee-p1363' },
      Buffer.from(input.signature, 'base64url'),
    ),
  );
  const fits =
    statement.attempt === id &&
    findChapter(custody.db, recording, chapter)?.attempt === id &&
    (!signedBy || wasThere(custody, attempt, recording, signedBy));
  if (!fits || !signedBy) {
    const facts = { recording, chapter, fits, signed: signedBy !== undefined };
    return refuseRegistration(custody, 'incident-refused', { tried: 'register-incident', attempt: id, ...facts });
  }
  const body = {
    attempt: id,
    statement: input.statement,
    signature: input.signature,
    publicKey: signedBy.toString('base64url'),
  };
  try {
    const [entry] = await custody.ledger.append([{ type: 'incident-noted', body, concerns: id }], ([number]) => {
      if (findAttempt(custody.db, id)?.sealedAt) throw new CustodyError('attempt-sealed');
      if (rows.findIncident(custody.db, id, statementDigest)) throw new CustodyError('already-so');
      if (rows.countIncidents(custody.db, id) >= MOST_INCIDENTS) throw new CustodyError('incidents-full');
      rows.insertIncident(custody.db, {
        ...{ attempt: id, recording, chapter, from, to, kind, statementDigest, publicKey: signedBy },
        entry: number as number,
        assertedAt: new Date().toISOString(),
      });
    });
    return { entry: (entry as { number: number }).number };
  } catch (error) {
    // Twice at once: the second finds what the first one registered.
    if (error instanceof CustodyError && error.refusal === 'already-so') return registerIncident(custody, id, input);
    throw error;
  }
}

/** Whether incidents of this kind are not to be noted of the test taker: by an arrangement, or since their exam does not restrict that. */
function isOff(custody: Custody, attempt: AttemptRow, kind: string): boolean {
  if (switchesOff(grantedTo(custody, attempt), kind)) return true;
  if (!isRestriction(kind)) return false;
  const exam = findExam(custody.db, attempt.exam);
  return !exam || setupOf(exam)?.restrictions[kind] === undefined;
}

/** @returns whether a browser's key was registered before anything of this recording, by custody's own clock */
function wasThere(custody: Custody, attempt: AttemptRow, recording: string, key: Buffer): boolean {
  if (attempt.publicKey.equals(key)) return true;
  const publicKey = key.toString('base64url');
  const resumed = custody.ledger
    .concerning(attempt.id)
    .find(({ type, body }) => type === 'attempt-resumed' && (body as { publicKey?: unknown }).publicKey === publicKey);
  const began = findChapter(custody.db, recording, 0);
  return resumed !== undefined && began !== undefined && resumed.at <= began.registeredAt;
}

function parseIncident(text: string): z.infer<typeof incidentStatement> {
  try {
    const value = incidentStatement.parse(JSON.parse(text));
    if (canonicalize(value) === text) return value;
  } catch {
    // Said below, as for text that is not canonical.
  }
  throw new CustodyError('malformed', 'incident statement');
}

/** @returns the attempt's incidents in the order of their entries, without those that an arrangement switched off after they were noted */
export function listCounting(custody: Pick<Custody, 'db'>, id: string): rows.IncidentRow[] {
  const attempt = findAttempt(custody.db, id);
  const terms = attempt ? grantedTo(custody, attempt) : null;
  return rows.listIncidents(custody.db, id).filter(({ kind }) => !switchesOff(terms, kind));
}
