/** Plans the deliveries of a transaction's events: who listens, what travels, and whether it can leave right away. Pure. */
import type { StoredEvent } from '#platform/events';
import { EndpointChanged, EndpointTested } from './contract.ts';
import { renderBody } from './delivery.ts';
import type { NewDelivery } from './delivery.store.ts';
import type { LiveEndpoint } from './endpoint.ts';

/** A row without room in memory waits this long for the sweeper, so that the sender has drained a little. */
const SPILL_DELAY_MS = 1000;

export interface PlanInput {
  readonly events: readonly StoredEvent[];
  readonly endpointsOf: (workspaceId: string) => readonly LiveEndpoint[];
  readonly hasRoom: (endpoint: LiveEndpoint) => boolean;
  readonly newId: () => string;
  readonly nowMs: number;
  readonly leaseMs: number;
}

export function planDeliveries(input: PlanInput): NewDelivery[] {
  return input.events.flatMap((event) => {
    const listeners = input.endpointsOf(event.workspaceId).filter((endpoint) => hears(endpoint, event));
    if (listeners.length === 0) return [];
    const body = renderBody(event);
    return listeners.map((endpoint) => born(event, endpoint, body, input));
  });
}

/**
 * A test reaches the endpoint it names, whatever its filter, and no other one. An endpoint is never told of its own change:
 * it may be on its way out.
 */
export function hears(endpoint: LiveEndpoint, event: StoredEvent): boolean {
  if (event.name === EndpointChanged.name && event.subjectId === endpoint.id) return false;
  if (event.name === EndpointTested.name) return event.subjectId === endpoint.id;
  return endpoint.accepts(event.name) && (endpoint.meets === null || endpoint.meets(event.payload));
}

function born(event: StoredEvent, endpoint: LiveEndpoint, body: string, input: PlanInput): NewDelivery {
  const isTest = event.name === EndpointTested.name; // Somebody waits for its answer: it stands in no line.
  if (endpoint.ordering !== 'none' && !isTest) return bornInLine(event, endpoint, body, input);
  const isDirect = isTest || input.hasRoom(endpoint);
  return {
    id: input.newId(),
    workspaceId: event.workspaceId,
    endpointId: endpoint.id,
    eventId: event.id,
    eventName: event.name,
    occurredAtMs: event.occurredAtMs,
    body,
    state: isDirect ? 'sending' : 'waiting',
    attempts: isDirect ? 1 : 0,
    dueAtMs: input.nowMs + (isDirect ? input.leaseMs : SPILL_DELAY_MS),
  };
}

function bornInLine(event: StoredEvent, endpoint: LiveEndpoint, body: string, input: PlanInput): NewDelivery {
  return {
    id: input.newId(),
    workspaceId: event.workspaceId,
    endpointId: endpoint.id,
    eventId: event.id,
    eventName: event.name,
    occurredAtMs: event.occurredAtMs,
    body,
    state: 'waiting',
    attempts: 0,
    dueAtMs: input.nowMs,
    line: { key: endpoint.ordering === 'subject' ? event.subjectId : '', sequence: event.sequence },
  };
}
