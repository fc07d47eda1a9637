/** Goal: the API answers the returns of a stored portfolio as the offline analysis of the same ledger does, to whoever reaches it and nobody else. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Decimal, EVERY_ROW, localDate, type RowScope } from '#kernel';
import { recordManualPrices, simulatedEuroRate, startSimulation } from '#markets';
import { createHttp, type HttpServer } from '#platform/http';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { identity } from '../../identity/domain.ts';
import { markets } from '../../markets/domain.ts';
import { portfolios } from '../domain.ts';
import { analyseLedger, type LedgerAnalysis } from '../ledger-analysis.ts';
import { parseLedgerFile, parsePricesFile } from '../ledger-file.ts';
import { performanceApi } from './contract.ts';

let platform: TestPlatform;
let http: HttpServer;
let workspaceId: string;
let scope: RowScope = EVERY_ROW;

beforeAll(async () => {
  platform = await testPlatform([identity, markets, portfolios]);
  platform.db.attachJobQueue({ add: async () => undefined });
  const definitions = [...markets.permissions, ...portfolios.permissions];
  const all = new Set<string>(definitions.map(({ name }) => name));
  http = await createHttp({
    config: platform.config,
    telemetry: platform.telemetry,
    permissions: definitions,
    authenticate: async ({ authorization }) => {
      if (!authorization) return null;
      const permissions = authorization === 'none' ? new Set<string>() : all;
      return {
        userId: workspaceId,
        sessionId: workspaceId,
        workspaceId,
        role: 'owner' as const,
        permissions,
        rows: scope,
      };
    },
  });
  portfolios.routes?.(http, platform);
});
afterAll(async () => {
  await http.close();
  await platform.close();
});
beforeEach(() => {
  workspaceId = platform.newId();
  scope = EVERY_ROW;
});

// The tests read what they assert; a shape that is off fails there.
// oxlint-disable-next-line typescript/no-explicit-any
type Answer = { readonly status: number; readonly body: any };
type Row = Readonly<Record<string, unknown>>;
const lastOf = (rows: readonly Row[]): Row | undefined => rows.at(-1);
async function call(
  method: 'GET' | 'POST',
  url: string,
  options: { as?: string; payload?: object } = {},
): Promise<Answer> {
  const headers = options.as === 'nobody' ? {} : { authorization: options.as ?? 'owner' };
  const { payload } = options;
  const answer = await http.inject({ method, url: `/api/portfolios${url}`, headers, ...(payload && { payload }) });
  return { status: answer.statusCode, body: JSON.parse(answer.body) };
}

/** Two holdings and cash over a year and more; every figure of it can be redone by hand. */
const LEDGER = [
  ['2025-01-02', 'deposit', '', '', '', '2000'],
  ['2025-01-02', 'buy', 'ACME', '10', '100', ''],
  ['2025-07-01', 'deposit', '', '', '', '500'],
  ['2025-07-01', 'buy', 'BETA', '20', '50', ''],
  ['2025-09-01', 'dividend', 'ACME', '', '', '30'],
  ['2026-02-01', 'sell', 'ACME', '4', '130', ''],
  ['2026-03-01', 'withdrawal', '', '', '', '200'],
] as const;
const PRICES = [
  ['2025-01-02', 'ACME', '100'],
  ['2025-07-01', 'ACME', '120'],
  ['2025-07-01', 'BETA', '50'],
  ['2025-12-31', 'ACME', '110'],
  ['2025-12-31', 'BETA', '60'],
  ['2026-02-01', 'ACME', '130'],
  ['2026-03-31', 'ACME', '125'],
  ['2026-03-31', 'BETA', '66'],
  ['2025-01-01', 'INDEX', '1000'],
  ['2025-07-01', 'INDEX', '1100'],
  ['2026-03-31', 'INDEX', '1210'],
] as const;

