/** Goal: each person gets what she chose, where and when she chose it, once; faults are told and never lose a message. */
import { EVERY_ROW } from '#kernel';
import type { Domain } from '#platform/domain';
import type { Actor } from '#platform/http';
import { NOTIFY_PERMISSIONS, type NoticeKind, notifyRoutes, type Person } from '#platform/notify';
import {
  startTestBotApi,
  startTestSmtp,
  TEST_BOT_TOKEN,
  type TestBotApi,
  testServer,
  type TestServer,
  type TestSmtp,
} from '#platform/testing';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

const lost: NoticeKind = {
  kind: 'toys.ball.lost',
  permission: 'toys.ball.read',
  severity: 'warning',
  label: { es: 'Pelotas perdidas', en: 'Lost balls' },
  text: { es: 'Se perdió {name} a {price} €.', en: '{name} was lost at {price} €.' },
  channels: ['email', 'telegram'],
};
const burst: NoticeKind = { ...lost, kind: 'toys.ball.burst', severity: 'urgent' };
const PERMISSIONS = ['toys.ball.read', ...NOTIFY_PERMISSIONS.map(({ name }) => name)];

const people: Person[] = [];
const actors = new Map<string, Actor>();
const toys: Domain = {
  name: 'toys',
  tablePrefix: 'toys_',
  migrations: null,
  permissions: [...NOTIFY_PERMISSIONS, { name: 'toys.ball.read', summary: 'See balls', roles: ['owner'] }],
  events: [],
  notices: [lost, burst],
  routes: notifyRoutes,
  directory: () => ({ people: async () => people, workspaceIds: async () => [] }),
};

// Years ahead of the database's clock: what is held stays in the queue until a test says that it is due.
const NOON = Date.UTC(2036, 10, 21, 12);
const SMTP = { url: null, user: null, password: null, from: null, tls: 'auto' } as const;
let smtp: TestSmtp;
let api: TestBotApi;
let server: TestServer;
let workspaceId = '';
let chatId = 9_000;
beforeAll(async () => {
  [smtp, api] = await Promise.all([startTestSmtp(), startTestBotApi()]);
  server = await testServer([toys], {
    startMs: NOON,
    actor: ({ authorization }) => actors.get(authorization ?? '') ?? null,
    config: {
      publicUrl: 'https://cactus.example',
      smtp: { ...SMTP, host: '127.0.0.1', port: smtp.port },
      telegram: { botToken: TEST_BOT_TOKEN, apiRoot: api.url },
    },
  });
  await server.platform.jobs.start();
});
afterAll(async () => {
  await server.close();
  await Promise.all([smtp.close(), api.close()]);
});
beforeEach(() => {
  workspaceId = server.platform.newId();
  people.length = 0;
  smtp.reset();
  api.sent.length = 0;
  server.platform.time.set(NOON);
});

/** Somebody with both channels; her calls carry her name. */
async function join(change: Partial<Person> = {}) {
  const userId = server.platform.newId();
  const person: Person = {
    userId,
    email: `${userId}@example.com`,
    locale: 'es',
    timeZone: 'Europe/Madrid',
    permissions: new Set(PERMISSIONS),
    ...change,
  };
  people.push(person);
  const scope = { userId, sessionId: server.platform.newId(), workspaceId };
  actors.set(`Bearer ${userId}`, { ...scope, role: 'owner', permissions: person.permissions, rows: EVERY_ROW });
  chatId += 1;
  const { telegram, db } = server.platform;
  const stop = await telegram.startReading();
  const { code } = await db.transaction((tx) => telegram.offerLink(tx, { userId, workspaceId }));
  api.say(chatId, `/start ${code}`);
  await expect.poll(() => api.sent.length).toBeGreaterThan(0);
  await stop();
  api.sent.length = 0;
  const browser = server.browser();
  const headers = { authorization: `Bearer ${userId}` };
  return {
    ...person,
    chatId,
    call: (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) =>
      browser.call(`/api/notifications${path}`, { method, headers, ...(body === undefined ? {} : { body }) }),
  };
}
type Somebody = Awaited<ReturnType<typeof join>>;

