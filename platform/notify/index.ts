/** The door of platform/notify. */
export { type Notification, type Notify } from './types.ts';
