import { language } from '../words/language.ts';
import { words } from '../words/aids.ts';
import { calculate, LAST, LONGEST_EXPRESSION } from './expression.ts';
import { show } from './figures.ts';
import type { Value } from './value.ts';

/** So many of the last results are listed. */
const MOST_RESULTS = 10;
/** What goes on from the last result where it is the first that is written. */
const GOES_ON = /^[+\-−*×·/÷:^!%²³]$/;
const DECIMAL = language === 'de' ? ',' : '.';
/** A name with its parenthesis was written by one key, and goes with one. */
const LAST_SIGN = /(\p{L}+\(|√\(|Ans|.)$/su;

/** The calculator on the recorder's page. It calculates here and tells nobody. */
export class Calculator {
  #root: HTMLElement;
  #input: HTMLInputElement;
  #last: Value | null = null;
  /** The expression that the result stands for, for as long as nothing else was written. */
  #done: string | null = null;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#input = this.#find<HTMLInputElement>('[data-expression]');
    this.#input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.isComposing) this.#calculate();
    });
    this.#input.addEventListener('beforeinput', (event) => {
      if (!event.data || !GOES_ON.test(event.data) || !this.#isDone) return;
      event.preventDefault();
      this.#write(event.data);
    });
    this.#input.addEventListener('input', () => this.#tellFault(''));
    this.#onPress('[data-key]', ({ dataset }) => this.#write(dataset['key'] ?? ''));
    this.#onPress('[data-key-equals]', () => this.#calculate());
    this.#onPress('[data-key-back]', () => this.#takeBack());
    this.#onPress('[data-key-clear]', () => {
      this.#input.value = '';
      this.#find('[data-result]').textContent = '';
      this.#tellFault('');
    });
  }

  #calculate(): void {
    const expression = this.#input.value.trim();
    const angle = this.#root.querySelector<HTMLInputElement>('input[value=radians]')?.checked ? 'radians' : 'degrees';
    const result = calculate(this.#input.value, { decimal: DECIMAL, angle, last: this.#last });
    if ('fault' in result) {
      const { kind, at, quote } = result.fault;
      this.#find('[data-result]').textContent = '';
      this.#tellFault(words.faults[kind](quote));
      // Behind it, and nothing selected: what is written next takes the place of nothing.
      return this.#input.setSelectionRange(at + quote.length, at + quote.length);
    }
    const figures = show(result.value, DECIMAL);
    this.#last = result.value;
    this.#tellFault('');
    // A new element is spoken even where the result is the one from before.
    const shown = document.createElement('span');
    shown.textContent = figures;
    this.#find('[data-result]').replaceChildren(shown);
    this.#list(expression, figures);
    this.#done = this.#input.value;
    this.#input.setSelectionRange(0, this.#done.length);
  }

  /** Writes in the place of what is selected. A sign that is written right after a result goes on from it. */
  #write(text: string): void {
    const { selectionStart, selectionEnd, value } = this.#input;
    const written = this.#isDone && GOES_ON.test(text) ? `${LAST}${text}` : text;
    const [from, to] = [selectionStart ?? value.length, selectionEnd ?? value.length];
    if (value.length - (to - from) + written.length > LONGEST_EXPRESSION) {
      return this.#tellFault(words.faults['too-long'](''));
    }
    this.#input.setRangeText(written, from, to, 'end');
    this.#tellFault('');
  }

  #takeBack(): void {
    const { selectionStart, selectionEnd, value } = this.#input;
    const to = selectionEnd ?? value.length;
    const from = selectionStart === to ? value.slice(0, to).replace(LAST_SIGN, '').length : (selectionStart ?? 0);
    this.#input.setRangeText('', from, to, 'end');
    this.#tellFault('');
  }

  /** Whether what is written is the calculation whose result is shown, all of it selected. */
  get #isDone(): boolean {
    const { selectionStart, selectionEnd, value } = this.#input;
    return this.#done === value && value !== '' && selectionStart === 0 && selectionEnd === value.length;
  }

  #list(expression: string, figures: string): void {
    const results = this.#find('[data-results]');
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button bare';
    button.setAttribute('aria-label', words.again(expression, figures));
    const figure = document.createElement('strong');
    figure.textContent = figures;
    button.append(`${expression} = `, figure);
    press(button, this.#input, () => this.#write(figures));
    const item = document.createElement('li');
    item.append(button);
    results.prepend(item);
    while (results.children.length > MOST_RESULTS) results.lastElementChild?.remove();
    this.#find('[data-history]').hidden = false;
  }

  /** @param sentence empty where there is none any more */
  #tellFault(sentence: string): void {
    const fault = this.#find('[data-expression-fault]');
    if (sentence === '') this.#input.removeAttribute('aria-invalid');
    else this.#input.setAttribute('aria-invalid', 'true');
    fault.replaceChildren(sentence);
  }

  #onPress(selector: string, act: (button: HTMLElement) => void): void {
    for (const button of this.#root.querySelectorAll<HTMLElement>(selector)) press(button, this.#input, act);
  }

  #find<E extends HTMLElement = HTMLElement>(selector: string): E {
    const element = this.#root.querySelector<E>(selector);
    if (!element) throw new Error(`the calculator lacks ${selector}`);
    return element;
  }
}

/** Whoever presses a key with a hand goes on typing in the field; whoever does so by keyboard stays on the key. */
function press(button: HTMLElement, input: HTMLInputElement, act: (button: HTMLElement) => void): void {
  button.addEventListener('click', (event) => {
    act(button);
    if ((event as PointerEvent).pointerType) input.focus({ preventScroll: true });
  });
}
