/** Jobs of the history: filling closes since a wanted day, closing the gaps of every day, and the rates of the ECB. */
import { addDays, Fault, type LocalDate } from '#kernel';
import { job, type JobDefinition } from '#platform/jobs';
import { z } from 'zod';
import { dayOf } from './day.ts';
import { feedOf } from './feed.ts';
import {
  findHistoryNeed,
  type HistoryNeed,
  listHistoryGaps,
  listProviderHealth,
  upsertProviderHealth,
} from './feed.store.ts';
import { checkHistory, noteEmptyDays, recordHistoryCheck } from './history-gap.job.ts';
import { listWatchedHistories } from './history-gap.store.ts';
import { newestEuroRateDay, SHARED_WORKSPACE_ID, upsertEuroRates } from './fx.store.ts';
import type { RateSpan } from './provider/price-provider.ts';
import { type FeedPlatform, refreshInstrument } from './refresh.ts';
import { requireSimulatedDemos, storeSimulatedRates } from './simulation.ts';
import { FX_JOB, HISTORY_JOB } from './watch.ts';

const OVERLAP_DAYS = 7; // Corrections of the last days are taken too.
const QUARTER_DAYS = 80; // The 90-day file, with room for a late job.
const NEWEST_DAYS = 1;
const BREAKER_FAILURES = 5;

const HistoryPayload = z.object({ workspaceId: z.uuid(), instrumentId: z.uuid() });

/** Fills the closes of one instrument since the first wanted day. Retries while the provider fails. */
export function historyJob(platform: FeedPlatform): JobDefinition<z.infer<typeof HistoryPayload>> {
  return job({
    name: HISTORY_JOB,
    attemptsMax: 12,
    parse: (payload) => HistoryPayload.parse(payload),
    async run(payload, context) {
      const need = await findHistoryNeed(platform.db, payload);
      if (!need || need.instrument.kind === 'cash') return;
      const simulated = (await requireSimulatedDemos(platform)).find(
        ({ workspaceId }) => workspaceId === payload.workspaceId,
      );
      if (!simulated && !feedOf(platform).settings.liveProviders) return;
      const from = firstMissingDay(need);
      const { name } = need.instrument;
      await context.progress(0, `Buscando precios de ${name} desde ${from}`);
      // A demo must have its history whatever fault is being played.
      const source = simulated ? { ...simulated, fault: 'none' as const } : null;
      const result = await refreshInstrument(platform, need.instrument, {
        simulated: source,
        from,
        needs: 'history',
        progress: (doneRatio) => context.progress(doneRatio, `Guardando precios de ${name}`),
      });
      const { gaps } = await checkHistory(platform, need);
      await noteEmptyDays(platform, need, { gaps, result });
      await recordHistoryCheck(platform, need);
      if (result.ok || result.code === 'unknown_symbol') return; // Asking again would not help; the page says why.
      throw new Fault('price_history_unavailable', JSON.stringify(result.details['reasons']), { retryable: true });
    },
  });
}

function firstMissingDay(need: HistoryNeed): LocalDate {
  const { since, firstStored, lastStored } = need;
  const isStartStored = firstStored !== null && firstStored <= addDays(since, OVERLAP_DAYS);
  return addDays(isStartStored && lastStored !== null ? lastStored : since, -OVERLAP_DAYS);
}

/** Every night: asks for the history of what lags, and closes the day of simulated rates. */
export function dayCloseJob(platform: FeedPlatform): JobDefinition<null> {
  return job({
    name: 'markets.day.close',
    attemptsMax: 5,
    cron: '10 0 * * *',
    parse: () => null,
    async run(_payload, context) {
      const today = dayOf(platform.clock());
      const simulated = await requireSimulatedDemos(platform);
      for (const workspace of simulated) {
        await platform.db.transaction((tx) => storeSimulatedRates(tx, workspace, platform.clock()));
      }
      const gaps = await listHistoryGaps(platform.db, addDays(today, -NEWEST_DAYS));
      for (const [index, gap] of gaps.entries()) {
        await context.progress(index / gaps.length, `${index} de ${gaps.length} instrumentos`);
        await platform.db.transaction((tx) =>
          tx.addJob(HISTORY_JOB, gap, { key: `${HISTORY_JOB}:${gap.instrumentId}` }),
        );
      }
      const watched = await listWatchedHistories(platform.db, {});
      for (const [index, entry] of watched.entries()) {
        context.signal.throwIfAborted();
        await context.progress(index / watched.length, `Revisando el historial de ${entry.instrument.name}`);
        await recordHistoryCheck(platform, entry);
      }
    },
  });
}

/** Working days after the ECB publishes (about 16:00 CET): the newest rates, or everything that is missing. */
export function ratesJob(platform: FeedPlatform): JobDefinition<null> {
  return job({
    name: FX_JOB,
    attemptsMax: 8,
    cron: '20 14,15,16,20 * * 1-5',
    parse: () => null,
    async run(_payload, context) {
      const { rates: provider, settings } = feedOf(platform);
      if (!settings.liveProviders) return;
      const newest = await newestEuroRateDay(platform.db, SHARED_WORKSPACE_ID);
      const span = spanSince(newest, dayOf(platform.clock()));
      await context.progress(0, span === 'all' ? 'Descargando todos los tipos del BCE' : 'Descargando tipos del BCE');
      try {
        const rates = await provider.fetchRates(span, context.signal);
        const fetchedAtMs = platform.clock();
        await platform.db.transaction((tx) =>
          upsertEuroRates(tx, { workspaceId: SHARED_WORKSPACE_ID, provider: 'ecb', fetchedAtMs, rates }),
        );
        await noteRates(platform, null);
      } catch (error) {
        await noteRates(platform, error instanceof Fault ? `${error.code}: ${error.message}` : 'failed');
        throw error;
      }
    },
  });
}

function spanSince(newest: LocalDate | null, today: LocalDate): RateSpan {
  if (newest === null || newest < addDays(today, -QUARTER_DAYS)) return 'all';
  return newest < addDays(today, -NEWEST_DAYS) ? 'quarter' : 'newest';
}

async function noteRates(platform: FeedPlatform, failure: string | null): Promise<void> {
  const atMs = platform.clock();
  const before = (await listProviderHealth(platform.db)).get('ecb');
  const failuresInRow = failure === null ? 0 : (before?.failuresInRow ?? 0) + 1;
  const state = failuresInRow >= BREAKER_FAILURES ? 'open' : 'closed';
  const times =
    failure === null
      ? { lastSuccessAtMs: atMs, lastFailureAtMs: null }
      : { lastSuccessAtMs: null, lastFailureAtMs: atMs };
  const health = {
    provider: 'ecb',
    state,
    failuresInRow,
    lastFailure: failure,
    openUntilMs: null,
    credits: [],
    ...times,
  } as const;
  await platform.db.transaction((tx) => upsertProviderHealth(tx, health, atMs));
}
