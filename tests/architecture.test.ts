import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

interface Import {
  from: string;
  /** A path from the root for our own files, the package's name otherwise. */
  to: string;
  typeOnly: boolean;
}

const files = ['app', 'db', 'hsm', 'systemd', 'witness'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name)),
);
const texts = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
const imports: Import[] = [...texts].flatMap(([from, text]) =>
  [
    ...text.matchAll(
      /(?:^|\n)\s*(import|export)\s+(type\s)?([^'";]*?from\s*)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/g,
    ),
  ].map((match) => {
    const target = match[4] ?? match[5] ?? '';
    const to = target.startsWith('.') ? normalize(join(dirname(from), target)) : target;
    return { from, to, typeOnly: Boolean(match[2]) };
  }),
);

/** @returns "file → target" for each import that breaks the rule */
function offenders(rule: (one: Import) => boolean): string[] {
  return imports.filter(rule).map((one) => `${one.from} → ${one.to}`);
}

const within = (path: string, ...folders: string[]) =>
  folders.some((folder) => path === folder || path.startsWith(`${folder}/`));

describe('the import rules', () => {
  test('the scan sees the project', () => {
    expect(files.length).toBeGreaterThan(60);
    expect(imports.length).toBeGreaterThan(200);
  });

  test('db/ and hsm/ import nothing from app/', () => {
    expect(offenders(({ from, to }) => within(from, 'db', 'hsm') && within(to, 'app'))).toEqual([]);
  });

  test('the witness runs where there is no appliance: it takes the ledger’s pure parts and nothing else of ours', () => {
    const pure = ['hsm/ledger/cosignature.ts', 'hsm/ledger/note.ts', 'hsm/ledger/tree.ts'];
    const own = ({ to }: Import) => !to.includes('/') || within(to, 'witness', ...pure);
    expect(offenders((one) => within(one.from, 'witness') && !own(one))).toEqual([]);
    expect(offenders(({ from, to }) => within(to, 'witness') && !within(from, 'witness', 'app/cli'))).toEqual([]);
  });

  test('neither half of db/ knows the other, and neither knows hsm/', () => {
    expect(
      offenders(
        ({ from, to }) =>
          (within(from, 'db/appliance') && within(to, 'db/custody', 'hsm')) ||
          (within(from, 'db/custody') && within(to, 'db/appliance', 'hsm')),
      ),
    ).toEqual([]);
  });

  test('app/ never imports custody’s database', () => {
    expect(offenders(({ from, to }) => within(from, 'app') && within(to, 'db/custody'))).toEqual([]);
  });

  test('hsm/ never imports the appliance’s database', () => {
    expect(offenders(({ from, to }) => within(from, 'hsm') && within(to, 'db/appliance'))).toEqual([]);
  });

  /** What custody and web have to understand alike: no input or output in it, and nothing of custody's. */
  const OF_CUSTODY = [
    'hsm/acts/changes.ts',
    'hsm/acts/setup-wording.ts',
    'hsm/acts/wording.ts',
    'hsm/arrangement.ts',
    'hsm/exam-setup.ts',
    'hsm/policy.ts',
    'hsm/restriction.ts',
    'hsm/exam-findings.ts',
    'hsm/lint',
    'hsm/conduct/report.ts',
    'hsm/ledger/cosignature.ts',
    'hsm/ledger/note.ts',
    'hsm/ledger/tiles.ts',
    'hsm/ledger/tree.ts',
  ];

  test('what app/ takes of hsm/ imports nothing else of it, but zod and Node’s hashes and signatures', () => {
    const shared = ({ from, to }: { from: string; to: string }) =>
      within(from, ...OF_CUSTODY) && !within(to, ...OF_CUSTODY, 'zod', 'node:crypto');
    expect(offenders(shared)).toEqual([]);
  });

  test('of hsm/, the processes of app/ take types, its words, what an exam is and the ledger’s pure parts only; the command line also takes the verifier and the token’s set-up', () => {
    expect(
      offenders(
        ({ from, to, typeOnly }) =>
          within(from, 'app') &&
          within(to, 'hsm') &&
          !typeOnly &&
          !within(to, ...OF_CUSTODY) &&
          !(
            within(from, 'app/cli') &&
            within(to, 'hsm/ledger', 'hsm/token/provision.ts', 'hsm/token/probe.ts', 'hsm/sealing/share.ts')
          ),
      ),
    ).toEqual([]);
  });

  test('drizzle and SQLite appear only in db/', () => {
    expect(
      offenders(({ from, to }) => !within(from, 'db') && (within(to, 'drizzle-orm') || to === 'better-sqlite3')),
    ).toEqual([]);
  });

  test('the PKCS#11 library appears only in hsm/token/connection.ts', () => {
    const libraries = ['node-webcrypto-p11', 'pkcs11js'];
    expect(offenders(({ from, to }) => libraries.includes(to) && from !== 'hsm/token/connection.ts')).toEqual([]);
    expect(imports.some(({ to }) => libraries.includes(to))).toBe(true);
  });

  test('browser code imports itself, the wire shapes and two libraries, and nothing of Node', () => {
    expect(
      offenders(
        ({ from, to }) =>
          within(from, 'app/browser') && !within(to, 'app/browser') && !['app/wire.ts', 'canonicalize'].includes(to),
      ),
    ).toEqual([]);
  });

  test('pure modules import no I/O', () => {
    const pure = [
      'app/wire.ts',
      'app/browser/sframe.ts',
      ...files.filter((file) => within(file, 'hsm/lint')),
      'hsm/lint/lint.ts',
      'app/recordings/frames.ts',
      'app/recordings/sframe-header.ts',
      'hsm/ledger/tree.ts',
      'hsm/ledger/tiles.ts',
      'hsm/ledger/note.ts',
      'hsm/ledger/leaf.ts',
      'hsm/ledger/cosignature.ts',
      'witness/request.ts',
      'hsm/acts/wording.ts',
      'hsm/exam-findings.ts',
      'hsm/exam-setup.ts',
      'hsm/policy.ts',
      'hsm/restriction.ts',
      'hsm/conduct/report.ts',
      'hsm/sealing/share.ts',
    ];
    for (const file of pure) expect(files, file).toContain(file);
    expect(
      offenders(
        ({ from, to }) => pure.includes(from) && /^(node:)?(fs|net|http|https|child_process|worker_threads)/.test(to),
      ),
    ).toEqual([]);
  });
});

describe('the house rules', () => {
  test('process.env is read only where configuration is, where systemd is heard, and to hand PATH to children', () => {
    const readers = [...texts].filter(([, text]) => text.includes('process.env')).map(([file]) => file);
    expect(readers.sort()).toEqual([
      'app/cli/processes.ts',
      'app/config.ts',
      'hsm/config.ts',
      'systemd/supervision.ts',
    ]);
  });

  test('no file or folder has a name that says nothing', () => {
    const vague = /(^|\/)(utils?|helpers?|services?|managers?|common|misc)(\/|\.tsx?$)/;
    expect(files.filter((file) => vague.test(file))).toEqual([]);
  });

  test('files are kebab-case nouns', () => {
    expect(files.filter((file) => !/^[a-z0-9/-]+(\.[a-z]+)*$/.test(relative('.', file)))).toEqual([]);
  });

  test('no page carries inline script, inline style, hx-on or js: values', () => {
    const banned = /\bhx-on|hx-vals=["']js:|javascript:|dangerouslySetInnerHTML|style=\{|style="|onClick=|onclick=/;
    const pages = [...texts].filter(([file]) => file.endsWith('.tsx'));
    expect(pages.length).toBeGreaterThan(4);
    expect(pages.filter(([, text]) => banned.test(text)).map(([file]) => file)).toEqual([]);
  });

  test('no eval, and no address outside the appliance in anything that a browser loads', () => {
    const browser = [...texts].filter(([file]) => within(file, 'app/browser', 'app/ui') || file.endsWith('.tsx'));
    const offending = browser.filter(([, text]) => /\beval\(|new Function\(|https?:\/\//.test(text));
    expect(offending.map(([file]) => file)).toEqual([]);
  });
});
