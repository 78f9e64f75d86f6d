import type { Restriction } from '../../wire.ts';
import { locale } from '../words/language.ts';
import { words } from '../words/restrictions.ts';
import type { PageMessage } from './messages.ts';

/** Milliseconds that a restriction may go unkept before that is noted; more where somebody has just come to the page. */
const GRACE = { hidden: 1_000, behind: 3_000, 'full-screen': 10_000, 'one-screen': 60_000 } as const;
const FIRST_GRACE = 60_000;
/** What opens a dialog of the browser's own: being behind that is what the page asked for. */
const OPENS_DIALOG = 'input[type=file], button[data-share-again], button[data-allow-again]';
/** Milliseconds in which such a dialog takes the focus away. */
const DIALOG = 3_000;

type Noticed = Exclude<Restriction, 'clipboard'>;
interface Unkept {
  /** Epoch ms. */
  since: number;
  /** Milliseconds. */
  grace: number;
  /** Its line on the page, once it is noted. */
  line: HTMLElement | null;
}

/** What the exam restricts in the page that shows it: asks for it, notes what a browser can tell, and says at once what was noted. */
export class Restrictions {
  #send: (message: PageMessage) => void;
  #say: (sentence: string) => void;
  #kept: Restriction[] = [];
  #unkept = new Map<Noticed, Unkept>();
  #begun = 0;
  #dialogAt = -Infinity;
  #excused = false;
  #section = document.querySelector<HTMLElement>('[data-restrictions]');

  /** @param say says something for a while, aloud too */
  constructor(send: (message: PageMessage) => void, say: (sentence: string) => void) {
    this.#send = send;
    this.#say = say;
    const look = () => this.look();
    document.addEventListener('visibilitychange', look);
    document.addEventListener('fullscreenchange', look);
    addEventListener('focus', look);
    addEventListener('blur', look);
    addEventListener('click', ({ target }) => this.#foresee(target), { capture: true });
    for (const kind of ['copy', 'cut', 'paste'] as const) {
      document.addEventListener(kind, (event) => this.#prevent(event), { capture: true });
    }
    this.#find('[data-full-screen-button]')?.addEventListener('click', () => void this.#fill());
  }

  /** Recording runs, and these hold. */
  begin(kept: Restriction[]): void {
    this.#kept = kept;
    this.#begun = Date.now();
    this.look();
  }

  /** They hold no longer; what goes on is noted up to now. */
  stop(): void {
    if (this.#kept.length === 0) return;
    for (const restriction of this.#unkept.keys()) this.#end(restriction, Date.now());
    this.#kept = [];
    this.#ask();
    if (document.fullscreenElement) void document.exitFullscreen().catch(() => {});
  }

  /** Once a second, and whenever something of it changes. */
  look(): void {
    const now = Date.now();
    for (const restriction of this.#kept) {
      if (restriction === 'clipboard') continue;
      const grace = this.#graceOf(restriction);
      const unkept = this.#unkept.get(restriction);
      if (grace === null) this.#end(restriction, now);
      else if (!unkept) this.#unkept.set(restriction, { since: now, grace, line: null });
      else {
        // Another tab hides at once what another window leaves in sight.
        unkept.grace = Math.min(unkept.grace, grace);
        this.#note(restriction, unkept, now);
      }
    }
    this.#ask();
  }

  /** @returns null where it is kept to, or nothing can be told */
  #graceOf(restriction: Noticed): number | null {
    switch (restriction) {
      case 'left-page':
        if (document.visibilityState === 'hidden') return GRACE.hidden;
        if (document.hasFocus()) this.#excused = false;
        else if (Date.now() - this.#dialogAt < DIALOG) this.#excused = true;
        return document.hasFocus() || this.#excused ? null : GRACE.behind;
      case 'full-screen':
        if (isFull() || !document.fullscreenEnabled) return null;
        return Date.now() - this.#begun < FIRST_GRACE ? FIRST_GRACE : GRACE['full-screen'];
      case 'one-screen':
        return (screen as Screen & { isExtended?: boolean }).isExtended === true ? GRACE['one-screen'] : null;
    }
  }

  #note(restriction: Noticed, unkept: Unkept, now: number): void {
    if (unkept.line || now - unkept.since < unkept.grace) return;
    unkept.line = document.createElement('li');
    unkept.line.textContent = words.noted[restriction](clock(unkept.since), null);
    this.#find('[data-noted-list]')?.append(unkept.line);
    const panel = this.#find('[data-noted]');
    if (panel) panel.hidden = false;
    this.#say(unkept.line.textContent);
    this.#send({ kind: 'noted', restriction, from: unkept.since, to: null });
  }

  #end(restriction: Noticed, now: number): void {
    const unkept = this.#unkept.get(restriction);
    if (!unkept) return;
    this.#note(restriction, unkept, now);
    this.#unkept.delete(restriction);
    if (!unkept.line) return;
    unkept.line.textContent = words.noted[restriction](clock(unkept.since), clock(now));
    this.#send({ kind: 'noted', restriction, from: unkept.since, to: now });
  }

  /** Says what is asked for just now. */
  #ask(): void {
    const unkept = this.#unkept.get('full-screen');
    const unable = this.#kept.includes('full-screen') && !document.fullscreenEnabled;
    const left = unkept && Math.max(0, Math.ceil((unkept.since + unkept.grace - Date.now()) / 10_000) * 10);
    this.#show('[data-full-screen]', unable ? words.unable : left === undefined ? null : words.fullScreen(left));
    const button = this.#find('[data-full-screen-button]');
    if (button) button.hidden = unable;
    this.#show('[data-one-screen]', this.#unkept.has('one-screen') ? words.oneScreen : null);
  }

  /** Speaks when it appears: the paragraph is an alert. */
  #show(selector: string, sentence: string | null): void {
    const panel = this.#find(selector);
    const message = panel?.querySelector('p');
    if (!panel || !message) return;
    panel.hidden = sentence === null;
    if (sentence !== null && message.textContent !== sentence) message.textContent = sentence;
  }

  async #fill(): Promise<void> {
    await document.documentElement.requestFullscreen().catch(() => this.#say(words.refused));
    this.look();
  }

  #foresee(target: EventTarget | null): void {
    if (target instanceof Element && target.closest(OPENS_DIALOG)) this.#dialogAt = Date.now();
  }

  #prevent(event: Event): void {
    if (!this.#kept.includes('clipboard')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#say(words.clipboard);
  }

  #find(selector: string): HTMLElement | null {
    return this.#section?.querySelector<HTMLElement>(selector) ?? null;
  }
}

/** A browser whose window was put into full screen by its own key says so in its display mode alone. */
function isFull(): boolean {
  return document.fullscreenElement !== null || matchMedia('(display-mode: fullscreen)').matches;
}

/** @param moment epoch ms */
function clock(moment: number): string {
  return new Date(moment).toLocaleTimeString(locale);
}
