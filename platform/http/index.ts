/** The door of platform/http. */
export { healthOf, type HealthCheck } from './health.ts';
export { type Idempotency } from './idempotency.ts';
export { databaseIdempotency, purgeIdempotencyKeys } from './idempotency.store.ts';
export { pageOf, readCursor } from './pages.ts';
export { buildOpenApi, type OpenApiDocument } from './openapi.ts';
export { breakingChanges } from './openapi-diff.ts';
export { isBearer } from './guards.ts';
export { type FieldIssue, type Problem, RequestProblem } from './problem.ts';
export { currentOrigin, type RequestOrigin } from './request-origin.ts';
export { createHttp, type HttpOptions, type HttpServer, type InjectedAnswer, type UpgradeRefusal } from './server.ts';
export {
  type Actor,
  type Download,
  type Handler,
  type HandlerInput,
  type Http,
  type OwnedEndpoint,
  type RefusalOf,
  type ReplyFacts,
  type RequestFacts,
} from './types.ts';
export { checkVersion, type VersionRefusal } from './versions.ts';
