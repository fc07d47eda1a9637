/** Goal: every request meets every guard in order, and every failure is a problem with a stable code. */
import { endpoint, Fault, ok, refuse } from '#kernel';
import { loadConfig } from '#platform/config';
import { createTelemetry } from '#platform/telemetry';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createHttp } from './server.ts';
import type { Actor } from './types.ts';

const telemetry = createTelemetry({ level: 'error', shape: 'json', write: () => undefined });
afterAll(() => telemetry.stop());

const permissions = [{ name: 'test.note.write' }, { name: 'test.note.read' }] as const;
const actorWith = (...names: string[]): Actor => ({
  userId: '0190aaaa-0000-7000-8000-000000000001',
  sessionId: '0190aaaa-0000-7000-8000-000000000002',
  workspaceId: '0190aaaa-0000-7000-8000-000000000003',
  role: 'admin',
  permissions: new Set(names),
});

const loaded = loadConfig({ env: {}, argv: ['--port', '0'], cwd: '/nowhere', domains: [] });
if (!loaded.ok) throw new Error('defaults must load');
const CONFIG = loaded.value.config;

const writeNote = endpoint({
  method: 'POST',
  path: '/api/notes/:noteId',
  permission: 'test.note.write',
  summary: 'Writes a note',
  params: z.object({ noteId: z.string() }),
  body: z.object({ text: z.string().min(1), tags: z.array(z.object({ name: z.string() })).optional() }),
  response: z.object({ noteId: z.string(), sizeBytes: z.bigint() }),
  status: 201,
  refusals: { note_locked: 409 },
});

async function openHttp() {
  const http = await createHttp({
    config: CONFIG,
    telemetry,
    permissions,
    authenticate: async (request) => {
      if (request.authorization === 'Bearer writer') return actorWith('test.note.write');
      return request.authorization === 'Bearer reader' ? actorWith('test.note.read') : null;
    },
  });
  http.route(writeNote, async ({ params, body }) => {
    if (body.text === 'locked') return refuse('note_locked', { noteId: params.noteId, atMinor: 5n });
    if (body.text === 'fault') throw new Fault('database_down', 'secret host db.internal', { retryable: true });
    if (body.text === 'bug') throw new Error('inner detail');
    const leak = { noteId: params.noteId, sizeBytes: 12n, password: 'hunter2' };
    return ok(body.text === 'misfit' ? ({ noteId: 3 } as never) : leak);
  });
  return http;
}

const post = { method: 'POST', url: '/api/notes/n1', headers: { authorization: 'Bearer writer' } } as const;

test('nobody, the wrong role, then the right one', async () => {
  const http = await openHttp();
  const nobody = await http.inject({ method: 'POST', url: '/api/notes/n1', payload: { text: 'hi' } });
  expect([nobody.statusCode, nobody.json<{ code: string }>().code]).toEqual([401, 'not_signed_in']);
  const reader = await http.inject({ ...post, headers: { authorization: 'Bearer reader' }, payload: { text: 'hi' } });
  expect(reader.statusCode).toBe(403);
  expect(reader.json()).toMatchObject({ code: 'permission_missing', details: { permission: 'test.note.write' } });
  const writer = await http.inject({ ...post, payload: { text: 'hi' } });
  expect([writer.statusCode, writer.body]).toEqual([201, '{"noteId":"n1","sizeBytes":"12"}']);
  await http.close();
});

test('each wrong field is named with what to do; unknown keys are refused at any depth', async () => {
  const http = await openHttp();
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
  await http.close();
});

test.each([
  ['locked', 409, 'note_locked'],
  ['fault', 503, 'database_down'],
  ['bug', 500, 'internal_error'],
  ['misfit', 500, 'internal_error'],
])('a handler that ends in %s answers %i %s and tells nothing inside', async (text, status, code) => {
  const http = await openHttp();
  const answer = await http.inject({ ...post, payload: { text } });
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
  expect(answer.body).not.toMatch(/inner detail|db\.internal|hunter2|at .*\.ts/);
  await http.close();
});

test('a route that names a permission nobody declares fails at start', async () => {
  const http = await openHttp();
  const lost = endpoint({ method: 'GET', path: '/api/lost', permission: 'test.lost.read', summary: 'Lost' });
  expect(() => http.route(lost, async () => ok(undefined))).toThrow(/test\.lost\.read/);
  await http.close();
});

test('a foreign host name is refused while bound to loopback (DNS rebinding)', async () => {
  const http = await openHttp();
  const answer = await http.inject({
    ...post,
    headers: { ...post.headers, host: 'evil.example' },
    payload: { text: 'x' },
  });
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([421, 'host_not_allowed']);
  await http.close();
});
