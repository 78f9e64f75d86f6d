import { CheckStep } from '../attempts/check-step-view.tsx';
import { ContactLink } from '../attempts/notice-view.tsx';
import { RecordStep, recorderAttributes } from '../attempts/recorder-view.tsx';
import type { Exam } from '../exams/exam.ts';
import { Page } from '../ui/page.tsx';
import { Notice, Status } from '../ui/status.tsx';

/** The practice run of an exam: the recorder's steps, marked on each of them, and the end of the run to watch. */
export function PracticePage({ institution, name, exam }: { institution: string; name: string; exam: Exam }) {
  const { setup, title } = exam;
  return (
    <Page
      title={`Practice: ${title}`}
      place="exam"
      person={name}
      scripts={['practice']}
      main={{ 'data-practice': '', ...recorderAttributes(setup) }}
    >
      <div class="practice-mark">
        <Status kind="notice">Practice, not your exam</Status>
        <p>
          Everything goes as in your exam at {institution}, but what is sent is thrown away as it arrives. Nobody can
          watch it, and nothing of it is kept.
        </p>
      </div>
      <noscript>
        <Notice kind="alarm">
          <p>
            JavaScript is switched off in this browser, and without it nothing can be recorded. Switch it on for this
            page and load it again, or write to <ContactLink {...setup.arrangement.contact} />.
          </p>
        </Notice>
      </noscript>
      <p class="notice" data-status="alarm" data-failure role="alert" hidden></p>
      <CheckStep setup={setup} begin="Start the practice" />
      <RecordStep exam={exam} practice />
      <section data-step="sealing" class="stack" hidden>
        <h1>Ending the practice</h1>
        <p role="status">
          What is left is being sent and thrown away. In your exam, your recording would now be sealed, and you would
          get a receipt.
        </p>
        <progress data-sealing max="1" aria-label="Sent so far"></progress>
        {/* What the recorder says here is about an exam. */}
        <div hidden>
          <p data-sealing-message></p>
          <p data-sealing-until></p>
        </div>
      </section>
      <DoneStep exam={exam} />
    </Page>
  );
}

function DoneStep({ exam }: { exam: Exam }) {
  const { camera, microphone, screen } = exam.setup.necessity;
  const sounding = camera ? 'camera' : 'screen';
  const words = {
    camera: `Your camera${microphone && sounding === 'camera' ? ', with sound' : ''}`,
    screen: `Your screen${microphone && sounding === 'screen' ? ', with sound' : ''}`,
  };
  return (
    <section data-step="done" class="stack" hidden>
      <h1>This was practice. Nothing was kept.</h1>
      <div class="stack" data-playback>
        <p data-playback-message role="status">
          The last half minute is being opened.
        </p>
        <div class="playback">
          {camera && <video data-play="camera" playsinline aria-label={words.camera} hidden></video>}
          {screen && (
            <video data-play="screen" muted={Boolean(camera)} playsinline aria-label={words.screen} hidden></video>
          )}
        </div>
        <p class="hint">
          It is in this page alone, and goes with it. It was encrypted on its way, as in your exam; the only key to it
          is in this page too.
        </p>
        <p>
          <button type="button" class="button" data-forget>
            Forget it now
          </button>
        </p>
      </div>
      <p data-forgotten tabindex={-1} hidden>
        <Status kind="good">Forgotten. There is no copy of it anywhere.</Status>
      </p>
      <div class="row">
        <a class="button primary" href="/attempt">
          Go to your exam
        </a>
        <a class="button" href="/attempt/practice">
          Practise again
        </a>
      </div>
    </section>
  );
}
