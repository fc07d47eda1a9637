/**
 * What a portfolio holds as planning sees it: each open holding and its cash with a value and an asset class, or what is
 * missing to say so. Units: base currency, exact. Nothing unknown counts as zero: with one unknown there is no allocation.
 */
import { Decimal } from '#kernel';
import type { Instrument } from '#markets';
import {
  type FiguresSource,
  missingOf,
  type NamedMissingFact,
  type ValuedPortfolio,
  valuePortfolio,
} from '../figures.ts';
import type { Portfolio } from '../portfolio.store.ts';
import type { Part } from './allocation.ts';
import type { InstrumentFacts } from './instrument-facts.store.ts';
import { type AssetClass, classOfKind } from './model.ts';

export type FactsByInstrument = ReadonlyMap<string, InstrumentFacts>;

export interface Holdings {
  readonly valued: ValuedPortfolio;
  /** Null when a value is unknown: `missing` says which fact. */
  readonly parts: readonly Part[] | null;
  readonly missing: readonly NamedMissingFact[];
  readonly unclassified: readonly Instrument[];
}

/** Values a portfolio and classes what it holds. */
export async function holdingsOf(
  source: FiguresSource,
  portfolio: Portfolio,
  facts: FactsByInstrument,
): Promise<Holdings> {
  const valued = await valuePortfolio(source, portfolio);
  const open = valued.valuation.holdings.filter(({ quantity }) => !quantity.isZero);
  const instruments = open.flatMap(({ instrumentId }) => valued.instruments.get(instrumentId) ?? []);
  const unclassified = instruments.filter((instrument) => classOf(instrument, facts) === null);
  const missing = missingOf(valued);
  if (valued.valuation.totals.value === null) return { valued, parts: null, missing, unclassified };
  const parts = open.map(({ instrumentId, value }): Part => {
    const instrument = valued.instruments.get(instrumentId);
    const assetClass = (instrument && classOf(instrument, facts)) ?? 'other';
    return { instrumentId, assetClass, value: value ?? Decimal.zero };
  });
  const cash = Decimal.sum(valued.valuation.cash.map(({ value }) => value ?? Decimal.zero));
  return { valued, parts: [...parts, { instrumentId: null, assetClass: 'cash', value: cash }], missing, unclassified };
}

/** What people stated, else what the kind says; null when neither does. */
export function classOf(instrument: Pick<Instrument, 'id' | 'kind'>, facts: FactsByInstrument): AssetClass | null {
  return facts.get(instrument.id)?.assetClass ?? classOfKind(instrument.kind);
}
