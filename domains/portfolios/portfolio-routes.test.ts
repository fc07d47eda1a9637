/** Goal: the API shows exact figures, says what it does not know, keeps workspaces and roles apart, and forgets nothing. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EVERY_ROW, Decimal, type LocalDate, localDate, type UserRole } from '#kernel';
import { recordManualPrices, takePrices } from '#markets';
import { createHttp, type HttpServer } from '#platform/http';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { identity } from '../identity/domain.ts';
import { markets } from '../markets/domain.ts';
import { portfoliosApi } from './contract.ts';
import { portfolios } from './domain.ts';
import { portfoliosPermissions } from './permissions.ts';

let platform: TestPlatform;
let http: HttpServer;
let workspaceId: string;

beforeAll(async () => {
  platform = await testPlatform([identity, markets, portfolios]);
  platform.db.attachJobQueue({ add: async () => undefined });
  http = await createHttp({
    config: platform.config,
    telemetry: platform.telemetry,
    permissions: [...markets.permissions, ...portfolios.permissions],
    authenticate: async (request) => {
      const [role, workspace = ''] = request.authorization?.split(' ') ?? [];
      if (!role) return null;
      const held = portfoliosPermissions.filter((permission) => permission.roles.includes(role as UserRole));
      const permissions = new Set<string>(held.map((permission) => permission.name));
      return {
        userId: workspace,
        sessionId: workspace,
        workspaceId: workspace,
        role: role as UserRole,
        permissions,
        rows: EVERY_ROW,
      };
    },
  });
  portfolios.routes?.(http, platform);
});
afterAll(async () => {
  await http.close();
  await platform.close();
});
beforeEach(() => void (workspaceId = platform.newId()));

interface Call {
  readonly as?: UserRole | 'nobody';
  readonly workspace?: string;
  readonly payload?: object;
  readonly ifMatch?: string;
}
interface Answer {
  readonly status: number;
  // The tests read what they assert; a shape that is off fails there.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}
async function call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, options: Call = {}): Promise<Answer> {
  const { as = 'owner', workspace = workspaceId, payload, ifMatch } = options;
  const headers: Record<string, string> = {};
  if (as !== 'nobody') headers['authorization'] = `${as} ${workspace}`;
  if (ifMatch) headers['if-match'] = `"${ifMatch}"`;
  const answer = await http.inject({ method, url: `/api/portfolios${url}`, headers, ...(payload && { payload }) });
  return { status: answer.statusCode, body: answer.body === '' ? null : JSON.parse(answer.body) };
}
async function newPortfolio(baseCurrency = 'EUR'): Promise<string> {
  const { status, body } = await call('POST', '', { payload: { name: 'Largo plazo', baseCurrency } });
  expect(status).toBe(201);
  return body.id as string;
}
const ACME = { kind: 'stock', symbol: 'ACME', name: 'Acme', currency: 'EUR' };
let keyNumber = 0;
function operation(type: string, date: string, facts: object = {}) {
  keyNumber += 1;
  const instrument = ['buy', 'sell', 'dividend', 'split'].includes(type) ? ACME : null;
  return {
    type,
    date,
    accountName: 'Broker',
    currency: 'EUR',
    instrument,
    idempotencyKey: `operation-${keyNumber}`,
    ...facts,
  };
}
async function record(portfolioId: string, type: string, date: string, facts: object = {}): Promise<string> {
  const { status, body } = await call('POST', `/${portfolioId}/operations`, { payload: operation(type, date, facts) });
  expect([status, body.outcome ?? body]).toEqual([201, 'recorded']);
  return body.operationId as string;
}
async function price(instrumentId: string, figure: string, on: LocalDate = localDate('2026-11-20')): Promise<void> {
  const prices = [{ instrumentId, price: Decimal.from(figure), currency: 'EUR', on }];
  const result = await platform.db.transaction((tx) => recordManualPrices(platform, tx, { workspaceId, prices }));
  expect(result).toMatchObject({ ok: true });
}

describe('who may', () => {
  const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
  test.each(Object.values(portfoliosApi).map((shape) => [shape.method, shape.path, shape.permission] as const))(
    '%s %s needs %s',
    async (method, path, permission) => {
      const url = path.replace('/api/portfolios', '').replace(/:\w+/g, ID);
      expect((await call(method, url, { as: 'nobody' })).status).toBe(401);
      const as = async (role: UserRole): Promise<number> =>
        (await call(method, url, { as: role, payload: method === 'GET' ? undefined : {} } as Call)).status;
      // Both read what their scope reaches and never write.
      expect(permission === 'portfolios.portfolio.read' ? [200, 400, 404] : [403]).toContain(await as('client'));
      expect(permission.endsWith('.read') ? [200, 400, 404] : [403]).toContain(await as('analyst'));
    },
  );

  test('another workspace sees nothing of this one', async () => {
    const id = await newPortfolio();
    const workspace = platform.newId();
    expect((await call('GET', '', { workspace })).body.items).toEqual([]);
    for (const url of [
      `/${id}`,
      `/${id}/positions`,
      `/${id}/operations`,
      `/${id}/value-series`,
      `/${id}/figures`,
      `/${id}/explanation?metric=value`,
    ]) {
      expect((await call('GET', url, { workspace })).status).toBe(404);
    }
    expect((await call('DELETE', `/${id}`, { workspace })).status).toBe(404);
  });
});

describe('portfolios', () => {
  test('a name is taken once; renaming needs the version that was seen; an empty one can go', async () => {
    const id = await newPortfolio();
    expect((await call('POST', '', { payload: { name: 'largo PLAZO' } })).body.code).toBe('portfolio_name_taken');
    expect((await call('PATCH', `/${id}`, { payload: { name: 'Otra' } })).status).toBe(428);
    expect((await call('PATCH', `/${id}`, { payload: { name: 'Otra' }, ifMatch: '7' })).status).toBe(412);
    expect((await call('PATCH', `/${id}`, { payload: { name: 'Otra' }, ifMatch: '1' })).body).toMatchObject({
      name: 'Otra',
      version: 2,
    });
    expect((await call('DELETE', `/${id}`)).status).toBe(204);
    expect((await call('GET', `/${id}`)).status).toBe(404);
  });

  test('one with operations stays, also when all of them were taken back', async () => {
    const id = await newPortfolio();
    const operationId = await record(id, 'deposit', '2026-01-02', { amount: '10' });
    expect((await call('POST', `/${id}/operations/${operationId}/reversal`)).status).toBe(204);
    expect((await call('DELETE', `/${id}`)).body.code).toBe('portfolio_not_empty');
  });
});

describe('figures', () => {
  test('value, cost and profit are exact; what has no price is named and makes totals unknown, not zero', async () => {
    const id = await newPortfolio();
    await record(id, 'buy', '2026-01-02', { quantity: '10', price: '100', fee: '1' });
    await record(id, 'sell', '2026-02-03', { quantity: '4', price: '130', fee: '1' });
    const before = (await call('GET', `/${id}`)).body.figures;
    const [{ instrumentId }] = (await call('GET', `/${id}/positions`)).body.items;
    expect(before).toMatchObject({
      value: null,
      profit: null,
      valueKnown: '0',
      realised: '118.6',
      cost: '600.6',
      missing: [{ kind: 'price', instrumentId, name: 'Acme' }],
    });
    await price(instrumentId, '150');
    const { figures } = (await call('GET', `/${id}`)).body;
    expect(figures).toMatchObject({ value: '900', profit: '418', netFlows: '482', unrealised: '299.4', missing: [] });
    const [position] = (await call('GET', `/${id}/positions`)).body.items;
    expect(position).toMatchObject({
      quantity: '6',
      value: '900',
      weightRatio: 1,
      unrealised: '299.4',
      profit: '418',
      price: { state: 'priced', isManual: true },
    });
    const list = (await call('GET', '')).body;
    expect(list.totals).toMatchObject([{ currency: 'EUR', value: '900', profit: '418', missingCount: 0 }]);
  });

  test('every later change moves the same book as a fresh reading: back-dated, reversed, cash', async () => {
    const id = await newPortfolio();
    const bought = await record(id, 'buy', '2026-03-02', { quantity: '2', price: '50' });
    const [{ instrumentId }] = (await call('GET', `/${id}/positions`)).body.items;
    await price(instrumentId, '60');
    expect((await call('GET', `/${id}`)).body.figures).toMatchObject({ value: '120', profit: '20' });
    await record(id, 'buy', '2026-01-05', { quantity: '1', price: '40' });
    expect((await call('GET', `/${id}`)).body.figures).toMatchObject({ value: '180', cost: '140', profit: '40' });
    await record(id, 'deposit', '2026-01-01', { amount: '1000' });
    const withCash = (await call('GET', `/${id}`)).body;
    expect(withCash.figures).toMatchObject({ value: '1040', netFlows: '1000', profit: '40' });
    expect(withCash.cash).toMatchObject([{ currency: 'EUR', amount: '860' }]);
    await call('POST', `/${id}/operations/${bought}/reversal`);
    const warm = (await call('GET', `/${id}`)).body;
    expect(warm.figures).toMatchObject({ value: '1020', cost: '40', profit: '20' });
    expect(await readFresh(id)).toEqual(warm);
  });

  test('readers and writers at once: the book that many requests moved forward is the one a fresh reading gives', async () => {
    const id = await newPortfolio();
    await record(id, 'buy', '2026-01-02', { quantity: '100', price: '10' });
    const writers = Array.from({ length: 8 }, async (_, index) => {
      const day = `2026-0${(index % 4) + 1}-1${index}`;
      const operationId = await record(id, index % 2 === 0 ? 'sell' : 'buy', day, { quantity: '3', price: '12' });
      if (index % 3 === 0) await call('POST', `/${id}/operations/${operationId}/reversal`);
    });
    const readers = Array.from({ length: 12 }, async () => {
      const { status, body } = await call('GET', `/${id}/explanation?metric=cost`);
      expect([status, typeof body.figure]).toEqual([200, 'string']);
    });
    await Promise.all([...writers, ...readers]);
    expect(await readFresh(id)).toEqual((await call('GET', `/${id}`)).body);
  });

  test('the change of the day leaves out the money that came in today', async () => {
    const id = await newPortfolio();
    await record(id, 'buy', '2026-11-10', { quantity: '10', price: '100' });
    const [{ instrumentId }] = (await call('GET', `/${id}/positions`)).body.items;
    await price(instrumentId, '110', localDate('2026-11-21'));
    expect((await call('GET', `/${id}`)).body.figures).toMatchObject({ dayChange: null, isDayChangePartial: true });
  });

  test('a chart starts at the first operation and says when it stands on own prices', async () => {
    const id = await newPortfolio();
    await record(id, 'buy', '2026-11-18', { quantity: '10', price: '100' });
    const [{ instrumentId }] = (await call('GET', `/${id}/positions`)).body.items;
    await price(instrumentId, '110', localDate('2026-11-20'));
    const { points } = (await call('GET', `/${id}/value-series?range=1m`)).body;
    expect(points).toEqual([
      { date: '2026-11-18', value: 1000, invested: 1000, isPartial: false, isEstimated: true },
      { date: '2026-11-19', value: 1000, invested: 1000, isPartial: false, isEstimated: true },
      { date: '2026-11-20', value: 1100, invested: 1000, isPartial: false, isEstimated: false },
      { date: '2026-11-21', value: 1100, invested: 1000, isPartial: false, isEstimated: false },
    ]);
  });

  test('a chart ends at the value that stands above it, also before the close of the day', async () => {
    const id = await newPortfolio();
    await record(id, 'buy', '2026-11-18', { quantity: '10', price: '100' });
    const [{ instrumentId }] = (await call('GET', `/${id}/positions`)).body.items;
    await price(instrumentId, '110', localDate('2026-11-20'));
    const nowMs = platform.clock();
    const tick = { price: Decimal.from('125'), currency: 'EUR', provider: 'yahoo', isAdjusted: false } as const;
    const times = { marketAtMs: nowMs, fetchedAtMs: nowMs, previousClose: Decimal.from('110') };
    const arrivals = [{ instrumentId, ...tick, ...times, splitRatio: Decimal.one }];
    await platform.db.transaction((tx) => takePrices(platform, tx, { workspaceId, arrivals }));
    const { figures } = (await call('GET', `/${id}`)).body;
    const { points } = (await call('GET', `/${id}/value-series?range=1m`)).body;
    expect(points).toMatchObject([{ value: 1000 }, { value: 1000 }, { value: 1100 }, { value: 1250 }]);
    expect(figures.value).toBe('1250');
  });

  async function readFresh(id: string): Promise<unknown> {
    const other = await createHttp({
      config: platform.config,
      telemetry: platform.telemetry,
      permissions: [...markets.permissions, ...portfolios.permissions],
      authenticate: async () => ({
        userId: workspaceId,
        sessionId: workspaceId,
        workspaceId,
        role: 'owner',
        permissions: new Set(portfoliosPermissions.map(({ name }) => name as string)),
        rows: EVERY_ROW,
      }),
    });
    portfolios.routes?.(other, platform);
    const answer = await other.inject({ method: 'GET', url: `/api/portfolios/${id}` });
    await other.close();
    return answer.json();
  }
});

describe('operations', () => {
  test('the same key records once; a refused one names the field', async () => {
    const id = await newPortfolio();
    const payload = operation('buy', '2026-01-02', { quantity: '1', price: '5' });
    expect((await call('POST', `/${id}/operations`, { payload })).body.outcome).toBe('recorded');
    expect((await call('POST', `/${id}/operations`, { payload })).body).toEqual({
      operationId: null,
      outcome: 'already_known',
    });
    const refused = await call('POST', `/${id}/operations`, {
      payload: operation('sell', '2026-01-03', { quantity: '2', price: '5' }),
    });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({
      code: 'events_refused',
      details: { problems: [{ code: 'sells_more_than_held', field: 'quantity', held: '1' }] },
    });
    expect(
      (
        await call('POST', `/${id}/operations`, {
          payload: operation('buy', '2026-02-30', { quantity: '1', price: '1' }),
        })
      ).body.code,
    ).toBe('date_not_valid');
  });

  test('pages go newest first without a gap; a reversed one is shown on request with what took it back', async () => {
    const id = await newPortfolio();
    for (const day of ['02', '03', '03', '04', '05']) await record(id, 'deposit', `2026-01-${day}`, { amount: '1' });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await call('GET', `/${id}/operations?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(
        ...(body.items as { date: string; sequence: number }[]).map((item) => `${item.date.slice(8)}#${item.sequence}`),
      );
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(['05#5', '04#4', '03#3', '03#2', '02#1']);
    expect((await call('GET', `/${id}/operations?cursor=nonsense`)).body.code).toBe('cursor_invalid');
    const { body } = await call('GET', `/${id}/operations?limit=1`);
    await call('POST', `/${id}/operations/${body.items[0].id}/reversal`);
    expect((await call('GET', `/${id}/operations`)).body.items).toHaveLength(4);
    const all = (await call('GET', `/${id}/operations?reversed=include`)).body.items;
    expect((all as { reversedBy: unknown }[]).map((item) => item.reversedBy !== null)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  test('recording and reversing are told to listeners', async () => {
    const id = await newPortfolio();
    platform.heard.length = 0;
    const operationId = await record(id, 'deposit', '2026-01-02', { amount: '10.50' });
    await call('POST', `/${id}/operations/${operationId}/reversal`);
    expect(platform.heard.map((event) => [event.name, event.subjectId])).toEqual([
      ['portfolios.operation.recorded', id],
      ['portfolios.operation.reversed', id],
    ]);
    expect(platform.heard[0]?.payload).toMatchObject({ operationId, amount: '10.5', type: 'deposit' });
  });
});

describe('how it is calculated', () => {
  test.each(['value', 'cost', 'unrealised', 'realised', 'income', 'fees', 'taxes', 'netFlows', 'profit'])(
    'the terms of %s add up to the figure of the page',
    async (metric) => {
      const id = await newPortfolio();
      await record(id, 'deposit', '2026-01-01', { amount: '5000' });
      const openedBy = await record(id, 'buy', '2026-01-02', { quantity: '10', price: '100', fee: '1' });
      await record(id, 'sell', '2026-02-03', { quantity: '4', price: '130', fee: '1', tax: '2' });
      await record(id, 'dividend', '2026-03-01', { amount: '12', tax: '3' });
      await record(id, 'fee', '2026-03-02', { amount: '4' });
      const [{ instrumentId }] = (await call('GET', `/${id}/positions`)).body.items;
      await price(instrumentId, '150');
      const { figures } = (await call('GET', `/${id}`)).body;
      const { status, body } = await call('GET', `/${id}/explanation?metric=${metric}`);
      expect([status, body.figure]).toEqual([200, figures[metric]]);
      const [position] = (await call('GET', `/${id}/positions`)).body.items;
      const own = (await call('GET', `/${id}/explanation?metric=${metric}&instrumentId=${instrumentId}`)).body;
      expect(own.figure).toBe(metric in position ? position[metric] : own.figure);
      expect(own.lots).toEqual([
        {
          accountName: 'Broker',
          openedOn: '2026-01-02',
          openedBy,
          quantity: '6',
          currency: 'EUR',
          cost: '600.6',
          costBase: '600.6',
          value: '900',
          unrealised: '299.4',
          priceGain: '299.4',
          fxGain: '0',
        },
      ]);
      expect(own.matches).toEqual([
        {
          soldOn: '2026-02-03',
          openedOn: '2026-01-02',
          accountName: 'Broker',
          quantity: '4',
          proceeds: '519',
          cost: '400.4',
          gain: '118.6',
          // 4 x 30, less the sale's fee and four tenths of the purchase's, which are inside; the tax is in neither.
          priceGain: '118.6',
          fxGain: '0',
          fees: '1.4',
          taxes: '2',
        },
      ]);
    },
  );

  test('what was never held is not there', async () => {
    const id = await newPortfolio();
    expect((await call('GET', `/${id}/explanation?metric=value&instrumentId=${platform.newId()}`)).body.code).toBe(
      'instrument_not_held',
    );
  });
});
