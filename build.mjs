// Builds dist/: one bundle per process and one per browser page, so that each process loads its own code and nothing else.
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { build } from 'esbuild';

/**
 * Packages of which a process needs a small part: whole, they take a second of a processor at each start, and a hundred megabytes.
 * The others stay as they are: some are native, some start threads from files of their own.
 */
const BUNDLED = ['drizzle-orm', 'hono', '@hono/node-server', '@simplewebauthn/server', 'nodemailer', 'zod'];
const { dependencies } = JSON.parse(await readFile('package.json', 'utf8'));

const server = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  external: Object.keys(dependencies).filter((name) => !BUNDLED.includes(name)),
  sourcemap: true,
  jsx: 'automatic',
  jsxImportSource: 'hono/jsx',
  logLevel: 'warning',
};
const browser = {
  bundle: true,
  platform: 'browser',
  format: 'esm',
  target: ['chrome120', 'firefox130', 'safari18'],
  minify: true,
  legalComments: 'linked',
  logLevel: 'warning',
};
const fonts = 'node_modules/@fontsource-variable';

// Built beside and moved into place whole, so that nothing ever starts from half a build.
const out = `dist.${process.pid}`;
await mkdir(`${out}/assets`, { recursive: true });
try {
  await Promise.all([
    build({
      ...browser,
      outdir: `${out}/assets`,
      entryPoints: {
        recorder: 'app/browser/recorder/recorder.ts',
        'recorder-worker': 'app/browser/recorder/worker.ts',
        'capture-worker': 'app/browser/recorder/capture-worker.ts',
        'microphone-worklet': 'app/browser/recorder/microphone-worklet.ts',
        check: 'app/browser/check/check.ts',
        practice: 'app/browser/practice/page.ts',
        'practice-worker': 'app/browser/practice/worker.ts',
        room: 'app/browser/room.ts',
        player: 'app/browser/player/player.ts',
        theme: 'app/browser/theme.ts',
        opening: 'app/browser/opening.ts',
      },
    }),
    cp('app/assets', `${out}/assets`, { recursive: true }),
    cp('node_modules/htmx.org/dist/htmx.min.js', `${out}/assets/htmx.js`),
    cp(`${fonts}/inter/files/inter-latin-wght-normal.woff2`, `${out}/assets/inter.woff2`),
    cp(`${fonts}/source-serif-4/files/source-serif-4-latin-wght-normal.woff2`, `${out}/assets/source-serif.woff2`),
  ]);
  const assetsBuilt = JSON.stringify(await digestOf(`${out}/assets`));
  await build({
    ...server,
    outdir: out,
    define: { ASSETS_BUILT: assetsBuilt },
    entryPoints: {
      web: 'app/web.ts',
      room: 'app/room.ts',
      custody: 'hsm/main.ts',
      token: 'hsm/token/process.ts',
      'token-probe': 'hsm/token/probe-child.ts',
      cloister: 'app/cli/cloister.ts',
    },
  });
  await rm('dist', { recursive: true, force: true });
  await rename(out, 'dist');
} catch (error) {
  // What esbuild found it has printed already.
  if (!Array.isArray(error.errors)) console.error(error);
  await rm(out, { recursive: true, force: true });
  process.exitCode = 1;
}

/** Of all files of a folder and their names. */
async function digestOf(folder) {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).sort()) hash.update(name).update(await readFile(`${folder}/${name}`));
  return hash.digest('base64url').slice(0, 16);
}
