import { generateKeyPairSync, hash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectRoom } from '../app/custody/client.ts';
import type { RoomConfig, WebConfig } from '../app/config.ts';
import { examOrigin } from '../app/exam-origin.ts';
import { roomOrigin } from '../app/room-origin.ts';
import { staffOrigin } from '../app/staff-origin.ts';
import type { AttemptStart, RecordingState } from '../app/wire.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import { type Answer, type Appliance, ask, attemptOf, cookieOf, startAppliance } from './appliance.ts';
import { carryOut, inviteReviewer, makeRecipient, openDesk, releaseOf, wrapChapterKey } from './custody-process.ts';
import { segmentBody } from './recording-segments.ts';
import { SecurityKey } from './security-key.ts';
import { openWebParts } from './web-parts.ts';

type Place = 'exam' | 'staff' | 'room';

/** What a route answers, case by case. A case that a route cannot have is left out on purpose and says why in `without`. */
interface Row {
  /** Without any session. */
  nobody: number;
  /** With the session of another test taker, or of a representative who is not assigned to the exam. */
  other?: number;
  /** The right person, an object that does not exist. */
  missing?: number;
  /** The right person, a body of another shape. */
  malformed?: number;
  /** The right person, a body over every limit. */
  oversized?: number;
  /** How many bytes that body has, where it is more than usual. */
  oversize?: number;
  /** Content type of bodies, where it is not JSON. */
  type?: string;
  /** The right person is a privacy officer. */
  officer?: true;
  /** The right person is an exam administrator; the other one a reviewer of the exam. */
  administrator?: true;
  /** The exam is one that is being set up. */
  draft?: true;
}

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
/** A body of 5 MiB is what is too large for it. */
const UPLOAD_TYPE = 'multipart/form-data; boundary=edge';
const FREE_PAGE: Row = { nobody: 200 };
/** What only who answers for the register may see; to everybody else it is not there. */
const REGISTER_PAGE: Row = { nobody: 303, other: 404, officer: true };
const REGISTER_OBJECT: Row = { ...REGISTER_PAGE, missing: 404 };
const REGISTER_FORM: Row = { nobody: 401, other: 404, malformed: 400, oversized: 413, type: FORM_TYPE, officer: true };

/** What only who sets exams up may do; to everybody else it is not there. */
const DRAFT_FORM: Row = {
  ...{ nobody: 401, other: 404, missing: 404, malformed: 400, oversized: 413 },
  ...{ type: FORM_TYPE, administrator: true, draft: true },
};
/** What only the exam administrators of an exam's unit may see and do. */
const ROSTER_PAGE: Row = { nobody: 401, other: 404, missing: 404, administrator: true };
const ROSTER_FORM: Row = { ...ROSTER_PAGE, malformed: 400, oversized: 413, type: FORM_TYPE };
const ROSTER_UPLOAD: Row = { ...ROSTER_FORM, type: UPLOAD_TYPE };

/** The page and the form of each change that can be proposed. */
function changes(path: string, names: string[]): Record<string, Row> {
  return Object.fromEntries(
    names.flatMap((name) => [
      [`GET ${path}/${name}`, REGISTER_OBJECT],
      [`POST ${path}/${name}`, { ...REGISTER_FORM, missing: 404 }],
    ]),
  );
}

