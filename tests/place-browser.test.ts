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
import type { Aid, ExamSetupInput } from '../hsm/exam-setup.ts';
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
async function publishDocuments(given: { aids?: Aid[] } = {}, changed: Partial<ExamSetupInput> = {}) {
  const documents = DOCUMENTS.map(({ name, type, content }) => ({
    ...{ name, type, bytes: content.length },
    digest: createHash('sha256').update(content).digest('base64url'),
  }));
  const published = await publish({ kind: 'document', documents, ...given }, changed);
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

/** The texts of all notes that the browser keeps, whoever's. */
function keptNotes(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const opening = indexedDB.open('cloister-notes');
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const all = opening.result.transaction('notes').objectStore('notes').getAll();
    await new Promise((resolve) => (all.onsuccess = resolve));
    opening.result.close();
    return (all.result as { text: string }[]).map(({ text }) => text);
  });
}

test('beside the documents: a calculator by keyboard alone, and notes that are one test taker’s, stay here and are gone at the end', async () => {
  const { exam, link } = await publishDocuments({ aids: ['calculator', 'scratch-pad'] });
  const { token } = enterTestTaker(db, { exam, candidate: randomUUID().slice(0, 8), name: 'Jonas Weber' });
  const context = await openContext(browser);
  const sent: string[] = [];
  context.on('request', (request) => sent.push(request.url(), request.postDataBuffer()?.toString('latin1') ?? ''));
  const recorder = await sit(context, link);
  const result = recorder.getByRole('status', { name: 'Result' });
  const fault = recorder.locator('[data-expression-fault]');
  await recorder.getByLabel('Calculation', { exact: true }).focus();
  await recorder.keyboard.type('0.1+0.2');
  await recorder.keyboard.press('Enter');
  expect(await result.textContent()).toBe('0.3');
  await recorder.keyboard.type('*2');
  await recorder.keyboard.press('Enter');
  expect(await result.textContent(), 'goes on from the last result').toBe('0.6');
  await recorder.getByRole('button', { name: 'Clear the calculation' }).press('Space');
  for (const key of ['1', 'Divided by', '0', 'Calculate']) {
    await recorder.getByRole('button', { name: key, exact: true }).press('Enter');
  }
  expect([await fault.textContent(), await result.textContent()]).toEqual([
    'This divides by zero, which has no result.',
    '',
  ]);
  await recorder.getByRole('button', { name: 'Ans*2 = 0.6, use 0.6 again' }).click();
  expect(await recorder.getByLabel('Calculation', { exact: true }).inputValue()).toBe('1÷0.60');
  await recorder.getByRole('button', { name: 'Square root' }).click();
  await recorder.keyboard.type('0.36');
  await recorder.keyboard.press('Enter');
  expect(await fault.textContent()).toBe('A sign is missing before “√”. For a product write ×, as in 2 × π.');
  const notes = recorder.getByLabel('Notes', { exact: true });
  await notes.fill('Herons: two of three are grey.');
  await expect.poll(() => keptNotes(recorder)).toEqual(['Herons: two of three are grey.']);
  const [sheet, aids] = [recorder.locator('.workplace > .stack'), recorder.locator('.aids')];
  const [one, other] = [await sheet.boundingBox(), await aids.boundingBox()];
  expect(other!.x + other!.width, 'beside each other').toBeLessThanOrEqual(one!.x);
  for (const width of [1280, 380]) await inspectPage(recorder, 'recorder-aids', width);
  await recorder.reload();
  await expect.poll(() => notes.inputValue()).toBe('Herons: two of three are grey.');
  await recorder.close();

  // Somebody else in the same browser, in German, on a small screen.
  await context.setExtraHTTPHeaders({ 'accept-language': 'de' });
  const another = await sit(context, `${appliance.exam}/i/${token}`);
  await another.setViewportSize({ width: 380, height: 800 });
  await another.reload();
  await another.waitForSelector('[data-step=record]:not([hidden])');
  const [calculator, pad] = ['Taschenrechner', 'Notizzettel'].map((name) =>
    another.locator('summary', { hasText: name }),
  );
  await calculator!.press('Enter');
  await another.getByLabel('Rechnung', { exact: true }).fill('0,1+0,2');
  await another.getByRole('button', { name: 'Ausrechnen' }).press('Enter');
  expect(await another.getByRole('status', { name: 'Ergebnis' }).textContent()).toBe('0,3');
  await pad!.press('Enter');
  const theirs = another.getByLabel('Notizen', { exact: true });
  await expect.poll(() => theirs.isEditable()).toBe(true);
  expect(await theirs.inputValue()).toBe('');
  expect(await another.content()).not.toContain('Herons');
  await inspectPage(another, 'recorder-aids-german', 380);
  await theirs.fill('Reiher');
  await expect.poll(() => keptNotes(another)).toContain('Reiher');
  await another.close();

  await context.setExtraHTTPHeaders({});
  const again = await context.newPage();
  await openRecorder(again, link);
  await again.waitForSelector('[data-step=record]:not([hidden])');
  await expect.poll(() => again.getByLabel('Notes', { exact: true }).inputValue()).toContain('Herons');
  await again.click('[data-finish]');
  await again.getByText('are deleted when you finish, and nobody gets them').waitFor();
  await again.click('[data-finish-cancel]');
  await finish(again);
  expect(await keptNotes(again), 'the other’s stay theirs').toEqual(['Reiher']);
  expect(sent.filter((one) => /Herons|two of three|Reiher/.test(one))).toEqual([]);
  expect(sent.length).toBeGreaterThan(20);
  await context.close();
});
