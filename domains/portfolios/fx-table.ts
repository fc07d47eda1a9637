/**
 * Exchange rates as of a day. Units: a rate is units of the second currency per one of the first, exact as published;
 * inverses and crosses are rounded half-even to 18 decimals, as the markets' own cross rates are.
 * Method: the last rate known on or before the day, never a later one; direct, inverse, then through one common currency.
 * Every rate used and every one missing is remembered, so a figure can name what it stands on.
 */
import { Decimal, epochDay, type LocalDate } from '#kernel';

export interface FxRate {
  readonly from: string;
  readonly to: string;
  readonly date: LocalDate;
  readonly rate: Decimal;
}

export interface MissingFx {
  readonly from: string;
  readonly to: string;
  /** The first day the rate was needed for. */
  readonly date: LocalDate;
}

interface Column {
  readonly days: number[];
  readonly rates: Decimal[];
}

const CROSS_DIGITS = 18;
const PIVOT_COUNT_MAX = 16; // A pair reached through more distinct currencies than this is a data error.

export class FxTable {
  readonly #columns = new Map<string, Column>();
  readonly #neighbours = new Map<string, Set<string>>();
  readonly #missing = new Map<string, MissingFx>();
  readonly #found = new Map<string, Decimal | null>();

  constructor(rates: readonly FxRate[]) {
    const ordered = rates.toSorted((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
    for (const { from, to, date, rate } of ordered) {
      if (rate.sign <= 0) continue;
      const column = this.#columns.get(pairOf(from, to)) ?? { days: [], rates: [] };
      column.days.push(epochDay(date));
      column.rates.push(rate);
      this.#columns.set(pairOf(from, to), column);
      this.#link(from, to);
      this.#link(to, from);
    }
  }

  /** Units of `to` per one `from` on `date`; null (and remembered as missing) when nothing known reaches it. */
  rate(from: string, to: string, date: LocalDate): Decimal | null {
    if (from === to) return Decimal.one;
    const key = `${from}/${to}@${date}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const rate = this.#lookUp(from, to, epochDay(date));
    this.#found.set(key, rate);
    if (!rate) this.#noteMissing({ from, to, date });
    return rate;
  }

  /** Like `rate`, leaving no trace: for charts, which must not make a figure say that it needs a rate. */
  peek(from: string, to: string, date: LocalDate): Decimal | null {
    return from === to ? Decimal.one : this.#lookUp(from, to, epochDay(date));
  }

  /** Every day something was published for, ascending: between two of them no rate changes. */
  publishedDays(): readonly number[] {
    return [...new Set([...this.#columns.values()].flatMap((column) => column.days))].toSorted((a, b) => a - b);
  }

  /** `amount` in another currency on a day; null when the rate is unknown. */
  convert(
    amount: Decimal,
    pair: { readonly from: string; readonly to: string; readonly date: LocalDate },
  ): Decimal | null {
    const rate = this.rate(pair.from, pair.to, pair.date);
    return rate && amount.times(rate);
  }

  /** True when `other` gives the same rate wherever this table was asked: a book folded with this one still stands. */
  agreesWith(other: FxTable): boolean {
    for (const [key, rate] of this.#found) {
      const [pair = '', date = ''] = key.split('@');
      const [from = '', to = ''] = pair.split('/');
      const fresh = other.rate(from, to, date as LocalDate);
      if (rate === null ? fresh !== null : fresh === null || !fresh.equals(rate)) return false;
    }
    return true;
  }

  get missing(): readonly MissingFx[] {
    return [...this.#missing.values()];
  }

  #lookUp(from: string, to: string, day: number): Decimal | null {
    const straight = this.#directOrInverse(from, to, day);
    if (straight) return straight;
    let tried = 0;
    for (const pivot of this.#neighbours.get(from) ?? []) {
      if ((tried += 1) > PIVOT_COUNT_MAX) break;
      const first = this.#directOrInverse(from, pivot, day);
      const second = first && this.#directOrInverse(pivot, to, day);
      if (first && second) return first.times(second).rounded(CROSS_DIGITS, 'half-even');
    }
    return null;
  }

  #directOrInverse(from: string, to: string, day: number): Decimal | null {
    const direct = asOf(this.#columns.get(pairOf(from, to)), day);
    if (direct) return direct;
    const inverse = asOf(this.#columns.get(pairOf(to, from)), day);
    return inverse && Decimal.one.dividedBy(inverse, CROSS_DIGITS, 'half-even');
  }

  #link(from: string, to: string): void {
    const neighbours = this.#neighbours.get(from) ?? new Set<string>();
    neighbours.add(to);
    this.#neighbours.set(from, neighbours);
  }

  #noteMissing(missing: MissingFx): void {
    const pair = pairOf(missing.from, missing.to);
    const known = this.#missing.get(pair);
    if (!known || missing.date < known.date) this.#missing.set(pair, missing);
  }
}

/** Index of the last day on or before `day`, or -1. Days ascend. */
function lastIndexOnOrBefore(days: readonly number[], day: number): number {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((days[middle] ?? Number.POSITIVE_INFINITY) <= day) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function asOf(column: Column | undefined, day: number): Decimal | null {
  if (!column) return null;
  return column.rates[lastIndexOnOrBefore(column.days, day)] ?? null;
}

function pairOf(from: string, to: string): string {
  return `${from}/${to}`;
}
