/** Goal: the first person is created once, only from this machine, only with the link of the terminal. */
import { afterAll, beforeEach, afterEach, expect, test } from 'vitest';
import { createSetupLink, SETUP_LINK_MS } from './setup.ts';
import { testServer, type TestServer } from '#platform/testing';
import { identity } from './domain.ts';
import { setUp, setupAnswers } from './test-people.ts';

let server: TestServer;
beforeEach(async () => {
  server = await testServer([identity], { config: { demo: true } });
});
afterEach(() => server.close());

const LAN = '192.0.2.7';

test('the page learns whether it is needed, whether the link lives, and whether it may be used from here', async () => {
  const browser = server.browser();
  expect((await browser.call('/api/setup')).json()).toEqual({
    isNeeded: true,
    link: 'none',
    isAllowedFromHere: true,
    bringsDemo: true,
    isSignedIn: false,
  });
  await createSetupLink(server.platform);
  expect((await browser.call('/api/setup', { ip: LAN })).json()).toEqual({
    isNeeded: true,
    link: 'active',
    isAllowedFromHere: false,
    bringsDemo: true,
    isSignedIn: false,
  });
  server.platform.time.advance(SETUP_LINK_MS);
  expect((await browser.call('/api/setup')).json()).toMatchObject({ link: 'expired' });
});

test('setup creates owner, real and demo workspace, and signs her in at the demo', async () => {
  const { owner, realWorkspaceId, demoWorkspaceId, userId } = await setUp(server);
  const me = (await owner.call('/api/me')).json<Record<string, unknown>>();
  expect(me).toMatchObject({
    user: { id: userId, email: 'Ana@Example.com', locale: 'es', timeZone: 'Europe/Madrid' },
    role: 'owner',
    workspace: { id: demoWorkspaceId, kind: 'demo', baseCurrency: 'EUR' },
    workspaces: [
      { id: realWorkspaceId, kind: 'real', name: 'Ferreyra Asesores', role: 'owner' },
      { id: demoWorkspaceId, kind: 'demo', role: 'owner' },
    ],
  });
  expect(me['permissions']).toContain('identity.users.create');
  const created = server.platform.heard.filter(({ name }) => name === 'identity.workspace.created');
  expect(created.map(({ payload }) => payload)).toMatchObject([
    { kind: 'real', workspaceId: realWorkspaceId, ownerUserId: userId },
    { kind: 'demo', workspaceId: demoWorkspaceId, locale: 'es', timeZone: 'Europe/Madrid' },
  ]);
  expect((await owner.call('/api/setup')).json()).toMatchObject({ isNeeded: false, isSignedIn: true });
  expect(await createSetupLink(server.platform)).toBeNull();
});

test('the token is not stored, and the cookie is out of reach of scripts', async () => {
  const body = await setupAnswers(server);
  const stored = await server.platform.db.prepared<{ text: string }>(
    't',
    'select l::text as text from identity_setup_links l',
    [],
  );
  expect(JSON.stringify(stored)).not.toContain(body['token']);
  const answer = await server.browser().call('/api/setup', { method: 'POST', body });
  expect(String(answer.headers['set-cookie'])).toMatch(/^cactus_session=[\w-]{43}; .*HttpOnly/i);
  expect(String(answer.headers['set-cookie'])).toMatch(/SameSite=Lax/i);
});

test('a stranger on the network is refused even with the right token', async () => {
  const body = await setupAnswers(server);
  const answer = await server.browser().call('/api/setup', { method: 'POST', body, ip: LAN });
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([403, 'setup_only_on_this_machine']);
});

test.each([
  [{ token: 'AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGG' }, 403, 'setup_link_wrong'],
  [{ password: 'password1234' }, 422, 'password_too_weak'],
  [{ timeZone: 'Europe/Atlantis' }, 422, 'time_zone_unknown'],
  [{ timeZone: '+02:00' }, 422, 'time_zone_unknown'],
  [{ baseCurrency: 'QQQ' }, 422, 'currency_unknown'],
  [{ email: 'not an address' }, 400, 'invalid_request'],
  [{ name: '  ' }, 400, 'invalid_request'],
])('%j is refused with %i %s, and the link still works', async (change, status, code) => {
  const body = await setupAnswers(server);
  const browser = server.browser();
  const refused = await browser.call('/api/setup', { method: 'POST', body: { ...body, ...change } });
  expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([status, code]);
  expect((await browser.call('/api/setup', { method: 'POST', body })).statusCode).toBe(201);
});

test('an expired link and a replaced link are refused', async () => {
  const first = await setupAnswers(server);
  const second = await setupAnswers(server);
  const browser = server.browser();
  expect((await browser.call('/api/setup', { method: 'POST', body: first })).json()).toMatchObject({
    code: 'setup_link_wrong',
  });
  server.platform.time.advance(SETUP_LINK_MS);
  expect((await browser.call('/api/setup', { method: 'POST', body: second })).json()).toMatchObject({
    code: 'setup_link_expired',
    status: 410,
  });
});

test('of ten parallel uses of one link exactly one creates somebody', async () => {
  const body = await setupAnswers(server);
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      server.browser().call('/api/setup', { method: 'POST', body: { ...body, email: `p${index}@example.com` } }),
    ),
  );
  const codes = answers.map(({ statusCode }) => statusCode).toSorted(byNumber);
  // The others find somebody there (409), or, when they come after the first has ended, a link that is used up (403).
  expect([codes[0], codes.slice(1).filter((code) => code !== 409 && code !== 403)]).toEqual([201, []]);
  const [count] = await server.platform.db.prepared<{ n: bigint }>('n', 'select count(*) as n from identity_users', []);
  expect(count?.n).toBe(1n);
});

test('without a demo in the configuration there is none', async () => {
  const empty = await testServer([identity]);
  afterAll(() => empty.close());
  const { owner, demoWorkspaceId, realWorkspaceId } = await setUp(empty);
  expect(demoWorkspaceId).toBe(realWorkspaceId);
  expect((await owner.call('/api/me')).json()).toMatchObject({ workspace: { kind: 'real' } });
});

test('from another machine when the configuration says so', async () => {
  const remote = await testServer([identity], { settings: { identity: { remoteSetup: true } } });
  afterAll(() => remote.close());
  const body = await setupAnswers(remote);
  expect((await remote.browser().call('/api/setup', { method: 'POST', body, ip: LAN })).statusCode).toBe(201);
});

function byNumber(left: number, right: number): number {
  return left - right;
}
