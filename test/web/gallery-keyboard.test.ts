/**
 * Goal: no part needs a mouse. Tab reaches everything that can be used, always with a visible ring and never below something else; each
 * part then does its work by keys alone; what floats takes the focus in and gives it back.
 */
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { missingBrowser, SLOW_MS, webStage } from './stage.ts';

const stage = webStage();
const PRESSES_MAX = 400; // The whole gallery has half of it.

interface Stop {
  readonly name: string;
  readonly hasRing: boolean;
  readonly isCovered: boolean;
}

/** Numbers every element of the page that Tab should reach; a group of radios or tabs is one stop. */
function numberStops(): number {
  const usable = 'main :is(a[href], button, input, select, textarea, summary, [tabindex="0"])';
  const groups = new Set<string>();
  const stops = [...document.querySelectorAll<HTMLElement>(usable)].filter((element) => {
    if (!element.checkVisibility({ visibilityProperty: true }) || element.tabIndex < 0) return false;
    if (element.closest('[inert], [aria-hidden="true"]')) return false;
    if (element.matches(':disabled')) return false;
    if (!(element instanceof HTMLInputElement) || element.type !== 'radio') return true;
    if (groups.has(element.name)) return false;
    groups.add(element.name);
    return true;
  });
  for (const stop of stops) {
    const group = stop instanceof HTMLInputElement && stop.type === 'radio' ? stop.name : '';
    if (group === '') stop.dataset['stop'] = '';
    else
      document.querySelectorAll<HTMLElement>(`[name="${group}"]`).forEach((radio) => (radio.dataset['stop'] = group));
  }
  return stops.length;
}

/** Where the focus is now, and whether it is seen. */
function stopNow(): Stop | null {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body) return null;
  const ringed = element.matches('[role="radiogroup"] input') ? (element.parentElement ?? element) : element;
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(ringed);
  const { left, top, width, height } = ringed.getBoundingClientRect();
  const hit = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, innerHeight / 2));
  const label = element.closest('label');
  return {
    name: element.dataset['stop'] === undefined ? '' : element.outerHTML.slice(0, 160),
    hasRing: (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1) || boxShadow !== 'none',
    isCovered: hit !== null && !element.contains(hit) && !hit.contains(element) && label?.contains(hit) !== true,
  };
}

test.skipIf(missingBrowser)(
  'Tab reaches everything that can be used, with a ring in sight',
  async () => {
    const { page } = await stage.open('/galeria?filas=500');
    await page.locator('canvas').first().waitFor();
    await page.locator('tbody tr[aria-hidden]').first().waitFor({ state: 'attached' }); // Long lists are in their final shape.
    const stopCount = await page.evaluate(numberStops);
    expect(stopCount).toBeGreaterThan(60);
    await page.locator('main').focus();
    const met = new Set<string>();
    const faults: string[] = [];
    for (let presses = 0; presses < PRESSES_MAX && met.size < stopCount; presses += 1) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(stopNow);
      if (!stop) break;
      if (!stop.hasRing) faults.push(`no ring: ${stop.name}`);
      if (stop.isCovered) faults.push(`covered: ${stop.name}`);
      if (stop.name !== '') met.add(await markMet(page, met.size));
    }
    const missed = await page.locator('[data-stop]:not([data-met])').evaluateAll((left) => {
      const metGroups = new Set(
        [...document.querySelectorAll<HTMLElement>('[data-met]')].map((one) => one.dataset['stop']),
      );
      return left
        .filter((one) => one.getAttribute('data-stop') === '' || !metGroups.has(one.getAttribute('data-stop') ?? ''))
        .map((one) => one.outerHTML.slice(0, 160));
    });
    expect(missed).toEqual([]);
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

/** Gives the focused stop a name of its own; the one it has when it was met before. */
function markMet(page: Page, next: number): Promise<string> {
  return page.evaluate((number) => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement)) return '';
    element.dataset['met'] ??= String(number);
    return element.dataset['met'];
  }, next);
}