function analysed(from: string, to: string): LedgerAnalysis {
  const lines = LEDGER.map((row) => [...row, 'EUR', 'Broker'].join(','));
  const header = 'date,type,instrument,quantity,price,amount,currency,account';
  const ledger = parseLedgerFile([header, ...lines].join('\n'), { currency: 'EUR', prices: { prices: [] } });
  const closes = PRICES.map((row) => [...row, 'EUR'].join(','));
  const prices = parsePricesFile(['date,instrument,price,currency', ...closes].join('\n'));
  expect([ledger.warnings, prices.warnings]).toEqual([[], []]);
  const period = { from: localDate(from), to: localDate(to) };
  return analyseLedger({ ledger, prices, currency: 'EUR', ...period, method: 'fifo' });
}

const instrumentOf = (symbol: string) => ({
  kind: symbol === 'BETA' ? 'fund' : 'stock',
  symbol,
  name: symbol,
  currency: 'EUR',
});
const given = (facts: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(facts).filter(([, text]) => text !== ''));

/** The same ledger through the API, with the closes as prices written by hand; a second portfolio holds the index. */
async function stored(): Promise<{ id: string; indexId: string }> {
  const ids: string[] = [];
  for (const name of ['Largo plazo', 'Otra']) {
    ids.push((await call('POST', '', { payload: { name, baseCurrency: 'EUR' } })).body.id as string);
  }
  const [id = '', other = ''] = ids;
  const record = async (portfolioId: string, rows: readonly (readonly string[])[]): Promise<void> => {
    for (const [index, [date, type, symbol = '', quantity = '', price = '', amount = '']] of rows.entries()) {
      const instrument = symbol === '' ? null : instrumentOf(symbol);
      const facts = {
        date,
        type,
        accountName: 'Broker',
        currency: 'EUR',
        instrument,
        idempotencyKey: `operation-${index}`,
      };
      const payload = { ...facts, ...given({ quantity, price, amount }) };
      expect((await call('POST', `/${portfolioId}/operations`, { payload })).status).toBe(201);
    }
  };
  await record(id, LEDGER);
  await record(other, [['2025-01-02', 'buy', 'INDEX', '1', '1000', '']]);
  const instruments = new Map<string, string>();
  for (const portfolioId of ids) {
    const { body } = await call('GET', `/${portfolioId}/positions?closed=include`);
    for (const { instrumentId, name } of body.items) instruments.set(name, instrumentId);
  }
  for (const [on, name, price] of PRICES) {
    const instrumentId = instruments.get(name) ?? '';
    const prices = [{ instrumentId, price: Decimal.from(price), currency: 'EUR', on: localDate(on) }];
    const result = await platform.db.transaction((tx) => recordManualPrices(platform, tx, { workspaceId, prices }));
    expect(result.ok).toBe(true);
  }
  return { id, indexId: instruments.get('INDEX') ?? '' };
}

describe('who may', () => {
  const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
  test.each(Object.values(performanceApi).map(({ path }) => path))(
    '%s: nobody 401, no permission 403',
    async (path) => {
      const url = path.replace('/api/portfolios', '').replace(':portfolioId', ID);
      expect((await call('GET', url, { as: 'nobody' })).status).toBe(401);
      expect((await call('GET', url, { as: 'none' })).status).toBe(403);
      expect((await call('GET', url)).body).toMatchObject({ status: 404, code: 'portfolio_not_found' });
    },
  );

  test('beyond the reach of who asks there is no portfolio', async () => {
    const { id } = await stored();
    for (const beyond of [
      { kind: 'client', userId: platform.newId() },
      { kind: 'advisers', userIds: [platform.newId()] },
    ] as const) {
      scope = beyond;
      for (const part of ['performance', 'contributions']) {
        expect((await call('GET', `/${id}/${part}`)).body.code).toBe('portfolio_not_found');
      }
    }
    scope = EVERY_ROW;
    workspaceId = platform.newId();
    expect((await call('GET', `/${id}/performance`)).status).toBe(404);
  });
});

