/**
 * One Cactus process from its first line to its last: read the configuration, compose the platform, mount the domains,
 * listen, print the box, and stop cleanly. `main.ts` is the only caller.
 */
import { Fault } from '#kernel';
import { backupRoutes } from '#platform/backups';
import { type Config, loadConfig } from '#platform/config';
import type { Domain, Platform, ProcessRole, Stop } from '#platform/domain';
import { createHttp, databaseIdempotency, type HttpServer } from '#platform/http';
import { jobRoutes } from '#platform/jobs';
import { notifyRoutes } from '#platform/notify';
import { secretRoutes } from '#platform/secrets';
import { createTelemetry, type RunningTelemetry } from '#platform/telemetry';
import { type Composition, composePlatform } from './compose.ts';
import { platformDomain } from './platform-domain.ts';
import { healthOfProcess } from './health-sources.ts';
import { openMonitor } from './monitor.ts';
import { requirePort } from './port.ts';
import { languageOf, renderStartBox } from './start-box.ts';

export interface StartInput {
  /** Of package.json, for the API document. */
  readonly version: string;
  readonly domains: readonly Domain[];
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Builds the web app when its sources changed; gives the folder to serve. */
  buildWeb(): Promise<string>;
  /** The single-use link of the first run; null once somebody exists. */
  createSetupLink(platform: Platform): Promise<{ readonly token: string; readonly expiresAtMs: number } | null>;
}

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;
const STOP_MS_MAX = 15_000; // Running requests get this long; whatever is durable survives a harder stop anyway.
const MINUTE_MS = 60_000;

/** Starts the process and keeps it until a signal; exits by itself with a clear message when it cannot start. */
export async function startProcess(input: StartInput): Promise<void> {
  const domains = [platformDomain, ...input.domains];
  const loaded = loadConfig({ env: input.env, argv: input.argv, cwd: input.cwd, domains });
  if (!loaded.ok) return quit(EXIT_USAGE, String(loaded.details['message']));
  const { config } = loaded.value;
  const telemetry = createTelemetry({ level: config.logLevel });
  const roles = new Set<ProcessRole>(config.roles);
  const address = addressOf(config, roles);
  try {
    await requirePort(address.host, address.port);
    // Vite and PostgreSQL start side by side; the slower one decides.
    const [composition, webDir] = await Promise.all([
      composePlatform({ config, domains, roles, telemetry }),
      roles.has('web') ? input.buildWeb() : Promise.resolve(null),
    ]);
    const running = await startParts({ composition, telemetry, domains, webDir, version: input.version });
    stopOnSignal(running.stop, telemetry);
    await announce(input, composition, running);
  } catch (error) {
    const message = startFailure(error, address);
    if (message) return quit(EXIT_FAILED, message);
    throw error;
  }
}

interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** The flag that chooses another port. */
  readonly flag: string;
}

/** People's address with the web role, the monitor's without. */
function addressOf(config: Config, roles: ReadonlySet<ProcessRole>): ListenAddress {
  if (roles.has('web')) return { host: config.host, port: config.port, flag: 'port' };
  return { host: config.monitorHost, port: config.monitorPort, flag: 'monitor-port' };
}

/** What a person can do about a failed start; null for a bug, which shows its stack. */
function startFailure(error: unknown, { host, port, flag }: ListenAddress): string | null {
  if (error instanceof Fault) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') {
    return `port ${port} is used by another program (another Cactus?). Choose another: npm start -- --${flag} ${port + 1}`;
  }
  if (code === 'EACCES')
    return `this user may not listen on port ${port}. Choose one above 1023: npm start -- --${flag} 7700`;
  if (code === 'EADDRNOTAVAIL') return `this machine has no address ${host}. Use --host 127.0.0.1 or --host 0.0.0.0`;
  return null;
}

