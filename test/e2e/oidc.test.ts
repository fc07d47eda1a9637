/**
 * Goal: linking an account and signing in with it through the pages of a real provider, in a real browser; each refusal is
 * said on the sign-in page; accessible in both themes and on a phone.
 */
import { openTestProvider, type TestProvider } from '#platform/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OWNER, send, setUpOwner } from '../process/first-run.ts';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const SHOTS_DIR = process.env['SHOTS_DIR'];
const JOURNEY_MS_MAX = 180_000;

describe.skipIf(missing !== null)('signing in with a provider', { timeout: JOURNEY_MS_MAX }, () => {
  let provider: TestProvider;
  let product: Product;
  let browser: Browser;
  let dataDir: string;
  let cookie = '';

  beforeAll(async () => {
    dataDir = newDataDir();
    provider = await openTestProvider();
    const { issuer, clientId, clientSecret } = provider;
    const env = {
      CACTUS_IDENTITY_OIDC_ISSUER: issuer,
      GOOGLE_CLIENT_ID: clientId,
      GOOGLE_CLIENT_SECRET: clientSecret,
    };
    [product, browser] = await Promise.all([startProduct({ dataDir, env }), launchBrowser()]);
    provider.allowRedirect(`${product.url}/api/auth/oidc/callback`);
    provider.people.set('ana', { email: 'ana.at.google@mail.example', email_verified: true, name: 'Ana' });
    provider.people.set('stranger', { email: 'stranger@mail.example', email_verified: true });
    provider.people.set('same-mail', { email: OWNER.email, email_verified: true });
    cookie = await setUpOwner(product);
  }, 240_000);

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    await provider?.close();
    removeDataDir(dataDir);
  });

  const look = async (page: Page, name: string): Promise<void> => {
    if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/${name}.png`, fullPage: true });
  };
  const open = async (path: string, view: View = DESKTOP) => {
    const opened = await openPage(browser, view);
    opened.page.setDefaultTimeout(20_000);
    await opened.page.goto(`${product.url}${path}`);
    return opened;
  };
  const atProvider = async (page: Page, login: string): Promise<void> => {
    await page.waitForURL(`${provider.issuer}/interaction/**`);
    await page.locator('input[name=login]').fill(login);
    await page.locator('input[name=password]').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
  };
  const enterWith = async (page: Page, login: string): Promise<void> => {
    await page.getByRole('link', { name: 'Entrar con Google' }).click();
    await atProvider(page, login);
  };

  test('link in Ajustes, sign out, and come in again through the provider to the page she wanted', async () => {
    const { page, context } = await open('/entrar');
    await page.getByLabel('Correo electrónico').fill(OWNER.email);
    await page.getByLabel('Contraseña', { exact: true }).fill(OWNER.password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${product.url}/`);
    await page.goto(`${product.url}/ajustes/sesiones`);
    const link = page.getByRole('button', { name: 'Vincular con Google' });
    await link.waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'oidc-link');
    await link.focus();
    await page.keyboard.press('Enter');
    await atProvider(page, 'ana');
    await page.getByText('Cuenta vinculada. Desde ahora puedes entrar con Google.').waitFor();
    await page.getByText('ana.at.google@mail.example').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'oidc-linked');

    await context.clearCookies();
    await page.goto(`${product.url}/ajustes/sesiones`);
    await page.waitForURL(/\/entrar\?volver=/);
    await enterWith(page, 'ana');
    await page.waitForURL(`${product.url}/ajustes/sesiones`);
    await page.getByText('este dispositivo').waitFor();

    await page.getByRole('button', { name: 'Desvincular' }).click();
    const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'));
    await dialog.getByText('¿Desvincular ana.at.google@mail.example?').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'oidc-unlink');
    await dialog.getByRole('button', { name: 'Desvincular' }).click();
    await page.getByRole('button', { name: 'Vincular con Google' }).waitFor();
    await context.close();
  });

  test('strangers, the same e-mail and a change of mind are explained on the sign-in page, in every view', async () => {
    const cases: readonly [string, string, View][] = [
      ['stranger', 'Todavía no tienes sitio aquí', DESKTOP],
      ['same-mail', 'Ya tienes una cuenta con ese correo', { ...PHONE, theme: 'dark' }],
    ];
    for (const [login, words, view] of cases) {
      const { page, context } = await open('/entrar', view);
      await page.getByRole('link', { name: 'Entrar con Google' }).waitFor();
      expect([login, await axeFaults(page)]).toEqual([login, []]);
      await look(page, `oidc-button-${login}`);
      await enterWith(page, login);
      await page.getByRole('alert').getByText(words).waitFor();
      expect([login, await axeFaults(page)]).toEqual([login, []]);
      await look(page, `oidc-refused-${login}`);
      await context.close();
    }
    const { page, context, errors } = await open('/entrar', { ...DESKTOP, theme: 'dark' });
    await page.getByRole('link', { name: 'Entrar con Google' }).click();
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.getByText('Cancelaste en Google.').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'oidc-cancelled-dark');
    expect(errors.filter((line) => line.includes(product.url))).toEqual([]);
    await context.close();
  });

  test('an invited person comes in with her account; with another one she is told so and the link still serves', async () => {
    const email = 'berta@mail.example';
    provider.people.set('berta', { email, email_verified: true, name: 'Berta Sol' });
    const body = { email, role: 'adviser', locale: 'es' };
    const sent = await send(product, 'POST', '/api/invitations', { cookie, body });
    const { path } = (await sent.json()) as { path: string };
    const { page, context } = await open(path, { ...PHONE, theme: 'dark' });
    const join = page.getByRole('button', { name: 'Entrar con mi cuenta de Google' });
    await join.waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'oidc-invited');
    await join.click();
    await atProvider(page, 'stranger');
    await page.getByText('La invitación es para otra persona').waitFor();
    expect([new URL(page.url()).hash, await axeFaults(page)]).toEqual(['', []]);
    await look(page, 'oidc-invited-another');
    await context.clearCookies({ domain: new URL(provider.issuer).hostname, name: /_session|_interaction/ });
    await join.click();
    await atProvider(page, 'berta');
    await page.waitForURL(`${product.url}/`);
    const me = await page.evaluate(async () => (await fetch('/api/me')).json() as Promise<{ user: { name: string } }>);
    expect(me.user.name).toBe('Berta Sol');
    await context.close();
  });

  test('nothing that the provider said is in the log', async () => {
    const { page, context } = await open('/entrar');
    provider.onIdToken = (token) => provider.resign(token, { nonce: 'another' });
    await enterWith(page, 'ana');
    await page.getByText('La respuesta de Google no es de fiar').waitFor();
    provider.onIdToken = null;
    const output = product.output();
    expect(output).toContain('oidc: the answer of the provider was refused');
    expect(output).not.toMatch(/eyJ[\w-]+\.|code=|id_token"|mail\.example/);
    expect(output).not.toContain(provider.clientSecret);
    await context.close();
  });
});

if (missing !== null) test(`SKIP signing in with a provider: ${missing}`, ({ skip }) => skip(missing));
