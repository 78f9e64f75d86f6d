/** The other end of the room's protocol for its tests: custody over real WebCrypto and real WebAuthn, and real recordings. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAdaptorServer } from '@hono/node-server';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
  type WebAuthnCredential,
} from '@simplewebauthn/server';
import canonicalize from 'canonicalize';
import { build } from 'esbuild';
import pino from 'pino';
import { deriveChapterKeys, encryptSegment } from '../app/browser/sframe.ts';
import type { RoomCustody } from '../app/custody/client.ts';
import { AppError } from '../app/errors.ts';
import { assets } from '../app/http/assets.ts';
import { originApp } from '../app/http/origin-app.ts';
import { encodeFrame, type FrameType } from '../app/recordings/frames.ts';
import type { GrantView } from '../app/room/custody.ts';
import { roomRoutes } from '../app/room/routes.tsx';
import { Shelf } from '../app/room/shelf.ts';
import { encodeMetadata, type Envelope } from '../app/wire.ts';

const { subtle } = crypto;
const run = promisify(execFile);
const OAEP = { name: 'RSA-OAEP', hash: 'SHA-256' };
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('base64url');

/** A run of the recorder: a WebM whose segments are cut at its clusters. */
export interface Take {
  init: Uint8Array<ArrayBuffer>;
  /** Times in seconds since the take began. */
  clusters: { bytes: Uint8Array<ArrayBuffer>; from: number; to: number }[];
}

/** Grey of the block in the picture's corner at a second of the recording, and back. */
export const secondOf = (grey: number) => ((grey * 219) / 255 + 16 - 20) / 3;

/**
 * Films a test picture whose top left corner tells the second: luma 20 + 3 per second.
 * @param from the second at which the corner starts
 */
export async function film(folder: string, seconds: number, from: number): Promise<Take & { file: string }> {
  const file = join(folder, `${randomUUID()}.webm`);
  const size = { source: `testsrc2=s=640x480:r=15:d=${seconds}`, corner: `color=black:s=96x96:r=15:d=${seconds}` };
  const corner = `geq=lum='20+3*(T+${from})':cb=128:cr=128`;
  await run(process.env['CLOISTER_FFMPEG'] ?? 'ffmpeg', [
    ...['-loglevel', 'error', '-f', 'lavfi', '-i', size.source, '-f', 'lavfi', '-i', size.corner],
    ...['-f', 'lavfi', '-i', `sine=f=440:d=${seconds}`],
    ...['-filter_complex', `[1]${corner},format=yuv420p[c];[0]format=yuv420p[p];[p][c]overlay=0:0[v]`],
    ...['-map', '[v]', '-map', '2', '-c:v', 'libvpx', '-b:v', '800k', '-deadline', 'realtime', '-cpu-used', '8'],
    ...['-g', '30', '-keyint_min', '30', '-c:a', 'libopus', '-b:a', '32k', file],
  ]);
  return { ...cut(await readFile(file), seconds), file };
}

/** Reads EBML (RFC 8794) as far as a WebM's clusters need it. */
function cut(webm: Buffer, seconds: number): Take {
  const element = (at: number) => {
    const idLength = Math.clz32(webm[at]!) - 23;
    const sizeAt = at + idLength;
    const sizeLength = Math.clz32(webm[sizeAt]!) - 23;
    let size = webm[sizeAt]! & (0xff >> sizeLength);
    for (let i = 1; i < sizeLength; i++) size = size * 256 + webm[sizeAt + i]!;
    return { id: webm.toString('hex', at, sizeAt), content: sizeAt + sizeLength, size };
  };
  const header = element(0);
  const segment = element(header.content + header.size);
  const parts: Uint8Array[] = [
    webm.subarray(0, header.content + header.size),
    Buffer.from('1853806701ffffffffffffff', 'hex'),
  ];
  const clusters: Take['clusters'] = [];
  for (let at = segment.content; at < webm.length; ) {
    const { id, content, size } = element(at);
    const whole = webm.subarray(at, content + size);
    if (id === '1549a966' || id === '1654ae6b') parts.push(whole);
    if (id === '1f43b675') {
      const time = element(content);
      const from = webm.readUIntBE(time.content, time.size) / 1000;
      const last = clusters.at(-1);
      if (last) last.to = from;
      // Of unknown size, as the recorder writes its clusters.
      const bytes = Buffer.concat([
        Buffer.from('1f43b67501ffffffffffffff', 'hex'),
        webm.subarray(content, content + size),
      ]);
      clusters.push({ bytes: new Uint8Array(bytes), from, to: seconds });
    }
    at = content + size;
  }
  return { init: new Uint8Array(Buffer.concat(parts)), clusters };
}

