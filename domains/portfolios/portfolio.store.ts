/** Portfolios and their accounts in the database. */
import type { RowOwner } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import { type PortfolioScope, type Reach, REACHED, reached, reachValues } from './portfolio-reach.store.ts';

export interface Portfolio {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly baseCurrency: string;
  readonly version: number;
  /** Sequence of the newest event of its ledger. */
  readonly lastSequence: number;
  readonly liveEventCount: number;
  readonly createdAtMs: number;
  /** Who is responsible for it, and who may look at it in the portal. */
  readonly adviserUserId: string | null;
  readonly clientUserId: string | null;
}

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
}

export const PORTFOLIOS_MAX = 200; // A workspace of one firm's own books; client portfolios come with their own paging.

interface PortfolioRow {
  readonly portfolio_id: string;
  readonly workspace_id: string;
  readonly name: string;
  readonly base_currency: string;
  readonly version: number;
  readonly last_sequence: bigint;
  readonly live_event_count: bigint;
  readonly created_at: number;
  readonly adviser_user_id: string | null;
  readonly client_user_id: string | null;
}

const COLUMNS = `p.portfolio_id, p.workspace_id, p.name, p.base_currency, p.version, p.last_sequence, p.live_event_count,
  p.created_at, p.adviser_user_id, p.client_user_id`;

/** The portfolios within reach by name. */
export async function listPortfolios(queryable: Queryable, reach: Reach): Promise<Portfolio[]> {
  const rows = await queryable.prepared<PortfolioRow>(
    'portfolios.portfolio.list',
    `select ${COLUMNS} from portfolios_portfolios p where ${REACHED}
     order by lower(p.name), p.portfolio_id limit ${PORTFOLIOS_MAX}`,
    reachValues(reach),
  );
  return rows.map(portfolioOf);
}

/** The portfolios of every workspace by name, for the command line of the install's owner. */
export async function listAllPortfolios(queryable: Queryable): Promise<Portfolio[]> {
  const rows = await queryable.prepared<PortfolioRow>(
    'portfolios.portfolio.list_all',
    `select ${COLUMNS} from portfolios_portfolios p order by lower(p.name), p.portfolio_id limit ${PORTFOLIOS_MAX}`,
    [],
  );
  return rows.map(portfolioOf);
}

/** One portfolio within reach, or null: what is beyond it does not exist for whoever asks. */
export async function findPortfolio(queryable: Queryable, scope: PortfolioScope): Promise<Portfolio | null> {
  const rows = await queryable.prepared<PortfolioRow>(
    'portfolios.portfolio.find',
    `select ${COLUMNS} from portfolios_portfolios p where ${REACHED} and p.portfolio_id = $4`,
    [...reachValues(scope), scope.portfolioId],
  );
  return rows[0] ? portfolioOf(rows[0]) : null;
}

/** Like `findPortfolio`, holding its row until the transaction ends: writers of one ledger take turns. */
export async function lockPortfolio(tx: Transaction, scope: PortfolioScope): Promise<Portfolio | null> {
  const rows = await tx.prepared<PortfolioRow>(
    'portfolios.portfolio.lock',
    `select ${COLUMNS} from portfolios_portfolios p where ${REACHED} and p.portfolio_id = $4 for update`,
    [...reachValues(scope), scope.portfolioId],
  );
  return rows[0] ? portfolioOf(rows[0]) : null;
}

/** Whose rows these portfolios are, for events and messages about them; unknown ids are left out. */
export async function findOwners(
  queryable: Queryable,
  wanted: { readonly workspaceId: string; readonly portfolioIds: readonly string[] },
): Promise<Map<string, RowOwner>> {
  const rows = await queryable.prepared<Pick<PortfolioRow, 'portfolio_id' | 'adviser_user_id' | 'client_user_id'>>(
    'portfolios.portfolio.owners',
    `select portfolio_id, adviser_user_id, client_user_id from portfolios_portfolios
     where workspace_id = $1 and portfolio_id = any($2::uuid[])`,
    [wanted.workspaceId, wanted.portfolioIds],
  );
  return new Map(
    rows.map((row) => [row.portfolio_id, { adviserUserId: row.adviser_user_id, clientUserId: row.client_user_id }]),
  );
}

/** Counts every portfolio of a workspace, for its limit. */
export async function countPortfolios(tx: Transaction, workspaceId: string): Promise<number> {
  const { rows } = await sql<{ count: bigint }>`select count(*) as count from portfolios_portfolios
    where workspace_id = ${workspaceId}`.execute(tx.tables());
  return Number(rows[0]?.count ?? 0n);
}

export interface NewPortfolio {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly baseCurrency: string;
  readonly adviserUserId: string | null;
  readonly clientUserId: string | null;
  readonly createdAtMs: number;
}

