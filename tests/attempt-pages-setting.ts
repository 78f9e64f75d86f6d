import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { sessionRoutes } from '../app/accounts/routes.ts';
import { arrangementRoutes } from '../app/arrangements/routes.tsx';
import { staffArrangementRoutes } from '../app/arrangements/staff-routes.tsx';
import { attemptIdOf } from '../app/attempts/attempt.ts';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { attemptRoutes } from '../app/attempts/routes.tsx';
import { sign, stateChapter, stateSeal } from '../app/browser/recorder/statement.ts';
import type { ChapterRecord } from '../app/browser/recorder/store.ts';
import { deriveChapterKeys, encryptSegment } from '../app/browser/sframe.ts';
import { charterRoutes } from '../app/charter/routes.tsx';
import { conductRoutes } from '../app/conduct/routes.tsx';
import { enterExam } from '../app/exams/exam.ts';
import { draftRoutes } from '../app/exams/draft-routes.tsx';
import { revisionRoutes } from '../app/exams/revision-routes.tsx';
import { examPageRoutes, staffExamRoutes } from '../app/exams/routes.tsx';
import { originApp } from '../app/http/origin-app.ts';
import { documentRoutes } from '../app/place/document-routes.tsx';
import { handInRoutes } from '../app/place/hand-in-routes.tsx';
import { passwordRoutes } from '../app/place/password-routes.tsx';
import { placeRoutes } from '../app/place/routes.ts';
import { practiceRoutes } from '../app/practice/routes.tsx';
import { restrictionRoutes } from '../app/restrictions/routes.ts';
import type { MailSettings } from '../app/mail/settings.ts';
import { mailRoutes } from '../app/roster/mail-routes.tsx';
import { Mailing, type Pace } from '../app/roster/mailing.ts';
import { rosterRoutes } from '../app/roster/routes.tsx';
import { conditionRoutes } from '../app/sitting/condition-routes.ts';
import { extensionRoutes } from '../app/sitting/extension-routes.tsx';
import { sittingRoutes } from '../app/sitting/routes.tsx';
import { languageRoutes } from '../app/words/routes.ts';
import { type AttemptStart, encodeMetadata, toBase64url } from '../app/wire.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import { type ExamSetup, examSetup } from '../hsm/exam-setup.ts';
import {
  enrolRepresentative,
  publishExam,
  makeRecipient,
  openGrant,
  ROOM_ORIGIN,
  startCustody,
  wrapChapterKey,
} from './custody-process.ts';
import { openWebParts } from './web-parts.ts';

export const INSTITUTION = 'Test University';
export const CHAPTER_SECONDS = 60;

/**
 * The web process's two origins over real custody, database and recordings, answering without a network in between.
 * @param mail where invitations go out by mail
 */
