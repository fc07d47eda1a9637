/** Goal: endpoints belong to one workspace, change only under their version, and never show a secret twice. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webhooksApi } from './contract.ts';
import { type EndpointAnswer, openHouse, type TestHouse } from './test-house.ts';
import { answerWith, isSignedWith, openReceiver, type TestReceiver } from './test-receiver.ts';

let house: TestHouse;
let receiver: TestReceiver;
beforeAll(async () => {
  house = await openHouse();
  receiver = await openReceiver();
});
afterAll(async () => {
  await house.close();
  await receiver.close();
});

const someId = '01920000-0000-7000-8000-000000000000';
const pathOf = (path: string) => path.replace(/:\w+/, someId);
const bodies: Record<string, unknown> = {
  CreateEndpoint: { url: 'https://example.com/' },
  ChangeEndpoint: {},
  RotateSecret: {},
  PublishEvent: { type: 'a.b', data: {} },
};

test.each(Object.entries(webhooksApi))('%s needs its permission', async (name, { method, path }) => {
  const call = { method, ...(method === 'GET' || method === 'DELETE' ? {} : { body: bodies[name] ?? {} }) };
  expect((await house.as('nobody')(pathOf(path), call)).statusCode).toBe(401);
  expect((await house.as('client')(pathOf(path), call)).statusCode).toBe(403);
});

test('a secret is shown when it is made and never again, and lies sealed in the database', async () => {
  const { endpoint, secret } = await house.addEndpoint(receiver.url);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  for (const url of ['/api/webhooks/endpoints', `/api/webhooks/endpoints/${endpoint.id}`]) {
    const { body } = await house.as('owner')(url);
    expect(body).toContain(endpoint.id);
    expect(body).not.toContain(secret);
    expect(body).not.toContain('sealed');
  }
  const { rows } = await sql<{ readonly text: string }>`
    select secrets::text as text from webhooks_endpoints where id = ${endpoint.id}
  `.execute(house.platform.db.tables());
  expect(rows[0]?.text).toContain('v2.');
  expect(rows[0]?.text).not.toContain(secret.slice(6, 20));
});

test('an edit names its version: none is 428, an old one 412, and two edits cannot cross', async () => {
  const { endpoint } = await house.addEndpoint(receiver.url);
  const url = `/api/webhooks/endpoints/${endpoint.id}`;
  const edit = (ifMatch: string | null, body: unknown = { description: 'x' }) =>
    house.as('owner')(url, { method: 'PATCH', body, headers: ifMatch === null ? {} : { 'if-match': ifMatch } });
  expect((await edit(null)).statusCode).toBe(428);
  expect((await edit('"7"')).statusCode).toBe(412);
  const answers = await Promise.all([edit('"1"'), edit('"1"')]);
  expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 412]);
  const read = await house.as('owner')(url);
  expect(read.headers['etag']).toBe('"2"');
  expect((await house.as('owner')(url, { method: 'DELETE', headers: { 'if-match': '"1"' } })).statusCode).toBe(412);
  expect((await house.as('owner')(url, { method: 'DELETE', headers: { 'if-match': '"2"' } })).statusCode).toBe(204);
  expect((await house.as('owner')(url)).statusCode).toBe(404);
});

test('another workspace can neither see, change, rotate, test nor remove it', async () => {
  const { endpoint } = await house.addEndpoint(receiver.url);
  const stranger = house.as('owner', house.otherWorkspaceId);
  const url = `/api/webhooks/endpoints/${endpoint.id}`;
  const headers = { 'if-match': '"1"' };
  const answers = [
    await stranger(url),
    await stranger(url, { method: 'PATCH', body: { isEnabled: false }, headers }),
    await stranger(url, { method: 'DELETE', headers }),
    await stranger(`${url}/secret-rotations`, { method: 'POST', body: {} }),
    await stranger(`${url}/test-events`, { method: 'POST', body: {} }),
  ];
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 404, 404]);
  expect((await stranger('/api/webhooks/endpoints')).body).not.toContain(endpoint.id);
  expect((await house.as('owner')(url)).json<EndpointAnswer>()).toMatchObject({ version: 1, isEnabled: true });
});

test.each([
  ['http://169.254.169.254/', 'destination_not_allowed'],
  ['ftp://example.com/', 'url_not_valid'],
  ['https://a:b@example.com/', 'url_with_credentials'],
])('%s is refused as %s, on creation and on change', async (url, code) => {
  const created = await house.as('owner')('/api/webhooks/endpoints', { method: 'POST', body: { url } });
  expect([created.statusCode, created.json<{ readonly code: string }>().code]).toEqual([422, code]);
  const { endpoint } = await house.addEndpoint(receiver.url);
  const changed = await house.as('owner')(`/api/webhooks/endpoints/${endpoint.id}`, {
    method: 'PATCH',
    body: { url },
    headers: { 'if-match': '"1"' },
  });
  expect([changed.statusCode, changed.json<{ readonly code: string }>().code]).toEqual([422, code]);
});

test('a bad filter is refused before it is compiled', async () => {
  const body = { url: receiver.url, filters: ['(a+)+$'] };
  expect((await house.as('owner')('/api/webhooks/endpoints', { method: 'POST', body })).statusCode).toBe(400);
});

test('after a rotation both secrets sign until the overlap ends, then only the new one', async () => {
  const { endpoint, secret } = await house.addEndpoint(receiver.url, ['none.of.it']);
  const url = `/api/webhooks/endpoints/${endpoint.id}`;
  const rotated = await house.as('owner')(`${url}/secret-rotations`, { method: 'POST', body: { overlapHours: 2 } });
  const { secret: next } = rotated.json<{ readonly secret: string }>();
  const lastCall = async () => {
    receiver.calls.length = 0;
    await house.as('owner')(`${url}/test-events`, { method: 'POST', body: {} });
    await expect.poll(() => receiver.calls.length, { timeout: 20_000 }).toBe(1);
    const [call] = receiver.calls;
    return call ? [isSignedWith(next, call), isSignedWith(secret, call)] : [];
  };
  expect(await lastCall()).toEqual([true, true]);
  house.platform.time.advance(2 * 3_600_000 + 1);
  expect(await lastCall()).toEqual([true, false]);
});

test('a test event reaches its endpoint only, whatever the filters, and not a switched-off one', async () => {
  const other = await openReceiver();
  await house.addEndpoint(other.url, ['*']);
  const { endpoint } = await house.addEndpoint(receiver.url, ['none.of.it']);
  receiver.calls.length = 0;
  const url = `/api/webhooks/endpoints/${endpoint.id}`;
  const sent = await house.as('owner')(`${url}/test-events`, { method: 'POST', body: {} });
  expect(sent.statusCode).toBe(202);
  await expect.poll(() => receiver.calls.length, { timeout: 20_000 }).toBe(1);
  await house.engine.dispatcher.idle();
  expect(receiver.calls[0]?.headers['webhook-id']).toBe(sent.json<{ readonly eventId: string }>().eventId);
  expect(other.calls.map(({ body }) => body).join('\n')).not.toContain('webhooks.endpoint.tested');
  const off = { method: 'PATCH', body: { isEnabled: false }, headers: { 'if-match': '"1"' } } as const;
  expect((await house.as('owner')(url, off)).statusCode).toBe(200);
  expect((await house.as('owner')(`${url}/test-events`, { method: 'POST', body: {} })).statusCode).toBe(409);
  await other.close();
});

test('410 switches the endpoint off and says why; switching it on again clears the reason', async () => {
  const gone = await openReceiver();
  gone.reply = answerWith(410);
  const { endpoint } = await house.addEndpoint(gone.url, ['none.of.it']);
  const url = `/api/webhooks/endpoints/${endpoint.id}`;
  await house.as('owner')(`${url}/test-events`, { method: 'POST', body: {} });
  const read = async () => (await house.as('owner')(url)).json<EndpointAnswer>();
  await expect.poll(async () => (await read()).disabledReason, { timeout: 20_000 }).toBe('gone');
  expect(await read()).toMatchObject({ isEnabled: false, version: 2 });
  const on = { method: 'PATCH', body: { isEnabled: true }, headers: { 'if-match': '"2"' } } as const;
  expect((await house.as('owner')(url, on)).json()).toMatchObject({ isEnabled: true, disabledReason: null });
  await gone.close();
});
