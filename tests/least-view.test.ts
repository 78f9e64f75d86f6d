import { randomUUID, webcrypto } from 'node:crypto';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { fetch as undiciFetch, Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aroundIncidents } from '../hsm/grants/selection.ts';
import {
  carryOut,
  type Enrolled,
  enrolRepresentative,
  makeRecipient,
  policy,
  publishExam,
  registerAttempt,
  releaseOf,
  type RunningCustody,
  sha256,
  startCustody,
  wrapChapterKey,
} from './custody-process.ts';

let custody: RunningCustody;
let exam: string;
let reviewer: Enrolled;
let recipient: Awaited<ReturnType<typeof makeRecipient>>;

beforeAll(async () => {
  custody = await startCustody();
  exam = await publish({ chaptersAround: 1, drawn: 2 });
  reviewer = await enrolRepresentative(custody, 'Ines Moreau', [exam]);
  recipient = await makeRecipient((await custody.room.state()).algorithm!);
});
afterAll(() => custody?.stop());

let number = 0;
const nextCandidate = () => `L-${++number}`;

async function publish(leastView: { chaptersAround: number; drawn: number }): Promise<string> {
  const id = randomUUID();
  await publishExam(custody, { exam: id, title: `Logic ${++number}`, policy: { ...policy(), leastView } });
  return id;
}

/** As the room asks, for what the player plays. */
const ask = (grant: string, chapters: { recording: string; chapter: number; envelope: string }[], who = reviewer) =>
  custody.room.release(who.session, grant, {
    recipient: recipient.digest,
    chapters: chapters.map(({ recording, chapter, envelope }) => ({ recording, chapter, envelope })),
  });

async function open(
  attempt: string,
  more: Partial<ReturnType<typeof releaseOf>> | { extent: 'all' } = {},
  who = reviewer,
) {
  const { act } = await carryOut(custody, { ...releaseOf(attempt, recipient.spki), ...more } as never, [who]);
  return custody.room.grant(who.session, act);
}

const numbers = (chapters: { chapter: number }[]) => chapters.map(({ chapter }) => chapter);

interface Incident {
  attempt: string;
  recording: string;
  chapter: number;
  from?: number;
  to?: number;
  kind?: string;
}

/** What web sends on for a browser. @param key of the attempt, unless somebody else signs */
async function note({ from = 10, to = 12.5, kind = 'camera-covered', ...where }: Incident, key: webcrypto.CryptoKey) {
  const statement = canonicalize({ type: 'incident', ...where, from, to, kind }) as string;
  const bytes = await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(statement));
  return send(where.attempt, { statement, signature: Buffer.from(bytes).toString('base64url') });
}

async function send(attempt: string, body: unknown): Promise<{ status: number; answer: Record<string, unknown> }> {
  const dispatcher = new Agent({ connect: { socketPath: join(custody.data, 'sockets/web.sock') } });
  const answer = await undiciFetch(`http://custody/attempts/${attempt}/incidents`, {
    ...{ method: 'POST', body: JSON.stringify(body), dispatcher },
    headers: { 'content-type': 'application/json' },
  });
  const said = (await answer.json()) as Record<string, unknown>;
  await dispatcher.close();
  return { status: answer.status, answer: said };
}

const makeKey = async () =>
  (await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])).privateKey;

const refusals = (attempt: string, refusal: string) =>
  custody.entries().filter(({ body }) => body.refusal === refusal && body.attempt === attempt);

