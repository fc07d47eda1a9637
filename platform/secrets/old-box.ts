/**
 * Opens what was sealed before the master key: `v1.<iv>.<tag>.<ciphertext>` (base64url), AES-256-GCM under a key file of
 * one part or a passphrase. Nothing is sealed this way any more.
 */
import { createDecipheriv, createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { Fault } from '#kernel';

const VERSION = 'v1';
const KEY_SIZE_BYTES = 32;

export interface OldBox {
  /** Whether the text was sealed by an old box. */
  holds(sealed: string): boolean;
  /** Throws `secret_not_readable` when the key is gone or another one, or the text was changed. */
  open(sealed: string): string;
}

/** The box of one key file, or of the passphrase that stood in for it. */
export function openOldBox(options: { readonly keyFile: string; readonly passphrase?: string | undefined }): OldBox {
  return {
    holds: (sealed) => sealed.startsWith(`${VERSION}.`),
    open: (sealed) => {
      const [, iv = '', tag = '', ciphertext = ''] = sealed.split('.');
      try {
        const decipher = createDecipheriv('aes-256-gcm', keyOf(options), Buffer.from(iv, 'base64url'), {
          authTagLength: 16,
        });
        decipher.setAuthTag(Buffer.from(tag, 'base64url'));
        return decipher.update(Buffer.from(ciphertext, 'base64url'), undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        throw new Fault('secret_not_readable', `A secret cannot be opened with the key of ${options.keyFile}.`, {
          retryable: false,
          cause,
        });
      }
    },
  };
}

function keyOf({
  keyFile,
  passphrase,
}: {
  readonly keyFile: string;
  readonly passphrase?: string | undefined;
}): Buffer {
  if (passphrase !== undefined) return createHash('sha256').update(passphrase).digest();
  if (!existsSync(keyFile)) throw new Error(`${keyFile} is not there`);
  const key = Buffer.from(readFileSync(keyFile, 'utf8'), 'base64');
  if (key.length !== KEY_SIZE_BYTES) throw new Error(`${keyFile} does not hold a key`);
  return key;
}
