/**
 * Lists what every domain mounts, without a server or a database: routes are declared through a recorder. Used by the API
 * document and by tests that walk all routes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, AssertionFault } from '#kernel';
import { loadConfig } from '#platform/config';
import type { Domain, Platform } from '#platform/domain';
import type { Http, OwnedEndpoint } from '#platform/http';
import { platformApi } from '#platform/http/contract';
import { jobRoutes, type Jobs } from '#platform/jobs';
import { backupRoutes } from '#platform/backups';
import { notifyRoutes } from '#platform/notify';
import { secretRoutes } from '#platform/secrets';

/** Endpoints of the platform and of `domains`, in the order they are mounted. */
export function collectEndpoints(domains: readonly Domain[]): readonly OwnedEndpoint[] {
  const found: OwnedEndpoint[] = [];
  const recorderFor = (domain: string): Http => ({ route: (endpoint) => void found.push({ domain, endpoint }) });
  // Some domains read or make a key file beside the data while they mount; it must not be the person's own folder.
  const folder = mkdtempSync(join(tmpdir(), 'cactus-contracts-'));
  try {
    const platform = absentPlatform(domains, folder);
    recordPlatform(recorderFor('platform'), platform);
    for (const domain of domains) domain.routes?.(recorderFor(domain.name), platform);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return found;
}

/** The routes of the platform's own parts, which no manifest mounts. */
function recordPlatform(recorder: Http, platform: Platform): void {
  recorder.route(platformApi.readHealth, unanswered);
  notifyRoutes(recorder, platform);
  secretRoutes(recorder, platform);
  backupRoutes(recorder, platform);
  jobRoutes(recorder, platform.db as unknown as Jobs, platform);
}

const unanswered = (): never => {
  throw new AssertionFault('a recorded route is never answered');
};

/** Default configuration and parts that do nothing: enough to declare routes, never to answer one. */
function absentPlatform(domains: readonly Domain[], folder: string): Platform {
  const loaded = loadConfig({ env: {}, argv: ['--data', folder], cwd: folder, domains });
  assert(loaded.ok, 'every setting must have a default, or the contracts cannot be listed');
  const absent: unknown = new Proxy(() => undefined, {
    get: (_target, name) => (typeof name === 'symbol' || name === 'then' ? undefined : absent),
    apply: () => absent,
    construct: () => absent as object,
  });
  return { ...partsOf(absent), config: loaded.value.config, clock: Date.now, roles: new Set(), domains };
}

function partsOf(absent: unknown): Platform {
  const names = [
    'backups',
    'db',
    'events',
    'files',
    'mail',
    'newId',
    'notify',
    'realtime',
    'secrets',
    'telegram',
    'telemetry',
  ];
  return Object.fromEntries(names.map((name) => [name, absent])) as unknown as Platform;
}
