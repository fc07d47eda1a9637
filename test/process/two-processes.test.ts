/**
 * Goal: split over processes and machines the product keeps its promises: with two web processes, a worker, one database
 * and a Redis, any of them may die under load and be replaced. What was acknowledged is not lost, no socket hears an event
 * twice, jobs finish once, nobody is signed out, and a rate limit stays one limit.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Agent, request as requestFrom } from 'undici';
import { WebSocket } from 'ws';
import { openTestRedis, type TestRedis } from '#platform/testing';
import { newDataDir, type Product, removeDataDir, startProduct } from '../e2e/product.ts';
import { send, setUpOwner } from './first-run.ts';

vi.setConfig({ testTimeout: 300_000 }); // Real processes, started again in the middle, on a busy machine.

const SAMPLE = join(fileURLToPath(new URL('../..', import.meta.url)), 'domains/portfolios/web/operaciones.xlsx');
const SIGN_INS_MAX = 12;
const LIMIT_WINDOW_MS = 60_000; // That of the product.
const LOAD_MS = 1_500;
const SETTLE = { timeout: 60_000, interval: 100 };

let redis: TestRedis;
let dataDir: string;
let receiver: Server;
let cookie: string;
/** The web processes people reach, as a load balancer knows them. */
let webs: Product[] = [];
let worker: Product;
const started: Product[] = [];
const received = new Map<string, number>();
const tails: Tail[] = [];

beforeAll(async () => {
  redis = await openTestRedis();
  dataDir = newDataDir();
  receiver = createServer((request, response) => {
    const id = String(request.headers['webhook-id']);
    received.set(id, (received.get(id) ?? 0) + 1);
    request.resume().on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  webs = [await start('web')];
  cookie = await setUpOwner(webs[0] as Product);
  [worker, webs[1]] = await Promise.all([start('worker'), start('web')]);
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  await call('POST', '/api/webhooks/endpoints', { url, filters: ['webhooks.custom.*'] });
  for (const index of [0, 1, 0, 1]) tails.push(new Tail(index));
  await vi.waitUntil(() => tails.every(({ isLive }) => isLive), SETTLE);
}, 300_000);

afterAll(async () => {
  for (const tail of tails) tail.close();
  for (const product of started.toReversed()) await product.stop();
  receiver.closeAllConnections();
  receiver.close();
  await redis.close();
  removeDataDir(dataDir);
}, 120_000);

async function start(role: 'web' | 'worker'): Promise<Product> {
  const env = {
    REDIS_URL: redis.url,
    CACTUS_WEBHOOKS_ALLOW_PRIVATE_NETWORKS: 'true',
    CACTUS_RATE_LIMITS_PUBLIC_WRITES_PER_MINUTE: String(SIGN_INS_MAX),
  };
  const product = await startProduct({ dataDir, args: ['--empty', '--roles', role], env });
  started.push(product);
  return product;
}

let turn = 0;
/** The next web process in turn, as a load balancer without sticky sessions chooses. */
function anyWeb(): Product {
  turn += 1;
  return webs[turn % webs.length] as Product;
}

async function call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
  const answer = await send(anyWeb(), method, path, { cookie, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as Body;
}

interface Frame {
  readonly type: string;
  readonly sequence?: string;
  readonly event?: { readonly id: string; readonly sequence: string };
}

/** An open page: after a cut it comes back to whichever process is there, and says where it stopped. */
class Tail {
  readonly heard: string[] = [];
  isLive = false;
  #after: string | null = null;
  #socket: WebSocket | null = null;
  #isClosed = false;

  constructor(index: number) {
    this.#open(index);
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.terminate();
  }

  #open(index: number): void {
    const { url } = webs[index % webs.length] as Product;
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers: { cookie, origin: url } });
    this.#socket = socket;
    socket.on('open', () => {
      const after = this.#after === null ? {} : { after: this.#after };
      socket.send(JSON.stringify({ type: 'subscribe', topics: ['webhooks.custom.*'], ...after }));
    });
    socket.on('message', (data: Buffer) => {
      for (const frame of [JSON.parse(data.toString('utf8')) as Frame | Frame[]].flat()) this.#hear(frame);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isLive = false;
      if (!this.#isClosed) setTimeout(() => this.#open(index + 1), 100);
    });
  }

  #hear(frame: Frame): void {
    if (frame.type === 'subscribed') {
      this.isLive = true;
      this.#after ??= frame.sequence ?? null;
    } else if (frame.event) {
      this.heard.push(frame.event.id);
      this.#after = frame.event.sequence;
    }
  }
}

