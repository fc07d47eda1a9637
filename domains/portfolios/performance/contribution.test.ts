/** Goal: whatever happened in a period, what the holdings and the cash added is its profit to the last decimal. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, Decimal, type LocalDate, localDate } from '#kernel';
import { buildBook } from '../book.ts';
import { FxTable } from '../fx-table.ts';
import type { LedgerEventType } from '../ledger-event.ts';
import type { BookEvent } from '../posting.ts';
import { valueBook, type ValuationPrice } from '../valuation.ts';
import { contributionsOf, edgeOf, NOTHING_YET, type PeriodEdge, shareOf, totalOf } from './contribution.ts';

const FIRST = localDate('2026-01-01');
const decimal = (max: number, scale: number): fc.Arbitrary<Decimal> =>
  fc.bigInt(1n, BigInt(max)).map((coefficient) => Decimal.of(coefficient, scale));
const figure = fc.oneof(decimal(10_000_000, 2), decimal(1_000_000_000, 8));
const day = fc.integer({ min: 0, max: 60 }).map((count) => addDays(FIRST, count));
const CURRENCY_OF: Readonly<Record<string, string>> = { one: 'EUR', two: 'USD' };

const shared = {
  date: day,
  accountId: fc.constantFrom('one', 'two'),
  currency: fc.constantFrom('EUR', 'USD'),
  amount: figure,
  fee: fc.oneof(fc.constant(Decimal.zero), decimal(500, 2)),
  tax: fc.oneof(fc.constant(Decimal.zero), decimal(500, 2)),
  fx: fc.oneof(fc.constant(null), decimal(20_000, 4)),
};
const unitTypes: LedgerEventType[] = ['buy', 'buy', 'sell', 'transfer_in', 'transfer_out', 'dividend', 'split', 'fee'];
const cashTypes: LedgerEventType[] = ['deposit', 'withdrawal', 'interest', 'fee', 'tax'];
const events = fc
  .array(
    fc.oneof(
      fc.record({
        ...shared,
        type: fc.constantFrom(...unitTypes),
        instrumentId: fc.constantFrom('A', 'B', 'C'),
        quantity: figure,
      }),
      fc.record({
        ...shared,
        type: fc.constantFrom(...cashTypes),
        instrumentId: fc.constant(null),
        quantity: fc.constant(null),
      }),
    ),
    { maxLength: 50 },
  )
  .map((drafts) =>
    drafts.map((draft, index): BookEvent => ({
      ...draft,
      id: `e${index}`,
      sequence: index,
      accountCurrency: CURRENCY_OF[draft.accountId] ?? 'EUR',
      price: null,
      toInstrumentId: null,
      toQuantity: null,
      lots: null,
      splitRatio: draft.type === 'split' ? { newUnits: Decimal.from('3'), oldUnits: Decimal.from('7') } : null,
    })),
  );
const rates = fc.array(fc.record({ date: day, rate: decimal(30_000, 4) }), { maxLength: 8 }).map((rows) =>
  [{ date: localDate('2025-12-31'), rate: Decimal.from('0.9') }, ...rows].map((row) => ({
    from: 'USD',
    to: 'EUR',
    ...row,
  })),
);
const prices = fc.record({ A: figure, B: figure, C: figure });

function quotesOf(priceOf: Readonly<Record<string, Decimal>>, date: LocalDate): Map<string, ValuationPrice> {
  return new Map(
    Object.entries(priceOf).map(([id, price]) => [id, { price, currency: id === 'C' ? 'USD' : 'EUR', date }]),
  );
}

test('the rows of a period add up to its profit exactly, whatever currency it is told in', () => {
  fc.assert(
    fc.property(
      fc.record({
        all: events,
        fxRates: rates,
        before: prices,
        after: prices,
        cut: day,
        currency: fc.constantFrom('EUR', 'USD'),
      }),
      ({ all, fxRates, before, after, cut, currency }) => {
        const edgeAt = (date: LocalDate, priceOf: Readonly<Record<string, Decimal>>): PeriodEdge => {
          const until = all.filter((event) => event.date <= date);
          const { book } = buildBook(until, { baseCurrency: currency, fx: new FxTable(fxRates) });
          const valuation = valueBook(book, { date, prices: quotesOf(priceOf, date) });
          return edgeOf(book, valuation, (accountId) => CURRENCY_OF[accountId] ?? '');
        };
        const end = edgeAt(addDays(FIRST, 61), after);
        for (const start of [NOTHING_YET, edgeAt(cut, before)]) {
          const rows = contributionsOf(start, end);
          const profit = end.profit && start.profit && end.profit.minus(start.profit);
          expect(profit).not.toBeNull();
          expect(totalOf(rows.map((row) => row.profit))?.toString()).toBe(profit?.toString());
          for (const row of rows) {
            const told = totalOf([row.openingValue, row.netInvested, row.profit]);
            expect(told?.toString()).toBe(row.endValue?.toString());
          }
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

test('a holding without a price leaves its own row and the profit unknown, and the others known', () => {
  const buy = (instrumentId: string, sequence: number): BookEvent => ({
    id: instrumentId,
    sequence,
    type: 'buy',
    date: FIRST,
    accountId: 'one',
    accountCurrency: 'EUR',
    instrumentId,
    quantity: Decimal.one,
    splitRatio: null,
    currency: 'EUR',
    amount: Decimal.from('10'),
    fee: Decimal.zero,
    tax: Decimal.zero,
    fx: null,
    price: null,
    toInstrumentId: null,
    toQuantity: null,
    lots: null,
  });
  const { book } = buildBook([buy('A', 1), buy('B', 2)], { baseCurrency: 'EUR', fx: new FxTable([]) });
  const known = new Map([['A', { price: Decimal.from('12'), currency: 'EUR', date: FIRST }]]);
  const end = edgeOf(book, valueBook(book, { date: FIRST, prices: known }), () => 'EUR');
  const rows = contributionsOf(NOTHING_YET, end);
  expect(rows.map((row) => [row.instrumentId, row.profit?.toString() ?? null])).toEqual([
    ['A', '2'],
    ['B', null],
  ]);
  expect(totalOf(rows.map((row) => row.profit))).toBeNull();
});

test('a share keeps the sign of its part, within a loss too', () => {
  expect(shareOf(Decimal.from('30'), Decimal.from('-60'))).toBe(0.5);
  expect(shareOf(Decimal.from('-90'), Decimal.from('-60'))).toBe(-1.5);
  expect(shareOf(Decimal.from('1'), Decimal.zero)).toBeNull();
});
