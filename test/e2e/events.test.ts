/**
 * Goal: an owner adds an endpoint, sees its secret once, sends a test event, watches it arrive, opens the delivery and sends
 * it again in three presses; everything accessible, in both themes and on a phone.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { send, setUpOwner } from '../process/first-run.ts';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, launchBrowser, openPage, PHONE, type View } from './browser.ts';
import { newDataDir, type Product, removeDataDir, startProduct } from './product.ts';

const missing = browserMissingReason();
const SHOTS_DIR = process.env['SHOTS_DIR'];

describe.skipIf(missing !== null)('events page', () => {
  let product: Product;
  let browser: Browser;
  let dataDir: string;
  let cookie: string;
  let receiver: Server;
  let receiverUrl: string;
  let receivedCount = 0;
  beforeAll(async () => {
    dataDir = newDataDir();
    const env = { CACTUS_WEBHOOKS_ALLOW_PRIVATE_NETWORKS: 'true' };
    receiver = createServer((request, response) => {
      receivedCount += 1;
      request.resume().on('end', () => response.writeHead(200, { 'x-receiver': 'e2e' }).end('gracias'));
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/cactus`;
    [product, browser] = await Promise.all([startProduct({ dataDir, args: ['--empty'], env }), launchBrowser()]);
    cookie = await setUpOwner(product);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    receiver.closeAllConnections();
    receiver.close();
    removeDataDir(dataDir);
  });

  const look = async (page: Page, name: string): Promise<void> => {
    if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/${name}.png` });
  };
  const open = async (path: string, view: View = DESKTOP) => {
    const opened = await openPage(browser, view);
    opened.page.setDefaultTimeout(15_000);
    const [name = '', value = ''] = cookie.split('=');
    await opened.context.addCookies([{ name, value, url: product.url }]);
    await opened.page.goto(`${product.url}${path}`);
    return opened;
  };

  test('an endpoint is added, tested, its delivery read and sent again in three presses', async () => {
    const { page, context, errors } = await open('/eventos?vista=destinos');
    await page.getByText('Ningún sistema escucha todavía').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Añadir destino' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Dirección').fill('http://169.254.169.254/');
    await dialog.getByRole('button', { name: 'Añadir destino' }).click();
    await dialog.getByText('Esa dirección no está permitida').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'events-endpoint-refused');
    await dialog.getByLabel('Dirección').fill(receiverUrl);
    await dialog.getByLabel('Eventos').fill('webhooks.*');
    await dialog.getByRole('button', { name: 'Añadir destino' }).click();
    const secret = page.getByRole('textbox', { name: 'Secreto de firma' });
    await secret.waitFor();
    expect(await secret.inputValue()).toMatch(/^whsec_/);
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'events-secret');
    await page.getByRole('button', { name: 'Ya lo he guardado' }).click();
    await page.getByRole('button', { name: /^Acciones de 127/ }).click();
    await page.getByRole('menuitem', { name: 'Enviar evento de prueba' }).click();
    await page.getByText('Evento de prueba enviado').waitFor();
    await expect.poll(() => receivedCount).toBe(1);
    await look(page, 'events-endpoints');

    // Three presses: the tab, the row, "Reenviar".
    await page.getByRole('tab', { name: 'Entregas' }).click();
    await page.getByText('webhooks.endpoint.tested').first().click();
    await page.getByRole('dialog').getByText('gracias').waitFor();
    await look(page, 'events-delivery');
    expect(await axeFaults(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Reenviar' }).click();
    await expect.poll(() => receivedCount).toBe(2);
    await page.getByRole('dialog').getByText('Intento 2').waitFor();
    // The browser itself reports the refused address; nothing else may complain.
    expect(errors.filter((error) => !error.includes('422'))).toEqual([]);
    await context.close();
  });

  test('the tail shows an event as it happens, stands still when paused, and catches up', async () => {
    const { page, context, errors } = await open('/eventos');
    await page.getByRole('table', { name: 'En directo' }).waitFor();
    const publish = (type: string) =>
      send(product, 'POST', '/api/events', { cookie, body: { type, data: { count: 1 } } });
    const rows = () => page.getByRole('row').filter({ hasText: 'webhooks.custom.published' }).count();
    await publish('first.one');
    await expect.poll(rows).toBe(1);
    await page.getByRole('button', { name: 'Pausar' }).click();
    await page.mouse.move(5, 5);
    await publish('second.one');
    await page.getByText('En pausa · 1 nuevo').waitFor();
    expect(await rows()).toBe(1);
    await page.getByRole('button', { name: 'Seguir' }).click();
    await page.mouse.move(5, 5);
    await expect.poll(rows).toBe(2);
    expect(errors).toEqual([]);
    await context.close();
  });

  test.each<[string, View, string]>([
    ['light', DESKTOP, '/eventos'],
    ['dark', { ...DESKTOP, theme: 'dark' }, '/eventos?vista=entregas'],
    ['phone', PHONE, '/eventos?vista=destinos'],
    ['phone-dark-en', { ...PHONE, theme: 'dark', locale: 'en-GB' }, '/eventos'],
  ])('it is accessible: %s', async (name, view, path) => {
    const { page, context, errors } = await open(path, view);
    await page.getByRole('tab').first().waitFor();
    await page
      .getByText(/webhooks\.|127\.0\.0\.1/)
      .first()
      .waitFor();
    expect(await axeFaults(page)).toEqual([]);
    const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflowPx).toBeLessThanOrEqual(0);
    await look(page, `events-${name}`);
    expect(errors).toEqual([]);
    await context.close();
  });
});

if (missing !== null) test(`SKIP events page: ${missing}`, ({ skip }) => skip(missing));
