import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Appliance, startAppliance } from './appliance.ts';
import { launchChromium, openContext, plugInSecurityKey } from './chromium.ts';
import { FULL } from './full.ts';
import { inspectPage } from './page-inspection.ts';

let appliance: Appliance;
let browser: Browser;
/** An exam administrator at their computer. */
let page: Page;

beforeAll(async () => {
  [appliance, browser] = await Promise.all([startAppliance(), launchChromium()]);
  page = await (await openContext(browser)).newPage();
  await plugInSecurityKey(page);
  await page.goto(appliance.enrol[3] as string);
  await page.getByRole('button', { name: 'Enrol this passkey' }).click();
  await page.waitForURL('**/desk');
  await page.goto(`${appliance.room}/tickets`);
  await page.getByRole('button', { name: 'Take a ticket' }).click();
  await page.getByRole('button', { name: 'Go to the staff pages' }).click();
  await page.waitForURL(`${appliance.staff}/`);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await appliance?.stop();
});

/** Moves on with Tab until the focus is on what has this name. */
async function reach(name: string | RegExp): Promise<void> {
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement;
      return (
        element.getAttribute('aria-label') ??
        element.labels?.[0]?.textContent ??
        element.textContent ??
        ''
      ).trim();
    });
    if (typeof name === 'string' ? at === name : name.test(at)) return;
  }
  throw new Error(`${name} cannot be reached with the keyboard`);
}

async function type(name: string | RegExp, words: string): Promise<void> {
  await reach(name);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(words);
}

async function press(name: string | RegExp, key = 'Enter'): Promise<void> {
  await reach(name);
  await page.keyboard.press(key);
}

/** At both widths where the page is laid out differently, and else where it breaks first. */
async function inspect(name: string, widths = FULL ? [1280, 380] : [380]): Promise<void> {
  for (const width of widths) await inspectPage(page, name, width);
  await page.setViewportSize({ width: 1280, height: 800 });
}

test('an administrator sets an exam up by keyboard, from a template to its publication', async () => {
  await inspect('exam-list');
  await press('Set up an exam');
  await page.waitForURL('**/exams/new');
  await inspect('exam-new');
  await type('Title', 'Torts I');
  await reach(/^Open book/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await press('Begin the draft');
  await page.waitForURL('**/draft');
  await inspect('draft-new');
  const list = page.locator('#checklist');
  const preview = page.locator('.preview');

  await type('Who holds it', 'Faculty of Law, Examination Office');
  await type('Address of the page elsewhere', 'https://lms.university.example/quiz/7');
  await type('What test takers may use, and have to know', 'Please remove your headscarf.');
  // Nothing is saved yet: the list and the preview go with what is typed.
  await list.locator('q', { hasText: 'headscarf' }).waitFor();
  await preview.getByText('Please remove your headscarf.').waitFor();
  await inspect('draft-finding');
  await page.locator('[id="setup.instructions"]').focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('You may use a pen and blank paper.');
  await list.locator('q', { hasText: 'headscarf' }).waitFor({ state: 'detached' });
  await reach('Closes');
  await page.keyboard.type('12012126');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.type('1000AM');
  await type('Minutes for it', '90');
  await press('Save: When');
  await page.waitForURL('**/draft#when');
  expect(await page.locator('#when').innerText()).toMatch(/Saved, \d\d:\d\d/);
  expect(await page.getByLabel('Address of the page elsewhere').inputValue(), 'another section').toContain('quiz/7');

  await press('The suggested words are true of this exam', 'Space');
  await press('The suggested words are true of this exam', 'Space');
  await type('Who may watch', 'Two reviewers appointed by the examination board');
  await type('The other way to sit it', 'You can sit the exam on campus without any recording.');
  await type('Whom to ask for it', 'Examination Office');
  await type('Their e-mail address', 'exams@university');
  await type('Whom to complain to', 'Privacy Officer');
  await type('The privacy officer’s e-mail address', 'privacy@university.example');
  await type('Legal basis', 'Examination act, section 8');
  await press(/^Nothing: neither/, 'Space');
  await press('Propose the publication');
  // What cannot be read comes back as it was typed, with the focus on it.
  const fault = page.getByText('This is no e-mail address');
  await fault.waitFor();
  await inspect('draft-fault');
  const email = page.getByLabel('Their e-mail address');
  expect(await email.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await email.inputValue()).toBe('exams@university');
  expect(await page.getByLabel('Legal basis').inputValue()).toBe('Examination act, section 8');
  await page.keyboard.press('End');
  await page.keyboard.type('.example');
  await list.getByText('Ready to be published').waitFor();
  await inspect('draft-ready', [1280, 380]);
  await press('Propose the publication');
  await page.getByText('The publication waits in the reading room').waitFor();
  await inspect('draft-waiting');

  const draft = page.url();
  await press('Take it back to go on editing');
  await page.getByRole('button', { name: 'Save: When' }).waitFor();
  await press('Propose the publication');
  await page.getByText('The publication waits in the reading room').waitFor();
  await press('Sign it in the reading room');
  await page.waitForURL(`${appliance.room}/acts/*`);
  await page.getByText('You may use a pen and blank paper.').waitFor();
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.getByText('It is signed, in force, and entered in the ledger.').waitFor();
  await page.goto(draft);
  await page.waitForURL((url) => !url.pathname.endsWith('/draft'));
  await page.goto(appliance.staff);
  const row = page.getByRole('row', { name: /Torts I/ });
  expect(await row.innerText()).toContain('Running, closes 1 December 2126');
  await inspect('exam-list-running', [1280, 380]);
});

test.runIf(FULL)('without scripts all of it works as well', async () => {
  const state = await page.context().storageState();
  const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false, storageState: state });
  const plain = await context.newPage();
  await plain.goto(`${appliance.staff}/exams/new`);
  await plain.getByLabel('Title').fill('Plain');
  await plain.getByLabel(/^Paper/).check();
  await plain.getByRole('button', { name: 'Begin the draft' }).click();
  await plain.getByLabel('Who may watch').fill('The board');
  await plain.getByLabel('Minutes for it').fill('2');
  await plain.getByRole('button', { name: 'Save: When' }).click();
  await plain.getByText('Write a number of minutes, from 5 to 1440.').waitFor();
  expect(await plain.getByLabel('Minutes for it').inputValue()).toBe('2');
  await plain.getByText('The board. Your recording is encrypted').waitFor();
  await plain.getByLabel('Minutes for it').fill('20');
  await plain.getByRole('button', { name: 'Propose the publication' }).click();
  await plain.getByText('It cannot be published yet.').waitFor();
  await context.close();
});
