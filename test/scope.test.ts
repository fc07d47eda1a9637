/**
 * Goal: nobody learns of a portfolio outside of her scope. Two teams with a manager and an adviser each, a client per
 * adviser with two portfolios, and a second workspace: every route that names a portfolio, every list, total, import and
 * event is asked by everybody, and beyond the scope the answer is that there is no such thing.
 */
import { createSetupLink } from '#identity';
import { assert, type EndpointShape } from '#kernel';
import { platformDomain } from '#platform/runtime';
import { type TestBrowser, testServer, type TestServer } from '#platform/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { domains } from '../main.ts';
import { type AddedUser, bodyFor, EXPECTED, PEOPLE, type Person, requireOk } from './scope-people.ts';
import { sweep } from './scope-sweep.ts';
import { openScopeSockets, type ScopeSocket, type ScopeSockets } from './scope-sockets.ts';

let server: TestServer;
const people = new Map<Person, AddedUser>();
const portfolios = new Map<string, string>();
const imports = new Map<string, string>();
const operations = new Map<string, string>();

const browserOf = (person: Person): TestBrowser => {
  const found = people.get(person);
  assert(found, `scope: nobody is ${person}`);
  return found.browser;
};
const idOf = (name: string): string => portfolios.get(name) ?? '';
const userIdOf = (person: Person): string => people.get(person)?.userId ?? '';

beforeAll(async () => {
  server = await testServer([platformDomain, ...domains]);
  server.platform.db.attachJobQueue({ add: async () => undefined });
  const made = await setUp();
  people.set('owner', { browser: made.owner, userId: made.userId });
  for (const [name, role] of [
    ['manager1', 'manager'],
    ['manager2', 'manager'],
    ['adviser1', 'adviser'],
    ['adviser2', 'adviser'],
    ['client1', 'client'],
    ['client2', 'client'],
  ] as const) {
    people.set(name, await addUser(made.owner, name, role));
  }
  await makeTeams(made.realWorkspaceId);
  for (const [name, adviser, client] of [
    ['A1', 'adviser1', 'client1'],
    ['A2', 'adviser1', 'client1'],
    ['B1', 'adviser2', 'client2'],
    ['B2', 'adviser2', 'client2'],
  ] as const) {
    await makePortfolio(name, browserOf(adviser));
    await requireOk(made.owner, `/api/portfolios/${idOf(name)}/assignment`, {
      method: 'PUT',
      body: { adviserUserId: userIdOf(adviser), clientUserId: userIdOf(client) },
      headers: { 'if-match': '1' },
    });
  }
  await makePortfolio('House', made.owner);
  await makeStranger();
}, 120_000);
afterAll(() => server.close());

const PASSWORD = 'tres gatos y un pez';

async function setUp(): Promise<{ owner: TestBrowser; userId: string; realWorkspaceId: string }> {
  const owner = server.browser();
  const link = await createSetupLink(server.platform);
  const person = { name: 'Ana', email: 'owner@example.com', password: PASSWORD };
  const place = { workspaceName: 'Casa', baseCurrency: 'EUR', locale: 'es', timeZone: 'Europe/Madrid' };
  const body = { token: link?.token, ...person, ...place };
  const made = await requireOk<{ userId: string; realWorkspaceId: string }>(owner, '/api/setup', {
    method: 'POST',
    body,
  });
  return { owner, ...made };
}

async function addUser(by: TestBrowser, name: string, role: string): Promise<AddedUser> {
  const credentials = { email: `${name}@example.com`, password: PASSWORD };
  const { id } = await requireOk<{ id: string }>(by, '/api/users', {
    method: 'POST',
    body: { name, role, ...credentials },
  });
  const browser = server.browser();
  await requireOk(browser, '/api/sessions', { method: 'POST', body: credentials });
  return { browser, userId: id };
}

async function makeTeams(workspaceId: string): Promise<void> {
  for (const number of [1, 2] as const) {
    const teamId = server.platform.newId();
    await server.platform.db.transaction(async (tx) => {
      await tx.prepared(
        'test.team',
        `insert into identity_teams (team_id, workspace_id, name, manager_user_id, created_at) values ($1, $2, $3, $4, now())`,
        [teamId, workspaceId, `Team ${number}`, userIdOf(`manager${number}`)],
      );
      await tx.prepared(
        'test.team.adviser',
        `insert into identity_team_advisers (workspace_id, user_id, team_id, joined_at) values ($1, $2, $3, now())`,
        [workspaceId, userIdOf(`adviser${number}`), teamId],
      );
    });
  }
  server.platform.time.advance(6_000); // What is remembered of a session lives for five seconds.
}

