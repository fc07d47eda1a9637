/** Routes of endpoints: who hears events. Secrets leave the process once, in the answer that makes them. */
import { recordAudit } from '#identity';
import { ok, refuse, type Result } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { checkVersion, type Http, type VersionRefusal } from '#platform/http';
import { ENDPOINTS_MAX, EndpointChanged, EndpointTested, webhooksApi } from './contract.ts';
import { checkDestination } from './destination.ts';
import { type Endpoint, firstKeyPair, firstSecret, rotateKeyPairs, rotateSecrets } from './endpoint.ts';
import {
  countEndpoints,
  deleteEndpoint,
  type EndpointScope,
  findEndpoint,
  insertEndpoint,
  listEndpoints,
  lockEndpoint,
  updateEndpoint,
} from './endpoint.store.ts';
import { changedEndpoint, viewOf } from './endpoint-view.ts';
import { engineOf } from './engine.ts';
import { findDeliveryOfEvent } from './delivery-log.store.ts';
import { dissolveLines } from './line.store.ts';

type Change = 'created' | 'changed' | 'removed' | 'rotated';
type EditRefusal = 'endpoint_not_found' | VersionRefusal;

export function endpointRoutes(http: Http, platform: Platform): void {
  const { db, clock, newId } = platform;
  const engine = engineOf(platform);

  http.route(webhooksApi.ListEndpoints, async ({ actor }) => {
    const endpoints = await listEndpoints(db, actor.workspaceId);
    return ok({ items: endpoints.map((endpoint) => viewOf(endpoint, engine)) });
  });

  http.route(webhooksApi.ReadEndpoint, async ({ actor, params, reply }) => {
    const endpoint = await findEndpoint(db, { workspaceId: actor.workspaceId, endpointId: params.endpointId });
    if (!endpoint) return refuse('endpoint_not_found');
    reply.setVersion(endpoint.version);
    return ok(viewOf(endpoint, engine));
  });

  http.route(webhooksApi.CreateEndpoint, async ({ actor, body, reply }) => {
    const destination = checkDestination(body.url, engine.policy);
    if (!destination.ok) return destination;
    const nowMs = clock();
    const name = { id: newId(), workspaceId: actor.workspaceId };
    const secret = firstSecret(name, { box: engine.box, nowMs });
    const endpoint: Endpoint = {
      ...name,
      url: destination.value.href,
      description: body.description,
      filters: body.filters,
      secrets: [secret.stored],
      keyPairs: body.signsWithPublicKey ? [firstKeyPair(name, { box: engine.box, nowMs })] : [],
      conditions: body.conditions,
      retryDelaysSeconds: body.retryDelaysSeconds,
      rateLimitPerSecond: body.rateLimitPerSecond,
      ordering: body.ordering,
      isEnabled: true,
      disabledReason: null,
      failingSinceMs: null,
      version: 1,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
    const isStored = await db.transaction(async (tx) => {
      if ((await countEndpoints(tx, actor.workspaceId)) >= ENDPOINTS_MAX) return false;
      await insertEndpoint(tx, endpoint);
      await announce(tx, endpoint, { change: 'created', atMs: nowMs });
      return true;
    });
    if (!isStored) return refuse('endpoints_full', { limit: ENDPOINTS_MAX });
    await engine.directory.reloadWorkspace(actor.workspaceId);
    reply.setVersion(endpoint.version);
    return ok({ endpoint: viewOf(endpoint, engine), secret: secret.text });
  });
}

/** Routes that change an endpoint; both name the version they replace. */
export function endpointEditRoutes(http: Http, platform: Platform): void {
  const { clock } = platform;
  const engine = engineOf(platform);

  http.route(webhooksApi.ChangeEndpoint, async ({ actor, params, body, ifMatch, reply }) => {
    const destination = body.url === undefined ? null : checkDestination(body.url, engine.policy);
    if (destination && !destination.ok) return destination;
    const scope = { workspaceId: actor.workspaceId, endpointId: params.endpointId };
    const changed = await edit(platform, { scope, ifMatch }, async (tx, endpoint) => {
      const next = changedEndpoint(endpoint, {
        ...body,
        url: destination?.value.href,
        nowMs: clock(),
        newKeyPair: () => firstKeyPair(endpoint, { box: engine.box, nowMs: clock() }),
      });
      if (next.ordering !== endpoint.ordering) await dissolveLines(tx, endpoint.id);
      await updateEndpoint(tx, next);
      await announce(tx, next, { change: 'changed', atMs: next.updatedAtMs, before: endpoint });
      return next;
    });
    if (!changed.ok) return changed;
    reply.setVersion(changed.value.version);
    return ok(viewOf(changed.value, engine));
  });

  http.route(webhooksApi.RemoveEndpoint, async ({ actor, params, ifMatch }) => {
    const scope = { workspaceId: actor.workspaceId, endpointId: params.endpointId };
    const removed = await edit(platform, { scope, ifMatch }, async (tx, endpoint) => {
      await deleteEndpoint(tx, scope);
      await announce(tx, endpoint, { change: 'removed', atMs: clock(), before: endpoint });
      return endpoint;
    });
    return removed.ok ? ok(undefined) : removed;
  });
}

/** Routes that use an endpoint's secret: rotation and the test event. */
export function endpointSecretRoutes(http: Http, platform: Platform): void {
  const { db, clock, events } = platform;
  const engine = engineOf(platform);

  http.route(webhooksApi.RotateSecret, async ({ actor, params, body }) => {
    const scope = { workspaceId: actor.workspaceId, endpointId: params.endpointId };
    const rotated = await db.transaction(async (tx) => {
      const endpoint = await lockEndpoint(tx, scope);
      if (!endpoint) return null;
      const nowMs = clock();
      const rotation = { box: engine.box, nowMs, overlapHours: body.overlapHours };
      const { text, secrets } = rotateSecrets(endpoint, rotation);
      const keyPairs = rotateKeyPairs(endpoint, rotation);
      const next = { ...endpoint, secrets, keyPairs, version: endpoint.version + 1, updatedAtMs: nowMs };
      await updateEndpoint(tx, next);
      await announce(tx, next, { change: 'rotated', atMs: nowMs, before: endpoint });
      return { endpoint: viewOf(next, engine), secret: text };
    });
    if (!rotated) return refuse('endpoint_not_found');
    await engine.directory.reloadWorkspace(actor.workspaceId);
    return ok(rotated);
  });

  http.route(webhooksApi.ExpirePreviousSecret, async ({ actor, params }) => {
    const scope = { workspaceId: actor.workspaceId, endpointId: params.endpointId };
    const expired = await db.transaction(async (tx) => {
      const endpoint = await lockEndpoint(tx, scope);
      if (!endpoint) return null;
      const next = {
        ...endpoint,
        secrets: endpoint.secrets.slice(0, 1),
        keyPairs: endpoint.keyPairs.slice(0, 1),
        version: endpoint.version + 1,
        updatedAtMs: clock(),
      };
      await updateEndpoint(tx, next);
      await announce(tx, next, { change: 'rotated', atMs: next.updatedAtMs, before: endpoint });
      return next;
    });
    if (!expired) return refuse('endpoint_not_found');
    await engine.directory.reloadWorkspace(actor.workspaceId);
    return ok(undefined);
  });

  http.route(webhooksApi.SendTestEvent, async ({ actor, params }) => {
    const endpoint = await findEndpoint(db, { workspaceId: actor.workspaceId, endpointId: params.endpointId });
    if (!endpoint) return refuse('endpoint_not_found');
    if (!endpoint.isEnabled) return refuse('endpoint_disabled');
    const { id } = await events.publish(EndpointTested, {
      workspaceId: actor.workspaceId,
      subjectId: endpoint.id,
      payload: { endpointId: endpoint.id, message: EndpointTested.example.message },
    });
    await db.transaction((tx) =>
      recordAudit(tx, {
        workspaceId: actor.workspaceId,
        action: 'webhooks.endpoint.tested',
        subject: endpoint.id,
        atMs: clock(),
        after: { eventId: id },
      }),
    );
    const deliveryId = await findDeliveryOfEvent(db, { endpointId: endpoint.id, eventId: id });
    return ok({ eventId: id, deliveryId });
  });
}

/** Runs one change on the locked endpoint when the caller names its current version, then refreshes the directory. */
async function edit(
  platform: Platform,
  request: { readonly scope: EndpointScope; readonly ifMatch: string | undefined },
  change: (tx: Transaction, endpoint: Endpoint) => Promise<Endpoint>,
): Promise<Result<Endpoint, EditRefusal>> {
  const { scope, ifMatch } = request;
  const edited = await platform.db.transaction<Result<Endpoint, EditRefusal>>(async (tx) => {
    const endpoint = await lockEndpoint(tx, scope);
    if (!endpoint) return refuse('endpoint_not_found');
    const versions = checkVersion(ifMatch, endpoint.version);
    if (!versions.ok) return versions;
    return ok(await change(tx, endpoint));
  });
  if (edited.ok) await engineOf(platform).directory.reloadWorkspace(scope.workspaceId);
  return edited;
}

/** Tells listeners and the audit trail; the last step of its transaction. */
async function announce(
  tx: Transaction,
  endpoint: Endpoint,
  what: { readonly change: Change; readonly atMs: number; readonly before?: Endpoint },
): Promise<void> {
  const { change, atMs, before } = what;
  const { workspaceId, id } = endpoint;
  tx.emit(EndpointChanged, { workspaceId, subjectId: id, payload: { change } });
  await recordAudit(tx, {
    workspaceId,
    action: `webhooks.endpoint.${change}`,
    subject: id,
    atMs,
    ...(before ? { before: toldOf(before) } : {}),
    ...(change === 'removed' ? {} : { after: toldOf(endpoint) }),
  });
}

/** What a person set of an endpoint. Of its secrets only how many live and since when. */
function toldOf({ url, description, filters, isEnabled, secrets }: Endpoint): Record<string, unknown> {
  const newestSecretAtMs = Math.max(0, ...secrets.map(({ createdAtMs }) => createdAtMs));
  const signing = { liveCount: secrets.length, newestAtMs: newestSecretAtMs };
  return { url: hostOf(url), description, filters, isEnabled, signing };
}

/** People put tokens into paths and queries: only where it goes is told. */
function hostOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}/…`;
}
