/**
 * Opens the database: the embedded PostgreSQL of the data folder, or any PostgreSQL 15 or newer by its URL. Everything
 * the platform needs from it hangs on the handle; domains see only `Database`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { assert, Fault } from '#kernel';
import type { Log } from '#platform/telemetry';
import pg from 'pg';
import { columnParsers } from './column-parsers.ts';
import { type EmbeddedPostgres, embeddedPostgres } from './embedded-postgres.ts';
import { type Listener, openListener, type Subscription } from './listener.ts';
import { applyMigrations } from './migrations.ts';
import { asDatabaseFault, pgErrorFacts } from './pg-errors.ts';
import { Session } from './session.ts';
import { type SessionLock, takeSessionLock } from './session-lock.ts';
import { runTransaction, type TransactionParts } from './transaction.ts';
import type { Database, JobQueue, MigrationOwner, Outbox, QueryFacts } from './types.ts';

export interface OpenDatabaseInput {
  /** Null runs the embedded PostgreSQL under `dataDir`. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly log: Log;
  readonly poolSize?: number;
  /** Hears every statement; keep it cheap. */
  readonly onQuery?: (facts: QueryFacts) => void;
}

export interface DatabaseHandle extends Database {
  readonly embedded: EmbeddedPostgres | null;
  /** Applies what is new, owner by owner; returns how many files ran. */
  migrate(owners: readonly MigrationOwner[]): Promise<number>;
  /** Hears NOTIFY on a channel for as long as the database is open. */
  listen(subscription: Subscription): Promise<void>;
  /**
   * Shows other processes that this one lives: a session's advisory lock on `hashtextextended(name, 0)`, which the server
   * drops when our connection goes. `name` must be unique to this process.
   */
  holdLock(name: string): Promise<void>;
  dropLock(name: string): Promise<void>;
  /** A pool of its own with node-postgres' plain parsers, for libraries; closed by the caller. */
  createPool(options: {
    readonly size: number;
    readonly name: string;
    /** Another database of the same server. */
    readonly database?: string;
  }): pg.Pool;
  attachOutbox(outbox: Outbox): void;
  attachJobQueue(queue: JobQueue): void;
  /** Round trip to the server in milliseconds. */
  ping(): Promise<number>;
  figures(): { readonly connectionsOpen: number; readonly connectionsIdle: number; readonly waiting: number };
  close(): Promise<void>;
}

const POOL_SIZE = 16; // Four Cactus processes with their listeners and job pools stay below the server's 100.
const CONNECT_MS_MAX = 10_000;
const STATEMENT_MS_MAX = 60_000; // A statement above a minute is a missing index or a runaway report.
const IDLE_IN_TRANSACTION_MS_MAX = 60_000; // Nobody awaits the outside world inside a transaction.
const IDLE_MS_MAX = 60_000;
const START_ATTEMPTS_MAX = 30; // A compose file starts the server beside us: give it half a minute.
const START_RETRY_MS = 1_000;
const SERVER_VERSION_MIN = 150_000;
const DATABASE_NAME = 'cactus';

type ConnectionOptions = pg.ClientConfig;

/** Connects, starting the embedded server when needed. Faults are messages a person can act on. */
export async function openDatabase(input: OpenDatabaseInput): Promise<DatabaseHandle> {
  const log = input.log.child({ part: 'db' });
  if (input.databaseUrl !== null) requireAddress(input.databaseUrl);
  const embedded = input.databaseUrl === null ? embeddedPostgres({ dataDir: input.dataDir, log }) : null;
  let connection: ConnectionOptions = input.databaseUrl === null ? {} : { connectionString: input.databaseUrl };
  const connect = async (): Promise<pg.Client> => {
    if (!embedded) return connectClient(connection, 'cactus-listener');
    return embedded.hold(async (address) => {
      connection = { ...address, database: DATABASE_NAME };
      return connectOrCreate(connection);
    });
  };
  const first = await (embedded ? connect() : connectWithRetry(connect, log));
  const preconnected = [first];
  const listener = await openListener({ connect: async () => preconnected.pop() ?? connect(), log });
  await requireVersion(first);
  return new OpenedDatabase({ connection, listener, embedded, log, input });
}

interface Parts {
  readonly connection: ConnectionOptions;
  readonly listener: Listener;
  readonly embedded: EmbeddedPostgres | null;
  readonly log: Log;
  readonly input: OpenDatabaseInput;
}

class OpenedDatabase extends Session implements DatabaseHandle {
  readonly embedded: EmbeddedPostgres | null;
  readonly #parts: Parts;
  readonly #pool: pg.Pool;
  readonly #transactionParts: TransactionParts;
  #outbox: Outbox | null = null;
  #jobQueue: JobQueue | null = null;

