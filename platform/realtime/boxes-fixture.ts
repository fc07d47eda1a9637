/** For tests of sockets: boxes that belong to people. Whose a box is stands in its id: `adviser/client`. */
import { EVERY_ROW, event, isInScope, type RowOwner, type RowScope } from '#kernel';
import type { DatabaseHandle } from '#platform/db';
import { createRowGuard, type RowGuard } from '#platform/events';
import { z } from 'zod';

export const Owned = event({
  name: 'boxes.box.moved',
  version: 1,
  summary: 'A box moved.',
  permission: 'toys.ball.read',
  schema: z.object({ place: z.number() }),
  example: { place: 1 },
});

const BOXES = ['ana/carla', 'berta/diego'];

export function ownerOf(id: string): RowOwner {
  const [adviserUserId = null, clientUserId = null] = id.split('/');
  return { adviserUserId, clientUserId };
}

export function guardOf(db: DatabaseHandle): RowGuard {
  const rows = {
    owners: async (_db: unknown, { ids }: { readonly ids: readonly string[] }) =>
      new Map(ids.map((id) => [id, ownerOf(id)])),
    reachedIds: async (_db: unknown, reach: { readonly rows: RowScope }) =>
      BOXES.filter((id) => isInScope(reach.rows, ownerOf(id))),
  };
  return createRowGuard(db, [{ events: [Owned], rows }]);
}

/** `advisers:ana`, `client:carla`; all rows without a name. */
export function scopeNamed(name: string | null): RowScope {
  if (name === null) return EVERY_ROW;
  const [kind, userId = ''] = name.split(':');
  return kind === 'client' ? { kind, userId } : { kind: 'advisers', userIds: [userId] };
}