describe('what is drawn', () => {
  test('a release covers as many chapters as the rules draw, and custody gives no other’s key', async () => {
    const { attempt, chapters } = await registerAttempt(custody, exam, nextCandidate(), 12);
    const grant = await open(attempt);
    expect(grant.chapters).toHaveLength(2);
    expect(grant.withheld).toHaveLength(10);
    const drawn = new Set(numbers(grant.chapters));
    const { keys } = await ask(
      grant.grant,
      chapters.filter(({ chapter }) => drawn.has(chapter)),
    );
    expect(keys).toHaveLength(2);
    for (const one of chapters.filter(({ chapter }) => !drawn.has(chapter))) {
      await expect(ask(grant.grant, [one])).rejects.toMatchObject({ refusal: 'chapter-not-granted' });
    }
    expect(refusals(attempt, 'chapter-not-granted')).toHaveLength(10);
    const [granted] = (await custody.web.accesses(attempt)).accesses;
    expect(granted).toMatchObject({
      kind: 'granted',
      coverage: { extent: 'least-view', registered: 12, drawn: [...drawn], incidents: [], leftOut: [] },
    });
    expect(granted!.chapters).toEqual(grant.chapters);
  });

  test('asking again, for another purpose too, shows a curious reviewer nothing else', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate(), 12);
    const first = await open(attempt);
    const again = [];
    for (let times = 0; times < 6; times++) again.push((await open(attempt)).chapters);
    again.push((await open(attempt, { purpose: 'appeal', justification: 'An appeal.' } as never)).chapters);
    for (const chapters of again) expect(chapters).toEqual(first.chapters);
  });

  test('an act that was withdrawn, or never signed, draws nothing that a later one could choose from', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate(), 12);
    for (let times = 0; times < 3; times++) {
      const { act } = await custody.room.proposeAct(reviewer.session, releaseOf(attempt, recipient.spki));
      await custody.room.withdrawAct(reviewer.session, act);
    }
    const grant = await open(attempt);
    expect(grant.chapters).toHaveLength(2);
    expect((await open(attempt)).chapters).toEqual(grant.chapters);
  });

  test('different people get different draws, and over many attempts every number comes up', async () => {
    const other = await enrolRepresentative(custody, 'Noor Haddad', [exam]);
    const seen = new Set<number>();
    let different = 0;
    for (let times = 0; times < 10; times++) {
      const { attempt } = await registerAttempt(custody, exam, nextCandidate(), 4);
      const [mine, theirs] = [await open(attempt), await open(attempt, {}, other)];
      for (const one of numbers([...mine.chapters, ...theirs.chapters])) seen.add(one);
      if (numbers(mine.chapters).join() !== numbers(theirs.chapters).join()) different++;
    }
    expect(seen.size).toBe(4);
    expect(different).toBeGreaterThan(2);
  });

  test('a number that is drawn covers the chapter of each recording that has it', async () => {
    const made = await registerAttempt(custody, exam, nextCandidate(), 8);
    const screen = await addRecording(made.attempt, 8);
    const grant = await open(made.attempt);
    expect(grant.chapters).toHaveLength(4);
    const of = (recording: string) => numbers(grant.chapters.filter((one) => one.recording === recording));
    expect(of(screen)).toEqual(of(made.recording));
  });

  test('what is recorded after the act is not in the view, and a later view draws only what was still owed', async () => {
    const made = await registerAttempt(custody, exam, nextCandidate(), 1);
    const early = await open(made.attempt);
    expect(numbers(early.chapters)).toEqual([0]);
    const later = await addChapters(made, 1, 9);
    await expect(ask(early.grant, [later[0]!])).rejects.toMatchObject({ refusal: 'chapter-not-granted' });
    const all = await open(made.attempt, { extent: 'all', justification: 'All of it is disputed.' } as never);
    expect(all.chapters).toHaveLength(9);
    const [tenth] = await addChapters(made, 9, 10);
    await expect(ask(all.grant, [tenth!])).rejects.toMatchObject({ refusal: 'chapter-not-granted' });
    const second = await open(made.attempt);
    expect(second.chapters).toHaveLength(2);
    expect(numbers(second.chapters)).toContain(0);
    expect((await open(made.attempt)).chapters).toEqual(second.chapters);
  });

  test('all of it takes a justification, which the test taker finds', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate(), 5);
    await expect(open(attempt, { extent: 'all' } as never)).rejects.toMatchObject({ refusal: 'justification-missing' });
    const grant = await open(attempt, { extent: 'all', justification: 'The room was entered.' } as never);
    expect(grant.chapters).toHaveLength(5);
    const [granted] = (await custody.web.accesses(attempt)).accesses;
    expect(granted).toMatchObject({ reason: 'The room was entered.', coverage: { extent: 'all', registered: 5 } });
  });

  test('where the rules draw nothing and nothing was noted, there is nothing to release', async () => {
    const strict = await publish({ chaptersAround: 1, drawn: 0 });
    const keen = await enrolRepresentative(custody, 'Keen Reviewer', [strict]);
    const made = await registerAttempt(custody, strict, nextCandidate(), 5);
    await expect(open(made.attempt, {}, keen)).rejects.toMatchObject({ refusal: 'nothing-to-release' });
    await note({ attempt: made.attempt, recording: made.recording, chapter: 2 }, made.attemptKey.privateKey);
    expect((await open(made.attempt, {}, keen)).chapters).toEqual([{ recording: made.recording, chapter: 2 }]);
  });
});

