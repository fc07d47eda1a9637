/** Goal: many deliveries are sent again exactly once each, counted before, stopped on request, and nothing else is touched. */
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId } from '#platform/db';
import { expireBodies, firstIdAt } from './delivery.store.ts';
import { stepReplay } from './replay.ts';
import { openHouse, type TestHouse } from './test-house.ts';
import { answerWith, openReceiver, type TestReceiver } from './test-receiver.ts';

interface ReplayAnswer {
  readonly id: string;
  readonly state: string;
  readonly total: number;
  readonly queued: number;
  readonly delivered: number;
  readonly remainingMs: number | null;
}

let house: TestHouse;
let receiver: TestReceiver;
beforeAll(async () => {
  house = await openHouse();
  house.platform.time.set(Date.now()); // Ids carry the real time, and replays look for deliveries by id.
});
afterAll(() => house.close());
beforeEach(async () => {
  receiver = await openReceiver();
});
afterEach(async () => {
  await sql`delete from webhooks_endpoints`.execute(house.platform.db.tables());
  await sql`delete from webhooks_deliveries`.execute(house.platform.db.tables());
  await house.engine.directory.reloadAll();
  await house.settled();
  await receiver.close();
});

const post = async (path: string, body: unknown = {}, workspaceId = house.workspaceId) =>
  house.as('owner', workspaceId)(`/api/webhooks/${path}`, { method: 'POST', body });
const start = async (body: unknown): Promise<ReplayAnswer> => (await post('replays', body)).json();
const scopeOf = (replayId: string) => ({ workspaceId: house.workspaceId, replayId });
const shown = async (id: string): Promise<ReplayAnswer | undefined> => {
  const answer = await house.as('owner')('/api/webhooks/replays');
  return answer.json<{ readonly items: readonly ReplayAnswer[] }>().items.find((replay) => replay.id === id);
};

/** Failed deliveries, as days of a dead receiver leave them. */
async function addFailed(endpointId: string, count: number, eventName = 'webhooks.custom.published'): Promise<void> {
  await sql`
    insert into webhooks_deliveries
      (id, workspace_id, endpoint_id, event_id, event_name, occurred_at, body, state, attempts, due_at)
    select id, ${house.workspaceId}, ${endpointId}, id, ${eventName}, now(), '{"data":{}}', 'failed', 8, null
    from unnest(${Array.from({ length: count }, newId)}::uuid[]) as id
  `.execute(house.platform.db.tables());
  house.platform.time.set(Date.now() + 1);
}
async function finish(id: string): Promise<void> {
  for (let step = 0; step < 50 && (await stepReplay(house.platform, scopeOf(id))); step += 1) {
    await house.sweepAfter(0);
    await house.sweepAfter(0);
    await house.sweepAfter(0);
  }
}

