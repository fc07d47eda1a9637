/**
 * Goal: every mounted route, asked by nobody and by every role, lets in exactly those whom the permission catalogue names.
 * A route that is mounted past its contract, or with a permission that nobody declares, makes this red.
 */
import { readdirSync } from 'node:fs';
import { assert, endpoint, type EndpointShape, ok, USER_ROLES, type UserRole } from '#kernel';
import type { Domain, PermissionDefinition } from '#platform/domain';
import type { HttpServer } from '#platform/http';
import { notifyRoutes } from '#platform/notify';
import { type TestBrowser, testServer, type TestServer } from '#platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addUser, OWNER, setUp } from '../domains/identity/test-people.ts';

/** Answers outside the contracts: documents, health, figures, the web app. Each guards itself and has its own test. */
const OUTSIDE_CONTRACTS: readonly string[] = [];

const platformRoutes: Domain = {
  name: 'platform',
  tablePrefix: 'platform_',
  migrations: null,
  permissions: [],
  events: [],
  routes: (http, platform) => notifyRoutes(http, platform),
};
const domains: Domain[] = [platformRoutes];
const browsers = new Map<UserRole, { browser: TestBrowser; credentials: { email: string; password: string } }>();
let server: TestServer;
let catalogue: ReadonlyMap<string, PermissionDefinition>;

beforeAll(async () => {
  domains.push(...(await manifests()));
  catalogue = new Map(
    domains.flatMap(({ permissions }) => permissions.map((permission) => [permission.name, permission])),
  );
  server = await testServer(domains);
  const { owner } = await setUp(server);
  browsers.set('owner', { browser: owner, credentials: { email: OWNER.email, password: OWNER.password } });
  for (const role of USER_ROLES.slice(1)) {
    const { browser, credentials } = await addUser(server, owner, { name: `Persona-${role}`, role });
    browsers.set(role, { browser, credentials });
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

test('every permission has one owner, names its domain, and is held by the owner of the workspace', () => {
  const names = domains.flatMap(({ permissions }) => permissions.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
  for (const domain of domains) {
    for (const { name, roles } of domain.permissions) {
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
async function ask(browser: TestBrowser, route: EndpointShape): Promise<{ status: number; code: string | null }> {
  const url = route.path.replaceAll(/:[A-Za-z]+/g, () => server.platform.newId());
  const hasBody = route.method !== 'GET' && route.method !== 'DELETE' && !route.upload;
  const answer = await browser.call(url, { method: route.method, ...(hasBody ? { body: {} } : {}) });
  const isProblem = String(answer.headers['content-type']).startsWith('application/problem+json');
  return { status: answer.statusCode, code: isProblem ? answer.json<{ code: string }>().code : null };
}

/** Signs in again after a route that ends the session. */
async function signedIn(role: UserRole): Promise<TestBrowser> {
  const person = browsers.get(role);
  assert(person, `route x role: nobody is ${role}`);
  if (person.browser.cookie === null) {
    await person.browser.call('/api/sessions', { method: 'POST', body: person.credentials });
  }
  return person.browser;
}

/** Every domain of the tree, so that a new one is covered on the day it appears. */
async function manifests(): Promise<Domain[]> {
  const root = new URL('../domains/', import.meta.url);
  const found: Domain[] = [];
  for (const name of readdirSync(root).toSorted()) {
    if (!readdirSync(new URL(name, root)).includes('domain.ts')) continue;
    const module = (await import(new URL(`${name}/domain.ts`, root).href)) as Record<string, Domain>;
    found.push(...Object.values(module).filter((value) => 'tablePrefix' in value));
  }
  return found;
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
