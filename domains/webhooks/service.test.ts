/** Goal: an endpoint is served as it asked: in order, at its pace, on its schedule, and left alone while it fails. */
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { CustomPublished } from './contract.ts';
import { type EndpointAnswer, openHouse, type TestHouse } from './test-house.ts';
import { answerWith, isSignedWith, openReceiver, type ReceivedCall, type TestReceiver } from './test-receiver.ts';

let house: TestHouse;
let receiver: TestReceiver;
beforeAll(async () => {
  house = await openHouse({ disableAfterDays: 2, disableAfterAttempts: 4 });
});
afterAll(() => house.close());
beforeEach(async () => {
  receiver = await openReceiver();
  house.platform.notifications.length = 0;
});
afterEach(async () => {
  await sql`delete from webhooks_endpoints`.execute(house.platform.db.tables());
  await house.engine.directory.reloadAll();
  await house.settled();
  await receiver.close();
});

const DAY_MS = 86_400_000;
const arrived = async (count: number): Promise<void> => {
  await expect.poll(() => receiver.calls.length, { interval: 5, timeout: 20_000 }).toBe(count);
};
const numberOf = ({ body }: ReceivedCall): number =>
  (JSON.parse(body) as { data: { data: { n: number } } }).data.data.n;
const numbers = (): number[] => receiver.calls.map(numberOf);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_unused, i) => from + i);
const publishFor = (subjectId: string, n: number) =>
  house.platform.events.publish(CustomPublished, {
    workspaceId: house.workspaceId,
    subjectId,
    payload: { type: 'in.line', data: { n } },
  });
const read = async (id: string): Promise<EndpointAnswer> =>
  (await house.as('owner')(`/api/webhooks/endpoints/${id}`)).json();

test('in order: events published together arrive in the order of their sequences, one at a time', async () => {
  let inAir = 0;
  let inAirMax = 0;
  receiver.reply = (response) => {
    inAir += 1;
    inAirMax = Math.max(inAirMax, inAir);
    setImmediate(() => {
      inAir -= 1;
      response.writeHead(204).end();
    });
  };
  await house.addEndpoint(receiver.url, ['webhooks.custom.*'], { ordering: 'endpoint' });
  await Promise.all(range(1, 250).map((n) => publishFor('x', n)));
  await arrived(250);
  const sequences = receiver.calls.map(({ body }) => Number((JSON.parse(body) as { sequence: string }).sequence));
  expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  expect(inAirMax).toBe(1);
});

test('in order: what fails holds what comes after it until it is through, and then all leave in order', async () => {
  receiver.reply = (response, call) => response.writeHead(numberOf(call) === 3 ? 500 : 204).end();
  await house.addEndpoint(receiver.url, ['webhooks.custom.*'], { ordering: 'endpoint' });
  for (const n of range(1, 6)) await publishFor('x', n);
  await arrived(3);
  await house.settled();
  await house.sweepAfter(4000);
  expect(numbers()).toEqual([1, 2, 3]);
  await house.sweepAfter(2000);
  expect(numbers()).toEqual([1, 2, 3, 3]);
  receiver.reply = answerWith(204);
  await house.sweepAfter(33_001);
  await arrived(8);
  expect(numbers()).toEqual([1, 2, 3, 3, 3, 4, 5, 6]);
});

test('in order: what a dead process holds keeps its place, and leaves first when its lease has ended', async () => {
  const { endpoint } = await house.addEndpoint(receiver.url, ['webhooks.custom.*'], { ordering: 'endpoint' });
  receiver.reply = answerWith(500);
  await publishFor('x', 1);
  await arrived(1);
  await house.settled();
  // As kill -9 leaves it: held by nobody, until its lease ends.
  await sql`
    update webhooks_deliveries set state = 'sending',
      due_at = to_timestamp(${house.platform.clock() + 60_000}::double precision / 1000)
    where endpoint_id = ${endpoint.id}
  `.execute(house.platform.db.tables());
  receiver.reply = answerWith(204);
  for (const n of range(2, 4)) await publishFor('x', n);
  await house.sweepAfter(59_000);
  expect(numbers()).toEqual([1]);
  await house.sweepAfter(2000);
  await arrived(5);
  expect(numbers()).toEqual([1, 1, 2, 3, 4]);
});

test('in order per subject: one subject that fails holds only itself', async () => {
  receiver.reply = (response, call) => response.writeHead(numberOf(call) === 1 ? 500 : 204).end();
  await house.addEndpoint(receiver.url, ['webhooks.custom.*'], { ordering: 'subject' });
  await publishFor('stuck', 1);
  await publishFor('stuck', 2);
  for (const n of range(11, 14)) await publishFor('free', n);
  await arrived(5);
  await house.settled();
  expect(numbers().filter((n) => n > 10)).toEqual([11, 12, 13, 14]);
  expect(numbers()).not.toContain(2);
  receiver.reply = answerWith(204);
  await house.sweepAfter(6000);
  await arrived(7);
  expect(numbers().slice(-2)).toEqual([1, 2]);
});

