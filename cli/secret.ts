/** `cactus secret …`: the master key's fingerprint and its rotation. Values are set on the page and never printed. */
import type { Platform } from '#platform/domain';
import {
  forgetMasterKey,
  keyFileOf,
  rewrapAll,
  rotateMasterKey,
  sealedColumnsOf,
  type SecretsOptions,
  staleCounts,
} from '#platform/secrets';
import { Fault } from '#kernel';
import type { Command } from 'commander';
import { EXIT, withPlatform } from './install.ts';

interface Flags {
  readonly json?: boolean;
}

/** Adds `secret` to the command line. */
export function registerSecret(program: Command): void {
  const secret = program.command('secret').description('the master key that seals secrets and backups');
  secret
    .command('key')
    .description('fingerprint and place of the master key, to compare with your copy of it')
    .option('--json', 'machine-readable output')
    .action(async (flags: Flags) => {
      const key = await withPlatform(async ({ secrets, config }) => ({
        keyId: secrets.keyId,
        place: config.secretKey === null ? keyFileOf(config.dataDir) : 'CACTUS_SECRET_KEY',
      }));
      console.log(flags.json ? JSON.stringify(key) : `${key.keyId}  ${key.place}`);
    });
  secret
    .command('rotate')
    .description('seal with a new master key from now on, and move everything sealed to it')
    .option('--json', 'machine-readable output')
    .action((flags: Flags) =>
      withPlatform(async (platform) => {
        await rotateMasterKey(sourceOf(platform));
        await rewrap(platform, flags);
        console.error('Copy the key file to your safe place again. The old key stays in it for older backups.');
      }),
    );
  secret
    .command('rewrap')
    .description('go on moving everything sealed to the newest master key, after a rotation that was interrupted')
    .option('--json', 'machine-readable output')
    .action((flags: Flags) => withPlatform((platform) => rewrap(platform, flags)));
  secret
    .command('forget <keyId>')
    .description('take an old master key out of the key file; backups made with it open with your copy of it only')
    .action((keyId: string) =>
      withPlatform(async (platform) => {
        await requireNothingStale(platform);
        await forgetMasterKey(sourceOf(platform), keyId);
        console.error(`Key ${keyId} is out of ${keyFileOf(platform.config.dataDir)}.`);
        console.error('Keep your copy of it for as long as you keep backups made with it (backup restore --key-file).');
      }),
    );
}

async function rewrap(platform: Platform, { json }: Flags): Promise<void> {
  const report = await rewrapAll(platform, {
    signal: new AbortController().signal,
    progress: async (doneRatio, message) => console.error(`${(doneRatio * 100).toFixed(0).padStart(3)} %  ${message}`),
  });
  console.log(json ? JSON.stringify(report) : report.keyId);
  if (report.unreadableCount === 0) return;
  console.error(
    `${report.unreadableCount} cannot be opened with any master key that is here; they were left as they are:`,
  );
  for (const place of report.unreadable) console.error(`  ${place}`);
  process.exitCode = EXIT.partial;
}

async function requireNothingStale(platform: Platform): Promise<void> {
  const stale = await staleCounts(platform.db, sealedColumnsOf(platform), platform.secrets.keyId);
  if (stale.length === 0) return;
  const places = stale.map(({ column, staleCount }) => `${column} (${staleCount})`).join(', ');
  throw new Fault(
    'secret_key_in_use',
    `Older keys still seal ${places}. Run: cactus secret rewrap. Nothing was changed.`,
    { retryable: false },
  );
}

function sourceOf({ db, clock, config }: Platform): SecretsOptions {
  const { dataDir, secretKey, secretKeyPrevious: previousSecretKey } = config;
  return { db, clock, dataDir, secretKey, previousSecretKey };
}
