import type { GapCause } from '../../wire.ts';
import { Capture, MIME_TYPE } from './capture.ts';
import {
  ANSWER_PATIENCE,
  ASKING,
  listDevices,
  openDevices,
  sentenceOfBrowser,
  sentenceOfDevices,
  showLevel,
  UNANSWERED,
} from './devices.ts';
import type { PageMessage, Progress, WorkerMessage } from './messages.ts';
import type { Page } from './page.ts';
import { elapsedOf, truthOf } from './truth.ts';

/** Clusters come every two seconds; after this long without one the devices are opened anew. */
const SILENCE = 20_000;
/** A camera that another page has just let go of may be open and yet give nothing, for good. */
const FIRST_FRAME = 5000;
const NOTICE_TIME = 10_000;
const NOT_HELD = 'Recording goes on by itself as soon as it is back. This is not held against you.';

const RUNNING = 'Your exam is running. Recording goes on as soon as camera and microphone are on.';

type Phase = 'check' | 'starting' | 'recording' | 'sealing' | 'over';

/** One sitting at the recorder page: devices and elements here, keys and network in the worker. */
export class Session {
  #page: Page;
  #worker = new Worker('/assets/recorder-worker.js', { type: 'module' });
  #phase: Phase = 'check';
  #stream: MediaStream | null = null;
  #capture: Capture | null = null;
  #stopLevel = () => {};
  #cause: GapCause | null = null;
  #reopening = false;
  /** Counts requests for the devices at the check: only the latest one's answer is taken. */
  #requests = 0;
  #lastCluster = 0;
  /** What is said instead of the truth: for a while, or until a device is back. */
  #notice: { sentence: string; until: number } | null = null;
  #toSeal = 0;
  #unsent = 0;

