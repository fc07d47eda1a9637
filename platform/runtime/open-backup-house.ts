/**
 * What a restore stands on when there may be no running Cactus, no usable database content and no key file yet: the server
 * of the configuration, the folders of migrations and the keys that were given.
 */
import type { Config } from '#platform/config';
import type { BackupHouse } from '#platform/backups';
import { newId, openDatabase, platformMigrations } from '#platform/db';
import type { Domain } from '#platform/domain';
import { openFileStore } from '#platform/files';
import { openS3WhenSet } from '#platform/objects';
import { readKeyFile, readMasterKeys } from '#platform/secrets';
import type { Log } from '#platform/telemetry';

/** Opens it for one command. Keys of `keyFile` come first. */
export async function openBackupHouse(input: {
  readonly config: Config;
  readonly domains: readonly Domain[];
  readonly keyFile: string | null;
  readonly log: Log;
}): Promise<{ readonly house: BackupHouse; close(): Promise<void> }> {
  const { config, domains, keyFile, log } = input;
  const { dataDir, secretKey, secretKeyPrevious: previousSecretKey } = config;
  const given = keyFile === null ? [] : readKeyFile(keyFile);
  const own = readMasterKeys({ dataDir, secretKey, previousSecretKey }) ?? [];
  const db = await openDatabase({ databaseUrl: config.databaseUrl, dataDir, log });
  const clock = Date.now;
  const files = await openFileStore({ dataDir, db, clock, newId, objects: openS3WhenSet(config.files.s3) });
  const owners = [
    ...platformMigrations(),
    ...domains.flatMap(({ name, tablePrefix, migrations }) =>
      migrations ? [{ name, tablePrefix, directory: migrations }] : [],
    ),
  ];
  const house: BackupHouse = { db, dataDir, clock, newId, log, keys: [...given, ...own], files, owners };
  return { house, close: () => db.close() };
}
