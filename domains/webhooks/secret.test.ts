/** Goal: signing secrets sealed before the master key still open; new ones open for their own endpoint only. */
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { openSecretBox } from './secret.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform([]);
});
afterAll(() => platform.close());

const endpoint = { workspaceId: 'w', id: 'e' };
function sealedBefore(key: Buffer, text: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const bytes = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return ['v1', ...[iv, cipher.getAuthTag(), bytes].map((part) => part.toString('base64url'))].join('.');
}

test('records of the old key file and of the old setting open', () => {
  const { secrets, config } = platform;
  const key = randomBytes(32);
  const sealed = sealedBefore(key, 'whsec_old');
  const box = openSecretBox({ secrets, dataDir: config.dataDir });
  expect(() => box.open(endpoint, sealed)).toThrow('cannot be opened');
  mkdirSync(join(config.dataDir, 'secrets'), { recursive: true });
  writeFileSync(join(config.dataDir, 'secrets', 'webhooks.key'), key.toString('base64'));
  expect(box.open(endpoint, sealed)).toBe('whsec_old');
  const secretKey = 'a phrase of the operator';
  const phrased = sealedBefore(createHash('sha256').update(secretKey).digest(), 'whsec_phrase');
  expect(openSecretBox({ secrets, dataDir: config.dataDir, secretKey }).open(endpoint, phrased)).toBe('whsec_phrase');
});

test('a new record opens for its endpoint and no other', () => {
  const { secrets, config } = platform;
  const box = openSecretBox({ secrets, dataDir: config.dataDir });
  const sealed = box.seal(endpoint, 'whsec_new');
  expect(box.open(endpoint, sealed)).toBe('whsec_new');
  expect(() => box.open({ ...endpoint, id: 'f' }, sealed)).toThrow('cannot be opened');
  expect(() => box.open({ ...endpoint, workspaceId: 'x' }, sealed)).toThrow('cannot be opened');
});
