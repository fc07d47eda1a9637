/**
 * Goal: an adviser sees who drifts in one press from Home (task 5 of the click budget), has a proposal in a second, and its
 * orders as a file in a third; tries a mode, writes a model's next version. Accessible in both themes and on a phone.
 */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { send, setUpOwner } from '../process/first-run.ts';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const SHOTS_DIR = process.env['SHOTS_DIR'];
const DEMO_MS_MAX = 120_000; // The demo imports its workbooks in the background.
const TEST_MS_MAX = 240_000;
const CLICKS_TO_DRIFT = 1;
const CLICKS_TO_PROPOSAL = 2;

describe.skipIf(missing !== null)('planning', () => {
  let product: Product;
  let browser: Browser;
  let dataDir: string;
  let cookie: string;

  beforeAll(async () => {
    dataDir = newDataDir();
    [product, browser] = await Promise.all([startProduct({ dataDir }), launchBrowser()]);
    cookie = await setUpOwner(product);
    await untilDemoDrifts();
  }, TEST_MS_MAX);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    removeDataDir(dataDir);
  });

  async function untilDemoDrifts(): Promise<void> {
    const deadlineMs = performance.now() + DEMO_MS_MAX;
    while (performance.now() < deadlineMs) {
      const answer = await send(product, 'GET', '/api/drifts', { cookie });
      const { items } = (await answer.json()) as { items: { state: string }[] };
      if (items.filter(({ state }) => state === 'out' || state === 'inside').length >= 3) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`the demo has no drift after ${DEMO_MS_MAX} ms:\n${product.output()}`);
  }

  const look = async (page: Page, name: string): Promise<void> => {
    if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/planning-${name}.png`, fullPage: true });
  };
  const overflow = (page: Page): Promise<number> =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const open = async (address: string, view: View = DESKTOP) => {
    const opened = await openPage(browser, view);
    opened.page.setDefaultTimeout(30_000);
    const [name = '', value = ''] = cookie.split('=');
    await opened.context.addCookies([{ name, value, url: product.url }]);
    await opened.page.goto(`${product.url}${address}`);
    return opened;
  };

  test('who drifts is one press away, a proposal two, its orders three', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, errors } = await open('/');
    let clicks = 0;
    const press = async (target: ReturnType<Page['getByRole']>): Promise<void> => {
      clicks += 1;
      await target.click();
    };
    await press(page.getByRole('link', { name: 'Planificación' }).first());
    const list = page.getByRole('table', { name: 'Desvíos' });
    await list.getByText('Fuera de banda').first().waitFor();
    expect(clicks).toBeLessThanOrEqual(CLICKS_TO_DRIFT);
    await look(page, 'drift');
    expect(await axeFaults(page)).toEqual([]);
    await press(list.getByRole('row', { name: /Dividendos/ }));
    await page.getByRole('table', { name: 'Operaciones propuestas' }).getByRole('row').nth(1).waitFor();
    expect(clicks).toBeLessThanOrEqual(CLICKS_TO_PROPOSAL);
    await look(page, 'proposal');
    expect(await axeFaults(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      press(page.getByRole('button', { name: 'Exportar órdenes' })),
    ]);
    const text = readFileSync(await download.path(), 'utf8');
    expect(text.split('\r\n')[0]).toContain('date,type,account,instrument,quantity,price,currency');
    expect(text).toContain(',buy,');
    await page.getByRole('link', { name: 'Planificación' }).first().click();
    await list.getByRole('row', { name: /Cripto/ }).click();
    await page.getByRole('heading', { level: 1, name: /Cripto/ }).waitFor();
    await page.getByRole('radio', { name: 'Solo con liquidez' }).check();
    await expect.poll(() => page.getByText('en este modo no se vende').count()).toBeGreaterThan(0);
    await look(page, 'cash-only');
    expect(errors).toEqual([]);
    await context.close();
  });

  test('two portfolios are rebalanced as one household', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, errors } = await open('/planificacion');
    const list = page.getByRole('table', { name: 'Desvíos' });
    for (const name of [/Dividendos/, /Largo plazo/]) {
      await list.getByRole('row', { name }).getByRole('checkbox').check();
    }
    await page.getByRole('button', { name: 'Rebalancear juntas' }).click();
    await page.getByRole('heading', { level: 1, name: /Dividendos/ }).waitFor();
    const trades = page.getByRole('table', { name: 'Operaciones propuestas' });
    await trades.getByRole('columnheader', { name: 'Cartera' }).waitFor();
    await look(page, 'household');
    expect(await axeFaults(page)).toEqual([]);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('a model gets its next version, and what an asset is made of is said', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, errors } = await open('/planificacion?vista=modelos');
    await page
      .getByRole('table', { name: 'Modelos' })
      .getByRole('row', { name: /Prudente/ })
      .click();
    const drawer = page.getByRole('dialog', { name: 'Prudente' });
    await drawer.getByText(/^Suma 100/).waitFor();
    await look(page, 'model');
    expect(await axeFaults(page)).toEqual([]);
    const weights = drawer.getByRole('textbox', { name: 'Peso' });
    await weights.nth(0).fill('65');
    await drawer.getByText(/^Suma 95/).waitFor();
    await expect.poll(() => drawer.getByRole('button', { name: 'Guardar como versión 2' }).isDisabled()).toBe(true);
    await weights.nth(1).fill('25');
    await drawer.getByRole('button', { name: 'Guardar como versión 2' }).click();
    await drawer.waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'Composición' }).click();
    await page.getByRole('table', { name: 'Composición' }).getByRole('row', { name: /ITX/ }).click();
    const facts = page.getByRole('dialog', { name: 'ITX' });
    await facts.getByRole('button', { name: 'Guardar' }).waitFor();
    await look(page, 'facts');
    expect(await axeFaults(page)).toEqual([]);
    await facts.getByRole('button', { name: 'Guardar' }).click();
    await facts.waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
    await context.close();
  });

  test('checks, the past of a model and the chances of a goal', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, errors } = await open('/planificacion?vista=radiografia');
    const checks = page.getByRole('table', { name: 'Radiografía' });
    await checks.getByText('No cumple').first().waitFor();
    await look(page, 'checks');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Editar comprobaciones' }).click();
    const editor = page.getByRole('dialog', { name: 'Editar comprobaciones' });
    await editor.getByRole('button', { name: 'Añadir comprobación' }).click();
    await look(page, 'checks-editor');
    expect(await axeFaults(page)).toEqual([]);
    await editor.getByRole('button', { name: 'Guardar' }).click();
    await editor.waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'Histórico' }).click();
    await page.getByText('Caída máxima').first().waitFor();
    await page.getByRole('slider', { name: /^Crecimiento/ }).waitFor();
    await look(page, 'history');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Objetivos de ahorro' }).click();
    await page.getByText('Probabilidad de llegar').first().waitFor();
    await page.getByRole('button', { name: 'Simular a fondo' }).first().click();
    await page.getByText(/^50.000 caminos/).waitFor();
    await look(page, 'goals');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: /^Editar: Jubilación/ }).click();
    await page.getByRole('dialog', { name: 'Jubilación' }).getByLabel('Semilla').waitFor();
    await look(page, 'goal');
    expect(await axeFaults(page)).toEqual([]);
    expect(errors).toEqual([]);
    await context.close();
  });

  test.each([
    ['dark', { ...DESKTOP, theme: 'dark' as const }],
    ['phone', PHONE],
    ['phone-dark', { ...PHONE, theme: 'dark' as const }],
  ])('%s', { timeout: TEST_MS_MAX }, async (name, view) => {
    const { page, context, errors } = await open('/planificacion', view);
    await page.getByText('Fuera de banda').first().waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, `${name}-drift`);
    await page.getByText('Dividendos').first().click();
    await page.getByText('Exportar órdenes').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, `${name}-proposal`);
    expect(await overflow(page)).toBe(0);
    for (const [part, words] of [
      ['radiografia', 'No cumple'],
      ['historico', 'Rebalanceos'],
      ['objetivos', 'Probabilidad de llegar'],
    ] as const) {
      await page.goto(`${product.url}/planificacion?vista=${part}`);
      await page.getByText(words).first().waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await look(page, `${name}-${part}`);
      expect(await overflow(page)).toBe(0);
    }
    expect(errors).toEqual([]);
    await context.close();
  });
});

if (missing !== null) test(`SKIP planning: ${missing}`, ({ skip }) => skip(missing));
