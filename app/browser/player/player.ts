/** The reading room's player: one picture per source, one clock, one timeline. Its page is app/room/player-view.tsx. */
import type { GrantIndex } from '../../wire.ts';
import { deleteRecipient, recallDigest, type Recipient } from '../recipient.ts';
import { request, RequestError } from '../room-request.ts';
import { arrangePictures } from './arrangement.ts';
import { Clock } from './clock.ts';
import { listIncidents } from './incident-list.ts';
import { listGaps } from './gap-list.ts';
import { layOut, type HoleCause, type Layout, type Piece } from './layout.ts';
import { addPicture } from './picture.ts';
import { assignPlaces, timelineOf } from './places.ts';
import { ReleasedKeys } from './released-keys.ts';
import type { FaultySegment } from './segment.ts';
import { watchStanding } from './standing.ts';
import { Timeline } from './timeline.ts';
import { clockTime, length, zoneName } from './times.ts';
import { Track } from './track.ts';
import { connectTransport } from './transport.ts';
import { Viewing } from './viewing.ts';
import { FAULTS, FORMAT_SENTENCE, HOLES, SOURCE_NAMES } from './words.ts';

/** The one of this document; there is none yet when this module is loaded ahead of it. */
let player: HTMLElement;
const part = <T extends HTMLElement = HTMLElement>(name: string) => player.querySelector<T>(`[data-part="${name}"]`)!;

/** Ends what runs; set once something does. */
let stop = () => {};

/**
 * Makes the keys of a view, for its player; one of them may be asked for before that starts.
 * @param found the key that the grant was signed for; undefined where this browser has none
 */
export function openKeys(grant: string, found: Promise<Recipient | undefined>): ReleasedKeys {
  const recipient = found.then((one) => {
    if (one) return one;
    throw new Error(
      'The key for this view is not in this browser. Open the recording again from the attempt’s page, in the browser you want to watch it in.',
    );
  });
  // Whoever needs it meets its failure.
  recipient.catch(() => {});
  return new ReleasedKeys(grant, recipient, recallDigest(grant));
}

/**
 * Starts the player of this document, once.
 * @param view its element, which may still have to come into the document
 * @returns comes true once there is something to see in it
 */
export async function startPlayer(view: HTMLElement, keys: ReleasedKeys): Promise<void> {
  player = view;
  try {
    await start(JSON.parse(part('index').textContent) as GrantIndex, keys);
  } catch (error) {
    closePlayer((error as Error).message);
  }
}

