/** Histories over HTTP: what is stored and missing of one instrument, which have gaps, and asking for them to be filled. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { recordChange } from './audit.ts';
import { listActions } from './corporate-action.store.ts';
import { historyApi } from './history-contract.ts';
import { checkHistory, FILL_JOB } from './history-gap.job.ts';
import { listHistoryStates, listWatchedHistories } from './history-gap.store.ts';
import { instrumentMessage } from './instrument.routes.ts';
import { findInstruments } from './instrument.store.ts';
import { calendarOf } from './market-calendar.ts';

export function historyRoutes(http: Http, platform: Platform): void {
  http.route(historyApi.ReadHistory, async ({ params, actor }) => {
    const { workspaceId } = actor;
    const { instrumentId } = params;
    const instrument = (await findInstruments(platform.db, workspaceId, [instrumentId])).get(instrumentId);
    if (!instrument) return refuse('instrument_not_found');
    const [watched] = await listWatchedHistories(platform.db, { workspaceId, instrumentId });
    const check = watched ? await checkHistory(platform, watched) : null;
    const { splits, dividends } = await listActions(platform.db, { workspaceId, instrumentId });
    return ok({
      instrument: instrumentMessage(instrument),
      calendar: calendarOf(instrument),
      since: watched?.since ?? null,
      expectedCount: check?.expected.length ?? 0,
      storedCount: check?.storedCount ?? 0,
      emptyCount: check?.emptyCount ?? 0,
      gaps: [...(check?.gaps ?? [])],
      isAdjusted: false as const,
      splits,
      dividends,
    });
  });

  http.route(historyApi.ListHistoryGaps, async ({ actor }) => {
    const { workspaceId } = actor;
    const states = await listHistoryStates(platform.db, workspaceId);
    const ids = states.map(({ instrumentId }) => instrumentId);
    const instruments = await findInstruments(platform.db, workspaceId, ids);
    const items = states.flatMap(({ instrumentId, ...state }) => {
      const instrument = instruments.get(instrumentId);
      return instrument ? [{ ...state, instrument: instrumentMessage(instrument) }] : [];
    });
    return ok({ items });
  });

  http.route(historyApi.FillHistoryGaps, async ({ body, actor }) => {
    const { workspaceId } = actor;
    const { instrumentId } = body;
    if (instrumentId !== null && !(await findInstruments(platform.db, workspaceId, [instrumentId])).has(instrumentId)) {
      return refuse('instrument_not_found');
    }
    await platform.db.transaction(async (tx) => {
      const key = `${FILL_JOB}:${instrumentId ?? workspaceId}`;
      await tx.addJob(FILL_JOB, { workspaceId, instrumentId }, { key });
      const change = { workspaceId, subject: instrumentId ?? workspaceId };
      await recordChange(platform, tx, { ...change, action: 'markets.history.fill_asked' });
    });
    return ok({ isQueued: true as const });
  });
}