async function makePortfolio(name: string, by: TestBrowser): Promise<void> {
  const { id } = await requireOk<{ id: string }>(by, '/api/portfolios', { method: 'POST', body: { name } });
  portfolios.set(name, id);
  const operation = {
    type: 'deposit',
    date: '2026-01-05',
    accountName: 'Banco',
    amount: '100',
    currency: 'EUR',
    idempotencyKey: `deposit-${name}`,
  };
  const recorded = await requireOk<{ operationId: string }>(by, `/api/portfolios/${id}/operations`, {
    method: 'POST',
    body: operation,
  });
  operations.set(name, recorded.operationId);
  const file = await server.platform.files.put({
    workspaceId: (await requireOk<{ workspace: { id: string } }>(by, '/api/me')).workspace.id,
    userId: null,
    name: `${name}.csv`,
    bytes: (await import('node:stream')).Readable.from([Buffer.from(`a,b\n${name},1\n`)]),
    sizeBytesMax: 1_000,
  });
  const made = await requireOk<{ id: string }>(by, '/api/imports', {
    method: 'POST',
    body: { fileId: file.id, portfolioId: id },
  });
  imports.set(name, made.id);
}

/** The owner of another real workspace of the same installation, with every permission there. */
async function makeStranger(): Promise<void> {
  const { db, newId } = server.platform;
  const stranger = await addUser(browserOf('owner'), 'stranger', 'owner');
  const workspaceId = newId();
  await db.transaction(async (tx) => {
    await tx.prepared(
      'test.workspace',
      `insert into identity_workspaces (workspace_id, name, kind, base_currency, created_at) values ($1, 'Other', 'real', 'EUR', now())`,
      [workspaceId],
    );
    await tx.prepared('test.leave', 'update identity_members set workspace_id = $1 where user_id = $2', [
      workspaceId,
      stranger.userId,
    ]);
    await tx.prepared('test.look', 'update identity_sessions set workspace_id = $1 where user_id = $2', [
      workspaceId,
      stranger.userId,
    ]);
  });
  server.platform.time.advance(6_000);
  people.set('stranger', stranger);
}

/** Every route whose address names a portfolio or an import; a new one is asked without being listed here. */
function routesAbout(parameter: string): EndpointShape[] {
  return server.http.endpoints.filter(({ path }) => path.includes(`:${parameter}`));
}

async function ask(browser: TestBrowser, { method, path }: EndpointShape, name: string) {
  const url = path
    .replace(':portfolioId', idOf(name))
    .replace(':importId', imports.get(name) ?? '')
    .replace(':operationId', operations.get(name) ?? '')
    .replaceAll(/:[A-Za-z]+/g, () => server.platform.newId());
  const query = path.endsWith('/explanation') ? '?metric=value' : '';
  const body = method === 'GET' || method === 'DELETE' ? {} : { body: bodyFor(path) };
  return browser.call(`${url}${query}`, { method, headers: { 'if-match': '999' }, ...body });
}

describe.each([...PEOPLE, 'stranger' as const])('%s', (person) => {
  const reached: readonly string[] = person === 'stranger' ? [] : EXPECTED[person];

  test('lists, totals, imports and events hold exactly her rows', async () => {
    const browser = browserOf(person);
    const list = await requireOk<{ items: { name: string }[]; totals: { value: string }[] }>(
      browser,
      '/api/portfolios',
    );
    expect(list.items.map(({ name }) => name)).toEqual(reached);
    expect(list.totals.map(({ value }) => value)).toEqual(reached.length === 0 ? [] : [`${reached.length}00`]);
    const batches = await browser.call('/api/imports');
    const shownImports = batches.statusCode === 403 ? null : batches.json<{ items: { portfolioId: string }[] }>().items;
    const importedInto = shownImports?.map(({ portfolioId }) => portfolioId) ?? reached.map(idOf);
    expect(importedInto.toSorted()).toEqual(reached.map(idOf).toSorted());
    const log = await browser.call('/api/events?limit=200');
    const shown = log.statusCode === 403 ? null : log.json<{ items: { name: string; subjectId: string }[] }>().items;
    const ofPortfolios = shown?.filter(({ name }) => name.startsWith('portfolios.')) ?? [];
    const about = shown ? [...new Set(ofPortfolios.map(({ subjectId }) => subjectId))] : reached.map(idOf);
    expect(about.toSorted()).toEqual(reached.map(idOf).toSorted());
  });

  test('every route about a portfolio beyond her scope answers as about one that never was', async () => {
    const browser = browserOf(person);
    const routes = [...routesAbout('portfolioId'), ...routesAbout('importId')];
    expect(routes.length).toBeGreaterThan(14);
    for (const name of portfolios.keys()) {
      if (reached.includes(name)) continue;
      for (const route of routes) {
        const answer = await ask(browser, route, name);
        const never = await browser.call(
          route.path.replaceAll(/:[A-Za-z]+/g, () => server.platform.newId()) +
            (route.path.endsWith('/explanation') ? '?metric=value' : ''),
          {
            method: route.method,
            headers: { 'if-match': '999' },
            ...(route.method === 'GET' || route.method === 'DELETE' ? {} : { body: bodyFor(route.path) }),
          },
        );
        const label = `${route.method} ${route.path} ${name}`;
        expect([label, answer.statusCode]).toEqual([label, never.statusCode]);
        expect([label, [403, 404].includes(answer.statusCode) || answer.statusCode === 400]).toEqual([label, true]);
      }
    }
  });

  test('what is hers is there', async () => {
    for (const name of reached) {
      for (const rest of ['', '/positions', '/operations', '/value-series', '/figures', '/explanation?metric=value']) {
        const answer = await browserOf(person).call(`/api/portfolios/${idOf(name)}${rest}`);
        expect([name, rest, answer.statusCode]).toEqual([name, rest, 200]);
      }
    }
  });
});

