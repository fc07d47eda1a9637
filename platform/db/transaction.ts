/** One transaction from begin to commit: the caller's rows, then the outbox, then the commit, then who wants to know. */
import { Fault } from '#kernel';
import type { Log } from '#platform/telemetry';
import type pg from 'pg';
import { asDatabaseFault, isLostConnection } from './pg-errors.ts';
import { Session } from './session.ts';
import type {
  CommitOutcome,
  EmittedEvent,
  EventFact,
  JobOptions,
  JobQueue,
  Outbox,
  QueryFacts,
  Transaction,
} from './types.ts';
import type { EventShape } from '#kernel';

export interface TransactionParts {
  readonly pool: pg.Pool;
  readonly onQuery: ((facts: QueryFacts) => void) | undefined;
  readonly log: Log;
  outbox(): Outbox;
  jobQueue(): JobQueue;
}

class OpenTransaction extends Session implements Transaction {
  readonly emitted: EmittedEvent[] = [];
  readonly afterCommitRuns: (() => void)[] = [];
  readonly lastWrites: Promise<void>[] = [];
  readonly #parts: TransactionParts;
  #begun: Promise<unknown> | null = null;

  constructor(client: pg.PoolClient, parts: TransactionParts) {
    super(client, parts.onQuery);
    this.#parts = parts;
  }

  get hasBegun(): boolean {
    return this.#begun !== null;
  }

  /** The first statement of a change waits until the transaction is open. */
  override async run(sqlName: string, config: pg.QueryConfig): Promise<pg.QueryResult> {
    if (!this.#begun) await this.begin();
    return super.run(sqlName, config);
  }

  /** Sends `begin` without waiting: what follows on this connection travels right behind it. */
  begin(): Promise<unknown> {
    this.#begun ??= super.run('begin', { text: 'begin' });
    return this.#begun;
  }

  withCommit(write: Promise<void>): void {
    write.catch(() => undefined); // Told by the commit, which comes after it.
    this.lastWrites.push(write);
  }

  emit<E extends EventShape>(event: E, fact: EventFact<E>): void {
    this.emitted.push(this.#parts.outbox().check({ event, fact }));
  }

  addJob(name: string, payload: unknown, options: JobOptions = {}): Promise<void> {
    return this.#parts.jobQueue().add(this, name, payload, options);
  }

  afterCommit(run: () => void): void {
    this.afterCommitRuns.push(run);
  }
}

/** Runs `work` between begin and commit; rolls back on any throw and rethrows it. */
export async function runTransaction<Value>(
  parts: TransactionParts,
  work: (tx: Transaction) => Promise<Value>,
): Promise<Value> {
  const client = await connect(parts.pool);
  const tx = new OpenTransaction(client, parts);
  let settle: ((outcome: CommitOutcome) => void) | null = null;
  let value: Value;
  try {
    value = await work(tx);
    if (tx.emitted.length > 0) settle = await recordEvents(tx, parts.outbox());
  } catch (error) {
    await rollback(client);
    settle?.('rolled_back');
    throw asDatabaseFault(error);
  }
  if (tx.hasBegun) await commit(client, tx, (outcome) => settle?.(outcome));
  else client.release();
  runAll(tx.afterCommitRuns, parts.log);
  return value;
}

/**
 * A change that is nothing but its events opens its transaction in the same round trip as their insert. Only then: the
 * insert may stand alone should `begin` alone have failed, the first statement of a larger change may not.
 */
async function recordEvents(tx: OpenTransaction, outbox: Outbox): Promise<(outcome: CommitOutcome) => void> {
  const begun = tx.begin();
  begun.catch(() => undefined); // Awaited below, after what was sent behind it.
  const settle = await outbox.record(tx, tx.emitted);
  try {
    await begun;
  } catch (error) {
    settle('rolled_back');
    throw error;
  }
  return settle;
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw asDatabaseFault(error);
  }
}

async function commit(
  client: pg.PoolClient,
  tx: OpenTransaction,
  settle: (outcome: CommitOutcome) => void,
): Promise<void> {
  let command: string;
  try {
    ({ command } = await tx.run('commit', { text: 'commit' }));
  } catch (error) {
    client.release(true);
    const isUnknown = isLostConnection(error instanceof Fault ? error.cause : error);
    settle(isUnknown ? 'unknown' : 'rolled_back');
    throw isUnknown
      ? new Fault(
          'database_commit_unknown',
          'The database went away while saving: check whether the change is there.',
          {
            retryable: false,
            cause: error,
          },
        )
      : error;
  }
  client.release();
  // Answered before the commit was, though their promises may settle a moment later; a failed one says why.
  if (tx.lastWrites.length > 0) await Promise.allSettled(tx.lastWrites);
  // PostgreSQL answers ROLLBACK to the commit of a transaction in which a statement failed and was swallowed.
  if (command !== 'COMMIT') {
    settle('rolled_back');
    await Promise.all(tx.lastWrites); // Throws what went wrong, when it was one of these.
    throw new Fault('database_transaction_aborted', 'A statement of this change failed, so nothing was saved.', {
      retryable: false,
    });
  }
  settle('committed');
}

async function rollback(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('rollback');
    client.release();
  } catch {
    client.release(true); // The server rolls back what a broken connection left open.
  }
}

function runAll(runs: readonly (() => void)[], log: Log): void {
  for (const run of runs) {
    try {
      run();
    } catch (error) {
      log.error('A listener after a commit threw; the change itself is saved', { error: String(error) });
    }
  }
}
