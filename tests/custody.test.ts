import { createPublicKey, randomBytes, randomUUID, webcrypto } from 'node:crypto';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Access } from '../hsm/accesses.ts';
import {
  type Enrolled,
  enrolRepresentative,
  makeRecipient,
  openGrant,
  PURPOSES,
  ROOM_ORIGIN,
  type RunningCustody,
  registerAttempt,
  sha256,
  startCustody,
  wrapChapterKey,
} from './custody-process.ts';
import { SecurityKey } from './security-key.ts';

let custody: RunningCustody;
let exam: string;
let reviewer: Enrolled;
let outsider: Enrolled;

beforeAll(async () => {
  custody = await startCustody();
  exam = randomUUID();
  await custody.operator.createExam({ exam, title: 'Logic', policy: { purposes: [...PURPOSES], retentionDays: 30 } });
  reviewer = await enrolRepresentative(custody, 'Ines Moreau', [exam]);
  outsider = await enrolRepresentative(custody, 'Olaf Outside', []);
});
afterAll(() => custody?.stop());

/** The last thing that the ledger tells about an attempt. */
async function lastAccess(attempt: string): Promise<Access> {
  const { accesses } = await custody.web.accesses(attempt);
  return accesses.at(-1) as Access;
}

let candidates = 0;
const nextCandidate = () => `T-${++candidates}`;

describe('the honest path', () => {
  test('a touch opens a grant, each chapter key comes re-wrapped to the browser, and the ledger tells it', async () => {
    const { attempt, chapters } = await registerAttempt(custody, exam, nextCandidate());
    const { algorithm } = await custody.room.state();
    const recipient = await makeRecipient(algorithm);
    const grant = await openGrant(custody, reviewer, attempt, recipient);
    const { keys } = await custody.room.release(reviewer.session, grant, {
      recipient: recipient.digest,
      chapters: chapters.map(({ recording, chapter, envelope }) => ({ recording, chapter, envelope })),
    });
    for (const [index, { key }] of keys.entries()) {
      expect((await recipient.unwrap(key)).equals(chapters[index]?.key as Buffer)).toBe(true);
    }
    const { accesses } = await custody.web.accesses(attempt);
    expect(accesses.map(({ kind, by }) => [kind, by])).toEqual([
      ['granted', 'Ines Moreau'],
      ['released', 'Ines Moreau'],
    ]);
    expect(accesses[1]?.purpose).toBe('integrity-review');
  });

  test('what was shown is entered once, when the view ends, and nothing more is released after', async () => {
    const { attempt, chapters, recording } = await registerAttempt(custody, exam, nextCandidate());
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const grant = await openGrant(custody, reviewer, attempt, recipient);
    await custody.room.viewing(reviewer.session, grant, { intervals: [{ recording, from: 2, to: 9.5 }] });
    expect(await lastAccess(attempt)).toMatchObject({ kind: 'viewed', entry: null });
    await custody.room.endGrant(reviewer.session, grant);
    await custody.room.endGrant(reviewer.session, grant);
    const { accesses } = await custody.web.accesses(attempt);
    const viewed = accesses.filter(({ kind }) => kind === 'viewed');
    expect(viewed).toHaveLength(1);
    expect(viewed[0]).toMatchObject({ intervals: [{ recording, from: 2, to: 9.5 }], by: 'Ines Moreau' });
    const [first] = chapters;
    await expect(
      custody.room.release(reviewer.session, grant, { recipient: recipient.digest, chapters: [first as never] }),
    ).rejects.toThrow('grant-ended');
  });

  test('a decision is an act of its own, with its reason', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate());
    const act = await custody.room.proposeAct(reviewer.session, {
      type: 'decide',
      attempt,
      outcome: 'nothing-to-clarify',
      reason: 'Alone in the room the whole time.',
    });
    expect(act.sentence).toContain('there is nothing to clarify');
    await custody.room.signAct(reviewer.session, act.act, reviewer.key.touch(act.options.challenge, ROOM_ORIGIN));
    expect(await lastAccess(attempt)).toMatchObject({
      kind: 'decided',
      by: 'Ines Moreau',
      outcome: 'nothing-to-clarify',
      reason: 'Alone in the room the whole time.',
    });
  });

  test('fifty releases at once all succeed, each in a signed checkpoint', async () => {
    const { attempt, chapters } = await registerAttempt(custody, exam, nextCandidate());
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const grant = await openGrant(custody, reviewer, attempt, recipient);
    const before = (await custody.operator.state()).entries;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        custody.room.release(reviewer.session, grant, {
          recipient: recipient.digest,
          chapters: [chapters[index % 2] as never],
        }),
      ),
    );
    for (const [index, { keys }] of answers.entries()) {
      expect((await recipient.unwrap(keys[0]?.key ?? '')).equals(chapters[index % 2]?.key as Buffer)).toBe(true);
    }
    expect((await custody.operator.state()).entries).toBe(before + 50);
  });

  test('registered chapters, grants and the ledger survive a kill', async () => {
    const { attempt, chapters } = await registerAttempt(custody, exam, nextCandidate());
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const grant = await openGrant(custody, reviewer, attempt, recipient);
    await custody.restart();
    const { keys } = await custody.room.release(reviewer.session, grant, {
      recipient: recipient.digest,
      chapters: [chapters[1] as never],
    });
    expect((await recipient.unwrap(keys[0]?.key ?? '')).equals(chapters[1]?.key as Buffer)).toBe(true);
  });
});

