import type { GapCause, Quality, Source } from '../../wire.ts';
import { Capture, type CaptureParts } from './capture.ts';
import type { Load } from './capture-messages.ts';
import type { PageMessage } from './messages.ts';
import { mimeTypeOf } from './recording.ts';

/** A camera that another page has just let go of may be open and yet give nothing, for good: ms to its first frame. */
const FIRST_FRAME = 5000;
/** A camera that has worked is opened anew after this many ms without a frame. */
const SILENCE = 20_000;
/** Milliseconds between an encoder that broke and the next one. */
const RETRY = 3000;
/** Milliseconds between two runs that are a gap, as the player counts it. */
const HOLE = 250;
/** Samples a second of silence before any sound was heard. */
const SOUND_RATE = 48_000;

export interface SourceHandlers {
  send(message: PageMessage, bytes?: Uint8Array<ArrayBuffer>): void;
  /** @returns what a run that begins now carries of sound */
  sound(): CaptureParts['sound'];
  /** @returns ms, the same for all sources */
  epochOffset(): number;
  /** A run gave its first frame. */
  began(): void;
  /** Nothing is recorded of it any more. `silentFor` is in seconds, where it gave nothing that long. */
  lost(why: 'ended' | 'silent', silentFor: number): void;
  /** Its encoder broke; it is tried anew with the same picture. */
  broken(): void;
  /** The computer slept or stood still for so many ms, and the run ended before that. */
  missed(milliseconds: number): void;
  silence(): void;
}

/** One source while it is recorded: run after run, each with the cause of the gap before it. */
export class RecordedSource {
  readonly source: Source;
  /** How its encoder does; null until it says. */
  load: Load | null = null;
  #handlers: SourceHandlers;
  #stillRate: number;
  #quality: Quality;
  #picture: MediaStreamTrack | null = null;
  #capture: Capture | null = null;
  /** Why nothing was recorded until the next run begins; null while one that has begun goes on. */
  #cause: GapCause | null;
  /** On the browser's own count, ms, as is the next try. */
  #lastFrame = 0;
  #nextTry = Infinity;
  /** The last run's end: what it still hands over comes before the next run's header. */
  #ending: Promise<void> = Promise.resolve();
  /** Epoch ms at which what is recorded ends. */
  #until = Infinity;
  #soundRate = SOUND_RATE;

  /** @param cause why nothing was recorded until now; null where nothing was to be */
  constructor(source: Source, quality: Quality, stillRate: number, cause: GapCause | null, handlers: SourceHandlers) {
    this.source = source;
    this.#quality = quality;
    this.#stillRate = stillRate;
    this.#cause = cause;
    this.#handlers = handlers;
  }

  /** Whether it is recorded and gives something. */
  get live(): boolean {
    return this.#capture !== null && this.#picture?.readyState === 'live' && !this.#picture.muted;
  }

  /** Whether it has a picture, of which a run is under way or about to be. */
  get on(): boolean {
    return this.#picture !== null;
  }

  /** Why nothing is recorded of it; null while something is. */
  get missing(): GapCause | null {
    return this.#capture?.began ? null : this.#cause;
  }

