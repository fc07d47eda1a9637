/** The door of platform/jobs. */
export { nextRunAtMs } from './schedule.ts';
export { createJobs, type Jobs, type JobSchedule, migrateQueue } from './jobs.ts';
export { JOB_PERMISSIONS, jobRoutes } from './jobs.routes.ts';
export { type DeadJob } from './runner.ts';
export { job, type JobContext, type JobDefinition } from './types.ts';
