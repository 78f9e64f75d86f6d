import {
  type AttemptStart,
  type GapCause,
  type OwnTime,
  type RecordingState,
  type Source,
  toBase64url,
} from '../../wire.ts';
import { Breaks } from './breaks.ts';
import { Delivery } from './delivery.ts';
import { Incidents } from './incidents.ts';
import { checkExamKey, sha256, wrapChapterKey } from './exam-key.ts';
import { FreeSpace } from './free-space.ts';
import { isOver, type PageMessage, type Progress, Stop, type Trouble, type WorkerMessage } from './messages.ts';
import { Outbox } from './outbox.ts';
import type { Kind } from './page.ts';
import { mimeTypeOf, Recording } from './recording.ts';
import { type Answer, delayAfter, insist, type Refusal, request, troubleOf } from './request.ts';
import { Sender } from './sender.ts';
import { sign, stateSeal } from './statement.ts';
import { type AttemptKey, isFull, Store } from './store.ts';
import { words } from '../words/sending.ts';

/** Milliseconds by which this computer's clock may be ahead when it says that an upload has ended. */
const CLOCK_ERROR = 24 * 3_600_000;
/** Bytes of clusters that wait for their turn; a slow disk may hold more up. */
const HELD = 32 * 2 ** 20;
/** How often a seal that does not fit is made anew where no other browser's chapters can be on their way. */
const SEALS = 5;

type Run = Extract<PageMessage, { kind: 'run' }>;
type Cluster = Extract<PageMessage, { kind: 'cluster' }>;

/** Milliseconds between two tries to seal that did not fit, growing. */
const SEAL_PAUSE = { first: 1000, longest: 60_000 };

/** What is left of the attempt in this browser, on its way to the appliance. */
interface Shipment {
  key: AttemptKey;
  /** Base64url SHA-256 of the key's public half. */
  digest: string;
  outbox: Outbox;
  sender: Sender;
  incidents: Incidents;
}

/** The attempt in the worker: its keys, its recordings and all that is sent of them. */
export class Attempt {
  #tell: (message: WorkerMessage) => void;
  /** Its id. */
  #id = '';
  #store: Store | null = null;
  #fingerprint: string | null = null;
  #running: AttemptStart | null = null;
  #shipment: Shipment | null = null;
  #recordings = new Map<Source, Recording>();
  /** By source: the last of what its captures gave, one after another: a cluster waits for the run that it belongs to. */
  #turns = new Map<Source, Promise<void>>();
  #held = 0;
  #space = new FreeSpace();
  #trouble: Trouble | null = null;
  /** How often the attempt was begun or taken over here. */
  #starts = 0;
  #replaced = false;
  /** What the page says that it cannot record just now. */
  #lacks: Kind[] = [];
  #breaks = new Breaks();
  #phase: 'recording' | 'finishing' | null = null;
  /** Whether the appliance is being told how recording stands. */
  #reporting = false;

  constructor(tell: (message: WorkerMessage) => void) {
    this.#tell = tell;
  }

  /** Looks whether the attempt is under way already; what an earlier page left of it is sent from now on. */
  async open(attempt: string, fingerprint: string | null): Promise<void> {
    this.#id = attempt;
    this.#fingerprint = fingerprint;
    const store = await Store.open().catch(() => {
      throw new Stop(words.noStore);
    });
    this.#store = store;
    // This computer's clock may be wrong: of its own attempt the appliance says whether it is over.
    await store.forgetEndedBefore(Date.now() - CLOCK_ERROR, attempt);
    const [key, record] = await Promise.all([store.keyOf(attempt), store.attempt(attempt)]);
    const found = await this.#find(record !== undefined);
    if (found === 'sealed') await store.forget(attempt);
    if (found === 'none' || found === 'sealed') return this.#tell({ kind: 'opened', attempt: found });
    this.#running = found;
    this.#breaks = new Breaks(record?.breaks);
    this.#allowBreaks(found);
    if (key && record) await this.#takeUp(key);
    if (this.#shipment && !record?.finishedAt && this.#breaks.current) {
      this.#phase = 'recording';
      return this.#tell({ kind: 'opened', attempt: 'break' });
    }
    if (!this.#shipment || !record?.finishedAt) return this.#tell({ kind: 'opened', attempt: 'running' });
    this.#phase = 'finishing';
    this.#tell({ kind: 'opened', attempt: 'finished' });
    this.#tellStarted(found);
    await this.#complete(record.finishedAt);
  }

  /** @param begun whether this browser knows that it was begun: it is another's session then that finds nothing */
  async #find(begun: boolean): Promise<AttemptStart | 'none' | 'sealed'> {
    for (let failures = 0; ; failures++) {
      const answer = await this.#ask();
      if (answer.accepted) return (await answer.json()) as AttemptStart;
      if (answer.code === 'not-found' && !begun) return 'none';
      if (answer.code === 'attempt-sealed') return 'sealed';
      if (!answer.retryable) throw new Stop(answer.sentence, answer.code);
      this.#tell({ kind: 'notice', sentence: noticeOf(answer) });
      await pause(failures, answer);
    }
  }

