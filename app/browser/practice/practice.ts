import { type ExamKey, type RecordedKinds, type Source, toBase64url } from '../../wire.ts';
import { wrapChapterKey } from '../recorder/exam-key.ts';
import { type PageMessage, type Progress, Stop } from '../recorder/messages.ts';
import type { Entry } from '../recorder/queue.ts';
import { Recording } from '../recorder/recording.ts';
import { type Answer, request } from '../recorder/request.ts';
import { Sender } from '../recorder/sender.ts';
import { Memory } from './memory.ts';
import type { PracticeWorkerMessage } from './messages.ts';
import { words } from '../words/practice.ts';

/** Shorter than any exam's, so that a short run has several. */
const CHAPTER_SECONDS = 10;
const EXAM_PAGE = '/demonstration';
/** Milliseconds that the rest of a run is still sent for: nothing is lost with it. */
const PATIENCE = 10_000;

type Run = Extract<PageMessage, { kind: 'run' }>;
type Cluster = Extract<PageMessage, { kind: 'cluster' }>;

/**
 * A practice run in the worker: encrypts and sends as an attempt does, with an exam key of its own whose private half never
 * leaves this browser. What is sent is thrown away where it arrives, and what is here goes with the page.
 */
export class Practice {
  #tell: (message: PracticeWorkerMessage) => void;
  #memory = new Memory();
  #kinds: RecordedKinds | null = null;
  #key: { examKey: ExamKey; privateKey: CryptoKey } | null = null;
  #recordings = new Map<Source, Recording>();
  #sentUntil: number | null = null;
  #sender = new Sender(this.#memory.queue, {
    send: (entry) => this.#send(entry),
    stored: async (entry) => this.#sent(entry),
    refused: async (_entry, refusal) => {
      if (refusal.status !== 413) throw new Stop(refusal.sentence, refusal.code);
      return 'drop';
    },
    broken: (error) => this.fail(error),
  });

  constructor(tell: (message: PracticeWorkerMessage) => void) {
    this.#tell = tell;
  }

  open(kinds: RecordedKinds): void {
    this.#kinds = kinds;
    this.#tell({ kind: 'opened', attempt: 'none' });
  }

  /** Makes the run's exam key. */
  async start(): Promise<void> {
    if (!this.#kinds) throw new Error('the page did not say what is recorded');
    const { publicKey, privateKey } = await crypto.subtle.generateKey(
      { name: 'RSA-OAEP', modulusLength: 3072, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' },
      false,
      ['encrypt', 'decrypt'],
    );
    const spki = toBase64url(new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)));
    const examKey = { kid: 'practice', alg: 'RSA-OAEP-256', spki, signature: '', applianceKey: '' } as const;
    this.#key = { examKey, privateKey };
    this.#tell({
      kind: 'started',
      restrictions: [],
      examPage: EXAM_PAGE,
      uploadBy: new Date().toISOString(),
      ...this.#kinds,
    });
  }

  async run({ source, mimeType, init, beganAt, cause }: Run): Promise<void> {
    const recording = this.#recordings.get(source) ?? this.#record(source, mimeType, beganAt);
    await recording.begin(init, beganAt, cause);
  }

  async add({ source, bytes, start, duration, keyframe }: Cluster): Promise<void> {
    await this.#recordings.get(source)?.add({ bytes, start, duration, keyframe });
    this.#sender.wake();
  }

  /** Sends what is left for a moment, and gives the end of it to the page together with its key. */
  async finish(): Promise<void> {
    for (const recording of this.#recordings.values()) await recording.finish();
    await Promise.race([this.#sender.emptied(), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    this.#sender.stop();
    if (this.#key) {
      const { privateKey } = this.#key;
      this.#key = null;
      this.#tell({ kind: 'practised', privateKey, recordings: this.#memory.last() });
    }
    this.#tell({ kind: 'sealed' });
  }

  hurry(): void {
    this.#sender.hurry();
  }

  progress(): Progress {
    const { seconds, bytes, since } = this.#memory.queue.waiting();
    const leavesOut = [...this.#recordings.values()].some((recording) => recording.leavesOut);
    return {
      waitingSeconds: seconds,
      waitingBytes: bytes,
      waitingRequests: 0,
      storedUntil: this.#sentUntil === null ? null : (since ?? this.#sentUntil),
      roomSeconds: null,
      lineRate: this.#sender.lineRate,
      startedAt: this.#memory.startedAt,
      breaks: null,
      trouble: leavesOut ? 'no-room' : this.#sender.trouble,
    };
  }

  fail(error: unknown): void {
    const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const sentence = error instanceof Stop ? error.message : words.fault(detail);
    this.#tell({ kind: 'failed', sentence });
  }

  #record(source: Source, mimeType: string, beganAt: number): Recording {
    if (!this.#key) throw new Error('the run has not started');
    const { examKey } = this.#key;
    const none = { nextSegment: 0, nextChapter: 0 };
    const state = { recording: crypto.randomUUID(), source, startedAt: new Date(beganAt).toISOString(), ...none };
    const place = { exam: crypto.randomUUID(), attempt: crypto.randomUUID() };
    this.#memory.addRecording(state, mimeType);
    const parts = {
      chapterSeconds: CHAPTER_SECONDS,
      outbox: this.#memory,
      space: { allows: (bytes: number) => this.#memory.allows(bytes), take: () => {}, refuse: () => {} },
      clockLag: 0,
      wrap: (recording: string, chapter: number, base: Uint8Array<ArrayBuffer>) =>
        wrapChapterKey(examKey, { ...place, recording, chapter }, base),
    };
    const recording = new Recording(parts, state, { ...none, until: 0 });
    this.#recordings.set(source, recording);
    return recording;
  }

  async #send(entry: Entry): Promise<Answer> {
    const body = entry.kind === 'segment' ? this.#memory.body(entry) : undefined;
    if (entry.kind !== 'segment' || !body) throw new Error('a practice run sends segments alone');
    return request('PUT', `/practice/segments/${entry.number}`, body);
  }

  #sent(entry: Entry): void {
    if (entry.kind !== 'segment') return;
    this.#sentUntil = Math.max(this.#sentUntil ?? 0, entry.to);
    this.#memory.sent(entry);
  }
}
