/**
 * Health: live (the process answers), ready (send traffic here) and a summary with the state of each part.
 * Details name hosts and causes, so the public addresses tell only names and states.
 */
import { timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault, ok } from '#kernel';
import type { HealthPart, HealthState, Telemetry } from '#platform/telemetry';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { platformApi } from './contract.ts';
import { RequestProblem } from './problem.ts';
import type { Http } from './types.ts';

const CHECK_MS_MAX = 2_000; // Orchestrators give up after a few seconds; a part that needs longer is not well.
const LAG_MS_MAX = 250; // People feel a quarter of a second.
const REUSE_MS = 1_000; // However many probes ask, the parts are asked once a second.
/** Without it no request can be answered; other parts may be down while the rest works. */
const NEEDED_PART = 'database';

export type HealthCheck = () => Promise<readonly HealthPart[]>;

/** Asks every source at once; one that throws or hangs becomes a part that is down, under its source's name. */
export function healthOf(sources: Readonly<Record<string, HealthCheck>>): HealthCheck {
  return async () => {
    const found = await Promise.all(Object.entries(sources).map(([name, check]) => partsOf(name, check)));
    return found.flat();
  };
}

export interface HealthMount {
  readonly check: HealthCheck;
  readonly telemetry: Telemetry;
  readonly metricsToken: string | null;
  /** What this process is, as a part of its own health: `web`, or `worker` when it only answers this. */
  readonly processName: string;
  /** Told to those who may read the health only. */
  readonly dataDir: string;
  /** True from the moment the server begins to stop. */
  readonly isStopping: () => boolean;
}

/** Adds /health, /health/live, /health/ready, /metrics and the API of the health page. */
export function mountHealth(app: FastifyInstance, http: Http, mount: HealthMount): void {
  const check = reused(async () => [...(await mount.check()), processPart(mount)]);
  app.get('/health/live', async () => ({ state: 'ok' }));
  app.get('/health/ready', async (_request, reply) => {
    const parts = await check();
    const isReady = !mount.isStopping() && !parts.some((part) => part.name === NEEDED_PART && part.state === 'down');
    return reply.code(isReady ? 200 : 503).send({ state: isReady ? 'ok' : 'down' });
  });
  app.get('/health', async (_request, reply) => {
    const parts = await check();
    const isUp = !parts.some((part) => part.name === NEEDED_PART && part.state === 'down');
    const states = Object.fromEntries(parts.map((part) => [part.name, part.state]));
    return reply.code(isUp ? 200 : 503).send({ state: worstState(parts), parts: states });
  });
  app.get('/metrics', async (request, reply) => {
    if (!mayReadMetrics(request, mount.metricsToken)) throw new RequestProblem('not_found');
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await mount.telemetry.metricsText());
  });
  http.route(platformApi.readHealth, async () => {
    const parts = await check();
    const figures = mount.telemetry.figures();
    return ok({
      ...figures,
      state: worstState(parts),
      parts: [...parts],
      routes: [...figures.routes],
      slowQueries: [...figures.slowQueries],
      dataDir: mount.dataDir,
    });
  });
}

/** This server itself: it answers, or this could not be read; what can be wrong is that it answers late. */
function processPart({ telemetry, isStopping, processName: name }: HealthMount): HealthPart {
  const lagMs = telemetry.figures().eventLoopLagP99Ms;
  const isLate = lagMs > LAG_MS_MAX;
  const state = isLate || isStopping() ? 'degraded' : 'ok';
  if (!isLate) return { name, state, detail: 'Answers without delay.', detailEs: 'Responde sin espera.' };
  const waitedMs = Math.round(lagMs);
  return {
    name,
    state,
    detail: `Busy: one in a hundred turns waited ${waitedMs} ms. Move work to a worker process (--roles).`,
    detailEs: `Ocupado: una de cada cien vueltas esperó ${waitedMs} ms. Pasa trabajo a un proceso worker (--roles).`,
  };
}

async function partsOf(name: string, check: HealthCheck): Promise<readonly HealthPart[]> {
  const late = new AbortController();
  const tooLate = delay(CHECK_MS_MAX, undefined, { signal: late.signal, ref: false }).then((): HealthPart[] => [
    {
      name,
      state: 'down',
      detail: `No answer within ${CHECK_MS_MAX / 1000} s.`,
      detailEs: `No responde en ${CHECK_MS_MAX / 1000} s.`,
    },
  ]);
  try {
    return await Promise.race([check(), tooLate]);
  } catch (error) {
    const code = error instanceof Fault ? error.code : null;
    return [
      {
        name,
        state: 'down',
        detail: `The check failed: ${code ?? 'an unexpected error; the log has it'}.`,
        detailEs: `La comprobación falló: ${code ?? 'un error inesperado; está en el registro'}.`,
      },
    ];
  } finally {
    late.abort();
    tooLate.catch(() => undefined);
  }
}

function reused(check: HealthCheck): HealthCheck {
  let last: { readonly atMs: number; readonly parts: Promise<readonly HealthPart[]> } | null = null;
  return () => {
    const nowMs = performance.now();
    if (!last || nowMs - last.atMs > REUSE_MS) last = { atMs: nowMs, parts: check() };
    return last.parts;
  };
}

function worstState(parts: readonly HealthPart[]): HealthState {
  if (parts.some((part) => part.state === 'down')) return 'down';
  return parts.some((part) => part.state === 'degraded') ? 'degraded' : 'ok';
}

/** Metrics tell routes and volumes: this machine, or whoever holds the configured token. */
function mayReadMetrics(request: FastifyRequest, token: string | null): boolean {
  if (request.facts.isLoopback) return true;
  const offered = request.facts.authorization?.replace(/^Bearer /, '') ?? '';
  if (token === null || offered.length !== token.length) return false;
  return timingSafeEqual(Buffer.from(offered), Buffer.from(token));
}
