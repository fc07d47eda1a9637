/**
 * Goal: what somebody did to a table is in the address (Back undoes it, a reload keeps it, two tables do not meet), and what leaves it
 * as a workbook is exact and cannot run. A hundred thousand rows are drawn a screenful at a time.
 */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import yauzl from 'yauzl';
import { missingBrowser, type Opened, SLOW_MS, webStage } from './stage.ts';

const ROWS_DRAWN_MAX = 120;

const stage = webStage();

async function open(path: string): Promise<Opened> {
  const opened = await stage.open(path);
  await opened.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  return opened;
}

const tableOf = (page: Page, name: string) => page.getByRole('region', { name }).first();
const sortOf = (page: Page, name: string, head: RegExp) =>
  tableOf(page, name).getByRole('columnheader', { name: head }).getAttribute('aria-sort');
const queryOf = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);

/** The text of one file of an archive. */
async function fileInside(archive: Buffer, name: string): Promise<string> {
  const zip = await yauzl.fromBufferPromise(archive);
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== name) continue;
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  }
  throw new Error(`${name} is not in the archive`);
}

test.skipIf(missingBrowser)(
  'order and filter are in the address: Back undoes, a reload keeps, two tables do not meet',
  async () => {
    const { page, errors } = await open('/galeria?solo=tablas');
    const trades = tableOf(page, 'Operaciones');
    await trades.getByRole('button', { name: 'Importe €' }).click();
    await expect.poll(() => queryOf(page, 'operaciones.orden')).toBe('-amount');
    await trades.getByRole('searchbox').pressSequentially('nunez btc', { delay: 5 });
    await expect.poll(() => queryOf(page, 'operaciones.filtro')).toBe('nunez btc');
    await tableOf(page, 'Con elección').getByRole('button', { name: 'Cliente' }).click();
    await expect.poll(() => queryOf(page, 'eleccion.orden')).toBe('client');
    expect(await sortOf(page, 'Operaciones', /Importe/)).toBe('descending');

    await page.reload();
    await expect.poll(() => sortOf(page, 'Operaciones', /Importe/)).toBe('descending');
    expect(await sortOf(page, 'Con elección', /Cliente/)).toBe('ascending');
    expect(await trades.getByRole('searchbox').inputValue()).toBe('nunez btc');

    await page.goBack();
    await expect.poll(() => queryOf(page, 'eleccion.orden')).toBeNull();
    await page.goBack();
    await expect.poll(() => trades.getByRole('searchbox').inputValue()).toBe('');
    expect(await sortOf(page, 'Operaciones', /Importe/)).toBe('descending');
    await page.goBack();
    await expect.poll(() => sortOf(page, 'Operaciones', /Importe/)).toBeNull();
    expect(errors).toEqual([]);
  },
  SLOW_MS,
);

test.skipIf(missingBrowser)(
  'a workbook of exactly the rows on screen, without one formula',
  async () => {
    const { page, errors } = await open('/galeria?solo=tablas');
    const trades = tableOf(page, 'Operaciones');
    await trades.getByRole('searchbox').fill('nunez btc dividendo');
    await expect.poll(() => trades.locator('header [role="status"]').first().innerText()).not.toContain('10.000');
    const shownCount = Number((await trades.getByRole('table').getAttribute('aria-rowcount')) ?? 0);
    await trades.getByRole('button', { name: 'Copiar o exportar' }).click();
    const saved = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Exportar XLSX' }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe('Operaciones.xlsx');
    const sheet = await fileInside(readFileSync(await download.path()), 'xl/worksheets/sheet1.xml');
    expect(sheet.match(/<row /g)).toHaveLength(shownCount);
    expect(sheet).not.toContain('<f>');
    expect(errors).toEqual([]);
  },
  SLOW_MS,
);

test.skipIf(missingBrowser)(
  'a hundred thousand rows: a screenful in the page, the last one a key away, the filter finds its own',
  async () => {
    const { page } = await open('/galeria?solo=tablas&filas=100000');
    const trades = tableOf(page, 'Operaciones');
    // The code of long lists has arrived once the rows out of sight are one empty row.
    await trades.locator('tbody tr[aria-hidden]').waitFor({ state: 'attached' });
    await trades.locator('tbody tr[data-index="0"]').focus();
    await page.keyboard.press('End');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex'))).toBe('100001');
    expect(await trades.locator('tbody tr').count()).toBeLessThan(ROWS_DRAWN_MAX);
    await trades.getByRole('searchbox').fill('ines pena eth');
    await expect.poll(() => trades.locator('tbody tr[data-index="0"]').innerText()).toContain('Inés Peña');
    expect(await trades.locator('tbody tr').count()).toBeLessThan(ROWS_DRAWN_MAX);
  },
  SLOW_MS,
);

test.skipIf(missingBrowser)(
  'rows are chosen and copied by keyboard; what the filter hides is said and left alone',
  async () => {
    const { page } = await open('/galeria?solo=tablas');
    const table = tableOf(page, 'Con elección');
    await table.locator('tbody tr[data-index="0"]').focus();
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await table.getByText('3 elegidas').waitFor();
    await page.keyboard.press('Control+c');
    await page.getByText('3 filas copiadas').first().waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.split('\n')).toHaveLength(4);
    expect(copied.split('\n')[0]).toBe('Fecha\tCliente\tActivo\tTipo\tCantidad\tPrecio (€)\tImporte (€)\tEstado');
    await page.keyboard.press('Control+a');
    await table.getByText('9 elegidas').waitFor();
    await table.getByRole('searchbox').fill('no hay tal fila');
    await expect.poll(() => table.locator('header').innerText()).toContain('9 más fuera del filtro');
    expect(await table.getByRole('button', { name: /Borrar \d/ }).count()).toBe(0);
  },
  SLOW_MS,
);
