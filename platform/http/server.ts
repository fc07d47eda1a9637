/**
 * The HTTP server: one Fastify behind the `Http` interface that domains see.
 * Per request, in this order: address, host name, security headers, CORS, rate limit, CSRF, who, permission, then the route.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server as NodeServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import cors from '@fastify/cors';
import { assert, type EndpointShape, type EventShape, ok, refuse, type Result } from '#kernel';
import type { Config } from '#platform/config';
import type { Domain, PermissionDefinition, Platform } from '#platform/domain';
import { absentRedis, type RedisHandle } from '#platform/redis';
import type { Telemetry } from '#platform/telemetry';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type InjectOptions } from 'fastify';
import { clientAddress, isLoopback } from './client-address.ts';
import { readCookies } from './cookies.ts';
import { mountDocs } from './docs.ts';
import { errorAnswer } from './error-answer.ts';
import { isForeignUpgrade, isForgeable, isHostAllowed, needsPerson } from './guards.ts';
import { type HealthCheck, mountHealth } from './health.ts';
import type { Idempotency } from './idempotency.ts';
import { buildOpenApi } from './openapi.ts';
import { RequestProblem } from './problem.ts';
import { addRateLimit, UpgradeLimit, Windows } from './rate-limit.ts';
import { mountRoute, PROBLEM_TYPE } from './route.ts';
import type { Actor, Handler, Http, OwnedEndpoint, RequestFacts } from './types.ts';
import { serialiseLoose } from './validate.ts';
import { HTTPS_HEADERS, SECURITY_HEADERS } from './security-headers.ts';
import { mountWebApp } from './web-app.ts';

const BODY_BYTES_MAX = 1_048_576; // One MiB of JSON is thousands of rows; files go through uploads.
const PARAM_LENGTH_MAX = 200; // Ids have 36 characters, names of things fewer than 200.
const KEEP_ALIVE_MS = 72_000; // Longer than the 60 s of common load balancers, so they close first and never hit a closed socket.
const REQUEST_MS_MAX = 300_000; // A 200 MB upload over a slow home line.
const SLOW_REQUEST_MS = 1_000; // Worth a line in the log: a person waits.

export interface HttpOptions {
  readonly config: Config;
  readonly telemetry: Telemetry;
  /** The whole catalogue; a route that names any other permission fails at start. */
  readonly permissions: readonly Pick<PermissionDefinition, 'name'>[];
  authenticate(request: RequestFacts): Promise<Actor | null>;
  /** Absent (documents, small tests): Idempotency-Key is answered 501. */
  readonly idempotency?: Idempotency;
  /** Shares the counts of the rate limits with other processes. */
  readonly redis?: RedisHandle;
  /** Present: mounts /health, /metrics and the health API. */
  readonly health?: HealthCheck;
  /** What this process is in its own health; `web` unless told. */
  readonly processName?: string;
}

export type UpgradeRefusal = 'not_signed_in' | 'cross_site_request' | 'host_not_allowed' | 'too_many_requests';

export interface HttpServer extends Http {
  /** Every mounted endpoint, for the route x role test and the API document. */
  readonly endpoints: readonly EndpointShape[];
  /** The raw server, for `upgrade` events (WebSocket). */
  readonly node: NodeServer;
  /** The Fastify behind; only parts of the platform (web files, docs, health) may add to it. */
  readonly app: FastifyInstance;
  /** Whether a socket may open: `authenticateUpgrade`, and an address that was refused too often waits. */
  admitUpgrade(request: IncomingMessage): Promise<Result<Actor, UpgradeRefusal>>;
  /** Who opens a socket: host, Origin and session checked like a write. */
  authenticateUpgrade(request: IncomingMessage): Promise<Result<Actor, UpgradeRefusal>>;
  /** Answers a request without a socket (tests). */
  inject(request: InjectOptions): Promise<InjectedAnswer>;
  /** Mounts a domain's routes under its name; the API document groups them by it. */
  mount(domain: Pick<Domain, 'name' | 'routes'>, platform: Platform): void;
  /** Serves /api/openapi.json and the reference page /api/docs for what is mounted. */
  serveDocs(facts: { readonly version: string; readonly events: readonly EventShape[] }): void;
  /** Serves the built web app of a folder under `/`. */
  serveWeb(directory: string): void;
  /** Starts listening on the configured host and port (0 = any free one). */
  listen(): Promise<{ readonly url: string; readonly port: number }>;
  /** Stops taking requests, lets running ones end, then closes. */
  readonly close: () => Promise<void>;
}

