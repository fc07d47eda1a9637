/**
 * Goal: the whole product comes back on another machine: with demo data, backed up and verified through the API, restored
 * by the command line into an empty data folder with the key file, it starts and shows the same people, counts and values.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { newDataDir, type Product, removeDataDir, startProduct } from '../e2e/product.ts';
import { OWNER, send, setUpOwner } from './first-run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
vi.setConfig({ testTimeout: 400_000 }); // Two products, their databases and a verification.
const POLL = { timeout: 120_000, interval: 500 };

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

async function start(dataDir: string): Promise<Product> {
  const product = await startProduct({ dataDir });
  running.push(product);
  return product;
}

async function read<Answer>(product: Product, cookie: string, path: string): Promise<Answer> {
  const answer = await send(product, 'GET', path, { cookie });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

interface Portfolio {
  readonly id: string;
  readonly name: string;
}
interface Position {
  readonly instrumentId: string;
  readonly quantity: string;
  readonly cost: string | null;
  readonly realised: string | null;
  readonly income: string | null;
}
interface Point {
  readonly date: string;
  readonly value: number | null;
  readonly invested: number | null;
}
type Items<Item> = { readonly items: readonly Item[] };

const TWO_DAYS_MS = 172_800_000;

/**
 * What a person would compare: people, portfolios, every position and operation, and the value of each day that is over;
 * the value of this moment moves with its prices.
 */
async function pictureOf(product: Product, cookie: string) {
  const { items } = await read<Items<Portfolio>>(product, cookie, '/api/portfolios');
  const { items: users } = await read<Items<{ id: string; email: string }>>(product, cookie, '/api/users');
  const lastDay = new Date(Date.now() - TWO_DAYS_MS).toISOString().slice(0, 10);
  const portfolios = [];
  for (const { id, name } of items) {
    const path = `/api/portfolios/${id}`;
    const held = await read<Items<Position>>(product, cookie, `${path}/positions`);
    const { points } = await read<{ points: readonly Point[] }>(product, cookie, `${path}/value-series?range=all`);
    portfolios.push({
      name,
      positions: held.items
        .map(({ instrumentId, quantity, cost, realised, income }) => ({
          instrumentId,
          quantity,
          cost,
          realised,
          income,
        }))
        .toSorted((left, right) => (left.instrumentId < right.instrumentId ? -1 : 1)),
      operations: await read<object>(product, cookie, `${path}/operations`),
      values: points.filter(({ date }) => date <= lastDay).map(({ date, value, invested }) => [date, value, invested]),
    });
  }
  return { portfolios, users: users.map(({ id, email }) => [id, email]) };
}

interface BackupItem {
  readonly backupId: string;
  readonly fileName: string | null;
  readonly state: string;
  readonly verifyState: string;
  readonly rowCount: number;
  readonly fileCount: number;
}

async function backedUp(product: Product, cookie: string): Promise<BackupItem> {
  const newest = async (): Promise<BackupItem | undefined> =>
    (await read<{ items: BackupItem[] }>(product, cookie, '/api/backups')).items[0];
  expect((await send(product, 'POST', '/api/backups', { cookie })).status).toBe(202);
  await expect.poll(async () => (await newest())?.state, POLL).toBe('ready');
  const id = (await newest())?.backupId ?? '';
  expect((await send(product, 'POST', `/api/backups/${id}/verifications`, { cookie })).status).toBe(202);
  await expect.poll(async () => (await newest())?.verifyState, POLL).toBe('verified');
  const item = await newest();
  if (!item) throw new Error('the backup is gone');
  return item;
}

function cactus(dataDir: string, args: readonly string[]) {
  const env = { ...process.env, CACTUS_DATA_DIR: dataDir, LANG: 'en_GB.UTF-8' };
  return spawnSync(process.execPath, [join(root, 'cli/main.ts'), ...args], { cwd: root, env, encoding: 'utf8' });
}

test('the demo comes back whole in another data folder, with the key and only with it', async () => {
  const first = await start(freshDataDir());
  const cookie = await setUpOwner(first);
  const portfolioCount = async (): Promise<number> =>
    (await read<{ items: Portfolio[] }>(first, cookie, '/api/portfolios')).items.length;
  await expect.poll(portfolioCount, POLL).toBeGreaterThan(2);
  const waiting = async (): Promise<boolean> => {
    const before = JSON.stringify(await pictureOf(first, cookie));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    return before !== JSON.stringify(await pictureOf(first, cookie));
  };
  await expect.poll(waiting, POLL).toBe(false);
  const backup = await backedUp(first, cookie);
  expect(backup.rowCount).toBeGreaterThan(100);
  expect(backup.fileCount).toBeGreaterThan(0);
  const before = await pictureOf(first, cookie);
  const known = before.portfolios.flatMap(({ values }) => values.filter(([, value]) => Number(value) > 0));
  expect(known.length).toBeGreaterThan(100);
  await first.stop();

  // What a person carries to the other machine: the backup and the key file.
  const bag = mkdtempSync(join(tmpdir(), 'cactus-bag-'));
  folders.push(bag);
  const file = join(bag, backup.fileName ?? '');
  const keyFile = join(bag, 'master.key');
  copyFileSync(join(first.dataDir, 'backups', backup.fileName ?? ''), file);
  copyFileSync(join(first.dataDir, 'secrets', 'master.key'), keyFile);
  rmSync(first.dataDir, { recursive: true, force: true });

  const dataDir = freshDataDir();
  const keyless = cactus(dataDir, ['backup', 'restore', file, '--yes']);
  expect(keyless.status).not.toBe(0);
  expect(keyless.stderr).toMatch(/key/i);
  const restored = cactus(dataDir, ['backup', 'restore', file, '--yes', '--key-file', keyFile, '--json']);
  expect([restored.status, restored.stderr]).toMatchObject([
    0,
    expect.stringContaining('The keys of that installation') as string,
  ]);

  const second = await start(dataDir);
  expect(second.setupUrl).toBeNull();
  const signedIn = await send(second, 'POST', '/api/sessions', { body: OWNER });
  expect(signedIn.status).toBe(201);
  const secondCookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  expect(await pictureOf(second, secondCookie)).toEqual(before);
});
