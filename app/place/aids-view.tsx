import { Icon } from '../ui/icons.tsx';
import type { Words } from '../words/en.ts';

type KeyName = keyof Words['aids']['calculator']['key'];
/** What stands on a key, what it writes, and what it is called; digits are called what they are. */
type Key = [sign: string, writes: string, name?: KeyName];

const digit = (one: string): Key => [one, one];

/** Row by row. The decimal sign is the language's. */
const keysOf = (decimal: string): Key[] => [
  ...([
    ['sin', 'sin(', 'sin'],
    ['cos', 'cos(', 'cos'],
    ['tan', 'tan(', 'tan'],
    ['π', 'π', 'pi'],
    ['e', 'e', 'e'],
    ['sin⁻¹', 'asin(', 'asin'],
    ['cos⁻¹', 'acos(', 'acos'],
    ['tan⁻¹', 'atan(', 'atan'],
    ['ln', 'ln(', 'ln'],
    ['log', 'log(', 'log'],
    ['√', '√(', 'root'],
    ['x²', '²', 'square'],
    ['xʸ', '^', 'power'],
    ['x!', '!', 'factorial'],
    ['%', '%', 'percent'],
  ] satisfies Key[]),
  ...['7', '8', '9'].map(digit),
  ['(', '(', 'open'],
  [')', ')', 'close'],
  ...['4', '5', '6'].map(digit),
  ['×', '×', 'times'],
  ['÷', '÷', 'over'],
  ...['1', '2', '3'].map(digit),
  ['+', '+', 'plus'],
  ['−', '−', 'minus'],
  digit('0'),
  [decimal, decimal, 'decimal'],
  ['E', 'E', 'tens'],
  ['Ans', 'Ans', 'last'],
];

/** The calculator. It is no form: nothing of it could be sent, even without its script. Its attributes are what the script holds on to. */
export function Calculator({ words }: { words: Words }) {
  const { calculator } = words.aids;
  const decimal = words.language === 'de' ? ',' : '.';
  return (
    <details class="card aid" data-aid data-calculator>
      <summary>
        <h2>{calculator.heading}</h2>
      </summary>
      <div class="field">
        <label for="expression">{calculator.expression}</label>
        <p class="hint" id="expression-hint">
          {calculator.how}
        </p>
        <input
          id="expression"
          type="text"
          inputmode="none"
          maxlength={200}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-describedby="expression-hint expression-fault"
          data-expression
        />
      </div>
      <p class="fault" id="expression-fault" role="status" data-expression-fault></p>
      <p class="result">
        <span class="hint" id="result-label">
          {calculator.result}
        </span>
        <output for="expression" aria-labelledby="result-label" data-result></output>
      </p>
      <fieldset class="field angles">
        <legend class="unseen">{calculator.angles}</legend>
        {(['degrees', 'radians'] as const).map((angle) => (
          <label class="choice">
            <input type="radio" name="angle" value={angle} checked={angle === 'degrees'} autocomplete="off" />
            <span>{calculator[angle]}</span>
          </label>
        ))}
        <KeyButton name="back" words={words} data-key-back>
          ⌫
        </KeyButton>
        <KeyButton name="clear" words={words} data-key-clear>
          C
        </KeyButton>
      </fieldset>
      <div class="keys" role="group" aria-label={calculator.keys}>
        {keysOf(decimal).map(([sign, writes, name]) => (
          <KeyButton name={name} words={words} data-key={writes}>
            {sign}
          </KeyButton>
        ))}
        <KeyButton name="equals" words={words} data-key-equals>
          =
        </KeyButton>
      </div>
      <section data-history hidden aria-labelledby="history-heading">
        <h3 id="history-heading">{calculator.history}</h3>
        <p class="hint">{calculator.historyHow}</p>
        <ol class="results" data-results></ol>
      </section>
    </details>
  );
}

function KeyButton(props: {
  name?: KeyName | undefined;
  words: Words;
  children: string;
  [data: `data-${string}`]: string | true;
}) {
  const { name, words, children, ...data } = props;
  const { key } = words.aids.calculator;
  // Whoever speaks to the computer says what they see: what can be read on a key is in its name.
  const called = name && (children.length > 1 ? `${children}, ${key[name]}` : key[name]);
  return (
    <button
      type="button"
      class={name === 'equals' ? 'button primary' : 'button'}
      aria-label={called}
      title={name && key[name]}
      {...data}
    >
      {children}
    </button>
  );
}

/** A field for notes that has no name and is in no form, and that no spelling service of a browser is shown. */
export function ScratchPad({ words, screen }: { words: Words; screen: boolean }) {
  const { pad } = words.aids;
  return (
    <details class="card aid" data-aid data-scratch-pad>
      <summary>
        <h2>{pad.heading}</h2>
      </summary>
      <div class="field">
        <label for="notes">{pad.label}</label>
        <p class="hint" id="notes-hint">
          {pad.stays} {screen && pad.screenSeen}
        </p>
        <textarea
          id="notes"
          maxlength={20_000}
          autocomplete="off"
          spellcheck={false}
          aria-describedby="notes-hint"
          data-notes
        ></textarea>
      </div>
      <div class="notice" data-status="notice" data-notes-notice hidden>
        <Icon name="notice" />
        <p role="alert" data-notes-message></p>
      </div>
    </details>
  );
}
