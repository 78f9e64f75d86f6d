import type { Child } from 'hono/jsx';
import type { OwnReport } from '../conduct/own-reports.ts';
import { HeldNotice, OwnReports } from '../conduct/views.tsx';
import { Day, Moment } from '../ui/moment.tsx';
import type { ArrangementTerms } from '../../hsm/arrangement.ts';
import { OwnArrangement } from '../arrangements/terms-view.tsx';
import { Page } from '../ui/page.tsx';
import { Notice } from '../ui/status.tsx';
import { fingerprintOf } from '../exams/fingerprint.ts';
import type { Exam } from '../exams/exam.ts';
import { ExamText, langOf } from '../exams/exam-text.tsx';
import type { Contact, ExamSetup } from '../../hsm/exam-setup.ts';
import type { Policy } from '../../hsm/policy.ts';
import type { Words } from '../words/en.ts';
import type { Reading } from '../words/language.ts';
import type { ExamRules } from '../exams/rule-book.ts';
import { RestrictionsText } from '../restrictions/views.tsx';
import { NotYetOpen, TermsText } from './entry-views.tsx';
import { keptUntil, uploadBy } from './retention.ts';
import { entryAt, type Terms } from './terms.ts';

const KINDS = ['camera', 'microphone', 'screen'] as const;

export interface NoticePageProps {
  reading: Reading;
  institution: string;
  name: string;
  exam: Exam;
  rules: ExamRules;
  /** What was granted to the test taker. */
  arrangement: ArrangementTerms | null;
  terms: Terms;
  /** Those that the test taker put their name to; null where custody cannot tell. */
  reports: OwnReport[] | null;
  /** Milliseconds. */
  now: number;
}

/** Before the attempt: everything that a test taker has a right to know, and the one step onwards. */
export function NoticePage(props: NoticePageProps) {
  const { reading, institution, name, exam, rules, arrangement, terms, reports, now } = props;
  const { words } = reading;
  const { notice, language } = words;
  const { setup } = exam;
  const { policy, examKey } = rules;
  const elsewhere = Boolean(arrangement?.elsewhere);
  const early = entryAt(terms, now) === 'early';
  return (
    <Page
      title={exam.title}
      place="exam"
      reading={reading}
      person={name}
      scripts={['recorder', ...(early ? ['opening'] : [])]}
    >
      <div class="stack">
        <p class="eyebrow">
          {institution} · {ownText(setup, words)(setup.unit)}
        </p>
        <h1 {...langOf(exam, words)}>{exam.title}</h1>
        <p class="lead">{notice.lead}</p>
        {rules.heldSince && <HeldNotice words={words} />}
        <RulesChanged words={words} rules={rules} />
        {arrangement && <OwnArrangement words={words} terms={arrangement} time={terms} rules={rules} />}
        {!elsewhere && (
          <>
            {early ? (
              <NotYetOpen {...{ words, terms, now }} />
            ) : (
              <p>
                <a class="button primary" href="/attempt/recorder">
                  {notice.check}
                </a>
              </p>
            )}
            <p>
              {notice.before((text) => (
                <a href="/attempt/check">{text}</a>
              ))}
            </p>
            <p>
              <a class="button" href="/attempt/practice">
                {notice.practise}
              </a>
            </p>
          </>
        )}

        <TermsText {...{ words, terms }} breaks={setup.breaks} />
        <NoticeText
          {...{ words, institution, setup, policy }}
          uploadBy={<Moment at={uploadBy(policy)} language={language} />}
          keptUntil={<Day at={keptUntil(policy)} language={language} />}
          degraded={examKey.releaseMode === 'host-transient'}
          fingerprint={fingerprintOf(examKey.applianceKey)}
          asking={
            <a class="button" href="/attempt/arrangements">
              {words.arrangement.link}
            </a>
          }
        />
        {!elsewhere && !early && (
          <p>
            <a href="/attempt/recorder">{notice.onwards}</a>
          </p>
        )}
        <OwnReports words={words} reports={reports} />
      </div>
    </Page>
  );
}

/** Who has read this page before shall not have to find out by themselves that it says something else now. */
function RulesChanged({ words, rules: { version, versionSince } }: { words: Words; rules: ExamRules }) {
  // An answer of custody's that was kept from before it counted versions says none.
  if (!(version > 1)) return null;
  return (
    <Notice kind="notice">
      <p>{words.notice.changed(<Moment at={versionSince} language={words.language} />)}</p>
    </Notice>
  );
}

