/**
 * Goal: in the browser, two advisers see only their own; a change of manager is asked, approved and felt at once by both
 * managers; a client signs in to what is hers and has nothing to press that is forbidden; and the audit page tells it all.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { send, setUpOwner } from '../process/first-run.ts';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const SHOTS_DIR = process.env['SHOTS_DIR'];
const JOURNEY_MS_MAX = 300_000; // Many pages and axe on each; a busy machine takes its time.
const PASSWORD = 'siete grullas de papel';
const PEOPLE = [
  ['Nora', 'manager'],
  ['Sonia', 'manager'],
  ['Berta', 'adviser'],
  ['Carla', 'adviser'],
  ['Lucía', 'client'],
] as const;
const DARK: View = { ...DESKTOP, theme: 'dark' };

describe.skipIf(missing !== null)('scope', { timeout: JOURNEY_MS_MAX }, () => {
  let product: Product;
  let browser: Browser;
  let dataDir: string;
  const cookies = new Map<string, string>();
  const ids = new Map<string, string>();

  beforeAll(async () => {
    dataDir = newDataDir();
    const env = { CACTUS_DEMO: 'false' };
    [product, browser] = await Promise.all([startProduct({ dataDir, env }), launchBrowser()]);
    cookies.set('Ana', await setUpOwner(product));
    for (const [name, role] of PEOPLE) await addPerson(name, role);
    for (const [name, portfolio] of [
      ['Berta', 'Familia Sol'],
      ['Carla', 'Familia Luna'],
      ['Ana', 'La casa'],
    ] as const) {
      ids.set(portfolio, (await ask(name, 'POST', '/api/portfolios', { name: portfolio }))['id'] as string);
    }
  }, JOURNEY_MS_MAX);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    removeDataDir(dataDir);
  });

  async function ask(name: string, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await send(product, method, path, { cookie: cookies.get(name) ?? '', body });
    if (!answer.ok) throw new Error(`${name}: ${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  }
  async function addPerson(name: string, role: string): Promise<void> {
    const email = `${role}.${ids.size}@example.com`;
    ids.set(name, (await ask('Ana', 'POST', '/api/users', { name, role, email, password: PASSWORD }))['id'] as string);
    const signedIn = await send(product, 'POST', '/api/sessions', { body: { email, password: PASSWORD } });
    cookies.set(name, signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '');
  }
  const open = async (name: string, path: string, view: View = DESKTOP) => {
    const opened = await openPage(browser, view);
    opened.page.setDefaultTimeout(30_000);
    const [key = '', value = ''] = (cookies.get(name) ?? '').split('=');
    await opened.context.addCookies([{ name: key, value, url: product.url }]);
    await opened.page.goto(`${product.url}${path}`);
    await opened.page.getByRole('heading', { level: 1 }).first().waitFor();
    return opened;
  };
  const look = async (page: Page, name: string): Promise<void> => {
    await page.waitForTimeout(300); // Fades end.
    expect([name, await axeFaults(page)]).toEqual([name, []]);
    const overflowPx = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect([name, overflowPx]).toEqual([name, 0]);
    if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/scope-${name}.png`, fullPage: true });
  };
  const lookEverywhere = async (person: string, path: string, label: string, ready: string): Promise<void> => {
    for (const [name, view] of [
      ['light', DESKTOP],
      ['dark', DARK],
      ['phone', PHONE],
    ] as const) {
      const { page, context, errors } = await open(person, path, view);
      await page.getByText(ready).first().waitFor();
      await look(page, `${label}-${name}`);
      expect(errors).toEqual([]);
      await context.close();
    }
  };
  const portfoliosOf = async (page: Page): Promise<string[]> => {
    await page.goto(`${product.url}/carteras`);
    await page.getByRole('heading', { level: 1, name: 'Carteras' }).waitFor();
    await page.waitForLoadState('networkidle').catch(() => undefined);
    const shown = await page.getByText(/^(Familia (Sol|Luna)|La casa)$/).allTextContents();
    return shown.toSorted();
  };

  test('an owner makes the teams on the page, with the keyboard too', async () => {
    const { page, context, errors } = await open('Ana', '/ajustes/equipos');
    await page.getByText('Aún no hay equipos').waitFor();
    await look(page, 'teams-empty');
    for (const [team, manager, adviser] of [
      ['Norte', 'Nora', 'Berta'],
      ['Sur', 'Sonia', 'Carla'],
    ] as const) {
      await page.getByRole('button', { name: 'Nuevo equipo' }).first().press('Enter');
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Nombre').fill(team);
      await dialog.getByRole('button', { name: 'Crear equipo' }).click();
      await dialog.getByText('Elige quién lo lleva.').waitFor();
      await dialog.getByRole('combobox', { name: 'Gestor' }).fill(manager);
      await page.getByRole('option', { name: new RegExp(manager) }).click();
      await dialog.getByRole('checkbox', { name: new RegExp(adviser) }).press('Space');
      await look(page, `team-dialog-${team}`);
      await dialog.getByRole('button', { name: 'Crear equipo' }).click();
      await page.getByText(`Equipo ${team} guardado`).waitFor();
    }
    expect(errors).toEqual([]);
    await context.close();
    await lookEverywhere('Ana', '/ajustes/equipos', 'teams', 'Sonia');
  });

  test('two advisers see only their own, each manager her team’s, the owner everything', async () => {
    for (const [person, expected] of [
      ['Berta', ['Familia Sol']],
      ['Carla', ['Familia Luna']],
      ['Nora', ['Familia Sol']],
      ['Sonia', ['Familia Luna']],
      ['Ana', ['Familia Luna', 'Familia Sol', 'La casa']],
    ] as const) {
      const { page, context, errors } = await open(person, '/carteras');
      expect([person, await portfoliosOf(page)]).toEqual([person, expected]);
      expect(errors).toEqual([]);
      await context.close();
    }
    const { page, context } = await open('Berta', `/carteras/${ids.get('Familia Luna') ?? ''}`);
    await page.getByText('Esa cartera no existe').first().waitFor();
    await context.close();
  });

  test('a change of manager is asked, approved, and felt at once by both', async () => {
    const berta = await open('Berta', '/ajustes/equipos');
    await berta.page.getByRole('button', { name: 'Pedir un cambio de gestor' }).click();
    const dialog = berta.page.getByRole('dialog');
    await dialog.getByLabel('Equipo al que pasa').click();
    await berta.page.getByRole('option', { name: /Sur/ }).click();
    await dialog.getByLabel('Motivo').fill('Mis clientes viven en el sur.');
    await look(berta.page, 'ask-dialog');
    await dialog.getByRole('button', { name: 'Enviar la petición' }).click();
    await berta.page.getByText('Petición enviada').waitFor();
    await look(berta.page, 'asked');
    const nora = await open('Nora', '/carteras');
    await nora.page.getByText('Familia Sol').first().waitFor();
    const sonia = await open('Sonia', '/ajustes/equipos?vista=cambios');
    await sonia.page.getByText('pendiente').first().waitFor();
    await sonia.page.getByText('Berta').first().click();
    await sonia.page.getByText('Mis clientes viven en el sur.').waitFor();
    await look(sonia.page, 'decide');
    await sonia.page.getByRole('button', { name: 'Rechazar' }).click();
    await sonia.page.getByText('Escribe por qué no.').waitFor();
    await sonia.page.getByRole('button', { name: 'Aprobar' }).click();
    await sonia.page.getByText('Berta está ahora en Sur').waitFor();
    expect(await portfoliosOf(sonia.page)).toEqual(['Familia Luna', 'Familia Sol']);
    expect(await portfoliosOf(nora.page)).toEqual([]);
    for (const { errors, context } of [berta, nora, sonia]) {
      expect(errors).toEqual([]);
      await context.close();
    }
    await lookEverywhere('Sonia', '/ajustes/equipos?vista=cambios', 'changes', 'aprobado');
  });

  test('the portfolio menu names the responsible person and the client', async () => {
    const { page, context, errors } = await open('Ana', '/carteras');
    await page.getByText('1 cartera no tiene responsable.').waitFor();
    await page.getByText('Familia Sol').first().click();
    await page.getByRole('button', { name: 'Acciones' }).click();
    await page.getByRole('menuitem', { name: 'Responsable y cliente…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Cliente' }).fill('Luc');
    await page.getByRole('option', { name: 'Lucía' }).click();
    await look(page, 'assignment');
    await dialog.getByRole('button', { name: 'Guardar' }).click();
    await page.getByText('Guardado: ahora la lleva Berta').waitFor();
    expect(errors).toEqual([]);
    await context.close();
    await lookEverywhere('Ana', '/carteras', 'portfolios', 'sin responsable');
  });

  test('a client sees what is hers, and nothing to press that is forbidden', async () => {
    const { page, context, errors } = await open('Lucía', '/');
    const refused: string[] = [];
    page.on('response', (answer) => {
      if (answer.status() === 403) refused.push(answer.url());
    });
    await look(page, 'client-home');
    expect(await portfoliosOf(page)).toEqual(['Familia Sol']);
    await look(page, 'client-portfolios');
    await page.getByText('Familia Sol').first().click();
    await page.getByRole('heading', { level: 1, name: 'Familia Sol' }).waitFor();
    await page.getByRole('tab', { name: 'Operaciones' }).click();
    const buttons = await page.getByRole('main').getByRole('button').allTextContents();
    expect(buttons.filter((text) => /operación|importar|nueva|acciones|anular/i.test(text))).toEqual([]);
    expect(
      await page
        .getByRole('main')
        .getByRole('link', { name: /importar/i })
        .count(),
    ).toBe(0);
    await look(page, 'client-portfolio');
    // What is hers she may take away; nothing else is in the menu.
    await page.getByRole('button', { name: 'Acciones' }).click();
    expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Informe en PDF', 'Exportar']);
    await page.keyboard.press('Escape');
    await page.goto(`${product.url}/ajustes`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const hidden of ['Equipos', 'Auditoría', 'Usuarios y permisos', 'Secretos', 'Copias']) {
      expect([hidden, await page.getByRole('link', { name: new RegExp(`^${hidden}`) }).count()]).toEqual([hidden, 0]);
    }
    await look(page, 'client-settings');
    expect([refused, errors]).toEqual([[], []]);
    await context.close();
    await lookEverywhere('Lucía', `/carteras/${ids.get('Familia Sol') ?? ''}`, 'client', 'Familia Sol');
  });

  test('the audit page finds who changed the team, shows before and after, and verifies the chain', async () => {
    const { page, context, errors } = await open('Ana', '/ajustes/auditoria');
    await page.getByText('Aprobó un cambio de gestor').first().waitFor();
    await page.getByRole('combobox', { name: 'Acción' }).fill('Creó un equipo');
    await page.getByRole('option', { name: /Creó un equipo/ }).click();
    await page.waitForURL(/accion=identity\.team\.created/);
    await expect.poll(() => page.getByRole('row').count()).toBe(3);
    await page.getByRole('row').nth(1).click();
    await page.getByRole('dialog').getByText('Sonia').first().waitFor();
    await look(page, 'audit-drawer');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Verificar' }).click();
    await page.getByText('La cadena está entera').waitFor();
    await look(page, 'audit-verified');
    expect(errors).toEqual([]);
    await context.close();
    await lookEverywhere('Ana', '/ajustes/auditoria', 'audit', 'Aprobó un cambio de gestor');
  });
});

if (missing !== null) test(`SKIP scope: ${missing}`, ({ skip }) => skip(missing));
