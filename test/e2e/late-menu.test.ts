/**
 * Goal: a press is never lost to code that arrives late. The menu's floating half comes in a chunk of its own; when it
 * arrives while the button is held, or while it has the focus, the person notices nothing.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setUpOwner } from '../process/first-run.ts';
import { browserMissingReason, launchBrowser, openPage } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const MENU_CHUNK = /menu-popup/;
const ARRIVAL_MS = 400; // Time for the chunk to arrive and be painted, had it not been held back.

describe.skipIf(missing !== null)('a menu whose code arrives late', () => {
  let product: Product;
  let browser: Browser;
  let dataDir: string;
  let cookie: readonly string[];
  beforeAll(async () => {
    dataDir = newDataDir();
    [product, browser] = await Promise.all([startProduct({ dataDir, args: ['--empty'] }), launchBrowser()]);
    cookie = (await setUpOwner(product)).split('=');
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    removeDataDir(dataDir);
  });

  /** Inicio with its account menu still a plain button, and what lets its code through. */
  async function openBeforeArrival() {
    const opened = await openPage(browser);
    const [name = '', value = ''] = cookie;
    await opened.context.addCookies([{ name, value, url: product.url }]);
    let letThrough = (): void => undefined;
    const gate = new Promise<void>((resolve) => (letThrough = resolve));
    let isAsked = false;
    await opened.page.route(MENU_CHUNK, async (route) => {
      isAsked = true;
      await gate;
      await route.continue();
    });
    await opened.page.goto(product.url);
    const button = opened.page.getByRole('button', { name: 'Tu cuenta' });
    await button.waitFor();
    await expect.poll(() => isAsked).toBe(true);
    const arrive = async (): Promise<void> => {
      const answer = opened.page.waitForResponse(MENU_CHUNK);
      letThrough();
      await (await answer).finished();
      await opened.page.waitForTimeout(ARRIVAL_MS);
    };
    return { ...opened, button, arrive };
  }
  const isOpen = (page: Page): Promise<void> => page.getByRole('menuitem').first().waitFor({ timeout: 5_000 });

  test('held while it arrives, the button still opens it', async () => {
    const { page, context, button, arrive, errors } = await openBeforeArrival();
    await button.hover();
    await page.mouse.down();
    await arrive();
    await page.mouse.up();
    await isOpen(page);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('pressed before it arrives, it opens by itself', async () => {
    const { page, context, button, arrive } = await openBeforeArrival();
    await button.click();
    await arrive();
    await isOpen(page);
    await context.close();
  });

  test('the focus stays on the button, and the space bar held meanwhile opens it', async () => {
    const { page, context, button, arrive } = await openBeforeArrival();
    await button.focus();
    await page.keyboard.down(' ');
    await arrive();
    await page.keyboard.up(' ');
    await isOpen(page);
    await page.keyboard.press('Escape');
    await expect.poll(() => button.evaluate((element) => element === document.activeElement)).toBe(true);
    await context.close();

    const idle = await openBeforeArrival();
    await idle.button.focus();
    await idle.arrive();
    expect(await idle.button.evaluate((element) => element === document.activeElement)).toBe(true);
    await idle.context.close();
  });
});

if (missing !== null) test(`SKIP late menu: ${missing}`, ({ skip }) => skip(missing));
