/** The door of platform/events. */
export { type EventQuery, type Events, type StoredEvent } from './types.ts';
