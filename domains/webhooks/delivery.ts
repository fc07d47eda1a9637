/**
 * Delivery: one event on its way to one endpoint. Born in the transaction of the event, sent right after the commit,
 * retried by whichever process finds it due. Rules and shapes only; rows live in `delivery.store.ts`.
 */
import type { StoredEvent } from '#platform/events';

export type DeliveryState = 'sending' | 'waiting' | 'delivered' | 'failed';

/** What a process needs to make one attempt; it owns the row until `leaseUntilMs`. */
export interface Shipment {
  readonly id: string;
  readonly workspaceId: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventName: string;
  readonly occurredAtMs: number;
  /** The very bytes that are signed and sent. */
  readonly body: string;
  /** Number of this attempt, from 1; the fence of its completion. */
  readonly attempt: number;
  readonly leaseUntilMs: number;
  /** Of an endpoint that asks for order: those of one key leave one after another. */
  readonly lineKey?: string;
  /** Asked for again by a bulk replay: its time says nothing about how fast events travel. */
  readonly isReplay?: boolean;
}

export interface Delivery {
  readonly id: string;
  readonly workspaceId: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventName: string;
  readonly occurredAtMs: number;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly nextAttemptAtMs: number | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly lastDurationMs: number | null;
  readonly latencyMs: number | null;
}

/** What one attempt met on the wire. */
export interface Answer {
  /** Null when no answer arrived; then `error` says why. */
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number;
  /** Until a connected socket took the request; until the first byte of the answer after that. */
  readonly connectMs: number | null;
  readonly waitMs: number | null;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly excerpt: string | null;
}

/** The end of one attempt, as it is written down. */
export interface Completion {
  readonly shipment: Shipment;
  readonly state: 'delivered' | 'waiting' | 'failed';
  readonly dueAtMs: number | null;
  readonly latencyMs: number | null;
  readonly sentAtMs: number;
  /** From the event, or from when a process took it again, until it was sent. */
  readonly queueMs: number;
  readonly signature: string;
  readonly answer: Answer;
}

/** The body of a webhook; built once per event, stored with the delivery and never rendered again. */
export function renderBody(event: StoredEvent): string {
  const head = JSON.stringify({
    id: event.id,
    type: event.name,
    timestamp: new Date(event.occurredAtMs).toISOString(),
    version: event.version,
    sequence: event.sequence.toString(),
    workspaceId: event.workspaceId,
    subjectId: event.subjectId,
  });
  return `${head.slice(0, -1)},"data":${event.payloadJson}}`;
}

/** The headers of one attempt. `webhook-id` is the event's, the same on each attempt, so a receiver can drop repetitions. */
export function renderHeaders(attempt: {
  readonly eventId: string;
  readonly sentAtMs: number;
  readonly signature: string;
}): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'Cactus-Webhooks/1',
    'webhook-id': attempt.eventId,
    'webhook-timestamp': String(timestampSeconds(attempt.sentAtMs)),
    'webhook-signature': attempt.signature,
  };
}

export function timestampSeconds(atMs: number): number {
  return Math.floor(atMs / 1000);
}
