import type { Child } from 'hono/jsx';
import { type Check, CHECK_NAMES, checksFor } from '../browser/check/finding.ts';
import { formatBytes, formatRate, needsOf, PICTURE } from '../browser/check/needs.ts';
import type { Contact } from '../../hsm/exam-setup.ts';
import { ContactLink } from '../attempts/notice-view.tsx';
import type { IconName } from '../ui/icons.tsx';
import { Icon } from '../ui/icons.tsx';
import { Page } from '../ui/page.tsx';
import { Notice, Status, type StatusKind } from '../ui/status.tsx';
import type { RecordedKinds } from '../wire.ts';

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
  institution: string;
  kinds: RecordedKinds;
  /** Of the test taker's own exam; without it, of any. */
  own?: { name: string; title: string; contact: Contact };
}

/** The system check: what recording needs, and a row for each thing that the script tries. Its attributes are what the script holds on to. */
export function CheckPage({ institution, kinds, own }: CheckPageProps) {
  const title = own ? own.title : institution;
  return (
    <Page
      title={own ? `System check: ${own.title}` : 'System check'}
      place="exam"
      {...(own && { person: own.name })}
      scripts={['check']}
      main={{ 'data-check': JSON.stringify(kinds), 'data-title': title }}
    >
      <div class="stack">
        <p class="eyebrow">{own ? `${institution} · ${own.title}` : institution}</p>
        <h1>Will this device do?</h1>
        <p class="lead">
          This page tries out, on this computer and in this browser, what{' '}
          {own ? 'your exam needs' : 'a recorded exam may need'}. It takes about a minute. Use the place, the computer
          and the connection of your exam day.
        </p>
        <Notice kind="quiet">
          <p>
            Nothing is recorded. Picture and sound stay in this page. To measure your connection, random bytes are sent
            and thrown away as they arrive. The result stays here too, unless you copy it.
          </p>
        </Notice>
        <noscript>
          <Notice kind="alarm">
            <p>JavaScript is switched off in this browser, and without it nothing can be checked or recorded.</p>
          </Notice>
        </noscript>
        <p data-summary tabindex={-1}></p>
        <p>
          <button type="button" class="button primary" data-start disabled>
            Start the check
          </button>
        </p>
        <div class="field" data-progress hidden>
          <p role="status"></p>
          <progress max="1" value="0" aria-label="Checked so far"></progress>
        </div>
        <section data-findings class="stack" aria-labelledby="findings" hidden>
          <h2 id="findings">What was found</h2>
          <ol class="findings">
            {checksFor(kinds).map((check) => (
              <li data-check-row={check}>
                <h3>
                  <Icon name={ICONS[check]} />
                  {CHECK_NAMES[check]}
                </h3>
                <p data-verdict></p>
                <p data-sentence></p>
              </li>
            ))}
          </ol>
        </section>
        <div class="stack" data-asking hidden>
          <video data-preview muted playsinline aria-label="What only you see" hidden></video>
          <div class="row">
            <button type="button" class="button" data-act hidden></button>
            <button type="button" class="button bare" data-skip hidden>
              Leave this out
            </button>
          </div>
        </div>
        <section data-after class="stack" aria-labelledby="after" hidden>
          <h2 id="after">Do you need help?</h2>
          <p>
            Copy the result into a message to <Helpdesk {...(own && { contact: own.contact })} />. It says nothing about
            you: no name, no address, no names of your devices.
          </p>
          <p>
            <button type="button" class="button" data-copy>
              Copy the result
            </button>
          </p>
          <details>
            <summary>What is copied</summary>
            <pre>
              <code data-text></code>
            </pre>
          </details>
        </section>
        <WhatIsNeeded kinds={kinds} own={own !== undefined} />
        {own ? (
          <p>
            <a href="/attempt">Back to your exam</a>
          </p>
        ) : (
          <p>
            You have your personal link already? Open it, and check from there: then it is checked for exactly what your
            exam needs, and you can do a practice run.
          </p>
        )}
        {KINDS.map((kind) => (
          <template data-status-of={kind}>
            <Status kind={kind} />
          </template>
        ))}
      </div>
    </Page>
  );
}

function Helpdesk({ contact }: { contact?: Contact }) {
  return contact ? <ContactLink {...contact} /> : <>your institution’s helpdesk</>;
}

function WhatIsNeeded({ kinds, own }: { kinds: RecordedKinds; own: boolean }) {
  const { most, least } = needsOf(kinds);
  const facts: [string, Child][] = [
    ['A computer', 'With a current Chrome, Edge, Firefox or Safari. Telephones cannot share their screen.'],
    ...kinds.sources.map((source): [string, Child] => {
      const { width, height } = PICTURE[source];
      const { frameRate } = kinds.bounds[source].most;
      const picture = `${width} × ${height} at up to ${frameRate} pictures a second`;
      return source === 'camera' ? ['A camera', picture] : ['Your screen, shared', picture];
    }),
    ...(kinds.sound ? ([['A microphone', 'The one that is built in will do.']] satisfies [string, Child][]) : []),
    [
      'A connection',
      `That sends ${formatRate(most.line)} for the finest picture; from ${formatRate(least.line)} on it works, with a coarser one.`,
    ],
    [
      'Room in the browser',
      `${formatBytes(most.hourBytes)} for an hour without any connection. What could not be sent waits there, encrypted.`,
    ],
  ];
  return (
    <section class="stack" aria-labelledby="needed">
      <h2 id="needed">{own ? 'What your exam needs' : 'What a recorded exam needs at most'}</h2>
      <dl class="details">
        {facts.map(([term, words]) => (
          <>
            <dt>{term}</dt>
            <dd>{words}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}
