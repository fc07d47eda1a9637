/** Goal: folder and S3-compatible store keep the same promises; every request to the store carries a right signature. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ObjectStore, openFolder, openS3, usableS3 } from '#platform/objects';
import { startS3, type TestS3 } from '#platform/testing';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
let folder = '';
let s3: TestS3;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cactus-objects-'));
  s3 = await startS3({ bucket: 'cactus', region: 'eu-south-2', ...KEYS });
});
afterAll(async () => {
  await s3.close();
  rmSync(folder, { recursive: true, force: true });
});

const settings = (changes: object = {}) => ({
  endpoint: s3.url,
  bucket: 'cactus',
  region: 'eu-south-2',
  prefix: 'casa/ñandú y más/',
  ...KEYS,
  ...changes,
});

function source(bytes: Buffer): { path: string; sizeBytes: number; sha256: string } {
  const path = join(tmpdir(), `cactus-object-${randomBytes(6).toString('hex')}`);
  writeFileSync(path, bytes);
  return { path, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function bytesOf(store: ObjectStore, key: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of await store.get(key)) pieces.push(Buffer.from(piece as Uint8Array));
  return Buffer.concat(pieces);
}

describe.each([
  ['a folder', () => openFolder(folder)],
  ['an S3-compatible store', () => openS3(settings())],
] as const)('%s', (_name, open) => {
  test('what was put comes back whole: nothing, a little, some megabytes', async () => {
    const store = open();
    for (const bytes of [Buffer.alloc(0), Buffer.from('hola'), randomBytes(3_000_000)]) {
      await store.put('a/b.bin', source(bytes));
      expect(await store.find('a/b.bin')).toMatchObject({ key: 'a/b.bin', sizeBytes: bytes.length });
      expect((await bytesOf(store, 'a/b.bin')).equals(bytes)).toBe(true);
    }
  });

  test('what is not there is said, and deleting it is no fault', async () => {
    const store = open();
    expect(await store.find('nowhere')).toBeNull();
    await expect(store.get('nowhere')).rejects.toMatchObject({ code: 'object_not_found' });
    await store.delete('nowhere');
  });

  test('keys are listed by prefix, in order, over several pages, and go when deleted', async () => {
    const store = open();
    const names = Array.from({ length: 7 }, (_, index) => `list/name ${index} & más.txt`);
    for (const name of names.toReversed()) await store.put(name, source(Buffer.from(name)));
    const listed = await store.list('list/');
    expect(listed.map(({ key }) => key)).toEqual(names);
    expect(listed[0]?.sizeBytes).toBe(Buffer.byteLength(names[0] ?? ''));
    const found = await store.find(names[0] ?? '');
    expect(found?.changedAtMs).toBeGreaterThan(Date.parse('2020-01-01'));
    // A store may keep parts of a second in one answer and not in the other.
    expect(Math.abs((listed[0]?.changedAtMs ?? 0) - (found?.changedAtMs ?? 0))).toBeLessThan(2_000);
    for (const name of names) await store.delete(name);
    expect(await store.list('list/')).toEqual([]);
  });
});

test('a wrong secret, region or clock is refused by the store and told with its reason, without the secret', async () => {
  for (const wrong of [
    { secretAccessKey: 'not the secret at all' },
    { region: 'mars-1' },
    { accessKeyId: 'STRANGER' },
  ]) {
    const error: unknown = await openS3(settings(wrong))
      .list('')
      .catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: 'store_refused', retryable: false });
    expect(String(error)).not.toContain('not the secret');
    expect(String(error)).toMatch(/SignatureDoesNotMatch|InvalidAccessKeyId/);
  }
});

test('bytes that are not those of the announced sha256 are refused by the store', async () => {
  const lie = { ...source(Buffer.from('one')), sha256: createHash('sha256').update('two').digest('hex') };
  await expect(openS3(settings()).put('lie', lie)).rejects.toMatchObject({ code: 'store_refused' });
});

test('more than one request can carry is refused before anything is sent', async () => {
  const before = s3.requests();
  const huge = { ...source(Buffer.alloc(1)), sizeBytes: 6 * 1024 ** 3 };
  await expect(openS3(settings()).put('huge', huge)).rejects.toMatchObject({ code: 'object_too_large' });
  expect(s3.requests()).toBe(before);
});

test('a store that fails or is away is a fault that may be tried again', async () => {
  s3.failNext(503);
  await expect(openS3(settings()).list('')).rejects.toMatchObject({ code: 'store_refused', retryable: true });
  const nobody = openS3(settings({ endpoint: 'http://127.0.0.1:9' }));
  await expect(nobody.list('')).rejects.toMatchObject({ code: 'store_unreachable', retryable: true });
  await expect(openFolder(join(folder, 'not-mounted')).put('a', source(Buffer.alloc(1)))).rejects.toMatchObject({
    code: 'store_unreachable',
  });
});

test('settings name a store wholly or not at all', () => {
  expect(usableS3({ ...settings(), endpoint: null, bucket: null })).toBeNull();
  expect(() => usableS3({ ...settings(), secretAccessKey: null })).toThrow('needs endpoint, bucket');
});
