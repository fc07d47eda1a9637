/**
 * Goal: linking needs the person herself and her session; an account belongs to one person; nobody unlinks her last way
 * in; unknown people come in only by the owner's lists and with the role she chose.
 */
import { openTestProvider, type TestBrowser, type TestProvider, testServer, type TestServer } from '#platform/testing';
import { TOTP } from 'otpauth';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identity } from './domain.ts';
import { isAllowed, isNamed, oidcSettings, redirectUriOf } from './oidc-settings.ts';
import { addUser, type SetUp, setUp } from './test-people.ts';

const CALLBACK = 'http://localhost/api/auth/oidc/callback';
let provider: TestProvider;
let server: TestServer;
let made: SetUp<TestBrowser>;

beforeAll(async () => {
  provider = await openTestProvider();
  provider.allowRedirect(CALLBACK);
  server = await serverWith({
    allowedDomains: ['firm.example'],
    allowedEmails: ['guest@mail.example'],
    autoProvisionRole: 'analyst',
  });
  made = await setUp(server);
});
afterAll(async () => {
  await server.close();
  await provider.close();
});

function serverWith(oidc: Readonly<Record<string, unknown>>, config = {}): Promise<TestServer> {
  const { issuer, clientId, clientSecret } = provider;
  const settings = { identity: { oidc: { issuer, clientId, clientSecret, ...oidc } } };
  return testServer([identity], { settings, config });
}

function account(login: string, email = `${login}@firm.example`): string {
  provider.people.set(login, { email, email_verified: true, name: `Persona ${login}` });
  return login;
}

async function comeBack(browser: TestBrowser, address: string): Promise<string> {
  const url = new URL(address);
  return String((await browser.call(`${url.pathname}${url.search}`)).headers['location']);
}

async function signIn(browser: TestBrowser, login: string): Promise<string> {
  const { headers } = await browser.call('/api/auth/oidc/start');
  return comeBack(browser, await provider.visit(String(headers['location']), login));
}

async function startLink(browser: TestBrowser): Promise<string> {
  return (await browser.call('/api/me/linked-accounts', { method: 'POST' })).json<{ url: string }>().url;
}

async function link(browser: TestBrowser, login: string): Promise<string> {
  return comeBack(browser, await provider.visit(await startLink(browser), login));
}

interface Linked {
  readonly hasPassword: boolean;
  readonly items: readonly { readonly id: string; readonly email: string }[];
}

async function linkedAccounts(browser: TestBrowser): Promise<Linked> {
  return (await browser.call('/api/me/linked-accounts')).json<Linked>();
}

async function unlink(browser: TestBrowser): Promise<readonly [number, string]> {
  const [first] = (await linkedAccounts(browser)).items;
  const answer = await browser.call(`/api/me/linked-accounts/${first?.id ?? ''}`, { method: 'DELETE' });
  return [answer.statusCode, answer.body === '' ? '' : answer.json<{ code: string }>().code];
}

test('linking and unlinking ask for a recent proof', async () => {
  const { browser } = await addUser(server, made.owner, { name: 'Vieja', role: 'adviser' });
  server.platform.time.advance(11 * 60_000);
  const begun = await browser.call('/api/me/linked-accounts', { method: 'POST' });
  expect([begun.statusCode, begun.json<{ code: string }>().code]).toEqual([403, 'step_up_required']);
  const gone = await browser.call(`/api/me/linked-accounts/${server.platform.newId()}`, { method: 'DELETE' });
  expect(gone.json<{ code: string }>().code).toBe('step_up_required');
});

test('an answer links nothing in another session, nor when she signed out on the way', async () => {
  const victim = await addUser(server, made.owner, { name: 'Victima', role: 'adviser' });
  const attacker = await addUser(server, made.owner, { name: 'Atacante', role: 'client' });
  const back = await provider.visit(await startLink(attacker.browser), account('attackers'));
  // Planting both the answer and the flow's cookie still meets the session of the victim.
  const flowCookie = attacker.browser.cookie?.split('; ').find((pair) => pair.startsWith('cactus_oidc=')) ?? '';
  victim.browser.cookie = `${victim.browser.cookie}; ${flowCookie}`;
  expect(await comeBack(victim.browser, back)).toBe('/ajustes/sesiones?aviso=oidc_state_lost');
  expect((await linkedAccounts(victim.browser)).items).toEqual([]);
  const leaving = await addUser(server, made.owner, { name: 'Saliente', role: 'client' });
  const late = await provider.visit(await startLink(leaving.browser), account('leaving'));
  await leaving.browser.call('/api/sessions/current', { method: 'DELETE' });
  expect(await comeBack(leaving.browser, late)).toBe('/ajustes/sesiones?aviso=oidc_state_lost');
});

