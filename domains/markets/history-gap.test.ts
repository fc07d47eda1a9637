/** Goal: a gap is exactly a trading day without a close, filling asks once and remembers what nobody has, and closes are taken once final. */
import { addDays, dateOfEpochDay, epochDay, localDate } from '#kernel';
import { testPlatform, type TestPlatform } from '#platform/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { identity } from '../identity/domain.ts';
import { markets } from './domain.ts';
import { emptyDaysOf, gapsOf } from './history-gap.ts';
import { checkHistory, closeSnapshotJob, closeWatchJob, gapFillJob } from './history-gap.job.ts';
import { hasCloseSnapshot, listHistoryStates, listWatchedHistories } from './history-gap.store.ts';
import { type MarketFacts, marketFixture } from './market-fixture.ts';
import { tradingDays } from './market-calendar.ts';
import { type FakeMarket, startFakeMarket, yahooChartText } from './provider/fake-market.ts';
import { updateProviderSymbol } from './feed.store.ts';
import { dayOf } from './day.ts';

const day = (text: string) => localDate(text);

describe('ranges', () => {
  test('neighbouring trading days are one gap, whatever weekend lies between', () => {
    const expected = tradingDays('madrid', { from: day('2026-11-16'), to: day('2026-11-24') });
    const known = new Set([day('2026-11-16'), day('2026-11-17'), day('2026-11-24')]);
    expect(gapsOf(expected, known)).toEqual([{ from: '2026-11-18', to: '2026-11-23', dayCount: 4 }]);
    expect(gapsOf(expected, new Set(expected))).toEqual([]);
    expect(gapsOf([], new Set())).toEqual([]);
  });

  test('property: gaps and known days together are the expected ones, once each, and no two gaps touch', () => {
    const days = fc.uniqueArray(fc.integer({ min: 20_000, max: 20_060 }), { maxLength: 60 });
    fc.assert(
      fc.property(days, fc.integer({ min: 20_000, max: 20_040 }), (stored, first) => {
        const expected = tradingDays('us', { from: dateOfEpochDay(first), to: dateOfEpochDay(first + 30) });
        const known = new Set(stored.map(dateOfEpochDay));
        const gaps = gapsOf(expected, known);
        const missing = expected.filter((on) => !known.has(on));
        expect(gaps.flatMap((gap) => tradingDays('us', gap))).toEqual(missing);
        expect(gaps.reduce((sum, { dayCount }) => sum + dayCount, 0)).toBe(missing.length);
        for (const [index, gap] of gaps.entries()) {
          const next = gaps[index + 1];
          const between = next ? tradingDays('us', { from: addDays(gap.to, 1), to: addDays(next.from, -1) }) : ['x'];
          expect(between.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  test('a day is empty only between two days that were told; at the edge it may be late', () => {
    const missing = ['2026-11-16', '2026-11-18', '2026-11-20'].map(day);
    expect(emptyDaysOf(missing, [day('2026-11-17'), day('2026-11-19')])).toEqual(['2026-11-18']);
    expect(emptyDaysOf(missing, [])).toEqual([]);
  });
});

describe('filling', () => {
  let market: TestPlatform & MarketFacts;
  let yahoo: FakeMarket;
  let share: string;
  const HOLIDAY = '2026-11-12'; // Nobody announced it: the provider has no close of that day.
  const context = { attempt: 1, signal: new AbortController().signal, progress: async () => undefined };

  beforeEach(async () => {
    yahoo = await startFakeMarket((path, query) => {
      if (path !== '/v8/finance/chart/ITX.MC') return undefined;
      const first = Math.floor(Number(query.get('period1')) / 86_400);
      const last = epochDay(dayOf(market.clock()));
      const days = Array.from({ length: last - first + 1 }, (_, index) => dateOfEpochDay(first + index));
      const closes = days.map((on) => {
        const isOpen = on !== HOLIDAY && tradingDays('madrid', { from: on, to: on }).length > 0;
        return isOpen ? 40 + (epochDay(on) % 10) : null;
      });
      const marketAtSeconds = last * 86_400 + 16 * 3_600;
      return yahooChartText({ symbol: 'ITX.MC', currency: 'EUR', last: 45, marketAtSeconds, closes });
    });
    const settings = { markets: { yahooBaseUrl: yahoo.baseUrl, quorumPercent: 0 } };
    market = await marketFixture(await testPlatform([identity, markets], { settings }));
    market.time.advance(Date.parse('2026-11-20T18:30:00Z') - market.clock());
    share = await market.addInstrument({ kind: 'stock', symbol: 'ITX', name: 'Inditex' });
    const { workspaceId } = market;
    const chosen = { providerSymbol: 'ITX.MC', version: 1 };
    await market.db.transaction((tx) => updateProviderSymbol(tx, { workspaceId, instrumentId: share }, chosen));
    await market.watch(share, '2026-11-02');
  });
  afterEach(async () => {
    await market.close();
    await yahoo.close();
  });

  const watched = async () => (await listWatchedHistories(market.db, { workspaceId: market.workspaceId }))[0]!;
  const fill = (signal = context.signal) =>
    gapFillJob(market).run({ workspaceId: market.workspaceId, instrumentId: null }, { ...context, signal });

  test('what is missing is fetched, what nobody has is remembered, and the next filling asks nobody', async () => {
    expect((await checkHistory(market, await watched())).gaps).toEqual([
      { from: '2026-11-02', to: '2026-11-20', dayCount: 15 },
    ]);
    await fill();
    expect(await checkHistory(market, await watched())).toMatchObject({ gaps: [], emptyCount: 1 });
    expect(await listHistoryStates(market.db, market.workspaceId)).toEqual([]);
    const asked = yahoo.requests.length;
    await fill();
    expect(yahoo.requests).toHaveLength(asked);
  });

  test('a provider that is down leaves the gap, says so and is asked again by the next attempt', async () => {
    yahoo.fault = 'server_error';
    await expect(fill()).rejects.toMatchObject({ code: 'price_history_unavailable', retryable: true });
    expect(await listHistoryStates(market.db, market.workspaceId)).toMatchObject([
      { instrumentId: share, missingCount: 15, firstMissing: '2026-11-02', lastMissing: '2026-11-20' },
    ]);
    yahoo.fault = 'none';
    market.time.advance(120_000);
    await fill();
    expect(await listHistoryStates(market.db, market.workspaceId)).toEqual([]);
  });

  test('a cancelled filling stops before the next instrument and asks nobody', async () => {
    const stopping = new AbortController();
    stopping.abort(new Error('Cancelled by a person.'));
    await expect(fill(stopping.signal)).rejects.toThrow('Cancelled');
    expect(yahoo.requests).toEqual([]);
  });

  test('the close of a market is taken once it is final, over an earlier look, and once', async () => {
    market.time.advance(Date.parse('2026-11-23T15:00:00Z') - market.clock()); // Monday, the session is on.
    await fill();
    await closeWatchJob(market).run(null, context);
    const madrid = () =>
      market.askedJobs.filter(({ payload }) => (payload as { calendar?: string } | null)?.calendar === 'madrid');
    expect(madrid().at(-1)?.payload).toEqual({ calendar: 'madrid', on: '2026-11-20' });
    market.time.advance(Date.parse('2026-11-23T17:06:00Z') - market.clock());
    await closeWatchJob(market).run(null, context);
    expect(madrid().at(-1)?.payload).toEqual({ calendar: 'madrid', on: '2026-11-23' });
    const asked = yahoo.requests.length;
    const payload = { calendar: 'madrid' as const, on: day('2026-11-23') };
    await closeSnapshotJob(market).run(payload, context);
    expect(yahoo.requests).toHaveLength(asked + 1);
    expect(await hasCloseSnapshot(market.db, payload)).toBe(true);
    market.askedJobs.length = 0;
    await closeWatchJob(market).run(null, context);
    expect(madrid()).toEqual([]);
    await closeSnapshotJob(market).run(payload, context);
    expect(yahoo.requests).toHaveLength(asked + 1);
  });
});
