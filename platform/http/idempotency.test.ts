/** Goal: a POST repeated with its Idempotency-Key has one effect, also when both arrive at once; real database. */
import { openTestDatabase, type TestDatabase } from '#platform/testing';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Fixture, openFixture } from './http-fixture.ts';
import { databaseIdempotency, purgeIdempotencyKeys } from './idempotency.store.ts';

let database: TestDatabase;
let http: Fixture;
beforeAll(async () => {
  database = await openTestDatabase([]);
});
afterAll(() => database.close());
beforeEach(async () => {
  http = await openFixture({ idempotency: databaseIdempotency(database.db) });
});
afterEach(() => http.close());

const send = (key: string, text: string, token = 'writer') =>
  http.inject({
    method: 'POST',
    url: '/api/notes/n1',
    headers: { authorization: `Bearer ${token}`, 'idempotency-key': key },
    payload: { text },
  });
const codeOf = (answer: { json<Body>(): Body }) => answer.json<{ code: string }>().code;

test('who may not write hears so before the key is looked at', async () => {
  expect((await send('k0', 'hi', 'reader')).statusCode).toBe(403);
});

test('the second answer is the first one again, without a second effect', async () => {
  const first = await send('k1', 'hi');
  const second = await send('k1', 'hi');
  expect([second.statusCode, second.body]).toEqual([first.statusCode, first.body]);
  expect(second.headers['idempotency-replayed']).toBe('true');
  expect(first.headers['idempotency-replayed']).toBeUndefined();
  expect(http.written).toEqual(['hi']);
});

test('a refusal is an answer too', async () => {
  const first = await send('k2', 'locked');
  const second = await send('k2', 'locked');
  expect([first.statusCode, second.statusCode, second.body]).toEqual([409, 409, first.body]);
});

test('the same key with another request is refused', async () => {
  await send('k3', 'hi');
  const other = await send('k3', 'hello');
  expect([other.statusCode, codeOf(other)]).toEqual([422, 'idempotency_key_reused']);
  expect(http.written).toEqual(['hi']);
});

test('while the first is running, the second is told to wait; then it gets the answer', async () => {
  const running = send('k4', 'slow');
  await expect.poll(() => countKeys('k4')).toBe(1);
  const meanwhile = await send('k4', 'slow');
  expect([meanwhile.statusCode, codeOf(meanwhile)]).toEqual([409, 'idempotency_in_progress']);
  http.finishSlow();
  expect((await running).statusCode).toBe(201);
  expect((await send('k4', 'slow')).headers['idempotency-replayed']).toBe('true');
  expect(http.written).toEqual(['slow']);
});

test('of twenty at once exactly one has an effect', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => send('k5', 'once')));
  expect(http.written).toEqual(['once']);
  expect(new Set(answers.map((answer) => answer.statusCode))).toEqual(
    new Set([201, 409].slice(0, statusesOf(answers))),
  );
});

test('a server error frees the key; what a dead process left is taken over', async () => {
  expect((await send('k6', 'bug')).statusCode).toBe(500);
  expect(await countKeys('k6')).toBe(0);
  const running = send('k7', 'slow');
  await expect.poll(() => countKeys('k7')).toBe(1);
  await sql`update platform_idempotency_keys set claimed_at = now() - interval '10 minutes' where key = 'k7'`.execute(
    database.db.tables(),
  );
  http.finishSlow();
  expect((await send('k7', 'slow')).statusCode).toBe(201);
  await running;
});

test('old keys are purged, young ones stay', async () => {
  await send('k8', 'hi');
  await send('k9', 'hi');
  await sql`update platform_idempotency_keys set claimed_at = now() - interval '2 days' where key = 'k8'`.execute(
    database.db.tables(),
  );
  await purgeIdempotencyKeys(database.db);
  expect([await countKeys('k8'), await countKeys('k9')]).toEqual([0, 1]);
});

test('nothing of a secret or of an upload is kept', async () => {
  const headers = { authorization: 'Bearer writer', 'idempotency-key': 'k10' };
  const password = { method: 'POST', url: '/api/test-password', headers, payload: { password: 'x' } } as const;
  expect(codeOf(await http.inject(password))).toBe('idempotency_unavailable');
  const bytes = { ...headers, 'content-type': 'application/octet-stream', 'x-file-name': 'a' };
  const upload = { method: 'POST', url: '/api/note-files', headers: bytes, payload: 'x' } as const;
  expect(codeOf(await http.inject(upload))).toBe('idempotency_unavailable');
  expect(await countKeys('k10')).toBe(0);
});

test('a key that is not one is named; a server that keeps none says so', async () => {
  expect((await send('has space', 'hi')).json()).toMatchObject({ errors: [{ path: 'headers.idempotency-key' }] });
  const keyless = await openFixture();
  const headers = { authorization: 'Bearer writer', 'idempotency-key': 'k' };
  const answer = await keyless.inject({ method: 'POST', url: '/api/notes/n1', headers, payload: { text: 'hi' } });
  expect([answer.statusCode, codeOf(answer)]).toEqual([501, 'idempotency_unavailable']);
  await keyless.close();
});

function statusesOf(answers: readonly { readonly statusCode: number }[]): number {
  return answers.some((answer) => answer.statusCode === 409) ? 2 : 1;
}

async function countKeys(key: string): Promise<number> {
  const rows = await database.db.prepared<{ key: string }>(
    'test.keys',
    'select key from platform_idempotency_keys where key = $1',
    [key],
  );
  return rows.length;
}
