/**
 * Goal: a file is previewed without touching the ledger, confirmed whole, known when it comes again, and undone whole;
 * nobody without the permission gets in, and nobody reaches another workspace's imports.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { EVERY_ROW, assert } from '#kernel';
import type { Domain } from '#platform/domain';
import type { Actor } from '#platform/http';
import { job } from '#platform/jobs';
import { testServer, type TestServer } from '#platform/testing';
import { identity } from '../../identity/domain.ts';
import { markets } from '../../markets/domain.ts';
import { portfolios } from '../domain.ts';
import { createPortfolio } from '../portfolio.ts';
import { findPortfolio } from '../portfolio.store.ts';
import { importsApi } from './contract.ts';
import type { ImportMapping } from './mapping.ts';
import { sampleWorkbook } from './sample-workbook.ts';

let server: TestServer;
let workspaceId = randomUUID();
let portfolioId = '';
let permissions = new Set<string>();
const userId = randomUUID();

/** Prices of past days come from the outside world; here nobody fetches them. */
const stillMarkets: Domain = {
  ...markets,
  jobs: () => [
    job({ name: 'markets.history.backfill', attemptsMax: 1, parse: (payload) => payload, run: async () => undefined }),
  ],
};

beforeAll(async () => {
  server = await testServer([identity, stillMarkets, portfolios], {
    actor: (): Actor => ({ userId, sessionId: 's', workspaceId, role: 'owner', permissions, rows: EVERY_ROW }),
  });
  await server.platform.jobs.start();
});
afterAll(() => server.close());
beforeEach(async () => {
  permissions = new Set(['portfolios.import.run', 'portfolios.portfolio.read']);
  workspaceId = randomUUID();
  portfolioId = await newPortfolio('Largo plazo');
});

async function newPortfolio(name: string): Promise<string> {
  const created = await server.platform.db.transaction((tx) =>
    createPortfolio(server.platform, tx, { workspaceId, name, baseCurrency: 'EUR', adviserUserId: null }),
  );
  assert(created.ok, 'portfolio');
  return created.value.id;
}

interface Detail {
  readonly id: string;
  readonly status: string;
  readonly counts: Record<string, number>;
  readonly refusal: { code: string; message: { es: string } } | null;
  readonly recordedCount: number;
  readonly mapping: ImportMapping;
  readonly sheets: { name: string; questions: string[] }[];
}
interface RowsAnswer {
  readonly items: {
    row: number;
    sheet: string;
    status: string;
    issues: { code: string; cell: string | null; message: { es: string } }[];
    events: { type: string; quantity: string | null }[];
  }[];
  readonly nextAfter: number | null;
}

async function call<Answer>(
  method: 'GET' | 'POST' | 'PATCH' | 'PUT',
  url: string,
  body?: unknown,
): Promise<{ status: number; json: Answer }> {
  const answer = await server.browser().call(url, { method, ...(body === undefined ? {} : { body }) });
  return { status: answer.statusCode, json: (answer.body === '' ? null : JSON.parse(answer.body)) as Answer };
}

async function upload(bytes: Buffer, name = 'operaciones.xlsx'): Promise<string> {
  const answer = await server.http.inject({
    method: 'PUT',
    url: '/api/imports/files',
    headers: {
      host: 'localhost',
      origin: 'http://localhost',
      'content-type': 'application/octet-stream',
      'x-file-name': encodeURIComponent(name),
    },
    payload: bytes,
  });
  expect(answer.statusCode).toBe(201);
  return (JSON.parse(answer.body) as { fileId: string }).fileId;
}

async function settled(importId: string): Promise<Detail> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const { json } = await call<Detail>('GET', `/api/imports/${importId}`);
    if (json.status !== 'reading' && json.status !== 'confirming') return json;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { rows } = await sql<{ last_error: string }>`select last_error from graphile_worker._private_jobs`.execute(
    server.platform.db.tables(),
  );
  throw new Error(`the import never settled: ${rows.map((row) => row.last_error).join(' | ')}`);
}

