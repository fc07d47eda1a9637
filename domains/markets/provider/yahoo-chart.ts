/**
 * Reading Yahoo's chart answer (`/v8/finance/chart`, unofficial; shape seen in the wild, November 2026).
 * Its closes, volumes and dividends are split-adjusted and closes often float32 noise: they are rounded to the digits the
 * market quotes and taken back to what was really paid and traded that day. Pence, agorot and cents of a rand become whole units.
 */
import { Decimal, type LocalDate, localDate, ok, refuse, type Result } from '#kernel';
import { z } from 'zod';
import { type QuoteUnit, quoteUnitOf } from './quote-unit.ts';
import type { DailyClose, Dividend, PriceAnswer, PriceRefusal, Quote, Split } from './price-provider.ts';

const Chart = z.object({
  chart: z.object({
    result: z
      .array(
        z.object({
          meta: z.object({
            currency: z.string().nullish(),
            symbol: z.string(),
            longName: z.string().nullish(),
            shortName: z.string().nullish(),
            exchangeTimezoneName: z.string().nullish(),
            regularMarketPrice: z.number().nullish(),
            regularMarketTime: z.number().nullish(),
            regularMarketVolume: z.number().nullish(),
            priceHint: z.number().int().min(0).max(12).nullish(),
          }),
          timestamp: z.array(z.number()).max(50_000).nullish(),
          events: z
            .object({
              splits: z
                .record(z.string(), z.object({ date: z.number(), numerator: z.number(), denominator: z.number() }))
                .nullish(),
              dividends: z.record(z.string(), z.object({ date: z.number(), amount: z.number() })).nullish(),
            })
            .nullish(),
          indicators: z.object({
            quote: z.array(
              z.object({
                close: z.array(z.number().nullable()).max(50_000).nullish(),
                volume: z.array(z.number().nullable()).max(50_000).nullish(),
              }),
            ),
          }),
        }),
      )
      .nullish(),
    error: z.object({ code: z.string(), description: z.string().nullish() }).nullish(),
  }),
});
type ChartResult = NonNullable<z.infer<typeof Chart>['chart']['result']>[number];

const SIGNIFICANT_DIGITS = 7; // What a float32 close really carries.
const PRICE_HINT = 2;
const RATIO_DIGITS = 12;

/** Reads an answer; null when the text is not a chart at all (consent page, half a JSON). */
export function parseChart(text: string): Result<PriceAnswer, PriceRefusal> | null {
  const parsed = Chart.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const [result] = parsed.data.chart.result ?? [];
  if (!result) return refuse('unknown_symbol', { reason: parsed.data.chart.error?.description ?? 'no data found' });
  const quoted = result.meta.currency;
  if (!quoted) return refuse('unreadable_price', { reason: 'the answer names no currency' });
  const unit = quoteUnitOf(quoted);
  const dayOf = exchangeDay(result.meta.exchangeTimezoneName ?? 'UTC');
  const splits = splitsOf(result, dayOf);
  const read = priceReader(result.meta.priceHint ?? PRICE_HINT, unit);
  const closes = closesOf(result, { dayOf, splits, read, currency: unit.currency });
  return ok({
    quote: quoteOf(result, { closes, dayOf, splits, read, currency: unit.currency }),
    closes,
    splits,
    dividends: dividendsOf(result, { dayOf, splits, unit }),
    providerSymbol: result.meta.symbol,
    providerName: result.meta.longName ?? result.meta.shortName ?? null,
  });
}

interface Reading {
  readonly dayOf: (epochSeconds: number) => LocalDate;
  readonly splits: readonly Split[];
  readonly read: (wireNumber: number) => Decimal | null;
  readonly currency: string;
}

function closesOf(result: ChartResult, reading: Reading): DailyClose[] {
  const { close: closes, volume: wireVolumes } = result.indicators.quote[0] ?? {};
  const volumes = wireVolumes ?? [];
  const byDay = new Map<LocalDate, DailyClose>();
  for (const [index, epochSeconds] of (result.timestamp ?? []).entries()) {
    const close = closes?.[index];
    const adjusted = typeof close === 'number' ? reading.read(close) : null;
    if (!adjusted || adjusted.sign <= 0) continue; // A halted day has no close.
    const on = reading.dayOf(epochSeconds);
    const product = productAfter(reading.splits, on);
    const units = countOf(volumes[index]);
    const volume = units ? { volume: units.dividedBy(product, 0, 'half-even') } : {};
    const asTraded = adjusted.times(product).rounded(18, 'half-even');
    byDay.set(on, { on, close: asTraded, currency: reading.currency, ...volume });
  }
  return [...byDay.values()].toSorted((a, b) => (a.on < b.on ? -1 : 1));
}

