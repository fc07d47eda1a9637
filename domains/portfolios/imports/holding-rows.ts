/**
 * Holding rows: lists of what is owned today (Operaciones, Inversiones). They have no dates, so each row is an opening
 * position on the import's opening day. What the list says it is worth becomes a manual price.
 */
import { Decimal } from '#kernel';
import type { InstrumentDraft } from '../ledger-event.ts';
import type { RowReader } from './column-reading.ts';
import type { KeylessDraft } from './planned-row.ts';
import {
  accountOf,
  currencyOf,
  differsClearly,
  instrumentOf,
  noteOf,
  type PlanContext,
  shortText,
} from './row-facts.ts';

/** A quotient keeps this many decimals: the finest unit any coin has is 18, a price of one unit needs fewer. */
const QUOTIENT_DIGITS = 12;

interface Holding {
  readonly quantity: Decimal;
  readonly cost: Decimal;
}

/** Plans one row of either layout; null when the row has issues that stop it. `skip` means there is nothing to record. */
export function planHolding(reader: RowReader, context: PlanContext): KeylessDraft[] | 'skip' | null {
  const costFigure = reader.figure('cost');
  const priceFigure = reader.figure('price', costFigure ? 'warning' : 'error');
  const valueFigure = reader.figure('value', 'warning');
  const currency = currencyOf(reader, context, [
    [costFigure, reader.headerCurrency('cost')],
    [valueFigure, reader.headerCurrency('value')],
    [priceFigure, reader.headerCurrency('price')],
  ]);
  const fallbackKind = context.mapping.layout === 'operations' && isCryptoList(reader, context) ? 'crypto' : null;
  const instrument = instrumentOf(reader, { currency, fallbackKind });
  if (!instrument) {
    reader.say('name_missing', 'error');
    return null;
  }
  const common = commonFacts(reader, context, currency);
  const value = valueFigure?.value ?? null;
  if (instrument.kind === 'cash')
    return planCash(reader, { ...common, instrument, amount: value ?? costFigure?.value ?? null });
  // A price in another currency than the money spent cannot be multiplied into it.
  const priceCurrency = priceFigure?.currency ?? reader.headerCurrency('price') ?? currency;
  const price = priceFigure && priceCurrency === currency ? priceFigure.value : null;
  const holding = holdingOf(reader, { cost: costFigure?.value ?? null, price, hasValue: value !== null });
  if (holding === null || holding === 'skip') return holding;
  const manualPrice = manualPriceOf(reader, { value, quantity: holding.quantity });
  return [
    {
      ...common,
      instrument,
      quantity: holding.quantity,
      amount: holding.cost,
      ...(price === null ? {} : { price }),
      ...(manualPrice === null ? {} : { manualPrice: { price: manualPrice, date: context.openingDate } }),
    },
  ];
}

function commonFacts(reader: RowReader, context: PlanContext, currency: string) {
  const note = noteOf(reader, context);
  return {
    type: 'opening' as const,
    date: context.openingDate,
    isDateAssumed: true,
    accountName: accountOf(reader, context),
    currency,
    source: { sheet: context.mapping.sheet, row: reader.row.row },
    ...(note === null ? {} : { note }),
  };
}

/** The sheet whose name column is headed `Criptomoneda`, or whose tickers are coins, lists coins. */
function isCryptoList(reader: RowReader, context: PlanContext): boolean {
  return (
    /cripto|crypto|coin/i.test(`${reader.headerOf('name')} ${context.mapping.sheet}`) && reader.text('kind') === null
  );
}

function planCash(
  reader: RowReader,
  facts: Omit<KeylessDraft, 'amount' | 'quantity'> & { instrument: InstrumentDraft; amount: Decimal | null },
): KeylessDraft[] | null {
  const { amount, instrument, ...draft } = facts;
  if (amount === null) {
    reader.say('amount_missing', 'error', { field: 'value' });
    return null;
  }
  const note = [instrument.name, draft.note].filter(Boolean).join(' · ');
  return [{ ...draft, amount, note }];
}

function holdingOf(
  reader: RowReader,
  facts: { cost: Decimal | null; price: Decimal | null; hasValue: boolean },
): Holding | 'skip' | null {
  const { cost, price } = facts;
  const written = reader.figure('quantity');
  if (reader.hasError) return null;
  if (written && written.value.isZero) {
    reader.say('quantity_zero', 'info', { field: 'quantity' });
    return 'skip';
  }
  if ((written && written.value.sign < 0) || (cost && cost.sign < 0)) {
    reader.say('quantity_negative', 'error', { field: written ? 'quantity' : 'cost' });
    return null;
  }
  const quantity = written?.value ?? missingQuantity(reader, facts);
  if (!quantity) return null;
  if (cost && price && written) sayCostDifference(reader, { expected: quantity.times(price), cost });
  if (!cost && !price) reader.say('cost_missing', 'warning');
  return { quantity, cost: cost ?? (price ? quantity.times(price) : Decimal.zero) };
}

function missingQuantity(
  reader: RowReader,
  facts: { cost: Decimal | null; price: Decimal | null; hasValue: boolean },
): Decimal | null {
  const { cost, price } = facts;
  if (cost && price && price.sign > 0) {
    const quantity = cost.dividedBy(price, QUOTIENT_DIGITS, 'half-even');
    if (quantity.sign > 0) {
      reader.say('quantity_derived', 'info', {
        field: 'quantity',
        params: { cost: cost.toString(), price: price.toString(), quantity: quantity.toString() },
      });
      return quantity;
    }
  }
  if (cost || facts.hasValue) {
    reader.say('kept_as_one_unit', 'info');
    return Decimal.one;
  }
  reader.say('quantity_missing', 'error', { field: 'quantity' });
  return null;
}

function sayCostDifference(reader: RowReader, { expected, cost }: { expected: Decimal; cost: Decimal }): void {
  if (!differsClearly(expected, cost)) return;
  reader.say('cost_differs', 'warning', {
    field: 'cost',
    params: { expected: shortText(expected, 2), written: cost.toString() },
  });
}

function manualPriceOf(
  reader: RowReader,
  { value, quantity }: { value: Decimal | null; quantity: Decimal },
): Decimal | null {
  if (value === null || value.sign <= 0) return null;
  const price = value.dividedBy(quantity, QUOTIENT_DIGITS, 'half-even');
  if (price.sign <= 0) return null;
  reader.say('value_as_manual_price', 'info', {
    field: 'value',
    params: { value: value.toString(), quantity: quantity.toString(), price: shortText(price) },
  });
  return price;
}
