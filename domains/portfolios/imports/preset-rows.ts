/**
 * Preset rows: rows of a file we know, read by its rules instead of by what columns look like. A word the rules do not have is
 * an error of its row; what they leave out is told with what it says, because it may have moved cash or units.
 */
import type { Decimal } from '#kernel';
import type { InstrumentDraft, LedgerEventType } from '../ledger-event.ts';
import type { ReadFigure, RowReader } from './column-reading.ts';
import { type DecimalMark, parseFigure } from './figure.ts';
import type { KeylessDraft } from './planned-row.ts';
import { type ColumnPlace, columnAt, type PresetMeaning, presetOf, type PresetRules } from './preset.ts';
import { marketOf, splitUnit } from './preset-market.ts';
import { currencyOf, instrumentOf, type PlanContext } from './row-facts.ts';
import { cellAt } from './sheet.ts';
import { textKey } from './text-key.ts';

const CASH_TYPES = new Set<LedgerEventType>(['deposit', 'withdrawal', 'interest', 'fee', 'tax']);
const NOTE_CHARS_MAX = 500;

interface Row {
  readonly reader: RowReader;
  readonly context: PlanContext;
  readonly rules: PresetRules;
}

/** Plans one row by a preset's rules. */
export function planPreset(
  reader: RowReader,
  context: PlanContext,
  rules: PresetRules,
): KeylessDraft[] | 'skip' | null {
  const row: Row = { reader, context, rules };
  if (isLeftOut(row)) return 'skip';
  const date = reader.day('date');
  if (!date && !reader.hasError) reader.say('day_missing', 'error', { field: 'date' });
  if (date && date > context.today) reader.say('day_in_future', 'error', { field: 'date', params: { date } });
  const meaning = meaningOf(row);
  if (meaning === 'leave_out') return leaveOut(row, reader.text('type') ?? '');
  if (!date || !meaning || reader.hasError) return null;
  const figures = rules.hasUnits ? unitFigures(row, meaning) : plainFigures(row);
  if (!figures || reader.hasError) return null;
  const type = typeOf(meaning, figures);
  const money = moneyOf(row, { meaning, type, figures });
  if (reader.hasError) return null;
  const currency = figures.currency;
  const instrument = instrumentFor(row, { type, figures });
  if (type === 'buy' || type === 'sell' || type === 'dividend') {
    if (!instrument) reader.say('instrument_missing', 'error');
  }
  const note = reader.text('note');
  return reader.hasError
    ? null
    : [
        {
          type,
          date,
          isDateAssumed: false,
          accountName: reader.text('account') ?? accountName(row),
          currency,
          source: { sheet: context.mapping.sheet, row: reader.row.row },
          ...(instrument ? { instrument } : {}),
          ...(note === null ? {} : { note: note.slice(0, NOTE_CHARS_MAX) }),
          ...money,
        },
      ];
}

/** A person's own name for the account wins over the broker's. */
function accountName({ context, rules }: Row): string {
  return context.isAccountNamed ? context.accountName : (rules.account ?? context.accountName);
}

function isLeftOut(row: Row): boolean {
  const { reader, rules } = row;
  // Sums of a section have no day and begin their currency with the word.
  if (reader.cell('date') === undefined && /^total\b/.test(textKey(reader.text('currency') ?? ''))) {
    reader.say('total_row', 'info');
    return true;
  }
  const other = rules.only?.find(({ place, words }) => !words.map(textKey).includes(textKey(textAt(row, place) ?? '')));
  if (!other) return false;
  leaveOut(row, textAt(row, other.place) ?? '');
  return true;
}

function leaveOut({ reader, context }: Row, text: string): 'skip' {
  const broker = presetOf(context.mapping.preset)?.broker ?? '';
  reader.say('preset_left_out', 'warning', { params: { broker, text: text.slice(0, 60) } });
  return 'skip';
}

function textAt({ reader, context }: Row, place: ColumnPlace): string | null {
  const column = context.headerRow && columnAt(place, context.headerRow);
  const text = column === null ? undefined : cellAt(reader.row, column)?.text.trim();
  return text === undefined || text === '' ? null : text;
}

function meaningOf({ reader, rules }: Row): PresetMeaning | null {
  if (rules.always) return rules.always;
  const written = reader.text('type') ?? '';
  const found = rules.meanings?.find(([pattern]) => pattern.test(textKey(written)))?.[1] ?? null;
  if (!found) reader.say('type_unknown', 'error', { field: 'type', params: { text: written.slice(0, 60) } });
  return found;
}

interface PresetFigures {
  readonly quantity: Decimal | null;
  readonly price: Decimal | null;
  readonly amount: Decimal | null;
  readonly fee: Decimal | null;
  readonly tax: Decimal | null;
  readonly currency: string;
  /** What was traded, where a market or a unit says it. */
  readonly symbol: string | null;
}

function plainFigures(row: Row): PresetFigures | null {
  const { reader, context, rules } = row;
  const figure = (read: ReadFigure | null): Decimal | null => read?.value ?? null;
  const amount = reader.figure('amount');
  const fee = reader.figure('fee');
  const market = rules.isPair ? marketOf(reader.text('symbol') ?? '') : null;
  if (rules.isPair && !market) {
    reader.say('instrument_missing', 'error', { field: 'symbol' });
    return null;
  }
  const named = currencyOf(reader, context, [
    [amount, reader.headerCurrency('amount')],
    [fee, reader.headerCurrency('fee')],
  ]);
  const extra = extraFeeOf(row);
  const charge = figure(fee);
  return {
    quantity: figure(reader.figure('quantity')),
    price: figure(reader.figure('price')),
    amount: figure(amount),
    fee: charge && extra ? charge.plus(extra) : (charge ?? extra),
    tax: figure(reader.figure('tax')),
    currency: market?.paidIn ?? named,
    symbol: market?.traded ?? null,
  };
}

