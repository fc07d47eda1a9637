/**
 * History rows: closed trades (Historico): a day of purchase, a day of sale, and a result. Each row is a buy and a sell.
 * The sale's proceeds come, in this order, from what is written (proceeds, sale price) or from the gain: cost × (1 + %),
 * or cost + money. Staking is income in kind: its units come in at no cost on the day of the sale and leave with it.
 */
import { Decimal, type LocalDate } from '#kernel';
import type { RowReader } from './column-reading.ts';
import type { KeylessDraft } from './planned-row.ts';
import { accountOf, currencyOf, instrumentOf, noteOf, type PlanContext, shortText } from './row-facts.ts';
import { textKey } from './text-key.ts';

/** Cents and finer: proceeds are money. */
const MONEY_DIGITS = 8;
const HUNDRED = Decimal.from('100');
/** Written gains are rounded by people. */
const GAIN_TOLERANCE_POINTS = Decimal.from('1');

interface Trade {
  readonly bought: LocalDate;
  readonly sold: LocalDate | null;
  readonly quantity: Decimal;
  readonly cost: Decimal;
}

/** Plans one closed trade; null when the row has issues that stop it. */
export function planHistory(reader: RowReader, context: PlanContext): KeylessDraft[] | null {
  const cost = reader.figure('cost');
  const price = reader.figure('price', cost ? 'warning' : 'error');
  const currency = currencyOf(reader, context, [
    [cost, reader.headerCurrency('cost')],
    [price, reader.headerCurrency('price')],
    [reader.figure('proceeds', 'warning'), reader.headerCurrency('proceeds')],
  ]);
  const isCoinList = /cripto|crypto|coin/i.test(reader.headerOf('name')) || reader.text('staking') !== null;
  const instrument = instrumentOf(reader, {
    currency,
    fallbackKind: isCoinList && reader.text('kind') === null ? 'crypto' : null,
  });
  if (!instrument) reader.say('name_missing', 'error');
  const trade = tradeOf(reader, context, { cost: cost?.value ?? null, price: price?.value ?? null });
  if (!trade || !instrument || reader.hasError) return null;
  const staking = trade.sold === null ? null : stakingOf(reader, trade.sold);
  const note = noteOf(reader, context, staking?.note ?? []);
  const common = {
    instrument,
    currency,
    isDateAssumed: false,
    accountName: accountOf(reader, context),
    source: { sheet: context.mapping.sheet, row: reader.row.row },
    ...(note === null ? {} : { note }),
  };
  const buy: KeylessDraft = {
    ...common,
    type: 'buy',
    date: trade.bought,
    quantity: trade.quantity,
    amount: trade.cost,
  };
  if (trade.sold === null) {
    reader.say('still_open', 'info', { field: 'sell_date' });
    return [buy];
  }
  const proceeds = proceedsOf(reader, context, trade);
  if (!proceeds) return null;
  const units = staking?.units ?? null;
  const reward: KeylessDraft[] = units
    ? [{ ...common, type: 'transfer_in', date: trade.sold, quantity: units, amount: Decimal.zero }]
    : [];
  const quantity = units ? trade.quantity.plus(units) : trade.quantity;
  return [buy, ...reward, { ...common, type: 'sell', date: trade.sold, quantity, amount: proceeds }];
}

function tradeOf(
  reader: RowReader,
  context: PlanContext,
  facts: { cost: Decimal | null; price: Decimal | null },
): Trade | null {
  const bought = reader.day('buy_date');
  const sold = reader.day('sell_date');
  const written = reader.figure('quantity');
  if (!bought && !reader.hasError) reader.say('day_missing', 'error', { field: 'buy_date' });
  if (!bought || reader.hasError) return null;
  for (const date of [bought, sold]) {
    if (date !== null && date > context.today) reader.say('day_in_future', 'error', { params: { date } });
  }
  if (sold !== null && sold < bought)
    reader.say('sold_before_bought', 'error', { field: 'sell_date', params: { sold, bought } });
  const quantity = written?.value ?? (facts.cost ? Decimal.one : null);
  if (!written && facts.cost) reader.say('kept_as_one_unit', 'info');
  const cost = facts.cost ?? (quantity && facts.price ? quantity.times(facts.price) : null);
  if (quantity && quantity.sign <= 0) reader.say('quantity_negative', 'error', { field: 'quantity' });
  if (!quantity || !cost || cost.sign < 0) reader.say('history_amount_missing', 'error');
  if (!quantity || !cost || reader.hasError) return null;
  return { bought, sold, quantity, cost };
}

