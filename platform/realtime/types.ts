/** Realtime: one WebSocket `/ws`. Outbox events arrive by themselves; short-lived figures are broadcast here. */
import type { RowOwner } from '#kernel';

export interface Broadcast {
  readonly workspaceId: string;
  /** `<domain>.<noun>`, for example `markets.prices`; the newest message of a topic and key replaces older unsent ones. */
  readonly topic: string;
  readonly key?: string;
  /** Only sockets whose actor holds it receive the message. */
  readonly permission: string;
  /** Present when it is about a row of people: only whose scope reaches that row receives it. */
  readonly owner?: RowOwner;
  readonly data: unknown;
}

export interface Realtime {
  /** Sends to every matching socket of every process; never durable, never blocks. */
  broadcast(message: Broadcast): void;
}
