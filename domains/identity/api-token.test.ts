/**
 * Goal: an API token does what its scopes and its owner's role both allow, in its workspace, until it ends; it never reaches
 * accounts, passwords or other tokens; and nobody learns its secret from the database or a second look.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestBrowser, testServer, type TestServer } from '#platform/testing';
import { isApiTokenText, newApiToken } from './api-token-format.ts';
import { authenticate } from './authenticate.ts';
import { BearerFailures } from './bearer.ts';
import { identity } from './domain.ts';
import { clearWhenHeard } from './session-cache.ts';
import { addUser, OWNER, type PersonBrowser, setUp, type SetUp } from './test-people.ts';

let server: TestServer;
let made: SetUp<TestBrowser>;
beforeAll(async () => {
  server = await testServer([identity], { config: { demo: true } });
  made = await setUp(server);
  await made.owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: made.realWorkspaceId } });
});
afterAll(() => server.close());

interface Made {
  readonly apiToken: { readonly id: string; readonly hint: string; readonly expiresAtMs: number };
  readonly secret: string;
}
const SOME_ID = '01920000-0000-7000-8000-000000000000';
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const USERS_READ = 'identity.users.read';
const USERS_UPDATE = 'identity.users.update';
const AUDIT_READ = 'identity.audit.read';

const codeOf = (answer: { json<Body>(): Body }) => answer.json<{ code: string }>().code;
const create = (by: PersonBrowser, body: object = {}) =>
  by.call('/api/api-tokens', { method: 'POST', body: { name: 'Robot', scopes: [USERS_READ], ...body } });
/** The clock moved on: making a token asks for a proof of the last ten minutes. */
const proveOwner = async (): Promise<void> => {
  const body = { email: OWNER.email, password: OWNER.password };
  await made.owner.call('/api/sessions', { method: 'POST', body });
  await made.owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: made.realWorkspaceId } });
};
const make = async (by: PersonBrowser, body: object = {}): Promise<Made> => (await create(by, body)).json<Made>();
const bearer = (secret: string, url: string, call: object = {}, ip = '127.0.0.1') =>
  server.browser().call(url, { ...call, ip, headers: { authorization: `Bearer ${secret}` } });
let count = 0;
const add = (role: string) => addUser(server, made.owner, { name: `Programa${(count += 1)}`, role });

test('nobody and a client may not make one; only owner and admin see and revoke everybody’s', async () => {
  const stranger = server.browser();
  const routes = [
    ['GET', '/api/api-tokens'],
    ['GET', '/api/api-token-scopes'],
    ['POST', '/api/api-tokens'],
    ['DELETE', `/api/api-tokens/${SOME_ID}`],
    ['GET', '/api/workspace/api-tokens'],
    ['DELETE', `/api/workspace/api-tokens/${SOME_ID}`],
  ] as const;
  for (const [method, url] of routes) {
    expect([url, (await stranger.call(url, { method })).statusCode]).toEqual([url, 401]);
  }
  const client = (await add('client')).browser;
  expect(codeOf(await create(client))).toBe('permission_missing');
  const manager = (await add('manager')).browser;
  expect((await create(manager)).statusCode).toBe(201);
  expect(codeOf(await manager.call('/api/workspace/api-tokens'))).toBe('permission_missing');
  const revoke = await manager.call(`/api/workspace/api-tokens/${SOME_ID}`, { method: 'DELETE' });
  expect(codeOf(revoke)).toBe('permission_missing');
});

test('the secret is shown once, stored as a hash, and says by itself whether it is ours', async () => {
  const { apiToken, secret } = await make(made.owner);
  expect(secret).toMatch(/^cact_[0-9A-Za-z]{36}$/);
  expect(isApiTokenText(secret)).toBe(true);
  const last = secret.endsWith('A') ? 'B' : 'A';
  expect(isApiTokenText(`${secret.slice(0, -1)}${last}`)).toBe(false);
  expect(isApiTokenText(secret.replace('cact_', 'ghpx_'))).toBe(false);
  const list = await made.owner.call('/api/api-tokens');
  expect(list.body).toContain(apiToken.id);
  expect(list.body).not.toContain(secret.slice(5, 20));
  const rows = await server.platform.db.prepared<{ text: string }>(
    'test.tokens',
    'select identity_api_tokens::text as text from identity_api_tokens where api_token_id = $1',
    [apiToken.id],
  );
  expect(rows[0]?.text).toContain(apiToken.hint);
  expect(rows[0]?.text).not.toContain(secret.slice(5, 20));
  const audit = await made.owner.call('/api/audit-entries');
  expect(audit.body).toContain('identity.api_token.created');
  expect(audit.body + JSON.stringify(server.platform.heard, (_, value: unknown) => String(value))).not.toContain(
    secret,
  );
});

