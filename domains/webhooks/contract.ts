/**
 * What webhooks say to the outside: endpoints that hear events, deliveries and their attempts, the event log and own events.
 * Instants are epoch milliseconds; sequences are decimal text; durations are milliseconds.
 */
import { z } from 'zod';
import { endpoint } from '#kernel';
import { FilterVerdict, ReplayFilter, ReplayPreview, ReplayView } from './replay-shapes.ts';
import { Filters, ServiceFields } from './service-shapes.ts';

export const ENDPOINTS_MAX = 50; // Per workspace; each one may hold its own pool of sockets.
export const PAGE_SIZE_MAX = 200; // A longer page is slower to read than to page.
export const CUSTOM_DATA_SIZE_BYTES_MAX = 65_536; // An event is a fact, not a file.
const OVERLAP_HOURS_MAX = 168; // A week is enough to change a secret at the other side.

const Id = z.uuid();
const SequenceText = z.string().regex(/^\d{1,19}$/);
const Url = z.string().min(1).max(2000);
const Description = z.string().trim().max(200);
const PageSize = z.coerce.number().int().min(1).max(PAGE_SIZE_MAX).default(50);

const EndpointView = z.object({
  id: Id,
  url: z.string(),
  description: z.string(),
  /** Globs over event names; empty hears everything. */
  filters: z.array(z.string()),
  isEnabled: z.boolean(),
  /** Why Cactus switched it off by itself. */
  disabledReason: z.enum(['gone', 'secret_not_readable', 'failing']).nullable(),
  /** Since when no attempt has succeeded; null while it answers. */
  failingSinceMs: z.number().nullable(),
  /** When a receiver that keeps failing is asked again; null while deliveries flow. As this process sees it. */
  nextProbeAtMs: z.number().nullable(),
  /** Live secrets, newest first; the text itself is shown once, when it is made. */
  secrets: z.array(z.object({ createdAtMs: z.number(), expiresAtMs: z.number().nullable() })),
  /** Public keys of the `v1a` signatures, newest first. */
  publicKeys: z.array(z.object({ publicKey: z.string(), createdAtMs: z.number(), expiresAtMs: z.number().nullable() })),
  ...ServiceFields,
  version: z.number().int(),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
});
const EndpointWithSecret = z.object({ endpoint: EndpointView, secret: z.string() });
const EndpointParams = z.object({ endpointId: Id });

const DestinationRefusals = {
  url_not_valid: 422,
  url_not_https: 422,
  url_with_credentials: 422,
  destination_not_allowed: 422,
} as const;
const EndpointRefusals = { endpoint_not_found: 404 } as const;
const EditRefusals = { ...EndpointRefusals, version_required: 428, version_mismatch: 412 } as const;

// ── Endpoints ────────────────────────────────────────────────────────────────────────────────────────────────────────

export const ListEndpoints = endpoint({
  method: 'GET',
  path: '/api/webhooks/endpoints',
  permission: 'webhooks.endpoint.read',
  summary: 'Every webhook endpoint of the workspace.',
  response: z.object({ items: z.array(EndpointView) }),
});

export const CreateEndpoint = endpoint({
  method: 'POST',
  path: '/api/webhooks/endpoints',
  permission: 'webhooks.endpoint.write',
  summary: 'Adds an endpoint; its signing secret is shown in this answer and never again.',
  body: z.object({
    url: Url,
    description: Description.default(''),
    filters: Filters.default([]),
    conditions: ServiceFields.conditions.default([]),
    retryDelaysSeconds: ServiceFields.retryDelaysSeconds.default(null),
    rateLimitPerSecond: ServiceFields.rateLimitPerSecond.default(null),
    ordering: ServiceFields.ordering.default('none'),
    signsWithPublicKey: ServiceFields.signsWithPublicKey.default(false),
  }),
  response: EndpointWithSecret,
  status: 201,
  holdsSecret: true,
  refusals: { ...DestinationRefusals, endpoints_full: 409 },
});

export const ReadEndpoint = endpoint({
  method: 'GET',
  path: '/api/webhooks/endpoints/:endpointId',
  permission: 'webhooks.endpoint.read',
  summary: 'One endpoint; its ETag is the version that a change must name.',
  params: EndpointParams,
  response: EndpointView,
  refusals: EndpointRefusals,
});

export const ChangeEndpoint = endpoint({
  method: 'PATCH',
  path: '/api/webhooks/endpoints/:endpointId',
  permission: 'webhooks.endpoint.write',
  summary: 'Changes the address, what it hears, how it is served or whether it is enabled. Needs If-Match.',
  params: EndpointParams,
  body: z
    .object({ url: Url, description: Description, filters: Filters, isEnabled: z.boolean(), ...ServiceFields })
    .partial(),
  response: EndpointView,
  refusals: { ...DestinationRefusals, ...EditRefusals },
});

export const RemoveEndpoint = endpoint({
  method: 'DELETE',
  path: '/api/webhooks/endpoints/:endpointId',
  permission: 'webhooks.endpoint.write',
  summary: 'Removes the endpoint with its deliveries. Needs If-Match.',
  params: EndpointParams,
  status: 204,
  refusals: EditRefusals,
});

