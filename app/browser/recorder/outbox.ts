/** What is encrypted and not yet acknowledged, in the order in which it came to be. */
export type Entry = Envelope | Segment | Gap | Signature;

interface Envelope {
  kind: 'envelope';
  recording: string;
  chapter: number;
  /** Canonical JSON. */
  body: string;
}

interface Segment {
  kind: 'segment';
  recording: string;
  chapter: number;
  number: number;
  body: Uint8Array<ArrayBuffer>;
  /** Epoch ms of what it shows. */
  from: number;
  to: number;
}

interface Gap {
  kind: 'gap';
  recording: string;
  /** JSON of {from, to, cause}. */
  body: string;
}

/** The chapter is complete: its statement is made and signed once its segments are acknowledged. */
interface Signature {
  kind: 'signature';
  recording: string;
  chapter: number;
}

/** Holds entries until they are removed. An envelope goes before its chapter's segments, and these before its signature. */
export class Outbox {
  #entries: Entry[] = [];

  get length(): number {
    return this.#entries.length;
  }

  put(entry: Entry): void {
    this.#entries.push(entry);
  }

  remove(entry: Entry): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
  }

  /** @returns the oldest entry that `busy` does not hold and that waits for nothing else */
  next(busy: ReadonlySet<Entry>): Entry | undefined {
    return this.#entries.find((entry) => !busy.has(entry) && !this.#waits(entry));
  }

  /** What is not acknowledged. Seconds are those of the recording that waits longest. */
  waiting(): { seconds: number; bytes: number; since: number | null } {
    const segments = this.#entries.filter((entry) => entry.kind === 'segment');
    const seconds = new Map<string, number>();
    let bytes = 0;
    let since: number | null = null;
    for (const { recording, body, from, to } of segments) {
      seconds.set(recording, (seconds.get(recording) ?? 0) + (to - from) / 1000);
      bytes += body.length;
      since = Math.min(since ?? from, from);
    }
    return { seconds: Math.max(0, ...seconds.values()), bytes, since };
  }

  #waits(entry: Entry): boolean {
    if (entry.kind !== 'segment' && entry.kind !== 'signature') return false;
    const before = entry.kind === 'segment' ? ['envelope'] : ['envelope', 'segment'];
    return this.#entries.some(
      (other) =>
        before.includes(other.kind) &&
        other.recording === entry.recording &&
        'chapter' in other &&
        other.chapter === entry.chapter,
    );
  }
}
