import type { ExamSetup } from '../../hsm/exam-setup.ts';
import { Icon } from '../ui/icons.tsx';
import { ContactLink } from './notice-view.tsx';

/**
 * The recorder's first step: the test taker turns on what the exam records, and nothing else, and sees what it gives.
 * @param begin what the button says that goes on
 */
export function CheckStep({ setup, begin = 'Start recording' }: { setup: ExamSetup; begin?: string }) {
  const { camera, microphone, screen } = setup.necessity;
  const devices = listed([camera && 'camera', microphone && 'microphone']);
  return (
    <section data-step="check" class="stack">
      <h1>Check {listed([camera && 'camera', microphone && 'microphone', screen && 'screen'])}</h1>
      <p>Nothing is recorded or sent yet. Only you see this.</p>
      {devices && (
        <div class="card stack">
          {camera && <video data-preview muted playsinline aria-label="Picture from your camera"></video>}
          {microphone && (
            <div class="field">
              <label for="level">Microphone: say something, and the bar moves</label>
              <meter id="level" data-level min="0" max="1" value="0"></meter>
            </div>
          )}
          {camera && (
            <div class="field">
              <label for="camera">Camera</label>
              <select id="camera" data-camera></select>
            </div>
          )}
          {microphone && (
            <div class="field">
              <label for="microphone">Microphone</label>
              <select id="microphone" data-microphone></select>
            </div>
          )}
          <p data-check-message role="status">
            Turn on your {devices}. Your browser asks you whether this page may use{' '}
            {camera && microphone ? 'them' : 'it'}.
          </p>
          <div>
            <button type="button" class="button" data-allow disabled>
              Turn on {devices}
            </button>
          </div>
        </div>
      )}
      {screen && (
        <div class="card stack">
          <p data-share-message role="status">
            Share your screen. Your browser asks you what to share: choose the entire screen, because this exam records
            all of it. Close what you would rather not show.
          </p>
          <video data-screen-preview muted playsinline aria-label="Picture of your screen" hidden></video>
          <div>
            <button type="button" class="button" data-share disabled>
              <Icon name="screen" />
              Share your screen
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
      <p class="hint">
        You cannot turn something on, or would rather not? Write to <ContactLink {...setup.arrangement.contact} />;
        asking is never held against you.
      </p>
    </section>
  );
}

/** @returns "camera, microphone and screen" */
function listed(names: (string | false | undefined)[]): string {
  const present = names.filter((name) => !!name) as string[];
  return [present.slice(0, -1).join(', '), present.at(-1)].filter(Boolean).join(' and ');
}
