/**
 * Client: one open socket. Events reach it in order of sequence, each once. While its socket is full nothing is queued for
 * it: messages wait as "newest per name", events wait in the event log, and it catches up from where it stopped.
 */
import { isInScope, type RowOwner } from '#kernel';
import type { EventReach, StoredEvent, RowReach } from '#platform/events';
import type { Actor } from '#platform/http';
import type { WebSocket } from 'ws';
import { eventJson, frameOf, type Message } from './frames.ts';
import { parseFrame, Subscription } from './subscription.ts';

const BUFFERED_BYTES_MAX = 262_144; // A quarter MiB in the socket is a second of a slow line: stop adding.
const WAITING_MESSAGES_MAX = 5000; // Names a slow client may wait for; beyond it the oldest one is dropped and counted.
const PAGE_SIZE = 200; // Events read at once while catching up: some hundred KiB.
const CATCH_UP_EVENTS_MAX = 10_000; // Whoever missed more reloads the page faster than we can repeat it.
const CATCH_UP_REST_MS = 50; // Time for a full socket to drain.

/** What a client needs from the world. */
export interface ClientWorld {
  /** Events after a sequence, in order, only with these names. */
  readEvents(page: {
    readonly workspaceId: string;
    readonly sequence: bigint;
    readonly names: readonly string[];
    readonly limit: number;
    readonly reach: RowReach;
  }): Promise<readonly StoredEvent[]>;
  /** How far the log reaches; null while it is empty. */
  reach(): Promise<EventReach | null>;
  /** The newest sequence of the workspace. */
  newestSequence(workspaceId: string): Promise<bigint>;
  /** Names and permissions of the event catalogue. */
  readonly permissionOfEvent: ReadonlyMap<string, string>;
  /** Names of events about rows that belong to people. */
  readonly ownedEvents: ReadonlySet<string>;
  onDropped(reason: 'slow_client' | 'missed_too_much', count: number): void;
  onFault(error: unknown): void;
}

/** Whose the subjects of a batch of events are, by subject. */
export type Owners = ReadonlyMap<string, RowOwner>;

export class Client {
  readonly socket: WebSocket;
  /** Sockets with the same audience see the same things and share frames. */
  audience = '';
  isAlive = true;
  #actor: Actor;
  #permissionKey: string;
  #subscription: Subscription | null = null;
  /** Everything up to here has been sent or was not for this client. */
  #cursor = 0n;
  #isCatchingUp = false;
  /** The newest live event that was skipped because the log was being read. */
  #skippedUpTo = 0n;
  #round = 0;
  readonly #waiting = new Map<string, Message>();
  readonly #world: ClientWorld;

  constructor(socket: WebSocket, actor: Actor, world: ClientWorld) {
    this.socket = socket;
    this.#actor = actor;
    this.#permissionKey = permissionKeyOf(actor);
    this.#world = world;
  }

  get actor(): Actor {
    return this.#actor;
  }

  /** The session was looked at again; permissions may be others now. */
  refresh(actor: Actor): void {
    this.#actor = actor;
    this.#permissionKey = permissionKeyOf(actor);
    this.#setAudience();
  }

