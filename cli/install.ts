/** The install that offline commands work on: same configuration, same database, no server needed. */
import { fileURLToPath } from 'node:url';
import { type LoadedConfig, loadConfig } from '#platform/config';
import type { Platform } from '#platform/domain';
import { composePlatform, platformDomain } from '#platform/runtime';
import { createTelemetry } from '#platform/telemetry';
import { domains } from '../main.ts';

export const EXIT = { ok: 0, failed: 1, usage: 2, problems: 3, partial: 6 } as const;
const root = fileURLToPath(new URL('..', import.meta.url));

/** Reads the configuration as `npm start` would, without its flags; prints and exits with 2 when it is wrong. */
export function requireConfig(): LoadedConfig {
  const loaded = loadConfig({ env: process.env, argv: [], cwd: root, domains: [platformDomain, ...domains] });
  if (loaded.ok) return loaded.value;
  console.error(`Cactus: ${String(loaded.details['message'])}`);
  process.exit(EXIT.usage);
}

/** Opens database and platform without server or loops, runs the work, closes. Log lines go to stderr. */
export async function withPlatform<Value>(work: (platform: Platform) => Promise<Value>): Promise<Value> {
  const { config } = requireConfig();
  const telemetry = createTelemetry({ level: 'warn', write: (line) => void process.stderr.write(line) });
  const composition = await composePlatform({
    config,
    domains: [platformDomain, ...domains],
    roles: new Set(),
    telemetry,
  });
  try {
    return await work(composition.platform);
  } finally {
    await composition.close();
    telemetry.stop();
  }
}
