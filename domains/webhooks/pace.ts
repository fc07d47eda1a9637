/**
 * Pace of one endpoint in this process. With a Redis the tokens come from the bucket that all processes share, some at a
 * time; without one, or while it is lost, from a bucket of this process's own.
 */
import type { SharedTokens } from '#platform/redis';
import { TokenBucket } from './token-bucket.ts';

/** Part of a second's worth that a process holds while it sends nothing: the first delivery leaves at once. */
const IDLE_SHARE = 0.1;
const VISIT_EVERY_MS = 250;

export class Pace {
  readonly perSecond: number;
  readonly #key: string;
  readonly #shared: SharedTokens;
  readonly #own: TokenBucket;
  /** Null while there is no Redis to share over. */
  #heldCount: number | null;
  #spentCount = 0;
  #visitedAtMs = Number.NEGATIVE_INFINITY;
  #visiting: Promise<void> | null = null;

  constructor(pace: { endpointId: string; perSecond: number; shared: SharedTokens; nowMs: number }) {
    this.perSecond = pace.perSecond;
    this.#key = `webhooks:${pace.endpointId}`;
    this.#shared = pace.shared;
    this.#own = new TokenBucket(pace.perSecond, pace.nowMs);
    this.#heldCount = pace.shared.isShared ? 0 : null;
  }

  /** How many may leave now. Never waits; asks for more behind the caller's back. */
  available(nowMs: number): number {
    if (this.#heldCount === null) return this.#own.available(nowMs);
    if (this.#heldCount < 1) void this.visit(nowMs);
    return this.#heldCount;
  }

  take(count: number): void {
    this.#own.take(count);
    this.#spentCount += count;
    if (this.#heldCount !== null) this.#heldCount -= count;
  }

  /** Gives back what was not spent and takes anew; at most a few times a second. Never throws. */
  visit(nowMs: number): Promise<void> {
    if (nowMs - this.#visitedAtMs < VISIT_EVERY_MS) return this.#visiting ?? Promise.resolve();
    this.#visitedAtMs = nowMs;
    this.#visiting ??= this.#exchange(nowMs).finally(() => {
      this.#visiting = null;
    });
    return this.#visiting;
  }

  async #exchange(nowMs: number): Promise<void> {
    const givenCount = Math.max(0, this.#heldCount ?? 0);
    const owedCount = Math.max(0, -(this.#heldCount ?? 0));
    if (this.#heldCount !== null) this.#heldCount -= givenCount;
    const share = this.#spentCount > 0 ? 1 : IDLE_SHARE;
    this.#spentCount = 0;
    const wantedCount = Math.ceil(this.perSecond * share) + owedCount;
    const takenCount = await this.#shared.visit(this.#key, {
      perSecond: this.perSecond,
      givenCount,
      wantedCount,
      nowMs,
    });
    this.#heldCount = takenCount === null ? null : (this.#heldCount ?? 0) + takenCount;
  }
}
