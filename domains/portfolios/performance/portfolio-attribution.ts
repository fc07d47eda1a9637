/** Attribution of a stored portfolio against a blend of instruments; the figures come from the engine, the names from markets. */
import { dateOfEpochDay, epochDay, type LocalDate, ok, type OutputOf, refuse, type Result } from '#kernel';
import { findInstruments, type Instrument } from '#markets';
import { engineInput } from '../engine/engine-market.ts';
import { type FiguresSource, valuePortfolio } from '../figures.ts';
import type { Portfolio } from '../portfolio.store.ts';
import type { CloseColumn } from '../value-series.ts';
import { type Attribution, CASH, type GroupAttribution } from './attribution.ts';
import type { ReadAttribution } from './attribution-contract.ts';
import { periodOf, type PeriodWish } from './period.ts';

type Answer = OutputOf<(typeof ReadAttribution)['response']>;

const WEIGHT_TOTAL_BPS = 10_000;

export interface AttributionWish extends PeriodWish {
  readonly blend: string;
}

/** Attributes a portfolio's return. Refuses a period or a blend that means nothing here. */
export async function readAttribution(source: FiguresSource, portfolio: Portfolio, wish: AttributionWish) {
  const { queryable, shelf } = source;
  const { workspaceId, baseCurrency } = portfolio;
  const parts = blendOf(wish.blend);
  if (!parts.ok) return parts;
  const wanted = [...parts.value.keys()];
  const known = await findInstruments(queryable, workspaceId, wanted);
  const unknown = wanted.find((id) => !known.has(id));
  if (unknown !== undefined) return refuse('benchmark_not_found', { benchmark: unknown });
  const valued = await valuePortfolio(source, portfolio);
  const { today, valuation, instruments } = valued;
  const earliest = valued.shelved.firstDate ?? today;
  const firstDate = earliest < today ? earliest : today;
  const period = periodOf(wish, { today, firstDate });
  if (!period.ok) return period;
  const { to } = period.value;
  const held = valuation.holdings.map(({ instrumentId }) => instrumentId);
  const instrumentIds = [...new Set([...held, ...wanted])];
  const closesOf = await source.closes.read(queryable, { workspaceId, instrumentIds, from: firstDate, to: today });
  const quoted = [...closesOf.values()].map(({ currency }) => currency).filter((currency) => currency !== '');
  const ready = await shelf.requireCurrencies(queryable, portfolio, quoted);
  const input = await engineInput(ready, { closesOf, from: firstDate, to: today, extra: quoted });
  const from = comparableFrom(
    period.value.from,
    wanted.map((id) => closesOf.get(id)),
  );
  const names = [...parts.value].map(([id, weightBps]) => ({ id, weightBps, instrument: known.get(id) }));
  const named = { currency: baseCurrency, from, to, instruments, names };
  if (from > to) return ok(answerOf('benchmark_price_missing', { ...named, from: period.value.from }));
  const blend = [...parts.value].map(([id, weightBps]) => ({
    weightRatio: weightBps / WEIGHT_TOTAL_BPS,
    closes: closesOf.get(id),
    groups: dimensionsOf(known.get(id)),
  }));
  const { value } = valuation.totals;
  const live =
    to === today && value ? { total: value.toStatistic(), holdings: liveHoldings(valuation.holdings) } : null;
  const attributed = await source.valuations.compute({
    kind: 'attribution',
    ...input,
    firstDay: epochDay(from),
    dayCount: epochDay(to) - epochDay(from) + 1,
    live,
    groupsOf: new Map(held.map((id) => [id, dimensionsOf(instruments.get(id))])),
    blend,
    dimensionCount: 2,
  });
  return ok(answerOf(attributed, named));
}

/**
 * The first day that the blend can be compared on: a day after its first close, because what a day made is told from the close
 * before. The answer names the day it begins with.
 */
