/** Goal: the demo goes in one press with every domain's rows, the real workspace never does, and nobody is left in a void. */
import { DAY_MS } from '#kernel';
import type { Domain } from '#platform/domain';
import { platformDomain } from '#platform/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testServer, type TestServer } from '#platform/testing';
import { SessionRevoked } from './contract.ts';
import { identity } from './domain.ts';
import { addUser, OWNER, setUp, type SetUp } from './test-people.ts';

let removedIds: string[] = [];
let isFailing = false;
const neighbour: Domain = {
  name: 'neighbour',
  tablePrefix: 'neighbour_',
  migrations: null,
  permissions: [],
  events: [],
  removeWorkspace(_tx, workspaceId) {
    if (isFailing) return Promise.reject(new Error('a domain could not delete its rows'));
    removedIds.push(workspaceId);
    return Promise.resolve();
  },
};

let server: TestServer;
let made: SetUp;
beforeEach(async () => {
  removedIds = [];
  isFailing = false;
  server = await testServer([identity, neighbour], { config: { demo: true } });
  server.platform.jobs.define(platformDomain.jobs?.(server.platform) ?? []); // What is left to do afterwards.
  made = await setUp(server);
});
afterEach(() => server.close());

const remove = (browser: SetUp['owner'], workspaceId: string) =>
  browser.call(`/api/workspaces/${workspaceId}`, { method: 'DELETE' });
const codeOf = (answer: { json<Body>(): Body }) => answer.json<{ code: string }>().code;

test.each(['manager', 'adviser', 'client'])('%s may not remove the demo', async (role) => {
  const { browser } = await addUser(server, made.owner, { name: 'Nadie', role });
  expect((await remove(browser, made.demoWorkspaceId)).statusCode).toBe(403);
});

test('one press removes the demo, moves its people, and tells every domain and the audit log', async () => {
  const colleague = await addUser(server, made.owner, { name: 'Carla', role: 'adviser' });
  const answer = await remove(made.owner, made.demoWorkspaceId);
  expect([answer.statusCode, answer.json()]).toEqual([200, { workspaceId: made.realWorkspaceId }]);
  expect(removedIds).toEqual([made.demoWorkspaceId]);
  for (const browser of [made.owner, colleague.browser]) {
    const me = (await browser.call('/api/me')).json<{ workspace: { id: string }; workspaces: unknown[] }>();
    expect(me.workspace.id).toBe(made.realWorkspaceId);
    expect(me.workspaces).toHaveLength(1);
  }
  expect(server.platform.heard.at(-1)).toMatchObject({
    name: 'identity.workspace.removed',
    workspaceId: made.demoWorkspaceId,
    payload: { kind: 'demo' },
  });
  const log = (await made.owner.call('/api/audit-entries')).json<{
    items: { action: string }[];
  }>();
  expect(log.items[0]?.action).toBe('identity.workspace.removed');
  expect(codeOf(await remove(made.owner, made.demoWorkspaceId))).toBe('workspace_not_found');
});

test('the real workspace stays, whoever asks', async () => {
  expect(codeOf(await remove(made.owner, made.realWorkspaceId))).toBe('workspace_is_real');
  expect(removedIds).toEqual([]);
});

test('when one domain fails nothing is removed', async () => {
  isFailing = true;
  expect((await remove(made.owner, made.demoWorkspaceId)).statusCode).toBe(500);
  const me = (await made.owner.call('/api/me')).json<{ workspace: { id: string } }>();
  expect(me.workspace.id).toBe(made.demoWorkspaceId);
  expect(server.platform.heard.filter(({ name }) => name === 'identity.workspace.removed')).toEqual([]);
});

test('two presses at once remove it once', async () => {
  const answers = await Promise.all([
    remove(made.owner, made.demoWorkspaceId),
    remove(made.owner, made.demoWorkspaceId),
  ]);
  expect(answers.map(({ statusCode }) => statusCode).toSorted(byNumber)).toEqual([200, 404]);
});

