/**
 * Cursor pages: stable under inserts, unlike offsets. A cursor is opaque base64url JSON of the last row's sort key; it is
 * not signed, because it only says where to continue inside rows that the query scopes to the caller anyway.
 */
import type { z } from 'zod';

const CURSOR_LENGTH_MAX = 500;

/** Text that continues after `key`. */
export function cursorOf(key: readonly (string | number | bigint)[]): string {
  const json = JSON.stringify(key, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  return Buffer.from(json).toString('base64url');
}

/** Reads a cursor back by the shape of its key; null when it is not one of ours. */
export function readCursor<Key>(cursor: string, key: z.ZodType<Key>): Key | null {
  if (cursor.length > CURSOR_LENGTH_MAX) return null;
  try {
    const parsed = key.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Splits `limit + 1` rows into a page and its next cursor; null when this is the last page. */
export function pageOf<Row>(
  rows: readonly Row[],
  page: { readonly limit: number; keyOf(row: Row): readonly (string | number | bigint)[] },
): { readonly items: Row[]; readonly nextCursor: string | null } {
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > page.limit && last !== undefined ? cursorOf(page.keyOf(last)) : null };
}
