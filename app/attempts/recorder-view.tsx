import type { Exam } from '../exams/exam.ts';
import type { ExamSetup } from '../../hsm/exam-setup.ts';
import { kindsOf } from '../exams/recorded-kinds.ts';
import { Icon } from '../ui/icons.tsx';
import { Page } from '../ui/page.tsx';
import { Lamp, Notice } from '../ui/status.tsx';
import { CheckStep } from './check-step-view.tsx';
import { ContactLink } from './notice-view.tsx';

/** The recorder's page: four steps of which its script shows one. Its attributes are what the script holds on to. */
export function RecorderPage(props: {
  institution: string;
  name: string;
  exam: Exam;
  attempt: string;
  /** Whether it was started before, here or in another browser. */
  resumed: boolean;
}) {
  const { institution, name, exam, attempt, resumed } = props;
  return (
    <Page
      title={`Recorder: ${exam.title}`}
      place="exam"
      person={name}
      scripts={['recorder']}
      main={{ 'data-institution': institution, 'data-attempt': attempt, ...recorderAttributes(exam.setup) }}
    >
      <noscript>
        <Notice kind="alarm">
          <p>
            JavaScript is switched off in this browser, and without it nothing can be recorded. Switch it on for this
            page and load it again, or write to <ContactLink {...exam.setup.arrangement.contact} />.
          </p>
        </Notice>
      </noscript>
      <p class="notice" data-status="alarm" data-failure role="alert" hidden></p>
      <CheckStep setup={exam.setup} />
      <RecordStep exam={exam} resumed={resumed} />
      <section data-step="sealing" class="stack" hidden>
        <h1>Finishing</h1>
        <p>
          The last of your recording is being sent and sealed. Nothing is recorded any more. Please leave this window
          open until it says done.
        </p>
        <progress data-sealing max="1" aria-label="Sent so far"></progress>
        <p data-sealing-message></p>
        <p class="hint" data-sealing-until></p>
      </section>
      <section data-step="done" class="stack" hidden>
        <h1>Done. Your recording is sealed.</h1>
        <p>
          Nothing is recorded any more. Please save your receipt: it proves that your recording is whole. If it cannot
          be made just now, it follows by itself, and this button says so.
        </p>
        <p>
          <a class="button primary" data-receipt href="/attempt/receipt">
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

/** @returns what the recorder's script reads from `main`: what is recorded and how finely, and whom to write to */
export function recorderAttributes(setup: ExamSetup): Record<string, string> {
  const { sources, sound, bounds } = kindsOf(setup);
  const { name, email } = setup.arrangement.contact;
  return {
    'data-recorder': '',
    'data-kinds': JSON.stringify({ sources, sound, bounds }),
    'data-contact': `${name} (${email})`,
  };
}

/** @param practice whether this is a practice run of the exam, whose end can be taken back */
export function RecordStep(props: { exam: Exam; practice?: boolean; resumed?: boolean }) {
  const { exam, practice = false, resumed = false } = props;
  const { place, necessity } = exam.setup;
  const { camera, microphone, screen } = necessity;
  return (
    <section data-step="record" class="stack" hidden>
      <h1>{practice ? `Practice: ${exam.title}` : exam.title}</h1>
      <div class="card stack">
        <p class="row">
          {camera && <Lamp name="camera" icon="camera" on="Camera on" off="Camera off" />}
          {microphone && <Lamp name="microphone" icon="microphone" on="Microphone on" off="Microphone off" />}
          {screen && <Lamp name="screen" icon="screen" on="Screen on" off="Screen off" />}
          <Lamp name="sending" icon="sending" on="Sending" off="Waiting to send" />
        </p>
        <p>
          <span class="hint">{practice ? 'Practised' : 'Recorded'} </span>
          <time data-elapsed>0:00</time>
        </p>
        <p data-truth>Nothing has been sent yet.</p>
        {screen && (
          <Missing kind="screen">
            <button type="button" class="button" data-share-again>
              <Icon name="screen" />
              Share your screen again
            </button>
          </Missing>
        )}
        {camera && (
          <Missing kind="camera">
            <button type="button" class="button" data-allow-again>
              <Icon name="camera" />
              Turn on your camera again
            </button>
          </Missing>
        )}
        {microphone && <Missing kind="microphone" />}
        <div class="row">
          <a
            class="button primary"
            data-exam
            {...(place.kind === 'elsewhere' ? { href: place.address } : { hidden: true })}
            target="_blank"
            rel="noopener"
          >
            <Icon name="open" />
            {practice ? 'Open the demonstration exam' : 'Open the exam'}
          </a>
          <button type="button" class="button" data-finish>
            {practice ? 'Finish the practice' : 'Finish the exam'}
          </button>
        </div>
      </div>
      <p>Leave this window open, in the background if you like. The exam opens in a window of its own.</p>
      <p class="hint">
        Something does not work? Write to <ContactLink {...exam.setup.arrangement.contact} />. You can go on meanwhile.
      </p>
      <dialog data-finish-dialog aria-labelledby="finish-heading">
        <div class="stack">
          <h2 id="finish-heading">{practice ? 'Finish the practice?' : 'Finish the exam?'}</h2>
          <p>
            {practice
              ? 'You can practise again as often as you like. In your exam this step cannot be taken back: there you hand in your answers in the exam’s own window first.'
              : 'Recording stops and is sealed. You cannot start again afterwards. Hand in your answers in the exam’s own window first.'}
          </p>
          {resumed && (
            <p>
              If you sat a part of this exam in another browser of yours, something of it may still wait there. Open it
              there first: once you have finished, nothing can be added.
            </p>
          )}
          <div class="row">
            <button type="button" class="button primary" data-finish-confirm>
              {practice ? 'Finish the practice' : 'Finish and seal'}
            </button>
            <button type="button" class="button" data-finish-cancel autofocus>
              {practice ? 'Go on practising' : 'Go on with the exam'}
            </button>
          </div>
        </div>
      </dialog>
    </section>
  );
}

/** What is not recorded just now: what happened and what to do, spoken when it appears. */
function Missing({ kind, children }: { kind: 'camera' | 'microphone' | 'screen'; children?: unknown }) {
  return (
    <div class="notice" data-status="notice" data-missing={kind} hidden>
      <Icon name="notice" />
      <div class="stack">
        <p data-missing-message role="alert"></p>
        {children}
      </div>
    </div>
  );
}
