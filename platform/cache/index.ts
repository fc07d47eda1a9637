/** The door of platform/cache. */
export { createCaches } from './cache.ts';
export {
  type AllowanceAnswer,
  type Allowances,
  type AllowanceWindow,
  type Cache,
  type CachePolicy,
  type Caches,
  type CacheShape,
} from './types.ts';
