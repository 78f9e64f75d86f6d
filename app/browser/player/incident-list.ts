import type { GrantIndex } from '../../wire.ts';
import type { Clock } from './clock.ts';
import { clockTime } from './times.ts';
import { INCIDENTS } from './words.ts';

/** Lists what the test taker's browser noted, each with a way to its beginning in the recording. */
export function listIncidents(list: HTMLElement, clock: Clock, { incidents, recordings }: GrantIndex): void {
  const placed = incidents.flatMap(({ recording, from, to, kind }) => {
    const startedAt = recordings.find((one) => one.recording === recording)?.startedAt;
    if (startedAt === undefined) return [];
    const zero = (Date.parse(startedAt) - clock.origin) / 1000;
    return [{ from: zero + from, to: zero + to, kind }];
  });
  const lines = placed
    .sort((a, b) => a.from - b.from)
    .map(({ from, to, kind }) => {
      const line = document.createElement('li');
      const way = document.createElement('button');
      way.type = 'button';
      way.className = 'button bare';
      way.textContent = `${clockTime(clock, from)} to ${clockTime(clock, to)}`;
      way.addEventListener('click', () => clock.seek(Math.max(0, from)));
      line.append(way, ` · ${INCIDENTS[kind] ?? kind.replaceAll('-', ' ')}`);
      return line;
    });
  list.querySelector('ul')!.replaceChildren(...lines);
  list.querySelector('[data-part="incident-count"]')!.textContent = String(lines.length);
  list.hidden = lines.length === 0;
}