describe('a hostile web process', () => {
  test('cannot have an envelope released that was never registered', async () => {
    const { attempt, recording } = await registerAttempt(custody, exam, nextCandidate());
    const { examKey } = await custody.web.exam(exam);
    const recipient = await makeRecipient(examKey.alg);
    const grant = await openGrant(custody, reviewer, attempt, recipient);
    const envelope = wrapChapterKey(examKey, { exam, attempt, recording, chapter: 7 }, randomBytes(32));
    await expect(
      custody.room.release(reviewer.session, grant, {
        recipient: recipient.digest,
        chapters: [{ recording, chapter: 7, envelope }],
      }),
    ).rejects.toThrow('chapter-unregistered');
    expect(await lastAccess(attempt)).toMatchObject({ kind: 'refused' });
  });

  test('cannot swap a registered envelope for one of its own', async () => {
    const { attempt, recording, chapters } = await registerAttempt(custody, exam, nextCandidate());
    const { examKey } = await custody.web.exam(exam);
    const envelope = wrapChapterKey(examKey, { exam, attempt, recording, chapter: 0 }, randomBytes(32));
    await expect(custody.web.registerChapter(envelope)).rejects.toMatchObject({ code: 'chapter-differs' });
    expect(await lastAccess(attempt)).toMatchObject({ kind: 'refused' });
    const recipient = await makeRecipient(examKey.alg);
    const grant = await openGrant(custody, reviewer, attempt, recipient);
    await expect(
      custody.room.release(reviewer.session, grant, {
        recipient: recipient.digest,
        chapters: [{ recording, chapter: 0, envelope }],
      }),
    ).rejects.toThrow('envelope-differs');
    expect(chapters[0]?.envelope).not.toBe(envelope);
  });

  test('cannot smuggle another attempt’s chapter into a grant, nor register its recording as its own', async () => {
    const mine = await registerAttempt(custody, exam, nextCandidate());
    const theirs = await registerAttempt(custody, exam, nextCandidate());
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const grant = await openGrant(custody, reviewer, mine.attempt, recipient);
    await expect(
      custody.room.release(reviewer.session, grant, {
        recipient: recipient.digest,
        chapters: [theirs.chapters[0] as never],
      }),
    ).rejects.toThrow('envelope-foreign');
    const { examKey } = await custody.web.exam(exam);
    const where = { exam, attempt: mine.attempt, recording: theirs.recording, chapter: 9 };
    await expect(custody.web.registerChapter(wrapChapterKey(examKey, where, randomBytes(32)))).rejects.toThrow(
      'envelope-foreign',
    );
    expect(await lastAccess(mine.attempt)).toMatchObject({ kind: 'refused' });
  });

  test('cannot have one test taker’s key released in the name of another', async () => {
    const mine = await registerAttempt(custody, exam, nextCandidate());
    const theirs = await registerAttempt(custody, exam, nextCandidate());
    const stolen = JSON.parse(theirs.chapters[0]?.envelope as string) as { key: string };
    const where = { attempt: mine.attempt, recording: mine.recording, chapter: 5 };
    const laundered = canonicalize({ ...stolen, ...where }) as string;
    await expect(custody.web.registerChapter(laundered)).rejects.toThrow('envelope-foreign');
    expect(await lastAccess(mine.attempt)).toMatchObject({ kind: 'refused' });

    // The same number under other bytes: plus the modulus, where that still fits.
    const { examKey } = await custody.web.exam(exam);
    const spki = createPublicKey({ key: Buffer.from(examKey.spki, 'base64url'), format: 'der', type: 'spki' });
    const modulus = Buffer.from(spki.export({ format: 'jwk' }).n as string, 'base64url');
    const sum =
      BigInt(`0x${Buffer.from(stolen.key, 'base64url').toString('hex')}`) + BigInt(`0x${modulus.toString('hex')}`);
    const disguised = Buffer.from(
      sum
        .toString(16)
        .padStart(modulus.length * 2 + 2, '0')
        .slice(-modulus.length * 2),
      'hex',
    );
    const shifted = canonicalize({ ...stolen, ...where, key: disguised.toString('base64url') }) as string;
    if (sum < 1n << 3072n) await expect(custody.web.registerChapter(shifted)).rejects.toThrow('envelope-foreign');
    const padded = Buffer.concat([Buffer.alloc(1), Buffer.from(stolen.key, 'base64url')]).toString('base64url');
    const longer = canonicalize({ ...stolen, ...where, key: padded }) as string;
    await expect(custody.web.registerChapter(longer)).rejects.toThrow('envelope-foreign');
  });

  test('cannot replace an attempt’s key, nor seal with another', async () => {
    const { attempt, recording } = await registerAttempt(custody, exam, 'key-thief');
    const forged = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'sign',
      'verify',
    ]);
    const publicKey = Buffer.from(await webcrypto.subtle.exportKey('spki', forged.publicKey)).toString('base64url');
    await expect(
      custody.web.registerAttempt({ attempt, exam, candidate: 'key-thief', publicKey }),
    ).rejects.toMatchObject({ code: 'already-done' });
    const statement = canonicalize({
      type: 'seal',
      exam,
      attempt,
      recordings: [{ recording, chapters: 2, segments: 4, digest: sha256('x') }],
      endedAt: new Date().toISOString(),
    }) as string;
    const signature = Buffer.from(
      await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, forged.privateKey, Buffer.from(statement)),
    ).toString('base64url');
    await expect(custody.web.sealAttempt(attempt, { statement, signature })).rejects.toThrow('seal-refused');
    expect(await lastAccess(attempt)).toMatchObject({ kind: 'refused' });
  });
});

