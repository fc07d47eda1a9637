/** A server for tests of this folder: actors by bearer token or cookie, one note endpoint, an upload, public sign-in. */
import { EVERY_ROW, endpoint, Fault, ok, refuse } from '#kernel';
import { loadConfig } from '#platform/config';
import type { RedisHandle } from '#platform/redis';
import { createTelemetry } from '#platform/telemetry';
import { z } from 'zod';
import type { HealthCheck } from './health.ts';
import type { Idempotency } from './idempotency.ts';
import { createHttp, type HttpServer } from './server.ts';
import type { Actor, RequestFacts } from './types.ts';

export const writeNote = endpoint({
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

export const listNotes = endpoint({
  method: 'GET',
  path: '/api/notes',
  permission: 'test.note.read',
  summary: 'Lists notes',
  query: z.object({ limit: z.coerce.number().int().max(10).default(5), tag: z.array(z.string()).default([]) }),
  response: z.object({ limit: z.int(), tags: z.array(z.string()) }),
});

export const sendFile = endpoint({
  method: 'POST',
  path: '/api/note-files',
  permission: 'test.note.write',
  summary: 'Sends a file',
  upload: { sizeBytesMax: 100_000 },
  response: z.object({ name: z.string(), sizeBytes: z.int() }),
});

export const signIn = endpoint({
  method: 'POST',
  path: '/api/test-session',
  permission: 'public',
  summary: 'Signs in',
  body: z.object({ password: z.string() }),
  response: z.object({ origin: z.string() }),
});

export const changePassword = endpoint({
  method: 'POST',
  path: '/api/test-password',
  permission: 'session',
  stepUp: true,
  summary: 'Changes a password',
  body: z.object({ password: z.string() }),
  holdsSecret: true,
});

export const tidyNotes = endpoint({
  method: 'POST',
  path: '/api/note-tidying',
  permission: 'test.note.write',
  summary: 'Tidies the notes',
});

export const WORKSPACE_ID = '0190aaaa-0000-7000-8000-000000000003';

const actorWith = (...names: string[]): Actor => ({
  userId: '0190aaaa-0000-7000-8000-000000000001',
  sessionId: '0190aaaa-0000-7000-8000-000000000002',
  workspaceId: WORKSPACE_ID,
  role: 'admin',
  permissions: new Set(names),
  rows: EVERY_ROW,
  isRecentlyProved: true,
});

async function authenticate(request: RequestFacts): Promise<Actor | null> {
  const key = request.authorization?.replace('Bearer ', '') ?? request.cookies['cactus_session'];
  if (key === 'writer') return actorWith('test.note.write', 'test.note.read');
  if (key === 'proved-long-ago') return { ...actorWith('test.note.read'), isRecentlyProved: false };
  if (key === 'without-factor') return { ...actorWith('test.note.read'), lacksSecondFactor: true };
  if (key === 'reader') return actorWith('test.note.read');
  return key === 'admin' ? actorWith('platform.health.read') : null;
}

export interface Fixture extends HttpServer {
  readonly written: string[];
  readonly logLines: string[];
  /** Messages of errors that an upload's bytes ended with. */
  uploadErrors(): string[];
  /** Lets `text: 'slow'` end. */
  finishSlow(): void;
}

/** Opens the server; `env` is CACTUS_* configuration. Rate limits are off unless set. */
export async function openFixture(
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly idempotency?: Idempotency;
    readonly health?: HealthCheck;
    readonly redis?: RedisHandle;
  } = {},
): Promise<Fixture> {
  const logLines: string[] = [];
  const telemetry = createTelemetry({ level: 'warn', shape: 'json', write: (line) => logLines.push(line) });
  const env = {
    CACTUS_RATE_LIMITS_PUBLIC_WRITES_PER_MINUTE: '0',
    CACTUS_RATE_LIMITS_WRITES_PER_MINUTE: '0',
    CACTUS_RATE_LIMITS_READS_PER_MINUTE: '0',
    CACTUS_RATE_LIMITS_REFUSED_UPGRADES_PER_MINUTE: '0',
    ...options.env,
  };
  const loaded = loadConfig({ env, argv: ['--port', '0'], cwd: '/nowhere', domains: [] });
  if (!loaded.ok) throw new Error(String(loaded.details['message']));
  const http = await createHttp({
    config: loaded.value.config,
    telemetry,
    permissions: [{ name: 'test.note.write' }, { name: 'test.note.read' }, { name: 'platform.health.read' }],
    authenticate,
    ...(options.idempotency ? { idempotency: options.idempotency } : {}),
    ...(options.redis ? { redis: options.redis } : {}),
    ...(options.health ? { health: options.health } : {}),
  });
  const written: string[] = [];
  const uploadErrors: string[] = [];
  const slow = Promise.withResolvers<void>();
  http.route(writeNote, async ({ params, body, reply }) => {
    if (body.text === 'locked') return refuse('note_locked', { noteId: params.noteId, atMinor: 5n });
    if (body.text === 'fault') throw new Fault('database_down', 'secret host db.internal', { retryable: true });
    if (body.text === 'bug') throw new Error('inner detail');
    if (body.text === 'misfit') return ok({ noteId: 3 } as never);
    if (body.text === 'slow') await slow.promise;
    written.push(body.text);
    reply.setVersion(written.length);
    const leak = { noteId: params.noteId, sizeBytes: BigInt(written.length), password: 'hunter2' };
    return ok(leak);
  });
  http.route(listNotes, async ({ query, reply }) => {
    reply.setVersion('v1');
    return ok({ limit: query.limit, tags: query.tag });
  });
  http.route(sendFile, async ({ upload }) => {
    let sizeBytes = 0;
    try {
      for await (const chunk of upload.bytes) sizeBytes += (chunk as Buffer).length;
    } catch (error) {
      uploadErrors.push(error instanceof Error ? error.message : String(error));
      throw error;
    }
    return ok({ name: upload.name, sizeBytes });
  });
  http.route(tidyNotes, async () => ok(undefined));
  http.route(changePassword, async () => ok(undefined));
  http.route(signIn, async ({ request, reply }) => {
    reply.setCookie('cactus_session', 'writer', { maxAgeSeconds: 60 });
    return ok({ origin: request.origin });
  });
  return Object.assign(http, { written, logLines, uploadErrors: () => uploadErrors, finishSlow: () => slow.resolve() });
}
