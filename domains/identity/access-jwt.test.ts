/**
 * Goal: an access JWT is good for ten minutes, only with our key, algorithm, issuer and audience, only as long as the API token
 * and the person behind it stand; and changing keys refuses nobody.
 */
import { createHmac } from 'node:crypto';
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestBrowser, testServer, type TestServer } from '#platform/testing';
import { newApiToken } from './api-token-format.ts';
import { authenticate } from './authenticate.ts';
import { identity } from './domain.ts';
import { clearWhenHeard } from './session-cache.ts';
import { keyRingOf, rotateSigningKeys } from './signing-key.ts';
import { addUser, OWNER, setUp, type SetUp } from './test-people.ts';

let server: TestServer;
let made: SetUp<TestBrowser>;
beforeAll(async () => {
  server = await testServer([identity]);
  made = await setUp(server);
});
afterAll(() => server.close());

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const SCOPES = ['identity.audit.read', 'identity.users.read'];
let lastIp = 0;
const freshIp = (): string => `198.51.100.${(lastIp += 1)}`;

const codeOf = (answer: { json<Body>(): Body }) => answer.json<{ code: string }>().code;
const exchange = (secret: string, body: object = {}, ip = freshIp()) => {
  const grant = { grant_type: 'client_credentials', client_secret: secret, ...body };
  return server.browser().call('/api/auth/token', { method: 'POST', body: grant, ip });
};
const bearer = (jwt: string, url = '/api/users', ip = freshIp()) =>
  server.browser().call(url, { ip, headers: { authorization: `Bearer ${jwt}` } });
const statusOf = async (jwt: string, url?: string) => (await bearer(jwt, url)).statusCode;
/** A token of a person whose proof is fresh. */
const makeToken = async (browser: TestBrowser, scopes = SCOPES) => {
  const answer = await browser.call('/api/api-tokens', { method: 'POST', body: { name: 'Robot', scopes } });
  return answer.json<{ apiToken: { id: string }; secret: string }>();
};
const signInOwner = async (): Promise<TestBrowser> => {
  const browser = server.browser();
  const body = { email: OWNER.email, password: OWNER.password };
  await browser.call('/api/sessions', { method: 'POST', body, ip: freshIp() });
  return browser;
};
const newJwt = async (secret: string, body: object = {}) =>
  (await exchange(secret, body)).json<{ access_token: string }>().access_token;
const jwks = async () =>
  (await server.browser().call('/api/auth/jwks.json')).json<{ keys: (Record<string, string> & { kid: string })[] }>();

test('without permission: a JWT does what its token may do and no more, and is no person', async () => {
  const { secret } = await makeToken(await signInOwner(), ['identity.users.read']);
  const jwt = await newJwt(secret);
  expect(await statusOf(jwt)).toBe(200);
  expect(codeOf(await bearer(jwt, '/api/audit-entries'))).toBe('permission_missing');
  expect(codeOf(await bearer(jwt, '/api/sessions'))).toBe('person_required');
  expect(codeOf(await bearer(jwt, '/api/api-token-scopes'))).toBe('person_required');
});

test('an unknown, mistyped or foreign secret gives nothing, nor does a JWT make another', async () => {
  const { secret } = await makeToken(await signInOwner());
  for (const wrong of [newApiToken(), `${secret}x`, 'cact_', await newJwt(secret)]) {
    const answer = await exchange(wrong.slice(0, 200));
    expect([answer.statusCode, codeOf(answer)]).toEqual([401, 'credentials_wrong']);
  }
  expect((await exchange(secret, { grant_type: 'password' })).statusCode).toBe(400);
});

test('the scope can be narrowed and never widened', async () => {
  const { secret } = await makeToken(await signInOwner());
  const narrow = await exchange(secret, { scope: 'identity.audit.read' });
  expect(narrow.json()).toMatchObject({ scope: 'identity.audit.read', token_type: 'Bearer', expires_in: 600 });
  const { access_token: jwt } = narrow.json<{ access_token: string }>();
  expect(await statusOf(jwt, '/api/audit-entries')).toBe(200);
  expect(codeOf(await bearer(jwt))).toBe('permission_missing');
  expect(codeOf(await exchange(secret, { scope: 'identity.users.update' }))).toBe('scope_not_yours');
});

