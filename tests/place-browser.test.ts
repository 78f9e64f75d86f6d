/** The place of an exam as people meet it in a browser: its administrators, and a test taker who is recorded. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';
import { enterExam } from '../app/exams/exam.ts';
import { Files } from '../app/place/files.ts';
import { insertDocument } from '../db/appliance/documents.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import type { ExamSetupInput } from '../hsm/exam-setup.ts';
import { type Appliance, ask, cookieOf, startAppliance } from './appliance.ts';
import { launchChromium, openContext } from './chromium.ts';
import { enrolRepresentative, openDesk, publishExam } from './custody-process.ts';
import { PDF, PNG } from './exam-files.ts';
import { FULL } from './full.ts';
import { inspectPage } from './page-inspection.ts';
import { finish, openRecorder } from './recorder-browser.ts';

let appliance: Appliance;
let browser: Browser;
let desk: Awaited<ReturnType<typeof openDesk>>;
let db: ReturnType<typeof openApplianceDatabase>;
/** An exam administrator at their computer. */
let staff: Page;

beforeAll(async () => {
  const flags = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  [appliance, browser] = await Promise.all([startAppliance({ testTakers: 1 }), launchChromium(flags)]);
  desk = await openDesk(appliance.data, appliance.room);
  db = openApplianceDatabase(join(appliance.data, 'web/appliance.db'));
  const roles = ['exam-administrator' as const];
  const { session } = await enrolRepresentative(desk, 'Paulo Nunes', [], { roles });
  const { ticket } = await desk.room.ticket(session);
  const entry = await ask(appliance.staff, '/session', {
    method: 'POST',
    headers: { origin: appliance.room, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ticket }).toString(),
  });
  const context = await openContext(browser);
  const [name, value] = cookieOf(entry).split(/=(.*)/s) as [string, string];
  await context.addCookies([{ name, value, url: appliance.staff, secure: true }]);
  staff = await context.newPage();
}, 120_000);

afterAll(async () => {
  db?.$client.close();
  await browser?.close();
  await appliance?.stop();
});

/** At both widths where the page is laid out differently, and else where it breaks first. */
async function inspect(page: Page, name: string): Promise<void> {
  for (const width of FULL ? [1280, 380] : [380]) await inspectPage(page, name, width);
}

/** Publishes an exam with this place, and invites somebody. @returns the exam's id and their personal link */
async function publish(place: ExamSetupInput['place'], changed: Partial<ExamSetupInput> = {}) {
  const { title, policy, setup } = DEMONSTRATION;
  const exam = randomUUID();
  const { camera } = setup.necessity;
  const told = { ...setup, necessity: { camera }, ...changed, place };
  enterExam(db, await publishExam(desk, { exam, title, policy, setup: told }));
  const { token } = enterTestTaker(db, { exam, candidate: randomUUID().slice(0, 8), name: 'Amal Haddad' });
  return { exam, link: `${appliance.exam}/i/${token}` };
}

const DOCUMENTS = [
  { name: 'Questions.pdf', type: 'application/pdf' as const, content: PDF },
  { name: 'figure.png', type: 'image/png' as const, content: PNG },
  { name: 'notes.txt', type: 'text/plain' as const, content: Buffer.from('Write about herons.\nUse 200 words.') },
];

/** Publishes an exam on documents, which web has. */
async function publishDocuments() {
  const documents = DOCUMENTS.map(({ name, type, content }) => ({
    ...{ name, type, bytes: content.length },
    digest: createHash('sha256').update(content).digest('base64url'),
  }));
  const published = await publish({ kind: 'document', documents });
  const files = new Files(join(appliance.data, 'web/files'), 0);
  for (const { name, type, content } of DOCUMENTS) {
    const stored = await files.store(published.exam, new Blob([content]).stream(), content.length);
    insertDocument(db, { ...stored, exam: published.exam, name, type, addedAt: new Date().toISOString() }, 10);
  }
  return published;
}

/** Opens a personal link and begins to record. */
async function sit(context: BrowserContext, link: string): Promise<Page> {
  const page = await context.newPage();
  await openRecorder(page, link);
  await page.click('[data-allow]');
  await page.click('[data-start]:enabled');
  await page.waitForSelector('[data-step=record]:not([hidden])');
  return page;
}

