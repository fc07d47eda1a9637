/**
 * Fit: whether new events fit what is held, by folding every position they touch with its whole history and with the
 * positions that are linked to it. Dividends that fall on a short position are written as paid here, before they are stored.
 */
import type { Transaction } from '#platform/db';
import { compareEvents, withDividendSides } from './book.ts';
import type { StoredEventInput } from './event-row.ts';
import { historyOf, uncovered } from './ledger-writing.ts';
import { hasShorts } from './ledger.store.ts';
import type { Portfolio } from './portfolio.store.ts';
import { linkedGroups, POSITION_ADVICE } from './position-fold.ts';
import type { BookEvent } from './posting.ts';
import { type RecordProblem, rowOf } from './record-problem.ts';

export interface FittedInputs {
  readonly inputs: readonly StoredEventInput[];
  readonly problems: readonly RecordProblem[];
}

/** More units and more money never uncover anything, unless something is sold short. */
const HARMLESS_TYPES = ['buy', 'transfer_in', 'opening', 'dividend', 'interest', 'fee', 'tax'];

/** Names every event that does not fit, also when it takes from under a later one. */
export async function fitInputs(
  tx: Transaction,
  portfolio: Portfolio,
  inputs: readonly StoredEventInput[],
): Promise<FittedInputs> {
  const isShortPossible =
    inputs.some(({ bookEvent }) => bookEvent.type === 'short') ||
    (portfolio.lastSequence > 0 && (await hasShorts(tx, portfolio.id)));
  const isHarmless = (event: BookEvent): boolean =>
    !isShortPossible && HARMLESS_TYPES.includes(event.type) && (event.amount?.sign ?? 0) >= 0;
  const problems: RecordProblem[] = [];
  const sided = new Map<number, BookEvent>();
  for (const [accountId, group] of Map.groupBy(inputs, ({ bookEvent }) => bookEvent.accountId)) {
    const fresh = group.map(({ bookEvent }) => bookEvent);
    if (fresh.every((event) => event.instrumentId === null || isHarmless(event))) continue;
    const history = await historyOf(tx, portfolio, { accountId, events: fresh });
    const known = new Set(history.map((event) => event.sequence));
    const all = [...history, ...fresh].toSorted(compareEvents);
    for (const linked of linkedGroups(all)) {
      const own = linked.filter((event) => !known.has(event.sequence));
      if (own.every(isHarmless)) continue;
      // What is stored keeps the side it was recorded on; only new dividends are still open.
      const folded = withDividendSides(linked).map((event, index) =>
        known.has(event.sequence) ? (linked[index] ?? event) : event,
      );
      for (const event of folded) if (!known.has(event.sequence)) sided.set(event.sequence, event);
      problems.push(...problemsOf(folded, group));
    }
  }
  const fitted = inputs.map((input) => ({
    ...input,
    bookEvent: sided.get(input.bookEvent.sequence) ?? input.bookEvent,
  }));
  return { inputs: fitted, problems };
}

function problemsOf(events: readonly BookEvent[], group: readonly StoredEventInput[]): RecordProblem[] {
  const bySequence = new Map(group.map((input) => [input.bookEvent.sequence, input]));
  return uncovered(events).map(({ event, code, held }) => {
    const input = bySequence.get(event.sequence) ?? group.at(-1);
    return {
      code,
      field: 'quantity',
      ...(input ? rowOf(input) : { sheet: '', row: 0 }),
      date: event.date,
      wanted: event.quantity,
      held,
      advice: POSITION_ADVICE[code],
    };
  });
}
