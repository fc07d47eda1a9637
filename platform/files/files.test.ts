/**
 * Goal: bytes are kept whole, once and privately, on disk and in an S3-compatible store alike; nothing half-written or too
 * large stays; rows stay in their workspace.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { newId } from '#platform/db';
import type { Domain } from '#platform/domain';
import { FileTooLarge, FORGET_JOB, openFileStore, type StoredFile } from '#platform/files';
import { openS3 } from '#platform/objects';
import { platformDomain } from '#platform/runtime';
import { startS3, testPlatform, type TestPlatform, type TestS3 } from '#platform/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ACCOUNT = {
  bucket: 'cactus',
  region: 'eu-south-2',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI',
};
const PREFIX = 'casa/';
const HOUR_MS = 3_600_000;

/** What a test may do to a place from outside. */
interface Place {
  readonly name: string;
  bytesAt(sha256: string): Promise<Buffer | null>;
  write(sha256: string, bytes: Buffer): Promise<void>;
  count(): Promise<number>;
  makeOld(sha256: string, atMs: number): Promise<void>;
}

/** The platform's own manifest runs this job in the product. */
const forgetful: Domain = {
  name: 'toys',
  tablePrefix: 'toys_',
  migrations: null,
  permissions: [],
  events: [],
  jobs: (platform) => (platformDomain.jobs?.(platform) ?? []).filter(({ name }) => name === FORGET_JOB),
};
let s3: TestS3;
let onDisk: TestPlatform;
let onS3: TestPlatform;
const settings = () => ({ ...ACCOUNT, endpoint: s3.url, prefix: PREFIX });
beforeAll(async () => {
  s3 = await startS3(ACCOUNT);
  onDisk = await testPlatform([forgetful]);
  onS3 = await testPlatform([forgetful], { config: { files: { s3: settings() } } });
});
afterAll(async () => {
  await onDisk.close();
  await onS3.close();
  await s3.close();
});

const rootOf = (platform: TestPlatform): string => join(platform.config.dataDir, 'files');
const diskPath = (platform: TestPlatform, sha256: string): string =>
  join(rootOf(platform), sha256.slice(0, 2), sha256.slice(2, 4), sha256);
const temporaryCount = async (platform: TestPlatform): Promise<number> =>
  (await readdir(join(rootOf(platform), 'tmp'))).length;
