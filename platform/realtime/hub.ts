/**
 * Hub: the open sockets of this process by workspace. Encodes each event or message once, builds one frame per audience
 * (same topics, same permissions) and hands it to every socket of it.
 */
import type { StoredEvent } from '#platform/events';
import type { Client, Owners } from './client.ts';
import { eventJson, frameOf, type Message, messageOf } from './frames.ts';
import type { Broadcast } from './types.ts';

const FLUSH_MS = 125; // Eight times a second: faster than an eye follows a figure, slow enough for 2,000 sockets on a core.

export class Hub {
  readonly #clients = new Map<string, Set<Client>>();
  readonly #waiting = new Map<string, Map<string, Message>>();
  readonly #slow = new Set<Client>();
  #timer: NodeJS.Timeout | null = null;
  #flushedAtMs = 0;

  get clientCount(): number {
    let total = 0;
    for (const clients of this.#clients.values()) total += clients.size;
    return total;
  }

  *all(): Iterable<Client> {
    for (const clients of this.#clients.values()) yield* clients;
  }

  add(client: Client): void {
    const { workspaceId } = client.actor;
    const clients = this.#clients.get(workspaceId) ?? new Set();
    clients.add(client);
    this.#clients.set(workspaceId, clients);
  }

  remove(client: Client): void {
    const { workspaceId } = client.actor;
    const clients = this.#clients.get(workspaceId);
    clients?.delete(client);
    this.#slow.delete(client);
    if (clients?.size === 0) this.#clients.delete(workspaceId);
  }

  /** Workspaces among these with a socket that reaches only some people's rows. */
  narrowAmong(workspaceIds: Iterable<string>): string[] {
    return [...workspaceIds].filter((id) => [...(this.#clients.get(id) ?? [])].some((client) => client.isNarrow));
  }

  /** Pushes events right away: an alert must not wait for the next beat of figures. */
  pushEvents(events: readonly StoredEvent[], owners: Owners): void {
    for (const [workspaceId, ofWorkspace] of Map.groupBy(events, (event) => event.workspaceId)) {
      const clients = this.#clients.get(workspaceId);
      if (!clients) continue;
      const jsons = new Map<StoredEvent, string>();
      const frames = new Map<string, string | null>();
      for (const client of clients) {
        let frame = frames.get(client.audience);
        if (frame === undefined) {
          const seen = ofWorkspace.filter((event) => client.seesRow(event, owners));
          const parts = seen.map((event) => {
            const json = jsons.get(event) ?? eventJson(event);
            jsons.set(event, json);
            return json;
          });
          frame = parts.length === 0 ? null : frameOf(parts);
          frames.set(client.audience, frame);
        }
        client.pushEvents(ofWorkspace, frame, owners);
      }
    }
  }

  /** Queues a broadcast for the next flush; the first one after a quiet moment leaves at once. */
  broadcast(broadcast: Broadcast): void {
    if (!this.#clients.has(broadcast.workspaceId)) return;
    const message = messageOf(broadcast);
    const waiting = this.#waiting.get(broadcast.workspaceId) ?? new Map<string, Message>();
    waiting.delete(message.name);
    waiting.set(message.name, message);
    this.#waiting.set(broadcast.workspaceId, waiting);
    this.#schedule();
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(): void {
    const waitMs = Math.max(0, this.#flushedAtMs + FLUSH_MS - performance.now());
    this.#timer ??= setTimeout(() => this.#flush(), waitMs).unref();
  }

  #flush(): void {
    this.#timer = null;
    this.#flushedAtMs = performance.now();
    for (const client of this.#slow) if (!client.drain()) this.#slow.delete(client);
    for (const [workspaceId, waiting] of this.#waiting) {
      this.#pushMessages(this.#clients.get(workspaceId) ?? [], [...waiting.values()]);
    }
    this.#waiting.clear();
    if (this.#slow.size > 0) this.#schedule();
  }

  #pushMessages(clients: Iterable<Client>, messages: readonly Message[]): void {
    const frames = new Map<string, { readonly seen: readonly Message[]; readonly frame: string } | null>();
    for (const client of clients) {
      let shared = frames.get(client.audience);
      if (shared === undefined) {
        const seen = messages.filter((message) => client.seesMessage(message));
        shared = seen.length === 0 ? null : { seen, frame: frameOf(seen.map(({ json }) => json)) };
        frames.set(client.audience, shared);
      }
      if (!shared) continue;
      client.pushMessages(shared.seen, shared.frame);
      if (client.isWaiting) this.#slow.add(client);
    }
  }
}