test('a million new tokens would not repeat: each has 178 bits of chance and every character comes about as often', () => {
  const counts = new Map<string, number>();
  for (let index = 0; index < 2_000; index += 1) {
    for (const character of newApiToken().slice(5, 35)) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  expect(counts.size).toBe(62);
  // 60,000 draws over 62 characters: about 968 each; bytes modulo 62 without care would give the first eight 25 % more.
  const first = Array.from('01234567', (character) => counts.get(character) ?? 0).reduce((a, b) => a + b) / 8;
  expect(first).toBeLessThan(968 * 1.12);
});

test('it does what its scopes name and nothing else; its writes need no proof of origin', async () => {
  const { secret } = await make(made.owner, { scopes: [USERS_READ, USERS_UPDATE] });
  expect((await bearer(secret, '/api/users')).statusCode).toBe(200);
  expect(codeOf(await bearer(secret, '/api/audit-entries'))).toBe('permission_missing');
  const { userId } = await add('adviser');
  const write = await server.browser().call(`/api/users/${userId}/access`, {
    method: 'PUT',
    body: { isDisabled: true },
    headers: { authorization: `bearer ${secret}`, origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' },
  });
  expect(write.statusCode).toBe(200);
  const me = (await bearer(secret, '/api/me')).json<{ permissions: string[] }>();
  expect(me.permissions).toEqual([USERS_READ, USERS_UPDATE]);
});

test('a bearer header is never answered by the cookie beside it', async () => {
  const answer = await made.owner.call('/api/users', { headers: { authorization: `Bearer ${newApiToken()}` } });
  expect([answer.statusCode, codeOf(answer)]).toEqual([401, 'not_signed_in']);
  expect((await made.owner.call('/api/users', { headers: { authorization: 'Bearer' } })).statusCode).toBe(401);
  expect((await made.owner.call('/api/users', { headers: { authorization: 'Basic YTpi' } })).statusCode).toBe(200);
});

test('it may not touch tokens, sessions, passwords or people’s credentials, whatever its scopes', async () => {
  const every = (await made.owner.call('/api/api-token-scopes')).json<{ items: { name: string }[] }>();
  const scopes = every.items.map(({ name }) => name);
  const { apiToken, secret } = await make(made.owner, { scopes });
  const person = { name: 'X', email: 'x@example.com', role: 'client', password: 'una casa amarilla' };
  const calls = [
    ['POST', '/api/api-tokens', { name: 'Otro', scopes: [USERS_READ] }],
    ['GET', '/api/api-tokens', undefined],
    ['GET', '/api/workspace/api-tokens', undefined],
    ['DELETE', `/api/api-tokens/${apiToken.id}`, undefined],
    ['DELETE', `/api/workspace/api-tokens/${apiToken.id}`, undefined],
    ['PUT', '/api/me/password', { currentPassword: 'x', newPassword: 'y' }],
    ['PUT', '/api/me/workspace', { workspaceId: made.demoWorkspaceId }],
    ['PATCH', '/api/me', { name: 'Otra' }],
    ['GET', '/api/sessions', undefined],
    ['DELETE', '/api/sessions/current', undefined],
    ['POST', '/api/users', person],
    ['DELETE', `/api/workspaces/${made.demoWorkspaceId}`, undefined],
  ] as const;
  for (const [method, url, body] of calls) {
    const answer = await bearer(secret, url, { method, ...(body ? { body } : {}) });
    expect([method, url, answer.statusCode, codeOf(answer)]).toEqual([method, url, 403, 'person_required']);
  }
});

test('the permissions no token can carry are exactly those whose every route needs a person', async () => {
  const every = (await made.owner.call('/api/api-token-scopes')).json<{ items: { name: string }[] }>();
  const scopable = new Set(every.items.map(({ name }) => name));
  for (const { name } of identity.permissions) {
    const routes = server.http.endpoints.filter(({ permission }) => permission === name);
    if (routes.length === 0) continue;
    expect([name, scopable.has(name)]).toEqual([name, routes.some(({ caller }) => caller !== 'person')]);
  }
});

test('nobody gives what she does not hold, nor what does not exist', async () => {
  const manager = (await add('manager')).browser;
  for (const scopes of [[AUDIT_READ], ['no.such.scope'], ['identity.api_tokens.create']]) {
    const refused = await create(manager, { scopes });
    expect([scopes, refused.statusCode, codeOf(refused)]).toEqual([scopes, 422, 'scope_not_yours']);
  }
  for (const body of [
    { scopes: [] },
    { expiresInDays: 366 },
    { expiresInDays: 0 },
    { expiresInDays: null },
    { name: ' ' },
  ]) {
    expect([body, (await create(manager, body)).statusCode]).toEqual([body, 400]);
  }
});

test('a demoted owner’s token loses what she lost, at once, and gains nothing when she is promoted', async () => {
  const admin = await add('admin');
  const { secret } = await make(admin.browser, { scopes: [USERS_READ, AUDIT_READ] });
  expect((await bearer(secret, '/api/audit-entries')).statusCode).toBe(200);
  const setRole = (role: string) =>
    made.owner.call(`/api/users/${admin.userId}/role`, { method: 'PUT', body: { role } });
  await setRole('manager');
  expect(codeOf(await bearer(secret, '/api/audit-entries'))).toBe('permission_missing');
  expect((await bearer(secret, '/api/users')).statusCode).toBe(200);
  await setRole('owner');
  expect(codeOf(await bearer(secret, '/api/permissions'))).toBe('permission_missing');
});

test('revoked, expired, of a disabled person: it opens nothing; let in again, it works again', async () => {
  const person = await add('admin');
  const [first, second] = [await make(person.browser, { expiresInDays: 1 }), await make(person.browser)];
  expect((await bearer(first.secret, '/api/users')).statusCode).toBe(200);
  const url = `/api/api-tokens/${second.apiToken.id}`;
  expect((await bearer(second.secret, '/api/users')).statusCode).toBe(200);
  expect((await person.browser.call(url, { method: 'DELETE' })).statusCode).toBe(204);
  expect((await bearer(second.secret, '/api/users')).statusCode).toBe(401);
  expect((await person.browser.call(url, { method: 'DELETE' })).statusCode).toBe(404);
  const setAccess = (isDisabled: boolean) =>
    made.owner.call(`/api/users/${person.userId}/access`, { method: 'PUT', body: { isDisabled } });
  await setAccess(true);
  expect((await bearer(first.secret, '/api/users')).statusCode).toBe(401);
  await setAccess(false);
  expect((await bearer(first.secret, '/api/users')).statusCode).toBe(200);
  server.platform.time.advance(DAY_MS);
  expect((await bearer(first.secret, '/api/users')).statusCode).toBe(401);
  expect(codeOf(await create(made.owner))).toBe('step_up_required');
  await proveOwner();
});

test('the default is ninety days', async () => {
  const { apiToken } = await make(made.owner);
  expect(apiToken.expiresAtMs - server.platform.clock()).toBe(90 * DAY_MS);
});

test('last use is noted with its place, at most once a minute', async () => {
  const { apiToken, secret } = await make(made.owner);
  const read = async () => {
    const list = (await made.owner.call('/api/api-tokens')).json<{
      items: { id: string; lastUsedAtMs: number | null; lastUsedIp: string | null }[];
    }>();
    return list.items.find(({ id }) => id === apiToken.id);
  };
  expect(await read()).toMatchObject({ lastUsedAtMs: null, lastUsedIp: null });
  const firstMs = server.platform.clock();
  await bearer(secret, '/api/users', {}, '203.0.113.7');
  await expect.poll(read).toMatchObject({ lastUsedAtMs: firstMs, lastUsedIp: '203.0.113.7' });
  server.platform.time.advance(MINUTE_MS - 1);
  await bearer(secret, '/api/users', {}, '203.0.113.8');
  server.platform.time.advance(1);
  await bearer(secret, '/api/users', {}, '203.0.113.9');
  await expect.poll(read).toMatchObject({ lastUsedAtMs: firstMs + MINUTE_MS, lastUsedIp: '203.0.113.9' });
});

test('another person’s and another workspace’s token do not exist; an admin revokes any of hers', async () => {
  const luis = await add('adviser');
  const manager = await add('manager');
  const hers = await make(manager.browser);
  expect((await luis.browser.call(`/api/api-tokens/${hers.apiToken.id}`, { method: 'DELETE' })).statusCode).toBe(404);
  await made.owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: made.demoWorkspaceId } });
  const elsewhere = await made.owner.call(`/api/workspace/api-tokens/${hers.apiToken.id}`, { method: 'DELETE' });
  expect([elsewhere.statusCode, codeOf(elsewhere)]).toEqual([404, 'api_token_not_found']);
  expect((await made.owner.call('/api/workspace/api-tokens')).body).not.toContain(hers.apiToken.id);
  await made.owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: made.realWorkspaceId } });
  const all = await made.owner.call('/api/workspace/api-tokens');
  expect(all.json()).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ id: hers.apiToken.id })]),
  });
  expect((await bearer(hers.secret, '/api/users')).statusCode).toBe(200);
  const revoked = await made.owner.call(`/api/workspace/api-tokens/${hers.apiToken.id}`, { method: 'DELETE' });
  expect(revoked.statusCode).toBe(204);
  expect((await bearer(hers.secret, '/api/users')).statusCode).toBe(401);
});

