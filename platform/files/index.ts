/** The door of platform/files. */
export { FileTooLarge } from './content-writing.ts';
export { type FileStoreOptions, FORGET_JOB, openFileStore } from './file-store.ts';
export { type FileStore, type StoredFile } from './types.ts';
