import { Page } from '../ui/page.tsx';
import type { Reading } from '../words/language.ts';

/** The exam origin's first page, for whoever comes without their personal link. */
export function WelcomePage({ reading, institution }: { reading: Reading; institution: string }) {
  const { welcome } = reading.words;
  return (
    <Page title={welcome.title} place="exam" reading={reading}>
      <div class="stack">
        <p class="eyebrow">{institution}</p>
        <h1>{welcome.heading}</h1>
        <p class="lead">{welcome.lead(institution)}</p>
        <p>
          {welcome.link((text) => (
            <a href="/attempt">{text}</a>
          ))}
        </p>
        <p>
          {welcome.device((text) => (
            <a href="/check">{text}</a>
          ))}
        </p>
        <h2>{welcome.lostHeading}</h2>
        <p>{welcome.lost(institution)}</p>
      </div>
    </Page>
  );
}

/** The "page elsewhere" of the demonstration: an exam that knows nothing of the recorder. Its answers go nowhere. */
export function DemonstrationPage({ reading }: { reading: Reading }) {
  const { demonstration } = reading.words;
  return (
    <Page title={demonstration.heading} place="exam" reading={reading}>
      <div class="stack">
        <h1>{demonstration.heading}</h1>
        <p>{demonstration.about}</p>
        <fieldset class="field card">
          <legend>{demonstration.derivative}</legend>
          {['2x + 3', 'x + 3', '2x² + 3'].map((answer) => (
            <label class="choice">
              <input type="radio" name="derivative" value={answer} />
              {answer}
            </label>
          ))}
        </fieldset>
        <div class="field card">
          <label for="integral">{demonstration.integral}</label>
          <input id="integral" inputmode="numeric" autocomplete="off" />
        </div>
        <div class="field card">
          <label for="proof">{demonstration.primes}</label>
          <textarea id="proof" rows={8}></textarea>
        </div>
        <p>{demonstration.done}</p>
      </div>
    </Page>
  );
}