function proceedsOf(reader: RowReader, context: PlanContext, trade: Trade): Decimal | null {
  const written = reader.figure('proceeds')?.value;
  const salePrice = reader.figure('sell_price', 'warning')?.value;
  const stated = written ?? (salePrice ? trade.quantity.times(salePrice) : undefined);
  const gain = gainOf(reader, context, stated === undefined);
  if (stated !== undefined) {
    if (gain?.unit === 'percent' && trade.cost.sign > 0)
      checkGain(reader, { trade, stated, writtenPercent: gain.value });
    return stated;
  }
  if (!gain) {
    if (!reader.hasError) reader.say('history_result_missing', 'error', { field: 'gain' });
    return null;
  }
  const proceeds =
    gain.unit === 'money'
      ? trade.cost.plus(gain.value)
      : trade.cost
          .plus(trade.cost.times(gain.value).dividedBy(HUNDRED, 18, 'half-even'))
          .rounded(MONEY_DIGITS, 'half-up');
  if (proceeds.sign < 0) {
    reader.say('history_result_missing', 'error', { field: 'gain' });
    return null;
  }
  const shownGain = gain.unit === 'money' ? gain.value.toString() : `${gain.value.toString()} %`;
  reader.say('proceeds_derived', 'info', {
    field: 'gain',
    params: { cost: trade.cost.toString(), gain: shownGain, proceeds: proceeds.toString() },
  });
  return proceeds;
}

/** The gain as percent points or money; a bare figure takes the header's word or the person's answer, never a guess. */
function gainOf(
  reader: RowReader,
  context: PlanContext,
  isNeeded: boolean,
): { unit: 'percent' | 'money'; value: Decimal } | null {
  const figure = reader.figure('gain', isNeeded ? 'error' : 'warning');
  if (!figure) return null;
  if (figure.isPercent) return { unit: 'percent', value: figure.value };
  if (figure.currency !== null || reader.headerCurrency('gain') !== null) return { unit: 'money', value: figure.value };
  const answer = textKey(reader.headerOf('gain')).split(' ').includes('pct') ? 'percent' : context.mapping.gainUnit;
  if (answer === 'ratio') return { unit: 'percent', value: figure.value.times(HUNDRED) };
  if (answer !== null) return { unit: answer, value: figure.value };
  reader.say('gain_unit_unknown', isNeeded ? 'error' : 'warning', { field: 'gain', params: { text: figure.shown } });
  return null;
}

function checkGain(reader: RowReader, facts: { trade: Trade; stated: Decimal; writtenPercent: Decimal }): void {
  const { trade, stated, writtenPercent } = facts;
  const computed = stated.minus(trade.cost).times(HUNDRED).dividedBy(trade.cost, 4, 'half-even');
  if (computed.minus(writtenPercent).absolute().compare(GAIN_TOLERANCE_POINTS) <= 0) return;
  reader.say('gain_differs', 'warning', {
    field: 'gain',
    params: { written: `${writtenPercent.toString()} %`, computed: `${shortText(computed, 2)} %` },
  });
}

/** Units of staking, or a note when the cell does not count units (`Sí`, `4 %`, `12 €`). */
function stakingOf(reader: RowReader, sold: LocalDate): { units: Decimal | null; note: string[] } | null {
  const text = reader.text('staking');
  if (text === null || /^(?:no|0(?:[.,]0*)?)$/i.test(text)) return null;
  const before = reader.issues.length;
  const figure = reader.figure('staking', 'warning');
  if (figure && !figure.isPercent && figure.currency === null && figure.value.sign > 0) {
    reader.say('staking_in_kind', 'info', {
      field: 'staking',
      params: { quantity: figure.value.toString(), date: sold },
    });
    return { units: figure.value, note: ['Staking'] };
  }
  // `Sí` is not an unreadable figure but an answer: one sentence about it is enough.
  reader.issues.splice(before);
  reader.say('staking_not_units', 'warning', { field: 'staking', params: { text } });
  return { units: null, note: [`Staking: ${text}`] };
}