export const RotateSecret = endpoint({
  method: 'POST',
  path: '/api/webhooks/endpoints/:endpointId/secret-rotations',
  permission: 'webhooks.endpoint.write',
  summary: 'Makes a new secret, shown once; the previous one keeps signing beside it for the overlap.',
  params: EndpointParams,
  body: z.object({ overlapHours: z.number().int().min(0).max(OVERLAP_HOURS_MAX).default(24) }),
  response: EndpointWithSecret,
  status: 201,
  holdsSecret: true,
  refusals: EndpointRefusals,
});

export const ExpirePreviousSecret = endpoint({
  method: 'DELETE',
  path: '/api/webhooks/endpoints/:endpointId/previous-secret',
  permission: 'webhooks.endpoint.write',
  summary: 'Ends the overlap of a rotation at once: from now on only the newest secret signs.',
  params: EndpointParams,
  status: 204,
  refusals: EndpointRefusals,
});

export const SendTestEvent = endpoint({
  method: 'POST',
  path: '/api/webhooks/endpoints/:endpointId/test-events',
  permission: 'webhooks.endpoint.write',
  summary: 'Sends `webhooks.endpoint.tested` to this endpoint only, whatever its filter.',
  params: EndpointParams,
  response: z.object({ eventId: Id, deliveryId: Id.nullable() }),
  status: 202,
  refusals: { ...EndpointRefusals, endpoint_disabled: 409 },
});

// ── Deliveries ───────────────────────────────────────────────────────────────────────────────────────────────────────

const DeliveryState = z.enum(['sending', 'waiting', 'delivered', 'failed']);
const DeliveryView = z.object({
  id: Id,
  endpointId: Id,
  eventId: Id,
  eventName: z.string(),
  occurredAtMs: z.number(),
  state: DeliveryState,
  attempts: z.number().int(),
  /** When the next attempt is due, while waiting. */
  nextAttemptAtMs: z.number().nullable(),
  lastStatus: z.number().int().nullable(),
  /** Stable code of what went wrong without an answer: `timeout`, `connection_refused`, `destination_not_allowed`… */
  lastError: z.string().nullable(),
  lastDurationMs: z.number().nullable(),
  /** From the event to the answer, when the first attempt succeeded. */
  latencyMs: z.number().nullable(),
});
const DeliveryParams = z.object({ deliveryId: Id });
const DeliveryRefusals = { delivery_not_found: 404 } as const;

export const ListDeliveries = endpoint({
  method: 'GET',
  path: '/api/webhooks/deliveries',
  permission: 'webhooks.delivery.read',
  summary: 'Deliveries, newest first.',
  query: z.object({
    endpointId: Id.optional(),
    state: DeliveryState.optional(),
    /** `nextCursor` of the page before. */
    cursor: Id.optional(),
    limit: PageSize,
  }),
  response: z.object({ items: z.array(DeliveryView), nextCursor: Id.nullable() }),
});

export const ReadDelivery = endpoint({
  method: 'GET',
  path: '/api/webhooks/deliveries/:deliveryId',
  permission: 'webhooks.delivery.read',
  summary: 'One delivery with what was sent and every answer.',
  params: DeliveryParams,
  response: z.object({
    delivery: DeliveryView,
    url: z.string(),
    /** Null once it has expired; then it cannot be sent again. */
    body: z.string().nullable(),
    attempts: z.array(
      z.object({
        attempt: z.number().int(),
        sentAtMs: z.number(),
        durationMs: z.number(),
        status: z.number().int().nullable(),
        error: z.string().nullable(),
        requestHeaders: z.record(z.string(), z.string()),
        responseHeaders: z.record(z.string(), z.string()).nullable(),
        responseExcerpt: z.string().nullable(),
        /** From the event, or from when it was taken again, until it was sent. */
        queueMs: z.number().nullable(),
        /** Until a connected socket took it; near zero on a kept one. Null when none did. */
        connectMs: z.number().nullable(),
        /** From there to the first byte of the answer; null when none came. */
        waitMs: z.number().nullable(),
      }),
    ),
  }),
  refusals: DeliveryRefusals,
});

export const ReplayDelivery = endpoint({
  method: 'POST',
  path: '/api/webhooks/deliveries/:deliveryId/replays',
  permission: 'webhooks.delivery.replay',
  summary: 'Sends the same event again, with the same id and body, whatever became of it before.',
  params: DeliveryParams,
  response: DeliveryView,
  status: 202,
  refusals: { ...DeliveryRefusals, endpoint_disabled: 409, delivery_under_way: 409, body_expired: 409 },
});