export async function startPages(
  origins = { exam: 'https://exam.localhost:8443', staff: 'https://staff.localhost:8444' },
  mail?: { settings: MailSettings; pace: Pace; log: Logger },
) {
  const folder = mkdtempSync(join(tmpdir(), 'pages-'));
  mkdirSync(join(folder, 'recordings'));
  const custody = await startCustody();
  const db = openApplianceDatabase(join(folder, 'appliance.db'));
  const log = pino({ level: 'silent' });
  const parts = openWebParts({
    db,
    data: custody.data,
    folder: join(folder, 'recordings'),
    limits: { segment: 2 ** 20, diskReserve: 0 },
  });
  const { recordings, filesFolder } = parts;
  const config = {
    CLOISTER_INSTITUTION: INSTITUTION,
    CLOISTER_ROOM_ORIGIN: ROOM_ORIGIN,
    CLOISTER_EXAM_ORIGIN: origins.exam,
    CLOISTER_RECORDINGS: join(folder, 'recordings'),
  };
  const exam = randomUUID();
  const title = 'Linear Algebra I';
  const rules = await publishExam(custody, {
    exam,
    title,
    policy: {
      purposes: ['integrity-review', 'appeal'],
      closesAt: '2126-12-01T12:00:00Z',
      retentionDays: 37,
      uploadHours: 48,
      reentry: 'any-browser',
      unit: null,
      dualControl: false,
      leastView: { chaptersAround: 1, drawn: 2 },
    },
    setup: SETUP,
  });
  enterExam(db, rules);

  const mailing =
    mail && new Mailing({ db, ...mail, institution: INSTITUTION, examOrigin: config.CLOISTER_EXAM_ORIGIN });
  mailing?.open();

  const examOrigin = originApp({ place: 'exam', origin: origins.exam, log })
    .route('/', attemptRoutes({ ...parts, custody: parts.briskCustody, config }))
    .route('/', arrangementRoutes({ ...parts, custody: parts.briskCustody }))
    .route('/', conditionRoutes(parts))
    .route('/', restrictionRoutes(parts))
    .route('/', placeRoutes(parts))
    .route('/', practiceRoutes({ db, recordings, config }))
    .route('/', examPageRoutes({ config }))
    .route('/', conductRoutes({ db, custody: parts.briskCustody, rules: parts.rules, config }))
    .route('/', charterRoutes({ custody: parts.briskCustody, config }))
    .route('/', languageRoutes());
  const staffOrigin = originApp({
    place: 'staff',
    origin: origins.staff,
    foreignPosts: { '/session': ROOM_ORIGIN },
    log,
  })
    .route('/', sessionRoutes({ custody: custody.web }))
    .route('/', draftRoutes({ db, custody: custody.web, config }))
    .route('/', revisionRoutes({ ...parts, custody: custody.web, config }))
    .route('/', documentRoutes({ ...parts, custody: custody.web, config }))
    .route('/', handInRoutes({ ...parts, custody: custody.web, config }))
    .route('/', passwordRoutes({ db, custody: custody.web, config }))
    .route('/', staffExamRoutes({ db, custody: custody.web, config }))
    .route('/', rosterRoutes({ db, custody: custody.web, config, mailing }))
    .route('/', mailRoutes({ db, custody: custody.web, config, mailing }))
    .route('/', staffArrangementRoutes({ db, custody: custody.web, config }))
    .route('/', sittingRoutes({ ...parts, custody: custody.web, config }))
    .route('/', extensionRoutes({ ...parts, custody: custody.web, config }));

  /** Asks as a browser does: own host, own origin unless told otherwise. */
  const ask = (
    place: 'exam' | 'staff',
    path: string,
    init: {
      method?: string;
      headers?: Record<string, string>;
      body?: string | FormData | Uint8Array<ArrayBuffer>;
    } = {},
  ) => {
    const origin = origins[place];
    const headers = { host: new URL(origin).host, accept: 'text/html', origin, ...init.headers };
    return (place === 'exam' ? examOrigin : staffOrigin).request(`${origin}${path}`, { ...init, headers });
  };

  let candidates = 0;
  const attempts = new Map<string, string>();
  return {
    custody,
    db,
    recordings,
    conditions: parts.conditions,
    filesFolder,
    recordingsFolder: config.CLOISTER_RECORDINGS,
    exam,
    examOrigin,
    staffOrigin,
    ask,
    enter(name: string) {
      const testTaker = enterTestTaker(db, { exam, candidate: `T-${++candidates}`, name });
      attempts.set(testTaker.token, attemptIdOf(testTaker.id));
      return testTaker;
    },
    /** Opens a personal link and gives what the test taker then asks with. */
    async visit(token: string) {
      const cookie = cookieOf(await ask('exam', `/i/${token}`));
      const page = (path: string) => ask('exam', path, { headers: { cookie } });
      const send = (path: string, content: unknown) => {
        const body = JSON.stringify(content);
        const length = String(Buffer.byteLength(body));
        const type = { 'content-type': 'application/json', 'content-length': length };
        return ask('exam', path, { method: 'POST', headers: { cookie, accept: 'application/json', ...type }, body });
      };
      const attempt = attempts.get(token);
      const start = (publicKey: unknown) => send('/attempt', { attempt, publicKey });
      const standing = () => page(`/attempt/start?attempt=${attempt}`);
      return { cookie, page, send, start, standing };
    },
    /** Signs a representative in to the staff origin through a ticket, as the room's page does. */
    async enterStaff(session: string) {
      const { ticket } = await custody.room.ticket(session);
      return ask('staff', '/session', {
        method: 'POST',
        headers: { origin: ROOM_ORIGIN, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ ticket }).toString(),
      });
    },
    mailing,
    async stop() {
      await mailing?.close();
      await parts.close();
      db.$client.close();
      await custody.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Pages = Awaited<ReturnType<typeof startPages>>;
export type Visit = Awaited<ReturnType<Pages['visit']>>;

export const SETUP: ExamSetup = examSetup.parse({
  place: { kind: 'elsewhere', address: '/demonstration' },
  unit: 'Department of Mathematics',
  necessity: { camera: 'Because nobody invigilates at home.', microphone: 'Because answers can be dictated.' },
  reviewers: 'Two reviewers of the examination board',
  arrangement: {
    alternative: 'You can sit the exam on campus without any recording.',
    contact: { name: 'Examination Office', email: 'exams@university.example' },
    answerDays: 5,
  },
  privacyOfficer: { name: 'Privacy Officer', email: 'privacy@university.example' },
  legalBasis: 'Examination act, section 8',
  costsNothing: true,
  chapterSeconds: CHAPTER_SECONDS,
});

/** @returns the cookie that an answer sets, as the browser sends it back */
export function cookieOf(answer: Response): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] as string;
}

