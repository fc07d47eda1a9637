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
  /** One sentence: the cause, and what to do about it. */
  readonly detail: string;
}

export interface Counter {
  add(count?: number, labels?: Record<string, string>): void;
}
export interface Histogram {
  observe(value: number, labels?: Record<string, string>): void;
}

export interface Telemetry {
  readonly log: Log;
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  /** `buckets` carry the unit of the metric's name (`…_seconds`, `…_bytes`). */
  histogram(name: string, help: string, options: { buckets: readonly number[]; labels?: readonly string[] }): Histogram;
  gauge(name: string, help: string, read: () => number): void;
}
