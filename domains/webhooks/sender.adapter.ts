/**
 * Puts one signed request on the wire and reports what came back. Each endpoint has its own pool of sockets, so a receiver
 * that hangs holds only its own; each connection resolves, checks and pins its address; redirects are answers, not orders.
 */
import type { Pool } from 'undici';
import { Fault } from '#kernel';
import type { Answer } from './delivery.ts';
import { checkDestination, type DestinationPolicy, guardedLookup } from './destination.ts';
import { type RequestTiming, TimedPool } from './timed-pool.ts';

export const CONNECTIONS_MAX = 16; // Per endpoint: enough for 5,000 deliveries a second at 3 ms each.
const CONNECT_TIMEOUT_MS = 5000; // A receiver that takes longer to say hello is down.
const KEEP_ALIVE_MS = 30_000; // Below the usual 60 s of proxies, so that they never close under us.
const RESPONSE_READ_BYTES_MAX = 65_536; // More is not an acknowledgement; the socket is dropped instead of read.
const EXCERPT_LENGTH_MAX = 2048;
const HEADERS_KEPT_MAX = 20;
const HEADER_VALUE_LENGTH_MAX = 200;

export interface Target {
  readonly endpointId: string;
  readonly url: URL;
}

export interface Sender {
  /** Makes one attempt; every failure of the world is an answer with `error`, never a throw. */
  post(target: Target, request: { readonly headers: Record<string, string>; readonly body: string }): Promise<Answer>;
  /** Closes the sockets of an endpoint that is gone, disabled or moved; running requests end first. */
  forget(endpointId: string): void;
  close(): Promise<void>;
}

export interface SenderOptions {
  readonly policy: DestinationPolicy;
  /** The whole attempt: connecting, waiting, reading. */
  readonly timeoutMs: number;
}

interface Lane {
  readonly href: string;
  /** A literal address is never looked up, so the guard looks at the URL itself as well, once. */
  readonly refusal: string | null;
  readonly pool: Pool;
}

export function createSender(options: SenderOptions): Sender {
  const lanes = new Map<string, Lane>();
  const lookup = guardedLookup(options.policy);

  function laneOf({ endpointId, url }: Target): Lane {
    const known = lanes.get(endpointId);
    if (known?.href === url.href) return known;
    void known?.pool.close();
    const destination = checkDestination(url.href, options.policy);
    const pool = openPool(url, options, lookup);
    const lane = { href: url.href, refusal: destination.ok ? null : destination.code, pool };
    lanes.set(endpointId, lane);
    return lane;
  }

  return {
    async post(target, request) {
      const startedMs = performance.now();
      const timing: RequestTiming = { takenAtMs: 0 };
      const failed = (error: string): Answer => ({
        status: null,
        error,
        durationMs: performance.now() - startedMs,
        connectMs: timing.takenAtMs === 0 ? null : timing.takenAtMs - startedMs,
        waitMs: null,
        headers: null,
        excerpt: null,
      });
      const { pool, refusal } = laneOf(target);
      if (refusal !== null) return failed(refusal);
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), options.timeoutMs);
      try {
        const response = await pool.request({
          method: 'POST',
          path: target.url.pathname + target.url.search,
          headers: request.headers,
          body: request.body,
          signal: abort.signal,
          opaque: timing,
        });
        const answeredMs = performance.now();
        const excerpt = await readExcerpt(response.body);
        return {
          status: response.statusCode,
          error: null,
          durationMs: performance.now() - startedMs,
          connectMs: timing.takenAtMs - startedMs,
          waitMs: answeredMs - timing.takenAtMs,
          headers: keptHeaders(response.headers),
          excerpt,
        };
      } catch (error) {
        return failed(abort.signal.aborted ? 'timeout' : errorCode(error));
      } finally {
        clearTimeout(timer);
      }
    },
    forget(endpointId) {
      const known = lanes.get(endpointId);
      lanes.delete(endpointId);
      void known?.pool.close();
    },
    async close() {
      const closing = [...lanes.values()].map(({ pool }) => pool.destroy());
      lanes.clear();
      await Promise.all(closing);
    },
  };
}

function openPool(url: URL, { timeoutMs }: SenderOptions, lookup: ReturnType<typeof guardedLookup>): Pool {
  return new TimedPool(url.origin, {
    connections: CONNECTIONS_MAX,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: CONNECT_TIMEOUT_MS, lookup },
  });
}

interface ResponseBody extends AsyncIterable<Uint8Array> {
  destroy(): unknown;
}

async function readExcerpt(body: ResponseBody): Promise<string> {
  const kept: Uint8Array[] = [];
  let readBytes = 0;
  for await (const chunk of body) {
    if (readBytes < EXCERPT_LENGTH_MAX) kept.push(chunk);
    readBytes += chunk.length;
    if (readBytes > RESPONSE_READ_BYTES_MAX) {
      body.destroy();
      break;
    }
  }
  // PostgreSQL text refuses NUL.
  return Buffer.concat(kept).toString('utf8').slice(0, EXCERPT_LENGTH_MAX).replaceAll('\0', '');
}

/** A bounded copy of the answer's headers; cookies are somebody's session and are not kept. */
function keptHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  const names = Object.keys(headers).filter((name) => name !== 'set-cookie');
  for (const name of names.slice(0, HEADERS_KEPT_MAX)) {
    const value = [headers[name] ?? ''].flat().join(', ');
    kept[name.slice(0, HEADER_VALUE_LENGTH_MAX)] = value.slice(0, HEADER_VALUE_LENGTH_MAX).replaceAll('\0', '');
  }
  return kept;
}

const ERROR_CODES: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_SOCKET: 'connection_closed',
  UND_ERR_CLOSED: 'endpoint_changed',
  UND_ERR_DESTROYED: 'stopping',
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_closed',
  EPIPE: 'connection_closed',
  EHOSTUNREACH: 'not_reachable',
  ENETUNREACH: 'not_reachable',
  ETIMEDOUT: 'connect_timeout',
  ENOTFOUND: 'name_not_found',
  EAI_AGAIN: 'name_not_found',
};

/** A stable code for what went wrong on the wire. */
function errorCode(error: unknown): string {
  if (error instanceof Fault) return error.code;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/CERT|SIGNATURE|ERR_TLS|SELF_SIGNED|UNABLE_TO/.test(code)) return 'certificate_not_valid';
  const cause = error instanceof AggregateError ? (error.errors[0] as unknown) : undefined;
  return ERROR_CODES[code] ?? (cause === undefined ? 'connection_failed' : errorCode(cause));
}
