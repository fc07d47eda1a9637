/**
 * Report facts: everything a portfolio report says, gathered once at one state of the ledger, as plain data that a thread can
 * be handed. Money is exact decimal text in the base currency, null is unknown; ratios are statistics.
 */
import { addDays, dateInZone, Decimal, type LocalDate, localDate, ok, refuse, type Result } from '#kernel';
import { findInstruments } from '#markets';
import { cashOf } from '../chart.ts';
import { priceState } from '../exports/portfolio-tables.ts';
import { readExportedEvents } from '../exports/export.store.ts';
import { figuresOf, type FiguresSource, missingOf, textOf, valuePortfolio } from '../figures.ts';
import { figuresAsOf } from '../figures-as-of.ts';
import { openPeriodEdges, readContributions } from '../performance/portfolio-contributions.ts';
import { readPerformance } from '../performance/portfolio-performance.ts';
import { listAccounts, type Portfolio } from '../portfolio.store.ts';
import { positionText } from '../position-text.ts';
import type { ReportLanguage } from './report-texts.ts';

export const REPORT_OPERATIONS_MAX = 5_000; // Some hundred pages; who needs more exports the list.
const CLOSE_FRESH_DAYS = 7; // A close older than a long weekend is said to be old.

export interface ReportWish {
  readonly language: ReportLanguage;
  /** First day; the first operation when left out. */
  readonly from?: string | undefined;
  /** Last day; today when left out. */
  readonly to?: string | undefined;
}

export interface ReportPosition {
  readonly name: string;
  readonly code: string;
  readonly kind: string;
  readonly quantity: string;
  readonly price: string | null;
  readonly priceCurrency: string | null;
  readonly priceOn: string | null;
  /** How far the price may be trusted. */
  readonly state: 'market' | 'stale' | 'simulated' | 'manual' | 'missing';
  readonly value: string | null;
  readonly cost: string | null;
  readonly unrealised: string | null;
}

export interface ReportOperation {
  readonly date: string;
  readonly type: string;
  readonly name: string;
  readonly account: string;
  readonly quantity: string | null;
  readonly price: string | null;
  readonly amount: string | null;
  readonly charges: string | null;
  readonly currency: string;
}

type PerformanceAnswer = Awaited<ReturnType<typeof readPerformance>>;
type ContributionsAnswer = Awaited<ReturnType<typeof readContributions>>;
type ValueOf<Answer> = Answer extends { readonly ok: true; readonly value: infer Value } ? Value : never;

export interface ReportFacts {
  readonly language: ReportLanguage;
  readonly name: string;
  readonly currency: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
  /** Day it was made, and how far the ledger had come. */
  readonly madeOn: LocalDate;
  readonly ledgerVersion: number;
  readonly totals: Readonly<
    Record<
      'value' | 'cost' | 'unrealised' | 'realised' | 'income' | 'fees' | 'taxes' | 'netFlows' | 'profit',
      string | null
    >
  >;
  /** The sum of what has a value, when the whole is not known. */
  readonly valueKnown: string;
  readonly performance: ValueOf<PerformanceAnswer>;
  readonly contributions: ValueOf<ContributionsAnswer>;
  readonly positions: readonly ReportPosition[];
  readonly cash: readonly {
    readonly account: string;
    readonly currency: string;
    readonly amount: string;
    readonly value: string | null;
  }[];
  readonly operations: readonly ReportOperation[];
  readonly operationCount: number;
  readonly missing: readonly string[];
}

/** Gathers them. Refuses a period that means nothing here. */
export async function reportFacts(
  source: FiguresSource,
  portfolio: Portfolio,
  wish: ReportWish,
): Promise<Result<ReportFacts, 'period_not_valid'>> {
  const query = { range: 'all' as const, from: wish.from, to: wish.to };
  const measured = await readPerformance(source, portfolio, query);
  if (!measured.ok) return refuse('period_not_valid', measured.details);
  const [from, to] = [localDate(measured.value.from), localDate(measured.value.to)];
  const contributions = await readContributions(source, portfolio, { ...query, edges: openPeriodEdges() });
  if (!contributions.ok) return refuse('period_not_valid', contributions.details);
  const today = dateInZone(source.clock(), source.timeZone);
  const held = to < today ? await pastHoldings(source, portfolio, to) : await presentHoldings(source, portfolio);
  if (!held) return refuse('period_not_valid', { from, to });
  const { operations, operationCount } = await operationsOf(source, portfolio, { from, to });
  return ok({
    language: wish.language,
    name: portfolio.name,
    currency: portfolio.baseCurrency,
    from,
    to,
    madeOn: today,
    ledgerVersion: portfolio.lastSequence,
    performance: measured.value,
    contributions: contributions.value,
    operations,
    operationCount,
    ...held,
  });
}

