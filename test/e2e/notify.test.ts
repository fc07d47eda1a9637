/**
 * Goal: a person connects Telegram through the bot, tries both channels, makes a price alert and gets it by mail and in her
 * chat; an operator sees why the mail server fails. Accessible in both themes and on a phone; killed, it loses nothing.
 */
import { startTestBotApi, startTestSmtp, TEST_BOT_TOKEN, type TestBotApi, type TestSmtp } from '#platform/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { send, setUpOwner } from '../process/first-run.ts';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const SHOTS_DIR = process.env['SHOTS_DIR'];
const CHAT_ID = 5_001;
const ARRIVAL_MS_MAX = 20_000;

describe.skipIf(missing !== null)('notifications', () => {
  let product: Product;
  let browser: Browser;
  let dataDir: string;
  let cookie: string;
  let smtp: TestSmtp;
  let api: TestBotApi;
  let page: Page;
  let errors: readonly string[];
  let env: Record<string, string>;

  beforeAll(async () => {
    dataDir = newDataDir();
    [smtp, api] = await Promise.all([startTestSmtp(), startTestBotApi()]);
    env = {
      CACTUS_DEMO: 'false',
      CACTUS_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
      CACTUS_TELEGRAM_BOT_TOKEN: TEST_BOT_TOKEN,
      CACTUS_TELEGRAM_API_ROOT: api.url,
    };
    [product, browser] = await Promise.all([startProduct({ dataDir, env }), launchBrowser()]);
    cookie = await setUpOwner(product);
    ({ page, errors } = await openSignedIn(DESKTOP));
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    await Promise.all([smtp?.close(), api?.close()]);
    removeDataDir(dataDir);
  });

  async function openSignedIn(view: View) {
    const opened = await openPage(browser, view);
    opened.page.setDefaultTimeout(20_000);
    const [name = '', value = ''] = cookie.split('=');
    await opened.context.addCookies([{ name, value, url: product.url }]);
    return opened;
  }
  const look = async (on: Page, name: string): Promise<void> => {
    if (SHOTS_DIR) await on.screenshot({ path: `${SHOTS_DIR}/${name}.png`, fullPage: true });
  };
  const call = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await send(product, method, path, { cookie, ...(body === undefined ? {} : { body }) });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    const text = await answer.text();
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };

  test('Telegram is connected by the code that the bot hears', async () => {
    await page.goto(`${product.url}/ajustes/avisos`);
    await page.getByRole('heading', { level: 1, name: 'Avisos' }).waitFor();
    await look(page, 'notices-empty');
    await page.getByRole('button', { name: 'Conectar Telegram' }).click();
    const dialog = page.getByRole('dialog');
    const href = await dialog.getByRole('link', { name: 'Abrir Telegram' }).getAttribute('href');
    expect(href).toMatch(/^https:\/\/t\.me\/cactus_test_bot\?start=[\w-]{32}$/);
    await look(page, 'notices-link');
    expect(await axeFaults(page)).toEqual([]);
    api.say(CHAT_ID, `/start ${href?.split('start=')[1]}`, { username: 'ana_ferreyra' });
    await page.getByText('Conectado como @ana_ferreyra.').waitFor();
    await dialog.waitFor({ state: 'hidden' });
    expect(api.sent[0]).toMatchObject({ chatId: CHAT_ID });
  });

  test('the test buttons reach the chat and the mailbox, and the list says so', async () => {
    await page.getByRole('button', { name: 'Probar: Telegram' }).click();
    await page.getByRole('button', { name: 'Probar: Correo' }).click();
    await expect.poll(() => smtp.received.length, { timeout: ARRIVAL_MS_MAX }).toBe(1);
    expect(smtp.received[0]).toMatchObject({
      to: ['ana@example.com'],
      subject: 'Prueba de Cactus: este canal funciona.',
    });
    await expect.poll(() => api.sent.length, { timeout: ARRIVAL_MS_MAX }).toBe(2);
    await expect.poll(() => page.getByText('Enviado', { exact: true }).count(), { timeout: ARRIVAL_MS_MAX }).toBe(2);
    expect(await axeFaults(page)).toEqual([]);
  });

  test('rules and quiet hours are kept', async () => {
    await page.getByRole('checkbox', { name: 'Una tarea se quedó sin intentos: Telegram' }).check();
    await page.getByRole('checkbox', { name: 'Guardar silencio unas horas' }).check();
    await page.getByLabel('Desde las').fill('03:00');
    await page.getByLabel('Hasta las').fill('03:01');
    await page.getByRole('button', { name: 'Guardar' }).click();
    await page.getByText('Avisos guardados').waitFor();
    await page.reload();
    await expect.poll(() => page.getByLabel('Desde las').inputValue()).toBe('03:00');
    expect(await page.getByRole('checkbox', { name: 'Una tarea se quedó sin intentos: Telegram' }).isChecked()).toBe(
      true,
    );
    await look(page, 'notices');
    expect(await axeFaults(page)).toEqual([]);
  });

  test('a price that crosses an alert arrives in the bell, by mail and in the chat', async () => {
    smtp.reset();
    api.sent.length = 0;
    const instrument = { kind: 'crypto', symbol: 'XMR', name: 'Monero', currency: 'EUR' };
    const { id: instrumentId } = await call('POST', '/api/markets/instruments', instrument);
    const priceIt = (price: string) =>
      call('PUT', `/api/markets/instruments/${String(instrumentId)}/manual-price`, {
        price,
        currency: 'EUR',
        on: new Date().toISOString().slice(0, 10),
      });
    await priceIt('4000'); // Only what was below can rise above.
    await call('POST', '/api/markets/alerts', { instrumentId, condition: 'above', threshold: '5000' });
    await priceIt('5001.25');
    await expect.poll(() => smtp.received.length, { timeout: ARRIVAL_MS_MAX }).toBe(1);
    await expect.poll(() => api.sent.length, { timeout: ARRIVAL_MS_MAX }).toBe(1);
    const sentence = 'Monero llegó a 5.001,25 EUR; tu alerta estaba en 5.000 EUR.';
    expect(smtp.received[0]?.subject).toBe(sentence);
    expect(api.sent[0]?.text).toContain(sentence);
    await page.goto(product.url);
    await page.getByRole('button', { name: /^Avisos: \d+ sin leer/ }).click();
    await page.getByRole('link', { name: /Monero llegó a 5\.001,25/ }).waitFor();
    await look(page, 'bell');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Marcar todo como leído' }).click();
    await page.getByRole('heading', { name: 'Anteriores' }).waitFor();
  });

  test('an operator reads why the mail server fails, and that it works again', async () => {
    smtp.answerNext({ responseCode: 554, message: '5.7.1 Relay access denied' });
    await page.goto(`${product.url}/ajustes/conexiones`);
    await page.getByRole('button', { name: 'Probar conexión: Servidor de correo' }).click();
    await page.getByText('El servidor no reenvía correo a otros.').waitFor();
    await look(page, 'connections-failing');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Probar conexión: Servidor de correo' }).click();
    await page.getByText('Funciona', { exact: true }).nth(1).waitFor();
    expect(errors).toEqual([]);
  });

  test('dark and on a phone', async () => {
    const views: [string, View][] = [
      ['dark', { ...DESKTOP, theme: 'dark' }],
      ['phone', PHONE],
    ];
    for (const [name, view] of views) {
      const opened = await openSignedIn(view);
      for (const part of ['avisos', 'conexiones']) {
        await opened.page.goto(`${product.url}/ajustes/${part}`);
        await opened.page
          .getByRole('button', { name: /^Probar/ })
          .first()
          .waitFor();
        expect([name, part, await axeFaults(opened.page)]).toEqual([name, part, []]);
        await look(opened.page, `${part}-${name}`);
        const overflowPx = await opened.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect([name, part, overflowPx]).toEqual([name, part, 0]);
      }
      await opened.context.close();
    }
  }, 120_000);

  test('killed while the mail server is away, it sends everything it had promised', async () => {
    await page.goto('about:blank');
    smtp.reset();
    for (let index = 0; index < 3; index += 1) smtp.answerNext({ responseCode: 451, message: '4.3.2 Not now' });
    for (let index = 0; index < 3; index += 1) await call('POST', '/api/notifications/test', { channel: 'email' });
    await product.kill();
    product = await startProduct({ dataDir, env });
    await expect.poll(() => smtp.received.length, { timeout: 120_000 }).toBe(3);
    const ids = smtp.received.map(({ raw }) => /^Message-ID: (.*)$/m.exec(raw)?.[1]);
    expect(new Set(ids).size).toBe(3);
  }, 180_000);
});
