/**
 * Number rules of the product, on top of Intl, whose es-ES defaults are wrong for finance: always grouped, U+2212 minus, no negative
 * zero, crypto units are not currencies. Money and quantities are decimal TEXT end to end (Intl formats strings exactly); ratios and
 * axis labels may be floats because they are statistics. Unknown is `—`, never 0.
 */
import { Decimal } from '#kernel';
import { preferences } from '#web/preferences';

export const UNKNOWN_TEXT = '—';
const MINUS = '\u2212';
const NBSP = '\u00a0';

/** Fractional digits of units that Intl does not know or would round to cents. */
const COIN_DIGITS: Readonly<Record<string, number>> = { BTC: 8, ETH: 6, SOL: 4, BNB: 4, USDT: 2, USDC: 2, DAI: 2 };
const COIN_DIGITS_DEFAULT = 8; // A satoshi-sized unit still shows.
const PRICE_DIGITS_MAX = 8;
const MILLION = 1_000_000;

export interface NumberStyle {
  /** `always` for changes: `+3,45 %`; zero stays unsigned. */
  readonly sign?: 'negative' | 'always';
  /** Exact fractional digits; leave out for the currency's own. */
  readonly digits?: number;
  readonly locale?: string;
}

type Amount = string | null | undefined;
const formatters = new Map<string, Intl.NumberFormat>();

function formatter(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(locale, options);
  formatters.set(key, made);
  return made;
}

function print(value: string | number, options: Intl.NumberFormatOptions, style: NumberStyle): string {
  const format = formatter(style.locale ?? preferences().numberLocale, {
    useGrouping: 'always',
    signDisplay: style.sign === 'always' ? 'exceptZero' : 'negative',
    roundingMode: 'halfExpand',
    ...options,
  });
  const parts = format.formatToParts(value as Intl.StringNumericLiteral);
  return parts.map((part) => (part.type === 'minusSign' ? MINUS : part.value)).join('');
}

let isoCurrencies: ReadonlySet<string> | null = null;

/** True for a state currency; `BTC` and `USDT` are units, not currencies. */
export function isCurrency(code: string): boolean {
  isoCurrencies ??= new Set(Intl.supportedValuesOf('currency'));
  return isoCurrencies.has(code);
}

/** `1.234,50 €` from exact decimal text; a coin prints as quantity and unit: `0,5 BTC`. */
export function formatMoney(amount: Amount, currency: string, style: NumberStyle = {}): string {
  if (amount === null || amount === undefined) return UNKNOWN_TEXT;
  if (!isCurrency(currency)) return formatCoin(amount, currency, style);
  const digits =
    style.digits === undefined ? {} : { minimumFractionDigits: style.digits, maximumFractionDigits: style.digits };
  return print(amount, { style: 'currency', currency, ...digits }, style);
}

function formatCoin(amount: string, unit: string, style: NumberStyle): string {
  const digitsMax = style.digits ?? COIN_DIGITS[unit] ?? COIN_DIGITS_DEFAULT;
  const text = print(
    amount,
    { minimumFractionDigits: Math.min(2, digitsMax), maximumFractionDigits: digitsMax },
    style,
  );
  return `${text}${NBSP}${unit}`;
}

/** The figure of `formatMoney` without its unit, for columns whose head names the currency once. */
export function formatAmount(amount: Amount, style: NumberStyle = {}): string {
  if (amount === null || amount === undefined) return UNKNOWN_TEXT;
  const digits = style.digits ?? 2;
  return print(amount, { minimumFractionDigits: digits, maximumFractionDigits: digits }, style);
}

/** A unit price: cents at least, more digits only where cents would hide the figure (`0,00000123 €`). */
export function formatPrice(price: Amount, currency: string, style: NumberStyle = {}): string {
  if (price === null || price === undefined) return UNKNOWN_TEXT;
  if (style.digits !== undefined) return formatMoney(price, currency, style);
  const fraction = price.split('.')[1]?.length ?? 0;
  const isSmall = Decimal.from(price).absolute().compare(Decimal.one) < 0;
  const digits = Math.max(2, Math.min(fraction, isSmall ? PRICE_DIGITS_MAX : 4));
  return formatMoney(price, currency, { ...style, digits });
}

/** `10,5` units: as many digits as the text has, up to `digits` (8). */
export function formatQuantity(quantity: Amount, style: NumberStyle & { readonly unit?: string } = {}): string {
  if (quantity === null || quantity === undefined) return UNKNOWN_TEXT;
  const text = print(quantity, { maximumFractionDigits: style.digits ?? COIN_DIGITS_DEFAULT }, style);
  return style.unit ? `${text}${NBSP}${style.unit}` : text;
}

/** A count: `10.000`. */
export function formatCount(count: number | bigint | null | undefined, style: NumberStyle = {}): string {
  if (count === null || count === undefined) return UNKNOWN_TEXT;
  return print(String(count), { maximumFractionDigits: 0 }, style);
}

/** A ratio as percent: `0.0345` -> `3,45 %`. Two digits unless told. */
export function formatPercent(ratio: number | Amount, style: NumberStyle = {}): string {
  if (ratio === null || ratio === undefined || (typeof ratio === 'number' && !Number.isFinite(ratio)))
    return UNKNOWN_TEXT;
  const digits = style.digits ?? 2;
  return print(ratio, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits }, style);
}

