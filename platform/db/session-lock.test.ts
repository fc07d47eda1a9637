/** Goal: one holder at a time; a holder that dies frees the lock at once. */
import { openTestDatabase, type TestDatabase } from '#platform/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';

let test1: TestDatabase;
beforeAll(async () => {
  test1 = await openTestDatabase([]);
});
afterAll(async () => test1.close());

test('a second taker gets nothing until the first lets go', async () => {
  const first = await test1.db.tryLock('poller');
  expect(first).not.toBeNull();
  expect(await test1.db.tryLock('poller')).toBeNull();
  const other = await test1.db.tryLock('another');
  expect(other).not.toBeNull();
  await first?.release();
  expect(first?.lost.aborted).toBe(true);
  const next = await test1.db.tryLock('poller');
  expect(next).not.toBeNull();
  await next?.release();
  await other?.release();
});

test('a holder whose connection is killed hears of it and the lock is free', async () => {
  const held = await test1.db.tryLock('poller');
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'cactus-lock' and datname = current_database()`.execute(test1.db.tables());
  await expect.poll(() => held?.lost.aborted).toBe(true);
  const next = await test1.db.tryLock('poller');
  expect(next).not.toBeNull();
  await next?.release();
});