  set quality(quality: Quality) {
    this.#quality = quality;
    if (this.#capture) this.#capture.quality = quality;
  }

  /** Names the cause of the gap that is open. */
  blame(cause: GapCause): void {
    if (!this.#capture) this.#cause = cause;
  }

  /** Records a picture from now on. */
  async begin(picture: MediaStreamTrack): Promise<void> {
    this.#picture = picture;
    picture.addEventListener('ended', () => {
      if (this.#picture === picture) this.#ended();
    });
    await this.#run(picture);
  }

  /** Goes on in a new run with the same picture. @param cause of the gap in between, where there is one */
  async restart(cause: GapCause | null): Promise<void> {
    const picture = this.#picture;
    if (!picture) return;
    // A gap that is open keeps its cause.
    this.#cause ??= cause;
    if (!this.#capture) return;
    this.#ending = this.#capture.stop();
    this.#capture = null;
    await this.#run(picture);
  }

  /** Once a second: looks whether the camera gives frames, and tries a broken encoder anew. A screen on which nothing moves may give none. */
  watch(): void {
    const now = performance.now();
    if (this.#picture && now >= this.#nextTry) void this.#run(this.#picture);
    if (!this.#capture || this.source === 'screen') return;
    const patience = this.#capture.began || this.load === null ? SILENCE : FIRST_FRAME;
    if (now - this.#lastFrame > patience) this.#lose('silent', 'device', patience / 1000);
  }

  /** Encodes what is left and lets go of the picture. */
  async stop(): Promise<void> {
    if (this.#capture) this.#ending = this.#capture.stop();
    const picture = this.#picture;
    this.#capture = null;
    this.#picture = null;
    await this.#ending;
    picture?.stop();
  }

  async #run(picture: MediaStreamTrack): Promise<void> {
    this.#nextTry = Infinity;
    await this.#ending;
    // Ended again in the meantime, or begun by somebody else.
    if (this.#picture !== picture || this.#capture) return;
    if (picture.readyState !== 'live') return this.#ended();
    this.#lastFrame = performance.now();
    this.load = null;
    const { source } = this;
    const { send } = this.#handlers;
    const sound = this.#handlers.sound();
    const mimeType = mimeTypeOf(sound !== null);
    let zero: number | null = null;
    let cause: GapCause | null = null;
    const capture: Capture = new Capture(
      {
        ...{ source, picture, sound, soundRate: this.#soundRate },
        ...{ quality: this.#quality, stillRate: this.#stillRate, epochOffset: this.#handlers.epochOffset() },
      },
      {
        onBegan: () => {
          cause = this.#cause;
          this.#cause = null;
          this.#handlers.began();
        },
        onInit: (init, beganAt, soundRate) => {
          cause ??= beganAt - this.#until > HOLE ? 'device' : null;
          zero = beganAt;
          // What comes of a run that was stopped says nothing of the microphone of the next one.
          if (this.#capture === capture) this.#soundRate = soundRate ?? this.#soundRate;
          send({ kind: 'run', source, mimeType, init, beganAt, cause }, init);
        },
        onCluster: (cluster) => {
          this.#until = (zero ?? 0) + (cluster.start + cluster.duration) / 1000;
          send({ kind: 'cluster', source, ...cluster }, cluster.bytes);
        },
        onLoad: (load) => {
          // Its first word: the encoder is there, and the camera's time begins.
          if (load.frames > 0 || this.load === null) this.#lastFrame = performance.now();
          this.load = load;
        },
        onSoundChanged: (soundRate) => {
          if (this.#capture !== capture) return;
          this.#soundRate = soundRate;
          void this.restart(null);
        },
        onMissed: (milliseconds) => this.#capture === capture && this.#handlers.missed(milliseconds),
        onSilence: () => this.#handlers.silence(),
        onError: () => {
          if (this.#capture !== capture) return;
          // A run of which nothing came leaves the gap before it open.
          if (zero === null) this.#cause ??= cause;
          this.#break();
        },
      },
    );
    this.#capture = capture;
    capture.start();
  }

  /** What the encoder still had may be lost with it; everything before has gone to the worker. */
  #break(): void {
    this.#cause ??= 'device';
    this.#ending = this.#capture?.stop() ?? this.#ending;
    this.#capture = null;
    this.#nextTry = performance.now() + RETRY;
    this.#handlers.broken();
  }

  #ended(): void {
    this.#lose('ended', this.source === 'screen' ? 'sharing' : 'device');
  }

  #lose(why: 'ended' | 'silent', cause: GapCause, silentFor = 0): void {
    this.#cause ??= cause;
    void this.stop();
    this.#handlers.lost(why, silentFor);
  }
}
