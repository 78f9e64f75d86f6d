import type { GapCause, Quality, Source } from '../../wire.ts';
import { Capture, type CaptureParts } from './capture.ts';
import type { Load } from './capture-messages.ts';
import type { PageMessage } from './messages.ts';

/** A camera that another page has just let go of may be open and yet give nothing, for good: ms to its first frame. */
const FIRST_FRAME = 5000;
/** A camera that has worked is opened anew after this many ms without a frame. */
const SILENCE = 20_000;

/** What is recorded of a source. */
export interface Tracks {
  picture: MediaStreamTrack;
  sound: CaptureParts['sound'];
}

export interface SourceHandlers {
  send(message: PageMessage, bytes?: Uint8Array<ArrayBuffer>): void;
  /** A run gave its first frame. */
  began(): void;
  /** Nothing is recorded of it any more. `silentFor` is in seconds, where it gave nothing that long. */
  lost(why: 'ended' | 'silent' | 'broken', silentFor: number): void;
  /** Only a new run can carry the sound as it is now. */
  soundChanged(): void;
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
  #capture: Capture | null = null;
  #tracks: Tracks | null = null;
  /** Why nothing was recorded until the next run begins. */
  #cause: GapCause | null;
  #lastFrame = 0;
  /** The last run's end: what it still hands over comes before the next run's header. */
  #ending: Promise<void> = Promise.resolve();

  /** @param cause why nothing was recorded until now; null where nothing was to be */
  constructor(source: Source, quality: Quality, stillRate: number, cause: GapCause | null, handlers: SourceHandlers) {
    this.source = source;
    this.#quality = quality;
    this.#stillRate = stillRate;
    this.#cause = cause;
    this.#handlers = handlers;
  }

  get tracks(): Tracks | null {
    return this.#tracks;
  }

  /** Whether it is recorded and gives something. */
  get live(): boolean {
    const picture = this.#tracks?.picture;
    return this.#capture !== null && picture?.readyState === 'live' && !picture.muted;
  }

  /** Whether a run is under way or about to be. */
  get on(): boolean {
    return this.#tracks !== null;
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

  /** Begins a run. @param epochOffset ms, the same for all sources */
  async begin(tracks: Tracks, epochOffset: number): Promise<void> {
    this.#tracks = tracks;
    await this.#ending;
    // Ended again in the meantime.
    if (this.#tracks !== tracks) return;
    this.#lastFrame = Date.now();
    this.load = null;
    const { source } = this;
    const { send } = this.#handlers;
    const mimeType = `video/webm; codecs="${tracks.sound === null ? 'vp8' : 'vp8,opus'}"`;
    const capture: Capture = new Capture(
      { source, ...tracks, quality: this.#quality, stillRate: this.#stillRate, epochOffset },
      {
        onInit: (init, beganAt) => {
          send({ kind: 'run', source, mimeType, init, beganAt, cause: this.#cause }, init);
          this.#cause = null;
          this.#handlers.began();
        },
        onCluster: (cluster) => send({ kind: 'cluster', source, ...cluster }, cluster.bytes),
        onLoad: (load) => {
          // Its first word: the encoder is there, and the camera's time begins.
          if (load.frames > 0 || this.load === null) this.#lastFrame = Date.now();
          this.load = load;
        },
        onSoundChanged: () => this.#capture === capture && this.#handlers.soundChanged(),
        onSilence: () => this.#handlers.silence(),
        onError: () => this.#capture === capture && this.#lose('broken', 'device'),
      },
    );
    this.#capture = capture;
    tracks.picture.addEventListener('ended', () => {
      if (this.#capture === capture) this.#lose('ended', source === 'screen' ? 'sharing' : 'device');
    });
    capture.start();
  }

  /** Goes on in a new run with the same picture. */
  async restart(cause: GapCause | null, sound: Tracks['sound'], epochOffset: number): Promise<void> {
    const tracks = this.#tracks;
    if (!tracks || !this.#capture) return;
    this.#cause ??= cause;
    this.#ending = this.#capture.stop();
    this.#capture = null;
    await this.#ending;
    if (tracks.picture.readyState === 'live') return this.begin({ ...tracks, sound }, epochOffset);
    this.#tracks = null;
    this.#handlers.lost('ended', 0);
  }

  /** Looks whether the camera gives frames. A screen on which nothing moves may give none. */
  watch(): void {
    if (!this.#capture || this.source === 'screen') return;
    const patience = this.#capture.began || this.load === null ? SILENCE : FIRST_FRAME;
    if (Date.now() - this.#lastFrame > patience) this.#lose('silent', 'device', patience / 1000);
  }

  /** Encodes what is left and lets go of the picture. */
  async stop(): Promise<void> {
    if (this.#capture) this.#ending = this.#capture.stop();
    const picture = this.#tracks?.picture;
    this.#capture = null;
    this.#tracks = null;
    await this.#ending;
    picture?.stop();
  }

  #lose(why: 'ended' | 'silent' | 'broken', cause: GapCause, silentFor = 0): void {
    this.#cause ??= cause;
    // Its last cluster may be lost with the encoder; everything before has gone to the worker.
    void this.stop();
    this.#handlers.lost(why, silentFor);
  }
}
