import { defineConfig } from 'vitest/config';

const files = (...names: string[]) => names.map((name) => `tests/${name}.test.{ts,tsx}`);

/** Tests in a real browser. Three at a time: they wait more than they work, and four would be each other's weather. */
const BROWSER = files(
  'spine',
  'weather',
  'outbox',
  'recorder-sources',
  'player-sources',
  'recorder',
  'player',
  'capture-browser',
  'check-browser',
  'practice-browser',
  'attempt-pages-browser',
  'room-pages',
  'firefox',
  'practice-firefox',
);

const shared = {
  // A PKCS#11 module lives once per process and its end ends every session: each file gets a process of its own.
  pool: 'forks' as const,
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'quiet',
          include: ['tests/**/*.test.{ts,tsx}'],
          exclude: BROWSER,
          // Many of them wait for limits to run out: more than there are processors.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { ...shared, name: 'browser', include: BROWSER, maxWorkers: 3, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