test('anybody can check it with the published keys; it names token, person, workspace and scope', async () => {
  const { apiToken, secret } = await makeToken(await signInOwner());
  const jwt = await newJwt(secret);
  const set = await jwks();
  expect(JSON.stringify(set)).not.toContain('"d"');
  const { payload, protectedHeader } = await jwtVerify(
    jwt,
    createLocalJWKSet({ keys: set.keys.map((key) => ({ ...key, kty: 'EC' })) }),
    {
      audience: 'cactus-api',
      issuer: 'urn:cactus',
      currentDate: new Date(server.platform.clock()),
    },
  );
  expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt', kid: set.keys[0]?.kid });
  expect(payload).toMatchObject({
    sub: made.userId,
    client_id: apiToken.id,
    workspace: made.realWorkspaceId,
    scope: SCOPES.join(' '),
  });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600);
});

test('ten minutes to the second', async () => {
  const { secret } = await makeToken(await signInOwner());
  const jwt = await newJwt(secret);
  server.platform.time.advance(10 * MINUTE_MS - 1_000);
  expect(await statusOf(jwt)).toBe(200);
  server.platform.time.advance(1_000);
  expect(await statusOf(jwt)).toBe(401);
});

test('forgeries: no algorithm, ours as a shared secret, a key of their own, another type, issuer, audience, a changed word', async () => {
  const { secret } = await makeToken(await signInOwner());
  const jwt = await newJwt(secret);
  expect(await statusOf(jwt)).toBe(200);
  const claims = decodeJwt(jwt);
  const { kid = '' } = decodeProtectedHeader(jwt);
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const [header = '', body = '', signature = ''] = jwt.split('.');
  const ours = (await jwks()).keys[0];
  const hmacInput = `${encode({ alg: 'HS256', typ: 'at+jwt', kid })}.${body}`;
  const hmac = (key: string) => `${hmacInput}.${createHmac('sha256', key).update(hmacInput).digest('base64url')}`;
  const theirs = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(theirs.publicKey);
  const sign = (extra: object, changed: object = {}, key = theirs.privateKey) =>
    new SignJWT({ ...claims, ...changed }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...extra }).sign(key);
  const { key: real } = await keyRingOf(server.platform).signing();
  const forged: Record<string, string> = {
    'alg none': `${encode({ alg: 'none', typ: 'at+jwt', kid })}.${body}.`,
    'alg None with the signature': `${encode({ alg: 'None', typ: 'at+jwt', kid })}.${body}.${signature}`,
    'public key as shared secret': hmac(JSON.stringify(ours)),
    'public point as shared secret': hmac(`${ours?.['x']}${ours?.['y']}`),
    'their key under our id': await sign({ kid }),
    'their key in the header': await sign({ kid, jwk }),
    'their key by address': await sign({ kid, jku: 'http://127.0.0.1:9/jwks.json' }),
    'unknown key id': await sign({ kid: 'another' }, {}, real),
    'no key id': await sign({}, {}, real),
    'key id as a path': await sign({ kid: "../../dev/null' or '1'='1" }, {}, real),
    'another type': await sign({ kid, typ: 'JWT' }, {}, real),
    'another audience': await sign({ kid }, { aud: 'somebody-else' }, real),
    'another issuer': await sign({ kid }, { iss: 'https://evil.example' }, real),
    'no end': await sign({ kid }, { exp: undefined }, real),
    'another person': await sign({ kid }, { sub: '01920000-0000-7000-8000-000000000000' }, real),
    'another workspace': await sign({ kid }, { workspace: '01920000-0000-7000-8000-000000000000' }, real),
    'a token that never was': await sign({ kid }, { client_id: '01920000-0000-7000-8000-000000000000' }, real),
    'a changed claim': `${header}.${encode({ ...claims, scope: 'identity.users.update' })}.${signature}`,
    'an empty signature': `${header}.${body}.`,
  };
  for (const [name, text] of Object.entries(forged)) expect([name, await statusOf(text)]).toEqual([name, 401]);
  // The signature alone does not decide what a token may do: even signed by us, more scope than the token has is cut.
  const widened = await sign({ kid }, { scope: 'identity.users.update identity.users.read' }, real);
  const me = await bearer(widened, '/api/me');
  expect(me.json<{ permissions: string[] }>().permissions).toEqual(['identity.users.read']);
});

