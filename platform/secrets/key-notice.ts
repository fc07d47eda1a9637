/** Tells the keepers of every workspace that another master key seals now: their escrow copy of the key is out of date. */
import { DAY_MS } from '#kernel';
import { type Platform, workspaceIdsOf } from '#platform/domain';
import { findKeyChange } from './secret.store.ts';

const TOLD_WITHIN_MS = 30 * DAY_MS; // Older changes were told, and the bell has forgotten them since.

/** Once per key, whoever changed it and however: the page, the command line or the environment. */
export async function tellKeyChange(platform: Platform): Promise<void> {
  const { db, clock, notify } = platform;
  const change = await findKeyChange(db);
  if (change === null || clock() - change.createdAtMs > TOLD_WITHIN_MS) return;
  for (const workspaceId of await workspaceIdsOf(platform)) {
    await db.transaction((tx) =>
      notify.record(tx, {
        workspaceId,
        userId: null,
        permission: 'platform.secrets.read',
        kind: 'platform.secret_key.changed',
        payload: { key: change.keyId },
        href: '/ajustes/secretos',
        dedupeKey: `secret-key:${change.keyId}`,
      }),
    );
  }
}