  /** Starts the attempt, or goes on with it: registers the attempt key and checks the exam key. */
  async start(): Promise<void> {
    const store = this.#ready(this.#store);
    const key = await store.makeKey(this.#id);
    const start = (await this.#insist('POST', '/attempt', {
      attempt: this.#id,
      publicKey: toBase64url(key.spki),
    })) as AttemptStart;
    await checkExamKey(start, this.#fingerprint);
    this.#running = start;
    this.#allowBreaks(start);
    await this.#save(null);
    await store.holdPlace();
    await this.#space.look();
    this.#starts++;
    this.#replaced = false;
    if (!this.#shipment) await this.#takeUp(key);
    if (this.#recordings.size === 0) await this.#prepare(start);
    this.#tellStarted(start);
    this.#phase = 'recording';
    void this.report();
  }

  #tellStarted({ examPage, uploadBy, sources, sound, bounds, restrictions }: AttemptStart): void {
    this.#tell({ kind: 'started', examPage, uploadBy, sources, sound, bounds, restrictions });
  }

  /** A capture of a source began. */
  run({ source, init, beganAt, cause }: Run): Promise<void> {
    return this.#inTurn(source, () => this.#recording(source).begin(init, beganAt, cause));
  }

  add(cluster: Cluster): Promise<void> {
    const { source, bytes } = cluster;
    const size = bytes.length;
    if (this.#held + size > HELD) {
      const { start, duration, keyframe } = cluster;
      return this.#inTurn(source, () => this.#recording(source).leaveOut({ start, duration, keyframe }));
    }
    this.#held += size;
    return this.#inTurn(source, async () => {
      try {
        const recording = this.#recording(source);
        await recording.add(cluster);
        await this.#settleIncidents(false);
        if (this.#replaced) await recording.finish();
      } finally {
        this.#held -= size;
      }
    });
  }

