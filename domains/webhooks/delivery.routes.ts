/** Routes of deliveries: what was sent, what came back, sending again, and how the last hour went. */
import { recordAudit } from '#identity';
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { webhooksApi } from './contract.ts';
import { type Delivery, renderHeaders } from './delivery.ts';
import { findDelivery, listAttempts, listDeliveries, readFigures } from './delivery-log.store.ts';
import { claimForReplay } from './delivery.store.ts';
import { findEndpoint, listEndpoints } from './endpoint.store.ts';
import { engineOf } from './engine.ts';

const HOUR_MS = 3_600_000;
const SERIES_STEP_MS = 300_000; // Twelve points draw an hour.

export function deliveryRoutes(http: Http, platform: Platform): void {
  const { db, clock } = platform;
  const engine = engineOf(platform);

  http.route(webhooksApi.ListDeliveries, async ({ actor, query }) => {
    const { workspaceId } = actor;
    const endpointIds = query.endpointId === undefined ? await idsOf(platform, workspaceId) : [query.endpointId];
    const { state, cursor: beforeId, limit } = query;
    const deliveries = await listDeliveries(db, { workspaceId, endpointIds, state, beforeId, limit });
    const last = deliveries.length === limit ? deliveries.at(-1) : undefined;
    return ok({ items: deliveries.map(viewOf), nextCursor: last?.id ?? null });
  });

  http.route(webhooksApi.ReadDelivery, async ({ actor, params }) => {
    const scope = { workspaceId: actor.workspaceId, deliveryId: params.deliveryId };
    const found = await findDelivery(db, scope);
    if (!found) return refuse('delivery_not_found');
    const { delivery, body } = found;
    const [attempts, endpoint] = await Promise.all([
      listAttempts(db, scope),
      findEndpoint(db, { workspaceId: actor.workspaceId, endpointId: delivery.endpointId }),
    ]);
    return ok({
      delivery: viewOf(delivery),
      url: endpoint?.url ?? '',
      body: body === '' ? null : body,
      attempts: attempts.map(({ signature, ...attempt }) => ({
        ...attempt,
        requestHeaders: renderHeaders({ eventId: delivery.eventId, sentAtMs: attempt.sentAtMs, signature }),
      })),
    });
  });

  http.route(webhooksApi.ReplayDelivery, async ({ actor, params }) => {
    const scope = { workspaceId: actor.workspaceId, deliveryId: params.deliveryId };
    const found = await findDelivery(db, scope);
    if (!found) return refuse('delivery_not_found');
    if (found.body === '') return refuse('body_expired');
    if (!engine.directory.find(found.delivery.endpointId)) return refuse('endpoint_disabled');
    const nowMs = clock();
    const leaseUntilMs = nowMs + engine.dispatcher.leaseMs;
    const shipment = await db.transaction(async (tx) => {
      const claimed = await claimForReplay(tx, { ...scope, nowMs, leaseUntilMs });
      if (!claimed) return null;
      tx.afterCommit(() => engine.dispatcher.sendNow(claimed));
      const change = {
        workspaceId: scope.workspaceId,
        action: 'webhooks.delivery.replayed',
        subject: scope.deliveryId,
      };
      await recordAudit(tx, { ...change, atMs: nowMs, after: { eventId: found.delivery.eventId } });
      return claimed;
    });
    if (!shipment) return refuse('delivery_under_way');
    return ok(viewOf({ ...found.delivery, state: 'sending', attempts: shipment.attempt, nextAttemptAtMs: null }));
  });

  http.route(webhooksApi.ReadFigures, async ({ actor }) => {
    const { workspaceId } = actor;
    const sinceMs = clock() - HOUR_MS;
    const endpointIds = await idsOf(platform, workspaceId);
    const figures = await readFigures(db, { workspaceId, endpointIds, sinceMs, stepMs: SERIES_STEP_MS });
    const judged = figures.delivered + figures.failed + figures.waiting;
    return ok({
      ...figures,
      sinceMs,
      successRatio: judged === 0 ? null : figures.delivered / judged,
      series: [...figures.series],
    });
  });
}

async function idsOf({ db }: Platform, workspaceId: string): Promise<string[]> {
  const endpoints = await listEndpoints(db, workspaceId);
  return endpoints.map(({ id }) => id);
}

function viewOf(delivery: Delivery) {
  const { workspaceId: _workspaceId, ...view } = delivery;
  return view;
}
