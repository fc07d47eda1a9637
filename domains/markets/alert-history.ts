/**
 * Alert history: what a rule would have done over stored daily closes. It builds the observations of each day and walks them
 * with the same `stepAlert` that runs live. Prices and volumes are put into the units of the last day, so that a split in
 * between is no fall; thresholds of price and of volume are read in those units.
 */
import { addDays, Decimal, type LocalDate, localDate } from '#kernel';
import {
  type AlertTerms,
  initialState,
  isVolumeRule,
  type Observation,
  stepAlert,
  USUAL_VOLUME_DAYS,
} from './alert.ts';

export interface HistoryDay {
  readonly on: LocalDate;
  /** Close and units as traded on that day. */
  readonly close: Decimal;
  readonly volume: Decimal | null;
}

export interface SplitFact {
  readonly on: LocalDate;
  /** New units per old one. */
  readonly ratio: Decimal;
}

export interface Crossing {
  readonly on: LocalDate;
  readonly price: Decimal;
  readonly volume: Decimal | null;
  /** The trigger that was crossed, a price or a volume as the rule has it. */
  readonly trigger: Decimal;
}

const PRICE_DIGITS = 18;
const VOLUME_DIGITS = 6;
/** Before every close there is. */
export const FIRST_DAY = localDate('1900-01-01');

/** Product of the splits after a day and up to another: how many units of the later day one of the earlier became. */
export function splitProduct(splits: readonly SplitFact[], after: LocalDate, upTo: LocalDate): Decimal {
  return splits
    .filter(({ on }) => on > after && on <= upTo)
    .reduce((product, { ratio }) => product.times(ratio), Decimal.one);
}

/** A price of an earlier day in the units that one of it became; half-even at 18 digits. */
export function priceAfterSplits(price: Decimal, product: Decimal): Decimal {
  return product.equals(Decimal.one) ? price : price.dividedBy(product, PRICE_DIGITS, 'half-even');
}

/** Mean units a day; null unless exactly the wanted days are known. Half-even at 6 digits. */
export function usualVolumeOf(total: Decimal, dayCount: number): Decimal | null {
  if (dayCount < USUAL_VOLUME_DAYS) return null;
  return total.dividedBy(Decimal.of(BigInt(USUAL_VOLUME_DAYS)), VOLUME_DIGITS, 'half-even');
}

/** The days, oldest first, with every figure in the units of the last one. */
export function inLastUnits(days: readonly HistoryDay[], splits: readonly SplitFact[]): HistoryDay[] {
  const last = days.at(-1)?.on;
  if (last === undefined) return [];
  return days.map((day) => {
    const product = splitProduct(splits, day.on, last);
    return {
      on: day.on,
      close: priceAfterSplits(day.close, product),
      volume: day.volume?.times(product) ?? null,
    };
  });
}

/** What a rule would have seen at each close, days ascending and in one unit. Every figure of a day looks at earlier days only. */
export function observationsOf(days: readonly HistoryDay[], terms: Pick<AlertTerms, 'windowDays'>): Observation[] {
  const highs: number[] = []; // Indexes whose closes fall: the first is the high of the window.
  const volumes: Decimal[] = [];
  let volumeTotal = Decimal.zero;
  return days.map((day, index) => {
    const since = terms.windowDays === null ? FIRST_DAY : addDays(day.on, -terms.windowDays);
    while (highs[0] !== undefined && isBefore(days[highs[0]]?.on, since)) highs.shift();
    const seen: Observation = {
      price: day.close,
      previousClose: days[index - 1]?.close ?? null,
      dayVolume: day.volume,
      usualVolume: usualVolumeOf(volumeTotal, volumes.length),
      highestClose: highs[0] === undefined ? null : (days[highs[0]]?.close ?? null),
    };
    while (highs.length > 0 && isAtMost(days[highs.at(-1) ?? 0]?.close, day.close)) highs.pop();
    highs.push(index);
    if (day.volume) {
      volumes.push(day.volume);
      volumeTotal = volumeTotal.plus(day.volume);
      const oldest = volumes.length > USUAL_VOLUME_DAYS ? volumes.shift() : undefined;
      if (oldest) volumeTotal = volumeTotal.minus(oldest);
    }
    return seen;
  });
}

/**
 * Every day on which a rule made on the first day (or on `from`) would have crossed its trigger, as if it were armed again
 * after each. What it is measured from may lie before.
 */
export function crossingsOf(days: readonly HistoryDay[], terms: AlertTerms, from: LocalDate | null = null): Crossing[] {
  let state = initialState(terms, null);
  const crossings: Crossing[] = [];
  for (const [index, seen] of observationsOf(days, terms).entries()) {
    const on = days[index]?.on;
    if (on === undefined || (from !== null && on < from)) continue;
    const step = stepAlert({ terms, state }, seen);
    state = step.state;
    if (!step.crossed) continue;
    const volume = isVolumeRule(terms) ? (seen.dayVolume ?? null) : null;
    crossings.push({ on, price: seen.price, volume, trigger: step.crossed });
  }
  return crossings;
}

function isBefore(one: LocalDate | undefined, other: LocalDate): boolean {
  return one !== undefined && one < other;
}

function isAtMost(one: Decimal | undefined, other: Decimal): boolean {
  return one !== undefined && one.compare(other) <= 0;
}
