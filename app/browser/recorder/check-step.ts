import {
  ANSWER_PATIENCE,
  askedOf,
  type Devices,
  isRefusal,
  listDevices,
  openDevices,
  sentenceOfDevices,
  sentenceOfSilence,
  type Wanted,
} from './devices.ts';
import { showLevel } from './level.ts';
import type { Page } from './page.ts';
import { sentenceOfSharing, shareScreen } from './screen.ts';
import { words } from '../words/recorder.ts';

/** What was turned on at the check. */
export interface Opened {
  camera: MediaStreamTrack | null;
  sound: MediaStreamTrack | null;
  screen: MediaStreamTrack | null;
}

/** The first step: what the exam records is turned on and shown to the test taker alone. */
export class CheckStep {
  #page: Page;
  #changed: () => void;
  #devices: Devices | null = null;
  #screen: MediaStreamTrack | null = null;
  /** What was asked for at least once and answered, whatever the answer. */
  #tried = { camera: false, screen: false };
  #refused = { camera: false, microphone: false };
  #stopLevel = () => {};
  #open = true;
  /** Counts requests for the devices: only the latest one's answer is taken. */
  #requests = 0;
  #prefix = '';

  /** @param changed something was turned on, refused or lost */
  constructor(page: Page, changed: () => void) {
    this.#page = page;
    this.#changed = changed;
    const { allow, camera, microphone, share } = page.elements;
    allow?.addEventListener('click', () => void this.turnOn());
    camera?.addEventListener('change', () => void this.turnOn());
    microphone?.addEventListener('change', () => void this.turnOn());
    share?.addEventListener('click', () => void this.#share());
  }

  get opened(): Opened {
    return { camera: this.#devices?.picture ?? null, sound: this.#devices?.sound ?? null, screen: this.#screen };
  }

  /** What the browser refused when it was asked for last. */
  get refused(): { camera: boolean; microphone: boolean } {
    return { ...this.#refused };
  }

  /** Sentence before all others: "Your exam is running." */
  set prefix(prefix: string) {
    this.#prefix = prefix;
  }

  /** @param enabled whether anything can be turned on: not before the appliance has said how the attempt stands */
  enable(enabled: boolean): void {
    const { allow, share } = this.#page.elements;
    if (allow) allow.disabled = !enabled;
    if (share) share.disabled = !enabled;
  }

  /** What is chosen in the lists. */
  get wanted(): Wanted {
    const { camera, microphone } = this.#page.elements;
    return { camera: camera?.value ?? null, microphone: microphone?.value ?? null };
  }

  /** Opens the chosen devices and shows what they give. */
  async turnOn(): Promise<void> {
    const { allow, preview, level, camera, microphone } = this.#page.elements;
    const { wanted } = this;
    if (allow) allow.disabled = true;
    this.#letDevicesGo();
    this.#changed();
    const request = ++this.#requests;
    const current = () => request === this.#requests && this.#open;
    this.#tell(words.devices.asking(askedOf(wanted)));
    const late = setTimeout(() => {
      if (!current()) return;
      this.#tell(words.devices.unanswered(askedOf(wanted)));
      if (allow) allow.disabled = false;
    }, ANSWER_PATIENCE);
    try {
      const devices = await openDevices(wanted);
      if (!current()) return stop(devices.picture, devices.sound);
      this.#devices = devices;
      const { picture, sound, soundFault } = devices;
      this.#refused = { camera: false, microphone: isRefusal(soundFault) };
      picture?.addEventListener('ended', () => this.#cameraEnded(devices));
      if (preview && picture) show(preview, picture);
      if (level && sound) this.#stopLevel = showLevel(sound, level);
      if (camera) await listDevices('videoinput', camera, picture);
      if (microphone) await listDevices('audioinput', microphone, sound);
      this.#tell(soundFault === null ? words.check.works[askedOf(wanted)] : sentenceOfSilence(soundFault));
    } catch (error) {
      if (!current()) return;
      this.#refused = { camera: isRefusal(error), microphone: isRefusal(error) };
      this.#tell(sentenceOfDevices(error, wanted, words.devices.turnOn(askedOf(wanted))));
    } finally {
      clearTimeout(late);
      if (current()) {
        this.#tried.camera = true;
        if (allow) allow.disabled = false;
        this.#changed();
      }
    }
  }

  /** Lets the test taker start as soon as there is something to record and nothing was left untried. */
  offerStart(running: boolean): void {
    const { start, startMessage } = this.#page.elements;
    const { sources } = this.#page.kinds;
    const { camera, screen } = this.opened;
    const on = { camera, screen };
    const missing = sources.filter((source) => on[source] === null);
    const tried = missing.every((source) => this.#tried[source]);
    start.disabled = !tried || (missing.length === sources.length && !running);
    const begin = running ? words.check.goOn : (start.dataset['begin'] ?? words.check.start);
    start.textContent = tried && missing.length > 0 ? words.check.without(missing, running) : begin;
    startMessage.textContent = '';
    if (!tried || missing.length === 0) return;
    const { contact } = this.#page;
    startMessage.textContent = start.disabled ? words.check.nothing(contact) : words.check.either(missing, contact);
  }

  /** Ends the check. What was turned on stays on. */
  end(): void {
    this.#open = false;
    this.#stopLevel();
    this.#stopLevel = () => {};
    const { preview, screenPreview } = this.#page.elements;
    // A picture that nobody sees would still be drawn.
    if (preview) preview.srcObject = null;
    if (screenPreview) screenPreview.srcObject = null;
  }

  /** Ends the check and turns everything off. */
  letGo(): void {
    this.#open = false;
    this.#letDevicesGo();
    stop(this.#screen);
    this.#screen = null;
  }

  /** Nothing can be started with a camera that has just gone. */
  #cameraEnded(devices: Devices): void {
    if (!this.#open || this.#devices !== devices) return;
    this.#letDevicesGo();
    this.#tried.camera = false;
    this.#tell(words.check.cameraEnded(askedOf(this.wanted)));
    this.#changed();
  }

  async #share(): Promise<void> {
    const { share, shareMessage, screenPreview } = this.#page.elements;
    if (!share || !shareMessage || !screenPreview) return;
    share.disabled = true;
    shareMessage.textContent = words.screen.asking;
    try {
      const { track, verified } = await shareScreen(this.#page.kinds.bounds.screen.most);
      if (!this.#open) return stop(track);
      stop(this.#screen);
      this.#screen = track;
      screenPreview.hidden = false;
      show(screenPreview, track);
      shareMessage.textContent = verified ? words.screen.shared : words.screen.unverified;
      track.addEventListener('ended', () => {
        if (!this.#open || this.#screen !== track) return;
        this.#screen = null;
        screenPreview.hidden = true;
        shareMessage.textContent = words.screen.ended;
        this.#changed();
      });
    } catch (error) {
      shareMessage.textContent = sentenceOfSharing(error, words.screen.share);
    } finally {
      this.#tried.screen = true;
      share.disabled = false;
      if (this.#open) this.#changed();
    }
  }

  #tell(sentence: string): void {
    const { checkMessage } = this.#page.elements;
    if (checkMessage) checkMessage.textContent = [this.#prefix, sentence].filter(Boolean).join(' ');
  }

  #letDevicesGo(): void {
    this.#stopLevel();
    this.#stopLevel = () => {};
    stop(this.#devices?.picture, this.#devices?.sound);
    this.#devices = null;
  }
}

function show(video: HTMLVideoElement, track: MediaStreamTrack): void {
  video.srcObject = new MediaStream([track]);
  // Autoplay may be refused while the tab is hidden; the recording does not depend on it.
  video.play().catch(() => {});
}

function stop(...tracks: (MediaStreamTrack | null | undefined)[]): void {
  for (const track of tracks) track?.stop();
}
