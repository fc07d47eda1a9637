/**
 * Goal: a setting is found by any word it is called by, accents or not; Acerca says which version this is, where its data lives and on
 * whose work it stands.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mightyOwner, sessionRoutes } from './session-fixture.ts';
import { missingBrowser, webStage } from './stage.ts';

const stage = webStage(() => ({
  ...sessionRoutes(mightyOwner()),
  'GET /api/platform/health': () => ({ status: 500, body: { code: 'internal_error', status: 500 } }),
}));
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

test.skipIf(missingBrowser)(
  'settings are found by what they are about, and the whole list is a press away',
  async () => {
    const { page, errors } = await stage.open('/ajustes');
    const search = page.getByRole('searchbox', { name: 'Buscar un ajuste' });
    await search.fill('boton que no existe');
    await page.getByRole('button', { name: 'Ver todos los ajustes' }).press('Enter');
    expect(await search.inputValue()).toBe('');
    await search.fill('sesion');
    await page.getByRole('link', { name: /Dispositivos/ }).waitFor();
    expect(await page.getByRole('heading', { level: 2, name: 'Apariencia' }).count()).toBe(0);
    await search.fill('densidad');
    await page.getByRole('heading', { level: 2, name: 'Apariencia' }).waitFor();
    expect(await page.getByRole('link', { name: /Dispositivos/ }).count()).toBe(0);
    await search.fill('copias');
    await page.getByRole('link', { name: /Copias/ }).press('Enter');
    await page.waitForURL('**/ajustes/copias');
    expect(errors.filter((line) => !line.includes('404'))).toEqual([]);
  },
);

test.skipIf(missingBrowser)(
  'Acerca: version, packages with licence, and a folder that could not be asked for says so',
  async () => {
    const { page } = await stage.open('/ajustes/acerca');
    await page.getByText(version, { exact: true }).waitFor();
    const packages = page.getByRole('region', { name: /paquetes/i });
    await packages.getByRole('searchbox').fill('react-dom');
    const row = packages.locator('tbody tr').filter({ hasText: 'react-dom' }).first();
    await row.getByText('MIT', { exact: true }).waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Reintentar' }).waitFor();
    stage.server.routes['GET /api/platform/health'] = () => ({ body: { dataDir: '/srv/cactus/data' } });
    await page.getByRole('button', { name: 'Reintentar' }).press('Enter');
    await page.getByText('/srv/cactus/data').waitFor();
  },
);
