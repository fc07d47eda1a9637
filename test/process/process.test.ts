/**
 * Goal: the process starts, stops and dies as promised: one box, a setup link only once, clear words when it cannot
 * start, nothing left behind by Ctrl+C, nothing lost by kill -9, and several processes share one database.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { newDataDir, type Product, removeDataDir, startProduct } from '../e2e/product.ts';
import { send, setUpOwner } from './first-run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
vi.setConfig({ testTimeout: 120_000 }); // Each case starts real processes and a real database.

const running: Product[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const product of running.splice(0)) await product.stop();
  for (const folder of folders.splice(0)) removeDataDir(folder);
});

function freshDataDir(): string {
  const folder = newDataDir();
  folders.push(folder);
  return folder;
}

async function start(dataDir: string, args: readonly string[] = []): Promise<Product> {
  const product = await startProduct({ dataDir, args: ['--empty', ...args] });
  running.push(product);
  return product;
}

function postgresCount(dataDir: string): number {
  const listed = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return listed.split('\n').filter((line) => line.includes('postgres') && line.includes(dataDir)).length;
}

test('first run: one box with a setup link; afterwards no link, and Ctrl+C leaves nothing running', async () => {
  const dataDir = freshDataDir();
  const first = await start(dataDir);
  expect(first.output().match(/╭/g)).toHaveLength(1);
  expect(first.setupUrl).toMatch(/\/setup#t=/);
  const cookie = await setUpOwner(first);
  expect((await send(first, 'GET', '/api/me', { cookie })).status).toBe(200);
  expect(await first.stop()).toBe(0);
  expect(postgresCount(dataDir)).toBe(0);

  const second = await start(dataDir);
  expect(second.setupUrl).toBeNull();
  expect((await send(second, 'GET', '/api/me', { cookie })).status).toBe(200);
});

test('kill -9 of the process: the next start adopts the database, and the session is still good', async () => {
  const dataDir = freshDataDir();
  const first = await start(dataDir);
  const cookie = await setUpOwner(first);
  await first.kill();
  const second = await start(dataDir);
  expect((await send(second, 'GET', '/api/me', { cookie })).status).toBe(200);
  expect(await second.stop()).toBe(0);
  expect(postgresCount(dataDir)).toBe(0);
});

test('web and worker as two processes over one embedded database; each survives the other', async () => {
  const dataDir = freshDataDir();
  const web = await start(dataDir, ['--roles', 'web']);
  const worker = await start(dataDir, ['--roles', 'worker']);
  const cookie = await setUpOwner(web);
  const health = async (): Promise<number> => (await send(web, 'GET', '/health/ready')).status;
  expect(await health()).toBe(200);
  const monitor = /http:\/\/127\.0\.0\.1:\d+/.exec(worker.output())?.[0] ?? '';
  const parts = async (): Promise<unknown> =>
    ((await (await fetch(`${monitor}/health`)).json()) as { readonly parts: unknown }).parts;
  // The figures are those of the current minute, and a start on a busy machine truthfully answers late.
  await expect.poll(parts, { timeout: 90_000 }).toMatchObject({ database: 'ok', jobs: 'ok', worker: 'ok' });
  expect(await (await fetch(`${monitor}/metrics`)).text()).toContain('cactus_db_query_duration_seconds_count');
  expect((await fetch(`${monitor}/api/me`)).status).toBe(404);
  // The first process started the server; the last one to leave stops it.
  const again = await start(dataDir, ['--roles', 'web']);
  await web.stop();
  expect((await send(again, 'GET', '/api/me', { cookie })).status).toBe(200);
  await worker.kill();
  expect((await send(again, 'GET', '/api/me', { cookie })).status).toBe(200);
  await again.stop();
  expect(postgresCount(dataDir)).toBe(0);
});

function startAndFail(
  args: readonly string[],
  env: Record<string, string> = {},
): { code: number | null; said: string } {
  const dataDir = freshDataDir();
  const result = spawnSync(process.execPath, [join(root, 'main.ts'), '--data', dataDir, ...args], {
    encoding: 'utf8',
    env: { ...process.env, CACTUS_MARKETS_LIVE_PROVIDERS: 'false', ...env },
    timeout: 60_000,
  });
  return { code: result.status, said: `${result.stdout}${result.stderr}` };
}

test('a port that is taken is said with the way out, and nothing stays behind', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const { code, said } = startAndFail(['--port', String(port), '--empty']);
  taken.close();
  expect(code).toBe(1);
  expect(said).toContain(String(port));
  expect(said).toContain('--port');
  expect(said).not.toContain('    at ');
  expect(said).not.toContain('migrationsApplied'); // Nothing was begun.
});

test.each([
  [['--prot', '1'], {}, '--port'],
  [['--port', 'many'], {}, 'port'],
  [[], { CACTUS_LOGLEVEL: 'info' }, 'CACTUS_LOG_LEVEL'],
  [['--roles', 'web,wörker'], {}, 'roles'],
])('a wrong setting (%j %j) is refused with exit 2 and names the right one', (args, env, named) => {
  const { code, said } = startAndFail(args, env);
  expect(code).toBe(2);
  expect(said).toContain(named);
});

test('the doctor explains a healthy install without a running server', () => {
  const dataDir = freshDataDir();
  const run = spawnSync(process.execPath, [join(root, 'cli', 'main.ts'), 'doctor', '--json'], {
    encoding: 'utf8',
    env: { ...process.env, CACTUS_DATA_DIR: dataDir, CACTUS_PORT: '0' },
    timeout: 60_000,
  });
  const { checks, settings } = JSON.parse(run.stdout) as {
    checks: { name: string; state: string }[];
    settings: { key: string; source: string }[];
  };
  expect(checks.filter(({ state }) => state === 'problem')).toEqual([]);
  expect(checks.map(({ name }) => name)).toContain('Database');
  expect(settings.find(({ key }) => key === 'dataDir')?.source).toBe('environment');
});

test('an unknown command or flag exits with 2 and suggests', () => {
  const run = spawnSync(process.execPath, [join(root, 'cli', 'main.ts'), 'doctr'], { encoding: 'utf8' });
  expect(run.status).toBe(2);
  expect(run.stderr).toContain('doctor');
});
