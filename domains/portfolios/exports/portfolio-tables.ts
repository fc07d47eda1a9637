/**
 * The tables of a portfolio: operations, positions, lots, daily series, figures and cash, as the pages show them now. Money
 * and units are exact decimal text; what is not known is empty with its reason beside it, never zero.
 */
import { dateInZone, Decimal } from '#kernel';
import { findInstruments, type Instrument } from '#markets';
import type { Queryable } from '#platform/db';
import { cashOf, chartOf } from '../chart.ts';
import { lotPickOf } from '../event-row.ts';
import { figuresOf, type FiguresSource, textOf, valuePortfolio, type ValuedPortfolio } from '../figures.ts';
import { openLotsOf } from '../lot.ts';
import { readPerformance } from '../performance/portfolio-performance.ts';
import { listAccounts, type Account, type Portfolio } from '../portfolio.store.ts';
import { positionText } from '../position-text.ts';
import { columnsOf, type ExportCell, type ExportRow, type ExportTable } from './export-table.ts';
import { type ExportedEventRow, readExportedEvents } from './export.store.ts';
import { type LineInstrument, OPERATION_COLUMNS, operationLine, shortName } from './operation-line.ts';

export const TABLE_NAMES = ['operations', 'positions', 'lots', 'series', 'figures', 'cash'] as const;
export type TableName = (typeof TABLE_NAMES)[number];

const DAYS_MAX = 50_000; // Every day since 1900: the ledger takes none older.

/** The tables asked for, in the order of `TABLE_NAMES`; all of one state of the ledger. */
export async function portfolioTables(
  source: FiguresSource,
  portfolio: Portfolio,
  names: readonly TableName[],
): Promise<ExportTable[]> {
  const accounts = await listAccounts(source.queryable, portfolio.id);
  const valued = await valuePortfolio(source, portfolio);
  // Lots are read before the next wait: the shelf's book may move forward under another request.
  const lots = lotsTable(valued, accounts);
  const makers: Record<TableName, () => ExportTable | Promise<ExportTable>> = {
    operations: () => operationsTable(source.queryable, portfolio),
    positions: () => positionsTable(valued, source.timeZone),
    lots: () => lots,
    series: () => seriesTable(source, portfolio),
    figures: () => figuresTable(source, valued),
    cash: () => cashTable(valued, accounts),
  };
  const tables: ExportTable[] = [];
  for (const name of TABLE_NAMES) if (names.includes(name)) tables.push(await makers[name]());
  return tables;
}

/** Every operation that stands, as lines of the ledger contract. */
export function operationsTable(queryable: Queryable, portfolio: Portfolio): ExportTable {
  const { id: portfolioId, workspaceId, lastSequence: upTo } = portfolio;
  const known = new Map<string, Instrument>();
  return {
    name: 'operations',
    columns: OPERATION_COLUMNS,
    batches: async function* () {
      for await (const rows of readExportedEvents(queryable, { portfolioId, upTo })) {
        const named = rows.flatMap((row) => [row.instrument_id ?? [], row.to_instrument_id ?? []].flat());
        const unknown = [...new Set(named)].filter((id) => !known.has(id));
        const found = unknown.length > 0 ? await findInstruments(queryable, workspaceId, unknown) : [];
        for (const [id, instrument] of found) known.set(id, instrument);
        yield rows.map((row) => lineOf(row, known));
      }
    },
  };
}

function lineOf(row: ExportedEventRow, instruments: ReadonlyMap<string, LineInstrument>): ExportRow {
  const named = (id: string | null): LineInstrument | null => (id === null ? null : (instruments.get(id) ?? null));
  const event = {
    type: row.type,
    date: row.on_date,
    accountName: row.account_name,
    accountCurrency: row.account_currency,
    quantity: row.quantity,
    splitNewUnits: row.split_new_units,
    splitOldUnits: row.split_old_units,
    price: row.price,
    currency: row.currency,
    amount: row.amount,
    fee: row.fee,
    tax: row.tax,
    fx: row.fx,
    toQuantity: row.to_quantity,
    note: row.note,
    lots: row.lots && row.lots.map(lotPickOf),
    idempotencyKey: row.idempotency_key,
  };
  return operationLine(event, { instrument: named(row.instrument_id), target: named(row.to_instrument_id) });
}

function positionsTable(valued: ValuedPortfolio, timeZone: string): ExportTable {
  const rows = valued.valuation.holdings
    .filter((holding) => !holding.quantity.isZero)
    .map((holding): ExportRow => {
      const row = positionText(valued, holding);
      const { price } = row;
      const priced = price.state === 'priced' ? price : null;
      const state = priced ? priceState(priced) : `missing: ${price.state === 'missing' ? price.reason : ''}`;
      return [
        shortName(row),
        row.symbol,
        row.isin,
        row.name,
        row.kind,
        row.quantity,
        priced?.price ?? null,
        priced?.currency ?? null,
        priced && dateInZone(priced.marketAtMs, timeZone),
        state,
        row.value,
        row.weightRatio === null ? null : String(row.weightRatio),
        row.cost,
        row.unrealised,
        row.fxGain,
        row.realised,
        row.income,
        row.profit,
        valued.valuation.currency,
      ];
    });
  const columns = [
    ...columnsOf('text', 'instrument', 'symbol', 'isin', 'name', 'kind'),
    ...columnsOf('figure', 'quantity', 'price'),
    ...columnsOf('text', 'price_currency'),
    ...columnsOf('day', 'price_on'),
    ...columnsOf('text', 'price_state'),
    ...columnsOf('figure', 'value'),
    ...columnsOf('statistic', 'weight'),
    ...columnsOf('figure', 'cost', 'unrealised', 'fx_gain', 'realised', 'income', 'profit'),
    ...columnsOf('text', 'currency'),
  ];
  return { name: 'positions', columns, batches: () => [rows] };
}

