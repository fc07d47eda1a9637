/** Goal: signing in tells nothing to a guesser, slows her down, and opens a session that ends when it should. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { testServer, type TestServer } from '#platform/testing';
import { identity } from './domain.ts';
import { addUser, OWNER, setUp, type SetUp } from './test-people.ts';

let server: TestServer;
let made: SetUp;
beforeAll(async () => {
  server = await testServer([identity], { config: { demo: true } });
  made = await setUp(server);
});
afterAll(() => server.close());

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
let lastIp = 0;
/** Each case comes from its own address, so that throttling of one does not reach another. */
const freshIp = (): string => `198.51.100.${(lastIp += 1)}`;

const signIn = (body: unknown, ip = freshIp(), browser = server.browser()) =>
  browser.call('/api/sessions', { method: 'POST', body, ip });
const codeOf = (answer: { json<Body>(): Body }) => answer.json<{ code: string }>().code;

test('nobody, without a session: my things answer 401', async () => {
  for (const url of ['/api/me', '/api/sessions', '/api/users', '/api/permissions', '/api/audit-entries']) {
    const answer = await server.browser().call(url);
    expect([url, answer.statusCode, codeOf(answer)]).toEqual([url, 401, 'not_signed_in']);
  }
});

test('the right password opens a session whatever the letter case of the e-mail', async () => {
  const browser = server.browser();
  const answer = await signIn({ email: 'ANA@example.COM ', password: OWNER.password }, freshIp(), browser);
  expect(answer.statusCode).toBe(201);
  expect(answer.json()).toMatchObject({ userId: made.userId, workspaceId: made.demoWorkspaceId });
  expect((await browser.call('/api/me')).json()).toMatchObject({ user: { id: made.userId } });
});

test('a wrong password and an unknown e-mail get the same answer, at about the same cost', async () => {
  const wrong = await signIn({ email: OWNER.email, password: 'otra cosa distinta' });
  const unknown = await signIn({ email: 'nobody@example.com', password: 'otra cosa distinta' });
  expect([wrong.statusCode, codeOf(wrong)]).toEqual([401, 'credentials_wrong']);
  const bare = (answer: typeof wrong) => ({ ...answer.json<Record<string, unknown>>(), requestId: null });
  expect(bare(unknown)).toEqual(bare(wrong));
  // Measured with the hash of an installation: the light one of the other cases would drown in the rest of a request.
  const real = await testServer([identity], { config: { hasLightPasswords: false } });
  onTestFinished(() => real.close());
  await setUp(real);
  const timed = async (email: string): Promise<number> => {
    const startedMs = performance.now();
    await signIn({ email, password: 'otra cosa distinta' }, freshIp(), real.browser());
    return performance.now() - startedMs;
  };
  const median = (values: number[]) =>
    values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
  const known: number[] = [];
  const strange: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    known.push(await timed(OWNER.email));
    strange.push(await timed(`nobody${round}@example.com`));
  }
  // Without the hash of nothing an unknown e-mail would answer ten times faster.
  expect(median(strange) / median(known)).toBeGreaterThan(0.5);
});

test('the sixth guess waits, the owner elsewhere does not, and the wait grows', async () => {
  const ip = freshIp();
  const guess = () => signIn({ email: OWNER.email, password: 'otra cosa distinta' }, ip);
  for (let index = 0; index < 5; index += 1) expect(codeOf(await guess())).toBe('credentials_wrong');
  const blocked = await guess();
  expect([blocked.statusCode, codeOf(blocked), blocked.headers['retry-after']]).toEqual([429, 'sign_in_blocked', '2']);
  expect(codeOf(await signIn({ email: OWNER.email, password: OWNER.password }, ip))).toBe('sign_in_blocked');
  expect((await signIn({ email: OWNER.email, password: OWNER.password })).statusCode).toBe(201);
  server.platform.time.advance(2_000);
  expect(codeOf(await guess())).toBe('credentials_wrong');
  expect((await guess()).headers['retry-after']).toBe('4');
  server.platform.time.advance(4_000);
  expect((await signIn({ email: OWNER.email, password: OWNER.password }, ip)).statusCode).toBe(201);
  expect(codeOf(await guess())).toBe('credentials_wrong');
});

test('parallel guesses do not slip through together', async () => {
  const ip = freshIp();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      signIn({ email: 'ana@example.com', password: `guess number ${index}` }, ip),
    ),
  );
  const wrong = answers.filter(({ statusCode }) => statusCode === 401);
  expect(wrong).toHaveLength(5);
  expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(15);
});

test('an address that tries many accounts is slowed as a whole', async () => {
  const ip = '2001:db8:7:7::1';
  const codes: string[] = [];
  for (let index = 0; index < 52; index += 1) {
    const sameNetwork = `2001:db8:7:7::${index + 1}`;
    codes.push(codeOf(await signIn({ email: `x${index}@example.com`, password: 'otra cosa' }, sameNetwork)));
  }
  expect(codes.slice(0, 50).every((code) => code === 'credentials_wrong')).toBe(true);
  expect(codes.slice(50)).toEqual(['sign_in_blocked', 'sign_in_blocked']);
  expect(codeOf(await signIn({ email: OWNER.email, password: OWNER.password }, ip))).toBe('sign_in_blocked');
});

