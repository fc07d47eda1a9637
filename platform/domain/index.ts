/**
 * The shape of a domain. `domain.ts` of each folder exports one manifest; main.ts lists them; everything that runs
 * backwards (routes, jobs, events, permissions, health) is declared here and never imported.
 */
import type { Clock, EventShape, UserRole } from '#kernel';
import type { Backups } from '#platform/backups';
import type { Caches } from '#platform/cache';
import type { Config } from '#platform/config';
import type { Database, Transaction } from '#platform/db';
import type { Events, RowOwnership } from '#platform/events';
import type { FileStore } from '#platform/files';
import type { Actor, Http, RequestFacts } from '#platform/http';
import type { JobDefinition } from '#platform/jobs';
import type { MailDoor } from '#platform/mail';
import type { NoticeKind, Notify, Person } from '#platform/notify';
import type { Realtime } from '#platform/realtime';
import type { SharedTokens } from '#platform/redis';
import type { SealedColumn, Secrets } from '#platform/secrets';
import type { TelegramDoor } from '#platform/telegram';
import type { HealthPart, Telemetry } from '#platform/telemetry';
import type { z } from 'zod';
import type { AuditedChange } from './audit.ts';

export { type AuditedChange, auditChange } from './audit.ts';
export { workspaceIdsOf } from './workspaces.ts';

/** Parts of a process: `web` answers, `worker` runs jobs and pollers, `trader` and `agent` come with their domains. */
export type ProcessRole = 'web' | 'worker' | 'trader' | 'agent';

export interface Platform {
  /** Kept answers, shared over Redis when it is set. */
  readonly cache: Caches;
  readonly config: Config;
  readonly clock: Clock;
  /** Random UUIDv7. */
  readonly newId: () => string;
  readonly backups: Backups;
  readonly db: Database;
  readonly events: Events;
  readonly files: FileStore;
  readonly mail: MailDoor;
  readonly notify: Notify;
  readonly realtime: Realtime;
  readonly secrets: Secrets;
  readonly telegram: TelegramDoor;
  /** Paces that several processes keep together, over Redis when it is set. */
  readonly tokens: SharedTokens;
  readonly telemetry: Telemetry;
  readonly roles: ReadonlySet<ProcessRole>;
  /** Every manifest of this process, for needs that run backwards: the permission catalogue, removing a workspace. */
  readonly domains: readonly Domain[];
}

export interface PermissionDefinition {
  /** `<domain>.<noun>.<verb>`. */
  readonly name: `${string}.${string}.${string}`;
  readonly summary: string;
  /** The same in Spanish, for the permission matrix on screen; a test asks it of every permission. */
  readonly summaryEs?: string;
  readonly roles: readonly UserRole[];
}

export interface Directory {
  /** Members who may sign in. */
  people(workspaceId: string): Promise<readonly Person[]>;
  workspaceIds(): Promise<readonly string[]>;
}

export type Stop = () => Promise<void>;

export interface Domain {
  readonly name: string;
  /** Every table of the domain starts with it, for example `portfolios_`. */
  readonly tablePrefix: string;
  /** Folder of numbered, append-only `.sql` files; null when the domain has no tables. */
  readonly migrations: URL | null;
  readonly permissions: readonly PermissionDefinition[];
  readonly events: readonly EventShape[];
  /** Kinds of notifications it records; each gets its row on the page where people choose their channels. */
  readonly notices?: readonly NoticeKind[];
  /** Checked section of the configuration: `markets.yahooBaseUrl` in cactus.yaml, `CACTUS_MARKETS_YAHOO_BASE_URL` in the environment. */
  readonly settings?: z.ZodObject;
  /** Socket paths that start subscribed to topics of the domain: `{ '/ws/alerts': ['markets.alert.fired'] }`. */
  readonly socketPaths?: Readonly<Record<`/ws/${string}`, readonly string[]>>;
  /** Present when its rows belong to people: whose they are. Every event of the domain is about one of them. */
  readonly rows?: RowOwnership;
  routes?(http: Http, platform: Platform): void;
  jobs?(platform: Platform): readonly JobDefinition[];
  /** Every column of its tables that holds texts sealed by `secrets.seal`: a new master key must reach all of them. */
  sealedColumns?(platform: Platform): readonly SealedColumn[];
  /** Starts loops (pollers, senders) for the roles of this process; returns how to stop them. */
  start?(platform: Platform): Promise<Stop>;
  health?(platform: Platform): Promise<readonly HealthPart[]>;
  /** Deletes the domain's rows of one workspace, through its own stores, inside the caller's transaction. */
  removeWorkspace?(tx: Transaction, workspaceId: string): Promise<void>;
  /** Identity only: who can be told something in a workspace, and which workspaces there are. */
  directory?(platform: Platform): Directory;
  /** Identity only: writes the platform's own changes into the audit trail. */
  recordAudit?(tx: Transaction, change: AuditedChange): Promise<void>;
  /** Identity only: turns a request into its actor. */
  authenticate?(request: RequestFacts, platform: Platform): Promise<Actor | null>;
}