sweep({
  endpoints: () => server.http.endpoints,
  browserOf,
  newId: () => server.platform.newId(),
  rows: { portfolios, operations, imports },
});

test('a client reads and changes nothing', async () => {
  for (const { method, path } of server.http.endpoints) {
    if (method === 'GET' || !path.startsWith('/api/portfolios')) continue;
    const answer = await ask(browserOf('client1'), { method, path } as EndpointShape, 'A1');
    expect([method, path, answer.statusCode]).toEqual([method, path, 403]);
  }
});

test('an import cannot be aimed at a portfolio beyond the scope, and the filter by one is empty', async () => {
  const adviser = browserOf('adviser1');
  const file = await server.platform.files.put({
    workspaceId: (await requireOk<{ workspace: { id: string } }>(adviser, '/api/me')).workspace.id,
    userId: userIdOf('adviser1'),
    name: 'x.csv',
    bytes: (await import('node:stream')).Readable.from([Buffer.from('a\n1\n')]),
    sizeBytesMax: 100,
  });
  const body = { fileId: file.id, portfolioId: idOf('B1') };
  const aimed = await adviser.call('/api/imports', { method: 'POST', body });
  expect([aimed.statusCode, aimed.json<{ code: string }>().code]).toEqual([404, 'portfolio_not_found']);
  const listed = await requireOk<{ items: unknown[] }>(adviser, `/api/imports?portfolioId=${idOf('B1')}`);
  expect(listed.items).toEqual([]);
});

test('a name taken by another adviser is free: a refusal tells nothing', async () => {
  const made = await browserOf('adviser2').call('/api/portfolios', { method: 'POST', body: { name: 'A1' } });
  expect(made.statusCode).toBe(201);
  const { id } = made.json<{ id: string }>();
  await requireOk(browserOf('adviser2'), `/api/portfolios/${id}`, { method: 'DELETE' });
});

test('who creates a portfolio names whom she may: herself without a word, her people, nobody beyond', async () => {
  const create = (by: Person, owners: object) =>
    browserOf(by).call('/api/portfolios', { method: 'POST', body: { name: 'Recién hecha', ...owners } });
  const [adviser1, adviser2] = [userIdOf('adviser1'), userIdOf('adviser2')];
  for (const [by, owners, code] of [
    ['adviser1', { adviserUserId: adviser2 }, 'adviser_not_found'],
    ['adviser1', { adviserUserId: null }, 'adviser_not_found'],
    ['adviser1', { clientUserId: userIdOf('client1') }, 'client_not_found'],
    ['manager1', { adviserUserId: adviser2 }, 'adviser_not_found'],
    ['manager1', { adviserUserId: null }, 'adviser_not_found'],
    ['manager1', { clientUserId: adviser1 }, 'client_not_found'],
    ['owner', { adviserUserId: userIdOf('stranger') }, 'adviser_not_found'],
  ] as const) {
    const answer = await create(by, owners);
    expect([by, owners, answer.json<{ code: string }>().code]).toEqual([by, owners, code]);
  }
  for (const [by, owners, adviserId] of [
    ['adviser1', {}, adviser1],
    ['manager1', { adviserUserId: adviser1, clientUserId: userIdOf('client1') }, adviser1],
    ['owner', {}, null],
  ] as const) {
    const made = (await create(by, owners)).json<{ id: string; adviser: { id: string } | null }>();
    expect([by, made.adviser?.id ?? null]).toEqual([by, adviserId]);
    await requireOk(browserOf('owner'), `/api/portfolios/${made.id}`, { method: 'DELETE' });
  }
  const mayName = await requireOk<{ advisers: { id: string }[] }>(browserOf('manager1'), '/api/portfolio-people');
  expect(mayName.advisers.map(({ id }) => id).toSorted()).toEqual([adviser1, userIdOf('manager1')].toSorted());
});

