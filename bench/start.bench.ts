/**
 * Bench of `npm start`: how long until the first answer when everything is in place, and what server and database hold in
 * memory when they are idle with the demo. Memory is PSS (shared pages split among their users), so processes add up.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { newDataDir, type Product, removeDataDir, startProduct } from '../test/e2e/product.ts';
import { send, setUpOwner } from '../test/process/first-run.ts';
import { type BenchSection, type Figure, percentile, sleep } from './section.ts';

const ROUNDS = 5;
const POLL_MS = 10;
const START_MS_MAX = 60_000;
const DEMO_MS_MAX = 120_000;
const IDLE_MS = 20_000; // Long enough for the first collection after the demo was filled.
const KIB_PER_MIB = 1024;
const root = fileURLToPath(new URL('..', import.meta.url));

export const section: BenchSection = { title: 'npm start: second start, idle memory with the demo', run: benchStart };

async function benchStart(): Promise<readonly Figure[]> {
  const dataDir = newDataDir();
  try {
    const memory = await idleMemory(await startProduct({ dataDir }));
    const starts: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) starts.push(await secondStartMs(dataDir));
    return [
      {
        name: 'second npm start to the first answer, median',
        value: percentile(starts, 0.5),
        unit: 'ms',
        atMost: 3_000,
      },
      { name: 'second npm start, slowest', value: Math.max(...starts), unit: 'ms' },
      ...memory,
    ];
  } finally {
    removeDataDir(dataDir);
  }
}

async function idleMemory(product: Product): Promise<readonly Figure[]> {
  const cookie = await setUpOwner(product);
  const deadlineMs = performance.now() + DEMO_MS_MAX;
  while (performance.now() < deadlineMs) {
    const answer = await send(product, 'GET', '/api/portfolios', { cookie });
    const { items } = (await answer.json()) as { items: unknown[] };
    if (items.length >= 3) break;
    await sleep(500);
  }
  await sleep(IDLE_MS);
  const server = pssMib(product.pid);
  const database = databasePids(product.dataDir).reduce((sum, pid) => sum + pssMib(pid), 0);
  await product.stop();
  return [
    { name: 'server, idle with the demo', value: server, unit: 'MiB' },
    { name: 'database, idle with the demo', value: database, unit: 'MiB' },
    { name: 'server and database', value: server + database, unit: 'MiB', atMost: 300 },
  ];
}

/** As a person starts it: npm, the bootstrap, then the server; until the API answers. */
async function secondStartMs(dataDir: string): Promise<number> {
  const port = await freePort();
  const startedMs = performance.now();
  const child = spawn('npm', ['start', '--', '--port', String(port), '--data', dataDir], {
    cwd: root,
    env: { ...process.env, CACTUS_MARKETS_LIVE_PROVIDERS: 'false' },
    stdio: 'ignore',
    detached: true,
  });
  while (performance.now() - startedMs < START_MS_MAX) {
    const isAnswered = await fetch(`http://127.0.0.1:${port}/api/setup`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isAnswered) break;
    await sleep(POLL_MS);
  }
  const tookMs = performance.now() - startedMs;
  await ended(child);
  return tookMs;
}

/** Ctrl+C reaches the whole group, as in a terminal. */
async function ended(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  if (child.pid) process.kill(-child.pid, 'SIGINT');
  await exited;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

function pssMib(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) / KIB_PER_MIB;
  } catch {
    return 0; // It ended between the listing and the reading.
  }
}

/** The postmaster of this data folder and its children. */
function databasePids(dataDir: string): number[] {
  const postmaster = Number(readFileSync(`${dataDir}/postgres/postmaster.pid`, 'utf8').split('\n')[0]);
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const children = all.filter((pid) => parentOf(pid) === postmaster).map(Number);
  return [postmaster, ...children];
}

function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}
