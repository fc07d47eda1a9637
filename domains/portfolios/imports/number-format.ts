/**
 * Number formats: what an Excel style says a stored number means (a day, a percentage, money), and day serials.
 * Source: ECMA-376 part 1, 18.8.30 (built-in formats) and 18.17.4 (date systems). Serials are days, with the fraction
 * of the day behind the point; nothing here touches a time zone, so no day ever shifts.
 */
import { dateOfEpochDay, Decimal } from '#kernel';

export type NumberMeaning = { readonly kind: 'number'; readonly unit?: string } | { readonly kind: 'date' };

const PLAIN: NumberMeaning = { kind: 'number' };
const DATE: NumberMeaning = { kind: 'date' };

// 14-17 and 22 are days; 27-36 and 50-58 are the East Asian day formats. 18-21 and 45-47 are times of day only.
const BUILT_IN_DATES = new Set([
  14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 34, 35, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58,
]);
const BUILT_IN_PERCENTS = new Set([9, 10]);

const SYMBOL_CURRENCIES: readonly (readonly [RegExp, string])[] = [
  [/USDT/, 'USDT'],
  [/USDC/, 'USDC'],
  [/US\$|USD/, 'USD'],
  [/€|EUR/, 'EUR'],
  [/£|GBP/, 'GBP'],
  [/CHF/, 'CHF'],
  [/¥|JPY/, 'JPY'],
  [/\$/, 'USD'],
];

/** Reads a style: built-in id, or the code of a custom format. */
export function meaningOfFormat(formatId: number, code: string | undefined): NumberMeaning {
  if (code === undefined) {
    if (BUILT_IN_DATES.has(formatId)) return DATE;
    return BUILT_IN_PERCENTS.has(formatId) ? { kind: 'number', unit: '%' } : PLAIN;
  }
  const currency = currencyOfFormat(code);
  const bare = code
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\\./g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .split(';')[0];
  if (bare === undefined || /general/i.test(bare)) return currency ? { kind: 'number', unit: currency } : PLAIN;
  if (/[yd]/i.test(bare) || /m{3,}/i.test(bare)) return DATE;
  if (bare.includes('%')) return { kind: 'number', unit: '%' };
  return currency ? { kind: 'number', unit: currency } : PLAIN;
}

function currencyOfFormat(code: string): string | null {
  // `[$€-C0A]` names its symbol before the dash; the locale behind it is not a currency.
  const shown = code.replaceAll(/\[\$([^\]-]*)[^\]]*\]/g, ' $1 ').replaceAll(/\[[^\]]*\]/g, '');
  for (const [pattern, currency] of SYMBOL_CURRENCIES) if (pattern.test(shown)) return currency;
  return null;
}

const SECONDS_PER_DAY = 86_400;
/** 1899-12-30 and 1904-01-01 as days from 1970-01-01. */
const EPOCH_1900 = -25_569;
const EPOCH_1904 = -24_107;
/** Serial 60 is the 29 February 1900 that never was; before it Excel's days run one behind. */
const FALSE_LEAP_DAY = 60;
const SERIAL_MAX = 2_958_465; // 9999-12-31

/** A day serial as `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`; null when it is outside the calendar. */
export function dateOfSerial(serialText: string, dateSystem: 1900 | 1904): string | null {
  const serial = Number(serialText);
  if (!Number.isFinite(serial) || serial < 0 || serial > SERIAL_MAX) return null;
  const totalSeconds = Math.round(serial * SECONDS_PER_DAY);
  const day = Math.floor(totalSeconds / SECONDS_PER_DAY);
  if (dateSystem === 1900 && (day < 1 || day === FALSE_LEAP_DAY)) return null;
  const shift = dateSystem === 1904 ? EPOCH_1904 : day < FALSE_LEAP_DAY ? EPOCH_1900 + 1 : EPOCH_1900;
  const date: string = dateOfEpochDay(day + shift);
  const seconds = totalSeconds - day * SECONDS_PER_DAY;
  return seconds === 0 ? date : `${date}T${clockText(seconds)}`;
}

function clockText(secondsOfDay: number): string {
  const parts = [Math.floor(secondsOfDay / 3600), Math.floor((secondsOfDay % 3600) / 60), secondsOfDay % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

const EXCEL_SIGNIFICANT_DIGITS = 15;

/**
 * The figure a person typed, from the binary double Excel stored: Excel keeps 15 significant digits and writes 17, so
 * `12.300000000000001` is 12.3. Null when the text is not a number.
 */
export function typedFigure(stored: string): string | null {
  const exact = Decimal.parse(stored);
  if (!exact) return null;
  const digits = (exact.coefficient < 0n ? -exact.coefficient : exact.coefficient).toString().length;
  if (digits <= EXCEL_SIGNIFICANT_DIGITS) return exact.toString();
  const surplus = digits - EXCEL_SIGNIFICANT_DIGITS;
  // A whole number of more than 15 digits cannot have come from a double's typing; it is kept as written.
  if (exact.scale < surplus) return exact.toString();
  return exact.rounded(exact.scale - surplus, 'half-even').toString();
}
