/** Goal: the tax routes ask for their permission, keep workspaces apart, answer to the cent, and a simulation keeps its word. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { EVERY_ROW, type UserRole } from '#kernel';
import { createHttp, type HttpServer } from '#platform/http';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { identity } from '../../identity/domain.ts';
import { markets } from '../../markets/domain.ts';
import { portfolios } from '../domain.ts';
import { portfoliosPermissions } from '../permissions.ts';
import { taxApi } from './contract.ts';

let platform: TestPlatform;
let http: HttpServer;
let workspaceId: string;
let id: string;

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
      const person = { userId: workspace, sessionId: workspace, workspaceId: workspace, rows: EVERY_ROW };
      return { ...person, role: role as UserRole, permissions };
    },
  });
  portfolios.routes?.(http, platform);
});
afterAll(async () => {
  await http.close();
  await platform.close();
});
beforeEach(async () => {
  workspaceId = platform.newId();
  id = (await call('POST', '', { payload: { name: 'Largo plazo', baseCurrency: 'EUR' } })).body.id;
});

interface Lot {
  readonly gain: string;
  readonly counted: string;
  readonly deferred: string;
}
interface Simulated {
  readonly methods: readonly {
    readonly method: string;
    readonly isAllowed: boolean;
    readonly lots: readonly Lot[];
    readonly before: { readonly gains: string };
    readonly after: { readonly gains: string; readonly savingsTax: string; readonly base: string };
  }[];
}
interface Call {
  readonly as?: UserRole | 'nobody';
  readonly workspace?: string;
  readonly payload?: object | undefined;
  readonly ifMatch?: string;
}
interface Answer {
  readonly status: number;
  // The tests read what they assert; a shape that is off fails there.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}
async function call(method: 'GET' | 'POST' | 'PUT', url: string, options: Call = {}): Promise<Answer> {
  const { as = 'owner', workspace = workspaceId, payload, ifMatch } = options;
  const headers: Record<string, string> = {};
  if (as !== 'nobody') headers['authorization'] = `${as} ${workspace}`;
  if (ifMatch) headers['if-match'] = `"${ifMatch}"`;
  const answer = await http.inject({
    method,
    url: `/api/portfolios${url}`,
    headers,
    ...(payload && { payload }),
  });
  return { status: answer.statusCode, body: answer.body === '' ? null : JSON.parse(answer.body) };
}
let keyNumber = 0;
async function record(type: string, date: string, facts: object = {}): Promise<string> {
  keyNumber += 1;
  const instrument = { kind: 'stock', symbol: 'ACME', isin: 'US0378331005', name: 'Acme', currency: 'EUR' };
  const common = { type, date, accountName: 'Broker', currency: 'EUR', instrument };
  const payload = { ...common, idempotencyKey: `operation-${keyNumber}`, ...facts };
  const { status, body } = await call('POST', `/${id}/operations`, { payload });
  expect([status, body.outcome ?? body]).toEqual([201, 'recorded']);
  return body.operationId as string;
}
const held = async (): Promise<string> => {
  const { body } = await call('GET', `/${id}/tax/settings`);
  return body.instruments[0].id as string;
};

test.each(Object.values(taxApi).map((shape) => [shape.method, shape.path, shape.permission] as const))(
  '%s %s needs %s',
  async (method, path, permission) => {
    const url = path.replace('/api/portfolios', '').replace(':portfolioId', '01890a5d-ac96-774b-bcce-b302099a8057');
    expect((await call(method, url, { as: 'nobody' })).status).toBe(401);
    const payload = method === 'GET' ? undefined : {};
    const statusOf = async (as: UserRole): Promise<number> => (await call(method, url, { as, payload })).status;
    expect(await statusOf('client')).toBe(permission.endsWith('.read') ? 404 : 403);
    expect(await statusOf('analyst')).toBe(
      permission.endsWith('.write') ? 403 : permission.endsWith('.read') ? 404 : 400,
    );
  },
);

test('another workspace finds no portfolio, whatever it asks', async () => {
  await record('buy', '2025-01-02', { quantity: '10', price: '100' });
  const workspace = platform.newId();
  const simulate = { instrumentId: await held(), quantity: '1', price: '1', currency: 'EUR' };
  const settings = { jurisdiction: 'ES', method: 'fifo', listings: {}, carriedLosses: [] };
  for (const [method, url, payload] of [
    ['GET', 'settings', undefined],
    ['GET', 'report', undefined],
    ['GET', 'report-file', undefined],
    ['POST', 'simulate', simulate],
    ['PUT', 'settings', settings],
  ] as const) {
    const answer = await call(method, `/${id}/tax/${url}`, { workspace, payload, ifMatch: '0' });
    expect([url, answer.status, answer.body.code]).toEqual([url, 404, 'portfolio_not_found']);
  }
});

test('a year: lots, what waits, income, and its file', async () => {
  await record('buy', '2024-01-10', { quantity: '10', price: '100', fee: '5' });
  await record('sell', '2025-02-03', { quantity: '10', price: '80' });
  await record('buy', '2025-02-20', { quantity: '4', price: '70' });
  await record('dividend', '2025-05-05', { amount: '40', tax: '6' });
  const { body } = await call('GET', `/${id}/tax/report?year=2025`);
  expect(body).toMatchObject({
    year: 2025,
    jurisdiction: 'ES',
    method: 'fifo',
    currency: 'EUR',
    transmissions: [
      {
        instrument: { name: 'Acme', isin: 'US0378331005' },
        acquiredOn: '2024-01-10',
        transmittedOn: '2025-02-03',
        acquisitionValue: '1005',
        transmissionValue: '800',
        gain: '-205',
        deferred: '82',
        counted: '-123',
      },
    ],
    waiting: [{ soldOn: '2025-02-03', units: '4', loss: '82', heldIn: { openedOn: '2025-02-20' }, endedOn: null }],
    income: [{ kind: 'dividend', country: 'US', gross: '40', withheld: '0', foreignTax: '6' }],
    totals: { gains: { net: '-123' }, income: { net: '40' }, foreignTax: '6' },
    compensation: { base: '30', carried: [{ year: 2025, basket: 'gains', amount: '113' }] },
    savingsTax: '5.7',
  });
  expect(body.years).toContain(2024);
  const file = (await call('GET', `/${id}/tax/report-file?year=2025&language=es`)).body;
  expect(file.fileName).toBe('impuestos-2025.csv');
  expect(file.text).toContain('Acme;US0378331005;gains;10;2024-01-10;2025-02-03;1005,00;800,00;-205,00');
  expect((await call('GET', `/${id}/tax/report?year=2014`)).status).toBe(400);
});

test('what is simulated is what recording the sale gives; taking it back gives the year before it', async () => {
  await record('buy', '2024-01-10', { quantity: '40', price: '100' });
  await record('buy', '2025-01-10', { quantity: '20', price: '130', fee: '3' });
  const before = (await call('GET', `/${id}/tax/report?year=2025`)).body;
  const wish = {
    instrumentId: await held(),
    quantity: '50',
    price: '120',
    currency: 'EUR',
    date: '2025-02-20',
    fee: '9',
  };
  const { status, body } = await call('POST', `/${id}/tax/simulate`, { payload: wish, as: 'analyst' });
  expect(status).toBe(200);
  const { methods } = body as Simulated;
  const fifo = methods.find(({ method }) => method === 'fifo');
  // 40 x 20 - 7.20; 10 x (120 - 130.15) - 1.80, of which all waits: 10 of January are still there.
  expect(fifo).toMatchObject({ isAllowed: true, gain: '689.5', deferred: '103.3', released: '0' });
  expect(fifo?.lots.map((lot) => [lot.gain, lot.counted])).toEqual([
    ['792.8', '792.8'],
    ['-103.3', '0'],
  ]);
  expect(methods.filter(({ isAllowed }) => isAllowed)).toHaveLength(1);
  expect(body.window).toMatchObject({ months: 2, until: '2025-04-20', bought: [{ on: '2025-01-10', quantity: '20' }] });
  expect(fifo?.before.gains).toBe(before.totals.gains.net);
  // Nothing was recorded.
  expect((await call('GET', `/${id}/tax/report?year=2025`)).body).toEqual(before);
  const sale = await record('sell', '2025-02-20', { quantity: '50', price: '120', fee: '9' });
  const after = (await call('GET', `/${id}/tax/report?year=2025`)).body;
  expect(after.totals.gains.net).toBe(fifo?.after.gains);
  expect([after.savingsTax, after.compensation.base]).toEqual([fifo?.after.savingsTax, fifo?.after.base]);
  const { transmissions } = after as { transmissions: Lot[] };
  expect(transmissions.map(({ gain, deferred }) => [gain, deferred])).toEqual(
    fifo?.lots.map(({ gain, deferred }) => [gain, deferred]),
  );
  expect((await call('POST', `/${id}/operations/${sale}/reversal`)).status).toBe(204);
  expect((await call('GET', `/${id}/tax/report?year=2025`)).body).toEqual(before);
});

test('what cannot be simulated is refused by name', async () => {
  await record('buy', '2024-01-10', { quantity: '10', price: '100' });
  await record('sell', '2024-06-10', { quantity: '5', price: '100' });
  const wish = { instrumentId: await held(), quantity: '1', price: '120', currency: 'EUR' };
  const codeOf = async (change: object): Promise<unknown> =>
    (await call('POST', `/${id}/tax/simulate`, { payload: { ...wish, ...change } })).body.code;
  expect(await codeOf({ quantity: '6' })).toBe('sells_more_than_held');
  expect(await codeOf({ quantity: '6', date: '2024-02-01' })).toBe('sale_before_other_operations');
  expect(await codeOf({ quantity: '0' })).toBe('quantity_not_positive');
  expect(await codeOf({ instrumentId: platform.newId() })).toBe('instrument_not_held');
  expect(await codeOf({ accountId: platform.newId() })).toBe('account_not_found');
  expect(await codeOf({ date: '2025-02-30' })).toBe('date_not_valid');
  expect(await codeOf({ price: undefined })).toBe('price_missing');
  expect(await codeOf({ lots: [{ openedOn: '2024-01-10', quantity: '2' }] })).toBe('lots_differ_from_quantity');
});

test('settings: nobody said anything, somebody does, and what the law does not leave open is refused', async () => {
  await record('buy', '2024-01-10', { quantity: '10', price: '100' });
  await record('sell', '2024-03-01', { quantity: '10', price: '90' });
  await record('buy', '2024-12-01', { quantity: '10', price: '90' });
  const instrumentId = await held();
  const read = (await call('GET', `/${id}/tax/settings`)).body;
  expect(read).toMatchObject({ jurisdiction: 'ES', method: 'fifo', version: 0, carriedLosses: [], listings: {} });
  expect(read.instruments).toMatchObject([{ id: instrumentId, kind: 'stock', listing: 'listed' }]);
  const wanted = {
    jurisdiction: 'ES',
    method: 'fifo',
    listings: { [instrumentId]: 'unlisted' },
    carriedLosses: [{ year: 2022, basket: 'gains', amount: '50.25' }],
  };
  const put = (payload: object, ifMatch?: string) =>
    call('PUT', `/${id}/tax/settings`, { payload, ...(ifMatch && { ifMatch }) });
  expect((await put(wanted)).status).toBe(428);
  expect((await put(wanted, '3')).status).toBe(412);
  expect((await put({ ...wanted, method: 'lifo' }, '0')).body.code).toBe('method_not_allowed');
  expect((await put({ ...wanted, listings: { [platform.newId()]: 'exempt' } }, '0')).body.code).toBe(
    'instrument_not_found',
  );
  const twice = [...wanted.carriedLosses, ...wanted.carriedLosses];
  expect((await put({ ...wanted, carriedLosses: twice }, '0')).body.code).toBe('carried_loss_repeated');
  expect((await put(wanted, '0')).body).toEqual({ ...wanted, version: 1 });
  // Not listed: nine months later is still within the year.
  const report = (await call('GET', `/${id}/tax/report?year=2024`)).body;
  expect([report.totals.deferred, report.totals.gains.net]).toEqual(['100', '0']);
  expect(report.compensation.carried).toEqual([{ year: 2022, basket: 'gains', amount: '50.25' }]);
  const other = { ...wanted, jurisdiction: 'OTHER', method: 'lifo', listings: {} };
  expect((await put(other, '1')).body).toMatchObject({ version: 2, method: 'lifo' });
  const free = (await call('GET', `/${id}/tax/report?year=2024`)).body;
  expect([free.totals.deferred, free.totals.gains.net, free.compensation]).toEqual(['0', '-100', null]);
});
