import type { Child } from 'hono/jsx';
import { amount } from '../../hsm/acts/wording.ts';
import { Day, Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { Notice } from '../ui/status.tsx';
import { fingerprintOf } from '../exams/fingerprint.ts';
import type { Exam } from '../exams/exam.ts';
import type { Contact, ExamSetup } from '../../hsm/exam-setup.ts';
import type { Policy } from '../../hsm/policy.ts';
import { DEGRADED, describePurposes } from './words.ts';
import type { ExamRules } from '../exams/rule-book.ts';
import { keptUntil, uploadBy } from './retention.ts';

const KINDS = {
  camera: 'Picture from your camera',
  microphone: 'Sound from your microphone',
  screen: 'Picture of your screen',
};

export interface NoticePageProps {
  institution: string;
  name: string;
  exam: Exam;
  rules: ExamRules;
}

/** Before the attempt: everything that a test taker has a right to know, and the one step onwards. */
export function NoticePage({ institution, name, exam, rules }: NoticePageProps) {
  const { setup } = exam;
  const { policy, examKey } = rules;
  return (
    <Page title={exam.title} place="exam" person={name} scripts={['recorder']}>
      <div class="stack">
        <p class="eyebrow">
          {institution} · {setup.unit}
        </p>
        <h1>{exam.title}</h1>
        <NoticeLead />
        <RulesChanged rules={rules} />
        <p>
          <a class="button primary" href="/attempt/recorder">
            Check what is recorded
          </a>
        </p>
        <p>
          Before the exam day, <a href="/attempt/check">check whether your device will do</a>, and do a practice run: it
          goes as the exam goes, and nothing of it is kept.
        </p>
        <p>
          <a class="button" href="/attempt/practice">
            Practise
          </a>
        </p>

        <NoticeText
          {...{ institution, setup, policy }}
          uploadBy={<Moment at={uploadBy(policy)} />}
          keptUntil={<Day at={keptUntil(policy)} />}
          degraded={examKey.releaseMode === 'host-transient'}
          fingerprint={fingerprintOf(examKey.applianceKey)}
        />
        <p>
          <a href="/attempt/recorder">Go on to what is recorded</a>
        </p>
      </div>
    </Page>
  );
}

/** Who has read this page before shall not have to find out by themselves that it says something else now. */
function RulesChanged({ rules: { version, versionSince } }: Pick<NoticePageProps, 'rules'>) {
  // An answer of custody's that was kept from before it counted versions says none.
  if (!(version > 1)) return null;
  return (
    <Notice kind="notice">
      <p>
        What this page says of your exam was changed on <Moment at={versionSince} />. If you read it before then, please
        read it again: what stands here now is what holds.
      </p>
    </Notice>
  );
}

/** What the notice says before anything else. */
export function NoticeLead() {
  return (
    <p class="lead">
      This exam is recorded while you sit it. Please read what that means for you; nothing is recorded before you press
      “Start recording”.
    </p>
  );
}

export interface NoticeTextProps {
  institution: string;
  setup: Pick<
    ExamSetup,
    | 'unit'
    | 'instructions'
    | 'necessity'
    | 'legalBasis'
    | 'reviewers'
    | 'chapterSeconds'
    | 'arrangement'
    | 'privacyOfficer'
  >;
  policy: Pick<Policy, 'reentry'> & { purposes: string[] };
  uploadBy: Child;
  keptUntil: Child;
  /** Whether chapter keys leave the token for a moment when somebody watches. */
  degraded: boolean;
  /** The appliance key's, as the invitation shows it. */
  fingerprint: string;
}

/** Everything that a test taker has a right to know before their attempt; administrators see the same while they set the exam up. */
export function NoticeText(props: NoticeTextProps) {
  const { institution, setup, policy, uploadBy, keptUntil, degraded, fingerprint } = props;
  return (
    <>
      {setup.instructions && (
        <>
          <h2>What you may use, and have to know</h2>
          <p class="as-written">{setup.instructions}</p>
        </>
      )}
      <h2>What is recorded, and why</h2>
      <dl class="details">
        <dt>Who records</dt>
        <dd>
          {setup.unit}, {institution}. The recording stays on the university’s own machine.
        </dd>
        {Object.entries(KINDS).map(([kind, name]) => {
          const why = setup.necessity[kind as keyof typeof KINDS];
          return (
            why && (
              <>
                <dt>{name}</dt>
                <dd>{why}</dd>
              </>
            )
          );
        })}
        <dt>Legal basis</dt>
        <dd>{setup.legalBasis}</dd>
      </dl>
      <h3>What is not recorded</h3>
      <p>
        Not {setup.necessity.camera ? '' : 'your camera, '}
        {setup.necessity.microphone ? '' : 'your microphone, '}
        {setup.necessity.screen ? '' : 'your screen, '}
        your keystrokes, your files or where you are. Faces are not recognised, and no program judges or scores what you
        do.
      </p>
      <h3>If your connection or your computer fails</h3>
      <p>
        Go on with your exam. What is recorded waits in your browser, encrypted, and is sent when the connection is
        back, until {uploadBy} at the latest. After a crash or a restart, open your personal link again: recording goes
        on where it stopped
        {policy.reentry === 'any-browser' ? ', also on another computer' : ''}. None of this is held against you.
      </p>
      <h3>What is never required of you</h3>
      <p>
        You are never asked to remove or change clothing, a head covering or anything else about how you look, and never
        to pay. If anybody has to check who you are, there is always another way than showing an identity card to a
        camera.
      </p>

      <h2>Who may watch</h2>
      <p>
        {setup.reviewers}. Your recording is encrypted in your browser, in chapters of {minutes(setup.chapterSeconds)}{' '}
        with a key each. Somebody who wants to watch has to sign for it by name, with a purpose:{' '}
        {describePurposes(policy.purposes)}. Nobody can download it.
      </p>
      {degraded && (
        <Notice kind="notice">
          <p>{DEGRADED}</p>
        </Notice>
      )}
      <p>
        Each time somebody is allowed to watch, and each time somebody has watched, an entry is written that nobody can
        remove unnoticed. <strong>You see these entries on this page after your exam.</strong>
      </p>
      <h3>How long it is kept</h3>
      <p>
        Until {keptUntil}; then its key is destroyed, and nobody can ever watch the recording again, wherever copies of
        it may be.
      </p>

      <h2>If you would rather not be recorded</h2>
      <p>
        {setup.arrangement.alternative} Write to <ContactLink {...setup.arrangement.contact} />; you have an answer
        within {amount(setup.arrangement.answerDays, 'day')}. Asking is never held against you.
      </p>
      <p>
        Something is not right, or you want to complain: <ContactLink {...setup.privacyOfficer} />, before the exam or
        at any time after it.
      </p>

      <h2>Check that this is the right place</h2>
      <p>Your invitation shows the same fingerprint. If it differs, do not start; write to the contact above.</p>
      <p class="card">
        <span class="hint">Fingerprint of the appliance’s key</span>
        <br />
        <code>{fingerprint}</code>
      </p>
    </>
  );
}

/** A person to write to. */
export function ContactLink({ name, email }: Contact) {
  return (
    <>
      {name} (<a href={`mailto:${email}`}>{email}</a>)
    </>
  );
}

function minutes(seconds: number): string {
  return seconds % 60 === 0 ? amount(seconds / 60, 'minute') : amount(seconds, 'second');
}
