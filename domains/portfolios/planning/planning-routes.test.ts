/**
 * Goal: models are versioned and checked, drift is what the same figures give by hand and is told once, and a proposal for
 * stored portfolios adds up; nobody without the permission, and nobody beyond her reach, learns of any of it.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Decimal, type EndpointShape, EVERY_ROW, type HttpMethod, localDate, type RowScope } from '#kernel';
import { recordManualPrices } from '#markets';
import { createHttp, type HttpServer } from '#platform/http';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { identity } from '../../identity/domain.ts';
import { markets } from '../../markets/domain.ts';
import { portfolios } from '../domain.ts';
import { figuresSource } from '../figures-source.ts';
import { parseLedgerFile } from '../ledger-file.ts';
import { backtestApi } from './backtest-contract.ts';
import { modelsApi } from './contract.ts';
import { checkDrifts } from './drift-check.ts';
import { goalsApi } from './goal-contract.ts';
import { GOAL_JOB, goalJob } from './goal.job.ts';
import { LONG_PATHS } from './goal-simulation.ts';
import { rebalanceApi } from './rebalance-contract.ts';
import { xrayApi } from './xray-contract.ts';

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
      const ids = { userId: workspaceId, sessionId: workspaceId, workspaceId };
      return { ...ids, role: 'owner' as const, permissions, rows: scope };
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

async function call(
  method: HttpMethod,
  url: string,
  options: { as?: string; payload?: object; ifMatch?: string } = {},
): Promise<Answer> {
  const { payload, ifMatch } = options;
  const headers = {
    ...(options.as === 'nobody' ? {} : { authorization: options.as ?? 'owner' }),
    ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
  };
  const answer = await http.inject({ method, url: `/api${url}`, headers, ...(payload && { payload }) });
  return { status: answer.statusCode, body: answer.body === '' ? null : JSON.parse(answer.body) };
}

const band = { kind: 'absolute', bps: 500 };
const sixtyForty = (name = 'Equilibrado') => ({
  name,
  riskProfile: 'balanced',
  targets: [
    { assetClass: 'equity', weightBps: 6_000, band },
    { assetClass: 'bond', weightBps: 4_000, band },
  ],
});

/** A portfolio that bought these today; everything is worth 100 now. */
async function stored(name: string, holdings: readonly (readonly [string, string, string])[]): Promise<string> {
  const { id } = (await call('POST', '/portfolios', { payload: { name, baseCurrency: 'EUR' } })).body as { id: string };
  const today = new Date(platform.clock()).toISOString().slice(0, 10);
  for (const [symbol, quantity, price] of holdings) {
    const kind = symbol === 'BND' ? 'bond' : 'stock';
    const payload = {
      type: 'buy',
      date: today,
      accountName: 'Broker',
      currency: 'EUR',
      instrument: { kind, symbol, name: symbol, currency: 'EUR' },
      quantity,
      price,
      idempotencyKey: `operation-${name}-${symbol}`,
    };
    expect((await call('POST', `/portfolios/${id}/operations`, { payload })).status).toBe(201);
  }
  const { body } = await call('GET', `/portfolios/${id}/positions`);
  const prices = (body.items as { instrumentId: string }[]).map(({ instrumentId }) => {
    return { instrumentId, on: localDate(today), price: Decimal.from('100'), currency: 'EUR' };
  });
  const recorded = await platform.db.transaction((tx) => recordManualPrices(platform, tx, { workspaceId, prices }));
  expect(recorded.ok).toBe(true);
  return id;
}

const HOLDINGS = [
  ['ACME', '80', '50'],
  ['BND', '20', '100'],
] as const;

test('nobody without the permission, and nobody without a session, is let in', async () => {
  const id = platform.newId();
  for (const { method, path } of [modelsApi, rebalanceApi, xrayApi, backtestApi, goalsApi].flatMap(
    (api) => Object.values(api) as EndpointShape[],
  )) {
    const url = path.replace('/api', '').replaceAll(/:[A-Za-z]+/g, id);
    const payload = method === 'GET' || method === 'DELETE' ? {} : { payload: {} };
    expect([path, (await call(method, url, { as: 'nobody', ...payload })).status]).toEqual([path, 401]);
    expect([path, (await call(method, url, { as: 'none', ...payload })).status]).toEqual([path, 403]);
  }
});

