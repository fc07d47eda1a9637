/**
 * Goal: the frame around every page works by keyboard alone, is accessible where there is nothing to show, and knows when a session has
 * ended.
 */
import { expect, test } from 'vitest';
import { axeFaults } from '../e2e/axe.ts';
import { mightyOwner, OWNER_ME, sessionRoutes } from './session-fixture.ts';
import { missingBrowser, showAs, sidewaysPx, SLOW_MS, VIEWS, webStage } from './stage.ts';

const stage = webStage();

test.skipIf(missingBrowser)(
  'home, settings, no permission and unknown address: axe 0 in every view',
  async () => {
    Object.assign(stage.server.routes, sessionRoutes({ ...OWNER_ME, permissions: [] }));
    const { page } = await stage.open('/');
    const faults: string[] = [];
    for (const path of ['/', '/ajustes', '/galeria', '/no-existe']) {
      await page.goto(stage.server.url + path);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      for (const view of VIEWS) {
        await showAs(page, view);
        faults.push(...(await axeFaults(page)).map((fault) => `${path} ${view.width} ${view.theme}: ${fault}`));
        expect([path, view.width, await sidewaysPx(page)]).toEqual([path, view.width, 0]);
      }
    }
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test.skipIf(missingBrowser)('keyboard only: palette, chord, collapse, privacy, shortcut sheet, skip link', async () => {
  const { page } = await stage.open('/');
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
  await page.waitForURL(`${stage.server.url}/`);
  await page.keyboard.press('Shift+H');
  expect(await page.evaluate(() => document.documentElement.hasAttribute('data-private'))).toBe(true);
  await page.keyboard.press('[');
  await expect.poll(() => page.getByRole('button', { name: 'Desplegar el menú' }).isVisible()).toBe(true);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Atajos de teclado' }).waitFor();
});

test.skipIf(missingBrowser)('a session that ended leads to sign in, and back', async () => {
  stage.server.routes['GET /api/me'] = () => ({ status: 401, body: { code: 'not_signed_in', status: 401 } });
  const { page } = await stage.blank();
  await page.goto(`${stage.server.url}/ajustes`);
  await page.waitForURL('**/entrar?volver=%2Fajustes');
});

/** Keys that the open sheet lists. */
const SHEET = '[role="dialog"] dd[data-keys]';

test.skipIf(missingBrowser)(
  'the sheet has every shortcut once, and every tooltip and menu tells one of them',
  async () => {
    Object.assign(stage.server.routes, sessionRoutes(mightyOwner()));
    const { page, errors } = await stage.open('/ayuda');
    await page.keyboard.press('?');
    await page.locator(SHEET).first().waitFor();
    const listed = await page
      .locator(SHEET)
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-keys') ?? ''));
    expect(new Set(listed).size).toBe(listed.length);
    for (const keys of ['Ctrl+K', 'Shift+H', '[', 'F1', 'F6', '?', 'g 1', 'n a']) expect(listed).toContain(keys);
    await page.keyboard.press('Escape');
    await page.locator(SHEET).first().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Tu cuenta' }).click();
    await page.getByRole('menu').waitFor();
    const told = await page
      .locator('[data-tip-keys], [role="menu"] [aria-hidden]:has(> kbd)')
      .evaluateAll((all) =>
        all.map(
          (one) => one.getAttribute('data-tip-keys') ?? [...one.children].map((key) => key.textContent).join(' '),
        ),
      );
    expect(told).toContain('Shift H');
    const known = listed.map((keys) => keys.replaceAll('+', ' '));
    expect(told.filter((keys) => !known.includes(keys))).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    const options = page.getByRole('option');
    await options.first().waitFor();
    const names = await options.evaluateAll((all) => all.map((one) => one.querySelector('span')?.textContent));
    expect(new Set(names).size).toBe(names.length);
    expect(errors.filter((line) => line.includes('registered twice'))).toEqual([]);
  },
);
