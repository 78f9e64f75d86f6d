import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Appliance, startAppliance } from './appliance.ts';
import { launchChromium, openContext, plugInSecurityKey } from './chromium.ts';
import { inspectPage } from './page-inspection.ts';
import { reach } from './room-keyboard.ts';

let appliance: Appliance;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [appliance, browser] = await Promise.all([startAppliance({ testTakers: 2 }), launchChromium()]);
  page = await (await openContext(browser)).newPage();
  await plugInSecurityKey(page);
  await page.goto(appliance.enrol[3] ?? '');
  await page.getByRole('button', { name: 'Enrol this passkey' }).click();
  await page.waitForURL('**/desk');
  await page.goto(`${appliance.room}/tickets`);
  await page.locator('main form button').click();
  await page.locator('form[action^="https://staff"] button').click();
  await page.waitForURL(`${appliance.staff}/`);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await appliance?.stop();
});

const pictures = process.env['CLOISTER_TEST_PICTURES'];
const WIDTHS = [380, 1280];
const inspect = async (name: string) => {
  for (const width of WIDTHS) await inspectPage(page, name, width);
};
const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

test('by keyboard alone a list is pasted, mended, looked at and imported, and its invitations come out a sheet each', async () => {
  await page.setViewportSize({ width: 380, height: 800 });
  await page.getByRole('link', { name: /Introduction to Logic/ }).click();
  await page.getByText('2 on the roster').waitFor();
  await inspect('roster');
  await reach(page, 'Import a list');
  await heading('Import a list');
  await inspect('roster-import');

  await reach(page, 'Or paste the rows', 'Control+End');
  await page.keyboard.insertText('Matrikelnummer;Nachname;Vorname;E-Mail\n4711;Weiß;Jörg;joerg@\n4712;Ångström;Zoë;');
  await reach(page, 'Show what would change');
  await heading('This list cannot be imported yet');
  expect(await page.getByRole('row').allTextContents()).toEqual([
    expect.any(String),
    expect.stringMatching(/^2This is not an e-mail address/),
  ]);
  await inspect('roster-faults');
  await reach(page, 'Or paste the rows', 'Control+A');
  expect(await page.getByLabel('Or paste the rows').inputValue()).toContain('4711;Weiß;Jörg;joerg@\n4712');
  await page.keyboard.insertText('Matrikelnummer;Nachname;Vorname;E-Mail\n4711;Weiß;Jörg;\n4712;"Ångström";Zoë;');
  await reach(page, 'Show what would change');
  await heading('Look before you import');
  await inspect('roster-preview');
  await reach(page, 'Put 2 test takers on the roster');
  await heading('Invitations');
  await page.getByText('2 of 4 on the roster have no personal link yet.').waitFor();
  await inspect('roster-invitations');
  await reach(page, 'Make links and invitations');
  await heading('Invitations to print');
  await inspect('roster-print');
  expect(page.url()).toBe(`${appliance.staff}${new URL(page.url()).pathname}`);
  const links = await page.locator('.invitation code').filter({ hasText: '/i/' }).allTextContents();
  expect(links).toHaveLength(2);

  await page.emulateMedia({ media: 'print' });
  expect(await page.getByText('Print this page now').isVisible()).toBe(false);
  expect(await page.locator('.masthead').isVisible()).toBe(false);
  if (pictures) await page.screenshot({ path: `${pictures}/roster-paper.png`, fullPage: true });
  const pdf = await page.pdf({ format: 'A4' });
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(2);
  await page.emulateMedia({ media: null });

  // The link leads where it says, and is in no log.
  const visitor = await (await openContext(browser)).newPage();
  await visitor.goto(links[0] ?? '');
  expect(visitor.url()).toMatch(/\/attempt#key=/);
  await visitor.getByText('Introduction to Logic').first().waitFor();
  await visitor.context().close();
  const logs = join(appliance.data, 'logs');
  const written = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'));
  expect(written.join('').length).toBeGreaterThan(100);
  for (const link of links) {
    const token = link.split('/i/')[1]?.split('#')[0] ?? 'none';
    for (const text of written) expect(text).not.toContain(token);
  }
});

test('a file is read as well; one test taker is found, invited anew on a list to cut apart, and taken off', async () => {
  await page.goto(appliance.staff);
  await page.getByRole('link', { name: /Introduction to Logic/ }).click();
  await page.getByRole('link', { name: 'Import a list' }).click();
  const buffer = Buffer.from('T-0100,Müller,\r\n', 'latin1');
  await page.getByLabel('File').setInputFiles({ name: 'roster.csv', mimeType: 'text/csv', buffer });
  await page.getByRole('button', { name: 'Show what would change' }).click();
  await page.getByRole('button', { name: 'Put 1 test taker on the roster' }).click();
  await heading('Invitations');
  await page.getByRole('link', { name: /, the roster$/ }).click();
  await page.getByLabel('Find by name or code').fill('mull');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Müller' }).click();
  await heading('Müller');
  await inspect('roster-test-taker');
  await page.getByLabel(/list to cut apart/).check();
  await page.getByRole('button', { name: 'Make link and invitation' }).click();
  await heading('Invitations to print');
  await inspect('roster-slip');
  expect(await page.locator('.slip').count()).toBe(1);
  await page.getByRole('link', { name: /, the roster$/ }).click();
  await page.getByRole('link', { name: 'Müller' }).click();
  await page.getByRole('button', { name: 'Take Müller off the roster' }).click();
  await page.getByText('4 on the roster').waitFor();
  expect(await page.getByText('Müller').count()).toBe(0);
  await page.getByRole('link', { name: 'Add a test taker' }).click();
  await inspect('roster-add');
});
