/** Goal: a receiver that fails is left alone and asked again by one delivery at a time; a pace is kept exactly. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Breaker } from './breaker.ts';
import { TokenBucket } from './token-bucket.ts';

function failing(breaker: Breaker, count: number, nowMs: number): void {
  for (let index = 0; index < count; index += 1) breaker.fail(nowMs);
}

test('five failures in a row open it, four and a success do not', () => {
  const breaker = new Breaker();
  failing(breaker, 4, 100);
  expect([breaker.isClosed, breaker.isOpen(100), breaker.nextProbeAtMs]).toEqual([true, false, null]);
  breaker.succeed();
  failing(breaker, 4, 200);
  expect(breaker.isClosed).toBe(true);
  breaker.fail(300);
  expect([breaker.isOpen(300), breaker.nextProbeAtMs, breaker.failingSinceMs]).toEqual([true, 5300, 200]);
});

test('half open after the pause; each failed probe doubles it up to a minute, one success closes it', () => {
  const breaker = new Breaker();
  failing(breaker, 5, 0);
  expect([breaker.isOpen(4999), breaker.isOpen(5000)]).toEqual([true, false]);
  const pausesMs: number[] = [];
  for (let nowMs = 5000; pausesMs.length < 6; nowMs = breaker.nextProbeAtMs ?? 0) {
    breaker.fail(nowMs);
    pausesMs.push((breaker.nextProbeAtMs ?? 0) - nowMs);
  }
  expect(pausesMs).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  breaker.succeed();
  expect([breaker.isClosed, breaker.failingSinceMs]).toEqual([true, null]);
  failing(breaker, 5, 0);
  expect(breaker.nextProbeAtMs).toBe(5000);
});

test('what was under way when it opened does not lengthen the pause', () => {
  const breaker = new Breaker();
  failing(breaker, 16, 1000);
  expect(breaker.nextProbeAtMs).toBe(6000);
});

test('a bucket never gives more than its rate and one burst, whatever the clock does', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.array(fc.integer({ min: -500, max: 3000 }), { maxLength: 50 }),
      (perSecond, stepsMs) => {
        const bucket = new TokenBucket(perSecond, 0);
        let [nowMs, passedMs, taken] = [0, 0, 0];
        for (const stepMs of stepsMs) {
          nowMs += stepMs;
          passedMs += Math.abs(stepMs);
          const count = bucket.available(nowMs);
          bucket.take(count);
          taken += count;
          if (count > perSecond) return false;
        }
        return taken <= perSecond + (passedMs * perSecond) / 1000;
      },
    ),
  );
});
