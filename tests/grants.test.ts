import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hc } from 'hono/client';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AnalysisProtocol } from '../hsm/protocol/analysis.ts';
import {
  carryOut,
  changeStatus,
  comeBack,
  type Enrolled,
  enrolRepresentative,
  makeRecipient,
  openGrant,
  policy,
  publishExam,
  registerAttempt,
  releaseOf,
  type RunningCustody,
  startCustody,
} from './custody-process.ts';

let custody: RunningCustody;
let exam: string;
let reviewer: Enrolled;
let recipient: Awaited<ReturnType<typeof makeRecipient>>;
let begun: number;

beforeAll(async () => {
  custody = await startCustody();
  exam = await publish();
  reviewer = await enrolRepresentative(custody, 'Ines Moreau', [exam]);
  recipient = await makeRecipient((await custody.room.state()).algorithm!);
});
afterAll(() => custody?.stop());
beforeEach(async () => {
  begun = (await custody.operator.state()).entries;
});

let number = 0;
const nextCandidate = () => `G-${++number}`;
const reason = 'A test.';

async function publish(rules: Partial<ReturnType<typeof policy>> = {}): Promise<string> {
  const id = randomUUID();
  const leastView = { chaptersAround: 1, drawn: 5 };
  const title = `Logic ${++number}`;
  await publishExam(custody, { exam: id, title, policy: { ...policy(), leastView, ...rules } });
  return id;
}

interface Envelope {
  recording: string;
  chapter: number;
  envelope: string;
}
const plain = (chapters: readonly Envelope[]) =>
  chapters.map(({ recording, chapter, envelope }) => ({ recording, chapter, envelope }));

const ask = (grant: string, chapters: readonly Envelope[], who = reviewer) =>
  custody.room.release(who.session, grant, { recipient: recipient.digest, chapters: plain(chapters) });

/** What stands in the ledger since the test began. */
const entered = (type: string) => custody.entries(begun).filter((entry) => entry.type === type);

/** The entry of a view's end, as soon as it stands there. */
async function endOf(grant: string) {
  const find = () => entered('viewed').filter(({ body }) => body.grant === grant);
  await expect.poll(find, { timeout: 5000 }).toHaveLength(1);
  return find()[0]!.body;
}

const batchOf = (batch: string[]) => ({ ...releaseOf('', recipient.spki), scope: { batch } });

describe('a batch', () => {
  test('gives one view per attempt, all from one act, each with its own selection and entry', async () => {
    const made = [];
    for (let times = 0; times < 3; times++) made.push(await registerAttempt(custody, exam, nextCandidate()));
    const ids = made.map(({ attempt }) => attempt);
    const { act, made: opened } = await carryOut(custody, batchOf(ids), [reviewer]);
    expect(opened.grants?.map(({ attempt }) => attempt)).toEqual(ids);
    expect(new Set(opened.grants?.map(({ grant }) => grant)).size).toBe(3);
    for (const [index, { grant, attempt }] of opened.grants!.entries()) {
      const { chapters } = made[index]!;
      expect((await ask(grant, chapters)).keys).toHaveLength(2);
      await expect(ask(grant, made[(index + 1) % 3]!.chapters)).rejects.toMatchObject({ refusal: 'envelope-foreign' });
      const { accesses } = await custody.web.accesses(attempt);
      const granted = accesses.filter(({ kind }) => kind === 'granted');
      expect(granted).toHaveLength(1);
      expect(granted[0]!.coverage).toMatchObject({ attempts: 3, registered: 2 });
      expect(granted[0]!.chapters.map(({ recording }) => recording)).toEqual(chapters.map((one) => one.recording));
    }
    const granted = entered('granted');
    expect(granted.map(({ body }) => JSON.parse(String(body.act)).act)).toEqual([act, act, act]);
    // Nobody's entry names what is shown of somebody else.
    for (const { body } of granted) {
      const own = made.find(({ attempt }) =>
        opened.grants!.some((one) => one.grant === body.grant && one.attempt === attempt),
      )!;
      for (const other of made) {
        expect(JSON.stringify(body).includes(other.recording)).toBe(other === own);
      }
    }
  });

  test('with one attempt of an exam that the person is not assigned to opens none', async () => {
    const theirs = await registerAttempt(custody, await publish(), nextCandidate());
    const mine = await registerAttempt(custody, exam, nextCandidate());
    const both = [mine.attempt, theirs.attempt];
    await expect(custody.room.proposeAct(reviewer.session, batchOf(both))).rejects.toMatchObject({
      refusal: 'not-assigned',
    });
    expect(entered('granted')).toEqual([]);
  });

  test('of one attempt twice, or of more than fifty, is not understood', async () => {
    const { attempt } = await registerAttempt(custody, exam, nextCandidate());
    const many = Array.from({ length: 51 }, () => randomUUID() as string);
    for (const batch of [[attempt, attempt], many])
      await expect(custody.room.proposeAct(reviewer.session, batchOf(batch))).rejects.toMatchObject({
        code: 'malformed',
      });
  });
});

