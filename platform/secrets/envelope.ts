/**
 * Envelope encryption, AES-256-GCM: each secret has a data key of its own, wrapped by a master key. The scope is
 * authenticated with both, so a record moved to another workspace or name does not open.
 * A sealed text is `v2.<key id>.<wrapped data key>.<ciphertext>`; each box is iv + tag + bytes in base64url.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Fault } from '#kernel';
import type { MasterKey, SecretScope } from './types.ts';

const ALGORITHM = 'aes-256-gcm';
const KEY_SIZE_BYTES = 32;
const IV_SIZE_BYTES = 12; // The size NIST SP 800-38D recommends for GCM.
const TAG_SIZE_BYTES = 16;
const VERSION = 'v2';

/** Seals under the first key. */
export function sealEnvelope(keys: readonly MasterKey[], scope: SecretScope, secret: string): string {
  const dataKey = randomBytes(KEY_SIZE_BYTES);
  const wrapped = wrapKey(keys, scope, dataKey);
  return [VERSION, wrapped, encrypt(dataKey, contentFacts(scope), Buffer.from(secret, 'utf8'))].join('.');
}

/** Opens with whichever key it names. Throws `secret_not_readable`. */
export function openEnvelope(keys: readonly MasterKey[], scope: SecretScope, sealed: string): string {
  const { wrapped, content } = partsOf(sealed, scope);
  return guarded(scope, () => decrypt(unwrap(keys, scope, wrapped), contentFacts(scope), content).toString('utf8'));
}

/** The same secret with its data key wrapped by the first master key; its content is not opened. */
export function rewrapEnvelope(keys: readonly MasterKey[], scope: SecretScope, sealed: string): string {
  const { wrapped, content } = partsOf(sealed, scope);
  if (wrapped.startsWith(`${keys[0]?.id}.`)) return sealed;
  return guarded(scope, () => [VERSION, wrapKey(keys, scope, unwrap(keys, scope, wrapped)), content].join('.'));
}

/** `<key id>.<box>` of a data key, also used by what seals more than a text (backups). */
export function wrapKey(keys: readonly MasterKey[], scope: SecretScope, dataKey: Buffer): string {
  const [newest] = keys;
  if (!newest) throw unreadable(scope, new Error('there is no master key'));
  return `${newest.id}.${encrypt(newest.bytes, wrapFacts(newest.id, scope), dataKey)}`;
}

/** The data key of `wrapKey`. Throws `secret_not_readable`. */
export function unwrapKey(keys: readonly MasterKey[], scope: SecretScope, wrapped: string): Buffer {
  return guarded(scope, () => unwrap(keys, scope, wrapped));
}

function unwrap(keys: readonly MasterKey[], scope: SecretScope, wrapped: string): Buffer {
  const [keyId = '', box = ''] = wrapped.split('.');
  const master = keys.find(({ id }) => id === keyId);
  if (!master) throw new Error(`it was sealed with key ${keyId}, which is not among the master keys`);
  return decrypt(master.bytes, wrapFacts(keyId, scope), box);
}

function partsOf(sealed: string, scope: SecretScope): { readonly wrapped: string; readonly content: string } {
  const [version, keyId, wrapped, content, ...more] = sealed.split('.');
  if (version !== VERSION || !keyId || !wrapped || !content || more.length > 0) {
    throw unreadable(scope, new Error('it is not a sealed text'));
  }
  return { wrapped: `${keyId}.${wrapped}`, content };
}

function wrapFacts(keyId: string, { workspaceId, name }: SecretScope): string {
  return JSON.stringify(['data key', keyId, workspaceId, name]);
}

function contentFacts({ workspaceId, name }: SecretScope): string {
  return JSON.stringify(['content', workspaceId, name]);
}

function encrypt(key: Buffer, facts: string, plain: Buffer): string {
  const iv = randomBytes(IV_SIZE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_SIZE_BYTES }).setAAD(Buffer.from(facts));
  const bytes = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), bytes]).toString('base64url');
}

function decrypt(key: Buffer, facts: string, box: string): Buffer {
  const all = Buffer.from(box, 'base64url');
  const iv = all.subarray(0, IV_SIZE_BYTES);
  const tag = all.subarray(IV_SIZE_BYTES, IV_SIZE_BYTES + TAG_SIZE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_SIZE_BYTES });
  decipher.setAAD(Buffer.from(facts)).setAuthTag(tag);
  return Buffer.concat([decipher.update(all.subarray(IV_SIZE_BYTES + TAG_SIZE_BYTES)), decipher.final()]);
}

function guarded<Value>(scope: SecretScope, work: () => Value): Value {
  try {
    return work();
  } catch (cause) {
    throw unreadable(scope, cause);
  }
}

function unreadable({ name }: SecretScope, cause: unknown): Fault {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Fault('secret_not_readable', `The secret ${name} cannot be opened: ${reason}. Set it again.`, {
    retryable: false,
    cause,
  });
}
