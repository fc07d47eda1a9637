/** Goal: a person changes only herself, sees only what her role here allows, and pages through the audit log whole. */
import { testServer, type TestServer } from '#platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { identity } from './domain.ts';
import { recordAudit } from './public.ts';
import { addUser, setUp, type SetUp } from './test-people.ts';

let server: TestServer;
let made: SetUp;
beforeAll(async () => {
  server = await testServer([identity], { config: { demo: true } });
  made = await setUp(server);
});
afterAll(() => server.close());

test('nobody, without a session, reads or changes a person', async () => {
  const stranger = server.browser();
  expect((await stranger.call('/api/me')).statusCode).toBe(401);
  expect((await stranger.call('/api/me', { method: 'PATCH', body: { name: 'X' } })).statusCode).toBe(401);
  const body = { currentPassword: 'x', newPassword: 'y' };
  expect((await stranger.call('/api/me/password', { method: 'PUT', body })).statusCode).toBe(401);
});

test('name, language and time zone change alone or together; what is not sent stays', async () => {
  const { owner } = made;
  const change = (body: unknown) => owner.call('/api/me', { method: 'PATCH', body });
  expect((await change({ locale: 'en' })).json()).toMatchObject({ user: { name: 'Ana Ferreyra', locale: 'en' } });
  expect((await change({ name: ' Ana F. ', timeZone: 'America/Mexico_City' })).json()).toMatchObject({
    user: { name: 'Ana F.', locale: 'en', timeZone: 'America/Mexico_City' },
  });
  expect((await change({})).json()).toMatchObject({ user: { name: 'Ana F.' } });
  const refused = await change({ timeZone: 'Mars/Olympus' });
  expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([422, 'time_zone_unknown']);
  expect((await change({ role: 'owner' })).statusCode).toBe(400);
  expect((await change({ locale: 'fr' })).statusCode).toBe(400);
});

test('a client sees her own few permissions', async () => {
  const { browser } = await addUser(server, made.owner, { name: 'Clara', role: 'client' });
  expect((await browser.call('/api/me')).json()).toMatchObject({ role: 'client', permissions: [] });
});

test('the audit log is read whole, page after page', async () => {
  await server.platform.db.transaction(async (tx) => {
    for (let index = 0; index < 205; index += 1) {
      await recordAudit(tx, {
        workspaceId: made.demoWorkspaceId,
        action: 'test.entry.written',
        subject: `s${index}`,
        userId: made.userId,
        ip: '127.0.0.1',
        atMs: server.platform.clock(),
        details: { index: String(index) },
      });
    }
  });
  interface Page {
    readonly items: { subject: string; details: Record<string, string>; userName: string | null }[];
    readonly next: number | null;
  }
  const subjects: string[] = [];
  let page = (await made.owner.call('/api/audit-entries')).json<Page>();
  expect(page.items[0]).toMatchObject({ subject: 's204', userName: 'Ana F.', details: { index: '204' } });
  for (;;) {
    subjects.push(...page.items.map(({ subject }) => subject));
    if (page.next === null) break;
    page = (await made.owner.call(`/api/audit-entries?before=${page.next}`)).json<Page>();
  }
  expect(subjects.filter((subject) => /^s\d+$/.test(subject))).toHaveLength(205);
  expect(subjects[204]).toBe('s0');
});
