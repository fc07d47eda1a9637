/** Portfolios: creating, renaming, deleting and assigning the books of a workspace. */
import { type Member, members, recordAudit } from '#identity';
import { EVERY_ROW, isInScope, ok, refuse, type Result, type RowOwner, type RowScope } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { checkVersion, type VersionRefusal } from '#platform/http';
import type { PortfolioScope } from './portfolio-reach.store.ts';
import {
  countPortfolios,
  deleteEmptyPortfolio,
  findPortfolio,
  insertPortfolio,
  lockPortfolio,
  type Portfolio,
  PORTFOLIOS_MAX,
  updateOwners,
  updatePortfolioName,
} from './portfolio.store.ts';
import { PortfolioAssigned, PortfolioCreated } from './published-events.ts';

type Clocked = Pick<Platform, 'clock'>;

/** Creates an empty portfolio and says so. Whoever reaches only some people's rows is responsible for what she creates. */
export async function createPortfolio(
  platform: Pick<Platform, 'clock' | 'newId'>,
  tx: Transaction,
  wish: {
    readonly workspaceId: string;
    readonly name: string;
    readonly baseCurrency: string;
    readonly adviserUserId: string | null;
    readonly clientUserId?: string | null;
  },
): Promise<Result<Portfolio, 'portfolio_name_taken' | 'portfolios_too_many'>> {
  const { workspaceId, name, baseCurrency, adviserUserId, clientUserId = null } = wish;
  if ((await countPortfolios(tx, workspaceId)) >= PORTFOLIOS_MAX) {
    return refuse('portfolios_too_many', { portfoliosMax: PORTFOLIOS_MAX });
  }
  const id = platform.newId();
  const createdAtMs = platform.clock();
  const isNew = await insertPortfolio(tx, { ...wish, id, clientUserId, createdAtMs });
  const portfolio = isNew ? await findPortfolio(tx, { workspaceId, rows: EVERY_ROW, portfolioId: id }) : null;
  if (!portfolio) return refuse('portfolio_name_taken', { name });
  tx.emit(PortfolioCreated, { workspaceId, subjectId: id, payload: { portfolioId: id, name, baseCurrency } });
  await recordAudit(tx, {
    workspaceId,
    action: 'portfolios.portfolio.created',
    subject: id,
    atMs: createdAtMs,
    after: { name, baseCurrency, adviserUserId, clientUserId },
  });
  return ok(portfolio);
}

/** Renames a portfolio that the caller has seen at this version. */
export async function renamePortfolio(
  platform: Clocked,
  tx: Transaction,
  change: PortfolioScope & { readonly name: string; readonly ifMatch: string | undefined },
): Promise<Result<Portfolio, 'portfolio_not_found' | 'portfolio_name_taken' | VersionRefusal>> {
  const portfolio = await lockPortfolio(tx, change);
  if (!portfolio) return refuse('portfolio_not_found', { portfolioId: change.portfolioId });
  const versions = checkVersion(change.ifMatch, portfolio.version);
  if (!versions.ok) return versions;
  if (!(await updatePortfolioName(tx, change))) return refuse('portfolio_name_taken', { name: change.name });
  await recordAudit(tx, {
    workspaceId: change.workspaceId,
    action: 'portfolios.portfolio.renamed',
    subject: portfolio.id,
    atMs: platform.clock(),
    before: { name: portfolio.name },
    after: { name: change.name },
  });
  return ok({ ...portfolio, name: change.name, version: portfolio.version + 1 });
}

/** Deletes a portfolio whose ledger never had an event; a ledger that has one is kept. */
export async function deletePortfolio(
  platform: Clocked,
  tx: Transaction,
  scope: PortfolioScope,
): Promise<Result<undefined, 'portfolio_not_found' | 'portfolio_not_empty'>> {
  const portfolio = await lockPortfolio(tx, scope);
  if (!portfolio) return refuse('portfolio_not_found', { portfolioId: scope.portfolioId });
  if (portfolio.lastSequence > 0) return refuse('portfolio_not_empty', { operationCount: portfolio.liveEventCount });
  await deleteEmptyPortfolio(tx, scope);
  await recordAudit(tx, {
    workspaceId: scope.workspaceId,
    action: 'portfolios.portfolio.deleted',
    subject: portfolio.id,
    atMs: platform.clock(),
    before: { name: portfolio.name, baseCurrency: portfolio.baseCurrency },
  });
  return ok(undefined);
}

