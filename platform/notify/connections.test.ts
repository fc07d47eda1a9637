/**
 * Goal: a keeper enters the mail password and the bot's token on the page; both count from the next message on, in every
 * process, are never told again, and the settings win over them.
 */
import { EVERY_ROW } from '#kernel';
import type { AuditedChange, Domain } from '#platform/domain';
import { ConnectionChanged, NOTIFY_PERMISSIONS, notifyRoutes } from '#platform/notify';
import {
  startTestBotApi,
  startTestSmtp,
  TEST_BOT_TOKEN,
  type TestBotApi,
  type TestBrowser,
  testServer,
  type TestServer,
  type TestServerOptions,
  type TestSmtp,
} from '#platform/testing';
import { createTelegram } from '#platform/telegram';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

const PASSWORD = 'three cats and a fish';
const SMTP = { url: null, password: null, from: null, tls: 'auto', user: 'cactus@example.com' } as const;
const BASE = '/api/notifications/connections';
const audited: AuditedChange[] = [];
const member = { userId: '019a0000-0000-7000-8000-000000000001', workspaceId: '019a0000-0000-7000-8000-000000000002' };
const permissions = new Set(NOTIFY_PERMISSIONS.map(({ name }) => name as string));
let isRecentlyProved = true;
const house: Domain = {
  name: 'platform',
  tablePrefix: 'platform_',
  migrations: null,
  permissions: NOTIFY_PERMISSIONS,
  events: [ConnectionChanged],
  routes: notifyRoutes,
  recordAudit: async (_tx, change) => void audited.push(change),
  directory: () => ({
    people: async () => [{ ...member, email: 'ana@example.com', locale: 'es', timeZone: 'Europe/Madrid', permissions }],
    workspaceIds: async () => [],
  }),
};
let smtp: TestSmtp;
let api: TestBotApi;
let server: TestServer;
let browser: TestBrowser;

const open = async (config: TestServerOptions['config']): Promise<TestServer> => {
  const opened = await testServer([house], {
    actor: () => ({ ...member, sessionId: 's', role: 'owner', permissions, rows: EVERY_ROW, isRecentlyProved }),
    config: { smtp: { ...SMTP, host: '127.0.0.1', port: smtp.port }, ...config },
  });
  await opened.platform.jobs.start();
  return opened;
};
beforeAll(async () => {
  [smtp, api] = await Promise.all([startTestSmtp(), startTestBotApi()]);
  server = await open({ telegram: { botToken: null, apiRoot: api.url } });
  browser = server.browser();
});
afterAll(async () => {
  await server.close();
  await Promise.all([smtp.close(), api.close()]);
});
beforeEach(() => {
  isRecentlyProved = true;
  audited.length = 0;
});

interface Seen {
  readonly mail: { password: { source: string }; lastTest: { state: string } | null };
  readonly telegram: { isConfigured: boolean; botUsername: string | null; token: { source: string } };
}
const read = async (): Promise<Seen> => (await browser.call(BASE)).json<Seen>();
const put = (path: string, body: object) => browser.call(`${BASE}${path}`, { method: 'PUT', body });

test('without a fresh proof of who asks nothing is changed', async () => {
  isRecentlyProved = false;
  const answers = [
    await put('/mail/password', { password: PASSWORD }),
    await put('/telegram/token', { token: TEST_BOT_TOKEN }),
    await browser.call(`${BASE}/mail/password`, { method: 'DELETE' }),
    await browser.call(`${BASE}/telegram/token`, { method: 'DELETE' }),
  ];
  expect(answers.map((answer) => answer.json<{ code: string }>().code)).toEqual(
    Array.from({ length: 4 }, () => 'step_up_required'),
  );
  expect((await read()).mail.password.source).toBe('none');
});

