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
  /** Keeps the bytes (synced, then placed whole) and records who owns them. Throws `FileTooLarge` past `sizeBytesMax`. */
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
  /**
   * Gives `work` a path on this machine with the bytes, compared with their address first. It holds until `work` ends; a
   * copy made for it is removed then. Throws `file_content_differs`, and the store's faults.
   */
  withLocalCopy<Value>(file: StoredFile, work: (path: string) => Promise<Value>): Promise<Value>;
  /** The bytes of a content address; rejects when they are gone and breaks off at the end when they are others. */
  readContent(sha256: string): Promise<Readable>;
  /** Puts bytes at their address unless they are there, for a restore; throws `file_content_differs` when they are others. */
  placeContent(sha256: string, bytes: Readable): Promise<void>;
  /** Forgets one file; its bytes go by a job after the commit unless others hold the same content. An unknown one is fine. */
  remove(tx: Transaction, scope: { readonly workspaceId: string; readonly fileId: string }): Promise<void>;
  /** Forgets the files of one workspace; their bytes go by a job after the commit unless others hold the same content. */
  removeWorkspace(tx: Transaction, workspaceId: string): Promise<void>;
  /** Deletes those of the contents that no row names. */
  forget(sha256s: readonly string[]): Promise<void>;
  /** Removes left-over temporary files and bytes that no row names; gives how many. Safe at any time. */
  sweep(): Promise<number>;
}

/** Bytes that were written down on this machine and are to go to their address. */
export interface WrittenContent {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

export interface PlacedContent {
  readonly sha256: string;
  readonly changedAtMs: number;
}

/** Where contents live, by their sha256: a folder of this machine, or an S3-compatible store. */
export interface ContentPlace {
  /** The slow part of placing, done before anything is locked. */
  prepare(content: WrittenContent): Promise<void>;
  /** Puts bytes at their address unless they are there whole. The written file may be moved away. */
  place(content: WrittenContent): Promise<void>;
  read(sha256: string): Promise<Readable>;
  /** The path of the bytes when they are on this machine; null when they have to be fetched. */
  localPath(sha256: string): Promise<string | null>;
  list(): AsyncIterable<PlacedContent>;
  delete(sha256: string): Promise<void>;
}
