/** Goal: only owners and admins manage people, nobody reaches above herself, an owner remains, and rows stay in their workspace. */
import { USER_ROLES } from '#kernel';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '#platform/testing';
import { identity } from './domain.ts';
import { addUser, type PersonBrowser, OWNER, setUp, type SetUp } from './test-people.ts';

let server: TestServer;
let made: SetUp;
beforeAll(async () => {
  server = await testServer([identity], { config: { demo: true } });
  made = await setUp(server);
  await made.owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: made.realWorkspaceId } });
});
afterAll(() => server.close());

const codeOf = (answer: { json<Body>(): Body }) => answer.json<{ code: string }>().code;
const setRole = (by: PersonBrowser, userId: string, role: string) =>
  by.call(`/api/users/${userId}/role`, { method: 'PUT', body: { role } });
const setDisabled = (by: PersonBrowser, userId: string, isDisabled: boolean) =>
  by.call(`/api/users/${userId}/access`, { method: 'PUT', body: { isDisabled } });
let count = 0;
const add = (by: PersonBrowser, role: string) => addUser(server, by, { name: `Persona${(count += 1)}`, role });

test.each(['manager', 'adviser', 'trader', 'bookkeeper', 'analyst', 'client'])(
  '%s may not manage people',
  async (role) => {
    const { browser } = await add(made.owner, role);
    const body = { name: 'X', email: 'x@example.com', role: 'client', password: 'una casa amarilla' };
    const create = await browser.call('/api/users', { method: 'POST', body });
    expect([create.statusCode, codeOf(create)]).toEqual([403, 'permission_missing']);
    expect((await setRole(browser, made.userId, 'client')).statusCode).toBe(403);
    expect((await setDisabled(browser, made.userId, true)).statusCode).toBe(403);
    expect((await browser.call('/api/users')).statusCode).toBe(role === 'manager' ? 200 : 403);
  },
);

test('an admin manages everybody below an owner, never an owner, and cannot make one', async () => {
  const admin = (await add(made.owner, 'admin')).browser;
  const adviser = await add(admin, 'adviser');
  expect((await setRole(admin, adviser.userId, 'manager')).json()).toMatchObject({ role: 'manager' });
  expect(codeOf(await setRole(admin, adviser.userId, 'owner'))).toBe('role_above_yours');
  expect(codeOf(await setRole(admin, made.userId, 'client'))).toBe('role_above_yours');
  expect(codeOf(await setDisabled(admin, made.userId, true))).toBe('role_above_yours');
  const body = { name: 'X', email: 'jefa@example.com', role: 'owner', password: 'una casa amarilla' };
  expect(codeOf(await admin.call('/api/users', { method: 'POST', body }))).toBe('role_above_yours');
});

test('an e-mail serves one person, whatever its letter case, also for parallel additions', async () => {
  const body = (email: string) => ({ name: 'Rosa', email, role: 'client', password: 'una casa amarilla' });
  const create = (email: string) => made.owner.call('/api/users', { method: 'POST', body: body(email) });
  const answers = await Promise.all(['rosa@example.com', 'ROSA@example.com', 'Rosa@Example.com'].map(create));
  expect(answers.map(({ statusCode }) => statusCode).toSorted(byNumber)).toEqual([201, 409, 409]);
  expect(codeOf(await create('rosa@EXAMPLE.com'))).toBe('email_taken');
});

test('a role change reaches permissions and closes the sessions of the old role', async () => {
  const person = await add(made.owner, 'client');
  expect((await setRole(made.owner, person.userId, 'manager')).statusCode).toBe(200);
  expect((await person.browser.call('/api/me')).statusCode).toBe(401);
  await person.browser.call('/api/sessions', { method: 'POST', body: person.credentials });
  expect((await person.browser.call('/api/users')).statusCode).toBe(200);
});

test('disabling closes sessions and bars sign-in until she is let in again', async () => {
  const person = await add(made.owner, 'adviser');
  expect((await setDisabled(made.owner, person.userId, true)).json()).toMatchObject({ isDisabled: true });
  expect((await person.browser.call('/api/me')).statusCode).toBe(401);
  const refused = await person.browser.call('/api/sessions', { method: 'POST', body: person.credentials });
  expect([refused.statusCode, codeOf(refused)]).toEqual([403, 'user_disabled']);
  await setDisabled(made.owner, person.userId, false);
  expect((await person.browser.call('/api/sessions', { method: 'POST', body: person.credentials })).statusCode).toBe(
    201,
  );
});

