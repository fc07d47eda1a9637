/** The door of platform/notify. */
export { createNotify, type NotifyOptions } from './notify.ts';
export { notifyRoutes } from './notify.routes.ts';
export { type Notification, type Notify } from './types.ts';
