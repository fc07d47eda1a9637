/**
 * Goal: a keeper enters the mail password and the bot's token on Conexiones and both work at once, without a restart; what
 * she typed is nowhere on the page again. Accessible in both themes and on a phone.
 */
import { startTestBotApi, startTestSmtp, TEST_BOT_TOKEN, type TestBotApi, type TestSmtp } from '#platform/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeFaults } from './axe.ts';
import { browserMissingReason, DESKTOP, PHONE, type View } from './browser.ts';
import { journey } from './stage.ts';

const missing = browserMissingReason();
const SHOTS_DIR = process.env['SHOTS_DIR'];
const PASSWORD = 'three cats and a fish';

describe.skipIf(missing !== null)('connections', () => {
  let smtp: TestSmtp;
  let api: TestBotApi;
  beforeAll(async () => {
    [smtp, api] = await Promise.all([startTestSmtp(), startTestBotApi()]);
  });
  afterAll(async () => {
    await Promise.all([smtp?.close(), api?.close()]);
  });
  const at = journey({
    env: () => ({
      CACTUS_DEMO: 'false',
      CACTUS_SMTP_HOST: '127.0.0.1',
      CACTUS_SMTP_PORT: String(smtp.port),
      CACTUS_SMTP_USER: 'cactus@example.com',
      CACTUS_TELEGRAM_API_ROOT: api.url,
    }),
  });

  async function openConnections(view: View) {
    const opened = await at.open('/ajustes/conexiones', view);
    await opened.page.getByRole('heading', { level: 1, name: 'Conexiones' }).waitFor();
    return opened;
  }

  test('password and token are entered by keyboard and used at once', async () => {
    const { page, context } = await openConnections(DESKTOP);
    const shot = async (name: string): Promise<void> => {
      if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/connections-${name}.png`, fullPage: true });
    };
    await shot('empty');
    await page.getByRole('button', { name: 'Poner: Clave del bot de Telegram' }).press('Enter');
    const field = page.getByRole('dialog').getByLabel('Clave del bot', { exact: true });
    await field.fill('not a token');
    await field.press('Enter');
    await page.getByText('No parece una clave de @BotFather', { exact: false }).waitFor();
    await shot('dialog');
    expect(await axeFaults(page)).toEqual([]);
    await field.fill(TEST_BOT_TOKEN);
    await field.press('Enter');
    await page.getByText('@cactus_test_bot').waitFor();

    await page.getByRole('button', { name: 'Poner: Contraseña del correo' }).press('Enter');
    await page.getByRole('dialog').getByLabel('Contraseña', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Cambiar: Contraseña del correo' }).waitFor();
    await page.getByRole('button', { name: 'Probar conexión: Servidor de correo' }).click();
    await expect.poll(() => smtp.passwords, { timeout: 20_000 }).toEqual([PASSWORD]);
    await page.getByText('Funciona').nth(1).waitFor();
    await shot('set');
    const content = await page.content();
    for (const secret of [PASSWORD, TEST_BOT_TOKEN]) expect(content).not.toContain(secret);
    await context.close();
  }, 120_000);

  test('dark and on a phone', async () => {
    for (const [name, view] of [
      ['dark', { ...DESKTOP, theme: 'dark' }],
      ['phone', PHONE],
    ] as const) {
      const { page, context } = await openConnections(view);
      await page.getByRole('button', { name: 'Cambiar: Clave del bot de Telegram' }).waitFor();
      expect([name, await axeFaults(page)]).toEqual([name, []]);
      if (SHOTS_DIR) await page.screenshot({ path: `${SHOTS_DIR}/connections-${name}.png`, fullPage: true });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
      await context.close();
    }
  }, 120_000);
});
