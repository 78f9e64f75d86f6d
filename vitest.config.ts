import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { FULL } from './tests/full.ts';

const files = (...names: string[]) => names.map((name) => `tests/${name}.test.{ts,tsx}`);

/** Tests that count frames, time what is shown in a real browser or load the machine: what they see must not be their neighbours. */
const FILMING = files(
  'limits',
  'spine',
  'weather',
  'player',
  'player-sources',
  'recorder',
  'recorder-sources',
  'capture-browser',
  'firefox',
  'practice-firefox',
);

/** What takes long begins early, so that nothing is waited for at the end of its group; the longest first. */
const LONG = [
  'limits',
  'outbox',
  'exam-path',
  'breaks-browser',
  'demo',
  'attempt-pages-browser',
  'acts-pages-browser',
  'watch',
  'file-faults',
  'weather',
];
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONG.findIndex((name) => moduleId.endsWith(`/tests/${name}.test.ts`));
      return at === -1 ? LONG.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

const shared = {
  // A PKCS#11 module lives once per process and its end ends every session: each file gets a process of its own.
  pool: 'forks' as const,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // A second, which is Vitest's own, is over at once on a busy machine. What has to happen within a time says so itself.
  expect: { poll: { timeout: 10_000 } },
};

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    sequence: { sequencer: LongFirst },
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'quiet',
          include: ['tests/**/*.test.{ts,tsx}'],
          exclude: FILMING,
          // Many of them wait for limits to run out: more than there are processors. The long ones load the machine themselves.
          maxWorkers: FULL ? 2 : 7,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { ...shared, name: 'filming', include: FILMING, maxWorkers: FULL ? 1 : 2, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
