/** The door of platform/db. */
export { type DatabaseHandle, openDatabase, type OpenDatabaseInput } from './database.ts';
export { type EmbeddedPostgres, embeddedPostgres, type PostgresAddress } from './embedded-postgres.ts';
export { toJson } from './json.ts';
export { applyMigrations, platformMigrations, readMigrations } from './migrations.ts';
export { newId } from './new-id.ts';
export { isUniqueViolation } from './pg-errors.ts';
export { type SessionLock } from './session-lock.ts';
export {
  type BigintColumn,
  type CommitOutcome,
  type Database,
  type EmittedEvent,
  type EventFact,
  type InstantColumn,
  type JobOptions,
  type JobQueue,
  type JsonColumn,
  type MigrationOwner,
  type NullableInstantColumn,
  type NumericColumn,
  type Outbox,
  type Queryable,
  type QueryFacts,
  type Transaction,
} from './types.ts';
