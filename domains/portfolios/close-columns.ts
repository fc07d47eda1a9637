/**
 * Close columns: the daily closes of an instrument as two number columns, kept for a minute, because ten years of fifty
 * holdings are too many rows to read for each look at a chart. For charts only.
 */
import { type Clock, epochDay, type LocalDate } from '#kernel';
import { type DailyPrice, pricesBetween } from '#markets';
import type { Queryable } from '#platform/db';
import { LRUCache } from 'lru-cache';
import type { CloseColumn } from './value-series.ts';

export interface CloseColumnsQuery {
  readonly workspaceId: string;
  readonly instrumentIds: readonly string[];
  readonly from: LocalDate;
  readonly to: LocalDate;
}

export interface CloseColumns {
  /** The closes of each instrument from a day on, with the last one before it. */
  read(queryable: Queryable, query: CloseColumnsQuery): Promise<Map<string, CloseColumn>>;
}

const CLOSES_KEPT_MAX = 2_000_000; // 16 bytes each: 32 MB.
const COLUMNS_KEPT_MAX = 20_000;
const FRESH_MS = 60_000; // A close that just arrived shows within a minute; the live value never waits for it.

interface Kept {
  readonly column: CloseColumn;
  readonly from: LocalDate;
  readonly readAtMs: number;
}

/** Opens an empty store of columns; one per process. */
export function openCloseColumns(clock: Clock): CloseColumns {
  const kept = new LRUCache<string, Kept>({
    max: COLUMNS_KEPT_MAX,
    maxSize: CLOSES_KEPT_MAX,
    sizeCalculation: ({ column }) => 1 + column.days.length,
  });
  return {
    async read(queryable, { workspaceId, instrumentIds, from, to }) {
      const atMs = clock();
      const columns = new Map<string, CloseColumn>();
      const unknown: string[] = [];
      for (const id of instrumentIds) {
        const found = kept.get(`${workspaceId} ${id}`);
        if (found && found.from <= from && atMs - found.readAtMs < FRESH_MS) columns.set(id, found.column);
        else unknown.push(id);
      }
      if (unknown.length === 0) return columns;
      const daily = await pricesBetween(queryable, { workspaceId, instrumentIds: unknown, from, to });
      for (const [id, prices] of daily) {
        const column = columnOf(prices);
        kept.set(`${workspaceId} ${id}`, { column, from, readAtMs: atMs });
        columns.set(id, column);
      }
      return columns;
    },
  };
}

/** A close in another currency than the newest one is left out rather than misread. */
function columnOf(prices: readonly DailyPrice[]): CloseColumn {
  const currency = prices.at(-1)?.currency ?? '';
  const fitting = prices.filter((price) => price.currency === currency);
  return {
    currency,
    days: fitting.map((price) => epochDay(price.on)),
    closes: fitting.map((price) => price.price.toStatistic()),
  };
}
