/**
 * Analysis of a ledger without a server: positions, lots, sales and totals between two days, in one currency.
 * Figures of a period are differences of two books: as of its last day and as of the day before its first.
 * Returns and risk come from the daily values of the period; a day without a price leaves them null with a warning.
 */
import { addDays, Decimal, epochDay, type LocalDate } from '#kernel';
import { accountCurrencyOf } from './account-currency.ts';
import { type Book, buildBook } from './book.ts';
import { FxTable } from './fx-table.ts';
import type { LedgerEvent } from './ledger-event-check.ts';
import type { FilePrice, FileWarning, LedgerFile, PricesFile } from './ledger-file.ts';
import { type LotMethod, openLotsOf } from './lot.ts';
import { dailyColumns } from './performance/daily-columns.ts';
import { type Performance, performanceOf } from './performance/performance.ts';
import type { RateStatus } from './performance/money-weighted.ts';
import type { CloseColumn } from './value-series.ts';
import { POSITION_ADVICE, type RefusedEvent } from './position-fold.ts';
import type { LotMatch } from './position-units.ts';
import { type BookEvent, bookEventOf } from './posting.ts';
import { type Valuation, valueBook, type ValuationPrice, type ValuationTotals } from './valuation.ts';

export interface AnalysisRequest {
  readonly ledger: LedgerFile;
  readonly prices: PricesFile;
  readonly currency: string;
  /** First day of the period; null counts from the beginning. */
  readonly from: LocalDate | null;
  /** Last day; null is the newest day of either file. */
  readonly to: LocalDate | null;
  readonly method: LotMethod;
}

type Text = string | null;

/** The stable shape of `cactus portfolio analyse --json`. */
export interface LedgerAnalysis {
  readonly positions: readonly {
    readonly instrument: string;
    readonly quantity: string;
    readonly cost: Text;
    readonly value: Text;
    readonly unrealised: Text;
    readonly realised: Text;
    readonly fxGain: Text;
    /** The rest of `unrealised`. */
    readonly priceGain: Text;
    readonly currency: string;
  }[];
  readonly lots: readonly {
    readonly instrument: string;
    readonly openedOn: string;
    readonly quantity: string;
    readonly cost: Text;
  }[];
  readonly realised: readonly {
    readonly instrument: string;
    readonly soldOn: string;
    readonly openedOn: string;
    readonly quantity: string;
    readonly proceeds: Text;
    readonly cost: Text;
    readonly gain: Text;
    /** The gain in two parts that add up to it: of the price, and of the exchange rate since the lot was opened. */
    readonly priceGain: Text;
    readonly fxGain: Text;
    /** Shares of the charges of both sides: fees are inside cost and proceeds, taxes in neither. */
    readonly openingFee: Text;
    readonly closingFee: Text;
    readonly openingTax: Text;
    readonly closingTax: Text;
  }[];
  readonly cash: readonly {
    readonly account: string;
    readonly currency: string;
    readonly amount: string;
    readonly value: Text;
  }[];
  readonly totals: Readonly<
    Record<
      | 'value'
      | 'cost'
      | 'realised'
      | 'unrealised'
      | 'income'
      | 'fees'
      | 'taxes'
      | 'netFlows'
      | 'profit'
      | 'transferred'
      | 'cashFxGain'
      | 'feesExpensed',
      Text
    >
  >;
  readonly performance: {
    readonly twr: number | null;
    /** Linked return at the end of each day. */
    readonly twrSeries: readonly (readonly [date: string, ratio: number])[];
    /** A year of 365 days. */
    readonly xirr: number | null;
    readonly xirrStatus: RateStatus;
    /** Positive: 0.25 is a fall of a quarter from a peak. */
    readonly maxDrawdown: number | null;
    readonly volatility: number | null;
    readonly sharpe: number | null;
    readonly sortino: number | null;
    readonly modifiedDietz: number | null;
  };
  readonly warnings: readonly FileWarning[];
}

