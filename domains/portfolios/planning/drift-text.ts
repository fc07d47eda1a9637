/** Targets, sleeves and drift as the API answers them. */
import type { Instrument } from '#markets';
import type { Allocation, Sleeve } from './allocation.ts';
import type { Drift } from './drift.ts';
import type { ToldDrift } from './drift.store.ts';
import { keyOf, type Target } from './model.ts';

export type Named = ReadonlyMap<string, Pick<Instrument, 'id' | 'name' | 'symbol'>>;

/** An instrument by its name; one that is gone keeps its id. */
export function namedText(id: string | null, named: Named) {
  if (id === null) return null;
  const { name = '', symbol = null } = named.get(id) ?? {};
  return { id, name, symbol };
}

export function targetText(target: Target, named: Named) {
  const { assetClass, weightBps, band } = target;
  const [instrument, buyInstrument] = [target.instrumentId, target.buyInstrumentId].map((id) => namedText(id, named));
  return {
    key: keyOf(target),
    assetClass,
    instrument: instrument ?? null,
    weightBps,
    band: { ...band },
    buyInstrument: buyInstrument ?? null,
  };
}

/** A sleeve; figures that are for the eye are numbers. */
export function sleeveText(sleeve: Sleeve, named: Named) {
  return {
    key: sleeve.key,
    assetClass: sleeve.target?.assetClass ?? null,
    instrument: namedText(sleeve.target?.instrumentId ?? null, named),
    targetRatio: sleeve.targetRatio.toStatistic(),
    lowerRatio: sleeve.lower.toStatistic(),
    upperRatio: sleeve.upper.toStatistic(),
    value: sleeve.value.toString(),
    weightRatio: sleeve.weight?.toStatistic() ?? null,
    state: sleeve.state,
  };
}

/** Sleeves of an allocation; the one outside the model only when there is something in it. */
export function sleevesText(allocation: Allocation, named: Named) {
  const shown = allocation.sleeves.filter(({ target, value }) => target !== null || !value.isZero);
  return shown.map((sleeve) => sleeveText(sleeve, named));
}

type DriftState = 'out' | 'unknown' | 'inside' | 'no_model';

/** One portfolio of the drift list. */
export function driftText(
  drift: Drift,
  { named, told }: { readonly named: Named; readonly told: ToldDrift | undefined },
) {
  const { portfolio, model, holdings, allocation } = drift;
  const isOut = allocation !== null && !allocation.isInside;
  const worst = allocation?.sleeves.find(({ key }) => key === allocation.worst?.key);
  // What was told of another model, or of an earlier stretch, says nothing about this one.
  const since = told?.isOut && told.modelId === model?.id ? told.outSince : null;
  const state: DriftState = model === null ? 'no_model' : allocation === null ? 'unknown' : isOut ? 'out' : 'inside';
  return {
    portfolioId: portfolio.id,
    portfolioName: portfolio.name,
    currency: portfolio.baseCurrency,
    model: model && { id: model.id, name: model.name, version: model.version, riskProfile: model.riskProfile },
    state,
    value: holdings.valued.valuation.totals.value?.toString() ?? null,
    maxDriftRatio: allocation?.worst?.drift.toStatistic() ?? null,
    worst: worst ? sleeveText(worst, named) : null,
    turnoverRatio: allocation?.turnover?.toStatistic() ?? null,
    outSince: isOut ? (since ?? holdings.valued.today) : null,
    sleeves: allocation ? sleevesText(allocation, named) : [],
    missing: [...holdings.missing],
    unclassified: holdings.unclassified.map(({ id, name, symbol }) => ({ id, name, symbol })),
  };
}

const ORDER: Readonly<Record<DriftState, number>> = { out: 0, unknown: 1, inside: 2, no_model: 3 };

/** Out of band first and farthest first; then what cannot be said, what is fine, and what follows no model. */
export function byDistance(a: ReturnType<typeof driftText>, b: ReturnType<typeof driftText>): number {
  const byState = ORDER[a.state] - ORDER[b.state];
  if (byState !== 0) return byState;
  return Math.abs(b.maxDriftRatio ?? 0) - Math.abs(a.maxDriftRatio ?? 0);
}
