/**
 * Goal: a person brings her operations in with the keyboard and the mouse: drops the workbook, sees every row, confirms,
 * finds it in the portfolio, undoes it; a wrong file is refused in words. Accessible in both themes and on a phone.
 */
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { axeFaults } from './axe.ts';
import { browserMissingReason, PHONE } from './browser.ts';
import { journey } from './stage.ts';

const missing = browserMissingReason();
const SAMPLE = fileURLToPath(new URL('../../domains/portfolios/web/operaciones.xlsx', import.meta.url));

describe.skipIf(missing !== null)('import', () => {
  const at = journey({ args: ['--empty'] });
  const { open } = at;
  const look = (page: Page, name: string): Promise<void> => at.look(page, `import-${name}`);
  /** The drop zone takes nothing until it knows which portfolio is meant. */
  const give = async (page: Page, file: Parameters<ReturnType<Page['locator']>['setInputFiles']>[0]): Promise<void> => {
    await page.getByRole('button', { name: /Suelta aquí/, disabled: false }).waitFor();
    await page.locator('input[type=file]').setInputFiles(file);
  };
  let address = '';

  test('from the sample file to a portfolio, and back with one press', { timeout: 120_000 }, async () => {
    const { page, context, errors } = await open('/importar');
    await page.getByLabel('Nombre de la cartera').fill('Largo plazo');
    await look(page, 'start');
    expect(await axeFaults(page)).toEqual([]);
    await give(page, SAMPLE);
    await page.getByRole('button', { name: /Confirmar 16 filas/ }).waitFor();
    address = new URL(page.url()).pathname + new URL(page.url()).search;
    await page.getByText('Operaciones · 4').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'preview');
    await page.getByRole('radio', { name: 'Omitidas' }).click();
    await page.getByText('El total escrito (24.719,8) coincide').first().waitFor();
    await page.getByText('Posiciones compradas (Operaciones)').first().click();
    await look(page, 'columns');
    expect(await axeFaults(page)).toEqual([]);

    await page.locator('body').press('Control+Enter');
    await page.getByText('Operaciones registradas: 23').first().waitFor();
    await look(page, 'confirmed');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'Ver cartera' }).click();
    await page.getByText('Bitcoin').first().waitFor();
    await look(page, 'portfolio');
    await page.goto(`${at.product.url}${address}`);
    await page.getByRole('button', { name: 'Deshacer importación' }).click();
    await page.getByText('Importación deshecha').first().waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  test(
    'a file with an open question and bad rows: the answer settles it; errors name their cell',
    { timeout: 120_000 },
    async () => {
      const { page, context, errors } = await open('/importar');
      const csv = 'fecha;tipo;ticker;cantidad;precio\n02/03/2024;compra;BTC;1;1.234\n31/02/2024;compra;ETH;2;1.500\n';
      await give(page, { name: 'lista.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
      await page.getByText('Falta una respuesta').waitFor();
      await look(page, 'question');
      expect(await axeFaults(page)).toEqual([]);
      await page.getByRole('radio', { name: /coma decimal/ }).click();
      await page.getByRole('button', { name: /Confirmar 1 fila/ }).waitFor();
      await page.getByText('A3:').first().waitFor();
      await look(page, 'answered');
      expect(errors).toEqual([]);
      await context.close();
    },
  );

  test('what cannot be read is refused in words; dark and phone stay accessible', { timeout: 120_000 }, async () => {
    const { page, context } = await open('/importar', { ...PHONE, theme: 'dark' });
    await give(page, { name: 'factura.xlsx', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') });
    await page.getByText(/Es un PDF/).waitFor();
    await look(page, 'refused-phone-dark');
    expect(await axeFaults(page)).toEqual([]);
    await page.goto(`${at.product.url}${address}`);
    await page.getByText('Importación deshecha').first().waitFor();
    await look(page, 'undone-phone-dark');
    expect(await axeFaults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await context.close();
  });
});
