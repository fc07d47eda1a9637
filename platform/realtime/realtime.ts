/**
 * Realtime: the sockets on `/ws`, and on the paths that domains name for topics of their own. Opens them for a signed-in actor from our own origin, keeps them alive, closes them when
 * their session ends, and joins the outbox events and the broadcasts of every process to them.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock, Result, RowOwner } from '#kernel';
import type { DatabaseHandle } from '#platform/db';
import type { Events, RowGuard, StoredEvent } from '#platform/events';
import type { Actor } from '#platform/http';
import type { RedisHandle } from '#platform/redis';
import type { Log } from '#platform/telemetry';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Bus, openBus } from './bus.ts';
import { Client, type ClientWorld, type Owners } from './client.ts';
import { Hub } from './hub.ts';
import type { Broadcast, Realtime } from './types.ts';

const PATH = '/ws';
const FRAME_BYTES_MAX = 16_384; // A subscription is a few hundred bytes.
const CLIENTS_MAX = 10_000; // About 130 MB of sockets; beyond it another web process is due.
const HEARTBEAT_MS = 30_000; // Below the 60 s after which proxies cut a silent line.
const BEAT_MS = 10_000; // The browser shows how long ago it heard from us.
const CLOSE = { sessionEnded: 4401, noAnswer: 4408, goingAway: 1001, tryAgain: 1011 } as const;
const REFUSAL_STATUS: Readonly<Record<string, string>> = {
  not_signed_in: '401 Unauthorized',
  cross_site_request: '403 Forbidden',
  host_not_allowed: '421 Misdirected Request',
  too_many_requests: '429 Too Many Requests',
};

/** The part of the HTTP server that sockets need. */
export interface SocketHost {
  readonly node: Server;
  /** Whether a new socket may open. */
  admitUpgrade(request: IncomingMessage): Promise<Result<Actor, string>>;
  /** Host, Origin and session checked like a write; asked again while the socket is open. */
  authenticateUpgrade(request: IncomingMessage): Promise<Result<Actor, string>>;
}

export interface RealtimeHandle extends Realtime {
  /** Answers `/ws` on this server. */
  attach(host: SocketHost): void;
  figures(): { readonly clients: number; readonly droppedMessages: number };
  /** Closes every socket so that the HTTP server can end; new ones are refused. */
  closeSockets(): void;
  close(): Promise<void>;
}

export interface RealtimeOptions {
  readonly db: Pick<DatabaseHandle, 'listen' | 'tables'>;
  readonly events: Pick<Events, 'catalogue' | 'onPublishedInOrder' | 'after' | 'latest' | 'reach'>;
  /** Carries broadcasts between processes while it answers. */
  readonly redis: RedisHandle;
  /** Whose rows events are about. */
  readonly rowGuard: RowGuard;
  readonly clock: Clock;
  readonly log: Log;
  /** Paths whose sockets start subscribed, for clients that send nothing: `/ws/alerts` and its topics. */
  readonly paths?: ReadonlyMap<string, readonly string[]>;
}

export async function createRealtime(options: RealtimeOptions): Promise<RealtimeHandle> {
  const realtime = new Sockets(options);
  await realtime.open();
  return realtime;
}

const NO_OWNERS: Owners = new Map();