const record = (kind: NoticeKind = lost, change: { userId?: string; dedupeKey?: string; name?: string } = {}) =>
  server.platform.db.transaction((tx) =>
    server.platform.notify.record(tx, {
      workspaceId,
      userId: change.userId ?? null,
      permission: kind.permission,
      kind: kind.kind,
      payload: { name: change.name ?? 'la roja', price: '1234.5' },
      href: '/juguetes',
      ...(change.dedupeKey === undefined ? {} : { dedupeKey: change.dedupeKey }),
    }),
  );
interface DeliveryView {
  readonly channel: string;
  readonly state: string;
  readonly errorCode: string | null;
}
const deliveries = async (who: Somebody) =>
  (await who.call('GET', '/deliveries')).json<{ items: DeliveryView[] }>().items;
const states = async (who: Somebody) =>
  (await deliveries(who)).map(({ channel, state }) => `${channel} ${state}`).toSorted((a, b) => a.localeCompare(b));
const choose = (who: Somebody, change: object = {}) =>
  who.call('PUT', '/preferences', {
    rules: [],
    quietHours: null,
    letsUrgentThrough: true,
    minimumSeverity: 'info',
    ...change,
  });
const jobsNamed = async (name: string) =>
  (await server.platform.jobs.list({ workspaceId }, { state: null, beforeId: null, countMax: 100 })).filter(
    (job) => job.name === name,
  );
/** Makes what waits for its hour due now. */
async function runHeld(name: string): Promise<void> {
  await vi.waitFor(async () => {
    const [job] = await jobsNamed(name);
    expect(job).toBeDefined();
    expect((await server.platform.jobs.retry({ workspaceId }, job?.id ?? 0n)).ok).toBe(true);
  });
}

const ROUTES = [
  ['GET', '/preferences'],
  ['PUT', '/preferences'],
  ['GET', '/deliveries'],
  ['POST', '/test'],
  ['POST', '/telegram/link'],
  ['DELETE', '/telegram/link'],
  ['GET', '/connections'],
  ['POST', '/connections/mail/test'],
  ['POST', '/connections/telegram/test'],
  ['PUT', '/connections/mail/password'],
  ['DELETE', '/connections/mail/password'],
  ['PUT', '/connections/telegram/token'],
  ['DELETE', '/connections/telegram/token'],
] as const;

test.each(ROUTES)('%s %s: nobody without a session, nobody without the permission', async (method, path) => {
  expect((await server.browser().call(`/api/notifications${path}`, { method })).statusCode).toBe(401);
  const stranger = await join({ permissions: new Set() });
  expect((await stranger.call(method, path)).statusCode).toBe(403);
});

test('one notification reaches the bell, the mailbox and the chat, in her language and her figures', async () => {
  const ana = await join();
  await record();
  await expect.poll(() => states(ana)).toEqual(['email sent', 'telegram sent']);
  expect(smtp.received).toHaveLength(1);
  expect(smtp.received[0]).toMatchObject({ to: [ana.email], subject: 'Se perdió la roja a 1.234,5 €.' });
  expect(smtp.received[0]?.text).toContain('https://cactus.example/juguetes');
  expect(api.sent).toMatchObject([{ chatId: ana.chatId, parseMode: 'HTML' }]);
  expect(api.sent[0]?.text).toContain('Se perdió la roja a 1.234,5 €.');
  const bell = (await ana.call('GET', '')).json<{ items: object[] }>();
  expect(bell.items).toMatchObject([{ kind: lost.kind, text: lost.text }]);
});

test('another language, and words that look like markup stay words', async () => {
  const joe = await join({ locale: 'en' });
  await record(lost, { name: '<b>&"red"</b>\r\nBcc: eve@example.com' });
  await expect.poll(() => states(joe)).toEqual(['email sent', 'telegram sent']);
  expect(smtp.received[0]?.subject).toBe('<b>&"red"</b> Bcc: eve@example.com was lost at 1,234.5 €.');
  expect(smtp.received[0]?.to).toEqual([joe.email]);
  expect(smtp.received[0]?.raw).not.toMatch(/^Bcc:/m);
  expect(smtp.received[0]?.text).toContain('&lt;b&gt;&amp;');
  expect(api.sent[0]?.text).toContain('&lt;b&gt;&amp;"red"&lt;/b&gt; Bcc: eve@example.com was lost');
});

