/** What recording and reversing share: the history of a position, whether it covers what takes from it, and the write. */
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { compareEvents } from './book.ts';
import type { StoredEventInput } from './event-row.ts';
import { insertEvents, readLinkedEvents } from './ledger.store.ts';
import { advanceLedger, type Portfolio } from './portfolio.store.ts';
import { foldPositions, linkedGroups, type RefusedEvent } from './position-fold.ts';
import type { BookEvent } from './posting.ts';

/** What recording needs of the platform; tests pass the real ones. */
export type RecordingPlatform = Pick<Platform, 'clock' | 'newId' | 'notify' | 'realtime'>;

/** The live events of what these events touch in their account, and of all that is linked to it, as the locked ledger stands. */
export async function historyOf(
  tx: Transaction,
  portfolio: Portfolio,
  touching: { readonly accountId: string; readonly events: readonly BookEvent[] },
): Promise<BookEvent[]> {
  if (portfolio.lastSequence === 0) return [];
  const { accountId, events } = touching;
  const instrumentIds = [
    ...new Set(events.flatMap(({ instrumentId, toInstrumentId }) => [instrumentId, toInstrumentId])),
  ];
  const known = instrumentIds.filter((id) => id !== null);
  if (known.length === 0) return [];
  const scope = { portfolioId: portfolio.id, upTo: portfolio.lastSequence, accountId };
  return readLinkedEvents(tx, { ...scope, instrumentIds: known });
}

/** Folds quantities only: no rate is needed to know whether there is enough. */
export function uncovered(events: readonly BookEvent[]): RefusedEvent[] {
  const groups = linkedGroups(events.toSorted(compareEvents));
  return groups.flatMap((group) => foldPositions(new Map(), group, { rateOf: () => null }));
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
