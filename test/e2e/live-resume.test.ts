/**
 * Goal: a page that is open while its server is killed with -9 and started again shows each event published meanwhile,
 * exactly once, without anybody reloading it.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { send, setUpOwner } from '../process/first-run.ts';
import { browserMissingReason, launchBrowser, openPage } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const MEANWHILE_COUNT = 12;

describe.skipIf(missing !== null)('the live tail over a restart of its server', () => {
  let browser: Browser;
  let product: Product;
  let other: Product;
  let dataDir: string;
  let cookie: string;
  beforeAll(async () => {
    dataDir = newDataDir();
    [product, browser] = await Promise.all([startProduct({ dataDir, args: ['--empty'] }), launchBrowser()]);
    cookie = await setUpOwner(product);
    other = await startProduct({ dataDir, args: ['--empty', '--roles', 'web'] });
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await other?.stop();
    await product?.stop();
    removeDataDir(dataDir);
  }, 60_000);

  test('events published while it was away arrive once each', async () => {
    const { page, context } = await openPage(browser);
    const [name = '', value = ''] = cookie.split('=');
    await context.addCookies([{ name, value, url: product.url }]);
    const publish = async (mark: string): Promise<void> => {
      const answer = await send(other, 'POST', '/api/events', {
        cookie,
        body: { type: 'resume.tick', data: { mark } },
      });
      expect(answer.status).toBe(201);
    };
    const shownOf = (mark: string) => page.getByText(`"${mark}"`, { exact: false });
    await page.goto(`${product.url}/eventos`);
    await page.getByText('En directo').first().waitFor();
    await publish('before-0');
    await expect.poll(() => shownOf('before-0').count(), { timeout: 30_000 }).toBe(1);

    const { port } = new URL(product.url);
    await product.kill();
    for (let place = 0; place < MEANWHILE_COUNT; place += 1) await publish(`meanwhile-${place}x`);
    product = await startProduct({ dataDir, args: ['--empty', '--port', port] });
    await publish('after-0');

    await expect.poll(() => shownOf('after-0').count(), { timeout: 60_000 }).toBe(1);
    for (let place = 0; place < MEANWHILE_COUNT; place += 1) {
      await expect.poll(() => shownOf(`meanwhile-${place}x`).count()).toBe(1);
    }
    expect(await shownOf('before-0').count()).toBe(1);
    await context.close();
  }, 240_000);
});
