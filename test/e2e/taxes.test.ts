/**
 * Goal: an investor reads her tax year, sees which loss waits and why, and asks what a sale would do before making it: the
 * figures of the drawer are those of the year after recording it. Accessible in both themes, on a desk and on a phone.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { send, setUpOwner } from '../process/first-run.ts';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const SHOTS_DIR = process.env['SHOTS_DIR'];
const TEST_MS_MAX = 240_000;

describe.skipIf(missing !== null)('taxes', () => {
  let product: Product;
  let browser: Browser;
  let dataDir: string;
  let cookie: string;
  let portfolioId = '';
  let operationCount = 0;

  beforeAll(async () => {
    dataDir = newDataDir();
    [product, browser] = await Promise.all([startProduct({ dataDir }), launchBrowser()]);
    cookie = await setUpOwner(product);
    const made = await ask<{ id: string }>('POST', '/api/portfolios', { name: 'Fiscal', baseCurrency: 'EUR' });
    portfolioId = made.id;
    await record('buy', '2024-01-10', { quantity: '40', price: '100', fee: '5' });
    await record('sell', '2024-11-05', { quantity: '10', price: '80' });
    await record('buy', '2024-12-02', { quantity: '6', price: '82' });
    await record('buy', '2025-01-10', { quantity: '20', price: '130', fee: '3' });
    await record('dividend', '2025-05-05', { amount: '60', tax: '11.40' });
  }, TEST_MS_MAX);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    removeDataDir(dataDir);
  });

  async function ask<Answer>(method: string, url: string, body?: object): Promise<Answer> {
    const answer = await send(product, method, url, { cookie, ...(body && { body }) });
    expect([url, answer.ok]).toEqual([url, true]);
    return (await answer.json()) as Answer;
  }
  async function record(type: string, date: string, facts: object): Promise<void> {
    operationCount += 1;
    const instrument = { kind: 'stock', symbol: 'SAN', isin: 'ES0113900J37', name: 'Santander', currency: 'EUR' };
    const common = { type, date, accountName: 'Bróker', currency: 'EUR', instrument };
    const body = { ...common, idempotencyKey: `e2e-taxes-${operationCount}`, ...facts };
    await ask('POST', `/api/portfolios/${portfolioId}/operations`, body);
  }
  const look = async (page: Page, name: string): Promise<void> => {
    if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/taxes-${name}.png`, fullPage: true });
  };
  const open = async (query: string, view: View = DESKTOP) => {
    const opened = await openPage(browser, view);
    opened.page.setDefaultTimeout(30_000);
    const [name = '', value = ''] = cookie.split('=');
    await opened.context.addCookies([{ name, value, url: product.url }]);
    await opened.page.goto(`${product.url}/carteras/${portfolioId}?ver=impuestos${query}`);
    await opened.page
      .getByRole('heading', { name: /^(Transmisiones|Transmissions)/ })
      .first()
      .waitFor();
    return opened;
  };
  const overflow = (page: Page): Promise<number> =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  test('the year tells what counts and what waits; its file is the same', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, errors } = await open('&ejercicio=2024');
    // 10 x (80 - 100.125) = -201.25: 6 of the 10 were bought back, so 120.75 wait and 80.50 count.
    await page.getByText('120,75').first().waitFor();
    await page.getByText('80,50').first().waitFor();
    await page.getByRole('heading', { name: 'Pérdidas que esperan a fin de año' }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'year');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Descargar CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('impuestos-2024.csv');
    expect(errors).toEqual([]);
    await context.close();
  });

  test('what a sale would do is what recording it does', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, errors } = await open('&ejercicio=2025');
    await page.getByRole('button', { name: 'Simular venta' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('combobox', { name: 'Activo' }).click();
    await page.getByRole('option', { name: /Santander/ }).click();
    await drawer.getByRole('textbox', { name: 'Unidades' }).fill('40');
    await drawer.getByRole('textbox', { name: 'Precio de una unidad' }).fill('120');
    await drawer.getByLabel('Fecha').fill('2025-02-20');
    await drawer.getByRole('button', { name: 'Calcular' }).click();
    // 30 of 2024 (3003.75), the 6 that hold the loss, and 4 of January's 20 at 130.15, which are bought in the window.
    await drawer.getByText('Lotes que salen').waitFor();
    await look(page, 'simulated');
    expect(await axeFaults(page)).toEqual([]);
    const simulated = await ask<{ methods: { method: string; gain: string; after: { gains: string } }[] }>(
      'POST',
      `/api/portfolios/${portfolioId}/tax/simulate`,
      {
        instrumentId: (
          await ask<{ instruments: { id: string }[] }>('GET', `/api/portfolios/${portfolioId}/tax/settings`)
        ).instruments[0]?.id,
        quantity: '40',
        price: '120',
        currency: 'EUR',
        date: '2025-02-20',
      },
    );
    const fifo = simulated.methods.find(({ method }) => method === 'fifo');
    await drawer.getByRole('radio', { name: 'LIFO' }).check();
    await drawer.getByText(/Solo para comparar/).waitFor();
    await look(page, 'compared');
    await drawer.getByRole('button', { name: 'Cerrar', exact: true }).last().click();
    await record('sell', '2025-02-20', { quantity: '40', price: '120' });
    const report = await ask<{ totals: { gains: { net: string } } }>(
      'GET',
      `/api/portfolios/${portfolioId}/tax/report?year=2025`,
    );
    expect(report.totals.gains.net).toBe(fifo?.after.gains);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('settings say where an asset is traded', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, errors } = await open('&ejercicio=2024');
    await page.getByRole('button', { name: 'Ajustes fiscales' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('button', { name: 'Añadir pérdida' }).click();
    await drawer.getByRole('textbox', { name: 'Importe' }).fill('250');
    await look(page, 'settings');
    expect(await axeFaults(page)).toEqual([]);
    await drawer.getByRole('button', { name: 'Guardar' }).click();
    await page.getByText('Ajustes fiscales guardados').waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test.each([
    ['dark', { ...DESKTOP, theme: 'dark' as const }],
    ['phone', PHONE],
    ['phone-dark', { ...PHONE, theme: 'dark' as const }],
  ])('%s: fits and is accessible', { timeout: TEST_MS_MAX }, async (name, view) => {
    const { page, context, errors } = await open('&ejercicio=2024', view);
    expect([await overflow(page), await axeFaults(page)]).toEqual([0, []]);
    await look(page, name);
    expect(errors).toEqual([]);
    await context.close();
  });
});

if (missing !== null) test(`SKIP taxes: ${missing}`, ({ skip }) => skip(missing));