export interface InjectedAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | number | string[] | undefined>>;
  readonly body: string;
  /** The bytes as they were sent, for answers that are files. */
  readonly rawPayload: Buffer;
  // The shape is the contract's; tests name it at the call.
  json<Body>(): Body;
}

/** Builds the server with every guard in place; routes are added through `route`, then `listen`. */
export async function createHttp(options: HttpOptions): Promise<HttpServer> {
  const { config, telemetry } = options;
  const permissions = new Set(options.permissions.map((permission) => permission.name as string));
  const owned: OwnedEndpoint[] = [];
  const app = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_MS_MAX,
    forceCloseConnections: 'idle',
    genReqId: () => randomUUID(),
    // An address that cannot be decoded is answered before any hook: the same shape as every other refusal.
    frameworkErrors: (error, request, reply) => {
      const { problem } = errorAnswer(error, request.id);
      // Fastify types this reply by schemas that such an address never reached.
      const untyped = reply as unknown as FastifyReply;
      void untyped.code(problem.status).type(PROBLEM_TYPE).send(serialiseLoose(problem));
    },
  });
  app.decorateRequest('facts');
  app.decorateRequest('actor', null);
  addParsers(app);
  addErrors(app, telemetry);
  addObservation(app, telemetry);
  const windows = new Windows(options.redis ?? absentRedis);
  await addGuards(app, options, windows);
  const upgrades = new UpgradeLimit(windows, config);

  const routeFor =
    (domain: string) =>
    <const E extends EndpointShape>(endpoint: E, handler: Handler<E>): void => {
      const { permission } = endpoint;
      const isKnown = permission === 'public' || permission === 'session' || permissions.has(permission);
      assert(isKnown, `${endpoint.method} ${endpoint.path} needs ${permission}, which no domain declares`);
      owned.push({ domain, endpoint });
      mountRoute(app, { endpoint, handler, idempotency: options.idempotency ?? null });
    };
  let isStopping = false;
  if (options.health) {
    const { health: check, processName = 'web' } = options;
    const { metricsToken, dataDir } = config;
    const mount = { check, telemetry, metricsToken, dataDir, processName, isStopping: () => isStopping };
    mountHealth(app, { route: routeFor('platform') }, mount);
  }
  return {
    get endpoints() {
      return owned.map(({ endpoint }) => endpoint);
    },
    route: routeFor('platform'),
    mount: (domain, platform) => domain.routes?.({ route: routeFor(domain.name) }, platform),
    app,
    node: app.server,
    admitUpgrade: (request) => admitUpgrade(request, options, upgrades),
    authenticateUpgrade: (request) => authenticateUpgrade(request, options),
    inject: (request) => app.inject(request),
    serveDocs: ({ version, events }) => mountDocs(app, () => buildOpenApi({ version, events, endpoints: owned })),
    serveWeb: (directory) => mountWebApp(app, directory),
    listen: async () => {
      await app.listen({ host: config.host, port: config.port });
      const { port } = app.server.address() as AddressInfo;
      const name =
        isLoopback(config.host) || config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host;
      return { url: config.publicUrl ?? `http://${name}:${port}`, port };
    },
    close: async () => {
      isStopping = true;
      await app.close();
    },
  };
}

/** Only JSON and raw bytes are read; a form or text post from another site never reaches a handler. */
function addParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text: string, done) => {
    // Many clients send the type with every call: nothing is no body, and a route that wants one still says so.
    if (text === '') done(null);
    else void parseJson(request, text, done);
  });
  app.addContentTypeParser('application/octet-stream', (_request, _payload, done) => done(null, null));
}

function addErrors(app: FastifyInstance, telemetry: Telemetry): void {
  app.setErrorHandler(async (error, request, reply) => {
    const requestId = request.id;
    const answer = errorAnswer(error, requestId);
    if (answer.isServerError) {
      telemetry.log.error('request failed', { requestId, method: request.method, route: templateOf(request), error });
    }
    if (answer.retryAfterSeconds !== null) void reply.header('retry-after', answer.retryAfterSeconds);
    // Bytes of a refused upload may still be on their way; the connection cannot be used again.
    if (answer.problem.status === 413) void reply.header('connection', 'close');
    return reply
      .code(answer.problem.status)
      .header('cache-control', 'no-store')
      .type(PROBLEM_TYPE)
      .send(serialiseLoose(answer.problem));
  });
  app.setNotFoundHandler(async () => {
    throw new RequestProblem('not_found');
  });
}