/** Every route of every origin. A route that is missing here fails the test, and so does a line without a route. */
const TABLE: Record<Place, Record<string, Row>> = {
  exam: {
    'GET /health': FREE_PAGE,
    'GET /': FREE_PAGE,
    'GET /demonstration': FREE_PAGE,
    'GET /check': FREE_PAGE,
    'GET /charter': FREE_PAGE,
    'POST /language': { nobody: 400, malformed: 400, oversized: 413, type: FORM_TYPE },
    'GET /attempt/check': { nobody: 401, other: 200 },
    // The other one's attempt runs.
    'GET /attempt/practice': { nobody: 401, other: 409 },
    // Anybody may have their line measured; a malformed body is as welcome as any: it is thrown away.
    'PUT /practice/segments/:number': { nobody: 201, missing: 404, oversized: 413, type: 'application/octet-stream' },
    'GET /reports': FREE_PAGE,
    'GET /reports/new': FREE_PAGE,
    // Anybody may report; what is no form of ours has no number.
    'POST /reports': { nobody: 400, malformed: 400, oversized: 413, type: FORM_TYPE },
    'POST /reports/number': { nobody: 400, malformed: 400, oversized: 413, type: FORM_TYPE },
    'POST /reports/answer': { nobody: 400, malformed: 400, oversized: 413, type: FORM_TYPE },
    'GET /assets/:name': { nobody: 200, missing: 404 },
    'GET /ledger/*': { nobody: 200, missing: 404 },
    'GET /i/:token': { nobody: 303, missing: 404 },
    'GET /attempt': { nobody: 401, other: 200 },
    'GET /attempt/recorder': { nobody: 401, other: 200 },
    'GET /attempt/start': { nobody: 401, other: 404 },
    'PUT /attempt/condition': { nobody: 401, other: 404, malformed: 400, oversized: 413 },
    'GET /attempt/receipt': { nobody: 401, other: 404 },
    'GET /attempt/arrangements': { nobody: 401, other: 200 },
    // To ask is everybody's own right: the other one asks for themselves, for nothing.
    'POST /attempt/arrangements': { nobody: 401, other: 400, malformed: 400, oversized: 413, type: FORM_TYPE },
    'POST /attempt/arrangements/:request/words/removal': { nobody: 401, other: 404, missing: 404, type: FORM_TYPE },
    'POST /attempt/incidents': { nobody: 401, other: 404, malformed: 400, oversized: 413 },
    'GET /attempt/password': { nobody: 401, other: 404 },
    // The exam of this setting is elsewhere: nothing is handed in there, and tests/hand-ins.test.ts has what is refused of a body.
    'GET /attempt/hand-ins': { nobody: 401, other: 404 },
    'POST /attempt/hand-ins': { nobody: 401, other: 404 },
    'GET /attempt/documents/:digest': { nobody: 401, other: 404, missing: 404 },
    'POST /attempt': { nobody: 401, other: 404, malformed: 400, oversized: 413 },
    'POST /attempt/seal': { nobody: 401, other: 404, malformed: 400, oversized: 413 },
    'POST /recordings': { nobody: 401, other: 404, malformed: 400, oversized: 413 },
    'PUT /recordings/:recording/segments/:number': {
      nobody: 401,
      other: 404,
      missing: 404,
      malformed: 400,
      oversized: 413,
      type: 'application/octet-stream',
    },
    'PUT /recordings/:recording/chapters/:chapter/envelope': {
      nobody: 401,
      other: 404,
      missing: 404,
      malformed: 400,
      oversized: 413,
    },
    'PUT /recordings/:recording/chapters/:chapter/signature': {
      nobody: 401,
      other: 404,
      missing: 404,
      malformed: 400,
      oversized: 413,
    },
    'POST /recordings/:recording/gaps': { nobody: 401, other: 404, missing: 404, malformed: 400, oversized: 413 },
  },
  staff: {
    'GET /health': FREE_PAGE,
    'GET /': { nobody: 401, other: 200 },
    'GET /exams/new': { nobody: 401, other: 404 },
    'POST /exams': { nobody: 401, other: 404, malformed: 400, oversized: 413, type: FORM_TYPE, administrator: true },
    'GET /exams/:exam/draft': { nobody: 401, other: 404, missing: 404, administrator: true, draft: true },
    'POST /exams/:exam/draft': DRAFT_FORM,
    'POST /exams/:exam/draft/preview': DRAFT_FORM,
    'POST /exams/:exam/publication': DRAFT_FORM,
    'POST /exams/:exam/publication/withdrawal': {
      ...{ nobody: 401, other: 404, missing: 404, type: FORM_TYPE, administrator: true, draft: true },
    },
    'GET /exams/:exam/revision': ROSTER_PAGE,
    'POST /exams/:exam/revision': ROSTER_FORM,
    'POST /exams/:exam/revision/preview': ROSTER_FORM,
    'POST /exams/:exam/revision/proposal': ROSTER_FORM,
    'POST /exams/:exam/revision/withdrawal': { ...ROSTER_PAGE, type: FORM_TYPE },
    'POST /exams/:exam/revision/removal': { ...ROSTER_PAGE, type: FORM_TYPE },
    'GET /exams/:exam/documents': { nobody: 401, other: 404, missing: 404, administrator: true, draft: true },
    'POST /exams/:exam/documents': { ...DRAFT_FORM, type: UPLOAD_TYPE, oversize: 21 * 2 ** 20 },
    'GET /exams/:exam/documents/:document': { nobody: 401, other: 404, missing: 404, administrator: true, draft: true },
    'POST /exams/:exam/documents/:document/removal': {
      ...{ nobody: 401, other: 404, missing: 404, type: FORM_TYPE, administrator: true, draft: true },
    },
    'GET /exams/:exam/hand-ins': ROSTER_PAGE,
    'GET /exams/:exam/hand-ins/:handIn': ROSTER_PAGE,
    'GET /exams/:exam/password': { nobody: 401, other: 404, missing: 404, administrator: true, draft: true },
    'POST /exams/:exam/password': DRAFT_FORM,
    'POST /exams/:exam/copies': {
      ...{ nobody: 401, other: 404, missing: 404, type: FORM_TYPE, administrator: true, draft: true },
    },
    'GET /exams/:exam': { nobody: 401, other: 404, missing: 404 },
    'GET /exams/:exam/roster': { nobody: 401, other: 404, missing: 404 },
    'GET /exams/:exam/sitting': ROSTER_PAGE,
    'GET /exams/:exam/sitting/attendance': ROSTER_PAGE,
    'GET /exams/:exam/extensions/new': ROSTER_PAGE,
    'POST /exams/:exam/extensions': ROSTER_FORM,
    'GET /exams/:exam/extensions/:act': ROSTER_PAGE,
    'GET /exams/:exam/import': ROSTER_PAGE,
    'POST /exams/:exam/import/preview': ROSTER_UPLOAD,
    'POST /exams/:exam/import': ROSTER_UPLOAD,
    // A published exam's roster stands at the exam's own address.
    'GET /exams/:exam/test-takers': { nobody: 401, other: 404, missing: 404 },
    'GET /exams/:exam/test-takers/new': ROSTER_PAGE,
    'POST /exams/:exam/test-takers': ROSTER_FORM,
    'GET /exams/:exam/test-takers/:testTaker': ROSTER_PAGE,
    'POST /exams/:exam/test-takers/:testTaker/address': ROSTER_FORM,
    'POST /exams/:exam/test-takers/:testTaker/removal': { ...ROSTER_PAGE, type: FORM_TYPE },
    'GET /exams/:exam/invitations': ROSTER_PAGE,
    'POST /exams/:exam/invitations': ROSTER_FORM,
    'GET /exams/:exam/mails': ROSTER_PAGE,
    'GET /exams/:exam/mails/standing': ROSTER_PAGE,
    'POST /exams/:exam/mails': ROSTER_FORM,
    // Mail is not set up in this setting.
    'GET /exams/:exam/mails/tests': ROSTER_PAGE,
    'POST /exams/:exam/mails/tests': ROSTER_FORM,
    'POST /exams/:exam/mails/withdrawal': { ...ROSTER_PAGE, type: FORM_TYPE },
    'GET /arrangements': { nobody: 401, other: 404, administrator: true },
    'GET /arrangements/:request': ROSTER_PAGE,
    'POST /arrangements/:request/grant': ROSTER_FORM,
    'POST /arrangements/:request/refusal': ROSTER_FORM,
    'POST /arrangements/:request/withdrawal': { ...ROSTER_PAGE, type: FORM_TYPE },
    'GET /assets/:name': { nobody: 200, missing: 404 },
    'POST /session': { nobody: 400, malformed: 400, oversized: 413, type: FORM_TYPE },
    'POST /session/end': { nobody: 303 },
  },
  room: {
    'GET /health': FREE_PAGE,
    'GET /': FREE_PAGE,
    'GET /assets/:name': { nobody: 200, missing: 404 },
    'GET /enrolments/:token': { nobody: 200, missing: 404 },
    'POST /enrolments/options': { nobody: 400, malformed: 400, oversized: 413 },
    'POST /enrolments': { nobody: 400, malformed: 400, oversized: 413 },
    'POST /sign-ins': { nobody: 200 },
    'POST /session': { nobody: 400, malformed: 400, oversized: 413 },
    'POST /session/end': { nobody: 303 },
    'GET /desk': { nobody: 303, other: 200 },
    'GET /attempts': { nobody: 303, other: 200 },
    // Nothing is chosen.
    'GET /batches/new': { nobody: 303, other: 400 },
    'GET /attempts/:attempt': { nobody: 303, other: 404, missing: 404 },
    'POST /acts': { nobody: 401, other: 403, malformed: 400, oversized: 413 },
    'GET /acts/:act': { nobody: 303, other: 404, missing: 404 },
    'POST /acts/:act/signature': { nobody: 401, other: 403, missing: 404, malformed: 400, oversized: 413 },
    'POST /acts/:act/withdrawal': { nobody: 401, other: 404, missing: 404, type: FORM_TYPE },
    'GET /representatives': REGISTER_PAGE,
    'GET /representatives/new': REGISTER_PAGE,
    'POST /representatives': REGISTER_FORM,
    'GET /representatives/:representative': REGISTER_OBJECT,
    ...changes('/representatives/:representative', ['roles', 'suspension', 'reinstatement', 'passkeys']),
    'GET /units': REGISTER_PAGE,
    'POST /units': REGISTER_FORM,
    'GET /units/:unit': REGISTER_OBJECT,
    ...changes('/units/:unit', ['suspension', 'reinstatement']),
    'GET /exams': { nobody: 303, other: 200 },
    'GET /exams/:exam': REGISTER_OBJECT,
    'POST /exams/:exam/assignments': { ...REGISTER_FORM, missing: 404 },
    'POST /exams/:exam/assignments/:representative/end': {
      nobody: 401,
      other: 404,
      missing: 404,
      type: FORM_TYPE,
      officer: true,
    },
    ...changes('/exams/:exam', ['rules', 'standing-grant', 'suspension', 'reinstatement', 'key-destruction']),
    'GET /reports': REGISTER_PAGE,
    'GET /reports/:report': REGISTER_OBJECT,
    'POST /reports/:report/answer': { ...REGISTER_FORM, missing: 404 },
    'GET /tickets': { nobody: 303, other: 200 },
    'POST /tickets': { nobody: 401, other: 200, type: FORM_TYPE },
    'GET /grants/:grant': { nobody: 303, other: 404, missing: 404 },
    'GET /grants/:grant/standing': { nobody: 401, other: 404, missing: 404 },
    'GET /grants/:grant/recordings/:recording/segments/:number': { nobody: 401, other: 404, missing: 404 },
    'POST /grants/:grant/releases': { nobody: 401, other: 404, missing: 404, malformed: 400, oversized: 413 },
    'PUT /grants/:grant/viewing': { nobody: 401, other: 404, missing: 404, malformed: 400, oversized: 413 },
    'POST /grants/:grant/faults': { nobody: 401, other: 404, missing: 404, malformed: 400, oversized: 413 },
    'POST /grants/:grant/end': { nobody: 401, other: 404, missing: 404, type: FORM_TYPE },
  },
};