test('a dry run counts what a replay then sends, once each, with the same ids, and leaves the rest alone', async () => {
  const { endpoint } = await house.addEndpoint(receiver.url, ['none.of.it']);
  const other = await house.addEndpoint(receiver.url, ['none.of.it']);
  await addFailed(endpoint.id, 450);
  await addFailed(endpoint.id, 7, 'portfolios.batch.imported');
  await addFailed(other.endpoint.id, 5);
  const filter = { endpointId: endpoint.id, eventName: 'webhooks.*' };
  const preview = (await post('replay-previews', filter)).json();
  expect(preview).toEqual({ count: 450, estimateMs: 1500 });
  expect(receiver.calls).toEqual([]);
  const replay = await start(filter);
  expect(replay).toMatchObject({ state: 'running', total: 450, queued: 0, remainingMs: 1500 });
  await finish(replay.id);
  expect(receiver.calls).toHaveLength(450);
  expect(new Set(receiver.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(450);
  expect(await shown(replay.id)).toMatchObject({ state: 'done', queued: 450, delivered: 450, remainingMs: null });
  expect((await post('replay-previews', { states: ['failed'] })).json()).toMatchObject({ count: 12 });
});

test('filters by state, time and workspace', async () => {
  const { endpoint } = await house.addEndpoint(receiver.url, ['webhooks.custom.*']);
  await house.publish('a.b');
  await expect.poll(() => receiver.calls.length).toBe(1);
  await house.settled();
  await addFailed(endpoint.id, 3);
  const count = async (body: unknown, workspaceId?: string) =>
    (await post('replay-previews', body, workspaceId)).json<{ readonly count: number }>().count;
  expect(await count({ states: ['delivered'] })).toBe(1);
  expect(await count({ states: ['delivered', 'failed'] })).toBe(4);
  expect(await count({ states: ['failed'], sinceMs: house.platform.clock() + 1000 })).toBe(0);
  expect(await count({ states: ['failed'], untilMs: house.platform.clock() - 60_000 })).toBe(0);
  expect(await count({ endpointId: endpoint.id }, house.otherWorkspaceId)).toBe(0);
});

test('cancelled, it queues nothing more; over is over, and nobody else may stop it', async () => {
  const { endpoint } = await house.addEndpoint(receiver.url, ['none.of.it']);
  await addFailed(endpoint.id, 450);
  const replay = await start({ endpointId: endpoint.id });
  await stepReplay(house.platform, scopeOf(replay.id));
  const cancel = (workspaceId?: string) => post(`replays/${replay.id}/cancellations`, {}, workspaceId);
  expect((await cancel(house.otherWorkspaceId)).statusCode).toBe(404);
  expect((await cancel()).json()).toMatchObject({ state: 'cancelled', queued: 200, remainingMs: null });
  expect((await cancel()).json()).toMatchObject({ code: 'replay_over' });
  await finish(replay.id);
  for (let round = 0; round < 5; round += 1) await house.sweepAfter(0);
  expect(receiver.calls).toHaveLength(200);
});

test('the job does it by itself, from the transaction that asked', async () => {
  const { endpoint } = await house.addEndpoint(receiver.url, ['none.of.it']);
  await addFailed(endpoint.id, 30);
  await house.platform.jobs.start();
  const replay = await start({ endpointId: endpoint.id });
  await expect.poll(async () => (await shown(replay.id))?.state, { timeout: 20_000 }).toBe('done');
  await house.platform.jobs.stop();
  await house.sweepAfter(0);
  expect(receiver.calls).toHaveLength(30);
});

test('a recovery sends what failed and what was never sent since an instant, once', async () => {
  const early = await house.publish('too.early');
  await expect.poll(() => house.platform.heard.some(({ id }) => id === early.id)).toBe(true);
  house.platform.time.advance(5000);
  const sinceMs = house.platform.clock();
  const missed = [await house.publish('missed.1'), await house.publish('missed.2')];
  const { endpoint } = await house.addEndpoint(receiver.url, ['webhooks.custom.*']);
  receiver.reply = answerWith(500);
  const had = await house.publish('had.1');
  await expect.poll(() => receiver.calls.length).toBe(1);
  await house.settled();
  receiver.reply = answerWith(204);
  const recover = async (body: unknown) => post(`endpoints/${endpoint.id}/recoveries`, body);
  const asked = (await recover({ sinceMs })).json<ReplayAnswer>();
  await finish(asked.id);
  await house.sweepAfter(6000);
  const again = (await recover({ sinceMs })).json<ReplayAnswer>();
  await finish(again.id);
  const ids = receiver.calls.map(({ headers }) => String(headers['webhook-id']));
  expect(ids.toSorted()).toEqual([had.id, had.id, ...missed.map(({ id }) => id)].toSorted());
  expect(await shown(asked.id)).toMatchObject({ state: 'done', queued: 2, delivered: 2, total: 2 });
  expect((await recover({ sinceMs: 0 })).json()).toMatchObject({ code: 'since_too_old' });
  const stranger = await post(`endpoints/${endpoint.id}/recoveries`, { sinceMs }, house.otherWorkspaceId);
  expect(stranger.statusCode).toBe(404);
});

test('an expired body is gone with the answers and cannot be sent again; what is not over keeps its own', async () => {
  const { endpoint } = await house.addEndpoint(receiver.url, ['webhooks.custom.*']);
  receiver.reply = answerWith(200, {}, 'private answer');
  await house.publish('a.b');
  await expect.poll(() => receiver.calls.length).toBe(1);
  await house.settled();
  receiver.reply = answerWith(500);
  await house.publish('c.d');
  await expect.poll(() => receiver.calls.length).toBe(2);
  await house.settled();
  const span = { afterId: firstIdAt(0), bornBeforeMs: Date.now() + 60_000, rowsMax: 100 };
  const last = await expireBodies(house.platform.db, span);
  expect(last).not.toBeNull();
  expect(await expireBodies(house.platform.db, { ...span, afterId: last ?? '' })).toBeNull();
  const [waiting, delivered] = await house.deliveries(`endpointId=${endpoint.id}`);
  const detail = (id = '') => house.as('owner')(`/api/webhooks/deliveries/${id}`);
  const expired = await detail(delivered?.id);
  expect(expired.json()).toMatchObject({ body: null, attempts: [{ status: 200, responseExcerpt: null }] });
  expect(expired.body).not.toContain('private answer');
  expect((await detail(waiting?.id)).json<{ readonly body: string }>().body).toContain('c.d');
  expect((await post(`deliveries/${delivered?.id}/replays`)).json()).toMatchObject({ code: 'body_expired' });
  expect((await post('replay-previews', { states: ['delivered'] })).json()).toMatchObject({ count: 0 });
});

test('the filter tester says which recent events would pass, and why not the others', async () => {
  await house.publish('tester.one', { boxes: 3 });
  await house.publish('tester.two', { boxes: 30 });
  const body = { filters: ['webhooks.custom.*'], conditions: [{ path: 'data.boxes', op: 'gt', value: 10 }] };
  const tested = (await post('filter-tests', body)).json<{
    readonly items: readonly { readonly matches: boolean; readonly unmet: string | null }[];
    readonly matchCount: number;
  }>();
  expect(tested.items.slice(0, 2)).toMatchObject([
    { name: 'webhooks.custom.published', matches: true, unmet: null },
    { name: 'webhooks.custom.published', matches: false, unmet: 'data.boxes' },
  ]);
  expect(tested.matchCount).toBe(1);
  const none = (await post('filter-tests', { filters: ['markets.*'] })).json<typeof tested>();
  expect(none.items[0]).toMatchObject({ matches: false, unmet: 'name' });
  expect((await post('filter-tests', body, house.otherWorkspaceId)).json()).toMatchObject({ items: [] });
});
