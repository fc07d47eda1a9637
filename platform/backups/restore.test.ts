/** Goal: a restore brings the moment back, keeps what was there, and changes nothing when it fails or is killed on the way. */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '#platform/db';
import { silentLog } from '#platform/testing';
import { type BackupFixture, backupFixture } from './test-installation.ts';
import { backupFolderOf, listBackupFiles } from './backup-file.ts';
import { createBackup, type CreatedBackup } from './create.ts';
import { planRestore, restoreBackup } from './restore.ts';
import { type BackupHouse, UNWATCHED } from './types.ts';

let fixture: BackupFixture;
let backup: CreatedBackup;
beforeEach(async () => {
  fixture = await backupFixture(200);
  backup = await createBackup(fixture.house, UNWATCHED);
});
afterEach(async () => {
  // The command's tests close the platform's own connections first.
  await fixture.platform.close().catch(() => undefined);
  rmSync(fixture.house.dataDir, { recursive: true, force: true });
});

/** The house of a command: nothing else of this process is connected. */
async function withCommandHouse<Value>(work: (house: BackupHouse) => Promise<Value>): Promise<Value> {
  const { platform, house } = fixture;
  await disconnect();
  const db = await openDatabase({ databaseUrl: platform.databaseUrl, dataDir: house.dataDir, log: silentLog });
  try {
    return await work({ ...house, db });
  } finally {
    await db.close();
  }
}

async function disconnect(): Promise<void> {
  await fixture.platform.events.close();
  await fixture.platform.db.close().catch(() => undefined);
}

async function query(text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: fixture.platform.databaseUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function ruin(): Promise<void> {
  const { db, config } = fixture.platform;
  await sql`update toys_owners set favourite_id = null`.execute(db.tables());
  await sql`delete from toys_balls where ball_id > 5`.execute(db.tables());
  await sql`insert into toys_balls (price) values (1)`.execute(db.tables());
  for (const { sha256 } of (await sql<{ sha256: string }>`select sha256 from platform_files`.execute(db.tables()))
    .rows) {
    rmSync(join(config.dataDir, 'files', sha256.slice(0, 2)), { recursive: true, force: true });
  }
}

test('the dry run names everything and changes nothing; the restore brings rows, files, triggers and sequences back', async () => {
  await ruin();
  await withCommandHouse(async (house) => {
    const plan = await planRestore(house, backup.path);
    expect(plan).toMatchObject({ createdAtMs: backup.createdAtMs, fileCount: 3, migrationsAfter: 0, connected: [] });
    expect(await query('select count(*)::integer as n from toys_balls')).toEqual([{ n: 6 }]);
    const restored = await restoreBackup(house, backup.path, UNWATCHED);
    expect(await query('select count(*)::integer as n, max(ball_id)::integer as top from toys_balls')).toEqual([
      { n: 200, top: 200 },
    ]);
    expect(await query('insert into toys_balls (price) values (1) returning ball_id::integer as id')).toEqual([
      { id: 201 },
    ]);
    await expect(query('delete from toys_log')).rejects.toThrow('append only');
    await expect(query(`insert into toys_balls (price, owner_id) values (1, gen_random_uuid())`)).rejects.toThrow(
      'foreign key',
    );
    const [kept] = await query(`select count(*)::integer as n from pg_database where datname = '${restored.keptAs}'`);
    expect(kept).toEqual({ n: 1 });
    for (const { sha256 } of await query('select distinct sha256 from platform_files')) {
      expect(await bytesIn(await house.files.readContent(String(sha256)))).toBeGreaterThan(0);
    }
    await query(`drop database "${restored.keptAs}"`);
  });
});

test('while a program is connected the restore is refused and says which', async () => {
  const refused = restoreBackup(fixture.house, backup.path, UNWATCHED);
  await expect(refused).rejects.toMatchObject({ code: 'database_in_use' });
});

test('a damaged backup leaves the database as it was and no leftover beside it', async () => {
  const bytes = readFileSync(backup.path);
  bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
  writeFileSync(backup.path, bytes);
  await withCommandHouse(async (house) => {
    await expect(restoreBackup(house, backup.path, UNWATCHED)).rejects.toMatchObject({ code: 'backup_corrupt' });
    expect(await query('select count(*)::integer as n from toys_balls')).toEqual([{ n: 200 }]);
    expect(await query(`select datname from pg_database where datname like current_database() || '\\_%'`)).toEqual([]);
  });
});

test('kill -9 while making leaves no half backup listed; kill -9 while restoring leaves the old database working', async () => {
  const { platform, house } = fixture;
  const { databaseUrl } = platform;
  const killedAt = async (mode: 'create' | 'restore', pauses: number): Promise<void> => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./crash.worker.ts', import.meta.url))], {
      env: {
        ...process.env,
        CRASH: JSON.stringify({
          mode,
          pauses,
          databaseUrl,
          dataDir: house.dataDir,
          path: backup.path,
          toys: toysOf(house),
        }),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve) =>
      child.stdout.on('data', (text: Buffer) => text.includes('paused') && resolve()),
    );
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('exit', resolve));
  };
  await killedAt('create', 3);
  expect((await listBackupFiles(backupFolderOf(house.dataDir))).map(({ fileName }) => fileName)).toEqual([
    backup.fileName,
  ]);
  await disconnect();
  for (const pauses of [1, 8, 20]) {
    await killedAt('restore', pauses);
    expect(await query('select count(*)::integer as n from toys_balls')).toEqual([{ n: 200 }]);
  }
  await withCommandHouse(async (command) => {
    const { keptAs } = await restoreBackup(command, backup.path, UNWATCHED);
    await query(`drop database "${keptAs}"`);
  });
});

function toysOf(house: BackupHouse): string {
  return house.owners.find(({ name }) => name === 'toys')?.directory.href ?? '';
}

async function bytesIn(stream: AsyncIterable<Buffer>): Promise<number> {
  let count = 0;
  for await (const piece of stream) count += piece.length;
  return count;
}