test('an endpoint that no longer asks for order lets go what stood in line', async () => {
  receiver.reply = (response, call) => response.writeHead(numberOf(call) === 1 ? 500 : 204).end();
  const { endpoint } = await house.addEndpoint(receiver.url, ['webhooks.custom.*'], { ordering: 'endpoint' });
  for (const n of range(1, 3)) await publishFor('x', n);
  await arrived(1);
  await house.settled();
  const change = { method: 'PATCH', body: { ordering: 'none' }, headers: { 'if-match': '"1"' } } as const;
  expect((await house.as('owner')(`/api/webhooks/endpoints/${endpoint.id}`, change)).statusCode).toBe(200);
  await house.sweepAfter(1000);
  expect(numbers().toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
});

test('a rate limit is kept second by second, and everything arrives', async () => {
  await house.addEndpoint(receiver.url, ['webhooks.custom.*'], { rateLimitPerSecond: 5 });
  for (const n of range(1, 17)) await publishFor('x', n);
  await house.settled();
  const counts = [receiver.calls.length];
  for (let second = 0; second < 4; second += 1) {
    await house.sweepAfter(1000);
    await house.engine.sweep();
    await house.settled();
    counts.push(receiver.calls.length);
  }
  expect(counts).toEqual([5, 10, 15, 17, 17]);
});

test('an own schedule replaces that of the house', async () => {
  receiver.reply = answerWith(500);
  const { endpoint } = await house.addEndpoint(receiver.url, ['webhooks.custom.*'], { retryDelaysSeconds: [60] });
  await publishFor('x', 1);
  await arrived(1);
  await house.settled();
  await house.sweepAfter(59_000);
  expect(receiver.calls).toHaveLength(1);
  await house.sweepAfter(8000);
  expect(await house.deliveries(`endpointId=${endpoint.id}`)).toMatchObject([{ state: 'failed', attempts: 2 }]);
});

test.each([
  { retryDelaysSeconds: [] },
  { retryDelaysSeconds: [0] },
  { retryDelaysSeconds: [86_400, 86_400, 86_400] },
  { rateLimitPerSecond: 0 },
  { ordering: 'random' },
  { conditions: [{ path: 'a', op: 'matches', value: 'x' }] },
])('%j is refused', async (service) => {
  const body = { url: receiver.url, ...service };
  expect((await house.as('owner')('/api/webhooks/endpoints', { method: 'POST', body })).statusCode).toBe(400);
});

test('conditions on the data decide what travels', async () => {
  await house.addEndpoint(receiver.url, ['webhooks.custom.*'], {
    conditions: [{ path: 'data.n', op: 'gte', value: 3 }],
  });
  for (const n of range(1, 4)) await publishFor('x', n);
  await arrived(2);
  await house.settled();
  expect(numbers().toSorted((a, b) => a - b)).toEqual([3, 4]);
});

test('the circuit opens after five failures, spends nothing while open, and one probe closes it', async () => {
  receiver.reply = answerWith(500);
  const { endpoint } = await house.addEndpoint(receiver.url, ['webhooks.custom.*']);
  for (const n of range(1, 5)) {
    await publishFor('x', n);
    await arrived(n);
    await house.settled();
  }
  for (const n of range(6, 20)) await publishFor('x', n);
  await house.settled();
  expect(receiver.calls).toHaveLength(5);
  const { nextProbeAtMs } = await read(endpoint.id);
  expect((nextProbeAtMs ?? 0) - house.platform.clock()).toBe(5000);
  await house.sweepAfter(4999);
  expect(receiver.calls).toHaveLength(5);
  await house.sweepAfter(2);
  expect(receiver.calls).toHaveLength(6);
  const untouched = (await house.deliveries(`endpointId=${endpoint.id}&limit=200`)).filter(
    ({ attempts }) => attempts === 0,
  );
  expect(untouched.length).toBeGreaterThanOrEqual(14);
  receiver.reply = answerWith(204);
  for (let round = 0; round < 4; round += 1) await house.sweepAfter(11_000);
  expect(await house.deliveries(`endpointId=${endpoint.id}&state=delivered&limit=200`)).toHaveLength(20);
  expect((await read(endpoint.id)).nextProbeAtMs).toBeNull();
});

test('a test event is sent even while the circuit is open, and says which delivery it is', async () => {
  receiver.reply = answerWith(500);
  const { endpoint } = await house.addEndpoint(receiver.url, ['webhooks.custom.*']);
  await Promise.all(range(1, 6).map((n) => publishFor('x', n)));
  await house.settled();
  receiver.reply = answerWith(200, {}, 'hola');
  const before = receiver.calls.length;
  const sent = await house.as('owner')(`/api/webhooks/endpoints/${endpoint.id}/test-events`, {
    method: 'POST',
    body: {},
  });
  await arrived(before + 1);
  await house.settled();
  const { deliveryId } = sent.json<{ readonly deliveryId: string }>();
  const detail = (await house.as('owner')(`/api/webhooks/deliveries/${deliveryId}`)).json();
  expect(detail).toMatchObject({
    delivery: { state: 'delivered' },
    attempts: [{ status: 200, responseExcerpt: 'hola' }],
  });
});

test('days without one success switch it off, with the reason, a notice and an event; one press switches it on', async () => {
  const watcher = await openReceiver();
  await house.addEndpoint(watcher.url, ['webhooks.endpoint.disabled']);
  receiver.reply = answerWith(500);
  const { endpoint } = await house.addEndpoint(receiver.url, ['webhooks.custom.*']);
  for (const n of range(1, 6)) await publishFor('x', n);
  await house.settled();
  await expect.poll(async () => (await read(endpoint.id)).failingSinceMs).toBe(house.platform.clock());
  await house.sweepAfter(DAY_MS);
  expect((await read(endpoint.id)).isEnabled).toBe(true);
  await house.sweepAfter(DAY_MS);
  await expect.poll(async () => (await read(endpoint.id)).disabledReason, { timeout: 20_000 }).toBe('failing');
  expect(house.platform.notifications).toMatchObject([
    { kind: 'webhooks.endpoint.disabled', permission: 'webhooks.endpoint.read', payload: { reason: 'failing' } },
  ]);
  await expect.poll(() => watcher.calls.length, { timeout: 20_000 }).toBe(1);
  expect(JSON.parse(watcher.calls[0]?.body ?? '')).toMatchObject({
    type: 'webhooks.endpoint.disabled',
    subjectId: endpoint.id,
    data: { reason: 'failing' },
  });
  receiver.reply = answerWith(204);
  const { version } = await read(endpoint.id);
  const on = { method: 'PATCH', body: { isEnabled: true }, headers: { 'if-match': `"${version}"` } } as const;
  const answer = await house.as('owner')(`/api/webhooks/endpoints/${endpoint.id}`, on);
  expect(answer.json()).toMatchObject({ isEnabled: true, disabledReason: null, failingSinceMs: null });
  await house.sweepAfter(DAY_MS);
  expect(await house.deliveries(`endpointId=${endpoint.id}&state=delivered`)).not.toEqual([]);
  await watcher.close();
});

test('one success forgets since when it failed', async () => {
  receiver.reply = answerWith(500);
  const { endpoint } = await house.addEndpoint(receiver.url, ['webhooks.custom.*']);
  for (const n of range(1, 6)) await publishFor('x', n);
  await house.settled();
  await expect.poll(async () => (await read(endpoint.id)).failingSinceMs).not.toBeNull();
  receiver.reply = answerWith(204);
  await house.sweepAfter(6000);
  await expect.poll(async () => (await read(endpoint.id)).failingSinceMs).toBeNull();
});

test('with a public key the signature has two parts, and the private half is nowhere to be read', async () => {
  const { endpoint, secret } = await house.addEndpoint(receiver.url, ['webhooks.custom.*'], {
    signsWithPublicKey: true,
  });
  expect(endpoint.publicKeys).toHaveLength(1);
  await publishFor('x', 1);
  await arrived(1);
  const [call] = receiver.calls;
  expect(call?.headers['webhook-signature']).toMatch(/^v1,\S+ v1a,\S+$/);
  expect(call && isSignedWith(secret, call)).toBe(true);
  const { body } = await house.as('owner')(`/api/webhooks/endpoints/${endpoint.id}`);
  expect(body).not.toContain('sealed');
  expect(body).not.toContain('privateKey');
});

test('the previous secret can be ended at once', async () => {
  const { endpoint, secret } = await house.addEndpoint(receiver.url, ['webhooks.custom.*']);
  const url = `/api/webhooks/endpoints/${endpoint.id}`;
  await house.as('owner')(`${url}/secret-rotations`, { method: 'POST', body: { overlapHours: 24 } });
  await publishFor('x', 1);
  await arrived(1);
  expect(isSignedWith(secret, receiver.calls[0]!)).toBe(true);
  expect((await house.as('owner')(`${url}/previous-secret`, { method: 'DELETE' })).statusCode).toBe(204);
  await publishFor('x', 2);
  await arrived(2);
  expect(isSignedWith(secret, receiver.calls[1]!)).toBe(false);
  const stranger = house.as('owner', house.otherWorkspaceId);
  expect((await stranger(`${url}/previous-secret`, { method: 'DELETE' })).statusCode).toBe(404);
});

test('the log of an attempt tells waiting in the queue, for a socket and for the answer apart', async () => {
  const { endpoint } = await house.addEndpoint(receiver.url, ['webhooks.custom.*']);
  await publishFor('x', 1);
  await arrived(1);
  await house.settled();
  const [delivery] = await house.deliveries(`endpointId=${endpoint.id}`);
  const detail = (await house.as('owner')(`/api/webhooks/deliveries/${delivery?.id}`)).json<{
    readonly attempts: readonly Record<'durationMs' | 'queueMs' | 'connectMs' | 'waitMs', number>[];
  }>();
  const [attempt] = detail.attempts;
  expect(attempt?.queueMs).toBe(0);
  expect(attempt?.connectMs).toBeGreaterThan(0);
  expect(attempt?.waitMs).toBeGreaterThan(0);
  expect((attempt?.connectMs ?? 0) + (attempt?.waitMs ?? 0)).toBeLessThanOrEqual((attempt?.durationMs ?? 0) + 0.01);
});
