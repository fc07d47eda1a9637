/**
 * Key ring: the master keys as a running process uses them. Another process may rotate the key file at any time; this one
 * sees it at the next use, so that nothing is sealed with a key that is about to be taken away.
 */
import { statSync } from 'node:fs';
import { Fault } from '#kernel';
import { keyFileOf, type KeySource, readMasterKeys } from './master-key.ts';
import type { MasterKey } from './types.ts';

export interface KeyRing {
  /** Newest first. */
  keys(): readonly MasterKey[];
  /** The same, to seal with. Throws `secret_key_wrong` when the file was exchanged for one without any key known here. */
  sealing(): readonly MasterKey[];
  /** The same, read again when none of them sealed this text. */
  keysFor(sealed: string): readonly MasterKey[];
}

/** Keys of the environment stay for the life of the process. */
export function openKeyRing(source: KeySource, atStart: readonly MasterKey[]): KeyRing {
  let known = atStart;
  let stamp = stampOf(source);
  let isForeign = false;
  const keys = (): readonly MasterKey[] => {
    const now = stampOf(source);
    if (now === stamp) return known;
    stamp = now;
    const found = readMasterKeys(source);
    isForeign = found !== null && !found.some(({ id }) => known.some((key) => key.id === id));
    if (found !== null && !isForeign) known = found;
    return known;
  };
  return {
    keys,
    sealing() {
      const now = keys();
      if (!isForeign) return now;
      throw new Fault(
        'secret_key_wrong',
        `${keyFileOf(source.dataDir)} was exchanged while Cactus ran, and holds none of its keys. Nothing is sealed with it: restart Cactus.`,
        { retryable: false },
      );
    },
    keysFor(sealed) {
      const keyId = sealed.split('.')[1];
      const now = keys();
      if (now.some(({ id }) => id === keyId)) return now;
      return readMasterKeys(source) ?? now;
    },
  };
}

/** What changes when the file is replaced: it always is, never written over. */
function stampOf({ secretKey, dataDir }: KeySource): string {
  if (secretKey !== null) return '';
  const stats = statSync(keyFileOf(dataDir), { throwIfNoEntry: false, bigint: true });
  return stats ? `${stats.ino} ${stats.mtimeNs} ${stats.size}` : '';
}
