/** The door of platform/objects. */
export { openFolder } from './folder.adapter.ts';
export { openS3, openS3WhenSet, usableS3 } from './s3.adapter.ts';
export { type ObjectStore, type S3Settings } from './types.ts';
