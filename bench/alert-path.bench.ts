/**
 * Bench of the alert path: from a tick entering intake to the `markets.alert.fired` event committed and heard, on a real
 * database, with many rules that do not fire around the one that does. Prints milliseconds; compare ratios in one run only.
 */
import { EVERY_ROW, assert, Decimal } from '#kernel';
import { takePrices } from '#markets';
import { createHttp } from '#platform/http';
import { testPlatform } from '#platform/testing';
import { identity } from '../domains/identity/domain.ts';
import { markets } from '../domains/markets/domain.ts';
import { withBenchDatabase } from './bench-database.ts';
import { type BenchSection, type Figure, percentile } from './section.ts';

const CROSSINGS = 300;
const QUIET_RULES = 200;
const BATCH_INSTRUMENTS = 50;

export const section: BenchSection = {
  title: 'Alert path: tick to event, 201 rules on 50 instruments',
  run: () => withBenchDatabase(benchAlertPath),
};

type BenchPlatform = Awaited<ReturnType<typeof testPlatform>>;

async function benchAlertPath(): Promise<readonly Figure[]> {
  const platform = await testPlatform([identity, markets]);
  platform.db.attachJobQueue({ add: async () => undefined });
  try {
    const workspaceId = platform.newId();
    const instrumentIds = await prepare(platform, workspaceId);
    const tick = async (price: string): Promise<number> => {
      platform.time.advance(1_000);
      const nowMs = platform.clock();
      const arrivals = instrumentIds.map((instrumentId) => ({
        instrumentId,
        price: Decimal.from(price),
        currency: 'EUR',
        provider: 'yahoo' as const,
        marketAtMs: nowMs,
        fetchedAtMs: nowMs,
        isAdjusted: false,
        previousClose: null,
        splitRatio: Decimal.one,
      }));
      const startedMs = performance.now();
      await platform.db.transaction((tx) => takePrices(platform, tx, { workspaceId, arrivals }));
      return startedMs;
    };
    return await measure(platform, tick);
  } finally {
    await platform.close();
  }
}

async function measure(platform: BenchPlatform, tick: (price: string) => Promise<number>): Promise<readonly Figure[]> {
  let heardMs = 0;
  let hear: () => void = () => undefined;
  platform.events.onPublished((events) => {
    if (!events.some(({ name }) => name === 'markets.alert.fired')) return;
    heardMs = performance.now();
    hear();
  });
  const quiet: number[] = [];
  const crossing: number[] = [];
  for (let round = 0; round < CROSSINGS; round += 1) {
    quiet.push(-(await tick('99')) + performance.now());
    const heard = new Promise<void>((resolve) => {
      hear = resolve;
    });
    const startedMs = await tick('101');
    await heard;
    crossing.push(heardMs - startedMs);
  }
  const quietP50Ms = percentile(quiet, 0.5);
  return [
    { name: 'a tick that crosses nothing, p50', value: quietP50Ms, unit: 'ms' },
    { name: 'tick to the alert heard, p50', value: percentile(crossing, 0.5), unit: 'ms' },
    { name: 'tick to the alert heard, p99', value: percentile(crossing, 0.99), unit: 'ms', atMost: 100 },
    { name: 'a crossing against a quiet tick', value: percentile(crossing, 0.5) / quietP50Ms, unit: 'x' },
  ];
}

async function prepare(platform: BenchPlatform, workspaceId: string): Promise<string[]> {
  const permissions = new Set<string>(markets.permissions.map(({ name }) => name));
  const actor = {
    userId: platform.newId(),
    sessionId: platform.newId(),
    workspaceId,
    role: 'owner' as const,
    permissions,
    rows: EVERY_ROW,
  };
  const http = await createHttp({ ...platform, permissions: markets.permissions, authenticate: async () => actor });
  markets.routes?.(http, platform);
  const post = async (url: string, payload: object): Promise<string> => {
    const answer = await http.inject({ method: 'POST', url, payload, headers: { authorization: 'Bearer bench' } });
    assert(answer.statusCode === 201, `bench: ${url} answered ${answer.statusCode} ${answer.body}`);
    return answer.json<{ id: string }>().id;
  };
  const ids: string[] = [];
  for (let index = 0; index < BATCH_INSTRUMENTS; index += 1) {
    const coin = { kind: 'crypto', symbol: `C${index}`, name: `Coin ${index}`, currency: 'EUR' };
    ids.push(await post('/api/markets/instruments', coin));
  }
  const [first] = ids;
  const rule = { condition: 'above', repeat: 'rearming' };
  await post('/api/markets/alerts', { ...rule, instrumentId: first, threshold: '100' });
  for (let index = 0; index < QUIET_RULES; index += 1) {
    await post('/api/markets/alerts', {
      ...rule,
      instrumentId: ids[index % ids.length],
      threshold: `${1_000 + index}`,
    });
  }
  await http.close();
  return ids;
}
