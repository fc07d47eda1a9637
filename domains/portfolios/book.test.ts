/** Goal: on any book, money is neither made nor lost, the profit identity is exact, and the order of discovery does not matter. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, Decimal, epochDay } from '#kernel';
import {
  addToAccount,
  type Book,
  buildBook,
  compareEvents,
  emptyBook,
  extendPositions,
  isAfterAll,
  refoldPositions,
  withDividendSides,
} from './book.ts';
import { FxTable } from './fx-table.ts';
import { LEDGER_EVENT_TYPES } from './ledger-event.ts';
import { openLotsOf } from './lot.ts';
import { dailyColumns } from './performance/daily-columns.ts';
import { performanceOf } from './performance/performance.ts';
import { linkedGroups, positionKey, positionKeysOf } from './position-fold.ts';
import { costOf } from './position.ts';
import { type BookEvent, postingsOf } from './posting.ts';
import { booksOf, dayAt, decimal, END, INSTRUMENTS, type Prices, prices, pricesAt, rates } from './random-book.ts';
import { type Valuation, valueBook } from './valuation.ts';

const RUNS = 1000;
const METHODS = fc.constantFrom('fifo' as const, 'lifo' as const, 'hifo' as const, 'average' as const);
const NO_FX = (): FxTable => new FxTable([]);
const plus = (...parts: (Decimal | null)[]): string =>
  Decimal.sum(parts.map((part) => part ?? Decimal.from('1e12'))).toString();
const minus = (part: Decimal | null): Decimal | null => part && part.negated();

function partsOf({ totals }: Valuation): string {
  const { realised, unrealised, income, transferred, cashFxGain, feesExpensed, taxes } = totals;
  return plus(realised, unrealised, income, transferred, cashFxGain, minus(feesExpensed), minus(taxes));
}

const refusedIdsOf = (refused: readonly { readonly event: BookEvent }[]): Set<string> =>
  new Set(refused.map(({ event }) => event.id));

test('the random books are no empty play: every type of the contract is taken often and refused sometimes', () => {
  const taken = new Map<string, number>();
  for (const events of fc.sample(booksOf(['EUR', 'USD']), { numRuns: 300, seed: 7 })) {
    const refused = refusedIdsOf(buildBook(events, { baseCurrency: 'EUR', fx: NO_FX() }).refused);
    for (const { id, type } of events) if (!refused.has(id)) taken.set(type, (taken.get(type) ?? 0) + 1);
  }
  for (const type of LEDGER_EVENT_TYPES) expect([type, (taken.get(type) ?? 0) > 25]).toEqual([type, true]);
});

describe('the profit identity', () => {
  test('profit == end value - net external flows == the sum of its parts, exactly, in two currencies, by every method', () => {
    fc.assert(
      fc.property(booksOf(['EUR', 'USD']), rates, prices, METHODS, (events, fxRates, priceOf, method) => {
        for (const baseCurrency of ['EUR', 'USD']) {
          const { book } = buildBook(events, { baseCurrency, fx: new FxTable(fxRates), method });
          const valuation = valueBook(book, { date: END, prices: pricesAt(priceOf, 'USD') });
          const { value, netFlows, profit } = valuation.totals;
          expect(profit?.toString()).toBe(plus(value, minus(netFlows)));
          expect(profit?.toString()).toBe(partsOf(valuation));
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('holds for each position alone, and the holdings of a book without cash add up to its profit', () => {
    fc.assert(
      fc.property(booksOf(['EUR', 'USD'], 'never'), rates, prices, METHODS, (events, fxRates, priceOf, method) => {
        const { book } = buildBook(events, { baseCurrency: 'EUR', fx: new FxTable(fxRates), method });
        const valuation = valueBook(book, { date: END, prices: pricesAt(priceOf) });
        for (const { figures, openCost } of book.positions.values()) {
          const { realised, income, transferred, feesExpensed, taxes, invested } = figures;
          const charges = plus(feesExpensed.total, taxes.total);
          const gained = plus(realised.total, income.total, transferred.total, minus(Decimal.from(charges)));
          // value - cost is unrealised, so: cost - invested is what the rest must be.
          expect(gained).toBe(plus(openCost.base.total, minus(invested.total)));
        }
        expect(plus(...valuation.holdings.map((holding) => holding.profit))).toBe(plus(valuation.totals.profit));
      }),
      { numRuns: RUNS },
    );
  });

  test('a period: initial + gains + realised + income - fees - taxes + exchange + transfers + flows == final', () => {
    const cut = fc.integer({ min: 1, max: 59 });
    fc.assert(
      fc.property(
        booksOf(['EUR', 'USD']),
        rates,
        prices,
        prices,
        cut,
        (events, fxRates, priceThen, priceNow, count) => {
          const fx = new FxTable(fxRates);
          const before = events.filter((event) => event.date <= dayAt(count));
          const start = buildBook(before, { baseCurrency: 'EUR', fx });
          const end = buildBook(events, { baseCurrency: 'EUR', fx });
          // The past is what it was: what comes later neither refuses nor takes any of it.
          const refusedThen = end.refused
            .filter(({ event }) => event.date <= dayAt(count))
            .map(({ event }) => event.id);
          expect(start.refused.map(({ event }) => event.id).toSorted()).toEqual(refusedThen.toSorted());
          const then = valueBook(start.book, { date: dayAt(count), prices: pricesAt(priceThen) }).totals;
          const now = valueBook(end.book, { date: END, prices: pricesAt(priceNow) }).totals;
          const grown = (
            ['realised', 'unrealised', 'income', 'transferred', 'cashFxGain', 'netFlows'] as const
          ).flatMap((name) => [now[name], minus(then[name])]);
          const spent = (['feesExpensed', 'taxes'] as const).flatMap((name) => [minus(now[name]), then[name]]);
          expect(plus(then.value, ...grown, ...spent)).toBe(plus(now.value));
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('net flows and cash agree with a naive ledger that knows nothing of lots or postings', () => {
    fc.assert(
      fc.property(booksOf(['EUR']), (raw) => {
        // A transfer at cost needs lots to know its flow, so the naive ledger leaves it out.
        const events = raw.filter((event) => event.type !== 'transfer_out' || event.amount !== null);
        const { book, refused } = buildBook(events, { baseCurrency: 'EUR', fx: NO_FX() });
        const refusedIds = refusedIdsOf(refused);
        const { totals, cash } = valueBook(book, { date: END, prices: new Map() });
        const sided = withDividendSides(events.toSorted(compareEvents));
        const naive = naiveLedger(sided.filter((event) => !refusedIds.has(event.id)));
        expect(totals.netFlows?.toString()).toBe(naive.netFlows.toString());
        expect(plus(...cash.map((balance) => balance.amount))).toBe(naive.cash.toString());
      }),
      { numRuns: RUNS },
    );
  });
});

describe('conservation', () => {
  test('postings of every event sum to zero per instrument and per currency', () => {
    fc.assert(
      fc.property(booksOf(['EUR', 'USD']), (events) => {
        for (const event of events) {
          const sums = Map.groupBy(postingsOf(event), ({ instrumentId, currency }) => instrumentId ?? `in ${currency}`);
          for (const own of sums.values()) expect(plus(...own.map(({ amount }) => amount))).toBe('0');
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('open lots add up to the position and its cost, oldest first, and to the postings where only those change units', () => {
    fc.assert(
      fc.property(booksOf(['EUR']), METHODS, (events, method) => {
        const { book, refused } = buildBook(events, { baseCurrency: 'EUR', fx: NO_FX(), method });
        const refusedIds = refusedIdsOf(refused);
        for (const [key, position] of book.positions) {
          const open = openLotsOf(position.lots);
          expect(plus(...open.map((lot) => lot.quantity))).toBe(position.quantity.toString());
          expect(position.openCost.base.total?.toString()).toBe(costOf(open)?.toString());
          expect(open.map((lot) => lot.openedOn)).toEqual(open.map((lot) => lot.openedOn).toSorted());
          expect(open.some((lot) => lot.quantity.sign * position.quantity.sign < 0)).toBe(false);
          const own = events.filter((event) => positionKeysOf(event).includes(key) && !refusedIds.has(event.id));
          // Units that a split makes or a merger takes are known to the lots alone.
          if (own.some(({ type }) => type === 'split' || type === 'merger')) continue;
          const held = own.flatMap((event) =>
            postingsOf(event).filter(
              ({ ledger, instrumentId }) => ledger === 'holding' && instrumentId === position.instrumentId,
            ),
          );
          const difference = Decimal.sum(held.map((posting) => posting.amount))
            .minus(position.quantity)
            .absolute();
          expect(difference.compare(Decimal.of(1n, 8))).toBe(-1); // the dust that closed a lot, never more
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('a traspaso, a spin-off and a merger without cash change no cost, no realised gain and no flow of the whole', () => {
    fc.assert(
      fc.property(booksOf(['EUR'], 'never'), METHODS, (events, method) => {
        const last = addDays(dayAt(60), 1);
        const options = { baseCurrency: 'EUR', fx: NO_FX(), method };
        const before = buildBook(events, options).book;
        const [held] = [...before.positions.values()].filter(({ quantity }) => quantity.sign > 0);
        fc.pre(held !== undefined);
        const moved = { ...MOVE, accountId: held?.accountId ?? '', instrumentId: held?.instrumentId ?? '', date: last };
        for (const type of ['traspaso', 'spinoff', 'merger'] as const) {
          const quantity = type === 'traspaso' ? (held?.quantity ?? null) : null;
          const switched = buildBook([...events, { ...moved, type, quantity }], options);
          expect(switched.refused.some(({ event }) => event.id === MOVE.id)).toBe(false);
          const [was, is] = [before, switched.book].map((book) => {
            const { cost, realised, income, taxes, netFlows } = valueBook(book, {
              date: END,
              prices: new Map(),
            }).totals;
            return plus(cost) + [realised, income, taxes, netFlows].map((term) => plus(term)).join(' ');
          });
          expect(is).toBe(was);
          const dates = (book: Book): string[] =>
            [...book.positions.values()].flatMap((p) => openLotsOf(p.lots).map((lot) => lot.openedOn));
          expect(new Set(dates(switched.book))).toEqual(new Set(dates(before)));
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('an event that is refused changes no figure', () => {
    fc.assert(
      fc.property(booksOf(['EUR']), prices, (events, priceOf) => {
        const whole = buildBook(events, { baseCurrency: 'EUR', fx: NO_FX() });
        const refusedIds = refusedIdsOf(whole.refused);
        const rest = events.filter((event) => !refusedIds.has(event.id));
        const without = buildBook(rest, { baseCurrency: 'EUR', fx: NO_FX() });
        expect(figuresOf(without.book, priceOf)).toEqual(figuresOf(whole.book, priceOf));
      }),
      { numRuns: RUNS },
    );
  });
});

/** Half a unit of something new for whatever is held. */
const MOVE: BookEvent = {
  id: 'move',
  sequence: 1000,
  type: 'traspaso',
  date: END,
  accountId: '',
  accountCurrency: 'EUR',
  instrumentId: null,
  quantity: null,
  splitRatio: null,
  currency: 'EUR',
  amount: Decimal.zero,
  fee: Decimal.zero,
  tax: Decimal.zero,
  fx: null,
  price: null,
  toInstrumentId: 'NEW',
  toQuantity: Decimal.of(5n, 1),
  lots: null,
};

