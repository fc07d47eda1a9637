/** Goal: the event log shows each reader only what she may see, in pages that miss nothing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHouse, type TestHouse } from './test-house.ts';

let house: TestHouse;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

interface LoggedEvent {
  readonly id: string;
  readonly sequence: string;
  readonly name: string;
}
const read = async (role: 'owner' | 'analyst', query = '', workspaceId = house.workspaceId) =>
  (await house.as(role, workspaceId)(`/api/events?${query}`)).json<{ readonly items: LoggedEvent[] }>().items;

test('an own event is durable, numbered and read back after its predecessor', async () => {
  const first = await house.publish('one', { n: 1 });
  const second = await house.publish('two', { n: 2 });
  expect(await read('owner', `after=${first.sequence}`)).toMatchObject([{ id: second.id, sequence: second.sequence }]);
  expect((await read('owner')).map(({ id }) => id)).toEqual([second.id, first.id]);
});

test('a reader sees only events whose permission she holds, and only of her workspace', async () => {
  await house.addEndpoint('http://127.0.0.1:9/');
  const names = async (role: 'owner' | 'analyst') => new Set((await read(role)).map(({ name }) => name));
  expect(await names('owner')).toEqual(new Set(['webhooks.custom.published', 'webhooks.endpoint.changed']));
  expect(await names('analyst')).toEqual(new Set(['webhooks.custom.published']));
  expect(await read('analyst', 'name=webhooks.endpoint.changed')).toEqual([]);
  expect(await read('owner', '', house.otherWorkspaceId)).toEqual([]);
  const types = await house.as('analyst')('/api/events/types');
  expect(types.body).toContain('webhooks.custom.published');
  expect(types.body).not.toContain('webhooks.endpoint.changed');
});

test('an own event above 64 KiB, with a bad type or by somebody without the permission is refused', async () => {
  const post = (body: unknown, role: 'owner' | 'analyst' = 'owner') =>
    house.as(role)('/api/events', { method: 'POST', body });
  expect((await post({ type: 'a', data: { text: 'x'.repeat(70_000) } })).statusCode).toBe(413);
  expect((await post({ type: 'No Spaces', data: {} })).statusCode).toBe(400);
  expect((await post({ type: 'a', data: [] })).statusCode).toBe(400);
  expect((await post({ type: 'a', data: {} }, 'analyst')).statusCode).toBe(403);
});
