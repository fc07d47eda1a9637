/**
 * A session runs statements on one pooled connection (a transaction) or on whichever is free (the database), measures
 * each, and gives Kysely a dialect that goes through it.
 */
import { Decimal } from '#kernel';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type pg from 'pg';
import { asDatabaseFault } from './pg-errors.ts';
import type { Queryable, QueryFacts } from './types.ts';

/** What a pool and a client have in common. */
export interface Runner {
  query(config: pg.QueryConfig): Promise<pg.QueryResult>;
}

const SQL_NAME_LENGTH_MAX = 60;

export class Session implements Queryable {
  readonly #runner: Runner;
  readonly #onQuery: ((facts: QueryFacts) => void) | undefined;
  #kysely: Kysely<unknown> | undefined;

  constructor(runner: Runner, onQuery: ((facts: QueryFacts) => void) | undefined) {
    this.#runner = runner;
    this.#onQuery = onQuery;
  }

  tables<Tables>(): Kysely<Tables> {
    this.#kysely ??= new Kysely<unknown>({ dialect: dialectOver((query) => this.#runCompiled(query)) });
    // One Kysely serves every store: the table types exist only for the compiler.
    return this.#kysely as Kysely<Tables>;
  }

  async prepared<Row extends object>(name: string, text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    const result = await this.run(name, { name, text, values: values.map(asParameter) });
    return result.rows as Row[];
  }

  /** Runs one statement, measures it, and turns the world's failures into faults. */
  async run(sqlName: string, config: pg.QueryConfig): Promise<pg.QueryResult> {
    const startedMs = performance.now();
    try {
      return await this.#runner.query(config);
    } catch (error) {
      throw asDatabaseFault(error);
    } finally {
      this.#onQuery?.({ sqlName, statement: config.text, durationMs: performance.now() - startedMs });
    }
  }

  async #runCompiled(query: CompiledQuery): Promise<QueryResult<unknown>> {
    const { rows, rowCount, command } = await this.run(sqlNameOf(query), {
      text: query.sql,
      values: query.parameters.map(asParameter),
    });
    const changes = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE';
    return changes ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows };
  }
}

/** Decimals and bigints travel as text, which PostgreSQL reads exactly. */
function asParameter(value: unknown): unknown {
  return value instanceof Decimal || typeof value === 'bigint' ? value.toString() : value;
}

/** Verb and first table, from the query tree: short, without values, few of them. */
function sqlNameOf({ query, sql }: CompiledQuery): string {
  const verb = query.kind.replace(/(Query)?Node$/, '').toLowerCase();
  if (verb === 'raw') return sql.replace(/\s+/g, ' ').trim().slice(0, SQL_NAME_LENGTH_MAX);
  const table = /(?:from|into|update|join)\s+"?([a-z_0-9]+)"?/.exec(sql)?.[1];
  return table ? `${verb} ${table}` : verb;
}

function dialectOver(run: (query: CompiledQuery) => Promise<QueryResult<unknown>>): Dialect {
  const connection: DatabaseConnection = {
    executeQuery: <Row>(query: CompiledQuery) => run(query) as Promise<QueryResult<Row>>,
    streamQuery: () => {
      throw new Error('db: streaming is not offered; page with a cursor column');
    },
  };
  const refuse = (): Promise<void> => Promise.reject(new Error('db: open transactions with database.transaction(...)'));
  const driver: Driver = {
    init: async () => undefined,
    acquireConnection: async () => connection,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    releaseConnection: async () => undefined,
    destroy: async () => undefined,
  };
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => driver,
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}