test('an account belongs to one person, and a person has one of the provider', async () => {
  const first = await addUser(server, made.owner, { name: 'Primera', role: 'adviser' });
  const second = await addUser(server, made.owner, { name: 'Segunda', role: 'adviser' });
  expect(await link(first.browser, account('shared'))).toBe('/ajustes/sesiones?aviso=oidc_linked');
  expect(await link(second.browser, 'shared')).toBe('/ajustes/sesiones?aviso=oidc_linked_elsewhere');
  const again = await first.browser.call('/api/me/linked-accounts', { method: 'POST' });
  expect([again.statusCode, again.json<{ code: string }>().code]).toEqual([409, 'oidc_already_linked']);
});

test('the owner’s lists hold for linking too', async () => {
  const { browser } = await addUser(server, made.owner, { name: 'Fuera', role: 'adviser' });
  expect(await link(browser, account('outside', 'outside@elsewhere.example'))).toBe(
    '/ajustes/sesiones?aviso=oidc_not_allowed',
  );
});

test('the provider stands for the password only: who has a second factor is asked for it before any session', async () => {
  const { browser } = await addUser(server, made.owner, { name: 'Doble', role: 'adviser' });
  await link(browser, account('double'));
  const { secret } = (await browser.call('/api/me/totp', { method: 'POST' })).json<{ secret: string }>();
  const shown = (): string => new TOTP({ secret }).generate({ timestamp: server.platform.clock() });
  expect((await browser.call('/api/me/totp', { method: 'PUT', body: { code: shown() } })).statusCode).toBe(200);
  server.platform.time.advance(60_000);
  const elsewhere = server.browser();
  expect(await signIn(elsewhere, 'double')).toBe('/entrar?paso=totp.recovery_code');
  expect((await elsewhere.call('/api/me')).statusCode).toBe(401);
  const step = { method: 'totp', code: shown() };
  const done = await elsewhere.call('/api/sessions/second-step', { method: 'POST', body: step });
  expect([done.statusCode, (await elsewhere.call('/api/me')).statusCode]).toEqual([201, 200]);
});

test('unlinking takes the way in away and tells it; what is not mine is not found', async () => {
  const { browser } = await addUser(server, made.owner, { name: 'Suelta', role: 'adviser' });
  await link(browser, account('loose'));
  const [mine] = (await linkedAccounts(browser)).items;
  const other = await addUser(server, made.owner, { name: 'Ajena', role: 'admin' });
  const stolen = await other.browser.call(`/api/me/linked-accounts/${mine?.id}`, { method: 'DELETE' });
  expect(stolen.json<{ code: string }>().code).toBe('linked_account_not_found');
  expect(await unlink(browser)).toEqual([204, '']);
  const told = server.platform.heard.filter(({ name }) => name === 'identity.account.unlinked');
  expect(told.at(-1)).toMatchObject({ subjectId: mine?.id });
  const audit = (await made.owner.call('/api/audit-entries')).json<{ items: { action: string; subject: string }[] }>();
  expect(audit.items[0]).toMatchObject({ action: 'identity.account.unlinked', subject: mine?.id });
  provider.people.set('loose', { email: 'suelta@example.com', email_verified: true });
  expect(await signIn(server.browser(), 'loose')).toBe('/entrar?aviso=oidc_not_allowed');
});

test('unknown people of the lists come in with the chosen role, once, and cannot lock themselves out', async () => {
  const browser = server.browser();
  expect(await signIn(browser, account('nueva'))).toBe('/');
  const me = (await browser.call('/api/me')).json<{ role: string; user: { id: string }; workspaces: unknown[] }>();
  expect(me).toMatchObject({
    role: 'analyst',
    user: { email: 'nueva@firm.example', name: 'Persona nueva', timeZone: 'Europe/Madrid' },
    workspaces: [{ id: made.realWorkspaceId }],
  });
  const again = server.browser();
  expect(await signIn(again, 'nueva')).toBe('/');
  expect((await again.call('/api/me')).json()).toMatchObject({ user: { id: me.user.id } });
  expect((await linkedAccounts(browser)).hasPassword).toBe(false);
  expect(await unlink(browser)).toEqual([409, 'last_way_in']);
  // There is no password to guess: not even the mark that stands for none.
  const body = { email: 'nueva@firm.example', password: '!' };
  const guessed = await server.browser().call('/api/sessions', { method: 'POST', body });
  expect([guessed.statusCode, guessed.json<{ code: string }>().code]).toEqual([401, 'credentials_wrong']);
  expect(await signIn(server.browser(), account('guest', 'guest@mail.example'))).toBe('/');
  const created = server.platform.heard.filter(({ name }) => name === 'identity.user.created');
  expect(created.at(-1)?.payload).toMatchObject({ role: 'analyst' });
});