const controls = async () => (await stage.open('/galeria?solo=controles')).page;
const isFocused = (part: Locator) => part.evaluate((element) => element === document.activeElement);

test.skipIf(missingBrowser)('choices: Space and arrows change them', async () => {
  const page = await controls();
  const avisos = page.getByRole('switch', { name: 'Avisarme por correo' });
  await avisos.press('Space');
  expect(await avisos.isChecked()).toBe(false);
  const fees = page.getByRole('checkbox', { name: 'Incluir comisiones' });
  await fees.press('Space');
  expect(await fees.isChecked()).toBe(false);
  await page.getByRole('radio', { name: 'FIFO' }).press('ArrowDown');
  expect(await page.getByRole('radio', { name: 'Coste medio' }).isChecked()).toBe(true);
  await page.getByRole('radio', { name: '1M' }).press('ArrowRight');
  expect(await page.getByRole('radio', { name: '3M' }).isChecked()).toBe(true);
  const summary = page.getByRole('tab', { name: 'Resumen' });
  await summary.press('ArrowRight');
  await page.getByText('Doce operaciones.').waitFor();
  expect(await isFocused(page.getByRole('tab', { name: /Operaciones/ }))).toBe(true);
  await page.keyboard.press('End');
  await page.getByText('Sin notas.').waitFor();
});

