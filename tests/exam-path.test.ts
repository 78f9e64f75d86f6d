/** The way of an exam through the appliance, in browsers: set up, refused, published, sat with an arrangement, reviewed. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Appliance, startAppliance } from './appliance.ts';
import { launchChromium, openContext } from './chromium.ts';
import { FULL } from './full.ts';
import { inspectPage } from './page-inspection.ts';
import { FAKE_DEVICES } from './recorder-browser.ts';
import { enterRoom, enterStaffPages, signAct } from './staff-browser.ts';

let appliance: Appliance;
let browser: Browser;
/** An exam administrator at their computer. */
let page: Page;
/** Who sits the exam. */
let taker: Page;
/** The exam's page on the staff origin. */
let exam: string;

beforeAll(async () => {
  [appliance, browser] = await Promise.all([startAppliance(), launchChromium(FAKE_DEVICES)]);
  page = await enterStaffPages(browser, appliance, 'administrator');
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

/** Looked at in every run, where a page breaks first; the others among the long tests, at both widths. */
const ALWAYS = ['exam-new', 'draft-new', 'draft-fault', 'draft-ready'];

async function inspect(name: string): Promise<void> {
  for (const width of FULL ? [1280, 380] : ALWAYS.includes(name) ? [380] : []) await inspectPage(page, name, width);
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
  await inspect('draft-ready');
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
  await signAct(page);
  await page.goto(draft);
  await page.waitForURL((url) => !url.pathname.endsWith('/draft'));
  exam = page.url();
  await page.goto(appliance.staff);
  const row = page.getByRole('row', { name: /Torts I/ });
  expect(await row.innerText()).toContain('Running, closes 1 December 2126');
  await inspect('exam-list-running');
});

test.runIf(FULL)('and then changes what test takers are told of it, as it is typed, and signs that too', async () => {
  await page
    .getByRole('row', { name: /Torts I/ })
    .getByRole('link')
    .click();
  await page.getByRole('link', { name: 'Change what test takers are told' }).click();
  await page.waitForURL('**/revision');
  const list = page.locator('#checklist');
  await list.getByText('Nothing is changed yet').waitFor();
  await type('What test takers may use, and have to know', 'You may use a pen, blank paper and a ruler.');
  // Nothing is saved yet.
  await list.getByText('What test takers have to know, from now on').waitFor();
  await inspect('revision-ready');
  await press('Propose this change');
  await page.getByText('The change waits in the reading room').waitFor();
  await inspect('revision-waiting');
  await press('Sign it in the reading room');
  await signAct(page);
  await page.goto(appliance.staff);
  await page.getByRole('link', { name: 'Torts I' }).click();
  await page.getByRole('link', { name: 'Change what test takers are told' }).click();
  await page.getByText('This is version 2').waitFor();
});

test('a test taker is invited, asks for more time without saying why, and gets it', async () => {
  await page.goto(`${exam}/test-takers/new`);
  await page.getByLabel('Name').fill('Amal Haddad');
  await page.getByLabel('Candidate code').fill('B-77');
  await page.getByRole('button', { name: 'Put on the roster' }).click();
  await page.getByText('Amal Haddad').first().waitFor();
  await page.goto(`${exam}/invitations`);
  await page.getByRole('button', { name: 'Make links and invitations' }).click();
  const link = (await page.locator('code.link').innerText()).replaceAll(/\s/g, '');

  taker = await (await openContext(browser)).newPage();
  await taker.goto(link);
  await taker.waitForURL((url) => url.pathname === '/attempt');
  const notice = taker.locator('main');
  expect(await notice.innerText()).toContain('You may use a pen');
  await taker.goto(`${appliance.exam}/attempt/arrangements`);
  await taker.locator('[value=extra-time]').check();
  await taker.locator('[name=extraMinutes]').fill('30');
  await taker.locator('form.card button').first().click();
  await taker.getByText('30 minutes').first().waitFor();

  await page.goto(`${appliance.staff}/arrangements`);
  await page.getByRole('link', { name: 'Amal Haddad' }).click();
  await page.getByRole('button', { name: 'Propose to grant this' }).click();
  await page.getByRole('link', { name: 'Sign it in the reading room' }).click();
  await signAct(page);
  await taker.goto(`${appliance.exam}/attempt`);
  expect(await notice.innerText()).toMatch(/120 minutes|2 hours/);
});

test('they sit the exam with it', async () => {
  await taker.goto(`${appliance.exam}/attempt/recorder`);
  await taker.click('[data-allow]');
  await taker.click('[data-share]');
  await taker.click('[data-start]:not([disabled])');
  await taker.waitForSelector('[data-time-left]:not([hidden])');
  expect(await taker.textContent('[data-remaining]')).toMatch(/^(1:59:\d\d|2:00:00)$/);
  await taker.waitForTimeout(6_000);
  await taker.click('[data-finish]');
  await taker.click('[data-finish-confirm]');
  await taker.waitForSelector('[data-step=done]:not([hidden])');
}, 60_000);

test('a reviewer who was assigned watches the recording and decides; the test taker reads who did', async () => {
  const reviewer = await enterRoom(browser, appliance, 'reviewer');
  const candidate = reviewer.getByRole('link', { name: 'B-77' });
  expect(await candidate.count(), 'before the assignment').toBe(0);
  await page.goto(`${appliance.room}/exams`);
  await page.getByRole('link', { name: 'Torts I' }).click();
  await page.getByLabel('Assign somebody').selectOption({ label: 'Ines Moreau' });
  await page.getByRole('button', { name: 'Go on to sign the assignment' }).click();
  await signAct(page);

  await reviewer.reload();
  await candidate.click();
  // Nothing was noted, so that the exam's rules show nothing by themselves.
  await reviewer.getByLabel('The whole recording').check();
  await reviewer.locator('[name=justification]').fill('A complaint about noise in the room.');
  await reviewer.getByRole('button', { name: /Ask for the key/ }).click();
  await reviewer.waitForURL('**/acts/*');
  await reviewer.getByRole('button', { name: 'Sign with your passkey' }).click();
  await reviewer.waitForURL('**/grants/*');
  await reviewer.keyboard.press('k');
  const camera = reviewer.locator('video[data-source=camera]');
  await expect.poll(() => camera.evaluate((video: HTMLVideoElement) => video.currentTime)).toBeGreaterThan(1);
  await reviewer.getByLabel(/nothing to clarify/i).check();
  await reviewer.getByLabel('Reason').fill('Alone in the room the whole time.');
  await reviewer.getByRole('button', { name: /Write the decision/ }).click();
  await reviewer.waitForURL('**/acts/*');
  await reviewer.getByRole('button', { name: 'Sign with your passkey' }).click();
  await reviewer.waitForURL('**/attempts/*');

  await taker.goto(`${appliance.exam}/attempt`);
  await taker.getByText('Alone in the room the whole time.').waitFor();
  expect(await taker.locator('main').innerText()).toContain('Ines Moreau');
}, 60_000);

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
