/** Moving through the app as a person does, without loading it again, and what is on screen once a page has settled. */
import type { Page } from 'playwright-core';

/** Goes to an address of the app inside the loaded page: the router follows the history. */
export async function goWithin(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    const isOther = new URL(to, location.href).pathname !== location.pathname;
    for (const title of document.querySelectorAll('h1')) title.toggleAttribute('data-left', isOther);
    history.pushState(null, '', to);
  }, path);
  // The code of a page may be under way: what it leaves stays on screen until then.
  await page.waitForFunction(() => document.querySelector('h1[data-left]') === null);
}

/** Waits until the page has its title and nothing on it is loading any more. */
export async function untilSettled(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.querySelector('h1') !== null &&
      document.querySelector('[data-skeleton]') === null &&
      document.querySelector('[aria-busy="true"]') === null,
  );
  // A part that asks after it was drawn does so in the frames that follow.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** What makes the page wider than its window: nothing, or the elements that stick out furthest. */
export function widerThanWindow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const culprits = [...document.querySelectorAll('body *')].filter((element) => {
      const { right, width } = element.getBoundingClientRect();
      return width > 0 && right > room + 1 && element.closest('[class*="overflow-"]') === null;
    });
    return [
      `${document.documentElement.scrollWidth - room} px wider`,
      ...culprits.slice(-3).map((element) => element.outerHTML.slice(0, 140)),
    ];
  });
}