/** How far a price may be trusted, in one word. */
export function priceState(price: {
  readonly isStale: boolean;
  readonly isSimulated: boolean;
  readonly isManual: boolean;
}): 'stale' | 'simulated' | 'manual' | 'market' {
  if (price.isSimulated) return 'simulated';
  if (price.isStale) return 'stale';
  return price.isManual ? 'manual' : 'market';
}

function lotsTable(valued: ValuedPortfolio, accounts: readonly Account[]): ExportTable {
  const nameOf = new Map(accounts.map((account) => [account.id, account.name]));
  const rows = valued.valuation.holdings.flatMap(({ instrumentId, positions }) =>
    positions.flatMap(({ accountId, lots }) =>
      openLotsOf(lots).map((lot): ExportRow => {
        const instrument = valued.instruments.get(instrumentId);
        return [
          nameOf.get(accountId) ?? null,
          instrument ? shortName(instrument) : null,
          instrument?.symbol ?? null,
          instrument?.isin ?? null,
          instrument?.name ?? null,
          lot.openedOn,
          lot.quantity.toString(),
          lot.currency,
          lot.cost.toString(),
          textOf(lot.costBase),
          valued.valuation.currency,
        ];
      }),
    ),
  );
  const columns = [
    ...columnsOf('text', 'account', 'instrument', 'symbol', 'isin', 'name'),
    ...columnsOf('day', 'opened_on'),
    ...columnsOf('figure', 'quantity'),
    ...columnsOf('text', 'currency'),
    ...columnsOf('figure', 'cost', 'cost_base'),
    ...columnsOf('text', 'base_currency'),
  ];
  return { name: 'lots', columns, batches: () => [rows] };
}

/** The value of every day, for charts: floats, as the chart of the page draws them. */
async function seriesTable(source: FiguresSource, portfolio: Portfolio): Promise<ExportTable> {
  const { currency, points } = await chartOf(source, portfolio, { range: 'all', pointsMax: DAYS_MAX });
  const number = (figure: number | null): ExportCell => (figure === null ? null : String(figure));
  const rows = points.map((point): ExportRow => [
    point.date,
    number(point.value),
    number(point.invested),
    String(point.isPartial),
    String(point.isEstimated),
    currency,
  ]);
  const columns = [
    ...columnsOf('day', 'date'),
    ...columnsOf('statistic', 'value', 'invested'),
    ...columnsOf('truth', 'is_partial', 'is_estimated'),
    ...columnsOf('text', 'currency'),
  ];
  return { name: 'series', columns, batches: () => [rows] };
}

const MONEY_FIGURES = [
  ['value', 'value'],
  ['value_known', 'valueKnown'],
  ['cost', 'cost'],
  ['unrealised', 'unrealised'],
  ['realised', 'realised'],
  ['income', 'income'],
  ['fees', 'fees'],
  ['taxes', 'taxes'],
  ['net_flows', 'netFlows'],
  ['profit', 'profit'],
  ['day_change', 'dayChange'],
] as const;

/** The figures above the page and the returns since the start, each with why it is empty. */
async function figuresTable(source: FiguresSource, valued: ValuedPortfolio): Promise<ExportTable> {
  const figures = figuresOf(valued);
  const rows: ExportRow[] = MONEY_FIGURES.map(([name, key]) => {
    const figure = figures[key];
    return [name, figure, figures.currency, null, figure === null ? missingText(figures.missing) : null];
  });
  const measured = await readPerformance(source, valued.portfolio, { range: 'all' });
  if (measured.ok) {
    const { twr, xirr, modifiedDietz, volatility, maxDrawdown, sharpe, sortino } = measured.value;
    const ratios = {
      twr,
      twr_annual: twr.annual,
      xirr,
      modified_dietz: modifiedDietz,
      volatility,
      max_drawdown: maxDrawdown,
    };
    for (const [name, { value, reason }] of Object.entries({ ...ratios, sharpe, sortino })) {
      rows.push([name, null, null, value === null ? null : String(value), reason]);
    }
  }
  const columns = [
    ...columnsOf('text', 'figure'),
    ...columnsOf('figure', 'amount'),
    ...columnsOf('text', 'currency'),
    ...columnsOf('statistic', 'ratio'),
    ...columnsOf('text', 'reason'),
  ];
  return { name: 'figures', columns, batches: () => [rows] };
}

function missingText(missing: ReturnType<typeof figuresOf>['missing']): string | null {
  const facts = missing.map((fact) =>
    fact.kind === 'price' ? `price: ${fact.name}` : `rate: ${fact.from}/${fact.to}`,
  );
  return facts.length === 0 ? null : [...new Set(facts)].join('; ');
}

function cashTable(valued: ValuedPortfolio, accounts: readonly Account[]): ExportTable {
  const rows = cashOf(valued, accounts).map(({ accountName, currency, amount, value }): ExportRow => [
    accountName,
    currency,
    Decimal.from(amount).toString(),
    value,
    valued.valuation.currency,
  ]);
  const columns = [
    ...columnsOf('text', 'account', 'currency'),
    ...columnsOf('figure', 'amount', 'value'),
    ...columnsOf('text', 'base_currency'),
  ];
  return { name: 'cash', columns, batches: () => [rows] };
}
