/**
 * Goal: the help is readable by everybody and found from everywhere. A real Chromium draws it under the product's own content policy, in
 * light on a desk and in dark on a phone: axe finds nothing, nothing scrolls sideways, and search, palette, F1 and links lead there.
 */
import { expect, test } from 'vitest';
import { axeFaults } from '../e2e/axe.ts';
import { DESKTOP, PHONE, type View } from '../e2e/browser.ts';
import { missingBrowser, sidewaysPx, SLOW_MS, webStage } from './stage.ts';

const SHOTS_DIR = process.env['SHOTS_DIR'];
const VIEWS: readonly View[] = [DESKTOP, { ...PHONE, theme: 'dark' }]; // Every view, with the index: test/e2e/pages.test.ts.
const PATHS = ['/ayuda/operations', '/ayuda/settings', '/ayuda/no-existe'];

const stage = webStage();

test.skipIf(missingBrowser).each(VIEWS.map((view) => [`${view.width} ${view.theme}`, view] as const))(
  'axe finds nothing and nothing scrolls sideways: %s',
  async (name, view) => {
    const { page, errors } = await stage.open('/ayuda', view);
    const faults: string[] = [];
    for (const path of PATHS) {
      await page.goto(stage.server.url + path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.locator('main a').first().waitFor();
      faults.push(...(await axeFaults(page)).map((fault) => `${path}: ${fault}`));
      const overflowPx = await sidewaysPx(page);
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

test.skipIf(missingBrowser)(
  'the search finds a section without accents, and its link opens the article there',
  async () => {
    const { page } = await stage.open('/ayuda');
    await page.getByRole('searchbox', { name: 'Buscar en la ayuda' }).fill('llave maestra abre');
    await page.getByRole('link', { name: /Llevar Cactus en marcha · La llave maestra/ }).click();
    await page.waitForURL('**/ayuda/operations#la-llave-maestra');
    const heading = page.getByRole('heading', { name: 'La llave maestra' });
    await expect.poll(async () => ((await heading.boundingBox())?.y ?? -1) < 200).toBe(true);
    await expect.poll(() => page.title()).toBe('Llevar Cactus en marcha · Cactus');
    await page.goto(`${stage.server.url}/ayuda`);
    await page.getByRole('searchbox', { name: 'Buscar en la ayuda' }).fill('zzzz');
    await page.getByText('Nada en la ayuda coincide con «zzzz».').first().waitFor();
  },
);

test.skipIf(missingBrowser)(
  'F1, the top bar, the menu of the account, the sidebar and the palette lead to the help',
  async () => {
    const { page } = await stage.open('/ajustes');
    await page.getByRole('heading', { level: 1, name: 'Ajustes', exact: true }).waitFor();
    await page.keyboard.press('F1');
    await page.waitForURL('**/ayuda/settings');
    await page.getByRole('link', { name: 'Ayuda', exact: true }).first().click();
    await page.waitForURL(`${stage.server.url}/ayuda`);
    await page.goto(`${stage.server.url}/`);
    await page.getByRole('button', { name: 'Ayuda de esta pantalla' }).click();
    await page.waitForURL('**/ayuda/tour');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Buscar o ejecutar' }).fill('perdio el telefono');
    await page.getByRole('option', { name: /Si nadie puede entrar/ }).click();
    await page.waitForURL('**/ayuda/operations#si-nadie-puede-entrar');
  },
);

test.skipIf(missingBrowser)('on a phone the menu of the account has it', async () => {
  const { page } = await stage.open('/', PHONE);
  await page.getByRole('button', { name: 'Tu cuenta' }).click();
  await page.getByRole('menuitem', { name: /Ayuda de esta pantalla/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Un paseo de diez minutos' }).waitFor();
});

test.skipIf(missingBrowser)('an article prints without the frame around it', async () => {
  const { page } = await stage.open('/ayuda/backups');
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('button', { name: 'Imprimir' }).isVisible()).toBe(false);
  expect(await page.getByRole('navigation').first().isVisible()).toBe(false);
  expect(await page.getByText('Un fichero cifrado guarda un momento de todo').isVisible()).toBe(true);
  if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/print.png`, fullPage: true });
});