test.runIf(FULL)(
  'a page’s password is set by its administrator, seen by a test taker while they are recorded, and gone at the end',
  async () => {
    const { exam, link } = await publish({ kind: 'elsewhere', address: '/demonstration', asksPassword: true });
    await staff.goto(`${appliance.staff}/exams/${exam}`);
    await staff.getByRole('link', { name: 'Password of the exam’s page' }).click();
    await staff.getByRole('textbox', { name: 'Password' }).fill('Heron 7');
    await staff.getByRole('button', { name: 'Save the password' }).click();
    await staff.waitForLoadState();
    expect(await staff.getByRole('textbox', { name: 'Password' }).inputValue()).toBe('Heron 7');
    await inspect(staff, 'exam-password');

    const context = await openContext(browser);
    const page = await context.newPage();
    await page.goto(link);
    await page.getByText('which asks for a password').waitFor();
    expect(await page.content()).not.toContain('Heron 7');
    await page.close();
    const recorder = await sit(context, link);
    const shown = recorder.getByRole('status', { name: 'Password for the exam’s page' });
    await expect.poll(() => shown.textContent(), { timeout: 20_000 }).toBe('Heron 7');
    await inspect(recorder, 'recorder-password');
    await recorder.reload();
    await expect.poll(() => shown.textContent(), { timeout: 20_000 }).toBe('Heron 7');
    await finish(recorder);
    expect(await recorder.content()).not.toContain('Heron 7');
    await context.close();
  },
);

test('an exam on documents: gathered by its administrator, shown while recording runs, answered with files', async () => {
  await staff.goto(`${appliance.staff}/exams/new`);
  await staff.getByLabel('Title').fill('Drawing');
  await staff.getByLabel(/^Paper/).check();
  await staff.getByRole('button', { name: 'Begin the draft' }).click();
  await staff.getByLabel('Where the exam itself is').selectOption('document');
  await staff.getByRole('button', { name: 'Save: What and where' }).click();
  await staff.getByRole('link', { name: 'See or change the documents' }).click();
  for (const { name, content } of DOCUMENTS.slice(0, 2)) {
    await staff.getByLabel('A file to add').setInputFiles({ name, mimeType: 'application/x-guessed', buffer: content });
    await staff.getByRole('button', { name: 'Add the file' }).click();
    await staff.getByRole('link', { name }).waitFor();
  }
  await staff.getByLabel('A file to add').setInputFiles({
    ...{ name: 'answers.docx', mimeType: 'application/pdf', buffer: Buffer.from('PK\x03\x04') },
  });
  await staff.getByRole('button', { name: 'Add the file' }).click();
  await staff.getByText('This file is neither a PDF').waitFor();
  await inspect(staff, 'exam-documents');
  await staff.getByRole('button', { name: 'Take out Questions.pdf' }).click();
  await staff.getByRole('link', { name: 'Questions.pdf' }).waitFor({ state: 'detached' });

  const { exam, link } = await publishDocuments();
  const context = await openContext(browser);
  const recorder = await sit(context, link);
  await recorder.getByText('Write about herons.').waitFor();
  await expect
    .poll(() => recorder.locator('img[data-document-sheet]').evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBe(1);
  // Chromium's own viewer is what shows it, in the frame.
  await expect.poll(() => recorder.frames().map((frame) => frame.url().split('/')[0])).toContain('chrome-extension:');
  const large = randomBytes(3_000_000);
  await recorder.getByLabel('Files to hand in').setInputFiles([
    { name: 'essay.odt', mimeType: 'application/octet-stream', buffer: large },
    { name: 'sketch.png', mimeType: 'image/png', buffer: PNG },
  ]);
  const digest = createHash('sha256').update(large).digest('base64url');
  await recorder.getByText(`SHA-256 ${digest}`).waitFor();
  await recorder.locator('[data-hand-in-list] li', { hasText: 'sketch.png' }).getByText('Handed in at').waitFor();
  await inspect(recorder, 'recorder-documents');
  await recorder.reload();
  await recorder.getByText('Write about herons.').waitFor();
  await recorder.getByText(`SHA-256 ${digest}`).waitFor();
  // The line goes while a file is on its way: it is sent again by itself.
  await context.setOffline(true);
  await recorder.getByLabel('Files to hand in').setInputFiles({
    ...{ name: 'essay.odt', mimeType: 'application/octet-stream', buffer: Buffer.from('A better one.') },
  });
  await recorder.getByText('it is tried again by itself').waitFor();
  await recorder.click('[data-finish]');
  await recorder.getByText('You have handed in 2 files. One file is not handed in yet.').waitFor();
  await inspectPage(recorder, 'recorder-documents-finish', 380);
  await recorder.click('[data-finish-cancel]');
  await context.setOffline(false);
  await recorder.getByText('it is tried again by itself').waitFor({ state: 'detached', timeout: 30_000 });
  await finish(recorder);
  expect(await recorder.content()).not.toContain('Write about herons.');
  await recorder.goto(`${appliance.exam}/attempt`);
  await recorder.getByText('a later one counts').waitFor();
  await inspect(recorder, 'attempt-handed-in');
  await staff.goto(`${appliance.staff}/exams/${exam}`);
  await staff.getByRole('link', { name: 'Answers that were handed in' }).click();
  await staff.getByText('A later one counts').waitFor();
  await inspect(staff, 'hand-ins');
  await context.close();
});