/** Publishes on every process at once until stopped; gives the ids that were acknowledged. */
function publishing(): { readonly stop: () => Promise<readonly string[]> } {
  const acknowledged: string[] = [];
  const ending = new AbortController();
  const loops = Array.from({ length: 4 }, async (_unused, place) => {
    for (let count = 0; !ending.signal.aborted; count += 1) {
      const body = { type: 'load.tick', data: { place, count } };
      try {
        const answer = await send(anyWeb(), 'POST', '/api/events', { cookie, body });
        if (answer.ok) acknowledged.push(((await answer.json()) as { id: string }).id);
      } catch {
        await delay(20); // This process died; the caller was not told that it was taken.
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

/** Runs `change` in the middle of the load and expects that nothing acknowledged is missing or doubled anywhere. */
async function underLoad(change: () => Promise<void>): Promise<void> {
  const load = publishing();
  await delay(LOAD_MS);
  await change();
  await delay(LOAD_MS);
  const acknowledged = await load.stop();
  expect(acknowledged.length).toBeGreaterThan(20);
  for (const tail of tails) {
    await expect.poll(() => missingFrom(new Set(tail.heard), acknowledged), SETTLE).toEqual([]);
    expect(tail.heard.length).toBe(new Set(tail.heard).size);
  }
  await expect.poll(() => missingFrom(received, acknowledged), SETTLE).toEqual([]);
}

const missingFrom = (held: { has(id: string): boolean }, ids: readonly string[]): string[] =>
  ids.filter((id) => !held.has(id));

const meStatus = async (product: Product): Promise<number> =>
  (await send(product, 'GET', '/api/me', { cookie })).status;

test('one cookie, two processes; a limit counts over both', async () => {
  for (const web of webs) expect(await meStatus(web)).toBe(200);
  // A window begins with the first request of an address, so each try comes from one of its own; a machine so busy that
  // the window ended in between has said nothing, and is asked again.
  for (let place = 2; place < 8; place += 1) {
    const startedMs = performance.now();
    const statuses = await guessFrom(`127.0.0.${place}`);
    if (performance.now() - startedMs >= LIMIT_WINDOW_MS) continue;
    expect(statuses.filter((status) => status !== 429)).toHaveLength(SIGN_INS_MAX);
    expect(statuses.slice(-2)).toEqual([429, 429]);
    return;
  }
  throw new Error('sixteen sign-ins took more than a minute, six times');
});

/** More sign-ins than allowed from one address, by turns at both processes; gives their statuses in order. */
async function guessFrom(localAddress: string): Promise<number[]> {
  const agent = new Agent({ localAddress });
  const statuses: number[] = [];
  try {
    for (let count = 0; count < SIGN_INS_MAX + 4; count += 1) {
      const url = anyWeb().url.replace('localhost', '127.0.0.1');
      const answer = await requestFrom(`${url}/api/sessions`, {
        method: 'POST',
        dispatcher: agent,
        headers: { origin: url, 'content-type': 'application/json' },
        body: JSON.stringify({ email: `nobody${count}@example.com`, password: 'una clave que no es' }),
      });
      await answer.body.dump();
      statuses.push(answer.statusCode);
    }
  } finally {
    await agent.close();
  }
  return statuses;
}

test('a web process is killed under load and replaced: nothing is lost or doubled, nobody is signed out', async () => {
  await underLoad(async () => {
    const [first, second] = webs as [Product, Product];
    webs = [second];
    await first.kill();
    expect(await meStatus(second)).toBe(200);
    webs = [second, await start('web')];
  });
  for (const web of webs) expect(await meStatus(web)).toBe(200);
  expect(tails.every(({ isLive }) => isLive)).toBe(true);
});

interface ImportFacts {
  readonly id: string;
  readonly status: string;
  readonly recordedCount: number;
}

async function startImport(name: string): Promise<{ readonly id: string; readonly portfolioId: string }> {
  const { id: portfolioId } = await call<{ id: string }>('POST', '/api/portfolios', { name, baseCurrency: 'EUR' });
  const { url } = anyWeb();
  const headers = {
    cookie,
    origin: url,
    'content-type': 'application/octet-stream',
    'x-file-name': 'operaciones.xlsx',
  };
  const upload = await fetch(`${url}/api/imports/files`, { method: 'PUT', headers, body: readFileSync(SAMPLE) });
  const { fileId } = (await upload.json()) as { fileId: string };
  const { id } = await call<{ id: string }>('POST', '/api/imports', { fileId, portfolioId });
  return { id, portfolioId };
}

test('the worker is killed with jobs in hand and replaced: each job finishes, and once', async () => {
  const imports = await Promise.all(['Uno', 'Dos', 'Tres', 'Cuatro', 'Cinco'].map(startImport));
  const read = (id: string): Promise<ImportFacts> => call<ImportFacts>('GET', `/api/imports/${id}`);
  const statuses = async (): Promise<string[]> =>
    (await Promise.all(imports.map(({ id }) => read(id)))).map((one) => one.status);
  await underLoad(async () => {
    await worker.kill();
    worker = await start('worker');
  });
  await expect.poll(statuses, { timeout: 120_000, interval: 200 }).toEqual(imports.map(() => 'previewed'));
  await Promise.all(imports.map(({ id }) => call('POST', `/api/imports/${id}/confirm`)));
  await worker.kill();
  worker = await start('worker');
  await expect.poll(statuses, { timeout: 120_000, interval: 200 }).toEqual(imports.map(() => 'confirmed'));
  const { items } = await call<{ items: { id: string; operationCount: number }[] }>('GET', '/api/portfolios');
  for (const { id, portfolioId } of imports) {
    const { recordedCount } = await read(id);
    expect(recordedCount).toBeGreaterThan(10);
    expect(items.find((portfolio) => portfolio.id === portfolioId)?.operationCount).toBe(recordedCount);
  }
});

test('Redis is killed under load and comes back: degraded is said, and nothing else changes', async () => {
  const partOf = async (web: Product): Promise<string | undefined> =>
    ((await (await send(web, 'GET', '/health')).json()) as { readonly parts: Record<string, string> }).parts['redis'];
  for (const web of webs) await expect.poll(() => partOf(web), SETTLE).toBe('ok');
  await underLoad(async () => {
    await redis.kill();
    for (const web of webs) {
      await expect.poll(() => partOf(web), SETTLE).toBe('degraded');
      expect((await send(web, 'GET', '/health/ready')).status).toBe(200);
      expect(await meStatus(web)).toBe(200);
    }
  });
  await underLoad(() => redis.restart());
  for (const web of webs) await expect.poll(() => partOf(web), SETTLE).toBe('ok');
});
