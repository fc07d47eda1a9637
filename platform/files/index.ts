/** The door of platform/files. */
export { type FileStore, type StoredFile } from './types.ts';
