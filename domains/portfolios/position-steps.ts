/** What a position leaves for the chart: its units by day and the prices of its own operations. Floats; never money. */
import { type Decimal, epochDay, type LocalDate } from '#kernel';
import type { Position } from './position.ts';
import type { BookEvent } from './posting.ts';

/** Notes the units at the end of a day. */
export function noteStep(position: Position, date: LocalDate): void {
  const { days, quantities } = position.steps;
  const day = epochDay(date);
  const quantity = position.quantity.toStatistic();
  if (days.at(-1) === day) quantities[quantities.length - 1] = quantity;
  else if (quantities.at(-1) !== quantity) {
    days.push(day);
    quantities.push(quantity);
  }
}

/** Notes the price of one unit that an event of the position tells. */
export function noteTrade(position: Position, event: BookEvent): void {
  const { trades } = position;
  const last = trades.closes.at(-1);
  const dilution = last === undefined ? null : dilutionOf(position, event);
  if (last !== undefined && dilution !== null) {
    // After a split one unit is worth its share of the last price, not that price.
    trades.days.push(epochDay(event.date));
    trades.closes.push(last * dilution);
  }
  const close = closeOf(position, event);
  if (close === null) return;
  if (trades.currency !== event.currency) {
    // Prices in another currency are another column; the newest currency is the one kept.
    trades.days.length = 0;
    trades.closes.length = 0;
    trades.currency = event.currency;
  }
  const day = epochDay(event.date);
  if (trades.days.at(-1) === day) trades.closes[trades.closes.length - 1] = close;
  else {
    trades.days.push(day);
    trades.closes.push(close);
  }
}

/** What becomes of one unit's price when units multiply without money. */
function dilutionOf(position: Position, event: BookEvent): number | null {
  const { splitRatio, quantity, type } = event;
  if (splitRatio) return splitRatio.oldUnits.toStatistic() / splitRatio.newUnits.toStatistic();
  if (type !== 'bonus' || !quantity) return null;
  const held = position.quantity.toStatistic();
  return (held - quantity.toStatistic()) / held;
}

/** Notes what an event put into the position or took out of it: what `invested` moved since the last one. */
export function noteMoney({ money, figures }: Position, date: LocalDate): void {
  const { known, unknownCount } = figures.invested;
  const isUnknown = unknownCount !== money.notedUnknownCount;
  const moved = isUnknown ? Number.NaN : known.minus(money.noted).toStatistic();
  money.noted = known;
  money.notedUnknownCount = unknownCount;
  if (moved === 0) return;
  const day = epochDay(date);
  if (money.days.at(-1) !== day) {
    money.days.push(day);
    money.in.push(0);
    money.out.push(0);
  }
  const column = moved < 0 ? money.out : money.in;
  column[column.length - 1] = (column.at(-1) ?? 0) + Math.abs(moved);
}

const PRICED_TYPES = ['buy', 'sell', 'short', 'cover', 'transfer_in', 'transfer_out', 'opening', 'traspaso'];

function closeOf(position: Position, event: BookEvent): number | null {
  const isTarget = event.toInstrumentId === position.instrumentId;
  if (event.type === 'merger') return isTarget && event.price ? event.price.toStatistic() : null;
  if (!PRICED_TYPES.includes(event.type)) return null;
  return unitPrice(event.amount, isTarget ? event.toQuantity : event.quantity);
}

function unitPrice(amount: Decimal | null, quantity: Decimal | null): number | null {
  if (!amount || !quantity || amount.isZero) return null;
  return amount.toStatistic() / quantity.toStatistic();
}
