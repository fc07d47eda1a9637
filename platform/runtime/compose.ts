/**
 * Composes the platform of one process: database, migrations, events, files, notifications, realtime, jobs. Used by the
 * server and by offline commands, so both see the same rules and the same data.
 */
import { assert, type EventShape } from '#kernel';
import { createBackups, houseOf, offsiteOf } from '#platform/backups';
import { createCaches } from '#platform/cache';
import type { Config } from '#platform/config';
import { type DatabaseHandle, newId, openDatabase, platformMigrations } from '#platform/db';
import type { Domain, Platform, ProcessRole } from '#platform/domain';
import { createEvents, createRowGuard, type EventsHandle } from '#platform/events';
import { openFileStore } from '#platform/files';
import { createJobs, type Jobs } from '#platform/jobs';
import { createMail } from '#platform/mail';
import { createNotify, noticeCatalogue, recordDeadJob } from '#platform/notify';
import { openS3WhenSet } from '#platform/objects';
import { createRealtime, type RealtimeHandle } from '#platform/realtime';
import { absentRedis, createSharedTokens, installationOf, openRedis, type RedisHandle } from '#platform/redis';
import { openSecrets } from '#platform/secrets';
import { createTelegram } from '#platform/telegram';
import type { Telemetry } from '#platform/telemetry';

export interface ComposeInput {
  readonly config: Config;
  /** The platform's own manifest first, then the domains in the order of main.ts. */
  readonly domains: readonly Domain[];
  readonly roles: ReadonlySet<ProcessRole>;
  readonly telemetry: Telemetry;
}

export interface Composition {
  readonly platform: Platform;
  readonly db: DatabaseHandle;
  readonly events: EventsHandle;
  readonly jobs: Jobs;
  readonly realtime: RealtimeHandle;
  readonly redis: RedisHandle;
  /** Closes everything in reverse order; safe to call once. */
  close(): Promise<void>;
}

/** Opens and migrates the database and builds the platform on it. Faults carry messages a person can act on. */
export async function composePlatform(input: ComposeInput): Promise<Composition> {
  const { config, domains, telemetry } = input;
  const clock = Date.now;
  const log = telemetry.log;
  const db = await openDatabase({
    databaseUrl: config.databaseUrl,
    dataDir: config.dataDir,
    log,
    onQuery: ({ statement, durationMs }) => telemetry.observeQuery({ statement, durationMs }),
  });
  let redis = absentRedis;
  try {
    await db.migrate([...platformMigrations(), ...domainMigrations(domains)]);
    const catalogue = catalogueOf(domains);
    const events = await createEvents({ db, catalogue, clock, log });
    redis = await openRedis({ url: config.redisUrl, installation: await installationOf(db), log });
    const files = await openFileStore({
      dataDir: config.dataDir,
      db,
      clock,
      newId,
      objects: openS3WhenSet(config.files.s3),
    });
    const { dataDir, secretKey, secretKeyPrevious: previousSecretKey } = config;
    const secrets = await openSecrets({ dataDir, secretKey, previousSecretKey, db, clock });
    const sockets = { rowGuard: createRowGuard(db, domains), paths: socketPathsOf(domains) };
    const realtime = await createRealtime({ db, events, redis, ...sockets, clock, log });
    const jobs = await createJobs({ db, clock, log });
    const mail = createMail({ db, jobs, config, clock, newId, log, secrets });
    const telegram = createTelegram({ db, jobs, config, clock, log, secrets });
    const directory = () => domains.find((domain) => 'directory' in domain)?.directory?.(platform);
    const people = async (workspaceId: string) => (await directory()?.people(workspaceId)) ?? [];
    const kinds = noticeCatalogue(domains);
    const notify = createNotify({ db, config, clock, newId, log, mail, telegram, kinds, people, realtime, jobs });
    jobs.onDead((dead) => recordDeadJob({ db, notify, directory: directory() ?? null }, dead));
    const owners = [...platformMigrations(), ...domainMigrations(domains)];
    const house = houseOf({ db, dataDir, clock, newId, log, files, owners }, secrets);
    const backups = createBackups(house, offsiteOf(config.backups));
    const platform: Platform = {
      cache: createCaches({ redis, clock, telemetry }),
      config,
      clock,
      newId,
      backups,
      db,
      events,
      files,
      mail,
      notify,
      realtime,
      secrets,
      telegram,
      tokens: createSharedTokens(redis),
      telemetry,
      roles: input.roles,
      domains,
    };
    const close = async (): Promise<void> => {
      await realtime.close();
      await events.close();
      await redis.close();
      await db.close();
    };
    return { platform, db, events, jobs, realtime, redis, close };
  } catch (error) {
    await redis.close();
    await db.close().catch(() => undefined);
    throw error;
  }
}

function domainMigrations(domains: readonly Domain[]): Parameters<DatabaseHandle['migrate']>[0] {
  return domains.flatMap(({ name, tablePrefix, migrations }) =>
    migrations ? [{ name, tablePrefix, directory: migrations }] : [],
  );
}

function socketPathsOf(domains: readonly Domain[]): ReadonlyMap<string, readonly string[]> {
  return new Map(domains.flatMap(({ socketPaths = {} }) => Object.entries(socketPaths)));
}

function catalogueOf(domains: readonly Domain[]): EventShape[] {
  const permissions = new Set(domains.flatMap((domain) => domain.permissions.map((permission) => permission.name)));
  return domains.flatMap((domain) =>
    domain.events.map((event) => {
      assert(
        permissions.has(event.permission),
        `${event.name} is seen with ${event.permission}, which nobody declares`,
      );
      return event;
    }),
  );
}
