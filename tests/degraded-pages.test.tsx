import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Accesses } from '../app/attempts/accesses-view.tsx';
import { NoticePage } from '../app/attempts/notice-view.tsx';
import { termsOf } from '../app/attempts/terms.ts';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';
import { DEGRADED } from '../app/room/words.ts';
import { en } from '../app/words/en.ts';
import {
  type Enrolled,
  enrolRepresentative,
  makeRecipient,
  openGrant,
  policy,
  registerAttempt,
  releaseOf,
  requestOf,
  sha256,
  setup,
} from './custody-process.ts';
import { buildFaultyToken } from './faulty-token.ts';
import { openRoom } from './room-setting.ts';

/** What each act says of it, below its sentence. */
const DETAIL = {
  term: 'Release mode',
  value: expect.stringMatching(/^Degraded: chapter keys are in custody’s memory/),
};

let folder: string;
let room: Awaited<ReturnType<typeof openRoom>>;
let reviewer: Enrolled;
let sat: Awaited<ReturnType<(typeof room)['startAttempt']>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'degraded-'));
  const faulty = buildFaultyToken(folder);
  faulty.have('no-unwrap');
  room = await openRoom({ environment: { CLOISTER_PKCS11_MODULE: faulty.module, ...faulty.environment } });
  reviewer = await enrolRepresentative(room.custody, 'Ines Moreau', [room.exam]);
  sat = await room.startAttempt('T-1');
}, 60_000);
afterAll(async () => {
  await room?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a page of the room says, without its markup. */
async function read(path: string): Promise<string> {
  const headers = { cookie: `__Host-room=${reviewer.session}`, accept: 'text/html' };
  return (await (await fetch(room.origin + path, { headers })).text()).replaceAll(/<[^>]+>/g, ' ');
}

test('where a token cannot pass keys on by itself, each act that makes or releases some says so before it is signed', async () => {
  const { administrator, officers } = room.custody.founders;
  const { room: desk } = room.custody;
  const { spki } = await makeRecipient('RSA-OAEP');
  const release = await desk.proposeAct(reviewer.session, releaseOf(sat.attempt, spki));
  expect(release.sentence).toMatch(/in this browser only\. Degraded: chapter keys leave the token for a moment\.$/);
  expect(release.details).toContainEqual(DETAIL);
  const standing = await desk.proposeAct(officers[0].session, {
    ...{ type: 'standing-grant', exam: room.exam, extent: 'least-view', purpose: 'integrity-review', recipient: spki },
    ...{ justification: 'To find gaps.', until: new Date(Date.now() + 3_600_000).toISOString() },
  });
  expect(standing.sentence).toMatch(/Degraded: chapter keys leave the token for a moment\.$/);
  expect(standing.details.filter(({ term }) => term === 'Release mode')).toEqual([DETAIL]);
  const publication = await desk.proposeAct(administrator.session, {
    ...{ type: 'publish-exam', exam: crypto.randomUUID(), title: 'Rhetoric' },
    policy: { ...policy(), leastView: { chaptersAround: 1, drawn: 1 }, uploadHours: 1 },
    setup: setup(),
  });
  expect(publication.sentence).toMatch(/Degraded: chapter keys leave the token for a moment\.$/);
  expect(publication.details).toContainEqual(DETAIL);
  const told = Object.fromEntries(publication.details.map(({ term, value }) => [term, value]));
  expect(told['Recordings are taken until']).toBe('1 hour after it closes');
  expect(told['Shown without a further reason']).toBe(
    'Chapters in which the test taker’s browser noted an incident, with 1 chapter on each side, and 1 chapter that custody draws by lot',
  );
  const assignment = await desk.proposeAct(administrator.session, {
    ...{ type: 'unassign', exam: room.exam, subject: reviewer.id },
  });
  expect(assignment.details).toContainEqual(DETAIL);
});

test('so do the room’s pages, the ledger’s entry, and what the test taker reads before the exam and afterwards', async () => {
  const { custody, exam } = room;
  const recipient = await makeRecipient('RSA-OAEP');
  const { attempt, chapters } = await registerAttempt(custody, exam, 'T-2');
  expect(await read(`/exams/${exam}`)).toContain(DEGRADED);
  expect(await read(`/attempts/${attempt}`)).toContain(`${DEGRADED}.`);
  const grant = await openGrant(custody, reviewer, attempt, recipient);
  const asked = { recipient: recipient.digest, chapters: chapters.map(requestOf) };
  expect((await custody.room.release(reviewer.session, grant, asked)).keys).toHaveLength(chapters.length);
  expect(await read(`/grants/${grant}`)).toContain(DEGRADED);
  const log = await read(`/attempts/${attempt}`);
  expect(log.split(DEGRADED), 'before it is asked for, at the permission and at the keys').toHaveLength(4);
  expect(custody.entries().findLast(({ type }) => type === 'released')?.body).toMatchObject({
    releaseMode: 'host-transient',
    recipient: sha256(Buffer.from(recipient.spki, 'base64url')),
  });

  const { accesses } = await custody.web.accesses(attempt);
  const afterwards = String(<Accesses words={en} accesses={accesses} timesOf={() => []} />);
  expect(afterwards).toContain(en.notice.degraded);
  // Rules that draw more chapters than there are show all of it, and nobody is told that it was a part.
  expect(afterwards).toContain('All of it: </strong>2 of 2 chapters');
  const inside = accesses.map((one) => ({ ...one, releaseMode: one.releaseMode && ('in-token' as const) }));
  expect(String(<Accesses words={en} accesses={inside} timesOf={() => []} />)).not.toContain(en.notice.degraded);
  const { institution, title, setup } = DEMONSTRATION;
  const about = {
    reading: { words: en, path: '/attempt' },
    institution,
    name: 'Tessa Taker',
    exam: { id: exam, title, setup },
  };
  const rules = await custody.web.exam(exam);
  const shown = { arrangement: null, rules, terms: termsOf(rules), reports: [], now: Date.now() };
  expect(String(<NoticePage {...about} {...shown} />)).toContain(en.notice.degraded);
});
