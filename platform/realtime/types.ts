/** Realtime: one WebSocket `/ws`. Outbox events arrive by themselves; short-lived figures are broadcast here. */
export interface Broadcast {
  readonly workspaceId: string;
  /** `<domain>.<noun>`, for example `markets.prices`; the newest message of a topic and key replaces older unsent ones. */
  readonly topic: string;
  readonly key?: string;
  /** Only sockets whose actor holds it receive the message. */
  readonly permission: string;
  readonly data: unknown;
}

export interface Realtime {
  /** Sends to every matching socket of every process; never durable, never blocks. */
  broadcast(message: Broadcast): void;
}