describe('returns', () => {
  test.each([
    ['2025-01-02', '2026-03-31'],
    ['2025-07-01', '2025-12-31'],
    ['2026-01-01', '2026-03-31'],
  ])('from %s to %s they are those of the offline analysis', async (from, to) => {
    const { id } = await stored();
    const { status, body } = await call('GET', `/${id}/performance?from=${from}&to=${to}`);
    expect(status).toBe(200);
    const offline = analysed(from, to);
    const { twr, xirr, xirrStatus, modifiedDietz, volatility, sharpe, sortino, maxDrawdown } = offline.performance;
    expect(twr).not.toBeNull();
    expect(body.twr.value).toBeCloseTo(twr ?? 0, 12);
    expect(body.xirr).toMatchObject({ status: xirrStatus, reason: null });
    expect(body.xirr.value).toBeCloseTo(xirr ?? 0, 10);
    expect(body.modifiedDietz.value).toBeCloseTo(modifiedDietz ?? 0, 12);
    expect(body.volatility.value).toBeCloseTo(volatility ?? 0, 12);
    expect(body.sharpe.value).toBeCloseTo(sharpe ?? 0, 10);
    expect(body.sortino.value).toBeCloseTo(sortino ?? 0, 10);
    expect(body.maxDrawdown.value).toBeCloseTo(maxDrawdown ?? 0, 12);
    expect(lastOf(body.series)).toMatchObject({ date: to, ratio: body.twr.value });
  });

  test('by hand: two flows and a dividend; under a year nothing is annualised', async () => {
    const { id } = await stored();
    const { body } = await call('GET', `/${id}/performance?from=2025-01-02&to=2025-12-31`);
    // 2000 in; 1 July: ACME 120 and 500 more, worth 2700 of 2500; dividend 30; 31 December: ACME 110, BETA 60: 2830.
    expect(body.twr.value).toBeCloseTo(2830 / 2500 - 1, 12);
    expect(body).toMatchObject({ openingValue: { value: 0 }, endValue: { value: 2830 }, dayCount: 364 });
    expect(body.flows).toEqual([
      { date: '2025-01-02', in: 2000, out: 0 },
      { date: '2025-07-01', in: 500, out: 0 },
    ]);
    expect(body.twr.annual).toEqual({ value: null, reason: 'under_a_year' });
    expect(body.series[0]).toMatchObject({ date: '2025-01-01', value: 0, ratio: 0 });
    // The line of the money-weighted return ends where the portfolio does.
    expect(lastOf(body.series)?.['steadyValue']).toBeCloseTo(2830, 6);
  });

  test('a year and more is annualised; the last day of a period that ends today is worth what the page says', async () => {
    const { id } = await stored();
    const { body } = await call('GET', `/${id}/performance`);
    const { body: page } = await call('GET', `/${id}`);
    expect(body.endValue.value).toBe(Number(page.figures.value));
    expect(body.twr.annual.value).toBeCloseTo((1 + body.twr.value) ** (365 / body.dayCount) - 1, 12);
    expect(body.from).toBe('2025-01-02');
  });

  test('against an index: its return, and the same flows in it', async () => {
    const { id, indexId } = await stored();
    const { body } = await call('GET', `/${id}/performance?from=2025-01-02&to=2026-03-31&benchmark=${indexId}`);
    // 2000 buy 2 at 1000 and 500 buy 0.5; 200 leave at 1100; the rest at 1210 is 2805. The portfolio has 2920.
    expect(body.benchmark).toMatchObject({ name: 'INDEX', currency: 'EUR' });
    expect(body.benchmark.ratio.value).toBeCloseTo(0.21, 12);
    expect(body.benchmark.matchedValue.value).toBeCloseTo(2805, 9);
    expect(body.benchmark.difference.value).toBeCloseTo(115, 9);
    expect(body.benchmark.beta.value).toBeGreaterThan(0);
    expect(lastOf(body.series)).toMatchObject({ benchmarkRatio: body.benchmark.ratio.value });
    const { body: missing } = await call('GET', `/${id}/performance?benchmark=${workspaceId}`);
    expect(missing).toMatchObject({ status: 404, code: 'benchmark_not_found' });
  });

  test('what means nothing is refused by name, and an empty portfolio says that it is empty', async () => {
    const { id } = await stored();
    for (const query of ['from=2025-02-30', 'from=2026-03-01&to=2026-02-01', 'to=2999-01-01', 'to=2024-01-01']) {
      expect((await call('GET', `/${id}/performance?${query}`)).body).toMatchObject({
        status: 422,
        code: 'period_not_valid',
      });
    }
    expect((await call('GET', `/${id}/performance?currency=XTS`)).body.code).toBe('currency_not_known');
    expect((await call('GET', `/${id}/contributions?currency=XTS`)).body.code).toBe('currency_not_known');
    const { body: empty } = await call('POST', '', { payload: { name: 'Vacía', baseCurrency: 'EUR' } });
    const { body } = await call('GET', `/${empty.id}/performance`);
    const nothing = { value: null, reason: 'no_operations' };
    expect(body).toMatchObject({ twr: nothing, xirr: nothing, volatility: nothing, maxDrawdown: nothing, series: [] });
    expect((await call('GET', `/${empty.id}/contributions`)).body).toMatchObject({ profit: '0', items: [] });
  });

  test('two rates fit: both are given, and what the money made is not told', async () => {
    const { body: created } = await call('POST', '', { payload: { name: 'Bomba', baseCurrency: 'EUR' } });
    // 100 in, 230 out a year later, 132 in the year after that, lost at once: ten and twenty per cent both balance.
    for (const [index, [date, type, amount]] of [
      ['2024-01-01', 'deposit', '100'],
      ['2024-12-31', 'interest', '130'],
      ['2024-12-31', 'withdrawal', '230'],
      ['2025-12-31', 'deposit', '132'],
      ['2025-12-31', 'fee', '132'],
    ].entries()) {
      const facts = { accountName: 'Caja', currency: 'EUR', instrument: null, idempotencyKey: `pump-${index}-key` };
      const payload = { ...facts, date, type, amount };
      expect((await call('POST', `/${created.id}/operations`, { payload })).status).toBe(201);
    }
    const { body } = await call('GET', `/${created.id}/performance?to=2025-12-31`);
    expect(body.xirr).toMatchObject({ status: 'multiple', reason: 'several_rates' });
    expect(body.xirr.roots).toEqual([expect.closeTo(0.1, 6), expect.closeTo(0.2, 6)]);
    expect(body.xirr.period).toEqual({ value: null, reason: 'several_rates' });
    expect((body.series as { steadyValue: unknown }[]).at(-1)?.steadyValue).toBeNull();
  });

  test('a holding without any price: no figure is guessed, each says why', async () => {
    const { id } = await stored();
    const facts = {
      type: 'opening',
      date: '2025-02-01',
      accountName: 'Broker',
      currency: 'USD',
      quantity: '1',
      amount: '100',
    };
    const payload = {
      ...facts,
      instrument: { kind: 'stock', symbol: 'GONE', name: 'Gone', currency: 'USD' },
      idempotencyKey: 'opening-1',
    };
    expect((await call('POST', `/${id}/operations`, { payload })).status).toBe(201);
    const { body } = await call('GET', `/${id}/performance?to=2026-03-31`);
    expect(body.twr).toMatchObject({ value: null, reason: 'value_unknown', gapDate: '2025-02-01' });
    expect(body.xirr).toMatchObject({ value: null, reason: 'value_unknown' });
    expect(body.volatility).toEqual({ value: null, reason: 'value_unknown' });
    const { body: parts } = await call('GET', `/${id}/contributions?to=2026-03-31`);
    expect(parts.profit).toBeNull();
    expect((parts.items as readonly Row[]).find((row) => row['name'] === 'BETA')).toMatchObject({ profit: '320' });
  });
});