type Holdings = Pick<ReportFacts, 'totals' | 'valueKnown' | 'positions' | 'cash' | 'missing'>;

async function presentHoldings(source: FiguresSource, portfolio: Portfolio): Promise<Holdings> {
  const accounts = await listAccounts(source.queryable, portfolio.id);
  const valued = await valuePortfolio(source, portfolio);
  const positions = valued.valuation.holdings
    .filter((holding) => !holding.quantity.isZero)
    .map((holding): ReportPosition => {
      const { name, symbol, isin, kind, quantity, price, value, cost, unrealised } = positionText(valued, holding);
      const priced = price.state === 'priced' ? price : null;
      return {
        name,
        code: symbol ?? isin ?? '',
        kind,
        quantity,
        price: priced?.price ?? null,
        priceCurrency: priced?.currency ?? null,
        priceOn: priced && dateInZone(priced.marketAtMs, source.timeZone),
        state: priced ? priceState(priced) : 'missing',
        value,
        cost,
        unrealised,
      };
    });
  const figures = figuresOf(valued);
  const cash = cashOf(valued, accounts).map(({ accountName: account, ...rest }) => ({ account, ...rest }));
  return { totals: figures, valueKnown: figures.valueKnown, positions, cash, missing: missingNames(missingOf(valued)) };
}

async function pastHoldings(source: FiguresSource, portfolio: Portfolio, to: LocalDate): Promise<Holdings | null> {
  const past = await figuresAsOf(source, portfolio, { asOf: to });
  if (!past.ok) return null;
  const { figures, positions, missing } = past.value;
  const ids = positions.map(({ instrumentId }) => instrumentId);
  const instruments = await findInstruments(source.queryable, portfolio.workspaceId, ids);
  const freshFrom = addDays(to, -CLOSE_FRESH_DAYS);
  return {
    totals: figures,
    valueKnown: figures.valueKnown,
    positions: positions.map(({ instrumentId, name, symbol, quantity, price, value, cost, unrealised }) => {
      const instrument = instruments.get(instrumentId);
      return {
        name,
        code: symbol ?? instrument?.isin ?? '',
        kind: instrument?.kind ?? 'other',
        quantity,
        price: price?.price ?? null,
        priceCurrency: price?.currency ?? null,
        priceOn: price?.on ?? null,
        state: price ? (price.on < freshFrom ? 'stale' : 'market') : 'missing',
        value,
        cost,
        unrealised,
      };
    }),
    // What the accounts held that day is inside the value; its division is of today only.
    cash: [],
    missing: missingNames(missing),
  };
}

function missingNames(missing: ReturnType<typeof missingOf>): string[] {
  return [...new Set(missing.map((fact) => (fact.kind === 'price' ? fact.name : `${fact.from}/${fact.to}`)))];
}

async function operationsOf(
  { queryable }: FiguresSource,
  portfolio: Portfolio,
  { from, to }: { readonly from: LocalDate; readonly to: LocalDate },
): Promise<Pick<ReportFacts, 'operations' | 'operationCount'>> {
  const { id: portfolioId, workspaceId, lastSequence: upTo } = portfolio;
  const kept = [];
  let operationCount = 0;
  for await (const rows of readExportedEvents(queryable, { portfolioId, upTo })) {
    const inside = rows.filter((row) => row.on_date >= from && row.on_date <= to);
    operationCount += inside.length;
    kept.push(...inside.slice(0, Math.max(0, REPORT_OPERATIONS_MAX - kept.length)));
  }
  const ids = [...new Set(kept.flatMap((row) => row.instrument_id ?? []))];
  const instruments = await findInstruments(queryable, workspaceId, ids);
  const operations = kept.map((row): ReportOperation => {
    const charges = Decimal.from(row.fee).plus(Decimal.from(row.tax));
    return {
      date: row.on_date,
      type: row.type,
      name: row.instrument_id === null ? '' : (instruments.get(row.instrument_id)?.name ?? ''),
      account: row.account_name,
      quantity: figure(row.quantity),
      price: figure(row.price),
      amount: figure(row.amount),
      charges: charges.isZero ? null : charges.toString(),
      currency: row.currency,
    };
  });
  return { operations, operationCount };
}

function figure(text: string | null): string | null {
  return textOf(text === null ? null : Decimal.from(text));
}