test('a manager hands a portfolio to her own people only, and cannot look beyond', async () => {
  const assign = (adviserUserId: string | null) =>
    browserOf('manager1').call(`/api/portfolios/${idOf('A1')}/assignment`, {
      method: 'PUT',
      body: { adviserUserId, clientUserId: userIdOf('client1') },
      headers: { 'if-match': '*' },
    });
  for (const nobody of [userIdOf('adviser2'), userIdOf('stranger'), userIdOf('client1'), null]) {
    expect((await assign(nobody)).json<{ code: string }>().code).toBe('adviser_not_found');
  }
  const choices = await requireOk<{ advisers: { id: string }[] }>(
    browserOf('manager1'),
    `/api/portfolios/${idOf('A1')}/assignment`,
  );
  expect(choices.advisers.map(({ id }) => id).toSorted()).toEqual(
    [userIdOf('adviser1'), userIdOf('manager1')].toSorted(),
  );
  expect((await assign(userIdOf('manager1'))).statusCode).toBe(200);
  expect((await browserOf('adviser1').call(`/api/portfolios/${idOf('A1')}`)).statusCode).toBe(404);
  expect((await assign(userIdOf('adviser1'))).statusCode).toBe(200);
});

describe('sockets', () => {
  const RECORDED = 'portfolios.operation.recorded';
  let sockets: ScopeSockets;
  let keys = 0;
  beforeAll(async () => void (sockets = await openScopeSockets(server)));
  afterAll(() => sockets.close());

  const record = async (name: string, by: Person = 'owner'): Promise<void> => {
    const money = { type: 'deposit', date: '2026-01-07', accountName: 'Banco', amount: '1', currency: 'EUR' };
    const body = { ...money, idempotencyKey: `socket-${(keys += 1)}` };
    await requireOk(browserOf(by), `/api/portfolios/${idOf(name)}/operations`, { method: 'POST', body });
  };

  test('each person hears what is about her rows, and no frame about another’s', async () => {
    const opened = new Map<Person, ScopeSocket>();
    for (const person of [...PEOPLE, 'stranger'] as const) opened.set(person, await sockets.open(browserOf(person)));
    // Twice: whoever heard the second of hers was sent everything before it.
    for (const name of ['A1', 'B1', 'House', 'A1', 'B1', 'House']) await record(name);
    for (const person of PEOPLE) {
      const hers = ['A1', 'B1', 'House'].filter((name) => EXPECTED[person].includes(name));
      const heard = () => (opened.get(person)?.events() ?? []).filter((line) => line.startsWith(RECORDED));
      const expected = [...hers, ...hers].map((name) => `${RECORDED} ${idOf(name)}`);
      await expect.poll(heard, { timeout: 10_000 }).toEqual(expected);
    }
    expect(opened.get('stranger')?.events()).toEqual([]);
  });

  test('an adviser who changes team is heard by her new manager and no more by the old one, on open sockets', async () => {
    const [first, second] = [await sockets.open(browserOf('manager1')), await sockets.open(browserOf('manager2'))];
    const { items } = await requireOk<{ items: { id: string; name: string; version: number }[] }>(
      browserOf('owner'),
      '/api/teams',
    );
    const setTeam = (number: 1 | 2, advisers: Person[]) => {
      const team = items.find(({ name }) => name === `Team ${number}`);
      const body = {
        name: `Team ${number}`,
        managerUserId: userIdOf(`manager${number}`),
        adviserUserIds: advisers.map(userIdOf),
      };
      const call = { method: 'PUT' as const, body, headers: { 'if-match': '*' } };
      return requireOk(browserOf('owner'), `/api/teams/${team?.id ?? ''}`, call);
    };
    await setTeam(2, ['adviser1', 'adviser2']);
    const about = (socket: ScopeSocket) =>
      socket.events().filter((line) => line === `${RECORDED} ${idOf('A1')}`).length;
    const lists = async (person: Person) =>
      (await requireOk<{ items: { name: string }[] }>(browserOf(person), '/api/portfolios')).items.map(
        ({ name }) => name,
      );
    expect(await lists('manager1')).toEqual([]);
    expect(await lists('manager2')).toEqual(['A1', 'A2', 'B1', 'B2']);
    await expect
      .poll(async () => (await record('A1'), about(second)), { timeout: 10_000, interval: 50 })
      .toBeGreaterThan(0);
    const before = about(first);
    await record('A1');
    // Something of her own comes after it: what was for her before that has arrived.
    const { id } = await requireOk<{ id: string }>(browserOf('manager1'), '/api/portfolios', {
      method: 'POST',
      body: { name: 'Suya' },
    });
    await expect
      .poll(() => first.events().includes(`portfolios.portfolio.created ${id}`), { timeout: 10_000 })
      .toBe(true);
    expect(about(first)).toBe(before);
    await setTeam(1, ['adviser1']);
    expect(await lists('manager2')).toEqual(['B1', 'B2']);
  });
});