function quoteOf(result: ChartResult, reading: Reading & { readonly closes: readonly DailyClose[] }): Quote | null {
  const { regularMarketPrice, regularMarketTime } = result.meta;
  const price = typeof regularMarketPrice === 'number' ? reading.read(regularMarketPrice) : null;
  if (!price || typeof regularMarketTime !== 'number') return null;
  const today = reading.dayOf(regularMarketTime);
  const before = reading.closes.findLast((close) => close.on < today);
  const splitToday = reading.splits.find((split) => split.on === today);
  const previous =
    before && splitToday ? before.close.dividedBy(splitToday.ratio, RATIO_DIGITS, 'half-even') : before?.close;
  const volume = countOf(result.meta.regularMarketVolume);
  const marketAtMs = regularMarketTime * 1_000;
  const told = { price, currency: reading.currency, marketAtMs, previousClose: previous ?? null };
  return volume ? { ...told, dayVolume: volume } : told;
}

function splitsOf(result: ChartResult, dayOf: Reading['dayOf']): Split[] {
  return Object.values(result.events?.splits ?? {}).flatMap((split) => {
    const numerator = Decimal.parse(String(split.numerator));
    const denominator = Decimal.parse(String(split.denominator));
    if (!numerator || !denominator || numerator.sign <= 0 || denominator.sign <= 0) return [];
    return [{ on: dayOf(split.date), ratio: numerator.dividedBy(denominator, RATIO_DIGITS, 'half-even') }];
  });
}

/** New units of today per unit of a day. */
function productAfter(splits: readonly Split[], on: LocalDate): Decimal {
  return splits.filter((split) => split.on > on).reduce((product, split) => product.times(split.ratio), Decimal.one);
}

/** Whole units; null for what is no count. */
function countOf(wireNumber: number | null | undefined): Decimal | null {
  const count = typeof wireNumber === 'number' && wireNumber >= 0 ? Decimal.parse(String(wireNumber)) : null;
  return count?.rounded(0, 'half-even') ?? null;
}

const DIVIDEND_DIGITS = 6; // What companies declare; the rest is float noise.

function dividendsOf(
  result: ChartResult,
  reading: { readonly dayOf: Reading['dayOf']; readonly splits: readonly Split[]; readonly unit: QuoteUnit },
): Dividend[] {
  const told = Object.values(result.events?.dividends ?? {}).flatMap(({ date, amount: wireNumber }): Dividend[] => {
    const adjusted = Decimal.parse(String(wireNumber));
    if (!adjusted || adjusted.sign <= 0) return [];
    const exDate = reading.dayOf(date);
    const amount = adjusted.times(productAfter(reading.splits, exDate)).rounded(DIVIDEND_DIGITS, 'half-even');
    return amount.sign <= 0
      ? []
      : [{ exDate, amount: amount.times(reading.unit.factor), currency: reading.unit.currency }];
  });
  // Two payments of one day are one fact of that day.
  const byDay = new Map<LocalDate, Dividend>();
  for (const dividend of told) {
    const known = byDay.get(dividend.exDate);
    byDay.set(dividend.exDate, { ...dividend, amount: dividend.amount.plus(known?.amount ?? Decimal.zero) });
  }
  return [...byDay.values()].toSorted((a, b) => (a.exDate < b.exDate ? -1 : 1));
}

function priceReader(priceHint: number, unit: QuoteUnit): Reading['read'] {
  return (wireNumber) => {
    const exact = Number.isFinite(wireNumber) ? Decimal.parse(String(wireNumber)) : null;
    if (!exact) return null;
    const size = Math.abs(wireNumber) || 1;
    const wholeDigits = size >= 1 ? Math.floor(Math.log10(size)) + 1 : Math.ceil(Math.log10(size));
    const digits = Math.min(18, Math.max(priceHint, SIGNIFICANT_DIGITS - wholeDigits));
    return exact.rounded(digits, 'half-even').times(unit.factor);
  };
}

/** One formatter for thousands of candles: making one costs more than all of its uses. */
function exchangeDay(timeZone: string): Reading['dayOf'] {
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: isZone(timeZone) ? timeZone : 'UTC', ...parts });
  return (epochSeconds) => localDate(format.format(epochSeconds * 1_000));
}

function isZone(timeZone: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The JSON of a text, or null when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
