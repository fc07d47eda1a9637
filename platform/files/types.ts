/** Files: a content-addressed store (sha256) plus one scoped row per upload. */
import type { Readable } from 'node:stream';
import type { Queryable } from '#platform/db';

export interface StoredFile {
  readonly id: string;
  readonly workspaceId: string;
  readonly sha256: string;
  readonly name: string;
  readonly sizeBytes: number;
}

export interface FileStore {
  /** Streams bytes to disk (fsync, atomic rename) and records who owns them. Refuses past `sizeBytesMax` as `file_too_large`. */
  put(input: {
    readonly workspaceId: string;
    readonly userId: string | null;
    readonly name: string;
    readonly bytes: Readable;
    readonly sizeBytesMax: number;
  }): Promise<StoredFile>;
  find(
    queryable: Queryable,
    scope: { readonly workspaceId: string; readonly fileId: string },
  ): Promise<StoredFile | null>;
  /** Absolute path of the immutable bytes. */
  pathOf(file: StoredFile): string;
}
