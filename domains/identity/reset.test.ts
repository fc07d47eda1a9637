/**
 * Goal: a forgotten password is replaced by a link that works once and for thirty minutes, that ends every session, and that
 * tells nobody who has an account.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestBrowser, testServer, type TestServer } from '#platform/testing';
import { identity } from './domain.ts';
import { issueResetAsOperator } from './reset.ts';
import { addUser, OWNER, setUp, type SetUp } from './test-people.ts';

let server: TestServer;
let made: SetUp<TestBrowser>;
beforeAll(async () => {
  const smtp = {
    url: null,
    host: '127.0.0.1',
    port: 9,
    user: null,
    password: null,
    from: 'cactus@example.com',
    tls: 'auto' as const,
  };
  server = await testServer([identity], { config: { demo: true, smtp, publicUrl: 'http://localhost' } });
  made = await setUp(server);
  await made.owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: made.realWorkspaceId } });
  await server.platform.jobs.start();
});
afterAll(() => server.close());

const MINUTE_MS = 60_000;
const SOME_ID = '01920000-0000-7000-8000-000000000000';
const NEW_PASSWORD = 'nueve barcas en la bahía';
let lastIp = 0;
const freshIp = (): string => `203.0.113.${(lastIp += 1)}`;
const codeOf = (answer: { json<Body>(): Body }) => answer.json<{ code: string }>().code;
let count = 0;
const add = (role = 'adviser') => addUser(server, made.owner, { name: `Olvidada${(count += 1)}`, role });
const ask = (email: string, ip = freshIp()) =>
  server.browser().call('/api/password-resets', { method: 'POST', body: { email }, ip });
const complete = (token: string, newPassword = NEW_PASSWORD) =>
  server.browser().call('/api/password-resets/completion', { method: 'POST', body: { token, newPassword } });
const signIn = (email: string, password: string, browser = server.browser()) =>
  browser.call('/api/sessions', { method: 'POST', body: { email, password }, ip: freshIp() });
const resetMails = (email: string) =>
  server.platform.mails.filter(({ to, purpose }) => to === email && purpose === 'identity.password-reset');
const tokenIn = (text: string) => /#t=(?<token>[\w-]+)/.exec(text)?.groups?.['token'] ?? '';
/** Asks and waits for the mail. */
const mailedToken = async (email: string): Promise<string> => {
  const before = resetMails(email).length;
  await ask(email);
  await expect.poll(() => resetMails(email).length, { timeout: 10_000 }).toBe(before + 1);
  return tokenIn(resetMails(email).at(-1)?.text ?? '');
};
const issue = (by: TestBrowser, userId: string) => by.call(`/api/users/${userId}/password-resets`, { method: 'POST' });

test('without permission nobody makes a link for another', async () => {
  expect((await issue(server.browser(), SOME_ID)).statusCode).toBe(401);
  const manager = await add('manager');
  expect(codeOf(await issue(manager.browser, made.userId))).toBe('permission_missing');
});

test('a known and an unknown e-mail get the same answer; only the known one gets a mail', async () => {
  const person = await add();
  const known = await ask(person.credentials.email);
  const unknown = await ask('nadie@example.com');
  expect([known.statusCode, known.body]).toEqual([202, '{"isMailed":true}']);
  expect([unknown.statusCode, unknown.body]).toEqual([known.statusCode, known.body]);
  const names = (answer: typeof known) => Object.keys(answer.headers).toSorted();
  expect(names(unknown)).toEqual(names(known));
  await expect.poll(() => resetMails(person.credentials.email).length, { timeout: 10_000 }).toBe(1);
  expect(resetMails('nadie@example.com')).toEqual([]);
});

test('the request asks the same of the database whether the e-mail has an account or not', async () => {
  const person = await add();
  const statements: string[] = [];
  const { db } = server.platform;
  const watched = new Proxy(db, {
    get: (target, name, receiver) => {
      if (name === 'transaction' || name === 'tables' || name === 'prepared') statements.push(name);
      const value: unknown = Reflect.get(target, name, receiver);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const { requestReset } = await import('./reset.ts');
  const run = async (email: string): Promise<string[]> => {
    statements.length = 0;
    await requestReset({ ...server.platform, db: watched }, { email, ip: freshIp() });
    return [...statements];
  };
  expect(await run(person.credentials.email)).toEqual(await run('nadie-mas@example.com'));
});

test('the link sets a new password, closes every session, and rings the bell; it works once', async () => {
  const person = await add();
  const { email, password } = person.credentials;
  const second = server.browser();
  await signIn(email, password, second);
  const token = await mailedToken(email);
  const answers = await Promise.all([complete(token), complete(token)]);
  expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([204, 404]);
  expect(codeOf(await complete(token))).toBe('reset_link_wrong');
  for (const browser of [person.browser, second]) expect((await browser.call('/api/me')).statusCode).toBe(401);
  expect((await signIn(email, password)).statusCode).toBe(401);
  expect((await signIn(email, NEW_PASSWORD)).statusCode).toBe(201);
  expect(server.platform.notifications).toContainEqual(
    expect.objectContaining({ userId: person.userId, kind: 'identity.user.password_reset' }),
  );
  expect(server.platform.mails).toContainEqual(
    expect.objectContaining({ to: email, purpose: 'identity.password-changed' }),
  );
  const audit = await made.owner.call('/api/audit-entries');
  expect(audit.body).toContain('identity.user.password_reset');
});

test('completing a reset opens no session', async () => {
  const person = await add();
  const browser = server.browser();
  const token = await mailedToken(person.credentials.email);
  const body = { token, newPassword: NEW_PASSWORD };
  const done = await browser.call('/api/password-resets/completion', { method: 'POST', body });
  expect([done.statusCode, done.headers['set-cookie']]).toEqual([204, undefined]);
});

test('thirty minutes to the millisecond; a newer link ends the older; a weak password uses nothing up', async () => {
  const { credentials } = await add();
  const first = await mailedToken(credentials.email);
  const newer = await mailedToken(credentials.email);
  expect(codeOf(await complete(first))).toBe('reset_link_wrong');
  expect(codeOf(await complete(newer, 'corta'))).toBe('password_too_weak');
  server.platform.time.advance(30 * MINUTE_MS - 1);
  expect(codeOf(await complete(newer, 'corta'))).toBe('password_too_weak');
  server.platform.time.advance(1);
  const late = await complete(newer);
  expect([late.statusCode, codeOf(late)]).toEqual([410, 'reset_link_expired']);
  await signIn(OWNER.email, OWNER.password, made.owner);
  await made.owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: made.realWorkspaceId } });
});