test('revoking the token, disabling or demoting the person refuses her JWTs at once', async () => {
  const owner = await signInOwner();
  const admin = await addUser(server, owner, { name: 'Marta', role: 'admin' });
  const { apiToken, secret } = await makeToken(admin.browser);
  const jwt = await newJwt(secret);
  expect(await statusOf(jwt, '/api/audit-entries')).toBe(200);
  await owner.call(`/api/users/${admin.userId}/role`, { method: 'PUT', body: { role: 'manager' } });
  expect(codeOf(await bearer(jwt, '/api/audit-entries'))).toBe('permission_missing');
  expect(await statusOf(jwt)).toBe(200);
  const setAccess = (isDisabled: boolean) =>
    owner.call(`/api/users/${admin.userId}/access`, { method: 'PUT', body: { isDisabled } });
  await setAccess(true);
  expect(await statusOf(jwt)).toBe(401);
  await setAccess(false);
  expect(await statusOf(jwt)).toBe(200);
  await owner.call(`/api/workspace/api-tokens/${apiToken.id}`, { method: 'DELETE' });
  expect(await statusOf(jwt)).toBe(401);
  expect((await exchange(secret)).statusCode).toBe(401);
});

test('another process that remembers the token hears of its end by event', async () => {
  const owner = await signInOwner();
  const { apiToken, secret } = await makeToken(owner);
  const authorization = `Bearer ${await newJwt(secret)}`;
  const second = { ...server.platform };
  clearWhenHeard(second);
  const facts = {
    requestId: 'r',
    ip: '127.0.0.1',
    userAgent: '',
    cookies: {},
    origin: 'http://localhost',
    isLoopback: true,
  };
  expect(await authenticate({ ...facts, authorization }, second)).toMatchObject({ apiTokenId: apiToken.id });
  await owner.call(`/api/api-tokens/${apiToken.id}`, { method: 'DELETE' });
  await expect.poll(() => authenticate({ ...facts, authorization }, second)).toBeNull();
});

test('every thirty days a new key signs; the old one verifies until its last JWT ended and is then forgotten', async () => {
  server.platform.time.advance(31 * DAY_MS);
  const { secret } = await makeToken(await signInOwner());
  const before = decodeProtectedHeader(await newJwt(secret)).kid;
  server.platform.time.advance(30 * DAY_MS - 5 * MINUTE_MS);
  await rotateSigningKeys(server.platform);
  const last = await newJwt(secret);
  server.platform.time.advance(5 * MINUTE_MS);
  const fresh = await newJwt(secret);
  const [oldKid, newKid] = [decodeProtectedHeader(last).kid, decodeProtectedHeader(fresh).kid];
  expect(oldKid).toBe(before);
  expect(newKid).not.toBe(oldKid);
  expect([await statusOf(last), await statusOf(fresh)]).toEqual([200, 200]);
  server.platform.time.advance(5_000);
  expect((await jwks()).keys.map(({ kid }) => kid)).toEqual([newKid, oldKid]);
  server.platform.time.advance(11 * MINUTE_MS);
  expect([await statusOf(last), await statusOf(await newJwt(secret))]).toEqual([401, 200]);
  expect((await jwks()).keys.map(({ kid }) => kid)).toEqual([newKid]);
  server.platform.time.advance(DAY_MS);
  await rotateSigningKeys(server.platform);
  const rows = await server.platform.db.prepared<{ count: bigint }>(
    'test.keys',
    'select count(*) as count from identity_signing_keys',
    [],
  );
  expect(Number(rows[0]?.count)).toBe(1);
});

test('processes that rotate together make one key, which each of them finds by its id', async () => {
  const { secret } = await makeToken(await signInOwner());
  server.platform.time.advance(31 * DAY_MS);
  const others = [1, 2, 3].map(() => ({ ...server.platform }));
  const kids = await Promise.all(others.map(async (other) => (await keyRingOf(other).signing()).kid));
  expect(new Set(kids).size).toBe(1);
  const jwt = await newJwt(secret);
  expect(decodeProtectedHeader(jwt).kid).toBe(kids[0]);
  expect(await statusOf(jwt)).toBe(200);
});

test('the private half lies sealed in the database', async () => {
  const rows = await server.platform.db.prepared<{ text: string }>(
    'test.keys.text',
    'select identity_signing_keys::text as text from identity_signing_keys',
    [],
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const { text } of rows) {
    expect(text).toContain('v2.');
    expect(text).not.toContain('"d"');
  }
});
