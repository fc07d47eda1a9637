/**
 * Openers of named lots: a file says which operation opened a lot by its key, because ids are another ledger's; the ledger
 * keeps the id. Keys are looked up among the operations recorded together, then among those that stand.
 */
import type { Transaction } from '#platform/db';
import type { StoredEventInput } from './event-row.ts';
import { findLiveEventIds } from './ledger.store.ts';
import { KEY_MARK } from './lot-pick.ts';
import { type RecordProblem, rowOf } from './record-problem.ts';

/** The same events with ids for keys; a key that nobody has is a problem of its row. */
export async function withLotOpeners(
  tx: Transaction,
  portfolioId: string,
  inputs: readonly StoredEventInput[],
): Promise<{ readonly inputs: readonly StoredEventInput[]; readonly problems: readonly RecordProblem[] }> {
  const marked = inputs.flatMap(({ bookEvent }) => (bookEvent.lots ?? []).flatMap(({ openedBy }) => keyIn(openedBy)));
  if (marked.length === 0) return { inputs, problems: [] };
  const ids = await findLiveEventIds(tx, portfolioId, marked);
  for (const { idempotencyKey, bookEvent } of inputs) ids.set(idempotencyKey, bookEvent.id);
  const problems: RecordProblem[] = [];
  const resolved = inputs.map((input) => {
    const { lots } = input.bookEvent;
    if (!lots) return input;
    const named = lots.map((lot) => {
      const [key] = keyIn(lot.openedBy);
      if (key === undefined) return lot;
      const openedBy = ids.get(key) ?? null;
      const advice = 'A named lot says which operation opened it, and that operation is not here. Name the day alone.';
      if (openedBy === null) problems.push({ code: 'lot_opener_unknown', field: 'lots', ...rowOf(input), key, advice });
      return { ...lot, openedBy };
    });
    return { ...input, bookEvent: { ...input.bookEvent, lots: named } };
  });
  return { inputs: resolved, problems };
}

function keyIn(openedBy: string | null): string[] {
  return openedBy?.startsWith(KEY_MARK) ? [openedBy.slice(KEY_MARK.length)] : [];
}
