/**
 * Goal: an owner adds an endpoint, sees its secret once, sends a test event, watches it arrive, opens the delivery and sends
 * it again in three presses; everything accessible, in both themes and on a phone.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { send } from '../process/first-run.ts';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, PHONE, type View } from './browser.ts';
import { journey } from './stage.ts';

const missing = browserMissingReason();

describe.skipIf(missing !== null)('events page', () => {
  let receiver: Server;
  let receiverUrl: string;
  let receivedCount = 0;
  let isFailing = false;
  beforeAll(async () => {
    receiver = createServer((request, response) => {
      receivedCount += 1;
      request
        .resume()
        .on('end', () =>
          response.writeHead(isFailing ? 503 : 200, { 'x-receiver': 'e2e' }).end(isFailing ? 'ahora no' : 'gracias'),
        );
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/cactus`;
  });
  afterAll(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  const at = journey({ args: ['--empty'], env: () => ({ CACTUS_WEBHOOKS_ALLOW_PRIVATE_NETWORKS: 'true' }) });
  const { open, look } = at;

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

  test('task 20: a failed delivery is sent again and its answer watched in three presses', async () => {
    isFailing = true;
    const { page, context } = await open('/eventos?vista=destinos');
    const publish = { type: 'will.fail', data: { n: 20 } };
    expect((await send(at.product, 'POST', '/api/events', { cookie: at.cookie, body: publish })).status).toBe(201);
    await expect.poll(() => receivedCount).toBeGreaterThan(1);
    const before = receivedCount;
    await page.goto(`${at.product.url}/`);
    let presses = 0;
    const press = async (locator: ReturnType<Page['locator']>): Promise<void> => {
      await locator.first().click();
      presses += 1;
    };
    await press(page.getByRole('link', { name: 'Ver entregas' }));
    await press(page.getByText('webhooks.custom.published'));
    const drawer = page.getByRole('dialog');
    await drawer.getByText('Intento 1').waitFor();
    await drawer
      .getByText(/En cola .* conexión .* espera/)
      .first()
      .waitFor();
    isFailing = false;
    await press(drawer.getByRole('button', { name: 'Reenviar' }));
    await drawer.getByText('Entregada').waitFor();
    await drawer.getByText('gracias').first().waitFor();
    expect(presses).toBe(3);
    expect(receivedCount).toBeGreaterThan(before);
    await context.close();
  });

  test('the drawer of an endpoint tests it live, tries its filter, rotates with an overlap and ends the old secret', async () => {
    const { page, context, errors } = await open('/eventos?vista=destinos');
    await page.getByRole('row').filter({ hasText: '127.0.0.1' }).first().click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('button', { name: 'Enviar evento de prueba' }).click();
    await drawer.getByText('Respondió 200').waitFor();
    await drawer.getByText('gracias').waitFor();
    await drawer.getByRole('button', { name: 'Probar con los eventos recientes' }).click();
    await drawer.getByText(/Pasarían \d+ de \d+/).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'events-endpoint-drawer');
    await drawer.getByRole('button', { name: 'Rotar el secreto' }).click();
    await page.getByText('El secreto actual sigue firmando').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'events-rotate');
    await page.getByRole('dialog').getByRole('button', { name: 'Rotar el secreto' }).click();
    await page.getByRole('button', { name: 'Ya lo he guardado' }).click();
    await page.getByRole('button', { name: 'Terminar el anterior ya' }).click();
    await page.getByText('El secreto anterior ya no firma').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cambiar' }).click();
    await page.getByText('Cómo se le entrega').click();
    await page.getByLabel('Condiciones sobre los datos').fill('data.n gte');
    await page.getByText('No entendemos la línea 1').waitFor();
    await page.getByLabel('Condiciones sobre los datos').fill('');
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'events-endpoint-form');
    expect(errors).toEqual([]);
    await context.close();
  });

  test('many are sent again: counted before, then on their way', async () => {
    const { page, context, errors } = await open('/eventos?vista=entregas');
    await page.getByRole('button', { name: 'Reenviar varias' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('No hay ninguna así.').waitFor();
    await dialog.getByRole('combobox').first().click();
    await page.getByRole('option', { name: 'Las entregadas' }).click();
    await dialog.getByText(/Son \d+ entregas/).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await look(page, 'events-bulk');
    const before = receivedCount;
    await dialog.getByRole('button', { name: /^Reenviar \d+$/ }).click();
    await page.getByText('Reenvío en marcha').waitFor();
    await expect.poll(() => receivedCount, { timeout: 15_000 }).toBeGreaterThan(before + 1);
    expect(errors).toEqual([]);
    await context.close();
  });

  test('the tail shows an event as it happens, stands still when paused, and catches up', async () => {
    const { page, context, errors } = await open('/eventos');
    await page.getByRole('table', { name: 'En directo' }).waitFor();
    const publish = (type: string) =>
      send(at.product, 'POST', '/api/events', { cookie: at.cookie, body: { type, data: { count: 1 } } });
    const rows = () =>
      page
        .getByRole('row')
        .filter({ hasText: /first\.one|second\.one/ })
        .count();
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
