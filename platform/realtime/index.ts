/** The door of platform/realtime. */
export { createRealtime, type RealtimeHandle, type RealtimeOptions, type SocketHost } from './realtime.ts';
export { type Broadcast, type Realtime } from './types.ts';