test('where the rules ask for two people, one signature opens nothing, and the entry has both', async () => {
  const strict = await publish({ dualControl: true });
  const [first, other] = [
    await enrolRepresentative(custody, 'First Reviewer', [strict]),
    await enrolRepresentative(custody, 'Other Reviewer', [strict]),
  ];
  const { attempt, chapters } = await registerAttempt(custody, strict, nextCandidate());
  const alone = await carryOut(custody, releaseOf(attempt, recipient.spki), [first]);
  expect(alone).toMatchObject({ applied: false, made: {} });
  await expect(custody.room.grant(first.session, alone.act)).rejects.toMatchObject({ code: 'not-found' });
  const { made } = await carryOut(custody, releaseOf(attempt, recipient.spki), [first, other]);
  const { grant } = made.grants![0]!;
  expect((await ask(grant, chapters, first)).keys).toHaveLength(2);
  // The view is the proposer's, in whose browser the key is.
  await expect(ask(grant, chapters, other)).rejects.toMatchObject({ code: 'not-found' });
  const [entry] = entered('granted');
  expect((entry!.body.signatures as { representative: string }[]).map((one) => one.representative)).toEqual([
    first.id,
    other.id,
  ]);
});

test('a view lasts an hour at most', async () => {
  const { attempt } = await registerAttempt(custody, exam, nextCandidate());
  const grant = await openGrant(custody, reviewer, attempt, recipient);
  const { expiresAt } = await custody.room.grant(reviewer.session, grant);
  expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(3_600_000);
});