describe('a hostile room or a stolen touch', () => {
  test('keys go only to the browser whose key stood in the signed act', async () => {
    const { attempt, chapters } = await registerAttempt(custody, exam, nextCandidate());
    const { algorithm } = await custody.room.state();
    const shown = await makeRecipient(algorithm);
    const other = await makeRecipient(algorithm);
    const grant = await openGrant(custody, reviewer, attempt, shown);
    await expect(
      custody.room.release(reviewer.session, grant, { recipient: other.digest, chapters: [chapters[0] as never] }),
    ).rejects.toThrow('recipient-differs');
    expect(await lastAccess(attempt)).toMatchObject({ kind: 'refused', by: 'Ines Moreau' });
  });

  test('a touch given for one act signs no other, and none twice', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate());
    const { algorithm } = await custody.room.state();
    const propose = async () =>
      custody.room.proposeAct(reviewer.session, {
        type: 'release',
        attempt,
        purpose: 'integrity-review',
        justification: '',
        recipient: (await makeRecipient(algorithm)).spki,
      });
    const [first, second] = [await propose(), await propose()];
    const touch = reviewer.key.touch(first.options.challenge, ROOM_ORIGIN);
    await expect(custody.room.signAct(reviewer.session, second.act, touch)).rejects.toThrow('challenge-differs');
    expect(await lastAccess(attempt)).toMatchObject({ kind: 'refused' });
    await custody.room.signAct(reviewer.session, first.act, touch);
    await expect(custody.room.signAct(reviewer.session, first.act, touch)).rejects.toThrow('act-used');
    expect(await lastAccess(attempt)).toMatchObject({ kind: 'refused' });
  });

  test('a touch on another origin, or without verification, counts for nothing', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate());
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const act = await custody.room.proposeAct(reviewer.session, {
      type: 'release',
      attempt,
      purpose: 'integrity-review',
      justification: '',
      recipient: recipient.spki,
    });
    const elsewhere = reviewer.key.touch(act.options.challenge, 'https://room.localhost.example:8445');
    await expect(custody.room.signAct(reviewer.session, act.act, elsewhere)).rejects.toThrow('origin-differs');
    const unverified = reviewer.key.touch(act.options.challenge, ROOM_ORIGIN, { verified: false });
    await expect(custody.room.signAct(reviewer.session, act.act, unverified)).rejects.toThrow('passkey-refused');
    const stranger = new SecurityKey().touch(act.options.challenge, ROOM_ORIGIN);
    await expect(custody.room.signAct(reviewer.session, act.act, stranger)).rejects.toThrow('passkey-unknown');
    await expect(
      custody.room.signAct(outsider.session, act.act, outsider.key.touch(act.options.challenge, ROOM_ORIGIN)),
    ).rejects.toThrow('act-not-yours');
    const { accesses } = await custody.web.accesses(attempt);
    expect(accesses.map(({ kind }) => kind)).toEqual(['refused', 'refused', 'refused', 'refused']);
  });

  test('who is not assigned sees nothing and may propose nothing', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate());
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    expect((await custody.room.attempts(outsider.session)).attempts).toEqual([]);
    await expect(custody.room.attempt(outsider.session, attempt)).rejects.toMatchObject({ code: 'not-found' });
    await expect(
      custody.room.proposeAct(outsider.session, {
        type: 'release',
        attempt,
        purpose: 'integrity-review',
        justification: '',
        recipient: recipient.spki,
      }),
    ).rejects.toThrow('not-assigned');
    expect(await lastAccess(attempt)).toMatchObject({ kind: 'refused', by: 'Olaf Outside' });
  });

  test('a purpose outside the exam’s rules is refused, one without words is asked for them', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate());
    const { spki } = await makeRecipient((await custody.room.state()).algorithm);
    const propose = (purpose: 'appeal' | 'complaint', justification: string) =>
      custody.room.proposeAct(reviewer.session, { type: 'release', attempt, purpose, justification, recipient: spki });
    await expect(propose('complaint', 'because')).rejects.toThrow('purpose-not-allowed');
    await expect(propose('appeal', '  ')).rejects.toThrow('justification-missing');
    expect((await propose('appeal', 'The test taker appealed.')).sentence).toContain('for an appeal');
  });

  test('somebody else’s grant is not found', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate());
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const grant = await openGrant(custody, reviewer, attempt, recipient);
    await expect(custody.room.grant(outsider.session, grant)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('an enrolment link works once, a sign-in challenge works once, and no session means no answer', async () => {
    const { enrolment } = await custody.operator.invite({ name: 'Twice', role: 'reviewer', exams: [] });
    const { options } = await custody.room.enrolmentOptions(enrolment);
    const key = new SecurityKey();
    await custody.room.enrol(enrolment, key.enrol(options as never, ROOM_ORIGIN));
    await expect(custody.room.enrolmentOptions(enrolment)).rejects.toThrow('enrolment-unknown');
    const signIn = await custody.room.signInOptions();
    const touch = key.touch(signIn.options.challenge, ROOM_ORIGIN);
    await custody.room.signIn(touch);
    await expect(custody.room.signIn(touch)).rejects.toThrow('passkey-refused');
    await expect(custody.room.attempts('nonsense')).rejects.toMatchObject({ code: 'not-signed-in' });
  });

  test('a session of the room is none on the staff socket; a ticket counts once', async () => {
    await expect(custody.web.staffSession(reviewer.session)).rejects.toMatchObject({ code: 'not-signed-in' });
    const { ticket } = await custody.room.ticket(reviewer.session);
    const { session } = await custody.web.redeemTicket(ticket);
    expect((await custody.web.staffSession(session)).representative.name).toBe('Ines Moreau');
    await expect(custody.web.redeemTicket(ticket)).rejects.toThrow('ticket-unknown');
    await expect(custody.room.session(session)).rejects.toMatchObject({ code: 'not-signed-in' });
  });
});

