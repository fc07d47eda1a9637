/**
 * Goal: the back-test says what the live rule would have done: hand-computed cases, and the same prices walked through the
 * database tick by tick fire on the same days, with splits, windows and volumes in between.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { addDays, Decimal, localDate, type LocalDate } from '#kernel';
import { testPlatform, type TestPlatform } from '#platform/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { identity } from '../identity/domain.ts';
import type { AlertTerms } from './alert.ts';
import { listFirings } from './alert.store.ts';
import { backtestReport } from './alert-backtest.routes.ts';
import { crossingsOf, type HistoryDay, inLastUnits, splitProduct, type SplitFact } from './alert-history.ts';
import { upsertCorporateActions } from './corporate-action.store.ts';
import { dayOf } from './day.ts';
import { markets } from './domain.ts';
import { type MarketFacts, marketFixture } from './market-fixture.ts';
import { takePrices } from './price-intake.ts';
import { upsertDailyPrices } from './price.store.ts';

const of = (text: string): Decimal => Decimal.from(text);
const NO_TERMS = { referencePrice: null, windowDays: null, hysteresisPercent: Decimal.zero };

interface Case {
  readonly terms: AlertTerms;
  readonly repeat: 'once' | 'rearming';
  readonly splits: SplitFact[];
  readonly days: HistoryDay[];
  readonly expected: Map<string, string[]>;
}

/** One line each: `rule`, `split DAY RATIO`, `DAY CLOSE [volume N]`, `repeat N from DAY CLOSE volume N`, `expect WHAT …`. */
function readCase(text: string): Case {
  const lines = text
    .split('\n')
    .map((line) => (line.split('#')[0] ?? '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/));
  const [, condition = '', threshold = '', ...more] = lines.find(([word]) => word === 'rule') ?? [];
  const window = more[more.indexOf('window') + 1];
  const windowDays = more.includes('window') && window !== 'all' ? Number(window) : null;
  const splits = lines
    .filter(([word]) => word === 'split')
    .map(([, on = '', ratio = '']) => ({ on: localDate(on), ratio: of(ratio) }));
  const days = lines.flatMap((words): HistoryDay[] => {
    if (words[0] === 'repeat') {
      const [, count = '', , first = '', close = '', , volume = ''] = words;
      return Array.from({ length: Number(count) }, (_, index) => {
        return { on: addDays(localDate(first), index), close: of(close), volume: of(volume) };
      });
    }
    const [on = '', close = '', , volume] = words;
    if (!/^\d{4}-/.test(on)) return [];
    return [{ on: localDate(on), close: of(close), volume: volume === undefined ? null : of(volume) }];
  });
  const expected = new Map(
    lines.filter(([word]) => word === 'expect').map(([, what = '', ...values]) => [what, values]),
  );
  const terms = { ...NO_TERMS, condition: condition as AlertTerms['condition'], threshold: of(threshold), windowDays };
  return { terms, repeat: more.includes('once') ? 'once' : 'rearming', splits, days, expected };
}

const folder = new URL('./cases/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.startsWith('alert-'));

describe('cases', () => {
  test.each(files)('%s', (file) => {
    const { terms, repeat, splits, days, expected } = readCase(readFileSync(new URL(file, folder), 'utf8'));
    const report = backtestReport(inLastUnits(days, splits), { terms, repeat, currency: 'EUR', from: null });
    expect(report.crossings.map(({ on }) => on)).toEqual(expected.get('crossings'));
    const triggers = report.crossings.map(({ trigger }) => trigger);
    expect(triggers).toEqual(expected.get('triggers') ?? triggers);
    const firings = Number(expected.get('firings')?.[0] ?? report.crossingCount);
    expect([report.firingCount, report.crossings.filter(({ hasFired }) => hasFired).length]).toEqual([
      firings,
      firings,
    ]);
  });
});

test('the report counts by year, starts where it is asked to and says why it knows nothing', () => {
  const days = ['2023-12-28', '2023-12-29', '2024-01-02', '2024-01-03', '2024-01-04'].map((on, index) => ({
    on: localDate(on),
    close: of(String([90, 100, 99, 101, 98][index])),
    volume: null,
  }));
  const input = { terms: { ...NO_TERMS, condition: 'above', threshold: of('100') }, repeat: 'rearming' } as const;
  const report = backtestReport(days, { ...input, currency: 'EUR', from: null });
  expect(report.years).toEqual([
    { year: 2023, crossingCount: 1 },
    { year: 2024, crossingCount: 1 },
  ]);
  expect(report).toMatchObject({ from: '2023-12-28', to: '2024-01-04', dayCount: 5, missing: null });
  const later = backtestReport(days, { ...input, currency: 'EUR', from: localDate('2024-01-01') });
  expect(later).toMatchObject({ from: '2024-01-02', crossingCount: 1, firingCount: 1 });
  expect(backtestReport([], { ...input, currency: 'EUR', from: null })).toMatchObject({ missing: 'no_history' });
  const volume = { ...input.terms, condition: 'volume_above' } as const;
  expect(backtestReport(days, { ...input, terms: volume, currency: 'EUR', from: null }).missing).toBe('no_volume');
});

describe('live and back-test', () => {
  let market: TestPlatform & MarketFacts;
  beforeAll(async () => {
    market = await marketFixture(await testPlatform([identity, markets], {}));
  });
  afterAll(async () => market.close());

  /** One tick at noon of each day, its close stored before the next: as a quiet year of the real thing. */
  async function liveFirings(days: readonly HistoryDay[], splits: readonly SplitFact[], terms: AlertTerms) {
    const { workspaceId } = market;
    const symbol = `S${market.newId().slice(-12).toUpperCase()}`;
    const instrumentId = await market.addInstrument({ kind: 'stock', symbol, name: symbol });
    const rule = await market.addRule(instrumentId, { terms, repeat: 'rearming' });
    let before: HistoryDay | null = null;
    for (const day of days) {
      const told = splits.filter(({ on }) => on <= day.on);
      const marketAtMs = Date.parse(`${day.on}T12:00:00Z`);
      market.time.advance(marketAtMs - market.clock());
      const common = { instrumentId, currency: 'EUR', provider: 'yahoo', marketAtMs, fetchedAtMs: marketAtMs } as const;
      const product = before ? splitProduct(told, before.on, day.on) : Decimal.one;
      const previousClose = before ? before.close.dividedBy(product, 18, 'half-even') : null;
      const volume = day.volume ? { dayVolume: day.volume } : {};
      await market.db.transaction(async (tx) => {
        const actions = {
          workspaceId,
          instrumentId,
          provider: 'yahoo',
          fetchedAtMs: marketAtMs,
          dividends: [],
        } as const;
        await upsertCorporateActions(tx, { ...actions, splits: told });
        const price = { ...common, price: day.close, isAdjusted: false, previousClose, splitRatio: product, ...volume };
        await takePrices(market, tx, { workspaceId, arrivals: [price] });
        const close = { ...common, on: day.on, price: day.close, ...(day.volume ? { volume: day.volume } : {}) };
        await upsertDailyPrices(tx, workspaceId, [close]);
      });
      before = day;
    }
    const firings = await listFirings(market.db, { workspaceId, cursor: null, limit: 100 });
    return firings
      .filter(({ ruleId }) => ruleId === rule.id)
      .map(({ marketAtMs }) => dayOf(marketAtMs))
      .toReversed();
  }

  const START = localDate('2027-01-04');
  const conditions = fc.constantFrom<AlertTerms['condition']>(
    'drawdown',
    'volume_times',
    'volume_above',
    'percent_move',
    'percent_down',
  );
  const scenario = fc.record({
    // Percent moves small enough for the intake's own doubts, and a price that starts where ten digits are exact.
    moves: fc.array(fc.integer({ min: -12, max: 13 }), { minLength: 24, maxLength: 34 }),
    volumes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 34, maxLength: 34 }),
    splitAt: fc.option(fc.integer({ min: 1, max: 30 }), { nil: null }),
    condition: conditions,
    windowDays: fc.option(fc.integer({ min: 2, max: 12 }), { nil: null }),
    hysteresis: fc.integer({ min: 0, max: 3 }),
  });

  test('property: the same days fire, whatever the path, the split and the window', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ moves, volumes, splitAt, condition, windowDays, hysteresis }) => {
        const splits = splitAt === null ? [] : [{ on: addDays(START, splitAt), ratio: of('4') }];
        let value = of('1000');
        const days = moves.map((move, index): HistoryDay => {
          const on: LocalDate = addDays(START, index);
          value = value
            .times(of(String(100 + move)))
            .times(of('0.01'))
            .rounded(4, 'half-even');
          const product = splitProduct(splits, START, on);
          const units = of(String((volumes[index] ?? 1) * 100)).times(product);
          return { on, close: value.dividedBy(product, 18, 'half-even'), volume: units };
        });
        const threshold = { drawdown: '8', volume_times: '1.5', volume_above: '9000' }[condition as string] ?? '6';
        const terms: AlertTerms = {
          condition,
          threshold: of(threshold),
          referencePrice: null,
          windowDays: condition === 'drawdown' ? windowDays : null,
          hysteresisPercent: of(String(hysteresis)),
        };
        // A price threshold changes its meaning with a split; these kinds do not, but a count of units does.
        const told = condition === 'volume_above' ? days.map((day) => ({ ...day, volume: of('100') })) : days;
        const expected = crossingsOf(inLastUnits(told, splits), terms).map(({ on }) => on);
        expect(await liveFirings(told, splits, terms)).toEqual(expected);
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});
