import { type Check, checksFor } from '../browser/check/finding.ts';
import { formatBytes, formatRate, needsOf, PICTURE } from '../browser/check/needs.ts';
import type { Exam } from '../exams/exam.ts';
import { ExamText } from '../exams/exam-text.tsx';
import { ContactLink } from '../attempts/notice-view.tsx';
import type { IconName } from '../ui/icons.tsx';
import { Icon } from '../ui/icons.tsx';
import { Page } from '../ui/page.tsx';
import { Notice, Status, type StatusKind } from '../ui/status.tsx';
import type { RecordedKinds } from '../wire.ts';
import type { Words } from '../words/en.ts';
import type { Reading } from '../words/language.ts';

const ICONS: Record<Check, IconName> = {
  browser: 'window',
  storage: 'box',
  camera: 'camera',
  microphone: 'microphone',
  screen: 'screen',
  processor: 'processor',
  upload: 'sending',
  'round-trip': 'exchange',
  clock: 'clock',
  power: 'plug',
};
const KINDS: StatusKind[] = ['good', 'notice', 'alarm', 'quiet'];

export interface CheckPageProps {
  reading: Reading;
  institution: string;
  kinds: RecordedKinds;
  /** The test taker's own exam; without it, any. */
  own?: { name: string; exam: Exam };
}

/** The system check: what recording needs, and a row for each thing that the script tries. Its attributes are what the script holds on to. */
export function CheckPage({ reading, institution, kinds, own }: CheckPageProps) {
  const { words } = reading;
  const { check } = words;
  return (
    <Page
      title={check.title(own?.exam.title)}
      place="exam"
      reading={reading}
      {...(own && { person: own.name })}
      scripts={['check']}
      main={{ 'data-check': JSON.stringify(kinds), 'data-title': own ? own.exam.title : institution }}
    >
      <div class="stack">
        <p class="eyebrow">
          {institution}
          {own && (
            <>
              {' · '}
              <ExamText exam={own.exam} words={words}>
                {own.exam.title}
              </ExamText>
            </>
          )}
        </p>
        <h1>{check.heading}</h1>
        <p class="lead">{check.lead(own !== undefined)}</p>
        <Notice kind="quiet">
          <p>{check.nothing}</p>
        </Notice>
        <noscript>
          <Notice kind="alarm">
            <p>{check.noScript}</p>
          </Notice>
        </noscript>
        <p data-summary tabindex={-1}></p>
        <p>
          <button type="button" class="button primary" data-start disabled>
            {check.start}
          </button>
        </p>
        <div class="field" data-progress hidden>
          <p role="status"></p>
          <progress max="1" value="0" aria-label={check.progress}></progress>
        </div>
        <section data-findings class="stack" aria-labelledby="findings" hidden>
          <h2 id="findings">{check.found}</h2>
          <ol class="findings">
            {checksFor(kinds).map((name) => (
              <li data-check-row={name}>
                <h3>
                  <Icon name={ICONS[name]} />
                  {check.names[name]}
                </h3>
                <p data-verdict></p>
                <p data-sentence></p>
              </li>
            ))}
          </ol>
        </section>
        <div class="stack" data-asking hidden>
          <video data-preview muted playsinline aria-label={check.preview} hidden></video>
          <div class="row">
            <button type="button" class="button" data-act hidden></button>
            <button type="button" class="button bare" data-skip hidden>
              {check.skip}
            </button>
          </div>
        </div>
        <section data-after class="stack" aria-labelledby="after" hidden>
          <h2 id="after">{check.help}</h2>
          <p>{check.copyHint(own && <ContactLink {...own.exam.setup.arrangement.contact} />)}</p>
          <p>
            <button type="button" class="button" data-copy>
              {check.copy}
            </button>
          </p>
          <details>
            <summary>{check.copied}</summary>
            <pre>
              <code data-text></code>
            </pre>
          </details>
        </section>
        <WhatIsNeeded words={words} kinds={kinds} own={own !== undefined} />
        <p>{own ? <a href="/attempt">{check.back}</a> : check.link}</p>
        {KINDS.map((kind) => (
          <template data-status-of={kind}>
            <Status kind={kind} />
          </template>
        ))}
      </div>
    </Page>
  );
}

function WhatIsNeeded({ words, kinds, own }: { words: Words; kinds: RecordedKinds; own: boolean }) {
  const { language, check } = words;
  const { most, least } = needsOf(kinds);
  const facts: [string, string][] = [
    check.computer,
    ...kinds.sources.map((source): [string, string] => {
      const { width, height } = PICTURE[source];
      return [check[source], check.picture(width, height, kinds.bounds[source].most.frameRate)];
    }),
    ...(kinds.sound ? [check.microphone] : []),
    [check.connection, check.rates(formatRate(most.line, language), formatRate(least.line, language))],
    [check.room, check.hour(formatBytes(most.hourBytes, language))],
  ];
  return (
    <section class="stack" aria-labelledby="needed">
      <h2 id="needed">{check.needed(own)}</h2>
      <dl class="details">
        {facts.map(([term, told]) => (
          <>
            <dt>{term}</dt>
            <dd>{told}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}
