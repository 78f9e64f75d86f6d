import type { GapCause, Source } from '../../wire.ts';
import type { CheckStep, Opened } from './check-step.ts';
import {
  ANSWER_PATIENCE,
  isRefusal,
  openDevices,
  permissionOf,
  sentenceOfDevices,
  sentenceOfSilence,
  type Wanted,
  watchPermission,
} from './devices.ts';
import { causeOfUnshared } from './gap-cause.ts';
import type { PageMessage, Progress } from './messages.ts';
import type { CaptureParts } from './capture.ts';
import { type Measured, Pace } from './pace.ts';
import type { Kind, Page } from './page.ts';
import { SLEEP } from './pulse.ts';
import { RecordedSource, type SourceHandlers } from './recorded-source.ts';
import { sentenceOfSharing, shareScreen, WrongSurface } from './screen.ts';
import { words } from '../words/recorder.ts';

/** Milliseconds between two tries to open a device that is gone. */
const RETRY = 3000;
/** Milliseconds by which the time of day may drift from the browser's count without a sleep. */
const OFF = 1000;
/** Why nothing is recorded of a source that is not turned on again behind a break. */
const NOT_ON: Record<Source, GapCause> = { camera: 'device', screen: 'sharing' };

type Send = (message: PageMessage, bytes?: Uint8Array<ArrayBuffer>) => void;

/** The second step: keeps the exam's sources recorded, each for itself, and says what is missing and what to do. */
export class RecordStep {
  #page: Page;
  #send: Send;
  #say: (sentence: string) => void;
  #check: CheckStep;
  #pace: Pace;
  #sources = new Map<Source, RecordedSource>();
  #sound: MediaStreamTrack | null = null;
  /** The microphone is on, and the browser's sound system passes nothing on. */
  #unheard = false;
  /** Both sources count on one clock; the computer's sleep is no part of the browser's count. */
  #epochOffset = epochOffset();
  #running = false;
  #reopening = false;
  /** Refused by the browser: asked again only when the test taker or the permission says so. */
  #refused = { camera: false, microphone: false };
  /** On the browser's own count, ms, as is when recording began here and when the computer woke last. */
  #nextTry = 0;
  #begun = 0;
  /** ms between what was stored and this page's beginning to record; null until that is known. */
  #away: number | null = null;
  #woke = -Infinity;

