/**
 * Goal: no cent of a loss is made or lost while it waits; the rule of repurchases agrees with one that follows every unit by
 * itself; what a simulation says is what recording the sale gives; and the tables add up.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assert, Decimal, type LocalDate, localDate } from '#kernel';
import { buildBook } from '../book.ts';
import { FxTable } from '../fx-table.ts';
import type { BookEvent } from '../posting.ts';
import { booksOf, dayAt, decimal, rates } from '../random-book.ts';
import { compensate, compensateYears } from './compensation.ts';
import { JURISDICTIONS, LISTINGS } from './jurisdiction.ts';
import { addMonths } from './months.ts';
import { reportCsv, reportTables } from './report-tables.ts';
import { saleEvent, simulateSale } from './simulation.ts';
import { savingsTax } from './spain-rates.ts';
import { taxLedgerOf, type TaxOptions } from './tax-ledger.ts';
import { yearlyReport } from './yearly-report.ts';

const RUNS = 500;
const CENT = Decimal.of(1n, 2);
const TODAY = localDate('2027-06-01');
const options = (facts: Partial<TaxOptions> = {}): TaxOptions => ({
  jurisdiction: JURISDICTIONS.ES,
  method: 'fifo',
  currency: 'EUR',
  fx: new FxTable([]),
  today: TODAY,
  kindOf: () => 'stock',
  listingOf: () => 'listed',
  ...facts,
});
const reportOptions = (year: number, facts: Partial<TaxOptions> = {}) => ({
  ...options(facts),
  year,
  countryOf: () => null,
  carriedLosses: [],
});

describe('losses that wait', () => {
  test('each loss is what counts at once and what waited; what waited counts, waits or left, to the cent', () => {
    const listing = fc.constantFrom(...LISTINGS);
    fc.assert(
      fc.property(booksOf(['EUR', 'USD']), rates, listing, (events, fxRates, listed) => {
        const own = options({ fx: new FxTable(fxRates), listingOf: () => listed });
        const { parts, waiting } = taxLedgerOf(events, own);
        for (const part of parts) {
          const waited = waiting.filter((loss) => loss.part === part);
          const loss = part.gain && part.gain.sign < 0 ? part.gain.negated() : Decimal.zero;
          expect(Decimal.sum(waited.map((piece) => piece.loss)).toString()).toBe(part.deferred.toString());
          expect(part.deferred.compare(loss)).toBeLessThanOrEqual(0);
          expect(waited.every((piece) => piece.endedOn === null || piece.endedOn >= part.soldOn)).toBe(true);
        }
        expect(waiting.every(({ part }) => parts.includes(part as never))).toBe(true);
        expect(listed === 'exempt' ? waiting : []).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  const trades = fc.array(
    fc.record({
      day: fc.integer({ min: 0, max: 300 }),
      side: fc.constantFrom('buy' as const, 'buy' as const, 'sell' as const),
      units: fc.integer({ min: 1, max: 12 }),
      price: fc.integer({ min: 1, max: 9 }),
    }),
    { maxLength: 25 },
  );
  test('agrees with a rule that follows every unit by itself', () => {
    let deferredCount = 0;
    fc.assert(
      fc.property(trades, (drawn) => {
        const played = drawn.toSorted((a, b) => a.day - b.day).filter(heldEnough());
        const { parts, waiting } = taxLedgerOf(played.map(tradeEvent), options());
        const naive = unitByUnit(played);
        const text = (amounts: readonly Decimal[]): string => Decimal.sum(amounts).toString();
        expect(text(parts.map((part) => part.deferred))).toBe(String(naive.deferred));
        const counted = waiting.filter((loss) => loss.fate === 'counted');
        expect(text(counted.map((loss) => loss.loss))).toBe(String(naive.countedLater));
        deferredCount += naive.deferred > 0 ? 1 : 0;
      }),
      { numRuns: 2_000 },
    );
    expect(deferredCount).toBeGreaterThan(300); // The rule is really at work in what is drawn.
  });
});

interface Trade {
  readonly day: number;
  readonly side: 'buy' | 'sell';
  readonly units: number;
  readonly price: number;
}

function heldEnough(): (trade: Trade) => boolean {
  let held = 0;
  return ({ side, units }) => {
    if (side === 'sell' && units > held) return false;
    held += side === 'buy' ? units : -units;
    return true;
  };
}

function tradeEvent({ day, side, units, price }: Trade, index: number): BookEvent {
  return {
    id: `e${index}`,
    sequence: index,
    type: side,
    date: dayAt(day),
    accountId: 'one',
    accountCurrency: 'EUR',
    instrumentId: 'A',
    quantity: Decimal.of(BigInt(units)),
    splitRatio: null,
    currency: 'EUR',
    amount: Decimal.of(BigInt(units * price)),
    fee: Decimal.zero,
    tax: Decimal.zero,
    fx: null,
    price: null,
    toInstrumentId: null,
    toQuantity: null,
    lots: null,
  };
}

/**
 * Each unit is an object; each sale, in order and knowing the future, looks for a unit of its own to replace each of its units
 * that lost or that something waits on. Written apart from the product, for whole units of one security.
 */