const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const disk: Place = {
  name: 'a disk',
  bytesAt: (sha256) => readFile(diskPath(onDisk, sha256)).catch(() => null),
  write: async (sha256, bytes) => {
    await mkdir(join(diskPath(onDisk, sha256), '..'), { recursive: true });
    await writeFile(diskPath(onDisk, sha256), bytes);
  },
  count: async () =>
    (await readdir(rootOf(onDisk), { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name)).length,
  makeOld: (sha256, atMs) => utimes(diskPath(onDisk, sha256), atMs / 1000, atMs / 1000),
};
const keyOf = (sha256: string): string => `${PREFIX}files/${sha256}`;
const store: Place = {
  name: 'an S3-compatible store',
  bytesAt: async (sha256) => s3.objects.get(keyOf(sha256)) ?? null,
  write: async (sha256, bytes) => {
    s3.objects.set(keyOf(sha256), bytes);
    s3.changedAtMs.set(keyOf(sha256), onS3.clock());
  },
  count: async () => s3.objects.size,
  makeOld: async (sha256, atMs) => void s3.changedAtMs.set(keyOf(sha256), atMs),
};

const workspaceId = newId();
type PutOptions = { sizeBytesMax?: number; workspaceId?: string; name?: string };
const putIn = (platform: TestPlatform, bytes: Readable, options: PutOptions = {}) =>
  platform.files.put({ workspaceId, userId: null, name: 'a.csv', bytes, sizeBytesMax: 1_000_000, ...options });

describe.each([
  [disk.name, disk, () => onDisk],
  [store.name, store, () => onS3],
] as const)('%s', (_name, place, open) => {
  const put = (bytes: Readable, options: PutOptions = {}) => putIn(open(), bytes, options);
  const copyOf = (file: StoredFile): Promise<Buffer> => open().files.withLocalCopy(file, (path) => readFile(path));

  test('bytes come back whole under their sha256, and a copy made for the work goes with it', async () => {
    const bytes = randomBytes(300_000);
    const file = await put(Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]));
    expect(file).toMatchObject({ workspaceId, name: 'a.csv', sizeBytes: 300_000, sha256: sha256Of(bytes) });
    expect((await place.bytesAt(file.sha256))?.equals(bytes)).toBe(true);
    const seen = await open().files.withLocalCopy(file, async (path) => ({
      path,
      mode: (await stat(path)).mode & 0o777,
      bytes: await readFile(path),
    }));
    expect(seen.bytes.equals(bytes)).toBe(true);
    expect(seen.mode).toBe(0o600);
    expect(existsSync(seen.path)).toBe(place === disk);
    await expect(open().files.withLocalCopy(file, () => Promise.reject(new Error('work broke')))).rejects.toThrow(
      'work',
    );
    expect(await temporaryCount(open())).toBe(0);
    const pieces: Buffer[] = [];
    for await (const piece of await open().files.readContent(file.sha256)) pieces.push(piece as Buffer);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  });

  test('bytes that were changed at rest are noticed by every reader, shorter and longer ones too', async () => {
    const file = await put(Readable.from([randomBytes(5_000)]));
    for (const changed of [randomBytes(5_000), randomBytes(10), randomBytes(9_000)]) {
      await place.write(file.sha256, changed);
      await expect(copyOf(file)).rejects.toMatchObject({ code: 'file_content_differs' });
      const reading = async (): Promise<void> => {
        for await (const _piece of await open().files.readContent(file.sha256));
      };
      await expect(reading()).rejects.toMatchObject({ code: 'file_content_differs' });
    }
    expect(await temporaryCount(open())).toBe(0);
  });

  test('an upload of one workspace does not exist in another', async () => {
    const file = await put(Readable.from(['secret']));
    const { files, db } = open();
    expect(await files.find(db, { workspaceId, fileId: file.id })).toEqual(file);
    expect(await files.find(db, { workspaceId: newId(), fileId: file.id })).toBeNull();
  });

  test('the same content is stored once, also when it arrives ten times at the same moment', async () => {
    const bytes = randomBytes(50_000);
    const before = await place.count();
    const files = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        put(Readable.from([bytes]), { name: `${index}.csv`, workspaceId: newId() }),
      ),
    );
    expect(new Set(files.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(new Set(files.map(({ id }) => id)).size).toBe(10);
    expect(await temporaryCount(open())).toBe(0);
    expect(await place.count()).toBe(before + 1);
  });

  test('an empty file is a file', async () => {
    const file = await put(Readable.from([]));
    expect(file.sizeBytes).toBe(0);
    expect(await copyOf(file)).toHaveLength(0);
  });

  test('one byte too many stops the stream, keeps nothing and reads no further', async () => {
    const before = await place.count();
    let producedCount = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) {
          producedCount += 1;
          yield Buffer.alloc(1_000);
        }
      })(),
    );
    await expect(put(endless, { sizeBytesMax: 9_999 })).rejects.toBeInstanceOf(FileTooLarge);
    expect(producedCount).toBeLessThan(100);
    expect(await temporaryCount(open())).toBe(0);
    expect(await place.count()).toBe(before);
    expect((await put(Readable.from([Buffer.alloc(9_999)]), { sizeBytesMax: 9_999 })).sizeBytes).toBe(9_999);
  });

  test('a cut upload keeps nothing and tells its own error', async () => {
    const cut = Readable.from(
      (function* () {
        yield Buffer.alloc(1_000);
        throw new Error('the line was cut');
      })(),
    );
    await expect(put(cut)).rejects.toThrow('the line was cut');
    expect(await temporaryCount(open())).toBe(0);
  });

  test('bytes that a crash left half-written at their address are replaced', async () => {
    const bytes = randomBytes(5_000);
    await place.write(sha256Of(bytes), bytes.subarray(0, 100));
    expect((await copyOf(await put(Readable.from([bytes])))).equals(bytes)).toBe(true);
  });

  test('a restore places what is missing and refuses other bytes', async () => {
    const bytes = randomBytes(5_000);
    const { files } = open();
    await files.placeContent(sha256Of(bytes), Readable.from([bytes]));
    expect((await place.bytesAt(sha256Of(bytes)))?.equals(bytes)).toBe(true);
    await expect(files.placeContent(sha256Of(bytes), Readable.from(['others']))).rejects.toMatchObject({
      code: 'file_content_differs',
    });
  });

  test('the sweep removes what nobody names and nothing else', async () => {
    const { db, files } = open();
    await files.sweep();
    const kept = await put(Readable.from(['kept']));
    const shared = randomBytes(64);
    const gone = newId();
    const first = await put(Readable.from([shared]), { workspaceId: gone });
    const lonely = await put(Readable.from(['only there']), { workspaceId: gone });
    const young = await put(Readable.from(['a moment ago']), { workspaceId: gone });
    await put(Readable.from([shared]));
    const leftover = join(rootOf(open()), 'tmp', 'left-over');
    await writeFile(leftover, 'half');
    const oldMs = open().clock() - 2 * HOUR_MS;
    await utimes(leftover, oldMs / 1000, oldMs / 1000);
    for (const { sha256 } of [kept, first, lonely]) await place.makeOld(sha256, oldMs);
    await place.makeOld(young.sha256, open().clock());
    await db.transaction((tx) => files.removeWorkspace(tx, gone));
    expect(await files.sweep()).toBe(2);
    expect(await temporaryCount(open())).toBe(0);
    expect(await place.bytesAt(lonely.sha256)).toBeNull();
    expect(await place.bytesAt(young.sha256)).not.toBeNull();
    expect((await place.bytesAt(first.sha256))?.equals(shared)).toBe(true);
    expect(String(await place.bytesAt(kept.sha256))).toBe('kept');
    expect(await files.sweep()).toBe(0);
  });

  test('the bytes of a removed workspace are forgotten at once, those that others hold stay', async () => {
    const { db, files, jobs } = open();
    const gone = newId();
    const shared = randomBytes(64);
    const own = await put(Readable.from([randomBytes(64)]), { workspaceId: gone });
    const held = await put(Readable.from([shared]), { workspaceId: gone });
    await put(Readable.from([shared]));
    await db.transaction((tx) => files.removeWorkspace(tx, gone));
    expect(await place.bytesAt(own.sha256)).not.toBeNull();
    await jobs.start();
    await expect.poll(() => place.bytesAt(own.sha256)).toBeNull();
    await jobs.stop();
    expect((await place.bytesAt(held.sha256))?.equals(shared)).toBe(true);
    await expect(
      db.transaction(async (tx) => {
        await files.removeWorkspace(tx, workspaceId);
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    expect(await files.find(db, { workspaceId, fileId: (await put(Readable.from(['after']))).id })).not.toBeNull();
  });

  test('a sweep beside uploads of the same content never takes bytes from a row', async () => {
    const bytes = randomBytes(2_000);
    const { db, files } = open();
    const gone = newId();
    const { sha256 } = await put(Readable.from([bytes]), { workspaceId: gone });
    for (let round = 0; round < 15; round += 1) {
      await db.transaction((tx) => files.removeWorkspace(tx, gone));
      await place.makeOld(sha256, open().clock() - 2 * HOUR_MS).catch(() => undefined);
      await Promise.all([files.sweep(), put(Readable.from([bytes]), { workspaceId: gone })]);
      expect((await place.bytesAt(sha256))?.equals(bytes)).toBe(true);
    }
  });
});

test('a store that is away refuses the upload, keeps no row, and says that it may be tried again', async () => {
  s3.failNext(503);
  await expect(putIn(onS3, Readable.from(['not today']), { workspaceId: newId() })).rejects.toMatchObject({
    code: 'store_refused',
    retryable: true,
  });
  expect(await temporaryCount(onS3)).toBe(0);
});

test('what was on the disk before a store was set is read, and the sweep carries it over', async () => {
  const { db, clock, config } = onDisk;
  const kept = await putIn(onDisk, Readable.from(['from before']));
  const damaged = await putIn(onDisk, Readable.from(['will rot']));
  await writeFile(diskPath(onDisk, damaged.sha256), 'has rot.');
  const files = await openFileStore({ dataDir: config.dataDir, db, clock, newId, objects: openS3(settings()) });
  const read = () => files.withLocalCopy(kept, (path) => readFile(path, 'utf8'));
  expect(await read()).toBe('from before');
  const oldSeconds = (clock() - 2 * HOUR_MS) / 1000;
  for (const { sha256 } of [kept, damaged]) await utimes(diskPath(onDisk, sha256), oldSeconds, oldSeconds);
  await files.sweep();
  expect(String(await store.bytesAt(kept.sha256))).toBe('from before');
  expect(existsSync(diskPath(onDisk, kept.sha256))).toBe(false);
  expect(existsSync(diskPath(onDisk, damaged.sha256))).toBe(true);
  expect(await read()).toBe('from before');
  await rm(diskPath(onDisk, damaged.sha256));
});
