/** What every portfolio of an install is worth now, for the command line: no server, no signed-in person, same figures. */
import type { Platform } from '#platform/domain';
import { figuresOf, type FiguresText, valuePortfolio } from './figures.ts';
import { listAllPortfolios } from './portfolio.store.ts';
import { figuresSource } from './figures-source.ts';

export interface PortfolioValue {
  readonly portfolioId: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly figures: FiguresText;
}

/** Values the portfolios whose name matches (all without one), across workspaces. */
export async function valueInstallation(platform: Platform, name: string | null): Promise<PortfolioValue[]> {
  const source = figuresSource(platform);
  const wanted = name?.toLowerCase();
  const values: PortfolioValue[] = [];
  for (const portfolio of await listAllPortfolios(platform.db)) {
    if (wanted !== undefined && portfolio.name.toLowerCase() !== wanted) continue;
    const figures = figuresOf(await valuePortfolio(source, portfolio));
    values.push({ portfolioId: portfolio.id, workspaceId: portfolio.workspaceId, name: portfolio.name, figures });
  }
  return values;
}
