/** The door of platform/telemetry. */
export { type Counter, type HealthPart, type HealthState, type Histogram, type Log, type Telemetry } from './types.ts';
