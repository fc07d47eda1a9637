/** The back-test of an alert over HTTP: what a rule that is being written would have done over the stored closes. */
import { Decimal, epochDay, ok, type OutputOf, parseLocalDate, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { type AlertTerms, isVolumeRule, termsRefusal, USUAL_VOLUME_DAYS } from './alert.ts';
import { BacktestAlert } from './alert-contract.ts';
import { readHistoryDays } from './alert-facts.store.ts';
import { crossingsOf, type HistoryDay, inLastUnits } from './alert-history.ts';
import { listSplits } from './corporate-action.store.ts';
import { findInstruments } from './instrument.store.ts';
import { latestPrices } from './price.store.ts';

type Query = OutputOf<(typeof BacktestAlert)['query']>;
type Report = OutputOf<(typeof BacktestAlert)['response']>;

const LISTED_MAX = 500; // More crossings than this are noise, and the count says so.
const POINTS_MAX = 1_500; // What a chart of a page can show.

export function alertBacktestRoutes(http: Http, platform: Platform): void {
  http.route(BacktestAlert, async ({ query, actor }) => {
    const { workspaceId } = actor;
    const { instrumentId } = query;
    const instrument = (await findInstruments(platform.db, workspaceId, [instrumentId])).get(instrumentId);
    if (!instrument) return refuse('instrument_not_found');
    const terms = termsOf(query);
    const refusal = termsRefusal(terms, instrument);
    if (refusal) return refuse(refusal);
    const from = query.from === undefined ? null : parseLocalDate(query.from);
    if (query.from !== undefined && !from) return refuse('day_invalid');
    const asked = { workspaceId, instrumentIds: [instrumentId], atMs: platform.clock() };
    const latest = (await latestPrices(platform.db, asked)).get(instrumentId);
    const currency = latest?.state === 'priced' ? latest.currency : instrument.currency;
    const stored = await readHistoryDays(platform.db, { workspaceId, instrumentId, currency });
    const splits = (await listSplits(platform.db, [instrumentId])).get(instrumentId) ?? [];
    // What a rule is measured from may lie before the asked days: all of it is walked, and only they are told.
    const days = inLastUnits(stored, splits);
    return ok(backtestReport(days, { terms, currency, repeat: query.repeat, from }));
  });
}

function termsOf(query: Query): AlertTerms {
  const isPercent = query.condition.startsWith('percent');
  return {
    condition: query.condition,
    threshold: Decimal.from(query.threshold),
    referencePrice: isPercent && query.referencePrice !== undefined ? Decimal.from(query.referencePrice) : null,
    windowDays: query.condition === 'drawdown' ? (query.windowDays ?? null) : null,
    hysteresisPercent: Decimal.from(query.hysteresisPercent),
  };
}

interface ReportInput {
  readonly terms: AlertTerms;
  readonly currency: string;
  readonly repeat: Query['repeat'];
  readonly from: HistoryDay['on'] | null;
}

/** The report over days in one unit, oldest first. */
export function backtestReport(days: readonly HistoryDay[], { terms, currency, repeat, from }: ReportInput): Report {
  const told = from === null ? days : days.filter(({ on }) => on >= from);
  const crossings = crossingsOf(days, terms, from);
  const years = new Map<number, number>();
  for (const { on } of crossings) years.set(yearOf(on), (years.get(yearOf(on)) ?? 0) + 1);
  const listed = crossings.map(({ on, price, volume, trigger }, index) => ({
    on,
    price: price.toString(),
    volume: volume?.toString() ?? null,
    trigger: trigger.toString(),
    hasFired: repeat === 'rearming' || index === 0,
  }));
  const isVolume = isVolumeRule(terms);
  return {
    from: told[0]?.on ?? null,
    to: told.at(-1)?.on ?? null,
    dayCount: told.length,
    currency,
    missing: missingOf(days, terms),
    crossingCount: crossings.length,
    firingCount: repeat === 'rearming' ? crossings.length : Math.min(1, crossings.length),
    crossings: listed.slice(-LISTED_MAX),
    years: [...years].map(([year, crossingCount]) => ({ year, crossingCount })),
    points: thinned(told, new Set(crossings.map(({ on }) => on))).flatMap((day): [string, string][] => {
      const figure = isVolume ? day.volume : day.close;
      return figure ? [[day.on, figure.toString()]] : [];
    }),
  };
}

function missingOf(days: readonly HistoryDay[], terms: AlertTerms): Report['missing'] {
  if (days.length === 0) return 'no_history';
  const counted = isVolumeRule(terms) ? days.filter(({ volume }) => volume !== null).length : days.length;
  if (counted === 0) return 'no_volume';
  const daysMin = terms.condition === 'volume_times' ? USUAL_VOLUME_DAYS + 2 : 2;
  return counted < daysMin ? 'too_short' : null;
}

/** Evenly fewer days; the last one and every day of a crossing stay. */
function thinned(days: readonly HistoryDay[], kept: ReadonlySet<string>): readonly HistoryDay[] {
  const step = Math.ceil(days.length / POINTS_MAX);
  if (step <= 1) return days;
  const last = days.length - 1;
  return days.filter(({ on }, index) => (last - index) % step === 0 || kept.has(on));
}

function yearOf(on: HistoryDay['on']): number {
  return new Date(epochDay(on) * 86_400_000).getUTCFullYear();
}