describe('contributions', () => {
  test('by hand: since the beginning, income included', async () => {
    const { id } = await stored();
    const { body } = await call('GET', `/${id}/contributions?to=2026-03-31`);
    // ACME: 750 left, 520 sold, 30 of dividend, 1000 paid. BETA: 1320 of 1000. The cash earned nothing.
    expect(body).toMatchObject({ profit: '620', currency: 'EUR', from: '2025-01-02', to: '2026-03-31' });
    expect((body.items as readonly Row[]).map((row) => [row['name'], row['profit'], row['income']])).toEqual([
      ['BETA', '320', '0'],
      ['ACME', '300', '30'],
      ['', '0', '0'],
    ]);
    expect(body.byClass).toContainEqual(
      expect.objectContaining({ name: 'stock', profit: '300', endValue: '750', shareRatio: 300 / 620 }),
    );
    expect(body.byCurrency).toEqual([{ name: 'EUR', profit: '620', endValue: '2920', weightRatio: 1, shareRatio: 1 }]);
  });

  test('by hand: a quarter, from the closes of the day before it', async () => {
    const { id } = await stored();
    const { body } = await call('GET', `/${id}/contributions?from=2026-01-01&to=2026-03-31`);
    const rows = (body.items as readonly Row[]).map((row) => [
      row['name'],
      row['openingValue'],
      row['netInvested'],
      row['profit'],
    ]);
    expect(body.profit).toBe('290');
    expect(rows).toEqual([
      ['ACME', '1100', '-520', '170'],
      ['BETA', '1200', '0', '120'],
      ['', '530', '320', '0'],
    ]);
    expect(body.profit).toBe(analysed('2026-01-01', '2026-03-31').totals.profit);
  });

  test('what is recorded later counts at once, also back-dated', async () => {
    const { id } = await stored();
    const ask = async (): Promise<unknown> =>
      (await call('GET', `/${id}/contributions?from=2026-01-01&to=2026-03-31`)).body.profit;
    expect(await ask()).toBe('290');
    const payload = {
      type: 'fee',
      date: '2026-01-01',
      accountName: 'Broker',
      currency: 'EUR',
      amount: '7',
      instrument: null,
      idempotencyKey: 'fee-late-1',
    };
    expect((await call('POST', `/${id}/operations`, { payload })).status).toBe(201);
    expect(await ask()).toBe('283');
  });

  test('in another currency each flow has the rate of its day and the end that of the end', async () => {
    const seed = 1;
    await platform.db.transaction((tx) => startSimulation(tx, { workspaceId, seed }, platform.clock()));
    const { id } = await stored();
    const inUsd = (figure: string, on: string): Decimal =>
      Decimal.from(figure).times(simulatedEuroRate(seed, 'USD', localDate(on)) ?? Decimal.zero);
    const query = 'from=2025-01-02&to=2026-03-31&currency=USD';
    const { body } = await call('GET', `/${id}/contributions?${query}`);
    const paid = Decimal.sum([inUsd('2000', '2025-01-02'), inUsd('500', '2025-07-01'), inUsd('-200', '2026-03-01')]);
    expect(body.profit).toBe(inUsd('2920', '2026-03-31').minus(paid).toString());
    const rows = body.items as { name: string; profit: string }[];
    expect(rows.find(({ name }) => name === 'BETA')?.profit).toBe(
      inUsd('1320', '2026-03-31').minus(inUsd('1000', '2025-07-01')).toString(),
    );
    const { body: returns } = await call('GET', `/${id}/performance?${query}`);
    expect(returns.currency).toBe('USD');
    expect(returns.endValue.value).toBeCloseTo(inUsd('2920', '2026-03-31').toStatistic(), 6);
    expect(returns.flows[1].in).toBeCloseTo(inUsd('500', '2025-07-01').toStatistic(), 6);
    const flows = returns.flows as { in: number; out: number }[];
    const paidIn = flows.reduce((sum, { in: put, out }) => sum + put - out, 0);
    const gained = Number(returns.endValue.value) - paidIn;
    expect(gained).toBeCloseTo(Number(body.profit), 6);
  });
});
