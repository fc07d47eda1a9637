/**
 * Goal: every page of the app, with the demo's data, is accessible (axe 0), fits its screen, raises no error and leaves
 * no text untranslated, in light and dark, on a desk and on a phone.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { send, setUpOwner } from '../process/first-run.ts';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const SHOTS_DIR = process.env['SHOTS_DIR'];
const DEMO_MS_MAX = 120_000; // The demo imports its workbooks in the background.
const TEST_MS_MAX = 240_000;

const VIEWS: readonly (readonly [string, View])[] = [
  ['desk light', DESKTOP],
  ['desk dark', { ...DESKTOP, theme: 'dark' }],
  ['phone light', PHONE],
  ['phone dark', { ...PHONE, theme: 'dark' }],
  ['desk light, English', { ...DESKTOP, locale: 'en-GB' }],
];
const PATHS = [
  '/',
  '/carteras',
  '/planificacion',
  '/planificacion?vista=modelos',
  '/planificacion?vista=composicion',
  '/importar',
  '/alertas',
  '/alertas?vista=precios',
  '/eventos',
  '/ajustes',
  '/ajustes/usuarios',
  '/ajustes/equipos',
  '/ajustes/equipos?vista=cambios',
  '/ajustes/auditoria',
  '/ajustes/sesiones',
  '/ajustes/seguridad',
  '/ajustes/avisos',
  '/ajustes/conexiones',
  '/ajustes/claves-api',
  '/ajustes/usuarios?vista=invitaciones',
  '/restablecer',
  '/invitacion',
  '/ajustes/estado',
  '/ajustes/tareas',
  '/ajustes/copias',
  '/ajustes/secretos',
  '/ayuda',
  '/ayuda/figures',
  '/ajustes/proveedores',
  '/no-existe',
];

describe.skipIf(missing !== null)('pages', () => {
  let product: Product;
  let browser: Browser;
  let dataDir: string;
  let cookie: string;
  let portfolioPath: string;

  beforeAll(async () => {
    dataDir = newDataDir();
    [product, browser] = await Promise.all([startProduct({ dataDir }), launchBrowser()]);
    cookie = await setUpOwner(product);
    portfolioPath = await untilDemoIsFull();
  }, TEST_MS_MAX);

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    removeDataDir(dataDir);
  });

  /** Waits for the demo's three portfolios; gives the path of the first. */
  async function untilDemoIsFull(): Promise<string> {
    const deadlineMs = performance.now() + DEMO_MS_MAX;
    while (performance.now() < deadlineMs) {
      const answer = await send(product, 'GET', '/api/portfolios', { cookie });
      const { items } = (await answer.json()) as { items: { id: string }[] };
      // The demo's models come last.
      const models = await send(product, 'GET', '/api/models', { cookie });
      const { items: planned } = (await models.json()) as { items: unknown[] };
      if (items.length >= 3 && planned.length > 0 && items[0]) return `/carteras/${items[0].id}`;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`the demo was not filled in ${DEMO_MS_MAX} ms:\n${product.output()}`);
  }

  async function signIn(context: BrowserContext): Promise<void> {
    const [name = '', value = ''] = cookie.split('=');
    await context.addCookies([{ name, value, url: product.url }]);
  }

  async function settle(page: Page): Promise<void> {
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await page.waitForLoadState('networkidle').catch(() => undefined); // A live page is never quite idle.
    await page.waitForTimeout(300);
  }

  test.each(VIEWS)(
    '%s',
    async (name, view) => {
      // The profile's language wins over the browser's on a first visit.
      const isEnglish = view.locale === 'en-GB';
      await send(product, 'PATCH', '/api/me', { cookie, body: { locale: isEnglish ? 'en' : 'es' } });
      const { page, context, errors } = await openPage(browser, view);
      await signIn(context);
      await page.goto(`${product.url}/carteras`);
      await page.getByRole('heading', { level: 1, name: isEnglish ? 'Portfolios' : 'Carteras' }).waitFor();
      const faults: string[] = [];
      const rebalancePath = portfolioPath.replace('/carteras/', '/planificacion/rebalanceo?carteras=');
      for (const path of [...PATHS, portfolioPath, `${portfolioPath}?ver=impuestos`, rebalancePath]) {
        const label = path === rebalancePath ? '/planificacion/rebalanceo' : path.replace(portfolioPath, '/carteras/…');
        await page.goto(`${product.url}${path}`);
        await settle(page);
        faults.push(...(await axeFaults(page)).map((fault) => `${label}: ${fault}`));
        const overflowPx = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        if (overflowPx > 0) faults.push(`${label}: ${overflowPx} px wider than the screen`);
        const raw = await page.evaluate(() => /\{\w+[|}]/.exec(document.body.innerText)?.[0] ?? null);
        if (raw) faults.push(`${label}: a text was not filled in: ${raw}`);
        if (SHOTS_DIR) {
          const file = `${name}${label}`.replaceAll(/[^a-z]+/gi, '-');
          await page.screenshot({ path: `${SHOTS_DIR}/${file}.png`, fullPage: name.startsWith('phone') });
        }
      }
      expect(faults).toEqual([]);
      expect(errors).toEqual([]);
      await context.close();
    },
    TEST_MS_MAX,
  );
});

if (missing !== null) test(`SKIP pages: ${missing}`, ({ skip }) => skip(missing));
