/** `cactus setup-link`: a new single-use link for the first run, when the printed one expired. */
import { createSetupLink } from '#identity';
import type { Command } from 'commander';
import { EXIT, withPlatform } from './install.ts';

const MINUTE_MS = 60_000;

/** Adds `setup-link` to the command line. */
export function registerSetupLink(program: Command): void {
  program
    .command('setup-link')
    .description('print a new single-use setup link (only while nobody has an account)')
    .option('--json', 'machine-readable output')
    .action(async (options: { json?: boolean }) => {
      const link = await withPlatform(async (platform) => {
        const created = await createSetupLink(platform);
        if (!created) return null;
        const { host, port, publicUrl } = platform.config;
        const origin = publicUrl ?? `http://${host === '0.0.0.0' || host === '127.0.0.1' ? 'localhost' : host}:${port}`;
        const lifeMinutes = Math.round((created.expiresAtMs - platform.clock()) / MINUTE_MS);
        return { url: `${origin}/setup#t=${created.token}`, lifeMinutes };
      });
      if (!link) {
        console.error('Cactus: there is an account already; sign in, or ask an owner to add you.');
        process.exitCode = EXIT.failed;
        return;
      }
      console.log(options.json ? JSON.stringify(link) : link.url);
      console.error(`Valid for ${link.lifeMinutes} minutes, from this machine only.`);
    });
}
