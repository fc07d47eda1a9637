/** Redis as the rest of the platform sees it: something that helps while it is there, and that nothing depends on. */
import type { HealthPart } from '#platform/telemetry';
import type { Redis } from 'ioredis';

export interface RedisListener {
  readonly channel: string;
  readonly onMessage: (message: string) => void;
  /** Whether messages of this channel arrive from now on; also told after each loss and each return. */
  readonly onHearing: (isHearing: boolean) => void;
}

export interface RedisHandle {
  /** False without `redisUrl`: then nothing of the library is loaded. */
  readonly isConfigured: boolean;
  /** True while commands are answered. */
  readonly isReady: boolean;
  /** A key or channel of this installation: several may share one server. */
  nameOf(part: string): string;
  /**
   * Runs `work`, or `fallback` when Redis is absent, lost, slow or refuses; never throws because of Redis. What `work` did
   * before it failed may have happened, so it must bear being done twice.
   */
  attempt<Value>(work: (client: Redis) => Promise<Value>, fallback: () => Value | Promise<Value>): Promise<Value>;
  /** Hears a channel over a connection of its own, again after each reconnection. Call at most once. */
  listen(listener: RedisListener): void;
  /** One part while configured, none otherwise. */
  health(): Promise<readonly HealthPart[]>;
  close(): Promise<void>;
}
