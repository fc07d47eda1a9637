/** The door of platform/db. */
export { type Database, type EventFact, type JobOptions, type Queryable, type Transaction } from './types.ts';
