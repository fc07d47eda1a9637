/** The door of platform/telemetry. */
export { createTelemetry, type RunningTelemetry, type TelemetryOptions } from './telemetry.ts';
export {
  type Counter,
  type DurationFigures,
  type HealthPart,
  type HealthState,
  type Histogram,
  type Log,
  type SlowQuery,
  type Telemetry,
  type TelemetryFigures,
} from './types.ts';
