/** JSON text for `jsonb` columns and payloads: bigint and Decimal become decimal text, never a float. */

/** JSON text of a value; bigint as decimal text (a Decimal brings its own `toJSON`). */
export function toJson(value: unknown): string {
  return JSON.stringify(value, bigintAsText);
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
