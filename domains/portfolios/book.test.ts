/** Goal: on any book, money is neither made nor lost, the profit identity is exact, and the order of discovery does not matter. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal, localDate } from '#kernel';
import {
  addToAccount,
  type Book,
  buildBook,
  compareEvents,
  emptyBook,
  extendPosition,
  positionKeyOf,
  refoldPosition,
} from './book.ts';
import { FxTable } from './fx-table.ts';
import type { SupportedEventType } from './ledger-event-check.ts';
import { openLotsOf } from './lot.ts';
import { costOf } from './position.ts';
import { type BookEvent, postingsOf } from './posting.ts';
import { type Valuation, valueBook } from './valuation.ts';

const RUNS = 300;
const END = localDate('2026-12-31');
const decimal = (max: number, scale: number): fc.Arbitrary<Decimal> =>
  fc.bigInt(1n, BigInt(max)).map((coefficient) => Decimal.of(coefficient, scale));
const figure = fc.oneof(decimal(10_000_000, 2), decimal(1_000_000_000, 8), decimal(1000, 0));
const day = fc
  .integer({ min: 0, max: 60 })
  .map((count) => localDate(new Date(Date.UTC(2026, 0, 1 + count)).toISOString().slice(0, 10)));
const UNIT_TYPES: SupportedEventType[] = [
  'buy',
  'buy',
  'buy',
  'sell',
  'sell',
  'opening',
  'transfer_in',
  'transfer_out',
  'dividend',
  'split',
  'fee',
];
const CASH_TYPES: SupportedEventType[] = [
  'deposit',
  'withdrawal',
  'interest',
  'fee',
  'tax',
  'opening',
  'transfer_in',
  'transfer_out',
];

function eventArbitrary(
  currencies: readonly string[],
  withCash: boolean,
): fc.Arbitrary<Omit<BookEvent, 'id' | 'sequence'>> {
  const shared = {
    date: day,
    accountId: fc.constantFrom('one', 'two'),
    accountCurrency: fc.constant('EUR'),
    currency: fc.constantFrom(...currencies),
    fee: fc.oneof(fc.constant(Decimal.zero), decimal(500, 2)),
    tax: fc.oneof(fc.constant(Decimal.zero), decimal(500, 2)),
    fx: currencies.length > 1 ? fc.oneof(fc.constant(null), decimal(20_000, 4)) : fc.constant(null),
  };
  const units = fc.record({
    ...shared,
    type: fc.constantFrom(...UNIT_TYPES),
    instrumentId: fc.constantFrom('A', 'B', 'C'),
    quantity: figure,
    amount: figure,
    splitRatio: fc.record({ newUnits: decimal(9, 0), oldUnits: decimal(9, 0) }),
    leavesAtCost: fc.boolean(),
  });
  const cash = fc.record({
    ...shared,
    type: fc.constantFrom(...CASH_TYPES),
    instrumentId: fc.constant(null),
    quantity: fc.constant(null),
    amount: figure,
    splitRatio: fc.constant(null),
    leavesAtCost: fc.constant(false),
  });
  const events = withCash ? fc.oneof({ weight: 3, arbitrary: units }, { weight: 1, arbitrary: cash }) : units;
  return events.map(({ leavesAtCost, ...event }) => ({
    ...event,
    splitRatio: event.type === 'split' ? event.splitRatio : null,
    amount: event.type === 'transfer_out' && leavesAtCost ? null : event.amount,
  }));
}

function booksOf(currencies: readonly string[]): fc.Arbitrary<BookEvent[]> {
  return fc
    .boolean()
    .chain((withCash) => fc.array(eventArbitrary(currencies, withCash), { maxLength: 60 }))
    .map((events) => events.map((event, index) => ({ ...event, id: `e${index}`, sequence: index })));
}

const rates = fc.array(fc.record({ date: day, rate: decimal(30_000, 4) }), { minLength: 1, maxLength: 8 }).map((rows) =>
  [{ date: localDate('2025-12-31'), rate: Decimal.from('0.9') }, ...rows].map((row) => ({
    from: 'USD',
    to: 'EUR',
    ...row,
  })),
);
const prices = fc.record({ A: figure, B: figure, C: figure });
const pricesAt = (input: { A: Decimal; B: Decimal; C: Decimal }, currency = 'EUR') =>
  new Map(Object.entries(input).map(([id, price]) => [id, { price, currency, date: END }]));
const plus = (...parts: (Decimal | null)[]): string =>
  Decimal.sum(parts.map((part) => part ?? Decimal.from('1e12'))).toString();
const minus = (part: Decimal | null): Decimal | null => part && part.negated();

function partsOf({ totals }: Valuation): string {
  const { realised, unrealised, income, transferred, cashFxGain, feesExpensed, taxes } = totals;
  return plus(realised, unrealised, income, transferred, cashFxGain, minus(feesExpensed), minus(taxes));
}

describe('the profit identity', () => {
  test('profit == end value - net external flows == the sum of its parts, exactly, in two currencies', () => {
    fc.assert(
      fc.property(booksOf(['EUR', 'USD']), rates, prices, (events, fxRates, priceOf) => {
        const { book } = buildBook(events, { baseCurrency: 'EUR', fx: new FxTable(fxRates) });
        const valuation = valueBook(book, { date: END, prices: pricesAt(priceOf, 'USD') });
        const { value, netFlows, profit } = valuation.totals;
        expect(profit?.toString()).toBe(plus(value, minus(netFlows)));
        expect(profit?.toString()).toBe(partsOf(valuation));
      }),
      { numRuns: RUNS },
    );
  });

  test('holds for each holding alone, and the holdings of a book without cash add up to its profit', () => {
    fc.assert(
      fc.property(booksOf(['EUR']), prices, (events, priceOf) => {
        const unitEvents = events.filter((event) => event.instrumentId !== null);
        const { book } = buildBook(unitEvents, { baseCurrency: 'EUR', fx: new FxTable([]) });
        const valuation = valueBook(book, { date: END, prices: pricesAt(priceOf) });
        expect(plus(...valuation.holdings.map((holding) => holding.profit))).toBe(plus(valuation.totals.profit));
      }),
      { numRuns: RUNS },
    );
  });

  test('net flows and cash agree with a naive ledger that knows nothing of lots or postings', () => {
    fc.assert(
      fc.property(booksOf(['EUR']), (raw) => {
        // A transfer at cost needs lots to know its flow, so the naive ledger leaves it out.
        const events = raw.filter((event) => event.type !== 'transfer_out' || event.amount !== null);
        const { book, refused } = buildBook(events, { baseCurrency: 'EUR', fx: new FxTable([]) });
        const refusedIds = new Set(refused.map(({ event }) => event.id));
        const { totals, cash } = valueBook(book, { date: END, prices: new Map() });
        const naive = naiveLedger(events.filter((event) => !refusedIds.has(event.id)));
        expect(totals.netFlows?.toString()).toBe(naive.netFlows.toString());
        expect(plus(...cash.map((balance) => balance.amount))).toBe(naive.cash.toString());
      }),
      { numRuns: RUNS },
    );
  });
});

describe('conservation', () => {
  test('open lots add up to the position, and to the postings when nothing was split', () => {
    fc.assert(
      fc.property(booksOf(['EUR']), (events) => {
        const { book, refused } = buildBook(events, { baseCurrency: 'EUR', fx: new FxTable([]) });
        const refusedIds = new Set(refused.map(({ event }) => event.id));
        for (const [key, position] of book.positions) {
          const lots = Decimal.sum(openLotsOf(position.lots).map((lot) => lot.quantity));
          expect(lots.toString()).toBe(position.quantity.toString());
          const cost = costOf(openLotsOf(position.lots));
          expect(position.openCost.base.total?.toString()).toBe(cost?.toString());
          const own = events.filter((event) => positionKeyOf(event) === key && !refusedIds.has(event.id));
          if (own.some((event) => event.type === 'split')) continue;
          const held = own.flatMap((event) => postingsOf(event).filter((posting) => posting.ledger === 'holding'));
          const difference = Decimal.sum(held.map((posting) => posting.amount))
            .minus(position.quantity)
            .absolute();
          expect(difference.compare(Decimal.of(1n, 9))).toBe(-1); // the dust that closed a lot, never more
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('an event that is refused changes no figure', () => {
    fc.assert(
      fc.property(booksOf(['EUR']), prices, (events, priceOf) => {
        const whole = buildBook(events, { baseCurrency: 'EUR', fx: new FxTable([]) });
        const refusedIds = new Set(whole.refused.map(({ event }) => event.id));
        const rest = events.filter((event) => !refusedIds.has(event.id));
        const without = buildBook(rest, { baseCurrency: 'EUR', fx: new FxTable([]) });
        expect(figuresOf(without.book, priceOf)).toEqual(figuresOf(whole.book, priceOf));
      }),
      { numRuns: RUNS },
    );
  });
});

test('recording one by one, back-dated or not, then reversing some, ends where the surviving events alone end', () => {
  fc.assert(
    fc.property(booksOf(['EUR']), prices, fc.infiniteStream(fc.boolean()), (events, priceOf, coin) => {
      const book = emptyBook('EUR', new FxTable([]));
      const live: BookEvent[] = [];
      const settle = (key: string): boolean =>
        refoldPosition(book, {
          key,
          events: live.filter((event) => positionKeyOf(event) === key).toSorted(compareEvents),
        }).length === 0;
      const change = (event: BookEvent, direction: 'record' | 'reverse'): void => {
        const key = positionKeyOf(event);
        const last = key === null ? null : book.positions.get(key)?.lastDate;
        if (direction === 'record') live.push(event);
        else live.splice(live.indexOf(event), 1);
        const appends = direction === 'record' && (!last || event.date > last);
        const fits = key === null || (appends ? extendPosition(book, [event]).length === 0 : settle(key));
        if (fits) return addToAccount(book, event, direction);
        if (direction === 'record') live.pop();
        else live.push(event);
        if (key !== null) settle(key);
      };
      for (const event of events) change(event, 'record');
      for (const event of live.slice()) if (coin.next().value) change(event, 'reverse');
      const alone = buildBook(live, { baseCurrency: 'EUR', fx: new FxTable([]) });
      expect(alone.refused).toEqual([]);
      expect(figuresOf(book, priceOf)).toEqual(figuresOf(alone.book, priceOf));
    }),
    { numRuns: RUNS },
  );
});

function figuresOf(book: Book, priceOf: { A: Decimal; B: Decimal; C: Decimal }): unknown {
  const { totals, holdings } = valueBook(book, { date: END, prices: pricesAt(priceOf) });
  const open = holdings
    .filter((holding) => !holding.quantity.isZero)
    .map(({ instrumentId, quantity, cost }) => `${instrumentId} ${quantity.toString()} ${cost?.toString()}`);
  return { totals: Object.entries(totals).map(([name, value]) => `${name} ${value}`), open: open.toSorted() };
}

/** Cash accounts and flows by hand: signs of a bank statement, one currency. */
function naiveLedger(events: readonly BookEvent[]): { netFlows: Decimal; cash: Decimal } {
  const sums = { netFlows: Decimal.zero, cash: Decimal.zero };
  for (const account of ['one', 'two']) {
    let [paper, crossed, hasCash] = [Decimal.zero, Decimal.zero, false];
    for (const event of events.filter(({ accountId }) => accountId === account)) {
      const amount = event.amount ?? Decimal.zero;
      const isCash = event.instrumentId === null;
      const arrives = [
        'sell',
        'dividend',
        'interest',
        ...(isCash ? ['deposit', 'opening', 'transfer_in'] : []),
      ].includes(event.type);
      const leaves = ['buy', 'fee', 'tax', ...(isCash ? ['withdrawal', 'transfer_out'] : [])].includes(event.type);
      if (arrives) paper = paper.plus(amount);
      if (leaves) paper = paper.minus(amount);
      paper = paper.minus(event.fee).minus(event.tax);
      if (['deposit', 'opening', 'transfer_in'].includes(event.type)) crossed = crossed.plus(amount);
      if (['withdrawal', 'transfer_out'].includes(event.type)) crossed = crossed.minus(amount);
      hasCash ||= isCash && ['deposit', 'withdrawal', 'opening', 'transfer_in', 'transfer_out'].includes(event.type);
    }
    sums.netFlows = sums.netFlows.plus(crossed);
    if (hasCash) sums.cash = sums.cash.plus(paper);
    else sums.netFlows = sums.netFlows.minus(paper);
  }
  return sums;
}