/** Computes everything a ledger says between two days. Stores nothing. */
export function analyseLedger(request: AnalysisRequest): LedgerAnalysis {
  const { ledger, prices, currency, method } = request;
  const to = request.to ?? newestDay(ledger.events, prices.prices);
  const events = bookEventsOf(ledger.events, currency);
  const fx = new FxTable(prices.rates);
  const end = bookAsOf(events, { date: to, currency, fx, prices: prices.prices, method });
  const start = request.from
    ? bookAsOf(events, { date: addDays(request.from, -1), currency, fx, prices: prices.prices, method })
    : null;
  const from = request.from;
  const matches = end.matches.filter((match) => !from || match.soldOn >= from);
  const firstDay = from ?? firstDayOf(events) ?? to;
  const performance =
    firstDay > to
      ? null
      : performanceOf(dailyColumns(end.book, { from: firstDay, to, closesOf: closeColumnsOf(prices.prices) }));
  return {
    positions: positionsOf(end.valuation, { currency, matches }),
    lots: lotsOf(end.book),
    realised: matches.map(matchText),
    cash: end.valuation.cash.map((balance) => ({
      account: balance.accountId,
      currency: balance.currency,
      amount: balance.amount.toString(),
      value: textOf(balance.value),
    })),
    totals: totalsBetween(start?.valuation.totals ?? null, end.valuation.totals),
    performance: performanceText(performance, firstDay),
    warnings: [
      ...ledger.warnings,
      ...prices.warnings,
      ...end.refused.map(refusedWarning),
      ...missingWarnings(end.valuation),
      ...(start
        ? missingWarnings(start.valuation).map((warning) => ({ ...warning, code: `${warning.code}_at_start` }))
        : []),
      ...performanceWarnings(performance),
    ],
  };
}

function performanceText(performance: Performance | null, from: LocalDate): LedgerAnalysis['performance'] {
  const risk = performance?.risk;
  return {
    twr: performance?.twr ?? null,
    twrSeries: Array.from(performance?.linkedRatios ?? [], (ratio, index) => [addDays(from, index), ratio] as const),
    xirr: performance?.xirr ?? null,
    xirrStatus: performance?.xirrStatus ?? 'undefined',
    maxDrawdown: risk?.drawdown.maxRatio ?? null,
    volatility: risk?.volatilityRatio ?? null,
    sharpe: risk?.sharpe ?? null,
    sortino: risk?.sortino ?? null,
    modifiedDietz: performance?.modifiedDietz ?? null,
  };
}

const GAP_WORDS = {
  value_unknown: 'a price or rate is missing on that day, so there is no time-weighted return.',
  base_not_positive: 'nothing was invested at the start of that day, so there is no time-weighted return.',
} as const;

function performanceWarnings(performance: Performance | null): FileWarning[] {
  const gap = performance?.twrGap;
  return gap ? [{ code: `twr_${gap.kind}`, message: `${gap.date}: ${GAP_WORDS[gap.kind]}`, line: null }] : [];
}

function firstDayOf(events: readonly BookEvent[]): LocalDate | null {
  return events.reduce<LocalDate | null>((first, { date }) => (first === null || date < first ? date : first), null);
}

/** The file's prices as columns; of an instrument quoted in two currencies the newest one is kept. */
export function closeColumnsOf(prices: readonly FilePrice[]): Map<string, CloseColumn> {
  const columns = new Map<string, CloseColumn>();
  for (const [instrument, own] of Map.groupBy(prices, (price) => price.instrument)) {
    const ordered = own.toSorted((left, right) => (left.date < right.date ? -1 : left.date > right.date ? 1 : 0));
    const currency = ordered.at(-1)?.currency ?? '';
    const fitting = ordered.filter((price) => price.currency === currency);
    columns.set(instrument, {
      currency,
      days: fitting.map((price) => epochDay(price.date)),
      closes: fitting.map((price) => price.price.toStatistic()),
    });
  }
  return columns;
}

/** Events of a file with its names as ids. */
export function bookEventsOf(events: readonly LedgerEvent[], currency: string): BookEvent[] {
  const byAccount = Map.groupBy(events, (event) => event.accountName);
  const currencies = new Map([...byAccount].map(([name, own]) => [name, accountCurrencyOf(own, currency)]));
  return events.map((event) =>
    bookEventOf(event, {
      id: event.idempotencyKey,
      sequence: event.source.row,
      accountId: event.accountName,
      accountCurrency: currencies.get(event.accountName) ?? currency,
      instrumentId: event.instrument?.name ?? null,
      toInstrumentId: event.toInstrument?.name ?? null,
    }),
  );
}

interface AsOf {
  readonly date: LocalDate;
  readonly currency: string;
  readonly fx: FxTable;
  readonly prices: readonly FilePrice[];
  readonly method: LotMethod;
}

function bookAsOf(events: readonly BookEvent[], { date, currency, fx, prices, method }: AsOf) {
  const matches: LotMatch[] = [];
  const until = events.filter((event) => event.date <= date);
  const onMatch = (match: LotMatch): void => void matches.push(match);
  const { book, refused } = buildBook(until, { baseCurrency: currency, fx, onMatch, method });
  const latest = new Map<string, ValuationPrice>();
  for (const price of prices) {
    const known = latest.get(price.instrument);
    if (price.date <= date && (!known || known.date <= price.date)) latest.set(price.instrument, price);
  }
  return { book, refused, matches, valuation: valueBook(book, { date, prices: latest }) };
}