test('the password signs in from the next mail on and is told to nobody', async () => {
  expect((await put('/mail/password', { password: '' })).statusCode).toBe(400);
  expect((await put('/mail/password', { password: PASSWORD })).statusCode).toBe(204);
  await browser.call(`${BASE}/mail/test`, { method: 'POST' });
  await expect.poll(() => smtp.passwords).toEqual([PASSWORD]);
  await put('/mail/password', { password: 'replaced' });
  await browser.call(`${BASE}/mail/test`, { method: 'POST' });
  await expect.poll(() => smtp.passwords).toEqual([PASSWORD, 'replaced']);
  expect(await read()).toMatchObject({ mail: { user: SMTP.user, password: { source: 'page' } } });
  expect(audited.map(({ action, subject }) => [action, subject])).toEqual([
    ['platform.connection.credential_set', 'mail'],
    ['platform.connection.credential_set', 'mail'],
  ]);
  const told = JSON.stringify([audited, server.platform.heard.map(({ payload }) => payload), await read()]);
  expect(told).not.toContain(PASSWORD);
  expect((await browser.call(`${BASE}/mail/password`, { method: 'DELETE' })).statusCode).toBe(204);
  expect((await browser.call(`${BASE}/mail/password`, { method: 'DELETE' })).statusCode).toBe(404);
  expect((await read()).mail.password.source).toBe('none');
});

test('the token wakes the bot in a process that was running without one; its removal silences it', async () => {
  const { telegram, db, clock, secrets, telemetry, newId, config } = server.platform;
  // Another process over the same database: it has its own door and only the database in common.
  const other = createTelegram({ db, jobs: { define: () => undefined }, config, clock, log: telemetry.log, secrets });
  const stop = await other.startReading();
  expect((await put('/telegram/token', { token: 'not a token' })).statusCode).toBe(400);
  expect(await telegram.isConfigured()).toBe(false);
  expect((await put('/telegram/token', { token: TEST_BOT_TOKEN })).statusCode).toBe(204);
  await expect.poll(async () => (await read()).telegram.botUsername).toBe('cactus_test_bot');
  const userId = newId();
  const { code } = await db.transaction((tx) => telegram.offerLink(tx, { userId, workspaceId: newId() }));
  api.say(77, `/start ${code}`);
  await vi.waitUntil(async () => (await telegram.findLink(db, userId)) !== null, { timeout: 15_000 });
  await other.write(77n, 'hola');
  expect(api.sent.at(-1)).toMatchObject({ chatId: 77, text: 'hola' });
  expect((await browser.call(`${BASE}/telegram/token`, { method: 'DELETE' })).statusCode).toBe(204);
  expect(await other.isConfigured()).toBe(false);
  await expect(other.write(77n, 'hola')).rejects.toMatchObject({ code: 'telegram_not_configured' });
  expect(JSON.stringify([audited, await read()])).not.toContain(TEST_BOT_TOKEN);
  await stop();
}, 30_000);

test('what the settings say wins, is shown as such and cannot be replaced here', async () => {
  const set = await open({
    smtp: { ...SMTP, host: '127.0.0.1', port: smtp.port, password: 'of the settings' },
    telegram: { botToken: TEST_BOT_TOKEN, apiRoot: api.url },
  });
  const keeper = set.browser();
  const call = (path: string, body: object) => keeper.call(`${BASE}${path}`, { method: 'PUT', body });
  expect((await call('/mail/password', { password: PASSWORD })).json()).toMatchObject({
    code: 'credential_in_settings',
  });
  expect((await call('/telegram/token', { token: TEST_BOT_TOKEN })).statusCode).toBe(409);
  smtp.passwords.length = 0;
  await keeper.call(`${BASE}/mail/test`, { method: 'POST' });
  await expect.poll(() => smtp.passwords).toEqual(['of the settings']);
  expect((await keeper.call(BASE)).json()).toMatchObject({
    mail: { password: { source: 'settings' } },
    telegram: { token: { source: 'settings' } },
  });
  await set.close();
});
