/**
 * Goal: the first real job, whole, over the product's own process: a workbook becomes a valued portfolio, a price alert
 * is set, a price crosses it, and the same event reaches a signed webhook, an open socket and the bell. The times are
 * printed here and held to their line by `npm run bench`.
 */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Decimal } from '#kernel';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { newDataDir, type Product, removeDataDir, startProduct } from '../e2e/product.ts';
import { send, setUpOwner } from './first-run.ts';

vi.setConfig({ testTimeout: 120_000 });

interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly atMs: number;
}

const SAMPLE = join(fileURLToPath(new URL('../..', import.meta.url)), 'domains/portfolios/web/operaciones.xlsx');
const WAIT_MS_MAX = 15_000;

let product: Product;
let dataDir: string;
let cookie: string;
let receiver: Server;
const received: Received[] = [];

beforeAll(async () => {
  dataDir = newDataDir();
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      received.push({ headers: request.headers, body, atMs: performance.now() });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  product = await startProduct({
    dataDir,
    args: ['--empty'],
    env: { CACTUS_WEBHOOKS_ALLOW_PRIVATE_NETWORKS: 'true' },
  });
  cookie = await setUpOwner(product);
}, 180_000);

afterAll(async () => {
  await product?.stop();
  receiver.closeAllConnections();
  receiver.close();
  removeDataDir(dataDir);
});

async function call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await send(product, method, path, { cookie, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as Body;
}

async function until<Value>(what: string, read: () => Promise<Value | null> | Value | null): Promise<Value> {
  const deadlineMs = performance.now() + WAIT_MS_MAX;
  while (performance.now() < deadlineMs) {
    const value = await read();
    if (value !== null) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${what} did not happen in ${WAIT_MS_MAX} ms:\n${product.output()}`);
}

interface ImportFacts {
  readonly id: string;
  readonly status: string;
  readonly recordedCount: number;
}

async function importSample(portfolioId: string): Promise<ImportFacts> {
  const upload = await fetch(`${product.url}/api/imports/files`, {
    method: 'PUT',
    headers: {
      cookie,
      origin: product.url,
      'content-type': 'application/octet-stream',
      'x-file-name': 'operaciones.xlsx',
    },
    body: readFileSync(SAMPLE),
  });
  expect(upload.status).toBe(201);
  const { fileId } = (await upload.json()) as { fileId: string };
  const created = await call<ImportFacts>('POST', '/api/imports', { fileId, portfolioId });
  const at = (status: string) => async (): Promise<ImportFacts | null> => {
    const facts = await call<ImportFacts>('GET', `/api/imports/${created.id}`);
    if (facts.status === 'refused') throw new Error(`the sample was refused: ${JSON.stringify(facts)}`);
    return facts.status === status ? facts : null;
  };
  await until('the preview', at('previewed'));
  await send(product, 'POST', `/api/imports/${created.id}/confirm`, { cookie });
  // A second import of the same file has nothing to record and stays a preview.
  return until('the end of the import', async () => (await at('confirmed')()) ?? (await at('previewed')()));
}

interface PortfolioFacts {
  readonly id: string;
  readonly operationCount: number;
  readonly figures: { readonly value: string | null; readonly valueKnown: string; readonly cost: string | null };
}

test('a workbook becomes a valued portfolio; importing it again changes nothing', async () => {
  const { id } = await call<{ id: string }>('POST', '/api/portfolios', { name: 'Largo plazo', baseCurrency: 'EUR' });
  const portfolio = (): Promise<PortfolioFacts> =>
    call<{ items: PortfolioFacts[] }>('GET', '/api/portfolios').then(({ items }) => items[0] as PortfolioFacts);

  const done = await importSample(id);
  expect(done.status).toBe('confirmed');
  expect(done.recordedCount).toBeGreaterThan(10);
  const first = await portfolio();
  expect(first.operationCount).toBe(done.recordedCount);
  // The funds of the sheet carry their own value; whatever has no price yet is missing, never zero.
  expect(Decimal.from(first.figures.valueKnown).sign).toBe(1);

  await importSample(id);
  expect(await portfolio()).toEqual(first);
});

interface AlertEvent {
  readonly id: string;
  readonly name: string;
}

interface Said {
  readonly type: string;
  readonly event?: AlertEvent;
}

/** A socket that collects the events of this workspace, as an open page does. */
async function openTail(): Promise<{ readonly events: { event: AlertEvent; atMs: number }[]; close(): void }> {
  const socket = new WebSocket(`${product.url.replace('http', 'ws')}/ws`, { headers: { cookie, origin: product.url } });
  const events: { event: AlertEvent; atMs: number }[] = [];
  const isReady = Promise.withResolvers<void>();
  socket.on('message', (frame: Buffer) => {
    const said = JSON.parse(frame.toString('utf8')) as Said | Said[];
    for (const message of [said].flat()) {
      if (message.type === 'subscribed') isReady.resolve();
      if (message.event) events.push({ event: message.event, atMs: performance.now() });
    }
  });
  socket.once('error', isReady.reject);
  socket.once('open', () => socket.send(JSON.stringify({ type: 'subscribe', topics: ['events'] })));
  await isReady.promise;
  return { events, close: () => socket.close() };
}

/** Verified as the Standard Webhooks specification says, without our own code. */
function isSigned(secret: string, { headers, body }: Received): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const expected = createHmac('sha256', key).update(signed).digest('base64');
  return String(headers['webhook-signature']).split(' ').includes(`v1,${expected}`);
}

test('a price crosses an alert: the same event at the webhook, on the socket and in the bell', async () => {
  const { port } = receiver.address() as AddressInfo;
  const { secret } = await call<{ secret: string }>('POST', '/api/webhooks/endpoints', {
    url: `http://127.0.0.1:${port}/alertas`,
    filters: ['markets.alert.*'],
  });
  const instrument = await call<{ id: string }>('POST', '/api/markets/instruments', {
    kind: 'fund',
    symbol: 'PROMISE',
    name: 'Fondo Promesa',
    currency: 'EUR',
  });
  const priceOf = (price: string): Promise<unknown> =>
    call('PUT', `/api/markets/instruments/${instrument.id}/manual-price`, { price, currency: 'EUR', on: today() });
  await priceOf('99.50');
  await call('POST', '/api/markets/alerts', { instrumentId: instrument.id, condition: 'above', threshold: '100' });
  const tail = await openTail();
  expect(await call('GET', '/api/notifications/unread-count')).toEqual({ unreadCount: 0 });

  const startedAtMs = performance.now();
  await priceOf('100.01');
  const hook = await until('the webhook', () => received[0] ?? null);
  const live = await until(
    'the socket',
    () => tail.events.find(({ event }) => event.name === 'markets.alert.fired') ?? null,
  );
  tail.close();
  console.log(
    `price accepted by the API -> webhook ${(hook.atMs - startedAtMs).toFixed(1)} ms, socket ${(live.atMs - startedAtMs).toFixed(1)} ms`,
  );

  expect(isSigned(secret, hook)).toBe(true);
  expect(hook.headers['webhook-id']).toBe(live.event.id);
  expect(JSON.parse(hook.body)).toMatchObject({ type: 'markets.alert.fired' });
  expect(await call('GET', '/api/notifications/unread-count')).toEqual({ unreadCount: 1 });
  await priceOf('100.02');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(received).toHaveLength(1);
});

/** The day in the owner's zone. */
function today(): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Madrid' }).format(Date.now());
}