  constructor(page: Page) {
    this.#page = page;
    const { elements } = page;
    this.#worker.addEventListener('message', ({ data }: MessageEvent<WorkerMessage>) => this.#hear(data));
    this.#worker.addEventListener('error', () =>
      this.#fail('A part of this page could not be loaded, so it cannot record. Reload the page.'),
    );
    elements.allow.addEventListener('click', () => void this.#turnOn());
    elements.camera.addEventListener('change', () => void this.#turnOn());
    elements.microphone.addEventListener('change', () => void this.#turnOn());
    elements.start.addEventListener('click', () => this.#begin());
    elements.finish.addEventListener('click', () => elements.finishDialog.showModal());
    elements.finishCancel.addEventListener('click', () => elements.finishDialog.close());
    elements.finishConfirm.addEventListener('click', () => void this.#finish());
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.#reopen());
    addEventListener('beforeunload', (event) => {
      if (this.#phase === 'recording' || this.#phase === 'sealing' || this.#unsent > 0) event.preventDefault();
    });
  }

  /** @param fingerprint of the appliance key, from the personal link */
  open(fingerprint: string | null): void {
    const sentence = sentenceOfBrowser();
    if (sentence) return this.#fail(sentence);
    this.#page.elements.allow.disabled = true;
    this.#send({ kind: 'open', fingerprint });
  }

  #hear(message: WorkerMessage): void {
    switch (message.kind) {
      case 'opened':
        return this.#opened(message.attempt);
      case 'started':
        return void this.#started(message.examPage);
      case 'progress':
        this.#unsent = message.progress.waitingRequests;
        return this.#showProgress(message.progress);
      case 'notice':
        return this.#say(message.sentence, NOTICE_TIME);
      case 'sealed':
        this.#phase = 'over';
        this.#unsent = 0;
        this.#letGo();
        this.#worker.terminate();
        return this.#page.show('done');
      case 'failed':
        return this.#fail(message.sentence);
    }
  }

  #opened(attempt: 'none' | 'running' | 'finished' | 'sealed'): void {
    const { allow } = this.#page.elements;
    if (attempt === 'sealed') {
      this.#phase = 'over';
      this.#letGo();
      return this.#page.show('done');
    }
    allow.disabled = false;
    if (attempt === 'none') return;
    this.#cause = 'reload';
    void this.#turnOn();
  }

  /** Opens the devices that are chosen and shows what they give; an attempt that is running goes on with them. */
  async #turnOn(): Promise<void> {
    const { allow, start, camera, microphone, checkMessage, preview, level } = this.#page.elements;
    allow.disabled = true;
    start.disabled = true;
    this.#letGo();
    const request = ++this.#requests;
    const running = this.#cause === 'reload';
    checkMessage.textContent = running ? `${RUNNING} ${ASKING}` : ASKING;
    const unanswered = setTimeout(() => {
      if (request !== this.#requests || this.#phase !== 'check') return;
      checkMessage.textContent = UNANSWERED;
      allow.disabled = false;
    }, ANSWER_PATIENCE);
    try {
      const stream = await openDevices(camera.value, microphone.value);
      if (request !== this.#requests || this.#phase !== 'check') return stop(stream);
      this.#stream = stream;
      preview.srcObject = stream;
      // Autoplay may be refused while the tab is hidden; the recording does not depend on it.
      preview.play().catch(() => {});
      this.#stopLevel = showLevel(stream, level);
      await listDevices(stream, camera, microphone);
      checkMessage.textContent =
        'Camera and microphone are on. If you see yourself and the bar moves when you speak, you can start.';
      start.disabled = false;
      if (running) this.#begin();
    } catch (error) {
      if (request !== this.#requests) return;
      this.#letGo();
      checkMessage.textContent = sentenceOfDevices(error);
    } finally {
      clearTimeout(unanswered);
      if (request === this.#requests) allow.disabled = false;
    }
  }

  #begin(): void {
    if (!this.#stream || this.#phase !== 'check') return;
    this.#phase = 'starting';
    this.#page.elements.start.disabled = true;
    this.#send({ kind: 'start' });
  }

  async #started(examPage: string): Promise<void> {
    const { exam } = this.#page.elements;
    const address = new URL(examPage, location.href);
    if (['https:', 'http:'].includes(address.protocol)) exam.setAttribute('href', address.href);
    this.#phase = 'recording';
    this.#stopLevel();
    // A picture that nobody sees would still be drawn.
    this.#page.elements.preview.srcObject = null;
    this.#page.show('record');
    if (this.#stream) await this.#record(this.#stream);
  }

  async #record(stream: MediaStream): Promise<void> {
    this.#stream = stream;
    this.#notice = null;
    this.#lastCluster = Date.now();
    const capture = new Capture('camera', stream, {
      onInit: (init, beganAt) => {
        this.#send({ kind: 'run', source: 'camera', mimeType: MIME_TYPE, init, beganAt, cause: this.#cause }, init);
        this.#cause = 'device';
      },
      onCluster: (cluster) => {
        this.#lastCluster = Date.now();
        this.#send({ kind: 'cluster', source: 'camera', ...cluster }, cluster.bytes);
      },
      onError: () =>
        void this.#lose(capture, `Your browser could not go on encoding the picture or sound. ${NOT_HELD}`),
    });
    this.#capture = capture;
    for (const track of stream.getTracks()) {
      const device = track.kind === 'video' ? 'camera' : 'microphone';
      track.addEventListener('ended', () =>
        this.#lose(capture, `Your ${device} stopped. Check that it is connected and allowed. ${NOT_HELD}`),
      );
      track.addEventListener('mute', () =>
        this.#say(
          `Your ${device} gives nothing just now. Check that it is not switched off or covered by its shutter. ${NOT_HELD}`,
          Infinity,
        ),
      );
      track.addEventListener('unmute', () => (this.#notice = null));
    }
    await capture.start().catch(() => this.#lose(capture, `Your browser could not begin to encode. ${NOT_HELD}`));
  }

  /** A capture cannot go on: keeps what it has and opens the devices anew. */
  async #lose(capture: Capture, sentence: string): Promise<void> {
    if (this.#capture !== capture || this.#phase !== 'recording') return;
    this.#capture = null;
    this.#say(sentence, Infinity);
    // Its last cluster may be lost with the encoder; everything before has gone to the worker.
    await capture.stop().catch(() => {});
    await this.#reopen();
  }

  async #reopen(): Promise<void> {
    if (this.#phase !== 'recording' || this.#capture || this.#reopening) return;
    this.#reopening = true;
    const unanswered = setTimeout(() => (this.#reopening = false), ANSWER_PATIENCE);
    try {
      const { camera, microphone } = this.#page.elements;
      const stream = await openDevices(camera.value, microphone.value).catch(() => openDevices('', ''));
      // The exam may be finished by now, or another request was answered first.
      if (this.#phase !== 'recording' || this.#capture) return stop(stream);
      await this.#record(stream);
    } catch (error) {
      this.#say(`${sentenceOfDevices(error)} ${NOT_HELD}`, Infinity);
    } finally {
      clearTimeout(unanswered);
      this.#reopening = false;
    }
  }

  async #finish(): Promise<void> {
    if (this.#phase !== 'recording') return;
    this.#phase = 'sealing';
    this.#page.elements.finishDialog.close();
    this.#page.show('sealing');
    this.#page.elements.sealingMessage.textContent = 'Sending what is left. Leave this page open.';
    await this.#capture?.stop().catch(() => {});
    this.#send({ kind: 'finish' });
  }

  #showProgress(progress: Progress): void {
    if (this.#phase === 'sealing') return this.#showSealing(progress);
    if (this.#phase !== 'recording') return;
    const now = Date.now();
    const { text, datetime } = elapsedOf(now - (progress.startedAt ?? now));
    this.#page.elements.elapsed.textContent = text;
    this.#page.elements.elapsed.dateTime = datetime;
    this.#page.light('camera', this.#live('video'));
    this.#page.light('microphone', this.#live('audio'));
    this.#page.light('sending', progress.trouble === null);
    if (this.#notice && this.#notice.until < now) this.#notice = null;
    if (!this.#notice) this.#page.tell(truthOf(progress), progress.trouble !== null);
    if (!this.#capture) void this.#reopen();
    else {
      const silence = this.#capture.began ? SILENCE : FIRST_FRAME;
      if (now - this.#lastCluster > silence) {
        void this.#lose(
          this.#capture,
          `Nothing came from your camera or microphone for ${silence / 1000} s. ${NOT_HELD}`,
        );
      }
    }
  }

  #showSealing({ waitingBytes, waitingSeconds, trouble, ...progress }: Progress): void {
    const { sealing, sealingMessage } = this.#page.elements;
    this.#toSeal = Math.max(this.#toSeal, waitingBytes, 1);
    sealing.max = this.#toSeal;
    sealing.value = this.#toSeal - waitingBytes;
    if (trouble) sealingMessage.textContent = truthOf({ ...progress, waitingBytes, waitingSeconds, trouble });
    else if (waitingBytes === 0) sealingMessage.textContent = 'Everything is stored. Your recording is being sealed.';
  }

  #live(kind: 'video' | 'audio'): boolean {
    const tracks = this.#capture?.stream.getTracks() ?? [];
    return tracks.some((track) => track.kind === kind && track.readyState === 'live' && !track.muted);
  }

  #say(sentence: string, milliseconds: number): void {
    this.#notice = { sentence, until: Date.now() + milliseconds };
    if (this.#phase === 'check') this.#page.elements.checkMessage.textContent = sentence;
    else this.#page.tell(sentence, true);
  }

  #fail(sentence: string): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#page.fail(sentence);
    // The worker stays: what is encrypted may still reach the appliance.
    this.#letGo();
  }

  #letGo(): void {
    this.#stopLevel();
    this.#stopLevel = () => {};
    if (this.#stream) stop(this.#stream);
    this.#stream = null;
  }

  /** @param bytes belong to the worker afterwards */
  #send(message: PageMessage, bytes?: Uint8Array<ArrayBuffer>): void {
    this.#worker.postMessage(message, bytes ? [bytes.buffer] : []);
  }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
