/**
 * Goal: only owners and admins make teams, a change of manager needs somebody else's yes, the reach of both managers follows
 * with the commit, and everything leaves its history, event, notice and audit entry.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestBrowser, type TestServer } from '#platform/testing';
import { identity } from './domain.ts';
import { rowScopeOf } from './row-scope.ts';
import { type AddedUser, addUser, setUp, type SetUp } from './test-people.ts';

let server: TestServer;
let made: SetUp<TestBrowser>;
let norte: AddedUser<TestBrowser>;
let sur: AddedUser<TestBrowser>;
let berta: AddedUser<TestBrowser>;
let carla: AddedUser<TestBrowser>;
beforeAll(async () => {
  server = await testServer([identity]);
  made = await setUp(server);
  const add = (name: string, role: string) => addUser(server, made.owner, { name, role });
  [norte, sur] = [await add('Nora', 'manager'), await add('Sonia', 'manager')];
  [berta, carla] = [await add('Berta', 'adviser'), await add('Carla', 'adviser')];
});
afterAll(() => server.close());

interface Team {
  readonly id: string;
  readonly version: number;
  readonly advisers: { readonly id: string }[];
}
interface Change {
  readonly id: string;
  readonly status: string;
  readonly mayDecide: boolean;
  readonly from: { readonly name: string } | null;
  readonly to: { readonly name: string };
}

const codeOf = (answer: { json<Body>(): Body }) => answer.json<{ code: string }>().code;
const wishOf = (name: string, manager: AddedUser, advisers: AddedUser[]) => ({
  name,
  managerUserId: manager.userId,
  adviserUserIds: advisers.map(({ userId }) => userId),
});
const create = (by: TestBrowser, wish: object) => by.call('/api/teams', { method: 'POST', body: wish });
const update = (by: TestBrowser, team: Team, wish: object) =>
  by.call(`/api/teams/${team.id}`, { method: 'PUT', body: wish, headers: { 'if-match': String(team.version) } });
const ask = (by: TestBrowser, adviser: AddedUser, team: Team, reason = 'Vive más cerca') =>
  by.call('/api/manager-changes', { method: 'POST', body: { adviserUserId: adviser.userId, teamId: team.id, reason } });
const decide = (by: TestBrowser, change: Change, isApproved: boolean, answer = '') =>
  by.call(`/api/manager-changes/${change.id}/decision`, { method: 'PUT', body: { isApproved, answer } });
const teams = async (by: TestBrowser) => (await by.call('/api/teams')).json<{ items: Team[] }>().items;
const changes = async (by: TestBrowser) => (await by.call('/api/manager-changes')).json<{ items: Change[] }>().items;
const reachOf = (person: AddedUser, role: 'manager' | 'adviser') =>
  rowScopeOf(server.platform, { userId: person.userId, workspaceId: made.realWorkspaceId, role });
const teamOf = async (name: string): Promise<Team & { name: string }> => {
  const found = ((await teams(made.owner)) as (Team & { name: string })[]).find((team) => team.name === name);
  if (!found) throw new Error(`no team ${name}`);
  return found;
};
const auditOf = async (action: string) =>
  (await made.owner.call(`/api/audit-entries?action=${action}`)).json<{
    items: { action: string; before: unknown; after: unknown }[];
  }>().items;
const noticesSince = (count: number) => server.platform.notifications.slice(count);

test.each(['manager', 'adviser', 'trader', 'bookkeeper', 'analyst', 'client'])(
  '%s may not make teams',
  async (role) => {
    const { browser } = await addUser(server, made.owner, { name: `X${role}`, role });
    const answer = await create(browser, wishOf('Suyo', norte, []));
    expect([answer.statusCode, codeOf(answer)]).toEqual([403, 'permission_missing']);
  },
);

test('a team is made, renamed and given advisers by its version; each step is in the audit trail', async () => {
  expect((await create(made.owner, wishOf('Norte', norte, [berta]))).statusCode).toBe(201);
  expect(codeOf(await create(made.owner, wishOf('NORTE', sur, [])))).toBe('team_name_taken');
  expect(codeOf(await create(made.owner, wishOf('Otro', berta, [])))).toBe('manager_not_found');
  expect(codeOf(await create(made.owner, wishOf('Otro', sur, [norte])))).toBe('adviser_not_found');
  const team = await teamOf('Norte');
  const renamed = await update(made.owner, team, wishOf('Norte y oeste', norte, [berta, carla]));
  expect(renamed.statusCode).toBe(200);
  expect(codeOf(await update(made.owner, team, wishOf('Tarde', norte, [])))).toBe('version_mismatch');
  await update(made.owner, renamed.json<Team>(), wishOf('Norte', norte, [berta]));
  const [latest] = await auditOf('identity.team.updated');
  expect(latest).toMatchObject({
    before: { name: 'Norte y oeste', advisers: ['Berta', 'Carla'] },
    after: { name: 'Norte', advisers: ['Berta'], manager: 'Nora' },
  });
});

test('an adviser sees the teams to ask for one, and no colleague in them', async () => {
  await create(made.owner, wishOf('Sur', sur, [carla]));
  const shown = await teams(berta.browser);
  expect(shown.map(({ advisers }) => advisers.map(({ id }) => id))).toEqual([[berta.userId], []]);
});

test('who asks does not decide; the manager who receives does, and the reach of both follows', async () => {
  const told = server.platform.notifications.length;
  const asked = await ask(berta.browser, berta, await teamOf('Sur'));
  expect(asked.statusCode).toBe(201);
  const change = asked.json<Change>();
  expect(codeOf(await ask(berta.browser, berta, await teamOf('Sur')))).toBe('manager_change_pending');
  expect(
    noticesSince(told)
      .map(({ userId, kind }) => `${userId} ${kind}`)
      .toSorted(),
  ).toEqual([norte.userId, sur.userId].map((id) => `${id} identity.manager_change.asked`).toSorted());
  expect(codeOf(await decide(berta.browser, change, true))).toBe('permission_missing');
  expect(codeOf(await decide(norte.browser, change, true))).toBe('not_yours_to_decide');
  expect(await reachOf(norte, 'manager')).toEqual({ kind: 'advisers', userIds: [norte.userId, berta.userId] });
  expect((await changes(sur.browser))[0]).toMatchObject({ id: change.id, mayDecide: true });
  expect((await decide(sur.browser, change, true)).json()).toMatchObject({ status: 'approved' });
  expect(await reachOf(norte, 'manager')).toEqual({ kind: 'advisers', userIds: [norte.userId] });
  const both = [berta.userId, carla.userId].toSorted();
  expect(await reachOf(sur, 'manager')).toEqual({ kind: 'advisers', userIds: [sur.userId, ...both] });
  const heard = server.platform.events.latest({ workspaceId: made.realWorkspaceId, limit: 10 });
  const reached = (await heard).filter(({ name }) => name === 'identity.reach.changed').slice(0, 2);
  expect(reached.map(({ subjectId }) => subjectId).toSorted()).toEqual([norte.userId, sur.userId].toSorted());
  expect(codeOf(await decide(sur.browser, change, false, 'Tarde'))).toBe('manager_change_closed');
  expect((await auditOf('identity.manager_change.'))[0]).toMatchObject({
    action: 'identity.manager_change.approved',
    before: { team: 'Norte' },
    after: { team: 'Sur', reason: 'Vive más cerca', status: 'approved' },
  });
});

test('a manager asks for her own people only and cannot say yes to herself; an admin can', async () => {
  const norteTeam = await teamOf('Norte');
  expect(codeOf(await ask(norte.browser, carla, norteTeam))).toBe('adviser_not_found');
  expect(codeOf(await ask(carla.browser, berta, norteTeam))).toBe('adviser_not_found');
  expect(codeOf(await ask(carla.browser, carla, await teamOf('Sur')))).toBe('already_in_team');
  await create(made.owner, wishOf('Este', sur, []));
  const own = (await ask(sur.browser, carla, await teamOf('Este'))).json<Change>();
  expect(codeOf(await decide(sur.browser, own, true))).toBe('not_yours_to_decide');
  expect((await decide(made.owner, own, true)).json()).toMatchObject({ status: 'approved' });
});

test('a refusal says why; a request can be taken back by who asked; both stay in the history', async () => {
  const first = (await ask(carla.browser, carla, await teamOf('Norte'))).json<Change>();
  expect(codeOf(await decide(norte.browser, first, false))).toBe('answer_missing');
  expect((await decide(norte.browser, first, false, 'Ahora no')).json()).toMatchObject({ answer: 'Ahora no' });
  const second = (await ask(carla.browser, carla, await teamOf('Norte'))).json<Change>();
  const withdraw = (by: TestBrowser) => by.call(`/api/manager-changes/${second.id}`, { method: 'DELETE' });
  expect(codeOf(await withdraw(berta.browser))).toBe('manager_change_not_found');
  expect(codeOf(await withdraw(norte.browser))).toBe('manager_change_not_found');
  expect((await withdraw(carla.browser)).statusCode).toBe(204);
  expect((await changes(carla.browser)).map(({ status }) => status)).toEqual([
    'cancelled',
    'refused',
    'approved',
    'approved',
    'approved',
  ]);
  expect((await changes(berta.browser)).every(({ id }) => ![first.id, second.id].includes(id))).toBe(true);
});

test('what an admin moves directly is in the history, ends what was pending and reaches at once', async () => {
  const pending = (await ask(berta.browser, berta, await teamOf('Norte'))).json<Change>();
  const told = server.platform.notifications.length;
  await update(made.owner, await teamOf('Este'), wishOf('Este', sur, [carla, berta]));
  const [newest, ...older] = await changes(made.owner);
  expect(newest).toMatchObject({ from: { name: 'Sur' }, to: { name: 'Este' }, status: 'approved', reason: '' });
  expect(older.find(({ id }) => id === pending.id)).toMatchObject({ status: 'cancelled' });
  expect(noticesSince(told).map(({ kind }) => kind)).toContain('identity.manager_change.approved');
  expect((await teamOf('Sur')).advisers).toEqual([]);
});

test('pages of the history follow each other without a gap', async () => {
  const all = (await changes(made.owner)).map(({ id }) => id);
  const seen: string[] = [];
  for (let cursor = ''; ;) {
    const page = (await made.owner.call(`/api/manager-changes?limit=2${cursor}`)).json<{
      items: Change[];
      nextCursor: string | null;
    }>();
    seen.push(...page.items.map(({ id }) => id));
    if (page.nextCursor === null) break;
    cursor = `&cursor=${page.nextCursor}`;
  }
  expect(seen).toEqual(all);
});

test('an adviser who becomes something else leaves her team; a manager hands hers over first', async () => {
  const role = (person: AddedUser, to: string) =>
    made.owner.call(`/api/users/${person.userId}/role`, { method: 'PUT', body: { role: to } });
  expect(codeOf(await role(sur, 'analyst'))).toBe('manages_a_team');
  expect((await role(carla, 'analyst')).statusCode).toBe(200);
  expect((await teamOf('Este')).advisers.map(({ id }) => id)).toEqual([berta.userId]);
  expect(await reachOf(sur, 'manager')).toEqual({ kind: 'advisers', userIds: [sur.userId, berta.userId] });
});

test('a removed team leaves its advisers without a manager and ends what was asked of it', async () => {
  const asked = (await ask(berta.browser, berta, await teamOf('Norte'))).json<Change>();
  for (const name of ['Norte', 'Este']) {
    const answer = await made.owner.call(`/api/teams/${(await teamOf(name)).id}`, { method: 'DELETE' });
    expect(answer.statusCode).toBe(204);
  }
  expect((await changes(made.owner)).find(({ id }) => id === asked.id)).toMatchObject({ status: 'cancelled' });
  expect(await reachOf(sur, 'manager')).toEqual({ kind: 'advisers', userIds: [sur.userId] });
  expect((await auditOf('identity.team.removed')).length).toBe(2);
});

test('a team of another workspace is none', async () => {
  const foreign = { id: server.platform.newId(), version: 1, advisers: [] };
  expect(codeOf(await update(made.owner, foreign, wishOf('X', norte, [])))).toBe('team_not_found');
  expect(codeOf(await ask(berta.browser, berta, foreign))).toBe('team_not_found');
});
