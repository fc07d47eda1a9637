/** Goal: bytes are kept whole, once and privately; nothing half-written or too large stays; rows stay in their workspace. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { newId } from '#platform/db';
import { FileTooLarge } from '#platform/files';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform([]);
});
afterAll(() => platform.close());

const workspaceId = newId();
const put = (bytes: Readable, options: { sizeBytesMax?: number; workspaceId?: string; name?: string } = {}) =>
  platform.files.put({ workspaceId, userId: null, name: 'a.csv', bytes, sizeBytesMax: 1_000_000, ...options });
const root = (): string => join(platform.config.dataDir, 'files');
const temporaryCount = async (): Promise<number> => (await readdir(join(root(), 'tmp'))).length;
const HOUR_MS = 3_600_000;

test('bytes come back whole under their sha256, readable by the owner only', async () => {
  const bytes = randomBytes(300_000);
  const file = await put(Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]));
  expect(file).toMatchObject({ workspaceId, name: 'a.csv', sizeBytes: 300_000 });
  expect(file.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  const path = platform.files.pathOf(file);
  expect(path).toBe(join(root(), file.sha256.slice(0, 2), file.sha256.slice(2, 4), file.sha256));
  expect((await readFile(path)).equals(bytes)).toBe(true);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await temporaryCount()).toBe(0);
});

test('an upload of one workspace does not exist in another', async () => {
  const file = await put(Readable.from(['secret']));
  expect(await platform.files.find(platform.db, { workspaceId, fileId: file.id })).toEqual(file);
  expect(await platform.files.find(platform.db, { workspaceId: newId(), fileId: file.id })).toBeNull();
});

test('the same content is stored once, also when it arrives ten times at the same moment', async () => {
  const bytes = randomBytes(50_000);
  const files = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      put(Readable.from([bytes]), { name: `${index}.csv`, workspaceId: newId() }),
    ),
  );
  expect(new Set(files.map((file) => platform.files.pathOf(file))).size).toBe(1);
  expect(new Set(files.map(({ id }) => id)).size).toBe(10);
  expect(await temporaryCount()).toBe(0);
  const folder = join(platform.files.pathOf(files[0] ?? never()), '..');
  expect(await readdir(folder)).toHaveLength(1);
});

test('an empty file is a file', async () => {
  const file = await put(Readable.from([]));
  expect(file.sizeBytes).toBe(0);
  expect(await readFile(platform.files.pathOf(file))).toHaveLength(0);
});

test('one byte too many stops the stream, keeps nothing and reads no further', async () => {
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
  expect(await temporaryCount()).toBe(0);
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
  expect(await temporaryCount()).toBe(0);
});

test('bytes that a crash left half-written at their address are replaced', async () => {
  const bytes = randomBytes(5_000);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const folder = join(root(), sha256.slice(0, 2), sha256.slice(2, 4));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, sha256), bytes.subarray(0, 100));
  const file = await put(Readable.from([bytes]));
  expect((await readFile(platform.files.pathOf(file))).equals(bytes)).toBe(true);
});

test('the sweep removes what nobody names and nothing else', async () => {
  const kept = await put(Readable.from(['kept']));
  const shared = randomBytes(64);
  const gone = newId();
  const first = await put(Readable.from([shared]), { workspaceId: gone });
  const lonely = await put(Readable.from(['only there']), { workspaceId: gone });
  await put(Readable.from([shared]));
  const leftover = join(root(), 'tmp', 'left-over');
  await writeFile(leftover, 'half');
  const oldSeconds = (platform.clock() - 2 * HOUR_MS) / 1000;
  for (const path of [leftover, ...[kept, first, lonely].map((file) => platform.files.pathOf(file))]) {
    await utimes(path, oldSeconds, oldSeconds);
  }
  await platform.db.transaction((tx) => platform.files.removeWorkspace(tx, gone));
  expect(await platform.files.sweep()).toBe(2);
  expect(await temporaryCount()).toBe(0);
  await expect(stat(platform.files.pathOf(lonely))).rejects.toThrow('ENOENT');
  expect((await readFile(platform.files.pathOf(first))).equals(shared)).toBe(true);
  expect((await readFile(platform.files.pathOf(kept))).toString()).toBe('kept');
  expect(await platform.files.sweep()).toBe(0);
});

test('a sweep beside uploads of the same content never takes bytes from a row', async () => {
  const bytes = randomBytes(2_000);
  const gone = newId();
  const first = await put(Readable.from([bytes]), { workspaceId: gone });
  const path = platform.files.pathOf(first);
  for (let round = 0; round < 15; round += 1) {
    const oldSeconds = (platform.clock() - 2 * HOUR_MS) / 1000;
    await platform.db.transaction((tx) => platform.files.removeWorkspace(tx, gone));
    await utimes(path, oldSeconds, oldSeconds).catch(() => undefined);
    await Promise.all([platform.files.sweep(), put(Readable.from([bytes]), { workspaceId: gone })]);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  }
});

function never(): never {
  throw new Error('the list is not empty');
}