let appliance: Appliance;
/** The right session and the other one, per origin. */
const cookies: Record<Place, { right: string; other: string }> = {
  exam: { right: '', other: '' },
  staff: { right: '', other: '' },
  room: { right: '', other: '' },
};
/** The session of a privacy officer in the room. */
let officer = '';
/** The session of an exam administrator at the staff origin, and a draft of theirs. */
let administrator = '';
let draft = '';
const rightOf = (place: Place, row: Row) =>
  row.officer ? officer : row.administrator ? administrator : cookies[place].right;
/** A reviewer sees the exam, and still nothing of what its administrators do. */
const otherOf = (place: Place, row: Row) => (row.administrator ? cookies[place].right : cookies[place].other);
/** What stands for each parameter when it exists. */
const real: Record<string, string> = { name: 'cloister.css', '*': 'checkpoint', number: '0', chapter: '0' };
/** A good body per route, so that only what is tested is wrong. */
const good: Record<string, unknown> = {};

beforeAll(async () => {
  appliance = await startAppliance();
  const { exam, room, staff } = appliance;
  const send = (origin: string, method: string, path: string, cookie: string, body?: unknown) =>
    ask(origin, path, {
      method,
      headers: { origin, cookie, 'content-type': JSON_TYPE, accept: JSON_TYPE },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const json = <T>(answer: Answer): T => JSON.parse(answer.body.toString()) as T;

  for (const [index, who] of (['right', 'other'] as const).entries()) {
    const link = new URL(appliance.testTakers[index]?.link ?? '');
    cookies.exam[who] = cookieOf(await ask(exam, link.pathname));
    if (who === 'right') real.invitation = link.pathname.split('/').at(-1) as string;
  }
  const asked = await ask(exam, '/attempt/arrangements', {
    method: 'POST',
    headers: { origin: exam, cookie: cookies.exam.right, 'content-type': FORM_TYPE },
    body: new URLSearchParams({ 'needs[]': 'breaks' }).toString(),
  });
  expect(asked.status).toBe(303);
  const newKey = () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .publicKey.export({ format: 'der', type: 'spki' })
      .toString('base64url');
  const spki = newKey();
  const key = hash('sha256', Buffer.from(spki, 'base64url'), 'base64url');
  const start = json<AttemptStart>(
    await send(exam, 'POST', '/attempt', cookies.exam.right, {
      attempt: await attemptOf(exam, cookies.exam.right),
      publicKey: spki,
    }),
  );
  // The other one's attempt runs as well: what keeps them apart is whose recording it is.
  const others = { attempt: await attemptOf(exam, cookies.exam.other), publicKey: newKey() };
  expect((await send(exam, 'POST', '/attempt', cookies.exam.other, others)).status).toBe(201);
  const begun = {
    attempt: start.attempt,
    key,
    source: 'camera',
    mimeType: 'video/webm',
    startedAt: new Date().toISOString(),
  };
  const { recording } = json<RecordingState>(await send(exam, 'POST', '/recordings', cookies.exam.right, begun));
  Object.assign(real, { attempt: start.attempt, recording, exam: start.exam });
  const where = { exam: start.exam, attempt: start.attempt, recording, chapter: 0 };
  const envelope = wrapChapterKey(start.examKey, where, Buffer.alloc(32, 7));
  await send(exam, 'PUT', `/recordings/${recording}/chapters/0/envelope`, cookies.exam.right, envelope);
  const stored = await ask(exam, `/recordings/${recording}/segments/0`, {
    method: 'PUT',
    headers: { origin: exam, cookie: cookies.exam.right, 'content-type': 'application/octet-stream' },
    body: segmentBody(recording, 0),
  });
  expect(stored.status).toBe(201);

  real.enrolment = (appliance.enrol[0] ?? '').split('/').at(-1) as string;
  const desk = await openDesk(appliance.data, room);
  const [first] = desk.founders.officers;
  officer = `__Host-room=${first.session}`;
  const { made } = await carryOut(desk, { type: 'register-unit', name: 'Faculty of Law' }, [first]);
  const outsider = await inviteReviewer(desk, 'Olaf Outside', []);
  await desk.web.fileReport({
    ...{ number: '0'.repeat(32), use: 'other', words: 'Something happened.', page: '/', language: 'en' },
    ...{ exam: null, namedExam: null, reporter: { as: 'anybody' } },
  });
  real.report = (await desk.room.reports(first.session)).reports[0]?.report ?? '';
  Object.assign(real, { unit: made.unit, representative: outsider.representative });
  const enterStaff = async (ticket: string) =>
    cookieOf(
      await ask(staff, '/session', {
        method: 'POST',
        headers: { origin: room, 'content-type': FORM_TYPE },
        body: new URLSearchParams({ ticket }).toString(),
      }),
    );
  const links = { right: (appliance.enrol[2] ?? '').split('/').at(-1) as string, other: outsider.enrolment };
  const keys = { right: new SecurityKey(), other: new SecurityKey() };
  for (const who of ['right', 'other'] as const) {
    const token = links[who];
    const { options } = json<{ options: never }>(await send(room, 'POST', '/enrolments/options', '', { token }));
    cookies.room[who] = cookieOf(
      await send(room, 'POST', '/enrolments', '', { token, response: keys[who].enrol(options, room) }),
    );
    const page = await ask(room, '/tickets', {
      method: 'POST',
      headers: { origin: room, cookie: cookies.room[who], 'content-type': FORM_TYPE },
    });
    const ticket = /name="ticket" value="([^"]+)"/.exec(page.body.toString())?.[1] ?? '';
    cookies.staff[who] = await enterStaff(ticket);
  }
  administrator = await enterStaff((await desk.room.ticket(desk.founders.administrator.session)).ticket);
  real.testTaker = appliance.testTakers[2]?.id ?? '';
  const open = await ask(staff, '/arrangements', { headers: { cookie: administrator, accept: 'text/html' } });
  real.request = /href="\/arrangements\/([0-9a-f-]{36})"/.exec(open.body.toString())?.[1] ?? '';
  const begunDraft = await ask(staff, '/exams', {
    method: 'POST',
    headers: { origin: staff, cookie: administrator, 'content-type': FORM_TYPE, accept: 'text/html' },
    body: new URLSearchParams({ title: 'Rhetoric', template: 'oral' }).toString(),
  });
  draft = /^\/exams\/([^/]+)\/draft$/.exec(begunDraft.headers.location as string)?.[1] ?? '';
  const added = await ask(staff, `/exams/${draft}/documents`, {
    method: 'POST',
    headers: { origin: staff, cookie: administrator, 'content-type': UPLOAD_TYPE },
    body: '--edge\r\nContent-Disposition: form-data; name="file"; filename="notes.txt"\r\n\r\nNotes.\r\n--edge--\r\n',
  });
  expect(added.status).toBe(303);
  const gathered = await ask(staff, `/exams/${draft}/documents`, { headers: { cookie: administrator } });
  real.document = /\/documents\/([-0-9a-f]{36})"/.exec(gathered.body.toString())?.[1] ?? '';
  real.handIn = randomUUID();
  real.digest = hash('sha256', 'Notes.', 'base64url');
  const recipient = await makeRecipient('RSA-OAEP');
  const proposal = releaseOf(start.attempt, recipient.spki);
  const propose = async () =>
    json<{ act: string; options: { challenge: string } }>(
      await send(room, 'POST', '/acts', cookies.room.right, proposal),
    );
  const [granted, unsigned] = [await propose(), await propose()];
  const signature = { response: keys.right.touch(granted.options.challenge, room) };
  expect((await send(room, 'POST', `/acts/${granted.act}/signature`, cookies.room.right, signature)).status).toBe(200);
  Object.assign(real, { grant: granted.act, act: unsigned.act });
  Object.assign(good, {
    'POST /attempt': { attempt: start.attempt, publicKey: spki },
    'PUT /attempt/condition': { attempt: start.attempt, phase: 'recording', lacks: [], waitingSeconds: 0 },
    'POST /attempt/seal': {
      statement: JSON.stringify({
        attempt: start.attempt,
        endedAt: new Date().toISOString(),
        exam: start.exam,
        recordings: [],
        type: 'seal',
      }),
      signature: 'A'.repeat(86),
    },
    'POST /attempt/incidents': {
      statement: JSON.stringify({
        ...{ attempt: start.attempt, chapter: 0, from: 1, kind: 'left-page', recording, to: 2, type: 'incident' },
      }),
      signature: 'A'.repeat(86),
    },
    'POST /recordings': begun,
    'PUT /recordings/:recording/segments/:number': segmentBody(recording, 0),
    'PUT /recordings/:recording/chapters/:chapter/envelope': envelope,
    'PUT /recordings/:recording/chapters/:chapter/signature': {
      statement: JSON.stringify({
        attempt: start.attempt,
        chapter: 0,
        digest: 'A'.repeat(43),
        first: 0,
        last: 0,
        missing: [],
        recording,
        type: 'chapter',
      }),
      signature: 'A'.repeat(86),
    },
    'POST /recordings/:recording/gaps': { from: 0, to: 1, cause: 'reload' },
    'POST /acts': proposal,
    'POST /acts/:act/signature': { response: keys.right.touch(unsigned.options.challenge, room) },
    'POST /grants/:grant/releases': { recipient: recipient.digest, chapters: [{ recording, chapter: 0 }] },
    'PUT /grants/:grant/viewing': { intervals: [] },
    'POST /grants/:grant/faults': { recording, segment: 0, fault: 'altered' },
  });
}, 60_000);

