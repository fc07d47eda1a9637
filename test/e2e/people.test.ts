/**
 * Goal: somebody is invited and comes in with a password of her own; a forgotten password is replaced, by mail and by an
 * admin's link, and closes what was open; an API key is made, used and revoked. Accessible in both themes and on a phone.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSmtp, type TestSmtp } from '#platform/testing';
import { OWNER, send, setUpOwner } from '../process/first-run.ts';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const SHOTS_DIR = process.env['SHOTS_DIR'];
const JOURNEY_MS_MAX = 240_000; // Many pages and axe on each; a busy machine takes its time.
const HER_PASSWORD = 'siete grullas de papel';
const NEW_PASSWORD = 'nueve barcas en la bahía';

describe.skipIf(missing !== null)('people', { timeout: JOURNEY_MS_MAX }, () => {
  let product: Product;
  let browser: Browser;
  let smtp: TestSmtp;
  let dataDir: string;
  let cookie: string;
  beforeAll(async () => {
    dataDir = newDataDir();
    smtp = await startTestSmtp();
    const env = {
      CACTUS_SMTP_HOST: '127.0.0.1',
      CACTUS_SMTP_PORT: String(smtp.port),
      CACTUS_SMTP_FROM: 'cactus@example.com',
    };
    [product, browser] = await Promise.all([startProduct({ dataDir, env }), launchBrowser()]);
    cookie = await setUpOwner(product);
  }, JOURNEY_MS_MAX);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    await smtp?.close();
    removeDataDir(dataDir);
  });

  const look = async (page: Page, name: string): Promise<void> => {
    expect([name, await axeFaults(page)]).toEqual([name, []]);
    const overflowPx = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect([name, overflowPx]).toEqual([name, 0]);
    if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/people-${name}.png`, fullPage: true });
  };
  const open = async (path: string, view: View = DESKTOP, asOwner = false) => {
    const opened = await openPage(browser, view);
    opened.page.setDefaultTimeout(30_000);
    const [name = '', value = ''] = cookie.split('=');
    if (asOwner) await opened.context.addCookies([{ name, value, url: product.url }]);
    await opened.page.goto(path.startsWith('http') ? path : `${product.url}${path}`);
    return opened;
  };
  const linkMailedTo = async (to: string, path: string): Promise<string> => {
    const find = () =>
      smtp.received.findLast((mail) => mail.to.includes(to) && mail.text.replaceAll('=\r\n', '').includes(path));
    await expect.poll(find, { timeout: 30_000 }).toBeDefined();
    const token = new RegExp(`${path}#t=3?D?([\\w-]{43})`).exec(find()?.text.replaceAll(/=\r?\n/g, '') ?? '')?.[1];
    return `${path}#t=${token ?? ''}`;
  };
  const signIn = async (page: Page, email: string, password: string): Promise<void> => {
    await page.getByLabel('Correo electrónico').fill(email);
    await page.getByLabel('Contraseña', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
  };

  test('an admin invites; the invited person chooses her password from the mail and is in', async () => {
    const { page, context, errors } = await open('/ajustes/usuarios', DESKTOP, true);
    await page.getByRole('button', { name: 'Invitar', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Correo electrónico').fill('berta@example.com');
    await look(page, 'invite-dialog');
    await page.keyboard.press('Enter');
    await dialog.getByLabel('Enlace de la invitación').waitFor();
    expect(await dialog.getByLabel('Enlace de la invitación').inputValue()).toContain(`${product.url}/invitacion#t=`);
    await look(page, 'invite-link');
    await dialog.getByRole('button', { name: 'Ya lo he guardado' }).click();
    await page.getByRole('tab', { name: /Invitaciones/ }).click();
    await page.getByRole('cell', { name: 'berta@example.com', exact: true }).waitFor();
    await look(page, 'invitations');
    expect(errors).toEqual([]);
    const link = await linkMailedTo('berta@example.com', '/invitacion');
    for (const [name, view] of [
      ['dark', { ...DESKTOP, theme: 'dark' }],
      ['phone', PHONE],
    ] as const) {
      const other = await open(link, view);
      await other.page.getByText('Ana Ferreyra te invita').first().waitFor();
      await look(other.page, `invitation-${name}`);
      await other.context.close();
    }
    const hers = await open(link);
    await hers.page.getByLabel('Tu nombre').fill('Berta Sol');
    await hers.page.getByLabel('Contraseña', { exact: true }).fill(HER_PASSWORD);
    await look(hers.page, 'invitation-light');
    await hers.page.keyboard.press('Enter');
    await hers.page.waitForURL(`${product.url}/`);
    await hers.page.getByRole('heading', { level: 1 }).waitFor();
    expect(hers.errors).toEqual([]);
    await hers.context.close();
    const again = await open(link);
    await again.page.getByText('Esta invitación ya no vale').waitFor();
    await look(again.page, 'invitation-dead');
    await again.context.close();
    await context.close();
  });

  test('a forgotten password: the same words for every e-mail, one link, sessions closed', async () => {
    const before = await open('/entrar', PHONE);
    await signIn(before.page, 'berta@example.com', HER_PASSWORD);
    await before.page.waitForURL(`${product.url}/`);
    const { page, context, errors } = await open('/entrar');
    await page.getByRole('link', { name: '¿Has olvidado tu contraseña?' }).click();
    await page.getByLabel('Correo electrónico').fill('nadie@example.com');
    await look(page, 'reset-ask');
    await page.keyboard.press('Enter');
    await page.getByText('Si nadie@example.com tiene cuenta aquí').waitFor();
    await page.goto(`${product.url}/restablecer`);
    await page.getByLabel('Correo electrónico').fill('berta@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('Si berta@example.com tiene cuenta aquí').waitFor();
    await look(page, 'reset-asked');
    const link = await linkMailedTo('berta@example.com', '/restablecer');
    for (const [name, view] of [
      ['dark', { ...DESKTOP, theme: 'dark' }],
      ['phone', PHONE],
    ] as const) {
      const other = await open(link, view);
      await other.page.getByLabel('Contraseña nueva').waitFor();
      await look(other.page, `reset-${name}`);
      await other.context.close();
    }
    await page.goto('about:blank');
    await page.goto(`${product.url}${link}`);
    await page.getByLabel('Contraseña nueva').fill(NEW_PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText('Contraseña cambiada').waitFor();
    expect(page.url()).toBe(`${product.url}/restablecer`);
    await look(page, 'reset-done');
    // The open page of the other device hears that its session is over.
    await before.page.waitForURL(/\/entrar/);
    expect(smtp.received.some(({ to }) => to.includes('nadie@example.com'))).toBe(false);
    await page.getByRole('link', { name: 'Entrar' }).click();
    await signIn(page, 'berta@example.com', NEW_PASSWORD);
    await page.waitForURL(`${product.url}/`);
    expect(errors).toEqual([]);
    const used = await open(link);
    await used.page.getByLabel('Contraseña nueva').fill(NEW_PASSWORD);
    await used.page.keyboard.press('Enter');
    await used.page.getByText('Este enlace ya no vale').waitFor();
    await look(used.page, 'reset-dead');
    await used.context.close();
    await before.context.close();
    await context.close();
  });

  test('an admin’s link for another, and closing the other devices', async () => {
    const { page, context, errors } = await open('/ajustes/usuarios', DESKTOP, true);
    await page.getByRole('button', { name: 'Acciones: Berta Sol' }).click();
    await page.getByRole('menuitem', { name: 'Enlace para otra contraseña' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Crear' }).click();
    const field = page.getByRole('dialog').getByLabel('Enlace para otra contraseña');
    await field.waitFor();
    expect(await field.inputValue()).toMatch(/\/restablecer#t=[\w-]{43}$/);
    await look(page, 'reset-link');
    const elsewhere = await send(product, 'POST', '/api/sessions', { body: { ...OWNER } });
    expect(elsewhere.status).toBe(201);
    await page.goto(`${product.url}/ajustes/sesiones`);
    await page.getByRole('button', { name: 'Cerrar las demás' }).click();
    await page.getByText('Las demás sesiones se han cerrado').waitFor();
    await look(page, 'sessions');
    const theirs = elsewhere.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect((await send(product, 'GET', '/api/me', { cookie: theirs })).status).toBe(401);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('an API key is made with the keyboard, shown once, used and revoked', async () => {
    const { page, context, errors } = await open('/ajustes/claves-api', DESKTOP, true);
    await page.getByText('No tienes claves').waitFor();
    await look(page, 'api-empty');
    await page.getByRole('button', { name: 'Crear una clave' }).first().press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Nombre').fill('Hoja de precios');
    await dialog.getByText('identity.users.read').waitFor();
    await page.keyboard.press('Enter');
    await dialog.getByText('Elige al menos uno.').waitFor();
    await dialog.getByRole('checkbox', { name: /identity\.users\.read/ }).press('Space');
    await look(page, 'api-dialog');
    await dialog.getByRole('button', { name: 'Crear' }).press('Enter');
    const field = dialog.getByLabel('Clave', { exact: true });
    await field.waitFor();
    const secret = await field.inputValue();
    expect(secret).toMatch(/^cact_[0-9A-Za-z]{36}$/);
    await look(page, 'api-secret');
    await dialog.getByRole('button', { name: 'Ya lo he guardado' }).press('Enter');
    const use = () => fetch(`${product.url}/api/users`, { headers: { authorization: `Bearer ${secret}` } });
    expect((await use()).status).toBe(200);
    for (const [name, view] of [
      ['light', DESKTOP],
      ['dark', { ...DESKTOP, theme: 'dark' }],
      ['phone', PHONE],
    ] as const) {
      const other = await open('/ajustes/claves-api', view, true);
      await other.page.getByText('Hoja de precios').first().waitFor();
      await look(other.page, `api-${name}`);
      await other.context.close();
    }
    await page.getByRole('button', { name: 'Revocar Hoja de precios' }).first().click();
    await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Revocar' }).click();
    await page.getByText('Clave «Hoja de precios» revocada').waitFor();
    expect((await use()).status).toBe(401);
    expect(errors).toEqual([]);
    await context.close();
  });
});

if (missing !== null) test(`SKIP people: ${missing}`, ({ skip }) => skip(missing));
