/** What recording and reversing share: the history of a position, whether it covers what takes from it, and the write. */
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { compareEvents } from './book.ts';
import type { StoredEventInput } from './event-row.ts';
import { insertEvents, readPositionEvents } from './ledger.store.ts';
import { advanceLedger, type Portfolio } from './portfolio.store.ts';
import { emptyPosition, foldPosition, type RefusedEvent } from './position.ts';
import type { BookEvent } from './posting.ts';

/** What recording needs of the platform; tests pass the real ones. */
export type RecordingPlatform = Pick<Platform, 'clock' | 'newId' | 'notify' | 'realtime'>;

/** The live events of an event's position, as the locked ledger stands. */
export async function positionBefore(tx: Transaction, portfolio: Portfolio, event: BookEvent): Promise<BookEvent[]> {
  if (portfolio.lastSequence === 0 || event.instrumentId === null) return [];
  const { instrumentId, accountId } = event;
  return readPositionEvents(tx, { portfolioId: portfolio.id, upTo: portfolio.lastSequence, instrumentId, accountId });
}

/** Folds quantities only: no rate is needed to know whether there is enough. */
export function uncovered(events: readonly BookEvent[]): RefusedEvent[] {
  const [first] = events;
  if (!first?.instrumentId) return [];
  const position = emptyPosition(first.accountId, first.instrumentId);
  return foldPosition(position, events.toSorted(compareEvents), { rateOf: () => null });
}

/** Writes events under the lock and moves the ledger's version. */
export async function writeEvents(
  platform: RecordingPlatform,
  tx: Transaction,
  batch: {
    readonly portfolio: Portfolio;
    readonly inputs: readonly StoredEventInput[];
    readonly userId: string | null;
    readonly liveEventDelta: number;
  },
): Promise<void> {
  const { portfolio, inputs, userId, liveEventDelta } = batch;
  const scope = { workspaceId: portfolio.workspaceId, portfolioId: portfolio.id };
  await insertEvents(tx, { ...scope, recordedAtMs: platform.clock(), userId, events: inputs });
  const lastSequence = portfolio.lastSequence + inputs.length;
  await advanceLedger(tx, { portfolioId: portfolio.id, lastSequence, liveEventDelta });
}