  /** @param check knows which devices are chosen @param say says good news for a while */
  constructor(page: Page, check: CheckStep, send: Send, say: (sentence: string) => void) {
    this.#page = page;
    this.#say = say;
    this.#check = check;
    this.#send = send;
    this.#pace = new Pace(page.kinds);
    page.elements.shareAgain?.addEventListener('click', () => void this.#share());
    page.elements.allowAgain?.addEventListener('click', () => this.#tryAgain(true));
  }

  /** @param cause why nothing was recorded until now: of a break only what follows it; null when the attempt has just begun */
  begin(opened: Opened, cause: GapCause | null): void {
    const { sources, bounds, sound } = this.#page.kinds;
    this.#running = true;
    this.#begun = performance.now();
    this.#refused = this.#check.refused;
    this.#sound = opened.sound;
    for (const source of sources) {
      const { most, least } = bounds[source];
      const refused = source === 'camera' && this.#refused.camera;
      const before = cause === 'break' ? NOT_ON[source] : cause;
      const first = opened[source] ? before : refused ? 'permission' : (before ?? 'permission');
      this.#sources.set(source, new RecordedSource(source, most, least.frameRate, first, this.#handlersOf(source)));
    }
    if (opened.sound) this.#watchSound(opened.sound);
    else if (sound) this.#page.miss('microphone', sentenceOfSilence(new DOMException('', 'NotFoundError')));
    for (const source of sources) {
      const picture = opened[source];
      if (picture) this.#record(source, picture);
      else if (source === 'screen') this.#page.miss('screen', words.record.screenOff);
      else this.#page.miss('camera', words.record.cameraOff);
    }
    navigator.mediaDevices.addEventListener('devicechange', () => this.#tryAgain(false));
    for (const name of ['camera', 'microphone'] as const) void watchPermission(name, () => this.#tryAgain(true));
  }

  /** Once a second: lamps, devices that came back or stopped, and what line and processor bear. @returns what is thinned, in words */
  heed(progress: Progress): string | null {
    for (const source of this.#sources.values()) {
      this.#page.light(source.source, source.live);
      source.watch();
    }
    this.#away ??= Date.now() - (progress.storedUntil ?? Date.now());
    const screen = this.#sources.get('screen');
    if (screen?.missing && !screen.on)
      screen.blame(causeOfUnshared(screen.missing, this.#away, performance.now() - this.#begun));
    this.#page.light('microphone', this.#sounds);
    this.#page.light('sending', progress.trouble === null);
    if (performance.now() >= this.#nextTry) this.#reopen();
    const loads = [...this.#sources.values()].flatMap(({ source, load }) => (load ? [[source, load] as const] : []));
    const measured: Measured = { now: performance.now(), ...progress, loads: new Map(loads) };
    for (const [source, quality] of this.#pace.follow(measured)) {
      const recorded = this.#sources.get(source);
      if (recorded) recorded.quality = quality;
    }
    return this.#pace.sentence;
  }

  /** Whether recording began in this page. */
  get begun(): boolean {
    return this.#sources.size > 0;
  }

  /** Of what the exam records, what gives nothing just now. */
  get lacks(): Kind[] {
    const lacks: Kind[] = [...this.#sources.values()].flatMap(({ source, live }) => (live ? [] : [source]));
    return this.#page.kinds.sound && !this.#sounds ? [...lacks, 'microphone'] : lacks;
  }

  /** The computer slept: what the browser counted may not tell the time any more. */
  async woken(): Promise<void> {
    const offset = epochOffset();
    const now = performance.now();
    // The worker and each capture tell of one sleep, where the browser's count goes on through it.
    if (now - this.#woke < SLEEP && Math.abs(offset - this.#epochOffset) < OFF) return;
    this.#woke = now;
    this.#epochOffset = offset;
    await Promise.all([...this.#sources.values()].map((source) => source.restart('asleep')));
    this.#reopen();
  }

  /** Ends all recording and turns everything off. @returns which sources were missing at the end, and why */
  async stop(): Promise<Partial<Record<Source, GapCause>>> {
    this.#running = false;
    const missing: Partial<Record<Source, GapCause>> = {};
    for (const { source, missing: cause } of this.#sources.values()) if (cause) missing[source] = cause;
    await Promise.all([...this.#sources.values()].map((source) => source.stop()));
    this.#sound?.stop();
    return missing;
  }

  /** A break: as {@link stop}, and {@link goOn} may follow. */
  async pause(): Promise<Partial<Record<Source, GapCause>>> {
    const missing = await this.stop();
    this.#sound = null;
    this.#unheard = false;
    for (const kind of ['camera', 'microphone', 'screen'] as const) this.#page.miss(kind, null);
    return missing;
  }

  /** The break is over: everything is asked for again. Called by a press of the test taker's, which sharing a screen needs. */
  goOn(): void {
    this.#running = true;
    this.#begun = performance.now();
    this.#away = 0;
    this.#nextTry = 0;
    this.#refused = { camera: false, microphone: false };
    for (const source of this.#sources.values()) source.blame(NOT_ON[source.source]);
    void this.#share();
    this.#reopen();
  }

  #handlersOf(source: Source): SourceHandlers {
    return {
      send: this.#send,
      sound: () => this.#soundOf(source),
      epochOffset: () => this.#epochOffset,
      began: () => {
        if (this.#page.miss(source, null)) this.#say(words.record.onAgain(source));
      },
      lost: (why, silentFor) => {
        this.#page.light(source, false);
        if (source === 'screen') {
          return this.#page.miss('screen', words.record.screenEnded);
        }
        void this.#cameraLost(why, silentFor);
      },
      broken: () => {
        this.#page.light(source, false);
        this.#page.miss(source, words.record.broken);
      },
      missed: (milliseconds) =>
        void (milliseconds < SLEEP ? this.#sources.get(source)?.restart('device') : this.woken()),
      silence: () => {
        this.#unheard = true;
        this.#page.miss('microphone', words.record.unheard);
      },
    };
  }

  async #cameraLost(why: 'ended' | 'silent', silentFor: number): Promise<void> {
    const { cameraEnded, cameraSilent } = words.record;
    this.#page.miss('camera', why === 'ended' ? cameraEnded : cameraSilent(silentFor));
    if ((await permissionOf('camera')) === 'denied') this.#sources.get('camera')?.blame('permission');
    if (performance.now() >= this.#nextTry) this.#reopen();
  }

  #record(source: Source, picture: MediaStreamTrack): void {
    picture.addEventListener('mute', () => {
      if (!this.#running || source === 'screen') return;
      this.#page.miss(source, words.record.cameraMuted);
    });
    picture.addEventListener('unmute', () => this.#page.miss(source, null));
    void this.#sources.get(source)?.begin(picture);
  }

  /** @returns what the source's run carries of sound */
  #soundOf(source: Source): CaptureParts['sound'] {
    const { sound, sources } = this.#page.kinds;
    if (!sound || source !== sources[0]) return null;
    return this.#sound ?? 'silence';
  }

  get #sounds(): boolean {
    const carrier = this.#sources.get(this.#page.kinds.sources[0] ?? 'camera');
    return carrier?.on === true && !this.#unheard && this.#sound?.readyState === 'live' && !this.#sound.muted;
  }

  #watchSound(sound: MediaStreamTrack): void {
    this.#unheard = false;
    this.#page.miss('microphone', null);
    const lost = () => {
      if (this.#running && this.#sound === sound) this.#page.miss('microphone', sentenceOfSilence(null));
    };
    sound.addEventListener('mute', lost);
    sound.addEventListener('unmute', () => this.#page.miss('microphone', null));
    sound.addEventListener('ended', () => {
      lost();
      if (this.#sound === sound) this.#sound = null;
    });
  }

  /** @param allowed the test taker or the browser says that what was refused may be asked for again */
  #tryAgain(allowed: boolean): void {
    if (allowed) this.#refused = { camera: false, microphone: false };
    if (this.#unheard && this.#running) {
      this.#unheard = false;
      this.#page.miss('microphone', null);
      void this.#carrySound();
    }
    this.#reopen();
  }

  /** Opens what is gone, as far as the browser allows that by itself. */
  #reopen(): void {
    const { sound, sources } = this.#page.kinds;
    if (!this.#running || this.#reopening) return;
    const camera = sources.includes('camera') && !this.#sources.get('camera')?.on && !this.#refused.camera;
    const carried = sources[0] !== 'camera' || camera || this.#sources.get('camera')?.on === true;
    const microphone = sound && carried && !this.#sound && !this.#refused.microphone;
    if (!camera && !microphone) return;
    void this.#openAgain(camera, camera ? sound && !this.#refused.microphone : microphone);
  }

  async #openAgain(camera: boolean, microphone: boolean): Promise<void> {
    this.#reopening = true;
    this.#nextTry = performance.now() + RETRY;
    const unanswered = setTimeout(() => (this.#reopening = false), ANSWER_PATIENCE);
    const chosen = this.#check.wanted;
    const wanted: Wanted = { camera: camera ? chosen.camera : null, microphone: microphone ? chosen.microphone : null };
    try {
      const { picture, sound, soundFault } = await openDevices(wanted);
      // The exam may be finished by now, or another request was answered first.
      if (!this.#running || (camera && this.#sources.get('camera')?.on)) {
        picture?.stop();
        sound?.stop();
        return;
      }
      if (microphone && !sound) this.#silent(soundFault);
      if (sound) {
        this.#sound?.stop();
        this.#sound = sound;
        this.#watchSound(sound);
      }
      if (picture) this.#record('camera', picture);
      else if (sound) await this.#carrySound();
    } catch (error) {
      this.#refused.camera = isRefusal(error);
      if (this.#refused.camera) this.#sources.get('camera')?.blame('permission');
      this.#page.miss('camera', `${sentenceOfDevices(error, wanted, words.record.turnOnAgain)} ${words.meanwhile}`);
    } finally {
      clearTimeout(unanswered);
      this.#reopening = false;
    }
  }

  #silent(fault: unknown): void {
    this.#refused.microphone = isRefusal(fault);
    this.#page.miss('microphone', sentenceOfSilence(fault));
  }

  /** The microphone is back: the source that carries it goes on in a new run. */
  async #carrySound(): Promise<void> {
    const [carrier] = this.#page.kinds.sources;
    if (carrier) await this.#sources.get(carrier)?.restart(null);
  }

  async #share(): Promise<void> {
    const screen = this.#sources.get('screen');
    if (!screen || screen.on) return;
    this.#page.miss('screen', words.screen.asking);
    try {
      const { track } = await shareScreen(this.#page.kinds.bounds.screen.most);
      if (!this.#running || screen.on) return track.stop();
      this.#record('screen', track);
    } catch (error) {
      screen.blame(error instanceof WrongSurface ? 'sharing' : 'permission');
      const ratherNot = words.record.ratherNot(this.#page.contact);
      this.#page.miss('screen', `${sentenceOfSharing(error, words.screen.shareAgain)} ${words.meanwhile} ${ratherNot}`);
    }
  }
}

/** @returns ms to add to what the browser counts to have the time of day */
function epochOffset(): number {
  return Date.now() - (performance.timeOrigin + performance.now());
}
