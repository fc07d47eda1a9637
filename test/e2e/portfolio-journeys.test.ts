/**
 * Goal: the tasks of an investor and her adviser, from Home and by keyboard, within their budget of presses: why a portfolio moved this
 * month (2), total and gain of today (0), a workbook of a known form (3) and of a new one (6), one trade by hand (2), a price alert (3).
 * And the parts of a portfolio's page: the map of what it is made of, lots, a figure as a file, a past day.
 * A press is a click, Enter, Space or a shortcut (a chord is one); typing, Tab, arrows and dropping a file are not.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { send, setUpOwner } from '../process/first-run.ts';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const SHOTS_DIR = process.env['SHOTS_DIR'];
const SAMPLE = fileURLToPath(new URL('../../domains/portfolios/web/operaciones.xlsx', import.meta.url));
const DEMO_MS_MAX = 120_000; // The demo imports its workbooks in the background.
const TEST_MS_MAX = 240_000;
const NOT_A_PRESS = new Set(['Tab', 'ArrowDown', 'ArrowUp']);

/** Hands that count: every press goes through here. */
class Hands {
  presses = 0;
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }
  async press(keys: string): Promise<void> {
    if (!NOT_A_PRESS.has(keys)) this.presses += 1;
    await this.page.keyboard.press(keys);
  }
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }
  /** Two keys, one after the other, that mean one thing. */
  async chord(first: string, second: string): Promise<void> {
    await this.page.keyboard.press(first);
    await this.press(second);
  }
  /** Tab until the element of this name has the focus; walking is not pressing, as long as it ends. */
  async tabTo(label: string): Promise<void> {
    const target = this.page.getByLabel(label, { exact: true }).and(this.page.locator('input'));
    await target.waitFor();
    for (let step = 0; step < 40; step += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`Tab never reached ${label}`);
  }
  /** Lets a file fall on the page, as from the desk. */
  async drop(file: { readonly name: string; readonly base64: string }): Promise<void> {
    await this.page.evaluate(({ name, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0) ?? 0);
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], name));
      window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
    }, file);
  }
}

