/**
 * Goal: every component is usable by everybody. A real Chromium draws the gallery and the shell under the product's own content policy;
 * axe finds nothing in light and dark, on a desk and on a phone, and the page never complains, scrolls sideways or prints blank.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { buildWebIfStale } from '../../tools/build-web.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from '../e2e/browser.ts';
import { type FakeServer, startFakeServer } from './fake-server.ts';
import { OWNER_ME, sessionRoutes } from './session-fixture.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const missing = browserMissingReason();
if (missing) console.info(`SKIP test/web: ${missing}`);

const VIEWS: readonly View[] = [DESKTOP, PHONE].flatMap((view) => [view, { ...view, theme: 'dark' as const }]);
const FLOATING_VIEWS: readonly View[] = [DESKTOP, { ...PHONE, theme: 'dark' }];
const name = (view: View) => `${view.width} ${view.theme}`;

const SLOW_MS = 120_000; // Two cores shared with the rest of the suite: axe alone takes seconds on a long page.

let browser: Browser;
let server: FakeServer;
let opened: BrowserContext | null = null;

beforeAll(async () => {
  if (missing) return;
  const { directory } = await buildWebIfStale(root);
  server = await startFakeServer(directory, sessionRoutes());
  browser = await launchBrowser();
}, SLOW_MS);

afterEach(async () => {
  await opened?.close();
  opened = null;
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function open(path: string, view: View = DESKTOP): Promise<{ page: Page; errors: string[] }> {
  const { page, context, errors } = await openPage(browser, view);
  opened = context;
  await page.goto(server.url + path);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  return { page, errors };
}

/**
 * Rules broken inside `part`, each with the first element that breaks it. Run through the debugger, which the content policy does not
 * bind. What floats is checked by itself: the page behind it is inert, has its own test, and takes axe seconds.
 */
