import { type ChildProcess, fork } from 'node:child_process';
import { generateKeyPairSync, hash, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import canonicalize from 'canonicalize';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { enterExam } from '../app/exams/exam.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import { ACT_TYPES } from '../hsm/acts/definitions.ts';
import type { Custody } from '../hsm/custody.ts';
import { verifyFolder } from '../hsm/ledger/verify.ts';
import { analysisProtocol } from '../hsm/protocol/analysis.ts';
import { operatorProtocol } from '../hsm/protocol/operator.ts';
import { roomProtocol } from '../hsm/protocol/room.ts';
import { webProtocol } from '../hsm/protocol/web.ts';
import {
  approve,
  carryOut,
  changeStatus,
  comeBack,
  type Enrolled,
  enrol,
  enrolRepresentative,
  inviteReviewer,
  makeRecipient,
  openGrant,
  policy,
  publishExam,
  registerAttempt,
  releaseOf,
  requestOf,
  ROOM_ORIGIN,
  type RunningCustody,
  sha256,
  startCustody,
  wrapChapterKey,
  setup,
} from './custody-process.ts';
import { FULL } from './full.ts';
import type { Actions, Answered, Asked } from './hostile-web-driver.ts';
import { FLAGS, SecurityKey } from './security-key.ts';

/** Custody's memory at the most, whatever web does, in MiB of resident set, its token process not counted. Before the floods it has about 235. */
const MOST_MEMORY = 400;
/** Milliseconds that anybody else waits for an answer at the most, whatever web does. */
const PATIENCE = 5_000;

type Attempt = Awaited<ReturnType<typeof registerAttempt>>;

let custody: RunningCustody;
let hostile: Awaited<ReturnType<typeof startHostileWeb>>;
let exam: string;
/** Of a unit of its own: what is suspended here touches nobody else. */
let side: { exam: string; unit: string; attempt: Attempt; reviewer: Enrolled };
let reviewer: Enrolled;
let victim: Attempt;
/** What the tables spoil: an attempt of its own, since refusals are counted for each. */
let spoiled: Attempt;
let recipient: Awaited<ReturnType<typeof makeRecipient>>;
let firstPid: number;

beforeAll(async () => {
  custody = await startCustody();
  firstPid = custody.pid();
  exam = randomUUID();
  const rules = await publishExam(custody, { exam, title: 'Logic', policy: policy() });
  reviewer = await enrolRepresentative(custody, 'Ines Moreau', [exam]);
  victim = await registerAttempt(custody, exam, 'T-1', 12);
  spoiled = await registerAttempt(custody, exam, 'T-2', 3);
  recipient = await makeRecipient((await custody.room.state()).algorithm);

  const [officer] = custody.founders.officers;
  const { made } = await carryOut(custody, { type: 'register-unit', name: 'Faculty of Side' }, [officer]);
  const unit = made.unit as string;
  const sideExam = randomUUID();
  await publishExam(custody, { exam: sideExam, title: 'Side', policy: { ...policy(), unit } });
  const who = await enrolRepresentative(custody, 'Sid Side', [sideExam], { unit });
  side = { exam: sideExam, unit, attempt: await registerAttempt(custody, sideExam, 'S-1', 4), reviewer: who };

  // What web has of its own: a database with the exam and its test takers, and the recordings.
  const db = openApplianceDatabase(join(custody.data, 'appliance.db'));
  enterExam(db, rules);
  enterTestTaker(db, { exam, candidate: 'T-1', name: 'Tessa Taker' });
  db.$client.close();
  mkdirSync(join(custody.data, 'recordings', victim.attempt), { recursive: true });
  writeFileSync(join(custody.data, 'recordings', victim.attempt, `${victim.recording}.clr`), randomBytes(64));
  hostile = await startHostileWeb();
}, 60_000);

afterAll(async () => {
  await hostile?.stop();
  await custody?.stop();
});

async function startHostileWeb() {
  const held = ['sockets/web.sock', 'appliance.db', 'recordings'].map((path) => join(custody.data, path));
  const child: ChildProcess = fork(join(import.meta.dirname, 'hostile-web-driver.ts'), held, {
    env: { PATH: process.env.PATH },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  await once(child, 'message');
  const waiting = new Map<number, (outcome: never) => void>();
  child.on('message', ({ id, outcome }: { id: number; outcome: never }) => waiting.get(id)?.(outcome));
  let next = 0;
  function tell<K extends keyof Actions>(
    name: K,
    ...given: Parameters<Actions[K]>
  ): Promise<Awaited<ReturnType<Actions[K]>>> {
    const id = next++;
    return new Promise((resolve) => {
      waiting.set(id, resolve as (outcome: never) => void);
      child.send({ id, name, given: given[0] });
    });
  }
  return {
    tell,
    ask: (asked: Asked) => tell('ask', asked),
    post: (path: string, body: unknown) => tell('ask', { method: 'POST', path, body }),
    async stop() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

/** What a hostile room says, byte for byte. */
async function askRoom({ method, path, body, raw, headers }: Asked, session?: string): Promise<Answered> {
  const dispatcher = new Agent({ connect: { socketPath: join(custody.data, 'sockets/room.sock') } });
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const answer = await undiciFetch(`http://custody${path}`, {
    ...{ method, dispatcher },
    headers: {
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...(session && { 'x-cloister-session': session }),
      ...headers,
    },
    ...(text !== undefined && { body: text }),
  });
  const said = await answer.text();
  await dispatcher.close();
  const { error } = said.startsWith('{') ? (JSON.parse(said) as { error?: string }) : {};
  return { status: answer.status, error, text: said };
}

const refusals = (refusal: string, match: Record<string, unknown> = {}) =>
  custody
    .entries()
    .filter(({ type, body }) => type === 'refused' && body.refusal === refusal)
    .filter(({ body }) => Object.entries(match).every(([name, value]) => body[name] === value));

/** Has something tried, and sees it refused by this name, and entered if that is said. */
async function expectRefused(
  attack: () => Promise<unknown>,
  refusal: string,
  entered?: Record<string, unknown>,
): Promise<void> {
  const before = entered ? refusals(refusal, entered).length : 0;
  const outcome = await attack().then(
    (answer) => (answer as Answered | undefined)?.error ?? 'nothing refused it',
    (error: { refusal?: string }) => error.refusal ?? String(error),
  );
  expect(outcome).toBe(refusal);
  if (entered) expect(refusals(refusal, entered)).toHaveLength(before + 1);
}

const newKeys = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, spki: publicKey.export({ format: 'der', type: 'spki' }).toString('base64url') };
};

/** A statement as an attempt's browser signs it. */
function state(statement: object, key: KeyObject | undefined) {
  const text = canonicalize(statement) as string;
  const signature = key && sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return { statement: text, signature: signature?.toString('base64url') ?? '' };
}

const incidentOf = ({ attempt, recording }: { attempt: string; recording: string }, chapter: number) => ({
  ...{ type: 'incident', attempt, recording, chapter },
  ...{ from: 1, to: 2, kind: 'camera-covered' },
});

/** What a least view of an attempt covers just now. */
async function leastView(attempt: string, who = reviewer) {
  const grant = await openGrant(custody, who, attempt, recipient);
  const { chapters } = await custody.room.grant(who.session, grant);
  await custody.room.endGrant(who.session, grant);
  return chapters;
}

const releaseFrom = (
  grant: string,
  chapters: { recording: string; chapter: number; envelope: string }[],
  who = reviewer,
) => custody.room.release(who.session, grant, { recipient: recipient.digest, chapters });

/** Custody's own memory, as the kernel has it: now and at the most, MiB. */
function memoryOf(pid: number): { now: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]);
  return { now: kilobytes('VmRSS') / 1024, most: kilobytes('VmHWM') / 1024 };
}

const routesOf = (app: { routes: { method: string; path: string }[] }) => [
  ...new Set(app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`)),
];
// No route is asked here: only which there are.
const NO_CUSTODY = { seal: {} } as unknown as Custody;
const WEB_ROUTES = routesOf(webProtocol(NO_CUSTODY));

/** What web is answered that asks with everything right but one thing. */
interface Row {
  /** A body that fits the schema, of which each field is spoiled in turn. */
  good?: () => Record<string, unknown>;
  /** Its fields that may be null. */
  nullable?: string[];
  /** For an id of nothing, or of no id's form. */
  missing?: string;
  /** For a session that custody never gave. */
  stranger?: string;
  /** Where it gives nothing that web has not got, and takes nothing. */
  free?: number;
}

/** Every route that web has. One that is missing here fails the test. */
const TABLE: Record<string, Row> = {
  'GET /state': { free: 200 },
  // What the institution asks of all exams: its people read it in every refusal.
  'GET /house-rules': { free: 200 },
  'GET /exams/:exam': { missing: 'not-found' },
  'GET /exams/:exam/hold': { free: 200 },
  'POST /reports': {
    good: () => ({
      ...{
        number: randomBytes(16).toString('hex'),
        use: 'payment',
        words: 'Somebody asked me for money.',
        page: '/attempt',
      },
      ...{ language: 'en', exam, namedExam: null, reporter: { as: 'anybody' } },
    }),
    nullable: ['exam', 'namedExam'],
  },
  'POST /report-answers': { good: () => ({ number: randomBytes(16).toString('hex') }) },
  'POST /own-reports': { good: () => ({ exam, candidate: 'T-3' }) },
  'POST /attempts': {
    good: () => ({
      ...{ attempt: randomUUID(), exam, candidate: 'T-3', publicKey: spoiled.publicKey },
      takenAt: new Date().toISOString(),
    }),
  },
  'POST /chapters': { good: () => ({ envelope: spoiled.chapters[0]?.envelope }) },
  'POST /waited-chapters': { good: () => ({ envelopes: [spoiled.chapters[0]?.envelope] }) },
  'POST /attempts/:attempt/keys': {
    missing: 'not-found',
    good: () => ({ publicKey: newKeys().spki, takenAt: new Date().toISOString() }),
  },
  'POST /attempts/:attempt/seal': {
    missing: 'not-found',
    good: () =>
      state(
        { ...{ type: 'seal', exam, attempt: spoiled.attempt, recordings: [] }, endedAt: new Date().toISOString() },
        newKeys().privateKey,
      ),
  },
  'POST /attempts/:attempt/incidents': {
    missing: 'not-found',
    good: () => state(incidentOf(spoiled, 0), newKeys().privateKey),
  },
  'GET /attempts/:attempt/ending': { missing: 'not-found' },
  // Of an attempt that is not there it says that nothing happened; what there is it shows each test taker their own of.
  'GET /attempts/:attempt/accesses': { free: 200 },
  'POST /arrangement-requests': {
    good: () => ({ request: randomUUID(), exam, candidate: 'T-9', attempt: randomUUID() }),
  },
  'GET /arrangement-requests/:request': { missing: 'not-found' },
  'POST /proposals': {
    good: () => ({ type: 'publish-exam', exam: randomUUID(), title: 'Rhetoric', policy: policy(), setup: setup() }),
  },
  'GET /proposals/:act': { missing: 'not-found' },
  'DELETE /proposals/:act': { missing: 'not-found' },
  'GET /ledger/*': { missing: 'not-found' },
  // Who they are, and what they said: anybody may know.
  'GET /witnesses': { free: 200 },
  'POST /cosignatures': {
    good: () => ({ size: 1, line: `— observers.example/w1 ${randomBytes(76).toString('base64')}` }),
  },
  'POST /staff-sessions': {
    good: () => ({ ticket: randomBytes(32).toString('base64url') }),
    stranger: 'ticket-unknown',
  },
  'GET /staff-session': { stranger: 'session-unknown' },
  // Ending a session that is not there is no fault.
  'DELETE /staff-session': { free: 204 },
};
const ROWS = Object.entries(TABLE).map(([route, row]) => {
  const [method, path] = route.split(' ') as [string, string];
  return { route, method, path, ...row };
});
const withBody = ROWS.filter((row) => row.good !== undefined) as (Row &
  (typeof ROWS)[number] & { good: NonNullable<Row['good']> })[];

const pathOf = (path: string) => path.replace(':attempt', spoiled.attempt).replace(':exam', exam);

/** JSON in which arrays lie in arrays. */
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** What stands for a field's value that no field may have, as JSON. */
const SPOILED: Record<string, string> = {
  null: 'null',
  true: 'true',
  'a negative number': '-1',
  'a number out of range': '1e308',
  'a number beyond all': '1e999',
  'what is not a number': 'NaN',
  'an empty text': '""',
  'a control character': '"\\u0000"',
  'text that turns around': '"T-1\\u202e"',
  'half a character': '"\\ud800"',
  'a long text': `"${'x'.repeat(100_000)}"`,
  'an empty list': '[]',
  'an object': '{"toString":"x","length":43}',
  'a prototype': '{"__proto__":{"type":"release"}}',
  'lists in lists': deep(50_000),
};

describe('every route that web has', () => {
  test('stands in the table, and the table has no other', () => {
    expect(Object.keys(TABLE).sort()).toEqual(WEB_ROUTES.toSorted());
    for (const row of ROWS) {
      expect(Boolean(row.missing ?? row.good ?? row.stranger ?? row.free), row.route).toBe(true);
      if (!['GET', 'DELETE'].includes(row.method)) expect(row.good, `${row.route} takes a body`).toBeDefined();
    }
  });

  test.each(ROWS.filter(({ free }) => free !== undefined))('$route answers a stranger with $free', async (row) => {
    const answer = await hostile.ask({ method: row.method, path: pathOf(row.path) });
    expect(answer.status).toBe(row.free);
    if (row.path.endsWith('accesses')) {
      const nothing = row.path.replace(':attempt', randomUUID());
      expect(JSON.parse((await hostile.ask({ method: 'GET', path: nothing })).text)).toEqual({ accesses: [] });
    }
  });

  test.each(ROWS.filter(({ missing }) => missing !== undefined))(
    '$route finds nothing for what does not exist',
    async (row) => {
      for (const id of [
        randomUUID(),
        '..%2f..%2fcustody.db',
        '%00',
        'x'.repeat(5_000),
        '__proto__',
        "'%20OR%20'1'='1",
      ]) {
        const path = row.path.replace(/:\w+|\*/, id);
        const answer = await hostile.ask({ method: row.method, path, ...(row.good && { body: row.good() }) });
        expect([id.slice(0, 20), answer.error]).toEqual([id.slice(0, 20), row.missing]);
      }
    },
  );

  test.each(ROWS.filter(({ stranger }) => stranger !== undefined))(
    '$route gives nothing to who guesses',
    async (row) => {
      for (const session of [randomBytes(32).toString('base64url'), reviewer.session, '', 'null', 'x'.repeat(8_000)]) {
        const headers = { 'x-cloister-session': session };
        const answer = await hostile.ask({
          method: row.method,
          path: row.path,
          headers,
          ...(row.good && { body: row.good() }),
        });
        expect([answer.status, answer.error]).toEqual([401, row.stranger]);
      }
    },
  );

  test.each(withBody)('$route refuses a field that custody does not know', async ({ path, good }) => {
    const text = JSON.stringify(good()).slice(1);
    for (const more of [
      '"admin":true',
      '"type2":"release"',
      '"constructor":{"prototype":{"x":1}}',
      '"__proto__":{"admin":true}',
    ]) {
      const answer = await hostile.ask({ method: 'POST', path: pathOf(path), raw: `{${more},${text}` });
      expect([more, answer.status, answer.error]).toEqual([more, 400, 'malformed']);
    }
  });

  test.each(withBody)(
    '$route refuses each field spoiled, missing or of another kind',
    async ({ route, path, good, nullable = [] }) => {
      const fields = Object.keys(good());
      for (const field of fields) {
        const { [field]: _, ...rest } = good();
        const others = JSON.stringify(rest).slice(1, -1);
        for (const [name, value] of Object.entries(SPOILED)) {
          if (value === 'null' && nullable.includes(field)) continue;
          const raw = `{${others}${others && ','}${JSON.stringify(field)}:${value}}`;
          const { status, error } = await hostile.ask({ method: 'POST', path: pathOf(path), raw });
          const what = `${route}: ${field} is ${name}, answered ${status} ${error}`;
          expect(status >= 400 && status < 500 && error !== undefined, what).toBe(true);
        }
        if (field === 'takenAt') continue;
        const { status, error } = await hostile.ask({ method: 'POST', path: pathOf(path), body: rest });
        expect([field, status, error]).toEqual([field, 400, 'malformed']);
      }
    },
  );

  test.each(withBody)(
    '$route refuses a body that is no JSON, of another kind, too large or without a length',
    async ({ path, good }) => {
      const send = (raw: string, headers: Record<string, string> = {}) =>
        hostile.ask({ method: 'POST', path: pathOf(path), raw, headers });
      const whole = JSON.stringify(good());
      for (const raw of ['', '{', whole.slice(0, -1), `${whole}x`, 'null', '[]', '1', '"x"', deep(100_000)]) {
        expect([raw.slice(0, 20), (await send(raw)).error]).toEqual([raw.slice(0, 20), 'malformed']);
      }
      expect((await send(whole, { 'content-type': 'text/plain' })).error).toBe('malformed');
      const large = `${whole.slice(0, -1)},"x":"${'x'.repeat(300_000)}"}`;
      expect((await send(large)).error).toBe('too-large');
      const endless = { method: 'POST', path: pathOf(path), raw: whole, headers: { 'transfer-encoding': 'chunked' } };
      expect((await hostile.ask(endless)).error).toBe('too-large');
    },
  );
});

describe('a hostile web', () => {
  test('has no route of the room, the operator or a program, by whatever name', async () => {
    const others = [roomProtocol, operatorProtocol, analysisProtocol].flatMap((protocol) =>
      routesOf(protocol(NO_CUSTODY)),
    );
    const foreign = [...new Set(others)].filter((route) => !WEB_ROUTES.includes(route));
    expect(foreign.length).toBeGreaterThan(30);
    const first = custody.entries().length;
    for (const route of foreign) {
      const [method, path] = route.split(' ') as [string, string];
      const at = path.replaceAll(/:\w+/g, randomUUID());
      const headers = { 'x-cloister-session': reviewer.session };
      const { status, error } = await hostile.ask({ method, path: at, headers, ...(method !== 'GET' && { body: {} }) });
      expect([route, status, error]).toEqual([route, 404, 'not-found']);
    }
    expect(custody.entries()).toHaveLength(first);
  });

  test('that rewrites every field of its database and every recording changes nothing that custody says', async () => {
    const { act } = await custody.room.proposeAct(reviewer.session, releaseOf(victim.attempt, recipient.spki));
    const said = async () => ({
      exam: await custody.web.exam(exam),
      act: await custody.room.act(reviewer.session, act),
      attempt: await custody.room.attempt(reviewer.session, victim.attempt),
      exams: await custody.room.exams(reviewer.session),
    });
    const before = await said();
    expect(before.act.sentence).toContain('test taker T-1 in “Logic”');
    expect(await hostile.tell('rewriteDatabase', { lie: 'nothing at all' })).toBeGreaterThan(8);
    expect(await hostile.tell('rewriteRecordings')).toBe(1);
    expect(await said()).toEqual(before);
    await custody.room.withdrawAct(reviewer.session, act);
  });

  test('cannot put words into the sentence that a reviewer signs', async () => {
    const body = { attempt: randomUUID(), exam, candidate: 'T-9', publicKey: newKeys().spki };
    for (const candidate of ['T-1\u202e', 'T-1\nsigned by all', '\u2066T-1', ' ', 'x'.repeat(65)]) {
      await expectRefused(() => hostile.post('/attempts', { ...body, candidate }), 'malformed');
    }
  });

  test('replaces no attempt’s key and seals nothing, and the ledger names the tries', async () => {
    const { attempt, publicKey } = await registerAttempt(custody, exam, 'T-4');
    const own = newKeys();
    const body = { attempt, exam, candidate: 'T-4', publicKey: own.spki };
    await expectRefused(() => hostile.post('/attempts', body), 'attempt-conflict', { attempt });
    await expectRefused(() => hostile.post('/attempts', { ...body, attempt: randomUUID() }), 'attempt-conflict', {
      attempt,
    });
    const seal = { type: 'seal', exam, attempt, recordings: [], endedAt: new Date().toISOString() };
    const path = `/attempts/${attempt}/seal`;
    await expectRefused(() => hostile.post(path, state(seal, own.privateKey)), 'seal-refused', {
      attempt,
      signed: false,
    });
    await expectRefused(() => hostile.post(path, state(seal, undefined)), 'seal-refused', { attempt, signed: false });
    await expectRefused(() => hostile.ask({ method: 'GET', path: `/attempts/${attempt}/ending` }), 'not-found');
    expect((await custody.web.registerAttempt({ ...body, publicKey })).startedAt).toBeTruthy();
  });

  test('registers no other envelope, none of another attempt, and no key twice', async () => {
    const [first] = victim.chapters as [Attempt['chapters'][0]];
    const { examKey } = await custody.web.exam(exam);
    const { attempt, recording } = victim;
    const wrap = (where: { exam: string; attempt: string; recording: string; chapter: number }) =>
      hostile.post('/chapters', { envelope: wrapChapterKey(examKey, where, randomBytes(32)) });
    await expectRefused(() => wrap({ exam, attempt, recording, chapter: 0 }), 'envelope-conflict', {
      attempt,
      chapter: 0,
    });
    const theirs = { exam, attempt: spoiled.attempt, recording, chapter: 50 };
    await expectRefused(() => wrap(theirs), 'envelope-foreign', { recording, chapter: 50 });
    await expectRefused(() => wrap({ exam: side.exam, attempt, recording, chapter: 51 }), 'envelope-foreign', {
      chapter: 51,
    });
    const laundered = canonicalize({ ...JSON.parse(first.envelope), chapter: 52 });
    await expectRefused(() => hostile.post('/chapters', { envelope: laundered }), 'envelope-foreign', { chapter: 52 });
    for (const chapter of [-1, 0.5, 1e308, '0', null]) {
      const envelope = JSON.stringify({ ...JSON.parse(first.envelope), chapter });
      await expectRefused(() => hostile.post('/chapters', { envelope }), 'malformed');
    }
  });

  test('widens no release by incidents that it invents: unsigned, by another attempt’s key, or of another attempt', async () => {
    const attempt = await registerAttempt(custody, exam, 'T-5', 12);
    const before = await leastView(attempt.attempt);
    expect(before).toHaveLength(2);
    const path = `/attempts/${attempt.attempt}/incidents`;
    const entered = { attempt: attempt.attempt };
    await expectRefused(
      () => hostile.post(path, state(incidentOf(attempt, 5), undefined)),
      'incident-refused',
      entered,
    );
    await expectRefused(
      () => hostile.post(path, state(incidentOf(attempt, 5), newKeys().privateKey)),
      'incident-refused',
      entered,
    );
    const theirs = newKeys();
    const other = { attempt: randomUUID(), exam, candidate: 'T-6', publicKey: theirs.spki };
    await custody.web.registerAttempt(other);
    await expectRefused(
      () => hostile.post(path, state(incidentOf(attempt, 5), theirs.privateKey)),
      'incident-refused',
      entered,
    );
    // Its own attempt, its own key, somebody else's recording.
    const foreign = state({ ...incidentOf(attempt, 5), attempt: other.attempt }, theirs.privateKey);
    await expectRefused(() => hostile.post(`/attempts/${other.attempt}/incidents`, foreign), 'incident-refused', {
      attempt: other.attempt,
    });
    for (const numbers of [
      { chapter: -1 },
      { chapter: 1e308 },
      { from: -1 },
      { to: 1e7 },
      { from: 'NaN' },
      { chapter: 0.5 },
    ]) {
      const statement = canonicalize({ ...incidentOf(attempt, 5), ...numbers });
      await expectRefused(() => hostile.post(path, { statement, signature: 'AA' }), 'malformed');
    }
    expect(await leastView(attempt.attempt)).toEqual(before);
  });

  test('widens nothing that was recorded before it registered a key of its own for the attempt', async () => {
    const attempt = await registerAttempt(custody, exam, 'T-7', 12);
    const before = await leastView(attempt.attempt);
    const own = newKeys();
    // Told to be as old as the attempt itself.
    const takenAt = new Date(Date.now() - 3_600_000).toISOString();
    const resumed = await hostile.post(`/attempts/${attempt.attempt}/keys`, { publicKey: own.spki, takenAt });
    expect(resumed.status).toBe(200);
    const note = (where: Parameters<typeof incidentOf>[0], chapter: number) =>
      hostile.post(`/attempts/${attempt.attempt}/incidents`, state(incidentOf(where, chapter), own.privateKey));
    for (const { chapter } of attempt.chapters) {
      await expectRefused(() => note(attempt, chapter), 'incident-refused', {
        chapter,
        attempt: attempt.attempt,
        signed: true,
      });
    }
    expect(await leastView(attempt.attempt)).toEqual(before);
    // What begins after it is another matter: there the key may speak, for a third at the most, and the entry says which key did.
    const later = { attempt: attempt.attempt, recording: randomUUID() };
    const { examKey } = await custody.web.exam(exam);
    for (let chapter = 0; chapter < 6; chapter++) {
      const envelope = wrapChapterKey(examKey, { exam, ...later, chapter }, randomBytes(32));
      expect((await hostile.post('/chapters', { envelope })).status).toBe(200);
    }
    for (let chapter = 0; chapter < 6; chapter++) expect((await note(later, chapter)).status).toBe(200);
    const after = await leastView(attempt.attempt);
    const old = after.filter(({ recording }) => recording === attempt.recording);
    expect(old).toEqual(before);
    const { accesses } = await custody.web.accesses(attempt.attempt);
    expect(accesses.filter(({ kind }) => kind === 'resumed')).toHaveLength(1);
    const granted = accesses.filter(({ kind }) => kind === 'granted').at(-1);
    const assertedBy = sha256(Buffer.from(own.spki, 'base64url'));
    expect(granted?.coverage?.incidents.every((one) => one.assertedBy === assertedBy)).toBe(true);
  });

  test('proposes what the staff pages prepare and nothing else: no role, person, release, suspension or destroyed key', async () => {
    const its = [
      ...['publish-exam', 'revise-exam', 'change-policy', 'extend-time', 'assign', 'unassign'],
      ...['grant-arrangement', 'refuse-arrangement'],
    ];
    const body = {
      ...{ exam, subject: reviewer.id, act: randomUUID(), name: 'Eve', roles: ['privacy-officer'], unit: null },
      ...{ reason: 'x', scope: { attempt: victim.attempt }, extent: 'all', purpose: 'appeal', justification: 'x' },
    };
    for (const type of ACT_TYPES.filter((one) => !its.includes(one))) {
      await expectRefused(() => hostile.post('/proposals', { ...body, type }), 'malformed');
    }
    for (const type of ['__proto__', 'constructor', 'Assign', '', null]) {
      await expectRefused(() => hostile.post('/proposals', { type, exam, subject: reviewer.id }), 'malformed');
    }
  });

  test('changes no rule by a proposal alone: retention stays, nobody is assigned, no exam is there', async () => {
    const before = await custody.web.exam(exam);
    const outsider = await enrolRepresentative(custody, 'Olaf Outside', []);
    const propose = async (proposal: object) => {
      const answer = await hostile.post('/proposals', proposal);
      expect(answer.status).toBe(200);
      return (JSON.parse(answer.text) as { act: string }).act;
    };
    const { policy: rules } = before;
    const shorter = await propose({ type: 'change-policy', exam, policy: { ...rules, retentionDays: 1 } });
    const longer = await propose({ type: 'change-policy', exam, policy: { ...rules, retentionDays: 3650 } });
    const wider = { ...rules, leastView: { chaptersAround: 3, drawn: 5 } };
    const widened = await propose({ type: 'change-policy', exam, policy: wider });
    const assigned = await propose({ type: 'assign', exam, subject: outsider.id });
    const invented = randomUUID();
    await propose({ type: 'publish-exam', exam: invented, title: 'Invented', policy: policy(), setup: setup() });
    expect(await custody.web.exam(exam)).toEqual(before);
    expect((await custody.room.attempts(outsider.session)).attempts).toEqual([]);
    await expectRefused(() => hostile.ask({ method: 'GET', path: `/exams/${invented}` }), 'not-found');
    // Who is to sign reads what it would do; one person's signature does not do it, and a promise is not broken by two.
    const { officers } = custody.founders;
    const page = await custody.room.act(officers[0].session, shorter);
    expect(page.sentence).toContain('key is destroyed');
    const touch = officers[0].key.touch(sha256(page.bytes), ROOM_ORIGIN);
    expect((await custody.room.signAct(officers[0].session, shorter, touch)).applied).toBe(false);
    expect(await custody.web.exam(exam)).toEqual(before);
    const seen = (act: string) => custody.room.act(officers[0].session, act);
    await expectRefused(() => seen(longer), 'not-found');
    const kept = { type: 'change-policy' as const, exam, policy: { ...rules, retentionDays: 3650 } };
    await expectRefused(() => custody.room.proposeAct(officers[0].session, kept), 'promise-broken');
    // A reviewer, on whose session web may hope, may not even see them.
    for (const act of [shorter, widened, assigned]) {
      await expectRefused(async () => signAct(outsider, await seen(act)), 'role-missing', { act });
    }
    expect(await custody.web.exam(exam)).toEqual(before);
  });

  test('has test takers be told nothing that no exam may demand of them, whatever it says of the text', async () => {
    const told = setup();
    const demand = 'Please take off your headscarf before you begin.';
    const fresh = () => ({
      type: 'publish-exam',
      exam: randomUUID(),
      title: 'Rhetoric',
      policy: policy(),
      setup: told,
    });
    const { version } = await custody.web.exam(exam);
    const wrong: { policy?: object; setup?: object; title?: string }[] = [
      { title: demand },
      { setup: { ...told, instructions: demand } },
      { setup: { ...told, language: 'de', instructions: demand } },
      { setup: { ...told, instructions: 'Please take off your h\u0435ad\u200bscarf.' } },
      { setup: { ...told, necessity: { ...told.necessity, camera: `${told.necessity.camera} ${demand}` } } },
      { setup: { ...told, arrangement: { ...told.arrangement, alternative: 'A proctoring fee of 20 euros is due.' } } },
      { policy: { ...policy(), retentionDays: 366 } },
    ];
    const before = await custody.web.exam(exam);
    for (const one of wrong) {
      const proposed = { ...fresh(), ...one };
      await expectRefused(() => hostile.post('/proposals', proposed), 'exam-faulty');
      await expectRefused(() => custody.web.exam(proposed.exam), 'not-found');
      if ('policy' in one) continue;
      const { title, setup: words } = proposed;
      const revision = { type: 'revise-exam', exam, version: version + 1, title, setup: words };
      await expectRefused(() => hostile.post('/proposals', revision), 'exam-faulty');
    }
    expect(await custody.web.exam(exam)).toEqual(before);
    // With a proposal's shape: an attestation that it costs nothing, and another way, cannot be left out.
    for (const field of ['costsNothing', 'arrangement', 'necessity'] as const) {
      const { [field]: _, ...less } = told;
      await expectRefused(() => hostile.post('/proposals', { ...fresh(), setup: less }), 'malformed');
    }
  });

  test('has no numbers in a proposal’s rules that no rule has', async () => {
    const rules = policy();
    const wrong: object[] = [
      ...[-1, 0, 1.5, 3651, 1e308, '30', null].map((retentionDays) => ({ retentionDays })),
      ...[-1, 0, 337, 1e308].map((uploadHours) => ({ uploadHours })),
      ...[-1, 4, 0.5, 1e308].map((chaptersAround) => ({ leastView: { chaptersAround, drawn: 0 } })),
      ...[-1, 6, 1e308].map((drawn) => ({ leastView: { chaptersAround: 0, drawn } })),
      ...[[], ['curiosity'], ['__proto__'], 'appeal'].map((purposes) => ({ purposes })),
      ...['x', '__proto__', 0].map((unit) => ({ unit })),
      ...['tomorrow', '2026-13-01T00:00:00Z', 1e308, 'Infinity'].map((closesAt) => ({ closesAt })),
      { dualControl: 'no' },
      { reentry: 'never' },
      { retentionDays: 1, uploadHours: 336 },
      { exempt: true },
      { leastView: { chaptersAround: 0, drawn: 0, all: true } },
    ];
    for (const one of wrong) {
      const proposal = { type: 'change-policy', exam, policy: { ...rules, ...one } };
      const { status, error } = await hostile.post('/proposals', proposal);
      expect([one, status, error]).toEqual([one, 400, 'malformed']);
    }
  });

  test('fills its own place for proposals and nobody else’s', async () => {
    const propose = () => hostile.post('/proposals', { type: 'unassign', exam, subject: reviewer.id });
    let answer = await propose();
    for (let times = 0; times < 250 && answer.status === 200; times++) answer = await propose();
    expect([answer.status, answer.error]).toEqual([409, 'proposals-full']);
    // In the room everything goes on.
    expect(await leastView(victim.attempt)).not.toEqual([]);
    expect((await custody.room.attempts(reviewer.session)).attempts.length).toBeGreaterThan(0);
  });

  test('gets from a ticket what the staff pages show, once, and no session of the room', async () => {
    const { ticket } = await custody.room.ticket(reviewer.session);
    const redeemed = await hostile.post('/staff-sessions', { ticket });
    const { session } = JSON.parse(redeemed.text) as { session: string };
    await expectRefused(() => hostile.post('/staff-sessions', { ticket }), 'ticket-unknown');
    for (const path of ['/session', '/attempts', '/acts', '/representatives', `/attempts/${victim.attempt}`]) {
      await expectRefused(() => askRoom({ method: 'GET', path }, session), 'session-unknown');
    }
    const proposal = { method: 'POST', path: '/acts', body: releaseOf(victim.attempt, recipient.spki) };
    await expectRefused(() => askRoom(proposal, session), 'session-unknown');
  });

  test('reads nothing beside the ledger’s public files', async () => {
    const names = [
      '../custody.db',
      '..%2f..%2fcustody.db',
      '%2e%2e/head/head',
      'tile/../../custody.db',
      '/etc/passwd',
      'head',
      'tile/0/999',
      'tile/-1/000',
      'tile/0/1e3',
      'checkpoint%00.db',
      '',
    ];
    for (const name of names) {
      const { status, text } = await hostile.ask({ method: 'GET', path: `/ledger/${name}` });
      expect([name, status]).toEqual([name, 404]);
      expect(text).not.toContain('SQLite');
    }
    expect((await hostile.ask({ method: 'GET', path: '/ledger/checkpoint' })).text).toContain('test.example/ledger');
  });
});

/** As the room relays it, with whatever touch. */
async function signAct(
  who: Pick<Enrolled, 'session' | 'key'>,
  { act, bytes }: { act: string; bytes: string },
  touch?: unknown,
) {
  return custody.room.signAct(who.session, act, touch ?? who.key.touch(sha256(bytes), ROOM_ORIGIN));
}

const propose = (who: Enrolled, attempt = victim.attempt) =>
  custody.room.proposeAct(who.session, releaseOf(attempt, recipient.spki));

describe('a hostile room', () => {
  const entered = () => ({ representative: reviewer.id, tried: 'release' });

  test('has no act signed by a forged touch, another’s, or one that was given for something else', async () => {
    const one = await propose(reviewer);
    const { act, bytes } = one;
    const other = await propose(reviewer);
    const good = (reviewer.key as SecurityKey).touch(sha256(bytes), ROOM_ORIGIN);
    const forged = structuredClone(good);
    forged.response.signature = new SecurityKey().touch(sha256(bytes), ROOM_ORIGIN).response.signature;
    await expectRefused(() => signAct(reviewer, one, forged), 'passkey-refused', { ...entered(), act });
    await expectRefused(() => signAct(reviewer, one, { ...good, id: 'AAAA', rawId: 'AAAA' }), 'passkey-unknown', {
      ...entered(),
      act,
    });
    const others = custody.founders.officers[0].key.touch(sha256(bytes), ROOM_ORIGIN);
    await expectRefused(() => signAct(reviewer, one, others), 'passkey-unknown', { ...entered(), act });
    await expectRefused(() => signAct(reviewer, other, good), 'challenge-differs', { ...entered(), act: other.act });
    const signIn = await custody.room.signInOptions();
    const entering = reviewer.key.touch(signIn.options.challenge, ROOM_ORIGIN);
    await expectRefused(() => signAct(reviewer, one, entering), 'challenge-differs', { ...entered(), act });
    // The same touch in another's session.
    await expectRefused(() => signAct(side.reviewer, one, good), 'act-not-yours', {
      representative: side.reviewer.id,
      act,
    });
    expect(custody.entries().some(({ type, body }) => type === 'granted' && String(body.act).includes(act))).toBe(
      false,
    );
  });

  test('has no act signed by a touch on another page, in a frame, for another RP, or without presence or verification', async () => {
    const one = await propose(reviewer);
    const { act, bytes } = one;
    const challenge = sha256(bytes);
    const { key } = reviewer;
    const named = { ...entered(), act };
    await expectRefused(
      () => signAct(reviewer, one, key.touch(challenge, 'https://room.localhost.evil.example:8445')),
      'origin-differs',
      named,
    );
    await expectRefused(
      () => signAct(reviewer, one, key.touch(challenge, 'https://staff.localhost:8444')),
      'origin-differs',
      named,
    );
    await expectRefused(
      () => signAct(reviewer, one, key.touch(challenge, ROOM_ORIGIN, { rpId: 'staff.localhost' })),
      'passkey-refused',
      named,
    );
    await expectRefused(() => signAct(reviewer, one, framed(key, challenge)), 'origin-differs', {
      ...named,
      framed: true,
    });
    await expectRefused(
      () => signAct(reviewer, one, key.touch(challenge, ROOM_ORIGIN, { verified: false })),
      'passkey-refused',
      named,
    );
    await expectRefused(
      () => signAct(reviewer, one, key.touch(challenge, ROOM_ORIGIN, { flags: FLAGS.verified })),
      'passkey-refused',
      named,
    );
    const synced = FLAGS.present | FLAGS.verified | FLAGS.backupEligible;
    await expectRefused(
      () => signAct(reviewer, one, key.touch(challenge, ROOM_ORIGIN, { flags: synced })),
      'passkey-refused',
      named,
    );
    const { counter } = key;
    key.counter = 0;
    await expectRefused(() => signAct(reviewer, one, key.touch(challenge, ROOM_ORIGIN)), 'counter-behind', named);
    key.counter = counter;
    await expectRefused(
      () => askRoom({ method: 'POST', path: `/acts/${act}/signature`, body: { response: {} } }, reviewer.session),
      'malformed',
    );
  });

  test('has an act counted once: replayed touches sign nothing, neither an act nor a sign-in', async () => {
    const one = await propose(reviewer);
    const { act, bytes } = one;
    const touch = reviewer.key.touch(sha256(bytes), ROOM_ORIGIN);
    expect((await signAct(reviewer, one, touch)).applied).toBe(true);
    await expectRefused(() => signAct(reviewer, one, touch), 'act-used', { ...entered(), act });
    const { options } = await custody.room.signInOptions();
    const entering = reviewer.key.touch(options.challenge, ROOM_ORIGIN);
    await custody.room.signIn(entering);
    await expectRefused(() => custody.room.signIn(entering), 'passkey-refused');
    const withdrawn = await propose(reviewer);
    await custody.room.withdrawAct(reviewer.session, withdrawn.act);
    await expectRefused(() => signAct(reviewer, withdrawn), 'act-withdrawn', { act: withdrawn.act });
  });

  test('gets chapter keys for no other browser, chapter, attempt or envelope than the grant has', async () => {
    const grant = await openGrant(custody, reviewer, victim.attempt, recipient);
    const { chapters } = await custody.room.grant(reviewer.session, grant);
    const has = (one: { chapter: number }) => chapters.some(({ chapter }) => chapter === one.chapter);
    const covered = victim.chapters.find(has);
    const outside = victim.chapters.find((one) => !has(one));
    const named = { grant, attempt: victim.attempt };
    const swapped = await makeRecipient('RSA-OAEP');
    const asked = { recipient: swapped.digest, chapters: [requestOf(covered)] };
    await expectRefused(() => custody.room.release(reviewer.session, grant, asked), 'recipient-differs', named);
    await expectRefused(() => releaseFrom(grant, [requestOf(outside)]), 'chapter-not-granted', named);
    await expectRefused(
      () => releaseFrom(grant, [requestOf(covered), requestOf(outside)]),
      'chapter-not-granted',
      named,
    );
    await expectRefused(() => releaseFrom(grant, [requestOf(spoiled.chapters[0])]), 'envelope-foreign', named);
    await expectRefused(() => releaseFrom(grant, [requestOf(side.attempt.chapters[0])]), 'envelope-foreign', named);
    const exchanged = { ...requestOf(covered), envelope: requestOf(outside).envelope };
    await expectRefused(() => releaseFrom(grant, [exchanged]), 'envelope-differs', named);
    const unknown = { ...requestOf(covered), chapter: 99 };
    await expectRefused(() => releaseFrom(grant, [unknown]), 'chapter-unregistered', named);
    await expectRefused(() => releaseFrom(grant, [requestOf(covered)], side.reviewer), 'not-found');
    for (const chapter of ['-1', '0.5', '1e308', '"0"', 'null']) {
      const raw = `{"recipient":"${recipient.digest}","chapters":[{"recording":"${victim.recording}","chapter":${chapter},"envelope":"{}"}]}`;
      await expectRefused(
        () => askRoom({ method: 'POST', path: `/grants/${grant}/releases`, raw }, reviewer.session),
        'malformed',
      );
    }
    const { keys } = await releaseFrom(grant, [requestOf(covered)]);
    expect((await recipient.unwrap(keys[0]?.key ?? '')).equals(covered?.key as Buffer)).toBe(true);
    await custody.room.endGrant(reviewer.session, grant);
    await expectRefused(() => releaseFrom(grant, [requestOf(covered)]), 'grant-ended', named);
  });

  test('enrols nobody by guessing, again, with a registration of another link, or with a key that is somebody’s', async () => {
    for (const token of [randomBytes(32).toString('base64url'), '', 'x', randomUUID()]) {
      await expectRefused(() => custody.room.enrolmentOptions(token), 'enrolment-unknown');
      await expectRefused(
        () =>
          custody.room.enrol(
            token,
            new SecurityKey().enrol({ challenge: '', rp: { id: 'room.localhost' } }, ROOM_ORIGIN),
          ),
        'enrolment-unknown',
      );
    }
    const mine = await inviteReviewer(custody, 'Mallory', []);
    const theirs = await inviteReviewer(custody, 'Bob', []);
    const { options: forMe } = await custody.room.enrolmentOptions(mine.enrolment);
    await custody.room.enrolmentOptions(theirs.enrolment);
    const key = new SecurityKey();
    const registration = key.enrol(forMe, ROOM_ORIGIN);
    // Made for one link, given in with the other.
    await expectRefused(() => custody.room.enrol(theirs.enrolment, registration), 'passkey-refused');
    // An officer's credential id on a key of one's own.
    const { options: again } = await custody.room.enrolmentOptions(mine.enrolment);
    const officers = Buffer.from(
      (custody.founders.officers[0].key as SecurityKey).touch('', ROOM_ORIGIN).id,
      'base64url',
    );
    const disguised = new SecurityKey();
    Object.defineProperty(disguised, 'id', { value: officers });
    await expectRefused(
      () => custody.room.enrol(mine.enrolment, disguised.enrol(again, ROOM_ORIGIN)),
      'passkey-refused',
    );
    for (const [origin, rp] of [
      ['https://evil.example', 'room.localhost'],
      [ROOM_ORIGIN, 'evil.example'],
    ] as const) {
      const { options } = await custody.room.enrolmentOptions(mine.enrolment);
      const wrong = new SecurityKey().enrol({ ...options, rp: { id: rp } }, origin);
      await expectRefused(() => custody.room.enrol(mine.enrolment, wrong), 'passkey-refused');
    }
    const { options: last } = await custody.room.enrolmentOptions(mine.enrolment);
    const enrolled = key.enrol(last, ROOM_ORIGIN);
    await custody.room.enrol(mine.enrolment, enrolled);
    await expectRefused(() => custody.room.enrol(mine.enrolment, enrolled), 'enrolment-unknown');
    await expectRefused(() => custody.room.enrolmentOptions(mine.enrolment), 'enrolment-unknown');
    // Bob's link still enrols Bob, and none but officers can have made either.
    expect((await enrol(custody, theirs.enrolment, new SecurityKey())).name).toBe('Bob');
    await expectRefused(() => custody.operator.inviteOfficers(['Eve', 'Mallory']), 'register-in-use', {
      tried: 'invite-officers',
    });
  });

  test('raises no role: a reviewer’s session proposes nothing of an officer’s, and the ledger names each try', async () => {
    const subject = side.reviewer.id;
    const tries = [
      { type: 'change-roles', subject: reviewer.id, roles: ['privacy-officer'], unit: null },
      { type: 'approve-representative', name: 'Eve', roles: ['privacy-officer'], unit: null },
      { type: 'replace-passkeys', subject: custody.founders.officers[0].id, reason: 'lost' },
      { type: 'reinstate-representative', subject, reason: 'x' },
      { type: 'suspend-representative', subject, reason: 'x' },
      { type: 'assign', exam: side.exam, subject: reviewer.id },
      { type: 'change-policy', exam, policy: { ...policy(), retentionDays: 1 } },
      { type: 'destroy-key', exam, reason: 'x' },
      { type: 'register-unit', name: 'Eve’s' },
    ] as const;
    for (const proposal of tries) {
      const named = { tried: proposal.type, representative: reviewer.id };
      await expectRefused(() => custody.room.proposeAct(reviewer.session, proposal as never), 'role-missing', named);
    }
    // Two officers have to be two: one alone raises nobody, and nobody raises themselves.
    const [officer] = custody.founders.officers;
    const raise = (subject: string, roles: ('reviewer' | 'privacy-officer' | 'observer')[]) =>
      custody.room.proposeAct(officer.session, { type: 'change-roles', subject, roles, unit: null });
    const raised = await raise(reviewer.id, ['reviewer', 'privacy-officer']);
    expect((await signAct(officer, raised)).applied).toBe(false);
    await expectRefused(() => signAct(officer, raised), 'signed-already', { act: raised.act });
    const own = { tried: 'change-roles', representative: officer.id };
    await expectRefused(() => raise(officer.id, ['privacy-officer', 'observer']), 'own-case', own);
    expect((await custody.room.session(reviewer.session)).representative.roles).toEqual(['reviewer']);
  });

  test('opens nothing for who is suspended, in a suspended unit or of a suspended exam', async () => {
    const { officers } = custody.founders;
    const { attempt, reviewer: who } = side;
    const open = async () => {
      const grant = await openGrant(custody, who, attempt.attempt, recipient);
      const { chapters } = await custody.room.grant(who.session, grant);
      const covered = attempt.chapters.find((one) => chapters.some(({ chapter }) => chapter === one.chapter));
      return { grant, ask: () => releaseFrom(grant, [requestOf(covered)], who), chapters: [requestOf(covered)] };
    };
    const why = { reason: 'A test.' };
    const stops = [
      [
        'exam-suspended',
        'exam-suspended',
        { type: 'suspend-exam', exam: side.exam, ...why },
        { type: 'reinstate-exam', exam: side.exam, ...why },
      ],
      [
        'unit-suspended',
        'unit-suspended',
        { type: 'suspend-unit', unit: side.unit, ...why },
        { type: 'reinstate-unit', unit: side.unit, ...why },
      ],
    ] as const;
    for (const [refusal, proposed, stop, reinstate] of stops) {
      const { grant, ask } = await open();
      await carryOut(custody, stop, [officers[0]]);
      // A whole unit's people lose their sessions' rights; of an exam it is the view that is refused, by name.
      await expectRefused(
        () => ask(),
        refusal,
        refusal === 'exam-suspended' ? { grant, attempt: attempt.attempt } : undefined,
      );
      await expectRefused(() => propose(who, attempt.attempt), proposed);
      await carryOut(custody, reinstate, officers);
      if (refusal === 'unit-suspended') {
        await expectRefused(() => ask(), 'session-unknown');
        await comeBack(custody, who);
      }
      await expectRefused(() => ask(), 'grant-ended', { grant });
    }
    const { grant, ask } = await open();
    const { session: staff } = await custody.web.redeemTicket((await custody.room.ticket(who.session)).ticket);
    const { ticket } = await custody.room.ticket(who.session);
    await changeStatus(custody, who.id, 'suspended');
    await expectRefused(() => ask(), 'representative-inactive');
    const { options } = await custody.room.signInOptions();
    const touch = who.key.touch(options.challenge, ROOM_ORIGIN);
    await expectRefused(() => custody.room.signIn(touch), 'representative-inactive', {
      tried: 'sign-in',
      representative: who.id,
    });
    // What was taken along while the session was good gives no session of the staff pages later.
    await changeStatus(custody, who.id, 'approved');
    await expectRefused(() => ask(), 'session-unknown');
    await expectRefused(() => hostile.post('/staff-sessions', { ticket }), 'ticket-unknown');
    await expectRefused(
      () => hostile.ask({ method: 'GET', path: '/staff-session', headers: { 'x-cloister-session': staff } }),
      'session-unknown',
    );
    await comeBack(custody, who);
    await expectRefused(() => ask(), 'grant-ended', { grant });
    expect((await (await open()).ask()).keys).toHaveLength(1);
  });

  test('gets nothing of a grant whose time is over, by custody’s clock, nor by an act that was given more time', async () => {
    const grant = await openGrant(custody, reviewer, victim.attempt, recipient);
    const { chapters } = await custody.room.grant(reviewer.session, grant);
    const covered = victim.chapters.find((one) => chapters.some(({ chapter }) => chapter === one.chapter));
    const late = await propose(reviewer);
    const moment = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
    await custody.whileDown((database) => {
      database.prepare('UPDATE grants SET expires_at = ? WHERE id = ?').run(moment(-1), grant);
      database.prepare('UPDATE acts SET expires_at = ? WHERE id = ?').run(moment(86_400), late.act);
    });
    firstPid = custody.pid();
    await expectRefused(() => releaseFrom(grant, [requestOf(covered)]), 'grant-ended', { grant });
    // Its row says another time than the bytes that are signed: it is no act any more.
    await expectRefused(() => signAct(reviewer, late), 'act-altered');
  });

  test('gets nothing of a shredded exam, with whatever it kept', async () => {
    const { officers } = custody.founders;
    const shredded = randomUUID();
    // Web has filled its place for proposals; in the room there is another.
    const publish = {
      type: 'publish-exam' as const,
      exam: shredded,
      title: 'Shredded',
      policy: policy(),
      setup: setup(),
    };
    await carryOut(custody, publish, [custody.founders.administrator]);
    const who = await enrolRepresentative(custody, 'Shirin Shred', [shredded]);
    const { attempt, chapters } = await registerAttempt(custody, shredded, 'X-1', 2);
    const grant = await openGrant(custody, who, attempt, recipient);
    expect((await releaseFrom(grant, [requestOf(chapters[0])], who)).keys).toHaveLength(1);
    const open = await propose(who, attempt);
    await carryOut(custody, { type: 'destroy-key', exam: shredded, reason: 'A test.' }, officers);
    await expectRefused(() => releaseFrom(grant, [requestOf(chapters[0])], who), 'key-destroyed');
    await expectRefused(() => signAct(who, open), 'key-destroyed');
    await expectRefused(() => propose(who, attempt), 'key-destroyed');
    const late = { attempt: randomUUID(), exam: shredded, candidate: 'X-2', publicKey: newKeys().spki };
    await expectRefused(() => hostile.post('/attempts', late), 'exam-over');
    await expectRefused(
      () => custody.room.proposeAct(officers[0].session, { type: 'destroy-key', exam: shredded, reason: 'x' }),
      'key-destroyed',
    );
  });

  test('is refused fields that custody does not know, and numbers that nothing has, on every route with a body', async () => {
    const grant = await openGrant(custody, reviewer, victim.attempt, recipient);
    const { act } = await propose(reviewer);
    const touch = reviewer.key.touch('AA', ROOM_ORIGIN);
    const bodies: Record<string, object> = {
      'POST /enrolments/options': { token: 'x' },
      'POST /enrolments': {
        token: 'x',
        response: new SecurityKey().enrol({ challenge: 'AA', rp: { id: 'x' } }, ROOM_ORIGIN),
      },
      'POST /sessions': { response: touch },
      'POST /acts': releaseOf(victim.attempt, recipient.spki),
      'POST /acts/:act/signature': { response: touch },
      'POST /grants/:grant/releases': { recipient: recipient.digest, chapters: [requestOf(victim.chapters[0])] },
      'PUT /grants/:grant/viewing': { intervals: [{ recording: victim.recording, from: 0, to: 1 }] },
      'POST /grants/:grant/faults': { recording: victim.recording, segment: 0, fault: 'altered' },
    };
    const bodiless = ['POST /sign-ins', 'POST /tickets', 'POST /acts/:act/withdrawal', 'POST /grants/:grant/end'];
    const taking = routesOf(roomProtocol(NO_CUSTODY)).filter((route) => /^(POST|PUT)/.test(route));
    expect([...Object.keys(bodies), ...bodiless].sort()).toEqual(taking.sort());
    for (const [route, body] of Object.entries(bodies)) {
      const [method, path] = route.split(' ') as [string, string];
      const at = path.replace(':act', act).replace(':grant', grant);
      const inside = JSON.stringify(body).slice(1);
      for (const raw of [
        `{"admin":true,${inside}`,
        `{"__proto__":{"admin":true},${inside}`,
        `{"x":${deep(50_000)}}`,
        'null',
        '{',
        '[]',
      ]) {
        const answer = await askRoom({ method, path: at, raw }, reviewer.session);
        expect([route, raw.slice(0, 24), answer.status, answer.error]).toEqual([
          route,
          raw.slice(0, 24),
          400,
          'malformed',
        ]);
      }
    }
    for (const [from, to] of [
      ['-1', '1'],
      ['2', '1'],
      ['0', '1e308'],
      ['"NaN"', '1'],
      ['null', '1'],
    ]) {
      const raw = `{"intervals":[{"recording":"${victim.recording}","from":${from},"to":${to}}]}`;
      await expectRefused(
        () => askRoom({ method: 'PUT', path: `/grants/${grant}/viewing`, raw }, reviewer.session),
        'malformed',
      );
    }
    // Attestation that unfolds, in what a stranger enrols with.
    const { enrolment } = await approve(custody, custody.founders.officers, { name: 'Nested', roles: ['reviewer'] });
    const { options } = await custody.room.enrolmentOptions(enrolment);
    for (const bomb of [
      Buffer.alloc(14_000, 0x81),
      Buffer.from('9bffffffffffffffff', 'hex'),
      Buffer.from('bbffffffffffffffff', 'hex'),
      Buffer.from('5bffffffffffffffff', 'hex'),
    ]) {
      const honest = new SecurityKey().enrol(options, ROOM_ORIGIN);
      honest.response.attestationObject = bomb.toString('base64url');
      await expectRefused(() => custody.room.enrol(enrolment, honest), 'passkey-refused');
    }
    await custody.room.endGrant(reviewer.session, grant);
  });
});

/** A touch that the browser says was in a frame of another page. */
function framed(key: SecurityKey, challenge: string) {
  const touch = key.touch(challenge, ROOM_ORIGIN);
  const client = JSON.parse(Buffer.from(touch.response.clientDataJSON, 'base64url').toString()) as object;
  const clientData = Buffer.from(JSON.stringify({ ...client, crossOrigin: true }));
  const data = Buffer.from(touch.response.authenticatorData, 'base64url');
  const signature = sign('sha256', Buffer.concat([data, hash('sha256', clientData, 'buffer')]), key.privateKey);
  const response = {
    ...touch.response,
    clientDataJSON: clientData.toString('base64url'),
    signature: signature.toString('base64url'),
  };
  return { ...touch, response };
}

describe('while web does its worst', () => {
  /** Asks for the room again and again, as a reviewer does. @returns the longest that one answer took, once `work` is done */
  async function longestWaitDuring(work: Promise<unknown>): Promise<number> {
    let done = false;
    let longest = 0;
    const ended = work.finally(() => (done = true));
    do {
      const asked = performance.now();
      await custody.room.attempt(reviewer.session, victim.attempt);
      longest = Math.max(longest, performance.now() - asked);
      await pause(20);
    } while (!done);
    await ended;
    return longest;
  }

  const expectSteady = () => {
    expect(custody.pid()).toBe(firstPid);
    expect(memoryOf(firstPid).most).toBeLessThan(MOST_MEMORY);
  };

  test('thousands of connections that say nothing shut out nobody else', async () => {
    let open = 0;
    const longest = await longestWaitDuring(
      hostile.tell('hold', { count: FULL ? 20_000 : 3_000, words: '' }).then((count) => (open = count)),
    );
    expect(open).toBeGreaterThan(0);
    expect(open).toBeLessThanOrEqual(128);
    expect(longest).toBeLessThan(PATIENCE);
    expect((await custody.operator.state()).entries).toBeGreaterThan(0);
    await hostile.tell('letGo');
    await untilWebIsAnswered();
    expectSteady();
  });

  test('requests that stop half-way hold their own connections, no memory and nobody else', async () => {
    const words = `POST /chapters HTTP/1.1\r\nhost: custody\r\ncontent-type: application/json\r\ncontent-length: 260000\r\n\r\n${'x'.repeat(130_000)}`;
    let open = 0;
    const longest = await longestWaitDuring(
      hostile.tell('hold', { count: 1_000, words }).then((count) => (open = count)),
    );
    expect(open).toBeLessThanOrEqual(128);
    expect(longest).toBeLessThan(PATIENCE);
    await hostile.tell('letGo');
    await hostile.tell('hold', { count: 50, words: `GET /state HTTP/1.1\r\nx: ${'x'.repeat(100_000)}` });
    await hostile.tell('hold', { count: 50, words: '\u0000\u0001 not HTTP at all\r\n\r\n' });
    await hostile.tell('letGo');
    await untilWebIsAnswered();
    expectSteady();
  });

  test('thousands of requests at once are answered or refused, and others are answered meanwhile', async () => {
    const times = FULL ? 100_000 : 4_000;
    // As many connections as custody lets web have, with requests waiting on each.
    const flood = (one: Asked, count: number, connections: number) =>
      hostile.tell('flood', { one, times: count, connections });
    const { examKey } = await custody.web.exam(exam);
    const where = { exam, attempt: victim.attempt, recording: victim.recording, chapter: 0 };
    const forged = { envelope: wrapChapterKey(examKey, where, randomBytes(32)) };
    const large = { envelope: 'x'.repeat(200_000) };
    let tally: Record<string, number>[] = [];
    const work = Promise.all([
      flood({ method: 'POST', path: '/chapters', body: forged }, times / 2, 60),
      flood({ method: 'POST', path: '/chapters', body: large }, times / 20, 20),
      flood({ method: 'GET', path: `/exams/${exam}` }, times / 2, 40),
    ]).then((all) => (tally = all));
    const longest = await longestWaitDuring(work);
    // What cannot connect is told so at once; nothing fails inside.
    for (const one of tally)
      expect(Object.keys(one).filter((name) => !['0', '200', 'envelope-conflict', 'malformed'].includes(name))).toEqual(
        [],
      );
    const answered = tally.flatMap((one) => Object.entries(one)).filter(([name]) => name !== '0');
    expect(answered.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(times * 0.9);
    expect(longest).toBeLessThan(PATIENCE);
    // Of one attempt twenty refusals are entered, however many there were.
    const registrations = refusals('envelope-conflict', { attempt: victim.attempt });
    expect(registrations.length).toBeLessThanOrEqual(20);
    await untilWebIsAnswered();
    expectSteady();
  }, 600_000);

  test('exams with as much text as there can be, each of them another, are read and refused, and others are answered meanwhile', async () => {
    const told = setup();
    const text = (number: number) => `${number}: ${'fee. hat? '.repeat(300)}`.slice(0, 1_900);
    const propose = async (number: number) => {
      const words = text(number);
      const contact = { ...told.arrangement.contact, name: words };
      const long = {
        ...{ unit: words, instructions: `${words} ${words}`, reviewers: words },
        ...{ necessity: { camera: words, microphone: words, screen: words } },
        arrangement: { ...told.arrangement, alternative: words, contact },
        // Read last, so that all of it has been.
        legalBasis: `${words} Please take off your headscarf.`,
      };
      const exam = { type: 'publish-exam', exam: randomUUID(), title: 'Long', policy: policy() };
      return (await hostile.post('/proposals', { ...exam, setup: { ...told, ...long } })).error;
    };
    let answers: unknown[] = [];
    const work = Promise.all(Array.from({ length: 40 }, (_, number) => propose(number))).then((all) => (answers = all));
    const longest = await longestWaitDuring(work);
    expect(answers.filter((error) => error === 'exam-faulty').length).toBeGreaterThan(20);
    expect(answers.filter((error) => error !== 'exam-faulty' && error)).toEqual([]);
    expect(longest).toBeLessThan(PATIENCE);
    expectSteady();
  });

  async function untilWebIsAnswered() {
    const until = Date.now() + PATIENCE;
    let answer = await hostile.ask({ method: 'GET', path: '/state' });
    while (answer.status !== 200 && Date.now() < until) {
      await pause(50);
      answer = await hostile.ask({ method: 'GET', path: '/state' });
    }
    expect(answer.status).toBe(200);
  }
});

describe('after all of it', () => {
  test('custody is the process that it was, the ledger verifies, and an honest reviewer gets their key', async () => {
    expect(custody.pid()).toBe(firstPid);
    const { verifierKey, entries } = await custody.operator.state();
    const folder = join(custody.data, 'custody/ledger');
    // The files follow the database within a moment.
    const judge = () => verifyFolder(folder, verifierKey);
    for (let times = 0; times < 50 && judge().ledger?.size !== entries; times++) await pause(100);
    expect(judge()).toMatchObject({ verdict: 'good', ledger: { size: entries } });
    expect(custody.entries()).toHaveLength(entries);
    const grant = await openGrant(custody, reviewer, victim.attempt, recipient);
    const { chapters } = await custody.room.grant(reviewer.session, grant);
    const covered = victim.chapters.filter((one) => chapters.some(({ chapter }) => chapter === one.chapter));
    const { keys } = await releaseFrom(grant, covered.map(requestOf));
    for (const [index, { key }] of keys.entries()) {
      expect((await recipient.unwrap(key)).equals(covered[index]?.key as Buffer)).toBe(true);
    }
    expect(keys.length).toBeGreaterThan(0);
  });
});
