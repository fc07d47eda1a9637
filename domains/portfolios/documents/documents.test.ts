/** Goal: a report and a dump are ordered, made by a job, fetched by who ordered them and nobody else, stopped, and forgotten. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import yauzl from 'yauzl';
import { assert, EVERY_ROW, Decimal, localDate, type RowScope, type UserRole } from '#kernel';
import { createHttp, type HttpServer } from '#platform/http';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { identity } from '../../identity/domain.ts';
import { markets } from '../../markets/domain.ts';
import { portfolios } from '../domain.ts';
import { plannedFrom } from '../exports/read-back.ts';
import type { LedgerEventDraft } from '../ledger-event.ts';
import { portfoliosPermissions } from '../permissions.ts';
import { createPortfolio } from '../portfolio.ts';
import { recordEvents } from '../recording.ts';
import { documentsApi } from './contract.ts';
import { forgetOldDocuments, makeDocument } from './document.job.ts';

let platform: TestPlatform;
let http: HttpServer;
let workspaceId: string;
let portfolioId: string;
/** Whose rows the next request reaches. */
let rows: RowScope = EVERY_ROW;
const jobs: { workspaceId: string; documentId: string }[] = [];
const ME = '01890a5d-ac96-774b-bcce-b302099a8051';
const OTHER = '01890a5d-ac96-774b-bcce-b302099a8052';

beforeAll(async () => {
  platform = await testPlatform([identity, markets, portfolios]);
  platform.db.attachJobQueue({
    add: async (_tx, name, payload) => {
      if (name === 'portfolios.document.make') jobs.push(payload as { workspaceId: string; documentId: string });
    },
  });
  http = await createHttp({
    config: platform.config,
    telemetry: platform.telemetry,
    permissions: [...markets.permissions, ...portfoliosPermissions],
    authenticate: async (request) => {
      const [role, userId = ME, workspace = workspaceId] = request.authorization?.split(' ') ?? [];
      if (!role) return null;
      const held = portfoliosPermissions.filter((permission) => permission.roles.includes(role as UserRole));
      const permissions = new Set<string>(held.map((permission) => permission.name));
      const who = { userId, sessionId: userId, workspaceId: workspace, role: role as UserRole, isRecentlyProved: true };
      return { ...who, permissions, rows };
    },
  });
  portfolios.routes?.(http, platform);
});
afterAll(async () => {
  await http.close();
  await platform.close();
});
beforeEach(async () => {
  rows = EVERY_ROW;
  jobs.length = 0;
  workspaceId = platform.newId();
  const wish = { workspaceId, name: 'Largo plazo', baseCurrency: 'EUR', adviserUserId: null };
  const created = await platform.db.transaction((tx) => createPortfolio(platform, tx, wish));
  portfolioId = created.ok ? created.value.id : '';
  const buy: LedgerEventDraft = {
    type: 'buy',
    date: localDate('2026-01-02'),
    accountName: 'Bróker',
    currency: 'EUR',
    instrument: { kind: 'stock', symbol: 'ACME', name: 'Acme', currency: 'EUR' },
    quantity: Decimal.from('0.123456789012345678'),
    price: Decimal.from('100'),
    idempotencyKey: 'first',
    source: { sheet: 'a', row: 1 },
  };
  const order = { workspaceId, rows: EVERY_ROW, portfolioId, importId: null, userId: null, events: [buy] };
  const recorded = await platform.db.transaction((tx) => recordEvents(platform, tx, order));
  assert(recorded.ok, 'the purchase is recorded');
});