test('a model keeps every version, and a change names the one it saw', async () => {
  const made = await call('POST', '/models', { payload: sixtyForty() });
  expect([made.status, made.body.version]).toEqual([201, 1]);
  const { id } = made.body;
  const next = { ...sixtyForty(), note: 'Más bonos', targets: [{ assetClass: 'bond', weightBps: 10_000, band }] };
  expect((await call('PUT', `/models/${id}`, { payload: next })).body.code).toBe('version_required');
  expect((await call('PUT', `/models/${id}`, { payload: next, ifMatch: '1' })).body.version).toBe(2);
  expect((await call('PUT', `/models/${id}`, { payload: next, ifMatch: '1' })).body.code).toBe('version_mismatch');
  const { body } = await call('GET', `/models/${id}`);
  expect(
    (body.versions as { version: number; targets: unknown[] }[]).map((each) => [each.version, each.targets.length]),
  ).toEqual([
    [2, 1],
    [1, 2],
  ]);
  expect((await call('POST', '/models', { payload: sixtyForty('equilibrado') })).body.code).toBe('model_name_taken');
  const short = { ...sixtyForty('Otro'), targets: [{ assetClass: 'bond', weightBps: 9_000, band }] };
  const refused = await call('POST', '/models', { payload: short });
  expect([refused.status, refused.body.problem ?? refused.body.details?.problem]).toEqual([422, 'weights_not_whole']);
  expect((await call('DELETE', `/models/${id}`)).status).toBe(204);
  expect((await call('GET', '/models')).body.items).toEqual([]);
});

test('drift names who is out and by how much, and entering and leaving are told once each', async () => {
  const id = await stored('Ana', HOLDINGS);
  const { body: model } = await call('POST', '/models', { payload: sixtyForty() });
  expect((await call('GET', '/drifts')).body.items[0].state).toBe('no_model');
  expect((await call('PUT', `/portfolios/${id}/model`, { payload: { modelId: model.id } })).status).toBe(204);
  const [drift] = (await call('GET', '/drifts')).body.items;
  expect([drift.state, drift.maxDriftRatio, drift.turnoverRatio, drift.worst.key]).toEqual([
    'out',
    0.2,
    0.2,
    'class:equity',
  ]);
  expect(drift.value).toBe('10000');
  const told = async (): Promise<string[]> => {
    const rows = await platform.db.prepared<{ name: string }>(
      'test.told',
      `select name from platform_events where workspace_id = $1 and name like 'portfolios.drift.%' order by sequence`,
      [workspaceId],
    );
    return rows.map(({ name }) => name);
  };
  const source = figuresSource(platform);
  const check = () => checkDrifts(platform, source, { workspaceId, signal: new AbortController().signal });
  await check();
  await check();
  expect(await told()).toEqual(['portfolios.drift.entered']);
  const wide = sixtyForty().targets.map((target) => ({ ...target, band: { kind: 'absolute', bps: 3_000 } }));
  await call('PUT', `/models/${model.id}`, { payload: { ...sixtyForty(), targets: wide }, ifMatch: '*' });
  await check();
  await check();
  expect(await told()).toEqual(['portfolios.drift.entered', 'portfolios.drift.left']);
  expect((await call('DELETE', `/models/${model.id}`)).body.code).toBe('model_followed');
});

test('a proposal for a stored portfolio adds up, and its orders are a ledger file', async () => {
  const id = await stored('Ana', HOLDINGS);
  const { body: model } = await call('POST', '/models', { payload: sixtyForty() });
  const asked = { portfolioIds: [id] };
  expect((await call('POST', '/rebalance-proposals', { payload: asked })).body.code).toBe('no_model');
  const { status, body } = await call('POST', '/rebalance-proposals', { payload: { ...asked, modelId: model.id } });
  expect([status, body.after.isInside, body.gain, body.taxes]).toEqual([200, true, '1000', '190']);
  expect(
    (body.trades as Record<string, unknown>[]).map((trade) => [trade['side'], trade['quantity'], trade['value']]),
  ).toEqual([
    ['sell', '20', '2000'],
    ['buy', '20', '2000'],
  ]);
  const read = parseLedgerFile(body.ordersCsv, { currency: 'EUR', prices: { prices: [] } });
  expect(read.warnings).toEqual([]);
  expect(read.events.map(({ type, accountName }) => [type, accountName])).toEqual([
    ['sell', 'Broker'],
    ['buy', 'Broker'],
  ]);
});

