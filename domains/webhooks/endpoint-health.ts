/**
 * Health of endpoints: since when one fails, and switching it off when it is gone, unreadable, or has failed for days. Who
 * may see endpoints is told by the bell; other endpoints by an event.
 */
import type { Platform } from '#platform/domain';
import { EndpointChanged, EndpointDisabled } from './contract.ts';
import { countFailedAttempts } from './delivery.store.ts';
import type { DisabledReason, LiveEndpoint } from './endpoint.ts';
import { type EndpointScope, lockEndpoint, recordFailingSince, updateEndpoint } from './endpoint.store.ts';
import type { WebhooksSettings } from './settings.ts';

const DAY_MS = 86_400_000;

export interface EndpointHealth {
  /** Hears each failure while nothing succeeds (with since when) and the first success after it (null). Never throws. */
  note(endpoint: LiveEndpoint, failingSinceMs: number | null): void;
  disable(scope: EndpointScope, reason: DisabledReason): void;
}

export function createEndpointHealth(
  platform: Platform,
  reload: (workspaceId: string) => Promise<void>,
): EndpointHealth {
  const { clock, db } = platform;
  const { disableAfterDays, disableAfterAttempts } = platform.config.section<WebhooksSettings>('webhooks');
  const log = platform.telemetry.log.child({ part: 'webhooks' });
  const busy = new Set<string>(); // One look at a time per endpoint: a burst of failures is one fact.

  async function look(endpoint: LiveEndpoint, failingSinceMs: number | null): Promise<void> {
    const scope = { workspaceId: endpoint.workspaceId, endpointId: endpoint.id };
    if (endpoint.failingSinceMs !== failingSinceMs && (await recordFailingSince(db, scope, failingSinceMs))) {
      await reload(endpoint.workspaceId);
    }
    if (failingSinceMs === null || disableAfterDays === 0) return;
    if (clock() - failingSinceMs < disableAfterDays * DAY_MS) return;
    // One event that failed on its whole schedule is not yet a dead receiver.
    if ((await countFailedAttempts(db, scope)) < disableAfterAttempts) return;
    await disableEndpoint(platform, scope, 'failing');
  }

  return {
    note(endpoint, failingSinceMs) {
      if (busy.has(endpoint.id)) return;
      busy.add(endpoint.id);
      look(endpoint, failingSinceMs)
        .catch((error: unknown) =>
          log.warn('The health of a webhook endpoint is not written yet', {
            endpointId: endpoint.id,
            error: String(error),
          }),
        )
        .finally(() => busy.delete(endpoint.id));
    },
    disable(scope, reason) {
      disableEndpoint(platform, scope, reason).catch((error: unknown) =>
        log.error('A webhook endpoint could not be switched off', { ...scope, reason, error: String(error) }),
      );
    },
  };
}

/** Switches an endpoint off by ourselves; says why on the page, in the bell and as an event. */
async function disableEndpoint(platform: Platform, scope: EndpointScope, reason: DisabledReason): Promise<void> {
  await platform.db.transaction(async (tx) => {
    const endpoint = await lockEndpoint(tx, scope);
    if (!endpoint?.isEnabled) return;
    await updateEndpoint(tx, {
      ...endpoint,
      isEnabled: false,
      disabledReason: reason,
      version: endpoint.version + 1,
      updatedAtMs: platform.clock(),
    });
    const { host } = new URL(endpoint.url);
    const { workspaceId, endpointId: subjectId } = scope;
    tx.emit(EndpointChanged, { workspaceId, subjectId, payload: { change: 'disabled' } });
    const { failingSinceMs } = endpoint;
    tx.emit(EndpointDisabled, { workspaceId, subjectId, payload: { reason, host, failingSinceMs } });
    await platform.notify.record(tx, {
      workspaceId,
      userId: null,
      permission: 'webhooks.endpoint.read',
      kind: 'webhooks.endpoint.disabled',
      payload: { host, reason },
      href: `/eventos?vista=destinos&destino=${scope.endpointId}`,
    });
  });
}
