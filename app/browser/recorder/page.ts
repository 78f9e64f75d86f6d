import type { RecordedKinds, Source } from '../../wire.ts';
import { words } from '../words/recorder.ts';

/** The recorder page's elements. The page is rendered elsewhere: whatever is missing is said aloud. */

export type Step = 'check' | 'record' | 'break' | 'sealing' | 'done';
/** What is turned on: a device or the screen. */
export type Kind = 'camera' | 'microphone' | 'screen';

const ALWAYS = {
  start: 'button[data-start]',
  startMessage: '[data-start-message]',
  elapsed: 'time[data-elapsed]',
  truth: '[data-truth]',
  exam: 'a[data-exam]',
  finish: 'button[data-finish]',
  finishDialog: 'dialog[data-finish-dialog]',
  finishConfirm: '[data-finish-dialog] button[data-finish-confirm]',
  finishCancel: '[data-finish-dialog] button[data-finish-cancel]',
  sealing: 'progress[data-sealing]',
  sealingMessage: '[data-sealing-message]',
  sealingUntil: '[data-sealing-until]',
  failure: '[data-failure]',
  lampSending: '[data-lamp=sending]',
  stepCheck: 'section[data-step=check]',
  stepRecord: 'section[data-step=record]',
  stepSealing: 'section[data-step=sealing]',
  stepDone: 'section[data-step=done]',
} as const;
/** Of the camera, the microphone, either of them, and the screen: only where the exam records it. */
const CAMERA = {
  preview: 'video[data-preview]',
  camera: 'select[data-camera]',
  allowAgain: 'button[data-allow-again]',
  lampCamera: '[data-lamp=camera]',
  missingCamera: '[data-missing=camera]',
} as const;
const MICROPHONE = {
  level: 'meter[data-level]',
  microphone: 'select[data-microphone]',
  lampMicrophone: '[data-lamp=microphone]',
  missingMicrophone: '[data-missing=microphone]',
} as const;
const DEVICES = { allow: 'button[data-allow]', checkMessage: '[data-check-message]' } as const;
/** Of the exam itself; a practice run has no time. */
const TIME = {
  timeLeft: '[data-time-left]',
  remaining: 'time[data-remaining]',
  ends: '[data-ends]',
  timeOver: '[data-time-over]',
  overSince: '[data-over-since]',
} as const;
/** The exam's too: no practice run has breaks. */
const BREAK = {
  takeBreak: 'button[data-take-break]',
  breakOffer: '[data-break-offer]',
  stepBreak: 'section[data-step=break]',
  breakLeft: '[data-break-left]',
  breakClock: 'time[data-break-clock]',
  breakOver: '[data-break-over]',
  breakEnds: '[data-break-ends]',
  breakTruth: '[data-break-truth]',
  goOn: 'button[data-go-on]',
} as const;
const SCREEN = {
  screenPreview: 'video[data-screen-preview]',
  share: 'button[data-share]',
  shareMessage: '[data-share-message]',
  shareAgain: 'button[data-share-again]',
  lampScreen: '[data-lamp=screen]',
  missingScreen: '[data-missing=screen]',
} as const;

interface Special {
  start: HTMLButtonElement;
  elapsed: HTMLTimeElement;
  remaining: HTMLTimeElement;
  takeBreak: HTMLButtonElement;
  breakClock: HTMLTimeElement;
  goOn: HTMLButtonElement;
  exam: HTMLAnchorElement;
  finish: HTMLButtonElement;
  finishDialog: HTMLDialogElement;
  sealing: HTMLProgressElement;
  preview: HTMLVideoElement;
  camera: HTMLSelectElement;
  level: HTMLMeterElement;
  microphone: HTMLSelectElement;
  allow: HTMLButtonElement;
  screenPreview: HTMLVideoElement;
  share: HTMLButtonElement;
}
type Elements<Names> = { [Name in keyof Names]: Name extends keyof Special ? Special[Name] : HTMLElement };

export type PageElements = Elements<typeof ALWAYS> &
  Partial<Elements<typeof CAMERA & typeof MICROPHONE & typeof DEVICES & typeof SCREEN & typeof TIME & typeof BREAK>>;

/** Shows the recorder's steps, lamps and sentences. */
export class Page {
  readonly elements: PageElements;
  /** What the exam records. */
  readonly kinds: RecordedKinds;
  /** Whom to write to: name and address. */
  readonly contact: string;
  #title = document.title;
  /** Where news is spoken from: what is shown holds figures that change. */
  #spoken = document.createElement('p');

