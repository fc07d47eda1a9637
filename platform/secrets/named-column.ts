/** The named secrets of `platform_secrets` as a sealed column. */
import { countStaleSecrets, lockStaleSecrets, updateSealed } from './secret.store.ts';
import { sealedColumn } from './sealed-column.ts';

export const namedSecrets = sealedColumn({
  name: 'platform_secrets.sealed',
  countStale: countStaleSecrets,
  lockStale: lockStaleSecrets,
  rewrapped: (row, rewrap) => ({ ...row, sealed: rewrap(row.scope, row.sealed) }),
  save: (tx, row) => updateSealed(tx, row.scope, row.sealed),
});
