/** Telemetry: structured logs with redaction, Prometheus metrics, health of each part. */
export interface Log {
  debug(message: string, facts?: Record<string, unknown>): void;
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  error(message: string, facts?: Record<string, unknown>): void;
  child(facts: Record<string, unknown>): Log;
}

export type HealthState = 'ok' | 'degraded' | 'down';

export interface HealthPart {
  readonly name: string;
  readonly state: HealthState;
  /** One sentence: the cause, and what to do about it; in English for logs and machines. */
  readonly detail: string;
  /** The same sentence for the screen in Spanish. */
  readonly detailEs: string;
}

export interface Counter {
  add(count?: number, labels?: Record<string, string>): void;
}
export interface Histogram {
  observe(value: number, labels?: Record<string, string>): void;
}

/** How long one kind of work takes, over the last samples of this process. */
export interface DurationFigures {
  readonly name: string;
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

export interface SlowQuery {
  /** SQL text with placeholders; never its parameters. */
  readonly statement: string;
  readonly durationMs: number;
  readonly atMs: number;
}

export interface TelemetryFigures {
  readonly routes: readonly DurationFigures[];
  readonly queries: DurationFigures;
  readonly slowQueries: readonly SlowQuery[];
  readonly eventLoopLagP50Ms: number;
  readonly eventLoopLagP99Ms: number;
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  readonly uptimeSeconds: number;
}

export interface Telemetry {
  readonly log: Log;
  /** One answered request; `route` is the template, never the address. */
  observeRequest(fact: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly durationMs: number;
  }): void;
  /** One SQL statement, with placeholders and without parameters; platform/db calls it. */
  observeQuery(fact: { readonly statement: string; readonly durationMs: number }): void;
  /** Figures of this process for the health page. */
  figures(): TelemetryFigures;
  /** Prometheus exposition text. */
  metricsText(): Promise<string>;
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  /** `buckets` carry the unit of the metric's name (`…_seconds`, `…_bytes`). */
  histogram(name: string, help: string, options: { buckets: readonly number[]; labels?: readonly string[] }): Histogram;
  gauge(name: string, help: string, read: () => number): void;
}