test('another process hears of it: a token it remembers opens nothing there after the event', async () => {
  const manager = await add('manager');
  const { apiToken, secret } = await make(manager.browser);
  // A second memory over the same database, as a second process has it.
  const second = { ...server.platform };
  clearWhenHeard(second);
  const request = {
    requestId: 'r',
    ip: '127.0.0.1',
    userAgent: '',
    cookies: {},
    origin: 'http://localhost',
    authorization: `Bearer ${secret}`,
    isLoopback: true,
  };
  expect(await authenticate(request, second)).toMatchObject({ apiTokenId: apiToken.id });
  await manager.browser.call(`/api/api-tokens/${apiToken.id}`, { method: 'DELETE' });
  await expect.poll(() => authenticate(request, second)).toBeNull();
});

test('an address that shows many different bad tokens waits; the same bad one again does not count', async () => {
  const { secret } = await make(made.owner);
  const ip = '198.51.100.77';
  const forgotten = newApiToken();
  for (let index = 0; index < 40; index += 1)
    expect((await bearer(forgotten, '/api/users', {}, ip)).statusCode).toBe(401);
  for (let index = 0; index < 19; index += 1) {
    expect((await bearer(newApiToken(), '/api/users', {}, ip)).statusCode).toBe(401);
  }
  const blocked = await bearer(newApiToken(), '/api/users', {}, ip);
  expect([blocked.statusCode, codeOf(blocked), blocked.headers['retry-after']]).toEqual([
    429,
    'too_many_requests',
    '60',
  ]);
  expect((await bearer(newApiToken(), '/api/users', {}, '198.51.100.78')).statusCode).toBe(401);
  server.platform.time.advance(MINUTE_MS);
  expect((await bearer(secret, '/api/users', {}, ip)).statusCode).toBe(200);
});

test('a bad token is forgotten as bad when the memory is cleared', () => {
  const failures = new BearerFailures(() => 0);
  failures.record('k', 'a');
  expect(failures.isKnownBad('k')).toBe(true);
  failures.forgetBad();
  expect(failures.isKnownBad('k')).toBe(false);
});

test('nobody keeps more than fifty', async () => {
  const manager = (await add('manager')).browser;
  for (let index = 0; index < 50; index += 1) expect((await create(manager)).statusCode).toBe(201);
  const full = await create(manager);
  expect([full.statusCode, codeOf(full)]).toEqual([409, 'api_tokens_full']);
});
