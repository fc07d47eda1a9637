/** The sealed texts of endpoints, for the change of the master key. */
import type { Platform } from '#platform/domain';
import { type SealedColumn, sealedColumn } from '#platform/secrets';
import { engineOf } from './engine.ts';
import type { StoredSecret } from './endpoint.ts';
import { countStaleEndpoints, lockStaleEndpoints, updateSealedTexts } from './sealed.store.ts';

export function webhooksSealedColumns(platform: Platform): readonly SealedColumn[] {
  const { box } = engineOf(platform);
  return [
    sealedColumn({
      name: 'webhooks_endpoints.secrets, key_pairs',
      countStale: countStaleEndpoints,
      lockStale: lockStaleEndpoints,
      // The endpoint's own way of opening decides: the oldest ones were sealed by a key of this domain.
      rewrapped: (row) => {
        const rewrap = <Stored extends StoredSecret>(stored: Stored): Stored => ({
          ...stored,
          sealed: box.rewrap(row, stored.sealed),
        });
        return { ...row, secrets: row.secrets.map(rewrap), keyPairs: row.keyPairs.map(rewrap) };
      },
      save: updateSealedTexts,
    }),
  ];
}
