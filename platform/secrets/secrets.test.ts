/** Goal: a secret opens only in its place and with its key; another key never seals over it; a rotation loses nothing. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId } from '#platform/db';
import type { Domain } from '#platform/domain';
import {
  forgetMasterKey,
  keyFileOf,
  openSecrets,
  rotateMasterKey,
  type SecretsOptions,
  tellKeyChange,
} from '#platform/secrets';
import { testPlatform, type TestPlatform } from '#platform/testing';
import { sql } from 'kysely';

let platform: TestPlatform;
let dataDir = '';
const scope = { workspaceId: newId(), name: 'telegram.token' };

beforeAll(async () => {
  platform = await testPlatform([]);
});
afterAll(() => platform.close());
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'cactus-secrets-'));
  await sql`delete from platform_secret_keys`.execute(platform.db.tables());
  await sql`delete from platform_secrets`.execute(platform.db.tables());
  return () => rmSync(dataDir, { recursive: true, force: true });
});

function options(changes: Partial<SecretsOptions> = {}): SecretsOptions {
  const { db, clock } = platform;
  return { dataDir, secretKey: null, previousSecretKey: null, db, clock, ...changes };
}
const set = (secrets: Awaited<ReturnType<typeof openSecrets>>, value: string, of = scope) =>
  platform.db.transaction((tx) => secrets.set(tx, of, value));

test('the key file is made once, private, and every start reads the same', async () => {
  const opened = await Promise.all([openSecrets(options()), openSecrets(options())]);
  expect(new Set(opened.map(({ keyId }) => keyId)).size).toBe(1);
  expect(statSync(keyFileOf(dataDir)).mode & 0o777).toBe(0o600);
  expect((await openSecrets(options())).keyId).toBe(opened[0].keyId);
});

test('a sealed text opens in its place only, and not when one bit of it changed', async () => {
  const secrets = await openSecrets(options());
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat(), fc.nat(63), (secret, name, position, flip) => {
      const at = { workspaceId: scope.workspaceId, name };
      const sealed = secrets.seal(at, secret);
      expect(secrets.open(at, sealed)).toBe(secret);
      expect(() => secrets.open({ ...at, workspaceId: 'other' }, sealed)).toThrow('cannot be opened');
      expect(() => secrets.open({ ...at, name: `${name}x` }, sealed)).toThrow('cannot be opened');
      const index = position % sealed.length;
      const changed = `${sealed.slice(0, index)}${ALPHABET[flip]}${sealed.slice(index + 1)}`;
      if (isSameBytes(changed, sealed)) return;
      expect(() => secrets.open(at, changed)).toThrow('cannot be opened');
    }),
    { numRuns: 200 },
  );
});
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The last letter of base64url has bits that say nothing. */
const isSameBytes = (left: string, right: string): boolean =>
  left
    .split('.')
    .map((part) => (part.length === 16 || part === 'v2' ? part : Buffer.from(part, 'base64url').toString('hex')))
    .join('.') ===
  right
    .split('.')
    .map((part) => (part.length === 16 || part === 'v2' ? part : Buffer.from(part, 'base64url').toString('hex')))
    .join('.');

test('a record copied to another workspace in the database does not open there', async () => {
  const secrets = await openSecrets(options());
  await set(secrets, 'hunter2');
  const other = { workspaceId: newId(), name: scope.name };
  await sql`insert into platform_secrets (workspace_id, name, sealed, created_at, changed_at)
    select ${other.workspaceId}, name, sealed, created_at, changed_at from platform_secrets`.execute(
    platform.db.tables(),
  );
  expect(await secrets.use(scope)).toBe('hunter2');
  await expect(secrets.use(other)).rejects.toMatchObject({ code: 'secret_not_readable' });
});

test('the use of a secret is noted, and setting it again starts anew', async () => {
  const secrets = await openSecrets(options());
  expect(await set(secrets, 'one')).toMatchObject({ value: { isNew: true } });
  expect(await secrets.list(scope.workspaceId)).toMatchObject([{ name: scope.name, lastUsedAtMs: null }]);
  await secrets.use(scope);
  expect(await secrets.list(scope.workspaceId)).toMatchObject([{ lastUsedAtMs: platform.clock() }]);
  expect(await set(secrets, 'two')).toMatchObject({ value: { isNew: false } });
  expect(await secrets.list(scope.workspaceId)).toMatchObject([{ lastUsedAtMs: null }]);
  expect(await secrets.use(scope)).toBe('two');
  expect(await secrets.use({ ...scope, name: 'nobody.set.it' })).toBeNull();
});

test('a start with another key file, or without one, is refused and changes nothing', async () => {
  const secrets = await openSecrets(options());
  await set(secrets, 'hunter2');
  const right = readFileSync(keyFileOf(dataDir), 'utf8');
  rmSync(keyFileOf(dataDir));
  await expect(openSecrets(options())).rejects.toMatchObject({
    code: 'secret_key_missing',
    message: expect.stringContaining(`sealed with key ${secrets.keyId}`) as string,
  });
  expect(() => statSync(keyFileOf(dataDir))).toThrow('ENOENT');
  const wrong = `${randomBytes(32).toString('base64')}\n`;
  writeFileSync(keyFileOf(dataDir), wrong);
  await expect(openSecrets(options())).rejects.toMatchObject({ code: 'secret_key_wrong' });
  expect(readFileSync(keyFileOf(dataDir), 'utf8')).toBe(wrong);
  writeFileSync(keyFileOf(dataDir), 'not a key');
  await expect(openSecrets(options())).rejects.toMatchObject({ code: 'secret_key_not_valid' });
  writeFileSync(keyFileOf(dataDir), right);
  expect(await (await openSecrets(options())).use(scope)).toBe('hunter2');
});

