// npm run bench [-- NAME …] [--json]: figures as ratios against the peers that are found, each measured in the same run.
import { startAppliance } from '../tests/appliance.ts';
import type { Figure } from './figure.ts';
import { ingest } from './ingest.ts';
import { lint } from './lint.ts';
import { pages } from './pages.ts';
import { recorder } from './recorder.ts';
import { release } from './release.ts';
import { seek } from './seek.ts';

const GOALS: Record<string, string> = {
  'ingest-256k': '≥ 0.9',
  'ingest-16k': '≥ 0.45',
  'ingest-p99': '≥ 0.33',
  release: '≥ 0.8',
  'release-p95': '≤ 3',
  'release-thousand': '≥ 0.9',
  seek: '≤ 1.5',
  'first-frame': '≤ 1.5',
  recorder: '≤ 1.15',
  pages: '≤ 1.5',
  'lint-precision': '≥ 0.9',
  'lint-recall': '≥ 0.9',
};

const BENCHES: { names: string[]; run: () => Promise<Figure[]> }[] = [
  {
    names: ['ingest-256k', 'ingest-16k', 'ingest-p99'],
    run: async () => {
      const appliance = await startAppliance({ testTakers: 64 });
      try {
        return await ingest({ appliance });
      } finally {
        await appliance.stop();
      }
    },
  },
  { names: ['release', 'release-p95', 'release-instant', 'release-thousand'], run: release },
  { names: ['seek', 'first-frame'], run: seek },
  { names: ['recorder'], run: recorder },
  { names: ['pages'], run: pages },
  { names: ['lint-precision', 'lint-recall'], run: lint },
];

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const json = process.argv.includes('--json');
const unknown = wanted.filter((name) => !BENCHES.some(({ names }) => names.includes(name)));
if (unknown.length > 0) {
  console.error(
    `bench: no figure is called ${unknown.join(', ')}. There are: ${BENCHES.flatMap(({ names }) => names).join(', ')}.`,
  );
  process.exit(1);
}

if (!json) console.log(row('figure', 'value', 'ratio', 'goal', 'against'));
for (const { names, run } of BENCHES) {
  if (wanted.length > 0 && !names.some((name) => wanted.includes(name))) continue;
  for (const figure of await run()) {
    if (json) console.log(JSON.stringify(figure));
    else {
      const value = `${figure.value.toFixed(1)} ${figure.unit}`;
      console.log(row(figure.name, value, figure.ratio.toFixed(2), GOALS[figure.name] ?? '', figure.against));
    }
  }
}

function row(name: string, value: string, ratio: string, goal: string, against: string): string {
  return `${name.padEnd(16)} ${value.padEnd(46)} ${ratio.padStart(6)}  ${goal.padEnd(8)} ${against}`;
}
