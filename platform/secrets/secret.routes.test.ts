/** Goal: only keepers reach secrets, none of them ever reads a value back, and workspaces do not see each other's. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERY_ROW, USER_ROLES, type UserRole } from '#kernel';
import type { AuditedChange, Domain } from '#platform/domain';
import { newId } from '#platform/db';
import { SECRET_EVENTS, SECRET_PERMISSIONS, secretRoutes } from '#platform/secrets';
import { type TestBrowser, testServer, type TestServer } from '#platform/testing';

const audited: AuditedChange[] = [];
const toys: Domain = {
  name: 'platform',
  tablePrefix: 'platform_',
  migrations: null,
  permissions: [...SECRET_PERMISSIONS],
  events: [...SECRET_EVENTS],
  recordAudit: async (_tx, change) => void audited.push(change),
};
let role: UserRole | null = null;
let workspaceId = newId();
let server: TestServer;
let browser: TestBrowser;

beforeAll(async () => {
  server = await testServer([toys], {
    actor: () => {
      if (role === null) return null;
      const held = SECRET_PERMISSIONS.filter(({ roles }) => role !== null && roles.includes(role));
      const permissions = new Set<string>(held.map(({ name }) => name));
      return { userId: newId(), sessionId: newId(), workspaceId, role, permissions, rows: EVERY_ROW };
    },
  });
  secretRoutes(server.http, server.platform);
  browser = server.browser();
});
afterAll(() => server.close());

const put = (name: string, value: unknown) => browser.call(`/api/secrets/${name}`, { method: 'PUT', body: { value } });

test('nobody and the roles without the permission are turned away', async () => {
  role = null;
  expect((await browser.call('/api/secrets')).statusCode).toBe(401);
  expect((await put('smtp.password', 'x')).statusCode).toBe(401);
  for (role of USER_ROLES) {
    const isKeeper = role === 'owner' || role === 'admin';
    expect((await browser.call('/api/secrets')).statusCode).toBe(isKeeper ? 200 : 403);
    expect((await put('smtp.password', 'x')).statusCode).toBe(isKeeper ? 200 : 403);
  }
  role = 'manager';
  expect((await browser.call('/api/secrets/smtp.password', { method: 'DELETE' })).statusCode).toBe(403);
});

test('a value goes in and never comes out: not in an answer, not in the clear in the database', async () => {
  role = 'owner';
  const value = 'correct horse battery staple';
  const answers = [await put('smtp.password', value), await browser.call('/api/secrets')];
  expect(answers[1]?.json()).toMatchObject({ items: [{ name: 'smtp.password', lastUsedAtMs: null }] });
  for (const { body } of answers) expect(body).not.toContain('horse');
  const stored = await server.platform.db.prepared<{ sealed: string }>(
    'test.secrets',
    'select sealed from platform_secrets',
    [],
  );
  expect(stored).toHaveLength(1);
  expect(stored[0]?.sealed).not.toContain(Buffer.from(value).toString('base64url').slice(0, 8));
  expect(await server.platform.secrets.use({ workspaceId, name: 'smtp.password' })).toBe(value);
});

test('a name outside the alphabet, an empty and an endless value are refused', async () => {
  role = 'owner';
  for (const name of ['Upper', '.hidden', 'a%2Fb', 'x'.repeat(81)]) expect((await put(name, 'v')).statusCode).toBe(400);
  for (const value of ['', 'x'.repeat(16_385), 7]) expect((await put('name', value)).statusCode).toBe(400);
});

test('secrets belong to one workspace; deleting what is not there says so', async () => {
  role = 'admin';
  const first = workspaceId;
  expect((await put('mine', 'v')).statusCode).toBe(200);
  workspaceId = newId();
  expect((await browser.call('/api/secrets')).json()).toMatchObject({ items: [] });
  expect((await browser.call('/api/secrets/mine', { method: 'DELETE' })).statusCode).toBe(404);
  workspaceId = first;
  expect((await browser.call('/api/secrets/mine', { method: 'DELETE' })).statusCode).toBe(204);
  expect((await browser.call('/api/secrets/mine', { method: 'DELETE' })).statusCode).toBe(404);
});

test('every change is in the audit trail and in the log of events, by name and without the value', async () => {
  role = 'owner';
  workspaceId = newId();
  audited.length = 0;
  server.platform.heard.length = 0;
  await put('broker.key', 'one horse');
  await put('broker.key', 'another horse');
  await browser.call('/api/secrets/broker.key', { method: 'DELETE' });
  await browser.call('/api/secrets/broker.key', { method: 'DELETE' });
  expect(audited.map(({ action, subject }) => [action, subject])).toEqual([
    ['platform.secret.created', 'broker.key'],
    ['platform.secret.replaced', 'broker.key'],
    ['platform.secret.deleted', 'broker.key'],
  ]);
  expect(server.platform.heard.map(({ name, payload }) => [name, payload])).toEqual([
    ['platform.secret.set', { name: 'broker.key', isNew: true }],
    ['platform.secret.set', { name: 'broker.key', isNew: false }],
    ['platform.secret.deleted', { name: 'broker.key' }],
  ]);
  expect(JSON.stringify([audited, server.platform.heard.map(({ payload }) => payload)])).not.toContain('horse');
});
