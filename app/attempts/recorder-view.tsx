import type { Exam } from '../exams/exam.ts';
import type { ExamSetup } from '../../hsm/exam-setup.ts';
import { kindsOf } from '../exams/recorded-kinds.ts';
import { Icon } from '../ui/icons.tsx';
import { Page } from '../ui/page.tsx';
import { Lamp, Notice } from '../ui/status.tsx';
import { langOf } from '../exams/exam-text.tsx';
import type { Words } from '../words/en.ts';
import type { Reading } from '../words/language.ts';
import { CheckStep } from './check-step-view.tsx';
import { Workplace } from '../place/workplace-view.tsx';
import { RestrictionsPanel } from '../restrictions/views.tsx';
import { ContactLink } from './notice-view.tsx';

/** The recorder's page: four steps of which its script shows one. Its attributes are what the script holds on to. */
export function RecorderPage(props: {
  reading: Reading;
  institution: string;
  name: string;
  exam: Exam;
  attempt: string;
  /** Whether it was started before, here or in another browser. */
  resumed: boolean;
}) {
  const { reading, institution, name, exam, attempt, resumed } = props;
  const { words } = reading;
  const { recorder } = words;
  return (
    <Page
      title={recorder.title(exam.title)}
      place="exam"
      reading={reading}
      person={name}
      scripts={['recorder']}
      main={{ 'data-institution': institution, 'data-attempt': attempt, ...recorderAttributes(exam.setup) }}
    >
      <noscript>
        <Notice kind="alarm">
          <p>{recorder.noScript(<ContactLink {...exam.setup.arrangement.contact} />)}</p>
        </Notice>
      </noscript>
      <p class="notice" data-status="alarm" data-failure role="alert" hidden></p>
      <CheckStep words={words} setup={exam.setup} begin={recorder.start} />
      <RecordStep words={words} exam={exam} resumed={resumed} />
      <BreakStep words={words} />
      <section data-step="sealing" class="stack" hidden>
        <h1>{recorder.sealing}</h1>
        <p>{recorder.sealingText}</p>
        <progress data-sealing max="1" aria-label={recorder.sent}></progress>
        <p data-sealing-message></p>
        <p class="hint" data-sealing-until></p>
      </section>
      <section data-step="done" class="stack" hidden>
        <h1>{recorder.done}</h1>
        <p>{recorder.doneText}</p>
        <p>
          <a class="button primary" data-receipt href="/attempt/receipt">
            <Icon name="download" />
            {recorder.save}
          </a>
        </p>
        <p>
          <a href="/attempt">{recorder.back}</a>
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
export function RecordStep(props: { words: Words; exam: Exam; practice?: boolean; resumed?: boolean }) {
  const { words, exam, practice = false, resumed = false } = props;
  const { place, necessity } = exam.setup;
  const { camera, microphone, screen } = necessity;
  const { recorder } = words;
  const said = practice ? words.practice : recorder;
  const title = <span {...langOf(exam, words)}>{exam.title}</span>;
  return (
    <section data-step="record" class="stack" hidden>
      <h1>{practice ? words.practice.heading(title) : title}</h1>
      <div class="card stack">
        <p class="row">
          {(['camera', 'microphone', 'screen', 'sending'] as const).map((name) => {
            const [on, off] = recorder.lamps[name];
            return (name === 'sending' || necessity[name]) && <Lamp name={name} icon={name} on={on} off={off} />;
          })}
        </p>
        <p>
          <span class="hint">{said.recorded} </span>
          <time data-elapsed>0:00</time>
        </p>
        {!practice && <OwnTime words={words} />}
        <p data-truth>{recorder.unsent}</p>
        {screen && (
          <Missing kind="screen">
            <button type="button" class="button" data-share-again>
              <Icon name="screen" />
              {recorder.shareAgain}
            </button>
          </Missing>
        )}
        {camera && (
          <Missing kind="camera">
            <button type="button" class="button" data-allow-again>
              <Icon name="camera" />
              {recorder.turnOnAgain}
            </button>
          </Missing>
        )}
        {microphone && <Missing kind="microphone" />}
        {!practice && place.kind === 'elsewhere' && place.asksPassword && (
          <p data-password>
            <span class="hint" id="password-label">
              {words.place.password}
            </span>
            <br />
            <output aria-labelledby="password-label" data-password-shown>
              {words.place.passwordFollows}
            </output>
          </p>
        )}
        <div class="row">
          <a
            class="button primary"
            data-exam
            {...(place.kind === 'elsewhere' ? { href: place.address } : { hidden: true })}
            target="_blank"
            rel="noopener"
          >
            <Icon name="open" />
            {said.open}
          </a>
          {!practice && (
            <button type="button" class="button" data-take-break hidden>
              <Icon name="clock" />
              {words.breaks.take}
            </button>
          )}
          <button type="button" class="button" data-finish>
            {said.finish}
          </button>
        </div>
        {!practice && <p class="hint" data-break-offer hidden></p>}
      </div>
      <p>{place.kind === 'document' && !practice ? words.place.leave : recorder.leave}</p>
      <p class="hint">{recorder.help(<ContactLink {...exam.setup.arrangement.contact} />)}</p>
      {!practice && <RestrictionsPanel words={words} setup={exam.setup} />}
      {place.kind === 'document' && !practice && <Workplace words={words} exam={exam} place={place} />}
      <dialog data-finish-dialog aria-labelledby="finish-heading">
        <div class="stack">
          <h2 id="finish-heading">{said.finishHeading}</h2>
          <p>{place.kind === 'document' && !practice ? words.place.finishText : said.finishText}</p>
          {place.kind === 'document' && !practice && <p data-hand-in-standing></p>}
          {place.kind === 'document' && !practice && place.aids?.includes('scratch-pad') && (
            <p data-notes-left hidden>
              {words.aids.notesLeft}
            </p>
          )}
          {resumed && <p>{recorder.elsewhere}</p>}
          <div class="row">
            <button type="button" class="button primary" data-finish-confirm>
              {said.finishConfirm}
            </button>
            <button type="button" class="button" data-finish-cancel autofocus>
              {said.finishCancel}
            </button>
          </div>
        </div>
      </dialog>
    </section>
  );
}

/** A break: that nothing is recorded, how much of it is left, and the way back. */
function BreakStep({ words: { breaks } }: { words: Words }) {
  return (
    <section data-step="break" class="stack" hidden>
      <h1>{breaks.heading}</h1>
      <p class="lead">{breaks.text}</p>
      <div class="card stack">
        <p data-break-left>
          <span class="hint">{breaks.left} </span>
          <time data-break-clock></time>
        </p>
        <div class="notice" data-status="notice" data-break-over hidden>
          <Icon name="clock" />
          <p>
            <strong>{breaks.over}</strong> {breaks.overText}
          </p>
        </div>
        <p class="hint" data-break-ends></p>
        <div class="row">
          <button type="button" class="button primary" data-go-on>
            {breaks.goOn}
          </button>
        </div>
        <p class="hint">{breaks.goOnHint}</p>
      </div>
      <p class="hint" data-break-truth></p>
      <p class="hint">{breaks.close}</p>
    </section>
  );
}

/** How long the test taker has still; the script fills it in. When it is over nothing ends by itself. */
function OwnTime({ words: { terms } }: { words: Words }) {
  return (
    <>
      <p data-time-left hidden>
        <span class="hint">{terms.remaining} </span>
        <time data-remaining></time> <span class="hint" data-ends></span>
      </p>
      <div class="notice" data-status="notice" data-time-over hidden>
        <Icon name="clock" />
        <div>
          <p>
            <strong>{terms.over}</strong> <span data-over-since></span> {terms.overText}
          </p>
        </div>
      </div>
    </>
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