async function preview(bytes: Buffer | string, name = 'operaciones.csv'): Promise<Detail> {
  const fileId = await upload(Buffer.from(bytes), name);
  const created = await call<Detail>('POST', '/api/imports', { fileId, portfolioId });
  expect(created.status).toBe(202);
  return settled(created.json.id);
}
async function confirm(importId: string): Promise<Detail> {
  expect((await call('POST', `/api/imports/${importId}/confirm`)).status).toBe(202);
  return settled(importId);
}
const rowsOf = async (importId: string, show = 'all'): Promise<RowsAnswer> =>
  (await call<RowsAnswer>('GET', `/api/imports/${importId}/rows?show=${show}`)).json;
const liveCount = async (): Promise<number> =>
  (await findPortfolio(server.platform.db, { workspaceId, rows: EVERY_ROW, portfolioId }))?.liveEventCount ?? -1;

const LIST =
  'fecha;tipo;ticker;cantidad;precio;divisa\n02/01/2024;compra;ACME;10;100,50;EUR\n15/02/2024;compra;ACME;5;90,00;EUR\n15/03/2024;venta;ACME;4;120,00;EUR\n';

test('without the permission every route answers 403', async () => {
  permissions = new Set();
  for (const { method, path } of Object.values(importsApi)) {
    const url = path.replace(':importId', randomUUID());
    expect([path, (await call(method, url, method === 'GET' ? undefined : {})).status]).toEqual([path, 403]);
  }
});

test('preview writes nothing; confirm records once; the same file is known; undo takes all back; then it can come again', async () => {
  const first = await preview(LIST);
  expect(first).toMatchObject({ status: 'previewed', counts: { new: 3, error: 0 } });
  expect(await liveCount()).toBe(0);
  expect(await confirm(first.id)).toMatchObject({ status: 'confirmed', recordedCount: 3, counts: { recorded: 3 } });
  expect(await confirm(first.id)).toMatchObject({ status: 'confirmed', recordedCount: 3 });
  expect(await liveCount()).toBe(3);

  const again = await preview(LIST);
  expect(again).toMatchObject({ counts: { new: 0, known: 3 } });
  expect((await call<{ code: string }>('POST', `/api/imports/${again.id}/confirm`)).json).toMatchObject({
    code: 'nothing_to_record',
  });
  const updated = await preview(`${LIST}16/04/2024;compra;ACME;1;95,00;EUR\n`);
  expect(updated).toMatchObject({ counts: { new: 1, known: 3 } });

  const undone = await call<Detail>('POST', `/api/imports/${first.id}/undo`);
  expect(undone.json).toMatchObject({ status: 'undone' });
  expect(await liveCount()).toBe(0);
  expect((await call('POST', `/api/imports/${first.id}/undo`)).status).toBe(409);
  expect(await confirm((await preview(LIST)).id)).toMatchObject({ recordedCount: 3 });
  expect(await liveCount()).toBe(3);
  expect(
    server.platform.heard.filter(({ workspaceId: heardIn }) => heardIn === workspaceId).map(({ name }) => name),
  ).toEqual([
    'portfolios.portfolio.created',
    'portfolios.import.confirmed',
    'portfolios.import.undone',
    'portfolios.import.confirmed',
  ]);
});

test('the sample workbook goes all the way; a changed opening position is not counted twice', async () => {
  const { id, counts } = await preview(sampleWorkbook(), 'operaciones.xlsx');
  expect(counts).toMatchObject({ new: 16, error: 0 });
  const confirmed = await confirm(id);
  expect(confirmed).toMatchObject({ status: 'confirmed', recordedCount: 23 });
  expect((await preview(sampleWorkbook(), 'copia.xlsx')).counts).toMatchObject({ new: 0, known: 16 });

  const holdings = (quantity: string): string =>
    `Criptomoneda;Ticker;Cantidad;Precio Compra;Dinero Gastado\nTron;TRX;${quantity};0,10;100,00\nStellar;XLM;500;0,20;100,00\n`;
  await confirm((await preview(holdings('1000'))).id);
  const changed = await preview(holdings('1500'));
  expect(changed.counts).toMatchObject({ new: 0, known: 1, changed: 1 });
  expect((await rowsOf(changed.id, 'errors')).items.map(({ row, issues }) => [row, issues.at(-1)?.code])).toEqual([
    [2, 'opening_changed'],
  ]);
});

