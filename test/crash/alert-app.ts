/**
 * A real Cactus without a server, for the crash test of alerts: prices swing around the trigger of a rule per instrument. Each
 * tick is one transaction that also writes down the tick, so that the survivors can be held against what must have fired.
 */
import { writeSync } from 'node:fs';
import { assert, Decimal } from '#kernel';
import { resolveInstruments, takePrices } from '#markets';
import { loadConfig } from '#platform/config';
import type { Platform } from '#platform/domain';
import { composePlatform, platformDomain } from '#platform/runtime';
import { createTelemetry } from '#platform/telemetry';
import { setTimeout as delay } from 'node:timers/promises';
import { domains } from '../../main.ts';
import { WORKSPACE_ID } from './crash-app.ts';

const SYMBOLS = ['AAA', 'BBB', 'CCC', 'DDD'];
const PRICES = ['98', '99.5', '100', '101.25'];
export const TRIGGER = 100;

/** Opens the platform on a data folder, with nobody to ask for prices. */
export async function openAlertApp(dataDir: string) {
  const env = { CACTUS_DATA_DIR: dataDir, CACTUS_MARKETS_LIVE_PROVIDERS: 'false' };
  const all = [platformDomain, ...domains];
  const loaded = loadConfig({ env, argv: [], cwd: dataDir, domains: all });
  assert(loaded.ok, 'crash: the configuration is wrong');
  const telemetry = createTelemetry({ level: 'error', write: () => undefined });
  const app = await composePlatform({ config: loaded.value.config, domains: all, roles: new Set(), telemetry });
  await app.db.prepared(
    'crash.ticks',
    'create table if not exists crash_ticks (instrument_id uuid, ordinal int, price numeric, primary key (instrument_id, ordinal))',
    [],
  );
  const close = async (): Promise<void> => {
    await app.close();
    telemetry.stop();
  };
  return { ...app, close };
}

/** The instruments with a rule each, made once. */
async function requireRules({ db, newId, clock }: Platform): Promise<string[]> {
  const context = { workspaceId: WORKSPACE_ID, newId, atMs: clock() };
  const drafts = SYMBOLS.map((symbol) => ({ kind: 'stock' as const, symbol, name: symbol, currency: 'EUR' }));
  return db.transaction(async (tx) => {
    const resolved = await resolveInstruments(tx, context, drafts);
    assert(resolved.ok, 'crash: the instruments were refused');
    for (const { instrumentId } of resolved.value) {
      await tx.prepared(
        'crash.rule',
        `insert into markets_alert_rules (id, workspace_id, instrument_id, condition, currency, threshold, repeat, is_enabled,
          zone, created_at)
        values ($1, $2, $1, 'above', 'EUR', $3, 'rearming', true, 'unknown', now()) on conflict (id) do nothing`,
        [instrumentId, WORKSPACE_ID, TRIGGER],
      );
    }
    return resolved.value.map(({ instrumentId }) => instrumentId);
  });
}

async function tick(platform: Platform, instrumentId: string): Promise<void> {
  await platform.db.transaction(async (tx) => {
    const price = PRICES[Math.floor(Math.random() * PRICES.length)] ?? '98';
    await tx.prepared(
      'crash.tick',
      `insert into crash_ticks select $1, coalesce(max(ordinal), 0) + 1, $2 from crash_ticks where instrument_id = $1`,
      [instrumentId, price],
    );
    const atMs = platform.clock();
    const quote = { instrumentId, price: Decimal.from(price), currency: 'EUR', provider: 'yahoo' as const };
    const times = { marketAtMs: atMs, fetchedAtMs: atMs, previousClose: null, isAdjusted: false };
    const arrivals = [{ ...quote, ...times, splitRatio: Decimal.one }];
    await takePrices(platform, tx, { workspaceId: WORKSPACE_ID, arrivals });
  });
  writeSync(1, `ack ${instrumentId}\n`);
}

async function main({ dataDir }: { readonly dataDir: string }): Promise<void> {
  const { platform } = await openAlertApp(dataDir);
  const instrumentIds = await requireRules(platform);
  writeSync(1, `ready ${process.pid}\n`);
  const swing = async (instrumentId: string): Promise<never> => {
    for (;;) {
      try {
        await tick(platform, instrumentId);
      } catch (error) {
        writeSync(1, `failed ${error instanceof Error && 'code' in error ? String(error.code) : String(error)}\n`);
        await delay(50); // The database is coming back.
      }
    }
  };
  await Promise.all(instrumentIds.map(swing));
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? '{}') as { dataDir: string });
