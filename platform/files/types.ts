/** Files: a content-addressed store (sha256) plus one scoped row per upload. */
import type { Readable } from 'node:stream';
import type { Queryable, Transaction } from '#platform/db';

export interface StoredFile {
  readonly id: string;
  readonly workspaceId: string;
  readonly sha256: string;
  readonly name: string;
  readonly sizeBytes: number;
}

export interface FileStore {
  /** Streams bytes to disk (fsync, atomic rename) and records who owns them. Throws `FileTooLarge` past `sizeBytesMax`. */
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
  /** The bytes of a content address, for a backup; rejects when they are gone. */
  readContent(sha256: string): Promise<Readable>;
  /** Puts bytes at their address unless they are there, for a restore; throws `file_content_differs` when they are others. */
  placeContent(sha256: string, bytes: Readable): Promise<void>;
  /** Forgets the files of one workspace; their bytes go with the next sweep unless others hold the same content. */
  removeWorkspace(tx: Transaction, workspaceId: string): Promise<void>;
  /** Removes left-over temporary files and bytes that no row names; gives how many. Safe at any time. */
  sweep(): Promise<number>;
}
