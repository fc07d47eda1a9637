/** Shapes of the parts of a backup that several files share. */
import type { Database, DatabaseHandle, MigrationOwner } from '#platform/db';
import type { FileStore } from '#platform/files';
import type { MasterKey } from '#platform/secrets';
import type { Clock } from '#kernel';
import type { Log } from '#platform/telemetry';

export type BackupKeys = readonly MasterKey[];

/** What making, verifying and restoring stand on; commands have it without a running server. */
export interface BackupHouse {
  readonly db: Database & Pick<DatabaseHandle, 'createPool'>;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: Log;
  readonly keys: BackupKeys;
  readonly files: Pick<FileStore, 'readContent' | 'placeContent'>;
  /** Every folder of migrations, in the order they are applied. */
  readonly owners: readonly MigrationOwner[];
}

/** A house whose keys are asked for at each use: a rotation changes them while the process runs. */
export function houseOf(parts: Omit<BackupHouse, 'keys'>, secrets: { readonly keys: BackupKeys }): BackupHouse {
  return {
    ...parts,
    get keys() {
      return secrets.keys;
    },
  };
}

export interface Progress {
  readonly signal: AbortSignal;
  report(doneRatio: number, message: string): Promise<void>;
}

/** For who does not look. */
export const UNWATCHED: Progress = { signal: new AbortController().signal, report: async () => undefined };