/** An attempt key as the recorder makes it. */
export async function makeAttemptKey() {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
  return { privateKey: pair.privateKey, publicKey: toBase64url(spki), spki };
}

export type AttemptKey = Awaited<ReturnType<typeof makeAttemptKey>>;

/** Records a camera for two chapters of `CHAPTER_SECONDS` with the recorder's own encryption, and signs the seal. */
export async function recordAttempt({ recordings }: Pages, start: AttemptStart, key: AttemptKey) {
  const attempt = {
    id: start.attempt,
    exam: start.exam,
    examKey: start.examKey,
  };
  const begun = {
    source: 'camera' as const,
    mimeType: 'video/webm',
    startedAt: new Date().toISOString(),
    attemptKey: Buffer.from(key.spki),
  };
  const { recording } = (await recordings.create(attempt, begun)).state;
  const records: ChapterRecord[] = [];
  const envelopes = [];
  let number = 0;
  for (const chapter of [0, 1]) {
    const base = randomBytes(32);
    const place = { exam: start.exam, attempt: start.attempt, recording, chapter };
    const envelope = wrapChapterKey(start.examKey, place, base);
    await recordings.putEnvelope(attempt, recording, chapter, envelope);
    envelopes.push({ recording, chapter, envelope });
    const keys = await deriveChapterKeys(new Uint8Array(base), chapter);
    const segments = [];
    for (const init of [true, false]) {
      const metadata = encodeMetadata({
        recording,
        source: 'camera',
        init,
        keyframe: !init,
        start: init ? 0 : chapter * CHAPTER_SECONDS * 1e6,
        duration: init ? 0 : CHAPTER_SECONDS * 1e6,
      });
      const sealed = await encryptSegment(keys, number, metadata, new Uint8Array(randomBytes(100)));
      const body = Buffer.concat([metadata, sealed]);
      await recordings.putSegment(start.attempt, recording, number, [body]);
      const end = init ? 0 : (chapter + 1) * CHAPTER_SECONDS * 1e6;
      const bytes = body.length;
      segments.push({
        recording,
        chapter,
        number,
        start: end,
        end,
        bytes,
        digest: new Uint8Array(createHash('sha256').update(body).digest()),
      });
      number += 1;
    }
    const record: ChapterRecord = {
      attempt: start.attempt,
      recording,
      chapter,
      envelope,
      registered: true,
      missing: [],
      signed: null,
    };
    const statement = (await stateChapter(record, segments)) as string;
    await recordings.putChapterSignature(start.attempt, recording, chapter, await sign(statement, key));
    const signed = { statement, segments: segments.length, next: number, end: 0 };
    records.push({ ...record, signed });
  }
  const statement = await stateSeal(start.exam, start.attempt, records, [], new Date().toISOString());
  return { recording, envelopes, seal: await sign(statement, key) };
}

/** Has a representative watch: a touch, the keys of `chapters`, and a report of what was shown. */
export async function watch(
  { custody, exam }: Pages,
  name: string,
  recorded: Awaited<ReturnType<typeof recordAttempt>>,
  attempt: string,
  options: { chapters: number[]; shown?: { from: number; to: number } },
) {
  const reviewer = await enrolRepresentative(custody, name, [exam]);
  const recipient = await makeRecipient((await custody.room.state()).algorithm);
  const grant = await openGrant(custody, reviewer, attempt, recipient, 'all');
  const chapters = recorded.envelopes.filter(({ chapter }) => options.chapters.includes(chapter));
  await custody.room.release(reviewer.session, grant, { recipient: recipient.digest, chapters });
  if (options.shown) {
    const intervals = [{ recording: recorded.recording, ...options.shown }];
    await custody.room.viewing(reviewer.session, grant, { intervals });
    await custody.room.endGrant(reviewer.session, grant);
  }
  return reviewer;
}
