/** Stored daily values: one head a portfolio, one row of columns a year. Whatever is here can be computed from the ledger again. */
import { assert, dateOfEpochDay, epochDay, type LocalDate, localDate } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { DailyValues } from './day-columns.ts';

export interface DailyHead {
  readonly portfolioId: string;
  readonly workspaceId: string;
  readonly sequence: number;
  readonly firstDay: number;
  readonly lastDay: number;
  readonly basis: Readonly<Record<string, string>>;
  readonly instrumentIds: readonly string[];
  readonly currencies: readonly string[];
  readonly computedAtMs: number;
}

interface HeadRow {
  readonly portfolio_id: string;
  readonly workspace_id: string;
  readonly sequence: bigint;
  readonly first_day: number;
  readonly last_day: number;
  readonly basis: Readonly<Record<string, string>>;
  readonly instrument_ids: readonly string[];
  readonly currencies: readonly string[];
  readonly computed_at: number;
}

/** The heads of portfolios that have one. */
export async function readDailyHeads(
  queryable: Queryable,
  portfolioIds: readonly string[],
): Promise<Map<string, DailyHead>> {
  const rows = await queryable.prepared<HeadRow>(
    'portfolios.daily.heads',
    `select portfolio_id, workspace_id, sequence, first_day, last_day, basis, instrument_ids, currencies, computed_at
     from portfolios_daily_heads where portfolio_id = any($1::uuid[])`,
    [portfolioIds],
  );
  return new Map(
    rows.map((row) => [
      row.portfolio_id,
      {
        portfolioId: row.portfolio_id,
        workspaceId: row.workspace_id,
        sequence: Number(row.sequence),
        firstDay: row.first_day,
        lastDay: row.last_day,
        basis: row.basis,
        instrumentIds: row.instrument_ids,
        currencies: row.currencies,
        computedAtMs: row.computed_at,
      },
    ]),
  );
}

/** The stored days of portfolios, each from its head's first day to its last. */
export async function readDailyValues(
  queryable: Queryable,
  heads: readonly DailyHead[],
): Promise<Map<string, DailyValues>> {
  const rows = await queryable.prepared<{ portfolio_id: string; first_day: number; figures: Buffer }>(
    'portfolios.daily.read',
    `select portfolio_id, first_day, figures from portfolios_daily_years where portfolio_id = any($1::uuid[])
     order by portfolio_id, year`,
    [heads.map((head) => head.portfolioId)],
  );
  const found = new Map<string, DailyValues>();
  for (const { portfolioId, firstDay, lastDay } of heads)
    found.set(portfolioId, noDays(firstDay, lastDay - firstDay + 1));
  for (const row of rows) {
    const daily = found.get(row.portfolio_id);
    if (daily) unpack(row.figures, daily, row.first_day - daily.firstDay);
  }
  return found;
}

/** Marks heads that were found true again, so that the next reading looks back no further than this one. */
export async function touchDailyHeads(
  queryable: Queryable,
  portfolioIds: readonly string[],
  computedAtMs: number,
): Promise<void> {
  await queryable.prepared(
    'portfolios.daily.touch',
    `update portfolios_daily_heads set computed_at = greatest(computed_at, $2::timestamptz)
     where portfolio_id = any($1::uuid[])`,
    [portfolioIds, new Date(computedAtMs).toISOString()],
  );
}

/**
 * Replaces the days from `fresh.firstDay` on. `known` is the head the computation started from: when another process wrote
 * meanwhile nothing is changed, for its days are as good.
 */
export async function replaceDailyValues(
  tx: Transaction,
  { head, fresh, known }: { readonly head: DailyHead; readonly fresh: DailyValues; readonly known: DailyHead | null },
): Promise<void> {
  if (!(await writeHead(tx, head, known))) return;
  const first = dateOfEpochDay(fresh.firstDay);
  const year = yearOf(first);
  const kept = await sql<{ year: number; first_day: number; figures: Buffer }>`
    select year, first_day, figures from portfolios_daily_years
    where portfolio_id = ${head.portfolioId} and year = ${year}`.execute(tx.tables());
  await sql`delete from portfolios_daily_years where portfolio_id = ${head.portfolioId}
    and (year >= ${year} or year < ${yearOf(dateOfEpochDay(head.firstDay))})`.execute(tx.tables());
  const before = kept.rows[0];
  const all = before && before.first_day < fresh.firstDay ? joined(before, fresh) : fresh;
  for (const part of byYear(all)) {
    await sql`insert into portfolios_daily_years (portfolio_id, year, workspace_id, first_day, figures)
      values (${head.portfolioId}, ${yearOf(dateOfEpochDay(part.firstDay))}, ${head.workspaceId}, ${part.firstDay},
        ${pack(part)})`.execute(tx.tables());
  }
}

