/** What the recorder's tests need around the appliance: exams of two kinds, a roster, and a reviewer who opens what was recorded. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import { attemptIdOf } from '../app/attempts/attempt.ts';
import { askForArrangement, settleRequestsOf } from '../app/arrangements/request.ts';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { decryptSegment, deriveChapterKeys } from '../app/browser/sframe.ts';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';
import { enterExam } from '../app/exams/exam.ts';
import { fragmentOf } from '../app/exams/fingerprint.ts';
import { inspectRecording } from '../app/recordings/inspect.ts';
import { listRecordings, readIndex, readSegment } from '../app/recordings/reader.ts';
import { decodeMetadata, METADATA_BYTES, type Source } from '../app/wire.ts';
import { findAttemptOf } from '../db/appliance/attempts.ts';
import { listRequestsOf } from '../db/appliance/arrangements.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import type { ArrangementTerms } from '../hsm/arrangement.ts';
import { startAppliance } from './appliance.ts';
import { enrolRepresentative, makeRecipient, openDesk, openGrant, publishExam, signAll } from './custody-process.ts';
import { WeatherRelay } from './weather-relay.ts';

export interface PlainSegment {
  chapter: number;
  number: number;
  init: boolean;
  keyframe: boolean;
  /** µs on the recording's timeline. */
  start: number;
  duration: number;
  bytes: Uint8Array;
}

const { camera, microphone, screen } = DEMONSTRATION.setup.necessity;
/** Short chapters where several have to come by, long ones where only a reload or a lost device may begin one. */
const EXAMS = {
  short: { chapterSeconds: 5, necessity: { camera, microphone } },
  long: { chapterSeconds: 300, necessity: { camera, microphone } },
  screened: { chapterSeconds: 300, necessity: { camera, microphone, screen } },
  'screen-only': { chapterSeconds: 300, necessity: { screen } },
} as const;
export type ExamKind = keyof typeof EXAMS;

/** Starts the appliance with a relay in front of its exam origin. */
export async function openSetting() {
  const appliance = await startAppliance({ testTakers: 1 });
  const db = openApplianceDatabase(join(appliance.data, 'web/appliance.db'));
  const folder = join(appliance.data, 'recordings');
  const custody = await openDesk(appliance.data, appliance.room);
  const enter = async (kind: ExamKind) => {
    const { title, policy, setup } = DEMONSTRATION;
    const exam = randomUUID();
    const rules = await publishExam(custody, { exam, title, policy, setup: { ...setup, ...EXAMS[kind] } });
    enterExam(db, rules);
    return { exam, examKey: rules.examKey };
  };
  const exams = {
    short: await enter('short'),
    long: await enter('long'),
    screened: await enter('screened'),
    'screen-only': await enter('screen-only'),
  };
  const reviewer = await enrolRepresentative(
    custody,
    'Reviewer',
    Object.values(exams).map(({ exam }) => exam),
  );
  const relay = await WeatherRelay.open(appliance);
  let candidates = 0;

  /** Opens an attempt as a reviewer does: a grant for a purpose, and each chapter's key for a key pair of this test. */
  async function releaseKeys(attempt: string, chapters: { recording: string; chapter: number; envelope: string }[]) {
    const recipient = await makeRecipient(exams.short.examKey.alg);
    const grant = await openGrant(custody, reviewer, attempt, recipient, 'all');
    const { keys } = await custody.room.release(reviewer.session, grant, { recipient: recipient.digest, chapters });
    return Promise.all(
      keys.map(async ({ chapter, key }) => {
        const base = Uint8Array.from(await recipient.unwrap(key));
        return [chapter, await deriveChapterKeys(base, chapter)] as const;
      }),
    );
  }

  /** Puts another test taker on the roster. */
  function invite(kind: ExamKind = 'long') {
    const { exam, examKey } = exams[kind];
    const candidate = `R-${++candidates}`;
    const { id, token } = enterTestTaker(db, { exam, candidate, name: `Test taker ${candidate}` });
    const fragment = fragmentOf(examKey.applianceKey);
    const attemptOf = () => findAttemptOf(db, id)?.id;
    const files = async () => {
      const attempt = attemptOf();
      return attempt === undefined ? [] : listRecordings(folder, attempt);
    };
    /** The attempt's only recording, or the one of a source where it has two. */
    const file = async (source?: Source) => {
      const all = (await files()).map(async ({ file: path }) => {
        // One that is just being made has no header yet.
        const index = await readIndex(path).catch(() => null);
        return index === null ? [] : [{ path, source: index.header.source }];
      });
      const headers = (await Promise.all(all)).flat();
      const [only, ...others] = headers.filter((header) => source === undefined || header.source === source);
      expect(others).toEqual([]);
      return only?.path;
    };
    return {
      exam,
      /** Has an arrangement asked for, and granted by an act. */
      async grant(changes: Partial<ArrangementTerms>) {
        const asked = { needs: ['breaks' as const], extraMinutes: null, leftOut: [] };
        const parts = { db, custody: custody.web };
        await askForArrangement(parts, { id, exam, candidate, name: candidate }, { asked, words: '' });
        const [request] = listRequestsOf(db, id);
        const none = { extraMinutes: 0, breakMinutes: 0, leftOut: [], anyDevice: false, elsewhere: '' };
        const terms = { ...none, ...changes };
        const { act } = await custody.web.propose({ type: 'grant-arrangement', exam, request: request!.id, terms });
        await signAll(custody, act, [custody.founders.administrator]);
        await settleRequestsOf(parts, id);
      },
      /** Of the attempt, which may not have begun. */
      id: attemptIdOf(id),
      link: `${appliance.exam}/i/${token}#${fragment}`,
      fingerprint: fragment.replace('key=', ''),
      /** @returns undefined before the start */
      attempt: attemptOf,
      files,
      /** @returns what web has on its disk of the only recording, or of the source's */
      async stored(source?: Source) {
        const path = await file(source);
        return path === undefined ? undefined : readIndex(path);
      },
      async inspection(source?: Source) {
        return inspectRecording((await file(source)) as string);
      },
      /** Decrypts all that web has of the only recording, or of the source's. */
      async segments(source?: Source): Promise<PlainSegment[]> {
        const path = (await file(source)) as string;
        const { header, envelopes, segments } = await readIndex(path);
        const { recording } = header;
        const chapters = [...envelopes].map(([chapter, envelope]) => ({ recording, chapter, envelope }));
        const keys = new Map(await releaseKeys(header.attempt, chapters));
        const opened: PlainSegment[] = [];
        for (const stored of segments) {
          const body = Uint8Array.from(await readSegment(path, stored));
          const head = body.slice(0, METADATA_BYTES);
          expect(decodeMetadata(head).recording).toBe(recording);
          const bytes = await decryptSegment(
            keys.get(stored.chapter)!,
            stored.number,
            head,
            body.slice(METADATA_BYTES),
          );
          const { chapter, number, init, keyframe, start, duration } = stored;
          opened.push({ chapter, number, init, keyframe, start, duration, bytes });
        }
        return opened;
      },
    };
  }

  return {
    origin: appliance.exam,
    relay,
    invite,
    async close() {
      relay.close();
      db.$client.close();
      await appliance.stop();
    },
  };
}

export type RecorderSetting = Awaited<ReturnType<typeof openSetting>>;
export type Invited = ReturnType<RecorderSetting['invite']>;
