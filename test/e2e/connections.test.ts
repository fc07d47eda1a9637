/**
 * Goal: a keeper enters the mail password and the bot's token on Conexiones and both work at once, without a restart; what
 * she typed is nowhere on the page again. Accessible in both themes and on a phone.
 */
import { startTestBotApi, startTestSmtp, TEST_BOT_TOKEN, type TestBotApi, type TestSmtp } from '#platform/testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setUpOwner } from '../process/first-run.ts';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const SHOTS_DIR = process.env['SHOTS_DIR'];
const PASSWORD = 'three cats and a fish';

describe.skipIf(missing !== null)('connections', () => {
  let product: Product;
  let browser: Browser;
  let dataDir: string;
  let cookie: string;
  let smtp: TestSmtp;
  let api: TestBotApi;

  beforeAll(async () => {
    dataDir = newDataDir();
    [smtp, api] = await Promise.all([startTestSmtp(), startTestBotApi()]);
    const env = {
      CACTUS_DEMO: 'false',
      CACTUS_SMTP_HOST: '127.0.0.1',
      CACTUS_SMTP_PORT: String(smtp.port),
      CACTUS_SMTP_USER: 'cactus@example.com',
      CACTUS_TELEGRAM_API_ROOT: api.url,
    };
    [product, browser] = await Promise.all([startProduct({ dataDir, env }), launchBrowser()]);
    cookie = await setUpOwner(product);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    await Promise.all([smtp?.close(), api?.close()]);
    removeDataDir(dataDir);
  });

  async function openConnections(view: View) {
    const opened = await openPage(browser, view);
    opened.page.setDefaultTimeout(20_000);
    const [name = '', value = ''] = cookie.split('=');
    await opened.context.addCookies([{ name, value, url: product.url }]);
    await opened.page.goto(`${product.url}/ajustes/conexiones`);
    await opened.page.getByRole('heading', { level: 1, name: 'Conexiones' }).waitFor();
    return opened;
  }

  test('password and token are entered by keyboard and used at once', async () => {
    const { page, context } = await openConnections(DESKTOP);
    const shot = async (name: string): Promise<void> => {
      if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/connections-${name}.png`, fullPage: true });
    };
    await shot('empty');
    await page.getByRole('button', { name: 'Poner: Clave del bot de Telegram' }).press('Enter');
    const field = page.getByRole('dialog').getByLabel('Clave del bot', { exact: true });
    await field.fill('not a token');
    await field.press('Enter');
    await page.getByText('No parece una clave de @BotFather', { exact: false }).waitFor();
    await shot('dialog');
    expect(await axeFaults(page)).toEqual([]);
    await field.fill(TEST_BOT_TOKEN);
    await field.press('Enter');
    await page.getByText('@cactus_test_bot').waitFor();

    await page.getByRole('button', { name: 'Poner: Contraseña del correo' }).press('Enter');
    await page.getByRole('dialog').getByLabel('Contraseña', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Cambiar: Contraseña del correo' }).waitFor();
    await page.getByRole('button', { name: 'Probar conexión: Servidor de correo' }).click();
    await expect.poll(() => smtp.passwords, { timeout: 20_000 }).toEqual([PASSWORD]);
    await page.getByText('Funciona').nth(1).waitFor();
    await shot('set');
    const content = await page.content();
    for (const secret of [PASSWORD, TEST_BOT_TOKEN]) expect(content).not.toContain(secret);
    await context.close();
  }, 120_000);

  test('dark and on a phone', async () => {
    for (const [name, view] of [
      ['dark', { ...DESKTOP, theme: 'dark' }],
      ['phone', PHONE],
    ] as const) {
      const { page, context } = await openConnections(view);
      await page.getByRole('button', { name: 'Cambiar: Clave del bot de Telegram' }).waitFor();
      expect([name, await axeFaults(page)]).toEqual([name, []]);
      if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/connections-${name}.png`, fullPage: true });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
      await context.close();
    }
  }, 120_000);
});
