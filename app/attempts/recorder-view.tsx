import type { Exam } from '../exams/exam.ts';
import { Icon } from '../ui/icons.tsx';
import { Page } from '../ui/page.tsx';
import { Lamp, Notice } from '../ui/status.tsx';
import { ContactLink } from './notice-view.tsx';

/** The recorder's page: four steps of which its script shows one. Its attributes are what the script holds on to. */
export function RecorderPage({ institution, name, exam }: { institution: string; name: string; exam: Exam }) {
  return (
    <Page
      title={`Recorder: ${exam.title}`}
      place="exam"
      person={name}
      scripts={['recorder']}
      main={{ 'data-recorder': '', 'data-institution': institution }}
    >
      <noscript>
        <Notice kind="alarm">
          <p>
            JavaScript is switched off in this browser, and without it nothing can be recorded. Switch it on for this
            page and load it again, or write to <ContactLink {...exam.notice.arrangement.contact} />.
          </p>
        </Notice>
      </noscript>
      <p class="notice" data-status="alarm" data-failure role="alert" hidden></p>
      <CheckStep />
      <RecordStep exam={exam} />
      <section data-step="sealing" class="stack" hidden>
        <h1>Finishing</h1>
        <p>The last of your recording is being sent and sealed. Please leave this window open until it says done.</p>
        <progress data-sealing max="1" aria-label="Sent so far"></progress>
        <p data-sealing-message role="status"></p>
      </section>
      <section data-step="done" class="stack" hidden>
        <h1>Done. Your recording is sealed.</h1>
        <p>Camera and microphone are off. Please save your receipt: it proves that your recording is whole.</p>
        <p>
          <a class="button primary" data-receipt href="/attempt/receipt" download="cloister-receipt.json">
            <Icon name="download" />
            Save the receipt
          </a>
        </p>
        <p>
          <a href="/attempt">See your exam and who watches the recording</a>
        </p>
      </section>
    </Page>
  );
}

function CheckStep() {
  return (
    <section data-step="check" class="stack">
      <h1>Check camera and microphone</h1>
      <p>Nothing is recorded or sent yet. Only you see this picture.</p>
      <div class="card stack">
        <video data-preview muted playsinline aria-label="Picture from your camera"></video>
        <div class="field">
          <label for="level">Microphone: say something, and the bar moves</label>
          <meter id="level" data-level min="0" max="1" value="0"></meter>
        </div>
        <div class="field">
          <label for="camera">Camera</label>
          <select id="camera" data-camera></select>
        </div>
        <div class="field">
          <label for="microphone">Microphone</label>
          <select id="microphone" data-microphone></select>
        </div>
      </div>
      <p data-check-message role="status">
        Turn on your camera and microphone. Your browser asks you whether this page may use them.
      </p>
      <div class="row">
        <button type="button" class="button" data-allow>
          Turn on camera and microphone
        </button>
        <button type="button" class="button primary" data-start disabled>
          Start recording
        </button>
      </div>
    </section>
  );
}

function RecordStep({ exam }: { exam: Exam }) {
  return (
    <section data-step="record" class="stack" hidden>
      <h1>{exam.title}</h1>
      <div class="card stack">
        <p class="row">
          <Lamp name="camera" icon="camera" on="Camera on" off="Camera off" />
          <Lamp name="microphone" icon="microphone" on="Microphone on" off="Microphone off" />
          <Lamp name="sending" icon="sending" on="Sending" off="Waiting to send" />
        </p>
        <p>
          <span class="hint">Recorded </span>
          <time data-elapsed>0:00</time>
        </p>
        <p data-truth role="status">
          Nothing has been sent yet.
        </p>
        <div class="row">
          <a class="button primary" data-exam href={exam.examPage} target="_blank" rel="noopener">
            <Icon name="open" />
            Open the exam
          </a>
          <button type="button" class="button" data-finish>
            Finish the exam
          </button>
        </div>
      </div>
      <p>Leave this window open, in the background if you like. The exam opens in a window of its own.</p>
      <p class="hint">
        Something does not work? Write to <ContactLink {...exam.notice.arrangement.contact} />. You can go on meanwhile.
      </p>
      <dialog data-finish-dialog aria-labelledby="finish-heading">
        <div class="stack">
          <h2 id="finish-heading">Finish the exam?</h2>
          <p>
            Recording stops and is sealed. You cannot start again afterwards. Hand in your answers in the exam’s own
            window first.
          </p>
          <div class="row">
            <button type="button" class="button primary" data-finish-confirm>
              Finish and seal
            </button>
            <button type="button" class="button" data-finish-cancel autofocus>
              Go on with the exam
            </button>
          </div>
        </div>
      </dialog>
    </section>
  );
}