/** A percent figure (`3.45`) as the ratio the formats take (`0.0345`), exactly. */
export function ratioOfPercent(percent: string): string {
  const value = Decimal.from(percent);
  return Decimal.of(value.coefficient, value.scale + 2).toString();
}

/** A difference of two percentages, in points and always signed: `0.012` -> `+1,20 pp`. */
export function formatPp(ratioDifference: number | Amount, style: NumberStyle = {}): string {
  if (ratioDifference === null || ratioDifference === undefined) return UNKNOWN_TEXT;
  if (typeof ratioDifference === 'number' && !Number.isFinite(ratioDifference)) return UNKNOWN_TEXT;
  const points =
    typeof ratioDifference === 'number'
      ? ratioDifference * 100
      : Decimal.from(ratioDifference).times(Decimal.of(100n)).toString();
  const digits = style.digits ?? 2;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return `${print(points, options, { sign: 'always', ...style })}${NBSP}pp`;
}

/** Short axis label of a float: `4,50 M€`, `1.234,6 M€` (Spanish has no short billion), `€1.2B` in English. */
export function formatAxis(value: number, style: NumberStyle & { readonly currency?: string } = {}): string {
  const locale = style.locale ?? preferences().numberLocale;
  const digits = style.digits;
  if (!locale.startsWith('es')) return formatAxisEnglish(value, style);
  if (Math.abs(value) < MILLION) {
    const options = {
      maximumFractionDigits: digits ?? (Math.abs(value) < 10 ? 2 : 0),
      minimumFractionDigits: digits ?? 0,
    };
    return `${print(value, options, style)}${unitSuffix(style.currency, locale, '')}`;
  }
  const shown = digits ?? (Math.abs(value) >= 1_000 * MILLION ? 1 : 2);
  const options = { minimumFractionDigits: shown, maximumFractionDigits: shown };
  return `${print(value / MILLION, options, style)}${unitSuffix(style.currency, locale, 'M')}`;
}

function unitSuffix(currency: string | undefined, locale: string, scale: '' | 'M'): string {
  if (!currency) return scale ? `${NBSP}${scale}` : '';
  return isCurrency(currency) ? `${NBSP}${scale}${currencySymbol(currency, locale)}` : `${NBSP}${scale}${currency}`;
}

function formatAxisEnglish(value: number, style: NumberStyle & { readonly currency?: string }): string {
  const digits = style.digits ?? (Math.abs(value) >= MILLION ? 2 : 1);
  const isMoney = style.currency !== undefined && isCurrency(style.currency);
  const options: Intl.NumberFormatOptions = { notation: 'compact', maximumFractionDigits: digits };
  const text = print(value, isMoney ? { ...options, style: 'currency', currency: style.currency } : options, {
    ...style,
    // Britain writes 1.2bn; the product says 1.2B everywhere.
    locale: 'en-US',
  });
  return style.currency && !isMoney ? `${text}${NBSP}${style.currency}` : text;
}

/** The short sign of a currency (`€`, `US$`); the code itself when there is none. */
export function currencySymbol(currency: string, locale: string = preferences().numberLocale): string {
  if (!isCurrency(currency)) return currency;
  const parts = formatter(locale, { style: 'currency', currency }).formatToParts(0);
  return parts.find((part) => part.type === 'currency')?.value ?? currency;
}

/** -1, 0 or 1 of a decimal text or a float once rounded to the digits on screen, so that `-0,00` counts as zero. */
export function signOnScreen(value: string | number, digits: number): -1 | 0 | 1 {
  if (typeof value === 'number') return Math.sign(Math.round(value * 10 ** digits)) as -1 | 0 | 1;
  return Decimal.from(value).rounded(digits, 'half-up').sign;
}

/**
 * Reads what a person typed (`1.234,5`, `1,234.5`, `1234.5`) by the rules of their number locale; null when it is not a number.
 * A group mark is only accepted where it groups by three, so that `9,99` never becomes 999.
 */
export function parseTypedNumber(typed: string, locale: string = preferences().numberLocale): string | null {
  const parts = formatter(locale, { useGrouping: 'always' }).formatToParts(12_345.6);
  const group = parts.find((part) => part.type === 'group')?.value ?? '.';
  const point = parts.find((part) => part.type === 'decimal')?.value ?? ',';
  const compact = typed
    .trim()
    .replace(/[\s\u00a0\u202f]/g, '')
    .replace(/^\u2212/, '-');
  const [whole = '', fraction, ...rest] = compact.split(point);
  if (rest.length > 0 || (fraction !== undefined && !/^\d*$/.test(fraction))) return null;
  const groups = whole.replace(/^[+-]/, '').split(group);
  const isGrouped = groups.length > 1;
  if (isGrouped && (!/^\d{1,3}$/.test(groups[0] ?? '') || groups.slice(1).some((part) => !/^\d{3}$/.test(part))))
    return null;
  const sign = whole.startsWith('-') ? '-' : '';
  return Decimal.parse(`${sign}${groups.join('') || '0'}${fraction ? `.${fraction}` : ''}`)?.toString() ?? null;
}
