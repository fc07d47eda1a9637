/** Goal: figures read as a Spanish (or English) reader of finance expects, and money never loses a digit on its way to the screen. */
import { expect, test } from 'vitest';
import fc from 'fast-check';
import {
  formatAmount,
  formatAxis,
  formatCount,
  formatMoney,
  formatPercent,
  formatPp,
  formatPrice,
  formatQuantity,
  isCurrency,
  parseTypedNumber,
  ratioOfPercent,
  signOnScreen,
} from './numbers.ts';

const ES = { locale: 'es-ES' };
const EN = { locale: 'en-GB' };
const NBSP = '\u00a0';
const MINUS = '\u2212';

test('money is grouped, with its sign before a no-break space, and U+2212 for less than nothing', () => {
  expect(formatMoney('1234.5', 'EUR', ES)).toBe(`1.234,50${NBSP}€`);
  expect(formatMoney('-1284.3', 'EUR', ES)).toBe(`${MINUS}1.284,30${NBSP}€`);
  expect(formatMoney('1234.5', 'EUR', EN)).toBe('€1,234.50');
  expect(formatMoney('4386921.55', 'EUR', { ...ES, digits: 0 })).toBe(`4.386.922${NBSP}€`);
});

test('eighteen digits keep every one of them', () => {
  expect(formatAmount('123456789012345678.99', ES)).toBe('123.456.789.012.345.678,99');
});

test('a tiny negative is a plain zero, and a change of zero has no sign', () => {
  expect(formatMoney('-0.001', 'EUR', ES)).toBe(`0,00${NBSP}€`);
  expect(formatPercent(-0.00001, { ...ES, sign: 'always' })).toBe(`0,00${NBSP}%`);
  expect(formatPercent(0.0345, { ...ES, sign: 'always' })).toBe(`+3,45${NBSP}%`);
});

test('coins are units, not currencies', () => {
  expect(isCurrency('EUR')).toBe(true);
  expect(isCurrency('USDT')).toBe(false);
  expect(isCurrency('BTC')).toBe(false);
  expect(formatMoney('0.00012345', 'BTC', ES)).toBe(`0,00012345${NBSP}BTC`);
  expect(formatMoney('12', 'USDT', ES)).toBe(`12,00${NBSP}USDT`);
});

test('the unknown is a dash, never a zero', () => {
  for (const text of [
    formatMoney(null, 'EUR'),
    formatPercent(Number.NaN),
    formatQuantity(undefined),
    formatCount(null),
  ]) {
    expect(text).toBe('—');
  }
});

test('prices show more digits only where cents would hide them', () => {
  expect(formatPrice('235.9', 'EUR', ES)).toBe(`235,90${NBSP}€`);
  expect(formatPrice('0.00000123', 'EUR', ES)).toBe(`0,00000123${NBSP}€`);
});

test('percentages are exact from text, and differences are points', () => {
  expect(formatPercent('0.21449', ES)).toBe(`21,45${NBSP}%`);
  expect(formatPp('-0.012', ES)).toBe(`${MINUS}1,20${NBSP}pp`);
  expect(ratioOfPercent('3.45')).toBe('0.0345');
  expect(ratioOfPercent('-100')).toBe('-1');
});

test('axes: Spanish counts in millions, English has its billion', () => {
  expect(formatAxis(4_500_000, { ...ES, currency: 'EUR' })).toBe(`4,50${NBSP}M€`);
  expect(formatAxis(1_234_600_000, { ...ES, currency: 'EUR' })).toBe(`1.234,6${NBSP}M€`);
  expect(formatAxis(12_500, { ...ES, currency: 'EUR' })).toBe(`12.500${NBSP}€`);
  expect(formatAxis(1_200_000_000, EN)).toBe('1.2B');
  expect(formatAxis(4_500_000, { ...EN, currency: 'EUR' })).toBe('€4.5M');
});

test('typed numbers: groups must group by three, so 9,99 is never 999', () => {
  expect(parseTypedNumber('9,99', 'es-ES')).toBe('9.99');
  expect(parseTypedNumber('1.234.567,89', 'es-ES')).toBe('1234567.89');
  expect(parseTypedNumber('9,99', 'en-GB')).toBeNull();
  expect(parseTypedNumber('1,234.5', 'en-GB')).toBe('1234.5');
  expect(parseTypedNumber('12.34', 'es-ES')).toBeNull();
  expect(parseTypedNumber(`${MINUS}3`, 'es-ES')).toBe('-3');
  expect(parseTypedNumber('abc', 'es-ES')).toBeNull();
  expect(parseTypedNumber('1,2,3', 'es-ES')).toBeNull();
});

test('what is printed can be typed back without losing anything', () => {
  const figures = fc.tuple(
    fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
    fc.constantFrom('es-ES', 'en-US', 'es-AR'),
  );
  fc.assert(
    fc.property(figures, ([minor, locale]) => {
      const sign = minor < 0n ? '-' : '';
      const digits = (minor < 0n ? -minor : minor).toString().padStart(3, '0');
      const text = `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
      const back = parseTypedNumber(formatAmount(text, { locale }), locale);
      expect(Number(back) * 100).toBeCloseTo(Number(minor), 0);
    }),
  );
});

test('the sign on screen is that of the rounded figure', () => {
  expect(signOnScreen('-0.004', 2)).toBe(0);
  expect(signOnScreen('-0.006', 2)).toBe(-1);
  expect(signOnScreen(0.00004, 4)).toBe(0);
});
