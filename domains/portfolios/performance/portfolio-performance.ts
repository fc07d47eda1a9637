/**
 * Performance of a stored portfolio over a period: the shelf's book and the daily closes as columns, computed by the engine, and
 * the figures with the reason of each that cannot be said.
 */
import { epochDay, ok, refuse } from '#kernel';
import { findInstruments } from '#markets';
import { engineInput } from '../engine/engine-market.ts';
import { columnRates } from '../engine/market-columns.ts';
import { type FiguresSource, valuePortfolio } from '../figures.ts';
import type { Portfolio } from '../portfolio.store.ts';
import { periodOf, type PeriodWish } from './period.ts';

export interface PerformanceQuery extends PeriodWish {
  readonly currency?: string | undefined;
  readonly benchmark?: string | undefined;
}

/** Measures a portfolio. Refuses a period, benchmark or currency that means nothing here. */
export async function readPerformance(source: FiguresSource, portfolio: Portfolio, query: PerformanceQuery) {
  const { queryable, shelf } = source;
  const { workspaceId, baseCurrency } = portfolio;
  const currency = query.currency ?? baseCurrency;
  const valued = await valuePortfolio(source, portfolio);
  const { today, valuation } = valued;
  const firstDate = valued.shelved.firstDate ?? today;
  const period = periodOf(query, { today, firstDate: firstDate < today ? firstDate : today });
  if (!period.ok) return period;
  const benchmarkId = query.benchmark;
  const benchmark = benchmarkId
    ? (await findInstruments(queryable, workspaceId, [benchmarkId])).get(benchmarkId)
    : null;
  if (benchmark === undefined) return refuse('benchmark_not_found', { benchmark: benchmarkId });
  const held = [...valued.shelved.book.positions.values()].map((position) => position.instrumentId);
  const instrumentIds = [...new Set(benchmark ? [...held, benchmark.id] : held)];
  const closesOf = await source.closes.read(queryable, { workspaceId, instrumentIds, from: firstDate, to: today });
  const closeCurrencies = [...closesOf.values()].map((column) => column.currency).filter((name) => name !== '');
  const ready = await shelf.requireCurrencies(queryable, portfolio, [currency, ...closeCurrencies]);
  const input = await engineInput(ready, {
    closesOf,
    from: firstDate < today ? firstDate : today,
    to: today,
    extra: [currency, ...closeCurrencies],
  });
  if (columnRates(baseCurrency, input.market.rates)(currency, epochDay(today)) === null)
    return refuse('currency_not_known', { currency });
  const live = period.value.to === today ? (valuation.totals.value?.toStatistic() ?? null) : null;
  const closes = benchmark ? closesOf.get(benchmark.id) : undefined;
  return ok(
    await source.valuations.compute({
      kind: 'performance',
      ...input,
      currency,
      period: period.value,
      live,
      benchmark: benchmark && { instrument: benchmark, closes },
    }),
  );
}
