/**
 * A backtest of a stored model: its instruments' closes as levels in one currency over the days that all of them have, the
 * run, and its figures beside those of an instrument. A class is represented by what the model buys for it; cash is flat.
 */
import {
  addDays,
  dateInZone,
  dateOfEpochDay,
  epochDay,
  type LocalDate,
  ok,
  parseLocalDate,
  refuse,
  type Result,
} from '#kernel';
import { findInstruments } from '#markets';
import type { z } from 'zod';
import type { FiguresSource } from '../figures.ts';
import { loadFxTable } from '../fx-loading.ts';
import type { FxTable } from '../fx-table.ts';
import { riskFigures } from '../performance/risk.ts';
import type { CloseColumn } from '../value-series.ts';
import type { BacktestModel } from './backtest-contract.ts';
import { edgesOf, keyOf, type Target, WHOLE_BPS } from './model.ts';
import { backtestModel, type BacktestPart, type BacktestResult } from './model-backtest.ts';
import { findModel, type Model } from './model.store.ts';

type Query = z.output<typeof BacktestModel.query>;
type History = 'target_without_instrument' | 'history_missing' | 'currency_not_known' | 'period_not_valid';

const YEARS_MAX = 20; // Older closes are of another market; a longer one would also be slow to draw.
const DAYS_MIN = 30;
const DAYS_A_YEAR = 365;
const POINTS_MAX = 500;

export interface ModelHistory {
  readonly model: Model;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly parts: readonly (BacktestPart & { readonly target: Target; readonly instrumentId: string | null })[];
  /** The instrument that begins last. */
  readonly shortestId: string | null;
  readonly levelsOf: (instrumentId: string) => Float64Array | null;
}

/** Runs the backtest of a model. */
export async function readBacktest(
  source: FiguresSource,
  wanted: { readonly workspaceId: string; readonly modelId: string; readonly query: Query },
) {
  const { workspaceId, modelId, query } = wanted;
  const model = await findModel(source.queryable, { workspaceId, modelId });
  if (!model) return refuse('model_not_found', { modelId });
  const { benchmark } = query;
  const known = benchmark
    ? await findInstruments(source.queryable, workspaceId, [benchmark])
    : new Map<string, never>();
  if (benchmark && !known.has(benchmark)) return refuse('benchmark_not_found', { benchmark });
  const history = await loadHistory(source, model, { ...query, extra: benchmark ? [benchmark] : [] });
  if (!history.ok) return history;
  const { from, to, parts, shortestId, levelsOf } = history.value;
  const run = backtestModel(parts, {
    firstDay: epochDay(from),
    rule: query.rule,
    costRatio: query.costBps / WHOLE_BPS,
  });
  const beside = benchmark ? levelsOf(benchmark) : null;
  const names = await findInstruments(
    source.queryable,
    workspaceId,
    parts.flatMap(({ instrumentId }) => instrumentId ?? []),
  );
  return ok({
    currency: query.currency,
    from,
    to,
    parts: parts.map(({ target, instrumentId }) => ({
      key: keyOf(target),
      name: instrumentId === null ? '' : (names.get(instrumentId)?.symbol ?? names.get(instrumentId)?.name ?? ''),
      weightBps: target.weightBps,
    })),
    shortest: shortestId === null ? null : (names.get(shortestId)?.name ?? null),
    model: lineOf(run.growth, 1, run.dailyRatios),
    benchmark:
      benchmark && beside
        ? {
            instrumentId: benchmark,
            name: known.get(benchmark)?.name ?? '',
            ...lineOf(beside, beside[0] ?? 1, ratiosOf(beside)),
          }
        : null,
    rebalanceCount: run.rebalanceCount,
    turnoverRatio: run.turnoverRatio,
    costRatio: run.costRatio,
    points: pointsOf(run, beside, from),
  });
}

