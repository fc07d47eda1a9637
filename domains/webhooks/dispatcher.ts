/**
 * Dispatcher: sends what this process holds a lease for. Each endpoint has its own lane (queue, concurrency, sockets), so a
 * receiver that hangs delays nobody else. Ends of attempts are written in batches: while one batch is being written the
 * next one gathers. It never forgets a row: what it cannot send or write down in time is found again by its lease.
 */
import type { Clock } from '#kernel';
import { Breaker } from './breaker.ts';
import { EndpointTested } from './contract.ts';
import type { SharedTokens } from '#platform/redis';
import type { Log } from '#platform/telemetry';
import { type Completion, renderHeaders, type Shipment, timestampSeconds } from './delivery.ts';
import type { Directory } from './directory.ts';
import type { LiveEndpoint } from './endpoint.ts';
import { Pace } from './pace.ts';
import { judgeAttempt, parseRetryAfter } from './retry.ts';
import type { Sender } from './sender.adapter.ts';
import { signMessage } from './signature.ts';

const CONCURRENCY_MAX = 16; // Requests under way per endpoint; matches its pool.
const QUEUE_LENGTH_MAX = 1000; // Beyond it rows are born waiting: memory stays bounded, the sweeper feeds the rest.
const CLAIM_MAX = 100; // What a sweep may bring to one lane at a time.
const COMPLETIONS_PER_WRITE_MAX = 500;
// An end that is not written when the process dies is a repetition at the receiver. Under load ends gather, because each
// write costs; below it they are written almost at once.
const WRITE_GATHER_MS = 20;
const WRITE_SOON_MS = 1;
const ENDS_PER_MS_BUSY = 0.5;
const WRITE_RETRY_MS = 500;
const STOP_GRACE_MS = 2000; // Receivers that are about to answer may; the others are asked again by the next process.
/** Time a row may wait in memory on top of one whole attempt. */
const LEASE_SLACK_MS = 15_000;

export interface DispatcherOptions {
  readonly directory: Directory;
  readonly sender: Sender;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly tokens: SharedTokens;
  /** In [0, 1). */
  readonly chance: () => number;
  readonly log: Log;
  readonly complete: (completions: readonly Completion[]) => Promise<void>;
  readonly release: (shipments: readonly Shipment[]) => Promise<void>;
  /** The receiver answered 410. */
  readonly onGone: (shipment: Shipment) => void;
  readonly onCompleted: (completions: readonly Completion[]) => void;
  /** Every failure while nothing succeeds, with since when; null once it answers again. */
  readonly onHealth: (endpoint: LiveEndpoint, failingSinceMs: number | null) => void;
}

export interface Dispatcher {
  readonly leaseMs: number;
  /** Whether a new row may be born `sending` (takes a token of the endpoint's pace); otherwise it is born `waiting`. */
  hasRoom(endpoint: LiveEndpoint): boolean;
  /** Takes leased rows that `hasRoom` let through; sends at once as far as the lane allows. */
  send(shipments: readonly Shipment[]): void;
  /** The same for rows that were claimed within `room` or `lineRoom`. */
  sendClaimed(shipments: readonly Shipment[]): void;
  /** Sends one row a person asked for, whatever the lane's pace, circuit or queue. */
  sendNow(shipment: Shipment): void;
  /** Takes this process's part of the paces that several share; call it before `room`. */
  keepPace(): Promise<void>;
  /** What a sweep may claim now. */
  room(): { readonly endpointId: string; readonly claimCount: number }[];
  /** The same for one endpoint that asks for order. */
  lineRoom(endpoint: LiveEndpoint): number;
  /** When a receiver that keeps failing is asked again; null while deliveries flow. */
  nextProbeAtMs(endpointId: string): number | null;
  /** Drops the lane of an endpoint that is gone; its rows stay in the database. */
  forget(endpointId: string): void;
  figures(): { readonly queuedCount: number; readonly failingEndpoints: number };
  /** Waits until nothing is under way and everything is written. */
  idle(): Promise<void>;
  /** Stops taking work, gives queued rows back, writes what has ended. */
  stop(): Promise<void>;
}

