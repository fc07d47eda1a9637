/**
 * One endpoint on Fastify: who is asking, may they, is the input right, run, answer by the contract.
 * The order matters: nobody's body is read before we know that they may send one.
 */
import { type EndpointShape, Fault, type Refusal } from '#kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { cookieText } from './cookies.ts';
import { type DownloadAnswer, downloadAnswer, sendDownload } from './downloads.ts';
import { type Idempotency, runOnce, type StoredAnswer } from './idempotency.ts';
import { problem, RequestProblem } from './problem.ts';
import { withOrigin } from './request-origin.ts';
import type { Actor, Handler, ReplyFacts, RequestFacts } from './types.ts';
import { limitedUpload, uploadName } from './uploads.ts';
import { checkInput, serialiseBody, serialiseLoose } from './validate.ts';

declare module 'fastify' {
  interface FastifyRequest {
    facts: RequestFacts;
    actor: Actor | null;
  }
  interface FastifyContextConfig {
    endpoint?: EndpointShape;
  }
}

export const JSON_TYPE = 'application/json; charset=utf-8';
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const KEY_LENGTH_MAX = 200; // A UUID has 36 characters; longer keys only grow the table.

/** A handler without its contract's types; the contract itself guards what goes in and out at run time. */
export type AnyHandler = Handler<EndpointShape>;

/** Mounts one endpoint. Authentication and rate limits already ran in the server's onRequest hook. */
export function mountRoute(
  app: FastifyInstance,
  mount: { readonly endpoint: EndpointShape; readonly handler: AnyHandler; readonly idempotency: Idempotency | null },
): void {
  const { endpoint } = mount;
  app.route({
    method: endpoint.method,
    url: endpoint.path,
    config: { endpoint },
    handler: async (request, reply) => {
      requireContentType(endpoint, request);
      const answer = await answerOf(mount, request, reply);
      return 'download' in answer ? sendDownload(reply, answer) : sendAnswer(request, reply, answer);
    },
  });
}

async function answerOf(
  mount: { readonly endpoint: EndpointShape; readonly handler: AnyHandler; readonly idempotency: Idempotency | null },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<StoredAnswer | DownloadAnswer> {
  const { endpoint, handler, idempotency } = mount;
  const parsed = checkedInput(endpoint, request);
  const result = async (): Promise<Awaited<ReturnType<AnyHandler>>> => {
    const upload = endpoint.upload
      ? {
          name: uploadName(request.headers['x-file-name']),
          bytes: limitedUpload(request.raw, endpoint.upload.sizeBytesMax),
        }
      : undefined;
    const input = {
      ...parsed,
      upload,
      actor: request.actor,
      request: request.facts,
      reply: replyFacts(request, reply),
      ifMatch: versionOf(request.headers['if-match']),
    };
    // The contract checked every part above; the generic handler type cannot follow that.
    return withOrigin(request, () => handler(input as unknown as Parameters<AnyHandler>[0]));
  };
  if (endpoint.download) {
    const found = await result();
    return found.ok ? downloadAnswer(endpoint, found.value) : refusalAnswer(endpoint, request, found);
  }
  const run = async (): Promise<StoredAnswer> => {
    const found = await result();
    return found.ok ? successAnswer(endpoint, found.value) : refusalAnswer(endpoint, request, found);
  };
  const key = idempotencyKey(endpoint, request);
  if (key === null || !request.actor) return run();
  if (!idempotency || endpoint.upload || endpoint.holdsSecret) throw new RequestProblem('idempotency_unavailable');
  const call = { key, route: `${endpoint.method} ${endpoint.path}`, input: parsed, actor: request.actor };
  const { answer, isReplay } = await runOnce(idempotency, call, run);
  if (isReplay) void reply.header('idempotency-replayed', 'true');
  return answer;
}

function checkedInput(
  endpoint: EndpointShape,
  request: FastifyRequest,
): { readonly params: unknown; readonly query: unknown; readonly body: unknown } {
  const params = checkInput('params', endpoint.params, request.params);
  const query = checkInput('query', endpoint.query, request.query);
  const body = endpoint.upload ? checkInput('body', undefined, null) : checkInput('body', endpoint.body, request.body);
  if (params.ok && query.ok && body.ok) return { params: params.value, query: query.value, body: body.value };
  const errors = [params, query, body].flatMap((checked) => (checked.ok ? [] : checked.issues));
  throw new RequestProblem('invalid_request', { errors });
}

function requireContentType(endpoint: EndpointShape, request: FastifyRequest): void {
  const type = request.headers['content-type'];
  const isBytes = type?.startsWith('application/octet-stream') === true;
  const wantsBytes = endpoint.upload !== undefined;
  if (wantsBytes && !isBytes) throw new RequestProblem('unsupported_media_type');
  if (!wantsBytes && isBytes) throw new RequestProblem('unsupported_media_type');
}

function successAnswer(endpoint: EndpointShape, value: unknown): StoredAnswer {
  if (!endpoint.response) return { status: endpoint.status ?? 204, type: JSON_TYPE, body: '' };
  return { status: endpoint.status ?? 200, type: JSON_TYPE, body: serialiseBody(endpoint.response, value) };
}

function refusalAnswer(endpoint: EndpointShape, request: FastifyRequest, refusal: Refusal<string>): StoredAnswer {
  const status = endpoint.refusals?.[refusal.code];
  if (status === undefined) {
    throw new Fault('refusal_undeclared', `${endpoint.method} ${endpoint.path} refused with ${refusal.code}`, {
      retryable: false,
    });
  }
  const { message, ...details } = refusal.details;
  const body = problem({
    status,
    code: refusal.code,
    requestId: request.facts.requestId,
    details,
    ...(typeof message === 'string' ? { detail: message } : {}),
  });
  return { status, type: PROBLEM_TYPE, body: serialiseLoose(body) };
}

function sendAnswer(request: FastifyRequest, reply: FastifyReply, answer: StoredAnswer): FastifyReply {
  const version = reply.getHeader('etag');
  const isUnchanged = request.method === 'GET' && version !== undefined && request.headers['if-none-match'] === version;
  if (isUnchanged && answer.status === 200) return reply.code(304).send();
  if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
  if (answer.body === '') return reply.code(answer.status).send();
  return reply.code(answer.status).type(answer.type).send(answer.body);
}

function replyFacts(request: FastifyRequest, reply: FastifyReply): ReplyFacts {
  const { origin } = request.facts;
  const addCookie = (name: string, value: string, maxAgeSeconds: number): void => {
    void reply.header('set-cookie', cookieText({ name, value, maxAgeSeconds, origin }));
  };
  return {
    setCookie: (name, value, options) => addCookie(name, value, options.maxAgeSeconds),
    clearCookie: (name) => addCookie(name, '', 0),
    setVersion: (version) => void reply.header('etag', `"${version}"`),
    setHeader: (name, value) => void reply.header(name, value),
  };
}

function idempotencyKey(endpoint: EndpointShape, request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || endpoint.method !== 'POST') return null;
  const isUsable = /^[\x21-\x7e]+$/.test(key) && key.length <= KEY_LENGTH_MAX;
  if (isUsable) return key;
  const message = `Send 1 to ${KEY_LENGTH_MAX} visible characters, for example a UUID.`;
  throw new RequestProblem('invalid_request', { errors: [{ path: 'headers.idempotency-key', message }] });
}

/** `W/"7"`, `"7"` and `7` all name version 7. */
function versionOf(header: string | undefined): string | undefined {
  return header?.trim().replace(/^W\//, '').replaceAll('"', '');
}