function comparableFrom(from: LocalDate, columns: readonly (CloseColumn | undefined)[]): LocalDate {
  const firstCloses = columns.map((column) => column?.days[0] ?? Number.POSITIVE_INFINITY);
  const first = Math.max(epochDay(from), ...firstCloses.map((day) => day + 1));
  return Number.isFinite(first) ? dateOfEpochDay(first) : ('9999-12-31' as LocalDate);
}

/** `id:6000,id:4000`. */
function blendOf(text: string): Result<Map<string, number>, 'weights_not_whole'> {
  const parts = text.split(',').map((part) => part.split(':'));
  const weights = new Map(parts.map(([id = '', weight]) => [id, Number(weight)]));
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return total === WEIGHT_TOTAL_BPS && weights.size === parts.length
    ? ok(weights)
    : refuse('weights_not_whole', { totalBps: total, expectedBps: WEIGHT_TOTAL_BPS });
}

function dimensionsOf(instrument: Instrument | undefined): readonly string[] {
  return [instrument?.kind ?? 'other', instrument?.currency ?? ''];
}

function liveHoldings(
  holdings: readonly { readonly instrumentId: string; readonly value: { toStatistic(): number } | null }[],
): Map<string, number> {
  return new Map(holdings.map(({ instrumentId, value }) => [instrumentId, value?.toStatistic() ?? Number.NaN]));
}

interface Named {
  readonly currency: string;
  readonly from: string;
  readonly to: string;
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly names: readonly {
    readonly id: string;
    readonly weightBps: number;
    readonly instrument: Instrument | undefined;
  }[];
}

function answerOf(
  attributed: readonly Attribution[] | NonNullable<Answer['reason']>,
  { currency, from, to, instruments, names }: Named,
): Answer {
  const blend = names.map(({ id, weightBps, instrument }) => ({
    instrumentId: id,
    name: instrument?.name ?? '',
    class: instrument?.kind ?? 'other',
    currency: instrument?.currency ?? '',
    weightBps,
  }));
  const shared = { currency, from, to, blend };
  const [byClass, byCurrency] = typeof attributed === 'string' ? [] : attributed;
  if (typeof attributed === 'string' || !byClass || !byCurrency) {
    const nothing = { ratio: null, benchmarkRatio: null, difference: null, residual: null };
    const reason = typeof attributed === 'string' ? attributed : 'value_unknown';
    return { ...shared, ...nothing, reason, byClass: [], byCurrency: [], items: [] };
  }
  const items = byClass.rows
    .filter((row) => isSomething(row.weightRatio, row.contribution))
    .map((row) => {
      const instrument = instruments.get(row.id);
      return {
        ...row,
        instrumentId: row.id === CASH ? null : row.id,
        name: instrument?.name ?? '',
        symbol: instrument?.symbol ?? null,
        class: row.id === CASH ? CASH : (instrument?.kind ?? 'other'),
        currency: instrument?.currency ?? '',
      };
    })
    .map(({ id: _id, ...item }) => item);
  return {
    ...shared,
    reason: null,
    ratio: byClass.ratio,
    benchmarkRatio: byClass.benchmarkRatio,
    difference: byClass.ratio - byClass.benchmarkRatio,
    residual: byClass.residual,
    byClass: groupsText(byClass.groups),
    byCurrency: groupsText(byCurrency.groups),
    items: items.toSorted((left, right) => right.excess - left.excess),
  };
}

/** False for what is only the rounding of floats: the cash of an account that keeps none. */
function isSomething(...ratios: readonly number[]): boolean {
  return ratios.some((ratio) => Math.abs(ratio) > 1e-9);
}

/** Groups that were there on some day, the largest effect first. */
function groupsText(groups: readonly GroupAttribution[]): Answer['byClass'] {
  return groups
    .map((group) => ({ ...group, total: group.allocation + group.selection + group.interaction }))
    .filter((group) => isSomething(group.weightRatio, group.benchmarkWeightRatio, group.total))
    .toSorted((left, right) => Math.abs(right.total) - Math.abs(left.total));
}
