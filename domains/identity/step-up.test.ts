/**
 * Goal: what is sensitive asks again after ten minutes, with the strongest thing a person has; a workspace that demands a
 * second factor lets nobody past it; whoever lost hers is helped by somebody who may, and is told.
 */
import { testServer, type TestBrowser, type TestServer } from '#platform/testing';
import { TOTP } from 'otpauth';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identity } from './domain.ts';
import { PROOF_MS } from './session.ts';
import { testAuthenticator } from './test-authenticator.ts';
import { type AddedUser, addUser, OWNER, setUp, type SetUp } from './test-people.ts';

let server: TestServer;
let made: SetUp<TestBrowser>;
beforeAll(async () => {
  server = await testServer([identity]);
  made = await setUp(server);
});
afterAll(() => server.close());

const codeOf = (answer: { readonly body: string }): string | null =>
  answer.body === '' ? null : ((JSON.parse(answer.body) as { code?: string }).code ?? null);
const prove = (browser: TestBrowser, body: unknown) => browser.call('/api/me/proofs', { method: 'POST', body });
const ageProof = () => server.platform.time.advance(PROOF_MS);
/** Something that asks for a proof and changes nothing. */
const sensitive = (browser: TestBrowser) => browser.call('/api/me/totp', { method: 'DELETE' });

let personCount = 0;
async function newPerson(role = 'adviser'): Promise<AddedUser<TestBrowser>> {
  personCount += 1;
  return addUser(server, made.owner, { name: `Persona${'abcdefghijklm'.charAt(personCount)}`, role });
}

async function addTotp(browser: TestBrowser): Promise<string> {
  const { secret } = (await browser.call('/api/me/totp', { method: 'POST' })).json<{ secret: string }>();
  const code = new TOTP({ secret }).generate({ timestamp: server.platform.clock() });
  expect((await browser.call('/api/me/totp', { method: 'PUT', body: { code } })).statusCode).toBe(200);
  return secret;
}

test('nobody, without a session, proves anything or reads what a workspace demands', async () => {
  const stranger = server.browser();
  expect((await prove(stranger, { method: 'password', password: 'x' })).statusCode).toBe(401);
  expect((await stranger.call('/api/me/proof-challenges', { method: 'POST' })).statusCode).toBe(401);
  expect((await stranger.call('/api/security-policy')).statusCode).toBe(401);
  const roles = { secondFactorRoles: [] };
  expect((await stranger.call('/api/security-policy', { method: 'PUT', body: roles })).statusCode).toBe(401);
  const url = `/api/users/${made.userId}/factors`;
  expect((await stranger.call(url, { method: 'DELETE' })).statusCode).toBe(401);
});

test('every sensitive route asks for a proof of the last ten minutes', async () => {
  const { browser } = await newPerson('owner');
  ageProof();
  const asking = server.http.endpoints.filter((endpoint) => endpoint.stepUp);
  expect(asking.map(({ method, path }) => `${method} ${path}`)).toEqual(
    expect.arrayContaining(['PUT /api/me/password', 'PUT /api/users/:userId/role', 'POST /api/me/totp']),
  );
  for (const { method, path } of asking) {
    const url = path.replaceAll(/:[A-Za-z]+/g, () => server.platform.newId());
    const answer = await browser.call(url, { method, ...(method === 'DELETE' ? {} : { body: {} }) });
    expect([method, path, answer.statusCode, codeOf(answer)]).toEqual([method, path, 403, 'step_up_required']);
  }
});

test('without a second factor the password opens ten more minutes, under a new token', async () => {
  const { browser, credentials } = await newPerson();
  expect(codeOf(await sensitive(browser))).toBe('totp_not_found');
  ageProof();
  expect(codeOf(await sensitive(browser))).toBe('step_up_required');
  const before = browser.cookie;
  expect(codeOf(await prove(browser, { method: 'password', password: 'not this' }))).toBe('credentials_wrong');
  expect(codeOf(await prove(browser, { method: 'totp', code: '123456' }))).toBe('proof_too_weak');
  expect(codeOf(await sensitive(browser))).toBe('step_up_required');
  expect((await prove(browser, { method: 'password', password: credentials.password })).statusCode).toBe(204);
  expect(browser.cookie).not.toBe(before);
  expect(codeOf(await sensitive(browser))).toBe('totp_not_found');
  server.platform.time.advance(PROOF_MS - 1);
  expect(codeOf(await sensitive(browser))).toBe('totp_not_found');
  server.platform.time.advance(1);
  expect(codeOf(await sensitive(browser))).toBe('step_up_required');
});