  constructor(elements: PageElements, kinds: RecordedKinds, contact: string) {
    this.elements = elements;
    this.kinds = kinds;
    this.contact = contact;
    this.#spoken.className = 'unseen';
    this.#spoken.setAttribute('role', 'status');
    elements.failure.after(this.#spoken);
  }

  /** @returns whether these are what the page asks its test taker for */
  asksFor(sources: readonly Source[], sound: boolean): boolean {
    const own = this.kinds;
    return (
      own.sound === sound && own.sources.length === sources.length && sources.every((one) => own.sources.includes(one))
    );
  }

  /** @throws Error naming every element that the page lacks, after showing it */
  static find(main: HTMLElement): Page {
    const kinds = JSON.parse(main.dataset['kinds'] ?? '{"sources":[]}') as RecordedKinds;
    const camera = kinds.sources.includes('camera');
    const selectors = {
      ...ALWAYS,
      ...(camera && CAMERA),
      ...(kinds.sound && MICROPHONE),
      ...((camera || kinds.sound) && DEVICES),
      ...(kinds.sources.includes('screen') && SCREEN),
      ...(main.dataset['attempt'] !== undefined && { ...TIME, ...BREAK }),
    };
    const entries = Object.entries(selectors).map(([name, selector]) => [name, main.querySelector(selector)] as const);
    const missing = entries.filter(([, element]) => element === null).map(([name]) => name);
    if (kinds.sources.length === 0) missing.push('kinds');
    if (missing.length === 0) {
      return new Page(Object.fromEntries(entries) as unknown as PageElements, kinds, main.dataset['contact'] ?? '');
    }
    const sentence = words.page.incomplete(missing.join(', '));
    const alert = main.querySelector<HTMLElement>(ALWAYS.failure) ?? main.appendChild(document.createElement('p'));
    alert.setAttribute('role', 'alert');
    alert.hidden = false;
    alert.textContent = sentence;
    throw new Error(sentence);
  }

  /** Shows one step and moves the focus to it, so that the keyboard and screen readers follow. */
  show(step: Step): void {
    const { stepCheck, stepRecord, stepBreak, stepSealing, stepDone } = this.elements;
    const sections = { check: stepCheck, record: stepRecord, break: stepBreak, sealing: stepSealing, done: stepDone };
    for (const [name, section] of Object.entries(sections)) if (section) section.hidden = name !== step;
    const shown = sections[step];
    if (!shown) throw new Error(`this page has no step ${step}`);
    shown.tabIndex = -1;
    shown.focus();
    if (step !== 'record' && !this.#failed) document.title = this.#title;
  }

  /**
   * Says why recording cannot go on, and takes back all that said it does, in the window's title too. The first reason stays: what
   * follows is its consequence.
   */
  fail(sentence: string): void {
    const { failure, finish, finishDialog, truth, takeBreak, goOn } = this.elements;
    if (this.#failed) return;
    for (const lamp of ['camera', 'microphone', 'screen', 'sending'] as const) this.light(lamp, false);
    for (const kind of ['camera', 'microphone', 'screen'] as const) this.miss(kind, null);
    truth.textContent = '';
    for (const button of [finish, takeBreak, goOn]) if (button) button.disabled = true;
    if (finishDialog.open) finishDialog.close();
    document.title = `${words.page.notRecording} – ${this.#title}`;
    failure.textContent = sentence;
    failure.hidden = false;
  }

  get #failed(): boolean {
    return !this.elements.failure.hidden;
  }

  light(lamp: Kind | 'sending', on: boolean): void {
    if (this.#failed) return;
    const { lampCamera, lampMicrophone, lampScreen, lampSending } = this.elements;
    const element = { camera: lampCamera, microphone: lampMicrophone, screen: lampScreen, sending: lampSending }[lamp];
    if (element) element.dataset.on = String(on);
  }

  /**
   * While recording: what is not recorded just now and what to do, aloud, with its button; null takes it back. The window's
   * title says it too, as the window is usually behind the exam's.
   * @returns whether this is news
   */
  miss(kind: Kind, sentence: string | null): boolean {
    const { missingCamera, missingMicrophone, missingScreen } = this.elements;
    const panels = { camera: missingCamera, microphone: missingMicrophone, screen: missingScreen };
    const panel = panels[kind];
    const message = panel?.querySelector('[data-missing-message]');
    if (this.#failed || !panel || !message || message.textContent === (sentence ?? '')) return false;
    panel.hidden = sentence === null;
    message.textContent = sentence ?? '';
    const missing = (Object.keys(panels) as Kind[]).filter((name) => panels[name]?.hidden === false);
    document.title = missing.length ? `${words.page.off(missing)} – ${this.#title}` : this.#title;
    return true;
  }

  /** Shows a line about what is recorded. It changes every few seconds, so it is not spoken. */
  tell(sentence: string): void {
    const { truth, breakTruth } = this.elements;
    for (const line of [truth, breakTruth])
      if (line && !this.#failed && line.textContent !== sentence) line.textContent = sentence;
  }

  /** Says news to screen readers. */
  speak(sentence: string): void {
    this.#spoken.textContent = sentence;
  }
}
