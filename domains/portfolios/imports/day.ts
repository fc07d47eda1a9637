/**
 * Days as people write them: ISO, `02/01/2024`, `2.1.24`, `2 ene 2024`, `Jan 2, 2024`, Excel serials. `02/03/2024` says
 * nothing about its order by itself: the column decides (`decideOrder`). Times of day are read over and dropped.
 */
import { type LocalDate, parseLocalDate } from '#kernel';
import { dateOfSerial } from './number-format.ts';
import { textKey } from './text-key.ts';

export type DayOrder = 'dmy' | 'mdy';

const MONTHS: Readonly<Record<string, number>> = Object.fromEntries(
  [
    ['ene', 'enero', 'jan', 'january'],
    ['feb', 'febrero', 'february'],
    ['mar', 'marzo', 'march'],
    ['abr', 'abril', 'apr', 'april'],
    ['may', 'mayo'],
    ['jun', 'junio', 'june'],
    ['jul', 'julio', 'july'],
    ['ago', 'agosto', 'aug', 'august'],
    ['sep', 'sept', 'set', 'septiembre', 'setiembre', 'september'],
    ['oct', 'octubre', 'october'],
    ['nov', 'noviembre', 'november'],
    ['dic', 'diciembre', 'dec', 'december'],
  ].flatMap((words, index) => words.map((word) => [word, index + 1] as const)),
);

const TEXT_CHARS_MAX = 60;
/** Two-digit years up to this one are 20xx. */
const PIVOT_YEAR = 69;
/** Serials of 1954 to 2119: anything else in a day column is a slip, not a day. */
const SERIAL_MIN = 20_000;
const SERIAL_MAX = 80_000;

/** Reads one day; null when it is none, or when its order is open and `order` is null. */
export function parseDay(text: string, order: DayOrder | null): LocalDate | null {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > TEXT_CHARS_MAX) return null;
  return parseYearFirst(trimmed) ?? parseNumeric(trimmed, order) ?? parseWithMonthName(trimmed) ?? parseSerial(trimmed);
}

/** What one text proves about the order of day and month. */
export function orderEvidence(text: string): DayOrder | 'ambiguous' | 'none' {
  const parts = numericParts(text.trim());
  if (!parts) return 'none';
  const { first, second } = parts;
  if (first === second) return 'none';
  if (first > 12) return 'dmy';
  return second > 12 ? 'mdy' : 'ambiguous';
}

export interface OrderDecision {
  readonly order: DayOrder | null;
  readonly basis: 'column' | 'mixed' | 'undecided' | 'nothing';
  readonly example: string | null;
}

/** Decides the order of a column of days from all its texts. */
export function decideOrder(texts: Iterable<string>): OrderDecision {
  const example: Partial<Record<DayOrder | 'ambiguous', string>> = {};
  for (const text of texts) {
    const evidence = orderEvidence(text);
    if (evidence !== 'none') example[evidence] ??= text.trim();
  }
  if (example.dmy !== undefined && example.mdy !== undefined) {
    return { order: null, basis: 'mixed', example: `${example.dmy} / ${example.mdy}` };
  }
  if (example.dmy !== undefined) return { order: 'dmy', basis: 'column', example: example.dmy };
  if (example.mdy !== undefined) return { order: 'mdy', basis: 'column', example: example.mdy };
  if (example.ambiguous !== undefined) return { order: null, basis: 'undecided', example: example.ambiguous };
  return { order: null, basis: 'nothing', example: null };
}

function parseYearFirst(text: string): LocalDate | null {
  const match = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ,].*)?$/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  return match ? dayOf(Number(match[1]), Number(match[2]), Number(match[3])) : null;
}

function numericParts(text: string): { first: number; second: number; year: number } | null {
  const match = /^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?:[T ,].*)?$/.exec(text);
  if (!match) return null;
  return { first: Number(match[1]), second: Number(match[2]), year: fullYear(match[3] ?? '') };
}

function parseNumeric(text: string, order: DayOrder | null): LocalDate | null {
  const parts = numericParts(text);
  if (!parts) return null;
  const evidence = orderEvidence(text);
  const decided = evidence === 'ambiguous' ? order : evidence === 'none' ? 'dmy' : evidence;
  // A column read as day first must not accept `01/15/2024` as well: one of the two is a mistake.
  if (decided === null || (order !== null && evidence !== 'none' && evidence !== 'ambiguous' && evidence !== order)) {
    return null;
  }
  return decided === 'dmy'
    ? dayOf(parts.year, parts.second, parts.first)
    : dayOf(parts.year, parts.first, parts.second);
}

/** `2 ene 2024`, `2 de enero de 2024`, `2-Jan-24`, `January 2, 2024`, `martes, 2 de enero de 2024`. */
function parseWithMonthName(text: string): LocalDate | null {
  const words = textKey(text)
    .split(' ')
    .filter((word) => word !== 'de' && word !== 'del' && word !== 'of');
  const monthAt = words.findIndex((word) => MONTHS[word] !== undefined);
  const month = MONTHS[words[monthAt] ?? ''];
  if (month === undefined) return null;
  const numberAt = (index: number): string | null => {
    const match = /^(\d{1,4})(?:st|nd|rd|th|o|a)?$/.exec(words[index] ?? '');
    return match?.[1] ?? null;
  };
  const before = monthAt > 0 ? numberAt(monthAt - 1) : null;
  const after = numberAt(monthAt + 1);
  if (before !== null && after !== null) {
    return before.length === 4
      ? dayOf(Number(before), month, Number(after))
      : dayOf(fullYear(after), month, Number(before));
  }
  const year = numberAt(monthAt + 2);
  return after !== null && year !== null ? dayOf(fullYear(year), month, Number(after)) : null;
}

function parseSerial(text: string): LocalDate | null {
  if (!/^\d{5}(?:\.\d+)?$/.test(text)) return null;
  const serial = Number(text);
  if (serial < SERIAL_MIN || serial > SERIAL_MAX) return null;
  return parseLocalDate((dateOfSerial(text, 1900) ?? '').slice(0, 10));
}

function fullYear(text: string): number {
  const year = Number(text);
  if (text.length > 2) return year;
  return year <= PIVOT_YEAR ? 2000 + year : 1900 + year;
}

function dayOf(year: number, month: number, day: number): LocalDate | null {
  if (year < 1900 || year > 2199) return null;
  return parseLocalDate(`${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`);
}