  constructor(parts: Parts) {
    const pool = new pg.Pool({
      ...sessionOptions(parts.connection, 'cactus'),
      max: parts.input.poolSize ?? POOL_SIZE,
      pipeline: true, // Statements sent in the same turn share a round trip (transaction.ts).
      idleTimeoutMillis: IDLE_MS_MAX,
    });
    guardPool(pool, parts.log);
    super(pool, parts.input.onQuery);
    this.#parts = parts;
    this.#pool = pool;
    this.embedded = parts.embedded;
    this.#transactionParts = {
      pool,
      onQuery: parts.input.onQuery,
      log: parts.log,
      outbox: () => attached(this.#outbox, 'events'),
      jobQueue: () => attached(this.#jobQueue, 'jobs'),
    };
  }

  transaction: Database['transaction'] = (work) => runTransaction(this.#transactionParts, work);

  async tryLock(name: string): Promise<SessionLock | null> {
    return takeSessionLock(await connectClient(this.#parts.connection, 'cactus-lock'), name);
  }

  async migrate(owners: readonly MigrationOwner[]): Promise<number> {
    const client = await connectClient(this.#parts.connection, 'cactus-migrate');
    try {
      return await applyMigrations(client, owners, { log: this.#parts.log });
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  listen(subscription: Subscription): Promise<void> {
    return this.#parts.listener.subscribe(subscription);
  }

  holdLock(name: string): Promise<void> {
    return this.#parts.listener.holdLock(name);
  }

  dropLock(name: string): Promise<void> {
    return this.#parts.listener.dropLock(name);
  }

  createPool({ size, name, database }: Parameters<DatabaseHandle['createPool']>[0]): pg.Pool {
    const { connection } = this.#parts;
    const place = database === undefined ? connection : inDatabase(connection, database);
    const pool = new pg.Pool({ ...place, max: size, application_name: `cactus-${name}` });
    guardPool(pool, this.#parts.log);
    return pool;
  }

  attachOutbox(outbox: Outbox): void {
    this.#outbox = outbox;
  }

  attachJobQueue(queue: JobQueue): void {
    this.#jobQueue = queue;
  }

  async ping(): Promise<number> {
    const startedMs = performance.now();
    await this.run('ping', { text: 'select 1' });
    return performance.now() - startedMs;
  }

  figures(): { readonly connectionsOpen: number; readonly connectionsIdle: number; readonly waiting: number } {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { connectionsOpen: totalCount, connectionsIdle: idleCount, waiting: waitingCount };
  }

  async close(): Promise<void> {
    await this.#pool.end();
    await this.#parts.listener.close();
    await this.#parts.embedded?.release();
  }
}

/** The same server, another database; an address in one text wins over its parts, so it is rewritten. */
function inDatabase(connection: ConnectionOptions, database: string): ConnectionOptions {
  if (connection.connectionString === undefined) return { ...connection, database };
  const url = new URL(connection.connectionString);
  url.pathname = `/${database}`;
  return { ...connection, connectionString: url.href };
}

/** A broken connection fails its own statement; unheard error events would end the process. */
function guardPool(pool: pg.Pool, log: Log): void {
  pool.on('error', (error) => log.warn('An idle database connection broke', { error: error.message }));
  pool.on('connect', (client) => client.on('error', () => undefined));
}

function attached<Part>(part: Part | null, name: string): Part {
  assert(part, `db: platform/${name} is not attached to this database`);
  return part;
}

function sessionOptions(connection: ConnectionOptions, applicationName: string): ConnectionOptions {
  return {
    ...connection,
    application_name: applicationName,
    types: columnParsers,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    statement_timeout: STATEMENT_MS_MAX,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS_MAX,
    // The keepalives let the server notice a machine that vanished, and free what it held, within a minute.
    options:
      '-c timezone=UTC -c datestyle=ISO -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3',
    keepAlive: true,
  };
}

/** A plain connection without statement limits, for listening and migrating. */
async function connectClient(connection: ConnectionOptions, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({
    ...sessionOptions(connection, applicationName),
    statement_timeout: 0,
    idle_in_transaction_session_timeout: 0,
  });
  client.on('error', () => undefined); // The owner adds its own; an unheard one would end the process.
  await client.connect();
  return client;
}

async function connectOrCreate(connection: ConnectionOptions): Promise<pg.Client> {
  try {
    return await connectClient(connection, 'cactus-listener');
  } catch (error) {
    if (pgErrorFacts(error)?.code !== '3D000') throw error;
    const admin = await connectClient({ ...connection, database: 'postgres' }, 'cactus-create');
    try {
      await admin.query(`create database ${DATABASE_NAME}`);
    } finally {
      await admin.end();
    }
    return connectClient(connection, 'cactus-listener');
  }
}

function requireAddress(databaseUrl: string): void {
  if (/^postgres(ql)?:\/\//.test(databaseUrl) && URL.canParse(databaseUrl)) return;
  throw new Fault(
    'database_url_unusable',
    'DATABASE_URL must look like postgresql://user:password@host:5432/database.',
    {
      retryable: false,
    },
  );
}

async function connectWithRetry(connect: () => Promise<pg.Client>, log: Log): Promise<pg.Client> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connect();
    } catch (error) {
      const fault = startFault(error);
      if (!fault.retryable || attempt >= START_ATTEMPTS_MAX) throw fault;
      log.warn('The database of DATABASE_URL does not answer yet', { attempt, error: String(error) });
      await delay(START_RETRY_MS);
    }
  }
}

function startFault(error: unknown): Fault {
  const code = pgErrorFacts(error)?.code ?? '';
  const options = { retryable: false, cause: error };
  if (code === '28P01' || code === '28000') {
    return new Fault('database_login_refused', 'The server of DATABASE_URL refuses this user or password.', options);
  }
  if (code === '3D000') {
    return new Fault(
      'database_missing',
      'The database named in DATABASE_URL does not exist; create it first.',
      options,
    );
  }
  const fault = asDatabaseFault(error);
  if (fault instanceof Fault) {
    const { code: faultCode, retryable } = fault;
    return new Fault(
      faultCode,
      'The server of DATABASE_URL does not answer. Is it running, and is the address right?',
      {
        retryable,
        cause: error,
      },
    );
  }
  return new Fault('database_url_unusable', `DATABASE_URL does not lead to a PostgreSQL: ${String(error)}`, options);
}

async function requireVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string }>(`select current_setting('server_version_num') as version`);
  const version = Number(rows[0]?.version ?? 0);
  if (version >= SERVER_VERSION_MIN) return;
  throw new Fault(
    'database_version_unsupported',
    `Cactus needs PostgreSQL 15 or newer; this server is ${Math.floor(version / 10_000)}.`,
    { retryable: false },
  );
}
