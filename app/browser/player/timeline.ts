import type { Clock } from './clock.ts';
import type { HoleCause } from './layout.ts';
import { clockTime, spokenTime } from './times.ts';
import { HOLES } from './words.ts';

/** Locked chapters have a mark of their own; before a recording and after it the lane is simply empty. */
const UNMARKED: readonly HoleCause[] = ['withheld', 'locked', 'before', 'after'];

/**
 * The bar under the pictures: chapters, holes (hatched), locked chapters (dotted), what is ready, and the playhead. It is a
 * slider to assistive technology; the keys that move it are the player's own, and Home and End.
 */
export class Timeline {
  readonly #bar: HTMLElement;
  readonly #clock: Clock;
  readonly #playhead = mark('playhead');
  readonly #lanes: { lane: HTMLElement; ready: HTMLElement[] }[];

  constructor(bar: HTMLElement, clock: Clock) {
    this.#bar = bar;
    this.#clock = clock;
    this.#lanes = clock.tracks.map(() => ({ lane: mark('lane'), ready: [] }));
    bar.replaceChildren(...this.#lanes.map(({ lane }) => lane), this.#playhead);
    bar.setAttribute('aria-valuemax', clock.end.toFixed(0));
    bar.addEventListener('pointerdown', (event) => this.#drag(event));
    bar.addEventListener('keydown', (event) => {
      if (event.key !== 'Home' && event.key !== 'End') return;
      event.preventDefault();
      clock.seek(event.key === 'Home' ? 0 : clock.end - 5);
    });
    this.drawLayout();
  }

  /** Draws chapters and holes; again when a segment was refused. */
  drawLayout(): void {
    this.#clock.tracks.forEach(({ layout }, i) => {
      const chapters = layout.chapters.map(({ from, to, chapter, closed }) => {
        const span = mark(closed ? 'locked' : 'chapter');
        span.title = `Chapter ${chapter + 1}${closed ? `: ${HOLES[closed]}` : ''}`;
        return this.#place(span, from, to);
      });
      const holes = layout.holes
        .filter(({ cause }) => !UNMARKED.includes(cause))
        .map(({ from, to, cause }) => {
          const span = mark('hole');
          span.dataset['cause'] = cause;
          span.title = `${clockTime(this.#clock, from)} to ${clockTime(this.#clock, to)}: ${HOLES[cause]}`;
          return this.#place(span, from, to);
        });
      this.#lanes[i]!.lane.replaceChildren(...chapters, ...holes);
      this.#lanes[i]!.ready = [];
    });
  }

  /** Moves the playhead and what is ready. */
  draw(): void {
    const { time } = this.#clock;
    this.#playhead.style.left = this.#share(time);
    this.#bar.setAttribute('aria-valuenow', time.toFixed(0));
    this.#bar.setAttribute('aria-valuetext', spokenTime(this.#clock, time));
    this.#clock.tracks.forEach((track, i) => {
      const shown = this.#lanes[i]!;
      const { buffered } = track;
      while (shown.ready.length < buffered.length) {
        const span = mark('ready');
        shown.lane.append(span);
        shown.ready.push(span);
      }
      for (const span of shown.ready.splice(buffered.length)) span.remove();
      buffered.forEach(({ from, to }, j) => this.#place(shown.ready[j]!, from, to));
    });
  }

  #place(span: HTMLElement, from: number, to: number): HTMLElement {
    span.style.left = this.#share(from);
    span.style.width = this.#share(to - from);
    return span;
  }

  #share(seconds: number): string {
    return `${(100 * seconds) / Math.max(this.#clock.end, 0.001)}%`;
  }

  #drag(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#bar.setPointerCapture(event.pointerId);
    const seek = ({ clientX }: PointerEvent) => {
      const { left, width } = this.#bar.getBoundingClientRect();
      this.#clock.seek((this.#clock.end * (clientX - left)) / width);
    };
    let asked = 0;
    const move = (moved: PointerEvent) => {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(() => seek(moved));
    };
    seek(event);
    this.#bar.addEventListener('pointermove', move);
    this.#bar.addEventListener('lostpointercapture', () => this.#bar.removeEventListener('pointermove', move), {
      once: true,
    });
  }
}

function mark(name: string): HTMLElement {
  const span = document.createElement('span');
  span.className = name;
  return span;
}