/** Runs to its end without a pause: the first key and the first segment are asked for before the page is drawn. */
function start(index: GrantIndex, keys: ReleasedKeys): Promise<void> {
  if (!index.recordings.some((one) => one.chapters.length > 0))
    throw new Error('Nothing of this attempt was recorded yet that you could watch.');
  const playable = index.recordings.filter(({ mimeType }) => isPlayable(mimeType));
  if (playable.length === 0) throw new Error(FORMAT_SENTENCE);
  const leftOut = index.recordings.filter((one) => !playable.includes(one)).map(({ source }) => source);
  if (leftOut.length > 0) say('left-out', `Not shown here: the ${leftOut.join(' and the ')}. ${FORMAT_SENTENCE}`);

  const { grant } = index;
  const time = timelineOf(playable);
  const layouts = assignPlaces(playable).map((recordings) => {
    return { source: recordings[0]!.source, layout: layOut(recordings, time) };
  });
  askAhead(keys, layouts);
  const places = layouts.map(({ source, layout }) => {
    const picture = addPicture(part('pictures'), source, index.watermark);
    const track = new Track(
      picture.video,
      layout,
      { grant, end: time.end, keys },
      {
        refused: refuse,
        unopened: (piece, { message }) => leaveClosed(piece, message),
        lacking: () => drawHoles(),
        failed: fail,
      },
    );
    return { name: SOURCE_NAMES[source], layout, picture, track };
  });
  const tracks = places.map(({ track }) => track);
  const clock = new Clock(tracks, time, {
    passed: () => viewing.look(),
    ticked: () => draw(),
    skipped: (cause, to) => say('skipped', skippedSentence(cause, to)),
  });
  const timeline = new Timeline(part('timeline'), clock);
  const viewing = new Viewing(grant, tracks, fail);
  const arrange = arrangePictures(part('pictures'), part('arrange'));
  const disconnect = connectTransport(player, clock, {
    keys: () => part<HTMLDialogElement>('keys').showModal(),
    arrange,
  });
  const unwatch = watchStanding(grant, fail);
  stop = () => {
    stop = () => {};
    disconnect();
    unwatch();
    clock.stop();
    void viewing.close();
    keys.forget();
    for (const track of tracks) track.close();
  };
  part('zone').textContent = zoneName(clock);
  part('length').textContent = length(clock.end);
  part<HTMLFormElement>('end').addEventListener('submit', (event) => {
    event.preventDefault();
    void end(grant, viewing);
  });
  listIncidents(part('incidents'), clock, index);
  drawHoles();
  draw();
  return Promise.race(tracks.map(({ begun }) => begun));

  function draw(): void {
    timeline.draw();
    for (const { track, picture } of places) picture.say(clock.holeOf(track));
    player.dataset['state'] = clock.state;
    part('time').textContent = clockTime(clock, clock.time);
    part('position').textContent = length(clock.time);
    part('speed').textContent = `${clock.speed}×`;
    part('play').setAttribute('aria-pressed', String(clock.wantsToPlay));
    if (clock.state === 'playing') say('failed', '');
  }

  function drawHoles(): void {
    timeline.drawLayout();
    listGaps(part('gaps'), clock, places);
  }

  function refuse({ recording }: Piece, { segment, fault }: FaultySegment): void {
    const { startedAt } = playable.find((one) => one.recording === recording)!;
    const at = clockTime(clock, (Date.parse(startedAt) - clock.origin + segment.start / 1000) / 1000);
    say('refused', `Segment ${segment.number} at ${at} ${FAULTS[fault]}. It is not played, and custody was told.`);
    drawHoles();
    if (fault === 'unfetched') return;
    const body = { recording, segment: segment.number, fault };
    void request('POST', `/grants/${grant}/faults`, { body }).catch(fail);
  }

  function leaveClosed({ recording, chapter }: Piece, sentence: string): void {
    const chapters = places.flatMap(({ layout }) => layout.chapters);
    const { from } = chapters.find((one) => one.recording === recording && one.chapter === chapter)!;
    say('refused', `This part cannot be opened, from ${clockTime(clock, from)} on: ${sentence}`);
    drawHoles();
  }

  function skippedSentence(cause: HoleCause, to: number | undefined): string {
    return to === undefined
      ? `${HOLES[cause]} The recording ends here.`
      : `${HOLES[cause]} Playback goes on at ${clockTime(clock, to)}.`;
  }
}

/** Asks for the key of what plays first, before anything is drawn. */
function askAhead(keys: ReleasedKeys, layouts: readonly { layout: Layout }[]): void {
  const [first] = layouts.flatMap(({ layout }) => layout.pieces.slice(0, 1)).sort((a, b) => a.from - b.from);
  // Who needs it meets its failure.
  if (first) keys.get(first.recording, first.chapter).catch(() => {});
}

function isPlayable(mimeType: string): boolean {
  return 'MediaSource' in globalThis && MediaSource.isTypeSupported(mimeType);
}

/** Tells a failure. What trying again cannot mend ends the view and takes the picture away. */
function fail(error: Error): void {
  if (error instanceof RequestError && error.retryable) say('failed', error.message);
  else closePlayer(error.message);
}

function closePlayer(sentence: string): void {
  stop();
  player.dataset['state'] = 'closed';
  part('pictures').replaceChildren();
  part('closed').hidden = false;
  part('closed-sentence').textContent = sentence;
}

async function end(grant: string, viewing: Viewing): Promise<void> {
  await viewing.close();
  await request('POST', `/grants/${grant}/end`).catch(fail);
  await deleteRecipient(grant);
  closePlayer('You closed the recording. Its keys are gone from this browser.');
}

/** Puts a sentence in the line for its kind; an empty one clears it. */
function say(line: 'left-out' | 'skipped' | 'refused' | 'failed', sentence: string): void {
  const shown = part(line);
  if (shown.textContent !== sentence) shown.textContent = sentence;
}