test('an updated workbook refreshes the price of what was there; the same one again changes nothing; undo leaves prices', async () => {
  const holdings = (value: string, more = ''): string =>
    `Nombre;ISIN;Clase;Participaciones;Coste;Valor actual\nFondo Norte;ES0138592037;Fondo;10;1000,00;${value}\nFondo Sur;ES0114105036;Fondo;4;400,00;420,00\n${more}`;
  const first = await preview(holdings('1100,00'));
  expect(first.counts).toMatchObject({ new: 2, error: 0 });
  await confirm(first.id);
  expect(await handPrices()).toEqual(['105', '110']);
  const heardBefore = server.platform.heard.length;
  const same = await preview(holdings('1100,00'));
  expect(same.counts).toMatchObject({ new: 0, known: 2, repriced: 0 });
  expect((await call('POST', `/api/imports/${same.id}/confirm`)).status).toBe(409);

  const updated = await preview(holdings('1234,50'));
  expect(updated.counts).toMatchObject({ new: 0, known: 1, repriced: 1 });
  const { items } = await rowsOf(updated.id, 'already');
  expect(items.map(({ row, status, issues }) => [row, status, issues.at(-1)?.code])).toEqual([
    [2, 'repriced', 'price_refreshed'],
    [3, 'known', 'value_as_manual_price'],
  ]);
  expect(items[0]?.issues.at(-1)?.message.es).toContain('Ya estaba; se actualiza su precio a 123,45 EUR');
  expect(await handPrices()).toEqual(['105', '110']);
  expect(server.platform.heard.length).toBe(heardBefore);
  const twin = await preview(holdings('1234,50'));
  expect(await confirm(updated.id)).toMatchObject({ status: 'confirmed', recordedCount: 0, counts: { repriced: 1 } });
  expect(await handPrices()).toEqual(['105', '123.45']);
  expect(await liveCount()).toBe(2);
  const priceEvents = (): number =>
    server.platform.heard.slice(heardBefore).filter(({ name }) => name === 'markets.price.recorded').length;
  expect(priceEvents()).toBe(1);
  // Previewed before the other was confirmed: by now its price is no news.
  expect(await confirm(twin.id)).toMatchObject({ status: 'confirmed', recordedCount: 0 });
  expect(priceEvents()).toBe(1);

  const undone = await call<Detail>('POST', `/api/imports/${updated.id}/undo`);
  expect(undone.json).toMatchObject({ status: 'undone' });
  expect(await handPrices()).toEqual(['105', '123.45']);
  expect(await liveCount()).toBe(2);
  expect((await preview(holdings('1234,50'))).counts).toMatchObject({ new: 0, known: 2, repriced: 0 });
});

async function handPrices(): Promise<string[]> {
  const { rows } = await sql<{ price: string }>`select trim_scale(price)::text as price from markets_prices
    where workspace_id = ${workspaceId} and provider = 'manual' order by price`.execute(server.platform.db.tables());
  return rows.map(({ price }) => price);
}

test('a row the ledger would refuse is an error in the preview, with its row; the rest is recorded', async () => {
  const { id, counts } = await preview(
    'fecha;tipo;ticker;cantidad;precio;divisa\n02/01/2024;compra;ACME;10;100,50;EUR\n15/03/2024;venta;ACME;40;120,00;EUR\n15/04/2024;venta;ACME;xx;120,00;EUR\n',
  );
  expect(counts).toMatchObject({ new: 1, error: 2 });
  const { items } = await rowsOf(id, 'errors');
  expect(items.map(({ row, issues }) => [row, issues[0]?.code, issues[0]?.cell])).toEqual([
    [3, 'sells_more_than_held', null],
    [4, 'figure_unreadable', 'D4'],
  ]);
  expect(items[0]?.issues[0]?.message.es).toContain('40');
  expect(await confirm(id)).toMatchObject({ recordedCount: 1, counts: { recorded: 1, error: 2 } });
});

