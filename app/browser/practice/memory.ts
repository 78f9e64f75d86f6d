import type { RecordingState } from '../../wire.ts';
import type { Outbox } from '../recorder/outbox.ts';
import { Queue, type Segment } from '../recorder/queue.ts';
import type { Practised } from './messages.ts';

/** Milliseconds that are kept for watching at the end. */
const KEPT = 30_000;
/** Bytes that may wait to be sent; what comes after them without a connection is left out. */
const ROOM = 64 * 2 ** 20;

type Kept = Parameters<Outbox['addSegment']>[0] & { body: Uint8Array<ArrayBuffer>; from: number; to: number };

/** The practice run's outbox: in memory alone. It holds what waits to be sent and the last half minute; the rest is forgotten. */
export class Memory implements Pick<Outbox, 'openChapter' | 'addSegment' | 'addGap' | 'closeChapter'> {
  readonly queue = new Queue();
  #recordings = new Map<string, RecordingState & { mimeType: string }>();
  #envelopes = new Map<string, { recording: string; chapter: number; envelope: string }>();
  /** By recording and number, in the order in which they came to be. */
  #segments = new Map<string, Kept>();
  #unsent = new Set<string>();
  #newest = 0;

  /** Epoch ms at which the first recording began; null before that. */
  get startedAt(): number | null {
    const began = [...this.#recordings.values()].map(({ startedAt }) => Date.parse(startedAt));
    return began.length > 0 ? Math.min(...began) : null;
  }

  addRecording(state: RecordingState, mimeType: string): void {
    this.#recordings.set(state.recording, { ...state, mimeType });
  }

  allows(bytes: number): boolean {
    return this.queue.waiting().bytes + bytes <= ROOM;
  }

  async openChapter(recording: string, chapter: number, envelope: string): Promise<void> {
    this.#envelopes.set(`${recording}/${chapter}`, { recording, chapter, envelope });
  }

  async addSegment(segment: Parameters<Outbox['addSegment']>[0], body: Uint8Array<ArrayBuffer>): Promise<void> {
    const zero = Date.parse(this.#recordings.get(segment.recording)?.startedAt ?? '');
    const [from, to] = [zero + segment.start / 1000, zero + segment.end / 1000];
    const name = nameOf(segment);
    this.#segments.set(name, { ...segment, body, from, to });
    this.#unsent.add(name);
    this.#newest = Math.max(this.#newest, to);
    const { recording, chapter, number } = segment;
    this.queue.put({ kind: 'segment', recording, chapter, number, bytes: body.length, from, to });
    this.#forget();
  }

  /** Nobody asks later why something is missing. */
  async addGap(): Promise<void> {}

  /** Nobody checks what a chapter held. */
  closeChapter(): void {}

  body(entry: Segment): Uint8Array<ArrayBuffer> | undefined {
    return this.#segments.get(nameOf(entry))?.body;
  }

  /** The segment is with the appliance, which has thrown it away. */
  sent(entry: Segment): void {
    this.#unsent.delete(nameOf(entry));
    this.#forget();
  }

  /** @returns the last half minute, of each recording from the first whole segment in it */
  last(): Practised['recordings'] {
    const kept = [...this.#segments.values()].filter((segment) => this.#isLate(segment));
    return [...this.#recordings.values()].map(({ recording, source, mimeType, startedAt }) => ({
      recording,
      source,
      mimeType,
      zero: Date.parse(startedAt),
      envelopes: [...this.#envelopes.values()].filter((envelope) => envelope.recording === recording),
      segments: kept
        .filter((segment) => segment.recording === recording)
        .map(({ number, chapter, body }) => ({ number, chapter, body })),
    }));
  }

  #forget(): void {
    for (const [name, segment] of this.#segments) {
      if (!this.#unsent.has(name) && !this.#isLate(segment)) this.#segments.delete(name);
    }
  }

  /** Whether it is in the last half minute, or the init of a chapter that reaches into it. */
  #isLate({ recording, chapter, to, start, end }: Kept): boolean {
    if (start < end) return to > this.#newest - KEPT;
    return [...this.#segments.values()].some(
      (other) =>
        other.recording === recording && other.chapter === chapter && other.end > other.start && this.#isLate(other),
    );
  }
}

function nameOf({ recording, number }: { recording: string; number: number }): string {
  return `${recording}/${number}`;
}
