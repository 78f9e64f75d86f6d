import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { findBarriers, measureTargets } from './barriers.ts';

/** Folder for screenshots of each page, where one is wanted. */
const pictures = process.env['CLOISTER_TEST_PICTURES'];

/** The page as it stands, at a width in px: nothing that keeps people out, targets of 44 px, nothing wider than the window, a masthead of two lines at most. */
export async function inspectPage(page: Page, name: string, width: number): Promise<void> {
  const where = `${name} at ${width} px`;
  await page.setViewportSize({ width, height: 800 });
  const { small, tooWide } = await measureTargets(page);
  expect(tooWide, where).toBe(0);
  expect(small, where).toEqual([]);
  const { height } = (await page.locator('.masthead').boundingBox())!;
  expect(height, where).toBeLessThan(120);
  expect(await findBarriers(page), where).toEqual([]);
  if (pictures) await page.screenshot({ path: `${pictures}/${name}-${width}.png`, fullPage: true });
}
