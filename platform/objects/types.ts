/** Objects by key, in a folder or an S3-compatible store: whole or absent, private, with their size and checksum. */
import type { Readable } from 'node:stream';

export interface ObjectFact {
  readonly key: string;
  readonly sizeBytes: number;
  /** When it was written last, by the clock of the place. */
  readonly changedAtMs: number;
}

export interface ObjectStore {
  /** What a person reads in messages: the folder, or bucket and host. Never a credential. */
  readonly place: string;
  /** Copies a file there, replacing what the key held. Throws `object_too_large` and `store_…` faults. */
  put(
    key: string,
    source: { readonly path: string; readonly sizeBytes: number; readonly sha256: string },
  ): Promise<void>;
  /** The bytes; throws `object_not_found`. */
  get(key: string): Promise<Readable>;
  /** Facts without the bytes; null when it is not there. */
  find(key: string): Promise<ObjectFact | null>;
  /** Keys that begin with `prefix`, in order. */
  list(prefix: string): Promise<readonly ObjectFact[]>;
  /** Deletes; nothing happens when it is not there. */
  delete(key: string): Promise<void>;
}

export interface S3Settings {
  /** `https://s3.eu-central-1.amazonaws.com`, `http://localhost:9000`. */
  readonly endpoint: string | null;
  readonly bucket: string | null;
  readonly region: string;
  /** Put before every key, for a bucket that others use too. */
  readonly prefix: string;
  readonly accessKeyId: string | null;
  readonly secretAccessKey: string | null;
}
