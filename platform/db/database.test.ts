/** Goal: values arrive as the house types, a transaction is all or nothing, errors tell what the world did. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Decimal } from '#kernel';
import { isUniqueViolation, type QueryFacts } from '#platform/db';
import { openTestDatabase, type TestDatabase } from '#platform/testing';

const facts: QueryFacts[] = [];
let database: TestDatabase;

interface Tables {
  test_things: { id: number; name: string };
}

beforeAll(async () => {
  database = await openTestDatabase([], { onQuery: (fact) => facts.push(fact) });
  await sql`create table test_things (id integer primary key, name text not null)`.execute(database.db.tables());
});
afterAll(() => database.close());

test('columns arrive as bigint, decimal text, epoch milliseconds and day text, arrays alike', async () => {
  const rows = await database.db.prepared(
    'test.values',
    `select 9007199254740993::int8 as count, '12.3400'::numeric as amount, date '2026-02-28' as day,
       timestamptz '2026-11-21 20:00:00.125+01' as at, array[1, null]::int8[] as counts,
       array[timestamptz '2026-01-01 00:00:00+00'] as ats, array['0.10'::numeric] as amounts`,
    [],
  );
  expect(rows[0]).toEqual({
    count: 9_007_199_254_740_993n,
    amount: '12.3400',
    day: '2026-02-28',
    at: Date.UTC(2026, 10, 21, 19, 0, 0, 125),
    counts: [1n, null],
    ats: [Date.UTC(2026, 0, 1)],
    amounts: ['0.10'],
  });
});

test('decimals, bigints and dates go out exactly', async () => {
  const at = new Date(Date.UTC(2026, 6, 1, 10, 30, 0, 7)); // Summer time in the zone the tests run in.
  const rows = await database.db.prepared('test.echo', 'select $1::numeric as a, $2::int8 as b, $3::timestamptz as c', [
    Decimal.from('0.000000000000000001'),
    2n ** 62n,
    at,
  ]);
  expect(rows[0]).toEqual({ a: '0.000000000000000001', b: 2n ** 62n, c: at.getTime() });
});

test('a throw rolls back; an afterCommit runs only after a commit', async () => {
  const ran: string[] = [];
  const failing = database.db.transaction(async (tx) => {
    tx.afterCommit(() => ran.push('never'));
    await tx.tables<Tables>().insertInto('test_things').values({ id: 1, name: 'gone' }).execute();
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  await database.db.transaction(async (tx) => {
    tx.afterCommit(() => ran.push('after'));
    await tx.tables<Tables>().insertInto('test_things').values({ id: 2, name: 'kept' }).execute();
    ran.push('inside');
  });
  expect(await database.db.tables<Tables>().selectFrom('test_things').select('id').execute()).toEqual([{ id: 2 }]);
  expect(ran).toEqual(['inside', 'after']);
});

test('a write that travels with the commit is part of it: it fails the whole change and says why', async () => {
  const things = (): Promise<{ id: number }[]> =>
    database.db.tables<Tables>().selectFrom('test_things').select('id').where('id', '>=', 10).execute();
  const change = (name: string, lastSql: string): Promise<void> =>
    database.db.transaction(async (tx) => {
      await tx.tables<Tables>().insertInto('test_things').values({ id: 10, name: 'first' }).execute();
      tx.withCommit(tx.prepared(name, lastSql, []).then(() => undefined));
    });
  await expect(change('test.bad', 'insert into test_things (id, name) select 11, (1/0)::text')).rejects.toThrow(
    'division by zero',
  );
  expect(await things()).toEqual([]);
  await change('test.good', `insert into test_things (id, name) values (11, 'last')`);
  expect(await things()).toEqual([{ id: 10 }, { id: 11 }]);
});

test('a transaction that does nothing asks the database nothing', async () => {
  facts.length = 0;
  expect(await database.db.transaction(async () => 'nothing')).toBe('nothing');
  expect(facts).toEqual([]);
});

test('a swallowed failed statement does not pass for a commit', async () => {
  const swallowing = database.db.transaction(async (tx) => {
    await sql`select 1/0`.execute(tx.tables()).catch(() => undefined);
  });
  await expect(swallowing).rejects.toMatchObject({ code: 'database_transaction_aborted' });
});

test('a unique violation is told by its constraint', async () => {
  const insert = database.db.tables<Tables>().insertInto('test_things').values({ id: 7, name: 'x' });
  await insert.execute();
  const error: unknown = await insert.execute().catch((thrown: unknown) => thrown);
  expect(isUniqueViolation(error, 'test_things_pkey')).toBe(true);
  expect(isUniqueViolation(error, 'other')).toBe(false);
});

test('a broken connection is a retryable fault, and the pool recovers', async () => {
  const killed = database.db.transaction(async (tx) => {
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx.tables());
  });
  await expect(killed).rejects.toMatchObject({ code: 'database_unavailable', retryable: true });
  expect(await database.db.ping()).toBeGreaterThan(0);
});

test('the listener comes back after its connection was cut, says so, and hears again', async () => {
  const heard: string[] = [];
  await database.db.listen({
    channel: 'test_channel',
    onMessage: (payload) => heard.push(payload),
    onReconnect: () => heard.push('reconnected'),
  });
  await sql`select pg_notify('test_channel', 'one')`.execute(database.db.tables());
  await expect.poll(() => heard).toEqual(['one']);
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'cactus-listener' and datname = current_database()`.execute(database.db.tables());
  await expect.poll(() => heard).toEqual(['one', 'reconnected']);
  await sql`select pg_notify('test_channel', 'two')`.execute(database.db.tables());
  await expect.poll(() => heard).toEqual(['one', 'reconnected', 'two']);
});

test('every statement is measured under a name without values', async () => {
  facts.length = 0;
  await database.db.tables<Tables>().selectFrom('test_things').select('id').where('name', '=', 'secret').execute();
  expect(facts).toEqual([
    {
      sqlName: 'select test_things',
      statement: 'select "id" from "test_things" where "name" = $1',
      durationMs: expect.any(Number),
    },
  ]);
});
