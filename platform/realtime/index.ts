/** The door of platform/realtime. */
export { type Broadcast, type Realtime } from './types.ts';
