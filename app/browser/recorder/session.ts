import type { GapCause, OwnTime as OwnTimeTold, Restriction } from '../../wire.ts';
import { ScratchPad } from '../aids/scratch-pad.ts';
import { BreakStep } from './break-step.ts';
import { CheckStep } from './check-step.ts';
import { sentenceOfBrowser } from './devices.ts';
import type { PageMessage, Progress, Trouble, WorkerMessage } from './messages.ts';
import { OwnTime } from './own-time.ts';
import type { Page } from './page.ts';
import { ExamDocuments } from './exam-documents.ts';
import { ExamPassword } from './exam-password.ts';
import { HandInUploads } from './hand-in.ts';
import { Restrictions } from './restrictions.ts';
import { RecordStep } from './record-step.ts';
import { SealingStep } from './sealing-step.ts';
import { elapsedOf, startOf, truthOf } from './truth.ts';
import { words } from '../words/recorder.ts';

const NOTICE_TIME = 10_000;

type Phase = 'check' | 'starting' | 'recording' | 'break' | 'sealing' | 'over';

/** One sitting at the recorder page: devices and elements here, keys and network in the worker. */
export class Session {
  #page: Page;
  #worker: Worker;
  #truth: (progress: Progress) => string;
  #phase: Phase = 'check';
  #check: CheckStep;
  #record: RecordStep;
  #break: BreakStep;
  #sealing: SealingStep;
  #time: OwnTime;
  /** What the worker was told last that is not recorded. */
  #lacks = '';
  /** Why nothing was recorded before this page was opened; null where the attempt had not begun. */
  #cause: GapCause | null = null;
  #uploadBy: string | null = null;
  #password: ExamPassword | null = null;
  #documents: ExamDocuments | null = null;
  #handIns: HandInUploads | null = null;
  #restrictions: Restrictions;
  /** What they hold while recording runs. */
  #restricted: Restriction[] = [];
  #scratchPad: ScratchPad | null = null;
  /** What is said instead of the truth for a while: until then, by the browser's own count. */
  #notice: { sentence: string; until: number } | null = null;
  #unsent = 0;
  /** The one that was spoken of last. */
  #trouble: Trouble | null = null;

