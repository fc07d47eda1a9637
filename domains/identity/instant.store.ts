/** Instants in SQL: columns are read as epoch milliseconds, so comparisons need their own right side. */
import { type RawBuilder, sql } from 'kysely';

/** An instant as the right side of a comparison. */
export function instant(atMs: number): RawBuilder<number> {
  return sql<number>`${new Date(atMs)}::timestamptz`;
}
