/** The door of platform/http. */
export { type Idempotency } from './idempotency.ts';
export { type FieldIssue, PLATFORM_PROBLEMS, type Problem } from './problem.ts';
export { createHttp, type HttpOptions, type HttpServer, type InjectedAnswer, type UpgradeRefusal } from './server.ts';
export {
  type Actor,
  type Handler,
  type HandlerInput,
  type Http,
  type RefusalOf,
  type ReplyFacts,
  type RequestFacts,
} from './types.ts';
