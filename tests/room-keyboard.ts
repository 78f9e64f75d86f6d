import type { Page } from 'playwright-core';

/** Moves the focus with Tab until it is on something with this name, then presses a key there. */
export async function reach(page: Page, name: string | RegExp, key = 'Enter'): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const label = (element as HTMLInputElement).labels?.[0]?.textContent;
      return (element.getAttribute('aria-label') ?? label ?? element.textContent ?? '').trim();
    });
    if (typeof name === 'string' ? at === name : name.test(at)) return page.keyboard.press(key);
  }
  throw new Error(`${name} cannot be reached with the keyboard`);
}