function positionsOf(
  { holdings }: Valuation,
  { currency, matches }: { readonly currency: string; readonly matches: readonly LotMatch[] },
): LedgerAnalysis['positions'] {
  return holdings.map((holding) => ({
    instrument: holding.instrumentId,
    quantity: holding.quantity.toString(),
    cost: textOf(holding.cost),
    value: textOf(holding.value),
    unrealised: textOf(holding.unrealised),
    realised: textOf(
      sumKnown(matches.filter((match) => match.instrumentId === holding.instrumentId).map((match) => match.gainBase)),
    ),
    fxGain: textOf(holding.fxGain),
    priceGain: textOf(holding.unrealised && holding.fxGain && holding.unrealised.minus(holding.fxGain)),
    currency,
  }));
}

function lotsOf(book: Book): LedgerAnalysis['lots'] {
  return [...book.positions.values()].flatMap((position) =>
    openLotsOf(position.lots).map((lot) => ({
      instrument: position.instrumentId,
      openedOn: lot.openedOn,
      quantity: lot.quantity.toString(),
      cost: textOf(lot.costBase),
    })),
  );
}

function matchText(match: LotMatch): LedgerAnalysis['realised'][number] {
  return {
    instrument: match.instrumentId,
    soldOn: match.soldOn,
    openedOn: match.openedOn,
    quantity: match.quantity.toString(),
    proceeds: textOf(match.proceedsBase),
    cost: textOf(match.costBase),
    gain: textOf(match.gainBase),
    priceGain: textOf(match.priceGainBase),
    fxGain: textOf(match.fxGainBase),
    openingFee: textOf(match.openingFeeBase),
    closingFee: textOf(match.closingFeeBase),
    openingTax: textOf(match.openingTaxBase),
    closingTax: textOf(match.closingTaxBase),
  };
}

/** Stocks (value, cost, unrealised) as of the last day; flows of the period as differences; profit by the identity. */
function totalsBetween(start: ValuationTotals | null, end: ValuationTotals): LedgerAnalysis['totals'] {
  const inPeriod = (name: keyof ValuationTotals): Text => {
    const last = end[name];
    if (!start) return textOf(last);
    const first = start[name];
    return textOf(last && first && last.minus(first));
  };
  return {
    value: textOf(end.value),
    cost: textOf(end.cost),
    unrealised: textOf(end.unrealised),
    realised: inPeriod('realised'),
    income: inPeriod('income'),
    fees: inPeriod('fees'),
    taxes: inPeriod('taxes'),
    netFlows: inPeriod('netFlows'),
    // Value then is money that was already there: (value - net flows) now, less the same then.
    profit: inPeriod('profit'),
    transferred: inPeriod('transferred'),
    cashFxGain: inPeriod('cashFxGain'),
    feesExpensed: inPeriod('feesExpensed'),
  };
}

function refusedWarning({ event, code, held }: RefusedEvent): FileWarning {
  const what = `${event.type} of ${event.quantity?.toString() ?? '?'} ${event.instrumentId ?? ''} on ${event.date}`;
  const message = `${what}: ${held.toString()} held. ${POSITION_ADVICE[code]} The line is left out.`;
  return { code, message, line: event.sequence };
}

function missingWarnings({ missing }: Valuation): FileWarning[] {
  return missing.map((fact) =>
    fact.kind === 'price'
      ? { code: 'price_missing', message: `No price of ${fact.instrumentId} on or before the day.`, line: null }
      : {
          code: 'fx_missing',
          message: `No rate from ${fact.from} to ${fact.to} on or before ${fact.date}.`,
          line: null,
        },
  );
}

/** The newest day that an event or a price is of. */
export function newestDay(events: readonly LedgerEvent[], prices: readonly FilePrice[]): LocalDate {
  const days = [...events.map((event) => event.date), ...prices.map((price) => price.date)];
  return days.reduce((newest, day) => (day > newest ? day : newest), '0001-01-01' as LocalDate);
}

function sumKnown(terms: readonly (Decimal | null)[]): Decimal | null {
  const known = terms.filter((term) => term !== null);
  return known.length === terms.length ? Decimal.sum(known) : null;
}

function textOf(figure: Decimal | null): Text {
  return figure === null ? null : figure.toString();
}