  /** Takes a text frame of the browser. */
  hear(text: string): void {
    const frame = parseFrame(text);
    if (!frame.ok) {
      this.#send(
        JSON.stringify({ type: 'error', code: frame.code, detail: 'Send {"type":"subscribe","topics":[…]}.' }),
      );
      return;
    }
    this.#subscription = new Subscription(frame.value.topics);
    this.#waiting.clear();
    this.#setAudience();
    void this.#start(frame.value.after);
  }

  seesEvent(name: string): boolean {
    const permission = this.#world.permissionOfEvent.get(name);
    if (permission === undefined || !this.#subscription) return false;
    return this.#actor.permissions.has(permission) && this.#subscription.hearsEvent(name);
  }

  /** Whether somebody's rows are hidden from it, so that events about rows need their owner looked up. */
  get isNarrow(): boolean {
    return this.#actor.rows.kind !== 'all';
  }

  /** Like `seesEvent`, and the row it is about is within reach; a row whose owner is not known is not. */
  seesRow({ name, subjectId }: StoredEvent, owners: Owners): boolean {
    if (!this.seesEvent(name)) return false;
    if (!this.isNarrow || !this.#world.ownedEvents.has(name)) return true;
    const owner = owners.get(subjectId);
    return owner !== undefined && isInScope(this.#actor.rows, owner);
  }

  seesMessage(message: Message): boolean {
    if (!this.#subscription) return false;
    if (message.owner && !isInScope(this.#actor.rows, message.owner)) return false;
    return this.#actor.permissions.has(message.permission) && this.#subscription.hearsTopic(message.topic);
  }

  /** Sends a live batch; `frame` is the whole batch as this audience sees it, null when it sees none of it. */
  pushEvents(events: readonly StoredEvent[], frame: string | null, owners: Owners): void {
    const first = events[0];
    const last = events.at(-1);
    if (!first || !last || !this.#subscription || last.sequence <= this.#cursor) return;
    if (this.#isCatchingUp) {
      this.#skippedUpTo = last.sequence; // The reading below finds them in the log.
      return;
    }
    if (frame !== null && this.#isFull) {
      void this.#catchUp();
      return;
    }
    if (first.sequence > this.#cursor) {
      if (frame !== null) this.#send(frame);
    } else {
      this.#sendEvents(events.filter((event) => event.sequence > this.#cursor && this.seesRow(event, owners)));
    }
    this.#cursor = last.sequence;
  }

  /** Sends a shared frame of messages now, or keeps the newest of each until the socket has drained. */
  pushMessages(messages: readonly Message[], frame: string): void {
    if (!this.#isFull && this.#waiting.size === 0) {
      this.#send(frame);
      return;
    }
    for (const message of messages) {
      this.#waiting.delete(message.name);
      this.#waiting.set(message.name, message);
    }
    for (const name of this.#waiting.keys()) {
      if (this.#waiting.size <= WAITING_MESSAGES_MAX) break;
      this.#waiting.delete(name);
      this.#world.onDropped('slow_client', 1);
    }
  }

  /** Sends what waited, if the socket has room again; true while something still waits. */
  drain(): boolean {
    if (this.#waiting.size === 0) return false;
    if (this.#isFull) return true;
    this.#send(frameOf([...this.#waiting.values()].map(({ json }) => json)));
    this.#waiting.clear();
    return false;
  }

  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  beat(frame: string): void {
    if (!this.#isFull) this.#send(frame);
  }

  get #isFull(): boolean {
    return this.socket.bufferedAmount > BUFFERED_BYTES_MAX;
  }

  /** Begins a subscription: says where the live flow starts, and sends what the client missed before it. */
  async #start(after: bigint | null): Promise<void> {
    const round = ++this.#round;
    this.#isCatchingUp = true;
    try {
      const newest = await this.#world.newestSequence(this.#actor.workspaceId);
      if (round !== this.#round) return;
      this.#send(JSON.stringify({ type: 'subscribed', sequence: newest.toString() }));
      const reach = after === null ? null : await this.#world.reach();
      if (round !== this.#round) return;
      // A place may be ahead of `newest`: the client heard it from a process that was told a moment earlier.
      this.#cursor = after ?? newest;
      if (after !== null && !isInLog(after, reach)) {
        this.#cursor = reach?.last ?? 0n;
        this.#tellGap();
      }
      await this.#readOn(round);
    } catch (error) {
      this.#fail(error);
    }
  }

  #tellGap(): void {
    this.#send(JSON.stringify({ type: 'gap', sequence: this.#cursor.toString() }));
  }

  /** The socket was full: from now on the log keeps the client's place. */
  async #catchUp(): Promise<void> {
    const round = ++this.#round;
    this.#isCatchingUp = true;
    try {
      await this.#readOn(round);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Reads the log from the cursor until nothing is left, then goes live in the same turn of the loop, so no event slips between. */
  async #readOn(round: number): Promise<void> {
    const names = [...this.#world.permissionOfEvent.keys()].filter((name) => this.seesEvent(name));
    const { workspaceId } = this.#actor;
    let sentCount = 0;
    while (names.length > 0) {
      if (this.#isFull) {
        await new Promise((resolve) => setTimeout(resolve, CATCH_UP_REST_MS));
        if (round !== this.#round || this.socket.readyState !== this.socket.OPEN) return;
        continue;
      }
      const skippedUpTo = this.#skippedUpTo;
      const page = await this.#world.readEvents({
        workspaceId,
        sequence: this.#cursor,
        names,
        limit: PAGE_SIZE,
        reach: this.#actor,
      });
      if (round !== this.#round || this.socket.readyState !== this.socket.OPEN) return;
      const last = page.at(-1);
      if (!last) {
        if (skippedUpTo > this.#cursor) this.#cursor = skippedUpTo;
        // What was published while we read may be missing from the page: read once more.
        if (this.#skippedUpTo > skippedUpTo) continue;
        break;
      }
      this.#sendEvents(page);
      this.#cursor = last.sequence;
      sentCount += page.length;
      if (sentCount >= CATCH_UP_EVENTS_MAX) {
        this.#cursor = await this.#world.newestSequence(workspaceId);
        if (round !== this.#round) return;
        this.#world.onDropped('missed_too_much', 1);
        this.#tellGap();
        sentCount = 0;
      }
    }
    this.#isCatchingUp = false;
  }

  #sendEvents(events: readonly StoredEvent[]): void {
    if (events.length > 0) this.#send(frameOf(events.map(eventJson)));
  }

  #send(frame: string): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(frame);
  }

  /** The log could not be read: the client reconnects and names its place again. */
  #fail(error: unknown): void {
    this.#world.onFault(error);
    this.socket.close(1011, 'try again');
  }

  #setAudience(): void {
    this.audience = this.#subscription ? `${this.#permissionKey}\n${this.#subscription.key}` : '';
  }
}

/** False when what came after may have been pruned, or the log is another one than the client knew (a restored backup). */
function isInLog(after: bigint, reach: EventReach | null): boolean {
  return reach === null ? after === 0n : after + 1n >= reach.first && after <= reach.last;
}

function permissionKeyOf({ permissions, rows }: Actor): string {
  const scope = rows.kind === 'all' ? '' : JSON.stringify(rows);
  return `${[...permissions].toSorted().join(' ')}${scope}`;
}