test('who may not see the cause is told nothing; a personal one reaches only its person', async () => {
  const ana = await join();
  const stranger = await join({ permissions: new Set(NOTIFY_PERMISSIONS.map(({ name }) => name)) });
  const luis = await join();
  await record(lost, { userId: ana.userId });
  await expect.poll(() => states(ana)).toEqual(['email sent', 'telegram sent']);
  expect([await deliveries(stranger), await deliveries(luis)]).toEqual([[], []]);
  await record();
  await expect.poll(() => states(luis)).toEqual(['email sent', 'telegram sent']);
  expect(await deliveries(stranger)).toEqual([]);
});

test('the same fact told twice is recorded, and sent, once', async () => {
  const ana = await join();
  await record(lost, { dedupeKey: 'ball:1' });
  await record(lost, { dedupeKey: 'ball:1' });
  await expect.poll(() => states(ana)).toEqual(['email sent', 'telegram sent']);
  expect((await ana.call('GET', '')).json<{ items: object[] }>().items).toHaveLength(1);
});

test('rules and the least severity decide; a kind she may not see cannot be chosen', async () => {
  const ana = await join();
  const rules = [{ kind: lost.kind, channel: 'email', isOn: false }];
  expect((await choose(ana, { rules })).statusCode).toBe(204);
  const kinds = (await ana.call('GET', '/preferences')).json<{ kinds: { kind: string }[] }>().kinds;
  expect(kinds.find(({ kind }) => kind === lost.kind)).toMatchObject({ email: false, telegram: true });
  expect(kinds.map(({ kind }) => kind)).not.toContain('platform.job.died');
  await record();
  await expect.poll(() => states(ana)).toEqual(['telegram sent']);
  await choose(ana, { minimumSeverity: 'urgent' });
  await record();
  await record(burst);
  await expect.poll(() => states(ana)).toEqual(['email sent', 'telegram sent', 'telegram sent']);
  const hidden = [{ kind: 'platform.job.died', channel: 'email', isOn: true }];
  expect((await choose(ana, { rules: hidden })).json()).toMatchObject({ code: 'kind_unknown' });
});

test('in quiet hours messages wait and come after as one digest; urgent ones pass when she lets them', async () => {
  const ana = await join();
  await choose(ana, {
    quietHours: { from: '22:00', to: '08:00' },
    rules: [{ kind: lost.kind, channel: 'telegram', isOn: false }],
  });
  server.platform.time.set(Date.UTC(2036, 10, 21, 22));
  for (const name of ['una', 'dos', 'tres']) await record(lost, { name });
  await expect.poll(() => states(ana)).toEqual(['email held', 'email held', 'email held']);
  const digests = await jobsNamed('platform.notify.digest');
  expect(digests.map(({ runAtMs }) => runAtMs)).toEqual([Date.UTC(2036, 10, 22, 7)]);
  await record(burst, { name: 'la azul' });
  await expect.poll(() => smtp.received.length).toBe(1);
  expect(smtp.received[0]?.subject).toContain('la azul');
  // Woken too early it goes back to wait.
  await runHeld('platform.notify.digest');
  await expect.poll(async () => (await jobsNamed('platform.notify.digest')).length).toBe(1);
  expect(smtp.received).toHaveLength(1);
  server.platform.time.set(Date.UTC(2036, 10, 22, 7));
  await runHeld('platform.notify.digest');
  await expect.poll(() => smtp.received.length).toBe(2);
  expect(smtp.received[1]?.subject).toBe('3 avisos de Cactus');
  for (const name of ['una', 'dos', 'tres']) expect(smtp.received[1]?.text).toContain(`Se perdió ${name}`);
  expect(smtp.received[1]?.raw).toContain('List-Unsubscribe: <https://cactus.example/ajustes/avisos>');
  await expect.poll(async () => (await states(ana)).filter((state) => state === 'email sent').length).toBe(4);
});

test('a storm becomes messages up to the cap and one digest', async () => {
  const ana = await join();
  await choose(ana, { rules: [{ kind: lost.kind, channel: 'email', isOn: false }] });
  for (let index = 0; index < 25; index += 1) await record(lost, { name: `n${index}` });
  await expect.poll(async () => (await states(ana)).length, { timeout: 15_000 }).toBe(20);
  await expect.poll(() => api.sent.length, { timeout: 15_000 }).toBe(20);
  server.platform.time.set(NOON + 3_600_000);
  await runHeld('platform.notify.digest');
  await expect.poll(() => api.sent.length).toBe(21);
  expect(api.sent[20]?.text).toContain('<b>5 avisos de Cactus</b>');
}, 60_000);

