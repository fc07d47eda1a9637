/**
 * Transaction rows: dated lists, one operation per row: the ledger file of the contract and what brokers export.
 * Signs: files disagree on whether money out is negative, so the type gives the direction and figures are taken without
 * sign; when there is no type, the sign of the quantity (or of the amount) gives it, and the row says so.
 */
import { Decimal, type LocalDate } from '#kernel';
import { type LedgerEventType } from '../ledger-event.ts';
import { parseLedgerEventType } from '../ledger-event-words.ts';
import { parseLotPicks } from '../lot-pick.ts';
import type { ReadFigure, RowReader } from './column-reading.ts';
import type { KeylessDraft } from './planned-row.ts';
import {
  accountOf,
  currencyOf,
  differsClearly,
  instrumentOf,
  noteOf,
  type PlanContext,
  readIdentifier,
  shortText,
} from './row-facts.ts';
import { textKey } from './text-key.ts';

const TRADES = new Set<LedgerEventType>([
  'buy',
  'sell',
  'opening',
  'transfer_in',
  'transfer_out',
  'traspaso',
  'bonus',
  'short',
  'cover',
]);
/** Types that need no figure beside their units. */
const NEEDS_NO_AMOUNT = new Set<LedgerEventType>(['transfer_out', 'traspaso', 'merger', 'bonus']);
const NEEDS_INSTRUMENT = new Set<LedgerEventType>([
  'buy',
  'sell',
  'dividend',
  'split',
  'traspaso',
  'bonus',
  'spinoff',
  'merger',
  'short',
  'cover',
  'return_of_capital',
]);
/** Broker words beyond the ledger's own list; the first match in the text wins. */
const LOOSE_WORDS: readonly (readonly [RegExp, LedgerEventType])[] = [
  [/\b(dividend\w*|dividendos?|cupon|distribution)\b/, 'dividend'],
  [/\b(market buy|limit buy|compras?|buy|bought|suscripcion\w*|aportacion periodica|c)\b/, 'buy'],
  [/\b(market sell|limit sell|ventas?|sell|sold|reembolso|v)\b/, 'sell'],
  [/\b(deposit\w*|ingresos?|top up|aportacion\w*|transferencia recibida|cash in)\b/, 'deposit'],
  [/\b(withdraw\w*|retirad\w+|reintegro|transferencia emitida|cash out)\b/, 'withdrawal'],
  [/\b(interest|interes\w*)\b/, 'interest'],
  [/\b(comision\w*|fees?|custodia|custody)\b/, 'fee'],
  [/\b(retencion|impuestos?|tax\w*)\b/, 'tax'],
  [/\b(split)\b/, 'split'],
];

interface Figures {
  readonly quantity: ReadFigure | null;
  readonly price: ReadFigure | null;
  readonly amount: ReadFigure | null;
  readonly net: ReadFigure | null;
  readonly fee: ReadFigure | null;
  readonly tax: ReadFigure | null;
  readonly fx: ReadFigure | null;
}

/** Plans one dated row; null when the row has issues that stop it. */
export function planTransaction(reader: RowReader, context: PlanContext): KeylessDraft[] | null {
  const date = requiredDay(reader, context);
  const isSplit = textKey(reader.text('type') ?? '').includes('split');
  const figures = readFigures(reader, isSplit);
  const type = typeOf(reader, figures);
  if (!date || !type || reader.hasError) return null;
  const currency = currencyOf(reader, context, [
    [figures.amount, reader.headerCurrency('amount')],
    [figures.price, reader.headerCurrency('price')],
    [figures.net, reader.headerCurrency('net_amount')],
    [figures.fee, reader.headerCurrency('fee')],
  ]);
  const instrument = instrumentOf(reader, { currency, fallbackKind: null });
  if (!instrument && NEEDS_INSTRUMENT.has(type)) {
    reader.say('instrument_missing', 'error');
    return null;
  }
  const note = noteOf(reader, context);
  const to = reader.text('to');
  const draft: KeylessDraft = {
    type,
    date,
    isDateAssumed: false,
    accountName: accountOf(reader, context),
    currency,
    source: { sheet: context.mapping.sheet, row: reader.row.row },
    ...(instrument && instrument.kind !== 'cash' ? { instrument } : {}),
    ...(to === null || !instrument
      ? {}
      : { toInstrument: { ...readIdentifier(to), kind: instrument.kind, name: to, currency } }),
    ...(note === null ? {} : { note }),
    ...lotsOf(reader),
    ...(isSplit ? splitRatio(reader) : money(reader, { type, figures })),
  };
  return reader.hasError ? null : [draft];
}

/** The lots that a sale names; a cell that does not say any is complained about. */
function lotsOf(reader: RowReader): Pick<KeylessDraft, 'lots'> {
  const text = reader.text('lots') ?? '';
  const lots = parseLotPicks(text);
  if (!lots) reader.say('lots_unreadable', 'error', { field: 'lots', params: { text: text.slice(0, 60) } });
  return lots && lots.length > 0 ? { lots } : {};
}

function requiredDay(reader: RowReader, context: PlanContext): LocalDate | null {
  const date = reader.day('date');
  if (!date && !reader.hasError) reader.say('day_missing', 'error', { field: 'date' });
  if (date && date > context.today) reader.say('day_in_future', 'error', { field: 'date', params: { date } });
  return date;
}