test('a planted session does not survive a sign-in, and each sign-in has a new token', async () => {
  const victim = server.browser();
  const attacker = await addUser(server, made.owner, { name: 'Malo', role: 'client' });
  victim.cookie = attacker.browser.cookie;
  await signIn({ email: OWNER.email, password: OWNER.password }, freshIp(), victim);
  expect(victim.cookie).not.toBe(attacker.browser.cookie);
  expect((await attacker.browser.call('/api/me')).statusCode).toBe(401);
  const before = victim.cookie;
  await signIn({ email: OWNER.email, password: OWNER.password }, freshIp(), victim);
  expect(victim.cookie).not.toBe(before);
});

test('a session ends after a quiet week, and after thirty days however busy', async () => {
  const quiet = server.browser();
  const busy = server.browser();
  await signIn({ email: OWNER.email, password: OWNER.password }, freshIp(), quiet);
  await signIn({ email: OWNER.email, password: OWNER.password }, freshIp(), busy);
  const startMs = server.platform.clock();
  const atDay = async (day: number, browser: typeof quiet): Promise<number> => {
    server.platform.time.set(startMs + day * DAY_MS);
    return (await browser.call('/api/me')).statusCode;
  };
  for (let day = 1; day < 8; day += 1) expect([day, await atDay(day, busy)]).toEqual([day, 200]);
  expect(await atDay(8, quiet)).toBe(401);
  for (let day = 8; day < 30; day += 1) expect([day, await atDay(day, busy)]).toEqual([day, 200]);
  expect(await atDay(30, busy)).toBe(401);
});

test('my devices: I see mine only, close one of mine, and not somebody else’s', async () => {
  const laptop = server.browser();
  const phone = server.browser();
  await signIn({ email: OWNER.email, password: OWNER.password }, '203.0.113.50', laptop);
  await signIn({ email: OWNER.email, password: OWNER.password }, '203.0.113.51', phone);
  const other = await addUser(server, laptop, { name: 'Olga', role: 'admin' });
  const devices = (await laptop.call('/api/sessions')).json<{
    items: { id: string; ip: string; isCurrent: boolean }[];
  }>();
  const phoneId = devices.items.find(({ ip }) => ip === '203.0.113.51')?.id ?? '';
  expect(devices.items.filter(({ isCurrent }) => isCurrent)).toMatchObject([{ ip: '203.0.113.50' }]);
  const stranger = await other.browser.call(`/api/sessions/${phoneId}`, { method: 'DELETE' });
  expect([stranger.statusCode, codeOf(stranger)]).toEqual([404, 'session_not_found']);
  expect((await phone.call('/api/me')).statusCode).toBe(200);
  expect((await laptop.call(`/api/sessions/${phoneId}`, { method: 'DELETE' })).statusCode).toBe(204);
  expect((await phone.call('/api/me')).statusCode).toBe(401);
  expect(server.platform.heard.at(-1)).toMatchObject({
    name: 'identity.session.revoked',
    subjectId: phoneId,
  });
});

test('signing out ends the session on the server, not only the cookie', async () => {
  const browser = server.browser();
  await signIn({ email: OWNER.email, password: OWNER.password }, freshIp(), browser);
  const copy = server.browser();
  copy.cookie = browser.cookie;
  expect((await browser.call('/api/sessions/current', { method: 'DELETE' })).statusCode).toBe(204);
  expect(browser.cookie).toBeNull();
  expect((await copy.call('/api/me')).statusCode).toBe(401);
});

test('a new password closes every other session and replaces the token of this one', async () => {
  const person = await addUser(server, await ownerBrowser(), { name: 'Berta', role: 'analyst' });
  const other = server.browser();
  await signIn(person.credentials, freshIp(), other);
  const stolen = server.browser();
  stolen.cookie = person.browser.cookie;
  const change = (currentPassword: string, newPassword: string) =>
    person.browser.call('/api/me/password', { method: 'PUT', body: { currentPassword, newPassword }, ip: freshIp() });
  expect(codeOf(await change('no es esta', 'cuatro patos y un buey'))).toBe('credentials_wrong');
  expect(codeOf(await change(person.credentials.password, 'corta'))).toBe('password_too_weak');
  expect((await change(person.credentials.password, 'cuatro patos y un buey')).statusCode).toBe(204);
  expect((await person.browser.call('/api/me')).statusCode).toBe(200);
  expect((await other.call('/api/me')).statusCode).toBe(401);
  expect((await stolen.call('/api/me')).statusCode).toBe(401);
  expect(codeOf(await signIn(person.credentials))).toBe('credentials_wrong');
  expect((await signIn({ email: person.credentials.email, password: 'cuatro patos y un buey' })).statusCode).toBe(201);
});

test('cookies that are not ours are nobody', async () => {
  for (const cookie of [
    'cactus_session=',
    'cactus_session=x',
    `cactus_session=${'a'.repeat(5_000)}`,
    'cactus_session=%00',
  ]) {
    const browser = server.browser();
    browser.cookie = cookie;
    expect((await browser.call('/api/me')).statusCode).toBe(401);
  }
});

test('last seen is written at most once a minute', async () => {
  const browser = await ownerBrowser();
  const lastSeen = async () => {
    const list = (await browser.call('/api/sessions')).json<{
      items: { isCurrent: boolean; lastSeenAtMs: number }[];
    }>();
    return list.items.find(({ isCurrent }) => isCurrent)?.lastSeenAtMs;
  };
  const openedAtMs = server.platform.clock();
  server.platform.time.advance(30_000);
  expect(await lastSeen()).toBe(openedAtMs);
  server.platform.time.advance(31_000);
  await browser.call('/api/me');
  await expect.poll(lastSeen).toBe(openedAtMs + 61_000);
});

async function ownerBrowser() {
  const browser = server.browser();
  await signIn({ email: OWNER.email, password: OWNER.password }, freshIp(), browser);
  return browser;
}
