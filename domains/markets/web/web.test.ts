/** Goal: what the pages decide by themselves: the distance to a trigger, terms in words, both languages alike. */
import { expect, test } from 'vitest';
import { textsNow } from '#web/i18n';
import { alertBacktestTexts } from './alert-backtest-texts.ts';
import { historyTexts } from './history-texts.ts';
import { termsText } from './alert-terms.ts';
import { distanceRatio } from './distance.ts';
import { newestPrice, type PricedPrice } from './live-prices.ts';
import { marketsTexts } from './markets-texts.ts';
import { providerTexts } from './provider-texts.ts';
import { searchTexts } from './search-texts.ts';
import { domainWeb } from './pages.ts';

test.each([
  [{ upperPrice: '110', lowerPrice: null }, '100', '0.1'],
  [{ upperPrice: null, lowerPrice: '90' }, '100', '0.1'],
  [{ upperPrice: '110', lowerPrice: '95' }, '100', '0.05'],
  [{ upperPrice: '110', lowerPrice: null }, '120', '0'],
  [{ upperPrice: null, lowerPrice: null }, '120', null],
] as const)('%j from %s is %s away', (triggers, price, ratio) => {
  expect(distanceRatio(triggers, price)).toBe(ratio);
});

test('a heard price counts only while it is newer than the one that was read', () => {
  const read = { state: 'priced', price: '1', marketAtMs: 100, isStale: true } as PricedPrice;
  const heard = { ...read, price: '2', marketAtMs: 200, isStale: false };
  expect(newestPrice(read, heard)).toBe(heard);
  expect(newestPrice({ ...heard, isStale: true }, heard)).toMatchObject({ isStale: true });
  expect(newestPrice({ state: 'missing', instrumentId: 'x', reason: 'never_fetched' }, heard)).toBe(heard);
});

test('terms read as a sentence with the figures of the reader', () => {
  const t = textsNow(marketsTexts);
  const price = termsText(t, { condition: 'above', threshold: '100000', currency: 'EUR' });
  expect(price).toMatch(/^Sube hasta 100\.000,00\s€$/);
  expect(termsText(t, { condition: 'percent_move', threshold: '5', currency: 'EUR' })).toMatch(/^Se mueve un 5,00\s%$/);
});

test('both languages have the same slots, and no text is empty', () => {
  const slots = (text: string) =>
    [...text.matchAll(/\{(\w+)/g)].map(([, name]) => name).toSorted((a, b) => String(a).localeCompare(String(b)));
  for (const texts of [marketsTexts, alertBacktestTexts, historyTexts, searchTexts, providerTexts, domainWeb.texts]) {
    const spanish: Readonly<Record<string, string>> = texts.es;
    const english: Readonly<Record<string, string>> = texts.en;
    const slotsOf = (dictionary: typeof spanish) => Object.entries(dictionary).map(([key, text]) => [key, slots(text)]);
    expect(slotsOf(english)).toEqual(slotsOf(spanish));
    expect(Object.values(english).filter((text) => text === '')).toEqual([]);
  }
});
