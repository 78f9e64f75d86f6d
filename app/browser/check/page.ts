import type { Desk } from './devices.ts';
import { type Check, CHECKS, type Finding } from './finding.ts';
import { words } from '../words/check.ts';

const STATUS = { good: 'good', coarser: 'notice', no: 'alarm', unmeasured: 'quiet', skipped: 'quiet' } as const;

/** The check's page: a row for each check, the summary above them. The page is rendered elsewhere. */
export class CheckPage {
  readonly start: HTMLButtonElement;
  readonly copy: HTMLButtonElement;
  readonly #main: HTMLElement;
  readonly #skip: HTMLButtonElement;
  readonly #act: HTMLButtonElement;
  readonly #preview: HTMLVideoElement;

  /** @throws Error naming what the page lacks */
  constructor(main: HTMLElement) {
    this.#main = main;
    this.start = this.#find('button[data-start]');
    this.copy = this.#find('button[data-copy]');
    this.#skip = this.#find('button[data-skip]');
    this.#act = this.#find('button[data-act]');
    this.#preview = this.#find('video[data-preview]');
  }

  /** Clears what an earlier check found. */
  begin(): void {
    this.start.disabled = true;
    this.#find('[data-after]').hidden = true;
    this.#find('[data-findings]').hidden = false;
    for (const check of CHECKS) {
      const row = this.#row(check);
      if (!row) continue;
      row.querySelector('[data-verdict]')?.replaceChildren();
      this.#sentence(row).textContent = words.page.waits;
      row.removeAttribute('data-current');
    }
  }

  /**
   * Makes a check the current one: what it asks for stands in its row.
   * @param skippable whether a person may leave it out
   * @returns what the check may ask of the page
   */
  enter(check: Check, done: number, total: number, skippable: boolean): Desk {
    const row = this.#row(check);
    if (!row) throw new Error(`the page has no row for ${check}`);
    row.dataset['current'] = '';
    this.#progress(done, total, words.page.progress(words.names[check]));
    const left = new AbortController();
    this.#skip.hidden = !skippable;
    this.#skip.onclick = () => left.abort();
    const asking = this.#find('[data-asking]');
    asking.hidden = false;
    row.append(asking);
    const sentence = this.#sentence(row);
    sentence.textContent = words.page.checking;
    return {
      left: left.signal,
      say: (told) => (sentence.textContent = told),
      press: (label) => this.#press(label, left.signal),
      show: (stream) => this.#show(stream),
    };
  }

  /** Writes what a check found into its row. */
  put(check: Check, finding: Finding): void {
    const row = this.#row(check);
    if (!row) return;
    this.#rest();
    row.removeAttribute('data-current');
    row.querySelector('[data-verdict]')?.replaceChildren(this.#status(finding));
    this.#sentence(row).textContent = finding.sentence;
  }

  /** @param text the result as it is copied */
  end(summary: Finding, text: string): void {
    const line = this.#find('[data-summary]');
    line.replaceChildren(this.#status(summary, summary.sentence));
    this.#find('[data-text]').textContent = text;
    this.#find('[data-after]').hidden = false;
    this.#find('[data-progress]').hidden = true;
    this.start.disabled = false;
    this.start.textContent = words.page.again;
    line.focus();
  }

  #press(label: string, left: AbortSignal): Promise<void> {
    this.#act.textContent = label;
    this.#act.hidden = false;
    this.#act.focus();
    return new Promise<void>((resolve) => {
      this.#act.onclick = () => resolve();
      left.addEventListener('abort', () => resolve());
    }).then(() => void (this.#act.hidden = true));
  }

  #show(stream: MediaStream): HTMLVideoElement {
    this.#preview.hidden = false;
    this.#preview.srcObject = stream;
    return this.#preview;
  }

  #rest(): void {
    this.#find('[data-asking]').hidden = true;
    this.#preview.srcObject = null;
    this.#preview.hidden = true;
    this.#act.hidden = true;
    this.#skip.hidden = true;
  }

  #progress(done: number, total: number, told: string): void {
    const box = this.#find('[data-progress]');
    box.hidden = false;
    const bar = this.#find<HTMLProgressElement>('[data-progress] progress');
    bar.max = total;
    bar.value = done;
    this.#find('[data-progress] [role=status]').textContent = told;
  }

  #status(finding: Finding, told = words.verdicts[finding.verdict]): Node {
    const template = this.#find<HTMLTemplateElement>(`template[data-status-of=${STATUS[finding.verdict]}]`);
    const status = template.content.cloneNode(true) as DocumentFragment;
    const slot = status.querySelector('.status > span');
    if (slot) slot.textContent = told;
    return status;
  }

  #row(check: Check): HTMLElement | null {
    return this.#main.querySelector(`[data-check-row=${check}]`);
  }

  #sentence(row: HTMLElement): HTMLElement {
    return row.querySelector('[data-sentence]') as HTMLElement;
  }

  #find<E extends HTMLElement>(selector: string): E {
    const element = this.#main.querySelector<E>(selector);
    if (!element) throw new Error(`the page lacks ${selector}`);
    return element;
  }
}
