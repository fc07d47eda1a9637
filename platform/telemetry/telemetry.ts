/**
 * Telemetry of one process: log, Prometheus registry, and small rings that answer the health page without Prometheus.
 * Each process has its own registry, so several may live in one test.
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';
import { DurationRing } from './durations.ts';
import { createLog, type LogLevel } from './log.ts';
import type { Counter, Histogram, SlowQuery, Telemetry, TelemetryFigures } from './types.ts';

const HTTP_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const QUERY_BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const LAG_RESOLUTION_MS = 20; // Finer sampling costs more CPU than it tells.
const LAG_WINDOW_MS = 60_000; // The figure tells the current minute, not the busy second of the start.
const SLOW_QUERY_MS = 50; // The whole p95 budget of a request.
const SLOW_QUERIES_MAX = 50; // One screen.
const STATEMENT_LENGTH_MAX = 500;
const ROUTES_MAX = 500; // Templates, not addresses: the number of contracts bounds it; this bounds a mistake.
const NANOSECONDS_PER_MS = 1_000_000;

export interface TelemetryOptions {
  readonly level: LogLevel;
  readonly shape?: 'line' | 'json';
  /** Where log lines go; stdout by default. */
  readonly write?: (line: string) => void;
}

/** Telemetry with its own stop, so that a test leaves no timer behind. */
export interface RunningTelemetry extends Telemetry {
  stop(): void;
}

/** Starts the telemetry of this process. */
export function createTelemetry(options: TelemetryOptions): RunningTelemetry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'cactus_' });
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  lag.enable();
  const lagWindow = setInterval(() => lag.reset(), LAG_WINDOW_MS).unref();
  const log = createLog({
    level: options.level,
    shape: options.shape ?? (process.stdout.isTTY ? 'line' : 'json'),
    write: options.write ?? ((line) => void process.stdout.write(line)),
  });
  const observed = createObservers(registry);
  return {
    log,
    observeRequest: observed.observeRequest,
    observeQuery: observed.observeQuery,
    counter: (name, help, labels = []) => counterOf(registry, { name, help, labels }),
    histogram: (name, help, shape) => histogramOf(registry, { name, help, ...shape }),
    gauge: (name, help, read) => {
      void new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
    figures: () => ({ ...observed.figures(), ...processFigures(lag) }),
    metricsText: () => registry.metrics(),
    stop: () => {
      clearInterval(lagWindow);
      lag.disable();
      registry.clear();
    },
  };
}

function counterOf(
  registry: Registry,
  shape: { readonly name: string; readonly help: string; readonly labels: readonly string[] },
): Counter {
  const counter = new PromCounter({
    name: shape.name,
    help: shape.help,
    labelNames: [...shape.labels],
    registers: [registry],
  });
  return { add: (count = 1, labels = {}) => counter.inc(labels, count) };
}

function histogramOf(
  registry: Registry,
  shape: {
    readonly name: string;
    readonly help: string;
    readonly buckets: readonly number[];
    readonly labels?: readonly string[];
  },
): Histogram {
  const histogram = new PromHistogram({
    name: shape.name,
    help: shape.help,
    buckets: [...shape.buckets],
    labelNames: [...(shape.labels ?? [])],
    registers: [registry],
  });
  return { observe: (value, labels = {}) => histogram.observe(labels, value) };
}

type Observed = Pick<TelemetryFigures, 'routes' | 'queries' | 'slowQueries'>;

function createObservers(registry: Registry): Pick<Telemetry, 'observeRequest' | 'observeQuery'> & {
  figures(): Observed;
} {
  const requestSeconds = histogramOf(registry, {
    name: 'cactus_http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer, by route template.',
    buckets: HTTP_BUCKETS_SECONDS,
    labels: ['method', 'route', 'status'],
  });
  const querySeconds = histogramOf(registry, {
    name: 'cactus_db_query_duration_seconds',
    help: 'Time of one SQL statement, as the process sees it.',
    buckets: QUERY_BUCKETS_SECONDS,
  });
  const routes = new Map<string, DurationRing>();
  const queries = new DurationRing();
  const slowQueries: SlowQuery[] = [];
  return {
    observeRequest: ({ method, route, status, durationMs }) => {
      requestSeconds.observe(durationMs / 1000, { method, route, status: String(status) });
      const name = `${method} ${route}`;
      const ring = routes.get(name) ?? (routes.size < ROUTES_MAX ? new DurationRing() : null);
      if (!ring) return;
      routes.set(name, ring);
      ring.add(durationMs);
    },
    observeQuery: ({ statement, durationMs }) => {
      querySeconds.observe(durationMs / 1000);
      queries.add(durationMs);
      if (durationMs < SLOW_QUERY_MS) return;
      slowQueries.push({ statement: statement.slice(0, STATEMENT_LENGTH_MAX), durationMs, atMs: Date.now() });
      if (slowQueries.length > SLOW_QUERIES_MAX) slowQueries.shift();
    },
    figures: () => ({
      routes: [...routes].map(([name, ring]) => ring.figures(name)).toSorted((a, b) => b.p95Ms - a.p95Ms),
      queries: queries.figures('sql'),
      slowQueries: slowQueries.toSorted((a, b) => b.durationMs - a.durationMs),
    }),
  };
}

function processFigures(lag: ReturnType<typeof monitorEventLoopDelay>): Omit<TelemetryFigures, keyof Observed> {
  const memory = process.memoryUsage();
  return {
    eventLoopLagP50Ms: lagMs(lag.percentile(50)),
    eventLoopLagP99Ms: lagMs(lag.percentile(99)),
    residentBytes: memory.rss,
    heapUsedBytes: memory.heapUsed,
    uptimeSeconds: Math.round(performance.now() / 1000),
  };
}

/** The histogram holds the whole sampling interval; what is above it is the lag. */
function lagMs(nanoseconds: number): number {
  return Math.max(0, nanoseconds / NANOSECONDS_PER_MS - LAG_RESOLUTION_MS);
}
