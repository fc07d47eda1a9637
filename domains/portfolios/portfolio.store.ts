/** Portfolios and their accounts in the database. */
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';

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
}

const COLUMNS = `portfolio_id, workspace_id, name, base_currency, version, last_sequence, live_event_count, created_at`;

/** The portfolios of a workspace by name. */
export async function listPortfolios(queryable: Queryable, workspaceId: string): Promise<Portfolio[]> {
  const rows = await queryable.prepared<PortfolioRow>(
    'portfolios.portfolio.list',
    `select ${COLUMNS} from portfolios_portfolios where workspace_id = $1 order by lower(name) limit ${PORTFOLIOS_MAX}`,
    [workspaceId],
  );
  return rows.map(portfolioOf);
}

/** The portfolios of every workspace by name, for the command line of the install's owner. */
export async function listAllPortfolios(queryable: Queryable): Promise<Portfolio[]> {
  const rows = await queryable.prepared<PortfolioRow>(
    'portfolios.portfolio.list_all',
    `select ${COLUMNS} from portfolios_portfolios order by lower(name), portfolio_id limit ${PORTFOLIOS_MAX}`,
    [],
  );
  return rows.map(portfolioOf);
}

/** One portfolio of the workspace, or null. */
export async function findPortfolio(
  queryable: Queryable,
  scope: { readonly workspaceId: string; readonly portfolioId: string },
): Promise<Portfolio | null> {
  const rows = await queryable.prepared<PortfolioRow>(
    'portfolios.portfolio.find',
    `select ${COLUMNS} from portfolios_portfolios where workspace_id = $1 and portfolio_id = $2`,
    [scope.workspaceId, scope.portfolioId],
  );
  return rows[0] ? portfolioOf(rows[0]) : null;
}

/** Like `findPortfolio`, holding its row until the transaction ends: writers of one ledger take turns. */
export async function lockPortfolio(
  tx: Transaction,
  scope: { readonly workspaceId: string; readonly portfolioId: string },
): Promise<Portfolio | null> {
  const rows = await tx.prepared<PortfolioRow>(
    'portfolios.portfolio.lock',
    `select ${COLUMNS} from portfolios_portfolios where workspace_id = $1 and portfolio_id = $2 for update`,
    [scope.workspaceId, scope.portfolioId],
  );
  return rows[0] ? portfolioOf(rows[0]) : null;
}

export interface NewPortfolio {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly baseCurrency: string;
  readonly createdAtMs: number;
}

/** Adds a portfolio; false when the workspace already has one of that name, or too many. */
export async function insertPortfolio(tx: Transaction, portfolio: NewPortfolio): Promise<boolean> {
  const { rows } = await sql`
    insert into portfolios_portfolios (portfolio_id, workspace_id, name, base_currency, created_at)
    values (${portfolio.id}, ${portfolio.workspaceId}, ${portfolio.name}, ${portfolio.baseCurrency},
      ${new Date(portfolio.createdAtMs).toISOString()})
    on conflict do nothing returning portfolio_id`.execute(tx.tables());
  return rows.length > 0;
}

/** Renames under the caller's lock; false when another portfolio has the name. */
export async function updatePortfolioName(
  tx: Transaction,
  change: { readonly workspaceId: string; readonly portfolioId: string; readonly name: string },
): Promise<boolean> {
  const { rows } = await sql`
    update portfolios_portfolios set name = ${change.name}, version = version + 1
    where workspace_id = ${change.workspaceId} and portfolio_id = ${change.portfolioId}
      and not exists (select 1 from portfolios_portfolios o where o.workspace_id = ${change.workspaceId}
        and lower(o.name) = lower(${change.name}) and o.portfolio_id <> ${change.portfolioId})
    returning portfolio_id`.execute(tx.tables());
  return rows.length > 0;
}

/** Deletes a portfolio whose ledger never had an event. */
export async function deleteEmptyPortfolio(
  tx: Transaction,
  scope: { readonly workspaceId: string; readonly portfolioId: string },
): Promise<void> {
  await sql`delete from portfolios_accounts
    where workspace_id = ${scope.workspaceId} and portfolio_id = ${scope.portfolioId}`.execute(tx.tables());
  await sql`delete from portfolios_portfolios where workspace_id = ${scope.workspaceId}
    and portfolio_id = ${scope.portfolioId} and last_sequence = 0`.execute(tx.tables());
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
  };
}
