/**
 * Poller: the loops that keep prices coming, run by one worker among all processes. Whoever holds the named lock polls;
 * when that process dies the lock is free at once and another takes over. Two loops: ticks of simulated workspaces, and
 * looks at live instruments that are due. A failing round is logged and the next one tries again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionLock } from '#platform/db';
import type { Stop } from '#platform/domain';
import { Decimal } from '#kernel';
import { recentDay } from './day.ts';
import { feedOf } from './feed.ts';
import { listDueInstruments, listProviderHealth, listWatchedInstruments, upsertProviderHealth } from './feed.store.ts';
import { newestEuroRateDay, SHARED_WORKSPACE_ID } from './fx.store.ts';
import { type PriceArrival, takePrices } from './price-intake.ts';
import type { ProviderHealth } from './provider/breaker.ts';
import { simulatedVolume } from './provider/simulated-market.ts';
import { previousClose, simulatedInstrumentOf, simulatedTick } from './provider/simulator.adapter.ts';
import { type FeedPlatform, refreshInstrument } from './refresh.ts';
import { hasRealWorkspace, requireSimulatedDemos } from './simulation.ts';
import { FX_JOB } from './watch.ts';
import type { SimulatedWorkspace } from './workspace.store.ts';

const LOCK_NAME = 'markets.poller';
const TAKEOVER_MS = 2_000; // How long prices stand still when the polling process dies.
const LIVE_ROUND_MS = 3_000; // How late a due instrument may be looked at.
const LOOKS_AT_ONCE = 4;

/** Starts waiting for the lock, then polling. Stopping waits for the running rounds. */
export function startPoller(platform: FeedPlatform): Stop {
  const stopping = new AbortController();
  const running = holdAndPoll(platform, stopping.signal);
  return async () => {
    stopping.abort();
    await running;
  };
}

async function holdAndPoll(platform: FeedPlatform, stopping: AbortSignal): Promise<void> {
  const log = platform.telemetry.log.child({ part: 'markets.poller' });
  while (!stopping.aborted) {
    let lock: SessionLock | null = null;
    try {
      lock = await platform.db.tryLock(LOCK_NAME);
    } catch (error) {
      log.warn('The poller cannot ask for its lock', { error: String(error) });
    }
    if (lock) {
      log.info('This process polls prices');
      await pollWhile(platform, AbortSignal.any([stopping, lock.lost]));
      await lock.release();
    }
    await pause(TAKEOVER_MS, stopping);
  }
}

async function pollWhile(platform: FeedPlatform, ending: AbortSignal): Promise<void> {
  const { chain, settings } = feedOf(platform);
  const { simulatorTickMs } = settings;
  chain.resume(await listProviderHealth(platform.db));
  await Promise.all([
    repeat(platform, { name: 'ticks', everyMs: simulatorTickMs, ending }, () => tickSimulated(platform)),
    repeat(platform, { name: 'looks', everyMs: LIVE_ROUND_MS, ending }, () => lookAtDue(platform)),
  ]);
}

interface Loop {
  readonly name: string;
  readonly everyMs: number;
  readonly ending: AbortSignal;
}

async function repeat(platform: FeedPlatform, loop: Loop, round: () => Promise<void>): Promise<void> {
  const log = platform.telemetry.log.child({ part: 'markets.poller' });
  while (!loop.ending.aborted) {
    const startedAtMs = platform.clock();
    try {
      await round();
    } catch (error) {
      log.error('A round of the poller failed; the next one tries again', { loop: loop.name, error: String(error) });
    }
    const spentMs = Math.max(0, platform.clock() - startedAtMs);
    await pause(Math.max(0, loop.everyMs - spentMs), loop.ending);
  }
}

/** One tick of every simulated workspace. */
export async function tickSimulated(platform: FeedPlatform): Promise<void> {
  for (const workspace of await requireSimulatedDemos(platform)) await tickWorkspace(platform, workspace);
}

async function tickWorkspace(platform: FeedPlatform, workspace: SimulatedWorkspace): Promise<void> {
  const { workspaceId, seed, fault } = workspace;
  if (fault === 'outage' || fault === 'stale') return; // Prices stand still and grow stale, as in a real outage.
  const atMs = platform.clock();
  const instruments = await listWatchedInstruments(platform.db, workspaceId);
  const arrivals = instruments.flatMap((instrument): PriceArrival[] => {
    const simulated = simulatedInstrumentOf(instrument);
    if (!simulated) return [];
    return [
      {
        instrumentId: instrument.id,
        price: simulatedTick({ seed, fault }, simulated, atMs),
        currency: instrument.currency,
        provider: 'simulator',
        marketAtMs: atMs,
        fetchedAtMs: atMs,
        isAdjusted: false,
        previousClose: previousClose(seed, simulated, atMs),
        splitRatio: Decimal.one,
        dayVolume: simulatedVolume(seed, simulated, atMs),
      },
    ];
  });
  if (arrivals.length === 0) return;
  await platform.db.transaction((tx) => takePrices(platform, tx, { workspaceId, arrivals }));
}

const lastHealth = new WeakMap<object, string>();

/** Looks at the live instruments that are due, a few at once, and notes how the providers fare. */
export async function lookAtDue(platform: FeedPlatform): Promise<void> {
  const { chain, settings } = feedOf(platform);
  if (!settings.liveProviders) return;
  await requireSimulatedDemos(platform);
  await askFirstRates(platform);
  const atMs = platform.clock();
  const intervals = {
    coinSeconds: settings.coinRefreshSeconds,
    listedSeconds: settings.listedRefreshSeconds,
    fundSeconds: settings.fundRefreshSeconds,
  };
  const due = (await listDueInstruments(platform.db, intervals, atMs)).values();
  const from = recentDay(atMs);
  const worker = async (): Promise<void> => {
    for (const instrument of due)
      await refreshInstrument(platform, instrument, { simulated: null, from, needs: 'quote' });
  };
  await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, worker));
  await saveHealth(platform, chain.health());
}

const ratesAsked = new WeakSet<object>();

/** The first real workspace needs exchange rates before the next publication; asked for once by each process. */
async function askFirstRates(platform: FeedPlatform): Promise<void> {
  if (ratesAsked.has(platform)) return;
  const hasRates = (await newestEuroRateDay(platform.db, SHARED_WORKSPACE_ID)) !== null;
  const needsRates = !hasRates && (await hasRealWorkspace(platform.db));
  if (!hasRates && !needsRates) return;
  ratesAsked.add(platform);
  if (needsRates) await platform.db.transaction((tx) => tx.addJob(FX_JOB, null, { key: FX_JOB }));
}

async function saveHealth(platform: FeedPlatform, health: readonly ProviderHealth[]): Promise<void> {
  const used = health.filter((entry) => entry.lastSuccessAtMs !== null || entry.lastFailureAtMs !== null);
  const text = JSON.stringify(used);
  if (lastHealth.get(platform) === text || used.length === 0) return;
  await platform.db.transaction(async (tx) => {
    for (const entry of used) await upsertProviderHealth(tx, entry, platform.clock());
  });
  lastHealth.set(platform, text);
}

async function pause(delayMs: number, ending: AbortSignal): Promise<void> {
  await delay(delayMs, undefined, { signal: ending }).catch(() => undefined);
}
