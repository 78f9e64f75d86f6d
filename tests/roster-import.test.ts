import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { openSession } from '../app/attempts/test-taker.ts';
import { digestToken } from '../app/attempts/token.ts';
import type { ExamRules } from '../app/exams/rule-book.ts';
import { CsvError, decodeList, parseCsv } from '../app/roster/csv.ts';
import { enterByHand, importList, planImport } from '../app/roster/import-plan.ts';
import { makeInvitations } from '../app/roster/invitations.ts';
import { MOST_ROWS, readRosterList } from '../app/roster/roster-list.ts';
import { endAttempt, insertAttempt, prepareTestTakerOfSession } from '../db/appliance/attempts.ts';
import { insertExam } from '../db/appliance/exams.ts';
import { type ApplianceDatabase, openApplianceDatabase } from '../db/appliance/open.ts';
import {
  countRoster,
  enterOnRoster,
  findOnRoster,
  listRoster,
  removeFromRoster,
  searchRoster,
} from '../db/appliance/roster.ts';
import { wordsOf } from '../db/appliance/roster-words.ts';
import { FULL } from './full.ts';

/** Writes rows as RFC 4180 says, with any separator: quoted where it has to be, and a lone empty field too, or it would be a blank row. */
function write(rows: string[][], separator: string, end: string): string {
  const field = (text: string) => (/[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const line = (row: string[]) => (row.length === 1 && row[0] === '' ? '""' : row.map(field).join(separator));
  return rows.map((row) => line(row) + end).join('');
}

const sentenceOf = (text: string) => {
  try {
    return readRosterList(text).faults.map(({ row, sentence }) => `${row}: ${sentence}`);
  } catch (error) {
    return error instanceof CsvError ? error.sentence : error;
  }
};

describe('a list', () => {
  const hard = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(',', ';', '\t', '"', '\r', '\n', ' ', 'a', 'ß') }),
  );
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain((columns) => fc.array(fc.array(hard, { minLength: columns, maxLength: columns }), { maxLength: 8 }));

  test('is read as it was written, whatever stands in it, whichever separator and line end', () => {
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        (rows, separator, end, ended) => {
          const whole = write(rows, separator, end);
          const text = ended ? whole : whole.slice(0, -end.length || undefined);
          expect(parseCsv(text)).toEqual(rows.map((fields, index) => ({ number: index + 1, fields })));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('that is any text at all is read or refused with a sentence, and never anything else', () => {
    fc.assert(
      fc.property(hard, (text) => {
        const said = sentenceOf(text);
        expect(typeof said === 'string' || Array.isArray(said)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('has the numbers of a spreadsheet’s rows: blank ones and line breaks within a field count as there', () => {
    expect(parseCsv('\r\na,"two\r\nlines"\r\n\r\nb,c').map(({ number }) => number)).toEqual([2, 4]);
  });

  test('is UTF-8 with or without a byte order mark, or Windows-1252 as Excel writes it', () => {
    const text = 'T-1;Weiß;"Ünal ""Ü"" – €"';
    for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`), windows1252(text)]) {
      expect(decodeList(bytes)).toBe(text);
    }
    expect(() => decodeList(Buffer.from('PK\u0003\u0004\u0000\u0000'))).toThrow(CsvError);
  });

  test.each([
    ['Candidate,Name,E-mail', 'T-1,Amal Haddad,amal@university.example'],
    ['Name;Matrikelnummer;E-Mail-Adresse', 'Amal Haddad;T-1;amal@university.example'],
    ['E-Mail\tStudiengang\tKennung\tNachname\tVorname', 'amal@university.example\tPhysik\tT-1\tHaddad\tAmal'],
    ['Vorname,Name,Matrikel-Nr.,Mail', 'Amal,Haddad,T-1,amal@university.example'],
    ['', 'T-1,Amal Haddad,amal@university.example'],
  ])('finds its columns by the header “%s”', (header, row) => {
    const { entries, faults } = readRosterList(`${header}\n${row}\n`);
    expect(faults).toEqual([]);
    expect(entries).toEqual([{ row: 2, candidate: 'T-1', name: 'Amal Haddad', email: 'amal@university.example' }]);
  });

  test('names the columns that it does not read', () => {
    expect(readRosterList('Kennung;Name;Semester\nT-1;A;3').unread).toEqual(['Semester']);
  });

  test('is refused row by row, with the row’s number and what to do', () => {
    const faults = sentenceOf(
      [
        'code,name,mail',
        ',Amal,',
        'T-2,,',
        'T-3,Mei,not an address',
        'T-4,Olivia,',
        'T-4,Tariq,',
        `T-${'5'.repeat(64)},Jonas,`,
        'T-\u202e6,Kai,',
        '"T-7","two\nlines",',
        ',,x',
      ].join('\n'),
    );
    expect(faults).toEqual([
      expect.stringMatching(/^2: The candidate code is missing\. Give/),
      expect.stringMatching(/^3: The name is missing\. Give/),
      expect.stringMatching(/^4: This is not an e-mail address .* Write it as/),
      expect.stringMatching(/^6: The candidate code T-4 stands in row 5 already\. .* take one of the two out/),
      expect.stringMatching(/^7: The key custody does not take this candidate code.*64 characters/),
      expect.stringMatching(/^8: The key custody does not take this candidate code.*not shown/),
      expect.stringMatching(/^9: The name .* line break/),
      expect.stringMatching(/^10: The candidate code is missing/),
      expect.stringMatching(/^10: The name is missing/),
      expect.stringMatching(/^10: This is not an e-mail/),
    ]);
    expect(sentenceOf('T-1,Amal,a@b.example,Physics')).toEqual([expect.stringMatching(/^1: There are 4 columns/)]);
  });

  test('is refused as a whole where it is empty, too long, broken, or lacks a column', () => {
    expect(sentenceOf(' \n,,\n')).toMatch(/is empty/);
    const row = (index: number) => `T-${index},Amal`;
    const rows = (count: number) => Array.from({ length: count }, (_, index) => row(index)).join('\n');
    expect(readRosterList(`code,name\n${rows(MOST_ROWS)}`).entries).toHaveLength(MOST_ROWS);
    expect(sentenceOf(rows(MOST_ROWS + 1))).toMatch(/10,001 rows, and at most 10,000/);
    expect(sentenceOf('T-1,"Amal\nT-2,Mei')).toMatch(/^In row 1 .*no other one ends it/);
    expect(sentenceOf('T-1,Amal\nT-2,"Mei"-Ling')).toMatch(/^In row 2 something stands behind/);
    expect(sentenceOf('Kennung;Semester\nT-1;3')).toMatch(/none for the name/);
    expect(sentenceOf('Name;Semester\nT-1;3')).toMatch(/none for the candidate code/);
    expect(sentenceOf('Kennung;Name;Matrikelnummer\nT-1;A;2')).toMatch(/two columns for the candidate code/);
  });
});

describe('a roster', () => {
  const folder = mkdtempSync(join(tmpdir(), 'roster-'));
  const path = join(folder, 'appliance.db');
  const db: ApplianceDatabase = openApplianceDatabase(path);
  let exam: string;
  const now = () => new Date().toISOString();

  beforeEach(() => {
    exam = randomUUID();
    insertExam(db, { id: exam, title: 'Logic', unit: null, createdAt: now() }, '{}');
  });
  afterAll(() => {
    db.$client.close();
    rmSync(folder, { recursive: true });
  });

  const all = () => listRoster(db, exam, null, 1000).map(({ candidate, name, email }) => [candidate, name, email]);
  const bring = (text: string) => importList(db, exam, text, planImport(db, exam, text).digest);
  const idOf = (candidate: string) =>
    listRoster(db, exam, null, 1000).find((row) => row.candidate === candidate)?.id ?? '';
  const begin = (testTaker: string) =>
    insertAttempt(db, { id: randomUUID(), testTaker, publicKey: Buffer.from('key'), startedAt: now() }).attempt.id;

  test('takes a list as it was shown, and the same list again changes nothing', () => {
    const list = 'T-2,Mei,mei@university.example\nT-1,Amal';
    const plan = planImport(db, exam, list);
    expect(all()).toEqual([]);
    expect(plan).toMatchObject({ entered: [{ row: 1 }, { row: 2 }], readdressed: [], same: 0, faults: [] });
    expect(importList(db, exam, list, plan.digest).imported).toBe(true);
    const after = [
      ['T-1', 'Amal', null],
      ['T-2', 'Mei', 'mei@university.example'],
    ];
    expect(all()).toEqual(after);
    expect(planImport(db, exam, list)).toMatchObject({ entered: [], readdressed: [], same: 2, faults: [] });
    expect(bring('T-1,Amal,amal@university.example\nT-2,Mei').plan).toMatchObject({
      readdressed: [{ before: null }],
      same: 1,
    });
    expect(all()[0]).toEqual(['T-1', 'Amal', 'amal@university.example']);
    expect(bring('T-1,Somebody Else\nT-3,New').imported).toBe(false);
    expect(planImport(db, exam, 'T-1,Somebody Else').faults).toEqual([
      { row: 1, sentence: expect.stringContaining('on the roster already, for Amal') },
    ]);
    expect(all()).toHaveLength(2);
  });

  test('imports nothing where it would do something else than was shown', () => {
    const list = 'T-1,Amal\nT-2,Mei';
    const { digest } = planImport(db, exam, list);
    enterByHand(db, exam, { candidate: 'T-2', name: 'Mei', email: null });
    expect(importList(db, exam, list, digest)).toMatchObject({ imported: false, plan: { same: 1 } });
    expect(importList(db, exam, 'T-1,Amal\nT-3,Mallory', digest).imported).toBe(false);
    expect(all()).toEqual([['T-2', 'Mei', null]]);
    const elsewhere = randomUUID();
    insertExam(db, { id: elsewhere, title: 'Other', unit: null, createdAt: now() }, '{}');
    expect(importList(db, elsewhere, list, planImport(db, exam, list).digest).imported).toBe(false);
  });

  test('has nobody of a list whose last row the database refuses', () => {
    const one = (candidate: string) => ({ id: randomUUID(), exam, candidate, name: 'A', email: null });
    const rows = ['T-1', 'T-2', 'T-1'].map((code, index) => ({
      ...one(code),
      linkDigest: Buffer.from(`${exam}${index}`),
    }));
    expect(() => enterOnRoster(db, rows)).toThrow('UNIQUE');
    expect(all()).toEqual([]);
    expect(countRoster(db, exam)).toEqual({ entered: 0, invited: 0, started: 0, ended: 0 });
    expect(searchRoster(db, exam, ['a'], null, 10)).toEqual([]);
  });

  test('lets go of nobody whose attempt has begun, and takes back whom it let go', () => {
    bring('T-1,Amal\nT-2,Mei');
    const [amal, mei] = [idOf('T-1'), idOf('T-2')];
    begin(mei);
    expect(removeFromRoster(db, mei)).toBe(false);
    const [invitation] = makeInvitations(db, rules(), { testTaker: amal }, now(), 'https://exam.example');
    openSession(db, tokenOf(invitation));
    expect(removeFromRoster(db, amal)).toBe(true);
    expect(removeFromRoster(db, amal)).toBe(false);
    expect(() => openSession(db, tokenOf(invitation))).toThrow('not-found');
    expect(countRoster(db, exam)).toEqual({ entered: 1, invited: 0, started: 1, ended: 0 });
    expect(enterByHand(db, exam, { candidate: 'T-1', name: 'Amal', email: null })).toMatchObject({
      id: expect.any(String),
    });
    expect(enterByHand(db, exam, { candidate: 'T-2', name: 'Meike', email: null })).toMatch(/for Mei\./);
    expect(all()).toHaveLength(2);
  });

  test('is found by the beginnings of words of name and code, page after page, each person once', () => {
    bring('T-0042,Amal Haddad\nT-0043,Zoë Weiß-Ångström\nT-0044,Anna Antonia Andres\nT-1042,Andreas Han');
    const found = (query: string) => searchRoster(db, exam, wordsOf(query), null, 10).map(({ candidate }) => candidate);
    expect(found('had am')).toEqual(['T-0042']);
    expect(found('ang weiss')).toEqual(['T-0043']);
    expect(found('ANGSTRÖM')).toEqual(['T-0043']);
    expect(found('t-0042')).toEqual(['T-0042']);
    expect(found('004')).toEqual(['T-0042', 'T-0043', 'T-0044']);
    expect(found('an').toSorted()).toEqual(['T-0043', 'T-0044', 'T-1042']);
    expect(found('nobody')).toEqual([]);
    const other = randomUUID();
    insertExam(db, { id: other, title: 'Other', unit: null, createdAt: now() }, '{}');
    expect(searchRoster(db, other, ['amal'], null, 10)).toEqual([]);

    for (const query of [[], ['an'], ['t']]) {
      const page = (after: string | null, limit: number) =>
        query.length > 0 ? searchRoster(db, exam, query, after, limit) : listRoster(db, exam, after, limit);
      const whole = page(null, 10).map(({ id }) => id);
      expect(whole.length).toBeGreaterThan(2);
      const paged: string[] = [];
      for (let after: string | null = null; ; ) {
        const [next] = page(after, 1);
        if (!next) break;
        paged.push(next.id);
        after = next.id;
      }
      expect(paged).toEqual(whole);
      // Whoever was removed meanwhile: from the beginning again.
      expect(page(randomUUID(), 10).map(({ id }) => id)).toEqual(whole);
    }
  });

  test('gives each a link of their own, once; a newer one ends it, and no link stands in the database', () => {
    bring('T-1,Amal\nT-2,Mei\nT-3,Olivia');
    const before = now();
    const first = makeInvitations(db, rules(), 'new', before, 'https://exam.example');
    expect(first.map(({ candidate }) => candidate)).toEqual(['T-1', 'T-2', 'T-3']);
    expect(new Set(first.map(({ link }) => link)).size).toBe(3);
    expect(first[0]?.link).toMatch(/^https:\/\/exam\.example\/i\/[\w-]{43}#key=[\w-]{43}$/);
    expect(makeInvitations(db, rules(), 'new', now(), 'https://exam.example')).toEqual([]);
    expect(countRoster(db, exam)).toMatchObject({ entered: 3, invited: 3 });
    // Made since then: whoever goes on with everybody does not end these.
    expect(makeInvitations(db, rules(), 'all', before, 'https://exam.example')).toEqual([]);

    const session = openSession(db, tokenOf(first[0]));
    const attempt = begin(idOf('T-2'));
    const later = new Date(Date.now() + 1000).toISOString();
    const second = makeInvitations(db, rules(), 'all', later, 'https://exam.example');
    expect(second.map(({ candidate }) => candidate)).toEqual(['T-1', 'T-3']);
    for (const ended of [first[0], first[2]]) expect(() => openSession(db, tokenOf(ended))).toThrow('not-found');
    for (const good of [first[1], ...second]) expect(openSession(db, tokenOf(good))).toMatch(/^[\w-]{43}$/);
    const holder = prepareTestTakerOfSession(db);
    const holds = (token: string) => holder(digestToken(token), now())?.candidate;
    expect(holds(session)).toBeUndefined();
    // Whoever records goes on, though their link is another one now.
    const recording = openSession(db, tokenOf(first[1]));
    makeInvitations(db, rules(), { testTaker: idOf('T-2') }, now(), 'https://exam.example');
    expect(() => openSession(db, tokenOf(first[1]))).toThrow('not-found');
    expect(holds(recording)).toBe('T-2');
    endAttempt(db, attempt, now());
    expect(() => makeInvitations(db, rules(), { testTaker: idOf('T-2') }, now(), 'https://exam.example')).toThrow(
      'already-done',
    );
    expect(() =>
      makeInvitations(db, { ...rules(), exam: randomUUID() }, { testTaker: idOf('T-1') }, now(), ''),
    ).toThrow('not-found');
    expect(countRoster(db, exam)).toEqual({ entered: 3, invited: 3, started: 1, ended: 1 });

    db.$client.pragma('wal_checkpoint(TRUNCATE)');
    const stored = readFileSync(path);
    expect(stored.includes('T-1')).toBe(true);
    for (const one of [...first, ...second]) expect(stored.includes(tokenOf(one))).toBe(false);
    expect(stored.includes(session)).toBe(false);
    expect(findOnRoster(db, exam, idOf('T-1'))).not.toHaveProperty('linkDigest');
  });

  test.runIf(FULL)('of a hundred thousand answers like one of five hundred', () => {
    const fill = (count: number) => {
      exam = randomUUID();
      insertExam(db, { id: exam, title: 'Many', unit: null, createdAt: now() }, '{}');
      const rows = Array.from({ length: count }, (_, index) => {
        const name = `Person ${((index * 7919) % count).toString(36)} Of${index % 26}`;
        return {
          id: randomUUID(),
          exam,
          candidate: `C-${index}`,
          name,
          email: null,
          linkDigest: Buffer.from(`${exam}${index}`),
        };
      });
      enterOnRoster(db, rows);
      const middle = listRoster(db, exam, null, count)[Math.floor(count / 2)]?.id ?? null;
      const looks = [
        () => listRoster(db, exam, null, 101),
        () => listRoster(db, exam, middle, 101),
        () => searchRoster(db, exam, ['person'], null, 101),
        () => searchRoster(db, exam, ['person'], middle, 101),
        () => searchRoster(db, exam, ['p', 'of1'], null, 101),
        () => countRoster(db, exam),
      ];
      return looks.map((look) => {
        const times = Array.from({ length: 61 }, () => {
          const begun = performance.now();
          look();
          return performance.now() - begun;
        });
        return times.toSorted((one, other) => one - other)[30] as number;
      });
    };
    // As many as fill a page, wherever it begins.
    const few = fill(500);
    const many = fill(100_000);
    const ratios = many.map((time, index) => time / (few[index] as number));
    // Much, for a machine that does other things beside: what counts or sorts all of them takes a hundred times as long.
    expect(Math.max(...ratios), ratios.map((ratio) => ratio.toFixed(2)).join(', ')).toBeLessThan(5);
  });

  const rules = () => ({ exam, examKey: { applianceKey: 'A'.repeat(43) } }) as ExamRules;
});

const tokenOf = (invitation: { link: string } | undefined) => invitation?.link.split('/i/')[1]?.split('#')[0] ?? '';

/** @returns the text in Windows-1252 (WHATWG Encoding, section 9), as far as these tests go */
function windows1252(text: string): Buffer {
  const beyond: Record<string, number> = { '–': 0x96, '€': 0x80 };
  return Buffer.from([...text].map((character) => beyond[character] ?? (character.codePointAt(0) as number)));
}
