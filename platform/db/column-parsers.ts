/**
 * How column values arrive in JavaScript: int8 as bigint, numeric as text (exact), timestamptz as epoch milliseconds,
 * date as `YYYY-MM-DD` text, their arrays alike; everything else as node-postgres does. Sessions run in UTC and ISO style.
 */
import pg from 'pg';

type Parser = (text: string) => unknown;

const OID = { int8: 20, date: 1082, timestamp: 1114, timestamptz: 1184, numeric: 1700 } as const;
const ARRAY_OID = { int8: 1016, text: 1009, date: 1182, timestamp: 1115, timestamptz: 1185, numeric: 1231 } as const;

const asText: Parser = (text) => text;
// node-postgres types its ids as an enum without the array types.
const plainParser = pg.types.getTypeParser as unknown as (oid: number, format?: 'text' | 'binary') => Parser;
const parseTextArray = plainParser(ARRAY_OID.text) as (text: string) => (string | null)[];
const eachOf =
  (parse: Parser): Parser =>
  (text) =>
    parseTextArray(text).map((element) => (element === null ? null : parse(element)));

const PARSERS: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  [OID.int8, BigInt],
  [OID.numeric, asText],
  [OID.date, asText],
  [OID.timestamp, asText],
  [OID.timestamptz, parseInstant],
  [ARRAY_OID.int8, eachOf(BigInt)],
  [ARRAY_OID.numeric, eachOf(asText)],
  [ARRAY_OID.date, eachOf(asText)],
  [ARRAY_OID.timestamp, eachOf(asText)],
  [ARRAY_OID.timestamptz, eachOf(parseInstant)],
]);

/** The `types` option of a pg client; leaves the process-wide parsers alone. */
export const columnParsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary'): Parser =>
    (format === 'binary' ? undefined : PARSERS.get(oid)) ??
    plainParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
};

/** Epoch milliseconds of PostgreSQL's ISO text (`2026-11-21 19:26:27.123456+00`); microseconds are cut. */
export function parseInstant(text: string): number {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === '-infinity') return Number.NEGATIVE_INFINITY;
  if (text.endsWith('+00')) return Date.parse(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
  return Date.parse(text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00'));
}
