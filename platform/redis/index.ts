/** The door of platform/redis. */
export { installationOf } from './installation.store.ts';
export { absentRedis, openRedis } from './redis.ts';
export { createSharedTokens, type SharedTokens } from './shared-tokens.ts';
export { type RedisHandle, type RedisListener } from './types.ts';
