/** Goal: every request meets every guard in order, and every failure is a problem with a stable code. */
import { endpoint, ok } from '#kernel';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Fixture, openFixture } from './http-fixture.ts';

const opened: Fixture[] = [];
afterEach(async () => {
  for (const http of opened.splice(0)) await http.close();
});

async function open(...[options]: Parameters<typeof openFixture>): Promise<Fixture> {
  const http = await openFixture(options);
  opened.push(http);
  return http;
}

const writer = { authorization: 'Bearer writer' };
const post = { method: 'POST', url: '/api/notes/n1', headers: writer } as const;
const codeOf = (answer: { json<Body>(): Body }) => answer.json<{ code: string }>().code;

test('nobody, the wrong role, then the right one', async () => {
  const http = await open();
  const nobody = await http.inject({ method: 'POST', url: '/api/notes/n1', payload: { text: 'hi' } });
  expect([nobody.statusCode, codeOf(nobody)]).toEqual([401, 'not_signed_in']);
  const headers = { authorization: 'Bearer reader' };
  const reader = await http.inject({ ...post, headers, payload: { text: 'hi' } });
  expect(reader.statusCode).toBe(403);
  expect(reader.json()).toMatchObject({ code: 'permission_missing', details: { permission: 'test.note.write' } });
  const written = await http.inject({ ...post, payload: { text: 'hi' } });
  expect([written.statusCode, written.body]).toEqual([201, '{"noteId":"n1","sizeBytes":"1"}']);
  expect(written.headers).toMatchObject({ etag: '"1"', 'cache-control': 'no-store' });
});

test('nobody hears 401 before the body is looked at', async () => {
  const http = await open();
  const answer = await http.inject({ method: 'POST', url: '/api/notes/n1', payload: { nonsense: true } });
  expect(answer.statusCode).toBe(401);
});

test('each wrong field is named with what to do; unknown keys are refused at any depth', async () => {
  const http = await open();
  const answer = await http.inject({ ...post, payload: { tags: [{ name: 'a', nmae: 'b' }], other: 1 } });
  expect(answer.statusCode).toBe(400);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json()).toMatchObject({
    type: 'urn:cactus:problem:invalid_request',
    code: 'invalid_request',
    errors: [
      { path: 'body.text', message: 'Required: send text.' },
      { path: 'body.tags[0].nmae', message: 'Unknown field: remove it.' },
      { path: 'body.other', message: 'Unknown field: remove it.' },
    ],
  });
});

test('query text becomes what the contract says, and a typo in it is refused', async () => {
  const http = await open();
  const get = (url: string) => http.inject({ method: 'GET', url, headers: writer });
  expect((await get('/api/notes?limit=3&tag=a')).json()).toEqual({ limit: 3, tags: ['a'] });
  expect((await get('/api/notes?tag=a&tag=b')).json()).toEqual({ limit: 5, tags: ['a', 'b'] });
  const wrong = (await get('/api/notes?limit=99&lmit=1')).json<{ errors: { path: string }[] }>();
  expect(wrong.errors).toEqual([
    { path: 'query.limit', message: 'Send at most 10.' },
    { path: 'query.lmit', message: 'Unknown field: remove it.' },
  ]);
});

test.each([
  ['locked', 409, 'note_locked'],
  ['fault', 503, 'database_down'],
  ['bug', 500, 'internal_error'],
  ['misfit', 500, 'internal_error'],
])('a handler that ends in %s answers %i %s and tells nothing inside', async (text, status, code) => {
  const http = await open();
  const answer = await http.inject({ ...post, payload: { text } });
  expect([answer.statusCode, codeOf(answer)]).toEqual([status, code]);
  expect(answer.body).not.toMatch(/inner detail|db\.internal|hunter2|at .*\.ts/);
  expect(http.logLines).toHaveLength(status >= 500 ? 1 : 0);
  expect(answer.headers['retry-after']).toBe(status === 503 ? '2' : undefined);
});

test('a body that is not JSON, a form, nothing and too much are told apart', async () => {
  const http = await open();
  const send = (type: string, payload: string) =>
    http.inject({ ...post, headers: { ...writer, 'content-type': type }, payload });
  const broken = await send('application/json', '{"text":');
  expect([broken.statusCode, codeOf(broken)]).toEqual([400, 'invalid_request']);
  expect((await send('application/json', '{"text":"a","__proto__":{"x":1}}')).statusCode).toBe(400);
  expect((await send('application/x-www-form-urlencoded', 'text=a')).statusCode).toBe(415);
  expect((await send('text/plain', '{"text":"a"}')).statusCode).toBe(415);
  expect((await send('application/octet-stream', 'x')).statusCode).toBe(415);
  const large = await send('application/json', JSON.stringify({ text: 'x'.repeat(1_100_000) }));
  expect([large.statusCode, codeOf(large)]).toEqual([413, 'body_too_large']);
  expect((await http.inject(post)).statusCode).toBe(400);
  expect((await send('application/json', '')).statusCode).toBe(400);
});

test('a call without a body may say that it is JSON', async () => {
  const http = await open();
  const headers = { ...writer, 'content-type': 'application/json' };
  for (const payload of ['', undefined]) {
    const answer = await http.inject({
      method: 'POST',
      url: '/api/note-tidying',
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
    expect(answer.statusCode).toBe(204);
  }
});

test('an unknown address is a problem too', async () => {
  const http = await open();
  const answer = await http.inject({ method: 'GET', url: '/api/nothing-here' });
  expect([answer.statusCode, codeOf(answer)]).toEqual([404, 'not_found']);
});

test('an unchanged answer is not sent twice', async () => {
  const http = await open();
  const headers = { ...writer, 'if-none-match': '"v1"' };
  const answer = await http.inject({ method: 'GET', url: '/api/notes', headers });
  expect([answer.statusCode, answer.body]).toEqual([304, '']);
});

test('a route that names a permission nobody declares fails at start, and so does the same route twice', async () => {
  const http = await open();
  const lost = endpoint({ method: 'GET', path: '/api/lost', permission: 'test.lost.read', summary: 'Lost' });
  expect(() => http.route(lost, async () => ok(undefined))).toThrow(/test\.lost\.read/);
  const twice = endpoint({
    method: 'GET',
    path: '/api/notes',
    permission: 'session',
    summary: 'Twice',
    response: z.object({}),
  });
  expect(() => http.route(twice, async () => ok({}))).toThrow(/already/i);
});

test('mounted endpoints can be listed', async () => {
  const http = await open();
  expect(http.endpoints.map((mounted) => `${mounted.method} ${mounted.path} ${mounted.permission}`)).toEqual([
    'POST /api/notes/:noteId test.note.write',
    'GET /api/notes test.note.read',
    'POST /api/note-files test.note.write',
    'POST /api/note-tidying test.note.write',
    'POST /api/test-password session',
    'POST /api/test-session public',
  ]);
});

test('an address that cannot be decoded is a problem like any other', async () => {
  const http = await open();
  const answer = await http.inject({ method: 'GET', url: '/api/%ff', headers: writer });
  expect([answer.statusCode, codeOf(answer)]).toEqual([400, 'invalid_request']);
  expect(answer.headers['content-type']).toContain('application/problem+json');
});
