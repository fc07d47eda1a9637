/**
 * What the network sections stand on: the real product in its own process with an own data folder, one signed-in owner, and
 * receivers and sockets in this process, so that every instant is read from one clock.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { WebSocket } from 'ws';
import { newDataDir, type Product, removeDataDir, startProduct } from '../test/e2e/product.ts';
import { setUpOwner } from '../test/process/first-run.ts';
import { type LoadSockets, openLoadSockets } from './wire.ts';

const MIB = 1024 ** 2;
const PAGE_BYTES = 4096;
const CONNECTIONS = 64; // The generator keeps its rate even when answers take 50 ms.

export interface House {
  readonly url: string;
  call(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** The generator for loads: `call` on a full client would take the CPU that is being measured. */
  openLoad(): Promise<LoadSockets>;
  /** `after`: a sequence to go on from, as a client does that was cut off. Hears its first answer too. */
  openSocket(topics: readonly string[], onFrame: (text: string) => void, after?: string): Promise<WebSocket>;
  /** Memory of the server's process; the database has its own. */
  serverMib(): number;
  /** CPU spent so far by the server and by its database: does not depend on what else the machine does. */
  cpuMs(): { readonly server: number; readonly database: number };
  killAndRestart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts Cactus empty, with no limit on writes: the generator is one address. */
export async function openHouse(env: Record<string, string> = {}): Promise<House> {
  const dataDir = newDataDir();
  const start = (): Promise<Product> =>
    startProduct({
      dataDir,
      args: ['--empty'],
      env: {
        CACTUS_RATE_LIMITS_WRITES_PER_MINUTE: '0',
        CACTUS_RATE_LIMITS_READS_PER_MINUTE: '0',
        CACTUS_WEBHOOKS_ALLOW_PRIVATE_NETWORKS: 'true',
        CACTUS_LOG_LEVEL: 'warn',
        ...env,
      },
    });
  let product = await start();
  const cookie = await setUpOwner(product);
  const agent = new Agent({ connections: CONNECTIONS, pipelining: 1 });
  return {
    get url() {
      return product.url;
    },
    async call(method, path, body) {
      const answer = await request(`${product.url}${path}`, {
        method,
        dispatcher: agent,
        headers: { cookie, origin: product.url, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, body: text === '' ? null : (JSON.parse(text) as unknown) };
    },
    openLoad: () => openLoadSockets(product.url, { count: CONNECTIONS, headers: { cookie, origin: product.url } }),
    async openSocket(topics, onFrame, after) {
      const { url } = product;
      const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers: { cookie, origin: url } });
      socket.on('error', () => undefined); // A killed server cuts its sockets.
      // Before anything arrives: what was missed may come in the same packet as the first answer.
      socket.on('message', (data) => onFrame((data as Buffer).toString('utf8')));
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.once('open', () => socket.send(JSON.stringify({ type: 'subscribe', topics, after })));
        socket.once('message', () => resolve());
      });
      return socket;
    },
    serverMib: () => residentMib(product.pid),
    cpuMs: () => ({ server: cpuMsOf(product.pid), database: databaseCpuMs(dataDir) }),
    async killAndRestart() {
      await product.kill();
      product = await start();
    },
    async close() {
      await agent.destroy();
      await product.stop();
      removeDataDir(dataDir);
    },
  };
}

/** A local receiver; `onCall` hears the body at the instant it is complete. */
export async function openReceiver(
  onCall: (body: string, headers: Readonly<Record<string, unknown>>) => void,
  options: { readonly hangs?: boolean } = {},
): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      onCall(Buffer.concat(chunks).toString('utf8'), incoming.headers);
      if (options.hangs !== true) response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Calls `act` at a steady rate whatever its answers take (an open loop), for a while; waits for the last answer. */
export async function atRate(
  load: { readonly perSecond: number; readonly durationMs: number; readonly shouldStop?: () => boolean },
  act: (index: number) => Promise<void>,
): Promise<number> {
  const startedMs = performance.now();
  const running = new Set<Promise<void>>();
  const total = Math.round((load.perSecond * load.durationMs) / 1000);
  let index = 0;
  while (index < total && load.shouldStop?.() !== true) {
    const dueCount = Math.min(total, Math.floor(((performance.now() - startedMs) * load.perSecond) / 1000) + 1);
    for (; index < dueCount; index += 1) {
      const one: Promise<void> = act(index).finally(() => running.delete(one));
      running.add(one);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(running);
  return index;
}

const TICK_MS = 10; // USER_HZ is 100 on every Linux that Node supports.

/** User and system time of a process and of its children that have ended. */
function cpuMsOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return [11, 12, 13, 14].reduce((total, index) => total + Number(fields[index] ?? 0), 0) * TICK_MS;
  } catch {
    return 0; // Only Linux tells.
  }
}

function databaseCpuMs(dataDir: string): number {
  const postmaster = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).find((file) =>
    file.endsWith('postmaster.pid'),
  );
  if (postmaster === undefined) return 0;
  const pid = readFileSync(join(dataDir, postmaster), 'utf8').split('\n')[0] ?? '';
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  return [pid, ...children].reduce((total, one) => total + cpuMsOf(Number(one)), 0);
}

function parentOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1];
  } catch {
    return undefined; // It has ended meanwhile.
  }
}

function residentMib(pid: number): number {
  try {
    const [, residentPages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    return (Number(residentPages) * PAGE_BYTES) / MIB;
  } catch {
    return 0; // Only Linux tells.
  }
}