test.skipIf(missingBrowser)('fields: typed, chosen from lists, cleared', async () => {
  const page = await controls();
  const amount = page.getByLabel('Importe');
  await amount.fill('');
  await amount.pressSequentially('2.500,5');
  await amount.press('Tab');
  expect(await amount.inputValue()).toBe('2.500,5');
  await page.getByLabel('Contraseña', { exact: true }).fill('secreta');
  await page.getByRole('button', { name: 'Ver la contraseña' }).press('Enter');
  expect(await page.getByLabel('Contraseña', { exact: true }).getAttribute('type')).toBe('text');
  const currency = page.getByRole('combobox', { name: 'Divisa' });
  await currency.press('Enter');
  await page.getByRole('option', { name: /Dólar/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect.poll(() => currency.innerText()).toContain('Dólar');
  await expect.poll(() => isFocused(currency)).toBe(true);
  const asset = page.getByRole('combobox', { name: 'Activo' });
  await asset.fill('nunez');
  await page.getByRole('option', { name: /Núñez/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect.poll(() => asset.inputValue()).toBe('Núñez Capital');
  const filter = page.getByRole('searchbox', { name: 'Filtrar carteras' });
  await filter.fill('algo');
  await filter.press('Escape');
  expect(await filter.inputValue()).toBe('');
});

test.skipIf(missingBrowser)('a menu: opened, walked, typed into, left; the focus goes back to its button', async () => {
  const page = await controls();
  const button = page.getByRole('button', { name: 'Más acciones' });
  const isAt = (name: string) => isFocused(page.getByRole('menuitem', { name }));
  await button.press('Enter');
  await expect.poll(() => isAt('Editar')).toBe(true);
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => isAt('Descargar')).toBe(true);
  await page.keyboard.press('b');
  await expect.poll(() => isAt('Borrar')).toBe(true);
  await page.keyboard.press('Escape');
  await expect.poll(() => isFocused(button)).toBe(true);
});

test.skipIf(missingBrowser)('what floats keeps the focus inside and gives it back', async () => {
  const { page } = await stage.open('/galeria?solo=ventanas');
  for (const [name, role] of Object.entries({
    Diálogo: 'dialog',
    Panel: 'dialog',
    Secreto: 'dialog',
    Confirmar: 'alertdialog',
  })) {
    const button = page.getByRole('button', { name, exact: true });
    await button.press('Enter');
    const floating = page.locator(`[role="${role}"]`);
    await floating.waitFor();
    for (let presses = 0; presses < 12; presses += 1) {
      await page.keyboard.press('Tab');
      await expect.poll(() => floating.evaluate((element) => element.contains(document.activeElement))).toBe(true);
    }
    await page.keyboard.press('Escape');
    await floating.waitFor({ state: 'detached' });
    await expect.poll(() => isFocused(button)).toBe(true);
  }
});

test.skipIf(missingBrowser)('what cannot be undone: the word is typed, then Enter', async () => {
  const { page } = await stage.open('/galeria?solo=ventanas');
  await page.getByRole('button', { name: 'Confirmar', exact: true }).press('Enter');
  const stop = page.getByRole('button', { name: 'Parar todo' });
  await stop.waitFor();
  expect(await stop.isDisabled()).toBe(true);
  await page.getByLabel('Escribe PARAR para confirmar').fill('parar');
  await stop.press('Enter');
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
});

test.skipIf(missingBrowser)(
  'a toast is reached with F6 and undone with Enter; a file is chosen with Enter',
  async () => {
    const { page } = await stage.open('/galeria?solo=ventanas');
    await page.getByRole('button', { name: 'Deshacer', exact: true }).press('Enter');
    const toast = page.getByRole('dialog', { name: 'Alerta borrada' });
    await toast.waitFor();
    const undo = toast.getByRole('button', { name: 'Deshacer' });
    await page.keyboard.press('F6');
    for (let presses = 0; presses < 4 && !(await isFocused(undo)); presses += 1) await page.keyboard.press('Tab');
    expect(await isFocused(undo)).toBe(true);
    await page.keyboard.press('Enter');
    await toast.waitFor({ state: 'detached' });
    const chosen = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: /Arrastra aquí/ }).press('Enter');
    await (await chosen).setFiles({ name: 'nota.txt', mimeType: 'text/plain', buffer: Buffer.from('no') });
    await page.getByText('nota.txt no es de un tipo admitido').waitFor();
  },
);

test.skipIf(missingBrowser)('the chart is walked with arrows and read as a table', async () => {
  const { page } = await stage.open('/galeria?solo=cifras');
  const chart = page.getByRole('slider', { name: /Patrimonio/ });
  await chart.press('Home');
  await expect.poll(() => chart.getAttribute('aria-valuenow')).toBe('0');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => chart.getAttribute('aria-valuetext')).toMatch(/Cartera: .*€/);
  await page.getByRole('button', { name: 'Ver como tabla' }).press('Enter');
  await page.getByRole('table', { name: 'Patrimonio' }).waitFor();
  const step = page.getByRole('button', { name: /Archivo/ });
  await step.press('Enter');
  expect(await isFocused(step)).toBe(true);
});

test.skipIf(missingBrowser)(
  'a table of ten thousand rows: order, filter without accents, last row, drawer',
  async () => {
    const { page } = await stage.open('/galeria?solo=tablas');
    const section = page.getByRole('region', { name: 'Operaciones' }).first();
    await section.locator('tbody tr[aria-hidden]').waitFor({ state: 'attached' });
    await section.getByRole('button', { name: 'Importe €' }).press('Enter');
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
  },
);

test.skipIf(missingBrowser)('a focused row keeps the focus when the code for long lists arrives', async () => {
  const { page } = await stage.blank();
  const gate = Promise.withResolvers<void>();
  await page.route(/table-virtual-body/, async (route) => {
    await gate.promise;
    await route.continue();
  });
  await page.goto(`${stage.server.url}/galeria?solo=tablas`);
  const section = page.getByRole('region', { name: 'Operaciones' }).first();
  await section.locator('tbody tr[data-index="3"]').focus();
  expect(await section.locator('tbody tr[data-index]').count()).toBe(30);
  gate.resolve();
  await expect.poll(() => section.locator('tbody tr[aria-hidden]').count()).toBe(1); // The space of the rows not drawn.
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-index'))).toBe('3');
});
