/**
 * Goal: an invited person joins with the provider's account and the invited role, once; whoever the provider says has another
 * e-mail, an unconfirmed one, or an account here already, joins nothing however she came by the link.
 */
import { openTestProvider, type TestBrowser, type TestProvider, testServer, type TestServer } from '#platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identity } from './domain.ts';
import { addUser, type SetUp, setUp } from './test-people.ts';

const CALLBACK = 'http://localhost/api/auth/oidc/callback';
const START = '/api/invitation-link/provider';
const DAY_MS = 86_400_000;
let provider: TestProvider;
let server: TestServer;
let made: SetUp<TestBrowser>;

beforeAll(async () => {
  provider = await openTestProvider();
  provider.allowRedirect(CALLBACK);
  server = await serverWith({});
  made = await setUp(server);
  await made.owner.call('/api/me/workspace', { method: 'PUT', body: { workspaceId: made.realWorkspaceId } });
});
afterAll(async () => {
  await server.close();
  await provider.close();
});

function serverWith(oidc: Readonly<Record<string, unknown>>): Promise<TestServer> {
  const { issuer, clientId, clientSecret } = provider;
  return testServer([identity], {
    config: { demo: true },
    settings: { identity: { oidc: { issuer, clientId, clientSecret, ...oidc } } },
  });
}

let count = 0;
interface Invited {
  readonly id: string;
  readonly email: string;
  readonly login: string;
  readonly token: string;
}

/** An invitation, and an account of the provider with its e-mail. */
async function invited(role = 'adviser', by = made.owner): Promise<Invited> {
  count += 1;
  const login = `invited${count}`;
  const email = `${login}@mail.example`;
  provider.people.set(login, { email, email_verified: true, name: `Invitada ${count}` });
  const sent = await by.call('/api/invitations', { method: 'POST', body: { email, role } });
  const { invitation, path } = sent.json<{ invitation: { id: string }; path: string }>();
  return { id: invitation.id, email, login, token: path.split('#t=')[1] ?? '' };
}

async function start(browser: TestBrowser, token: string): Promise<string> {
  const begun = await browser.call(START, { method: 'POST', body: { token } });
  expect([begun.statusCode, begun.body]).toEqual([201, expect.stringContaining('"url"')]);
  return begun.json<{ url: string }>().url;
}

async function comeBack(browser: TestBrowser, address: string): Promise<string> {
  const { pathname, search } = new URL(address);
  return String((await browser.call(`${pathname}${search}`)).headers['location']);
}

async function accept(token: string, login: string, browser = server.browser()): Promise<string> {
  return comeBack(browser, await provider.visit(await start(browser, token), login));
}

async function isMember(email: string): Promise<boolean> {
  const users = (await made.owner.call('/api/users')).json<{ items: { email: string }[] }>();
  return users.items.some((user) => user.email === email);
}
const codeOf = (answer: { json<Body>(): Body }) => answer.json<{ code: string }>().code;

test('she joins with the invited role, without a password, linked, signed in, and the trail says how', async () => {
  const { login, token, email } = await invited('bookkeeper');
  const browser = server.browser();
  const address = await start(browser, token);
  expect(address).not.toContain(token);
  expect(await comeBack(browser, await provider.visit(address, login))).toBe('/');
  const me = (await browser.call('/api/me')).json<{
    user: { email: string };
    role: string;
    workspace: { id: string };
  }>();
  expect(me).toMatchObject({ user: { email, name: 'Invitada 1' }, workspace: { id: made.realWorkspaceId } });
  const users = (await made.owner.call('/api/users')).json<{ items: { email: string; role: string }[] }>();
  expect(users.items).toContainEqual(expect.objectContaining({ email, role: 'bookkeeper' }));
  const linked = (await browser.call('/api/me/linked-accounts')).json();
  expect(linked).toMatchObject({ hasPassword: false, items: [{ email, isUsable: true }] });
  const trail = (await made.owner.call('/api/audit-entries')).json<{ items: { action: string }[] }>();
  expect(trail.items.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['identity.user.created', 'identity.account.linked', 'identity.session.opened']),
  );
  const open = (await made.owner.call('/api/invitations')).json<{ items: { email: string }[] }>();
  expect(open.items.map((item) => item.email)).not.toContain(email);
  // The next time she signs in like anybody who is linked.
  const again = server.browser();
  const answer = await again.call('/api/auth/oidc/start');
  expect(await comeBack(again, await provider.visit(String(answer.headers['location']), login))).toBe('/');
});

test('the letter case of the e-mail is nobody’s reason to stay outside', async () => {
  const { login, token, email } = await invited();
  provider.people.set(login, { email: email.toUpperCase(), email_verified: true, name: 'Mayúsculas' });
  expect(await accept(token, login)).toBe('/');
  expect(await isMember(email)).toBe(true);
});

test.each<[string, (login: string) => void, string]>([
  ['another e-mail', (login) => change(login, { email: 'attacker@mail.example' }), 'invitation_for_another'],
  [
    'an e-mail that only looks alike',
    (login) => change(login, { email: `${login}@mail.example.evil` }),
    'invitation_for_another',
  ],
  ['an unconfirmed e-mail', (login) => change(login, { email_verified: false }), 'oidc_email_not_verified'],
])('refused: the provider says %s', async (_what, spoil, code) => {
  const { login, token, email } = await invited('admin');
  spoil(login);
  const browser = server.browser();
  expect(await accept(token, login, browser)).toBe(`/invitacion?aviso=${code}`);
  expect([(await browser.call('/api/me')).statusCode, await isMember(email)]).toEqual([401, false]);
  // The invitation is still hers.
  change(login, { email, email_verified: true });
  expect(await accept(token, login)).toBe('/');
});
function change(login: string, claims: { readonly email?: string; readonly email_verified?: boolean }): void {
  provider.people.set(login, { ...provider.people.get(login), ...claims });
}