function readFigures(reader: RowReader, isSplit: boolean): Figures {
  return {
    // A split's `7:3` is not a figure and is read on its own.
    quantity: isSplit ? null : reader.figure('quantity'),
    price: reader.figure('price'),
    amount: reader.figure('amount'),
    net: reader.figure('net_amount'),
    fee: reader.figure('fee'),
    tax: reader.figure('tax'),
    fx: reader.figure('fx', 'warning'),
  };
}

function typeOf(reader: RowReader, figures: Figures): LedgerEventType | null {
  const written = reader.text('type');
  if (written !== null) {
    const type = parseLedgerEventType(written) ?? looseType(written);
    if (!type) reader.say('type_unknown', 'error', { field: 'type', params: { text: written.slice(0, 60) } });
    return type;
  }
  const signed = figures.quantity ?? figures.amount ?? figures.net;
  if (!signed || signed.value.isZero) {
    if (!reader.hasError) reader.say('type_missing', 'error', { field: 'type' });
    return null;
  }
  const isOut = signed.value.sign < 0;
  const type = figures.quantity ? (isOut ? 'sell' : 'buy') : isOut ? 'withdrawal' : 'deposit';
  reader.say('type_from_sign', 'info', { params: { type } });
  return type;
}

function looseType(written: string): LedgerEventType | null {
  const key = textKey(written);
  return LOOSE_WORDS.find(([words]) => words.test(key))?.[1] ?? null;
}

type Money = Pick<KeylessDraft, 'quantity' | 'price' | 'amount' | 'fee' | 'tax' | 'fx'>;

function money(reader: RowReader, { type, figures }: { type: LedgerEventType; figures: Figures }): Money {
  const quantity = figures.quantity?.value.absolute();
  const price = figures.price?.value.absolute();
  const fee = figures.fee?.value.absolute();
  const tax = figures.tax?.value.absolute();
  const isTrade = TRADES.has(type);
  // The price of a traspaso is its target's, the quantity its source's: their product says nothing.
  const derived = isTrade && type !== 'traspaso' && quantity && price ? quantity.times(price) : null;
  // Interest charged and refunds of fees or taxes keep their sign; everywhere else the type gives the direction.
  const keepsSign = type === 'interest' || type === 'fee' || type === 'tax';
  const stated = keepsSign && type === 'interest' ? figures.amount?.value : figures.amount?.value.absolute();
  const amount = stated ?? derived ?? grossFromNet(reader, { type, net: figures.net?.value ?? null, fee, tax });
  if (stated && derived && differsClearly(derived, stated)) {
    reader.say('amount_differs', 'warning', {
      field: 'amount',
      params: { expected: shortText(derived, 2), written: stated.toString() },
    });
  }
  if (isTrade && !quantity && type !== 'transfer_in' && type !== 'transfer_out' && type !== 'opening') {
    reader.say('quantity_missing', 'error', { field: 'quantity' });
  }
  const isCharge = (type === 'fee' && fee !== undefined) || (type === 'tax' && tax !== undefined);
  const isCashInQuantity = !isTrade && quantity !== undefined && type !== 'return_of_capital';
  if (amount === null && !isCharge && !isCashInQuantity && !NEEDS_NO_AMOUNT.has(type))
    reader.say('amount_missing', 'error', { field: 'amount' });
  return {
    ...(quantity && !quantity.isZero ? { quantity } : {}),
    ...(price === undefined ? {} : { price }),
    // Quantity × price is left to the ledger, so that its own figure is exact; only stated and net amounts are sent.
    ...(stated || (!derived && amount) ? { amount: stated ?? amount ?? Decimal.zero } : {}),
    ...(fee && !fee.isZero ? { fee } : {}),
    ...(tax && !tax.isZero ? { tax } : {}),
    ...(figures.fx && figures.fx.value.sign > 0 ? { fx: figures.fx.value } : {}),
  };
}

/** Net = what moved in the account. A purchase's charges are inside it; a sale's and an income's were taken from it. */
function grossFromNet(
  reader: RowReader,
  facts: { type: LedgerEventType; net: Decimal | null; fee: Decimal | undefined; tax: Decimal | undefined },
): Decimal | null {
  if (facts.net === null) return null;
  const charges = (facts.fee ?? Decimal.zero).plus(facts.tax ?? Decimal.zero);
  const net = facts.net.absolute();
  const gross = facts.type === 'buy' || facts.type === 'withdrawal' ? net.minus(charges) : net.plus(charges);
  if (!charges.isZero)
    reader.say('amount_from_net', 'info', { field: 'net_amount', params: { amount: gross.toString() } });
  return gross;
}

function splitRatio(reader: RowReader): Pick<KeylessDraft, 'quantity' | 'splitRatio'> {
  const text = reader.text('quantity') ?? reader.text('price') ?? '';
  const pair = /^(\d+(?:[.,]\d+)?)\s*(?::|x|por|for|\/|a)\s*(\d+(?:[.,]\d+)?)$/i.exec(text);
  const decimal = (figure: string): Decimal | null => Decimal.parse(figure.replace(',', '.'));
  const newUnits = decimal(pair?.[1] ?? text);
  const oldUnits = pair ? decimal(pair[2] ?? '') : Decimal.one;
  if (!newUnits || !oldUnits || newUnits.sign <= 0 || oldUnits.sign <= 0) {
    reader.say('split_ratio_unreadable', 'error', { field: 'quantity', params: { text } });
    return {};
  }
  return pair ? { splitRatio: { newUnits, oldUnits } } : { quantity: newUnits };
}
