/** Jobs of gaps: filling the days that histories lack, and fetching each market's closes once they are final. */
import { addDays, Fault, type LocalDate, localDate } from '#kernel';
import { job, type JobContext, type JobDefinition } from '#platform/jobs';
import { z } from 'zod';
import { feedOf } from './feed.ts';
import { emptyDaysOf, type GapRange, gapsOf } from './history-gap.ts';
import {
  hasCloseSnapshot,
  insertCloseSnapshot,
  insertEmptyDays,
  listWatchedHistories,
  readCloseFetches,
  readKnownDays,
  upsertHistoryState,
  type WatchedHistory,
} from './history-gap.store.ts';
import { calendarOf, lastFinalDay, MARKET_CALENDARS, tradingDays } from './market-calendar.ts';
import type { ChainResult } from './provider/provider-chain.ts';
import { type FeedPlatform, refreshInstrument } from './refresh.ts';
import { requireSimulatedDemos } from './simulation.ts';

export const FILL_JOB = 'markets.gaps.fill';
const SNAPSHOT_JOB = 'markets.close.snapshot';
const LATE_DAYS = 3; // A close may be told a day or two late: the days before come with it.

const FillPayload = z.object({ workspaceId: z.uuid(), instrumentId: z.uuid().nullable() });
const SnapshotPayload = z.object({
  calendar: z.enum(MARKET_CALENDARS),
  on: z.string().transform((text) => localDate(text)),
});

export interface HistoryCheck {
  readonly expected: readonly LocalDate[];
  readonly storedCount: number;
  readonly emptyCount: number;
  readonly gaps: readonly GapRange[];
}

/** Holds what is stored of one history against its calendar, up to the newest close that is final. */
export async function checkHistory(
  platform: Pick<FeedPlatform, 'clock' | 'db'>,
  { instrument, since }: WatchedHistory,
): Promise<HistoryCheck> {
  const calendar = calendarOf(instrument);
  const to = lastFinalDay(calendar, platform.clock());
  const expected = since <= to ? tradingDays(calendar, { from: since, to }) : [];
  const { stored, empty } = await readKnownDays(platform.db, { instrumentId: instrument.id, from: since });
  const gaps = gapsOf(expected, stored.union(empty));
  return { expected, storedCount: stored.size, emptyCount: empty.size, gaps };
}

/** Checks and writes down what was found, for the page. */
export async function recordHistoryCheck(
  platform: Pick<FeedPlatform, 'clock' | 'db'>,
  watched: WatchedHistory,
): Promise<HistoryCheck> {
  const check = await checkHistory(platform, watched);
  const { id: instrumentId, workspaceId } = watched.instrument;
  const state = {
    instrumentId,
    expectedCount: check.expected.length,
    missingCount: check.gaps.reduce((sum, gap) => sum + gap.dayCount, 0),
    firstMissing: check.gaps[0]?.from ?? null,
    lastMissing: check.gaps.at(-1)?.to ?? null,
    checkedAtMs: platform.clock(),
  };
  await platform.db.transaction((tx) => upsertHistoryState(tx, workspaceId, state));
  return check;
}

/** Fills what the histories of a workspace (or of one instrument) lack. Stops between two instruments when it is cancelled. */
export function gapFillJob(platform: FeedPlatform): JobDefinition<z.infer<typeof FillPayload>> {
  return job({
    name: FILL_JOB,
    attemptsMax: 6,
    parse: (payload) => FillPayload.parse(payload),
    async run({ workspaceId, instrumentId }, context) {
      const scope = instrumentId === null ? { workspaceId } : { workspaceId, instrumentId };
      const watched = await listWatchedHistories(platform.db, scope);
      const failed: string[] = [];
      for (const [index, entry] of watched.entries()) {
        context.signal.throwIfAborted();
        await context.progress(index / watched.length, `${entry.instrument.name} (${index + 1} de ${watched.length})`);
        if (!(await fillOne(platform, entry, context))) failed.push(entry.instrument.name);
      }
      if (failed.length === 0) return;
      const names = failed.slice(0, 5).join(', ');
      throw new Fault('price_history_unavailable', `${failed.length} left: ${names}`, { retryable: true });
    },
  });
}

