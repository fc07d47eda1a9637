/** Facts of a made-up portfolio, for tests and the bench of reports. Nothing here is used by the product. */
import { addDays, localDate } from '#kernel';
import type { ReportFacts, ReportOperation, ReportPosition } from './report-facts.ts';
import type { ReportLanguage } from './report-texts.ts';

const FIRST = localDate('2026-01-02');

const position = (name: string, facts: Partial<ReportPosition>): ReportPosition => ({
  name,
  code: name.slice(0, 4).toUpperCase(),
  kind: 'stock',
  quantity: '10',
  price: '50',
  priceCurrency: 'EUR',
  priceOn: '2026-06-29',
  state: 'market',
  value: '500',
  cost: '333.5',
  unrealised: '166.5',
  ...facts,
});

/** One with so many operations, some of its prices in doubt. */
export function sampleFacts(language: ReportLanguage, operationCount: number): ReportFacts {
  const operations = Array.from({ length: operationCount }, (_, index): ReportOperation => ({
    date: addDays(FIRST, index % 170),
    type: index % 3 === 0 ? 'sell' : 'buy',
    name: `Empresa de ejemplo número ${index % 97}`,
    account: 'Bróker',
    quantity: '12.5',
    price: '190.33',
    amount: '2379.125',
    charges: '1.01',
    currency: 'EUR',
  }));
  return {
    language,
    name: 'Largo plazo',
    currency: 'EUR',
    from: FIRST,
    to: localDate('2026-06-30'),
    madeOn: localDate('2026-07-01'),
    ledgerVersion: operationCount,
    totals: {
      value: null,
      cost: '1000.5',
      unrealised: null,
      realised: '0',
      income: '12.34',
      fees: '1.01',
      taxes: '3',
      netFlows: '1000.5',
      profit: '499.5',
    },
    valueKnown: '1500',
    performance: samplePerformance(),
    contributions: sampleContributions(),
    positions: [
      position('Acme', {}),
      position('Antigua', { state: 'stale', priceOn: '2026-03-01' }),
      position('Simulada', { kind: 'fund', state: 'simulated' }),
      position('Sin Precio SA', {
        price: null,
        priceCurrency: null,
        priceOn: null,
        state: 'missing',
        value: null,
        unrealised: null,
      }),
    ],
    cash: [{ account: 'Banco', currency: 'USD', amount: '100', value: '92.5' }],
    operations,
    operationCount,
    missing: ['Sin Precio SA'],
  };
}

function samplePerformance(): ReportFacts['performance'] {
  const known = { value: 0.1234, reason: null };
  const none = { value: null, reason: 'under_a_year' as const };
  const series = Array.from({ length: 180 }, (_, day) => ({
    date: addDays(FIRST, day),
    value: 1_000 + day * 3 + 80 * Math.sin(day / 9),
    invested: 1_000 + Math.floor(day / 60) * 100,
    ratio: null,
    drawdownRatio: null,
    steadyValue: null,
    benchmarkRatio: null,
    benchmarkValue: null,
  }));
  return {
    currency: 'EUR',
    from: FIRST,
    to: '2026-06-30',
    dayCount: 180,
    estimatedDayCount: 2,
    openingValue: known,
    endValue: known,
    twr: { ...known, gapDate: null, annual: none },
    xirr: { ...known, status: 'unique', roots: [0.1234], period: known },
    modifiedDietz: known,
    volatility: known,
    sharpe: known,
    sortino: known,
    maxDrawdown: { value: -0.05, reason: null, peakDate: null, troughDate: null, recoveredDate: null },
    valueAtRisk95: known,
    expectedShortfall95: known,
    series,
    flows: [],
    benchmark: null,
  };
}

function sampleContributions(): ReportFacts['contributions'] {
  return {
    currency: 'EUR',
    from: FIRST,
    to: localDate('2026-06-30'),
    profit: '499.5',
    items: [
      {
        instrumentId: 'i1',
        name: 'Acme',
        symbol: 'ACME',
        class: 'stock',
        currency: 'EUR',
        openingValue: '0',
        endValue: '500',
        netInvested: '333.5',
        income: '12.34',
        profit: '499.5',
        shareRatio: 1,
      },
    ],
    byClass: [],
    byCurrency: [],
  };
}
