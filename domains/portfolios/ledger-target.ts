/**
 * What a line of a ledger file leaves out about its target, from the prices file of the same analysis: how many units a
 * traspaso gave, what one unit of a merger's target was worth. Said as a warning, because the statement knows it better.
 */
import type { Decimal } from '#kernel';
import { isOwnPrice } from './ledger-event-check.ts';
import type { LedgerEventDraft } from './ledger-event.ts';
import type { FilePrice, FileWarning } from './ledger-file.ts';

const UNIT_DIGITS = 18;

/** The draft with the units or the price that the prices file tells, and the warning that says so. */
export function withTargetFacts(
  draft: LedgerEventDraft,
  prices: readonly FilePrice[],
): { readonly draft: LedgerEventDraft; readonly warning?: FileWarning } {
  const target = draft.toInstrument?.name;
  if (target === undefined) return { draft };
  const line = draft.source.row;
  if (draft.type === 'traspaso' && !draft.toQuantity && (!draft.price || isOwnPrice(draft))) {
    const price = priceOf(target, draft, prices);
    const value = valueOf(draft, prices);
    if (!price || !value) return { draft };
    const toQuantity = value.dividedBy(price, UNIT_DIGITS, 'half-even');
    const message = `${toQuantity.toString()} units of ${target}: the value that moves at its price of the prices file. Write to_quantity as the statement has it.`;
    return {
      draft: { ...draft, toQuantity, amount: value },
      warning: { code: 'traspaso_units_from_prices', message, line },
    };
  }
  if (draft.type === 'merger' && !draft.price && draft.amount && !draft.amount.isZero) {
    const price = priceOf(target, draft, prices);
    if (!price) return { draft };
    const message = `${target} at ${price.toString()} of the prices file decides which share of the cost the cash is. Write the price.`;
    return { draft: { ...draft, price }, warning: { code: 'merger_price_from_prices', message, line } };
  }
  return { draft };
}

function valueOf(draft: LedgerEventDraft, prices: readonly FilePrice[]): Decimal | null {
  if (draft.amount) return draft.amount;
  const price = draft.price ?? priceOf(draft.instrument?.name ?? '', draft, prices);
  return price && draft.quantity ? draft.quantity.times(price).rounded(UNIT_DIGITS, 'half-even') : null;
}

/** The last price on or before the day in the line's own currency; null when there is none above zero. */
function priceOf(instrument: string, draft: LedgerEventDraft, prices: readonly FilePrice[]): Decimal | null {
  let last: FilePrice | null = null;
  for (const price of prices) {
    const fits = price.instrument === instrument && price.currency === draft.currency && price.date <= draft.date;
    if (fits && price.price.sign > 0 && (!last || price.date >= last.date)) last = price;
  }
  return last?.price ?? null;
}