/** True when nothing is missing any more that somebody could still tell; false when the providers could not be asked. */
async function fillOne(platform: FeedPlatform, entry: WatchedHistory, context: JobContext): Promise<boolean> {
  const { instrument } = entry;
  const before = await recordHistoryCheck(platform, entry);
  const [first] = before.gaps;
  if (!first) return true;
  const simulated = (await requireSimulatedDemos(platform)).find(
    ({ workspaceId }) => workspaceId === instrument.workspaceId,
  );
  if (!simulated && !feedOf(platform).settings.liveProviders) return true;
  const source = simulated ? { ...simulated, fault: 'none' as const } : null;
  const from = addDays(first.from, -LATE_DAYS);
  const result = await refreshInstrument(platform, instrument, { simulated: source, from, needs: 'history' });
  context.signal.throwIfAborted();
  await noteEmptyDays(platform, entry, { gaps: before.gaps, result });
  await recordHistoryCheck(platform, entry);
  return result.ok || result.code === 'unknown_symbol'; // Asking again would not help; the page says why.
}

/** Writes down the missing days that the answer shows nobody has a close of. */
export async function noteEmptyDays(
  platform: Pick<FeedPlatform, 'clock' | 'db'>,
  { instrument }: Pick<WatchedHistory, 'instrument'>,
  { gaps, result }: { readonly gaps: readonly GapRange[]; readonly result: ChainResult },
): Promise<void> {
  if (!result.ok) return;
  const { closes, provider } = result.value;
  const missing = gaps.flatMap((gap) => tradingDays(calendarOf(instrument), gap));
  const told = closes.map(({ on }) => on);
  const { id: instrumentId, workspaceId } = instrument;
  const empty = { workspaceId, instrumentId, provider, days: emptyDaysOf(missing, told), atMs: platform.clock() };
  await platform.db.transaction((tx) => insertEmptyDays(tx, empty));
}

/** Every ten minutes: asks for the closes of each market whose day has become final. */
export function closeWatchJob(platform: FeedPlatform): JobDefinition<null> {
  return job({
    name: 'markets.close.watch',
    attemptsMax: 2,
    cron: '*/10 * * * *',
    parse: () => null,
    async run() {
      if (!feedOf(platform).settings.liveProviders) return;
      for (const calendar of MARKET_CALENDARS) {
        const on = lastFinalDay(calendar, platform.clock());
        if (await hasCloseSnapshot(platform.db, { calendar, on })) continue;
        await platform.db.transaction((tx) =>
          tx.addJob(SNAPSHOT_JOB, { calendar, on }, { key: `${SNAPSHOT_JOB}:${calendar}:${on}` }),
        );
      }
    },
  });
}

/** Fetches the final closes of one market's day, of every watched instrument that has only an earlier look at it. */
export function closeSnapshotJob(platform: FeedPlatform): JobDefinition<z.infer<typeof SnapshotPayload>> {
  return job({
    name: SNAPSHOT_JOB,
    attemptsMax: 6,
    parse: (payload) => SnapshotPayload.parse(payload),
    async run({ calendar, on }, context) {
      await requireSimulatedDemos(platform);
      const listed = (await listWatchedHistories(platform.db, {})).filter(
        ({ instrument, since }) => since <= on && calendarOf(instrument) === calendar,
      );
      const ids = listed.map(({ instrument }) => instrument.id);
      const fetches = await readCloseFetches(platform.db, on, ids);
      const due = listed.filter(({ instrument }) => {
        const fetchedAtMs = fetches.get(instrument.id);
        return fetchedAtMs === undefined || lastFinalDay(calendar, fetchedAtMs) < on;
      });
      let failedCount = 0;
      for (const [index, { instrument }] of due.entries()) {
        context.signal.throwIfAborted();
        await context.progress(index / due.length, `Cierre de ${instrument.name} (${index + 1} de ${due.length})`);
        const look = { simulated: null, from: addDays(on, -LATE_DAYS), needs: 'history' } as const;
        const result = await refreshInstrument(platform, instrument, look);
        if (!result.ok && result.code === 'provider_failed') failedCount += 1;
      }
      if (failedCount > 0 && context.attempt < SNAPSHOT_ATTEMPTS) {
        throw new Fault('price_history_unavailable', `${failedCount} closes of ${on} left`, { retryable: true });
      }
      const stored = await readCloseFetches(platform.db, on, ids);
      const snapshot = { calendar, on, instrumentCount: ids.length, missingCount: ids.length - stored.size };
      await platform.db.transaction((tx) => insertCloseSnapshot(tx, snapshot, platform.clock()));
    },
  });
}

const SNAPSHOT_ATTEMPTS = 5; // After this the day counts as done; what is missing shows as a gap.