test('a household is planned as one, and a portfolio beyond the reach is one that never was', async () => {
  const [one, two] = [await stored('Ana', [['ACME', '100', '50']]), await stored('Luis', [['BND', '100', '100']])];
  const { body: model } = await call('POST', '/models', {
    payload: { ...sixtyForty(), targets: sixtyForty().targets.map((each) => ({ ...each, weightBps: 5_000 })) },
  });
  const payload = { portfolioIds: [one, two], modelId: model.id };
  const { body } = await call('POST', '/rebalance-proposals', { payload });
  expect([body.before.isInside, body.trades]).toEqual([true, []]);
  scope = { kind: 'advisers', userIds: [platform.newId()] };
  const beyond = await call('POST', '/rebalance-proposals', { payload });
  expect([beyond.status, beyond.body.code]).toEqual([404, 'portfolio_not_found']);
  expect((await call('GET', '/drifts')).body.items).toEqual([]);
  expect((await call('PUT', `/portfolios/${one}/model`, { payload: { modelId: null } })).status).toBe(404);
});

test('what an instrument is made of moves it to another sleeve', async () => {
  const id = await stored('Ana', HOLDINGS);
  const { body: model } = await call('POST', '/models', { payload: sixtyForty() });
  await call('PUT', `/portfolios/${id}/model`, { payload: { modelId: model.id } });
  type Facts = { assetClass: string; classSource: string; instrument: { id: string } }[];
  const facts = (await call('GET', '/instrument-facts')).body.items as Facts;
  expect(facts.map((each) => [each.assetClass, each.classSource])).toEqual([
    ['equity', 'kind'],
    ['bond', 'kind'],
  ]);
  const payload = { assetClass: 'commodity', regions: { europe: 10_000 }, sectors: {}, feeBps: 25 };
  const url = `/instrument-facts/${facts[0]?.instrument.id}`;
  expect((await call('PUT', url, { payload: { ...payload, regions: { europe: 9_000, japan: 2_000 } } })).status).toBe(
    400,
  );
  expect((await call('PUT', url, { payload })).status).toBe(204);
  const [drift] = (await call('GET', '/drifts')).body.items;
  expect(drift.worst.key).toBe('outside');
});

test('the checks of a workspace are data with a version, and find in a portfolio what is there', async () => {
  const id = await stored('Ana', HOLDINGS);
  const found = async () => (await call('GET', `/portfolios/${id}/xray`)).body.findings as Record<string, unknown>[];
  const of = (findings: Record<string, unknown>[], rule: string) =>
    findings.find((each) => (each['rule'] as { id: string }).id === rule);
  // 8,000 of 10,000 in one share, no cash, and nobody said where the share is from.
  expect(of(await found(), 'position')).toMatchObject({ state: 'broken', subject: 'ACME', measured: 0.8 });
  expect(of(await found(), 'region')).toMatchObject({ state: 'unknown', unknownRatio: 1 });
  expect(of(await found(), 'cash')).toMatchObject({ state: 'broken', amount: '0' });
  const rules = [{ id: 'one', kind: 'position_max', limitBps: 9_000 }];
  const { body } = await call('GET', '/xray-rules');
  expect(body.version).toBe(0);
  expect((await call('PUT', '/xray-rules', { payload: { rules }, ifMatch: '1' })).body.code).toBe('version_mismatch');
  expect((await call('PUT', '/xray-rules', { payload: { rules }, ifMatch: '0' })).body.version).toBe(1);
  expect((await call('PUT', '/xray-rules', { payload: { rules: [...rules, ...rules] }, ifMatch: '1' })).status).toBe(
    422,
  );
  expect((await found()).map((each) => each['state'])).toEqual(['ok']);
  scope = { kind: 'advisers', userIds: [platform.newId()] };
  expect((await call('GET', `/portfolios/${id}/xray`)).status).toBe(404);
});

const GOAL = {
  name: 'Casa',
  targetAmount: '12400',
  targetOn: '2100-01-01',
  monthlyFlow: '100',
  inflationBps: 0,
  method: 'parametric',
  returnBps: 0,
  volatilityBps: 0,
};