test('the order of recording does not matter when every event has a day of its own', () => {
  const shuffled = booksOf(['EUR', 'USD']).chain((events) => {
    const apart = events.map((event, index) => ({ ...event, date: dayAt(index) }));
    return fc.tuple(fc.constant(apart), fc.shuffledSubarray(apart, { minLength: apart.length }));
  });
  fc.assert(
    fc.property(shuffled, rates, prices, ([events, other], fxRates, priceOf) => {
      const build = (all: readonly BookEvent[]): Book =>
        buildBook(all, { baseCurrency: 'EUR', fx: new FxTable(fxRates) }).book;
      const renumbered = other.map((event, index) => ({ ...event, sequence: index }));
      expect(figuresOf(build(renumbered), priceOf)).toEqual(figuresOf(build(events), priceOf));
    }),
    { numRuns: RUNS },
  );
});

test('recording one by one, back-dated or not, then reversing some, ends where the surviving events alone end', () => {
  fc.assert(
    fc.property(booksOf(['EUR']), prices, fc.infiniteStream(fc.boolean()), (events, priceOf, coin) => {
      const book = emptyBook('EUR', NO_FX());
      const live: BookEvent[] = [];
      const linkedTo = (event: BookEvent): BookEvent[] => {
        const keys = new Set(positionKeysOf(event));
        const all = live.includes(event) ? live : [...live, event];
        const groups = linkedGroups(all.toSorted(compareEvents));
        const group = groups.find((own) => own.some((one) => positionKeysOf(one).some((key) => keys.has(key))));
        return (group ?? []).filter((one) => live.includes(one));
      };
      const settle = (event: BookEvent): boolean =>
        refoldPositions(book, { keys: positionKeysOf(event), events: linkedTo(event) }).length === 0;
      const change = (event: BookEvent, direction: 'record' | 'reverse'): void => {
        const appends = direction === 'record' && isAfterAll(book, event);
        if (direction === 'record') live.push(event);
        else live.splice(live.indexOf(event), 1);
        const isCash = event.instrumentId === null;
        const fits = isCash || (appends ? extendPositions(book, [event]).length === 0 : settle(event));
        if (fits) return addToAccount(book, event, direction);
        if (direction === 'record') live.pop();
        else live.push(event);
        settle(event);
      };
      for (const wished of events) {
        // A dividend takes its side from what stands when it is recorded.
        const all = [...linkedTo(wished), wished].toSorted(compareEvents);
        change(withDividendSides(all).find(({ id }) => id === wished.id) ?? wished, 'record');
      }
      for (const event of live.slice()) if (coin.next().value) change(event, 'reverse');
      const alone = buildBook(live, { baseCurrency: 'EUR', fx: NO_FX() });
      expect(alone.refused).toEqual([]);
      expect(figuresOf(book, priceOf)).toEqual(figuresOf(alone.book, priceOf));
    }),
    { numRuns: RUNS },
  );
});

