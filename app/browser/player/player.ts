/** The reading room's player: one picture per recording, one clock, one timeline. Its page is app/room/player-view.tsx. */
import type { GrantIndex } from '../../wire.ts';
import { deleteRecipient, readRecipient } from '../recipient.ts';
import { request, RequestError, requestJson } from '../room-request.ts';
import { Clock } from './clock.ts';
import { endOf, layOut, type Hole } from './layout.ts';
import { ReleasedKeys } from './released-keys.ts';
import type { FaultySegment } from './segment.ts';
import { Timeline } from './timeline.ts';
import { clockTime, length, zoneName } from './times.ts';
import { Track } from './track.ts';
import { connectTransport } from './transport.ts';
import { Viewing } from './viewing.ts';
import { drawWatermark } from './watermark.ts';

const FAULTS: Record<FaultySegment['fault'], string> = {
  altered: 'was changed after it was recorded',
  misplaced: 'was stored in another segment’s place',
  'foreign-recording': 'belongs to another recording',
  'foreign-chapter': 'belongs to another chapter',
  unreadable: 'is not a segment of a recording',
  unfetched: 'is not in the store any more',
};
const HOLES: Record<Hole['cause'], string> = {
  missing: 'Nothing was recorded here.',
  lacking: 'Picture or sound is missing here.',
  locked: 'This part is not among what you asked to see.',
  unopened: 'This part cannot be opened.',
  refused: 'This part was refused, because it is not what was recorded.',
  unfetched: 'This part could not be fetched.',
};

const player = document.querySelector<HTMLElement>('[data-player]')!;
const part = <T extends HTMLElement = HTMLElement>(name: string) => player.querySelector<T>(`[data-part="${name}"]`)!;
const grant = player.dataset['grant']!;
const mimeTypeSentence =
  'This browser cannot play the recording’s format. Use a current Chrome, Edge, Firefox or Safari.';

/** Ends what runs; set once something does. */
let stop = () => {};

void start().catch((error: Error) => closePlayer(error.message));

async function start(): Promise<void> {
  const [index, recipient] = await Promise.all([
    requestJson<GrantIndex>('GET', `/grants/${grant}/index`),
    readRecipient(grant),
  ]);
  if (!recipient)
    throw new Error(
      'The key for this view is not in this browser. Open the recording again from the attempt’s page, in the browser you want to watch it in.',
    );
  if (!index.recordings.some((one) => one.chapters.length > 0))
    throw new Error('Nothing of this attempt was recorded yet that you could watch.');
  const playable = index.recordings.filter(
    ({ mimeType }) => 'MediaSource' in globalThis && MediaSource.isTypeSupported(mimeType),
  );
  if (playable.length === 0) throw new Error(mimeTypeSentence);
  const leftOut = index.recordings.filter((one) => !playable.includes(one)).map(({ source }) => source);
  if (leftOut.length > 0) say('left-out', `Not shown here: the ${leftOut.join(' and the ')}. ${mimeTypeSentence}`);

  const keys = new ReleasedKeys(grant, recipient);
  const until = endOf(playable);
  const tracks = playable.map(
    (recording) =>
      new Track(grant, recording, layOut(recording, until), addPicture(recording.source, index.watermark), keys, {
        refused: (track, faulty) => refuse(track, faulty),
        unopened: (track, { chapter, message }) => leaveClosed(track, chapter, message),
        lacking: () => timeline.drawLayout(),
        failed: (error) => fail(error),
      }),
  );
  const clock = new Clock(tracks, {
    passed: () => viewing.look(),
    ticked: () => draw(),
    skipped: (hole, to) => say('skipped', skippedSentence(hole, to)),
  });
  const timeline = new Timeline(part('timeline'), clock);
  const viewing = new Viewing(grant, tracks, fail);
  const disconnect = connectTransport(player, clock, () => part<HTMLDialogElement>('keys').showModal());
  stop = () => {
    stop = () => {};
    disconnect();
    clock.stop();
    void viewing.close();
    keys.forget();
    for (const track of tracks) track.close();
  };
  part('zone').textContent = zoneName(clock);
  part('length').textContent = length(clock.end);
  part<HTMLFormElement>('end').addEventListener('submit', (event) => {
    event.preventDefault();
    void end(viewing);
  });
  draw();

  function draw(): void {
    timeline.draw();
    player.dataset['state'] = clock.state;
    part('time').textContent = clockTime(clock, clock.time);
    part('position').textContent = length(clock.time);
    part('speed').textContent = `${clock.speed}×`;
    part('play').setAttribute('aria-pressed', String(clock.wantsToPlay));
    if (clock.state === 'playing') say('failed', '');
  }

  function refuse(track: Track, { segment, fault }: FaultySegment): void {
    const at = clockTime(clock, (track.startedAt - clock.origin + segment.start / 1000) / 1000);
    say('refused', `Segment ${segment.number} at ${at} ${FAULTS[fault]}. It is not played, and custody was told.`);
    timeline.drawLayout();
    if (fault === 'unfetched') return;
    const body = { recording: track.recording, segment: segment.number, fault };
    void request('POST', `/grants/${grant}/faults`, { body }).catch(fail);
  }

  function leaveClosed(track: Track, chapter: number, sentence: string): void {
    const { from } = track.layout.chapters.find((one) => one.chapter === chapter)!;
    const at = clockTime(clock, (track.startedAt - clock.origin) / 1000 + from);
    say('refused', `This part cannot be opened, from ${at} on: ${sentence}`);
    timeline.drawLayout();
  }

  function skippedSentence(hole: Hole | undefined, to: number | undefined): string {
    const why = hole ? HOLES[hole.cause] : HOLES.missing;
    return to === undefined ? `${why} The recording ends here.` : `${why} Playback goes on at ${clockTime(clock, to)}.`;
  }
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

async function end(viewing: Viewing): Promise<void> {
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

function addPicture(source: string, watermark: string): HTMLVideoElement {
  const figure = document.createElement('figure');
  const video = document.createElement('video');
  const canvas = document.createElement('canvas');
  video.dataset['source'] = source;
  video.playsInline = true;
  video.preload = 'auto';
  video.disablePictureInPicture = true;
  video.disableRemotePlayback = true;
  video.addEventListener('contextmenu', (event) => event.preventDefault());
  video.setAttribute('aria-label', `Picture of the ${source}`);
  canvas.setAttribute('aria-hidden', 'true');
  figure.append(video, canvas);
  part('pictures').append(figure);
  drawWatermark(canvas, watermark);
  return video;
}
