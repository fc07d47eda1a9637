/** A clock that stands still until a test moves it. */
import type { Clock } from '#kernel';

export interface TestClock {
  readonly clock: Clock;
  set(atMs: number): void;
  advance(byMs: number): void;
}

/** Saturday 2026-11-21 12:00 UTC unless told otherwise. */
export const TEST_NOW_MS: number = Date.UTC(2026, 10, 21, 12);

export function testClock(startMs: number = TEST_NOW_MS): TestClock {
  let nowMs = startMs;
  return {
    clock: () => nowMs,
    set: (atMs) => void (nowMs = atMs),
    advance: (byMs) => void (nowMs += byMs),
  };
}
