/**
 * Crash: the server is killed with -9 at random moments under load and started again. Every event that was acknowledged must
 * reach the receiver; whatever arrives twice carries the same `webhook-id`.
 */
import { atRate, type House, openHouse, openReceiver } from './house.ts';
import { type BenchSection, type Figure, sleep } from './section.ts';

const KILL_COUNT = 4;
const LOAD = { perSecond: 300, durationMs: 20_000 } as const;
const BEFORE_KILL_MS = { least: 700, spread: 1200 } as const;
const TIMEOUT_MS = 1000; // Short attempts make short leases: 16 s, so that the bench need not wait a minute for the last one.
const LEASE_MS = TIMEOUT_MS + 15_000;
const ARRIVAL_MS_MAX = LEASE_MS + 10_000;

export const section: BenchSection = {
  title: `Crash: ${KILL_COUNT} times kill -9 under ${LOAD.perSecond} events a second`,
  async run() {
    const house = await openHouse({ CACTUS_WEBHOOKS_TIMEOUT_MS: String(TIMEOUT_MS) });
    const acknowledged = new Set<string>();
    const received = new Map<string, number>();
    const receiver = await openReceiver((_body, headers) => {
      const id = String(headers['webhook-id']);
      received.set(id, (received.get(id) ?? 0) + 1);
    });
    try {
      await house.call('POST', '/api/webhooks/endpoints', { url: receiver.url, filters: ['webhooks.custom.*'] });
      const restartsMs: number[] = [];
      let cutCount = 0;
      for (let kill = 0; kill < KILL_COUNT; kill += 1)
        cutCount += await loadUntilKilled(house, acknowledged, restartsMs);
      const lost = (): string[] => [...acknowledged].filter((id) => !received.has(id));
      const deadlineMs = performance.now() + ARRIVAL_MS_MAX;
      while (lost().length > 0 && performance.now() < deadlineMs) await sleep(100);
      const duplicates = [...received.values()].reduce((total, count) => total + count - 1, 0);
      const figures: Figure[] = [
        { name: 'events acknowledged', value: acknowledged.size, unit: '' },
        { name: 'acknowledged and never received', value: lost().length, unit: '', atMost: 0 },
        { name: 'received more than once', value: (duplicates / received.size) * 100, unit: '%', atMost: 5 },
        { name: 'requests cut by a kill', value: cutCount, unit: '' },
        { name: 'slowest restart to the first answer', value: Math.max(...restartsMs), unit: 'ms' },
      ];
      return figures;
    } finally {
      receiver.close();
      await house.close();
    }
  },
};

/** Loads the server, kills it at a random moment, starts it again; gives how many requests were cut. */
async function loadUntilKilled(house: House, acknowledged: Set<string>, restartsMs: number[]): Promise<number> {
  let isKilled = false;
  let cutCount = 0;
  const loading = atRate({ ...LOAD, shouldStop: () => isKilled }, async (index) => {
    try {
      const { status, body } = await house.call('POST', '/api/events', { type: 'bench.crash', data: { n: index } });
      if (status === 201) acknowledged.add((body as { readonly id: string }).id);
    } catch {
      cutCount += 1; // Not acknowledged: it may or may not be there.
    }
  });
  await sleep(BEFORE_KILL_MS.least + Math.random() * BEFORE_KILL_MS.spread);
  const killedAtMs = performance.now();
  const restarting = house.killAndRestart();
  isKilled = true;
  await restarting;
  restartsMs.push(performance.now() - killedAtMs);
  await loading;
  return cutCount;
}