describe('incidents', () => {
  let quiet: string;
  let watcher: Enrolled;
  beforeAll(async () => {
    quiet = await publish({ chaptersAround: 1, drawn: 0 });
    watcher = await enrolRepresentative(custody, 'Wanda Watcher', [quiet]);
  });

  test('one that the attempt key signed opens the chapters around it, and the entry says who asserted it', async () => {
    const made = await registerAttempt(custody, quiet, nextCandidate(), 12);
    const { attempt, recording } = made;
    const { status, answer } = await note({ attempt, recording, chapter: 5 }, made.attemptKey.privateKey);
    expect(status).toBe(200);
    const [noted] = custody.entries().filter(({ number: index }) => index === answer.entry);
    expect(noted).toMatchObject({ type: 'incident-noted', body: { attempt, publicKey: made.publicKey } });
    const grant = await open(attempt, {}, watcher);
    expect(numbers(grant.chapters)).toEqual([4, 5, 6]);
    const asserted = { recording, chapter: 5, kind: 'camera-covered', entry: answer.entry };
    const assertedBy = sha256(Buffer.from(made.publicKey, 'base64url'));
    const [granted] = (await custody.web.accesses(attempt)).accesses.filter(({ kind }) => kind === 'granted');
    expect(granted!.coverage!.incidents).toEqual([{ ...asserted, assertedBy }]);
    const [entry] = custody.entries().filter(({ type, body }) => type === 'granted' && body.grant === grant.grant);
    expect(entry!.body).toMatchObject({ incidents: [{ ...asserted, assertedBy }], leftOut: [], registered: 12 });
  });

  test('the same statement again is one incident, also twice at once', async () => {
    const made = await registerAttempt(custody, quiet, nextCandidate(), 6);
    const where = { attempt: made.attempt, recording: made.recording, chapter: 1 };
    const sent = await Promise.all([note(where, made.attemptKey.privateKey), note(where, made.attemptKey.privateKey)]);
    // ECDSA signs anew each time: it is the statement that counts.
    sent.push(await note(where, made.attemptKey.privateKey));
    expect(new Set(sent.map(({ answer }) => answer.entry)).size).toBe(1);
  });

  test('web’s own word, another attempt’s key, another attempt’s chapter and an unregistered one widen nothing', async () => {
    const made = await registerAttempt(custody, quiet, nextCandidate(), 12);
    const other = await registerAttempt(custody, quiet, nextCandidate(), 12);
    const { attempt, recording } = made;
    const tries = [
      await note({ attempt, recording, chapter: 5 }, await makeKey()),
      await note({ attempt, recording, chapter: 5 }, other.attemptKey.privateKey),
      await note({ attempt, recording: other.recording, chapter: 5 }, made.attemptKey.privateKey),
      await note({ attempt, recording, chapter: 12 }, made.attemptKey.privateKey),
      await send(attempt, {
        statement: canonicalize({ ...{ type: 'incident', attempt, recording, chapter: 3 }, from: 1, to: 2, kind: 'x' }),
        signature: '',
      }),
    ];
    for (const { status, answer } of tries) expect([status, answer.error]).toEqual([400, 'incident-refused']);
    expect(refusals(attempt, 'incident-refused')).toHaveLength(tries.length);
    await expect(open(attempt, {}, watcher)).rejects.toMatchObject({ refusal: 'nothing-to-release' });
  });

  test('a statement that is not canonical, ends before it begins or says more is not understood', async () => {
    const made = await registerAttempt(custody, quiet, nextCandidate(), 3);
    const where = { attempt: made.attempt, recording: made.recording, chapter: 1 };
    const statements = [
      JSON.stringify({ type: 'incident', ...where, from: 1, to: 2, kind: 'camera-covered' }),
      canonicalize({ type: 'incident', ...where, from: 2, to: 1, kind: 'camera-covered' }),
      canonicalize({ type: 'incident', ...where, from: 1, to: 2, kind: 'Look at this!' }),
      canonicalize({ type: 'incident', ...where, from: 1, to: 2, kind: 'camera-covered', weight: 9 }),
    ];
    for (const statement of statements) {
      expect((await send(made.attempt, { statement, signature: 'AA' })).answer.error).toBe('malformed');
    }
  });

  test('refused ones are entered twenty times for one attempt, and a hundred true ones are taken', async () => {
    const made = await registerAttempt(custody, quiet, nextCandidate(), 3);
    const where = { attempt: made.attempt, recording: made.recording, chapter: 1 };
    const stranger = await makeKey();
    for (let times = 0; times < 24; times++) await note({ ...where, from: times, to: times }, stranger);
    expect(refusals(made.attempt, 'incident-refused')).toHaveLength(20);
    const statuses = [];
    for (let times = 0; times < 102; times++)
      statuses.push((await note({ ...where, from: times, to: times }, made.attemptKey.privateKey)).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(100);
    expect(statuses.at(-1)).toBe(409);
  });

  test('incidents in every chapter open a third of them, and the entry says what was left out', async () => {
    const made = await registerAttempt(custody, quiet, nextCandidate(), 12);
    const { attempt, recording } = made;
    for (const chapter of [7, 2, 9, 0, 11, 4]) await note({ attempt, recording, chapter }, made.attemptKey.privateKey);
    const grant = await open(attempt, {}, watcher);
    expect(numbers(grant.chapters)).toEqual([0, 2, 7, 9]);
    const [granted] = (await custody.web.accesses(attempt)).accesses.filter(({ kind }) => kind === 'granted');
    expect(granted!.coverage!.incidents.map(({ chapter }) => chapter)).toEqual([7, 2, 9, 0]);
    expect(numbers(granted!.coverage!.leftOut).sort((a, b) => a - b)).toEqual([1, 3, 4, 5, 6, 8, 10, 11]);
  });

  test('of few chapters one is open, whatever its number', () => {
    const all = [0, 1].map((chapter) => ({ recording: 'a', chapter }));
    const { covered, leftOut } = aroundIncidents(all, [{ recording: 'a', chapter: 1 }], 3);
    expect(covered).toEqual([{ recording: 'a', chapter: 1 }]);
    expect(leftOut).toEqual([{ recording: 'a', chapter: 0 }]);
  });

  test('after the seal none is taken', async () => {
    const made = await registerAttempt(custody, quiet, nextCandidate(), 3);
    const { attempt, recording } = made;
    const recordings = [{ recording, chapters: 3, segments: 3, digest: sha256('') }];
    const statement = canonicalize({
      type: 'seal',
      exam: quiet,
      attempt,
      recordings,
      endedAt: new Date().toISOString(),
    });
    const bytes = await webcrypto.subtle.sign(
      { name: 'ECDSA', hash: 'SHA-256' },
      made.attemptKey.privateKey,
      Buffer.from(statement as string),
    );
    const signature = Buffer.from(bytes).toString('base64url');
    await custody.web.sealAttempt(attempt, { statement: statement as string, signature });
    const { answer } = await note({ attempt, recording, chapter: 1 }, made.attemptKey.privateKey);
    expect(answer.error).toBe('attempt-sealed');
  });
});

/** Chapters `from` up to but without `to`, as web registers them. */
async function addChapters({ attempt, recording }: { attempt: string; recording: string }, from: number, to: number) {
  const { examKey } = await custody.web.exam(exam);
  const made = [];
  for (let chapter = from; chapter < to; chapter++) {
    const key = Buffer.from(webcrypto.getRandomValues(new Uint8Array(32)));
    const envelope = wrapChapterKey(examKey, { exam, attempt, recording, chapter }, key);
    await custody.web.registerChapter(envelope);
    made.push({ recording, chapter, key, envelope });
  }
  return made;
}

async function addRecording(attempt: string, chapters: number): Promise<string> {
  const recording = randomUUID();
  await addChapters({ attempt, recording }, 0, chapters);
  return recording;
}