test('a domain of the lists ends where its name ends', async () => {
  for (const email of ['a@notfirm.example', 'a@firm.example.evil.example', 'firm.example@evil.example']) {
    expect([email, await signIn(server.browser(), account(email, email))]).toEqual([
      email,
      '/entrar?aviso=oidc_not_allowed',
    ]);
  }
});

test('with lists but without a role unknown people wait for somebody to add them', async () => {
  const closed = await serverWith({ allowedDomains: ['firm.example'] });
  await setUp(closed);
  expect(await signIn(closed.browser(), account('early'))).toBe('/entrar?aviso=oidc_not_invited');
  await closed.close();
});

test('a role without lists lets nobody in: it would be everybody', async () => {
  const open = await serverWith({ autoProvisionRole: 'manager' });
  await setUp(open);
  expect(await signIn(open.browser(), account('anybody'))).toBe('/entrar?aviso=oidc_not_invited');
  await open.close();
});

test('before the first run nobody comes in by the provider', async () => {
  const empty = await serverWith({ allowedDomains: ['firm.example'], autoProvisionRole: 'manager' });
  expect(await signIn(empty.browser(), account('first'))).toBe('/entrar?aviso=oidc_not_invited');
  await empty.close();
});

test('behind a public address only that address is used, and its cookie is for this host over https alone', async () => {
  const publicUrl = 'https://cactus.example';
  const behind = await serverWith({}, { publicUrl });
  const elsewhere = await behind.browser().call('/api/auth/oidc/start');
  expect(elsewhere.headers['location']).toBe('/entrar?aviso=oidc_address_wrong');
  const { headers } = await behind.browser().call('/api/auth/oidc/start', { headers: { host: 'cactus.example' } });
  const to = new URL(String(headers['location']));
  expect(to.searchParams.get('redirect_uri')).toBe(`${publicUrl}/api/auth/oidc/callback`);
  expect(String(headers['set-cookie'])).toMatch(
    /^__Host-cactus_oidc=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600; Secure$/,
  );
  await behind.close();
});

test('without a public address only this machine’s own names are used', () => {
  for (const origin of ['http://localhost:7700', 'http://127.0.0.1:7700', 'http://[::1]:7700']) {
    expect(redirectUriOf(null, origin)).toMatchObject({ value: `${origin}/api/auth/oidc/callback` });
  }
  for (const origin of ['http://192.168.1.5:7700', 'http://evil.example', 'http://localhost.evil.example']) {
    expect(redirectUriOf(null, origin)).toMatchObject({ code: 'oidc_address_wrong' });
  }
});

test('of Google a domain counts only where the domain itself manages the account', () => {
  const google = oidcSettings.parse({ allowedDomains: ['firm.example'], allowedEmails: ['Guest@mail.example'] });
  expect(isNamed(google, { email: 'Ana@Firm.example', hostedDomain: 'firm.example' })).toBe(true);
  expect(isNamed(google, { email: 'ana@firm.example', hostedDomain: null })).toBe(false);
  expect(isNamed(google, { email: 'ana@firm.example', hostedDomain: 'other.example' })).toBe(false);
  expect(isNamed(google, { email: 'guest@mail.example', hostedDomain: null })).toBe(true);
  expect(isAllowed(oidcSettings.parse({}), { email: 'who@ever.example', hostedDomain: null })).toBe(true);
  expect(isNamed(oidcSettings.parse({}), { email: 'who@ever.example', hostedDomain: null })).toBe(false);
});

test.each(['http://accounts.example', 'ftp://127.0.0.1', 'https://user:pass@accounts.example', 'accounts.example'])(
  '%s is not a provider: plain http is for this machine only',
  (issuer) => {
    expect(oidcSettings.safeParse({ issuer }).success).toBe(false);
    expect(oidcSettings.safeParse({ issuer: 'http://127.0.0.1:4000' }).success).toBe(true);
  },
);
