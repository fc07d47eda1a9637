/** Goal: an invitation lets in one person, once, in time, with the role its sender may give, and tells nothing to others. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestBrowser, testServer, type TestServer } from '#platform/testing';
import { identity } from './domain.ts';
import { inviteAsOperator } from './operator.ts';
import { addUser, OWNER, setUp, type SetUp } from './test-people.ts';

let server: TestServer;
let made: SetUp<TestBrowser>;
beforeAll(async () => {
  server = await testServer([identity], { config: { demo: true } });
  made = await setUp(server);
  await moveTo(made.realWorkspaceId);
});
afterAll(() => server.close());

interface Sent {
  readonly invitation: { readonly id: string; readonly email: string; readonly expiresAtMs: number };
  readonly path: string;
  readonly isMailed: boolean;
}
const DAY_MS = 86_400_000;
const SOME_ID = '01920000-0000-7000-8000-000000000000';
const codeOf = (answer: { json<Body>(): Body }) => answer.json<{ code: string }>().code;
const moveTo = (workspaceId: string) => made.owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId } });
let count = 0;
const freshEmail = () => `invitada${(count += 1)}@example.com`;
const add = (role: string) => addUser(server, made.owner, { name: `Colega${(count += 1)}`, role });
const invite = (by: TestBrowser, body: object) => by.call('/api/invitations', { method: 'POST', body });
const sendTo = async (email: string, role = 'adviser', by = made.owner) =>
  (await invite(by, { email, role })).json<Sent>();
const tokenOf = (path: string) => path.split('#t=')[1] ?? '';
const read = (token: string) => server.browser().call('/api/invitation-link', { method: 'POST', body: { token } });
const answers = (token: string) => ({
  token,
  name: 'Berta Sol',
  password: 'siete grullas de papel',
  locale: 'es',
  timeZone: 'Europe/Madrid',
});
const accept = (token: string, body: object = {}, browser = server.browser()) =>
  browser.call('/api/invitation-link/acceptance', { method: 'POST', body: { ...answers(token), ...body } });

test('without permission nobody invites, lists, renews or revokes', async () => {
  const calls = [
    ['GET', '/api/invitations'],
    ['POST', '/api/invitations'],
    ['PUT', `/api/invitations/${SOME_ID}/link`],
    ['DELETE', `/api/invitations/${SOME_ID}`],
  ] as const;
  const manager = (await add('manager')).browser;
  for (const [method, url] of calls) {
    const body = method === 'POST' ? { body: { email: freshEmail(), role: 'client' } } : {};
    expect([url, (await server.browser().call(url, { method, ...body })).statusCode]).toEqual([url, 401]);
    expect([url, codeOf(await manager.call(url, { method, ...body }))]).toEqual([url, 'permission_missing']);
  }
  const joining = await server.browser().call('/api/invitation-link/joining', { method: 'POST', body: { token: 'x' } });
  expect(joining.statusCode).toBe(401);
});

test('the invited person sees who asks her in, chooses name and password, and is in with that role', async () => {
  const email = freshEmail();
  const sent = await sendTo(email, 'bookkeeper');
  expect(sent).toMatchObject({ isMailed: false, path: expect.stringMatching(/^\/invitacion#t=[\w-]{43}$/) });
  const token = tokenOf(sent.path);
  expect((await read(token)).json()).toMatchObject({
    email,
    role: 'bookkeeper',
    workspaceName: 'Ferreyra Asesores',
    invitedByName: OWNER.name,
    hasAccount: false,
  });
  const browser = server.browser();
  expect((await accept(token, {}, browser)).statusCode).toBe(201);
  const me = await browser.call('/api/me');
  expect(me.json()).toMatchObject({ user: { email, name: 'Berta Sol' }, role: 'bookkeeper' });
  expect(me.json<{ workspaces: object[] }>().workspaces).toHaveLength(1);
  const again = await server.browser().call('/api/sessions', {
    method: 'POST',
    body: { email, password: answers('').password },
  });
  expect(again.statusCode).toBe(201);
});

test('a link works once: used, parallel, renewed and revoked ones open nothing', async () => {
  const used = tokenOf((await sendTo(freshEmail())).path);
  const parallel = await Promise.all([accept(used), accept(used)]);
  expect(parallel.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([201, 404]);
  expect(codeOf(await read(used))).toBe('invitation_link_wrong');
  const first = await sendTo(freshEmail());
  const renewal = await made.owner.call(`/api/invitations/${first.invitation.id}/link`, { method: 'PUT' });
  const renewed = renewal.json<Sent>();
  expect(codeOf(await accept(tokenOf(first.path)))).toBe('invitation_link_wrong');
  expect((await read(tokenOf(renewed.path))).statusCode).toBe(200);
  const revoke = () => made.owner.call(`/api/invitations/${first.invitation.id}`, { method: 'DELETE' });
  expect((await revoke()).statusCode).toBe(204);
  expect((await revoke()).statusCode).toBe(404);
  expect(codeOf(await accept(tokenOf(renewed.path)))).toBe('invitation_link_wrong');
  for (const token of ['', 'x'.repeat(201)]) expect((await read(token)).statusCode).toBe(400);
  expect((await read('invented')).statusCode).toBe(404);
});

test('an admin invites up to her own role and touches no invitation above it', async () => {
  const admin = (await add('admin')).browser;
  expect(codeOf(await invite(admin, { email: freshEmail(), role: 'owner' }))).toBe('role_above_yours');
  const above = await sendTo(freshEmail(), 'owner');
  const url = `/api/invitations/${above.invitation.id}`;
  expect(codeOf(await admin.call(url, { method: 'DELETE' }))).toBe('role_above_yours');
  expect(codeOf(await admin.call(`${url}/link`, { method: 'PUT' }))).toBe('role_above_yours');
});

test('a demoted or disabled sender’s invitations open nothing; renewed by somebody who may, they do', async () => {
  const admin = await add('admin');
  const sent = await sendTo(freshEmail(), 'adviser', admin.browser);
  const disable = (isDisabled: boolean) =>
    made.owner.call(`/api/users/${admin.userId}/access`, { method: 'PUT', body: { isDisabled } });
  await disable(true);
  expect(codeOf(await read(tokenOf(sent.path)))).toBe('invitation_link_wrong');
  await disable(false);
  expect((await read(tokenOf(sent.path))).statusCode).toBe(200);
  await made.owner.call(`/api/users/${admin.userId}/role`, { method: 'PUT', body: { role: 'manager' } });
  expect(codeOf(await accept(tokenOf(sent.path)))).toBe('invitation_link_wrong');
  const renewed = await made.owner.call(`/api/invitations/${sent.invitation.id}/link`, { method: 'PUT' });
  expect((await accept(tokenOf(renewed.json<Sent>().path))).statusCode).toBe(201);
});

test('another workspace’s invitations do not exist here', async () => {
  const { invitation } = await sendTo(freshEmail());
  await moveTo(made.demoWorkspaceId);
  const url = `/api/invitations/${invitation.id}`;
  expect((await made.owner.call('/api/invitations')).body).not.toContain(invitation.id);
  expect(codeOf(await made.owner.call(url, { method: 'DELETE' }))).toBe('invitation_not_found');
  expect(codeOf(await made.owner.call(`${url}/link`, { method: 'PUT' }))).toBe('invitation_not_found');
  await moveTo(made.realWorkspaceId);
  expect((await made.owner.call('/api/invitations')).body).toContain(invitation.id);
});

test('one open invitation per address, none for a member', async () => {
  const email = freshEmail();
  await sendTo(email);
  expect(codeOf(await invite(made.owner, { email: email.toUpperCase(), role: 'client' }))).toBe('already_invited');
  expect(codeOf(await invite(made.owner, { email: OWNER.email, role: 'client' }))).toBe('already_member');
  expect((await invite(made.owner, { email: 'nobody', role: 'client' })).statusCode).toBe(400);
});

test('who has an account joins by being signed in as that person; the link alone opens no account', async () => {
  await moveTo(made.demoWorkspaceId);
  // From the demo a colleague also joins the real workspace, so take her out of it to have somebody from elsewhere.
  const person = await add('adviser');
  await server.platform.db.prepared(
    'test.leave',
    'delete from identity_members where user_id = $1 and workspace_id = $2',
    [person.userId, made.realWorkspaceId],
  );
  await person.browser.call('/api/sessions', { method: 'POST', body: person.credentials });
  await moveTo(made.realWorkspaceId);
  const { path } = await sendTo(person.credentials.email, 'analyst');
  const token = tokenOf(path);
  expect((await read(token)).json()).toMatchObject({ hasAccount: true });
  expect(codeOf(await accept(token))).toBe('email_taken');
  const other = (await add('client')).browser;
  const join = (browser: TestBrowser) =>
    browser.call('/api/invitation-link/joining', { method: 'POST', body: { token } });
  expect(codeOf(await join(other))).toBe('invitation_for_another');
  expect((await join(person.browser)).json()).toEqual({ workspaceId: made.realWorkspaceId });
  expect(codeOf(await join(person.browser))).toBe('invitation_link_wrong');
  const moved = await person.browser.call('/api/me/workspace', {
    method: 'PUT',
    body: { workspaceId: made.realWorkspaceId },
  });
  expect(moved.json()).toMatchObject({ role: 'analyst' });
});

test('a weak password, an unknown zone and an old session change nothing; the planted session ends', async () => {
  const token = tokenOf((await sendTo(freshEmail())).path);
  expect(codeOf(await accept(token, { password: 'corta' }))).toBe('password_too_weak');
  expect(codeOf(await accept(token, { timeZone: 'Marte/Olimpo' }))).toBe('time_zone_unknown');
  const planted = await add('client');
  const cookie = planted.browser.cookie;
  const victim = server.browser();
  victim.cookie = cookie;
  expect((await accept(token, {}, victim)).statusCode).toBe(201);
  expect(victim.cookie).not.toBe(cookie);
  expect((await planted.browser.call('/api/me')).statusCode).toBe(401);
});

test('the link is a secret: not in the list, the table, the audit or an event', async () => {
  const { path } = await sendTo(freshEmail());
  const token = tokenOf(path);
  const rows = await server.platform.db.prepared<{ text: string }>(
    'test.invitations',
    'select identity_invitations::text as text from identity_invitations',
    [],
  );
  const events = JSON.stringify(server.platform.heard, (_, value: unknown) => (typeof value === 'bigint' ? 0 : value));
  const audit = await made.owner.call('/api/audit-entries');
  expect(audit.body).toContain('identity.invitation.created');
  const list = await made.owner.call('/api/invitations');
  for (const text of [rows.map((row) => row.text).join(), events, audit.body, list.body]) {
    expect(text).not.toContain(token);
  }
});

test('seven days to the millisecond; an expired one can be renewed', async () => {
  const { invitation, path } = await sendTo(freshEmail());
  server.platform.time.advance(7 * DAY_MS - 1);
  expect((await read(tokenOf(path))).statusCode).toBe(200);
  server.platform.time.advance(1);
  const late = await accept(tokenOf(path));
  expect([late.statusCode, codeOf(late)]).toEqual([410, 'invitation_link_expired']);
  await made.owner.call('/api/sessions', { method: 'POST', body: { email: OWNER.email, password: OWNER.password } });
  await moveTo(made.realWorkspaceId);
  const renewed = await made.owner.call(`/api/invitations/${invitation.id}/link`, { method: 'PUT' });
  expect((await accept(tokenOf(renewed.json<Sent>().path))).statusCode).toBe(201);
});

test('the operator invites from the command line, into the only real workspace or the named one', async () => {
  const email = freshEmail();
  const invited = await inviteAsOperator(server.platform, { email, role: 'owner', workspace: null });
  expect(invited).toMatchObject({ ok: true, value: { workspaceName: 'Ferreyra Asesores', isMailed: false } });
  const url = invited.ok ? invited.value.url : '';
  expect((await accept(tokenOf(url))).statusCode).toBe(201);
  const strange = await inviteAsOperator(server.platform, { email: freshEmail(), role: 'client', workspace: 'Otra' });
  expect(strange).toMatchObject({ ok: false, code: 'workspace_not_found' });
});

test('with a mail server the invitation leaves in her language, with the public address and never the Host header', async () => {
  const smtp = {
    url: null,
    host: '127.0.0.1',
    port: 9,
    user: null,
    password: null,
    from: 'cactus@example.com',
    tls: 'auto' as const,
  };
  const mailing = await testServer([identity], { config: { smtp, publicUrl: 'https://cactus.example' } });
  try {
    const { owner } = await setUp(mailing);
    const sent = await owner.call('/api/invitations', {
      method: 'POST',
      body: { email: 'eva@example.com', role: 'client', locale: 'en' },
      headers: { host: 'localhost' },
    });
    const { path, isMailed } = sent.json<Sent>();
    expect(isMailed).toBe(true);
    const [mail] = mailing.platform.mails;
    expect(mail).toMatchObject({ to: 'eva@example.com', purpose: 'identity.invitation' });
    expect(mail?.text).toContain(`https://cactus.example${path}`);
    expect(mail?.text).toContain('invites you to Ferreyra Asesores as client');
  } finally {
    await mailing.close();
  }
});
