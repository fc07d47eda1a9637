/** Goal: each answer of a receiver has one consequence, and the schedule is the promised one. */
import { expect, test } from 'vitest';
import { ATTEMPTS_MAX, judgeAttempt, parseRetryAfter } from './retry.ts';

const answered = (status: number | null, retryAfterMs: number | null = null) => ({ status, retryAfterMs });
const after = (attemptsMade: number, chance = 0, delaysMs: readonly number[] | null = null) => ({
  attemptsMade,
  chance,
  delaysMs,
});
const nowMs = Date.parse('2026-11-21T10:00:00Z');

test.each([200, 201, 202, 204, 299])('status %i ends the delivery well', (status) => {
  expect(judgeAttempt(answered(status), after(1))).toEqual({ kind: 'delivered' });
});

test.each([301, 302, 307, 400, 404, 429, 500, 503, null])('status %s is tried again', (status) => {
  expect(judgeAttempt(answered(status), after(1))).toEqual({ kind: 'retry', delayMs: 5000 });
});

test('410 disables the endpoint on any attempt', () => {
  expect(judgeAttempt(answered(410), after(1))).toEqual({ kind: 'gone' });
  expect(judgeAttempt(answered(410), after(ATTEMPTS_MAX))).toEqual({ kind: 'gone' });
});

test('the schedule is 5 s, 30 s, 5 min, 30 min, 2 h, 8 h, 24 h and then the end', () => {
  const delaysMs = Array.from({ length: ATTEMPTS_MAX }, (_, index) => judgeAttempt(answered(500), after(index + 1)));
  expect(delaysMs.map((verdict) => (verdict.kind === 'retry' ? verdict.delayMs / 1000 : verdict.kind))).toEqual([
    5,
    30,
    300,
    1800,
    7200,
    28_800,
    86_400,
    'failed',
  ]);
});

test('an endpoint may bring its own schedule', () => {
  const own = [0, 1000, 2000];
  expect(judgeAttempt(answered(500), after(1, 0, own))).toEqual({ kind: 'retry', delayMs: 1000 });
  expect(judgeAttempt(answered(500), after(2, 0.5, own))).toEqual({ kind: 'retry', delayMs: 2100 });
  expect(judgeAttempt(answered(500), after(3, 0, own))).toEqual({ kind: 'failed' });
});

test('jitter only lengthens, by a tenth at most', () => {
  expect(judgeAttempt(answered(500), after(2, 0.999_999))).toEqual({ kind: 'retry', delayMs: 33_000 });
});

test('Retry-After wins when it is longer than the schedule, never when shorter', () => {
  expect(judgeAttempt(answered(429, 60_000), after(1))).toEqual({ kind: 'retry', delayMs: 60_000 });
  expect(judgeAttempt(answered(429, 1000), after(1))).toEqual({ kind: 'retry', delayMs: 5000 });
});

test.each([
  [undefined, null],
  ['120', 120_000],
  ['Sat, 21 Nov 2026 10:01:00 GMT', 60_000],
  ['Sat, 21 Nov 2026 09:00:00 GMT', 0],
  ['999999999', 86_400_000],
  ['soon', null],
  ['-5', null],
  ['', null],
])('Retry-After %s means %s ms', (header, expectedMs) => {
  expect(parseRetryAfter(header, nowMs)).toBe(expectedMs);
});
