/** Goal: an accepted event reaches every endpoint that listens, signed and at least once, whatever the receivers do. */
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId, openDatabase } from '#platform/db';
import { createEvents } from '#platform/events';
import { createTelemetry } from '#platform/telemetry';
import { silentLog } from '#platform/testing';
import { CustomPublished } from './contract.ts';
import { engineOf } from './engine.ts';
import { openHouse, type TestHouse } from './test-house.ts';
import { answerWith, hangs, isSignedWith, openReceiver, type TestReceiver } from './test-receiver.ts';

let house: TestHouse;
let receiver: TestReceiver;
beforeAll(async () => {
  house = await openHouse({ timeoutMs: 2000 }); // Some receivers here never answer.
});
afterAll(() => house.close());
beforeEach(async () => {
  receiver = await openReceiver();
});
afterEach(async () => {
  await sql`delete from webhooks_endpoints`.execute(house.platform.db.tables());
  await house.engine.directory.reloadAll(); // Drops what is still queued, so that a failed case does not hold up the rest.
  await house.engine.dispatcher.idle();
  await receiver.close();
});

const arrived = async (count: number, from: TestReceiver = receiver): Promise<void> => {
  await expect.poll(() => from.calls.length, { interval: 5, timeout: 20_000 }).toBe(count);
};
const settled = async (endpointId: string) => {
  await house.engine.dispatcher.idle();
  return house.deliveries(`endpointId=${endpointId}`);
};

test('an event arrives signed, with its id, and its delivery shows what was sent and answered', async () => {
  receiver.reply = answerWith(200, { 'x-made-by': 'test', 'set-cookie': 'a=b' }, 'gracias');
  const { endpoint, secret } = await house.addEndpoint(receiver.url);
  const { id, sequence } = await house.publish('box.counted', { año: 2026, note: 'ñ €' });
  await arrived(1);
  const [call] = receiver.calls;
  expect(call && isSignedWith(secret, call)).toBe(true);
  expect(call?.headers).toMatchObject({ 'webhook-id': id, 'content-type': 'application/json' });
  expect(JSON.parse(call?.body ?? '')).toMatchObject({
    id,
    sequence,
    type: 'webhooks.custom.published',
    timestamp: '2026-11-21T12:00:00.000Z',
    data: { type: 'box.counted', data: { año: 2026, note: 'ñ €' } },
  });
  const [delivery] = await settled(endpoint.id);
  expect(delivery).toMatchObject({
    eventId: id,
    state: 'delivered',
    attempts: 1,
    lastStatus: 200,
    nextAttemptAtMs: null,
  });
  const detail = await house.as('owner')(`/api/webhooks/deliveries/${delivery?.id}`);
  expect(detail.json()).toMatchObject({
    body: call?.body,
    url: endpoint.url,
    attempts: [
      {
        attempt: 1,
        status: 200,
        responseExcerpt: 'gracias',
        responseHeaders: { 'x-made-by': 'test' },
        requestHeaders: { 'webhook-signature': call?.headers['webhook-signature'] },
      },
    ],
  });
  expect(detail.body).not.toContain('a=b');
});

test('filters and workspaces decide who hears what', async () => {
  const deaf = await house.addEndpoint(receiver.url, ['markets.*']);
  const open = await house.addEndpoint(receiver.url, ['webhooks.custom.*']);
  await house.platform.events.publish(CustomPublished, {
    workspaceId: house.otherWorkspaceId,
    subjectId: 'x',
    payload: { type: 'not.yours', data: {} },
  });
  await house.publish('yours', {});
  await arrived(1);
  expect(await settled(deaf.endpoint.id)).toEqual([]);
  expect(await settled(open.endpoint.id)).toHaveLength(1);
});

test('a rolled-back change leaves no delivery', async () => {
  const { endpoint } = await house.addEndpoint(receiver.url);
  const fact = { workspaceId: house.workspaceId, subjectId: 'x', payload: { type: 'never', data: {} } };
  const rolledBack = house.platform.db.transaction(async (tx) => {
    tx.emit(CustomPublished, fact);
    throw new Error('no');
  });
  await expect(rolledBack).rejects.toThrow('no');
  await house.publish('after');
  await arrived(1);
  expect(await settled(endpoint.id)).toHaveLength(1);
});

