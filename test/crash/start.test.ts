/**
 * Goal: the embedded database starts again whatever the last end left behind, is shared by processes that come and go,
 * and says clearly what is wrong when it cannot start.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openDatabase } from '#platform/db';
import { openCrashApp, quiet } from './crash-app.ts';
import { crashFolder, startCrashChild } from './crash-child.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 }); // Creating clusters is disk work; a busy machine takes its time.

let prepared: ReturnType<typeof crashFolder>;
let folder: ReturnType<typeof crashFolder>;
beforeAll(async () => {
  prepared = crashFolder();
  await (await open(prepared.dataDir)).close();
});
afterAll(() => prepared.remove());
beforeEach(() => {
  folder = crashFolder();
});
afterEach(() => folder.remove());

const pidFile = (): string => join(folder.dataDir, 'postgres', 'postmaster.pid');
const open = (dataDir: string) => openDatabase({ databaseUrl: null, dataDir, log: quiet });

/** A data folder that was used and left in order. */
function copyPrepared(): void {
  cpSync(prepared.dataDir, folder.dataDir, { recursive: true, filter: (path) => !path.endsWith('/run') });
  chmodSync(join(folder.dataDir, 'postgres'), 0o700);
}

test('three processes that start together on an empty folder share one server; the last one out stops it', async () => {
  const { dataDir } = folder;
  const children = await Promise.all(Array.from({ length: 3 }, () => startCrashChild({ dataDir, writers: 2 })));
  const [first, second, third] = children;
  const postmaster = readFileSync(pidFile(), 'utf8').split('\n')[0];
  await Promise.all(children.map((child) => child.until('ack', 10)));
  await first!.stop();
  await second!.kill();
  const before = third!.said.get('ack')!.length;
  await third!.until('ack', before + 20);
  expect(readFileSync(pidFile(), 'utf8').split('\n')[0]).toBe(postmaster);
  expect(third!.said.get('failed')).toBeUndefined();
  await third!.stop();
  expect(third!.said.get('closed')).toHaveLength(1);
  expect(existsSync(pidFile())).toBe(false);
});

test('a server that outlived its killed app is adopted, not started twice', async () => {
  copyPrepared();
  const child = await startCrashChild({ dataDir: folder.dataDir, writers: 1 });
  await child.until('ack', 5);
  await child.kill();
  const postmaster = readFileSync(pidFile(), 'utf8').split('\n')[0];
  const app = await openCrashApp({ dataDir: folder.dataDir, jobMs: 0 });
  expect(readFileSync(pidFile(), 'utf8').split('\n')[0]).toBe(postmaster);
  await app.close();
  expect(existsSync(pidFile())).toBe(false);
});

test.each([
  ['of a process that is gone', () => 4_194_200],
  ['whose number now belongs to somebody else', () => process.pid],
])('a left-over postmaster.pid %s does not stop the start', async (_case, pid) => {
  copyPrepared();
  const socketDir = join(folder.dataDir, 'run');
  writeFileSync(
    pidFile(),
    `${pid()}\n${join(folder.dataDir, 'postgres')}\n1700000000\n5432\n${socketDir}\n\n  5432001 7\nready\n`,
  );
  const db = await open(folder.dataDir);
  expect(await db.ping()).toBeGreaterThan(0);
  await db.close();
});

test('the copy of a data folder in use starts its own server, not that of the original', async () => {
  const original = crashFolder();
  cpSync(prepared.dataDir, original.dataDir, { recursive: true, filter: (path) => !path.endsWith('/run') });
  chmodSync(join(original.dataDir, 'postgres'), 0o700);
  const child = await startCrashChild({ dataDir: original.dataDir });
  copyPrepared();
  cpSync(join(original.dataDir, 'postgres', 'postmaster.pid'), pidFile());
  const db = await open(folder.dataDir);
  const [row] = await db.prepared<{ dir: string }>('copy.dir', `select current_setting('data_directory') as dir`, []);
  expect(row?.dir).toBe(join(folder.dataDir, 'postgres'));
  await db.close();
  await child.stop();
  await original.remove();
});

test('an interrupted creation of the cluster is thrown away and done again', async () => {
  const { dataDir } = folder;
  copyPrepared();
  execFileSync('mv', [join(dataDir, 'postgres'), join(dataDir, 'postgres.new')]);
  rmSync(join(dataDir, 'postgres.new', 'global'), { recursive: true });
  const db = await open(dataDir);
  expect(await db.ping()).toBeGreaterThan(0);
  await db.close();
});

test.each([
  [
    'another major version',
    'database_version_mismatch',
    () => writeFileSync(join(folder.dataDir, 'postgres', 'PG_VERSION'), '16\n'),
  ],
  ['a missing password', 'database_password_missing', () => rmSync(join(folder.dataDir, 'postgres.password'))],
])('%s is told and leaves the data alone', async (_case, code, spoil) => {
  copyPrepared();
  spoil();
  await expect(open(folder.dataDir)).rejects.toMatchObject({ code, retryable: false });
  expect(existsSync(join(folder.dataDir, 'postgres', 'base'))).toBe(true);
  writeFileSync(join(folder.dataDir, 'postgres', 'PG_VERSION'), '18\n');
  writeFileSync(join(folder.dataDir, 'postgres.password'), 'any\n');
});

