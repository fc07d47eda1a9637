/**
 * Pooled events: the accounts of a portfolio as one, because first in, first out asks for what the taxpayer bought first,
 * wherever it is held (LIRPF art. 37.2; DGT V1604-18).
 * Method: instrument by instrument (with those that an event links). A split or a merger that every account recorded on one
 * day is one event of the pool; units that left one account and came into another within days never left. Where that cannot be
 * told (an account did not record it, something is sold short) the accounts stay apart, and a warning says so.
 */
import { Decimal, epochDay } from '#kernel';
import { compareEvents } from '../book.ts';
import { foldPositions, positionKey, type Positions } from '../position-fold.ts';
import type { BookEvent } from '../posting.ts';
import type { TaxWarning } from './tax-ledger.ts';

/** The account of what is pooled. */
export const POOL = 'pool';
const TRANSFER_DAYS_MAX = 10; // Longer than custodians take; two movements further apart are two movements.
const CORPORATE_TYPES = ['split', 'merger'];

/** The same history with its accounts pooled where that changes nothing but the order of lots. Events come in any order. */
export function poolAccounts(events: readonly BookEvent[]): { events: BookEvent[]; warnings: TaxWarning[] } {
  const warnings: TaxWarning[] = [];
  const pooled = [...componentsOf(events).values()].flatMap((own) => {
    const accounts = new Set(own.map((event) => event.accountId));
    if (accounts.size === 1) return own;
    const apart = reasonApart(own, accounts);
    const [first] = own;
    if (apart && first?.instrumentId) {
      warnings.push({ code: apart, instrumentId: first.instrumentId });
      return own;
    }
    return withoutOwnTransfers(onceEach(own)).map((event) => ({ ...event, accountId: POOL }));
  });
  return { events: pooled.toSorted(compareEvents), warnings };
}

/** Events of instruments by what links them; those of cash alone are left out. */
function componentsOf(events: readonly BookEvent[]): Map<string, BookEvent[]> {
  const parents = new Map<string, string>();
  const rootOf = (id: string): string => {
    let root = id;
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
    return root;
  };
  for (const { instrumentId, toInstrumentId } of events) {
    if (instrumentId === null || toInstrumentId === null) continue;
    const [left, right] = [rootOf(instrumentId), rootOf(toInstrumentId)];
    if (left !== right) parents.set(right, left);
  }
  const named = events.filter((event) => event.instrumentId !== null).toSorted(compareEvents);
  return Map.groupBy(named, (event) => rootOf(event.instrumentId ?? ''));
}

function reasonApart(events: readonly BookEvent[], accounts: ReadonlySet<string>): TaxWarning['code'] | null {
  if (events.some(({ type }) => type === 'short' || type === 'cover')) return 'short_sales_apart';
  const corporate = events.filter(({ type }) => CORPORATE_TYPES.includes(type));
  if (corporate.length === 0) return null;
  const positions: Positions = new Map();
  foldPositions(positions, events, { rateOf: () => null });
  const heldBefore = (accountId: string, event: BookEvent): boolean => {
    const steps = positions.get(positionKey(accountId, event.instrumentId ?? ''))?.steps;
    const index = steps?.days.findLastIndex((day) => day < epochDay(event.date)) ?? -1;
    return (steps?.quantities[index] ?? 0) > 0;
  };
  for (const same of Map.groupBy(corporate, corporateKey).values()) {
    const recorded = new Set(same.map((event) => event.accountId));
    const [first] = same;
    const isMissing = [...accounts].some((id) => first && !recorded.has(id) && heldBefore(id, first));
    if (isMissing || recorded.size !== same.length) return 'accounts_kept_apart';
  }
  return null;
}

function corporateKey(event: BookEvent): string {
  const { date, type, instrumentId, toInstrumentId, splitRatio } = event;
  const ratio = splitRatio && `${splitRatio.newUnits.toString()}:${splitRatio.oldUnits.toString()}`;
  return [date, type, instrumentId, toInstrumentId, ratio].join(' ');
}

/** A split or merger that several accounts recorded becomes one, with all of their units, money and charges. */
function onceEach(events: readonly BookEvent[]): BookEvent[] {
  const groups = Map.groupBy(events, (event) =>
    CORPORATE_TYPES.includes(event.type) ? corporateKey(event) : `event ${event.id}`,
  );
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first || others.length === 0) return first ? [first] : [];
    const all = [first, ...others];
    const sumOf = (moneyOf: (event: BookEvent) => Decimal | null): Decimal =>
      Decimal.sum(all.map((event) => moneyOf(event) ?? Decimal.zero));
    const amount = first.amount && sumOf((event) => event.amount);
    const [fee, tax] = [sumOf((event) => event.fee), sumOf((event) => event.tax)];
    const [quantity, toQuantity] = [sumOf((event) => event.quantity), sumOf((event) => event.toQuantity)];
    return [first.type === 'split' ? { ...first, fee, tax } : { ...first, amount, fee, tax, quantity, toQuantity }];
  });
}

/** Units that only changed account stay where they were, with their day and cost. */
function withoutOwnTransfers(events: readonly BookEvent[]): BookEvent[] {
  const gone = new Set<string>();
  const isPair = (out: BookEvent, into: BookEvent): boolean =>
    !gone.has(into.id) &&
    into.type === 'transfer_in' &&
    into.instrumentId === out.instrumentId &&
    into.accountId !== out.accountId &&
    into.quantity !== null &&
    out.quantity?.equals(into.quantity) === true &&
    Math.abs(epochDay(into.date) - epochDay(out.date)) <= TRANSFER_DAYS_MAX;
  for (const out of events) {
    if (out.type !== 'transfer_out') continue;
    const into = events.find((event) => isPair(out, event));
    if (into) gone.add(out.id).add(into.id);
  }
  return events.filter((event) => !gone.has(event.id));
}
