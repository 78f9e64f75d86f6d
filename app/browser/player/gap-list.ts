import type { Clock } from './clock.ts';
import type { Layout } from './layout.ts';
import { clockTime } from './times.ts';
import { HOLES } from './words.ts';

/** Lists in words what the timeline hatches: from when to when nothing can be played, in which picture, and why. */
export function listGaps(list: HTMLElement, clock: Clock, places: readonly { name: string; layout: Layout }[]): void {
  const holes = places
    .flatMap(({ name, layout }) => layout.holes.map((hole) => ({ ...hole, name })))
    .sort((a, b) => a.from - b.from);
  const lines = holes.map(({ name, from, to, cause }) => {
    const line = document.createElement('li');
    const times = document.createElement('strong');
    times.textContent = `${clockTime(clock, from)} to ${clockTime(clock, to)}`;
    line.dataset['cause'] = cause;
    line.append(times, ` · ${name}: ${HOLES[cause]}`);
    return line;
  });
  list.querySelector('ul')!.replaceChildren(...lines);
  list.querySelector('[data-part="gap-count"]')!.textContent = String(lines.length);
  list.hidden = lines.length === 0;
}
