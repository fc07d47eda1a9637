/** Goal: the bell shows each person only what she may see, counts it, and forgets nothing she did not read. */
import { EVERY_ROW } from '#kernel';
import type { Domain } from '#platform/domain';
import type { Actor } from '#platform/http';
import { NOTIFY_PERMISSIONS, notifyRoutes } from '#platform/notify';
import { testServer, type TestBrowser, type TestServer } from '#platform/testing';
import { newId } from '#platform/db';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

const bell: Domain = {
  name: 'bell',
  tablePrefix: 'platform_',
  migrations: null,
  permissions: [...NOTIFY_PERMISSIONS, { name: 'markets.alerts.read', summary: 'See alerts', roles: ['owner'] }],
  events: [],
  routes: (http, platform) => notifyRoutes(http, platform),
};

const people = new Map<string, Actor>();
let server: TestServer;
let workspaceId = '';
beforeAll(async () => {
  server = await testServer([bell], { actor: ({ authorization }) => people.get(authorization ?? '') ?? null });
});
afterAll(() => server.close());
beforeEach(() => {
  workspaceId = newId();
  people.clear();
  server.platform.broadcasts.length = 0;
});

interface Page {
  readonly items: { id: string; kind: string; isRead: boolean; payload: Record<string, string> }[];
  readonly next: string | null;
  readonly unreadCount: number;
}

function person(permissions: string[], workspace = workspaceId): { userId: string; call: TestBrowser['call'] } {
  const userId = newId();
  const name = `Bearer ${userId}`;
  const scope = { userId, sessionId: newId(), workspaceId: workspace };
  people.set(name, {
    ...scope,
    role: 'analyst',
    permissions: new Set(['platform.notifications.read', ...permissions]),
    rows: EVERY_ROW,
  });
  const browser = server.browser();
  return { userId, call: (url, call) => browser.call(url, { ...call, headers: { authorization: name } }) };
}

const record = (kind: string, userId: string | null = null) =>
  server.platform.db.transaction((tx) =>
    server.platform.notify.record(tx, {
      workspaceId,
      userId,
      permission: 'markets.alerts.read',
      kind,
      payload: { symbol: 'ACME' },
      href: '/alertas',
    }),
  );
const kinds = async (who: { call: TestBrowser['call'] }): Promise<string[]> =>
  (await who.call('/api/notifications')).json<Page>().items.map(({ kind }) => kind);

test('nobody, without a session, sees or marks anything', async () => {
  const browser = server.browser();
  for (const [method, url] of [
    ['GET', '/api/notifications'],
    ['GET', '/api/notifications/unread-count'],
    ['PUT', '/api/notifications/read'],
    ['PUT', `/api/notifications/${newId()}/read`],
  ] as const) {
    expect((await browser.call(url, { method })).statusCode).toBe(401);
  }
});

test('who may not read notifications gets 403', async () => {
  const nobody = person([]);
  people.set(`Bearer ${nobody.userId}`, {
    ...(people.get(`Bearer ${nobody.userId}`) as Actor),
    permissions: new Set(),
  });
  expect((await nobody.call('/api/notifications')).statusCode).toBe(403);
});

test('everyone with the permission sees it, the one without does not, nor does another workspace', async () => {
  await record('markets.alert.fired');
  const analyst = person(['markets.alerts.read']);
  expect(await kinds(analyst)).toEqual(['markets.alert.fired']);
  expect(await kinds(person([]))).toEqual([]);
  expect(await kinds(person(['markets.alerts.read'], newId()))).toEqual([]);
});

test('a personal one reaches only its person, and only while she holds the permission', async () => {
  const ana = person(['markets.alerts.read']);
  await record('personal', ana.userId);
  expect(await kinds(ana)).toEqual(['personal']);
  expect(await kinds(person(['markets.alerts.read']))).toEqual([]);
  people.set(`Bearer ${ana.userId}`, {
    ...(people.get(`Bearer ${ana.userId}`) as Actor),
    permissions: new Set(['platform.notifications.read']),
  });
  expect(await kinds(ana)).toEqual([]);
});

test('reading is each person’s own; one and all; the count follows', async () => {
  await record('first');
  server.platform.time.advance(5);
  await record('second');
  const ana = person(['markets.alerts.read']);
  const luis = person(['markets.alerts.read']);
  const page = (await ana.call('/api/notifications')).json<Page>();
  expect(page).toMatchObject({ unreadCount: 2, next: null });
  expect(page.items.map(({ kind, isRead }) => [kind, isRead])).toEqual([
    ['second', false],
    ['first', false],
  ]);
  const read = await ana.call(`/api/notifications/${page.items[1]?.id}/read`, { method: 'PUT' });
  expect(read.json()).toEqual({ unreadCount: 1 });
  expect((await ana.call(`/api/notifications/${page.items[1]?.id}/read`, { method: 'PUT' })).json()).toEqual({
    unreadCount: 1,
  });
  expect((await luis.call('/api/notifications/unread-count')).json()).toEqual({ unreadCount: 2 });
  expect((await luis.call('/api/notifications/read', { method: 'PUT' })).json()).toEqual({ unreadCount: 0 });
  expect((await ana.call('/api/notifications/unread-count')).json()).toEqual({ unreadCount: 1 });
});

test('what one may not see one cannot mark', async () => {
  await record('first');
  const [id] = (await person(['markets.alerts.read']).call('/api/notifications'))
    .json<Page>()
    .items.map((item) => item.id);
  for (const stranger of [person([]), person(['markets.alerts.read'], newId())]) {
    const answer = await stranger.call(`/api/notifications/${id}/read`, { method: 'PUT' });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, 'notification_not_found']);
  }
});

test('pages follow one another without a gap or a repetition', async () => {
  for (let index = 0; index < 7; index += 1) await record(`n${index}`);
  const ana = person(['markets.alerts.read']);
  const seen: string[] = [];
  let before = '';
  for (let turn = 0; turn < 4; turn += 1) {
    const page = (await ana.call(`/api/notifications?limit=3${before}`)).json<Page>();
    seen.push(...page.items.map(({ kind }) => kind));
    if (page.next === null) break;
    before = `&before=${page.next}`;
  }
  expect(seen.toSorted((left, right) => left.localeCompare(right))).toEqual(['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6']);
});

test('the bell rings after the commit, for those with the permission, and not when the change is undone', async () => {
  await record('rings');
  expect(server.platform.broadcasts).toEqual([
    { workspaceId, topic: 'platform.notifications', permission: 'markets.alerts.read', data: { kind: 'rings' } },
  ]);
  await expect(
    server.platform.db.transaction(async (tx) => {
      await server.platform.notify.record(tx, {
        workspaceId,
        userId: null,
        permission: 'markets.alerts.read',
        kind: 'undone',
        payload: {},
        href: '/',
      });
      throw new Error('changed my mind');
    }),
  ).rejects.toThrow('changed my mind');
  expect(server.platform.broadcasts).toHaveLength(1);
});
