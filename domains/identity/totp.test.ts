/**
 * Goal: an authenticator app is asked for after the password, from enrolment to loss: nothing counts before it is confirmed,
 * no code serves twice, guesses are counted, a half-open sign-in opens no route at all, a recovery code works once.
 */
import { testServer, type TestBrowser, type TestServer } from '#platform/testing';
import { TOTP } from 'otpauth';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identity } from './domain.ts';
import { STEP_MS } from './sign-in-step.ts';
import { findTotp } from './totp.store.ts';
import { type AddedUser, addUser, setUp, type SetUp } from './test-people.ts';

let server: TestServer;
let made: SetUp<TestBrowser>;
beforeAll(async () => {
  server = await testServer([identity]);
  made = await setUp(server);
});
afterAll(() => server.close());

const codeOf = (answer: { readonly body: string }): string | null =>
  answer.body === '' ? null : ((JSON.parse(answer.body) as { code?: string }).code ?? null);
const STEP_30_S = 30_000;

/** The code that an app with this key shows, `steps` time steps from now. */
function shown(secret: string, steps = 0): string {
  return new TOTP({ secret }).generate({ timestamp: server.platform.clock() + steps * STEP_30_S });
}

let personCount = 0;
async function newPerson(): Promise<AddedUser<TestBrowser>> {
  personCount += 1;
  return addUser(server, made.owner, { name: `Persona${'abcdefghijklm'.charAt(personCount)}`, role: 'adviser' });
}

const confirm = (browser: TestBrowser, code: string) => browser.call('/api/me/totp', { method: 'PUT', body: { code } });

async function personWithTotp() {
  const person = await newPerson();
  const started = await person.browser.call('/api/me/totp', { method: 'POST' });
  const { secret, uri } = started.json<{ secret: string; uri: string }>();
  const { recoveryCodes } = (await confirm(person.browser, shown(secret))).json<{ recoveryCodes: string[] }>();
  return { person, secret, uri, recoveryCodes };
}

/** The first step: a browser whose password was right. */
async function halfOpen(person: AddedUser<TestBrowser>): Promise<TestBrowser> {
  const browser = server.browser();
  const answer = await browser.call('/api/sessions', { method: 'POST', body: person.credentials });
  expect([answer.statusCode, codeOf(answer)]).toEqual([401, 'second_step_required']);
  return browser;
}

const finish = (browser: TestBrowser, code: string, method = 'totp') =>
  browser.call('/api/sessions/second-step', { method: 'POST', body: { method, code } });

test('nobody, without a session, starts, confirms or removes an authenticator app', async () => {
  const stranger = server.browser();
  expect((await stranger.call('/api/me/totp', { method: 'POST' })).statusCode).toBe(401);
  expect((await confirm(stranger, '123456')).statusCode).toBe(401);
  expect((await stranger.call('/api/me/totp', { method: 'DELETE' })).statusCode).toBe(401);
  expect((await stranger.call('/api/me/recovery-codes', { method: 'POST' })).statusCode).toBe(401);
  expect(codeOf(await finish(stranger, '123456'))).toBe('second_step_expired');
});

