/** Routes of many at once: bulk replay with its preview, recovery, progress, cancelling, and the filter tester. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Http } from '#platform/http';
import { firstUnmet } from './condition.ts';
import { EndpointTested, webhooksApi } from './contract.ts';
import { findEndpoint } from './endpoint.store.ts';
import { engineOf } from './engine.ts';
import { visibleNames } from './event.routes.ts';
import { compileFilters } from './filter.ts';
import { cancelReplay, pickOf, previewReplay, startReplay, viewOfReplay } from './replay.ts';
import { countOutcomes, listReplays } from './replay.store.ts';
import type { WebhooksSettings } from './settings.ts';

const REPLAYS_SHOWN_MAX = 20; // Older ones answer no question.
const TESTED_EVENTS_MAX = 200; // What the live tail holds as well.
const DAY_MS = 86_400_000;

export function replayRoutes(http: Http, platform: Platform): void {
  const { db, clock } = platform;
  const engine = engineOf(platform);

  http.route(webhooksApi.PreviewReplay, async ({ actor, body }) => {
    await engine.directory.ready();
    return ok(await previewReplay(platform, pickOf(platform, actor.workspaceId, body)));
  });

  http.route(webhooksApi.StartReplay, async ({ actor, body }) => {
    await engine.directory.ready();
    const pick = pickOf(platform, actor.workspaceId, body);
    const replay = await startReplay(platform, { pick, kind: 'replay', requestedBy: actor.userId });
    return ok(viewOfReplay(replay, undefined, clock()));
  });

  http.route(webhooksApi.RecoverEndpoint, async ({ actor, params, body }) => {
    const { workspaceId, userId } = actor;
    const endpoint = await findEndpoint(db, { workspaceId, endpointId: params.endpointId });
    if (!endpoint) return refuse('endpoint_not_found');
    if (!endpoint.isEnabled) return refuse('endpoint_disabled');
    // What is older than deliveries are kept would be removed as soon as it is made.
    const { retentionDays } = platform.config.section<WebhooksSettings>('webhooks');
    const oldestMs = clock() - retentionDays * DAY_MS;
    if (body.sinceMs < oldestMs) return refuse('since_too_old', { oldestMs });
    await engine.directory.ready();
    const filter = { endpointId: endpoint.id, states: ['failed' as const], sinceMs: body.sinceMs };
    const pick = pickOf(platform, workspaceId, filter);
    const replay = await startReplay(platform, { pick, kind: 'recover', requestedBy: userId });
    return ok(viewOfReplay(replay, undefined, clock()));
  });

  http.route(webhooksApi.ListReplays, async ({ actor }) => {
    const replays = await listReplays(db, actor.workspaceId, REPLAYS_SHOWN_MAX);
    const counts = await countOutcomes(
      db,
      replays.map(({ id }) => id),
    );
    return ok({ items: replays.map((replay) => viewOfReplay(replay, counts.get(replay.id), clock())) });
  });

  http.route(webhooksApi.CancelReplay, async ({ actor, params }) => {
    const cancelled = await cancelReplay(platform, { workspaceId: actor.workspaceId, replayId: params.replayId });
    if (!cancelled.ok) return cancelled;
    const counts = await countOutcomes(db, [params.replayId]);
    return ok(viewOfReplay(cancelled.value, counts.get(params.replayId), clock()));
  });
}

export function filterRoutes(http: Http, { events }: Platform): void {
  http.route(webhooksApi.TestFilter, async ({ actor, body }) => {
    const accepts = compileFilters(body.filters);
    // Tests reach only the endpoint they name, whatever its filter.
    const names = visibleNames(events, actor).filter((name) => name !== EndpointTested.name);
    const recent = await events.latest({ workspaceId: actor.workspaceId, names, limit: TESTED_EVENTS_MAX });
    const items = recent.map(({ id, name, occurredAtMs, payload }) => {
      const unmet = accepts(name) ? (firstUnmet(payload, body.conditions)?.path ?? null) : 'name';
      return { eventId: id, name, occurredAtMs, matches: unmet === null, unmet };
    });
    return ok({ items, matchCount: items.filter(({ matches }) => matches).length });
  });
}