interface Lane {
  readonly queue: Shipment[];
  readonly breaker: Breaker;
  inFlightCount: number;
  /** Only of an endpoint with a rate limit. */
  pace: Pace | null;
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  return new LaneDispatcher(options);
}

class LaneDispatcher implements Dispatcher {
  readonly leaseMs: number;
  readonly #options: DispatcherOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #ended: Completion[] = [];
  #gatherMs = WRITE_SOON_MS;
  #writtenAtMs = 0;
  #writing: Promise<void> | null = null;
  #isStopping = false;
  #releasingCount = 0;
  #idleWaiters: (() => void)[] = [];

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.leaseMs = options.timeoutMs + LEASE_SLACK_MS;
  }

  hasRoom(endpoint: LiveEndpoint): boolean {
    if (this.#isStopping) return false;
    const lane = this.#lanes.get(endpoint.id);
    if (lane && (lane.queue.length >= QUEUE_LENGTH_MAX || !lane.breaker.isClosed)) return false;
    if (endpoint.rateLimitPerSecond === null) return true;
    const pace = this.#paceOf(endpoint, endpoint.rateLimitPerSecond);
    if (pace.available(this.#options.clock()) < 1) return false;
    pace.take(1);
    return true;
  }

  sendClaimed(shipments: readonly Shipment[]): void {
    for (const { endpointId } of shipments) this.#lanes.get(endpointId)?.pace?.take(1);
    this.send(shipments);
  }

  send(shipments: readonly Shipment[]): void {
    const touched = new Set<string>();
    for (const shipment of shipments) {
      // Somebody who pressed "test" waits for the answer, and wants it most when the circuit is open.
      if (shipment.eventName === EndpointTested.name) this.sendNow(shipment);
      else this.#laneOf(shipment.endpointId).queue.push(shipment);
      touched.add(shipment.endpointId);
    }
    for (const endpointId of touched) this.#pump(endpointId);
  }

  sendNow(shipment: Shipment): void {
    const endpoint = this.#options.directory.find(shipment.endpointId);
    if (endpoint) void this.#attempt(this.#laneOf(endpoint.id), endpoint, shipment);
  }

  async keepPace(): Promise<void> {
    const { directory, clock } = this.#options;
    const visits: Promise<void>[] = [];
    for (const endpoint of directory.all()) {
      const { rateLimitPerSecond } = endpoint;
      if (rateLimitPerSecond !== null) visits.push(this.#paceOf(endpoint, rateLimitPerSecond).visit(clock()));
    }
    await Promise.all(visits);
  }

  room(): { readonly endpointId: string; readonly claimCount: number }[] {
    if (this.#isStopping) return [];
    const room: { endpointId: string; claimCount: number }[] = [];
    for (const endpoint of this.#options.directory.all()) {
      const claimCount = this.#claimCount(endpoint);
      if (claimCount > 0) room.push({ endpointId: endpoint.id, claimCount });
    }
    return room;
  }

  lineRoom(endpoint: LiveEndpoint): number {
    return this.#isStopping ? 0 : this.#claimCount(endpoint);
  }

  nextProbeAtMs(endpointId: string): number | null {
    return this.#lanes.get(endpointId)?.breaker.nextProbeAtMs ?? null;
  }

  /** How many rows may be taken for an endpoint now. */
  #claimCount(endpoint: LiveEndpoint): number {
    const nowMs = this.#options.clock();
    const lane = this.#lanes.get(endpoint.id);
    if (lane?.breaker.isOpen(nowMs)) return 0;
    const heldCount = lane ? lane.queue.length + lane.inFlightCount : 0;
    const freeCount = (lane && !lane.breaker.isClosed ? 1 : CLAIM_MAX) - heldCount;
    if (endpoint.rateLimitPerSecond === null) return freeCount;
    return Math.min(freeCount, this.#paceOf(endpoint, endpoint.rateLimitPerSecond).available(nowMs));
  }

  #paceOf({ id }: LiveEndpoint, perSecond: number): Pace {
    const lane = this.#laneOf(id);
    if (lane.pace?.perSecond !== perSecond) {
      const { tokens: shared, clock } = this.#options;
      lane.pace = new Pace({ endpointId: id, perSecond, shared, nowMs: clock() });
    }
    return lane.pace;
  }

  forget(endpointId: string): void {
    const lane = this.#lanes.get(endpointId);
    if (!lane) return;
    lane.queue.length = 0;
    lane.breaker.succeed(); // Whoever switches it on again has looked after the receiver.
    if (lane.inFlightCount === 0) this.#lanes.delete(endpointId);
    this.#options.sender.forget(endpointId);
  }

  async idle(): Promise<void> {
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const queued = [...this.#lanes.values()].flatMap((lane) => lane.queue.splice(0));
    if (queued.length > 0) await this.#options.release(queued).catch(() => undefined); // Their leases end by themselves.
    const grace = new Promise((resolve) => setTimeout(resolve, STOP_GRACE_MS).unref());
    await Promise.race([this.idle(), grace]);
    await this.#options.sender.close();
    await this.idle();
  }

  figures(): { readonly queuedCount: number; readonly failingEndpoints: number } {
    let queuedCount = 0;
    let failingEndpoints = 0;
    for (const lane of this.#lanes.values()) {
      queuedCount += lane.queue.length;
      if (!lane.breaker.isClosed) failingEndpoints += 1;
    }
    return { queuedCount, failingEndpoints };
  }

  #laneOf(endpointId: string): Lane {
    let lane = this.#lanes.get(endpointId);
    if (!lane) {
      lane = { queue: [], breaker: new Breaker(), inFlightCount: 0, pace: null };
      this.#lanes.set(endpointId, lane);
    }
    return lane;
  }

  #pump(endpointId: string): void {
    const lane = this.#laneOf(endpointId);
    const endpoint = this.#options.directory.find(endpointId);
    if (!endpoint) {
      lane.queue.length = 0;
      return this.#settleIdle();
    }
    const unsent: Shipment[] = [];
    const nowMs = this.#options.clock();
    // What cannot leave now goes back at once: nothing is spent on it, and whoever has room may take it.
    if (lane.breaker.isOpen(nowMs)) unsent.push(...lane.queue.splice(0));
    const concurrency = endpoint.ordering === 'endpoint' || !lane.breaker.isClosed ? 1 : CONCURRENCY_MAX;
    while (lane.inFlightCount < concurrency) {
      const shipment = lane.queue.shift();
      if (!shipment) break;
      if (nowMs > shipment.leaseUntilMs - this.#options.timeoutMs) unsent.push(shipment);
      else void this.#attempt(lane, endpoint, shipment);
    }
    if (unsent.length > 0) this.#release(unsent);
  }

  #release(shipments: readonly Shipment[]): void {
    this.#releasingCount += 1;
    void this.#options
      .release(shipments)
      .catch(() => undefined) // Their leases end by themselves.
      .finally(() => {
        this.#releasingCount -= 1;
        this.#settleIdle();
      });
  }

  async #attempt(lane: Lane, endpoint: LiveEndpoint, shipment: Shipment): Promise<void> {
    lane.inFlightCount += 1;
    const sentAtMs = this.#options.clock();
    const { eventId, body } = shipment;
    const message = { id: eventId, timestampSeconds: timestampSeconds(sentAtMs), body };
    const signature = signMessage(message, endpoint.signingKeys(sentAtMs));
    const headers = renderHeaders({ eventId, sentAtMs, signature });
    const answer = await this.#options.sender.post({ endpointId: endpoint.id, url: endpoint.url }, { headers, body });
    lane.inFlightCount -= 1;
    this.#finish(lane, endpoint, { shipment, sentAtMs, signature, answer });
    this.#pump(shipment.endpointId);
  }

  #finish(
    lane: Lane,
    endpoint: LiveEndpoint,
    end: Pick<Completion, 'shipment' | 'sentAtMs' | 'signature' | 'answer'>,
  ): void {
    const { shipment, answer } = end;
    const nowMs = this.#options.clock();
    const verdict = judgeAttempt(
      { status: answer.status, retryAfterMs: parseRetryAfter(answer.headers?.['retry-after'], nowMs) },
      { attemptsMade: shipment.attempt, chance: this.#options.chance(), delaysMs: endpoint.retryDelaysMs },
    );
    if (verdict.kind === 'delivered') this.#noteSuccess(lane, endpoint);
    else this.#noteFailure(lane, endpoint, shipment);
    if (verdict.kind === 'gone') this.#options.onGone(shipment);
    const isFirst = verdict.kind === 'delivered' && shipment.attempt === 1 && shipment.isReplay !== true;
    const bornAtMs = shipment.attempt === 1 ? shipment.occurredAtMs : shipment.leaseUntilMs - this.leaseMs;
    this.#ended.push({
      ...end,
      state: verdict.kind === 'gone' ? 'failed' : verdict.kind === 'retry' ? 'waiting' : verdict.kind,
      dueAtMs: verdict.kind === 'retry' ? nowMs + verdict.delayMs : null,
      latencyMs: isFirst ? Math.max(0, nowMs - shipment.occurredAtMs) : null,
      queueMs: Math.max(0, end.sentAtMs - bornAtMs),
    });
    this.#write();
  }

  #noteSuccess(lane: Lane, endpoint: LiveEndpoint): void {
    if (!lane.breaker.isClosed || endpoint.failingSinceMs !== null) this.#options.onHealth(endpoint, null);
    lane.breaker.succeed();
  }

  #noteFailure(lane: Lane, endpoint: LiveEndpoint, { lineKey }: Shipment): void {
    lane.breaker.fail(this.#options.clock());
    const { failingSinceMs } = lane.breaker;
    if (failingSinceMs !== null) this.#options.onHealth(endpoint, endpoint.failingSinceMs ?? failingSinceMs);
    if (lineKey === undefined) return;
    const behind = lane.queue.filter((shipment) => shipment.lineKey === lineKey);
    if (behind.length === 0) return;
    // The head of the line failed: what stands behind it waits in the database until the head is through.
    const others = lane.queue.filter((shipment) => shipment.lineKey !== lineKey);
    lane.queue.splice(0, lane.queue.length, ...others);
    this.#release(behind);
  }

  /** Writes everything that has ended; ends that arrive meanwhile go in the next batch. */
  #write(): void {
    this.#writing ??= this.#writeBatches().finally(() => {
      this.#writing = null;
      if (this.#ended.length > 0) this.#write();
      else this.#settleIdle();
    });
  }

  async #writeBatches(): Promise<void> {
    while (this.#ended.length > 0) {
      if (!this.#isStopping) await new Promise((resolve) => setTimeout(resolve, this.#gatherMs));
      const batch = this.#ended.slice(0, COMPLETIONS_PER_WRITE_MAX);
      const nowMs = this.#options.clock();
      const isBusy = batch.length / Math.max(1, nowMs - this.#writtenAtMs) >= ENDS_PER_MS_BUSY;
      this.#gatherMs = isBusy ? WRITE_GATHER_MS : WRITE_SOON_MS;
      this.#writtenAtMs = nowMs;
      try {
        await this.#options.complete(batch);
      } catch (error) {
        this.#options.log.warn('Ends of webhook attempts are not written yet', {
          error: String(error),
          count: batch.length,
        });
        await new Promise((resolve) => setTimeout(resolve, WRITE_RETRY_MS));
        if (this.#isStopping) this.#ended.length = 0; // The leases will tell; stopping must not wait for a dead database.
        continue;
      }
      this.#ended.splice(0, batch.length);
      this.#options.onCompleted(batch);
    }
  }

  #isIdle(): boolean {
    if (this.#writing || this.#ended.length > 0 || this.#releasingCount > 0) return false;
    return [...this.#lanes.values()].every((lane) => lane.inFlightCount === 0 && lane.queue.length === 0);
  }

  #settleIdle(): void {
    if (this.#idleWaiters.length === 0 || !this.#isIdle()) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