test('a rotation re-wraps what is kept; the old key alone opens it no more; a running process finds the new one', async () => {
  const secrets = await openSecrets(options());
  await set(secrets, 'hunter2');
  const before = readFileSync(keyFileOf(dataDir), 'utf8');
  const column = secrets.seal(scope, 'of a column');
  const oldId = secrets.keyId;
  const keyId = await rotateMasterKey(options());
  expect(keyId).not.toBe(oldId);
  expect(await secrets.use(scope)).toBe('hunter2');
  // A process that runs seals with the new key from then on: what it writes now survives the old key.
  expect([secrets.keyId, secrets.seal(scope, 'now').split('.')[1]]).toEqual([keyId, keyId]);
  const after = await openSecrets(options());
  expect([after.keyId, await after.use(scope)]).toEqual([keyId, 'hunter2']);
  expect(after.rewrap(scope, column).split('.')[1]).toBe(keyId);
  expect(after.open(scope, after.rewrap(scope, column))).toBe('of a column');
  writeFileSync(keyFileOf(dataDir), before);
  await expect(openSecrets(options())).rejects.toMatchObject({ code: 'secret_key_wrong' });
});

test('one change of the key at a time; a retired one can be taken out, the one that seals cannot', async () => {
  const secrets = await openSecrets(options());
  const first = secrets.keyId;
  // What another process holds while it rotates: without it each would write a file that lacks the other's key.
  const other = await platform.db.tryLock('platform.secrets.key');
  await expect(rotateMasterKey(options())).rejects.toMatchObject({ code: 'secret_key_changing' });
  await expect(forgetMasterKey(options(), first)).rejects.toMatchObject({ code: 'secret_key_changing' });
  expect(secrets.keys.map(({ id }) => id)).toEqual([first]);
  await other?.release();
  await rotateMasterKey(options());
  expect(secrets.keys.length).toBe(2);
  await expect(forgetMasterKey(options(), secrets.keyId)).rejects.toMatchObject({ code: 'secret_key_in_use' });
  await expect(forgetMasterKey(options(), 'f'.repeat(16))).rejects.toMatchObject({ code: 'secret_key_unknown' });
  await forgetMasterKey(options(), first);
  expect(secrets.keys.map(({ id }) => id)).toEqual([secrets.keyId]);
});

test('a key file exchanged under a running process seals nothing, and what was sealed still opens', async () => {
  const secrets = await openSecrets(options());
  const column = secrets.seal(scope, 'of a column');
  rmSync(keyFileOf(dataDir));
  writeFileSync(keyFileOf(dataDir), `${randomBytes(32).toString('base64')}\n`);
  expect(() => secrets.seal(scope, 'lost')).toThrow('exchanged');
  expect(secrets.open(scope, column)).toBe('of a column');
});

test('a key of the environment seals, and another one takes over with the old one as previous', async () => {
  const first = { secretKey: 'a long phrase that nobody can guess at all', previousSecretKey: null };
  const secrets = await openSecrets(options(first));
  await set(secrets, 'hunter2');
  expect(() => statSync(keyFileOf(dataDir))).toThrow('ENOENT');
  const secretKey = randomBytes(32).toString('base64');
  await expect(openSecrets(options({ secretKey }))).rejects.toMatchObject({ code: 'secret_key_wrong' });
  const changed = await openSecrets(options({ secretKey, previousSecretKey: first.secretKey }));
  expect(await changed.use(scope)).toBe('hunter2');
  expect(await (await openSecrets(options({ secretKey }))).use(scope)).toBe('hunter2');
  await expect(rotateMasterKey(options({ secretKey }))).rejects.toMatchObject({ code: 'secret_key_in_environment' });
});

test('the limit of names holds, and replacing one of them still works', async () => {
  const secrets = await openSecrets(options());
  await sql`insert into platform_secrets (workspace_id, name, sealed, created_at, changed_at)
    select ${scope.workspaceId}, 'name' || n, 'v2.${sql.raw(secrets.keyId)}.x.y', now(), now() from generate_series(1, 500) n`.execute(
    platform.db.tables(),
  );
  expect(await set(secrets, 'one too many')).toMatchObject({ ok: false, code: 'secrets_full' });
  expect(await set(secrets, 'again', { ...scope, name: 'name7' })).toMatchObject({ ok: true });
});

test('a key file in a folder open to others is closed to them', async () => {
  mkdirSync(dirname(keyFileOf(dataDir)), { recursive: true });
  writeFileSync(keyFileOf(dataDir), `${randomBytes(32).toString('base64')}\n`, { mode: 0o644 });
  await openSecrets(options());
  expect(statSync(keyFileOf(dataDir)).mode & 0o777).toBe(0o600);
});

test('keepers hear of a changed master key once, whoever changed it; the first key is no change', async () => {
  const workspaceId = newId();
  const keepers: Domain = {
    name: 'toys',
    tablePrefix: 'toys_',
    migrations: null,
    permissions: [],
    events: [],
    directory: () => ({ people: async () => [], workspaceIds: async () => [workspaceId] }),
  };
  const told = async (): Promise<unknown[]> =>
    (
      await sql`select kind, payload from platform_notifications where workspace_id = ${workspaceId}`.execute(
        platform.db.tables(),
      )
    ).rows;
  const house = { ...platform, domains: [keepers] };
  await openSecrets(options());
  await tellKeyChange(house);
  expect(await told()).toEqual([]);
  const keyId = await rotateMasterKey(options());
  await tellKeyChange(house);
  await tellKeyChange(house);
  expect(await told()).toEqual([{ kind: 'platform.secret_key.changed', payload: { key: keyId } }]);
});