export const ReadFigures = endpoint({
  method: 'GET',
  path: '/api/webhooks/figures',
  permission: 'webhooks.delivery.read',
  summary: 'How the last hour went: latency from event to answer, share of deliveries that succeeded.',
  response: z.object({
    sinceMs: z.number(),
    deliveries: z.number().int(),
    delivered: z.number().int(),
    failed: z.number().int(),
    waiting: z.number().int(),
    /** Delivered over finished or retrying; null when nothing was sent. */
    successRatio: z.number().nullable(),
    latencyMsP50: z.number().nullable(),
    latencyMsP95: z.number().nullable(),
    /** One point per five minutes, oldest first. */
    series: z.array(z.object({ atMs: z.number(), latencyMsP50: z.number(), latencyMsP95: z.number() })),
  }),
});

// ── Events ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const EventView = z.object({
  id: Id,
  sequence: SequenceText,
  name: z.string(),
  version: z.number().int(),
  subjectId: z.string(),
  payload: z.unknown(),
  occurredAtMs: z.number(),
});

export const ListEvents = endpoint({
  method: 'GET',
  path: '/api/events',
  permission: 'webhooks.event.read',
  summary:
    'The event log: after a sequence in rising order, or without one the newest first. Only events the reader may see.',
  query: z.object({ after: SequenceText.optional(), name: z.string().max(100).optional(), limit: PageSize }),
  response: z.object({ items: z.array(EventView) }),
});

export const ListEventTypes = endpoint({
  method: 'GET',
  path: '/api/events/types',
  permission: 'webhooks.event.read',
  summary: 'The catalogue of events with an example of each.',
  response: z.object({
    items: z.array(z.object({ name: z.string(), version: z.number(), summary: z.string(), example: z.unknown() })),
  }),
});

export const PublishEvent = endpoint({
  method: 'POST',
  path: '/api/events',
  permission: 'webhooks.event.publish',
  summary:
    'Publishes an own event as `webhooks.custom.published`; answered when it is durable. Send Idempotency-Key to retry.',
  body: z.object({
    /** What happened, in your words: `warehouse.box.counted`. */
    type: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/),
    data: z.record(z.string(), z.json()),
  }),
  response: z.object({ id: Id, sequence: SequenceText, occurredAtMs: z.number() }),
  status: 201,
  refusals: { data_too_large: 413 },
});

// ── Many at once ─────────────────────────────────────────────────────────────────────────────────────────────────────

const ReplayParams = z.object({ replayId: Id });

export const PreviewReplay = endpoint({
  method: 'POST',
  path: '/api/webhooks/replay-previews',
  permission: 'webhooks.delivery.replay',
  summary: 'How many deliveries a bulk replay would send again, and how long it takes. Changes nothing.',
  body: ReplayFilter,
  response: ReplayPreview,
});

export const StartReplay = endpoint({
  method: 'POST',
  path: '/api/webhooks/replays',
  permission: 'webhooks.delivery.replay',
  summary: 'Sends every matching delivery again, with the same id and body, as a durable job.',
  body: ReplayFilter,
  response: ReplayView,
  status: 202,
});

export const RecoverEndpoint = endpoint({
  method: 'POST',
  path: '/api/webhooks/endpoints/:endpointId/recoveries',
  permission: 'webhooks.delivery.replay',
  summary: 'Sends what this endpoint missed since an instant: what failed, and what it would have heard but never got.',
  params: EndpointParams,
  body: z.object({ sinceMs: z.number().int().min(0) }),
  response: ReplayView,
  status: 202,
  refusals: { ...EndpointRefusals, endpoint_disabled: 409, since_too_old: 422 },
});

export const ListReplays = endpoint({
  method: 'GET',
  path: '/api/webhooks/replays',
  permission: 'webhooks.delivery.replay',
  summary: 'The newest bulk replays and recoveries, with how far they are.',
  response: z.object({ items: z.array(ReplayView) }),
});

export const CancelReplay = endpoint({
  method: 'POST',
  path: '/api/webhooks/replays/:replayId/cancellations',
  permission: 'webhooks.delivery.replay',
  summary: 'Queues nothing more of it; what is queued already still leaves.',
  params: ReplayParams,
  response: ReplayView,
  refusals: { replay_not_found: 404, replay_over: 409 },
});

export const TestFilter = endpoint({
  method: 'POST',
  path: '/api/webhooks/filter-tests',
  permission: 'webhooks.endpoint.read',
  summary: 'Which recent events a filter would let through, and what kept the others out. Changes nothing.',
  body: z.object({ filters: Filters.default([]), conditions: ServiceFields.conditions.default([]) }),
  response: z.object({ items: z.array(FilterVerdict), matchCount: z.number().int() }),
});

export const webhooksApi = {
  ListEndpoints,
  CreateEndpoint,
  ReadEndpoint,
  ChangeEndpoint,
  RemoveEndpoint,
  RotateSecret,
  ExpirePreviousSecret,
  SendTestEvent,
  ListDeliveries,
  ReadDelivery,
  ReplayDelivery,
  ReadFigures,
  PreviewReplay,
  StartReplay,
  RecoverEndpoint,
  ListReplays,
  CancelReplay,
  TestFilter,
  ListEvents,
  ListEventTypes,
  PublishEvent,
} as const;

export { CustomPublished, EndpointChanged, EndpointDisabled, EndpointTested } from './event-shapes.ts';