describe('what ends a view', () => {
  test('a suspension: no key afterwards, its end is entered, and a reinstatement opens nothing again', async () => {
    const { attempt, chapters, recording } = await registerAttempt(custody, exam, nextCandidate());
    const grant = await openGrant(custody, reviewer, attempt, recipient);
    await ask(grant, chapters);
    await custody.room.viewing(reviewer.session, grant, { intervals: [{ recording, from: 1, to: 4 }] });
    await changeStatus(custody, reviewer.id, 'suspended');
    await changeStatus(custody, reviewer.id, 'approved');
    await comeBack(custody, reviewer);
    await expect(ask(grant, chapters)).rejects.toMatchObject({ refusal: 'grant-ended' });
    const viewed = await endOf(grant);
    expect(viewed).toMatchObject({ because: 'representative-inactive', intervals: [{ recording, from: 1, to: 4 }] });
    await expect(
      custody.room.viewing(reviewer.session, grant, { intervals: [{ recording, from: 5, to: 6 }] }),
    ).rejects.toMatchObject({ refusal: 'grant-ended' });
    const { accesses } = await custody.web.accesses(attempt);
    expect(accesses.filter(({ kind }) => kind === 'viewed')).toHaveLength(1);
  });

  test('a unit’s suspension, for its people and for its exams, and no one else’s', async () => {
    const { officers } = custody.founders;
    const { made } = await carryOut(custody, { type: 'register-unit', name: `Faculty ${++number}` }, [officers[0]]);
    const unit = made.unit!;
    const [ours, theirs] = [await publish({ unit: unit as never }), await publish()];
    const member = await enrolRepresentative(custody, 'Unit Member', [theirs], { unit });
    const central = await enrolRepresentative(custody, 'Central Reviewer', [ours, theirs]);
    const [own, other] = [
      await registerAttempt(custody, ours, nextCandidate()),
      await registerAttempt(custody, theirs, nextCandidate()),
    ];
    const byMember = await openGrant(custody, member, other.attempt, recipient);
    const onUnit = await openGrant(custody, central, own.attempt, recipient);
    const beside = await openGrant(custody, central, other.attempt, recipient);
    await carryOut(custody, { type: 'suspend-unit', unit, reason }, [officers[0]]);
    await carryOut(custody, { type: 'reinstate-unit', unit, reason }, officers);
    await comeBack(custody, member);
    await expect(ask(byMember, other.chapters, member)).rejects.toMatchObject({ refusal: 'grant-ended' });
    await expect(ask(onUnit, own.chapters, central)).rejects.toMatchObject({ refusal: 'grant-ended' });
    expect((await ask(beside, other.chapters, central)).keys).toHaveLength(2);
    expect((await endOf(byMember)).because).toBe('unit-suspended');
    expect((await endOf(onUnit)).because).toBe('unit-suspended');
  });

  test('an exam’s suspension, the end of an assignment, another role, replaced passkeys', async () => {
    const { officers, administrator } = custody.founders;
    const stops = [
      [
        'exam-suspended',
        (own: string) => carryOut(custody, { type: 'suspend-exam', exam: own, reason }, [officers[0]]),
      ],
      [
        'not-assigned',
        (own: string, subject: string) => carryOut(custody, { type: 'unassign', exam: own, subject }, [administrator]),
      ],
      [
        'role-missing',
        (_: string, subject: string) =>
          carryOut(custody, { type: 'change-roles', subject, roles: ['custodian'], unit: null }, officers),
      ],
      [
        'representative-inactive',
        (_: string, subject: string) => carryOut(custody, { type: 'replace-passkeys', subject, reason }, officers),
      ],
    ] as const;
    for (const [because, stop] of stops) {
      const own = await publish();
      const who = await enrolRepresentative(custody, `Reviewer ${++number}`, [own]);
      const { attempt, chapters } = await registerAttempt(custody, own, nextCandidate());
      const grant = await openGrant(custody, who, attempt, recipient);
      await ask(grant, chapters, who);
      await stop(own, who.id);
      await expect(ask(grant, chapters, who), because).rejects.toThrow();
      expect((await endOf(grant)).because).toBe(because);
    }
  });

  test('signing out, of that person’s views only', async () => {
    const leaving = await enrolRepresentative(custody, 'Leaving Reviewer', [exam]);
    const { attempt, chapters } = await registerAttempt(custody, exam, nextCandidate());
    const [mine, theirs] = [
      await openGrant(custody, leaving, attempt, recipient),
      await openGrant(custody, reviewer, attempt, recipient),
    ];
    await custody.room.endSession(leaving.session);
    expect((await endOf(mine)).because).toBe('signed-out');
    await expect(ask(mine, chapters, leaving)).rejects.toMatchObject({ code: 'not-signed-in' });
    expect((await ask(theirs, chapters)).keys).toHaveLength(2);
    const { room, roomOrigin } = custody;
    const { options } = await room.signInOptions();
    const { session } = await room.signIn(leaving.key.touch(options.challenge, roomOrigin));
    expect(await room.grant(session, mine)).toMatchObject({ endedBecause: null, endedAt: expect.any(String) });
  });

  test('custody killed in the middle: the end that was not entered yet is entered at the next start', async () => {
    const { attempt, recording } = await registerAttempt(custody, exam, nextCandidate());
    const grant = await openGrant(custody, reviewer, attempt, recipient);
    await custody.room.viewing(reviewer.session, grant, { intervals: [{ recording, from: 0, to: 3 }] });
    await custody.whileDown((database) =>
      database
        .prepare(`UPDATE grants SET ended_at = ?, ended_because = 'closed' WHERE id = ?`)
        .run(new Date().toISOString(), grant),
    );
    expect(await endOf(grant)).toMatchObject({ because: 'closed', intervals: [{ recording, from: 0, to: 3 }] });
    await pause(1500);
    expect(entered('viewed').filter(({ body }) => body.grant === grant)).toHaveLength(1);
  });

  test('a suspension signed while keys are asked for without a pause: none comes behind it', async () => {
    const own = await publish();
    const who = await enrolRepresentative(custody, 'Hasty Reviewer', [own]);
    const { attempt, chapters } = await registerAttempt(custody, own, nextCandidate(), 5);
    const grant = await openGrant(custody, who, attempt, recipient);
    // At any moment some of them wait for the token, with all checks behind them.
    const askOn = async (): Promise<Error> => {
      for (;;) {
        const refused = await ask(grant, chapters, who).then(
          () => undefined,
          (error: Error) => error,
        );
        if (refused) return refused;
      }
    };
    const asking = Promise.all(Array.from({ length: 16 }, askOn));
    await expect.poll(() => entered('released').length, { timeout: 10_000 }).toBeGreaterThan(0);
    await carryOut(custody, { type: 'suspend-exam', exam: own, reason }, [custody.founders.officers[0]]);
    for (const refused of await asking) expect(refused).toMatchObject({ refusal: 'exam-suspended' });
    const suspended = entered('exam-suspended')[0]!.number;
    const late = entered('released').filter((entry) => entry.number > suspended);
    expect(late).toEqual([]);
  });
});

