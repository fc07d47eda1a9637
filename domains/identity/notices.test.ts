/** Goal: a sign-in from elsewhere and a token about to end are told to their person, once, and familiar ones to nobody. */
import { DAY_MS } from '#kernel';
import { testServer, type TestBrowser, type TestServer } from '#platform/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { apiTokenReminderJob } from './api-token-reminder.job.ts';
import { identity } from './domain.ts';
import { OWNER, setUp, type SetUp } from './test-people.ts';

const FIREFOX = (version: number) =>
  `Mozilla/5.0 (X11; Linux x86_64; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`;
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1) AppleWebKit/605.1 Version/18.1 Mobile/15E148 Safari/604.1';
let server: TestServer;
let made: SetUp<TestBrowser>;
beforeAll(async () => {
  server = await testServer([identity]);
  made = await setUp(server);
});
afterAll(() => server.close());
beforeEach(() => sql`delete from platform_notifications`.execute(server.platform.db.tables()));

interface Told {
  readonly kind: string;
  readonly userId: string;
  readonly payload: Record<string, string>;
}
async function told(): Promise<readonly Told[]> {
  const rows = await sql<Told>`select kind, user_id as "userId", payload from platform_notifications
    order by created_at, notification_id`.execute(server.platform.db.tables());
  return rows.rows;
}
async function signIn(ip: string, agent: string): Promise<TestBrowser> {
  const browser = server.browser();
  const body = { email: OWNER.email, password: OWNER.password };
  const answer = await browser.call('/api/sessions', { method: 'POST', body, ip, headers: { 'user-agent': agent } });
  expect(answer.statusCode).toBe(201);
  return browser;
}

test('another device and another network are told once each; an update of the browser and a neighbour are familiar', async () => {
  await signIn('198.51.100.7', FIREFOX(140));
  expect(await told()).toMatchObject([
    {
      kind: 'identity.session.unfamiliar',
      userId: made.userId,
      payload: { device: 'Firefox, Linux', ip: '198.51.100.7' },
    },
  ]);
  await signIn('198.51.200.9', FIREFOX(141));
  expect(await told()).toHaveLength(1);
  await signIn('198.51.100.7', PHONE);
  expect((await told()).map(({ payload }) => payload['device'])).toEqual(['Firefox, Linux', 'Safari, iPhone']);
  await signIn('203.0.113.4', PHONE);
  expect(await told()).toHaveLength(3);
  await sql`delete from identity_sessions where ip = '203.0.113.4'`.execute(server.platform.db.tables());
  await signIn('203.0.113.4', PHONE);
  expect(await told()).toHaveLength(3);
});

test('a token that ends within a week is told to its owner once; younger, ended, short and revoked ones are not', async () => {
  const browser = await signIn('127.0.0.1', 'test');
  await sql`delete from platform_notifications`.execute(server.platform.db.tables());
  const make = async (name: string, expiresInDays: number): Promise<string> => {
    const body = { name, scopes: ['identity.users.read'], expiresInDays };
    const answer = await browser.call('/api/api-tokens', { method: 'POST', body });
    expect(answer.statusCode).toBe(201);
    return answer.json<{ apiToken: { id: string } }>().apiToken.id;
  };
  await make('short', 5);
  await make('ending', 30);
  await make('later', 60);
  const revoked = await make('revoked', 30);
  expect((await browser.call(`/api/api-tokens/${revoked}`, { method: 'DELETE' })).statusCode).toBe(204);
  const remind = () =>
    apiTokenReminderJob(server.platform).run(undefined, {
      attempt: 1,
      signal: new AbortController().signal,
      progress: async () => undefined,
    });
  await remind();
  expect(await told()).toEqual([]);
  server.platform.time.advance(24 * DAY_MS);
  await remind();
  await remind();
  expect(await told()).toMatchObject([
    { kind: 'identity.api_token.ending', userId: made.userId, payload: { name: 'ending', days: '6' } },
  ]);
  server.platform.time.advance(10 * DAY_MS);
  await remind();
  expect(await told()).toHaveLength(1);
});