test('with an authenticator app the password alone is too weak; its code or a passkey is enough', async () => {
  const { browser, credentials } = await newPerson();
  const secret = await addTotp(browser);
  const device = testAuthenticator();
  const asked = (await browser.call('/api/me/passkey-challenges', { method: 'POST' })).json<never>();
  const body = { name: 'Llave', credential: device.create(asked) };
  expect((await browser.call('/api/me/passkeys', { method: 'POST', body })).statusCode).toBe(201);
  ageProof();
  expect(codeOf(await prove(browser, { method: 'password', password: credentials.password }))).toBe('proof_too_weak');
  const code = new TOTP({ secret }).generate({ timestamp: server.platform.clock() });
  expect(codeOf(await prove(browser, { method: 'totp', code: '000000' }))).toBe('code_wrong');
  expect((await prove(browser, { method: 'totp', code })).statusCode).toBe(204);
  ageProof();
  const options = (await browser.call('/api/me/proof-challenges', { method: 'POST' })).json<{ challenge: string }>();
  const signed = device.sign(options);
  expect((await prove(browser, { method: 'passkey', credential: signed })).statusCode).toBe(204);
  expect(codeOf(await prove(browser, { method: 'passkey', credential: signed }))).toBe('challenge_expired');
});

test("another person's passkey proves nothing about me", async () => {
  const mine = await newPerson();
  const hers = await newPerson();
  const devices = [testAuthenticator(), testAuthenticator()];
  for (const [index, { browser }] of [mine, hers].entries()) {
    const options = (await browser.call('/api/me/passkey-challenges', { method: 'POST' })).json<never>();
    const body = { name: 'Llave', credential: devices[index]?.create(options) };
    expect((await browser.call('/api/me/passkeys', { method: 'POST', body })).statusCode).toBe(201);
  }
  ageProof();
  const options = (await mine.browser.call('/api/me/proof-challenges', { method: 'POST' })).json<{
    challenge: string;
  }>();
  const credential = devices[1]?.sign(options);
  expect(codeOf(await prove(mine.browser, { method: 'passkey', credential }))).toBe('passkey_not_accepted');
  expect(codeOf(await sensitive(mine.browser))).toBe('step_up_required');
});

test('a workspace that demands a second factor opens nothing else until there is one, and then keeps it', async () => {
  const manager = await newPerson('manager');
  await prove(made.owner, { method: 'password', password: OWNER.password });
  const demand = (secondFactorRoles: string[]) =>
    made.owner.call('/api/security-policy', { method: 'PUT', body: { secondFactorRoles } });
  expect(codeOf(await demand(['owner']))).toBe('second_factor_missing');
  expect((await demand(['manager', 'manager'])).json()).toEqual({ secondFactorRoles: ['manager'] });
  expect((await made.owner.call('/api/security-policy')).json()).toEqual({ secondFactorRoles: ['manager'] });
  const { browser } = manager;
  for (const { method, path, permission, beforeSecondFactor } of server.http.endpoints) {
    if (permission === 'public' || path === '/api/sessions/current') continue;
    const url = path.replaceAll(/:[A-Za-z]+/g, () => server.platform.newId());
    const answer = await browser.call(url, {
      method,
      ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }),
    });
    const isShut = ['second_factor_required', 'permission_missing'].includes(codeOf(answer) ?? '');
    expect([method, path, isShut]).toEqual([method, path, beforeSecondFactor !== true]);
  }
  expect((await browser.call('/api/me')).json()).toMatchObject({ lacksSecondFactor: true });
  await addTotp(browser);
  expect((await browser.call('/api/me')).json()).toMatchObject({ lacksSecondFactor: false });
  expect((await browser.call('/api/users')).statusCode).toBe(200);
  expect(codeOf(await sensitive(browser))).toBe('second_factor_needed');
  await demand([]);
  expect((await sensitive(browser)).statusCode).toBe(204);
});

test('an admin takes the factors of who lost them: she is told, signed out and in again by password; never an owner’s', async () => {
  const person = await newPerson();
  await addTotp(person.browser);
  const admin = await newPerson('admin');
  const reset = (userId: string, by = admin.browser) => by.call(`/api/users/${userId}/factors`, { method: 'DELETE' });
  expect(codeOf(await reset(person.userId, (await newPerson('manager')).browser))).toBe('permission_missing');
  expect(codeOf(await reset(made.userId))).toBe('role_above_yours');
  expect(codeOf(await reset(admin.userId))).toBe('yourself');
  expect(codeOf(await reset(server.platform.newId()))).toBe('user_not_found');
  server.platform.notifications.length = 0;
  expect((await reset(person.userId)).statusCode).toBe(204);
  expect(codeOf(await reset(person.userId))).toBe('second_factor_missing');
  expect(server.platform.notifications).toMatchObject([{ userId: person.userId, kind: 'identity.factors.reset' }]);
  const { items } = (await made.owner.call('/api/audit-entries')).json<{ items: unknown[] }>();
  expect(items[0]).toMatchObject({ action: 'identity.factors.reset', subject: person.userId, userId: admin.userId });
  expect((await person.browser.call('/api/me')).statusCode).toBe(401);
  const browser = server.browser();
  expect((await browser.call('/api/sessions', { method: 'POST', body: person.credentials })).statusCode).toBe(201);
});
