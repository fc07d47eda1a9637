/**
 * Opens the secrets of an installation. A key that did not seal this database is refused at start, before anything is
 * sealed with it: two keys in one database would lose half the secrets with whichever file is lost first.
 */
import { assert, type Clock, Fault, ok, refuse } from '#kernel';
import type { Database } from '#platform/db';
import { openEnvelope, rewrapEnvelope, sealEnvelope } from './envelope.ts';
import { addMasterKey, createMasterKeys, keyFileOf, type KeySource, readMasterKeys } from './master-key.ts';
import {
  deleteSecret,
  findNewestKeyId,
  findSealed,
  insertKeyId,
  listSecrets,
  lockSecrets,
  lockStaleSecrets,
  noteUse,
  updateSealed,
  upsertSecret,
} from './secret.store.ts';
import type { MasterKey, SecretFact, Secrets } from './types.ts';

const SECRETS_PER_WORKSPACE_MAX = 500; // Names a person keeps by hand.
const USE_NOTED_EVERY_MS = 60_000; // "Last used" is read in minutes; a secret in a loop must not write each time.
const REWRAP_BATCH_COUNT = 200;

export interface SecretsOptions extends KeySource {
  readonly db: Database;
  readonly clock: Clock;
}

/** Reads or makes the master keys and checks them against the database. Throws `secret_key_missing` or `secret_key_wrong`. */
export async function openSecrets(options: SecretsOptions): Promise<Secrets> {
  const { db, clock } = options;
  const keys = await requireKeys(options);
  const newest = newestOf(keys);
  await insertKeyId(db, newest.id, clock());
  await rewrapNamed(db, keys);
  return {
    seal: (scope, secret) => sealEnvelope(keys, scope, secret),
    open: (scope, sealed) => openEnvelope(freshKeys(keys, options, sealed), scope, sealed),
    rewrap: (scope, sealed) => rewrapEnvelope(keys, scope, sealed),
    set: async (tx, scope, secret) => {
      await lockSecrets(tx, scope.workspaceId);
      const known: readonly SecretFact[] = await listSecrets(tx, scope.workspaceId, SECRETS_PER_WORKSPACE_MAX);
      if (known.length >= SECRETS_PER_WORKSPACE_MAX && !known.some(({ name }) => name === scope.name)) {
        return refuse('secrets_full', { countMax: SECRETS_PER_WORKSPACE_MAX });
      }
      const sealed = sealEnvelope(keys, scope, secret);
      return ok({ isNew: await upsertSecret(tx, scope, { sealed, changedAtMs: clock() }) });
    },
    delete: deleteSecret,
    list: (workspaceId) => listSecrets(db, workspaceId, SECRETS_PER_WORKSPACE_MAX),
    find: async ({ workspaceId, name }, queryable = db) =>
      (await listSecrets(queryable, workspaceId, SECRETS_PER_WORKSPACE_MAX)).find((fact) => fact.name === name) ?? null,
    use: async (scope) => {
      const found = await findSealed(db, scope);
      if (!found) return null;
      const secret = openEnvelope(freshKeys(keys, options, found.sealed), scope, found.sealed);
      const nowMs = clock();
      if (nowMs - (found.lastUsedAtMs ?? 0) >= USE_NOTED_EVERY_MS) await noteUse(db, scope, nowMs);
      return secret;
    },
    keyId: newest.id,
    keys,
  };
}

/**
 * Adds a new master key to the key file and wraps every named secret with it; returns the new key's id. Parts re-wrap
 * their own columns with `rewrap` at their next start. Refuses when the key comes from the environment.
 */
export async function rotateMasterKey(options: SecretsOptions): Promise<string> {
  if (options.secretKey !== null) {
    throw new Fault(
      'secret_key_in_environment',
      'The key comes from CACTUS_SECRET_KEY: move it to CACTUS_SECRET_KEY_PREVIOUS, set a new one and start again.',
      { retryable: false },
    );
  }
  await requireKeys(options);
  const keys = addMasterKey(options.dataDir);
  const { id } = newestOf(keys);
  await insertKeyId(options.db, id, options.clock());
  await rewrapNamed(options.db, keys);
  return id;
}

async function requireKeys(options: SecretsOptions): Promise<readonly MasterKey[]> {
  const sealedWith = await findNewestKeyId(options.db);
  const path = keyFileOf(options.dataDir);
  const keys = readMasterKeys(options);
  if (keys === null) {
    if (sealedWith === null) return createMasterKeys(options.dataDir);
    throw new Fault(
      'secret_key_missing',
      `The secrets of this database were sealed with key ${sealedWith}, and ${path} is not there. ` +
        'Put your copy of the key file back, or set CACTUS_SECRET_KEY to the same key. Nothing was changed.',
      { retryable: false },
    );
  }
  if (sealedWith === null || keys.some(({ id }) => id === sealedWith)) return keys;
  const place = options.secretKey === null ? path : 'CACTUS_SECRET_KEY';
  throw new Fault(
    'secret_key_wrong',
    `The secrets of this database were sealed with key ${sealedWith}, and ${place} holds key ${newestOf(keys).id}. ` +
      'Put the right key back; to change keys, keep the old one as CACTUS_SECRET_KEY_PREVIOUS. Nothing was changed.',
    { retryable: false },
  );
}

/** The keys of memory, read again when a text was sealed with one that another process has added since. */
function freshKeys(keys: readonly MasterKey[], source: KeySource, sealed: string): readonly MasterKey[] {
  const keyId = sealed.split('.')[1];
  if (keys.some(({ id }) => id === keyId)) return keys;
  return readMasterKeys(source) ?? keys;
}

async function rewrapNamed(db: Database, keys: readonly MasterKey[]): Promise<void> {
  const { id } = newestOf(keys);
  for (;;) {
    const count = await db.transaction(async (tx) => {
      const stale = await lockStaleSecrets(tx, id, REWRAP_BATCH_COUNT);
      for (const { sealed, ...scope } of stale) await updateSealed(tx, scope, rewrapEnvelope(keys, scope, sealed));
      return stale.length;
    });
    if (count < REWRAP_BATCH_COUNT) return;
  }
}

function newestOf(keys: readonly MasterKey[]): MasterKey {
  const [newest] = keys;
  assert(newest, 'secrets: a key file without keys was refused when it was read');
  return newest;
}
