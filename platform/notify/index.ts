/** The door of platform/notify. */
export { ConnectionChanged } from './contract.ts';
export { recordDeadJob } from './dead-job.ts';
export { createNotify, noticeCatalogue, type NotifyOptions } from './notify.ts';
export { notifyRoutes } from './notify.routes.ts';
export { NOTIFY_PERMISSIONS } from './permissions.ts';
export { type NoticeKind, type Notification, type Notify, type Person } from './types.ts';
