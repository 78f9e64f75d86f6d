import { RESTRICTED } from '../exams/observation.ts';
import { restrictionsOf } from '../../hsm/restriction.ts';
import type { ListedRequest } from '../../db/appliance/arrangements.ts';
import { type ArrangementTerms, arrangementTerms } from '../../hsm/arrangement.ts';
import { amount } from '../../hsm/acts/wording.ts';
import type { Exam } from '../exams/exam.ts';
import { ChecksField, FormFault, NumberField, WordsField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Icon } from '../ui/icons.tsx';
import { Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { staffNavigation } from '../ui/staff-navigation.ts';
import { Notice, Status } from '../ui/status.tsx';
import { Due } from './open-requests-view.tsx';
import type { Asked } from './request-form.ts';
import { wordAsked, wordGranted } from './staff-words.ts';

interface RequestPageProps {
  person: string;
  roomOrigin: string;
  request: ListedRequest;
  exam: Exam;
  /** Milliseconds. */
  now: number;
  /** As they were filled in. */
  forms: { grant: Filled; refusal: Filled };
}

/** One request: what is asked for, until when it has to be answered, and the two answers. */
export function RequestPage(props: RequestPageProps) {
  const { person, roomOrigin, request, exam, now } = props;
  const asked = JSON.parse(request.asked) as Asked;
  const needs = wordAsked(asked);
  return (
    <Page
      title={`Request of ${request.name}`}
      place="staff"
      person={person}
      navigation={staffNavigation(roomOrigin, false)}
    >
      <div class="stack narrow">
        <p class="eyebrow">
          <a href="/arrangements">Open requests</a> · {exam.title}
        </p>
        <h1>Request of {request.name}</h1>
        <Unsigned request={request} />
        <dl class="details">
          <dt>Asks for</dt>
          <dd>{needs.length > 0 ? needs.join(' · ') : 'not known any more'}</dd>
          {request.words && (
            <>
              <dt>In their own words</dt>
              <dd class="as-written">{request.words}</dd>
            </>
          )}
          <dt>Candidate code</dt>
          <dd>{request.candidate}</dd>
          <dt>Time for the exam</dt>
          <dd>{exam.setup.minutes === null ? 'until it closes' : amount(exam.setup.minutes, 'minute')}</dd>
          <dt>Asked</dt>
          <dd>
            <Moment at={request.requestedAt} />
          </dd>
          <dt>{request.answeredAt === null ? 'Answer due' : 'Answer was due'}</dt>
          <dd>
            {request.answeredAt === null ? (
              <Due request={request} now={new Date(now).toISOString()} />
            ) : (
              <Moment at={request.dueAt} />
            )}
          </dd>
        </dl>
        <p class="hint">
          Nobody asks them for a medical reason, and you need none to answer. Whoever reviews the recording learns at
          most what was not to be recorded.
        </p>
        {request.answeredAt !== null && <Answered request={request} />}
        {request.answeredAt === null && request.act !== null && <Waiting {...props} />}
        {request.answeredAt === null && request.act === null && (
          <>
            <GrantForm {...props} asked={asked} />
            <RefusalForm {...props} />
          </>
        )}
      </div>
    </Page>
  );
}

function Unsigned({ request: { act, unsigned } }: Pick<RequestPageProps, 'request'>) {
  if (act !== null || unsigned === null) return null;
  return (
    <Notice kind="notice">
      <p>
        {unsigned === 'withdrawn'
          ? 'The answer was turned down in the reading room. The request still waits for one.'
          : 'Nobody signed the answer within its time. The request still waits for one.'}
      </p>
    </Notice>
  );
}

function Answered({ request: { terms, reason, answeredAt } }: Pick<RequestPageProps, 'request'>) {
  const granted: ArrangementTerms | null = terms === null ? null : arrangementTerms.parse(JSON.parse(terms));
  return (
    <section class="card stack" aria-labelledby="answer">
      <h2 id="answer">Answered</h2>
      <Status kind={granted ? 'good' : 'notice'}>{granted ? 'Granted' : 'Refused'}</Status>
      {granted ? (
        <ul>
          {wordGranted(granted).map((part) => (
            <li>{part}</li>
          ))}
        </ul>
      ) : (
        <p class="as-written">{reason}</p>
      )}
      <p class="hint">
        <Moment at={answeredAt as string} />
      </p>
    </section>
  );
}

function Waiting({ roomOrigin, request }: Pick<RequestPageProps, 'roomOrigin' | 'request'>) {
  const grant = request.proposed === 'grant';
  return (
    <div class="card stack">
      <p>
        {grant
          ? 'The grant waits in the reading room for the passkey of one exam administrator or privacy officer.'
          : 'The refusal waits in the reading room for the passkeys of two exam administrators or privacy officers.'}{' '}
        Until then the request is not answered, and its deadline runs on.
      </p>
      <div class="row">
        <a class="button primary" href={`${roomOrigin}/acts/${request.act}`}>
          <Icon name="key" />
          Sign it in the reading room
        </a>
        <form method="post" action={`/arrangements/${request.id}/withdrawal`}>
          <button class="button">Take it back to answer otherwise</button>
        </form>
      </div>
    </div>
  );
}

function GrantForm({ request, exam, forms, asked }: RequestPageProps & { asked: Asked }) {
  const filled = forms.grant;
  const { necessity } = exam.setup;
  const restricted = restrictionsOf(exam.setup);
  const kinds = (['camera', 'microphone', 'screen'] as const).filter((kind) => necessity[kind] !== undefined);
  const optional = true;
  return (
    <section class="card stack" aria-labelledby="grant">
      <h2 id="grant">Grant it</h2>
      <p>As asked for, or otherwise where you have agreed on that with them. It replaces what was granted before.</p>
      <form class="stack" method="post" action={`/arrangements/${request.id}/grant`} novalidate>
        <FormFault filled={filled} />
        <NumberField
          {...{ filled, optional, least: 0, most: 1440 }}
          {...(asked.extraMinutes !== null && { own: asked.extraMinutes })}
          name="extraMinutes"
          label="Minutes more"
        />
        <NumberField
          {...{ filled, optional, least: 0, most: 600 }}
          name="breakMinutes"
          label="Minutes of breaks"
          hint="Their time is longer by them as well. Being away is not noted as an incident, nor is leaving the page or full screen."
        />
        <ChecksField
          filled={filled}
          name="leftOut[]"
          legend="Not recorded"
          options={kinds.map((kind) => ({ value: kind, words: `Their ${kind}` }))}
          own={asked.leftOut}
        />
        {restricted.length > 0 && (
          <ChecksField
            filled={filled}
            name="lifted[]"
            legend="Not restricted"
            options={restricted.map((one) => ({ value: one, words: RESTRICTED[one].name }))}
            own={[]}
          />
        )}
        <ChecksField
          filled={filled}
          name="anyDevice[]"
          legend="Devices"
          options={[{ value: 'any', words: 'They may go on in another browser or on another device' }]}
          own={asked.needs.includes('another-device') ? ['any'] : []}
        />
        <WordsField
          {...{ filled, optional, longest: 2000 }}
          name="elsewhere"
          label="If they sit it elsewhere: how, where and when"
          hint={`Then nothing begins on this appliance. They read these words: write them in ${exam.setup.language === 'de' ? 'German' : 'English'}.`}
        />
        <div class="row">
          <button class="button primary">Propose to grant this</button>
        </div>
      </form>
    </section>
  );
}

function RefusalForm({ request, exam, forms }: RequestPageProps) {
  const filled = forms.refusal;
  return (
    <details class="card" open={Object.keys(filled.faults).length > 0}>
      <summary>Refuse it</summary>
      <form class="stack" method="post" action={`/arrangements/${request.id}/refusal`} novalidate>
        <FormFault filled={filled} />
        <p>
          A refusal takes a reason and two people’s signatures. The test taker reads the reason, word for word, and can
          complain to the privacy officer.
        </p>
        <WordsField
          {...{ filled, longest: 2000 }}
          name="reason"
          label="Why?"
          hint={`In a sentence at least, to the test taker, in ${exam.setup.language === 'de' ? 'German' : 'English'}. Your words stand in the ledger.`}
        />
        <div class="row">
          <button class="button">Propose to refuse it</button>
        </div>
      </form>
    </details>
  );
}
