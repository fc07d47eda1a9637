/** Goal: an event of a process that knows no webhooks reaches its endpoints all the same, once, from the next sweep on. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '#platform/db';
import { createEvents } from '#platform/events';
import { silentLog } from '#platform/testing';
import { CustomPublished } from './contract.ts';
import { openHouse, type TestHouse } from './test-house.ts';
import { openReceiver, type TestReceiver } from './test-receiver.ts';

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

/** As an offline command does: same database, own outbox, nobody who adds rows. */
async function publishOffline(workspaceId: string, names: readonly string[]): Promise<void> {
  const { platform } = house;
  const db = await openDatabase({ databaseUrl: platform.databaseUrl, dataDir: '', log: silentLog, poolSize: 2 });
  const catalogue = [...platform.events.catalogue.values()];
  const events = await createEvents({ db, catalogue, clock: platform.clock, log: silentLog });
  for (const type of names) {
    await events.publish(CustomPublished, { workspaceId, subjectId: 'x', payload: { type, data: {} } });
  }
  await events.close();
  await db.close();
}

const types = () => receiver.calls.map(({ body }) => (JSON.parse(body) as { data: { type: string } }).data.type);

test.each(['none', 'endpoint'])(
  'an offline event is delivered by the next sweep, once: ordering %s',
  async (ordering) => {
    receiver.calls.length = 0;
    const { endpoint } = await house.addEndpoint(receiver.url, ['webhooks.custom.*'], { ordering });
    await publishOffline(house.workspaceId, ['off.1', 'off.2']);
    await publishOffline(house.otherWorkspaceId, ['not.yours']);
    expect(receiver.calls).toEqual([]);
    await Promise.all([house.engine.sweep(), house.engine.sweep()]);
    await house.settled();
    await house.sweepAfter(10);
    expect(types().toSorted()).toEqual(['off.1', 'off.2']);
    await house.sweepAfter(60_000);
    expect(await house.deliveries(`endpointId=${endpoint.id}`)).toMatchObject([
      { state: 'delivered', attempts: 1 },
      { state: 'delivered', attempts: 1 },
    ]);
    expect(receiver.calls).toHaveLength(2);
    await sql`delete from webhooks_endpoints`.execute(house.platform.db.tables());
    await house.engine.directory.reloadAll();
  },
);

test('an offline event that no endpoint listens to is taken off the list', async () => {
  await publishOffline(house.workspaceId, ['nobody.hears']);
  await house.sweepAfter(0);
  expect(await house.platform.events.hasUnheard()).toBe(false);
});
