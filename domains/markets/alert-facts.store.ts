/**
 * What an alert is measured from besides the newest price, read from the stored closes: the high of its window and the usual
 * volume. Closes are stored as traded; figures from before a split are put into the units of the asked day.
 */
import { addDays, Decimal, type LocalDate } from '#kernel';
import type { Queryable } from '#platform/db';
import { sql } from 'kysely';
import type { AlertTerms, Observation } from './alert.ts';
import {
  FIRST_DAY,
  type HistoryDay,
  priceAfterSplits,
  splitProduct,
  type SplitFact,
  usualVolumeOf,
} from './alert-history.ts';
import { listSplits } from './corporate-action.store.ts';
import { USUAL_VOLUME_DAYS } from './alert.ts';

export interface FactsQuery {
  readonly ruleId: string;
  readonly instrumentId: string;
  readonly currency: string;
  readonly terms: Pick<AlertTerms, 'condition' | 'windowDays'>;
  /** The day of the price that is judged; only earlier days count. */
  readonly on: LocalDate;
}

export type AlertFacts = Required<Pick<Observation, 'highestClose' | 'usualVolume'>>;

const NOTHING: AlertFacts = { highestClose: null, usualVolume: null };

/** The facts of each rule; rules that are measured from nothing else are absent. */
export async function readAlertFacts(
  queryable: Queryable,
  queries: readonly FactsQuery[],
): Promise<Map<string, AlertFacts>> {
  const falls = queries.filter(({ terms }) => terms.condition === 'drawdown');
  const volumes = queries.filter(({ terms }) => terms.condition === 'volume_times');
  const facts = new Map<string, AlertFacts>();
  if (falls.length + volumes.length === 0) return facts;
  const splits = await listSplits(
    queryable,
    [...falls, ...volumes].map(({ instrumentId }) => instrumentId),
  );
  for (const [ruleId, highestClose] of await highestCloses(queryable, falls, splits)) {
    facts.set(ruleId, { ...NOTHING, highestClose });
  }
  for (const [ruleId, usualVolume] of await usualVolumes(queryable, volumes, splits)) {
    facts.set(ruleId, { ...NOTHING, usualVolume });
  }
  return facts;
}

interface SegmentRow {
  readonly rule_id: string;
  /** Last day of the closes that share the same later splits. */
  readonly last_on: LocalDate;
  readonly figure: string;
  readonly days: number;
}

type Splits = ReadonlyMap<string, readonly SplitFact[]>;

async function highestCloses(
  queryable: Queryable,
  queries: readonly FactsQuery[],
  splits: Splits,
): Promise<Map<string, Decimal>> {
  const highs = new Map<string, Decimal>();
  if (queries.length === 0) return highs;
  const { rows } = await sql<SegmentRow>`
    select a.rule_id, max(d.on_date) as last_on, max(d.price) as figure, count(*)::int as days
    from ${asked(queries)}
    join markets_daily_prices d on d.instrument_id = a.instrument_id and d.currency = a.currency
      and d.on_date >= a.from_on and d.on_date < a.before_on
    cross join lateral (select count(*) as splits from markets_splits s
      where s.instrument_id = d.instrument_id and s.on_date > d.on_date and s.on_date <= a.before_on) later
    group by a.rule_id, later.splits`.execute(queryable.tables());
  const byId = new Map(queries.map((query) => [query.ruleId, query]));
  for (const row of rows) {
    const query = byId.get(row.rule_id);
    if (!query) continue;
    const product = splitProduct(splits.get(query.instrumentId) ?? [], row.last_on, query.on);
    const close = priceAfterSplits(Decimal.from(row.figure), product);
    const known = highs.get(row.rule_id);
    if (!known || known.compare(close) < 0) highs.set(row.rule_id, close);
  }
  return highs;
}

async function usualVolumes(
  queryable: Queryable,
  queries: readonly FactsQuery[],
  splits: Splits,
): Promise<Map<string, Decimal | null>> {
  const usual = new Map<string, Decimal | null>();
  if (queries.length === 0) return usual;
  const { rows } = await sql<SegmentRow>`
    select a.rule_id, v.on_date as last_on, v.volume as figure, 1 as days
    from ${asked(queries)}
    cross join lateral (select d.on_date, d.volume from markets_daily_prices d
      where d.instrument_id = a.instrument_id and d.currency = a.currency and d.on_date < a.before_on
        and d.volume is not null
      order by d.on_date desc limit ${USUAL_VOLUME_DAYS}) v`.execute(queryable.tables());
  for (const query of queries) {
    const days = rows.filter((row) => row.rule_id === query.ruleId);
    const known = splits.get(query.instrumentId) ?? [];
    const units = days.map((row) => Decimal.from(row.figure).times(splitProduct(known, row.last_on, query.on)));
    usual.set(query.ruleId, usualVolumeOf(Decimal.sum(units), units.length));
  }
  return usual;
}

function asked(queries: readonly FactsQuery[]) {
  const rows = queries.map(({ ruleId, instrumentId, currency, terms, on }) => ({
    rule_id: ruleId,
    instrument_id: instrumentId,
    currency,
    before_on: on,
    from_on: terms.windowDays === null ? FIRST_DAY : addDays(on, -terms.windowDays),
  }));
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as a (rule_id uuid, instrument_id uuid, currency text,
    before_on date, from_on date)`;
}

const HISTORY_DAYS_MAX = 8_000; // Thirty years of working days.

/** The newest stored closes of an instrument in one currency, oldest first, as traded. */
export async function readHistoryDays(
  queryable: Queryable,
  query: { readonly workspaceId: string; readonly instrumentId: string; readonly currency: string },
): Promise<HistoryDay[]> {
  const { rows } = await sql<{ on_date: LocalDate; price: string; volume: string | null }>`
    select on_date, price, volume from markets_daily_prices
    where workspace_id = ${query.workspaceId} and instrument_id = ${query.instrumentId} and currency = ${query.currency}
    order by on_date desc limit ${HISTORY_DAYS_MAX}`.execute(queryable.tables());
  return rows.toReversed().map((row) => ({
    on: row.on_date,
    close: Decimal.from(row.price),
    volume: row.volume === null ? null : Decimal.from(row.volume),
  }));
}
