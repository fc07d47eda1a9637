/** The typed way from a page to the server. */
export { api, download, upload, whenSignedOut, whenStepUpNeeded } from './client.ts';
export type { ApiInput, ApiKey, ApiOutput, DownloadKey, UploadKey } from './contracts.ts';
export {
  live,
  type LiveEvent,
  type LiveMessage,
  type LiveSignal,
  type LiveState,
  useLive,
  useLiveState,
} from './live.ts';
export { ApiProblem, asProblem } from './problem.ts';
export {
  type ApiPages,
  type ApiQueryOptions,
  createQueryClient,
  useApi,
  useApiMutation,
  useApiPages,
  useRefresh,
  useRefreshAfterGap,
} from './query.ts';
