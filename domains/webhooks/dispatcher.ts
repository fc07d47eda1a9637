/**
 * Dispatcher: sends what this process holds a lease for. Each endpoint has its own lane (queue, concurrency, sockets), so a
 * receiver that hangs delays nobody else. Ends of attempts are written in batches: while one batch is being written the
 * next one gathers. It never forgets a row: what it cannot send or write down in time is found again by its lease.
 */
import type { Clock } from '#kernel';
import type { Log } from '#platform/telemetry';
import { type Answer, type Completion, renderHeaders, type Shipment, timestampSeconds } from './delivery.ts';
import type { Directory } from './directory.ts';
import type { LiveEndpoint } from './endpoint.ts';
import { judgeAttempt, parseRetryAfter } from './retry.ts';
import type { Sender } from './sender.adapter.ts';
import { signMessage } from './signature.ts';

const CONCURRENCY_MAX = 16; // Requests under way per endpoint; matches its pool.
const QUEUE_LENGTH_MAX = 1000; // Beyond it rows are born waiting: memory stays bounded, the sweeper feeds the rest.
const CLAIM_MAX = 100; // What a sweep may bring to one lane at a time.
const FAILURES_UNTIL_PROBING = 5; // In a row; then one request at a time asks whether the receiver is back.
const COMPLETIONS_PER_WRITE_MAX = 500;
const WRITE_GATHER_MS = 20; // Nobody waits for the end of an attempt to be written; fifty writes a second cost little.
const WRITE_RETRY_MS = 500;
const STOP_GRACE_MS = 2000; // Receivers that are about to answer may; the others are asked again by the next process.
/** Time a row may wait in memory on top of one whole attempt. */
const LEASE_SLACK_MS = 15_000;

export interface DispatcherOptions {
  readonly directory: Directory;
  readonly sender: Sender;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly chance: () => number;
  readonly log: Log;
  readonly complete: (completions: readonly Completion[]) => Promise<void>;
  readonly release: (shipments: readonly Shipment[]) => Promise<void>;
  /** The receiver answered 410. */
  readonly onGone: (shipment: Shipment) => void;
  readonly onCompleted: (completions: readonly Completion[]) => void;
}

export interface Dispatcher {
  readonly leaseMs: number;
  /** Whether a new row may be born `sending`; otherwise it is born `waiting`. */
  hasRoom(endpointId: string): boolean;
  /** Takes leased rows; sends at once as far as the lane allows. */
  send(shipments: readonly Shipment[]): void;
  /** What a sweep may claim now. */
  room(): { readonly endpointId: string; readonly claimCount: number }[];
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
  inFlightCount: number;
  failuresInRow: number;
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  return new LaneDispatcher(options);
}

class LaneDispatcher implements Dispatcher {
  readonly leaseMs: number;
  readonly #options: DispatcherOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #ended: Completion[] = [];
  #writing: Promise<void> | null = null;
  #isStopping = false;
  #idleWaiters: (() => void)[] = [];

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.leaseMs = options.timeoutMs + LEASE_SLACK_MS;
  }

  hasRoom(endpointId: string): boolean {
    const lane = this.#lanes.get(endpointId);
    if (this.#isStopping) return false;
    return !lane || (lane.queue.length < QUEUE_LENGTH_MAX && lane.failuresInRow < FAILURES_UNTIL_PROBING);
  }

  send(shipments: readonly Shipment[]): void {
    const touched = new Set<string>();
    for (const shipment of shipments) {
      this.#laneOf(shipment.endpointId).queue.push(shipment);
      touched.add(shipment.endpointId);
    }
    for (const endpointId of touched) this.#pump(endpointId);
  }

  room(): { readonly endpointId: string; readonly claimCount: number }[] {
    if (this.#isStopping) return [];
    const room: { endpointId: string; claimCount: number }[] = [];
    for (const { id } of this.#options.directory.all()) {
      const lane = this.#lanes.get(id);
      const heldCount = lane ? lane.queue.length + lane.inFlightCount : 0;
      const claimCount = (lane && isProbing(lane) ? 1 : CLAIM_MAX) - heldCount;
      if (claimCount > 0) room.push({ endpointId: id, claimCount });
    }
    return room;
  }

  forget(endpointId: string): void {
    const lane = this.#lanes.get(endpointId);
    if (!lane) return;
    lane.queue.length = 0;
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
      if (isProbing(lane)) failingEndpoints += 1;
    }
    return { queuedCount, failingEndpoints };
  }

  #laneOf(endpointId: string): Lane {
    let lane = this.#lanes.get(endpointId);
    if (!lane) {
      lane = { queue: [], inFlightCount: 0, failuresInRow: 0 };
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
    const late: Shipment[] = [];
    const concurrency = isProbing(lane) ? 1 : CONCURRENCY_MAX;
    while (lane.inFlightCount < concurrency) {
      const shipment = lane.queue.shift();
      if (!shipment) break;
      const lastStartMs = shipment.leaseUntilMs - this.#options.timeoutMs;
      if (this.#options.clock() > lastStartMs) late.push(shipment);
      else void this.#attempt(lane, endpoint, shipment);
    }
    if (late.length > 0) void this.#options.release(late).catch(() => undefined); // Their leases end by themselves.
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
    this.#finish(lane, { shipment, sentAtMs, signature, answer });
    this.#pump(shipment.endpointId);
  }

  #finish(
    lane: Lane,
    end: {
      readonly shipment: Shipment;
      readonly sentAtMs: number;
      readonly signature: string;
      readonly answer: Answer;
    },
  ): void {
    const { shipment, answer } = end;
    const nowMs = this.#options.clock();
    const retryAfterMs = parseRetryAfter(answer.headers?.['retry-after'], nowMs);
    const verdict = judgeAttempt({ status: answer.status, retryAfterMs }, shipment.attempt, this.#options.chance());
    lane.failuresInRow = verdict.kind === 'delivered' ? 0 : lane.failuresInRow + 1;
    if (verdict.kind === 'gone') this.#options.onGone(shipment);
    const isFirst = verdict.kind === 'delivered' && shipment.attempt === 1;
    this.#ended.push({
      ...end,
      state: verdict.kind === 'gone' ? 'failed' : verdict.kind === 'retry' ? 'waiting' : verdict.kind,
      dueAtMs: verdict.kind === 'retry' ? nowMs + verdict.delayMs : null,
      latencyMs: isFirst ? Math.max(0, nowMs - shipment.occurredAtMs) : null,
    });
    this.#write();
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
      if (!this.#isStopping) await new Promise((resolve) => setTimeout(resolve, WRITE_GATHER_MS));
      const batch = this.#ended.slice(0, COMPLETIONS_PER_WRITE_MAX);
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
    if (this.#writing || this.#ended.length > 0) return false;
    return [...this.#lanes.values()].every((lane) => lane.inFlightCount === 0 && lane.queue.length === 0);
  }

  #settleIdle(): void {
    if (this.#idleWaiters.length === 0 || !this.#isIdle()) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}

function isProbing(lane: Lane): boolean {
  return lane.failuresInRow >= FAILURES_UNTIL_PROBING;
}
