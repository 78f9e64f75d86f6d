import { decodeMetadata, type Envelope, fromBase64url, METADATA_BYTES, type Source, SOURCES } from '../../wire.ts';
import { type ChapterKeys, decryptSegment, deriveChapterKeys } from '../sframe.ts';
import type { Practised, PractisedRecording } from './messages.ts';

/** Seconds that two clips may drift apart before they are put together again. */
const APART = 0.3;

/** A piece of media in the clear. */
interface Piece {
  bytes: Uint8Array<ArrayBuffer>;
  init: boolean;
  /** Epoch µs; of an init segment, where its run began. */
  at: number;
}

interface Clip {
  source: Source;
  mimeType: string;
  pieces: Piece[];
}

/**
 * Opens the end of a practice run, as the reading room would, with the run's own key.
 * @throws SframeError or DOMException when something of it is not what was encrypted
 */
export async function openPractised({ privateKey, recordings }: Practised): Promise<Clip[]> {
  const clips = await Promise.all(recordings.map((recording) => openRecording(recording, privateKey)));
  return clips.filter(({ pieces }) => pieces.some(({ init }) => !init));
}

async function openRecording(recording: PractisedRecording, privateKey: CryptoKey): Promise<Clip> {
  const { source, mimeType, zero, envelopes, segments } = recording;
  const keys = new Map<number, ChapterKeys>();
  for (const { chapter, envelope } of envelopes) {
    const { key } = JSON.parse(envelope) as Envelope;
    const base = new Uint8Array(await crypto.subtle.decrypt('RSA-OAEP', privateKey, fromBase64url(key)));
    keys.set(chapter, await deriveChapterKeys(base, chapter));
    base.fill(0);
  }
  const pieces: Piece[] = [];
  for (const { number, chapter, body } of segments) {
    const head = body.slice(0, METADATA_BYTES);
    const { init, start } = decodeMetadata(head);
    const chapterKeys = keys.get(chapter);
    if (!chapterKeys) continue;
    const bytes = await decryptSegment(chapterKeys, number, head, body.slice(METADATA_BYTES));
    pieces.push({ bytes, init, at: 1000 * zero + start });
  }
  return { source, mimeType, pieces };
}

/** Plays clips beside each other: the camera's, where there is one, has the controls and the others follow it. */
export class Playback {
  #videos: HTMLVideoElement[] = [];
  #addresses: string[] = [];

  /** @param videoOf the element that shows a source */
  async show(clips: Clip[], videoOf: (source: Source) => HTMLVideoElement): Promise<void> {
    const zero = Math.min(...clips.flatMap(({ pieces }) => pieces.filter(({ init }) => !init).map(({ at }) => at)));
    // Whichever source came first: the sound is with the camera.
    for (const clip of clips.toSorted((a, b) => SOURCES[a.source] - SOURCES[b.source])) {
      const video = videoOf(clip.source);
      this.#videos.push(video);
      await this.#feed(video, clip, zero);
    }
    const [lead, ...others] = this.#videos;
    if (!lead) return;
    lead.controls = true;
    const align = () => {
      for (const video of others) video.currentTime = lead.currentTime;
    };
    lead.onplay = () => {
      align();
      for (const video of others) void video.play().catch(() => {});
    };
    lead.onpause = () => others.forEach((video) => video.pause());
    lead.onseeking = align;
    // Where a device was away there is nothing: the lead goes on behind it, and the others wait for the lead.
    lead.onwaiting = () => {
      const starts = Array.from({ length: lead.buffered.length }, (_, i) => lead.buffered.start(i));
      const next = starts.find((start) => start > lead.currentTime);
      if (next !== undefined) lead.currentTime = next + 0.01;
    };
    lead.ontimeupdate = () => {
      const at = lead.currentTime;
      for (const video of others)
        if (Math.abs(video.currentTime - at) > APART && holds(video, at)) video.currentTime = at;
    };
    // Nothing stands before the later of the beginnings.
    const begin = Math.max(...this.#videos.map(({ buffered }) => (buffered.length > 0 ? buffered.start(0) : 0)));
    for (const video of this.#videos) video.currentTime = begin + 0.01;
  }

  /** Lets go of all of it. */
  forget(): void {
    for (const video of this.#videos.splice(0)) {
      video.pause();
      video.onplay = video.onpause = video.onseeking = video.onwaiting = video.ontimeupdate = null;
      video.removeAttribute('src');
      video.load();
    }
    for (const address of this.#addresses.splice(0)) URL.revokeObjectURL(address);
  }

  async #feed(video: HTMLVideoElement, { mimeType, pieces }: Clip, zero: number): Promise<void> {
    const media = new MediaSource();
    const address = URL.createObjectURL(media);
    this.#addresses.push(address);
    video.hidden = false;
    video.src = address;
    await event(media, 'sourceopen');
    const buffer = media.addSourceBuffer(mimeType);
    for (const { bytes, init, at } of pieces) {
      if (init) {
        // WebM takes a new header only after this; clusters count from where their run began.
        buffer.abort();
        buffer.timestampOffset = (at - zero) / 1e6;
      }
      const appended = event(buffer, 'updateend');
      buffer.appendBuffer(bytes);
      await appended;
    }
    media.endOfStream();
  }
}

function holds({ buffered }: HTMLVideoElement, at: number): boolean {
  return Array.from({ length: buffered.length }).some((_, i) => buffered.start(i) <= at && at < buffered.end(i));
}

function event(target: EventTarget, name: string): Promise<void> {
  return new Promise((resolve) => target.addEventListener(name, () => resolve(), { once: true }));
}
