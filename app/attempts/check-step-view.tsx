import type { ExamSetup } from '../../hsm/exam-setup.ts';
import { Icon } from '../ui/icons.tsx';
import type { Words } from '../words/en.ts';
import { ContactLink } from './notice-view.tsx';

interface CheckStepProps {
  words: Words;
  setup: ExamSetup;
  /** What the button says that goes on. */
  begin: string;
}

/** The recorder's first step: the test taker turns on what the exam records, and nothing else, and sees what it gives. */
export function CheckStep({ words: { recorder }, setup, begin }: CheckStepProps) {
  const { camera, microphone, screen } = setup.necessity;
  const kinds = (['camera', 'microphone', 'screen'] as const).filter((kind) => setup.necessity[kind]);
  const asked = camera && microphone ? 'both' : camera ? 'camera' : 'microphone';
  return (
    <section data-step="check" class="stack">
      <h1>{recorder.check(kinds)}</h1>
      <p>{recorder.yourself}</p>
      {(camera || microphone) && (
        <div class="card stack">
          {camera && <video data-preview muted playsinline aria-label={recorder.preview}></video>}
          {microphone && (
            <div class="field">
              <label for="level">{recorder.level}</label>
              <meter id="level" data-level min="0" max="1" value="0"></meter>
            </div>
          )}
          {camera && (
            <div class="field">
              <label for="camera">{recorder.camera}</label>
              <select id="camera" data-camera></select>
            </div>
          )}
          {microphone && (
            <div class="field">
              <label for="microphone">{recorder.microphone}</label>
              <select id="microphone" data-microphone></select>
            </div>
          )}
          <p data-check-message role="status">
            {recorder.turnOnHint(asked)}
          </p>
          <div>
            <button type="button" class="button" data-allow disabled>
              {recorder.turnOn(asked)}
            </button>
          </div>
        </div>
      )}
      {screen && (
        <div class="card stack">
          <p data-share-message role="status">
            {recorder.shareHint}
          </p>
          <video data-screen-preview muted playsinline aria-label={recorder.screenPreview} hidden></video>
          <div>
            <button type="button" class="button" data-share disabled>
              <Icon name="screen" />
              {recorder.share}
            </button>
          </div>
        </div>
      )}
      <p data-start-message role="status"></p>
      <div class="row">
        <button type="button" class="button primary" data-start data-begin={begin} disabled>
          {begin}
        </button>
      </div>
      <p class="hint">{recorder.cannot(<ContactLink {...setup.arrangement.contact} />)}</p>
    </section>
  );
}
