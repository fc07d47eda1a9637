/** Watches: other domains say which prices they need; what is watched is refreshed and its history filled. */
import type { Transaction } from '#platform/db';
import { deleteWatches, insertWatches, type WatchRequest } from './instrument.store.ts';

export const HISTORY_JOB = 'markets.history.backfill';
export const FX_JOB = 'markets.rates.refresh';

/**
 * Asks for live prices and daily closes since a day. Asking again is free; an earlier day fetches what is missing.
 * Each `reason` (`held`, `alert`…) is forgotten by itself.
 */
export async function watchInstruments(tx: Transaction, request: WatchRequest): Promise<void> {
  const grown = await insertWatches(tx, request);
  for (const instrumentId of grown) {
    const payload = { workspaceId: request.workspaceId, instrumentId };
    await tx.addJob(HISTORY_JOB, payload, { key: `${HISTORY_JOB}:${instrumentId}` });
  }
}

/** Forgets one reason; prices that nobody watches are kept but no longer refreshed. */
export async function unwatchInstruments(
  tx: Transaction,
  request: Pick<WatchRequest, 'workspaceId' | 'instrumentIds' | 'reason'>,
): Promise<void> {
  await deleteWatches(tx, request);
}