test('a disabled person gets no mail and her link no password', async () => {
  const person = await add();
  const token = await mailedToken(person.credentials.email);
  await made.owner.call(`/api/users/${person.userId}/access`, { method: 'PUT', body: { isDisabled: true } });
  expect(codeOf(await complete(token))).toBe('user_disabled');
  expect(codeOf(await issue(made.owner, person.userId))).toBe('user_disabled');
  const before = resetMails(person.credentials.email).length;
  await ask(person.credentials.email);
  const other = await add();
  await mailedToken(other.credentials.email);
  expect(resetMails(person.credentials.email)).toHaveLength(before);
});

test('an inbox gets three mails, then ever fewer; an address that asks without end has to wait', async () => {
  const { credentials } = await add();
  for (let index = 0; index < 3; index += 1) await mailedToken(credentials.email);
  await ask(credentials.email);
  const other = await add();
  await mailedToken(other.credentials.email);
  expect(resetMails(credentials.email)).toHaveLength(3);
  const ip = freshIp();
  for (let index = 0; index < 50; index += 1) expect((await ask('x@example.com', ip)).statusCode).toBe(202);
  const blocked = await ask('x@example.com', ip);
  expect([blocked.statusCode, codeOf(blocked), blocked.headers['retry-after']]).toEqual([429, 'reset_blocked', '2']);
});

test('an admin makes a link for people below and beside her, never above, never for herself, never elsewhere', async () => {
  const admin = await add('admin');
  const person = await add();
  expect(codeOf(await issue(admin.browser, made.userId))).toBe('role_above_yours');
  expect(codeOf(await issue(admin.browser, admin.userId))).toBe('yourself');
  expect(codeOf(await issue(admin.browser, SOME_ID))).toBe('user_not_found');
  const issued = (await issue(admin.browser, person.userId)).json<{ path: string }>();
  expect(issued.path).toMatch(/^\/restablecer#t=[\w-]{43}$/);
  expect((await complete(tokenIn(issued.path))).statusCode).toBe(204);
  expect((await signIn(person.credentials.email, NEW_PASSWORD)).statusCode).toBe(201);
  await made.owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: made.demoWorkspaceId } });
  expect(codeOf(await issue(made.owner, person.userId))).toBe('user_not_found');
  await made.owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: made.realWorkspaceId } });
});

test('making a link for another asks for a fresh proof of who asks', async () => {
  const person = await add();
  server.platform.time.advance(11 * MINUTE_MS);
  expect(codeOf(await issue(made.owner, person.userId))).toBe('step_up_required');
});

test('the operator’s link works for everybody, also the last owner', async () => {
  const link = await issueResetAsOperator(server.platform, OWNER.email.toUpperCase());
  const url = link.ok ? link.value.url : '';
  expect(url).toMatch(/^http:\/\/localhost\/restablecer#t=/);
  expect((await complete(tokenIn(url))).statusCode).toBe(204);
  expect((await signIn(OWNER.email, NEW_PASSWORD)).statusCode).toBe(201);
  expect(await issueResetAsOperator(server.platform, 'nadie@example.com')).toMatchObject({ code: 'user_not_found' });
});

test('the table holds no link, and neither does the audit', async () => {
  const { credentials } = await addUser(server, await ownerAgain(), { name: 'Ultima', role: 'client' });
  const token = await mailedToken(credentials.email);
  const rows = await server.platform.db.prepared<{ text: string }>(
    'test.resets',
    'select identity_reset_links::text as text from identity_reset_links',
    [],
  );
  expect(rows.map(({ text }) => text).join()).not.toContain(token);
});

test('without a mail server the page is told so, whatever the e-mail', async () => {
  const quiet = await testServer([identity]);
  try {
    await setUp(quiet);
    for (const email of [OWNER.email, 'nadie@example.com']) {
      const answer = await quiet.browser().call('/api/password-resets', { method: 'POST', body: { email } });
      expect([answer.statusCode, answer.body]).toEqual([202, '{"isMailed":false}']);
    }
  } finally {
    await quiet.close();
  }
});

async function ownerAgain(): Promise<TestBrowser> {
  const browser = server.browser();
  await signIn(OWNER.email, NEW_PASSWORD, browser);
  return browser;
}