test('a data folder that cannot be written is told', async () => {
  const file = join(folder.dataDir, 'a-file');
  writeFileSync(file, '');
  await expect(open(join(file, 'data'))).rejects.toMatchObject({ code: 'database_dir_unwritable' });
  if (process.getuid?.() === 0) return; // Root writes anywhere.
  chmodSync(folder.dataDir, 0o500);
  await expect(open(folder.dataDir)).rejects.toMatchObject({ code: 'database_dir_unwritable' });
  chmodSync(folder.dataDir, 0o700);
});

test('a socket path that is too long moves to the temporary folder', async () => {
  const deep = join(folder.dataDir, 'a'.repeat(60), 'b'.repeat(40));
  const db = await open(deep);
  expect(await db.ping()).toBeGreaterThan(0);
  const socketDir = readFileSync(join(deep, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[4] ?? '';
  expect(socketDir.startsWith(join(tmpdir(), 'cactus-'))).toBe(true);
  await db.close();
  await expect.poll(() => existsSync(socketDir)).toBe(false);
});

const isRoot = process.getuid?.() === 0 && process.platform === 'linux';
test.skipIf(!isRoot)('as root where user namespaces are forbidden, the server runs as nobody', async () => {
  const tools = mkdtempSync(join(tmpdir(), 'cactus-path-'));
  symlinkSync(execFileSync('which', ['setpriv'], { encoding: 'utf8' }).trim(), join(tools, 'setpriv'));
  const child = await startCrashChild({ dataDir: folder.dataDir, writers: 1 }, { ...process.env, PATH: tools });
  await child.until('ack', 3);
  expect(statSync(join(folder.dataDir, 'postgres')).uid).toBe(65_534);
  await child.stop();
  // Later, with namespaces allowed again, the owner of the files decides.
  const db = await open(folder.dataDir);
  expect(await db.ping()).toBeGreaterThan(0);
  await db.close();
  rmSync(tools, { recursive: true });
});

test.skipIf(!isRoot)('as root where nothing is allowed, the fault names the way out', async () => {
  const failing = startCrashChild({ dataDir: folder.dataDir }, { ...process.env, PATH: '/nowhere' });
  await expect(failing).rejects.toThrow(/set DATABASE_URL/);
});

const mount = mountProblem();
if (mount !== null) console.log(`SKIP full disk: ${mount}`);

test.skipIf(mount !== null)(
  'a full disk is told, loses nothing acknowledged, and is over when there is space again',
  async () => {
    const disk = mkdtempSync(join(tmpdir(), 'cactus-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=150m', 'tmpfs', disk]);
    try {
      await expect(open(join(disk, 'data'))).rejects.toMatchObject({ code: 'database_disk_full' });
      execFileSync('mount', ['-o', 'remount,size=260m', disk]);
      await fillAndRecover(disk);
    } finally {
      execFileSync('umount', ['-l', disk]);
      rmSync(disk, { recursive: true, force: true });
    }
  },
);

async function fillAndRecover(disk: string): Promise<void> {
  const dataDir = join(disk, 'data');
  const db = await open(dataDir);
  const insert = (id: number) =>
    db.prepared('disk.fill', `insert into disk_fill select $1::integer, repeat(md5($1::integer::text), 20000)`, [id]);
  await db.prepared('disk.table', 'create table disk_fill (id integer primary key, body text)', []);
  await db.prepared('disk.plain', 'alter table disk_fill alter body set storage external', []);
  const { bavail, bsize } = statfsSync(disk);
  const ballast = join(disk, 'ballast');
  execFileSync('fallocate', ['-l', String(bavail * bsize - 40 * 1024 * 1024), ballast]);
  let acked = 0;
  const failure = await (async () => {
    for (let id = 1; id < 1_000; id += 1) {
      await insert(id);
      acked = id;
    }
  })().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: expect.stringMatching(/^database_(disk_full|unavailable|commit_unknown)$/) });
  expect(acked).toBeGreaterThan(0);
  rmSync(ballast);
  await expect.poll(() => insert(100_000).then(() => 'saved', String), { timeout: 30_000 }).toBe('saved');
  const rows = await db.prepared<{ count: bigint }>('disk.count', 'select count(*) from disk_fill where id <= $1', [
    acked,
  ]);
  expect(rows[0]?.count).toBe(BigInt(acked));
  await db.close();
}

function mountProblem(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'mounting a small disk needs root on Linux';
  const probe = mkdtempSync(join(tmpdir(), 'cactus-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe], { stdio: 'pipe' });
    execFileSync('umount', [probe]);
    return null;
  } catch {
    return 'this container may not mount';
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
