/**
 * Goal: whatever is recorded, taken back or priced, in whatever order, the stored days are those of a computation from nothing; and
 * a change costs the days from its own on, never more.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  addDays,
  assert,
  dateInZone,
  dateOfEpochDay,
  DAY_MS,
  Decimal,
  epochDay,
  EVERY_ROW,
  type LocalDate,
  localDate,
} from '#kernel';
import { recordManualPrices, startSimulation } from '#markets';
import { createHttp, type HttpServer } from '#platform/http';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { identity } from '../../identity/domain.ts';
import { markets } from '../../markets/domain.ts';
import { openBookShelf } from '../book-shelf.ts';
import { openCloseColumns } from '../close-columns.ts';
import { portfolios } from '../domain.ts';
import type { FiguresSource } from '../figures.ts';
import { figuresSource } from '../figures-source.ts';
import { type LedgerEventDraft, type LedgerEventType } from '../ledger-event.ts';
import { findPortfolio, type Portfolio } from '../portfolio.store.ts';
import { recordEvents } from '../recording.ts';
import { reverseEvents } from '../reversal.ts';
import { dailyValuesOf } from './daily-values.ts';
import type { DailyValues } from './day-columns.ts';
import { engineInput } from './engine-market.ts';
import { runValuation, type ValuationTask } from './valuation-task.ts';

const START = localDate('2026-01-05');
const STEP_MS = 6 * 60_000; // Rates are kept five minutes.
let platform: TestPlatform;
let http: HttpServer;
let workspaceId: string;
let portfolioId: string;
let keyNumber = 0;

beforeAll(async () => {
  platform = await testPlatform([identity, markets, portfolios]);
  platform.db.attachJobQueue({ add: async () => undefined });
  const definitions = [...markets.permissions, ...portfolios.permissions];
  const permissions = new Set<string>(definitions.map(({ name }) => name));
  http = await createHttp({
    config: platform.config,
    telemetry: platform.telemetry,
    permissions: definitions,
    authenticate: async () => {
      const [userId, sessionId] = [workspaceId, workspaceId];
      return { userId, sessionId, workspaceId, role: 'owner' as const, permissions, rows: EVERY_ROW };
    },
  });
  portfolios.routes?.(http, platform);
  workspaceId = platform.newId();
  await platform.db.transaction((tx) => startSimulation(tx, { workspaceId, seed: 1 }, platform.clock()));
});
afterAll(async () => {
  await http.close();
  await platform.close();
});
beforeEach(async () => void (portfolioId = await newPortfolio()));

async function newPortfolio(): Promise<string> {
  keyNumber += 1;
  const payload = { name: `Largo plazo ${keyNumber}`, baseCurrency: 'EUR' };
  const headers = { authorization: 'owner' };
  const answer = await http.inject({ method: 'POST', url: '/api/portfolios', payload, headers });
  expect(answer.statusCode).toBe(201);
  return answer.json<{ id: string }>().id;
}

async function portfolio(): Promise<Portfolio> {
  const found = await findPortfolio(platform.db, { workspaceId, rows: EVERY_ROW, portfolioId });
  assert(found, 'the portfolio is there');
  return found;
}

interface Recorded {
  readonly type: LedgerEventType;
  readonly date: LocalDate;
  readonly accountName?: string;
  readonly symbol?: string;
  readonly quantity?: string;
  readonly amount?: string;
  readonly currency?: string;
}

/** Records an event; true when the ledger takes it. */
async function record(event: Recorded): Promise<boolean> {
  const { symbol, currency = 'EUR', date, type, accountName = 'Broker' } = event;
  keyNumber += 1;
  const draft: LedgerEventDraft = {
    type,
    date,
    accountName,
    currency,
    ...(symbol !== undefined && { instrument: { kind: 'stock' as const, symbol, name: symbol, currency: 'EUR' } }),
    ...(event.quantity !== undefined && { quantity: Decimal.from(event.quantity) }),
    ...(event.amount !== undefined && { amount: Decimal.from(event.amount) }),
    idempotencyKey: `key ${keyNumber}`,
    source: { sheet: 'test', row: keyNumber },
  };
  const request = { workspaceId, portfolioId, rows: EVERY_ROW, importId: null, userId: null, events: [draft] };
  const result = await platform.db.transaction((tx) => recordEvents(platform, tx, request));
  return result.ok;
}

