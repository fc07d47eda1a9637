/**
 * A whole platform for domain tests: the real database, events, jobs table, files and bell on a throw-away database and
 * folder; only the clock stands still, the log says nothing, and what would leave the process is recorded.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventShape } from '#kernel';
import { createBackups, houseOf } from '#platform/backups';
import { createCaches } from '#platform/cache';
import type { Config } from '#platform/config';
import { type DatabaseHandle, type MigrationOwner, newId, platformMigrations } from '#platform/db';
import type { Domain, Platform, ProcessRole } from '#platform/domain';
import { createEvents, type EventsHandle, type StoredEvent } from '#platform/events';
import { openFileStore } from '#platform/files';
import { createJobs, type Jobs } from '#platform/jobs';
import { createMail, type Mail, type MailDoor } from '#platform/mail';
import { createNotify, noticeCatalogue, type Notification, type Notify } from '#platform/notify';
import { openS3WhenSet } from '#platform/objects';
import type { Broadcast } from '#platform/realtime';
import { openSecrets } from '#platform/secrets';
import { createTelegram } from '#platform/telegram';
import { absentRedis, createSharedTokens } from '#platform/redis';
import { createTelemetry } from '#platform/telemetry';
import { silentLog } from './silent-log.ts';
import { testClock, type TestClock } from './test-clock.ts';
import { openTestDatabase } from './test-database.ts';

export interface TestPlatform extends Platform {
  readonly db: DatabaseHandle;
  readonly events: EventsHandle;
  readonly time: TestClock;
  /** Knows the jobs of the domains; call `start` to run them. */
  readonly jobs: Jobs;
  readonly databaseUrl: string;
  /** Every event that was published, every broadcast and every notification, in order; clear them as you like. */
  readonly heard: StoredEvent[];
  readonly broadcasts: Broadcast[];
  readonly notifications: Notification[];
  /** Every mail that was written down and committed; set `config.smtp` to let jobs send them. */
  readonly mails: Mail[];
  close(): Promise<void>;
}

export interface TestPlatformOptions {
  readonly startMs?: number;
  /** Settings of domains that differ from their defaults, by domain name. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly config?: Partial<Config>;
  readonly roles?: readonly ProcessRole[];
  /** Events beside those of the domains. */
  readonly events?: readonly EventShape[];
}

/** Opens it; close it in `afterAll`. */
export async function testPlatform(
  domains: readonly Domain[],
  options: TestPlatformOptions = {},
): Promise<TestPlatform> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cactus-platform-'));
  const database = await openTestDatabase(domains);
  const { db } = database;
  const time = testClock(options.startMs);
  const { clock } = time;
  const catalogue = [...domains.flatMap((domain) => domain.events), ...(options.events ?? [])];
  const events = await createEvents({ db, catalogue, clock, log: silentLog });
  const jobs = await createJobs({ db, clock, log: silentLog });
  const heard: StoredEvent[] = [];
  events.onPublished((published) => heard.push(...published));
  const broadcasts: Broadcast[] = [];
  const realtime = { broadcast: (message: Broadcast): void => void broadcasts.push(message) };
  const telemetry = createTelemetry({ level: 'error', write: () => undefined });
  const config = testConfig(domains, { dataDir, databaseUrl: database.databaseUrl, options });
  const mails: Mail[] = [];
  const notifications: Notification[] = [];
  const secrets = await openSecrets({ dataDir, secretKey: null, previousSecretKey: null, db, clock });
  const mail = recordedMail(createMail({ db, jobs, config, clock, newId, log: silentLog, secrets }), mails);
  const telegram = createTelegram({ db, jobs, config, clock, log: silentLog, secrets });
  const people = async (workspaceId: string) =>
    (await domains
      .find((domain) => 'directory' in domain)
      ?.directory?.(platform)
      .people(workspaceId)) ?? [];
  const parts = { db, config, clock, newId, log: silentLog, mail, telegram, people, realtime, jobs };
  const files = await openFileStore({ dataDir, db, clock, newId, objects: openS3WhenSet(config.files.s3) });
  const platform: TestPlatform = {
    cache: createCaches({ redis: absentRedis, clock, telemetry }),
    heard,
    broadcasts,
    notifications,
    realtime,
    notify: recordedNotify(createNotify({ ...parts, kinds: noticeCatalogue(domains) }), notifications),
    telegram,
    tokens: createSharedTokens(absentRedis),
    config,
    mails,
    mail,
    clock,
    time,
    newId,
    db,
    events,
    jobs,
    files,
    secrets,
    backups: createBackups(
      houseOf({ db, dataDir, clock, newId, log: silentLog, files, owners: ownersOf(domains) }, secrets),
      null,
    ),
    telemetry: { ...telemetry, log: silentLog },
    roles: new Set(options.roles ?? ['web', 'worker', 'trader', 'agent']),
    domains,
    databaseUrl: database.databaseUrl,
    close: async () => {
      await jobs.stop();
      await events.close();
      await database.close();
      telemetry.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  jobs.define(domains.flatMap((domain) => domain.jobs?.(platform) ?? []));
  return platform;
}

function ownersOf(domains: readonly Domain[]): MigrationOwner[] {
  const own = domains.flatMap(({ name, tablePrefix, migrations }) =>
    migrations ? [{ name, tablePrefix, directory: migrations }] : [],
  );
  return [...platformMigrations(), ...own];
}

function recordedMail(door: MailDoor, mails: Mail[]): MailDoor {
  return {
    ...door,
    send: async (tx, mail) => {
      const id = await door.send(tx, mail);
      tx.afterCommit(() => mails.push(mail));
      return id;
    },
  };
}

/** Notes what was recorded and committed, and still records it. */
function recordedNotify(bell: Notify, notifications: Notification[]): Notify {
  return {
    ...bell,
    record: async (tx, notification) => {
      await bell.record(tx, notification);
      tx.afterCommit(() => notifications.push(notification));
    },
  };
}

const ABSENT_S3 = {
  endpoint: null,
  bucket: null,
  region: 'us-east-1',
  prefix: '',
  accessKeyId: null,
  secretAccessKey: null,
};

function testConfig(
  domains: readonly Domain[],
  input: { readonly dataDir: string; readonly databaseUrl: string; readonly options: TestPlatformOptions },
): Config {
  const sections = new Map(
    domains.map(({ name, settings }) => [name, settings?.parse(input.options.settings?.[name] ?? {}) ?? {}]),
  );
  return {
    host: '127.0.0.1',
    port: 0,
    monitorHost: '127.0.0.1',
    monitorPort: 0,
    dataDir: input.dataDir,
    databaseUrl: input.databaseUrl,
    redisUrl: null,
    publicUrl: null,
    corsOrigins: [],
    allowedHosts: [],
    trustedProxies: [],
    rateLimits: { publicWritesPerMinute: 0, writesPerMinute: 0, readsPerMinute: 0, refusedUpgradesPerMinute: 0 },
    smtp: { url: null, host: null, port: null, user: null, password: null, from: null, tls: 'auto' },
    telegram: { botToken: null, apiRoot: 'https://api.telegram.org' },
    metricsToken: null,
    secretKey: null,
    secretKeyPrevious: null,
    files: { s3: ABSENT_S3 },
    backups: { offsiteFolder: null, offsiteS3: ABSENT_S3 },
    logLevel: 'error',
    hasLightPasswords: true,
    demo: false,
    roles: ['web', 'worker', 'trader', 'agent'],
    section: <Settings>(domain: string) => (sections.get(domain) ?? {}) as Settings,
    ...input.options.config,
  };
}
