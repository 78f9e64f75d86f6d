import { raw } from 'hono/html';
import { Icon } from '../ui/icons.tsx';
import { Moment } from '../ui/moment.tsx';
import { Notice, Status } from '../ui/status.tsx';
import type { GrantView, Representative } from './custody.ts';
import { findFirst } from './grant-index.ts';
import { MoreForm } from './more-form.tsx';
import type { GrantIndex } from '../wire.ts';
import { PlayerModule, RoomPage } from './room-page.tsx';
import { DEGRADED, OUTCOMES, PURPOSES, wordUnrecorded } from './words.ts';

const KEYS: [keys: string[], does: string][] = [
  [['Space', 'K'], 'Play or pause'],
  [['J', 'L'], 'Ten seconds back or on'],
  [['←', '→'], 'Five seconds back or on'],
  [[',', '.'], 'One frame back or on'],
  [['0', '…', '9'], 'To that tenth of the recording'],
  [['[', ']'], 'Slower or faster'],
  [['C'], 'Camera and screen side by side, or one in the corner'],
  [['?'], 'Show these keys'],
];

/** The player, and the form for a decision beside it. app/browser/watch.ts starts it, wherever it was opened. */
export function GrantPage(props: { representative: Representative; grant: GrantView; index: GrantIndex }) {
  const { representative, grant, index } = props;
  const first = findFirst(index);
  const segments = first
    ? [first.init, first.media].map((number) => `recordings/${first.recording}/segments/${number}`)
    : [];
  return (
    <RoomPage
      title={`Recording of ${grant.candidate}`}
      representative={representative}
      main={{ class: 'booth' }}
      head={
        <>
          <PlayerModule />
          {/* Asked for while the script is still on its way. */}
          {segments.map((path) => (
            <link rel="preload" as="fetch" crossorigin="anonymous" href={`/grants/${grant.grant}/${path}`} />
          ))}
        </>
      }
    >
      <div class="stack">
        <header>
          <p class="eyebrow">
            <a href={`/attempts/${grant.attempt}`}>Attempt</a> · {grant.title} ·{' '}
            {PURPOSES[grant.purpose] ?? grant.purpose} · until <Moment at={grant.expiresAt} />
          </p>
          <h1>Recording of {grant.candidate}</h1>
          {grant.releaseMode === 'host-transient' && (
            <p>
              <Status kind="notice">{DEGRADED}</Status>
            </p>
          )}
          {grant.unrecorded.length > 0 && <p class="hint">{wordUnrecorded(grant.unrecorded)}</p>}
        </header>
        <noscript>
          <Notice kind="notice">
            <p>
              Playback needs JavaScript, because the recording is decrypted in this browser only. Switch it on for this
              page.
            </p>
          </Notice>
        </noscript>
        <Player index={index} />
        {grant.withheld.length > 0 && <MoreForm grant={grant} />}
        <form class="card stack decision" method="post" action="/acts">
          <h2>Decide</h2>
          <input type="hidden" name="type" value="decide" />
          <input type="hidden" name="attempt" value={grant.attempt} />
          <fieldset class="field">
            <legend>What do you decide?</legend>
            {Object.entries(OUTCOMES).map(([outcome, words]) => (
              <label class="choice">
                <input type="radio" name="outcome" value={outcome} required />
                {words}
              </label>
            ))}
          </fieldset>
          <div class="field">
            <label for="reason">Reason</label>
            <textarea id="reason" name="reason" required maxlength={4000} aria-describedby="reason-hint"></textarea>
            <p class="hint" id="reason-hint">
              What you saw and why you decide so, in plain words. The test taker can read it.
            </p>
          </div>
          <button class="button">
            <Icon name="pen" />
            Write the decision
          </button>
        </form>
      </div>
    </RoomPage>
  );
}

/** A view that is over, and the way back. */
export function EndedPage({ representative, grant }: { representative: Representative; grant: GrantView }) {
  return (
    <RoomPage title="This view has ended" representative={representative} current="/attempts">
      <div class="stack narrow">
        <h1>This view has ended</h1>
        {grant.endedBecause && (
          <Notice kind="notice">
            <p>{grant.endedBecause}</p>
          </Notice>
        )}
        <p>
          It ended at <Moment at={grant.endedAt ?? grant.expiresAt} />
          {grant.endedBecause ? '. ' : ', because its time was over, it was closed or you signed out. '}
          To see more, open the recording again.
        </p>
        <p>
          <a class="button primary" href={`/attempts/${grant.attempt}`}>
            Go to the attempt
          </a>
        </p>
      </div>
    </RoomPage>
  );
}

