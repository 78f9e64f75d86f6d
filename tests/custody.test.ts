import { createPublicKey, generateKeyPairSync, randomBytes, randomUUID, webcrypto } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Access } from '../hsm/accesses.ts';
import { readConfig } from '../hsm/config.ts';
import { MOST_INTERVALS, uniteIntervals } from '../hsm/viewing.ts';
import {
  type Enrolled,
  enrolRepresentative,
  inviteReviewer,
  makeRecipient,
  openGrant,
  changeStatus,
  policy,
  publishExam,
  releaseOf,
  requestOf,
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
  await publishExam(custody, { exam, title: 'Logic', policy: policy() });
  reviewer = await enrolRepresentative(custody, 'Ines Moreau', [exam]);
  outsider = await enrolRepresentative(custody, 'Olaf Outside', []);
});
afterAll(() => custody?.stop());

/** The last thing that the ledger tells about an attempt. */
async function lastAccess(attempt: string): Promise<Access> {
  const { accesses } = await custody.web.accesses(attempt);
  return accesses.at(-1) as Access;
}

/** What a passkey is asked to sign of an act. */
const challengeOf = ({ options }: { options: { challenge: string } | null }) => options?.challenge ?? '';

/** Seals an attempt with one recording, as the recorder that has this key would. */
async function signSeal(key: webcrypto.CryptoKey, attempt: string, recording: string) {
  const recordings = [{ recording, chapters: 2, segments: 4, digest: sha256('x') }];
  const endedAt = new Date().toISOString();
  const statement = canonicalize({ type: 'seal', exam, attempt, recordings, endedAt }) as string;
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = Buffer.from(await webcrypto.subtle.sign(algorithm, key, Buffer.from(statement)));
  return { statement, signature: signature.toString('base64url') };
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
      custody.room.release(reviewer.session, grant, { recipient: recipient.digest, chapters: [requestOf(first)] }),
    ).rejects.toThrow('grant-ended');
  });

  test('a page that is loaded again adds to what was shown before, and loses none of it', async () => {
    const { attempt, recording } = await registerAttempt(custody, exam, nextCandidate());
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const grant = await openGrant(custody, reviewer, attempt, recipient);
    const report = (...stretches: [number, number][]) =>
      custody.room.viewing(reviewer.session, grant, {
        intervals: stretches.map(([from, to]) => ({ recording, from, to })),
      });
    await report([2, 9.5], [40, 50]);
    await report([9, 12]);
    await custody.room.endGrant(reviewer.session, grant);
    expect((await lastAccess(attempt)).intervals).toEqual([
      { recording, from: 2, to: 12 },
      { recording, from: 40, to: 50 },
    ]);
    await expect(report([60, 61])).rejects.toThrow('grant-ended');
  });

  test('what was acknowledged as shown while the view ends stands in its entry', async () => {
    const { attempt, recording } = await registerAttempt(custody, exam, nextCandidate());
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const grant = await openGrant(custody, reviewer, attempt, recipient);
    const report = (from: number) =>
      custody.room.viewing(reviewer.session, grant, { intervals: [{ recording, from, to: from + 1 }] }).then(
        () => from,
        () => undefined,
      );
    const reports: Promise<number | undefined>[] = [report(0)];
    const ended = custody.room.endGrant(reviewer.session, grant);
    for (let number = 1; number < 40; number++) {
      reports.push(report(number * 10));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    const acknowledged = (await Promise.all(reports)).filter((from) => from !== undefined);
    const { intervals } = await lastAccess(attempt);
    expect(intervals.map(({ from }) => from)).toEqual(acknowledged.toSorted((a, b) => a - b));
  });

  test('a report of another attempt’s recording is not taken', async () => {
    const mine = await registerAttempt(custody, exam, nextCandidate());
    const theirs = await registerAttempt(custody, exam, nextCandidate());
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const grant = await openGrant(custody, reviewer, mine.attempt, recipient);
    const intervals = [{ recording: theirs.recording, from: 0, to: 1 }];
    await expect(custody.room.viewing(reviewer.session, grant, { intervals })).rejects.toMatchObject({
      code: 'malformed',
    });
  });

  test('more stretches than are kept are joined where least lies between them, and none is dropped', () => {
    const many = Array.from({ length: MOST_INTERVALS + 1 }, (_, index) => ({
      recording: 'a',
      from: index * 10,
      to: index * 10 + (index === 7 ? 9 : 5),
    }));
    const united = uniteIntervals(many.slice(300), [...many.slice(0, 300), { recording: 'b', from: 0, to: 1 }]);
    expect(united).toHaveLength(MOST_INTERVALS);
    expect(united.filter(({ recording }) => recording === 'b')).toEqual([{ recording: 'b', from: 0, to: 1 }]);
    for (const one of many) {
      expect(united.some(({ recording, from, to }) => recording === 'a' && from <= one.from && to >= one.to)).toBe(
        true,
      );
    }
    expect(united).toContainEqual({ recording: 'a', from: 70, to: 85 });
  });

  test('a seal that comes twice at once gives two receipts of one entry, and can be had again', async () => {
    const { attempt, recording, attemptKey } = await registerAttempt(custody, exam, nextCandidate());
    await expect(custody.web.ending(attempt)).rejects.toMatchObject({ code: 'not-found' });
    const seal = await signSeal(attemptKey.privateKey, attempt, recording);
    const receipts = await Promise.all(Array.from({ length: 8 }, () => custody.web.sealAttempt(attempt, seal)));
    expect(new Set(receipts.map(({ entry }) => entry.index)).size).toBe(1);
    const again = await custody.web.ending(attempt);
    expect(again).toMatchObject({ seal, receipt: { entry: receipts[0]?.entry } });
  });

  test('an attempt that is registered twice at once is registered once', async () => {
    const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
    const publicKey = Buffer.from(await webcrypto.subtle.exportKey('spki', pair.publicKey)).toString('base64url');
    const registration = { attempt: randomUUID(), exam, candidate: nextCandidate(), publicKey };
    const answers = await Promise.all(Array.from({ length: 8 }, () => custody.web.registerAttempt(registration)));
    expect(new Set(answers.map(({ startedAt }) => startedAt)).size).toBe(1);
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
    await custody.room.signAct(reviewer.session, act.act, reviewer.key.touch(challengeOf(act), ROOM_ORIGIN));
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
          chapters: [requestOf(chapters[index % 2])],
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
      chapters: [requestOf(chapters[1])],
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

  test('that lets an envelope through which holds no key spoils that chapter alone, and the ledger names it', async () => {
    const { attempt, recording, chapters } = await registerAttempt(custody, exam, nextCandidate());
    const { examKey } = await custody.web.exam(exam);
    const recipient = await makeRecipient(examKey.alg);
    const honest = JSON.parse(wrapChapterKey(examKey, { exam, attempt, recording, chapter: 2 }, randomBytes(32)));
    // Below any modulus of 3072 bits, as registering asks for.
    const noise = Buffer.concat([Buffer.alloc(1), randomBytes(383)]).toString('base64url');
    const envelope = canonicalize({ ...honest, key: noise }) as string;
    await custody.web.registerChapter(envelope);
    const grant = await openGrant(custody, reviewer, attempt, recipient, 'all');
    const good = chapters.map(({ chapter, envelope: text }) => ({ recording, chapter, envelope: text }));
    const ask = (asked: typeof good) =>
      custody.room.release(reviewer.session, grant, { recipient: recipient.digest, chapters: asked });
    await expect(ask([good[0] as never, { recording, chapter: 2, envelope }])).rejects.toMatchObject({
      code: 'refused',
      status: 409,
      facts: { recording, chapter: 2 },
    });
    expect(await lastAccess(attempt)).toMatchObject({
      kind: 'refused',
      by: 'Ines Moreau',
      purpose: 'integrity-review',
    });
    expect((await ask(good)).keys).toHaveLength(2);
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
        chapters: [requestOf(theirs.chapters[0])],
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

  test('has twenty refusals of what it registers entered per attempt, however often it tries, and all of what others try', async () => {
    const { attempt, recording, chapters } = await registerAttempt(custody, exam, nextCandidate());
    const first = chapters[0]?.envelope as string;
    const again = (chapter: number) => first.replace('"chapter":0', `"chapter":${chapter}`);
    for (let chapter = 10; chapter < 25; chapter++)
      await expect(custody.web.registerChapter(again(chapter))).rejects.toThrow('envelope-foreign');
    const batch = Array.from({ length: 30 }, (_, n) => again(100 + n));
    const { refusals } = await custody.web.registerChapters(batch);
    expect(refusals.filter((refusal) => refusal?.includes('belongs to another recording'))).toHaveLength(30);
    const seal = {
      statement: canonicalize({
        type: 'seal',
        exam,
        attempt,
        recordings: [],
        endedAt: new Date().toISOString(),
      }) as string,
      signature: 'AA',
    };
    await expect(custody.web.sealAttempt(attempt, seal)).rejects.toThrow('seal-refused');
    const refused = async () => (await custody.web.accesses(attempt)).accesses.filter(({ kind }) => kind === 'refused');
    expect(await refused()).toHaveLength(20);

    const { room } = custody;
    const recipient = await makeRecipient((await room.state()).algorithm);
    const grant = await openGrant(custody, reviewer, attempt, recipient);
    const unregistered = { recording, chapter: 10, envelope: again(10) };
    const release = { recipient: recipient.digest, chapters: [unregistered] };
    await expect(room.release(reviewer.session, grant, release)).rejects.toThrow('chapter-unregistered');
    expect(await refused()).toHaveLength(21);
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
    const seal = await signSeal(forged.privateKey, attempt, recording);
    await expect(custody.web.sealAttempt(attempt, seal)).rejects.toThrow('seal-refused');
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
      custody.room.release(reviewer.session, grant, { recipient: other.digest, chapters: [requestOf(chapters[0])] }),
    ).rejects.toThrow('recipient-differs');
    expect(await lastAccess(attempt)).toMatchObject({ kind: 'refused', by: 'Ines Moreau' });
  });

  test('a touch given for one act signs no other, and none twice', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate());
    const { algorithm } = await custody.room.state();
    const propose = async () =>
      custody.room.proposeAct(reviewer.session, releaseOf(attempt, (await makeRecipient(algorithm)).spki));
    const [first, second] = [await propose(), await propose()];
    const touch = reviewer.key.touch(challengeOf(first), ROOM_ORIGIN);
    await expect(custody.room.signAct(reviewer.session, second.act, touch)).rejects.toThrow('challenge-differs');
    expect(await lastAccess(attempt)).toMatchObject({ kind: 'refused' });
    await custody.room.signAct(reviewer.session, first.act, touch);
    await expect(custody.room.signAct(reviewer.session, first.act, touch)).rejects.toMatchObject({
      code: 'refused',
      status: 409,
      sentence: 'This act was signed already. An act counts once.',
    });
    expect(await lastAccess(attempt)).toMatchObject({ kind: 'refused' });
  });

  test('a touch on another origin, or without verification, counts for nothing', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate());
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const act = await custody.room.proposeAct(reviewer.session, releaseOf(attempt, recipient.spki));
    const elsewhere = reviewer.key.touch(challengeOf(act), 'https://room.localhost.example:8445');
    await expect(custody.room.signAct(reviewer.session, act.act, elsewhere)).rejects.toThrow('origin-differs');
    const unverified = reviewer.key.touch(challengeOf(act), ROOM_ORIGIN, { verified: false });
    await expect(custody.room.signAct(reviewer.session, act.act, unverified)).rejects.toThrow('passkey-refused');
    const stranger = new SecurityKey().touch(challengeOf(act), ROOM_ORIGIN);
    await expect(custody.room.signAct(reviewer.session, act.act, stranger)).rejects.toThrow('passkey-unknown');
    await expect(
      custody.room.signAct(outsider.session, act.act, outsider.key.touch(challengeOf(act), ROOM_ORIGIN)),
    ).rejects.toThrow('act-not-yours');
    const { accesses } = await custody.web.accesses(attempt);
    expect(accesses.map(({ kind }) => kind)).toEqual(['refused', 'refused', 'refused', 'refused']);
  });

  test('who is not assigned sees nothing and may propose nothing', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate());
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    expect((await custody.room.attempts(outsider.session)).attempts).toEqual([]);
    await expect(custody.room.attempt(outsider.session, attempt)).rejects.toMatchObject({ code: 'not-found' });
    await expect(custody.room.proposeAct(outsider.session, releaseOf(attempt, recipient.spki))).rejects.toThrow(
      'not-assigned',
    );
    expect(await lastAccess(attempt)).toMatchObject({ kind: 'refused', by: 'Olaf Outside' });
  });

  test('a purpose outside the exam’s rules is refused, one without words is asked for them', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate());
    const { spki } = await makeRecipient((await custody.room.state()).algorithm);
    const propose = (purpose: 'appeal' | 'complaint', justification: string) =>
      custody.room.proposeAct(reviewer.session, { ...releaseOf(attempt, spki), purpose, justification });
    await expect(propose('complaint', 'because')).rejects.toThrow('purpose-not-allowed');
    await expect(propose('appeal', '  ')).rejects.toThrow('justification-missing');
    expect((await propose('appeal', 'The test taker appealed.')).sentence).toContain('for an appeal');
  });

  test('a key that the token would not take is refused before anybody touches a passkey', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate());
    const propose = (spki: Buffer) =>
      custody.room.proposeAct(reviewer.session, releaseOf(attempt, spki.toString('base64url')));
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 });
    await expect(propose(publicKey.export({ format: 'der', type: 'spki' }))).rejects.toThrow('recipient-unusable');
    const { spki } = await makeRecipient((await custody.room.state()).algorithm);
    const odd = Buffer.concat([Buffer.from(spki, 'base64url'), Buffer.alloc(1)]);
    await expect(propose(odd)).rejects.toMatchObject({ code: 'refused', status: 400 });
  });

  test('who is suspended before enrolling stays suspended', async () => {
    const { enrolment, representative } = await inviteReviewer(custody, 'Too Late', []);
    const { options } = await custody.room.enrolmentOptions(enrolment);
    await changeStatus(custody, representative, 'suspended');
    const key = new SecurityKey();
    await expect(custody.room.enrol(enrolment, key.enrol(options as never, ROOM_ORIGIN))).rejects.toThrow(
      'representative-inactive',
    );
    const signIn = await custody.room.signInOptions();
    await expect(custody.room.signIn(key.touch(signIn.options.challenge, ROOM_ORIGIN))).rejects.toMatchObject({
      code: 'refused',
      status: 401,
    });
  });

  test('an assignment to an exam that is not here and a body that is too large are told apart from failures', async () => {
    const nowhere = { type: 'assign' as const, exam: randomUUID(), subject: outsider.id };
    await expect(custody.room.proposeAct(custody.founders.administrator.session, nowhere)).rejects.toMatchObject({
      code: 'not-found',
      status: 404,
    });
    await expect(custody.web.registerChapter('x'.repeat(300_000))).rejects.toMatchObject({
      code: 'too-large',
      status: 413,
    });
  });

  test('somebody else’s grant is not found', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate());
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const grant = await openGrant(custody, reviewer, attempt, recipient);
    await expect(custody.room.grant(outsider.session, grant)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('an enrolment link works once, a sign-in challenge works once, and no session means no answer', async () => {
    const { enrolment } = await inviteReviewer(custody, 'Twice', []);
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

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

describe('retention', () => {
  test('destroys an exam’s key on time: nothing can be released, nothing begins, and the ledger says so', async () => {
    const [old, empty, broken] = [randomUUID(), randomUUID(), randomUUID()];
    for (const one of [broken, old, empty]) {
      await publishExam(custody, { exam: one, title: 'Last week', policy: policy(7) });
    }
    const who = await enrolRepresentative(custody, 'Lena Late', [old]);
    const { attempt, chapters } = await registerAttempt(custody, old, 'T-old');
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const grant = await openGrant(custody, who, attempt, recipient);
    const request = { recipient: recipient.digest, chapters: [requestOf(chapters[0])] };
    await custody.room.release(who.session, grant, request);
    const { entries } = await custody.operator.state();

    // The attempt began a moment ago: that puts nothing off. Nobody sat the second exam. The third one's rules cannot be read.
    await custody.whileDown((database) => {
      const close = database.prepare(`UPDATE exams SET policy = json_set(policy, '$.closesAt', ?) WHERE id = ?`);
      for (const one of [old, empty]) close.run(daysAgo(7.1), one);
      database.prepare(`UPDATE exams SET policy = '{}' WHERE id = ?`).run(broken);
    });
    // custody-started, and key-destroyed of these two alone.
    expect((await custody.operator.state()).entries).toBe(entries + 3);
    await expect(custody.room.release(who.session, grant, request)).rejects.toThrow('key-destroyed');
    await expect(openGrant(custody, who, attempt, recipient)).rejects.toThrow('key-destroyed');
    await expect(registerAttempt(custody, old, 'T-new')).rejects.toThrow('exam-over');
    // The others' keys are still there.
    const living = await registerAttempt(custody, exam, nextCandidate());
    expect(living.attempt).toBeTruthy();
  });

  test('no attempt begins after the exam has closed; one that began goes on', async () => {
    const closing = randomUUID();
    await publishExam(custody, { exam: closing, title: 'Yesterday', policy: policy(7) });
    const begun = await registerAttempt(custody, closing, 'T-begun');
    await custody.whileDown((database) => {
      const close = database.prepare(`UPDATE exams SET policy = json_set(policy, '$.closesAt', ?) WHERE id = ?`);
      close.run(daysAgo(0.1), closing);
    });
    await expect(registerAttempt(custody, closing, 'T-invented')).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining('exam-over'),
    });
    const { attempt, publicKey, recording } = begun;
    await custody.web.registerAttempt({ attempt, exam: closing, candidate: 'T-begun', publicKey });
    const { examKey } = await custody.web.exam(closing);
    const where = { exam: closing, attempt, recording, chapter: 2 };
    await custody.web.registerChapter(wrapChapterKey(examKey, where, randomBytes(32)));
  });
});

describe('a start that fails', () => {
  test('says what the token answered, for the operator and for the log', () => {
    const wrong = join(custody.data, 'wrong-pin');
    writeFileSync(wrong, 'not the PIN');
    const { status, stdout, stderr } = custody.refusedStart({ CLOISTER_PIN_FILE: wrong });
    expect(status).toBe(1);
    expect(stderr).toContain('The token refused the PIN.');
    expect(stderr).toContain('CKR_PIN_INCORRECT');
    expect(stdout).toContain('CKR_PIN_INCORRECT');
    expect(stdout + stderr).not.toContain('not the PIN');
  });

  test('says in one sentence that the database is of a newer program', () => {
    const folder = join(custody.data, 'newer');
    mkdirSync(folder);
    const database = new Database(join(folder, 'custody.db'));
    database.pragma('user_version = 999');
    database.close();
    const { status, stderr } = custody.refusedStart({ CLOISTER_CUSTODY_DATA: folder });
    expect(status).toBe(1);
    expect(stderr.trim()).toMatch(/^.* is of version 999; .*Install the newer program again\.$/);
  });

  test('takes an origin as the room’s, and nothing longer or unencrypted', () => {
    const read = (origin: string) => readConfig({ ...custody.environment, CLOISTER_ROOM_ORIGIN: origin });
    for (const good of ['https://room.example', 'https://room.localhost:8445', 'http://localhost:4711']) {
      expect(read(good).CLOISTER_ROOM_ORIGIN).toBe(good);
    }
    for (const bad of [
      'https://room.example/',
      'https://room.example/room',
      'http://room.example',
      'http://localhost.evil',
    ]) {
      expect(() => read(bad)).toThrow('CLOISTER_ROOM_ORIGIN: has to be an https origin');
    }
  });
});
