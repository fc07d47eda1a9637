/**
 * Goal: a sale takes exactly the lots it names, from a form, a file or the API, and stays right when its purchases are
 * corrected; and every gain divides into price, exchange rate and charges without losing any of it.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { assert, EVERY_ROW, Decimal, localDate } from '#kernel';
import { recordManualPrices, startSimulation } from '#markets';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { identity } from '../identity/domain.ts';
import { markets } from '../markets/domain.ts';
import { openBookShelf } from './book-shelf.ts';
import { buildBook, rateOf } from './book.ts';
import { portfolios } from './domain.ts';
import { explainFigure } from './explanation.ts';
import { figuresSource } from './figures-source.ts';
import { valuePortfolio } from './figures.ts';
import { FxTable } from './fx-table.ts';
import type { LedgerEventDraft, LotPick } from './ledger-event.ts';
import { parseLedgerFile } from './ledger-file.ts';
import { parseLotPicks } from './lot-pick.ts';
import { addLot, canTakeNamed, type Lot, LOT_METHODS, noLots, openLotsOf, takeLots, takeNamedLots } from './lot.ts';
import { createPortfolio } from './portfolio.ts';
import { findPortfolio } from './portfolio.store.ts';
import type { LotMatch } from './position-units.ts';
import { booksOf, dayAt, decimal, rates } from './random-book.ts';
import { recordEvents, type RecordProblem } from './recording.ts';
import { reverseEvents } from './reversal.ts';

let platform: TestPlatform;
let scope: { workspaceId: string; portfolioId: string; rows: typeof EVERY_ROW };

beforeAll(async () => {
  platform = await testPlatform([identity, markets, portfolios]);
  platform.db.attachJobQueue({ add: async () => undefined });
});
afterAll(() => platform.close());
beforeEach(async () => {
  const workspaceId = platform.newId();
  const wish = { workspaceId, name: 'Largo plazo', baseCurrency: 'EUR', adviserUserId: null };
  const created = await platform.db.transaction((tx) => createPortfolio(platform, tx, wish));
  assert(created.ok, 'portfolio');
  scope = { workspaceId, portfolioId: created.value.id, rows: EVERY_ROW };
});

let rowNumber = 0;
function draft(
  type: 'buy' | 'sell',
  day: string,
  facts: { units: string; price: string; lots?: string; openedBy?: string },
): LedgerEventDraft {
  rowNumber += 1;
  const picks = (parseLotPicks(facts.lots ?? '') ?? []).map((pick): LotPick => ({
    ...pick,
    openedBy: facts.openedBy ?? null,
  }));
  return {
    type,
    date: localDate(day),
    accountName: 'Broker',
    instrument: { kind: 'stock', symbol: 'ACME', name: 'Acme', currency: 'EUR' },
    quantity: Decimal.from(facts.units),
    price: Decimal.from(facts.price),
    currency: 'EUR',
    idempotencyKey: `row ${rowNumber}`,
    source: { sheet: 'x', row: rowNumber },
    ...(picks.length > 0 && { lots: picks }),
  };
}
async function record(...events: LedgerEventDraft[]): Promise<readonly string[]> {
  const result = await platform.db.transaction((tx) =>
    recordEvents(platform, tx, { ...scope, importId: null, userId: null, events }),
  );
  if (result.ok) return result.value.eventIds;
  return (result.details['problems'] as RecordProblem[]).map(({ code }) => code);
}
async function reverse(eventId = ''): Promise<string> {
  const result = await platform.db.transaction((tx) =>
    reverseEvents(platform, tx, { ...scope, userId: null, target: { eventId } }),
  );
  return result.ok ? 'ok' : result.code;
}
async function held(shelf = openBookShelf(platform)): Promise<{ realised: string | undefined; lots: string[] }> {
  const portfolio = await findPortfolio(platform.db, scope);
  assert(portfolio, 'portfolio');
  const { book } = await shelf.bookOf(platform.db, portfolio);
  const [position] = [...book.positions.values()];
  const lots = position ? openLotsOf(position.lots) : [];
  return {
    realised: position?.figures.realised.total?.toString(),
    lots: lots.map((lot) => `${lot.openedOn} ${lot.quantity.toString()} = ${lot.cost.toString()}`),
  };
}

test('a stored sale keeps its lots, and a correction of what it names is one step at a time', async () => {
  const [cheap, dear] = await record(
    draft('buy', '2025-01-02', { units: '10', price: '100' }),
    draft('buy', '2025-02-03', { units: '10', price: '150' }),
  );
  const [sale] = await record(draft('sell', '2025-03-03', { units: '6', price: '160', lots: '2025-02-03:6' }));
  expect(await held()).toEqual({ realised: '60', lots: ['2025-01-02 10 = 1000', '2025-02-03 4 = 600'] });
  // The purchase it names cannot go before the sale; one it does not name can.
  expect(await reverse(dear)).toBe('reversal_uncovers_sale');
  expect(await reverse(cheap)).toBe('ok');
  expect(await reverse(sale)).toBe('ok');
  expect(await reverse(dear)).toBe('ok');
  // Corrected: the day is the same, so the same words name the new purchase.
  await record(draft('buy', '2025-02-03', { units: '10', price: '140' }));
  await record(draft('sell', '2025-03-03', { units: '6', price: '160', lots: '2025-02-03:6' }));
  expect(await held()).toEqual({ realised: '120', lots: ['2025-02-03 4 = 560'] });
});

test('of two purchases of a day the operation says which; a back-dated sale may not take a named lot away', async () => {
  const [, second] = await record(
    draft('buy', '2025-01-02', { units: '5', price: '100' }),
    draft('buy', '2025-01-02', { units: '5', price: '110' }),
  );
  const shelf = openBookShelf(platform);
  await held(shelf);
  await record(
    draft('sell', '2025-03-03', {
      units: '4',
      price: '120',
      lots: '2025-01-02:4',
      ...(second && { openedBy: second }),
    }),
  );
  // A book that is moved forward and one that is built anew agree.
  const expected = { realised: '40', lots: ['2025-01-02 5 = 500', '2025-01-02 1 = 110'] };
  expect([await held(shelf), await held()]).toEqual([expected, expected]);
  expect(await record(draft('sell', '2025-02-03', { units: '7', price: '120' }))).toEqual(['sells_more_than_held']);
  expect(await record(draft('sell', '2025-02-03', { units: '6', price: '120', lots: '2025-01-02:6' }))).toHaveLength(1);
  expect(await held()).toMatchObject({ lots: [] });
});

test('a back-dated sale that would empty a named lot is refused by the lot, not by the quantity', async () => {
  await record(
    draft('buy', '2025-01-02', { units: '5', price: '100' }),
    draft('buy', '2025-01-03', { units: '5', price: '110' }),
    draft('sell', '2025-03-03', { units: '5', price: '120', lots: '2025-01-02:5' }),
  );
  expect(await record(draft('sell', '2025-02-03', { units: '2', price: '120' }))).toEqual(['lot_not_held']);
  const fits = draft('sell', '2025-02-03', { units: '2', price: '120', lots: '2025-01-03:2' });
  expect(await record(fits)).toHaveLength(1);
});

test('a file names lots in a column of its own; what is not written like that is named by its line', () => {
  const head = 'date,type,account,instrument,quantity,price,currency,lots';
  const file = [head, '2025-01-02,buy,A,X,5,1,EUR,', '2025-01-03,sell,A,X,3,2,EUR,2025-01-02:2 2025-01-02:1'];
  const reading = { currency: 'EUR', prices: { prices: [] } };
  const good = parseLedgerFile(file.join('\n'), reading);
  expect(good.events[1]?.lots?.map(({ openedOn, quantity }) => [openedOn, quantity.toString()])).toEqual([
    ['2025-01-02', '2'],
    ['2025-01-02', '1'],
  ]);
  const bad = parseLedgerFile([...file, '2025-01-04,sell,A,X,1,2,EUR,the old ones'].join('\n'), reading);
  expect(bad.warnings.map(({ code, line }) => [code, line])).toEqual([['lots_not_valid', 4]]);
});

const lotsOfDays = fc.array(fc.record({ day: fc.integer({ min: 0, max: 5 }), units: decimal(9, 0) }), { minLength: 1 });

test('naming what FIFO would take takes the same; and nothing is taken that is not there', () => {
  fc.assert(
    fc.property(lotsOfDays, fc.bigInt(1n, 40n), (drawn, units) => {
      const fresh = () => {
        const lots = noLots();
        for (const [index, { day, units: quantity }] of drawn.toSorted((a, b) => a.day - b.day).entries())
          addLot(lots, lotOf(`e${index}`, dayAt(day), quantity));
        return lots;
      };
      const total = Decimal.sum(drawn.map((lot) => lot.units));
      const wanted = Decimal.of(units).compare(total) > 0 ? total : Decimal.of(units);
      const [byMethod, byName] = [fresh(), fresh()];
      const taken = takeLots(byMethod, wanted, 'fifo');
      const picks = taken.map(({ openedOn, openedBy, quantity }) => ({ openedOn, openedBy, quantity }));
      expect(textOf(takeNamedLots(byName, picks))).toEqual(textOf(taken));
      expect(textOf(openLotsOf(byName))).toEqual(textOf(openLotsOf(byMethod)));
      const tooMany = picks.map((pick, index) =>
        index === 0 ? { ...pick, quantity: pick.quantity.plus(total) } : pick,
      );
      expect(canTakeNamed(fresh(), tooMany)).toBe(false);
    }),
    { numRuns: 300 },
  );
});

function lotOf(openedBy: string, openedOn: ReturnType<typeof dayAt>, quantity: Decimal): Lot {
  const cost = quantity.times(Decimal.from('7.3'));
  return {
    openedBy,
    openedOn,
    quantity,
    currency: 'EUR',
    cost,
    costBase: cost,
    feeBase: quantity,
    taxBase: Decimal.zero,
  };
}
const textOf = (lots: readonly Lot[]): string[] =>
  lots.map(({ openedBy, quantity, cost, feeBase }) => [openedBy, quantity, cost, feeBase].join(' '));

test('gains divide exactly into price and rate, and charges go with their units, by every method', () => {
  const methods = fc.constantFrom(...LOT_METHODS);
  fc.assert(
    fc.property(booksOf(['EUR', 'USD'], 'never'), rates, methods, (drawn, fxRates, method) => {
      // Units that leave take their purchase fee with them, where no sale shows it.
      const events = drawn.filter(({ type }) => type !== 'transfer_out');
      const matches: LotMatch[] = [];
      const fx = new FxTable(fxRates);
      const { book, refused } = buildBook(events, {
        baseCurrency: 'EUR',
        fx,
        method,
        onMatch: (match) => void matches.push(match),
      });
      for (const { gainBase, priceGainBase, fxGainBase } of matches)
        expect(priceGainBase?.plus(fxGainBase ?? Decimal.zero).toString()).toBe(gainBase?.toString());
      const gone = new Set(refused.map(({ event }) => event.id));
      const chargesOf = (types: readonly string[], name: 'fee' | 'tax'): string =>
        sum(
          events.filter(({ id, type }) => types.includes(type) && !gone.has(id)),
          (event) => event[name].times(rateOf(book, event) ?? Decimal.zero),
        );
      const open = [...book.positions.values()].flatMap(({ lots }) => [...openLotsOf(lots)]);
      const opened = ['buy', 'short', 'opening', 'transfer_in'];
      const fees = [sum(matches, (match) => match.openingFeeBase), sum(open, (lot) => lot.feeBase)];
      expect(Decimal.sum(fees.map((part) => Decimal.from(part))).toString()).toBe(chargesOf(opened, 'fee'));
      const taxes = [sum(matches, (match) => match.openingTaxBase), sum(open, (lot) => lot.taxBase)];
      expect(Decimal.sum(taxes.map((part) => Decimal.from(part))).toString()).toBe(chargesOf(opened, 'tax'));
      expect(sum(matches, (match) => match.closingFeeBase)).toBe(chargesOf(['sell', 'cover'], 'fee'));
      expect(sum(matches, (match) => match.closingTaxBase)).toBe(chargesOf(['sell', 'cover'], 'tax'));
    }),
    { numRuns: 1_000 },
  );
});

function sum<Item>(items: readonly Item[], moneyOf: (item: Item) => Decimal | null): string {
  return Decimal.sum(items.map((item) => moneyOf(item) ?? Decimal.zero)).toString();
}

test('open lots in another currency divide into price and rate, and add up to their holding', async () => {
  const { workspaceId } = scope;
  await platform.db.transaction((tx) => startSimulation(tx, { workspaceId, seed: 1 }, platform.clock()));
  const inDollars = (day: string, units: string, price: string): LedgerEventDraft => ({
    ...draft('buy', day, { units, price }),
    instrument: { kind: 'stock', symbol: 'USCO', name: 'US Co', currency: 'USD' },
    currency: 'USD',
  });
  await record(inDollars('2026-01-05', '3', '100'), inDollars('2026-06-10', '2', '140'));
  const portfolio = await findPortfolio(platform.db, scope);
  assert(portfolio, 'portfolio');
  const source = figuresSource(platform);
  const [bare] = (await valuePortfolio(source, portfolio)).valuation.holdings;
  const instrumentId = bare?.instrumentId ?? '';
  const quote = { instrumentId, price: Decimal.from('150'), currency: 'USD', on: localDate('2026-11-20') };
  await platform.db.transaction((tx) => recordManualPrices(platform, tx, { workspaceId, prices: [quote] }));
  const [holding] = (await valuePortfolio(source, portfolio)).valuation.holdings;
  const explained = await explainFigure(source, portfolio, { metric: 'unrealised', instrumentId });
  assert(explained.ok && holding, 'explanation');
  const { lots, rates: used } = explained.value;
  const total = (name: 'value' | 'unrealised' | 'fxGain'): string =>
    Decimal.sum(lots.map((lot) => Decimal.from(lot[name] ?? ''))).toString();
  for (const name of ['value', 'unrealised', 'fxGain'] as const)
    expect([name, total(name)]).toEqual([name, holding[name]?.toString()]);
  // By hand: 300 dollars at today's rate less what they cost in euros that day; the price's part is 50 dollars a unit.
  const today = Decimal.from(used.find((rate) => rate.from === 'USD')?.rate ?? '');
  const fxGain = Decimal.from('300')
    .times(today)
    .minus(Decimal.from(lots[0]?.costBase ?? ''));
  expect(fxGain.isZero).toBe(false);
  expect(lots[0]).toMatchObject({
    cost: '300',
    value: Decimal.from('450').times(today).toString(),
    fxGain: fxGain.toString(),
    priceGain: Decimal.from('150').times(today).toString(),
  });
});