describe('a standing grant', () => {
  const analysis = () => {
    const dispatcher = new Agent({ connect: { socketPath: join(custody.data, 'sockets/analysis.sock') } });
    const fetch = ((input: string, init: object) => undiciFetch(input, { ...init, dispatcher })) as never;
    return hc<AnalysisProtocol>('http://custody', { fetch });
  };

  /** As the program will ask, over its own socket. */
  async function demand(grant: string, attempt: string, chapters: readonly Envelope[], digest = recipient.digest) {
    const answer = await analysis()['standing-grants'][':grant'].releases.$post({
      param: { grant },
      json: { attempt, recipient: digest, chapters: plain(chapters) },
    });
    return (await answer.json()) as { keys?: { key: string; chapter: number }[]; error?: string };
  }

  const proposal = (on: string, extent: 'least-view' | 'all', minutes = 60) => ({
    ...{ type: 'standing-grant' as const, exam: on, extent, purpose: 'integrity-review' as const },
    justification: 'Sound levels are measured.',
    recipient: recipient.spki,
    until: new Date(Date.now() + minutes * 60_000).toISOString(),
  });

  const sign = async (on: string, extent: 'least-view' | 'all', minutes?: number) => {
    const { act } = await carryOut(custody, proposal(on, extent, minutes), custody.founders.officers);
    return act;
  };

  test('takes two people, and gives the program the keys of what is recorded later, each release entered', async () => {
    const [first] = custody.founders.officers;
    const alone = await carryOut(custody, proposal(exam, 'all'), [first]);
    expect(alone.applied).toBe(false);
    const { attempt, chapters } = await registerAttempt(custody, exam, nextCandidate());
    expect((await demand(alone.act, attempt, chapters)).error).toBe('not-found');
    const grant = await sign(exam, 'all');
    const later = await registerAttempt(custody, exam, nextCandidate());
    const { keys } = await demand(grant, later.attempt, later.chapters);
    for (const [index, { key }] of keys!.entries()) {
      expect((await recipient.unwrap(key)).equals(later.chapters[index]!.key)).toBe(true);
    }
    const [released] = (await custody.web.accesses(later.attempt)).accesses;
    expect(released).toMatchObject({ kind: 'released', by: 'A program, by standing permission' });
    expect(entered('standing-granted')).toHaveLength(1);
  });

  test('opens nothing of another exam, for another key, or by a person’s grant', async () => {
    const grant = await sign(exam, 'all');
    const foreign = await registerAttempt(custody, await publish(), nextCandidate());
    expect((await demand(grant, foreign.attempt, foreign.chapters)).error).toBe('envelope-foreign');
    const own = await registerAttempt(custody, exam, nextCandidate());
    const other = await makeRecipient((await custody.room.state()).algorithm!);
    expect((await demand(grant, own.attempt, own.chapters, other.digest)).error).toBe('recipient-differs');
    const personal = await openGrant(custody, reviewer, own.attempt, recipient);
    expect((await demand(personal, own.attempt, own.chapters)).error).toBe('not-found');
    expect((await demand(grant, own.attempt, foreign.chapters)).error).toBe('envelope-foreign');
  });

  test('with the least view gets what is drawn for it, and the same again', async () => {
    const sparing = await publish({ leastView: { chaptersAround: 0, drawn: 2 } });
    const grant = await sign(sparing, 'least-view');
    const { attempt, chapters } = await registerAttempt(custody, sparing, nextCandidate(), 8);
    const got = async () => {
      const open = [];
      for (const one of chapters) if ((await demand(grant, attempt, [one])).keys) open.push(one.chapter);
      return open;
    };
    const first = await got();
    expect(first).toHaveLength(2);
    expect(await got()).toEqual(first);
  });

  test('ends with its time, and with the exam’s suspension for good', async () => {
    const own = await publish();
    const { attempt, chapters } = await registerAttempt(custody, own, nextCandidate());
    const brief = await sign(own, 'all', 0.05);
    await pause(3200);
    expect((await demand(brief, attempt, chapters)).error).toBe('grant-ended');
    const grant = await sign(own, 'all');
    expect((await demand(grant, attempt, chapters)).keys).toHaveLength(2);
    const { officers } = custody.founders;
    await carryOut(custody, { type: 'suspend-exam', exam: own, reason }, [officers[0]]);
    expect((await demand(grant, attempt, chapters)).error).toBe('exam-suspended');
    await carryOut(custody, { type: 'reinstate-exam', exam: own, reason }, officers);
    expect((await demand(grant, attempt, chapters)).error).toBe('grant-ended');
  });

  test('cannot be signed for longer than a year, or for a time that is over', async () => {
    for (const minutes of [-1, 367 * 24 * 60]) {
      await expect(
        custody.room.proposeAct(custody.founders.officers[0].session, proposal(exam, 'all', minutes)),
      ).rejects.toMatchObject({ code: 'malformed' });
    }
  });
});
