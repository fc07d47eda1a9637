/**
 * Goal: a passkey and an authenticator app from registration to signing in, with a real browser and its virtual
 * authenticator; a recovery code opens once; what is sensitive asks again; all of it accessible and by keyboard.
 */
import { TOTP } from 'otpauth';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OWNER, send, setUpOwner } from '../process/first-run.ts';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const SHOTS_DIR = process.env['SHOTS_DIR'];
const TEST_MS_MAX = 240_000;
const STEP_MS = 30_000;

describe.skipIf(missing !== null)('second factors', { timeout: TEST_MS_MAX }, () => {
  let product: Product;
  let browser: Browser;
  let dataDir: string;
  let cookie: string;
  beforeAll(async () => {
    dataDir = newDataDir();
    [product, browser] = await Promise.all([startProduct({ dataDir }), launchBrowser()]);
    cookie = await setUpOwner(product);
  }, TEST_MS_MAX);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    removeDataDir(dataDir);
  });

  const look = async (page: Page, name: string): Promise<void> => {
    expect([name, await axeFaults(page)]).toEqual([name, []]);
    if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/factors-${name}.png`, fullPage: true });
  };
  const open = async (path: string, view = DESKTOP, isSignedIn = true) => {
    const opened = await openPage(browser, view);
    opened.page.setDefaultTimeout(20_000);
    const [name = '', value = ''] = cookie.split('=');
    if (isSignedIn) await opened.context.addCookies([{ name, value, url: product.url }]);
    await opened.page.goto(`${product.url}${path}`);
    return opened;
  };
  /** Tokens change with every proof: the next page starts from the newest. */
  const keepCookie = async (context: BrowserContext): Promise<void> => {
    const kept = (await context.cookies()).find(({ name }) => name === 'cactus_session');
    cookie = `${kept?.name}=${kept?.value}`;
  };
  const codeOf = (secret: string, atMs: number): string => new TOTP({ secret }).generate({ timestamp: atMs });

  /** A device with a fingerprint reader; gives how to say whether its owner is there to answer. */
  async function virtualAuthenticator(context: BrowserContext, page: Page) {
    const session = await context.newCDPSession(page);
    await session.send('WebAuthn.enable');
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return (enabled: boolean) => session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
  }

  test('a passkey is made, used to sign in without an e-mail, and named in the list', async () => {
    const { page, context, errors } = await open('/ajustes/seguridad');
    const answers = await virtualAuthenticator(context, page);
    await page.getByRole('button', { name: 'Añadir una llave' }).press('Enter');
    await page.getByLabel('Nombre').fill('Portátil de Ana');
    await look(page, 'passkey-name');
    await page.keyboard.press('Enter');
    await page.getByText('Portátil de Ana').waitFor();
    await look(page, 'security');
    await keepCookie(context);
    const before = cookie;
    // The browser offers the passkey under the e-mail field, and the virtual owner takes it at once.
    await page.goto('about:blank'); // An open app would ask something with the cookie gone.
    await context.clearCookies();
    // The app may leave the page before the browser calls it loaded.
    await page.goto(`${product.url}/entrar`, { waitUntil: 'commit' });
    await page.waitForURL(`${product.url}/`);
    await keepCookie(context);
    expect(cookie).not.toBe(before);
    // Nobody takes the offer: the button asks for it.
    await answers(false);
    await page.goto('about:blank'); // An open app would ask something with the cookie gone.
    await context.clearCookies();
    await page.goto(`${product.url}/entrar`);
    const enter = page.getByRole('button', { name: 'Entrar con una llave de acceso' });
    await enter.waitFor();
    await look(page, 'sign-in');
    await enter.press('Enter');
    await answers(true);
    await page.waitForURL(`${product.url}/`);
    await page.goto(`${product.url}/ajustes/seguridad`);
    await page.getByText(/Último uso (ahora|hace)/).waitFor();
    await keepCookie(context);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('an authenticator app by keyboard, the second step, a recovery code once, and the question before what is sensitive', async () => {
    const { page, context } = await open('/ajustes/seguridad');
    const card = page.locator('section', { hasText: 'Aplicación de códigos' }).first();
    await card.getByRole('button', { name: 'Activar' }).press('Enter');
    const secret = ((await page.getByTestId('totp-key').textContent()) ?? '').replaceAll(' ', '');
    await look(page, 'totp');
    const enrolledAtMs = Date.now();
    await page.getByLabel('Código de seis cifras').fill(codeOf(secret, enrolledAtMs));
    await page.keyboard.press('Enter');
    await page.getByText('Guarda estos códigos').waitFor();
    await look(page, 'recovery-codes');
    const codes = await page
      .getByRole('listitem')
      .filter({ hasText: /^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/ })
      .allTextContents();
    expect(codes).toHaveLength(10);
    await page.getByRole('button', { name: 'Ya los he guardado' }).press('Enter');
    await page.getByText(/Activa desde/).waitFor();
    await context.close();

    const enter = async (finish: (second: Page) => Promise<void>) => {
      const fresh = await open('/entrar', PHONE, false);
      await fresh.page.getByLabel('Correo electrónico').fill(OWNER.email);
      await fresh.page.getByLabel('Contraseña', { exact: true }).fill(OWNER.password);
      await fresh.page.keyboard.press('Enter');
      await fresh.page.getByText('Falta un paso').waitFor();
      await finish(fresh.page);
      return fresh;
    };
    const withCode = await enter(async (second) => {
      await expect.poll(() => second.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('code');
      await look(second, 'second-step-390');
      // The step of enrolment is used; the next one is within the window already.
      await second.keyboard.type(codeOf(secret, enrolledAtMs + STEP_MS));
      await second.keyboard.press('Enter');
      await second.waitForURL(`${product.url}/`);
    });
    await keepCookie(withCode.context);
    await withCode.context.close();
    const [recovery = ''] = codes;
    const withRecovery = await enter(async (second) => {
      await second.getByRole('button', { name: 'Usar un código de recuperación' }).press('Enter');
      await second.getByLabel('Código de recuperación').fill(recovery);
      await second.keyboard.press('Enter');
      await second.waitForURL(`${product.url}/`);
    });
    await withRecovery.context.close();
    const again = await enter(async (second) => {
      await second.getByRole('button', { name: 'Usar un código de recuperación' }).press('Enter');
      await second.getByLabel('Código de recuperación').fill(recovery);
      await second.keyboard.press('Enter');
      await second.getByText('El código no vale').waitFor();
      await look(second, 'second-step-wrong');
    });
    await again.context.close();
  });

  test('a sensitive action opens the question, and the action goes on by itself after the answer', async () => {
    const { page, context } = await open('/ajustes/seguridad', { ...DESKTOP, theme: 'dark' });
    await page.getByText('Códigos de recuperación').first().waitFor();
    let askedCount = 0;
    // What the server answers after ten minutes, once; the repeated call reaches it.
    await page.route('**/api/me/recovery-codes', async (route) => {
      askedCount += 1;
      if (askedCount > 1) return route.continue();
      const body = JSON.stringify({ code: 'step_up_required', status: 403, title: 'x', detail: 'x' });
      return route.fulfill({ status: 403, contentType: 'application/problem+json', body });
    });
    await page.route('**/api/me/proofs', (route) => route.fulfill({ status: 204 }));
    await page.getByRole('button', { name: 'Crear otros' }).press('Enter');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Crear otros' }).press('Enter');
    await page.getByText('Confirma que eres tú').waitFor();
    await look(page, 'step-up-dark');
    await page.getByLabel('Código de seis cifras').fill('123456');
    await page.keyboard.press('Enter');
    await page.getByText('Guarda estos códigos').waitFor();
    expect(askedCount).toBe(2);
    await context.close();
  });

  test('a phone sees the page whole, in English too', async () => {
    await send(product, 'PATCH', '/api/me', { cookie, body: { locale: 'en' } });
    const { page, context } = await open('/ajustes/seguridad', { ...PHONE, locale: 'en-GB', theme: 'dark' });
    await page.getByRole('heading', { name: 'Passkeys' }).waitFor();
    await look(page, 'security-390-dark');
    const overflowPx = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflowPx).toBe(0);
    await context.close();
  });
});

if (missing !== null) test(`SKIP second factors: ${missing}`, ({ skip }) => skip(missing));