function addObservation(app: FastifyInstance, telemetry: Telemetry): void {
  app.addHook('onResponse', async (request, reply) => {
    const durationMs = reply.elapsedTime;
    const fact = { method: request.method, route: templateOf(request), status: reply.statusCode, durationMs };
    telemetry.observeRequest(fact);
    const line = { ...fact, durationMs: Math.round(durationMs), requestId: request.id };
    if (durationMs >= SLOW_REQUEST_MS) telemetry.log.warn('slow request', line);
    else telemetry.log.debug('request', line);
  });
}

async function addGuards(app: FastifyInstance, options: HttpOptions, windows: Windows): Promise<void> {
  const { config } = options;
  app.addHook('onRequest', async (request, reply) => {
    request.facts = requestFacts(request.raw, request.id, config);
    void reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
    if (!isHostAllowed(request.headers.host ?? '', config)) throw new RequestProblem('host_not_allowed');
    if (request.facts.origin.startsWith('https:')) void reply.headers(HTTPS_HEADERS);
  });
  if (config.corsOrigins.length > 0) {
    await app.register(cors, {
      origin: [...config.corsOrigins],
      // Never with cookies: other sites use API tokens, so a listed site still cannot ride on a session.
      credentials: false,
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: ['authorization', 'content-type', 'if-match', 'if-none-match', 'idempotency-key', 'x-file-name'],
      exposedHeaders: ['etag', 'retry-after', 'x-request-id', 'idempotency-replayed'],
      maxAge: 600,
    });
  }
  await addRateLimit(app, config, windows);
  app.addHook('onRequest', async (request) => {
    const { method, headers, facts } = request;
    if (isForgeable({ method, headers, origin: facts.origin })) throw new RequestProblem('cross_site_request');
    const endpoint = request.routeOptions.config.endpoint;
    if (!endpoint) return;
    request.actor = await options.authenticate(facts);
    if (endpoint.permission !== 'public') requireMayAsk(endpoint, request.actor);
  });
}

/** The one place where permission, second factor and recent proof are asked of whoever asks. */
function requireMayAsk(endpoint: EndpointShape, actor: Actor | null): void {
  const { permission } = endpoint;
  if (!actor) throw new RequestProblem('not_signed_in');
  if (actor.apiTokenId !== undefined && needsPerson(endpoint)) throw new RequestProblem('person_required');
  if (permission !== 'session' && !actor.permissions.has(permission)) {
    throw new RequestProblem('permission_missing', { details: { permission } });
  }
  if (actor.lacksSecondFactor && !endpoint.beforeSecondFactor) throw new RequestProblem('second_factor_required');
  if (endpoint.stepUp && !actor.isRecentlyProved) throw new RequestProblem('step_up_required');
}

async function admitUpgrade(
  request: IncomingMessage,
  options: HttpOptions,
  limit: UpgradeLimit,
): Promise<Result<Actor, UpgradeRefusal>> {
  const { ip } = clientAddress(request, options.config);
  if (await limit.isReached(ip)) return refuse('too_many_requests');
  const actor = await authenticateUpgrade(request, options);
  if (!actor.ok) await limit.recordRefusal(ip);
  return actor;
}

async function authenticateUpgrade(
  request: IncomingMessage,
  options: HttpOptions,
): Promise<Result<Actor, UpgradeRefusal>> {
  const facts = requestFacts(request, randomUUID(), options.config);
  if (!isHostAllowed(request.headers.host ?? '', options.config)) return refuse('host_not_allowed');
  if (isForeignUpgrade({ headers: request.headers, origin: facts.origin })) return refuse('cross_site_request');
  const actor = await options.authenticate(facts);
  // A socket carries what the pages show, so it waits for the second factor too.
  return actor && !actor.lacksSecondFactor ? ok(actor) : refuse('not_signed_in');
}

function requestFacts(raw: IncomingMessage, requestId: string, config: Config): RequestFacts {
  const address = clientAddress(raw, config);
  return {
    requestId,
    ip: address.ip,
    origin: address.origin,
    userAgent: raw.headers['user-agent'] ?? '',
    cookies: readCookies(raw.headers.cookie, address.origin),
    authorization: raw.headers.authorization,
    isLoopback: isLoopback(address.ip) && !address.isForwarded,
  };
}

/** The template, never the address: ids in metric labels would grow without end. */
function templateOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unmatched';
}