test('files and notifications of the demo go with it', async () => {
  const { platform } = server;
  const { db } = platform;
  const { Readable } = await import('node:stream');
  const scope = { workspaceId: made.demoWorkspaceId, userId: made.userId };
  const file = await platform.files.put({ ...scope, name: 'a.csv', bytes: Readable.from(['a;b']), sizeBytesMax: 10 });
  await db.transaction((tx) =>
    platform.notify.record(tx, { ...scope, permission: 'session', kind: 'test', payload: {}, href: '/' }),
  );
  await remove(made.owner, made.demoWorkspaceId);
  expect(await platform.files.find(db, { workspaceId: made.demoWorkspaceId, fileId: file.id })).toBeNull();
  const [left] = await db.prepared<{ n: bigint }>('n', 'select count(*) as n from platform_notifications', []);
  expect(left?.n).toBe(0n);
});

test('who has no other workspace is signed out', async () => {
  const guest = await addUser(server, made.owner, { name: 'Visita', role: 'client' });
  await server.platform.db.prepared('leave', 'delete from identity_members where user_id = $1 and workspace_id = $2', [
    guest.userId,
    made.realWorkspaceId,
  ]);
  await remove(made.owner, made.demoWorkspaceId);
  expect((await guest.browser.call('/api/me')).statusCode).toBe(401);
  const answer = await guest.browser.call('/api/sessions', { method: 'POST', body: guest.credentials });
  expect(codeOf(answer)).toBe('workspace_missing');
});

test('a switch brings the role of that workspace and replaces the token', async () => {
  const { owner, realWorkspaceId, demoWorkspaceId } = made;
  await owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: realWorkspaceId } });
  const colleague = await addUser(server, owner, { name: 'Dana', role: 'admin' });
  await server.platform.db.prepared('join', 'insert into identity_members values ($1, $2, $3, now())', [
    demoWorkspaceId,
    colleague.userId,
    'client',
  ]);
  const old = server.browser();
  old.cookie = colleague.browser.cookie;
  const answer = await colleague.browser.call('/api/me/workspace', {
    method: 'PUT',
    body: { workspaceId: demoWorkspaceId },
  });
  expect(answer.json()).toMatchObject({ role: 'client', workspace: { kind: 'demo' } });
  expect((await old.call('/api/me')).statusCode).toBe(401);
  expect((await colleague.browser.call('/api/users')).statusCode).toBe(403);
});

function byNumber(left: number, right: number): number {
  return left - right;
}

test('what another process changed is heard: the memory of who is who is emptied', async () => {
  const other = await testServer([identity, neighbour], { config: { demo: true } });
  const person = await setUp(other);
  const stop = await identity.start?.(other.platform);
  await person.owner.call('/api/me');
  // As another process would: the row and the event, without this process's own forgetting.
  await other.platform.db.prepared('end', 'update identity_sessions set revoked_at = now()', []);
  expect((await person.owner.call('/api/me')).statusCode).toBe(200);
  const payload = { sessionId: other.platform.newId(), userId: person.userId };
  await other.platform.events.publish(SessionRevoked, { workspaceId: person.demoWorkspaceId, subjectId: 's', payload });
  await expect.poll(async () => (await person.owner.call('/api/me')).statusCode).toBe(401);
  await stop?.();
  await other.close();
});

test('the nightly purge keeps open sessions and forgets what ended long ago', async () => {
  const { platform } = server;
  await server.browser().call('/api/sessions', { method: 'POST', body: { email: 'x@example.com', password: 'nada' } });
  platform.time.advance(29 * DAY_MS);
  await made.owner.call('/api/sessions', { method: 'POST', body: { email: OWNER.email, password: OWNER.password } });
  platform.time.advance(9 * DAY_MS);
  const open = server.browser();
  await open.call('/api/sessions', { method: 'POST', body: { email: OWNER.email, password: OWNER.password } });
  const [purge] = identity.jobs?.(platform) ?? [];
  await purge?.run(null, { attempt: 1, signal: AbortSignal.timeout(1_000), progress: () => Promise.resolve() });
  const count = async (sql: string) => (await platform.db.prepared<{ n: bigint }>(sql.slice(0, 60), sql, []))[0]?.n;
  expect(await count('select count(*) as n from identity_sessions')).toBe(2n);
  expect(await count('select count(*) as n from identity_sign_in_attempts where failed_count > 0')).toBe(0n);
  expect((await open.call('/api/me')).statusCode).toBe(200);
});