/** The levels of a model's instruments over the days that all of them have. */
export async function loadHistory(
  source: FiguresSource,
  model: Model,
  wish: {
    readonly currency: string;
    readonly from?: string | undefined;
    readonly to?: string | undefined;
    readonly extra: readonly string[];
  },
): Promise<Result<ModelHistory, History>> {
  const today = dateInZone(source.clock(), source.timeZone);
  const [wantedFrom, wantedTo] = [wish.from, wish.to].map((text) => (text === undefined ? null : parseLocalDate(text)));
  if ((wish.from && !wantedFrom) || (wish.to && !wantedTo))
    return refuse('period_not_valid', { from: wish.from, to: wish.to });
  const to = wantedTo && wantedTo < today ? wantedTo : today;
  const earliest = addDays(today, -YEARS_MAX * (DAYS_A_YEAR + 1));
  const named = model.targets.map((target) => ({
    target,
    instrumentId: target.instrumentId ?? target.buyInstrumentId,
  }));
  const lost = named.find(
    ({ target, instrumentId }) => instrumentId === null && target.assetClass !== 'cash' && target.weightBps > 0,
  );
  if (lost) return refuse('target_without_instrument', { key: keyOf(lost.target) });
  const ids = [...new Set([...named.flatMap(({ instrumentId }) => instrumentId ?? []), ...wish.extra])];
  const { workspaceId } = model;
  const closes = await source.closes.read(source.queryable, { workspaceId, instrumentIds: ids, from: earliest, to });
  const missing = ids.find((id) => (closes.get(id)?.days.length ?? 0) === 0);
  if (missing !== undefined) return refuse('history_missing', { instrumentId: missing });
  const firstOf = (id: string): number => closes.get(id)?.days[0] ?? 0;
  const shortestId = ids.toSorted((a, b) => firstOf(b) - firstOf(a))[0] ?? null;
  const allFrom = dateOfEpochDay(shortestId === null ? epochDay(earliest) : firstOf(shortestId));
  const from = wantedFrom && wantedFrom > allFrom ? wantedFrom : allFrom;
  if (epochDay(to) - epochDay(from) < DAYS_MIN)
    return refuse('history_missing', { instrumentId: shortestId, from, to });
  const currencies = new Set([wish.currency, ...ids.map((id) => closes.get(id)?.currency ?? '')]);
  const fx = await loadFxTable(source.queryable, { workspaceId, currencies, from, to });
  const dayCount = epochDay(to) - epochDay(from) + 1;
  const levelsOf = (id: string): Float64Array | null =>
    levelsIn(closes.get(id), { fx, currency: wish.currency, firstDay: epochDay(from), dayCount });
  const parts: (BacktestPart & { target: Target; instrumentId: string | null })[] = [];
  for (const { target, instrumentId } of named) {
    const levels = instrumentId === null ? new Float64Array(dayCount).fill(1) : levelsOf(instrumentId);
    if (!levels) return refuse('currency_not_known', { currency: wish.currency, instrumentId });
    const { lower, upper } = edgesOf(target);
    const edges = { lowerRatio: lower.toStatistic(), upperRatio: upper.toStatistic() };
    parts.push({ target, instrumentId, weightRatio: target.weightBps / WHOLE_BPS, ...edges, levels });
  }
  return ok({ model, from, to, parts, shortestId, levelsOf });
}

/** Closes carried forward, in one currency; null when a rate of some day is unknown. */
function levelsIn(
  column: CloseColumn | undefined,
  wish: { readonly fx: FxTable; readonly currency: string; readonly firstDay: number; readonly dayCount: number },
): Float64Array | null {
  if (!column) return null;
  const levels = new Float64Array(wish.dayCount);
  let next = 0;
  for (let index = 0; index < wish.dayCount; index += 1) {
    const day = wish.firstDay + index;
    while ((column.days[next] ?? Number.POSITIVE_INFINITY) <= day) next += 1;
    const rate =
      column.currency === wish.currency
        ? 1
        : wish.fx.peek(column.currency, wish.currency, dateOfEpochDay(day))?.toStatistic();
    if (rate === undefined) return null;
    levels[index] = (column.closes[next - 1] ?? 0) * rate;
  }
  return levels.every((level) => level > 0) ? levels : null;
}

function ratiosOf(levels: Float64Array): Float64Array {
  return levels.slice(1).map((level, index) => level / (levels[index] ?? 1) - 1);
}

/** The figures of one line. The model starts at one, before the cost of buying in: that cost is in its total. */
function lineOf(levels: Float64Array, start: number, dailyRatios: Float64Array) {
  const totalRatio = (levels.at(-1) ?? start) / start - 1;
  const risk = riskFigures(dailyRatios);
  const isYear = dailyRatios.length >= DAYS_A_YEAR;
  return {
    totalRatio,
    annualRatio: isYear ? (1 + totalRatio) ** (DAYS_A_YEAR / dailyRatios.length) - 1 : null,
    volatilityRatio: risk.volatilityRatio,
    sharpe: risk.sharpe,
    sortino: risk.sortino,
    maxDrawdownRatio: risk.drawdown.maxRatio,
  };
}

function pointsOf(run: BacktestResult, beside: Float64Array | null, from: LocalDate) {
  const { growth } = run;
  const step = Math.max(1, Math.ceil(growth.length / POINTS_MAX));
  const last = growth.length - 1;
  const indices = Array.from(growth.keys()).filter((index) => (last - index) % step === 0);
  return indices.map((index) => ({
    date: addDays(from, index),
    modelRatio: (growth[index] ?? 1) - 1,
    benchmarkRatio: beside ? (beside[index] ?? 1) / (beside[0] ?? 1) - 1 : null,
  }));
}
