/** The room as the process serves it, over a real custody process and real recordings, on a port of localhost. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import canonicalize from 'canonicalize';
import pino from 'pino';
import { deriveChapterKeys, encryptSegment } from '../app/browser/sframe.ts';
import { encodeFrame, type FrameType } from '../app/recordings/frames.ts';
import { roomOrigin } from '../app/room-origin.ts';
import { encodeMetadata, type GapCause } from '../app/wire.ts';
import {
  inviteReviewer,
  policy,
  publishExam,
  registerAttempt,
  startCustody,
  wrapChapterKey,
} from './custody-process.ts';
import type { Take } from './take.ts';

interface Chapter {
  take: Take;
  /** Seconds on the recording's timeline at which the take began, and which of its seconds the chapter has. */
  at: number;
  from: number;
  to: number;
  /** Custody never heard of it, so that no grant covers it. */
  unregistered?: boolean;
  /** Its envelope holds a key that the exam's key cannot open, as only a test taker's own program would make it. */
  unreadable?: boolean;
}

/** What stands between the room and the browser: may replace a segment's body. */
export type Relay = (
  segment: { recording: string; number: number },
  body: Uint8Array,
) => Uint8Array | Promise<Uint8Array>;

const SEGMENT = /\/recordings\/([^/]+)\/segments\/(\d+)$/;

/**
 * Starts custody with an exam, and serves the room on http://localhost, where passkeys work without TLS.
 * @param options.leastView of the exam's rules; without it all of up to five chapters is shown
 * @param options.environment further settings of custody
 */
export async function openRoom({
  leastView = { chaptersAround: 1, drawn: 5 },
  environment = {} as Record<string, string>,
} = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'cloister-room-'));
  const recordings = join(folder, 'recordings');
  await mkdir(recordings);
  const relay: { now: Relay | undefined } = { now: undefined };
  let app: ReturnType<typeof roomOrigin> | undefined;
  const server = createAdaptorServer({
    fetch: async (request, env) => {
      const answer = (await app?.fetch(request, env)) ?? new Response(null, { status: 503 });
      const [, recording, number] = SEGMENT.exec(new URL(request.url).pathname) ?? [];
      if (!relay.now || !recording || answer.status !== 200) return answer;
      const stored = new Uint8Array(await answer.arrayBuffer());
      const body = await relay.now({ recording, number: Number(number) }, stored);
      return new Response(body.slice(), { headers: answer.headers });
    },
  }) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const custody = await startCustody({ roomOrigin: origin, environment });
  const exam = randomUUID();
  const { examKey } = await publishExam(custody, {
    exam,
    title: 'Thermodynamics I',
    policy: { ...policy(), leastView },
  });
  app = roomOrigin({
    config: {
      CLOISTER_INSTITUTION: 'Test University',
      CLOISTER_EXAM_ORIGIN: 'https://exam.localhost:8443',
      CLOISTER_STAFF_ORIGIN: 'https://staff.localhost:8444',
      CLOISTER_ROOM_ORIGIN: origin,
      CLOISTER_ADDRESS: '127.0.0.1',
      CLOISTER_RECORDINGS: recordings,
      CLOISTER_CUSTODY_SOCKET: join(custody.data, 'sockets/room.sock'),
      CLOISTER_LOG_LEVEL: 'silent',
      // The listener above stands for the process's own, which has TLS.
      CLOISTER_ROOM_PORT: Number(new URL(origin).port),
      CLOISTER_ROOM_CERTIFICATE: '',
      CLOISTER_ROOM_KEY: '',
    },
    custody: custody.room,
    assetFolder: 'dist/assets',
    log: pino({ level: 'silent' }),
  });

  /** Writes a recording as the recorder and web would, its chapters registered with custody. @returns its id */
  async function record(
    { attempt, publicKey }: Awaited<ReturnType<typeof startAttempt>>,
    chapters: Chapter[],
    {
      missing = [],
      source = 'camera',
      mimeType = 'video/webm; codecs="vp8, opus"',
      startsAfter = 0,
      gaps = [],
    }: {
      missing?: number[];
      source?: 'camera' | 'screen';
      mimeType?: string;
      /** Seconds by which the recording begins after 09:02 UTC. */
      startsAfter?: number;
      /** Seconds. */
      gaps?: { from: number; to: number; cause: GapCause }[];
    } = {},
  ): Promise<string> {
    const recording = randomUUID();
    const pieces: Uint8Array[] = [];
    const write = (type: FrameType, ...payload: Uint8Array[]) => pieces.push(...encodeFrame(type, payload));
    const head = { v: 1, exam, attempt, recording, source, mimeType };
    const startedAt = new Date(Date.UTC(2026, 10, 23, 9, 2) + startsAfter * 1000).toISOString();
    write('header', Buffer.from(canonicalize({ ...head, startedAt, attemptKey: publicKey }) as string));
    let number = 0;
    for (const [chapter, { take, at, from, to, unregistered, unreadable }] of chapters.entries()) {
      const base = crypto.getRandomValues(new Uint8Array(32));
      const wrapping = unreadable ? { ...examKey, spki: foreignKey() } : examKey;
      const wrap = () => wrapChapterKey(wrapping, { exam, attempt, recording, chapter }, Buffer.from(base));
      let envelope = wrap();
      // Below every modulus of this length, so that custody has no reason to refuse it when it is registered.
      const leads = () => Buffer.from((JSON.parse(envelope) as { key: string }).key, 'base64url')[0] ?? 0;
      while (unreadable && leads() >= 0x80) envelope = wrap();
      if (!unregistered) await custody.web.registerChapter(envelope);
      write('envelope', Buffer.from(envelope));
      const keys = await deriveChapterKeys(base, chapter);
      const put = async (init: boolean, start: number, duration: number, media: Uint8Array<ArrayBuffer>) => {
        const own = { recording, source, keyframe: !init, init, start: start * 1e6, duration: duration * 1e6 };
        const metadata = encodeMetadata(own);
        const sealed = await encryptSegment(keys, number, metadata, media);
        if (!missing.includes(number)) write('segment', metadata, sealed);
        number++;
      };
      await put(true, at, 0, take.init);
      for (const one of take.clusters.filter((cluster) => cluster.from >= from && cluster.from < to))
        await put(false, at + one.from, one.to - one.from, one.bytes);
    }
    for (const { from, to, cause } of gaps)
      write('gap', Buffer.from(JSON.stringify({ from: from * 1e6, to: to * 1e6, cause })));
    await mkdir(join(recordings, attempt), { recursive: true });
    await writeFile(join(recordings, attempt, `${recording}.clr`), Buffer.concat(pieces));
    return recording;
  }

  const startAttempt = (candidate: string) => registerAttempt(custody, exam, candidate, 0);

  return {
    origin,
    exam,
    custody,
    relay,
    folder,
    startAttempt,
    record,
    /** @returns the address at which a new representative enrols, and their id */
    async invite(name: string, exams = [exam]) {
      const { representative, enrolment } = await inviteReviewer(custody, name, exams);
      return { id: representative, link: `${origin}/enrolments/${enrolment}` };
    },
    async close() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await custody.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** @returns a key that custody does not have, SubjectPublicKeyInfo, base64url */
function foreignKey(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
  return publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
}
