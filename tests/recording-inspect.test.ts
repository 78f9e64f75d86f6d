import { execFile } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeFrame } from '../app/recordings/frames.ts';
import { type Inspection, inspectRecording } from '../app/recordings/inspect.ts';
import { Journal } from '../app/recordings/journal.ts';
import { readIndex } from '../app/recordings/reader.ts';
import type { ChapterStatement, SealStatement, SignedStatement } from '../app/wire.ts';
import { digestOf, segmentBody } from './recording-segments.ts';

const [exam, attempt, recording] = [randomUUID(), randomUUID(), randomUUID()];
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let folder: string;
let whole: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cloister-inspect-'));
  whole = await writeRecording('whole', {});
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const json = (value: object) => [Buffer.from(canonicalize(value) ?? '')];

function signed(statement: object, key: KeyObject = privateKey): SignedStatement {
  const text = canonicalize(statement) ?? '';
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
  return { statement: text, signature: signature.toString('base64url') };
}

/** Two chapters of three segments each and a seal, written by the real journal; `wrong` names what is not as it should be. */
async function writeRecording(name: string, wrong: { chapterKey?: KeyObject; sealed?: number; left?: number }) {
  const file = join(folder, `${name}.clr`);
  const attemptKey = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
  const startedAt = '2026-05-04T08:00:00.000Z';
  const header = { v: 1, exam, attempt, recording, source: 'camera', mimeType: 'video/webm', startedAt, attemptKey };
  const journal = await Journal.create(file, encodeFrame('header', json(header)));
  const statements: string[] = [];
  for (const chapter of [0, 1]) {
    const key = Buffer.alloc(384, chapter).toString('base64url');
    const envelope = { v: 1, alg: 'RSA-OAEP-256', exam, attempt, recording, chapter, kid: 'k', key };
    await journal.append(encodeFrame('envelope', json(envelope)));
    const numbers = [0, 1, 2].map((i) => 3 * chapter + i);
    const bodies = numbers.map((number) => segmentBody(recording, number, { chapter, bytes: 4000 }));
    for (const [i, body] of bodies.entries()) {
      if (numbers[i] !== wrong.left) await journal.append(encodeFrame('segment', [body]));
    }
    const [first = 0, , last = 0] = numbers;
    const statement: ChapterStatement = {
      ...{ type: 'chapter', attempt, recording, chapter, first, last, missing: [], digest: digestOf(bodies) },
    };
    const one = signed(statement, wrong.chapterKey);
    statements.push(one.statement);
    await journal.append(encodeFrame('signature', json(one)));
  }
  await journal.append(encodeFrame('gap', json({ from: 4e6, to: 6e6, cause: 'device' })));
  const own = { recording, chapters: 2, segments: wrong.sealed ?? 6, digest: digestOf(statements) };
  const seal: SealStatement = { type: 'seal', exam, attempt, recordings: [own], endedAt: '2026-05-04T09:00:00.000Z' };
  await journal.append(encodeFrame('seal', json({ ...signed(seal), receipt: null })));
  await journal.close();
  return file;
}

/** A copy with some bytes changed. */
function alter(change: (bytes: Buffer) => Buffer | void): string {
  const bytes = readFileSync(whole);
  const file = join(folder, `${randomUUID()}.clr`);
  writeFileSync(file, change(bytes) ?? bytes);
  return file;
}