interface Answer {
  readonly status: number;
  // The tests read what they assert; a shape that is off fails there.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
  readonly bytes: Buffer;
  readonly type: unknown;
}
async function call(method: 'GET' | 'POST', url: string, as = `owner ${ME}`, payload?: object): Promise<Answer> {
  const headers = as === '' ? {} : { authorization: as };
  const answer = await http.inject({ method, url, headers, ...(payload && { payload }) });
  const isJson = String(answer.headers['content-type']).includes('json');
  const body: unknown = isJson && answer.body !== '' ? JSON.parse(answer.body) : null;
  return { status: answer.statusCode, body, bytes: answer.rawPayload, type: answer.headers['content-type'] };
}
const context = (attempt = 1) => ({ attempt, signal: new AbortController().signal, progress: async () => undefined });
async function made(): Promise<void> {
  for (const job of jobs.splice(0)) await makeDocument(platform, job, context());
}
async function entriesOf(bytes: Buffer): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'cactus-dump-'));
  try {
    await writeFile(join(folder, 'dump.zip'), bytes);
    const zip = await yauzl.openPromise(join(folder, 'dump.zip'), { lazyEntries: true, autoClose: false });
    const entries = new Map<string, string>();
    for await (const entry of zip.eachEntry()) {
      const chunks: Buffer[] = [];
      for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
      entries.set(entry.fileName, Buffer.concat(chunks).toString());
    }
    zip.close();
    return entries;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test.each(Object.values(documentsApi).map((shape) => [shape.method, shape.path, shape.permission] as const))(
  '%s %s needs %s',
  async (method, path, permission) => {
    const url = path.replace(/:\w+/g, portfolioId);
    const payload = path.endsWith('-reports') ? { portfolioId: platform.newId() } : undefined;
    expect((await call(method, url, '', payload)).status).toBe(401);
    const asTrader = (await call(method, url, `trader ${ME}`, payload)).status;
    expect(permission === 'portfolios.dump.make' ? [403] : [200, 202, 404]).toContain(asTrader);
  },
);

test('a report is ordered, made, and fetched by who ordered it; nobody else has it', { timeout: 60_000 }, async () => {
  const ordered = await call('POST', '/api/portfolio-reports', undefined, { portfolioId, language: 'en' });
  expect([ordered.status, ordered.body.status, ordered.body.kind]).toEqual([202, 'waiting', 'report']);
  const url = `/api/portfolio-documents/${ordered.body.id}`;
  expect((await call('GET', `${url}/file`)).body.code).toBe('document_not_ready');
  await made();
  const ready = await call('GET', url);
  expect(ready.body).toMatchObject({ status: 'ready', doneRatio: 1 });
  expect(ready.body.fileName).toMatch(/^Largo plazo report 2026-01-02 \d{4}-\d\d-\d\d\.pdf$/);
  const file = await call('GET', `${url}/file`);
  expect([file.status, file.type, file.bytes.subarray(0, 5).toString()]).toEqual([200, 'application/pdf', '%PDF-']);
  expect(file.bytes.length).toBe(ready.body.sizeBytes);
  for (const as of [`owner ${OTHER}`, `owner ${ME} ${platform.newId()}`])
    expect((await call('GET', `${url}/file`, as)).status).toBe(404);
  expect((await call('GET', `/api/portfolio-documents?portfolioId=${portfolioId}`)).body.items).toHaveLength(1);
  // Who no longer reaches the portfolio no longer has its report.
  rows = { kind: 'advisers', userIds: [ME] };
  expect((await call('GET', `${url}/file`)).status).toBe(404);
  expect((await call('GET', '/api/portfolio-documents')).body.items).toEqual([]);
  expect((await call('POST', '/api/portfolio-reports', undefined, { portfolioId })).body.code).toBe(
    'portfolio_not_found',
  );
});

test('a period that has not come, ends before it starts or is no day is refused at once', async () => {
  const order = (body: object) => call('POST', '/api/portfolio-reports', undefined, { portfolioId, ...body });
  for (const body of [{ to: '2999-01-01' }, { from: '2026-03-01', to: '2026-02-01' }, { from: '2026-02-30' }])
    expect((await order(body)).body.code).toBe('period_not_valid');
});

test('a cancelled document is not made, one that ended cannot be cancelled, and too many at once are refused', async () => {
  const order = () => call('POST', '/api/portfolio-reports', undefined, { portfolioId });
  const first = await order();
  const url = `/api/portfolio-documents/${first.body.id}`;
  expect((await call('POST', `${url}/cancellation`)).body.status).toBe('cancelled');
  await made();
  expect((await call('GET', url)).body).toMatchObject({ status: 'cancelled', fileName: null });
  expect((await call('POST', `${url}/cancellation`)).body.code).toBe('document_not_open');
  for (let count = 0; count < 5; count += 1) expect((await order()).status).toBe(202);
  expect((await order()).body.code).toBe('documents_too_many');
});

test('cancelled while it is made, it stops at the next step and leaves no file', async () => {
  const { body } = await call('POST', '/api/portfolio-dumps');
  const [job] = jobs.splice(0);
  assert(job, 'the dump was handed to the queue');
  let steps = 0;
  const progress = async (): Promise<void> => {
    steps += 1;
    if (steps === 2) await call('POST', `/api/portfolio-documents/${body.id}/cancellation`);
  };
  await makeDocument(platform, job, { ...context(), progress });
  expect(steps).toBe(2);
  expect((await call('GET', `/api/portfolio-documents/${body.id}`)).body).toMatchObject({ status: 'cancelled' });
});

test('a dump holds the ledger as it is stored, and operations that can be imported again', async () => {
  const { body } = await call('POST', '/api/portfolio-dumps');
  await made();
  const file = await call('GET', `/api/portfolio-documents/${body.id}/file`);
  expect([file.status, file.type]).toEqual([200, 'application/zip']);
  const entries = await entriesOf(file.bytes);
  expect([...entries.keys()]).toEqual([
    'portfolios.ndjson',
    'accounts.ndjson',
    'events.ndjson',
    'imports.ndjson',
    'instruments.ndjson',
    'prices.ndjson',
    `operations/${portfolioId}.csv`,
    'manifest.json',
  ]);
  const [line = ''] = (entries.get('events.ndjson') ?? '').split('\n');
  const event = JSON.parse(line) as { readonly postings: readonly { readonly amount: string }[] };
  expect(event).toMatchObject({ type: 'buy', quantity: '0.123456789012345678', amount: '12.3456789012345678' });
  expect(event.postings.map(({ amount }) => amount)).toContain('0.123456789012345678');
  expect(JSON.parse(entries.get('manifest.json') ?? '')).toMatchObject({
    version: 1,
    workspaceId,
    counts: { portfolios: 1, accounts: 1, events: 1, imports: 0, instruments: 1 },
  });
  const planned = await plannedFrom(Buffer.from(entries.get(`operations/${portfolioId}.csv`) ?? ''));
  expect(planned.flatMap(({ drafts }) => drafts)).toMatchObject([{ type: 'buy', idempotencyKey: 'first' }]);
  // An adviser who was an admin when she ordered it no longer has it.
  expect((await call('GET', `/api/portfolio-documents/${body.id}/file`, `adviser ${ME}`)).status).toBe(404);
});

test('what cannot be made is told on the document at its last attempt', async () => {
  const { body } = await call('POST', '/api/portfolio-reports', undefined, {
    portfolioId,
    from: '2025-01-01',
    to: '2025-02-01',
  });
  await made();
  // The period ends before the first operation: there is nothing to report.
  expect((await call('GET', `/api/portfolio-documents/${body.id}`)).body).toMatchObject({
    status: 'failed',
    step: 'period_not_valid',
  });
});

test('after a week a document and its file are gone', async () => {
  const { body } = await call('POST', '/api/portfolio-dumps');
  await made();
  await forgetOldDocuments(platform);
  expect((await call('GET', `/api/portfolio-documents/${body.id}`)).status).toBe(200);
  platform.time.advance(8 * 86_400_000);
  await forgetOldDocuments(platform);
  expect((await call('GET', `/api/portfolio-documents/${body.id}`)).status).toBe(404);
});
