/** Representatives of a running appliance at their computers, each with a security key of their own. */
import type { Browser, Page } from 'playwright-core';
import type { Appliance } from './appliance.ts';
import { openContext, plugInSecurityKey } from './chromium.ts';

/** Where each one's link to enrol stands. */
const ENROLMENTS = { officer: 0, reviewer: 2, administrator: 3 } as const;
export type Person = keyof typeof ENROLMENTS;

/** @returns a page of the room, where this person has just enrolled their passkey */
export async function enterRoom(browser: Browser, appliance: Appliance, person: Person): Promise<Page> {
  const page = await (await openContext(browser)).newPage();
  await plugInSecurityKey(page);
  await page.goto(appliance.enrol[ENROLMENTS[person]] as string);
  await page.getByRole('button', { name: 'Enrol this passkey' }).click();
  await page.waitForURL('**/desk');
  return page;
}

/** @returns a page of the staff origin, to which this person went with a ticket from the room */
export async function enterStaffPages(browser: Browser, appliance: Appliance, person: Person): Promise<Page> {
  const page = await enterRoom(browser, appliance, person);
  await page.goto(`${appliance.room}/tickets`);
  await page.getByRole('button', { name: 'Take a ticket' }).click();
  await page.getByRole('button', { name: 'Go to the staff pages' }).click();
  await page.waitForURL(`${appliance.staff}/`);
  return page;
}

/** Signs the act that the page shows. */
export async function signAct(page: Page): Promise<void> {
  await page.waitForURL('**/acts/*');
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.getByText('It is signed, in force, and entered in the ledger.').waitFor();
}