afterAll(() => appliance?.stop());

/** All routes, as hono knows them. */
function routesOf(): Record<Place, string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'routes-'));
  const assetFolder = join(import.meta.dirname, '../app/assets');
  const log = pino({ level: 'silent' });
  const origin = 'https://any.localhost';
  const shared = {
    CLOISTER_INSTITUTION: 'Any',
    CLOISTER_EXAM_ORIGIN: origin,
    CLOISTER_STAFF_ORIGIN: origin,
    CLOISTER_ROOM_ORIGIN: origin,
  };
  const config = { ...shared, CLOISTER_RECORDINGS: folder, CLOISTER_STAFF_NETWORKS: [] } as unknown as WebConfig;
  const db = openApplianceDatabase(':memory:');
  const web = openWebParts({ db, data: folder, folder, limits: { segment: 1, diskReserve: 0 } });
  const parts = { config, assetFolder, ...web };
  const room = roomOrigin({
    config: config as unknown as RoomConfig,
    custody: connectRoom(join(folder, 'room.sock')),
    assetFolder,
    log,
  });
  const list = (app: { routes: { method: string; path: string }[] }) => [
    ...new Set(app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`)),
  ];
  const routes = {
    exam: list(examOrigin(parts)),
    staff: list(staffOrigin({ ...parts, mailing: undefined })),
    room: list(room),
  };
  rmSync(folder, { recursive: true });
  return routes;
}

function pathOf(route: string, missing: boolean, row: Row): string {
  const path = route.slice(route.indexOf(' ') + 1);
  // The object is the first parameter: nothing else in the address is wrong.
  let first = true;
  return path.replaceAll(/:(\w+)|\*/g, (word, name: string | undefined) => {
    const wrong = missing && first;
    first = false;
    if (!wrong && name === 'token') return real[path.startsWith('/i/') ? 'invitation' : 'enrolment'] ?? '';
    if (!wrong && name === 'exam' && row.draft) return draft;
    if (!wrong) return real[name ?? word] ?? '';
    return name === 'name' || name === 'token' || !name ? 'nothing-of-this-name' : randomUUID();
  });
}

/** Whose pages post there. */
const originOf = (place: Place, route: string) =>
  route === 'POST /session' ? appliance[place === 'staff' ? 'room' : place] : appliance[place];

function request(
  place: Place,
  route: string,
  row: Row,
  cookie: string,
  given: { missing?: boolean; body?: string | Buffer; origin?: string } = {},
) {
  const method = route.split(' ')[0] as string;
  const unsafe = method !== 'GET';
  const fallback = good[route];
  const body =
    given.body ??
    (fallback instanceof Buffer || typeof fallback === 'string' ? fallback : JSON.stringify(fallback ?? {}));
  return ask(appliance[place], pathOf(route, given.missing ?? false, row), {
    method,
    headers: {
      cookie,
      accept: unsafe ? JSON_TYPE : 'text/html',
      ...(unsafe && { origin: given.origin ?? appliance[place], 'content-type': row.type ?? JSON_TYPE }),
    },
    ...(unsafe && { body: row.type === FORM_TYPE && !given.body ? '' : body }),
  });
}

const cases = (Object.keys(TABLE) as Place[]).flatMap((place) =>
  Object.entries(TABLE[place]).map(([route, row]) => ({ place, route, row })),
);

describe('every route', () => {
  test('stands in the table, and the table has no other', () => {
    const routes = routesOf();
    for (const place of ['exam', 'staff', 'room'] as const) {
      expect(Object.keys(TABLE[place]).sort(), place).toEqual(routes[place].sort());
    }
  });

  test('that takes an object says what happens when it is missing or somebody else’s', () => {
    const objects = /:(attempt|recording|exam|testTaker|request|act|grant|representative|unit|report)\b/;
    for (const { place, route, row } of cases) {
      if (!objects.test(route)) continue;
      expect(row.missing, `${place} ${route}`).toBe(404);
      expect(row.other, `${place} ${route}`).toBeDefined();
    }
  });

  test.each(cases)('$place $route answers nobody with $row.nobody', async ({ place, route, row }) => {
    expect((await request(place, route, row, '')).status).toBe(row.nobody);
  });

  test.each(cases.filter(({ row }) => row.other !== undefined))(
    '$place $route answers somebody else with $row.other',
    async ({ place, route, row }) => {
      expect((await request(place, route, row, otherOf(place, row))).status).toBe(row.other);
    },
  );

  test.each(cases.filter(({ row }) => row.missing !== undefined))(
    '$place $route answers $row.missing for what does not exist',
    async ({ place, route, row }) => {
      expect((await request(place, route, row, rightOf(place, row), { missing: true })).status).toBe(row.missing);
    },
  );

  test.each(cases.filter(({ row }) => row.malformed !== undefined))(
    '$place $route answers a malformed body with $row.malformed',
    async ({ place, route, row }) => {
      const origin = originOf(place, route);
      for (const body of ['{"unexpected":[1,2,3]}', '{"half":', '\u0000']) {
        const answer = await request(place, route, row, rightOf(place, row), { body, origin });
        expect(answer.status, body).toBe(row.malformed);
        if (row.type === FORM_TYPE || row.type === UPLOAD_TYPE) continue;
        expect(JSON.parse(answer.body.toString())).toMatchObject({
          message: expect.any(String),
          requestId: expect.any(String),
        });
      }
    },
  );

  test.each(cases.filter(({ row }) => row.oversized !== undefined))(
    '$place $route answers an oversized body with $row.oversized',
    async ({ place, route, row }) => {
      const origin = originOf(place, route);
      const large = route.includes('segments') || row.type === UPLOAD_TYPE;
      const body = Buffer.alloc(row.oversize ?? (large ? 5 * 2 ** 20 : 600 * 1024), 'a');
      expect((await request(place, route, row, rightOf(place, row), { body, origin })).status).toBe(row.oversized);
    },
  );

  test.each(cases.filter(({ route }) => !route.startsWith('GET')))(
    '$place $route stops a request from another origin',
    async ({ place, route, row }) => {
      const answer = await request(place, route, row, rightOf(place, row), { origin: 'https://elsewhere.example' });
      expect(answer.status).toBe(403);
    },
  );

  test.each(['exam', 'staff', 'room'] as const)(
    'of %s carries the headers that keep others’ code out',
    async (place) => {
      const { headers } = await ask(appliance[place], '/');
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect((await ask(appliance[place], '/', { headers: { host: 'rebound.example' } })).status).toBe(404);
    },
  );
});

describe('a release', () => {
  const release = (body: unknown) =>
    request('room', 'POST /grants/:grant/releases', {} as Row, cookies.room.right, { body: JSON.stringify(body) });

  test('goes to the browser that names the key of the act, and to no other', async () => {
    const asked = good['POST /grants/:grant/releases'] as { recipient: string };
    expect((await release(asked)).status).toBe(200);
    const { digest } = await makeRecipient('RSA-OAEP');
    const refused = await release({ ...asked, recipient: digest });
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.body.toString()).message).toMatch(/key/);
  });
});
