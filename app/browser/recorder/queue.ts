/** What waits to be sent and in which order: light entries, their bodies are elsewhere. Pure. */
export type Entry = Envelope | Segment | Gap | Incident | Signature;

interface Envelope {
  kind: 'envelope';
  recording: string;
  chapter: number;
}

export interface Segment {
  kind: 'segment';
  recording: string;
  chapter: number;
  number: number;
  bytes: number;
  /** Epoch ms of what it shows. */
  from: number;
  to: number;
}

interface Gap {
  kind: 'gap';
  recording: string;
  id: number;
}

interface Incident {
  kind: 'incident';
  recording: string;
  chapter: number;
  id: number;
}

/** The chapter is complete: its statement is made and signed once its segments are acknowledged. */
interface Signature {
  kind: 'signature';
  recording: string;
  chapter: number;
}

export interface Waiting {
  /** Of the recording that waits longest. */
  seconds: number;
  bytes: number;
  /** Epoch ms of the oldest; null when no segment waits. */
  since: number | null;
}

/** A chapter's entries: envelope, then incidents and segments, then signature. */
class ChapterQueue {
  readonly taken = new Set<Entry>();
  envelope: Envelope | null = null;
  signature: Signature | null = null;
  readonly incidents: Incident[] = [];
  #segments: Segment[] = [];
  #first = 0;

  get empty(): boolean {
    return (
      !this.envelope &&
      !this.signature &&
      this.incidents.length === 0 &&
      this.#first === this.#segments.length &&
      this.taken.size === 0
    );
  }

  get oldest(): number {
    const taken = [...this.taken].map((entry) => (entry.kind === 'segment' ? entry.from : Infinity));
    return Math.min(this.#segments[this.#first]?.from ?? Infinity, ...taken);
  }

  put(segment: Segment): void {
    this.#segments.push(segment);
  }

  /** Before the others, except an older one that came back meanwhile. */
  putBack(segment: Segment): void {
    const head = this.#segments[this.#first];
    const after = head !== undefined && head.number < segment.number ? 1 : 0;
    this.#segments.splice(this.#first + after, 0, segment);
  }

  /** @returns what may go now: nothing while its envelope is under way, and no signature while a segment is */
  take(): Entry | undefined {
    const entry = this.#next();
    if (entry) this.taken.add(entry);
    return entry;
  }

  #next(): Entry | undefined {
    const { envelope, signature } = this;
    if (envelope) {
      this.envelope = null;
      return envelope;
    }
    const under = [...this.taken];
    if (under.some(({ kind }) => kind === 'envelope' || kind === 'signature')) return undefined;
    const incident = this.incidents.shift();
    if (incident) return incident;
    const segment = this.#segments[this.#first];
    if (segment) {
      this.#first++;
      // Sent ones are let go of in one go, and not by moving all others each time.
      if (this.#first > 64 && this.#first * 2 > this.#segments.length) {
        this.#segments = this.#segments.slice(this.#first);
        this.#first = 0;
      }
      return segment;
    }
    if (under.length > 0 || !signature) return undefined;
    this.signature = null;
    return signature;
  }
}

interface Lane {
  gaps: Gap[];
  /** In the order in which they are tried. */
  chapters: Map<number, ChapterQueue>;
  /** Of media that waits; whole, so that nothing is left when nothing waits. */
  milliseconds: number;
}

/**
 * Recordings take turns, each its oldest first; what was answered with a refusal steps back behind its recording's other chapters,
 * so that nothing stands in the way of what is newer. Every operation looks at a handful of entries, however many wait.
 */
export class Queue {
  #lanes = new Map<string, Lane>();
  #length = 0;
  #bytes = 0;

  /** Entries that are not settled, those under way included. */
  get length(): number {
    return this.#length;
  }

  put(entry: Entry): void {
    this.#length++;
    if (entry.kind === 'segment') {
      this.#bytes += entry.bytes;
      this.#lane(entry).milliseconds += lasting(entry);
    }
    this.#place(entry, false);
  }

  /** @returns the next entry that may go; it is under way until it is settled or given back */
  take(): Entry | undefined {
    for (const [recording, lane] of this.#lanes) {
      const entry = lane.gaps.shift() ?? nextOf(lane);
      if (!entry) continue;
      // To the end of the line: the other recordings come first now.
      this.#lanes.delete(recording);
      this.#lanes.set(recording, lane);
      return entry;
    }
    return undefined;
  }

  /** The entry is done with. */
  settle(entry: Entry): void {
    this.#length--;
    const lane = this.#lane(entry);
    if (entry.kind === 'gap') return;
    if (entry.kind === 'segment') {
      this.#bytes -= entry.bytes;
      lane.milliseconds -= lasting(entry);
    }
    const chapter = lane.chapters.get(entry.chapter);
    chapter?.taken.delete(entry);
    if (chapter?.empty) lane.chapters.delete(entry.chapter);
  }

  /** The entry waits again. @param stepBack whether others go first: it was refused for what it is */
  giveBack(entry: Entry, stepBack: boolean): void {
    const lane = this.#lane(entry);
    if (entry.kind !== 'gap') {
      const chapter = lane.chapters.get(entry.chapter);
      chapter?.taken.delete(entry);
      if (chapter && stepBack) {
        lane.chapters.delete(entry.chapter);
        lane.chapters.set(entry.chapter, chapter);
      }
    }
    this.#place(entry, !stepBack);
  }

  waiting(): Waiting {
    const lanes = [...this.#lanes.values()];
    const since = Math.min(...lanes.flatMap(({ chapters }) => [...chapters.values()].map(({ oldest }) => oldest)));
    return {
      seconds: Math.max(0, ...lanes.map(({ milliseconds }) => milliseconds)) / 1000,
      bytes: this.#bytes,
      since: since === Infinity ? null : since,
    };
  }

  #place(entry: Entry, first: boolean): void {
    const lane = this.#lane(entry);
    if (entry.kind === 'gap') return void (first ? lane.gaps.unshift(entry) : lane.gaps.push(entry));
    const chapter = lane.chapters.get(entry.chapter) ?? new ChapterQueue();
    lane.chapters.set(entry.chapter, chapter);
    if (entry.kind === 'envelope') chapter.envelope = entry;
    else if (entry.kind === 'signature') chapter.signature = entry;
    else if (entry.kind === 'incident') chapter.incidents.push(entry);
    else if (first) chapter.putBack(entry);
    else chapter.put(entry);
  }

  #lane({ recording }: Entry): Lane {
    const lane = this.#lanes.get(recording) ?? { gaps: [], chapters: new Map(), milliseconds: 0 };
    this.#lanes.set(recording, lane);
    return lane;
  }
}

function nextOf({ chapters }: Lane): Entry | undefined {
  for (const chapter of chapters.values()) {
    const entry = chapter.take();
    if (entry) return entry;
  }
  return undefined;
}

function lasting({ from, to }: Segment): number {
  return Math.round(to - from);
}
