/** Goal: a portfolio leaves as a file with every decimal, whoever may see it may take it, and it comes back as it was. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assert, EVERY_ROW, Decimal, localDate, type UserRole } from '#kernel';
import { recordManualPrices } from '#markets';
import { createHttp, type HttpServer } from '#platform/http';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { identity } from '../../identity/domain.ts';
import { markets } from '../../markets/domain.ts';
import { portfolios } from '../domain.ts';
import { plannedFrom } from './read-back.ts';
import { portfoliosPermissions } from '../permissions.ts';
import { createPortfolio } from '../portfolio.ts';
import { recordEvents } from '../recording.ts';
import type { LedgerEventDraft } from '../ledger-event.ts';

let platform: TestPlatform;
let http: HttpServer;
let workspaceId: string;
let portfolioId: string;

beforeAll(async () => {
  platform = await testPlatform([identity, markets, portfolios]);
  platform.db.attachJobQueue({ add: async () => undefined });
  http = await createHttp({
    config: platform.config,
    telemetry: platform.telemetry,
    permissions: [...markets.permissions, ...portfoliosPermissions],
    authenticate: async (request) => {
      const [role, workspace = ''] = request.authorization?.split(' ') ?? [];
      if (!role) return null;
      const held = portfoliosPermissions.filter((permission) => permission.roles.includes(role as UserRole));
      const permissions = new Set<string>(held.map((permission) => permission.name));
      const who = { userId: workspace, sessionId: workspace, workspaceId: workspace, role: role as UserRole };
      return { ...who, permissions, rows: EVERY_ROW };
    },
  });
  portfolios.routes?.(http, platform);
  workspaceId = platform.newId();
  portfolioId = await filledPortfolio();
});
afterAll(async () => {
  await http.close();
  await platform.close();
});

const ACME = { kind: 'stock' as const, symbol: 'ACME', name: 'Acme; S.A.', currency: 'EUR' };
async function newPortfolio(name: string): Promise<string> {
  const wish = { workspaceId, name, baseCurrency: 'EUR', adviserUserId: null };
  const created = await platform.db.transaction((tx) => createPortfolio(platform, tx, wish));
  return created.ok ? created.value.id : '';
}

async function record(id: string, events: readonly LedgerEventDraft[]): Promise<readonly string[]> {
  const order = { workspaceId, rows: EVERY_ROW, portfolioId: id, importId: null, userId: null, events };
  const result = await platform.db.transaction((tx) => recordEvents(platform, tx, order));
  assert(result.ok, JSON.stringify(result));
  return result.value.eventIds;
}

async function filledPortfolio(): Promise<string> {
  const id = await newPortfolio('Ñandú «largo» plazo');
  const buy = (key: string, quantity: string): LedgerEventDraft => ({
    accountName: 'Broker',
    currency: 'EUR',
    source: { sheet: 'a', row: 1 },
    type: 'buy',
    date: localDate('2026-01-02'),
    instrument: ACME,
    quantity: Decimal.from(quantity),
    price: Decimal.from('100'),
    fee: Decimal.from('1.01'),
    idempotencyKey: key,
  });
  expect(await record(id, [buy('first', '0.123456789012345678'), buy('second', '3')])).toHaveLength(2);
  const { body } = await get(`/api/portfolios/${id}/positions`);
  const [position] = (JSON.parse(body) as { items: { instrumentId: string }[] }).items;
  const instrumentId = position?.instrumentId ?? '';
  const prices = [{ instrumentId, price: Decimal.from('150'), currency: 'EUR', on: localDate('2026-11-01') }];
  await platform.db.transaction((tx) => recordManualPrices(platform, tx, { workspaceId, prices }));
  return id;
}

async function get(url: string, as: UserRole | 'nobody' = 'owner', workspace = workspaceId) {
  const headers = as === 'nobody' ? {} : { authorization: `${as} ${workspace}` };
  const answer = await http.inject({ method: 'GET', url, headers });
  return { status: answer.statusCode, body: answer.body, bytes: answer.rawPayload, headers: answer.headers };
}
const exported = (query: string) => get(`/api/portfolios/${portfolioId}/export${query}`);

test('nobody gets nothing; another workspace has no such portfolio; readers take what they see', async () => {
  const url = `/api/portfolios/${portfolioId}/export`;
  expect((await get(url, 'nobody')).status).toBe(401);
  expect((await get(url, 'owner', platform.newId())).status).toBe(404);
  for (const role of ['owner', 'admin', 'adviser', 'analyst', 'client'] as const)
    expect([role, (await get(url, role)).status]).toEqual([role, 200]);
  expect((await get(`${url}?table=secrets`)).status).toBe(400);
});

test('operations as CSV are lines of the ledger contract with every decimal', async () => {
  const { body, headers } = await exported('?table=operations&format=csv');
  expect(headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(headers['cache-control']).toBe('no-store');
  expect(headers['content-disposition']).toMatch(/^attachment; filename="Nandu largo plazo operations \d{4}/);
  expect(headers['content-disposition']).toContain("filename*=UTF-8''%C3%91and%C3%BA%20%C2%ABlargo%C2%BB%20plazo");
  const [head, first, second] = body.split('\r\n');
  expect(head).toBe(
    'date,type,account,instrument,quantity,price,currency,amount,fee,tax,fx,to,note,account_currency,symbol,isin,name,kind,instrument_currency,to_quantity,to_symbol,to_isin,to_name,to_kind,to_currency,lots,key',
  );
  expect(first).toBe(
    '2026-01-02,buy,Broker,ACME,0.123456789012345678,100,EUR,12.3456789012345678,1.01,,,,,EUR,ACME,,"Acme; S.A.",stock,EUR,,,,,,,,first',
  );
  expect(second).toContain(',3,100,EUR,300,1.01,');
});

test('everything as JSON: amounts are text, ratios numbers, and what is known of the price is said', async () => {
  const { body } = await exported('?format=json');
  const answer = JSON.parse(body) as Record<string, Record<string, unknown>[]>;
  expect(Object.keys(answer)).toEqual([
    'version',
    'portfolio',
    'on',
    'operations',
    'positions',
    'lots',
    'series',
    'figures',
    'cash',
  ]);
  expect(answer['positions']).toMatchObject([
    { instrument: 'ACME', quantity: '3.123456789012345678', price: '150', value: '468.5185183518518517', weight: 1 },
  ]);
  expect(answer['positions']?.[0]?.['price_state']).toMatch(/^(?:manual|stale)$/);
  expect(answer['lots']).toMatchObject([
    { account: 'Broker', opened_on: '2026-01-02', quantity: '0.123456789012345678', cost: '13.3556789012345678' },
    { quantity: '3', cost: '301.01', cost_base: '301.01', base_currency: 'EUR' },
  ]);
  const figure = (name: string) => answer['figures']?.find((row) => row['figure'] === name);
  expect(figure('value')).toMatchObject({ amount: '468.5185183518518517', currency: 'EUR', reason: null });
  expect(figure('twr')?.['ratio']).toBeTypeOf('number');
  expect(answer['series']?.[0]).toMatchObject({ date: '2026-01-02', is_partial: false });
  expect(answer['series']?.length).toBeGreaterThan(300); // Every day since, none thinned out.
});

test('everything as a workbook and as an archive of lists', async () => {
  const book = await exported('');
  expect(book.headers['content-type']).toContain('spreadsheetml.sheet');
  expect(book.bytes.subarray(0, 2).toString()).toBe('PK');
  const archive = await exported('?format=csv');
  expect(archive.headers['content-type']).toBe('application/zip');
  for (const name of ['operations.csv', 'lots.csv', 'cash.csv']) expect(archive.bytes.includes(name)).toBe(true);
});

test('a sale that names one of two purchases of a day comes back naming the same one, in another portfolio too', async () => {
  const day = localDate('2026-02-02');
  const fact = (type: 'buy' | 'sell', key: string, quantity: string, price: string): LedgerEventDraft => ({
    type,
    date: type === 'buy' ? day : localDate('2026-03-03'),
    accountName: 'Broker',
    currency: 'EUR',
    source: { sheet: 'a', row: 1 },
    instrument: { kind: 'stock', symbol: 'LOTS', name: 'Lots', currency: 'EUR' },
    quantity: Decimal.from(quantity),
    price: Decimal.from(price),
    idempotencyKey: key,
  });
  const original = await newPortfolio('Con lotes');
  const [, dear] = await record(original, [fact('buy', 'hand: a:b', '5', '100'), fact('buy', 'hand: c=d', '5', '110')]);
  const lots = [{ openedOn: day, openedBy: dear ?? '', quantity: Decimal.from('4') }];
  await record(original, [{ ...fact('sell', 'third', '4', '120'), lots }]);
  const { bytes } = await get(`/api/portfolios/${original}/export?table=operations&format=csv`);
  const copy = await newPortfolio('Copia');
  await record(
    copy,
    (await plannedFrom(bytes)).flatMap(({ drafts }) => drafts),
  );
  const lotsOf = async (id: string): Promise<unknown> =>
    (JSON.parse((await get(`/api/portfolios/${id}/export?table=lots&format=json`)).body) as { lots: unknown }).lots;
  expect(await lotsOf(copy)).toEqual(await lotsOf(original));
  expect(await lotsOf(copy)).toMatchObject([
    { quantity: '5', cost: '500' },
    { quantity: '1', cost: '110' },
  ]);
  // In the portfolio it came from, every line is already there.
  expect(
    await record(
      original,
      (await plannedFrom(bytes)).flatMap(({ drafts }) => drafts),
    ),
  ).toEqual([]);
});
