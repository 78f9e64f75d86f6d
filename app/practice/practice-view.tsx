import { CheckStep } from '../attempts/check-step-view.tsx';
import { ContactLink } from '../attempts/notice-view.tsx';
import { RecordStep, recorderAttributes } from '../attempts/recorder-view.tsx';
import type { Exam } from '../exams/exam.ts';
import { Page } from '../ui/page.tsx';
import { Notice, Status } from '../ui/status.tsx';
import type { Words } from '../words/en.ts';
import type { Reading } from '../words/language.ts';

interface PracticePageProps {
  reading: Reading;
  institution: string;
  name: string;
  exam: Exam;
}

/** The practice run of an exam: the recorder's steps, marked on each of them, and the end of the run to watch. */
export function PracticePage({ reading, institution, name, exam }: PracticePageProps) {
  const { setup, title } = exam;
  const { words } = reading;
  const { practice, recorder } = words;
  return (
    <Page
      title={practice.title(title)}
      place="exam"
      reading={reading}
      person={name}
      scripts={['practice']}
      main={{ 'data-practice': '', ...recorderAttributes(setup) }}
    >
      <div class="practice-mark">
        <Status kind="notice">{practice.mark}</Status>
        <p>{practice.about(institution)}</p>
      </div>
      <noscript>
        <Notice kind="alarm">
          <p>{recorder.noScript(<ContactLink {...setup.arrangement.contact} />)}</p>
        </Notice>
      </noscript>
      <p class="notice" data-status="alarm" data-failure role="alert" hidden></p>
      <CheckStep words={words} setup={setup} begin={practice.start} />
      <RecordStep words={words} exam={exam} practice />
      <section data-step="sealing" class="stack" hidden>
        <h1>{practice.sealing}</h1>
        <p role="status">{practice.sealingText}</p>
        <progress data-sealing max="1" aria-label={recorder.sent}></progress>
        {/* What the recorder says here is about an exam. */}
        <div hidden>
          <p data-sealing-message></p>
          <p data-sealing-until></p>
        </div>
      </section>
      <DoneStep words={words} exam={exam} />
    </Page>
  );
}

function DoneStep({ words: { practice }, exam }: { words: Words; exam: Exam }) {
  const { camera, microphone, screen } = exam.setup.necessity;
  const sounding = camera ? 'camera' : 'screen';
  const named = (source: 'camera' | 'screen') => practice[source](microphone !== undefined && sounding === source);
  return (
    <section data-step="done" class="stack" hidden>
      <h1>{practice.done}</h1>
      <div class="stack" data-playback>
        <p data-playback-message role="status">
          {practice.opening}
        </p>
        <div class="playback">
          {camera && <video data-play="camera" playsinline aria-label={named('camera')} hidden></video>}
          {screen && (
            <video data-play="screen" muted={Boolean(camera)} playsinline aria-label={named('screen')} hidden></video>
          )}
        </div>
        <p class="hint">{practice.alone}</p>
        <p>
          <button type="button" class="button" data-forget>
            {practice.forget}
          </button>
        </p>
      </div>
      <p data-forgotten tabindex={-1} hidden>
        <Status kind="good">{practice.forgotten}</Status>
      </p>
      <div class="row">
        <a class="button primary" href="/attempt">
          {practice.exam}
        </a>
        <a class="button" href="/attempt/practice">
          {practice.again}
        </a>
      </div>
    </section>
  );
}
