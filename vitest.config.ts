import { defineConfig } from 'vitest/config';

/** Tests that film, play or count time in a real browser: each has the machine to itself, or what it measures is its neighbours. */
const FILMING = [
  'spine',
  'weather',
  'firefox',
  'recorder',
  'recorder-sources',
  'outbox',
  'capture-browser',
  'player',
  'player-sources',
  'room-pages',
  'attempt-pages-browser',
  'check-browser',
  'practice-browser',
  'practice-firefox',
].map((name) => `tests/${name}.test.{ts,tsx}`);

const shared = {
  // A PKCS#11 module lives once per process and its end ends every session: each file gets a process of its own.
  pool: 'forks' as const,
  testTimeout: 60_000,
  hookTimeout: 60_000,
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
          exclude: FILMING,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { ...shared, name: 'filming', include: FILMING, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
