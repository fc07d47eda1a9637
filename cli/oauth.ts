/** `cactus oauth doctor`: checks signing in with Google or another provider, and prints the redirect URI to register. */
import { diagnoseOidc, type OidcDiagnosis } from '#identity';
import type { Command } from 'commander';
import pc from 'picocolors';
import { EXIT, requireConfig } from './install.ts';

/** Adds `oauth` to the command line. */
export function registerOauth(program: Command): void {
  program
    .command('oauth')
    .description('sign-in with Google or another OpenID provider')
    .command('doctor')
    .description('check the settings, ask the provider, and print the redirect URI to register')
    .option('--json', 'machine-readable output')
    .action(async (options: { json?: boolean }) => {
      const diagnosis = await diagnoseOidc(requireConfig().config, nowMs);
      if (options.json) console.log(JSON.stringify({ version: 1, ...diagnosis }, null, 2));
      else print(diagnosis);
      process.exitCode = diagnosis.checks.some(({ state }) => state === 'problem') ? EXIT.problems : EXIT.ok;
    });
}

/** The command is its own edge: there is no platform here to ask for the time. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

function print({ redirectUri, checks }: OidcDiagnosis): void {
  const mark = { ok: pc.green('ok'), warning: pc.yellow('!!'), problem: pc.red('NO') } as const;
  for (const { name, state, detail, remedy } of checks) {
    console.log(`${mark[state]}  ${name.padEnd(12)} ${detail}`);
    if (remedy) console.log(`                   -> ${remedy}`);
  }
  if (redirectUri !== null) console.log(`\nRedirect URI to register, exactly:\n  ${redirectUri}`);
}
