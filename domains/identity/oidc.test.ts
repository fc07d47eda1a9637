/**
 * Goal: signing in with a provider, against a real one: the whole journey with PKCE, state and nonce; every way to abuse it
 * is refused with its own code and opens nothing; nobody's account is taken over by an e-mail.
 */
import { openTestProvider, type TestBrowser, type TestProvider, testServer, type TestServer } from '#platform/testing';
import { decodeJwt, generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { identity } from './domain.ts';
import { addUser, OWNER, type SetUp, setUp } from './test-people.ts';

const CALLBACK = 'http://localhost/api/auth/oidc/callback';
let provider: TestProvider;
let server: TestServer;
let made: SetUp<TestBrowser>;

beforeAll(async () => {
  provider = await openTestProvider();
  provider.allowRedirect(CALLBACK);
  server = await serverWith({});
  made = await setUp(server);
});
afterEach(() => {
  provider.onIdToken = null;
  provider.isDown = false;
});
afterAll(async () => {
  await server.close();
  await provider.close();
});

function serverWith(oidc: Readonly<Record<string, unknown>>): Promise<TestServer> {
  const { issuer, clientId, clientSecret } = provider;
  return testServer([identity], { settings: { identity: { oidc: { issuer, clientId, clientSecret, ...oidc } } } });
}

/** Presses the button; gives the provider's address. */
async function start(browser: TestBrowser, query = ''): Promise<string> {
  const answer = await browser.call(`/api/auth/oidc/start${query}`);
  expect(answer.statusCode).toBe(303);
  return String(answer.headers['location']);
}

/** Comes back from the provider; gives where the browser is sent. */
async function comeBack(browser: TestBrowser, address: string): Promise<string> {
  const url = new URL(address);
  expect(`${url.origin}${url.pathname}`).toBe(CALLBACK);
  const answer = await browser.call(`${url.pathname}${url.search}`);
  expect(answer.statusCode).toBe(303);
  return String(answer.headers['location']);
}

async function signIn(browser: TestBrowser, login: string): Promise<string> {
  return comeBack(browser, await provider.visit(await start(browser), login));
}

/** Links in Ajustes as a signed-in person does. */
async function link(browser: TestBrowser, login: string): Promise<string> {
  const begun = await browser.call('/api/me/linked-accounts', { method: 'POST' });
  expect([begun.statusCode, begun.body]).toEqual([201, expect.stringContaining('"url"')]);
  return comeBack(browser, await provider.visit(begun.json<{ url: string }>().url, login));
}

async function isSignedIn(browser: TestBrowser): Promise<boolean> {
  return (await browser.call('/api/me')).statusCode === 200;
}

/** A person with an account here, linked to one there; the provider knows her by `login`. */
async function linkedPerson(name: string, login = `${name.toLowerCase()}-at-provider`) {
  provider.people.set(login, { email: `${login}@mail.example`, email_verified: true, name });
  const person = await addUser(server, made.owner, { name, role: 'adviser' });
  expect(await link(person.browser, login)).toBe('/ajustes/sesiones?aviso=oidc_linked');
  return { ...person, login };
}

async function auditActions(): Promise<string[]> {
  const page = await made.owner.call('/api/audit-entries');
  return page.json<{ items: { action: string }[] }>().items.map(({ action }) => action);
}

test('linked accounts need somebody signed in', async () => {
  const stranger = server.browser();
  for (const [method, url] of [
    ['GET', '/api/me/linked-accounts'],
    ['POST', '/api/me/linked-accounts'],
    ['DELETE', `/api/me/linked-accounts/${server.platform.newId()}`],
  ] as const) {
    expect((await stranger.call(url, { method })).statusCode).toBe(401);
  }
});

test('the whole journey: link, sign out, sign in with the provider; code, S256, state and nonce travel', async () => {
  const { browser, login, userId } = await linkedPerson('Clara');
  await browser.call('/api/sessions/current', { method: 'DELETE' });
  expect(await isSignedIn(browser)).toBe(false);
  const address = new URL(await start(browser, '?volver=%2Fcarteras%3Fvista%3Dlista'));
  expect(Object.fromEntries(address.searchParams)).toMatchObject({
    response_type: 'code',
    code_challenge_method: 'S256',
    redirect_uri: CALLBACK,
    scope: 'openid email profile',
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
  });
  expect(await comeBack(browser, await provider.visit(address.href, login))).toBe('/carteras?vista=lista');
  expect((await browser.call('/api/me')).json()).toMatchObject({ user: { id: userId, name: 'Clara' } });
  expect(browser.cookie).not.toContain('cactus_oidc');
  const opened = server.platform.heard.findLast(({ name }) => name === 'identity.session.opened');
  expect(opened?.payload).toMatchObject({ userId, method: 'oidc' });
  expect(await auditActions()).toEqual(expect.arrayContaining(['identity.account.linked', 'identity.session.opened']));
  const list = (await browser.call('/api/me/linked-accounts')).json<{ items: { lastUsedAtMs: number }[] }>();
  expect(list.items).toMatchObject([{ email: `${login}@mail.example`, isUsable: true }]);
  expect(list.items[0]?.lastUsedAtMs).toBe(server.platform.clock());
});

test('a planted session ends with the sign-in and its cookie is replaced', async () => {
  const { login } = await linkedPerson('Fija');
  const attacker = await addUser(server, made.owner, { name: 'Plantador', role: 'client' });
  const victim = server.browser();
  victim.cookie = attacker.browser.cookie;
  expect(await signIn(victim, login)).toBe('/');
  expect(victim.cookie).not.toBe(attacker.browser.cookie);
  expect(await isSignedIn(attacker.browser)).toBe(false);
  expect((await victim.call('/api/me')).json()).toMatchObject({ user: { name: 'Fija' } });
});

test('an answer serves once', async () => {
  const { login } = await linkedPerson('Repetida');
  const browser = server.browser();
  const address = await start(browser);
  const before = browser.cookie;
  const back = await provider.visit(address, login);
  expect(await comeBack(browser, back)).toBe('/');
  const again = server.browser();
  again.cookie = before;
  expect(await comeBack(again, back)).toBe('/entrar?aviso=oidc_state_lost');
  expect(await isSignedIn(again)).toBe(false);
});

test('two copies of an answer at the same moment open one session', async () => {
  const { login } = await linkedPerson('Doble');
  const first = server.browser();
  const back = await provider.visit(await start(first), login);
  const second = server.browser();
  second.cookie = first.cookie;
  const places = await Promise.all([comeBack(first, back), comeBack(second, back)]);
  expect(places.toSorted()).toEqual(['/', '/entrar?aviso=oidc_state_lost']);
});

test('an answer serves only the browser that asked: a planted one signs nobody in', async () => {
  const { login } = await linkedPerson('Atacante');
  const attacker = server.browser();
  const back = await provider.visit(await start(attacker), login);
  const stranger = server.browser();
  expect(await comeBack(stranger, back)).toBe('/entrar?aviso=oidc_state_lost');
  const busy = server.browser();
  await start(busy);
  expect(await comeBack(busy, back)).toBe('/entrar?aviso=oidc_state_lost');
  expect([await isSignedIn(stranger), await isSignedIn(busy)]).toEqual([false, false]);
  // And the attempt of others does not use the attacker's own flow up.
  expect(await comeBack(attacker, back)).toBe('/');
});

test('an answer after ten minutes comes too late', async () => {
  const { login } = await linkedPerson('Lenta');
  const browser = server.browser();
  const back = await provider.visit(await start(browser), login);
  server.platform.time.advance(10 * 60_000);
  expect(await comeBack(browser, back)).toBe('/entrar?aviso=oidc_state_lost');
});

test.each<[string, (idToken: string) => Promise<string>]>([
  ['another nonce', (token) => provider.resign(token, { nonce: 'not the one that was asked for' })],
  ['another audience', (token) => provider.resign(token, { aud: 'another client' })],
  ['another issuer', (token) => provider.resign(token, { iss: 'https://accounts.google.com' })],
  ['expired an hour ago', (token) => provider.resign(token, { exp: (decodeJwt(token).exp ?? 0) - 7_200 })],
  ['claims changed on the way', async (token) => changed(token)],
  ['signed with another key', (token) => signedByAnother(token)],
  ['not signed at all', async (token) => unsigned(token)],
])('an id token that is wrong opens nothing: %s', async (_what, onIdToken) => {
  const login = 'token-at-provider';
  if (!provider.people.has(login)) await linkedPerson('Token', login);
  const browser = server.browser();
  provider.onIdToken = onIdToken;
  expect(await signIn(browser, login)).toBe('/entrar?aviso=oidc_answer_invalid');
  expect(await isSignedIn(browser)).toBe(false);
  provider.onIdToken = null;
  expect(await signIn(browser, login)).toBe('/');
});

test('a code taken from another flow is refused: the verifier does not fit', async () => {
  const { login } = await linkedPerson('Codigo');
  const attacker = server.browser();
  const stolen = new URL(await provider.visit(await start(attacker), login)).searchParams.get('code') ?? '';
  const browser = server.browser();
  const own = new URL(await provider.visit(await start(browser), 'cancel'));
  own.searchParams.delete('error');
  own.searchParams.set('code', stolen);
  expect(await comeBack(browser, own.href)).toBe('/entrar?aviso=oidc_answer_invalid');
});

test('an e-mail that the provider did not confirm, or that is missing, opens nothing', async () => {
  const { login } = await linkedPerson('Incierta');
  provider.people.set(login, { email: 'incierta@mail.example', email_verified: false });
  expect(await signIn(server.browser(), login)).toBe('/entrar?aviso=oidc_email_not_verified');
  provider.people.set(login, { name: 'Sin correo' });
  expect(await signIn(server.browser(), login)).toBe('/entrar?aviso=oidc_email_missing');
});

test('the e-mail of an existing account does not open it, not even the owner’s; linking does', async () => {
  provider.people.set('impostor', { email: OWNER.email.toLowerCase(), email_verified: true, name: 'Ana' });
  const browser = server.browser();
  expect(await signIn(browser, 'impostor')).toBe('/entrar?aviso=oidc_link_first');
  expect(await isSignedIn(browser)).toBe(false);
  const owner = (await made.owner.call('/api/me/linked-accounts')).json<{ items: unknown[] }>();
  expect(owner.items).toEqual([]);
});

test('strangers are refused and leave a trace; so is a person whose access is off', async () => {
  provider.people.set('stranger', { email: 'stranger@mail.example', email_verified: true });
  expect(await signIn(server.browser(), 'stranger')).toBe('/entrar?aviso=oidc_not_invited');
  const { login, userId } = await linkedPerson('Apagada');
  const access = { method: 'PUT', body: { isDisabled: true } } as const;
  expect((await made.owner.call(`/api/users/${userId}/access`, access)).statusCode).toBe(200);
  expect(await signIn(server.browser(), login)).toBe('/entrar?aviso=user_disabled');
  expect(await auditActions()).toContain('identity.session.refused');
});

test('saying no at the provider comes back without a fuss, and to the page she wanted', async () => {
  const browser = server.browser();
  const back = await provider.visit(await start(browser, '?volver=%2Falertas'), 'cancel');
  expect(new URL(back).searchParams.get('error')).toBe('access_denied');
  expect(await comeBack(browser, back)).toBe('/entrar?aviso=oidc_cancelled&volver=%2Falertas');
  const other = new URL(await provider.visit(await start(browser), 'cancel'));
  other.searchParams.set('error', 'server_error');
  expect(await comeBack(browser, other.href)).toBe('/entrar?aviso=oidc_provider_refused');
});

test.each([
  '//evil.example',
  'https://evil.example/',
  '/\\evil.example',
  '/\t/evil.example',
  '/%0d%0aset-cookie: a=b/../..//evil.example',
  '/x/..//evil.example',
  'javascript:alert(1)',
  '/api/auth/oidc/start',
])('after signing in nobody is sent to %s', async (wanted) => {
  const login = 'redirect-at-provider';
  if (!provider.people.has(login)) await linkedPerson('Redirigida', login);
  const browser = server.browser();
  const address = await start(browser, `?volver=${encodeURIComponent(wanted)}`);
  const place = await comeBack(browser, await provider.visit(address, login));
  expect(new URL(place, 'http://localhost').origin).toBe('http://localhost');
  expect(place).toMatch(/^\/(?:$|[^/\\])/);
  expect(place).not.toMatch(/^\/api/);
});

test('the provider does not answer: said at the start and on the way back, and it works again at once', async () => {
  const fresh = await serverWith({});
  const browser = fresh.browser();
  provider.isDown = true;
  expect(await start(browser)).toBe('/entrar?aviso=oidc_provider_unreachable');
  provider.isDown = false;
  provider.people.set('late', { email: 'late@mail.example', email_verified: true });
  const back = await provider.visit(await start(browser), 'late');
  provider.isDown = true;
  expect(await comeBack(browser, back)).toBe('/entrar?aviso=oidc_provider_unreachable');
  await fresh.close();
});

test('a wrong client secret is the installation’s fault, not the person’s', async () => {
  const wrong = await serverWith({ clientSecret: 'not the secret' });
  provider.people.set('secret', { email: 'secret@mail.example', email_verified: true });
  const browser = wrong.browser();
  const back = await provider.visit(await start(browser), 'secret');
  expect(await comeBack(browser, back)).toBe('/entrar?aviso=oidc_misconfigured');
  await wrong.close();
});

test('without client id there is no button and no way in', async () => {
  const off = await testServer([identity]);
  const browser = off.browser();
  expect((await browser.call('/api/auth/oidc')).json()).toEqual({ provider: null });
  expect(await start(browser)).toBe('/entrar?aviso=oidc_off');
  expect((await browser.call('/api/auth/oidc/callback?code=x&state=y')).headers['location']).toBe(
    '/entrar?aviso=oidc_state_lost',
  );
  await off.close();
});

test('one address opens sixty flows in ten minutes, not more', async () => {
  const fresh = await serverWith({});
  const places: string[] = [];
  for (let index = 0; index < 61; index += 1) places.push(await start(fresh.browser()));
  expect(places.filter((place) => place.startsWith(provider.issuer))).toHaveLength(60);
  expect(places.at(-1)).toBe('/entrar?aviso=oidc_too_many');
  fresh.platform.time.advance(10 * 60_000);
  expect(await start(fresh.browser())).toContain(provider.issuer);
  await fresh.close();
});

function changed(token: string): string {
  const [head = '', , signature = ''] = token.split('.');
  const claims = { ...decodeJwt(token), sub: 'impostor' };
  return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}

async function signedByAnother(token: string): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256');
  return new SignJWT(decodeJwt(token)).setProtectedHeader({ alg: 'RS256', kid: 'test-key' }).sign(privateKey);
}

function unsigned(token: string): string {
  const head = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
  return `${head}.${token.split('.')[1] ?? ''}.`;
}
