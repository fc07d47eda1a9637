/**
 * Monitor: the small HTTP server of a process without the `web` role, so that a worker can be watched like a web process:
 * /health, /health/live, /health/ready and /metrics, with the same guards. It knows no sessions and mounts no domain.
 */
import type { Domain } from '#platform/domain';
import { createHttp } from '#platform/http';
import type { Telemetry } from '#platform/telemetry';
import type { Composition } from './compose.ts';
import { healthOfProcess } from './health-sources.ts';

export interface Monitor {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on `monitorHost` and `monitorPort`. */
export async function openMonitor(input: {
  readonly composition: Composition;
  readonly telemetry: Telemetry;
  readonly domains: readonly Domain[];
}): Promise<Monitor> {
  const { composition, telemetry, domains } = input;
  const { config, roles } = composition.platform;
  const { monitorHost: host, monitorPort } = config;
  const http = await createHttp({
    config: { ...config, host, port: monitorPort },
    telemetry,
    permissions: domains.flatMap((domain) => domain.permissions),
    authenticate: async () => null,
    health: healthOfProcess(composition, domains),
    processName: [...roles].join('+'),
  });
  const { port } = await http.listen();
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, close: http.close };
}
