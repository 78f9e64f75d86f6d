import { Page } from '../ui/page.tsx';

/** The exam origin's first page, for whoever comes without their personal link. */
export function WelcomePage({ institution }: { institution: string }) {
  return (
    <Page title="Exams" place="exam">
      <div class="stack">
        <p class="eyebrow">{institution}</p>
        <h1>You need your personal link</h1>
        <p class="lead">This is where test takers of {institution} sit exams that are recorded.</p>
        <p>
          You received an invitation with a link that is yours alone. Open that link, and you see what is recorded and
          why before anything begins. Came here from your exam before? <a href="/attempt">Go to your exam</a>.
        </p>
        <p>
          Before the exam day, <a href="/check">check whether your device will do</a>. Nothing is recorded.
        </p>
        <h2>No link, or it does not work?</h2>
        <p>
          Ask whoever holds the exam: the contact stands in your invitation. If you have no invitation, ask your teacher
          or the examination office of {institution}. You miss nothing by coming here too early: nothing is recorded on
          this page.
        </p>
      </div>
    </Page>
  );
}

/** The "page elsewhere" of the demonstration: an exam that knows nothing of the recorder. Its answers go nowhere. */
export function DemonstrationPage() {
  return (
    <Page title="Demonstration exam" place="exam">
      <div class="stack">
        <h1>Demonstration exam</h1>
        <p>
          Three questions, as in an exam of your learning platform. This page is for trying out: your answers are
          neither sent nor kept. The recorder goes on in its own window.
        </p>
        <fieldset class="field card">
          <legend>1. What is the derivative of x² + 3x?</legend>
          {['2x + 3', 'x + 3', '2x² + 3'].map((answer) => (
            <label class="choice">
              <input type="radio" name="derivative" value={answer} />
              {answer}
            </label>
          ))}
        </fieldset>
        <div class="field card">
          <label for="integral">2. What is the integral of 2x from 0 to 3?</label>
          <input id="integral" inputmode="numeric" autocomplete="off" />
        </div>
        <div class="field card">
          <label for="proof">3. Why is there no largest prime number? A few sentences are enough.</label>
          <textarea id="proof" rows={8}></textarea>
        </div>
        <p>When you are done, go back to the recorder’s window and choose “Finish the exam”.</p>
      </div>
    </Page>
  );
}
