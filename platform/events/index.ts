/** The door of platform/events. */
export { createEvents, type EventsHandle } from './events.ts';
export { type EventPage, type EventReach, type Events, type StoredEvent } from './types.ts';
export { createRowGuard, type RowGuard, type RowOwnership, type RowReach } from './row-guard.ts';
