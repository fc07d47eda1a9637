/**
 * Goal: from the link of the terminal to the app with the keyboard alone, then out and in again; people and devices in
 * Ajustes; everything accessible, in both themes, both languages and on a phone.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const PASSWORD = 'tres gatos y un pez';
const SHOTS_DIR = process.env['SHOTS_DIR'];

const JOURNEY_MS_MAX = 180_000; // Many pages and axe on each; a busy machine takes its time.

describe.skipIf(missing !== null)('first run', { timeout: JOURNEY_MS_MAX }, () => {
  let product: Product;
  let browser: Browser;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = newDataDir();
    [product, browser] = await Promise.all([startProduct({ dataDir }), launchBrowser()]);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    removeDataDir(dataDir);
  });

  const look = async (page: Page, name: string): Promise<void> => {
    if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/${name}.png`, fullPage: true });
  };
  const open = async (path: string, view: View = DESKTOP, state?: string) => {
    const opened = await openPage(browser, view);
    opened.page.setDefaultTimeout(20_000);
    if (state) await opened.context.addCookies(JSON.parse(state) as Parameters<typeof opened.context.addCookies>[0]);
    await opened.page.goto(path.startsWith('http') ? path : `${product.url}${path}`);
    return opened;
  };

  test('the setup page is accessible in both themes, in English and on a phone, and shows what is missing', async () => {
    const views: [string, View][] = [
      ['light', DESKTOP],
      ['dark', { ...DESKTOP, theme: 'dark' }],
      ['phone-en', { ...PHONE, locale: 'en-GB' }],
    ];
    for (const [name, view] of views) {
      const { page, context, errors } = await open(product.setupUrl ?? '', view);
      const button = page.getByRole('button', { name: /^(Empezar|Start)$/ });
      await button.waitFor();
      expect([name, await axeFaults(page)]).toEqual([name, []]);
      await look(page, `setup-${name}`);
      await button.click();
      await page
        .getByText(/^(Hace falta\.|This is needed\.)$/)
        .first()
        .waitFor();
      await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('name');
      expect([name, await axeFaults(page)]).toEqual([name, []]);
      await look(page, `setup-${name}-missing`);
      expect([name, errors]).toEqual([name, []]);
      await context.close();
    }
  });

  test('sign-in before anybody exists points to the link of the terminal', async () => {
    const { page, context } = await open('/entrar');
    await page.getByText('Todavía no hay nadie').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await context.close();
  });

  test('setup with the keyboard alone lands on Inicio; the link then serves nobody', async () => {
    const { page, context, errors } = await open(product.setupUrl ?? '');
    await page.getByLabel('Tu nombre').focus();
    await page.keyboard.type('Ana Ferreyra');
    await page.keyboard.press('Tab');
    await page.keyboard.type('ana@example.com');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.getByText('Fortaleza: Fuerte').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Ferreyra Asesores');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${product.url}/`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByText('Datos de ejemplo').first().waitFor();
    expect(errors).toEqual([]);
    const again = await open(product.setupUrl ?? '');
    await again.page.getByText('Cactus ya está en marcha').waitFor();
    await again.context.close();
    await context.close();
  });

  const signIn = async (page: Page, email: string, password: string): Promise<void> => {
    await page.getByLabel('Correo electrónico').fill(email);
    await page.getByLabel('Contraseña', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
  };

  test('a wrong password is explained; the right one leads to the page she came for', async () => {
    const { page, context } = await open('/ajustes/sesiones');
    await page.waitForURL(/\/entrar\?volver=/);
    await signIn(page, 'ana@example.com', 'no es esta');
    await page.getByText('El correo o la contraseña no son correctos').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'sign-in-wrong');
    await signIn(page, 'ana@example.com', PASSWORD);
    await page.waitForURL(`${product.url}/ajustes/sesiones`);
    await page.getByText('este dispositivo').waitFor();
    await context.close();
  });

  test('people, permissions and devices: accessible, and an added person can come in', async () => {
    const { page, context, errors } = await open('/entrar');
    await signIn(page, 'ana@example.com', PASSWORD);
    await page.waitForURL(`${product.url}/`);
    await page.goto(`${product.url}/ajustes/usuarios`);
    await page.getByRole('button', { name: 'Añadir persona' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Nombre').fill('Luis Vega');
    await dialog.getByLabel('Correo electrónico').fill('luis@example.com');
    await dialog.getByLabel('Primera contraseña').fill('cuatro patos y un buey');
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'users-add');
    await dialog.getByRole('button', { name: 'Añadir', exact: true }).click();
    await page.getByText('Luis Vega ya puede entrar').waitFor();
    await page.getByRole('cell', { name: 'luis@example.com' }).waitFor();
    await page.getByText('identity.users.read').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'users');
    await page.getByRole('button', { name: 'Acciones: Luis Vega' }).click();
    await page.getByRole('menuitem', { name: 'Cambiar el papel' }).click();
    await page.getByRole('dialog').getByText('Analista').click();
    await look(page, 'users-role');
    await page.getByRole('dialog').getByRole('button', { name: 'Guardar' }).click();
    await page.getByText('Luis Vega es ahora analista').waitFor();
    await page.goto(`${product.url}/ajustes/sesiones`);
    await page.getByText('este dispositivo').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'sessions');
    expect(errors).toEqual([]);
    const luis = await open('/entrar', { ...PHONE, theme: 'dark' });
    await signIn(luis.page, 'luis@example.com', 'cuatro patos y un buey');
    await luis.page.waitForURL(`${product.url}/`);
    await luis.page.goto(`${product.url}/ajustes/usuarios`);
    await luis.page.getByText('No tienes permiso').first().waitFor();
    await luis.page.goto(`${product.url}/ajustes/sesiones`);
    await luis.page.getByText('este dispositivo').waitFor();
    await look(luis.page, 'sessions-phone-dark');
    expect(await axeFaults(luis.page)).toEqual([]);
    await luis.context.close();
    await context.close();
  });
});

if (missing !== null) test(`SKIP first run: ${missing}`, ({ skip }) => skip(missing));
