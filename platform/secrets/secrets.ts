/**
 * Opens the secrets of an installation. A key that did not seal this database is refused at start, before anything is
 * sealed with it: two keys in one database would lose half the secrets with whichever file is lost first.
 */
import { assert, type Clock, Fault, ok, refuse } from '#kernel';
import type { Database } from '#platform/db';
import { openEnvelope, rewrapEnvelope, sealEnvelope } from './envelope.ts';
import {
  addMasterKey,
  createMasterKeys,
  keyFileOf,
  type KeySource,
  readMasterKeys,
  removeMasterKey,
} from './master-key.ts';
import { openKeyRing } from './key-ring.ts';
import { namedSecrets } from './named-column.ts';
import { rewrapColumns } from './sealed-column.ts';
import {
  deleteSecret,
  findNewestKeyId,
  findSealed,
  insertKeyId,
  listSecrets,
  lockSecrets,
  noteUse,
  upsertSecret,
} from './secret.store.ts';
import type { MasterKey, SecretFact, Secrets, SecretScope } from './types.ts';

const SECRETS_PER_WORKSPACE_MAX = 500; // Names a person keeps by hand.
const USE_NOTED_EVERY_MS = 60_000; // "Last used" is read in minutes; a secret in a loop must not write each time.
const KEY_CHANGE_LOCK = 'platform.secrets.key'; // Two changes at once would each write a file without the other's key.

export interface SecretsOptions extends KeySource {
  readonly db: Database;
  readonly clock: Clock;
}

/** Reads or makes the master keys and checks them against the database. Throws `secret_key_missing` or `secret_key_wrong`. */
export async function openSecrets(options: SecretsOptions): Promise<Secrets> {
  const { db, clock } = options;
  const ring = openKeyRing(options, await requireKeys(options));
  await insertKeyId(db, newestOf(ring.keys()).id, clock());
  await rewrapNamed(db, ring.keys());
  const open = (scope: SecretScope, sealed: string): string => openEnvelope(ring.keysFor(sealed), scope, sealed);
  return {
    seal: (scope, secret) => sealEnvelope(ring.sealing(), scope, secret),
    open,
    rewrap: (scope, sealed) => {
      ring.sealing();
      return rewrapEnvelope(ring.keysFor(sealed), scope, sealed);
    },
    set: async (tx, scope, secret) => {
      await lockSecrets(tx, scope.workspaceId);
      const known: readonly SecretFact[] = await listSecrets(tx, scope.workspaceId, SECRETS_PER_WORKSPACE_MAX);
      if (known.length >= SECRETS_PER_WORKSPACE_MAX && !known.some(({ name }) => name === scope.name)) {
        return refuse('secrets_full', { countMax: SECRETS_PER_WORKSPACE_MAX });
      }
      const sealed = sealEnvelope(ring.sealing(), scope, secret);
      return ok({ isNew: await upsertSecret(tx, scope, { sealed, changedAtMs: clock() }) });
    },
    delete: deleteSecret,
    list: (workspaceId) => listSecrets(db, workspaceId, SECRETS_PER_WORKSPACE_MAX),
    find: async ({ workspaceId, name }, queryable = db) =>
      (await listSecrets(queryable, workspaceId, SECRETS_PER_WORKSPACE_MAX)).find((fact) => fact.name === name) ?? null,
    use: async (scope) => {
      const found = await findSealed(db, scope);
      if (!found) return null;
      const secret = open(scope, found.sealed);
      const nowMs = clock();
      if (nowMs - (found.lastUsedAtMs ?? 0) >= USE_NOTED_EVERY_MS) await noteUse(db, scope, nowMs);
      return secret;
    },
    get keyId() {
      return newestOf(ring.keys()).id;
    },
    get keys() {
      return ring.keys();
    },
  };
}

/**
 * Adds a new master key to the key file and wraps every named secret with it; returns the new key's id. Running processes
 * seal with it from then on, and `rewrapAll` moves the columns of every part. Refuses when the key comes from the
 * environment (`secret_key_in_environment`) and while another change is under way (`secret_key_changing`).
 */
export async function rotateMasterKey(options: SecretsOptions): Promise<string> {
  requireFile(options);
  return alone(options.db, async () => {
    await requireKeys(options);
    const keys = addMasterKey(options.dataDir);
    const { id } = newestOf(keys);
    await insertKeyId(options.db, id, options.clock());
    await rewrapNamed(options.db, keys);
    return id;
  });
}

/**
 * Takes a retired key out of the key file for good. The caller has made sure that nothing needs it any more. Refuses the
 * newest one (`secret_key_in_use`) and one that is not there (`secret_key_unknown`).
 */
export async function forgetMasterKey(options: SecretsOptions, keyId: string): Promise<void> {
  requireFile(options);
  await alone(options.db, async () => {
    const keys = await requireKeys(options);
    if (newestOf(keys).id === keyId) throw refusedKey('secret_key_in_use', `Key ${keyId} seals now. Rotate first.`);
    if (!keys.some(({ id }) => id === keyId)) {
      throw refusedKey('secret_key_unknown', `${keyFileOf(options.dataDir)} holds no key ${keyId}.`);
    }
    removeMasterKey(options.dataDir, keyId);
  });
}

async function alone<Value>(db: Database, work: () => Promise<Value>): Promise<Value> {
  const lock = await db.tryLock(KEY_CHANGE_LOCK);
  if (!lock) {
    throw refusedKey('secret_key_changing', 'Another process is changing the master key. Try again in a minute.');
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

function requireFile({ secretKey }: SecretsOptions): void {
  if (secretKey === null) return;
  throw refusedKey(
    'secret_key_in_environment',
    'The key comes from CACTUS_SECRET_KEY: move it to CACTUS_SECRET_KEY_PREVIOUS, set a new one and start again.',
  );
}

function refusedKey(code: string, message: string): Fault {
  return new Fault(code, message, { retryable: false });
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

/** At every start, and with a rotation: what people entered opens with the newest key alone, whatever a job does later. */
async function rewrapNamed(db: Database, keys: readonly MasterKey[]): Promise<void> {
  await rewrapColumns({
    db,
    columns: [namedSecrets],
    keyId: newestOf(keys).id,
    rewrap: (scope, sealed) => rewrapEnvelope(keys, scope, sealed),
    signal: new AbortController().signal,
    progress: async () => undefined,
  });
}

function newestOf(keys: readonly MasterKey[]): MasterKey {
  const [newest] = keys;
  assert(newest, 'secrets: a key file without keys was refused when it was read');
  return newest;
}
