/**
 * Income and charges of a tax year: dividends and interest with what was withheld, and fees that may be deductible. Euros and
 * cents. Sources: LIRPF arts. 25.1 and 25.2 (income of capital), 26.1.a (only administration and deposit of securities may be
 * deducted: fees are told, never taken off, because a ledger cannot tell them from others), 80 (foreign tax).
 * What was withheld belongs to the country of the instrument's ISIN; without one it stays unassigned and is told.
 */
import { Decimal, type LocalDate } from '#kernel';
import { rateOf, withDividendSides } from '../book.ts';
import type { FxTable } from '../fx-table.ts';
import type { BookEvent } from '../posting.ts';
import type { TaxWarning } from './tax-ledger.ts';

export interface IncomeRow {
  readonly date: LocalDate;
  readonly instrumentId: string | null;
  /** `withholding` is a tax recorded by itself, next to what it was withheld from. */
  readonly kind: 'dividend' | 'interest' | 'withholding';
  readonly country: string | null;
  readonly gross: Decimal | null;
  readonly withheld: Decimal | null;
  readonly foreignTax: Decimal | null;
  readonly unassignedTax: Decimal | null;
}

/** A fee in no cost and no proceeds: custody, administration, and whatever else was recorded as one. */
export interface FeeRow {
  readonly date: LocalDate;
  readonly instrumentId: string | null;
  readonly amount: Decimal | null;
}

export interface IncomeOptions {
  readonly year: number;
  readonly currency: string;
  readonly fx: FxTable;
  /** First two letters of the ISIN; null without one. */
  readonly countryOf: (instrumentId: string) => string | null;
  /** The country of the return. */
  readonly homeCountry: string;
}

/** Income of a year, in order of days. Events come in order. */
export function incomeOf(events: readonly BookEvent[], options: IncomeOptions) {
  const { year } = options;
  const rows: IncomeRow[] = [];
  const fees: FeeRow[] = [];
  const warnings: TaxWarning[] = [];
  for (const event of withDividendSides(events)) {
    if (!event.date.startsWith(`${year}-`)) continue;
    const fee = feeOf(event, options);
    if (fee) fees.push(fee);
    if (!['dividend', 'interest', 'tax'].includes(event.type)) continue;
    const left = leftOut(event);
    if (left) warnings.push(left);
    else rows.push(rowOf(event, options));
  }
  const unassigned = rows.some(({ unassignedTax }) => unassignedTax !== null && !unassignedTax.isZero);
  if (unassigned) warnings.push({ code: 'country_unknown' });
  return { rows, fees, warnings };
}

/** Interest that was charged is no negative income, and a dividend paid on a short sale is part of that sale's cost. */
function leftOut({ type, amount, instrumentId, date }: BookEvent): TaxWarning | null {
  if ((amount?.sign ?? 0) >= 0 || type === 'tax') return null;
  const code = type === 'interest' ? 'interest_paid_left_out' : 'short_dividend_left_out';
  return { code, date, ...(instrumentId !== null && { instrumentId }) };
}

function rowOf(event: BookEvent, options: IncomeOptions): IncomeRow {
  const { type, date, instrumentId } = event;
  const amount = event.amount ?? Decimal.zero;
  const isTax = type === 'tax';
  const gross = inCents(isTax ? Decimal.zero : amount, event, options);
  const tax = inCents(isTax ? event.tax.plus(amount) : event.tax, event, options);
  const country = instrumentId === null ? null : options.countryOf(instrumentId);
  const zero = tax && Decimal.zero;
  return {
    date,
    instrumentId,
    kind: isTax ? 'withholding' : type === 'dividend' ? 'dividend' : 'interest',
    country,
    gross,
    withheld: country === options.homeCountry ? tax : zero,
    foreignTax: country !== null && country !== options.homeCountry ? tax : zero,
    unassignedTax: country === null ? tax : zero,
  };
}

/** Types whose fee is inside cost or proceeds already. */
const FEE_INSIDE = ['buy', 'sell', 'short', 'cover', 'opening', 'transfer_in'];

function feeOf(event: BookEvent, options: IncomeOptions): FeeRow | null {
  if (FEE_INSIDE.includes(event.type) && event.instrumentId !== null) return null;
  const charged = event.type === 'fee' ? event.fee.plus(event.amount ?? Decimal.zero) : event.fee;
  if (charged.isZero) return null;
  return { date: event.date, instrumentId: event.instrumentId, amount: inCents(charged, event, options) };
}

function inCents(figure: Decimal, event: BookEvent, { currency, fx }: IncomeOptions): Decimal | null {
  if (figure.isZero) return figure;
  const rate = rateOf({ baseCurrency: currency, fx }, event);
  return rate && figure.times(rate).rounded(2, 'half-up');
}
