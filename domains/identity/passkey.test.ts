/**
 * Goal: a passkey lets in its owner and nobody else: what it signs is good once, in one browser, for five minutes; a counter
 * that falls, another site or a device that did not check its owner open nothing; the last way in stays.
 */
import { testServer, type TestBrowser, type TestServer } from '#platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identity } from './domain.ts';
import { NO_PASSWORD } from './password.ts';
import { passkeySiteOf } from './passkey-site.ts';
import { type TestAuthenticator, testAuthenticator } from './test-authenticator.ts';
import { type AddedUser, addUser, setUp, type SetUp } from './test-people.ts';
import { updatePasswordHash } from './user.store.ts';

let server: TestServer;
let made: SetUp<TestBrowser>;
beforeAll(async () => {
  server = await testServer([identity]);
  made = await setUp(server);
});
afterAll(() => server.close());

interface Options {
  readonly challenge: string;
  readonly user: { readonly id: string };
  readonly allowCredentials?: { id: string }[];
}
const codeOf = (answer: { readonly body: string }): string | null =>
  answer.body === '' ? null : ((JSON.parse(answer.body) as { code?: string }).code ?? null);

async function register(browser: TestBrowser, device: TestAuthenticator, name = 'Portátil') {
  const options = await browser.call('/api/me/passkey-challenges', { method: 'POST' });
  expect([options.statusCode, codeOf(options)]).toEqual([200, null]);
  const credential = device.create(options.json<Options>());
  return browser.call('/api/me/passkeys', { method: 'POST', body: { name, credential } });
}

async function challengeFor(browser: TestBrowser): Promise<Options> {
  return (await browser.call('/api/passkey-challenges', { method: 'POST' })).json<Options>();
}

const signIn = (browser: TestBrowser, credential: unknown) =>
  browser.call('/api/sessions/passkey', { method: 'POST', body: { credential } });

let personCount = 0;
async function personWithPasskey(): Promise<{ person: AddedUser<TestBrowser>; device: TestAuthenticator }> {
  personCount += 1;
  const person = await addUser(server, made.owner, {
    name: `Persona${'abcdefghijk'.charAt(personCount)}`,
    role: 'adviser',
  });
  const device = testAuthenticator();
  expect((await register(person.browser, device)).statusCode).toBe(201);
  return { person, device };
}

test('nobody, without a session, registers, renames or removes a passkey', async () => {
  const stranger = server.browser();
  const id = server.platform.newId();
  for (const [method, url] of [
    ['GET', '/api/me/security'],
    ['POST', '/api/me/passkey-challenges'],
    ['POST', '/api/me/passkeys'],
    ['PATCH', `/api/me/passkeys/${id}`],
    ['DELETE', `/api/me/passkeys/${id}`],
  ] as const) {
    const answer = await stranger.call(url, {
      method,
      ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }),
    });
    expect([url, answer.statusCode]).toEqual([url, 401]);
  }
});

test('a passkey signs in without an e-mail, under a new token, and the list says when it was used', async () => {
  const { person, device } = await personWithPasskey();
  const browser = server.browser();
  const options = await challengeFor(browser);
  expect(options.allowCredentials).toBeUndefined();
  const answer = await signIn(browser, device.sign(options));
  expect([answer.statusCode, answer.json<{ userId: string }>().userId]).toEqual([201, person.userId]);
  expect(browser.cookie).toMatch(/^cactus_session=[\w-]+$/);
  const listed = (await browser.call('/api/me/security')).json<{ passkeys: Record<string, unknown>[] }>();
  expect(listed.passkeys).toMatchObject([
    { name: 'Portátil', isForThisAddress: true, lastUsedAtMs: server.platform.clock() },
  ]);
});

test('what was signed opens once, only in its browser, and only for five minutes', async () => {
  const { device } = await personWithPasskey();
  const browser = server.browser();
  const signed = device.sign(await challengeFor(browser));
  const thief = server.browser();
  expect(codeOf(await signIn(thief, signed))).toBe('challenge_expired');
  await challengeFor(thief);
  expect(codeOf(await signIn(thief, signed))).toBe('passkey_not_accepted');
  expect((await signIn(browser, signed)).statusCode).toBe(201);
  expect(codeOf(await signIn(browser, signed))).toBe('challenge_expired');
  const late = server.browser();
  const old = device.sign(await challengeFor(late));
  server.platform.time.advance(5 * 60_000);
  expect(codeOf(await signIn(late, old))).toBe('challenge_expired');
});

test('a counter that does not grow is a copied key', async () => {
  const { device } = await personWithPasskey();
  const attempt = async (counter: number) => {
    const browser = server.browser();
    device.counter = counter;
    return (await signIn(browser, device.sign(await challengeFor(browser)))).statusCode;
  };
  expect(await attempt(7)).toBe(201);
  expect(await attempt(7)).toBe(401);
  expect(await attempt(6)).toBe(401);
  expect(await attempt(0)).toBe(401);
  expect(await attempt(8)).toBe(201);
});

