import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attemptIdOf } from '../app/attempts/attempt.ts';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { enterExam } from '../app/exams/exam.ts';
import { typeOf } from '../app/place/document.ts';
import { Files } from '../app/place/files.ts';
import type { AttemptStart } from '../app/wire.ts';
import { listDocumentIds, listDocuments } from '../db/appliance/documents.ts';
import { findDraft } from '../db/appliance/drafts.ts';
import { cookieOf, makeAttemptKey, type Pages, recordAttempt, startPages } from './attempt-pages-setting.ts';
import { enrolRepresentative, signAll } from './custody-process.ts';
import { draftFields } from './draft-fields.ts';
import { PDF, PNG } from './exam-files.ts';

const TEXT = Buffer.from('Write about herons.\nUse 200 words – at most.');
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64url');

let pages: Pages;
/** A session on the staff origin. */
let administrator: string;
/** A published exam on three documents. */
let exam: string;
let path: string;
let act: string;

beforeAll(async () => {
  pages = await startPages();
  const { custody } = pages;
  const { administrator: founder } = custody.founders;
  const enter = async ({ session }: { session: string }) => cookieOf(await pages.enterStaff(session));
  administrator = await enter(founder);
  path = await begin('Drawing');
  exam = path.split('/').at(-1) as string;
  const drawn = { title: 'Drawing', 'setup.place.kind': 'document', 'setup.place.address': '' };
  const early = await post(`${path}/publication`, draftFields(drawn));
  expect([early.status, await early.text()]).toEqual([
    400,
    expect.stringContaining('<a href="#setup.place.documents">'),
  ]);
  for (const [name, content] of [
    ['Questions.pdf', PDF],
    ['figure.png', PNG],
    ['notes.txt', TEXT],
  ] as const) {
    expect((await add(path, name, content)).status, name).toBe(303);
  }
  expect((await post(`${path}/publication`, draftFields({ ...drawn, 'confirmed[]': ['camera'] }))).status).toBe(303);
  act = findDraft(pages.db, exam)?.act as string;
});

afterAll(() => pages?.stop());

const get = (of: string, cookie = administrator) => pages.ask('staff', of, { headers: { cookie } });

function post(to: string, fields: [string, string][] = [], cookie = administrator) {
  const body = new URLSearchParams(fields).toString();
  const type = 'application/x-www-form-urlencoded';
  const headers = { cookie, 'content-type': type, 'content-length': String(Buffer.byteLength(body)) };
  return pages.ask('staff', to, { method: 'POST', headers, body });
}

function add(of: string, name: string, content: Uint8Array<ArrayBuffer>, cookie = administrator) {
  const body = new FormData();
  body.set('file', new File([content], name, { type: 'application/x-guessed' }));
  return pages.ask('staff', `${of}/documents`, { method: 'POST', headers: { cookie }, body });
}

async function begin(title: string): Promise<string> {
  const fields: [string, string][] = [
    ['title', title],
    ['template', 'paper'],
  ];
  return ((await post('/exams', fields)).headers.get('location') as string).replace('/draft', '');
}

