/**
 * Master keys: 32 bytes each, newest first, from CACTUS_SECRET_KEY (and _PREVIOUS) or from `<dataDir>/secrets/master.key`,
 * mode 0600, one base64 key a line. Retired keys stay in the file, because older backups need them.
 */
import { createHmac, randomBytes, scryptSync } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault } from '#kernel';
import type { MasterKey } from './types.ts';

const KEY_SIZE_BYTES = 32;
const KEYS_MAX = 100; // One rotation a month for eight years.
// A passphrase is stretched once per start; the salt is fixed so that every machine comes to the same key.
const PASSPHRASE_SALT = 'cactus/secrets/master-key/1';
const PASSPHRASE_COST = { N: 32_768, r: 8, p: 1, maxmem: 67_108_864 };
const FILE_HEADER =
  '# Master keys of this Cactus, newest first. Without them its secrets and backups cannot be opened: keep a copy elsewhere.';

export interface KeySource {
  readonly dataDir: string;
  /** CACTUS_SECRET_KEY. */
  readonly secretKey: string | null;
  /** CACTUS_SECRET_KEY_PREVIOUS: still opens, no longer seals. */
  readonly previousSecretKey: string | null;
}

/** Where the key file of a data folder is. */
export function keyFileOf(dataDir: string): string {
  return join(dataDir, 'secrets', 'master.key');
}

/** Reads the keys; null when there are none yet. Throws `secret_key_not_valid` for a file that is not one. */
export function readMasterKeys(source: KeySource): readonly MasterKey[] | null {
  if (source.secretKey !== null) {
    const texts = [source.secretKey, ...(source.previousSecretKey === null ? [] : [source.previousSecretKey])];
    return texts.map((text) => masterKeyOf(stretch(text)));
  }
  const path = keyFileOf(source.dataDir);
  if (!existsSync(path)) return null;
  return readKeyFile(path);
}

/** Reads a key file of any place, for example the escrow copy on another machine. */
export function readKeyFile(path: string): readonly MasterKey[] {
  const keys = readText(path)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => Buffer.from(line, 'base64'));
  if (keys.length === 0 || keys.length > KEYS_MAX || keys.some((key) => key.length !== KEY_SIZE_BYTES)) {
    throw new Fault(
      'secret_key_not_valid',
      `${path} is not a key file (one base64 line of 32 bytes per key). Put your copy of it back; nothing was changed.`,
      { retryable: false },
    );
  }
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  return keys.map(masterKeyOf);
}

/** Makes the first key of a new installation. When two processes start together, both get the one that came first. */
export function createMasterKeys(dataDir: string): readonly MasterKey[] {
  const path = keyFileOf(dataDir);
  const temporary = writeTemporary(path, [randomBytes(KEY_SIZE_BYTES)]);
  try {
    linkSync(temporary, path); // Whole or not at all, and never over another one.
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  return readKeyFile(path);
}

/** Puts a new key before the others in the key file. */
export function addMasterKey(dataDir: string): readonly MasterKey[] {
  const path = keyFileOf(dataDir);
  const known = readKeyFile(path).map(({ bytes }) => bytes);
  renameSync(writeTemporary(path, [randomBytes(KEY_SIZE_BYTES), ...known]), path);
  return readKeyFile(path);
}

/** Takes a retired key out of the key file; the newest one stays. */
export function removeMasterKey(dataDir: string, keyId: string): void {
  const path = keyFileOf(dataDir);
  const left = readKeyFile(path).filter(({ id }, index) => index === 0 || id !== keyId);
  renameSync(
    writeTemporary(
      path,
      left.map(({ bytes }) => bytes),
    ),
    path,
  );
}

/** The key made from a text of the environment: 32 bytes in base64 as they are, anything else stretched. */
export function keyOfText(text: string): MasterKey {
  return masterKeyOf(stretch(text));
}

function masterKeyOf(bytes: Buffer): MasterKey {
  return { id: createHmac('sha256', bytes).update('cactus key id').digest('hex').slice(0, 16), bytes };
}

function stretch(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === KEY_SIZE_BYTES && bytes.toString('base64') === text) return bytes;
  return scryptSync(text, PASSPHRASE_SALT, KEY_SIZE_BYTES, PASSPHRASE_COST);
}

function writeTemporary(path: string, keys: readonly Buffer[]): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeFileSync(file, `${[FILE_HEADER, ...keys.map((key) => key.toString('base64'))].join('\n')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return temporary;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Fault('secret_key_not_readable', `Cannot read the key file ${path}: ${String(cause)}`, {
      retryable: false,
      cause,
    });
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/**
 * Makes the keys of another installation the newest of this one, after a restore of its backup; the keys that were here stay
 * behind them. Gives false when there was nothing to add.
 */
export function adoptMasterKeys(dataDir: string, keys: readonly MasterKey[]): boolean {
  const path = keyFileOf(dataDir);
  const known = existsSync(path) ? readKeyFile(path) : [];
  const given = new Set(keys.map(({ id }) => id));
  if (keys.length === 0 || known[0]?.id === keys[0]?.id) return false;
  const all = [...keys, ...known.filter(({ id }) => !given.has(id))];
  renameSync(
    writeTemporary(
      path,
      all.map(({ bytes }) => bytes),
    ),
    path,
  );
  return true;
}