test('told to wait, it waits as long as Telegram says and then writes', async () => {
  const ana = await join();
  api.answerNext({ code: 429, description: 'Too Many Requests: retry after 7', retryAfterSeconds: 7 });
  await record(lost, { userId: ana.userId });
  await expect.poll(async () => (await jobsNamed('platform.notify.write'))[0]?.runAtMs).toBe(NOON + 7_000);
  expect(await deliveries(ana)).toContainEqual(
    expect.objectContaining({ channel: 'telegram', state: 'waiting', errorCode: 'telegram_busy' }),
  );
  await runHeld('platform.notify.write');
  await expect.poll(() => states(ana)).toEqual(['email sent', 'telegram sent']);
});

test('a blocked bot switches the channel off, says so in the bell and by mail, and is not tried again', async () => {
  const ana = await join();
  api.answerNext({ code: 403, description: 'Forbidden: bot was blocked by the user' });
  await record(lost, { userId: ana.userId });
  await expect
    .poll(() => smtp.received.map(({ subject }) => subject).filter((line) => /Telegram/.test(line)).length)
    .toBe(1);
  expect(await deliveries(ana)).toContainEqual(
    expect.objectContaining({ channel: 'telegram', state: 'failed', errorCode: 'telegram_blocked' }),
  );
  const { telegram } = (await ana.call('GET', '/preferences')).json<{ telegram: { link: object } }>();
  expect(telegram.link).toMatchObject({ disabledReason: 'blocked' });
  const bell = (await ana.call('GET', '')).json<{ items: { kind: string }[] }>();
  expect(bell.items.map(({ kind }) => kind)).toContain('platform.telegram.disconnected');
  await record(lost, { userId: ana.userId });
  await expect.poll(async () => (await deliveries(ana)).length).toBe(4);
  expect(api.sent).toEqual([]);
  expect((await ana.call('POST', '/test', { channel: 'telegram' })).json()).toMatchObject({
    code: 'channel_not_connected',
  });
});

test('a test passes rules and night; linking and unlinking over HTTP', async () => {
  const ana = await join();
  await choose(ana, {
    quietHours: { from: '00:00', to: '23:59' },
    letsUrgentThrough: false,
    minimumSeverity: 'urgent',
  });
  expect((await ana.call('POST', '/test', { channel: 'telegram' })).statusCode).toBe(202);
  await expect
    .poll(() => api.sent.map(({ text }) => text.split('.')[0]))
    .toEqual(['Prueba de Cactus: este canal funciona']);
  expect(await states(ana)).toEqual(['telegram sent']);
  expect((await ana.call('DELETE', '/telegram/link')).statusCode).toBe(204);
  expect((await ana.call('POST', '/test', { channel: 'telegram' })).statusCode).toBe(409);
  const offer = (await ana.call('POST', '/telegram/link')).json<{ url: string; code: string }>();
  expect(offer.url).toBe(`https://t.me/cactus_test_bot?start=${offer.code}`);
});

test('operators see server and bot without a secret, try both, and read the cause', async () => {
  const ana = await join();
  smtp.answerNext({ responseCode: 554, message: '5.7.1 Relay access denied' });
  expect((await ana.call('POST', '/connections/mail/test')).statusCode).toBe(202);
  const read = async () => (await ana.call('GET', '/connections')).json<Record<'mail' | 'telegram', object>>();
  await expect
    .poll(async () => (await read()).mail)
    .toMatchObject({
      host: '127.0.0.1',
      lastTest: { state: 'failed', errorCode: 'mail_relay_denied' },
    });
  expect((await ana.call('POST', '/connections/mail/test')).statusCode).toBe(202);
  await expect.poll(async () => (await read()).mail).toMatchObject({ lastTest: { state: 'sent', errorCode: null } });
  expect((await ana.call('POST', '/connections/telegram/test')).statusCode).toBe(202);
  await expect
    .poll(async () => (await read()).telegram)
    .toMatchObject({ botUsername: 'cactus_test_bot', errorCode: null });
  expect(JSON.stringify(await read())).not.toContain(TEST_BOT_TOKEN);
});
