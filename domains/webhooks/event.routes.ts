/** Routes of events: the log, the catalogue, and publishing an own one. A reader sees only events whose permission she holds. */
import { ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import { createRowGuard } from '#platform/events';
import type { Events } from '#platform/events';
import type { Actor, Http } from '#platform/http';
import { CUSTOM_DATA_SIZE_BYTES_MAX, CustomPublished, webhooksApi } from './contract.ts';

export function eventRoutes(http: Http, platform: Platform): void {
  const { events } = platform;
  const rowGuard = createRowGuard(platform.db, platform.domains);

  http.route(webhooksApi.ListEvents, async ({ actor, query }) => {
    const names = visibleNames(events, actor).filter((name) => query.name === undefined || name === query.name);
    const page = { workspaceId: actor.workspaceId, names, limit: query.limit, rows: await rowGuard.filter(actor) };
    const stored =
      query.after === undefined
        ? await events.latest(page)
        : await events.after({ ...page, sequence: BigInt(query.after) });
    return ok({
      items: stored.map(({ id, sequence, name, version, subjectId, payload, occurredAtMs }) => ({
        id,
        sequence: sequence.toString(),
        name,
        version,
        subjectId,
        payload,
        occurredAtMs,
      })),
    });
  });

  http.route(webhooksApi.ListEventTypes, async ({ actor }) => {
    const names = visibleNames(events, actor);
    const items = names.flatMap((name) => {
      const shape = events.catalogue.get(name);
      return shape ? [{ name, version: shape.version, summary: shape.summary, example: shape.example }] : [];
    });
    return ok({ items });
  });

  http.route(webhooksApi.PublishEvent, async ({ actor, body }) => {
    if (Buffer.byteLength(JSON.stringify(body.data)) > CUSTOM_DATA_SIZE_BYTES_MAX) {
      return refuse('data_too_large', { limitBytes: CUSTOM_DATA_SIZE_BYTES_MAX });
    }
    const stored = await events.publish(CustomPublished, {
      workspaceId: actor.workspaceId,
      subjectId: actor.workspaceId,
      payload: { type: body.type, data: body.data },
    });
    return ok({ id: stored.id, sequence: stored.sequence.toString(), occurredAtMs: stored.occurredAtMs });
  });
}

/** The events an actor may see. */
export function visibleNames(events: Events, actor: Actor): string[] {
  return [...events.catalogue.values()]
    .filter((shape) => actor.permissions.has(shape.permission))
    .map((shape) => shape.name)
    .toSorted();
}
