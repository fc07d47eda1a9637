/** Goal: a backup holds one moment of everything, comes back exactly, and nobody reads it without the key. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Fault } from '#kernel';
import { keyOfText } from '#platform/secrets';
import { type BackupFixture, backupFixture } from './test-installation.ts';
import { backupFolderOf, listBackupFiles } from './backup-file.ts';
import { createBackup } from './create.ts';
import { walkBackup } from './load.ts';
import { UNWATCHED } from './types.ts';
import { verifyBackup } from './verify.ts';

let fixture: BackupFixture;
beforeAll(async () => {
  fixture = await backupFixture(500);
});
afterAll(() => fixture.platform.close());

test('a backup restores into a scratch database with the same rows, totals, hashes and files', async () => {
  const { house, platform } = fixture;
  const backup = await createBackup(house, UNWATCHED);
  const balls = backup.manifest.tables.find(({ name }) => name === 'toys_balls');
  const { rows } = await sql<{ total: string }>`select sum(price) as total from toys_balls`.execute(
    platform.db.tables(),
  );
  expect([balls?.rowCount, balls?.sums['price']]).toEqual([500, rows[0]?.total]);
  const verified = await verifyBackup(house, backup.path, UNWATCHED);
  expect(verified).toMatchObject({ fileCount: 3, damagedFiles: [] });
  expect(verified.rowCount).toBeGreaterThan(515);
  const leftovers = await sql<{ name: string }>`select datname as name from pg_database
    where datname = current_database() || '_scratch'`.execute(platform.db.tables());
  expect(leftovers.rows).toEqual([]);
});

test('what is written while it runs is not in it, and it blocks nobody', async () => {
  const { house, platform } = fixture;
  let hasWritten = false;
  const backup = await createBackup(house, {
    ...UNWATCHED,
    report: async () => {
      if (hasWritten) return;
      hasWritten = true;
      await sql`insert into toys_log values ('later', 1)`.execute(platform.db.tables());
    },
  });
  expect(hasWritten).toBe(true);
  expect(backup.manifest.tables.find(({ name }) => name === 'toys_log')?.rowCount).toBe(9);
  expect(await verifyBackup(house, backup.path, UNWATCHED)).toMatchObject({ createdAtMs: backup.createdAtMs });
});

test('the file is private, listed with its header, and says nothing without the key', async () => {
  const { house } = fixture;
  const backup = await createBackup(house, UNWATCHED);
  const bytes = readFileSync(backup.path);
  expect(bytes.includes('toys_balls')).toBe(false);
  expect(bytes.includes('hunter2')).toBe(false);
  for (const { bytes: key } of house.keys) expect(bytes.includes(key)).toBe(false);
  const [newest] = await listBackupFiles(backupFolderOf(house.dataDir));
  expect(newest).toMatchObject({ problem: null, header: { createdAtMs: backup.createdAtMs } });
  const stranger = { ...house, keys: [keyOfText('a long phrase of somebody else entirely')] };
  await expect(verifyBackup(stranger, backup.path, UNWATCHED)).rejects.toMatchObject({ code: 'backup_key_missing' });
});

test('an aborted backup leaves no file, not even a part', async () => {
  const { house } = fixture;
  const before = (await listBackupFiles(backupFolderOf(house.dataDir))).length;
  const aborting = new AbortController();
  const made = createBackup(house, {
    signal: aborting.signal,
    report: async () => aborting.abort(new Error('enough')),
  });
  await expect(made).rejects.toThrow('enough');
  expect(await listBackupFiles(backupFolderOf(house.dataDir))).toHaveLength(before);
});

test('a stored file that was damaged on disk is named, and the rest is saved', async () => {
  const { house, platform } = fixture;
  const workspaceId = platform.newId();
  const put = (text: string) =>
    platform.files.put({ workspaceId, userId: null, name: 'a', bytes: Readable.from([text]), sizeBytesMax: 1e6 });
  const pathOf = (sha256: string): string =>
    join(house.dataDir, 'files', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  const [changed, gone] = [await put('will be changed'), await put('will be gone')];
  writeFileSync(pathOf(changed.sha256), 'was changed');
  rmSync(pathOf(gone.sha256));
  const backup = await createBackup(house, UNWATCHED);
  const damaged = [changed.sha256, gone.sha256].toSorted();
  expect(backup.manifest.files.damaged).toEqual(damaged);
  expect((await verifyBackup(house, backup.path, UNWATCHED)).damagedFiles).toEqual(damaged);
  platform.db.attachJobQueue({ add: async () => undefined }); // Removing a workspace leaves its bytes to a job.
  await platform.db.transaction((tx) => platform.files.removeWorkspace(tx, workspaceId));
});

test('a store of files that does not answer fails the backup instead of leaving its files out', async () => {
  const { house } = fixture;
  const away = new Fault('store_unreachable', 'The S3 store does not answer.', { retryable: true });
  const files = { ...house.files, readContent: () => Promise.reject(away) };
  await expect(createBackup({ ...house, files }, UNWATCHED)).rejects.toBe(away);
});

test('a backup of a newer version is refused with the way out', async () => {
  const { house } = fixture;
  const { path } = await createBackup(house, UNWATCHED);
  const older = { ...house, owners: house.owners.filter(({ name }) => name !== 'toys') };
  await expect(verifyBackup(older, path, UNWATCHED)).rejects.toMatchObject({ code: 'backup_newer' });
});

test('empty, cut and bit-flipped backups are detected, 100 of 100 and more', async () => {
  const { house } = fixture;
  const { path } = await createBackup(house, UNWATCHED);
  const whole = readFileSync(path);
  await walkBackup(Readable.from([whole]), house.keys);
  const seed = Number(process.env['CACTUS_BACKUP_SEED'] ?? 20_261_121);
  const random = randomOf(seed);
  let detectedCount = 0;
  const injuries = 300;
  for (let round = 0; round < injuries; round += 1) {
    const injured = injure(whole, round, random);
    const error = await walkBackup(Readable.from([injured]), house.keys).then(
      () => null,
      (fault: unknown) => fault,
    );
    if (error instanceof Fault) detectedCount += 1;
  }
  process.stdout.write(`backups: seed ${seed}, ${detectedCount} of ${injuries} injured backups detected\n`);
  expect(detectedCount).toBe(injuries);
});

/** Round by round: empty, cut somewhere, cut at a frame, a bit flipped in the header, in a chunk, at the end, bytes added. */
function injure(whole: Buffer, round: number, random: () => number): Buffer {
  const at = Math.floor(random() * whole.length);
  const flip = (index: number): Buffer => {
    const copy = Buffer.from(whole);
    copy[index] = (copy[index] ?? 0) ^ (1 << Math.floor(random() * 8));
    return copy;
  };
  switch (round % 6) {
    case 0:
      return round === 0 ? Buffer.alloc(0) : whole.subarray(0, at);
    case 1:
      return flip(Math.floor(random() * 300));
    case 2:
      return flip(at);
    case 3:
      return flip(whole.length - 1 - Math.floor(random() * 64));
    case 4:
      return Buffer.concat([whole, whole.subarray(0, 1 + (at % 50))]);
    default:
      return Buffer.concat([whole.subarray(0, at), whole.subarray(Math.min(whole.length, at + 1 + (round % 9)))]);
  }
}

/** Mulberry32: small, repeatable from its seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
