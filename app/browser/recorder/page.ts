/** The recorder page's elements. The page is rendered elsewhere: whatever is missing is said aloud. */

export type Step = 'check' | 'record' | 'sealing' | 'done';
export type Lamp = 'camera' | 'microphone' | 'sending';

const ELEMENTS = {
  preview: 'video[data-preview]',
  level: 'meter[data-level]',
  checkMessage: '[data-check-message]',
  camera: 'select[data-camera]',
  microphone: 'select[data-microphone]',
  allow: 'button[data-allow]',
  start: 'button[data-start]',
  elapsed: 'time[data-elapsed]',
  truth: '[data-truth]',
  exam: 'a[data-exam]',
  finish: 'button[data-finish]',
  finishDialog: 'dialog[data-finish-dialog]',
  finishConfirm: '[data-finish-dialog] button[data-finish-confirm]',
  finishCancel: '[data-finish-dialog] button[data-finish-cancel]',
  sealing: 'progress[data-sealing]',
  sealingMessage: '[data-sealing-message]',
  receipt: 'a[data-receipt]',
  failure: '[data-failure]',
  lampCamera: '[data-lamp=camera]',
  lampMicrophone: '[data-lamp=microphone]',
  lampSending: '[data-lamp=sending]',
  stepCheck: 'section[data-step=check]',
  stepRecord: 'section[data-step=record]',
  stepSealing: 'section[data-step=sealing]',
  stepDone: 'section[data-step=done]',
} as const;

interface Found {
  preview: HTMLVideoElement;
  level: HTMLMeterElement;
  camera: HTMLSelectElement;
  microphone: HTMLSelectElement;
  allow: HTMLButtonElement;
  start: HTMLButtonElement;
  elapsed: HTMLTimeElement;
  exam: HTMLAnchorElement;
  finish: HTMLButtonElement;
  finishDialog: HTMLDialogElement;
  sealing: HTMLProgressElement;
}

export type PageElements = Found & Record<Exclude<keyof typeof ELEMENTS, keyof Found>, HTMLElement>;

/** Shows the recorder's steps, lamps and sentences. */
export class Page {
  readonly elements: PageElements;

  constructor(elements: PageElements) {
    this.elements = elements;
  }

  /** @throws Error naming every element that the page lacks, after showing it */
  static find(main: HTMLElement): Page {
    const entries = Object.entries(ELEMENTS).map(([name, selector]) => [name, main.querySelector(selector)] as const);
    const missing = entries.filter(([, element]) => element === null).map(([name]) => name);
    if (missing.length === 0) return new Page(Object.fromEntries(entries) as unknown as PageElements);
    const sentence = `This page is incomplete, so it cannot record (${missing.join(', ')} missing). Reload it; if this comes back, tell your institution. You did nothing wrong.`;
    const alert = main.querySelector<HTMLElement>(ELEMENTS.failure) ?? main.appendChild(document.createElement('p'));
    alert.setAttribute('role', 'alert');
    alert.hidden = false;
    alert.textContent = sentence;
    throw new Error(sentence);
  }

  /** Shows one step and moves the focus to it, so that the keyboard and screen readers follow. */
  show(step: Step): void {
    const { stepCheck, stepRecord, stepSealing, stepDone } = this.elements;
    const sections = { check: stepCheck, record: stepRecord, sealing: stepSealing, done: stepDone };
    for (const [name, section] of Object.entries(sections)) section.hidden = name !== step;
    sections[step].tabIndex = -1;
    sections[step].focus();
  }

  /** Says why recording cannot go on. The first reason stays: what follows is its consequence. */
  fail(sentence: string): void {
    const { failure } = this.elements;
    if (!failure.hidden) return;
    failure.textContent = sentence;
    failure.hidden = false;
  }

  light(lamp: Lamp, on: boolean): void {
    const { lampCamera, lampMicrophone, lampSending } = this.elements;
    const element = { camera: lampCamera, microphone: lampMicrophone, sending: lampSending }[lamp];
    element.dataset.on = String(on);
  }

  /** @param aloud whether screen readers speak it; the line changes every few seconds, so only news is spoken */
  tell(sentence: string, aloud: boolean): void {
    const { truth } = this.elements;
    if (truth.textContent === sentence) return;
    truth.ariaLive = aloud ? 'polite' : 'off';
    truth.textContent = sentence;
  }
}
