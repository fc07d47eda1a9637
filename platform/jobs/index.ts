/** The door of platform/jobs. */
export { job, type JobContext, type JobDefinition } from './types.ts';
