/**
 * Goal: kill -9 of the app or its database at any moment loses no firing of an alert and doubles none: what fired is exactly
 * what the ticks that survived must have made fire, and each firing has its row, its number, its event and its bell.
 * `CACTUS_CRASH_ROUNDS` repeats more.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { openAlertApp, TRIGGER } from './alert-app.ts';
import { crashFolder, startCrashChild } from './crash-child.ts';

const ROUNDS = Number(process.env['CACTUS_CRASH_ROUNDS'] ?? 4);
const APP = new URL('alert-app.ts', import.meta.url);
const folder = crashFolder();
const { dataDir } = folder;
afterAll(() => folder.remove());

/** Armed by the first price below, fires at or above, armed again below: knows nothing of zones. */
function firingsOf(prices: readonly number[]): number {
  let [isArmed, firings] = [(prices[0] ?? TRIGGER) < TRIGGER, 0];
  for (const price of prices.slice(1)) {
    if (isArmed && price >= TRIGGER) firings += 1;
    isArmed = price < TRIGGER;
  }
  return firings;
}

async function readEverything() {
  const app = await openAlertApp(dataDir);
  try {
    const read = <Row extends object>(name: string, text: string) => app.db.prepared<Row>(name, text, []);
    return {
      ticks: await read<{ id: string; price: string }>(
        'crash.all',
        'select instrument_id as id, price from crash_ticks order by instrument_id, ordinal',
      ),
      rules: await read<{ id: string; firings: number }>(
        'crash.rules',
        'select id, firing_count as firings from markets_alert_rules',
      ),
      firings: await read<{ id: string; number: number }>(
        'crash.firings',
        'select rule_id as id, firing_number as number from markets_alert_firings order by rule_id, firing_number',
      ),
      events: await read<{ id: string; firing: string }>(
        'crash.fired',
        `select subject_id as id, payload ->> 'firingId' as firing from platform_events where name = 'markets.alert.fired'`,
      ),
      bells: await read<{ bells: number }>(
        'crash.bells',
        `select count(*)::int as bells from platform_notifications where kind = 'markets.alert.fired'`,
      ),
    };
  } finally {
    await app.close();
  }
}

test(`${ROUNDS} rounds of kill -9 lose no firing and double none`, { timeout: 300_000 }, async () => {
  let acked = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const child = await startCrashChild({ dataDir }, process.env, APP);
    await child.until('ack', 40);
    await delay(Math.random() * 300);
    if (round % 2 === 1) {
      process.kill(Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
      // The living app brings its database back and goes on.
      await child.until('ack', (child.said.get('ack')?.length ?? 0) + 20);
    }
    await child.kill();
    acked += child.said.get('ack')?.length ?? 0;
  }
  const found = await readEverything();
  console.log(`crash: ${ROUNDS} kills, ${acked} ticks acknowledged, ${found.firings.length} firings`);
  expect(found.ticks.length).toBeGreaterThanOrEqual(acked);
  expect(found.firings.length).toBeGreaterThan(ROUNDS);
  for (const { id, firings } of found.rules) {
    const prices = found.ticks.filter((tick) => tick.id === id).map(({ price }) => Number(price));
    const numbers = found.firings.filter((firing) => firing.id === id).map(({ number }) => number);
    expect([id, firings]).toEqual([id, firingsOf(prices)]);
    expect(numbers).toEqual(Array.from({ length: firings }, (_, index) => index + 1));
    expect(found.events.filter((event) => event.id === id)).toHaveLength(firings);
  }
  expect(new Set(found.events.map(({ firing }) => firing)).size).toBe(found.firings.length);
  expect(found.bells[0]?.bells).toBe(found.firings.length);
});