/** Deletes what is stored for a workspace. */
export async function deleteDailyOfWorkspace(tx: Transaction, workspaceId: string): Promise<void> {
  await sql`delete from portfolios_daily_years where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from portfolios_daily_heads where workspace_id = ${workspaceId}`.execute(tx.tables());
}

/** True when the head is as the caller knew it, and now is the new one. */
async function writeHead(tx: Transaction, head: DailyHead, known: DailyHead | null): Promise<boolean> {
  const values = sql`${head.sequence}, ${head.firstDay}, ${head.lastDay}, ${JSON.stringify(head.basis)}::jsonb,
    ${[...head.instrumentIds]}::uuid[], ${[...head.currencies]}::text[], ${new Date(head.computedAtMs).toISOString()}::timestamptz`;
  const { rows } = known
    ? await sql`update portfolios_daily_heads
        set (sequence, first_day, last_day, basis, instrument_ids, currencies, computed_at) = (${values})
        where portfolio_id = ${head.portfolioId} and sequence = ${known.sequence} and last_day = ${known.lastDay}
          and first_day = ${known.firstDay}
        returning portfolio_id`.execute(tx.tables())
    : await sql`insert into portfolios_daily_heads (portfolio_id, workspace_id, sequence, first_day, last_day, basis,
          instrument_ids, currencies, computed_at)
        values (${head.portfolioId}, ${head.workspaceId}, ${values})
        on conflict do nothing returning portfolio_id`.execute(tx.tables());
  return rows.length > 0;
}

const FIGURE_BYTES = 3 * Float64Array.BYTES_PER_ELEMENT + 1;

function pack({ values, inflows, outflows, flags }: DailyValues): Buffer {
  return Buffer.concat([...[values, inflows, outflows].map(bytesOf), flags]);
}

function bytesOf(column: Float64Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

function unpack(figures: Uint8Array, into: DailyValues, offset: number): void {
  const count = figures.length / FIGURE_BYTES;
  assert(Number.isInteger(count) && offset >= 0, 'daily values: a stored year is whole');
  // A copy, because floats must start at a multiple of their size and what the driver hands out may start anywhere.
  const floats = new Float64Array(3 * count);
  bytesOf(floats).set(figures.subarray(0, floats.byteLength));
  const kept = Math.min(count, into.values.length - offset);
  if (kept <= 0) return; // A later year than what is asked for.
  into.values.set(floats.subarray(0, kept), offset);
  into.inflows.set(floats.subarray(count, count + kept), offset);
  into.outflows.set(floats.subarray(2 * count, 2 * count + kept), offset);
  into.flags.set(figures.subarray(figures.length - count, figures.length - count + kept), offset);
}

function noDays(firstDay: number, count: number): DailyValues {
  return {
    firstDay,
    values: new Float64Array(count),
    inflows: new Float64Array(count),
    outflows: new Float64Array(count),
    flags: new Uint8Array(count),
  };
}

function joined(before: { readonly first_day: number; readonly figures: Buffer }, fresh: DailyValues): DailyValues {
  const keptCount = fresh.firstDay - before.first_day;
  const all = noDays(before.first_day, keptCount + fresh.values.length);
  unpack(before.figures, all, 0);
  for (const name of ['values', 'inflows', 'outflows', 'flags'] as const) all[name].set(fresh[name], keptCount);
  return all;
}

function byYear(daily: DailyValues): DailyValues[] {
  const parts: DailyValues[] = [];
  const end = daily.firstDay + daily.values.length;
  for (let first = daily.firstDay; first < end;) {
    const next = Math.min(end, epochDay(localDate(`${yearOf(dateOfEpochDay(first)) + 1}-01-01`)));
    const [from, to] = [first - daily.firstDay, next - daily.firstDay];
    const { values, inflows, outflows, flags } = daily;
    parts.push({
      firstDay: first,
      values: values.slice(from, to),
      inflows: inflows.slice(from, to),
      outflows: outflows.slice(from, to),
      flags: flags.slice(from, to),
    });
    first = next;
  }
  return parts;
}

function yearOf(date: LocalDate): number {
  return Number(date.slice(0, 4));
}