interface Chapter {
  take: Take;
  /** Seconds on the recording's timeline at which the take began, and which of its seconds the chapter has. */
  at: number;
  from: number;
  to: number;
}

interface Proposed {
  act: string;
  type: 'release' | 'decide';
  attempt: string;
  by: string;
  bytes: string;
  expiresAt: string;
  content: Parameters<RoomCustody['proposeAct']>[1];
}

/** Custody's rules as far as the room depends on them. Keys, signatures and wrapping are real; the ledger is a list. */
export class TestCustody {
  /** What reached custody, in order. */
  readonly faults: Parameters<RoomCustody['fault']>[2][] = [];
  readonly releases: { recording: string; chapter: number }[] = [];
  readonly decisions: { by: string; outcome: string; reason: string; decidedAt: string }[] = [];
  readonly grants = new Map<string, GrantView & { viewing: Parameters<RoomCustody['viewing']>[2]['intervals'] }>();
  readonly attempt = randomUUID();
  readonly exam = randomUUID();
  /** Chapters that a grant covers; all when undefined. */
  covered: number[] | undefined;
  suspended = false;
  empty = false;
  readonly enrolmentToken = randomBytes(32).toString('base64url');
  readonly #representative = { id: randomUUID(), name: 'Ada Moreau', role: 'reviewer' as const };
  readonly #sessions = new Set<string>();
  readonly #acts = new Map<string, Proposed>();
  readonly #envelopes = new Map<string, string>();
  readonly #startedAt = '2026-11-23T09:02:00.000Z';
  #examKeys!: CryptoKeyPair;
  #passkey: WebAuthnCredential | undefined;
  #challenge = '';
  origin = '';