test('the key is text and an otpauth address, sealed at rest, and counts only once confirmed', async () => {
  const person = await newPerson();
  const first = (await person.browser.call('/api/me/totp', { method: 'POST' })).json<{ secret: string; uri: string }>();
  expect(first.secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(first.uri).toContain(`secret=${first.secret}`);
  expect(first.uri).toContain('issuer=Cactus');
  const stored = await findTotp(server.platform.db, person.userId);
  expect(stored?.sealedSecret).not.toContain(first.secret);
  const unconfirmed = server.browser();
  expect((await unconfirmed.call('/api/sessions', { method: 'POST', body: person.credentials })).statusCode).toBe(201);
  expect(codeOf(await confirm(person.browser, '000000'))).toBe('code_wrong');
  const before = person.browser.cookie;
  const confirmed = await confirm(person.browser, shown(first.secret));
  expect(confirmed.json<{ recoveryCodes: string[] }>().recoveryCodes).toHaveLength(10);
  expect(person.browser.cookie).not.toBe(before);
  expect(codeOf(await confirm(person.browser, shown(first.secret, 1)))).toBe('totp_active');
  expect(codeOf(await person.browser.call('/api/me/totp', { method: 'POST' }))).toBe('totp_active');
  await halfOpen(person);
});

test('password, then code: a session with a new token; the code of the same step does not serve again', async () => {
  const { person, secret } = await personWithTotp();
  const used = await halfOpen(person);
  expect(codeOf(await finish(used, shown(secret)))).toBe('code_wrong');
  server.platform.time.advance(2 * STEP_30_S);
  const browser = await halfOpen(person);
  const code = shown(secret);
  expect((await finish(browser, `${code.slice(0, 3)} ${code.slice(3)}`)).statusCode).toBe(201);
  expect(browser.cookie).toMatch(/^cactus_session=[\w-]+$/);
  expect((await browser.call('/api/me')).json()).toMatchObject({ user: { id: person.userId } });
  const again = await halfOpen(person);
  expect(codeOf(await finish(again, code))).toBe('code_wrong');
});

test('one step early and one step late serve, two do not', async () => {
  const { person, secret } = await personWithTotp();
  for (const [steps, status] of [
    [-2, 401],
    [2, 401],
    [-1, 201],
    [1, 201],
  ] as const) {
    server.platform.time.advance(4 * STEP_30_S);
    expect([steps, (await finish(await halfOpen(person), shown(secret, steps))).statusCode]).toEqual([steps, status]);
  }
});

test('a half-open sign-in opens no route, as its own cookie or planted as a session', async () => {
  const { person } = await personWithTotp();
  const browser = await halfOpen(person);
  const step = browser.cookie ?? '';
  expect(step).toMatch(/^cactus_second_step=[\w-]+$/);
  const planted = step.replace('cactus_second_step', 'cactus_session');
  for (const { method, path, permission } of server.http.endpoints) {
    if (permission === 'public') continue;
    const url = path.replaceAll(/:[A-Za-z]+/g, () => server.platform.newId());
    const body = method === 'GET' || method === 'DELETE' ? {} : { body: {} };
    browser.cookie = `${step}; ${planted}`;
    const answer = await browser.call(url, { method, ...body });
    expect([method, path, answer.statusCode, codeOf(answer)]).toEqual([method, path, 401, 'not_signed_in']);
  }
});

test('the second step ends after five minutes and is used up by signing in', async () => {
  const { person, secret } = await personWithTotp();
  const late = await halfOpen(person);
  server.platform.time.advance(STEP_MS);
  expect(codeOf(await finish(late, shown(secret)))).toBe('second_step_expired');
  const browser = await halfOpen(person);
  const step = browser.cookie;
  expect((await finish(browser, shown(secret))).statusCode).toBe(201);
  browser.cookie = step;
  server.platform.time.advance(STEP_30_S);
  expect(codeOf(await finish(browser, shown(secret)))).toBe('second_step_expired');
});

test('guesses are counted per person, from any address, and parallel ones do not pass together', async () => {
  const { person, secret } = await personWithTotp();
  server.platform.time.advance(2 * STEP_30_S);
  const browser = await halfOpen(person);
  const guess = (ip: string) =>
    browser.call('/api/sessions/second-step', { method: 'POST', ip, body: { method: 'totp', code: '000000' } });
  const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => guess(`192.0.2.${index}`)));
  expect(answers.map((answer) => String(codeOf(answer))).toSorted()).toEqual([
    ...Array.from({ length: 5 }, () => 'code_wrong'),
    ...Array.from({ length: 3 }, () => 'sign_in_blocked'),
  ]);
  const blocked = await finish(browser, shown(secret));
  expect([blocked.statusCode, Number(blocked.headers['retry-after']) > 0]).toEqual([429, true]);
  server.platform.time.advance(STEP_30_S);
  expect((await finish(browser, shown(secret))).statusCode).toBe(201);
});

test('a recovery code opens once, however it is typed; new ones replace the old', async () => {
  const { person, recoveryCodes } = await personWithTotp();
  const [first = '', second = '', third = ''] = recoveryCodes;
  expect(first).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
  const browser = await halfOpen(person);
  expect((await finish(browser, first.toLowerCase().replaceAll('-', ' '), 'recovery_code')).statusCode).toBe(201);
  expect((await browser.call('/api/me/security')).json()).toMatchObject({ recoveryCodes: { leftCount: 9 } });
  expect(codeOf(await finish(await halfOpen(person), first, 'recovery_code'))).toBe('code_wrong');
  const renewed = await browser.call('/api/me/recovery-codes', { method: 'POST' });
  const [fresh = ''] = renewed.json<{ recoveryCodes: string[] }>().recoveryCodes;
  expect(codeOf(await finish(await halfOpen(person), second, 'recovery_code'))).toBe('code_wrong');
  expect(codeOf(await finish(await halfOpen(person), third, 'totp'))).toBe('code_wrong');
  expect((await finish(await halfOpen(person), fresh, 'recovery_code')).statusCode).toBe(201);
});

test('removing the app takes its recovery codes along; without a factor there are none to make', async () => {
  const { person } = await personWithTotp();
  expect((await person.browser.call('/api/me/totp', { method: 'DELETE' })).statusCode).toBe(204);
  expect(codeOf(await person.browser.call('/api/me/totp', { method: 'DELETE' }))).toBe('totp_not_found');
  expect((await person.browser.call('/api/me/security')).json()).toMatchObject({ totp: null, recoveryCodes: null });
  expect(codeOf(await person.browser.call('/api/me/recovery-codes', { method: 'POST' }))).toBe('second_factor_missing');
  const browser = server.browser();
  expect((await browser.call('/api/sessions', { method: 'POST', body: person.credentials })).statusCode).toBe(201);
});

test('neither the secret nor a code nor a recovery code is in an audit entry or a notice', async () => {
  const { secret, recoveryCodes } = await personWithTotp();
  const audit = (await made.owner.call('/api/audit-entries')).body + JSON.stringify(server.platform.notifications);
  expect(audit).toContain('identity.totp.added');
  for (const hidden of [secret, shown(secret), ...recoveryCodes]) expect(audit).not.toContain(hidden);
});
