/**
 * Goal: the help is readable by everybody and found from everywhere. A real Chromium draws it under the product's own content policy, in
 * light on a desk and in dark on a phone: axe finds nothing, nothing scrolls sideways, and search, palette, F1 and links lead there.
 */
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { buildWebIfStale } from '../../tools/build-web.ts';
import { axeFaults } from '../e2e/axe.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from '../e2e/browser.ts';
import { type FakeServer, startFakeServer } from './fake-server.ts';
import { sessionRoutes } from './session-fixture.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const missing = browserMissingReason();
const SHOTS_DIR = process.env['SHOTS_DIR'];
const SLOW_MS = 120_000; // axe takes seconds on a long article.
const VIEWS: readonly View[] = [DESKTOP, { ...PHONE, theme: 'dark' }]; // Every view, with the index: test/e2e/pages.test.ts.
const PATHS = ['/ayuda/operations', '/ayuda/settings', '/ayuda/no-existe'];

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

test.skipIf(missing).each(VIEWS.map((view) => [`${view.width} ${view.theme}`, view] as const))(
  'axe finds nothing and nothing scrolls sideways: %s',
  async (name, view) => {
    const { page, errors } = await open('/ayuda', view);
    const faults: string[] = [];
    for (const path of PATHS) {
      await page.goto(server.url + path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.locator('main a').first().waitFor();
      faults.push(...(await axeFaults(page)).map((fault) => `${path}: ${fault}`));
      const overflowPx = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      if (overflowPx > 0) faults.push(`${path}: ${overflowPx} px wider than the screen`);
      if (SHOTS_DIR) {
        const file = `${name}${path}`.replaceAll(/[^a-z0-9]+/gi, '-');
        await page.screenshot({ path: `${SHOTS_DIR}/${file}.png`, fullPage: true });
      }
    }
    expect(faults).toEqual([]);
    expect(errors).toEqual([]);
  },
  SLOW_MS,
);

test.skipIf(missing)('the search finds a section without accents, and its link opens the article there', async () => {
  const { page } = await open('/ayuda');
  await page.getByRole('searchbox', { name: 'Buscar en la ayuda' }).fill('llave maestra abre');
  await page.getByRole('link', { name: /Llevar Cactus en marcha · La llave maestra/ }).click();
  await page.waitForURL('**/ayuda/operations#la-llave-maestra');
  const heading = page.getByRole('heading', { name: 'La llave maestra' });
  await expect.poll(async () => ((await heading.boundingBox())?.y ?? -1) < 200).toBe(true);
  await expect.poll(() => page.title()).toBe('Llevar Cactus en marcha · Cactus');
  await page.goto(`${server.url}/ayuda`);
  await page.getByRole('searchbox', { name: 'Buscar en la ayuda' }).fill('zzzz');
  await page.getByText('Nada en la ayuda coincide con «zzzz».').first().waitFor();
});

test.skipIf(missing)(
  'F1, the top bar, the menu of the account, the sidebar and the palette lead to the help',
  async () => {
    const { page } = await open('/ajustes');
    await page.getByRole('heading', { level: 1, name: 'Ajustes', exact: true }).waitFor();
    await page.keyboard.press('F1');
    await page.waitForURL('**/ayuda/settings');
    await page.getByRole('link', { name: 'Ayuda', exact: true }).first().click();
    await page.waitForURL(`${server.url}/ayuda`);
    await page.goto(`${server.url}/`);
    await page.getByRole('button', { name: 'Ayuda de esta pantalla' }).click();
    await page.waitForURL('**/ayuda/tour');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Buscar o ejecutar' }).fill('perdio el telefono');
    await page.getByRole('option', { name: /Si nadie puede entrar/ }).click();
    await page.waitForURL('**/ayuda/operations#si-nadie-puede-entrar');
  },
);

test.skipIf(missing)('on a phone the menu of the account has it', async () => {
  const { page } = await open('/', PHONE);
  await page.getByRole('button', { name: 'Tu cuenta' }).click();
  await page.getByRole('menuitem', { name: /Ayuda de esta pantalla/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Un paseo de diez minutos' }).waitFor();
});

test.skipIf(missing)('an article prints without the frame around it', async () => {
  const { page } = await open('/ayuda/backups');
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('button', { name: 'Imprimir' }).isVisible()).toBe(false);
  expect(await page.getByRole('navigation').first().isVisible()).toBe(false);
  expect(await page.getByText('Un fichero cifrado guarda un momento de todo').isVisible()).toBe(true);
  if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/print.png`, fullPage: true });
});
