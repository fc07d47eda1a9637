/** The door of platform/events. */
export { type Events, type StoredEvent } from './types.ts';