test('a goal is simulated from the value of now; the long run is a job for the version it was ordered for', async () => {
  const id = await stored('Ana', HOLDINGS);
  const goals = `/portfolios/${id}/goals`;
  const year = new Date(platform.clock()).getUTCFullYear() + 2;
  const made = await call('POST', goals, { payload: { ...GOAL, targetOn: `${year}-12-31` } });
  expect([made.status, made.body.version]).toEqual([201, 1]);
  const goalId = made.body.id as string;
  const simulated = await call('GET', `${goals}/${goalId}/simulation`);
  const { quick } = simulated.body;
  // Without movement: 10,000 and 100 for each month.
  const steps = quick.steps as { values: number[] }[];
  expect(steps.at(-1)?.values[2]).toBeCloseTo(10_000 + 100 * quick.monthCount, 6);
  expect((await call('GET', `${goals}/${goalId}/simulation`)).body).toEqual(simulated.body);
  expect((await call('POST', `${goals}/${goalId}/runs`, { payload: {} })).status).toBe(202);
  expect((await call('GET', `${goals}/${goalId}/simulation`)).body.long.state).toBe('running');
  const definition = goalJob(platform, () => figuresSource(platform));
  expect(definition.name).toBe(GOAL_JOB);
  const order = { workspaceId, portfolioId: id, goalId, goalVersion: 1 };
  const told: number[] = [];
  const context = { attempt: 1, signal: new AbortController().signal };
  await definition.run(order, { ...context, progress: async (done) => void told.push(done) });
  const { long } = (await call('GET', `${goals}/${goalId}/simulation`)).body;
  expect([long.state, long.outcome.pathCount, told.length > 3]).toEqual(['done', LONG_PATHS, true]);
  const stopped = AbortSignal.abort();
  await expect(definition.run(order, { attempt: 1, signal: stopped, progress: async () => undefined })).rejects.toThrow(
    'abort',
  );
  const changed = await call('PUT', `${goals}/${goalId}`, {
    payload: { ...GOAL, targetOn: '2020-01-01' },
    ifMatch: '1',
  });
  expect(changed.body.version).toBe(2);
  expect((await call('GET', `${goals}/${goalId}/simulation`)).body.code).toBe('goal_is_past');
  const drawn = { ...GOAL, method: 'bootstrap' };
  expect((await call('PUT', `${goals}/${goalId}`, { payload: drawn, ifMatch: '2' })).status).toBe(200);
  expect((await call('GET', `${goals}/${goalId}/simulation`)).body.code).toBe('no_model');
  scope = { kind: 'advisers', userIds: [platform.newId()] };
  expect((await call('GET', '/goals')).body.items).toEqual([]);
  scope = EVERY_ROW;
  expect((await call('DELETE', `${goals}/${goalId}`)).status).toBe(204);
  expect((await call('GET', '/goals')).body.items).toEqual([]);
});

test('a model is back-tested on stored closes, or says what is missing', async () => {
  const id = await stored('Ana', [['ACME', '10', '100']]);
  const [{ instrumentId }] = (await call('GET', `/portfolios/${id}/positions`)).body.items as [
    { instrumentId: string },
  ];
  const targets = [
    { assetClass: 'equity', weightBps: 5_000, band, buyInstrumentId: instrumentId },
    { assetClass: 'cash', weightBps: 5_000, band },
  ];
  const { body: model } = await call('POST', '/models', { payload: { ...sixtyForty(), targets } });
  expect((await call('GET', `/models/${model.id}/backtest`)).body.code).toBe('history_missing');
  const { body: vague } = await call('POST', '/models', { payload: sixtyForty('Sin activos') });
  expect((await call('GET', `/models/${vague.id}/backtest`)).body.code).toBe('target_without_instrument');
  const day = (back: number) => localDate(new Date(platform.clock() - back * 86_400_000).toISOString().slice(0, 10));
  const close = (back: number, price: string) => ({
    instrumentId,
    on: day(back),
    price: Decimal.from(price),
    currency: 'EUR',
  });
  const prices = [close(400, '50'), close(200, '75'), close(0, '100')];
  await platform.db.transaction((tx) => recordManualPrices(platform, tx, { workspaceId, prices }));
  platform.time.advance(61_000); // Columns of closes are kept for a minute.
  const { status, body } = await call(
    'GET',
    `/models/${model.id}/backtest?rule=none&costBps=0&benchmark=${instrumentId}`,
  );
  // Half of one doubles, half stays.
  expect([status, body.model.totalRatio, body.benchmark.totalRatio]).toEqual([200, 0.5, 1]);
  expect((body.points as object[]).at(-1)).toMatchObject({ modelRatio: 0.5, benchmarkRatio: 1 });
});
