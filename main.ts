/** The composition root: lists the domains and starts this process. Also imported by tools that need the list. */
import { fileURLToPath } from 'node:url';
import { createSetupLink } from '#identity';
import type { Domain } from '#platform/domain';
import { startProcess } from '#platform/runtime';
import { identity } from './domains/identity/domain.ts';
import { markets } from './domains/markets/domain.ts';
import { portfolios } from './domains/portfolios/domain.ts';
import { webhooks } from './domains/webhooks/domain.ts';
import packageJson from './package.json' with { type: 'json' };

export const domains: readonly Domain[] = [identity, webhooks, markets, portfolios];

if (import.meta.main) {
  const root = fileURLToPath(new URL('.', import.meta.url));
  await startProcess({
    domains,
    version: packageJson.version,
    argv: process.argv.slice(2),
    env: process.env,
    cwd: root,
    buildWeb: async () => {
      const { buildWebIfStale } = await import('./tools/build-web.ts');
      return (await buildWebIfStale(root)).directory;
    },
    createSetupLink,
  });
}