describe('retention', () => {
  test('destroys an exam’s key on time: nothing can be released, nothing begins, and the ledger says so', async () => {
    const old = randomUUID();
    const policy = { purposes: [...PURPOSES], retentionDays: 7 };
    await custody.operator.createExam({ exam: old, title: 'Last week', policy });
    const who = await enrolRepresentative(custody, 'Lena Late', [old]);
    const { attempt, chapters } = await registerAttempt(custody, old, 'T-old');
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const grant = await openGrant(custody, who, attempt, recipient);
    const request = { recipient: recipient.digest, chapters: [chapters[0] as never] };
    await custody.room.release(who.session, grant, request);
    const { entries } = await custody.operator.state();

    await custody.whileDown((database) => {
      const eightDaysAgo = new Date(Date.now() - 8 * 86_400_000).toISOString();
      database.prepare('UPDATE attempts SET started_at = ? WHERE id = ?').run(eightDaysAgo, attempt);
    });
    // custody-started, and key-destroyed of this exam alone.
    expect((await custody.operator.state()).entries).toBe(entries + 2);
    await expect(custody.room.release(who.session, grant, request)).rejects.toThrow('key-destroyed');
    await expect(openGrant(custody, who, attempt, recipient)).rejects.toThrow('key-destroyed');
    await expect(registerAttempt(custody, old, 'T-new')).rejects.toThrow('exam-over');
    // The others' keys are still there.
    const living = await registerAttempt(custody, exam, nextCandidate());
    expect(living.attempt).toBeTruthy();
  });
});