test('a failing receiver is tried again on schedule with the same id and bytes, until it answers', async () => {
  receiver.reply = answerWith(500, {}, 'oops');
  const { endpoint, secret } = await house.addEndpoint(receiver.url);
  await house.publish('a.b', { n: 1.0 });
  await arrived(1);
  const [waiting] = await settled(endpoint.id);
  const dueInMs = (waiting?.nextAttemptAtMs ?? 0) - house.platform.clock();
  expect(waiting).toMatchObject({ state: 'waiting', attempts: 1, lastStatus: 500 });
  expect(dueInMs).toBeGreaterThanOrEqual(5000);
  expect(dueInMs).toBeLessThanOrEqual(5500);
  await house.sweepAfter(4999);
  expect(receiver.calls).toHaveLength(1);
  await house.sweepAfter(501);
  expect(receiver.calls).toHaveLength(2);
  receiver.reply = answerWith(200);
  await house.sweepAfter(33_001);
  const [first, , third] = receiver.calls;
  expect(third?.body).toBe(first?.body);
  expect(third?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(third?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
  expect(third && isSignedWith(secret, third)).toBe(true);
  expect(await settled(endpoint.id)).toMatchObject([{ state: 'delivered', attempts: 3 }]);
});

test('after eight attempts a delivery is failed, and only a person sends it again', async () => {
  receiver.reply = answerWith(503);
  const { endpoint } = await house.addEndpoint(receiver.url);
  const { id } = await house.publish('a.b');
  await arrived(1);
  for (let attempt = 2; attempt <= 9; attempt += 1) await house.sweepAfter(27 * 3_600_000);
  expect(receiver.calls).toHaveLength(8);
  const [failed] = await settled(endpoint.id);
  expect(failed).toMatchObject({ state: 'failed', attempts: 8, nextAttemptAtMs: null });
  receiver.reply = answerWith(200);
  const replayed = await house.as('owner')(`/api/webhooks/deliveries/${failed?.id}/replays`, {
    method: 'POST',
    body: {},
  });
  expect(replayed.statusCode).toBe(202);
  await arrived(9);
  expect(receiver.calls.at(-1)?.headers['webhook-id']).toBe(id);
  expect(await settled(endpoint.id)).toMatchObject([{ state: 'delivered', attempts: 9 }]);
});

test('Retry-After is honoured', async () => {
  receiver.reply = answerWith(429, { 'retry-after': '120' });
  const { endpoint } = await house.addEndpoint(receiver.url);
  await house.publish('a.b');
  await arrived(1);
  const [waiting] = await settled(endpoint.id);
  expect(waiting?.nextAttemptAtMs).toBe(house.platform.clock() + 120_000);
});

test('a redirect is an answer, not an order', async () => {
  const inside = await openReceiver();
  receiver.reply = answerWith(307, { location: inside.url });
  const { endpoint } = await house.addEndpoint(receiver.url);
  await house.publish('a.b');
  await arrived(1);
  expect(await settled(endpoint.id)).toMatchObject([{ state: 'waiting', lastStatus: 307 }]);
  expect(inside.calls).toEqual([]);
  await inside.close();
});

test('an answer without end is cut, and its status still counts', async () => {
  receiver.reply = (response) => {
    response.writeHead(200);
    const pour = (): void => {
      while (!response.destroyed && response.write('x'.repeat(16_384)));
    };
    response.on('drain', pour);
    pour();
  };
  const { endpoint } = await house.addEndpoint(receiver.url);
  await house.publish('a.b');
  await arrived(1);
  const [delivery] = await settled(endpoint.id);
  expect(delivery).toMatchObject({ state: 'delivered' });
  const detail = await house.as('owner')(`/api/webhooks/deliveries/${delivery?.id}`);
  expect(detail.json()).toMatchObject({ attempts: [{ responseExcerpt: 'x'.repeat(2048) }] });
});

test.each([
  ['timeout', hangs],
  ['connection_closed', (response: Parameters<TestReceiver['reply']>[0]) => response.destroy()],
])('no answer is a failure with a name: %s', async (code, reply) => {
  receiver.reply = reply;
  const { endpoint } = await house.addEndpoint(receiver.url);
  await house.publish('a.b');
  await arrived(1);
  expect(await settled(endpoint.id)).toMatchObject([{ state: 'waiting', lastStatus: null, lastError: code }]);
});

test('a receiver that hangs delays nobody else, and what it cannot take waits in the database', async () => {
  const hanging = await openReceiver();
  hanging.reply = hangs;
  const slow = await house.addEndpoint(hanging.url, ['webhooks.custom.*']);
  const quick = await house.addEndpoint(receiver.url);
  await Promise.all(Array.from({ length: 300 }, (_unused, index) => house.publish('a.b', { index })));
  await arrived(300);
  expect(hanging.calls.length).toBeLessThan(100);
  const rest = await house.deliveries(`endpointId=${slow.endpoint.id}&limit=200&state=delivered`);
  expect(rest).toEqual([]);
  expect(await house.deliveries(`endpointId=${quick.endpoint.id}&limit=200`)).toHaveLength(200);
  await expect.poll(() => hanging.calls.length, { timeout: 20_000 }).toBeGreaterThan(16);
  hanging.reply = answerWith(200);
  await house.engine.dispatcher.idle();
  for (let round = 0; round < 20; round += 1) await house.sweepAfter(10_000);
  const ids = new Set(hanging.calls.map(({ headers }) => headers['webhook-id']));
  expect(ids.size).toBe(300);
  await hanging.close();
});

test('what a dead process left behind is taken over when its lease ends, once', async () => {
  const { endpoint } = await house.addEndpoint(receiver.url);
  await sql`
    insert into webhooks_deliveries
      (id, workspace_id, endpoint_id, event_id, event_name, occurred_at, body, state, attempts, due_at)
    values (${newId()}, ${house.workspaceId}, ${endpoint.id}, ${newId()}, 'a.b.c', now(), '{}', 'sending', 1,
      to_timestamp(${house.platform.clock() + 60_000}::double precision / 1000))
  `.execute(house.platform.db.tables());
  await house.sweepAfter(59_999);
  expect(receiver.calls).toEqual([]);
  house.platform.time.advance(2);
  const taken = await Promise.all([house.engine.sweep(), house.engine.sweep(), house.engine.sweep()]);
  expect(taken.reduce((total, count) => total + count, 0)).toBe(1);
  await arrived(1);
  expect(await settled(endpoint.id)).toMatchObject([{ state: 'delivered', attempts: 2 }]);
});

test('a second process learns of a new endpoint and sends for it, and both sweep without sending twice', async () => {
  const { platform } = house;
  const db = await openDatabase({ databaseUrl: platform.databaseUrl, dataDir: '', log: silentLog, poolSize: 4 });
  const catalogue = [...platform.events.catalogue.values()];
  const events = await createEvents({ db, catalogue, clock: platform.clock, log: silentLog });
  const other = engineOf({
    ...platform,
    db,
    events,
    telemetry: createTelemetry({ level: 'error', write: () => undefined }),
  });
  await other.directory.ready();
  const { endpoint } = await house.addEndpoint(receiver.url);
  await expect.poll(() => other.directory.find(endpoint.id)?.id).toBe(endpoint.id);
  const fact = { workspaceId: house.workspaceId, subjectId: 'x', payload: { type: 'other', data: {} } };
  await events.publish(CustomPublished, fact);
  await arrived(1);
  await sql`
    insert into webhooks_deliveries
      (id, workspace_id, endpoint_id, event_id, event_name, occurred_at, body, state, attempts, due_at)
    select id, ${house.workspaceId}, ${endpoint.id}, id, 'a.b.c', now(), '{}', 'waiting', 0,
      to_timestamp(${platform.clock()}::double precision / 1000)
    from unnest(${Array.from({ length: 40 }, newId)}::uuid[]) as id
  `.execute(platform.db.tables());
  for (let round = 0; round < 20 && receiver.calls.length < 41; round += 1) {
    await Promise.all([house.engine.sweep(), other.sweep()]);
    await Promise.all([house.engine.dispatcher.idle(), other.dispatcher.idle()]);
  }
  expect(receiver.calls).toHaveLength(41);
  expect(new Set(receiver.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(41);
  await other.dispatcher.stop();
  await events.close();
  await db.close();
});

test('a delivery of another workspace can neither be read nor replayed', async () => {
  const { endpoint } = await house.addEndpoint(receiver.url);
  await house.publish('a.b');
  await arrived(1);
  const [delivery] = await settled(endpoint.id);
  const stranger = house.as('owner', house.otherWorkspaceId);
  const url = `/api/webhooks/deliveries/${delivery?.id}`;
  expect((await stranger(url)).statusCode).toBe(404);
  expect((await stranger(`${url}/replays`, { method: 'POST', body: {} })).statusCode).toBe(404);
  const listed = await stranger(`/api/webhooks/deliveries?endpointId=${endpoint.id}`);
  expect(listed.json()).toEqual({ items: [], nextCursor: null });
});

test('a replay of what is on its way is refused, and so is one through a removed endpoint', async () => {
  receiver.reply = hangs;
  const { endpoint } = await house.addEndpoint(receiver.url);
  await house.publish('a.b');
  await arrived(1);
  const [delivery] = await house.deliveries(`endpointId=${endpoint.id}`);
  const replay = () =>
    house.as('owner')(`/api/webhooks/deliveries/${delivery?.id}/replays`, { method: 'POST', body: {} });
  expect((await replay()).json()).toMatchObject({ code: 'delivery_under_way' });
  await house.engine.dispatcher.idle();
  const off = { method: 'PATCH', body: { isEnabled: false }, headers: { 'if-match': '"1"' } } as const;
  await house.as('owner')(`/api/webhooks/endpoints/${endpoint.id}`, off);
  expect((await replay()).json()).toMatchObject({ code: 'endpoint_disabled' });
});

test('pages of deliveries follow each other without gaps, and figures sum them up', async () => {
  house.platform.time.set(Date.now()); // Ids carry the real time, and figures look for the last hour by id.
  const { endpoint } = await house.addEndpoint(receiver.url);
  await Promise.all(Array.from({ length: 25 }, () => house.publish('a.b')));
  await arrived(25);
  await settled(endpoint.id);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const query = `endpointId=${endpoint.id}&limit=10${cursor === null ? '' : `&cursor=${cursor}`}`;
    const answer = await house.as('owner')(`/api/webhooks/deliveries?${query}`);
    const page = answer.json<{ readonly items: { readonly id: string }[]; readonly nextCursor: string | null }>();
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(new Set(seen).size).toBe(25);
  expect(seen).toEqual(seen.toSorted().toReversed());
  const figures = (await house.as('owner')('/api/webhooks/figures')).json();
  expect(figures).toMatchObject({
    deliveries: 25,
    delivered: 25,
    failed: 0,
    waiting: 0,
    successRatio: 1,
    latencyMsP50: 0,
  });
});

test('removing a workspace removes everything of it and nothing of others', async () => {
  const { endpoint } = await house.addEndpoint(receiver.url);
  await house.publish('a.b');
  await arrived(1);
  await settled(endpoint.id);
  const { webhooks } = await import('./domain.ts');
  await house.platform.db.transaction(async (tx) => webhooks.removeWorkspace?.(tx, house.otherWorkspaceId));
  expect(await house.deliveries(`endpointId=${endpoint.id}`)).toHaveLength(1);
  await house.platform.db.transaction(async (tx) => webhooks.removeWorkspace?.(tx, house.workspaceId));
  const { rows } = await sql<{ readonly total: number }>`
    select ((select count(*) from webhooks_endpoints) + (select count(*) from webhooks_deliveries)
      + (select count(*) from webhooks_attempts))::integer as total
  `.execute(house.platform.db.tables());
  expect(rows[0]?.total).toBe(0);
});
