/** `cactus secret …`: the master key's fingerprint and its rotation. Values are set on the page and never printed. */
import { keyFileOf, rotateMasterKey } from '#platform/secrets';
import type { Command } from 'commander';
import { withPlatform } from './install.ts';

/** Adds `secret` to the command line. */
export function registerSecret(program: Command): void {
  const secret = program.command('secret').description('the master key that seals secrets and backups');
  secret
    .command('key')
    .description('fingerprint and place of the master key, to compare with your copy of it')
    .option('--json', 'machine-readable output')
    .action(async (flags: { readonly json?: boolean }) => {
      const key = await withPlatform(async ({ secrets, config }) => ({
        keyId: secrets.keyId,
        place: config.secretKey === null ? keyFileOf(config.dataDir) : 'CACTUS_SECRET_KEY',
      }));
      console.log(flags.json ? JSON.stringify(key) : `${key.keyId}  ${key.place}`);
    });
  secret
    .command('rotate')
    .description('seal with a new master key from now on; older ones stay in the file for older backups')
    .option('--json', 'machine-readable output')
    .action(async (flags: { readonly json?: boolean }) => {
      const keyId = await withPlatform(async ({ db, clock, config }) => {
        const { dataDir, secretKey, secretKeyPrevious: previousSecretKey } = config;
        return rotateMasterKey({ db, clock, dataDir, secretKey, previousSecretKey });
      });
      console.log(flags.json ? JSON.stringify({ keyId }) : keyId);
      console.error('Copy the key file to your safe place again, and restart Cactus.');
    });
}