test('a link serves once: used, or taken back or renewed meanwhile, it lets nobody in', async () => {
  const used = await invited();
  expect(await accept(used.token, used.login)).toBe('/');
  const refused = await server.browser().call(START, { method: 'POST', body: { token: used.token } });
  expect([refused.statusCode, codeOf(refused)]).toEqual([404, 'invitation_link_wrong']);

  const taken = await invited();
  const browser = server.browser();
  const back = await provider.visit(await start(browser, taken.token), taken.login);
  await made.owner.call(`/api/invitations/${taken.id}`, { method: 'DELETE' });
  expect(await comeBack(browser, back)).toBe('/invitacion?aviso=invitation_link_wrong');

  const renewed = await invited();
  const renewing = server.browser();
  const old = await provider.visit(await start(renewing, renewed.token), renewed.login);
  await made.owner.call(`/api/invitations/${renewed.id}/link`, { method: 'PUT' });
  expect(await comeBack(renewing, old)).toBe('/invitacion?aviso=invitation_link_wrong');

  for (const { email } of [taken, renewed]) expect([email, await isMember(email)]).toEqual([email, false]);
});

test('two answers at once make one person', async () => {
  const { login, token } = await invited();
  const browsers = [server.browser(), server.browser()];
  const answers = await Promise.all(
    browsers.map(async (browser) => ({ browser, back: await provider.visit(await start(browser, token), login) })),
  );
  const places = await Promise.all(answers.map(({ browser, back }) => comeBack(browser, back)));
  expect(places.filter((place) => place === '/')).toEqual(['/']);
  expect(places.find((place) => place !== '/')).toMatch(/^\/invitacion\?aviso=(email_taken|invitation_link_wrong)$/);
});

test('an account that is here already is never taken over, nor one that is linked to somebody', async () => {
  const { login, token, email } = await invited('owner');
  const body = { name: 'Otra', email, password: 'siete grullas de papel', role: 'client', locale: 'es' };
  const added = await made.owner.call('/api/users', { method: 'POST', body });
  expect(added.statusCode).toBe(201);
  const refused = await server.browser().call(START, { method: 'POST', body: { token } });
  expect([refused.statusCode, codeOf(refused)]).toEqual([409, 'email_taken']);

  // Hers at the provider, but linked to another person here: it stays with that person, who gains no role by it.
  const other = await invited();
  const person = await addUser(server, made.owner, { name: 'Vinculada', role: 'client' });
  const begun = await person.browser.call('/api/me/linked-accounts', { method: 'POST' });
  expect(
    await comeBack(person.browser, await provider.visit(begun.json<{ url: string }>().url, other.login)),
  ).toContain('oidc_linked');
  expect(await accept(other.token, other.login)).toBe('/invitacion?aviso=email_taken');
  expect(await isMember(other.email)).toBe(false);
  expect([login, await isMember(email)]).toEqual([login, true]);
});

test('an inviter who may invite no more lets nobody in, whatever was on its way', async () => {
  const admin = await addUser(server, made.owner, { name: 'Saliente', role: 'admin' });
  const { login, token, email } = await invited('adviser', admin.browser);
  const browser = server.browser();
  const back = await provider.visit(await start(browser, token), login);
  await made.owner.call(`/api/users/${admin.userId}/role`, { method: 'PUT', body: { role: 'client' } });
  expect(await comeBack(browser, back)).toBe('/invitacion?aviso=invitation_link_wrong');
  expect(await isMember(email)).toBe(false);
});

test('the answer serves only the browser that asked, and a cancelled journey leaves the invitation open', async () => {
  const { login, token } = await invited();
  const attacker = server.browser();
  const back = await provider.visit(await start(attacker, token), login);
  expect(await comeBack(server.browser(), back)).toBe('/entrar?aviso=oidc_state_lost');
  const browser = server.browser();
  expect(await accept(token, 'cancel', browser)).toBe('/invitacion?aviso=oidc_cancelled');
  expect(await accept(token, login, browser)).toBe('/');
});

test('without a provider, or with another company’s only, the button says so', async () => {
  const strict = await serverWith({ allowedDomains: ['casa.example'] });
  try {
    const house = await setUp(strict);
    const email = 'fuera@mail.example';
    provider.people.set('fuera', { email, email_verified: true, name: 'Fuera' });
    const sent = await house.owner.call('/api/invitations', { method: 'POST', body: { email, role: 'adviser' } });
    const token = sent.json<{ path: string }>().path.split('#t=')[1] ?? '';
    const browser = strict.browser();
    const begun = await browser.call(START, { method: 'POST', body: { token } });
    const back = await provider.visit(begun.json<{ url: string }>().url, 'fuera');
    expect(await comeBack(browser, back)).toBe('/invitacion?aviso=oidc_not_allowed');
  } finally {
    await strict.close();
  }
});

test('an expired invitation is refused before the journey and after it', async () => {
  const late = await invited();
  const browser = server.browser();
  server.platform.time.advance(7 * DAY_MS - 60_000);
  const back = await provider.visit(await start(browser, late.token), late.login);
  server.platform.time.advance(60_000);
  expect(await comeBack(browser, back)).toBe('/invitacion?aviso=invitation_link_expired');
  const refused = await server.browser().call(START, { method: 'POST', body: { token: late.token } });
  expect([refused.statusCode, codeOf(refused)]).toEqual([410, 'invitation_link_expired']);
});