test('without flows, the time-weighted return of a group lies between those of its members', () => {
  const [from, to] = [dayAt(62), dayAt(66)];
  const path = fc.array(decimal(1000, 1), { minLength: 5, maxLength: 5 });
  const paths = fc.record({ A: path, B: path, C: path, D: path });
  let compared = 0;
  fc.assert(
    fc.property(booksOf(['EUR'], 'never'), paths, (events, closes) => {
      const closesOf = new Map(
        INSTRUMENTS.map((id) => {
          const days = closes[id].map((_close, index) => epochDay(from) + index - 1);
          return [id, { currency: 'EUR', days, closes: closes[id].map((close) => close.toStatistic()) }];
        }),
      );
      const twrOf = (own: readonly BookEvent[]): number | null => {
        const { book } = buildBook(own, { baseCurrency: 'EUR', fx: NO_FX() });
        const columns = dailyColumns(book, { from, to, closesOf });
        const isPositive = columns.openingValue > 0 && columns.values.every((value) => value > 0);
        return isPositive ? performanceOf(columns).twr : null;
      };
      const members = ['one', 'two'].map((account) => twrOf(events.filter(({ accountId }) => accountId === account)));
      const [first, second] = members;
      const group = twrOf(events);
      if (first === null || first === undefined || second === null || second === undefined || group === null) return;
      compared += 1;
      const slack = 1e-9 * (1 + Math.abs(first) + Math.abs(second));
      expect(group).toBeGreaterThanOrEqual(Math.min(first, second) - slack);
      expect(group).toBeLessThanOrEqual(Math.max(first, second) + slack);
    }),
    { numRuns: RUNS },
  );
  expect(compared).toBeGreaterThan(RUNS / 10);
});

function figuresOf(book: Book, priceOf: Prices): unknown {
  const { totals, holdings } = valueBook(book, { date: END, prices: pricesAt(priceOf) });
  const open = holdings
    .filter((holding) => !holding.quantity.isZero)
    .map(({ instrumentId, quantity, cost }) => `${instrumentId} ${quantity.toString()} ${cost?.toString()}`);
  const lots = [...book.positions.values()].flatMap(({ accountId, instrumentId, lots: own }) =>
    openLotsOf(own).map(
      (lot) =>
        `${positionKey(accountId, instrumentId)} ${lot.openedOn} ${lot.quantity.toString()} ${lot.cost.toString()}`,
    ),
  );
  return {
    totals: Object.entries(totals).map(([name, value]) => `${name} ${value}`),
    open: open.toSorted(),
    lots: lots.toSorted(),
  };
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
        'short',
        'return_of_capital',
        'merger',
        'dividend',
        'interest',
        ...(isCash ? ['deposit', 'opening', 'transfer_in'] : []),
      ].includes(event.type);
      const leaves = ['buy', 'cover', 'fee', 'tax', ...(isCash ? ['withdrawal', 'transfer_out'] : [])].includes(
        event.type,
      );
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
