/**
 * Goal: on the demo's simulated market, with the keyboard, an instrument is followed, an alert is made in one line, a price
 * crosses it and it shows up everywhere; accessible in both themes and on a phone.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const PASSWORD = 'tres gatos y un pez';
const SHOTS_DIR = process.env['SHOTS_DIR'];

describe.skipIf(missing !== null)('alerts', () => {
  let product: Product;
  let browser: Browser;
  let dataDir: string;
  let page: Page;
  let errors: readonly string[];
  beforeAll(async () => {
    dataDir = newDataDir();
    const env = { CACTUS_MARKETS_LIVE_PROVIDERS: 'false' };
    [product, browser] = await Promise.all([startProduct({ dataDir, env }), launchBrowser()]);
    const token = product.setupUrl?.split('#t=')[1] ?? '';
    const person = { name: 'Ana Ferreyra', email: 'ana@example.com', password: PASSWORD };
    const place = { workspaceName: 'Ferreyra', baseCurrency: 'EUR', locale: 'es', timeZone: 'Europe/Madrid' };
    const answer = await fetch(`${product.url}/api/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: product.url },
      body: JSON.stringify({ token, ...person, ...place }),
    });
    if (answer.status !== 201) throw new Error(`setup answered ${answer.status}: ${await answer.text()}`);
    ({ page, errors } = await openSignedIn(DESKTOP));
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    removeDataDir(dataDir);
  });

  async function openSignedIn(view: View) {
    const opened = await openPage(browser, view);
    opened.page.setDefaultTimeout(20_000);
    await opened.page.goto(`${product.url}/entrar`);
    await opened.page.getByLabel('Correo electrónico').fill('ana@example.com');
    await opened.page.getByLabel('Contraseña', { exact: true }).fill(PASSWORD);
    await opened.page.keyboard.press('Enter');
    await opened.page.waitForURL(`${product.url}/`);
    return opened;
  }
  const look = async (on: Page, name: string): Promise<void> => {
    if (SHOTS_DIR) await on.screenshot({ path: `${SHOTS_DIR}/${name}.png`, fullPage: true });
  };

  test('an instrument is added by its symbol and gets a live simulated price', async () => {
    await page.goto(`${product.url}/alertas?vista=precios`);
    await page.getByRole('button', { name: 'Añadir activo' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Tipo').click();
    await page.getByRole('option', { name: 'Criptomoneda' }).click();
    await dialog.getByLabel('Símbolo').fill('XMR');
    await dialog.getByLabel('Nombre').fill('Monero');
    await look(page, 'alerts-add-instrument');
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Añadir activo' }).click();
    await page.getByText('Añadido: Monero').waitFor();
    const row = page.getByRole('row').filter({ hasText: 'XMR · Monero' });
    await row.getByText('Simulado', { exact: true }).waitFor();
    await row.getByText('€').first().waitFor();
    await page.getByText('Mercado simulado').first().waitFor();
    await look(page, 'alerts-prices');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Acciones: XMR · Monero' }).click();
    await page.getByRole('menuitem', { name: 'Ver historial' }).click();
    const history = page.getByRole('dialog');
    await history.getByText('Cierres guardados').waitFor();
    await look(page, 'alerts-history');
    expect(await axeFaults(page)).toEqual([]);
    await history.getByRole('button', { name: 'Cerrar' }).last().click();
  });

  test('an alert is made with the keyboard in one line', async () => {
    await page.goto(`${product.url}/alertas`);
    await page.getByRole('combobox', { name: 'Activo' }).click();
    await page.keyboard.type('monero');
    await page.getByRole('option', { name: /Monero/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText(/Ahora a/).waitFor();
    await page.getByLabel('Valor').fill('5000');
    await look(page, 'alerts-form');
    await page.keyboard.press('Enter');
    await page.getByText('Alerta creada: Monero').waitFor();
    await page.getByRole('cell', { name: /Sube hasta 5\.000,00/ }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'alerts');
  });

  test('what an alert would have done is seen before it is saved, with its days on the line', async () => {
    await page.goto(`${product.url}/alertas`);
    await page.getByRole('combobox', { name: 'Activo' }).click();
    await page.keyboard.type('bitcoin');
    await page
      .getByRole('option', { name: /Bitcoin/ })
      .first()
      .click();
    await page.getByLabel('Condición').click();
    await page.getByRole('option', { name: 'Cae desde su máximo' }).click();
    await page.getByLabel('Valor').fill('10');
    await page.getByRole('button', { name: 'Más opciones' }).click();
    await page.getByLabel('Después de avisar').click();
    await page.getByRole('option', { name: 'Vuelve a vigilar' }).click();
    await page.getByRole('button', { name: 'Ver qué habría pasado' }).click();
    await page.getByText(/Habría avisado \d+ (vez|veces) desde el/).waitFor();
    await page.getByText(/Días en que habría saltado/).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'alerts-backtest');
    await page.goto(`${product.url}/alertas`);
  });

  test('deleting can be taken back, switching off is seen', async () => {
    const menu = page.getByRole('button', { name: 'Acciones: XMR · Monero' });
    await menu.click();
    await page.getByRole('menuitem', { name: 'Borrar' }).click();
    await page.getByText('Todavía no vigilas ningún precio.').waitFor();
    await page.getByRole('button', { name: 'Deshacer' }).click();
    await menu.click();
    await page.getByRole('menuitem', { name: 'Apagar' }).click();
    await page.getByRole('cell', { name: 'Apagada' }).waitFor();
    await menu.click();
    await page.getByRole('menuitem', { name: 'Encender' }).click();
    await page.getByRole('cell', { name: 'Vigila' }).waitFor();
  });

  test('a price that crosses it is told in the list, in the history and on Inicio', async () => {
    await page.goto(`${product.url}/alertas?vista=precios`);
    await page.getByRole('button', { name: 'Acciones: XMR · Monero' }).click();
    await page.getByRole('menuitem', { name: 'Escribir precio' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Precio').fill('5.001,25');
    await look(page, 'alerts-manual-price');
    await dialog.getByRole('button', { name: 'Guardar' }).click();
    await page.getByText('Precio guardado: Monero').waitFor();
    await page.getByRole('tab', { name: 'Avisos' }).click();
    await page.getByRole('cell', { name: /5\.001,25/ }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'alerts-fired');
    await page.getByRole('tab', { name: 'Alertas' }).click();
    await page.getByText('Avisó').waitFor();
    await page.goto(product.url);
    await page.getByText(/Monero llegó a 5\.001,25/).waitFor();
    await look(page, 'alerts-home');
    expect(errors).toEqual([]);
  });

  test('dark and on a phone', async () => {
    const views: [string, View][] = [
      ['dark', { ...DESKTOP, theme: 'dark' }],
      ['phone', PHONE],
    ];
    for (const [name, view] of views) {
      const opened = await openSignedIn(view);
      for (const part of ['alertas', 'avisos', 'precios']) {
        await opened.page.goto(`${product.url}/alertas?vista=${part}`);
        await opened.page.getByText('Monero').first().waitFor();
        expect([name, part, await axeFaults(opened.page)]).toEqual([name, part, []]);
        await look(opened.page, `alerts-${part}-${name}`);
        const overflowPx = await opened.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect([name, part, overflowPx]).toEqual([name, part, 0]);
      }
      expect([name, opened.errors]).toEqual([name, []]);
      await opened.context.close();
    }
  }, 120_000); // Two sign-ins and six pages through axe.
});

if (missing !== null) test(`SKIP alerts: ${missing}`, ({ skip }) => skip(missing));
