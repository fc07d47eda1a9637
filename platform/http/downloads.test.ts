/** Goal: a file arrives whole under its own name, no name forges a header, and only declared kinds of file leave. */
import { Readable } from 'node:stream';
import { endpoint, ok, refuse } from '#kernel';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Fixture, openFixture } from './http-fixture.ts';

const takeFile = endpoint({
  method: 'GET',
  path: '/api/note-files',
  permission: 'test.note.read',
  summary: 'Takes a file',
  query: z.object({ name: z.string() }),
  download: { mediaTypes: ['text/plain'] },
  refusals: { file_gone: 410 },
});
let http: Fixture;
afterEach(() => http.close());

async function take(name: string, as = 'reader') {
  http = await openFixture();
  http.route(takeFile, async ({ query }) => {
    if (query.name === 'gone') return refuse('file_gone');
    const mediaType = query.name === 'page.html' ? 'text/html' : 'text/plain';
    return ok({ name: query.name, mediaType, bytes: Readable.from(['one ', 'two'], { objectMode: false }) });
  });
  const url = `/api/note-files?name=${encodeURIComponent(name)}`;
  return http.inject({ method: 'GET', url, headers: { authorization: `Bearer ${as}` } });
}

test('nobody gets no file', async () => {
  expect((await take('a.txt', 'stranger')).statusCode).toBe(401);
});

test('the bytes come whole, as an attachment that nobody keeps', async () => {
  const answer = await take('Ñandú.txt');
  expect([answer.statusCode, answer.body]).toEqual([200, 'one two']);
  expect(answer.headers).toMatchObject({
    'content-type': 'text/plain',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-disposition': `attachment; filename="Nandu.txt"; filename*=UTF-8''%C3%91and%C3%BA.txt`,
  });
});

test('a name cannot forge a header or a folder', async () => {
  const { headers } = await take('../../"x\r\nset-cookie: a=b;\u202e.txt');
  expect(headers['set-cookie']).toBeUndefined();
  expect(headers['content-disposition']).toBe(
    `attachment; filename=".. ..  x  set-cookie: a=b; .txt"; filename*=UTF-8''..%20..%20%22x%20%20set-cookie%3A%20a%3Db%3B%20.txt`,
  );
});

test('a refusal is a problem, and a kind of file that the contract has not is a bug', async () => {
  const gone = await take('gone');
  expect([gone.statusCode, gone.json<{ code: string }>().code]).toEqual([410, 'file_gone']);
  await http.close();
  expect((await take('page.html')).statusCode).toBe(500);
});