test('another site, another owner, no check of the owner, a changed signature: nothing opens', async () => {
  const { device } = await personWithPasskey();
  const other = await personWithPasskey();
  const attempt = async (change: (signed: Record<string, unknown>) => Record<string, unknown>, by = device) => {
    const browser = server.browser();
    return codeOf(await signIn(browser, change(by.sign(await challengeFor(browser)))));
  };
  device.origin = 'http://evil.localhost';
  expect(await attempt((signed) => signed)).toBe('passkey_not_accepted');
  device.origin = 'http://localhost';
  device.verifiesUser = false;
  expect(await attempt((signed) => signed)).toBe('passkey_not_accepted');
  device.verifiesUser = true;
  const borrowed = { id: other.device.credentialId, rawId: other.device.credentialId };
  expect(await attempt((signed) => ({ ...signed, ...borrowed }))).toBe('passkey_not_accepted');
  const handle = Buffer.from(other.person.userId).toString('base64url');
  const browser = server.browser();
  expect(codeOf(await signIn(browser, device.sign(await challengeFor(browser), handle)))).toBe('passkey_not_accepted');
  expect(await attempt((signed) => signed, testAuthenticator())).toBe('passkey_not_accepted');
  expect(await attempt((signed) => signed)).toBeNull();
});

test('a disabled person does not come in with her passkey', async () => {
  const { person, device } = await personWithPasskey();
  await made.owner.call(`/api/users/${person.userId}/access`, { method: 'PUT', body: { isDisabled: true } });
  const browser = server.browser();
  expect(codeOf(await signIn(browser, device.sign(await challengeFor(browser))))).toBe('user_disabled');
});

test('a passkey is renamed and removed by its owner only, and she is told', async () => {
  const { person } = await personWithPasskey();
  const other = await personWithPasskey();
  const mine = async () =>
    (await person.browser.call('/api/me/security')).json<{ passkeys: { id: string; name: string }[] }>().passkeys;
  const [passkey] = await mine();
  const url = `/api/me/passkeys/${passkey?.id}`;
  const rename = { method: 'PATCH', body: { name: 'Casa' } } as const;
  expect(codeOf(await other.person.browser.call(url, rename))).toBe('passkey_not_found');
  expect(codeOf(await other.person.browser.call(url, { method: 'DELETE' }))).toBe('passkey_not_found');
  expect((await person.browser.call(url, rename)).statusCode).toBe(204);
  expect((await mine())[0]?.name).toBe('Casa');
  server.platform.notifications.length = 0;
  expect((await person.browser.call(url, { method: 'DELETE' })).statusCode).toBe(204);
  expect(await mine()).toEqual([]);
  expect(server.platform.notifications).toMatchObject([{ userId: person.userId, kind: 'identity.factor.removed' }]);
});

test('the last way in stays: without a password the only passkey is not removed', async () => {
  const { person } = await personWithPasskey();
  await updatePasswordHash(server.platform.db, person.userId, NO_PASSWORD);
  const [passkey] = (await person.browser.call('/api/me/security')).json<{ passkeys: { id: string }[] }>().passkeys;
  const answer = await person.browser.call(`/api/me/passkeys/${passkey?.id}`, { method: 'DELETE' });
  expect([answer.statusCode, codeOf(answer)]).toEqual([409, 'last_way_in']);
});

test('the same passkey is not kept twice, and a challenge to sign in does not register', async () => {
  const { person, device } = await personWithPasskey();
  expect(codeOf(await register(person.browser, device))).toBe('passkey_known');
  const options = (await person.browser.call('/api/me/proof-challenges', { method: 'POST' })).json<Options>();
  const credential = testAuthenticator().create({ ...options, user: { id: 'eA' } });
  const answer = await person.browser.call('/api/me/passkeys', { method: 'POST', body: { name: 'x', credential } });
  expect(codeOf(answer)).toBe('challenge_expired');
});

test.each([
  ['http://localhost:7700', null, { rpId: 'localhost', origin: 'http://localhost:7700' }],
  ['http://127.0.0.1:7700', null, null],
  ['http://nas.local:7700', null, null],
  ['https://cactus.example', 'https://cactus.example', { rpId: 'cactus.example', origin: 'https://cactus.example' }],
  ['http://cactus.example', 'http://cactus.example', null],
  ['https://evil.example', 'https://cactus.example', null],
  ['https://192.0.2.7', 'https://192.0.2.7', null],
])('passkeys of %s with public address %s', (origin, publicUrl, site) => {
  expect(passkeySiteOf({ publicUrl }, origin)).toEqual(site);
});