  async start(): Promise<void> {
    const parameters = { ...OAEP, modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) };
    this.#examKeys = await subtle.generateKey(parameters, false, ['encrypt', 'decrypt']);
  }

  /** Writes a recording as the recorder and web would. @returns its id and the keys that only custody may have */
  async record(folder: string, chapters: Chapter[], missing: number[] = [], source: 'camera' | 'screen' = 'camera') {
    const recording = randomUUID();
    const kid = 'exam-key';
    const pieces: Uint8Array[] = [];
    const write = (type: FrameType, ...payload: Uint8Array[]) => pieces.push(...encodeFrame(type, payload));
    const json = (value: unknown) => new TextEncoder().encode(canonicalize(value));
    const { attempt, exam } = this;
    const head = { v: 1, exam, attempt, recording, source, mimeType: 'video/webm; codecs="vp8, opus"' };
    write('header', json({ ...head, startedAt: this.#startedAt, attemptKey: 'AAAA' }));
    let number = 0;
    for (const [chapter, { take, at, from, to }] of chapters.entries()) {
      const base = crypto.getRandomValues(new Uint8Array(32));
      const key = Buffer.from(await subtle.encrypt(OAEP, this.#examKeys.publicKey, base)).toString('base64url');
      const envelope: Envelope = { v: 1, alg: 'RSA-OAEP-256', exam, attempt, recording, chapter, kid, key };
      const text = canonicalize(envelope)!;
      this.#envelopes.set(`${recording}/${chapter}`, sha256(text));
      write('envelope', new TextEncoder().encode(text));
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
    await mkdir(join(folder, attempt), { recursive: true });
    const file = join(folder, attempt, `${recording}.clr`);
    await writeFile(file, Buffer.concat(pieces));
    return { recording, file };
  }

  /** The client's methods. */
  get room(): RoomCustody {
    const view = () => {
      const recordings = [...new Set([...this.#envelopes.keys()].map((name) => name.split('/')[0]!))].map(
        (recording) => ({
          recording,
          chapters: [...this.#envelopes.keys()].filter((name) => name.startsWith(recording)).length,
        }),
      );
      const { attempt, exam, decisions } = this;
      return {
        ...{ attempt, exam, title: 'Thermodynamics I', candidate: 'K-2041', recordings, decisions },
        ...{ startedAt: this.#startedAt, sealedAt: '2026-11-23T10:35:00.000Z' },
      };
    };
    const who = async (session: string) => {
      if (!this.#sessions.has(session)) throw new AppError('not-signed-in');
      if (this.suspended)
        throw new AppError('refused', {
          sentence: 'Your approval as a representative is not in force. Ask an officer.',
        });
      return this.#representative;
    };
    const open = () => {
      const session = randomBytes(32).toString('base64url');
      this.#sessions.add(session);
      return { session, representative: this.#representative };
    };
    const actOf = (id: string) => this.#acts.get(id) ?? absent();
    const grantOf = (id: string) => this.grants.get(id) ?? absent();
    const rp = { expectedOrigin: this.origin, expectedRPID: 'localhost', requireUserVerification: true };
    const verify = async (response: unknown, challenge: string) => {
      const credential = this.#passkey ?? absent();
      const answer = response as AuthenticationResponseJSON;
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        ...{ response: answer, credential, expectedChallenge: challenge, ...rp },
      }).catch((cause: Error) => {
        throw new AppError('refused', { sentence: 'The passkey signed something else.', cause });
      });
      if (!verified) throw new AppError('refused');
      credential.counter = authenticationInfo.newCounter;
    };
    const describe = ({ act, type, attempt, bytes, expiresAt, content }: Proposed) => ({
      ...{ act, type, attempt, bytes, expiresAt },
      sentence:
        content.type === 'release'
          ? `Ada Moreau may watch the recording of test taker K-2041 in “Thermodynamics I” for the purpose “${content.purpose}”, for 60 minutes, in this browser only.`
          : `Ada Moreau decides on the attempt of test taker K-2041 in “Thermodynamics I”: ${content.outcome}.`,
      details: [
        { term: 'Who', value: 'Ada Moreau' },
        { term: 'Test taker', value: 'K-2041' },
        ...(content.type === 'release'
          ? [{ term: 'Purpose', value: content.purpose }]
          : [{ term: 'Reason', value: content.reason }]),
        { term: 'Can be signed until', value: expiresAt },
      ],
      options: {
        challenge: sha256(bytes),
        rpId: 'localhost',
        allowCredentials: this.#passkey ? [{ id: this.#passkey.id, type: 'public-key' as const }] : [],
        userVerification: 'required' as const,
      },
    });
    return {
      state: async () => ({ algorithm: 'RSA-OAEP-256' as const }),
      session: async (session) => ({ representative: await who(session) }),
      endSession: async (session) => void this.#sessions.delete(session),
      enrolmentOptions: async (token) => {
        if (token !== this.enrolmentToken)
          throw new AppError('refused', { sentence: 'This enrolment link is not valid.' });
        const { id, name } = this.#representative;
        const options = await generateRegistrationOptions({
          ...{ rpName: 'Test University', rpID: 'localhost', userName: name, userID: new TextEncoder().encode(id) },
          authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        });
        this.#challenge = options.challenge;
        return { representative: this.#representative, options: options as never };
      },
      enrol: async (_token, response) => {
        const answer = response as RegistrationResponseJSON;
        const result = await verifyRegistrationResponse({
          response: answer,
          expectedChallenge: this.#challenge,
          ...rp,
        });
        if (!result.verified) throw new AppError('refused');
        this.#passkey = result.registrationInfo.credential;
        return open();
      },
      signInOptions: async () => {
        const options = await generateAuthenticationOptions({ rpID: 'localhost', userVerification: 'required' });
        this.#challenge = options.challenge;
        return { options: options as never };
      },
      signIn: async (response) => {
        await verify(response, this.#challenge);
        return open();
      },
      ticket: async (session) => {
        await who(session);
        return { ticket: randomBytes(32).toString('base64url') };
      },
      attempts: async (session) => {
        await who(session);
        return { attempts: this.empty ? [] : [view()] };
      },
      attempt: async (session, attempt) => {
        await who(session);
        if (attempt !== this.attempt) absent();
        const accesses = [...this.grants.values()].map((grant, entry) => ({
          ...{
            kind: 'viewed' as const,
            at: '2026-11-23T11:00:00.000Z',
            by: 'Ada Moreau',
            purpose: grant.purpose,
            entry,
          },
          ...{ intervals: grant.viewing, chapters: [], outcome: null, reason: null },
        }));
        return {
          ...view(),
          purposes: ['integrity-review' as const, 'appeal' as const],
          alg: 'RSA-OAEP-256' as const,
          accesses,
        };
      },
      proposeAct: async (session, content) => {
        const { id } = await who(session);
        const act = randomUUID();
        const expiresAt = new Date(Date.now() + 600_000).toISOString();
        const bytes = canonicalize({ ...content, act, representative: id, expiresAt })!;
        const proposed = { act, type: content.type, attempt: content.attempt, by: id, bytes, expiresAt, content };
        this.#acts.set(act, proposed);
        return describe(proposed);
      },
      act: async (session, id) => {
        await who(session);
        return describe(actOf(id));
      },
      signAct: async (session, id, response) => {
        const { name, id: representative } = await who(session);
        const { bytes, type, attempt, content } = actOf(id);
        await verify(response, sha256(bytes));
        if (content.type === 'decide') {
          const { outcome, reason } = content;
          this.decisions.push({ by: name, outcome, reason, decidedAt: new Date().toISOString() });
        } else {
          const all = [...this.#envelopes.keys()].map((key) => key.split('/') as [string, string]);
          this.grants.set(id, {
            ...{
              grant: id,
              attempt,
              exam: this.exam,
              title: 'Thermodynamics I',
              candidate: 'K-2041',
              purpose: content.purpose,
            },
            ...{
              recipient: content.recipient,
              representative: { id: representative, name },
              endedAt: null,
              viewing: [],
            },
            expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
            chapters: all
              .map(([recording, chapter]) => ({ recording, chapter: Number(chapter) }))
              .filter(({ chapter }) => this.covered?.includes(chapter) ?? true),
          });
        }
        return { act: id, type, attempt };
      },
      grant: async (session, id) => {
        await who(session);
        return grantOf(id);
      },
      release: async (session, id, { recipient, chapters }) => {
        await who(session);
        const grant = grantOf(id);
        if (grant.endedAt) throw new AppError('refused', { sentence: 'This view has ended.' });
        const spki = Buffer.from(grant.recipient, 'base64url');
        if (sha256(spki) !== recipient) throw new AppError('refused', { sentence: 'Another browser.' });
        const to = await subtle.importKey('spki', spki, OAEP, false, ['encrypt']);
        const keys = await Promise.all(
          chapters.map(async ({ recording, chapter, envelope }) => {
            if (this.#envelopes.get(`${recording}/${chapter}`) !== sha256(envelope)) throw new AppError('refused');
            this.releases.push({ recording, chapter });
            const wrapped = Buffer.from((JSON.parse(envelope) as Envelope).key, 'base64url');
            const base = await subtle.decrypt(OAEP, this.#examKeys.privateKey, wrapped);
            const key = Buffer.from(await subtle.encrypt(OAEP, to, base)).toString('base64url');
            return { recording, chapter, key, alg: 'RSA-OAEP-256' as const };
          }),
        );
        return { keys };
      },
      viewing: async (session, id, { intervals }) => {
        await who(session);
        grantOf(id).viewing = intervals;
      },
      fault: async (session, _id, fault) => {
        await who(session);
        this.faults.push(fault);
      },
      endGrant: async (session, id) => {
        await who(session);
        grantOf(id).endedAt = new Date().toISOString();
      },
    } satisfies RoomCustody as RoomCustody;
  }
}

function absent(): never {
  throw new AppError('not-found');
}

/** What stands between the room and the browser: may replace a segment's body. */
export type Relay = (
  segment: { recording: string; number: number },
  body: Uint8Array,
) => Uint8Array | Promise<Uint8Array>;

/** Serves the real room routes and the real scripts on a port of localhost, where passkeys work without TLS. */
export async function openRoom() {
  const folder = await mkdtemp(join(tmpdir(), 'cloister-room-'));
  const [recordings, built] = [join(folder, 'recordings'), join(folder, 'assets')];
  await Promise.all([mkdir(recordings), mkdir(built)]);
  await Promise.all([
    cp('app/assets', built, { recursive: true }),
    build({
      ...{ bundle: true, platform: 'browser', format: 'esm', minify: true, outdir: built, logLevel: 'error' },
      entryPoints: {
        player: 'app/browser/player/player.ts',
        passkey: 'app/browser/passkey.ts',
        theme: 'app/browser/theme.ts',
      },
    }),
    cp('node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2', join(built, 'inter.woff2')),
    cp(
      'node_modules/@fontsource-variable/source-serif-4/files/source-serif-4-latin-wght-normal.woff2',
      join(built, 'source-serif.woff2'),
    ),
  ]);
  const custody = new TestCustody();
  await custody.start();
  const relay: { now: Relay | undefined } = { now: undefined };
  let fetch: (request: Request, env: unknown) => Response | Promise<Response> = () =>
    new Response(null, { status: 503 });
  const server = createAdaptorServer({ fetch: (request, env) => fetch(request, env) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  custody.origin = origin;
  const app = originApp({ place: 'room', origin, log: pino({ level: 'silent' }) });
  app.use('/grants/:grant/recordings/:recording/segments/:number', async (c, next) => {
    await next();
    const { recording, number } = c.req.param();
    if (!relay.now || c.res.status !== 200) return;
    const body = await relay.now({ recording, number: Number(number) }, new Uint8Array(await c.res.arrayBuffer()));
    c.res = new Response(body.slice(), { headers: c.res.headers });
  });
  app.route('/', assets(built));
  app.route(
    '/',
    roomRoutes({
      custody: custody.room,
      shelf: new Shelf(recordings),
      config: {
        CLOISTER_INSTITUTION: 'Test University',
        CLOISTER_STAFF_ORIGIN: 'https://staff.localhost:8443',
      },
    }),
  );
  fetch = app.fetch as typeof fetch;
  const close = async () => {
    await new Promise((resolve) => {
      server.close(resolve);
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
    await rm(folder, { recursive: true });
  };
  return { origin, custody, relay, folder, recordings, close };
}
