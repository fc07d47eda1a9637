/**
 * Goal: an endpoint that asks for order gets it over processes that die: with a web process and a worker apart, each killed
 * with -9 under load and replaced, what is about one subject arrives in the order it happened, and nothing is lost.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { newDataDir, type Product, removeDataDir, startProduct } from '../e2e/product.ts';
import { send, setUpOwner } from './first-run.ts';

vi.setConfig({ testTimeout: 300_000 }); // Real processes, started again in the middle, on a busy machine.

const SETTLE = { timeout: 120_000, interval: 200 };
const LOAD_MS = 1_500;
const ACKNOWLEDGED_MIN = 30;

interface Received {
  readonly path: string;
  readonly subject: string;
  readonly n: number;
}

let dataDir: string;
let receiver: Server;
let cookie: string;
let web: Product;
let worker: Product;
const started: Product[] = [];
const received: Received[] = [];
const portfolioIds: string[] = [];

beforeAll(async () => {
  dataDir = newDataDir();
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      received.push({ path, ...factOf(Buffer.concat(chunks).toString('utf8')) });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  web = await start('web');
  cookie = await setUpOwner(web);
  worker = await start('worker');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const filters = ['portfolios.operation.recorded'];
  await call('POST', '/api/webhooks/endpoints', { url: `${url}/subject`, filters, ordering: 'subject' });
  await call('POST', '/api/webhooks/endpoints', { url: `${url}/endpoint`, filters, ordering: 'endpoint' });
  for (const name of ['Uno', 'Dos', 'Tres']) {
    portfolioIds.push((await call<{ id: string }>('POST', '/api/portfolios', { name, baseCurrency: 'EUR' })).id);
  }
}, 300_000);

afterAll(async () => {
  for (const product of started.toReversed()) await product.stop();
  receiver.closeAllConnections();
  receiver.close();
  removeDataDir(dataDir);
}, 120_000);

/** Which portfolio, and which of its deposits: their amounts count up. */
function factOf(body: string): { readonly subject: string; readonly n: number } {
  const { data } = JSON.parse(body) as { readonly data: { readonly portfolioId: string; readonly amount: string } };
  return { subject: data.portfolioId, n: Number(data.amount) };
}

async function start(role: 'web' | 'worker'): Promise<Product> {
  // Short attempts make short leases: what a killed process held is taken over after 16 s instead of 30.
  const env = { CACTUS_WEBHOOKS_ALLOW_PRIVATE_NETWORKS: 'true', CACTUS_WEBHOOKS_TIMEOUT_MS: '1000' };
  const product = await startProduct({ dataDir, args: ['--empty', '--roles', role], env });
  started.push(product);
  return product;
}

async function call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await send(web, method, path, { cookie, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as Body;
}

/** Records deposits of 1, 2, 3… in each portfolio, one after another, until stopped; gives how many were acknowledged. */
function recording(): { readonly stop: () => Promise<ReadonlyMap<string, number>> } {
  const acknowledged = new Map<string, number>();
  const ending = new AbortController();
  const loops = portfolioIds.map(async (portfolioId) => {
    let n = (counts.get(portfolioId) ?? 0) + 1;
    while (!ending.signal.aborted) {
      const money = { type: 'deposit', date: '2026-01-07', accountName: 'Banco', currency: 'EUR' };
      // The same key again after a cut: it is recorded once, whether the answer was lost or the request.
      const body = { ...money, amount: String(n), idempotencyKey: `${portfolioId}-${n}` };
      try {
        await call('POST', `/api/portfolios/${portfolioId}/operations`, body);
        acknowledged.set(portfolioId, n);
        counts.set(portfolioId, n);
        n += 1;
      } catch {
        await delay(50); // Cut by a kill, or nobody listens yet.
      }
    }
  });
  return {
    stop: async () => {
      ending.abort();
      await Promise.all(loops);
      return acknowledged;
    },
  };
}
const counts = new Map<string, number>();

/** Runs `change` under load; then everything acknowledged arrives at both endpoints, each subject in its order. */
async function underLoad(change: () => Promise<void>): Promise<void> {
  const load = recording();
  await delay(LOAD_MS);
  await change();
  await delay(LOAD_MS);
  const acknowledged = await load.stop();
  const total = [...acknowledged.values()].reduce((sum, count) => sum + count, 0);
  expect(total).toBeGreaterThan(ACKNOWLEDGED_MIN);
  for (const path of ['/subject', '/endpoint']) {
    for (const [subject, count] of acknowledged) {
      const everyOne = Array.from({ length: count }, (_unused, index) => index + 1);
      const first = (): number[] => [...new Set(numbersOf(path, subject))];
      await expect.poll(() => first().length, SETTLE).toBeGreaterThanOrEqual(count);
      // First arrivals count up without a gap: a repetition may come again, a later one never before its turn.
      expect([path, subject, first().slice(0, count)]).toEqual([path, subject, everyOne]);
    }
  }
  // Where only heads are in the air, what comes again is the last one, never an older one.
  for (const subject of portfolioIds) {
    const numbers = numbersOf('/subject', subject);
    expect(numbers).toEqual(numbers.toSorted((left, right) => left - right));
  }
}

function numbersOf(path: string, subject: string): number[] {
  return received.filter((one) => one.path === path && one.subject === subject).map(({ n }) => n);
}

test('the web process, which sends what it accepts, is killed under load and replaced', async () => {
  await underLoad(async () => {
    await web.kill();
    web = await start('web');
  });
});

test('the worker, which takes over what waits, is killed under load and replaced', async () => {
  await underLoad(async () => {
    await worker.kill();
    worker = await start('worker');
  });
});

test('both at once, and both come back', async () => {
  await underLoad(async () => {
    await Promise.all([web.kill(), worker.kill()]);
    web = await start('web');
    worker = await start('worker');
  });
});