interface PartsInput {
  readonly version: string;
  readonly composition: Composition;
  readonly telemetry: RunningTelemetry;
  readonly domains: readonly Domain[];
  readonly webDir: string | null;
}

interface Running {
  /** Null when this process has no `web` role. */
  readonly url: string | null;
  /** Null when it has. */
  readonly monitorUrl: string | null;
  readonly stop: Stop;
}

async function startParts(input: PartsInput): Promise<Running> {
  const { composition, telemetry, domains, webDir } = input;
  const { platform, jobs, realtime } = composition;
  const stops: Stop[] = [];
  const stop = async (): Promise<void> => {
    for (const step of stops.toReversed()) {
      await step().catch((error: unknown) => telemetry.log.error('A part did not stop cleanly', { error }));
    }
    await composition.close();
    telemetry.stop();
  };
  try {
    jobs.define(domains.flatMap((domain) => domain.jobs?.(platform) ?? []));
    if (platform.roles.has('worker')) {
      stops.push(() => jobs.stop());
      await jobs.start();
    }
    for (const domain of domains) {
      const stopDomain = await domain.start?.(platform);
      if (stopDomain) stops.push(stopDomain);
    }
    if (webDir === null) {
      const monitor = await openMonitor(input);
      stops.push(() => monitor.close());
      return { url: null, monitorUrl: monitor.url, stop };
    }
    const http = await openHttp(input);
    stops.push(
      () => http.close(),
      async () => realtime.closeSockets(),
    );
    realtime.attach(http);
    return { url: (await http.listen()).url, monitorUrl: null, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openHttp({ composition, telemetry, domains, webDir, version }: PartsInput): Promise<HttpServer> {
  const { platform, db } = composition;
  const identity = domains.find((domain) => 'authenticate' in domain);
  const http = await createHttp({
    config: platform.config,
    telemetry,
    redis: composition.redis,
    permissions: domains.flatMap((domain) => domain.permissions),
    authenticate: async (request) => identity?.authenticate?.(request, platform) ?? null,
    idempotency: databaseIdempotency(db),
    health: healthOfProcess(composition, domains),
  });
  for (const domain of domains) http.mount(domain, platform);
  notifyRoutes(http, platform);
  jobRoutes(http, composition.jobs, platform);
  secretRoutes(http, platform);
  backupRoutes(http, platform);
  http.serveDocs({ version, events: domains.flatMap((domain) => domain.events) });
  if (webDir !== null) http.serveWeb(webDir);
  return http;
}

async function announce(
  input: StartInput,
  composition: Composition,
  { url, monitorUrl }: Pick<Running, 'url' | 'monitorUrl'>,
): Promise<void> {
  const { platform, db } = composition;
  const setupLink = url === null ? null : await input.createSetupLink(platform);
  const box = renderStartBox(
    {
      url,
      monitorUrl,
      setup: setupLink && {
        url: `${url}/setup#t=${setupLink.token}`,
        lifeMinutes: Math.round((setupLink.expiresAtMs - platform.clock()) / MINUTE_MS),
      },
      dataDir: platform.config.dataDir,
      database: db.embedded ? 'PostgreSQL (embedded)' : 'PostgreSQL (DATABASE_URL)',
      roles: [...platform.roles],
      startedInMs: performance.now(),
    },
    languageOf(input.env),
  );
  process.stdout.write(`${box}\n`);
}

/** First signal: stop cleanly. Second: leave at once; what was acknowledged is on disk either way. */
function stopOnSignal(stop: Stop, telemetry: RunningTelemetry): void {
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(EXIT_INTERRUPTED);
    isStopping = true;
    telemetry.log.info('Stopping', { signal });
    setTimeout(() => process.exit(EXIT_FAILED), STOP_MS_MAX).unref();
    void stop().then(() => process.exit(0));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onSignal);
}

function quit(code: number, message: string): never {
  process.stderr.write(`Cactus: ${message}\n`);
  process.exit(code);
}