function unitByUnit(trades: readonly Trade[]): { deferred: number; countedLater: number } {
  interface Unit {
    readonly price: number;
    readonly on: LocalDate;
    readonly order: number;
    soldAt: number;
    isUsed: boolean;
    waits: number;
  }
  const units: Unit[] = trades.flatMap(({ side, units: count, price, day }, order) =>
    side === 'sell'
      ? []
      : Array.from({ length: count }, () => ({
          price,
          on: dayAt(day),
          order,
          soldAt: Number.POSITIVE_INFINITY,
          isUsed: false,
          waits: 0,
        })),
  );
  const sales = trades.flatMap((trade, order) => (trade.side === 'sell' ? [{ ...trade, order }] : []));
  for (const { order, units: count } of sales) {
    const held = units.filter((unit) => unit.order < order && unit.soldAt === Number.POSITIVE_INFINITY);
    for (const unit of held.slice(0, count)) unit.soldAt = order;
  }
  let [deferred, countedLater] = [0, 0];
  for (const { order, day, price } of sales) {
    const [since, until] = [addMonths(dayAt(day), -2), addMonths(dayAt(day), 2)];
    const sold = units.filter((unit) => unit.soldAt === order);
    const free = units.filter(
      (unit) => !unit.isUsed && unit.on >= since && unit.on <= until && (unit.order > order || unit.soldAt > order),
    );
    const losing = sold.filter((unit) => unit.price > price);
    // What waits on a unit of the sale: used units go first within a lot, as the product says.
    const carrying = sold.filter((unit) => unit.isUsed);
    for (let at = 0; at < Math.max(losing.length, carrying.length); at += 1) {
      const replacement = free[at];
      const [own, old] = [losing[at], carrying[at]];
      if (!replacement) {
        countedLater += old?.waits ?? 0;
        continue;
      }
      replacement.isUsed = true;
      const loss = own ? own.price - price : 0;
      replacement.waits = loss + (old?.waits ?? 0);
      deferred += loss;
    }
  }
  return { deferred, countedLater };
}

