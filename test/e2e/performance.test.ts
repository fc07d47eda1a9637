/**
 * Goal: an investor reads what her demo portfolio returned: switches the measure and the period, compares it with an asset, opens
 * how a figure is computed down to its flows, and sees which holding earned it. Accessible in both themes and on a phone.
 */
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

describe.skipIf(missing !== null)('returns', () => {
  let product: Product;
  let browser: Browser;
  let dataDir: string;
  let cookie: string;
  let path = '';

  beforeAll(async () => {
    dataDir = newDataDir();
    [product, browser] = await Promise.all([startProduct({ dataDir }), launchBrowser()]);
    cookie = await setUpOwner(product);
    path = await untilDemoIsFull();
  }, TEST_MS_MAX);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    removeDataDir(dataDir);
  });

  async function read<Answer>(url: string): Promise<Answer> {
    const answer = await send(product, 'GET', url, { cookie });
    return (await answer.json()) as Answer;
  }

  async function untilDemoIsFull(): Promise<string> {
    const deadlineMs = performance.now() + DEMO_MS_MAX;
    while (performance.now() < deadlineMs) {
      const { items } = await read<{ items: { id: string; operationCount: number }[] }>('/api/portfolios');
      const full = items.filter(({ operationCount }) => operationCount > 0);
      if (full.length >= 3 && full[0]) return `/carteras/${full[0].id}`;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`the demo was not filled in ${DEMO_MS_MAX} ms:\n${product.output()}`);
  }

  const look = async (page: Page, name: string): Promise<void> => {
    if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/performance-${name}.png`, fullPage: true });
  };
  const open = async (address: string, view: View = DESKTOP) => {
    const opened = await openPage(browser, view);
    opened.page.setDefaultTimeout(30_000);
    const [name = '', value = ''] = cookie.split('=');
    await opened.context.addCookies([{ name, value, url: product.url }]);
    await opened.page.goto(`${product.url}${address}`);
    await opened.page.getByRole('slider', { name: /^(Evolución|Evolution)/ }).waitFor();
    return opened;
  };
  const overflow = (page: Page): Promise<number> =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  test('measure, period and benchmark live in the address and change the chart', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, errors } = await open(path);
    const chart = page.getByRole('slider', { name: /^Evolución/ });
    await expect.poll(() => chart.getAttribute('aria-label')).toContain('Aportado');
    await look(page, 'capital');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('radio', { name: 'TWR' }).check();
    await expect.poll(() => chart.getAttribute('aria-label')).toMatch(/Cartera: .*%/);
    await page.getByRole('radio', { name: 'XIRR' }).check();
    await expect.poll(() => chart.getAttribute('aria-label')).toContain('A tasa constante');
    await look(page, 'xirr');
    await page.getByRole('radio', { name: '3M' }).check();
    await expect.poll(() => new URL(page.url()).search).toContain('periodo=3m');
    await page.getByText('del periodo', { exact: true }).first().waitFor();
    await page.getByRole('radio', { name: 'TWR' }).check();
    const benchmark = page.getByRole('combobox', { name: 'Comparar con' });
    await benchmark.click();
    await benchmark.press('ArrowDown');
    await benchmark.press('Enter');
    await expect.poll(() => new URL(page.url()).search).toMatch(/comparar=[0-9a-f-]{36}/);
    await page
      .getByText(/^Frente a /)
      .first()
      .waitFor();
    await look(page, 'benchmark');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Ver como tabla' }).first().click();
    await page.getByRole('table', { name: 'Evolución' }).getByRole('row').nth(1).waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test('a return opens its method, its inputs and every flow', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, errors } = await open(path);
    for (const [name, word] of [
      ['Rentabilidad (TWR)', 'Dietz modificado'],
      ['Tu dinero (XIRR)', 'Tasa al año'],
      ['Volatilidad', 'Sortino'],
      ['Caída máxima', 'VaR'],
    ] as const) {
      await page.getByRole('button', { name: `Cómo se calcula: ${name}` }).press('Enter');
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Fórmula').waitFor();
      await dialog.getByText(word).first().waitFor();
      if (name.includes('XIRR')) {
        await dialog.getByRole('table', { name: 'Entradas y salidas' }).getByRole('row').nth(1).waitFor();
        await look(page, 'explained');
      }
      expect(await axeFaults(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
    expect(errors).toEqual([]);
    await context.close();
  });

  test('what each holding added sums to the profit of the page', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, errors } = await open(`${path}?ver=aportacion`);
    await page.getByRole('table', { name: 'Aportación al resultado' }).getByRole('row').nth(1).waitFor();
    await page.getByText('Resultado del periodo').waitFor();
    await look(page, 'contributions');
    expect(await axeFaults(page)).toEqual([]);
    const id = path.split('/').at(-1);
    const { profit, items } = await read<{ profit: string; items: { profit: string }[] }>(
      `/api/portfolios/${id}/contributions`,
    );
    const sum = items.reduce((total, item) => total + Number(item.profit), 0);
    expect(sum).toBeCloseTo(Number(profit), 6);
    await page.getByRole('button', { name: 'Ver como tabla: Por clase' }).press('Enter');
    await page.getByRole('table', { name: 'Por clase' }).waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test('a mix of assets, chosen on the page, explains the difference', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, errors } = await open(`${path}?ver=aportacion`);
    const add = page.getByRole('combobox', { name: 'Añadir activo a la mezcla' });
    await add.waitFor();
    await add.click();
    await page.getByRole('option').first().click();
    await page.waitForURL(/mezcla=/);
    const table = page.getByRole('table', { name: 'Por qué · Por clase' });
    await table.getByRole('row').nth(1).waitFor();
    await look(page, 'attribution');
    expect(await axeFaults(page)).toEqual([]);
    const { pathname, search } = new URL(page.url());
    for (const [name, view] of [
      ['attribution-dark', { ...DESKTOP, theme: 'dark' as const }],
      ['attribution-phone', PHONE],
    ] as const) {
      const other = await open(`${pathname}${search}`, view);
      await other.page.getByText('Por qué · Por clase').first().waitFor();
      await look(other.page, name);
      expect(await axeFaults(other.page)).toEqual([]);
      expect(await overflow(other.page)).toBeLessThanOrEqual(0);
      expect(other.errors).toEqual([]);
      await other.context.close();
    }
    expect(errors).toEqual([]);
    await context.close();
  });

  test('dark and phone: accessible, no sideways scroll', { timeout: TEST_MS_MAX }, async () => {
    for (const [name, view] of [
      ['dark', { ...DESKTOP, theme: 'dark' as const }],
      ['phone', PHONE],
    ] as const) {
      const { page, context, errors } = await open(`${path}?ver=aportacion&medida=twr`, view);
      await page.getByRole('slider').nth(1).waitFor();
      await look(page, name);
      expect(await axeFaults(page)).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(errors).toEqual([]);
      await context.close();
    }
  });
});