  /** Writes down that the test taker has finished, then sends what is left, signs and seals. */
  async finish(missing: Partial<Record<Source, GapCause>>): Promise<void> {
    this.#phase = 'finishing';
    const finishedAt = new Date().toISOString();
    await this.#save(finishedAt);
    await Promise.all(this.#turns.values());
    for (const [source, recording] of this.#recordings) await recording.finish(missing[source], Date.parse(finishedAt));
    await this.#settleIncidents(true);
    // What was sent made room for gaps that there was none for.
    await this.#ready(this.#shipment).sender.emptied();
    for (const recording of this.#recordings.values()) await recording.finish();
    await this.#complete(finishedAt);
  }

  /** The page noted something of a restriction. */
  async note(noted: Extract<PageMessage, { kind: 'noted' }>): Promise<void> {
    const { restriction, from, to } = noted;
    await this.#shipment?.incidents.note({ restriction, from, to }, this.#placesOfIncidents);
    this.#shipment?.sender.wake();
  }

  async #settleIncidents(rest: boolean): Promise<void> {
    await this.#shipment?.incidents.settle(this.#placesOfIncidents, rest);
    this.#shipment?.sender.wake();
  }

  /** The recordings in which it shows what was noted: the screen's before the camera's. */
  get #placesOfIncidents(): string[] {
    return (['screen', 'camera'] as const).flatMap((source) => this.#recordings.get(source)?.id ?? []);
  }

  /** The test taker takes a break: that outlives this page, and each chapter is complete with what was recorded by now. */
  async pause(missing: Partial<Record<Source, GapCause>>): Promise<void> {
    this.#breaks.begin(Date.now(), missing);
    this.#lacks = [];
    const finished = [...this.#recordings].map(([source, recording]) =>
      this.#inTurn(source, () => recording.finish(missing[source], Date.now())),
    );
    await this.#keepBreaks();
    await Promise.all(finished);
    void this.report();
  }

  /** The test taker goes on. Of recordings that were not taken up again yet, {@link start} tells the break. */
  async goOn(): Promise<void> {
    const ended = this.#breaks.end(Date.now());
    if (!ended) return;
    // What is captured from now on has its turn behind this.
    for (const [source, recording] of this.#recordings) void this.#inTurn(source, () => recording.rest(ended));
    await this.#keepBreaks();
    void this.report();
  }

  /** Of what the exam records, what gives nothing from now on: said at once, as somebody may be there to help. */
  lack(lacks: Kind[]): void {
    this.#lacks = lacks;
    void this.report();
  }

  /** Tells the appliance how recording stands, and hears how long it may last. What gets lost of it is told the next time. */
  async report(): Promise<void> {
    if (this.#phase === null || this.#replaced || this.#reporting) return;
    this.#reporting = true;
    const { waitingSeconds, trouble, breaks } = this.progress();
    const rests = breaks?.on === true;
    const lacks = rests ? (breaks.left > 0 ? [] : this.#kinds) : this.#lacks;
    const condition = {
      attempt: this.#id,
      phase: this.#phase,
      lacks: trouble === 'no-room' ? [...lacks, 'room'] : lacks,
      waitingSeconds: Math.round(waitingSeconds),
      ...(rests && breaks.left > 0 && { breakSeconds: Math.ceil(breaks.left / 1000) }),
    };
    try {
      const answer = await request('PUT', '/attempt/condition', JSON.stringify(condition));
      if (!answer.accepted) return;
      const time = (await answer.json()) as OwnTime;
      this.#breaks.allowedMinutes = time.breakMinutes;
      this.#tell({ kind: 'time', time });
    } finally {
      this.#reporting = false;
    }
  }

  /** The connection is said to be back. */
  hurry(): void {
    this.#shipment?.sender.hurry();
  }

  /** Asks how much room there is. */
  async look(): Promise<void> {
    await this.#space.look();
  }

  progress(): Progress {
    const { outbox, sender } = this.#shipment ?? {};
    const { seconds, bytes, since } = outbox?.queue.waiting() ?? { seconds: 0, bytes: 0, since: null };
    const leavesOut = [...this.#recordings.values()].some((recording) => recording.leavesOut);
    return {
      waitingSeconds: seconds,
      waitingBytes: bytes,
      waitingRequests: outbox?.queue.length ?? 0,
      storedUntil: outbox?.storedUntil == null ? null : (since ?? outbox.storedUntil),
      roomSeconds: this.#space.seconds,
      lineRate: sender?.lineRate ?? null,
      startedAt: outbox?.startedAt ?? null,
      breaks: this.#breaks.standing(Date.now()),
      trouble: leavesOut ? 'no-room' : (sender?.trouble ?? this.#trouble),
    };
  }

  /** Something broke that is not the page's: says so, and forgets the attempt where nobody takes what is left of it. */
  async fail(error: unknown): Promise<void> {
    this.#tell({ kind: 'failed', sentence: sentenceOf(error) });
    if (!(error instanceof Stop) || !isOver(error.code)) return;
    this.#shipment?.sender.stop();
    const { outbox } = this.#shipment ?? {};
    await (outbox ? outbox.forget() : this.#store?.forget(this.#id));
  }

  async #takeUp(key: AttemptKey): Promise<void> {
    const store = this.#ready(this.#store);
    const outbox = await Outbox.load(store, this.#id);
    const delivery = new Delivery(store, outbox, key, () => this.#tell({ kind: 'notice', sentence: words.partLost }));
    const sender = new Sender(outbox.queue, {
      send: async (entry) => {
        const since = this.#starts;
        const answer = await this.#ofThisAttempt(() => delivery.send(entry));
        // An answer from before this browser took over still names the one before.
        if (answer.accepted && since === this.#starts) this.#compare(answer.newestKey);
        return answer;
      },
      stored: (entry) => delivery.stored(entry),
      refused: (entry, refusal) => delivery.refused(entry, refusal),
      broken: (error) => void this.#stumble(error),
    });
    this.#shipment = {
      key,
      digest: toBase64url(await sha256(key.spki)),
      outbox,
      sender,
      incidents: new Incidents(outbox),
    };
    sender.wake();
  }

  /** What stands in the way of sending is no reason to stop recording, unless nothing can be added any more. */
  async #stumble(error: unknown): Promise<void> {
    if (error instanceof Stop && isOver(error.code)) return this.fail(error);
    this.#tell({ kind: 'notice', sentence: words.notTaken });
  }

  /** Where another test taker's link was opened since, and the time of their exam is over, only that link is in the way. */
  async #ofThisAttempt(send: () => Promise<Answer>): Promise<Answer> {
    const answer = await send();
    if (answer.accepted || answer.code !== 'upload-closed') return answer;
    const own = await this.#ask();
    // The own link may have been opened again between the two: what ends this attempt is said in its own session.
    return own.accepted ? send() : own;
  }

  /** Asks how the attempt stands: nobody else's session finds it. */
  #ask(): Promise<Answer> {
    return request('GET', `/attempt/start?attempt=${this.#id}`);
  }

  /** Another browser that goes on with the attempt is known by its key. */
  #compare(newestKey: string | null): void {
    if (newestKey === null || this.#replaced || newestKey === this.#shipment?.digest) return;
    this.#replaced = true;
    if (this.#starts === 0) return;
    this.#tell({ kind: 'replaced' });
    for (const [source, recording] of this.#recordings) void this.#inTurn(source, () => recording.finish());
  }

  /**
   * Begins the recordings of all sources before anything is captured: no later outage is in their way, and of a source that never
   * comes its gap can tell.
   */
  async #prepare({ exam, examKey, chapterSeconds, sources, sound, recordings }: AttemptStart): Promise<void> {
    const { digest: key, outbox } = this.#ready(this.#shipment);
    const attempt = this.#id;
    // A source that comes late was missing from the attempt's beginning on.
    const startedAt = new Date(outbox.startedAt ?? Date.now()).toISOString();
    const states = [...recordings];
    for (const source of sources) {
      if (states.some((state) => state.source === source)) continue;
      const begun = { attempt, key, source, mimeType: mimeTypeOf(sound && source === sources[0]), startedAt };
      states.push((await this.#insist('POST', '/recordings', begun)) as RecordingState);
    }
    const known = await Promise.all(
      states.map(async (state) => ({ state, standing: await outbox.addRecording(state) })),
    );
    const ends = known.map(({ state, standing }) => Date.parse(state.startedAt) + standing.until / 1000);
    const parts = {
      chapterSeconds,
      outbox,
      space: this.#space,
      clockLag: Math.max(0, ...ends.map((end) => end - Date.now())),
      wrap: (recording: string, chapter: number, base: Uint8Array<ArrayBuffer>) =>
        wrapChapterKey(examKey, { exam, attempt, recording, chapter }, base),
    };
    for (const { state, standing } of known) {
      const recording = new Recording(parts, state, standing);
      // A gap that was sent is not kept here any more: what came before this page is told once more, and known there.
      for (const taken of this.#breaks.taken) await recording.rest(taken);
      this.#recordings.set(state.source, recording);
    }
  }

  /** Once everything is stored and signed: states all of it, and has it sealed. */
  async #complete(finishedAt: string): Promise<void> {
    const { sender, outbox } = this.#ready(this.#shipment);
    await sender.emptied();
    for (let tries = 1; ; tries++) {
      const start = await this.#askForSeal();
      if (start === 'sealed') break;
      if (start === 'elsewhere') {
        await outbox.forget();
        throw new Stop(words.goesOnElsewhere);
      }
      const refusal = await this.#seal(start, finishedAt);
      if (refusal === null || refusal.code === 'attempt-sealed') break;
      if (isOver(refusal.code)) throw refusal;
      if (start.earlier.length === 0 && tries >= SEALS) throw new Stop(words.unsealed);
      this.#trouble = 'other-browser';
      await wait(Math.min(SEAL_PAUSE.longest, SEAL_PAUSE.first * 2 ** (tries - 1)));
    }
    this.#trouble = null;
    await outbox.forget();
    this.#tell({ kind: 'sealed' });
  }

  /** @returns how the attempt stands, and what other browsers stored of it, where it does not go on in one of them */
  async #askForSeal(): Promise<AttemptStart | 'sealed' | 'elsewhere'> {
    for (let failures = 0; ; failures++) {
      const answer = await this.#ask();
      if (answer.accepted) {
        if (answer.newestKey !== this.#shipment?.digest) return 'elsewhere';
        return (await answer.json()) as AttemptStart;
      }
      if (answer.code === 'attempt-sealed') return 'sealed';
      if (!answer.retryable) throw new Stop(answer.sentence, answer.code);
      this.#trouble = troubleOf(answer);
      await pause(failures, answer);
    }
  }

  /** @returns what the appliance does not take of the seal; null once it is taken */
  async #seal({ exam, earlier }: AttemptStart, finishedAt: string): Promise<Stop | null> {
    const { key, outbox } = this.#ready(this.#shipment);
    const seal = await sign(await stateSeal(exam, this.#id, outbox.chapters, earlier, finishedAt), key);
    try {
      await this.#insist('POST', '/attempt/seal', seal);
      return null;
    } catch (error) {
      if (error instanceof Stop) return error;
      throw error;
    }
  }

  async #save(finishedAt: string | null): Promise<void> {
    const { uploadBy } = this.#ready(this.#running);
    const breaks = structuredClone(this.#breaks.taken);
    await this.#ready(this.#store).saveAttempt({ attempt: this.#id, uploadBy, finishedAt, breaks });
  }

  #allowBreaks({ breakMinutes, breakSecondsElsewhere }: AttemptStart): void {
    this.#breaks.secondsElsewhere = breakSecondsElsewhere;
    this.#breaks.allowedMinutes = breakMinutes;
  }

  async #keepBreaks(): Promise<void> {
    await this.#save(null).catch((error: unknown) => this.fail(error));
  }

  /** All that the exam records. */
  get #kinds(): Kind[] {
    const { sources = [], sound = false } = this.#running ?? {};
    return sound ? [...sources, 'microphone'] : [...sources];
  }

  #recording(source: Source): Recording {
    return this.#ready(this.#recordings.get(source));
  }

  #inTurn(source: Source, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(source) ?? Promise.resolve()).then(work).then(() => this.#shipment?.sender.wake());
    this.#turns.set(
      source,
      turn.catch(() => {}),
    );
    return turn.catch((error: unknown) => this.fail(error));
  }

  async #insist(method: string, path: string, body: unknown): Promise<unknown> {
    const hear = (refusal: Refusal) => (this.#trouble = troubleOf(refusal));
    const send = async () => this.#ofThisAttempt(() => request(method, path, JSON.stringify(body)));
    const answer = await insist(send, hear);
    this.#trouble = null;
    return answer;
  }

  #ready<T>(value: T | null | undefined): T {
    if (value === null || value === undefined) throw new Error('the page asked for something before it was there');
    return value;
  }
}

async function pause(failures: number, answer: Refusal): Promise<void> {
  await wait(Math.max(2000, delayAfter(failures, answer)));
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** @returns what the test taker reads while it is not known how the attempt stands */
function noticeOf({ status }: Refusal): string {
  if (status === 401) return words.noSession;
  return status === 404 ? words.otherLink : words.noAnswer;
}

/** @returns what the test taker reads when recording cannot go on */
function sentenceOf(error: unknown): string {
  if (error instanceof Stop) return error.message;
  if (isFull(error)) return words.full;
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return words.fault(detail);
}
