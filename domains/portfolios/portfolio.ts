/** Portfolios: creating, renaming and deleting the books of a workspace. */
import { ok, refuse, type Result } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { checkVersion, type VersionRefusal } from '#platform/http';
import {
  deleteEmptyPortfolio,
  findPortfolio,
  insertPortfolio,
  listPortfolios,
  lockPortfolio,
  type Portfolio,
  PORTFOLIOS_MAX,
  updatePortfolioName,
} from './portfolio.store.ts';
import { PortfolioCreated } from './published-events.ts';

export interface PortfolioScope {
  readonly workspaceId: string;
  readonly portfolioId: string;
}

/** Creates an empty portfolio and says so. */
export async function createPortfolio(
  platform: Pick<Platform, 'clock' | 'newId'>,
  tx: Transaction,
  wish: { readonly workspaceId: string; readonly name: string; readonly baseCurrency: string },
): Promise<Result<Portfolio, 'portfolio_name_taken' | 'portfolios_too_many'>> {
  const { workspaceId, name, baseCurrency } = wish;
  if ((await listPortfolios(tx, workspaceId)).length >= PORTFOLIOS_MAX) {
    return refuse('portfolios_too_many', { portfoliosMax: PORTFOLIOS_MAX });
  }
  const id = platform.newId();
  const isNew = await insertPortfolio(tx, { id, workspaceId, name, baseCurrency, createdAtMs: platform.clock() });
  const portfolio = isNew ? await findPortfolio(tx, { workspaceId, portfolioId: id }) : null;
  if (!portfolio) return refuse('portfolio_name_taken', { name });
  tx.emit(PortfolioCreated, { workspaceId, subjectId: id, payload: { portfolioId: id, name, baseCurrency } });
  return ok(portfolio);
}

/** Renames a portfolio that the caller has seen at this version. */
export async function renamePortfolio(
  tx: Transaction,
  change: PortfolioScope & { readonly name: string; readonly ifMatch: string | undefined },
): Promise<Result<Portfolio, 'portfolio_not_found' | 'portfolio_name_taken' | VersionRefusal>> {
  const portfolio = await lockPortfolio(tx, change);
  if (!portfolio) return refuse('portfolio_not_found', { portfolioId: change.portfolioId });
  const versions = checkVersion(change.ifMatch, portfolio.version);
  if (!versions.ok) return versions;
  if (!(await updatePortfolioName(tx, change))) return refuse('portfolio_name_taken', { name: change.name });
  return ok({ ...portfolio, name: change.name, version: portfolio.version + 1 });
}

/** Deletes a portfolio whose ledger never had an event; a ledger that has one is kept. */
export async function deletePortfolio(
  tx: Transaction,
  scope: PortfolioScope,
): Promise<Result<undefined, 'portfolio_not_found' | 'portfolio_not_empty'>> {
  const portfolio = await lockPortfolio(tx, scope);
  if (!portfolio) return refuse('portfolio_not_found', { portfolioId: scope.portfolioId });
  if (portfolio.lastSequence > 0) return refuse('portfolio_not_empty', { operationCount: portfolio.liveEventCount });
  await deleteEmptyPortfolio(tx, scope);
  return ok(undefined);
}