export interface NoticeTextProps {
  words: Words;
  institution: string;
  setup: Pick<
    ExamSetup,
    | 'language'
    | 'unit'
    | 'instructions'
    | 'place'
    | 'necessity'
    | 'restrictions'
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
  /** The way to ask for another arrangement, where somebody reads it who could. */
  asking?: Child;
}

/** Everything that a test taker has a right to know before their attempt; administrators see the same while they set the exam up. */
export function NoticeText(props: NoticeTextProps) {
  const { words, institution, setup, policy, uploadBy, keptUntil, degraded, fingerprint, asking } = props;
  const { notice } = words;
  const { camera, microphone, screen } = setup.necessity;
  const own = ownText(setup, words);
  return (
    <>
      {setup.instructions && (
        <>
          <h2>{notice.instructions}</h2>
          <p class="as-written" {...langOf({ setup }, words)}>
            {setup.instructions}
          </p>
        </>
      )}
      <PlaceText words={words} setup={setup} />
      <h2>{notice.what}</h2>
      <dl class="details">
        <dt>{notice.who}</dt>
        <dd>{notice.recorder(own(setup.unit), institution)}</dd>
        {KINDS.map((kind) => {
          const why = setup.necessity[kind];
          return (
            why && (
              <>
                <dt>{notice.kinds[kind]}</dt>
                <dd {...langOf({ setup }, words)}>{why}</dd>
              </>
            )
          );
        })}
        <dt>{notice.legalBasis}</dt>
        <dd {...langOf({ setup }, words)}>{setup.legalBasis}</dd>
      </dl>
      <h3>{notice.notRecorded}</h3>
      <p>{notice.nothingElse({ camera: !!camera, microphone: !!microphone, screen: !!screen })}</p>
      <h3>{notice.failing}</h3>
      <p>{notice.goOn(uploadBy, policy.reentry === 'any-browser')}</p>
      <h3>{notice.never}</h3>
      <p>{notice.neverText}</p>

      <RestrictionsText {...{ words, setup }} />

      <h2>{notice.watchers}</h2>
      <p>{notice.watching(own(setup.reviewers), setup.chapterSeconds, policy.purposes)}</p>
      {degraded && (
        <Notice kind="notice">
          <p>{notice.degraded}</p>
        </Notice>
      )}
      <p>
        {notice.entries} <strong>{notice.entriesShown}</strong>
      </p>
      <h3>{notice.howLong}</h3>
      <p>{notice.kept(keptUntil)}</p>

      <h2>{notice.arrangement}</h2>
      <p>
        {notice.ask(
          own(setup.arrangement.alternative),
          <ContactLink {...setup.arrangement.contact} />,
          setup.arrangement.answerDays,
        )}
      </p>
      {asking && <p>{asking}</p>}
      <p>{notice.complain(<ContactLink {...setup.privacyOfficer} />)}</p>

      <h2>{notice.place}</h2>
      <p>{notice.compare}</p>
      <p class="card">
        <span class="hint">{notice.fingerprint}</span>
        <br />
        <code>{fingerprint}</code>
      </p>
    </>
  );
}

/** What has to be known of the exam's place beforehand. */
function PlaceText({ words, setup }: { words: Words; setup: Pick<ExamSetup, 'place' | 'necessity'> }) {
  const { place, necessity } = setup;
  const { asksPassword, onPage } = words.place;
  if (place.kind === 'paper' || (place.kind === 'elsewhere' && !place.asksPassword)) return null;
  return (
    <>
      <h2>{words.place.heading}</h2>
      <p>{place.kind === 'document' ? onPage : asksPassword}</p>
      {place.kind === 'document' &&
        place.aids?.map((aid) => <p>{words.aids.told[aid](necessity.screen !== undefined)}</p>)}
    </>
  );
}

/** @returns what shows a text of the exam, as the university wrote it, within the page's own words */
function ownText(setup: Pick<ExamSetup, 'language'>, words: Words) {
  return (text: string) => (
    <ExamText exam={{ setup }} words={words}>
      {text}
    </ExamText>
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
