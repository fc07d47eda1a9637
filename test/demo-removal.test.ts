/**
 * Goal: one press removes the demo completely: afterwards no table of any domain holds a row of it, and the real workspace
 * next to it is untouched. A domain that forgets `removeWorkspace`, or a table in it, makes this red.
 */
import { Readable } from 'node:stream';
import { assert } from '#kernel';
import { createSetupLink } from '#identity';
import { platformDomain } from '#platform/runtime';
import { notifyRoutes } from '#platform/notify';
import { type TestBrowser, testServer, type TestServer } from '#platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { domains } from '../main.ts';

/** What is meant to outlive a workspace: the log of events, until its own retention ends it. */
const KEPT = new Set(['platform_events', 'platform_outbox']);
const FILLED_MIN = 12; // Tables that the steps below really fill; fewer would prove little.

let server: TestServer;
let owner: TestBrowser;
let real = '';
let demo = '';

beforeAll(async () => {
  server = await testServer([platformDomain, ...domains], { config: { demo: true } });
  notifyRoutes(server.http, server.platform);
  owner = server.browser();
  const link = await createSetupLink(server.platform);
  const made = await send('POST', '/api/setup', {
    token: link?.token,
    name: 'Ana',
    email: 'ana@example.com',
    password: 'tres gatos y un pez',
    workspaceName: 'Ana y familia',
    baseCurrency: 'EUR',
    locale: 'es',
    timeZone: 'Europe/Madrid',
  });
  demo = String(made['workspaceId']);
  real = String(made['realWorkspaceId']);
});
afterAll(() => server.close());

test('the demo goes with every row of it, the real workspace keeps every one of its own', async () => {
  await fill(demo);
  await send('PUT', '/api/me/workspace', { workspaceId: real });
  await fill(real);
  const [filled, kept] = [await rowsOf(demo), await rowsOf(real)];
  expect(filled.size).toBeGreaterThanOrEqual(FILLED_MIN);
  await send('PUT', '/api/me/workspace', { workspaceId: demo });
  await send('DELETE', `/api/workspaces/${demo}`);
  expect([...(await rowsOf(demo)).keys()].filter((table) => !KEPT.has(table))).toEqual([]);
  const left = await rowsOf(real);
  for (const [table, count] of kept) expect([table, (left.get(table) ?? 0n) >= count]).toEqual([table, true]);
});

/** Something of every domain, through its own API. */
async function fill(workspaceId: string): Promise<void> {
  const { platform } = server;
  const portfolio = await send('POST', '/api/portfolios', { name: 'Largo plazo' });
  await send('POST', `/api/portfolios/${String(portfolio['id'])}/operations`, {
    type: 'buy',
    date: '2026-11-02',
    accountName: 'Broker',
    instrument: { kind: 'stock', symbol: 'ACME', name: 'Acme', currency: 'EUR' },
    quantity: '10',
    price: '12.5',
    currency: 'EUR',
    idempotencyKey: `fill-${workspaceId}`,
  });
  const instrument = await send('POST', '/api/markets/instruments', { kind: 'stock', symbol: 'BETA', currency: 'EUR' });
  const instrumentId = String(instrument['id']);
  await send('PUT', `/api/markets/instruments/${instrumentId}/manual-price`, {
    price: '10',
    currency: 'EUR',
    on: '2026-11-20',
  });
  await send('POST', '/api/markets/alerts', { instrumentId, condition: 'above', threshold: '20' });
  await send('POST', '/api/webhooks/endpoints', { url: 'https://example.com/hook' });
  const scope = { workspaceId, userId: null };
  await platform.files.put({ ...scope, name: 'a.csv', bytes: Readable.from(['a;b']), sizeBytesMax: 100 });
  await platform.db.transaction((tx) =>
    platform.notify.record(tx, { ...scope, permission: 'markets.alert.read', kind: 'x', payload: {}, href: '/' }),
  );
  await send('PUT', '/api/notifications/read');
}

async function send(method: 'POST' | 'PUT' | 'DELETE', url: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await owner.call(url, { method, ...(body === undefined ? {} : { body }) });
  assert(answer.statusCode < 300, `demo removal: ${method} ${url} answered ${answer.body}`);
  return answer.body === '' ? {} : answer.json<Record<string, unknown>>();
}

/** Every table with a `workspace_id` that holds rows of this workspace, read from the database's own catalogue. */
async function rowsOf(workspaceId: string): Promise<Map<string, bigint>> {
  const { db } = server.platform;
  const tables = await db.prepared<{ name: string }>(
    'test.tables',
    `select table_name as name from information_schema.columns
     where column_name = 'workspace_id' and table_schema = 'public' order by 1`,
    [],
  );
  const counts = new Map<string, bigint>();
  for (const { name } of tables) {
    const sql = `select count(*) as count from ${name} where workspace_id = $1`;
    const [row] = await db.prepared<{ count: bigint }>(`test.${name}`, sql, [workspaceId]);
    if (row && row.count > 0n) counts.set(name, row.count);
  }
  return counts;
}