async function violations(page: Page, part = 'html'): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const results = await page.evaluate(async (selector) => {
    const { axe } = globalThis as unknown as { axe: { run(context: string, options: unknown): Promise<AxeResults> } };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    // An open menu floats outside every landmark by nature; on whole pages the rule stays on.
    const rules = { region: { enabled: selector === 'html' } };
    return axe.run(selector, { runOnly: { type: 'tag', values: tags }, rules });
  }, part);
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)} (${nodes.length}) ${nodes[0]?.any[0]?.message ?? ''}`,
  );
}

function sidewaysPx(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

test.skipIf(missing).each(VIEWS.map((view) => [name(view), view] as const))(
  'gallery, %s: axe 0, no complaint, no sideways scroll',
  async (_, view) => {
    const { page, errors } = await open('/galeria', view);
    await page.locator('canvas').first().waitFor();
    await page.getByLabel('Divisa').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await sidewaysPx(page)).toBe(0);
    expect(errors).toEqual([]);
  },
  SLOW_MS,
);

test.skipIf(missing).each(FLOATING_VIEWS.map((view) => [name(view), view] as const))(
  'what floats, %s: axe 0 in dialog, panel, menu and palette',
  async (_, view) => {
    const { page, errors } = await open('/galeria', view);
    const floating = { Diálogo: '[role="dialog"]', Confirmar: '[role="alertdialog"]', Panel: '[role="dialog"]' };
    for (const [button, selector] of Object.entries(floating)) {
      await page.getByRole('button', { name: button, exact: true }).click();
      await page.locator(selector).waitFor();
      expect(await violations(page, selector)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.locator(selector).waitFor({ state: 'detached' });
    }
    await page.getByRole('button', { name: 'Más acciones' }).click();
    await page.getByRole('menuitem', { name: 'Descargar' }).waitFor();
    expect(await violations(page, '[role="menu"]')).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Buscar o ejecutar' }).waitFor();
    expect(await violations(page, '[role="dialog"]')).toEqual([]);
    expect(errors).toEqual([]);
  },
  SLOW_MS,
);

test.skipIf(missing).each(VIEWS.map((view) => [name(view), view] as const))(
  'Inicio, Ajustes, no permission and unknown address, %s: axe 0',
  async (_, view) => {
    server.routes['GET /api/me'] = () => ({ body: { ...OWNER_ME, permissions: [] } });
    for (const path of ['/', '/ajustes', '/galeria', '/no-existe']) {
      const { page } = await open(path, view);
      expect(await violations(page)).toEqual([]);
      expect(await sidewaysPx(page)).toBe(0);
      await opened?.close();
    }
    server.routes['GET /api/me'] = () => ({ body: OWNER_ME });
  },
  SLOW_MS,
);

test.skipIf(missing)(
  'a table of ten thousand rows: order, filter without accents, keyboard, print',
  async () => {
    const { page } = await open('/galeria');
    const section = page.getByRole('region', { name: 'Operaciones' }).first();
    await section.scrollIntoViewIfNeeded();
    await section.getByRole('button', { name: 'Importe €' }).click();
    await expect
      .poll(() => section.getByRole('columnheader', { name: /Importe/ }).getAttribute('aria-sort'))
      .toBe('descending');
    await section.getByRole('searchbox').fill('nunez btc');
    await expect
      .poll(async () => (await section.locator('tbody tr[data-index]').first().innerText()).includes('Íñigo Núñez'))
      .toBe(true);
    await section.getByRole('searchbox').press('Escape');
    await section.locator('tbody tr[data-index="0"]').focus();
    await page.keyboard.press('End');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex'))).toBe('10001');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.emulateMedia({ media: 'print' });
    await expect
      .poll(() => section.locator('tbody tr[data-index]').count(), { timeout: 30_000, interval: 500 })
      .toBe(10_000);
  },
  SLOW_MS,
);

test.skipIf(missing)('a focused row keeps the focus when the code for long lists arrives', async () => {
  const { page, context } = await openPage(browser);
  opened = context;
  let letThrough = (): void => undefined;
  const gate = new Promise<void>((resolve) => (letThrough = resolve));
  await page.route(/table-virtual-body/, async (route) => {
    await gate;
    await route.continue();
  });
  await page.goto(`${server.url}/galeria`);
  const section = page.getByRole('region', { name: 'Operaciones' }).first();
  await section.locator('tbody tr[data-index="3"]').focus();
  expect(await section.locator('tbody tr[data-index]').count()).toBe(30);
  letThrough();
  await expect.poll(() => section.locator('tbody tr[aria-hidden]').count()).toBe(1); // The space of the rows not drawn.
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-index'))).toBe('3');
});

test.skipIf(missing)('keyboard only: palette, chord, collapse, privacy, shortcut sheet, skip link', async () => {
  const { page } = await open('/');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Saltar al contenido');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Buscar o ejecutar' }).waitFor();
  await page.keyboard.type('ajus');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/ajustes');
  await page.getByRole('heading', { name: 'Ajustes', level: 1 }).waitFor();
  await expect.poll(() => page.title()).toBe('Ajustes · Cactus');
  await page.keyboard.press('g');
  await page.keyboard.press('1');
  await page.waitForURL(`${server.url}/`);
  await page.keyboard.press('Shift+H');
  expect(await page.evaluate(() => document.documentElement.hasAttribute('data-private'))).toBe(true);
  await page.keyboard.press('[');
  await expect.poll(() => page.getByRole('button', { name: 'Desplegar el menú' }).isVisible()).toBe(true);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Atajos de teclado' }).waitFor();
});

test.skipIf(missing)('the chart is walked with arrows and read as a table', async () => {
  const { page } = await open('/galeria');
  const chart = page.getByRole('slider', { name: /Patrimonio/ });
  await chart.focus();
  await page.keyboard.press('Home');
  await expect.poll(() => chart.getAttribute('aria-valuenow')).toBe('0');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => chart.getAttribute('aria-valuetext')).toMatch(/Cartera: .*€/);
  await page.getByRole('button', { name: 'Ver como tabla' }).click();
  await page.getByRole('table', { name: 'Patrimonio' }).waitFor();
});

test.skipIf(missing)('undo: the toast takes it back', async () => {
  const { page } = await open('/galeria');
  await page.getByRole('button', { name: 'Deshacer', exact: true }).click();
  const toast = page.getByRole('dialog', { name: 'Alerta borrada' });
  await toast.getByRole('button', { name: 'Deshacer' }).click();
  await toast.waitFor({ state: 'detached' });
});

test.skipIf(missing)('a session that ended leads to sign in, and back', async () => {
  server.routes['GET /api/me'] = () => ({ status: 401, body: { code: 'not_signed_in', status: 401 } });
  const { page, context } = await openPage(browser);
  opened = context;
  await page.goto(`${server.url}/ajustes`);
  await page.waitForURL('**/entrar?volver=%2Fajustes');
  server.routes['GET /api/me'] = () => ({ body: OWNER_ME });
});