test('a ledger that moved after the preview refuses the confirmation whole and marks the rows', async () => {
  await confirm((await preview(LIST)).id);
  const selling =
    'fecha;tipo;ticker;cantidad;precio;divisa\n20/05/2024;venta;ACME;11;120,00;EUR\n21/05/2024;compra;ACME;1;120,00;EUR\n';
  const first = await preview(selling);
  const second = await preview(selling.replace('20/05', '19/05'));
  expect(await confirm(first.id)).toMatchObject({ status: 'confirmed', recordedCount: 2 });
  const refused = await confirm(second.id);
  expect(refused).toMatchObject({ status: 'previewed', refusal: { code: 'ledger_moved' }, counts: { error: 1 } });
  expect(await liveCount()).toBe(5);
});

test('an undo that would uncover a sale is refused and changes nothing', async () => {
  const buys = await preview('fecha;tipo;ticker;cantidad;precio;divisa\n02/01/2024;compra;ACME;10;100,50;EUR\n');
  await confirm(buys.id);
  await confirm((await preview('fecha;tipo;ticker;cantidad;precio;divisa\n02/02/2024;venta;ACME;10;100,50;EUR\n')).id);
  const undo = await call<{ code: string }>('POST', `/api/imports/${buys.id}/undo`);
  expect([undo.status, undo.json.code]).toEqual([409, 'reversal_uncovers_sale']);
  expect(await liveCount()).toBe(2);
});

test('the answer to a question is applied at once and remembered for the next file of that shape', async () => {
  const asked = await preview('fecha;tipo;ticker;cantidad;precio\n02/03/2024;compra;BTC;1;1.234\n');
  expect(asked).toMatchObject({ counts: { new: 0, error: 1 }, sheets: [{ questions: ['decimal_mark'] }] });
  const mapping = { ...asked.mapping, sheets: asked.mapping.sheets.map((sheet) => ({ ...sheet, decimalMark: ',' })) };
  expect((await call('PATCH', `/api/imports/${asked.id}/mapping`, mapping)).status).toBe(202);
  expect(await settled(asked.id)).toMatchObject({ status: 'previewed', counts: { new: 1, error: 0 } });
  expect((await rowsOf(asked.id)).items[0]?.events[0]).toMatchObject({ type: 'buy', price: '1234' });
  await confirm(asked.id);
  expect(await preview('fecha;tipo;ticker;cantidad;precio\n02/05/2024;compra;ETH;1;2.345\n')).toMatchObject({
    counts: { new: 1, error: 0 },
  });
  expect((await call('PATCH', `/api/imports/${asked.id}/mapping`, mapping)).status).toBe(409);
});

test('what is not a list of operations is refused in words', async () => {
  const refused = await preview('%PDF-1.7', 'factura.xlsx');
  expect(refused).toMatchObject({ status: 'refused', refusal: { code: 'file_is_pdf' } });
  expect(refused.refusal?.message.es).toContain('PDF');
});

test('a cancelled preview stays cancelled; another workspace sees nothing', async () => {
  const { id } = await preview(LIST);
  expect((await call<Detail>('POST', `/api/imports/${id}/cancel`)).json.status).toBe('cancelled');
  expect((await call('POST', `/api/imports/${id}/confirm`)).status).toBe(409);
  workspaceId = randomUUID();
  expect((await call('GET', `/api/imports/${id}`)).status).toBe(404);
  expect((await call('GET', `/api/imports/${id}/rows`)).status).toBe(404);
  expect((await call<{ items: unknown[] }>('GET', '/api/imports')).json.items).toEqual([]);
});