export interface Assignable {
  readonly advisers: readonly Member[];
  readonly clients: readonly Member[];
}

const RESPONSIBLE_ROLES: ReadonlySet<string> = new Set(['owner', 'admin', 'manager', 'adviser', 'trader']);

/** Whom the asker may name: people who can look after a portfolio within her reach, and the clients of the workspace. */
export async function listAssignable(
  queryable: Queryable,
  reach: { readonly workspaceId: string; readonly rows: RowScope },
): Promise<Assignable> {
  const enabled = (await members(queryable, reach.workspaceId)).filter(({ isDisabled }) => !isDisabled);
  const isReached = ({ id }: Member): boolean => isInScope(reach.rows, { adviserUserId: id, clientUserId: null });
  return {
    advisers: enabled.filter((person) => RESPONSIBLE_ROLES.has(person.role) && isReached(person)),
    clients: enabled.filter(({ role }) => role === 'client'),
  };
}

/** Refuses owners whom the asker may not name; those named already may stay. */
export async function checkOwners(
  queryable: Queryable,
  reach: { readonly workspaceId: string; readonly rows: RowScope },
  { wanted, current }: { readonly wanted: RowOwner; readonly current: RowOwner },
): Promise<Result<null, 'adviser_not_found' | 'client_not_found'>> {
  const { adviserUserId, clientUserId } = wanted;
  const keepsAdviser = adviserUserId === current.adviserUserId;
  const keepsClient = clientUserId === null || clientUserId === current.clientUserId;
  if (keepsAdviser && keepsClient) return ok(null);
  const people = await listAssignable(queryable, reach);
  const mayAdvise =
    adviserUserId === null ? reach.rows.kind === 'all' : people.advisers.some(({ id }) => id === adviserUserId);
  if (!keepsAdviser && !mayAdvise) return refuse('adviser_not_found', { adviserUserId });
  const isClient = people.clients.some(({ id }) => id === clientUserId);
  return keepsClient || isClient ? ok(null) : refuse('client_not_found', { clientUserId });
}

type AssignRefusal =
  | 'portfolio_not_found'
  | 'adviser_not_found'
  | 'client_not_found'
  | 'portfolio_name_taken'
  | VersionRefusal;

/**
 * Names the responsible adviser and the client of a portfolio. Whoever reaches only her team's rows hands a portfolio to
 * somebody of it; taking the adviser off, or giving it away beyond her reach, is for people who see the whole workspace.
 */
export async function assignPortfolio(
  platform: Clocked,
  tx: Transaction,
  change: PortfolioScope & RowOwner & { readonly ifMatch: string | undefined },
): Promise<Result<Portfolio, AssignRefusal>> {
  const portfolio = await lockPortfolio(tx, change);
  if (!portfolio) return refuse('portfolio_not_found', { portfolioId: change.portfolioId });
  const versions = checkVersion(change.ifMatch, portfolio.version);
  if (!versions.ok) return versions;
  const { workspaceId, adviserUserId, clientUserId } = change;
  const checked = await checkOwners(tx, change, { wanted: change, current: portfolio });
  if (!checked.ok) return checked;
  if (!(await updateOwners(tx, change))) return refuse('portfolio_name_taken', { name: portfolio.name });
  const before = { adviserUserId: portfolio.adviserUserId, clientUserId: portfolio.clientUserId };
  const after = { adviserUserId, clientUserId };
  const payload = { portfolioId: portfolio.id, ...after };
  tx.emit(PortfolioAssigned, { workspaceId, subjectId: portfolio.id, payload });
  const action = 'portfolios.portfolio.assigned';
  await recordAudit(tx, { workspaceId, action, subject: portfolio.id, atMs: platform.clock(), before, after });
  return ok({ ...portfolio, ...after, version: portfolio.version + 1 });
}
