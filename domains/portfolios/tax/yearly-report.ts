/**
 * Yearly tax report: what a return asks for of one portfolio and one fiscal year. Euros (or the jurisdiction's currency) and
 * cents; every total is the sum of the rows shown. Null is unknown: a rate is missing, and named.
 * Sources: LIRPF arts. 14 (the year of the transmission), 25, 33 to 37, 46 and 49. Transfers between funds (art. 94.1.a) are
 * no transmission and have no row. What a portfolio does not know (other brokers, other income) is not in it.
 */
import { Decimal, type LocalDate, localDate } from '#kernel';
import { compareEvents } from '../book.ts';
import type { BookEvent } from '../posting.ts';
import { type Basket, type CarriedLoss, type Compensated, compensateYears } from './compensation.ts';
import { type FeeRow, incomeOf, type IncomeRow } from './income.ts';
import type { LossAtRisk, WaitingLoss } from './repurchase.ts';
import { FIRST_YEAR, savingsTax } from './spain-rates.ts';
import { type TaxLedger, taxLedgerOf, type TaxOptions, type TaxPart, type TaxWarning } from './tax-ledger.ts';

export interface Transmission extends TaxPart {
  readonly basket: Basket;
  /** What counts this year: the gain, or the loss less what waits. */
  readonly counted: Decimal | null;
}

/** A loss of an earlier sale that counts this year, because what had replaced it was sold. */
export interface CountedLoss extends WaitingLoss {
  readonly basket: Basket;
}

export interface BasketTotals {
  readonly positive: Decimal | null;
  readonly negative: Decimal | null;
  readonly net: Decimal | null;
}

export interface TaxReport {
  readonly year: number;
  readonly jurisdiction: string;
  readonly method: string;
  readonly currency: string;
  readonly transmissions: readonly Transmission[];
  readonly countedLosses: readonly CountedLoss[];
  readonly income: readonly IncomeRow[];
  readonly fees: readonly FeeRow[];
  /** Losses that wait at the end of the year. */
  readonly waiting: readonly WaitingLoss[];
  /** Losses that count, and would not if the security were bought until a day that is still to come. */
  readonly atRisk: readonly LossAtRisk[];
  readonly totals: {
    readonly acquisitionValue: Decimal | null;
    readonly transmissionValue: Decimal | null;
    readonly deferred: Decimal;
    readonly gains: BasketTotals;
    readonly income: BasketTotals;
    readonly withheld: Decimal | null;
    readonly foreignTax: Decimal | null;
    readonly unassignedTax: Decimal | null;
    readonly fees: Decimal | null;
  };
  /** Spain only, and only while every balance is known. */
  readonly compensation: Compensated | null;
  /** Tax on the base by itself; null where no scale is known. */
  readonly savingsTax: Decimal | null;
  readonly warnings: readonly TaxWarning[];
}

export interface ReportOptions extends TaxOptions {
  readonly year: number;
  readonly countryOf: (instrumentId: string) => string | null;
  readonly carriedLosses: readonly CarriedLoss[];
}

/** Builds the report of a year from live events in any order. Stores nothing. */
export function yearlyReport(events: readonly BookEvent[], options: ReportOptions): TaxReport {
  return reportOf(taxLedgerOf(events, options), events, options);
}

/** The same, from a ledger that is already computed. */
export function reportOf(ledger: TaxLedger, events: readonly BookEvent[], options: ReportOptions): TaxReport {
  const { year, today, jurisdiction } = options;
  const ordered = events.toSorted(compareEvents);
  const facts = factsOf(year, { ledger, ordered, options });
  const compensated = jurisdiction.code === 'ES' ? compensationOf({ ledger, ordered, options }) : null;
  const { transmissions, countedLosses, income, fees } = facts;
  const lastDay = localDate(`${year}-12-31`);
  const isWaiting = (loss: WaitingLoss): boolean =>
    loss.part.soldOn <= lastDay && (loss.endedOn === null || loss.endedOn > lastDay);
  return {
    year,
    jurisdiction: jurisdiction.code,
    method: options.method,
    currency: options.currency,
    transmissions,
    countedLosses,
    income,
    fees,
    waiting: ledger.waiting.filter(isWaiting),
    atRisk: ledger.atRisk.filter(({ part }) => part.soldOn.startsWith(`${year}-`)),
    totals: {
      acquisitionValue: sumOf(transmissions, (part) => part.acquisitionValue),
      transmissionValue: sumOf(transmissions, (part) => part.transmissionValue),
      deferred: Decimal.sum(transmissions.map((part) => part.deferred)),
      gains: facts.totals.gains,
      income: facts.totals.income,
      withheld: bothOf(
        sumOf(income, (row) => row.withheld),
        sumOf(transmissions, (part) => part.withheld),
      ),
      foreignTax: sumOf(income, (row) => row.foreignTax),
      unassignedTax: sumOf(income, (row) => row.unassignedTax),
      fees: sumOf(fees, (row) => row.amount),
    },
    compensation: compensated,
    savingsTax: compensated && savingsTax(compensated.base, year),
    warnings: warningsOf(facts, { ledger, year, today }),
  };
}

