/**
 * Goal: an administrator makes a backup in one press and proves it in two from Home (task 19), keeps a secret that is never
 * shown again; accessible, in both themes and on a phone.
 */
import { describe, expect, test } from 'vitest';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, PHONE } from './browser.ts';
import { journey } from './stage.ts';

const missing = browserMissingReason();
const VERIFIED_MS_MAX = 60_000; // A whole restore on a busy machine.

describe.skipIf(missing !== null)('backups and secrets', () => {
  const at = journey({ args: ['--empty'] });
  const { open, look } = at;

  test('a backup is made with one press and proved with two', async () => {
    const { page, context, errors } = await open('/ajustes');
    await page.getByRole('link', { name: /Copias/ }).click();
    await page.getByText('La primera se hace esta noche').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Crear copia' }).click();
    await page.getByRole('button', { name: 'Verificar la última' }).waitFor({ timeout: VERIFIED_MS_MAX });
    // Task 19 counts from Home: the tile, then the button.
    await page.goto(`${at.product.url}/`);
    await page
      .locator('main')
      .getByRole('link', { name: /Copias/ })
      .press('Enter');
    await page.getByRole('button', { name: 'Verificar la última' }).press('Enter');
    await page.getByText('Comprobada', { exact: true }).first().waitFor({ timeout: VERIFIED_MS_MAX });
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'backups-light');
    expect(errors).toEqual([]);
    await context.close();
  });

  test.each([
    ['dark', { ...DESKTOP, theme: 'dark' as const }],
    ['phone', PHONE],
  ])('the page in %s', async (name, view) => {
    const { page, context } = await open('/ajustes/copias', view);
    await page.getByText('Comprobada', { exact: true }).first().waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, `backups-${name}`);
    await context.close();
  });

  test('a secret is kept, listed by its name only, and deleted', async () => {
    const { page, context, errors } = await open('/ajustes/secretos');
    await page.getByRole('button', { name: 'Añadir secreto' }).click();
    await page.getByLabel('Nombre').fill('smtp.password');
    await page.getByLabel('Valor', { exact: true }).fill('tres tristes tigres');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Guardar' }).click();
    await page.getByText('smtp.password').first().waitFor();
    await page.reload();
    await page.getByText('smtp.password').first().waitFor();
    expect(await page.content()).not.toContain('tristes');
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'secrets-light');
    await page.getByRole('button', { name: 'Borrar' }).first().click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Borrar' }).click();
    await page.getByText('No hay secretos').waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });
});
