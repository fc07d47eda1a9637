/**
 * Goal: every mounted route, asked by nobody and by every role, lets in exactly those whom the permission catalogue names.
 * A route that is mounted past its contract, or with a permission that nobody declares, makes this red.
 */
import { createSetupLink } from '#identity';
import { assert, endpoint, type EndpointShape, ok, USER_ROLES, type UserRole } from '#kernel';
import type { Domain, PermissionDefinition } from '#platform/domain';
import type { HttpServer } from '#platform/http';
import { platformDomain } from '#platform/runtime';
import { backupRoutes } from '#platform/backups';
import { jobRoutes } from '#platform/jobs';
import { notifyRoutes } from '#platform/notify';
import { secretRoutes } from '#platform/secrets';
import { type TestBrowser, testServer, type TestServer } from '#platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { domains as productDomains } from '../main.ts';

/** Answers outside the contracts: documents, health, figures, the web app. Each guards itself and has its own test. */
const OUTSIDE_CONTRACTS: readonly string[] = [];

/** What a process mounts: the platform's own routes, then every domain of main.ts. */
const platformRoutes: Domain = {
  ...platformDomain,
  routes: (http, platform) => {
    notifyRoutes(http, platform);
    secretRoutes(http, platform);
    backupRoutes(http, platform);
  },
};
const domains: readonly Domain[] = [platformRoutes, ...productDomains];
const PASSWORD = 'tres gatos y un pez';
const browsers = new Map<UserRole, TestBrowser>();
let server: TestServer;
let catalogue: ReadonlyMap<string, PermissionDefinition>;

beforeAll(async () => {
  catalogue = new Map(
    domains.flatMap(({ permissions }) => permissions.map((permission) => [permission.name, permission])),
  );
  server = await testServer(domains);
  jobRoutes(server.http, server.platform.jobs, server.platform);
  const link = await createSetupLink(server.platform);
  const owner = server.browser();
  browsers.set('owner', owner);
  await post(owner, '/api/setup', {
    token: link?.token,
    name: 'Ana',
    email: emailOf('owner'),
    password: PASSWORD,
    workspaceName: 'Ana y familia',
    baseCurrency: 'EUR',
    locale: 'es',
    timeZone: 'Europe/Madrid',
  });
  for (const role of USER_ROLES.slice(1)) {
    browsers.set(role, server.browser());
    await post(owner, '/api/users', { name: role, email: emailOf(role), role, password: PASSWORD });
  }
});
afterAll(() => server.close());

test('every route is declared by a contract', () => {
  const declared = new Set(server.http.endpoints.map(({ method, path }) => `${method} ${path}`));
  expect(declared.size).toBe(server.http.endpoints.length);
  const mounted = mountedRoutes(server.http);
  expect([...declared].filter((route) => !mounted.includes(route))).toEqual([]);
  const strays = mounted.filter((route) => !declared.has(route) && !OUTSIDE_CONTRACTS.includes(route));
  expect(strays).toEqual([]);
  expect(declared.size).toBeGreaterThan(20);
});

test('a route mounted past its contract is seen, and one with an unknown permission does not mount', async () => {
  const planted = await testServer([platformRoutes]);
  planted.http.app.get('/api/planted/:plantId', () => 'open to everybody');
  expect(mountedRoutes(planted.http)).toContain('GET /api/planted/:plantId');
  const stranger = endpoint({
    method: 'GET',
    path: '/api/x',
    permission: 'nobody.plant.read',
    summary: 'x',
    status: 204,
  });
  expect(() => planted.http.route(stranger, () => Promise.resolve(ok(undefined)))).toThrow('no domain declares');
  await planted.close();
});

