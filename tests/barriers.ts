import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const AXE = readFileSync(join(import.meta.dirname, '../node_modules/axe-core/axe.min.js'), 'utf8');

/**
 * @param rules the only ones to look at; all without them
 * @returns what axe finds on the page that keeps people out, at the page's size and colours as they are
 */
export async function findBarriers(page: Page, rules?: string[]): Promise<unknown[]> {
  await page.evaluate(AXE);
  return page.evaluate(async (only) => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run(document, only ? { runOnly: only } : {});
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => [id, nodes[0]?.html]);
  }, rules);
}

/** @returns what is lower than a finger needs, and by how many pixels the page is wider than the window */
export async function measureTargets(page: Page): Promise<{ small: string[]; tooWide: number }> {
  return page.evaluate(() => ({
    small: [...document.querySelectorAll('button, a.button, select, summary, nav a')]
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 44)
      .map((element) => element.outerHTML),
    tooWide: Math.max(0, document.documentElement.scrollWidth - innerWidth),
  }));
}
