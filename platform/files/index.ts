/** The door of platform/files. */
export { FileTooLarge } from './content-writing.ts';
export { type FileStoreOptions, openFileStore } from './file-store.ts';
export { type FileStore, type StoredFile } from './types.ts';