async function reverse(index: number): Promise<void> {
  const headers = { authorization: 'owner' };
  const url = `/api/portfolios/${portfolioId}/operations`;
  const { items } = (await http.inject({ method: 'GET', url, headers })).json<{ items: { id: string }[] }>();
  const eventId = items[index % Math.max(1, items.length)]?.id;
  if (eventId === undefined) return;
  const request = { workspaceId, portfolioId, rows: EVERY_ROW, userId: null, target: { eventId } };
  await platform.db.transaction((tx) => reverseEvents(platform, tx, request));
}

async function price(symbol: string, on: LocalDate, close: string, currency = 'EUR'): Promise<void> {
  const found = await platform.db.prepared<{ id: string }>(
    'test.instrument',
    'select id from markets_instruments where workspace_id = $1 and symbol = $2',
    [workspaceId, symbol],
  );
  const instrumentId = found[0]?.id;
  if (instrumentId === undefined) return;
  const prices = [{ instrumentId, price: Decimal.from(close), currency, on }];
  await platform.db.transaction((tx) => recordManualPrices(platform, tx, { workspaceId, prices }));
}

/** The days of a computation that remembers nothing, but for where the days begin: those of events taken back stay, empty. */
async function fromNothing(storedDay = Number.POSITIVE_INFINITY): Promise<DailyValues | undefined> {
  const shelf = openBookShelf(platform);
  const shelved = await shelf.bookOf(platform.db, await portfolio());
  const starts = [storedDay, shelved.firstDate ? epochDay(shelved.firstDate) : Number.POSITIVE_INFINITY];
  const first = Number.isFinite(Math.min(...starts)) ? dateOfEpochDay(Math.min(...starts)) : null;
  const yesterday = addDays(dateInZone(platform.clock(), 'Europe/Madrid'), -1);
  if (!first || first > yesterday) return undefined;
  const instrumentIds = [...new Set([...shelved.book.positions.values()].map((position) => position.instrumentId))];
  const wish = { workspaceId, instrumentIds, from: first, to: addDays(yesterday, 1) };
  const closesOf = await openCloseColumns(platform.clock).read(platform.db, wish);
  const quoted = [...closesOf.values()].map(({ currency }) => currency).filter((currency) => currency !== '');
  const ready = await shelf.requireCurrencies(platform.db, await portfolio(), quoted);
  const input = await engineInput(ready, { closesOf, from: first, to: yesterday });
  const firstDay = epochDay(first);
  return runValuation({ kind: 'daily', ...input, firstDay, dayCount: epochDay(yesterday) - firstDay + 1 });
}

/** A source that notes how many days each computation took. */
function watchedSource(): { source: FiguresSource; computed: number[] } {
  const own = figuresSource(platform);
  const computed: number[] = [];
  const compute = (task: ValuationTask, signal?: AbortSignal): Promise<never> => {
    if (task.kind === 'daily') computed.push(task.dayCount);
    return own.valuations.compute(task, signal) as Promise<never>;
  };
  return { source: { ...own, valuations: { ...own.valuations, compute } }, computed };
}
const stored = async (source = figuresSource(platform)): Promise<DailyValues | undefined> =>
  (await dailyValuesOf(source, [await portfolio()])).get(portfolioId);

/** A book that was moved forward adds in another order than a fresh one: floats may differ in their last digits, flags never. */
function expectSameDays(days: DailyValues | undefined, fresh: DailyValues | undefined): void {
  expect([days?.firstDay, days?.flags]).toEqual([fresh?.firstDay, fresh?.flags]);
  for (const name of ['values', 'inflows', 'outflows'] as const) {
    const own = days?.[name] ?? new Float64Array(0);
    const differing = own.findIndex((figure, index) => {
      const other = fresh?.[name][index] ?? Number.NaN;
      return !Object.is(figure, other) && !(Math.abs(figure - other) <= 1e-9 * Math.max(1, Math.abs(other)));
    });
    expect([name, differing, own.length]).toEqual([name, -1, fresh?.[name].length ?? 0]);
  }
}

