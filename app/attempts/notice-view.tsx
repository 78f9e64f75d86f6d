import { Day, Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { Notice } from '../ui/status.tsx';
import { fingerprintOf } from '../exams/fingerprint.ts';
import type { Exam } from '../exams/exam.ts';
import { ExamText, langOf } from '../exams/exam-text.tsx';
import type { Contact } from '../../hsm/exam-setup.ts';
import type { Reading } from '../words/language.ts';
import type { ExamRules } from '../exams/rule-book.ts';
import { keptUntil, uploadBy } from './retention.ts';

const KINDS = ['camera', 'microphone', 'screen'] as const;

export interface NoticePageProps {
  reading: Reading;
  institution: string;
  name: string;
  exam: Exam;
  rules: ExamRules;
}

/** Before the attempt: everything that a test taker has a right to know, and the one step onwards. */
export function NoticePage({ reading, institution, name, exam, rules }: NoticePageProps) {
  const { words } = reading;
  const { notice, language } = words;
  const { setup } = exam;
  const { policy, examKey } = rules;
  const { camera, microphone, screen } = setup.necessity;
  const own = (text: string) => (
    <ExamText exam={exam} words={words}>
      {text}
    </ExamText>
  );
  return (
    <Page title={exam.title} place="exam" reading={reading} person={name} scripts={['recorder']}>
      <div class="stack">
        <p class="eyebrow">
          {institution} · {own(setup.unit)}
        </p>
        <h1 {...langOf(exam, words)}>{exam.title}</h1>
        <p class="lead">{notice.lead}</p>
        <p>
          <a class="button primary" href="/attempt/recorder">
            {notice.check}
          </a>
        </p>
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
                  <dd {...langOf(exam, words)}>{why}</dd>
                </>
              )
            );
          })}
          <dt>{notice.legalBasis}</dt>
          <dd {...langOf(exam, words)}>{setup.legalBasis}</dd>
        </dl>
        <h3>{notice.notRecorded}</h3>
        <p>{notice.nothingElse({ camera: !!camera, microphone: !!microphone, screen: !!screen })}</p>
        <h3>{notice.failing}</h3>
        <p>{notice.goOn(<Moment at={uploadBy(policy)} language={language} />, policy.reentry === 'any-browser')}</p>
        <h3>{notice.never}</h3>
        <p>{notice.neverText}</p>

        <h2>{notice.watchers}</h2>
        <p>{notice.watching(own(setup.reviewers), setup.chapterSeconds, policy.purposes)}</p>
        {examKey.releaseMode === 'host-transient' && (
          <Notice kind="notice">
            <p>{notice.degraded}</p>
          </Notice>
        )}
        <p>
          {notice.entries} <strong>{notice.entriesShown}</strong>
        </p>
        <h3>{notice.howLong}</h3>
        <p>{notice.kept(<Day at={keptUntil(policy)} language={language} />)}</p>

        <h2>{notice.arrangement}</h2>
        <p>
          {notice.ask(
            own(setup.arrangement.alternative),
            <ContactLink {...setup.arrangement.contact} />,
            setup.arrangement.answerDays,
          )}
        </p>
        <p>{notice.complain(<ContactLink {...setup.privacyOfficer} />)}</p>

        <h2>{notice.place}</h2>
        <p>{notice.compare}</p>
        <p class="card">
          <span class="hint">{notice.fingerprint}</span>
          <br />
          <code>{fingerprintOf(examKey.applianceKey)}</code>
        </p>
        <p>
          <a href="/attempt/recorder">{notice.onwards}</a>
        </p>
      </div>
    </Page>
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
