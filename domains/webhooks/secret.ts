/**
 * Secrets at rest: AES-256-GCM under a key that lives in the data folder (mode 600) or in the environment, so that a copy of
 * the database alone cannot sign. A sealed text is `v1.<iv>.<tag>.<ciphertext>`, each base64url.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#kernel';

const ALGORITHM = 'aes-256-gcm';
const KEY_SIZE_BYTES = 32;
const IV_SIZE_BYTES = 12; // The size NIST SP 800-38D recommends for GCM.
const VERSION = 'v1';

export interface SecretBox {
  seal(secret: string): string;
  /** Throws `secret_not_readable` when the key is another one or the text was changed. */
  open(sealed: string): string;
}

/** Opens the box with the operator's key, or with one made on first use beside the data. */
export function openSecretBox(options: {
  readonly dataDir: string;
  readonly secretKey?: string | undefined;
}): SecretBox {
  return secretBoxOf(options.secretKey ? hashKey(options.secretKey) : readOrCreateKey(options.dataDir));
}

/** A box over a 32-byte key. */
export function secretBoxOf(key: Buffer): SecretBox {
  return {
    seal(secret) {
      const iv = randomBytes(IV_SIZE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, iv);
      const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return [VERSION, ...[iv, cipher.getAuthTag(), ciphertext].map((part) => part.toString('base64url'))].join('.');
    },
    open(sealed) {
      const [version, iv = '', tag = '', ciphertext = ''] = sealed.split('.');
      try {
        if (version !== VERSION) throw new Error('unknown version');
        const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(iv, 'base64url'));
        decipher.setAuthTag(Buffer.from(tag, 'base64url'));
        return decipher.update(Buffer.from(ciphertext, 'base64url'), undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        throw new Fault('secret_not_readable', 'A webhook secret cannot be opened with the key of this installation.', {
          retryable: false,
          cause,
        });
      }
    },
  };
}

function readOrCreateKey(dataDir: string): Buffer {
  const folder = join(dataDir, 'secrets');
  const path = join(folder, 'webhooks.key');
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // `wx`: of two processes starting together one writes, the other reads what the first wrote.
    try {
      writeFileSync(path, randomBytes(KEY_SIZE_BYTES).toString('base64'), { mode: 0o600, flag: 'wx' });
      chmodSync(path, 0o600);
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
    }
  }
  const key = Buffer.from(readFileSync(path, 'utf8'), 'base64');
  if (key.length !== KEY_SIZE_BYTES) {
    throw new Fault('secret_key_not_valid', `${path} must hold 32 bytes in base64; restore it from a backup.`, {
      retryable: false,
    });
  }
  return key;
}

function hashKey(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