/** Adds a portfolio; false when its adviser already has one of that name. */
export async function insertPortfolio(tx: Transaction, portfolio: NewPortfolio): Promise<boolean> {
  const { rows } = await sql`
    insert into portfolios_portfolios (portfolio_id, workspace_id, name, base_currency, adviser_user_id, client_user_id,
      created_at)
    values (${portfolio.id}, ${portfolio.workspaceId}, ${portfolio.name}, ${portfolio.baseCurrency},
      ${portfolio.adviserUserId}, ${portfolio.clientUserId}, ${new Date(portfolio.createdAtMs).toISOString()})
    on conflict do nothing returning portfolio_id`.execute(tx.tables());
  return rows.length > 0;
}

/** Renames under the caller's lock; false when another portfolio of its adviser has the name. */
export async function updatePortfolioName(
  tx: Transaction,
  change: PortfolioScope & { readonly name: string },
): Promise<boolean> {
  const { rows } = await sql`
    update portfolios_portfolios p set name = ${change.name}, version = p.version + 1
    where ${reached(change)} and p.portfolio_id = ${change.portfolioId}
      and not exists (select 1 from portfolios_portfolios o where o.workspace_id = p.workspace_id
        and o.adviser_user_id is not distinct from p.adviser_user_id
        and lower(o.name) = lower(${change.name}) and o.portfolio_id <> p.portfolio_id)
    returning p.portfolio_id`.execute(tx.tables());
  return rows.length > 0;
}

/** Names its adviser and its client under the caller's lock; false when that adviser has a portfolio of the name. */
export async function updateOwners(tx: Transaction, change: PortfolioScope & RowOwner): Promise<boolean> {
  const { rows } = await sql`
    update portfolios_portfolios p set adviser_user_id = ${change.adviserUserId}::uuid,
      client_user_id = ${change.clientUserId}::uuid, version = p.version + 1
    where ${reached(change)} and p.portfolio_id = ${change.portfolioId}
      and not exists (select 1 from portfolios_portfolios o where o.workspace_id = p.workspace_id
        and o.adviser_user_id is not distinct from ${change.adviserUserId}::uuid
        and lower(o.name) = lower(p.name) and o.portfolio_id <> p.portfolio_id)
    returning p.portfolio_id`.execute(tx.tables());
  return rows.length > 0;
}

/** Deletes a portfolio whose ledger never had an event. */
export async function deleteEmptyPortfolio(tx: Transaction, scope: PortfolioScope): Promise<void> {
  await sql`delete from portfolios_accounts a using portfolios_portfolios p
    where p.portfolio_id = a.portfolio_id and ${reached(scope)} and p.portfolio_id = ${scope.portfolioId}`.execute(
    tx.tables(),
  );
  await sql`delete from portfolios_portfolios p where ${reached(scope)}
    and p.portfolio_id = ${scope.portfolioId} and p.last_sequence = 0`.execute(tx.tables());
}

/** Moves the ledger's version after events were written under the lock. */
export async function advanceLedger(
  tx: Transaction,
  step: { readonly portfolioId: string; readonly lastSequence: number; readonly liveEventDelta: number },
): Promise<void> {
  await sql`update portfolios_portfolios set last_sequence = ${step.lastSequence},
      live_event_count = live_event_count + ${step.liveEventDelta}
    where portfolio_id = ${step.portfolioId}`.execute(tx.tables());
}

/** The accounts of a portfolio by name. */
export async function listAccounts(queryable: Queryable, portfolioId: string): Promise<Account[]> {
  const rows = await queryable.prepared<{ account_id: string; name: string; currency: string }>(
    'portfolios.account.list',
    `select account_id, name, currency from portfolios_accounts where portfolio_id = $1 order by lower(name)`,
    [portfolioId],
  );
  return rows.map((row) => ({ id: row.account_id, name: row.name, currency: row.currency }));
}

export async function insertAccount(
  tx: Transaction,
  account: Account & { readonly workspaceId: string; readonly portfolioId: string; readonly createdAtMs: number },
): Promise<void> {
  await sql`insert into portfolios_accounts (account_id, workspace_id, portfolio_id, name, currency, created_at)
    values (${account.id}, ${account.workspaceId}, ${account.portfolioId}, ${account.name}, ${account.currency},
      ${new Date(account.createdAtMs).toISOString()})`.execute(tx.tables());
}

/** Deletes everything the ledger holds for a workspace; the only way events ever leave. */
export async function deleteLedgerOfWorkspace(tx: Transaction, workspaceId: string): Promise<void> {
  await sql`select set_config('portfolios.removing_workspace', ${workspaceId}, true)`.execute(tx.tables());
  await sql`delete from portfolios_postings where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from portfolios_events where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from portfolios_accounts where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from portfolios_portfolios where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`select set_config('portfolios.removing_workspace', '', true)`.execute(tx.tables());
}

function portfolioOf(row: PortfolioRow): Portfolio {
  return {
    id: row.portfolio_id,
    workspaceId: row.workspace_id,
    name: row.name,
    baseCurrency: row.base_currency,
    version: row.version,
    lastSequence: Number(row.last_sequence),
    liveEventCount: Number(row.live_event_count),
    createdAtMs: row.created_at,
    adviserUserId: row.adviser_user_id,
    clientUserId: row.client_user_id,
  };
}