const day = fc.integer({ min: 0, max: 320 }).map((count) => addDays(START, count));
const units = fc.integer({ min: 1, max: 9 }).map(String);
const event = fc.oneof(
  fc.record({
    type: fc.constantFrom('buy' as const, 'buy' as const, 'sell' as const, 'transfer_out' as const),
    date: day,
    symbol: fc.constantFrom('ACME', 'BETA'),
    currency: fc.constantFrom('EUR', 'EUR', 'USD'),
    accountName: fc.constantFrom('Broker', 'Otro'),
    quantity: units,
    amount: units.map((amount) => `${amount}00`),
  }),
  fc.record({
    type: fc.constantFrom('deposit' as const, 'withdrawal' as const),
    date: day,
    currency: fc.constantFrom('EUR', 'USD'),
    accountName: fc.constantFrom('Broker', 'Otro'),
    amount: units.map((amount) => `${amount}000`),
  }),
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('record' as const), event }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reverse' as const), index: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('price' as const),
      symbol: fc.constantFrom('ACME', 'BETA'),
      on: day,
      close: units.map((close) => `${close}0.5`),
      currency: fc.constantFrom('EUR', 'EUR', 'EUR', 'USD'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('nextDay' as const) }) },
);

test('after any history the stored days are those of a computation from nothing', async () => {
  let startMs = platform.clock();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14, size: 'max' }), async (steps) => {
      portfolioId = await newPortfolio();
      for (const wanted of steps) {
        if (wanted.kind === 'record') await record(wanted.event);
        else if (wanted.kind === 'reverse') await reverse(wanted.index);
        else if (wanted.kind === 'price') await price(wanted.symbol, wanted.on, wanted.close, wanted.currency);
        else startMs += DAY_MS;
        platform.time.set((startMs += STEP_MS));
        const days = await stored();
        expectSameDays(days, await fromNothing(days?.firstDay));
      }
    }),
    { numRuns: 10 },
  );
});

test('a day costs a day, a back-dated event the days from its own on, and looking again nothing', async () => {
  const { source, computed } = watchedSource();
  const yesterday = epochDay(dateInZone(platform.clock(), 'Europe/Madrid')) - 1;
  const daysSince = (date: LocalDate): number => yesterday - epochDay(date) + 1;
  await record({ type: 'buy', date: START, symbol: 'ACME', quantity: '10', amount: '1000' });
  await stored(source);
  await stored(source);
  expect(computed).toEqual([daysSince(START)]);
  const late = addDays(START, 200);
  await record({ type: 'buy', date: late, symbol: 'ACME', quantity: '1', amount: '120' });
  expect(await stored(source)).toEqual(await fromNothing());
  expect(computed.slice(1)).toEqual([daysSince(late)]);
  platform.time.advance(DAY_MS);
  expect(await stored(source)).toEqual(await fromNothing());
  expect(computed.slice(2)).toEqual([1]);
  const priced = addDays(START, 250);
  await price('ACME', priced, '150');
  platform.time.advance(STEP_MS);
  expect(await stored(source)).toEqual(await fromNothing());
  expect(computed.slice(3)).toEqual([daysSince(priced) + 1]);
});

test('an account that begins to keep its cash changes every day, also those before its first deposit', async () => {
  const { source, computed } = watchedSource();
  await record({ type: 'buy', date: START, symbol: 'ACME', quantity: '10', amount: '1000' });
  await stored(source);
  await record({ type: 'deposit', date: addDays(START, 100), amount: '5000' });
  expect(await stored(source)).toEqual(await fromNothing());
  expect(computed[1]).toBe(computed[0]);
});
