/**
 * Attribution of a book: what each holding and the cash had working each day and what became of it, beside a blend's days. Pure and
 * plain, for a worker thread. Convention of the ledger: what is put into a holding works from the start of its day, what it
 * gives back leaves at the end; the cash is what the whole portfolio has beyond its holdings.
 */
import type { ColumnMarket } from '../engine/column-values.ts';
import { positionValues } from '../engine/column-values.ts';
import type { EngineInput } from '../engine/engine-market.ts';
import { columnRates } from '../engine/market-columns.ts';
import type { TypedBook } from '../engine/typed-book.ts';
import type { CloseColumn } from '../value-series.ts';
import {
  type Attribution,
  type AttributedRow,
  type AttributionGap,
  attributionOf,
  type BlendPart,
  CASH,
} from './attribution.ts';
import { benchmarkLevels } from './benchmark.ts';
import { typedDailyColumns } from './daily-columns.ts';

export interface BlendInstrument {
  readonly weightRatio: number;
  readonly closes: CloseColumn | undefined;
  /** Its group in each dimension, in their order. */
  readonly groups: readonly string[];
}

export interface AttributionQuestion {
  readonly firstDay: number;
  readonly dayCount: number;
  /** Values of now, for a period that ends today; null keeps those of the closes. */
  readonly live: { readonly total: number; readonly holdings: ReadonlyMap<string, number> } | null;
  /** Group of each instrument in each dimension. */
  readonly groupsOf: ReadonlyMap<string, readonly string[]>;
  readonly blend: readonly BlendInstrument[];
  readonly dimensionCount: number;
}

export type BookAttributionGap = AttributionGap | 'benchmark_price_missing' | 'no_operations';

/** The attribution in each dimension, or why there is none. */
export function attributeBook(input: EngineInput & AttributionQuestion): readonly Attribution[] | BookAttributionGap {
  const { book, market, dayCount } = input;
  if (book.isEmpty) return 'no_operations';
  const parts = blendRatios(input);
  if (!parts) return 'benchmark_price_missing';
  const holdings = book.instrumentIds.map((id, place) => ({
    id,
    ...holdingDays(book, market, { ...input, place, id }),
  }));
  const cash = cashDays(input, holdings);
  const found: Attribution[] = [];
  for (let dimension = 0; dimension < input.dimensionCount; dimension += 1) {
    const rows: AttributedRow[] = [
      ...holdings.map((row) => ({ ...row, group: input.groupsOf.get(row.id)?.[dimension] ?? 'other' })),
      { ...cash, id: CASH, group: CASH },
    ];
    const blend = parts.map(({ groups, ...part }): BlendPart => ({ ...part, group: groups[dimension] ?? 'other' }));
    const attributed = attributionOf({ rows, blend, dayCount });
    if (typeof attributed === 'string') return attributed;
    found.push(attributed);
  }
  return found;
}

function blendRatios({ book, market, firstDay, dayCount, blend }: EngineInput & AttributionQuestion) {
  const rates = columnRates(book.baseCurrency, market.rates);
  const parts = blend.map(({ weightRatio, closes, groups }) => {
    const { opening, levels } = benchmarkLevels(closes, { firstDay, dayCount, rates });
    const dailyRatios = levels.map((level, day) => level / (levels[day - 1] ?? opening) - 1);
    return { weightRatio, groups, dailyRatios };
  });
  return parts.every(({ dailyRatios }) => dailyRatios.every(Number.isFinite)) ? parts : null;
}

type WorkedDays = Pick<AttributedRow, 'bases' | 'ends'>;

/** All accounts' days of one instrument. */
function holdingDays(
  book: TypedBook,
  market: ColumnMarket,
  { place, id, firstDay, dayCount, live }: AttributionQuestion & { readonly place: number; readonly id: string },
): WorkedDays {
  const values = new Float64Array(dayCount + 1);
  const [bases, ends] = [new Float64Array(dayCount), new Float64Array(dayCount)];
  for (let position = 0; position < book.instruments.length; position += 1) {
    if (book.instruments[position] !== place) continue;
    const own = positionValues(book, position, {
      market,
      days: { firstDay: firstDay - 1, stepDays: 1, count: dayCount + 1 },
    });
    for (let day = 0; day <= dayCount; day += 1) {
      values[day] = (values[day] ?? 0) + (own.unknownCounts[day] === 0 ? (own.values[day] ?? 0) : Number.NaN);
    }
    for (let move = book.moneyStarts[position] ?? 0; move < (book.moneyStarts[position + 1] ?? 0); move += 1) {
      const day = (book.moneyDays[move] ?? 0) - firstDay;
      if (day < 0 || day >= dayCount) continue;
      bases[day] = (bases[day] ?? 0) + (book.moneyIn[move] ?? 0);
      ends[day] = (ends[day] ?? 0) + (book.moneyOut[move] ?? 0);
    }
  }
  const now = live?.holdings.get(id);
  if (now !== undefined) values[dayCount] = now;
  for (let day = 0; day < dayCount; day += 1) {
    bases[day] = (bases[day] ?? 0) + (values[day] ?? 0);
    ends[day] = (ends[day] ?? 0) + (values[day + 1] ?? 0);
  }
  return { bases, ends };
}

/** What the portfolio has beyond its holdings, day by day. */
function cashDays(input: EngineInput & AttributionQuestion, holdings: readonly WorkedDays[]): WorkedDays {
  const { dayCount, live } = input;
  const columns = typedDailyColumns(input.book, input.market, input);
  if (live) columns.values[dayCount - 1] = live.total;
  const bases = columns.inflows.map((inflow, day) => inflow + (columns.values[day - 1] ?? columns.openingValue));
  const ends = columns.outflows.map((outflow, day) => outflow + (columns.values[day] ?? 0));
  for (const row of holdings) {
    for (let day = 0; day < dayCount; day += 1) {
      bases[day] = (bases[day] ?? 0) - (row.bases[day] ?? 0);
      ends[day] = (ends[day] ?? 0) - (row.ends[day] ?? 0);
    }
  }
  return { bases, ends };
}