function extraFeeOf(row: Row): Decimal | null {
  const { rules, reader } = row;
  const text = rules.extraFee === undefined ? null : textAt(row, rules.extraFee);
  if (text === null) return null;
  const mark: DecimalMark = reader.columns.get('fee')?.mark ?? reader.columns.get('amount')?.mark ?? '.';
  const figure = parseFigure(text, mark);
  if (!figure) reader.say('figure_unreadable', 'error', { field: 'fee', params: { text: text.slice(0, 60) } });
  return figure?.value ?? null;
}

/** `0.5BTC` bought for `300EUR` with a fee of `0.0005BTC`: what a fee in the coin itself takes is not received. */
function unitFigures({ reader }: Row, meaning: PresetMeaning): PresetFigures | null {
  const unit = (field: 'quantity' | 'amount' | 'fee') => splitUnit(reader.text(field) ?? '');
  const [executed, paid, fee] = [unit('quantity'), unit('amount'), unit('fee')];
  if (!executed || !paid) {
    const field = executed ? 'amount' : 'quantity';
    reader.say('figure_unreadable', 'error', { field, params: { text: reader.text(field) ?? '' } });
    return null;
  }
  const isInCoin = fee?.unit === executed.unit && meaning === 'buy';
  const isInMoney = fee?.unit === paid.unit;
  if (fee && !fee.figure.isZero && !isInCoin && !isInMoney) {
    const params = { text: `${fee.figure.toString()} ${fee.unit}`, currency: fee.unit };
    reader.say('fee_unit_ignored', 'warning', { field: 'fee', params });
  }
  return {
    quantity: isInCoin ? executed.figure.minus(fee.figure) : executed.figure,
    price: null,
    amount: paid.figure,
    fee: isInMoney ? fee.figure : null,
    tax: null,
    currency: paid.unit,
    symbol: executed.unit,
  };
}

function typeOf(meaning: PresetMeaning, { quantity, amount }: PresetFigures): LedgerEventType {
  if (meaning === 'trade') return (quantity?.sign ?? 0) < 0 ? 'sell' : 'buy';
  if (meaning === 'cash') return (amount?.sign ?? 0) < 0 ? 'withdrawal' : 'deposit';
  if (meaning === 'signed_tax') return 'tax';
  if (meaning === 'signed_fee') return 'fee';
  return meaning === 'leave_out' ? 'fee' : meaning;
}

function moneyOf(
  { reader }: Row,
  facts: { readonly meaning: PresetMeaning; readonly type: LedgerEventType; readonly figures: PresetFigures },
): Pick<KeylessDraft, 'quantity' | 'price' | 'amount' | 'fee' | 'tax'> {
  const { meaning, type, figures } = facts;
  const isSigned = meaning === 'signed_tax' || meaning === 'signed_fee';
  // Dividends and interest keep their sign: taken back, or charged. A charge is written as money that leaves.
  const keepsSign = type === 'dividend' || type === 'interest';
  const cash = figures.amount ?? (CASH_TYPES.has(type) ? figures.quantity : null);
  const amount = cash && (isSigned ? cash.negated() : keepsSign ? cash : cash.absolute());
  if (amount === null && type !== 'transfer_out' && type !== 'bonus')
    reader.say('amount_missing', 'error', { field: 'amount' });
  const quantity = CASH_TYPES.has(type) || type === 'dividend' ? null : figures.quantity;
  // A price would value units that leave at their cost, and free ones.
  const hasPrice = !CASH_TYPES.has(type) && !['dividend', 'transfer_out', 'bonus'].includes(type);
  const price = hasPrice ? figures.price : null;
  // Charges are written as money that leaves (negative) or as a plain size; money that comes back would be both.
  const charge = (figure: Decimal | null): Decimal | null => (figure && !figure.isZero ? figure.absolute() : null);
  const [fee, tax] = [charge(figures.fee), charge(figures.tax)];
  return {
    ...(quantity && !quantity.isZero ? { quantity: quantity.absolute() } : {}),
    ...(price ? { price: price.absolute() } : {}),
    // Free units and units that leave at their cost have no amount, whatever the file values them at.
    ...(amount && type !== 'bonus' && type !== 'transfer_out' ? { amount } : {}),
    ...(fee ? { fee } : {}),
    ...(tax ? { tax } : {}),
  };
}

function instrumentFor(
  row: Row,
  { type, figures }: { readonly type: LedgerEventType; readonly figures: PresetFigures },
): InstrumentDraft | null {
  const { reader, rules } = row;
  if (type === 'deposit' || type === 'withdrawal' || type === 'interest') return null;
  const currency = (rules.instrumentCurrency && textAt(row, rules.instrumentCurrency)) ?? figures.currency;
  if (figures.symbol !== null) {
    return { kind: rules.kind ?? 'other', symbol: figures.symbol, name: figures.symbol, currency };
  }
  if (rules.instrumentInNote) {
    const { symbol, isin } = rules.instrumentInNote.exec(reader.text('note') ?? '')?.groups ?? {};
    if (symbol === undefined) return null;
    return { kind: rules.kind ?? 'stock', symbol, name: symbol, currency, ...(isin === undefined ? {} : { isin }) };
  }
  return instrumentOf(reader, { currency, fallbackKind: rules.kind ?? null });
}