test('the last owner cannot go; with a second one she can, and of two who leave at once one stays', async () => {
  expect(codeOf(await setRole(made.owner, made.userId, 'client'))).toBe('last_owner');
  expect(codeOf(await setDisabled(made.owner, made.userId, true))).toBe('yourself');
  const second = await add(made.owner, 'owner');
  const answers = await Promise.all([
    setRole(made.owner, second.userId, 'admin'),
    setRole(second.browser, made.userId, 'admin'),
  ]);
  const members = (await owners()).length;
  expect(members).toBe(1);
  expect(answers.map(({ statusCode }) => statusCode).filter((status) => status === 200)).toHaveLength(1);
  // Whoever stayed gives the role back.
  const signedIn = server.browser();
  const stayed = (await owners())[0] === second.userId ? second.credentials : OWNER;
  await signedIn.call('/api/sessions', { method: 'POST', body: { email: stayed.email, password: stayed.password } });
  const left = stayed === second.credentials ? made.userId : second.userId;
  expect((await setRole(signedIn, left, 'owner')).statusCode).toBe(200);
  await made.owner.call('/api/sessions', { method: 'POST', body: { email: OWNER.email, password: OWNER.password } });
});

test('people of another workspace do not exist here', async () => {
  await made.owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: made.realWorkspaceId } });
  const outsider = await add(made.owner, 'adviser');
  await made.owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: made.demoWorkspaceId } });
  const list = (await made.owner.call('/api/users')).json<{ items: { id: string }[] }>();
  expect(list.items.map(({ id }) => id)).not.toContain(outsider.userId);
  expect(codeOf(await setRole(made.owner, outsider.userId, 'client'))).toBe('user_not_found');
  expect(codeOf(await setDisabled(made.owner, outsider.userId, true))).toBe('user_not_found');
  const elsewhere = await outsider.browser.call('/api/me/workspace', {
    method: 'PUT',
    body: { workspaceId: made.demoWorkspaceId },
  });
  expect([elsewhere.statusCode, codeOf(elsewhere)]).toEqual([404, 'workspace_not_found']);
});

test('who is added from the demo also joins the real workspace', async () => {
  await made.owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: made.demoWorkspaceId } });
  const person = await add(made.owner, 'adviser');
  const me = (await person.browser.call('/api/me')).json<{ workspaces: { id: string; role: string }[] }>();
  const roles = new Map(me.workspaces.map(({ id, role }) => [id, role]));
  expect(roles.size).toBe(2);
  expect([roles.get(made.demoWorkspaceId), roles.get(made.realWorkspaceId)]).toEqual(['adviser', 'adviser']);
});

test('who may disable must have the say in every workspace of the person', async () => {
  const admin = await add(made.owner, 'admin');
  const person = await add(made.owner, 'adviser');
  await setRole(made.owner, admin.userId, 'admin');
  await server.platform.db.prepared(
    'demote',
    'update identity_members set role = $3 where user_id = $1 and workspace_id = $2',
    [admin.userId, made.realWorkspaceId, 'analyst'],
  );
  await admin.browser.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: made.demoWorkspaceId } });
  expect(codeOf(await setDisabled(admin.browser, person.userId, true))).toBe('role_above_yours');
});

test('the matrix lists every permission with the roles that hold it', async () => {
  const matrix = (await made.owner.call('/api/permissions')).json<{ roles: string[]; items: { name: string }[] }>();
  expect(matrix.roles).toEqual([...USER_ROLES]);
  const names = server.platform.domains.flatMap(({ permissions }) => permissions.map(({ name }) => name));
  expect(matrix.items.map(({ name }) => name)).toEqual(names);
});

test('the audit log tells what happened here, newest first, and its chain is whole', async () => {
  await made.owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: made.realWorkspaceId } });
  const log = (await made.owner.call('/api/audit-entries')).json<{
    items: { action: string; sequence: number; userName: string | null }[];
  }>();
  const actions = new Set(log.items.map(({ action }) => action));
  for (const action of ['user.created', 'user.role_changed', 'user.disabled', 'session.opened', 'setup.completed']) {
    expect(actions).toContain(`identity.${action}`);
  }
  expect(log.items.map(({ sequence }) => sequence)).toEqual(log.items.map((_, index) => log.items.length - index));
});

async function owners(): Promise<string[]> {
  const rows = await server.platform.db.prepared<{ user_id: string }>(
    'owners',
    `select user_id from identity_members where workspace_id = $1 and role = 'owner'`,
    [made.realWorkspaceId],
  );
  return rows.map((row) => row.user_id);
}

function byNumber(left: number, right: number): number {
  return left - right;
}