describe('inspecting a recording without keys', () => {
  test('a whole one has no fault, and everything is counted', async () => {
    expect(await inspectRecording(whole)).toMatchObject({
      frames: { header: 1, envelope: 2, segment: 6, gap: 1, signature: 2, seal: 1 },
      segments: { count: 6, first: 0, last: 5, missing: [] },
      seconds: 10,
      chapters: [
        { chapter: 0, envelope: true, segments: 3, signature: 'good' },
        { chapter: 1, envelope: true, segments: 3, signature: 'good' },
      ],
      seal: 'good',
      faults: [],
    });
  });

  test('an attempt key that is none has signed nothing, and is no reason to give up', async () => {
    const file = alter((copy) => {
      const header = JSON.parse(copy.subarray(9, 9 + copy.readUInt32BE(0)).toString()) as object;
      const rest = copy.subarray(9 + copy.readUInt32BE(0));
      return Buffer.concat([...encodeFrame('header', json({ ...header, attemptKey: 'AAAA' })), rest]);
    });
    const { chapters, seal, segments } = await inspectRecording(file);
    expect([chapters.map(({ signature }) => signature), seal, segments.count]).toEqual([['bad', 'bad'], 'bad', 6]);
  });

  test('a flipped bit anywhere after the header is a fault that names where', async () => {
    const { segments } = await readIndex(whole);
    const bytes = readFileSync(whole);
    const headerEnd = 9 + bytes.readUInt32BE(0);
    for (let i = 0; i < 60; i++) {
      const at = headerEnd + Math.floor(Math.random() * (bytes.length - headerEnd));
      const { faults } = await inspectRecording(
        alter((copy) => void copy.writeUInt8((copy[at] ?? 0) ^ (1 << i % 8), at)),
      );
      expect(faults.join(' '), `bit at ${at}`).toMatch(
        /CRC fault: .* at offset \d+|Damage: \d+ bytes at offset \d+|Torn tail/,
      );
    }
    const victim = segments[4]?.offset ?? 0;
    const { faults, chapters } = await inspectRecording(alter((copy) => void copy.writeUInt8(0, victim + 1000)));
    expect(faults[0]).toBe(
      `CRC fault: the segment frame at offset ${victim - 9} (${9 + (segments[4]?.bytes ?? 0)} bytes).`,
    );
    expect(chapters.map(({ signature }) => signature)).toEqual(['good', 'bad']);
  });

  test('a segment that was replaced together with its CRC is found by the signed digests', async () => {
    const { segments } = await readIndex(whole);
    const victim = segments[1];
    const forged = alter((bytes) => {
      const body = segmentBody(recording, 1, { bytes: 4000, salt: 'forged' });
      Buffer.concat(encodeFrame('segment', [body])).copy(bytes, (victim?.offset ?? 0) - 9);
    });
    const { faults, chapters } = await inspectRecording(forged);
    expect(chapters[0]?.signature).toBe('bad');
    expect(faults).toEqual(['The statement of chapter 0 does not fit its signature or its segments.']);
  });

  test('a segment that was taken out, a wrong key and a wrong seal are found', async () => {
    const without = await inspectRecording(await writeRecording('without', { left: 4 }));
    expect(without).toMatchObject({
      segments: { missing: [[4, 4]] },
      chapters: [{}, { signature: 'bad' }],
      seal: 'bad',
    });
    const chapterKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const foreign = await inspectRecording(await writeRecording('foreign', { chapterKey }));
    expect(foreign.chapters.map(({ signature }) => signature)).toEqual(['bad', 'bad']);
    expect(await inspectRecording(await writeRecording('miscounted', { sealed: 7 }))).toMatchObject({ seal: 'bad' });
  });

  test('a torn tail is told with its length', async () => {
    const { faults, seal } = await inspectRecording(alter((bytes) => bytes.subarray(0, -10)));
    expect(faults[0]).toMatch(/^Torn tail: \d+ bytes from offset \d+ on/);
    expect(seal).toBe('unsealed');
  });
});

describe('cloister recording inspect', () => {
  function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const cloister = join(import.meta.dirname, '..', 'bin/cloister');
    return new Promise((resolve) => {
      execFile(cloister, ['recording', 'inspect', ...args], (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
      });
    });
  }

  test('ends with 0 for a whole file, 1 for faults, 2 for what cannot be read', async () => {
    const good = await run(whole);
    expect([good.code, good.err]).toEqual([0, '']);
    expect(good.out).toContain('Chapter  Envelope  Segments');
    expect(good.out).toContain('The file is whole.');
    const bad = await run(alter((bytes) => bytes.subarray(0, -1)));
    expect([bad.code, bad.err]).toEqual([1, '']);
    expect(bad.out).toContain('Torn tail');
    const noise = join(folder, 'noise');
    writeFileSync(noise, 'no recording');
    for (const file of [noise, join(folder, 'absent')]) {
      const none = await run(file);
      expect([none.code, none.out]).toEqual([2, '']);
      expect(none.err).toContain('cannot be read');
    }
  });

  test('prints the same as JSON', async () => {
    const { code, out } = await run(whole, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out) as Inspection).toEqual(await inspectRecording(whole));
  });
});
