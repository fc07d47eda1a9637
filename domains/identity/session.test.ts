/** Goal: sessions end after a quiet week and after a month; the memory of who is who forgets when told. */
import { EVERY_ROW } from '#kernel';
import { expect, test } from 'vitest';
import { type KnownSession, SessionCache } from './session-cache.ts';
import { sessionExpiry } from './session.ts';
import { hashToken } from './token.ts';

const DAY_MS = 86_400_000;
const person = { id: 's', userId: 'u', workspaceId: 'w', role: 'owner' as const };
const times = { createdAtMs: 0, lastSeenAtMs: 0, provedAtMs: 0 };
const session: KnownSession = { ...person, ...times, lacksSecondFactor: false, rows: EVERY_ROW };

test('each visit buys a week, never more than thirty days in all', () => {
  expect(sessionExpiry(0, 0)).toEqual({ idleAtMs: 7 * DAY_MS, absoluteAtMs: 30 * DAY_MS });
  expect(sessionExpiry(0, 28 * DAY_MS)).toEqual({ idleAtMs: 30 * DAY_MS, absoluteAtMs: 30 * DAY_MS });
});

test('a session is asked for once in five seconds', async () => {
  let nowMs = 0;
  let askedCount = 0;
  const cache = new SessionCache(() => nowMs);
  const read = () =>
    cache.read(hashToken('t'), () => {
      askedCount += 1;
      return Promise.resolve(session);
    });
  await read();
  nowMs = 4_999;
  await read();
  expect(askedCount).toBe(1);
  nowMs = 5_000;
  await read();
  expect(askedCount).toBe(2);
  cache.clear();
  await read();
  expect(askedCount).toBe(3);
});

test('an answer that was on its way when everything was forgotten is not remembered', async () => {
  const cache = new SessionCache(() => 0);
  const { promise, resolve } = Promise.withResolvers<KnownSession>();
  const reading = cache.read(hashToken('t'), () => promise);
  cache.clear();
  resolve(session);
  await reading;
  expect(await cache.read(hashToken('t'), () => Promise.resolve(null))).toBeNull();
});

test('strangers are not remembered', async () => {
  const cache = new SessionCache(() => 0);
  expect(await cache.read(hashToken('t'), () => Promise.resolve(null))).toBeNull();
  expect(await cache.read(hashToken('t'), () => Promise.resolve(session))).toBe(session);
});