describe.skipIf(missing !== null)('portfolio journeys', () => {
  let product: Product;
  let browser: Browser;
  let dataDir: string;
  let cookie: string;
  let names: readonly string[] = [];

  beforeAll(async () => {
    dataDir = newDataDir();
    [product, browser] = await Promise.all([startProduct({ dataDir }), launchBrowser()]);
    cookie = await setUpOwner(product);
    names = await untilDemoIsFull();
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

  /** Names of the demo's portfolios, once their operations are there. */
  async function untilDemoIsFull(): Promise<readonly string[]> {
    const deadlineMs = performance.now() + DEMO_MS_MAX;
    while (performance.now() < deadlineMs) {
      const { items } = await read<{ items: { name: string; operationCount: number }[] }>('/api/portfolios');
      const full = items.filter(({ operationCount }) => operationCount > 0);
      if (full.length >= 3) return full.map(({ name }) => name);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`the demo was not filled in ${DEMO_MS_MAX} ms:\n${product.output()}`);
  }

  /** Home, signed in, with nothing focused. */
  const atHome = async (view: View = DESKTOP) => {
    const opened = await openPage(browser, view);
    opened.page.setDefaultTimeout(30_000);
    const [name = '', value = ''] = cookie.split('=');
    await opened.context.addCookies([{ name, value, url: product.url }]);
    await opened.page.goto(product.url);
    await opened.page.getByRole('heading', { level: 1 }).waitFor();
    return { ...opened, hands: new Hands(opened.page) };
  };
  const look = async (page: Page, name: string): Promise<void> => {
    if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/journey-${name}.png`, fullPage: true });
  };
  const choose = async (hands: Hands, typed: string, option: RegExp): Promise<void> => {
    await hands.press('Control+k');
    await hands.page.getByRole('combobox', { name: 'Buscar o ejecutar' }).waitFor();
    await hands.type(typed);
    await hands.page.getByRole('option', { name: option }).first().waitFor();
    const chosen = hands.page.locator('[role=option][aria-selected=true]');
    while (!option.test((await chosen.textContent()) ?? '')) await hands.press('ArrowDown');
    await hands.press('Enter');
  };

  test('task 4, why a portfolio moved this month: 2 presses', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, hands, errors } = await atHome();
    const name = names[0] ?? '';
    await choose(hands, `por que ${name}`, /Por qué se movió/);
    await page.getByRole('table', { name: 'Aportación al resultado' }).getByRole('row').nth(1).waitFor();
    expect(new URL(page.url()).search).toContain('periodo=1m');
    await page.getByText('Resultado del periodo').waitFor();
    await look(page, 'why');
    expect(hands.presses).toBeLessThanOrEqual(2);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('task 6, what everything is worth and how today goes: nothing to press', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, hands } = await atHome();
    const { totals } = await read<{ totals: { value: string | null; dayChange: string | null }[] }>('/api/portfolios');
    expect(totals[0]?.value).not.toBeNull();
    const tile = page.getByRole('link', { name: /Carteras/ }).filter({ hasText: '€' });
    await tile.first().waitFor();
    await expect.poll(() => tile.first().textContent()).toMatch(/Carteras.*€.*Hoy/s);
    expect(hands.presses).toBe(0);
    await context.close();
  });

  test('task 7, a workbook: 6 presses the first time, 3 when its form is known', { timeout: TEST_MS_MAX }, async () => {
    const workbook = { name: 'operaciones.xlsx', base64: readFileSync(SAMPLE).toString('base64') };
    const csv = 'fecha;tipo;ticker;cantidad;precio\n02/03/2024;compra;BTC;1;1.234\n03/03/2024;compra;ETH;2;1.500\n';
    for (const { file, budget, hasQuestion } of [
      { file: { name: 'lista.csv', base64: Buffer.from(csv).toString('base64') }, budget: 6, hasQuestion: true },
      { file: workbook, budget: 3, hasQuestion: false },
    ]) {
      const { page, context, hands, errors } = await atHome();
      await choose(hands, 'importar', /Importar/);
      await page.getByRole('button', { name: /Suelta aquí/, disabled: false }).waitFor();
      await hands.drop(file);
      if (hasQuestion) {
        await page.getByText('Falta una respuesta').waitFor();
        hands.presses += 1;
        await page.getByRole('radio', { name: /coma decimal/ }).click();
      }
      await page.getByRole('button', { name: /Confirmar \d+ fila/, disabled: false }).waitFor();
      await hands.press('Control+Enter');
      await page
        .getByText(/Operaciones registradas: \d+/)
        .first()
        .waitFor();
      expect([file.name, hands.presses <= budget, hands.presses]).toEqual([file.name, true, hands.presses]);
      expect(errors).toEqual([]);
      await context.close();
    }
  });

  test('task 8, one trade by hand: 2 presses, and it is in the portfolio', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, hands, errors } = await atHome();
    await hands.press('o');
    const dialog = page.getByRole('dialog', { name: 'Nueva operación' });
    await dialog.waitFor();
    for (const [label, text] of [
      ['Símbolo o ISIN', 'SOL'],
      ['Nombre', 'Solana'],
      ['Unidades', '3'],
      ['Precio', '150,50'],
    ] as const) {
      await hands.tabTo(label);
      await hands.type(text);
    }
    await look(page, 'operation');
    expect(await axeFaults(page)).toEqual([]);
    await hands.press('Control+Enter');
    await page.getByText('Operación guardada').first().waitFor();
    expect(hands.presses).toBeLessThanOrEqual(2);
    expect(new URL(page.url()).search).not.toContain('operacion');
    const { items } = await read<{ items: { id: string; figures: { valueKnown: string } }[] }>('/api/portfolios');
    const [largest] = items.toSorted((a, b) => Number(b.figures.valueKnown) - Number(a.figures.valueKnown));
    const operations = await read<{
      items: { quantity: string; price: string; instrument: { name: string } | null }[];
    }>(`/api/portfolios/${largest?.id}/operations`);
    expect(operations.items[0]).toMatchObject({ quantity: '3', price: '150.5', instrument: { name: 'Solana' } });
    expect(errors).toEqual([]);
    await context.close();
  });

  test('task 9, a price alert on a symbol: 3 presses', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, hands, errors } = await atHome();
    await hands.chord('n', 'a');
    await hands.tabTo('Activo');
    await hands.type('BTC');
    const options = page.getByRole('option');
    await expect.poll(() => options.allTextContents()).toHaveLength(1);
    await hands.press('ArrowDown');
    await hands.press('Enter');
    await hands.tabTo('Valor');
    await hands.type('99000');
    await hands.press('Enter');
    await page
      .getByText(/Alerta creada|Te avisaremos/)
      .first()
      .waitFor();
    expect(hands.presses).toBeLessThanOrEqual(3);
    const { items } = await read<{ items: { threshold: string; instrument: { symbol: string } }[] }>(
      '/api/markets/alerts',
    );
    expect(items.map(({ threshold, instrument }) => [instrument.symbol, threshold])).toContainEqual(['BTC', '99000']);
    expect(errors).toEqual([]);
    await context.close();
  });

  test(
    'what it is made of: a map walked by keyboard, its table, and the lots behind a box',
    { timeout: TEST_MS_MAX },
    async () => {
      const { page, context, errors } = await atHome();
      const { items } = await read<{ items: { id: string }[] }>('/api/portfolios');
      await page.goto(`${product.url}/carteras/${items.at(-1)?.id}`);
      const tiles = page.locator('[data-tile]');
      await tiles.first().waitFor();
      await tiles.first().focus();
      await page.keyboard.press('ArrowRight');
      expect(await tiles.first().evaluate((tile) => tile === document.activeElement)).toBe(false);
      await page.getByRole('radio', { name: 'Clase' }).check();
      await expect.poll(() => new URL(page.url()).search).toContain('mapa=class');
      await page.getByRole('button', { name: 'Ver como tabla: De qué se compone' }).press('Enter');
      const table = page.getByRole('table', { name: 'De qué se compone' });
      await table.getByRole('row').nth(1).waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Ver como mapa: De qué se compone' }).press('Enter');
      await page.getByRole('radio', { name: 'Activo', exact: true }).check();
      await tiles.first().press('Enter');
      const lots = page.getByRole('dialog').getByRole('table', { name: 'Lotes abiertos' });
      await lots.getByRole('columnheader', { name: /Por divisa/ }).waitFor();
      expect(await axeFaults(page, '[role=dialog]')).toEqual([]);
      await look(page, 'lots');
      expect(errors).toEqual([]);
      await context.close();
    },
  );

  test('a figure leaves as a file whose terms add up to it', { timeout: TEST_MS_MAX }, async () => {
    const { page, context, errors } = await atHome();
    const { items } = await read<{ items: { id: string }[] }>('/api/portfolios');
    await page.goto(`${product.url}/carteras/${items[0]?.id}`);
    await page.getByRole('button', { name: 'Cómo se calcula: Realizada' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('table', { name: 'Operaciones detrás de la cifra' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Exportar (CSV)' }).press('Enter'),
    ]);
    const rows = readFileSync(await download.path(), 'utf8')
      .split('\r\n')
      .map((line) => line.split(','));
    const [, figure] = rows;
    const terms = rows.filter(([part]) => part === 'term').map((cells) => Number(cells[7]));
    expect(terms.length).toBeGreaterThan(0);
    expect(terms.reduce((sum, term) => sum + term, 0)).toBeCloseTo(Number(figure?.[7]), 6);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('a past day, with what is known now and with what was known then', { timeout: TEST_MS_MAX }, async () => {
    for (const view of [DESKTOP, { ...PHONE, theme: 'dark' as const }]) {
      const { page, context, errors } = await atHome(view);
      const { items } = await read<{ items: { id: string }[] }>('/api/portfolios');
      const id = items[0]?.id ?? '';
      await page.goto(`${product.url}/carteras/${id}`);
      await page.getByRole('button', { name: 'Ver otro día' }).press('Enter');
      await page.getByLabel('A fecha de').fill('2026-03-31');
      await page.getByText('Así estaba el 31 mar 2026').waitFor();
      await expect.poll(() => new URL(page.url()).search).toContain('fecha=2026-03-31');
      const { figures } = await read<{ figures: { value: string } }>(`/api/portfolios/${id}/figures?asOf=2026-03-31`);
      const said = new Intl.NumberFormat('es-ES', { maximumFractionDigits: 0 }).format(
        Math.trunc(Number(figures.value)),
      );
      await page.getByText(said, { exact: false }).first().waitFor();
      // The demo wrote its whole history down today: of March nothing was known in March.
      await page.getByRole('radio', { name: 'Hasta ese día' }).check();
      await page.getByText('el valor de ese día cambia en').waitFor();
      await look(page, `past-${view.theme}`);
      expect(await axeFaults(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(view.width);
      await page.getByRole('button', { name: 'Volver a hoy' }).press('Enter');
      await page.getByRole('button', { name: 'Cómo se calcula: Valor' }).waitFor();
      expect(errors).toEqual([]);
      await context.close();
    }
  });
});

if (missing !== null) test(`SKIP portfolio journeys: ${missing}`, ({ skip }) => skip(missing));