/** Years with anything to report, newest first. */
export function reportYears(events: readonly BookEvent[], today: LocalDate): number[] {
  const thisYear = yearOf(today);
  const first = events.reduce((least, { date }) => Math.min(least, yearOf(date)), thisYear);
  const from = Math.max(first, FIRST_YEAR);
  return Array.from({ length: Math.max(0, thisYear - from + 1) }, (_, index) => thisYear - index);
}

interface Input {
  readonly ledger: TaxLedger;
  readonly ordered: readonly BookEvent[];
  readonly options: ReportOptions;
}

function factsOf(year: number, { ledger, ordered, options }: Input) {
  const isOfYear = (day: LocalDate | null): boolean => day?.startsWith(`${year}-`) ?? false;
  const basketOf = (part: Pick<TaxPart, 'instrumentId'> & { type?: string }): Basket => {
    // What debt pays when it is sold is income (art. 25.2); so is capital returned beyond its cost (art. 25.1.e).
    const isDebt = options.kindOf(part.instrumentId) === 'bond';
    return isDebt || part.type === 'return_of_capital' ? 'income' : 'gains';
  };
  const transmissions = ledger.parts
    .filter((part) => isOfYear(part.soldOn))
    .map((part) => ({ ...part, basket: basketOf(part), counted: part.gain && part.gain.plus(part.deferred) }));
  const countedLosses = ledger.waiting
    .filter((loss) => loss.fate === 'counted' && isOfYear(loss.endedOn))
    .map((loss) => ({ ...loss, basket: basketOf(loss.part) }));
  const { countryOf, currency, fx, jurisdiction } = options;
  const earned = incomeOf(ordered, { year, currency, fx, countryOf, homeCountry: jurisdiction.code });
  const totalsOf = (basket: Basket): BasketTotals => {
    const counted = transmissions.filter((part) => part.basket === basket).map((part) => part.counted);
    const released = countedLosses.filter((loss) => loss.basket === basket).map((loss) => loss.loss.negated());
    const gross = basket === 'income' ? earned.rows.map((row) => row.gross) : [];
    const all = [...counted, ...released, ...gross];
    const known = all.filter((figure) => figure !== null);
    if (known.length < all.length) return { positive: null, negative: null, net: null };
    const positive = Decimal.sum(known.filter((figure) => figure.sign > 0));
    const negative = Decimal.sum(known.filter((figure) => figure.sign < 0));
    return { positive, negative, net: positive.plus(negative) };
  };
  return {
    transmissions,
    countedLosses,
    income: earned.rows,
    fees: earned.fees,
    incomeWarnings: earned.warnings,
    totals: { gains: totalsOf('gains'), income: totalsOf('income') },
  };
}

/** Every year from the first one of the ledger, because what an earlier one left is used in a later one. */
function compensationOf(input: Input): Compensated | null {
  const { ordered, options } = input;
  const dates = ordered.map(({ date }) => yearOf(date));
  const brought = options.carriedLosses.map((loss) => loss.year + 1);
  const first = Math.max(FIRST_YEAR, Math.min(options.year, ...dates, ...brought));
  const balances = [];
  for (let year = first; year <= options.year; year += 1) {
    const { totals } = factsOf(year, input);
    if (!totals.gains.net || !totals.income.net) return null;
    balances.push({ year, gains: totals.gains.net, income: totals.income.net });
  }
  return compensateYears(balances, options.carriedLosses).at(-1) ?? null;
}

function warningsOf(
  facts: ReturnType<typeof factsOf>,
  { ledger, year, today }: { readonly ledger: TaxLedger; readonly year: number; readonly today: LocalDate },
): TaxWarning[] {
  const { transmissions, income } = facts;
  const unknownDays = transmissions.filter((part) => !part.isOpenedOnKnown);
  const seen = new Set(unknownDays.map((part) => part.instrumentId));
  const left = ledger.waiting.filter((loss) => loss.fate === 'left' && loss.endedOn?.startsWith(`${year}-`));
  const isRateMissing =
    transmissions.some((part) => part.gain === null) || income.some((row) => row.gross === null || !row.withheld);
  return [
    ...(yearOf(today) === year ? [{ code: 'year_not_over' as const }] : []),
    ...(isRateMissing ? [{ code: 'rate_missing' as const }] : []),
    ...[...seen].map((instrumentId) => ({ code: 'acquisition_day_unknown' as const, instrumentId })),
    ...left.map(({ heldIn }) => ({ code: 'loss_left_with_units' as const, instrumentId: heldIn.instrumentId })),
    ...ledger.warnings.filter(({ date }) => date === undefined || yearOf(date) <= year),
    ...facts.incomeWarnings,
  ];
}

export function yearOf(date: LocalDate): number {
  return Number(date.slice(0, 4));
}

function sumOf<Row>(rows: readonly Row[], figureOf: (row: Row) => Decimal | null): Decimal | null {
  const figures = rows.map(figureOf);
  const known = figures.filter((figure) => figure !== null);
  return known.length === figures.length ? Decimal.sum(known) : null;
}

function bothOf(a: Decimal | null, b: Decimal | null): Decimal | null {
  return a && b && a.plus(b);
}
