/**
 * Goal: an investor reads her demo portfolios, opens a figure down to its lots, adds an operation with the keyboard alone and
 * takes it back. Accessible in both themes and on a phone; nothing overflows sideways.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const SHOTS_DIR = process.env['SHOTS_DIR'];
type Cookies = Parameters<Awaited<ReturnType<typeof openPage>>['context']['addCookies']>[0];

describe.skipIf(missing !== null)('portfolios', () => {
  let product: Product;
  let browser: Browser;
  let dataDir: string;
  let cookies: Cookies = [];
  let portfolioPath = '';
  beforeAll(async () => {
    dataDir = newDataDir();
    [product, browser] = await Promise.all([startProduct({ dataDir }), launchBrowser()]);
    const { page, context } = await openPage(browser);
    await page.goto(product.setupUrl ?? '');
    await page.getByLabel('Tu nombre').fill('Ana Ferreyra');
    await page.getByLabel('Correo').fill('ana@example.com');
    await page.getByLabel('Contraseña', { exact: true }).fill('tres gatos y un pez');
    await page.getByLabel('Nombre de tu negocio').fill('Ferreyra');
    await page.getByRole('button', { name: 'Empezar' }).click();
    await page.waitForURL(`${product.url}/`);
    cookies = await context.cookies();
    await context.close();
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    removeDataDir(dataDir);
  });

  /** The demo is filled by a job right after setup. */
  const demoPortfolioCount = (page: Page): Promise<number> =>
    page.evaluate(async () => {
      const answer = await fetch('/api/portfolios');
      const { items } = (await answer.json()) as { items: { operationCount: number }[] };
      return items.filter((portfolio) => portfolio.operationCount > 0).length;
    });
  const look = async (page: Page, name: string): Promise<void> => {
    if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/portfolio-${name}.png`, fullPage: true });
  };
  const open = async (path: string, view: View = DESKTOP) => {
    const opened = await openPage(browser, view);
    opened.page.setDefaultTimeout(20_000);
    await opened.context.addCookies(cookies);
    await opened.page.goto(`${product.url}${path}`);
    return opened;
  };
  const overflow = (page: Page): Promise<number> =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  test('home and list show what everything is worth', { timeout: 120_000 }, async () => {
    const { page, context, errors } = await open('/');
    await expect.poll(() => demoPortfolioCount(page), { timeout: 60_000 }).toBeGreaterThan(0);
    await page.reload();
    await page
      .getByRole('link', { name: /Carteras/ })
      .first()
      .waitFor();
    await page
      .getByText(/Patrimonio/)
      .first()
      .waitFor();
    // All together until one is chosen; the choice is in the address.
    const chooser = page.getByRole('combobox', { name: 'Evolución de' });
    await chooser.waitFor();
    await expect.poll(() => chooser.textContent()).toContain('Todas las carteras');
    await look(page, 'home');
    expect(await axeFaults(page)).toEqual([]);
    await chooser.click();
    await page.getByRole('option').nth(1).click();
    await page.waitForURL(/evolucion=/);
    await page.goto(`${product.url}/carteras`);
    await page.getByRole('row').nth(1).waitFor();
    await look(page, 'list');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('row').nth(1).click();
    await page.waitForURL(/\/carteras\/.+/);
    portfolioPath = new URL(page.url()).pathname;
    expect(errors).toEqual([]);
    await context.close();
  });

  test('a figure opens down to its lots and prices', { timeout: 120_000 }, async () => {
    const { page, context, errors } = await open(portfolioPath);
    await page.getByRole('table', { name: 'Posiciones' }).getByRole('row').nth(1).waitFor();
    await look(page, 'page');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Cómo se calcula: Valor' }).click();
    await page.getByRole('dialog').getByText('Resultado').waitFor();
    await look(page, 'explanation');
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('table', { name: 'Posiciones' }).getByRole('row').nth(1).click();
    await page.getByRole('dialog').getByText('Lotes abiertos').waitFor();
    await look(page, 'position');
    expect(await axeFaults(page)).toEqual([]);
    expect(errors).toEqual([]);
    await context.close();
  });

  test(
    'an operation by keyboard alone: Ctrl+Enter saves, a refusal says why, undo takes it back',
    { timeout: 120_000 },
    async () => {
      const { page, context } = await open(portfolioPath);
      const add = page.getByRole('button', { name: 'Nueva operación' });
      await add.waitFor();
      await add.press('Enter');
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Símbolo o ISIN').fill('BTC');
      await dialog.getByLabel('Nombre').fill('Bitcoin');
      await dialog.getByLabel('Precio').fill('50000');
      await page.keyboard.press('Control+Enter');
      await dialog.getByText('Escribe cuántas unidades.').waitFor();
      await look(page, 'operation-refused');
      expect(await axeFaults(page)).toEqual([]);
      await dialog.getByLabel('Unidades').fill('0,25');
      await page.keyboard.press('Control+Enter');
      await page.getByText('Operación guardada').first().waitFor();
      await page.getByRole('tab', { name: 'Operaciones' }).click();
      await page.getByText('A mano').first().waitFor();
      await look(page, 'operations');
      expect(await axeFaults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Deshacer' }).first().click();
      await expect.poll(() => page.getByText('A mano').count()).toBe(0);
      await context.close();
    },
  );

  test('dark and phone: accessible, no sideways scroll', { timeout: 120_000 }, async () => {
    for (const [name, view] of [
      ['dark', { ...DESKTOP, theme: 'dark' as const }],
      ['phone', PHONE],
    ] as const) {
      const { page, context } = await open(portfolioPath, view);
      await page.getByText('Aportaciones netas').first().waitFor();
      await page.waitForLoadState('networkidle');
      await look(page, name);
      expect(await axeFaults(page)).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      await page.goto(`${product.url}/carteras`);
      await page.getByText('Valor total').first().waitFor();
      await look(page, `list-${name}`);
      expect(await axeFaults(page)).toEqual([]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      await context.close();
    }
  });

  test('a portfolio that is not there says so', { timeout: 60_000 }, async () => {
    const { page, context } = await open('/carteras/01890a5d-ac96-774b-bcce-b302099a8057');
    await page.getByText('Esa cartera no existe').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await context.close();
  });
});