test('every permission has one owner, names its domain, speaks both languages and is held by the owner of the workspace', () => {
  const names = domains.flatMap(({ permissions }) => permissions.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
  for (const domain of domains) {
    for (const { name, roles, summaryEs } of domain.permissions) {
      expect([name, (summaryEs ?? '').length > 3]).toEqual([name, true]);
      expect([name, name.startsWith(`${domain.name}.`), roles.includes('owner')]).toEqual([name, true, true]);
    }
  }
});

test('a stranger gets 401 from every route that is not public', async () => {
  for (const route of server.http.endpoints) {
    if (route.permission === 'public') continue;
    const answer = await ask(server.browser(), route);
    expect([nameOf(route), answer.status, answer.code]).toEqual([nameOf(route), 401, 'not_signed_in']);
  }
});

test('an API token with every scope is let in where the catalogue says, never where a person is needed', async () => {
  const owner = await signedIn('owner');
  const scopes = (await owner.call('/api/api-token-scopes')).json<{ items: { name: string }[] }>();
  const body = { name: 'Robot', scopes: scopes.items.map(({ name }) => name) };
  const made = await owner.call('/api/api-tokens', { method: 'POST', body });
  const { secret } = made.json<{ secret: string }>();
  const personal = server.http.endpoints.filter(({ permission, caller }) =>
    caller === undefined ? permission === 'session' : caller === 'person',
  );
  expect(personal.length).toBeGreaterThan(10);
  for (const route of server.http.endpoints) {
    if (route.permission === 'public') continue;
    const { code } = await ask(server.browser(), route, { authorization: `Bearer ${secret}` });
    const isLetIn = code !== 'permission_missing' && code !== 'person_required' && code !== 'not_signed_in';
    expect([nameOf(route), isLetIn]).toEqual([nameOf(route), !personal.includes(route)]);
  }
}, 120_000);

test.each(USER_ROLES)(
  '%s is let in exactly where the catalogue says',
  async (role) => {
    for (const route of server.http.endpoints) {
      const answer = await ask(await signedIn(role), route);
      const isLetIn = answer.code !== 'permission_missing' && answer.code !== 'not_signed_in';
      expect([nameOf(route), isLetIn]).toEqual([nameOf(route), isExpected(route, role)]);
      // Let in with ids of nothing and an empty body, a route answers something sensible, never a fault.
      expect([nameOf(route), answer.status < 500]).toEqual([nameOf(route), true]);
    }
  },
  120_000,
);

function isExpected({ permission }: EndpointShape, role: UserRole): boolean {
  if (permission === 'public' || permission === 'session') return true;
  const definition = catalogue.get(permission);
  assert(definition, `route x role: ${permission} is in no catalogue`);
  return definition.roles.includes(role);
}

/** Ids are well-formed and name nothing, so that a route that lets in changes nothing. */
async function ask(
  browser: TestBrowser,
  route: EndpointShape,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; code: string | null }> {
  const url = route.path.replaceAll(/:[A-Za-z]+/g, () => server.platform.newId());
  const hasBody = route.method !== 'GET' && route.method !== 'DELETE' && !route.upload;
  const answer = await browser.call(url, { method: route.method, headers, ...(hasBody ? { body: {} } : {}) });
  const isProblem = String(answer.headers['content-type']).startsWith('application/problem+json');
  return { status: answer.statusCode, code: isProblem ? answer.json<{ code: string }>().code : null };
}

/** Signs in, also again after a route that ends the session. */
async function signedIn(role: UserRole): Promise<TestBrowser> {
  const browser = browsers.get(role);
  assert(browser, `route x role: nobody is ${role}`);
  if (!browser.cookie?.includes('cactus_session='))
    await post(browser, '/api/sessions', { email: emailOf(role), password: PASSWORD });
  return browser;
}

async function post(browser: TestBrowser, url: string, body: unknown): Promise<void> {
  const answer = await browser.call(url, { method: 'POST', body });
  assert(answer.statusCode === 201, `route x role: ${url} answered ${answer.body}`);
}

function emailOf(role: UserRole): string {
  return `${role}@example.com`;
}

/** What Fastify really answers, read from its own table. */
function mountedRoutes(http: HttpServer): string[] {
  const lines = http.app.printRoutes({ commonPrefix: false }).split('\n');
  const routes: string[] = [];
  const path: string[] = [];
  for (const line of lines) {
    const match = /^(?<indent>[│ ]*)[├└]── (?<segment>\S*)(?: \((?<methods>[^)]*)\))?/u.exec(line);
    if (!match?.groups) continue;
    const { indent = '', segment = '', methods } = match.groups;
    path.length = indent.length / 4;
    path.push(segment);
    const own = (methods ?? '').split(', ').filter((method) => method !== '' && method !== 'HEAD');
    routes.push(...own.map((method) => `${method} ${path.join('')}`));
  }
  return routes;
}

function nameOf({ method, path }: EndpointShape): string {
  return `${method} ${path}`;
}