describe('parts and totals', () => {
  test('the parts of a ledger add up to its realised gain, but for half a cent a sale and its taxes', () => {
    fc.assert(
      fc.property(booksOf(['EUR', 'USD']), rates, (drawn, fxRates) => {
        // One account, no taxes and no shorts: then the tax ledger and the book ask the same.
        const events = drawn
          .filter(({ type }) => type !== 'short' && type !== 'cover')
          .map((event) => ({ ...event, accountId: 'one', tax: Decimal.zero }));
        const fx = new FxTable(fxRates);
        const { book } = buildBook(events, { baseCurrency: 'EUR', fx });
        const realised = [...book.positions.values()].map(({ figures }) => figures.realised.total ?? Decimal.zero);
        const { parts } = taxLedgerOf(events, options({ fx }));
        const told = Decimal.sum(parts.map((part) => part.gain ?? Decimal.zero));
        const off = told.minus(Decimal.sum(realised)).absolute();
        expect(off.compare(CENT.times(Decimal.of(BigInt(parts.length))))).toBeLessThanOrEqual(0);
        for (const { gain, priceGain, fxGain } of parts)
          expect(priceGain?.plus(fxGain ?? Decimal.zero).toString()).toBe(gain?.toString());
      }),
      { numRuns: RUNS },
    );
  });

  test('compensation uses what it can and loses nothing before its time', () => {
    const balance = fc.integer({ min: -100_000, max: 100_000 }).map((cents) => Decimal.of(BigInt(cents), 2));
    const years = fc.array(fc.record({ gains: balance, income: balance }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(years, (drawn) => {
        const done = compensateYears(
          drawn.map((each, index) => ({ ...each, year: 2018 + index })),
          [],
        );
        const sum = (amounts: readonly Decimal[]): Decimal => Decimal.sum(amounts);
        const positive = sum(drawn.flatMap(({ gains, income }) => [gains, income].filter(({ sign }) => sign > 0)));
        const negative = sum(drawn.flatMap(({ gains, income }) => [gains, income].filter(({ sign }) => sign < 0)));
        const used = sum(done.flatMap(({ steps }) => steps.map(({ amount }) => amount)));
        const gone = sum(done.flatMap(({ expired }) => expired.map(({ amount }) => amount)));
        const carried = sum(done.at(-1)?.carried.map(({ amount }) => amount) ?? []);
        expect(sum(done.map(({ base }) => base)).toString()).toBe(positive.minus(used).toString());
        expect(used.plus(gone).plus(carried).toString()).toBe(negative.negated().toString());
        for (const { year, steps, gains, income } of done) {
          for (const against of ['gains', 'income'] as const) {
            const crossed = steps.filter((step) => step.against === against && step.from.basket !== against);
            const limit = { gains, income }[against].times(Decimal.of(25n, 2)).plus(CENT);
            expect(sum(crossed.map(({ amount }) => amount)).compare(limit) <= 0 || crossed.length === 0).toBe(true);
          }
          expect(steps.every(({ from }) => from.year <= year && from.year >= year - 4)).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

test('a sale is simulated as it is then recorded, for every method the law leaves open', () => {
  const jurisdictions = fc.constantFrom(JURISDICTIONS.ES, JURISDICTIONS.FR, JURISDICTIONS.OTHER);
  let simulatedCount = 0;
  const wish = fc.record({ units: decimal(40, 0), price: decimal(20_000, 2), jurisdiction: jurisdictions });
  fc.assert(
    fc.property(booksOf(['EUR', 'USD']), rates, wish, (events, fxRates, { units, price, jurisdiction }) => {
      const event = saleEvent({
        id: 'sale',
        accountId: 'one',
        accountCurrency: 'EUR',
        instrumentId: 'A',
        date: dayAt(90),
        quantity: units,
        price,
        currency: 'EUR',
        fee: Decimal.one,
        tax: Decimal.zero,
        fx: null,
        lots: null,
      });
      const own = reportOptions(2026, { jurisdiction, fx: new FxTable(fxRates) });
      const simulated = simulateSale(events, { event, options: own });
      expect(simulated.ok ? 'sells_more_than_held' : simulated.code).toBe('sells_more_than_held');
      if (!simulated.ok) return;
      simulatedCount += 1;
      for (const { method, isAllowed, gain, deferred, before, after } of simulated.value.methods) {
        expect(isAllowed).toBe(jurisdiction.methods.includes(method));
        const recorded = { ...event, id: 'recorded', sequence: events.length };
        const report = yearlyReport([...events, recorded], { ...own, method });
        const lots = report.transmissions.filter((part) => part.soldBy === 'recorded');
        expect(Decimal.sum(lots.map((part) => part.gain ?? Decimal.zero)).toString()).toBe(gain?.toString());
        expect(Decimal.sum(lots.map((part) => part.deferred)).toString()).toBe(deferred.toString());
        expect(report.totals.gains.net?.toString()).toBe(after.gains?.toString());
        expect(report.savingsTax?.toString()).toBe(after.savingsTax?.toString());
        expect(yearlyReport(events, { ...own, method }).totals.gains.net?.toString()).toBe(before.gains?.toString());
      }
    }),
    { numRuns: RUNS },
  );
  expect(simulatedCount).toBeGreaterThan(50);
});

test('months are counted from date to date; where there is no such day, to the last of the month', () => {
  const cases = [
    ['2025-12-31', 2, '2026-02-28'],
    ['2023-12-31', 2, '2024-02-29'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2025-01-15', -2, '2024-11-15'],
    ['2025-03-31', -1, '2025-02-28'],
  ] as const;
  for (const [from, months, to] of cases) expect(addMonths(localDate(from), months)).toBe(to);
});

test('the scale of the savings base, band by band', () => {
  const taxOf = (base: string, year: number): string | undefined => savingsTax(Decimal.from(base), year)?.toString();
  expect(taxOf('6000', 2025)).toBe('1140');
  expect(taxOf('50000', 2025)).toBe('10380'); // 1140 + 44000 x 21 %
  expect(taxOf('200000', 2025)).toBe('44880'); // + 150000 x 23 %
  expect(taxOf('300000', 2025)).toBe('71880'); // + 100000 x 27 %
  expect([taxOf('310000', 2025), taxOf('310000', 2024)]).toEqual(['74880', '74680']);
  expect([taxOf('210000', 2022), taxOf('210000', 2020)]).toEqual(['47480', '47180']);
  expect(taxOf('1', 2014)).toBeUndefined();
});

test('losses of the year go before those of earlier ones, and both share one limit', () => {
  const year = { year: 2025, gains: Decimal.from('-100'), income: Decimal.from('200') };
  const done = compensate(year, [{ year: 2024, basket: 'gains', amount: Decimal.from('100') }]);
  expect(done.steps.map(({ from, amount }) => [from.year, amount.toString()])).toEqual([[2025, '50']]);
  expect(done.base.toString()).toBe('150');
  expect(done.carried.map(({ year: of, amount }) => [of, amount.toString()])).toEqual([
    [2024, '100'],
    [2025, '50'],
  ]);
});

test('the tables hold every row, in both languages, and no cell runs as a formula', () => {
  const trades: Trade[] = [
    { day: 0, side: 'buy', units: 3, price: 9 },
    { day: 5, side: 'sell', units: 3, price: 7 },
    { day: 9, side: 'buy', units: 1, price: 7 },
  ];
  const report = yearlyReport(trades.map(tradeEvent), reportOptions(2026));
  const tables = reportTables(report, () => ({ name: '=cmd;"x"', isin: 'ES0113900J37' }));
  const [first] = tables;
  assert(first, 'table');
  expect(first.rows).toEqual([
    [
      `=cmd;"x"`,
      'ES0113900J37',
      'gains',
      '3',
      '2026-01-01',
      '2026-01-06',
      '27.00',
      '21.00',
      '-6.00',
      '-6.00',
      '0.00',
      '2.00',
      '-4.00',
      '0.00',
    ],
  ]);
  for (const { columns, rows } of tables) for (const row of rows) expect(row).toHaveLength(columns.length);
  const csv = reportCsv(tables, { language: 'es', decimalMark: ',' });
  expect(csv).toContain(`"'=cmd;""x""";ES0113900J37;gains;3;2026-01-01;2026-01-06;27,00;21,00;-6,00`);
  expect(reportCsv(tables, { language: 'en', decimalMark: '.' })).toContain('Deferred loss');
});
