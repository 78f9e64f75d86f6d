import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Appliance, startAppliance } from './appliance.ts';
import { launchChromium, openContext } from './chromium.ts';
import { FULL } from './full.ts';
import { type MailReceiver, startMailReceiver } from './mail-receiver.ts';
import { inspectPage } from './page-inspection.ts';
import { reach } from './room-keyboard.ts';
import { enterStaffPages } from './staff-browser.ts';

let appliance: Appliance;
let browser: Browser;
let page: Page;
let receiver: MailReceiver;

beforeAll(async () => {
  receiver = await startMailReceiver();
  const environment = {
    CLOISTER_SMTP_URL: `smtp://localhost:${receiver.port}`,
    CLOISTER_SMTP_FROM: 'exams@university.example',
  };
  [appliance, browser] = await Promise.all([startAppliance({ testTakers: 2, environment }), launchChromium()]);
  page = await enterStaffPages(browser, appliance, 'administrator');
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await appliance?.stop();
  await receiver?.stop();
});

const pictures = process.env['CLOISTER_TEST_PICTURES'];
const WIDTHS = [380, 1280];
const inspect = async (name: string) => {
  for (const width of WIDTHS) await inspectPage(page, name, width);
};
const expectInNoLog = (links: string[]) => {
  const logs = join(appliance.data, 'logs');
  const written = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'));
  expect(written.join('').length).toBeGreaterThan(100);
  for (const link of links) {
    const token = link.split('/i/')[1]?.split('#')[0] ?? 'none';
    for (const text of written) expect(text).not.toContain(token);
  }
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
  expectInNoLog(links);
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

test.runIf(FULL)(
  'by keyboard alone invitations are sent by mail; the page follows them, and names whom the server refuses or puts off',
  async () => {
    receiver.conduct.onRecipient = (address) =>
      address.startsWith('ada')
        ? '550 5.1.1 mailbox unavailable'
        : address.startsWith('bo')
          ? '451 4.7.1 try again later'
          : undefined;
    await page.goto(appliance.staff);
    await page.getByRole('link', { name: /Introduction to Logic/ }).click();
    await page.getByRole('link', { name: 'Import a list' }).click();
    const list = ['M-1,Ada Long-Family-Name,ada', 'M-2,Bo Lund,bo', 'M-3,Cy Young,cy'];
    await page.getByLabel('Or paste the rows').fill(list.map((row) => `${row}@students.university.example`).join('\n'));
    await page.getByRole('button', { name: 'Show what would change' }).click();
    await page.getByRole('button', { name: 'Put 3 test takers on the roster' }).click();
    await heading('Invitations');
    await page.getByText(/neither a personal link nor a mail on its way \(3\)/).waitFor();
    await inspect('roster-invitations-by-mail');
    await reach(page, 'Send the mail to yourself first');
    await heading('Try the invitation by mail');
    await page.getByLabel('An e-mail address of your own').fill('ada@university.example');
    await page.keyboard.press('Enter');
    await page.getByText('The mail server said: “550 5.1.1 mailbox unavailable”').waitFor();
    await inspect('roster-mail-refused');
    await page.getByLabel('An e-mail address of your own').fill('paulo@university.example');
    await page.keyboard.press('Enter');
    await page.getByText('Your mail server took the mail.').waitFor();
    await inspect('roster-mail-tried');
    receiver.received.length = 0;
    await reach(page, 'Invite test takers');
    await heading('Invitations');
    await reach(page, 'Send invitations by mail');
    await heading('Invitations by mail');
    // By itself, as the mails go out.
    await page.getByText('1 of 3 mails sent, 1 on the way.').waitFor();
    await page.getByText('mailbox unavailable').waitFor();
    await page.getByText('The server put it off. It is tried again at').waitFor();
    await inspect('roster-mails');
    await reach(page, 'Take back what waits');
    await page.getByText('1 of 2 mails sent. None waits.').waitFor();
    await page.getByRole('link', { name: 'Ada Long-Family-Name' }).click();
    await inspect('roster-test-taker-refused');
    await page.getByLabel('E-mail address').fill('a.long@students.university.example');
    await page.getByRole('button', { name: 'Keep this address' }).click();
    await page.getByRole('button', { name: 'Send to a.long@students.university.example' }).click();
    await page.getByText('2 of 2 mails sent. None waits.').waitFor();
    await page.getByRole('link', { name: /, the roster$/ }).click();
    await inspect('roster-with-mails');

    const links = receiver.received.map(({ text }) => /https:\S*\/i\/\S+/.exec(text)?.[0] ?? '');
    expect(links).toHaveLength(2);
    expectInNoLog(links);
    const visitor = await (await openContext(browser)).newPage();
    await visitor.goto(links[1] ?? '');
    expect(visitor.url()).toMatch(/\/attempt#key=/);
    await visitor.context().close();
    if (!pictures) return;
    const reader = await browser.newPage({ viewport: { width: 700, height: 900 } });
    await reader.setContent(receiver.received[1]?.html ?? '');
    await reader.screenshot({ path: `${pictures}/mail.png`, fullPage: true });
    await reader.close();
  },
);

test.runIf(FULL)(
  'web killed with a mail in hand says so, sends no second one, and goes on with what waits',
  async () => {
    receiver.conduct.onRecipient = undefined;
    receiver.conduct.onMail = (address) => (address.startsWith('held') ? 'hold' : undefined);
    const before = receiver.received.length;
    await page.goto(appliance.staff);
    await page.getByRole('link', { name: /Introduction to Logic/ }).click();
    await page.getByRole('link', { name: 'Import a list' }).click();
    const list = ['K-1,Aa Held,held', 'K-2,Bb Waits,waits'];
    await page.getByLabel('Or paste the rows').fill(list.map((row) => `${row}@students.university.example`).join('\n'));
    await page.getByRole('button', { name: 'Show what would change' }).click();
    await page.getByRole('button', { name: 'Put 2 test takers on the roster' }).click();
    await page.getByRole('button', { name: 'Send invitations by mail' }).click();
    await expect.poll(() => receiver.held).toEqual(['held@students.university.example']);
    await appliance.kill('web');
    // It needs a moment until it listens; the page asks for itself anew.
    await page.getByText('Uncertain').waitFor();
    await expect.poll(() => receiver.received.length).toBeGreaterThan(before);
    const to = receiver.received.slice(before).flatMap((mail) => mail.to);
    expect(to).toContain('waits@students.university.example');
    expect(to).not.toContain('held@students.university.example');
  },
);

test('of an exam that is being set up the roster takes test takers, and says when they can be invited', async () => {
  await page.goto(`${appliance.staff}/exams/new`);
  await page.getByLabel('Title').fill('Rhetoric');
  await page.getByLabel(/Oral/).check();
  await page.getByRole('button', { name: /^(Begin|Set|Start|Make|Create)/ }).click();
  await page.getByRole('link', { name: 'Test takers on the roster' }).click();
  await heading('Rhetoric');
  await page.getByRole('link', { name: 'Add a test taker' }).click();
  await page.getByLabel('Candidate code').fill('R-1');
  await page.getByLabel('Name', { exact: true }).fill('Dee Draft');
  await page.getByRole('button', { name: 'Put on the roster' }).click();
  await heading('Dee Draft');
  await page.getByRole('link', { name: /, the roster$/ }).click();
  await page.getByText('1 on the roster').waitFor();
  await inspect('roster-draft');
});
