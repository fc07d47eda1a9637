/** Markets' door for other domains. */
export {
  checkInstrumentDraft,
  type DraftRefusal,
  type Instrument,
  type InstrumentDraft,
  type InstrumentKind,
  isValidIsin,
} from './instrument.ts';
export {
  findInstruments,
  previewInstruments,
  type ResolvedInstrument,
  type ResolveContext,
  resolveInstruments,
  type ResolveRefusal,
} from './instrument.store.ts';
export { watchInstruments, unwatchInstruments } from './watch.ts';
export { crossRate, type EuroRate, type FxPair, type FxRate } from './fx.ts';
export { type MarketChanges, marketChangesSince } from './change.store.ts';
export { euroRatesBetween, fxRates, type FxQuery, type FxRangeQuery } from './fx.store.ts';
export { type DailyPrice, type LatestPrice, type MissingPriceReason, type PriceProviderName } from './price.ts';
export { type DayRangeQuery, latestPrices, type LatestPricesQuery, pricesBetween } from './price.store.ts';
export {
  type ManualPrice,
  type ManualPriceRefusal,
  type PriceArrival,
  recordManualPrices,
  takePrices,
} from './price-intake.ts';
export {
  simulatedCloses,
  simulatedEuroRate,
  type SimulatedInstrument,
  simulatedPrice,
} from './provider/simulated-market.ts';
export { startSimulation } from './simulation.ts';
export { type ProviderReport, reportProviders } from './provider-report.ts';