function Player({ index }: { index: GrantIndex }) {
  return (
    <section class="player" aria-label="Player" data-player={index.grant} data-state="loading">
      {/* What there is to play, as data: the script need not ask for it before it begins. */}
      <script type="application/json" data-part="index">
        {raw(JSON.stringify(index).replaceAll('<', '\\u003c'))}
      </script>
      <div class="stage">
        <div class="pictures" data-part="pictures"></div>
        <p class="veil veil-loading">Loading…</p>
        <p class="veil veil-unloaded" role="alert">
          The player could not be loaded. Check your connection and reload the page.
        </p>
        <p class="veil veil-ended">The recording ends here.</p>
        <div class="veil veil-closed" data-part="closed" role="alert" hidden>
          <p data-part="closed-sentence"></p>
          <p>
            <a class="button" href="/attempts">
              Go to the attempts
            </a>
          </p>
        </div>
      </div>
      <div
        class="timeline"
        data-part="timeline"
        role="slider"
        tabindex={0}
        aria-label="Position in the recording"
        aria-valuemin={0}
        aria-valuemax={0}
        aria-valuenow={0}
      ></div>
      <div class="transport">
        <button
          type="button"
          class="button"
          data-command="play"
          data-part="play"
          aria-pressed="false"
          aria-label="Play"
        >
          <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path class="glyph-play" d="M7 4.5v15l12-7.5z" />
            <path class="glyph-pause" d="M8 5v14M16 5v14" />
          </svg>
        </button>
        <Command name="back-5" label="Five seconds back" text="−5 s" />
        <Command name="forward-5" label="Five seconds on" text="+5 s" />
        <Command name="frame-back" label="One frame back" text="‹" />
        <Command name="frame-forward" label="One frame on" text="›" />
        <p class="clock">
          <time data-part="time">–</time> <span data-part="zone"></span>
          <span class="hint">
            <span data-part="position">0:00</span> of <span data-part="length">0:00</span>
          </span>
        </p>
        <Command name="slower" label="Slower" text="[" />
        <span class="speed" data-part="speed" aria-label="Speed">
          1×
        </span>
        <Command name="faster" label="Faster" text="]" />
        <button type="button" class="button" data-command="arrange" data-part="arrange" hidden>
          <span class="unseen">Arrangement of the pictures: </span>
          <span data-part="arrangement"></span>
        </button>
        <button type="button" class="button" data-command="keys">
          Keys
        </button>
        <form data-part="end" method="post" action={`/grants/${index.grant}/end`}>
          <button class="button">Close the recording</button>
        </form>
      </div>
      <div class="messages" role="status">
        <p data-part="left-out" data-status="notice"></p>
        <p data-part="skipped"></p>
        <p data-part="refused" data-status="alarm"></p>
        <p data-part="failed" data-status="notice"></p>
      </div>
      <details class="gaps" data-part="incidents" open hidden>
        <summary>
          Noted by the test taker’s browser: <span data-part="incident-count">0</span>
        </summary>
        <p class="hint">
          A note has its times and nothing else: it does not say why, and it decides nothing. The test taker was told at
          once.
        </p>
        <ul></ul>
      </details>
      <details class="gaps" data-part="gaps" hidden>
        <summary>
          Where there is nothing to see: <span data-part="gap-count">0</span>
        </summary>
        <p class="hint">A gap is never held against a test taker.</p>
        <ul></ul>
      </details>
      <dialog data-part="keys" aria-label="Keys of the player">
        <dl class="details">
          {KEYS.map(([keys, does]) => (
            <>
              <dt>
                {keys.map((key) => (
                  <kbd>{key}</kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </>
          ))}
        </dl>
        <form method="dialog">
          <button class="button">Close</button>
        </form>
      </dialog>
    </section>
  );
}

function Command({ name, label, text }: { name: string; label: string; text: string }) {
  return (
    <button type="button" class="button" data-command={name} title={label}>
      <span aria-hidden="true">{text}</span>
      <span class="unseen">{label}</span>
    </button>
  );
}