describe('the documents that an exam is on', () => {
  test('are frozen by their digests in what is signed, and nothing of them changes from the proposal on', async () => {
    const { custody } = pages;
    const { administrator: founder } = custody.founders;
    const [first] = listDocuments(pages.db, exam);
    expect((await add(path, 'late.txt', Buffer.from('Late.'))).status).toBe(409);
    expect((await post(`${path}/documents/${first?.id}/removal`)).status).toBe(409);
    expect(JSON.stringify(await custody.room.act(founder.session, act))).toContain(
      `Questions.pdf (application/pdf, ${PDF.length} bytes, SHA-256 ${digestOf(PDF)})`,
    );
    await signAll(custody, act, [founder]);
    enterExam(pages.db, await custody.web.exam(exam));
    const { setup } = await custody.web.exam(exam);
    expect(setup?.place).toEqual({
      kind: 'document',
      documents: [
        { name: 'Questions.pdf', type: 'application/pdf', bytes: PDF.length, digest: digestOf(PDF) },
        { name: 'figure.png', type: 'image/png', bytes: PNG.length, digest: digestOf(PNG) },
        { name: 'notes.txt', type: 'text/plain', bytes: TEXT.length, digest: digestOf(TEXT) },
      ],
    });
    expect((await add(path, 'late.txt', Buffer.from('Late.'))).status, 'after it').toBe(409);
    expect(listDocuments(pages.db, exam)).toHaveLength(3);
  });

  test('are shown to a test taker while their attempt runs, under a policy that lets a file do nothing', async () => {
    const { id, token } = enterTestTaker(pages.db, { exam, candidate: 'T-1', name: 'Test Taker' });
    const cookie = cookieOf(await pages.ask('exam', `/i/${token}`));
    const attempt = attemptIdOf(id);
    const fetch = (digest: string, of = attempt) =>
      pages.ask('exam', `/attempt/documents/${digest}?attempt=${of}`, { headers: { cookie } });
    const send = (to: string, content: object) => {
      const body = JSON.stringify(content);
      const headers = { cookie, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
      return pages.ask('exam', to, { method: 'POST', headers, body });
    };
    expect((await fetch(digestOf(PDF))).status, 'before the attempt').toBe(404);
    const recorder = await pages.ask('exam', '/attempt/recorder', { headers: { cookie } });
    const policy = recorder.headers.get('content-security-policy');
    expect(policy).toContain("frame-src 'self'");
    expect(policy, 'no more than that').toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    const notice = await pages.ask('exam', '/attempt', { headers: { cookie } });
    expect(notice.headers.get('content-security-policy')).not.toContain('frame-src');
    expect(await notice.text()).toContain('The exam is on the recorder’s page');

    const key = await makeAttemptKey();
    const start = (await (await send('/attempt', { attempt, publicKey: key.publicKey })).json()) as AttemptStart;
    for (const [content, type] of [
      [PDF, 'application/pdf'],
      [PNG, 'image/png'],
      [TEXT, 'text/plain; charset=utf-8'],
    ] as const) {
      const answer = await fetch(digestOf(content));
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
      expect(answer.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'; frame-ancestors 'self'");
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
    }
    expect((await fetch(digestOf(PDF), randomUUID())).status, 'for another attempt').toBe(404);
    expect((await fetch(digestOf(Buffer.from('Other')))).status, 'that is not of this exam').toBe(404);
    const { seal } = await recordAttempt(pages, start, key);
    expect((await send('/attempt/seal', seal)).status).toBe(200);
    expect((await fetch(digestOf(PDF))).status, 'after the end').toBe(409);
  });

  test('are what their content says, whatever they are called', async () => {
    const draft = await begin('Sketching');
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    for (const [content, type] of [
      [PDF, 'application/pdf'],
      [PNG, 'image/png'],
      [Buffer.from('\xff\xd8\xff\xe0', 'latin1'), 'image/jpeg'],
      [TEXT, 'text/plain'],
      // Shown as the letters that it is made of.
      [svg, 'text/plain'],
      [Buffer.from('MZ\x90\x00', 'latin1'), null],
      [Buffer.from('PK\x03\x04'), null],
      [Buffer.from('caf\xe9', 'latin1'), null],
    ] as const) {
      expect(typeOf(content), content.toString('latin1').slice(0, 12)).toBe(type);
    }
    const refused = await add(draft, 'questions.pdf', Buffer.from('MZ\x90\x00', 'latin1'));
    expect([refused.status, await refused.text()]).toEqual([415, expect.stringContaining('id="file-fault"')]);
    expect((await add(draft, '../../etc/"Ünder<b>ways\u202e.txt', TEXT)).status).toBe(303);
    const [row] = listDocuments(pages.db, draft.split('/').at(-1) as string);
    expect(row?.name).toBe('Ünderbways.txt');
    expect((await add(draft, 'again.txt', TEXT)).status, 'the same file again').toBe(409);
    const saved = await get(`${draft}/documents/${row?.id}`);
    expect(saved.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''%C3%9Cnderbways.txt");
    expect(saved.headers.get('content-type')).toBe('application/octet-stream');
    expect(Buffer.from(await saved.arrayBuffer()).equals(TEXT)).toBe(true);

    const others = `/exams/${exam}/documents/${row?.id}`;
    expect((await get(others)).status, 'under another exam').toBe(404);
    const enrolled = await enrolRepresentative(pages.custody, 'Ines Moreau', [exam]);
    const reviewer = cookieOf(await pages.enterStaff(enrolled.session));
    expect((await get(`${path}/documents`, reviewer)).status).toBe(404);
    expect((await add(draft, 'mine.txt', Buffer.from('Mine.'), reviewer)).status).toBe(404);
    expect((await post(`${draft}/documents/${row?.id}/removal`)).status).toBe(303);
    expect(readdirSync(pages.filesFolder).sort()).toEqual(listDocumentIds(pages.db).sort());
  });

  test('leave nothing behind where they end early, and what a crash left is removed at the next start', async () => {
    const files = new Files(pages.filesFolder, 0);
    const before = readdirSync(pages.filesFolder).sort();
    await expect(files.store('owner', new Blob(['half']).stream(), 8)).rejects.toThrow('malformed');
    await expect(files.store('owner', new Blob(['more than that']).stream(), 8)).rejects.toThrow('malformed');
    const broken = new ReadableStream<Uint8Array>({
      start: (stream) => stream.enqueue(new Uint8Array(4)),
      pull: (stream) => stream.error(new Error('the line went')),
    });
    await expect(files.store('owner', broken, 8)).rejects.toThrow('malformed');
    await expect(new Files(pages.filesFolder, 2 ** 60).store('owner', new Blob(['x']).stream(), 1)).rejects.toThrow(
      'disk-full',
    );
    expect(readdirSync(pages.filesFolder).sort()).toEqual(before);
    writeFileSync(join(pages.filesFolder, randomUUID()), 'of no row');
    await files.sweep(listDocumentIds(pages.db));
    expect(readdirSync(pages.filesFolder).sort()).toEqual(before);
  });
});