  /**
   * @param worker takes PageMessages and answers with WorkerMessages: the recorder's, or the practice run's, which keeps nothing
   * @param truth the one line about what is recorded and what of it is stored
   */
  constructor(page: Page, worker: Worker, truth = truthOf) {
    this.#page = page;
    this.#worker = worker;
    this.#truth = truth;
    this.#check = new CheckStep(page, () => this.#checked());
    const send = (message: PageMessage, bytes?: Uint8Array<ArrayBuffer>) => this.#send(message, bytes);
    this.#record = new RecordStep(page, this.#check, send, (sentence) => this.#say(sentence));
    this.#restrictions = new Restrictions(send, (sentence) => this.#say(sentence));
    this.#break = new BreakStep(
      page,
      () => void this.#takeBreak(),
      () => this.#goOn(),
    );
    this.#sealing = new SealingStep(page);
    this.#time = new OwnTime(page);
    const { elements } = page;
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerMessage>) => this.#hear(data));
    worker.addEventListener('error', () => this.#fail(words.page.notLoaded));
    elements.start.addEventListener('click', () => this.#begin());
    elements.finish.addEventListener('click', () => elements.finishDialog.showModal());
    elements.finishCancel.addEventListener('click', () => elements.finishDialog.close());
    elements.finishConfirm.addEventListener('click', () => void this.#finish());
    addEventListener('beforeunload', (event) => {
      const leaves = this.#unsent > 0 || this.#handIns?.under;
      if (this.#phase === 'recording' || this.#phase === 'sealing' || leaves) event.preventDefault();
    });
  }

  /** @param attempt its id @param fingerprint of the appliance key, from the personal link */
  open(attempt: string, fingerprint: string | null): void {
    this.#password = new ExamPassword(attempt);
    this.#documents = new ExamDocuments(attempt);
    this.#handIns = new HandInUploads(attempt, (sentence) => this.#page.speak(sentence));
    this.#scratchPad = new ScratchPad(attempt);
    this.#check.enable(false);
    const sentence = sentenceOfBrowser();
    if (sentence) return this.#fail(sentence);
    this.#send({ kind: 'open', attempt, fingerprint });
  }

  #hear(message: WorkerMessage): void {
    switch (message.kind) {
      case 'opened':
        return this.#opened(message.attempt);
      case 'started':
        return this.#started(message);
      case 'progress':
        this.#unsent = message.progress.waitingRequests;
        return this.#heed(message.progress);
      case 'slept':
        return void (this.#phase === 'recording' && this.#record.woken());
      case 'time':
        return this.#hearTime(message.time);
      case 'notice':
        return this.#say(message.sentence);
      case 'replaced':
        return void this.#replaced();
      case 'sealed':
        return this.#sealed();
      case 'failed':
        return this.#fail(message.sentence);
    }
  }

  #opened(attempt: Extract<WorkerMessage, { kind: 'opened' }>['attempt']): void {
    if (attempt === 'sealed') return this.#sealed();
    if (attempt === 'finished') {
      this.#phase = 'sealing';
      this.#scratchPad?.delete();
      this.#check.letGo();
      return this.#sealing.begin(this.#uploadBy);
    }
    if (attempt === 'break') {
      this.#phase = 'break';
      return this.#break.begin(true);
    }
    this.#check.enable(true);
    // What was in the way of opening it is not any more.
    this.#tellStart('');
    if (attempt === 'none') return;
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    this.#comeBack(navigation?.type === 'reload' ? 'reload' : 'closed');
  }

  /** An attempt that is under way goes on in this page, as soon as something is turned on. */
  #comeBack(cause: GapCause): void {
    this.#cause = cause;
    this.#check.prefix = words.check.running;
    if (this.#page.elements.allow) void this.#check.turnOn();
    this.#checked();
  }

  /** Something was turned on or refused at the check. An attempt that is running goes on with its first source by itself. */
  #checked(): void {
    if (this.#phase !== 'check') return;
    const [first] = this.#page.kinds.sources;
    this.#check.offerStart(this.#cause !== null);
    if (this.#cause !== null && first && this.#check.opened[first]) this.#begin();
  }

  #begin(): void {
    if (this.#phase !== 'check') return;
    this.#phase = 'starting';
    this.#page.elements.start.disabled = true;
    this.#send({ kind: 'start' });
  }

  #started({ examPage, uploadBy, sources, sound, restrictions }: Extract<WorkerMessage, { kind: 'started' }>): void {
    if (this.#phase === 'over') return;
    const { exam } = this.#page.elements;
    const address = examPage === null ? null : new URL(examPage, location.href);
    if (address && ['https:', 'http:'].includes(address.protocol)) exam.setAttribute('href', address.href);
    this.#uploadBy = uploadBy;
    // Finished before this page was opened: what is left is sent, and nothing is recorded.
    if (this.#phase === 'sealing') return this.#sealing.begin(uploadBy);
    // Something was arranged since this page was opened: opened anew, it asks for what is recorded now, and goes on.
    if (!this.#page.asksFor(sources, sound)) return this.#openAnew();
    this.#phase = 'recording';
    const { opened } = this.#check;
    this.#check.end();
    this.#page.show('record');
    this.#record.begin(opened, this.#cause);
    this.#restricted = restrictions;
    this.#restrictions.begin(restrictions);
    this.#documents?.show();
    void this.#handIns?.show();
    void this.#scratchPad?.open();
  }

  #openAnew(): void {
    this.#phase = 'over';
    this.#check.letGo();
    location.reload();
  }

  async #finish(): Promise<void> {
    if (this.#phase !== 'recording') return;
    this.#phase = 'sealing';
    this.#putAway();
    this.#scratchPad?.delete();
    this.#page.elements.finishDialog.close();
    this.#sealing.begin(this.#uploadBy);
    this.#send({ kind: 'finish', missing: await this.#record.stop() });
  }

  async #takeBreak(): Promise<void> {
    if (this.#phase !== 'recording') return;
    this.#phase = 'break';
    this.#break.begin(false);
    // A break is the test taker's own time.
    this.#restrictions.stop();
    this.#password?.rest();
    const missing = await this.#record.pause();
    // Another browser may have gone on with the attempt meanwhile.
    if (this.#phase !== 'break') return;
    this.#lacks = '';
    this.#send({ kind: 'pause', missing });
    this.#break.enable(true);
  }

  #goOn(): void {
    if (this.#phase !== 'break') return;
    this.#send({ kind: 'go-on' });
    if (this.#record.begun) {
      this.#phase = 'recording';
      this.#page.show('record');
      this.#restrictions.begin(this.#restricted);
      return this.#record.goOn();
    }
    // The break outlived the page that it was taken in.
    this.#phase = 'check';
    this.#page.show('check');
    this.#check.enable(true);
    this.#comeBack('break');
  }

  async #replaced(): Promise<void> {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#putAway();
    this.#check.letGo();
    this.#page.fail(words.page.replaced(this.#page.contact));
    await this.#record.stop();
  }

  #sealed(): void {
    this.#phase = 'over';
    this.#putAway();
    this.#scratchPad?.delete();
    this.#unsent = 0;
    this.#check.letGo();
    this.#worker.terminate();
    this.#page.show('done');
  }

  #heed(progress: Progress): void {
    const { elapsed, sealingMessage } = this.#page.elements;
    if (this.#phase === 'starting') return this.#tellStart(startOf(progress));
    if (this.#phase === 'sealing') {
      this.#sealing.heed(progress);
      if (this.#notice && this.#notice.until >= performance.now()) sealingMessage.textContent = this.#notice.sentence;
    }
    if (this.#phase === 'break') {
      this.#break.heed(progress.breaks, this.#time.clock);
      return this.#tellTruth(progress, null);
    }
    if (this.#phase !== 'recording') return;
    this.#break.offer(progress.breaks);
    if (progress.storedUntil !== null) void this.#password?.show();
    const now = Date.now();
    const { text, datetime } = elapsedOf(now - (progress.startedAt ?? now));
    elapsed.textContent = text;
    elapsed.dateTime = datetime;
    this.#time.show();
    this.#restrictions.look();
    const thinned = this.#record.heed(progress);
    const { lacks } = this.#record;
    if (lacks.join() !== this.#lacks) this.#send({ kind: 'lacks', lacks });
    this.#lacks = lacks.join();
    this.#tellTruth(progress, thinned);
  }

  /** @param thinned what is thinned, in words */
  #tellTruth(progress: Progress, thinned: string | null): void {
    if (this.#notice && this.#notice.until < performance.now()) this.#notice = null;
    if (this.#notice) return;
    const truth = this.#truth(progress);
    this.#page.tell(thinned ? `${thinned} ${truth}` : truth);
    if (progress.trouble !== this.#trouble) this.#page.speak(truth);
    this.#trouble = progress.trouble;
  }

  #hearTime({ now, endsAt }: OwnTimeTold): void {
    const news = this.#time.set(Date.parse(endsAt) - Date.parse(now), endsAt);
    if (news !== null && this.#phase === 'recording') this.#say(news);
  }

  #say(sentence: string): void {
    this.#notice = { sentence, until: performance.now() + NOTICE_TIME };
    if (this.#phase === 'check' || this.#phase === 'starting') this.#tellStart(sentence);
    else {
      this.#page.tell(sentence);
      this.#page.speak(sentence);
    }
  }

  /** What belongs to the exam's place is there only while recording runs. */
  #putAway(): void {
    this.#restrictions.stop();
    this.#password?.hide();
    this.#documents?.hide();
    this.#handIns?.close();
  }

  #tellStart(sentence: string): void {
    const { startMessage } = this.#page.elements;
    if (startMessage.textContent !== sentence) startMessage.textContent = sentence;
  }

  #fail(sentence: string): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#putAway();
    this.#page.fail(sentence);
    // The worker stays: what is encrypted may still reach the appliance.
    this.#check.letGo();
    void this.#record.stop();
  }

  /** @param bytes belong to the worker afterwards */
  #send(message: PageMessage, bytes?: Uint8Array<ArrayBuffer>): void {
    this.#worker.postMessage(message, bytes ? [bytes.buffer] : []);
  }
}