class Sockets implements RealtimeHandle {
  readonly #options: RealtimeOptions;
  readonly #log: Log;
  readonly #hub = new Hub();
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: FRAME_BYTES_MAX, perMessageDeflate: false });
  readonly #requests = new WeakMap<Client, { readonly host: SocketHost; readonly request: IncomingMessage }>();
  readonly #world: ClientWorld;
  readonly #timers: NodeJS.Timeout[] = [];
  #bus: Bus | null = null;
  #newest = 0n;
  #droppedMessages = 0;
  /** What is still being handed out in order; null when nothing waits. */
  #turn: Promise<void> | null = null;
  #isClosing = false;

  constructor(options: RealtimeOptions) {
    this.#options = options;
    this.#log = options.log.child({ part: 'realtime' });
    const { events } = options;
    this.#world = {
      readEvents: async ({ reach, ...page }) => events.after({ ...page, rows: await options.rowGuard.filter(reach) }),
      reach: () => events.reach(),
      newestSequence: (workspaceId) => this.#newestSequence(workspaceId),
      permissionOfEvent: new Map([...events.catalogue.values()].map(({ name, permission }) => [name, permission])),
      ownedEvents: options.rowGuard.names,
      onDropped: (reason, count) => this.#dropped(reason, count),
      onFault: (error) => this.#log.warn('A socket could not read the event log', { error: String(error) }),
    };
  }

  async open(): Promise<void> {
    this.#options.events.onPublishedInOrder((events) => this.#published(events));
    this.#bus = await openBus({
      db: this.#options.db,
      redis: this.#options.redis,
      origin: randomUUID(),
      onMessage: (message) => this.#hub.broadcast(message),
      onDropped: (reason, count) => this.#dropped(reason, count),
      onFault: (error) => this.#log.warn('A broadcast did not reach other processes', { error: String(error) }),
    });
    this.#every(BEAT_MS, () => this.#beat());
    this.#every(HEARTBEAT_MS, () => this.#checkAll());
  }

  broadcast(message: Broadcast): void {
    if (this.#isClosing) return;
    this.#hub.broadcast(message);
    this.#bus?.publish(message);
  }

  attach(host: SocketHost): void {
    host.node.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      this.#upgrade(host, { request, socket, head }).catch((error: unknown) => {
        this.#log.warn('A socket could not be opened', { error: String(error) });
        refuseUpgrade(socket, '503 Service Unavailable');
      });
    });
  }

  figures(): { readonly clients: number; readonly droppedMessages: number } {
    return { clients: this.#hub.clientCount, droppedMessages: this.#droppedMessages };
  }

  closeSockets(): void {
    this.#isClosing = true;
    for (const client of this.#hub.all()) client.socket.close(CLOSE.goingAway, 'the server stops');
    // Whoever does not answer the goodbye is cut, or the server would wait for him.
    setTimeout(() => {
      for (const client of this.#hub.all()) client.socket.terminate();
    }, 1000).unref();
  }

  async close(): Promise<void> {
    this.closeSockets();
    for (const timer of this.#timers) clearInterval(timer);
    this.#hub.close();
    await this.#bus?.close();
    for (const client of this.#hub.all()) client.socket.terminate();
    this.#server.close();
  }

  async #upgrade(
    host: SocketHost,
    { request, socket, head }: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
  ): Promise<void> {
    const path = request.url?.split('?')[0] ?? '';
    const topics = this.#options.paths?.get(path);
    if (path !== PATH && !topics) return refuseUpgrade(socket, '404 Not Found');
    if (this.#isClosing || this.#hub.clientCount >= CLIENTS_MAX)
      return refuseUpgrade(socket, '503 Service Unavailable');
    const actor = await host.admitUpgrade(request);
    if (!actor.ok) return refuseUpgrade(socket, REFUSAL_STATUS[actor.code] ?? '403 Forbidden');
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const client = this.#welcome(webSocket, actor.value, { host, request });
      if (topics) client.hear(JSON.stringify({ type: 'subscribe', topics, after: afterOf(request) }));
    });
  }

  #welcome(
    socket: WebSocket,
    actor: Actor,
    origin: { readonly host: SocketHost; readonly request: IncomingMessage },
  ): Client {
    const client = new Client(socket, actor, this.#world);
    this.#requests.set(client, origin);
    this.#hub.add(client);
    socket.on('message', (data, isBinary) => {
      if (isBinary) socket.close(1003, 'text frames only');
      else client.hear((data as Buffer).toString('utf8'));
    });
    socket.on('pong', () => (client.isAlive = true));
    socket.on('close', () => this.#hub.remove(client));
    socket.on('error', () => socket.terminate());
    return client;
  }

  #published(events: readonly StoredEvent[]): void {
    const newest = events.at(-1)?.sequence ?? 0n;
    if (newest > this.#newest) this.#newest = newest;
    this.#push(events);
    this.#checkNamed(events);
  }

  /**
   * Hands events to the sockets: at once, unless some of them are about rows and a socket reaches only some people's. Then
   * their owners are looked up first, and whatever is published meanwhile waits its turn.
   */
  #push(events: readonly StoredEvent[]): void {
    const { rowGuard } = this.#options;
    const owned = events.filter(({ name }) => rowGuard.names.has(name));
    const narrow = this.#hub.narrowAmong(new Set(owned.map(({ workspaceId }) => workspaceId)));
    if (narrow.length === 0 && this.#turn === null) return this.#hub.pushEvents(events, NO_OWNERS);
    const turn = (this.#turn ?? Promise.resolve()).then(async () => {
      this.#hub.pushEvents(events, await this.#ownersOf(owned, narrow));
      if (this.#turn === turn) this.#turn = null;
    });
    this.#turn = turn;
  }

  /** Owners of the subjects; when they cannot be read, the sockets that need them reconnect and read the log. */
  async #ownersOf(events: readonly StoredEvent[], workspaceIds: readonly string[]): Promise<Owners> {
    const found = new Map<string, RowOwner>();
    try {
      for (const workspaceId of workspaceIds) {
        const ofWorkspace = events.filter((event) => event.workspaceId === workspaceId);
        const owners = await this.#options.rowGuard.owners(workspaceId, ofWorkspace);
        for (const [id, owner] of owners) found.set(id, owner);
      }
    } catch (error) {
      this.#log.warn('The owners of rows could not be read', { error: String(error) });
      for (const client of this.#hub.all()) if (client.isNarrow) client.socket.close(CLOSE.tryAgain, 'try again');
    }
    return found;
  }

  /** Looks again at the sessions an event names (revoked, role changed, person disabled), without knowing the domain. */
  #checkNamed(events: readonly StoredEvent[]): void {
    const named = new Set<unknown>();
    for (const { payload } of events) {
      if (typeof payload !== 'object' || payload === null) continue;
      if ('sessionId' in payload) named.add(payload.sessionId);
      if ('userId' in payload) named.add(payload.userId);
    }
    if (named.size === 0) return;
    for (const client of this.#hub.all()) {
      const { sessionId, userId } = client.actor;
      if (named.has(sessionId) || named.has(userId)) void this.#checkSession(client);
    }
  }

  #beat(): void {
    const frame = JSON.stringify({ type: 'beat', atMs: this.#options.clock() });
    for (const client of this.#hub.all()) client.beat(frame);
  }

  #checkAll(): void {
    for (const client of this.#hub.all()) {
      if (!client.isAlive) {
        client.socket.close(CLOSE.noAnswer, 'no answer');
        client.socket.terminate();
        continue;
      }
      client.isAlive = false;
      client.socket.ping();
      void this.#checkSession(client);
    }
  }

  /** Asks again who this is: an ended session loses its socket, changed permissions take effect. */
  async #checkSession(client: Client): Promise<void> {
    const origin = this.#requests.get(client);
    if (!origin) return;
    try {
      const actor = await origin.host.authenticateUpgrade(origin.request);
      const isSame = actor.ok && actor.value.workspaceId === client.actor.workspaceId;
      if (isSame) client.refresh(actor.value);
      else client.socket.close(CLOSE.sessionEnded, 'the session ended');
    } catch (error) {
      this.#log.warn('A session could not be checked; the next heartbeat tries again', { error: String(error) });
    }
  }

  async #newestSequence(workspaceId: string): Promise<bigint> {
    if (this.#newest > 0n) return this.#newest;
    const [latest] = await this.#options.events.latest({ workspaceId, limit: 1 });
    const newest = latest?.sequence ?? 0n;
    return this.#newest > newest ? this.#newest : newest;
  }

  #dropped(reason: string, count: number): void {
    this.#droppedMessages += count;
    this.#log.debug('Realtime messages dropped', { reason, count });
  }

  #every(periodMs: number, run: () => void): void {
    this.#timers.push(setInterval(run, periodMs).unref());
  }
}

/** Where such a client stopped; it says so in its address. */
function afterOf(request: IncomingMessage): string | null {
  return new URL(request.url ?? '/', 'http://localhost').searchParams.get('after');
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
