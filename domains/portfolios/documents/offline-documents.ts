/** Reports and dumps for the command line of the install's owner: same bytes, no job, no server. */
import { ok, refuse, type Result } from '#kernel';
import type { Platform } from '#platform/domain';
import { figuresSource } from '../figures-source.ts';
import { listAllPortfolios } from '../portfolio.store.ts';
import { workspaceDump } from './dump.ts';
import { reportFacts, type ReportWish } from './report-facts.ts';
import { reportPages } from './report-pages.ts';

type ByNameRefusal = 'portfolio_not_found' | 'portfolio_ambiguous';

/** The PDF of the portfolio of this name. */
export async function reportByName(
  platform: Platform,
  name: string,
  wish: ReportWish,
): Promise<Result<Buffer, ByNameRefusal | 'period_not_valid'>> {
  const found = (await listAllPortfolios(platform.db)).filter((one) => one.name.toLowerCase() === name.toLowerCase());
  const [portfolio] = found;
  if (!portfolio) return refuse('portfolio_not_found', { name });
  if (found.length > 1) return refuse('portfolio_ambiguous', { name, count: found.length });
  const facts = await reportFacts(figuresSource(platform), portfolio, wish);
  return facts.ok ? ok(await reportPages(facts.value)) : facts;
}

/** The archive of a workspace: the named one, or the only one that has portfolios. */
export async function dumpInstallation(
  platform: Platform,
  wish: {
    readonly workspaceId: string | null;
    readonly onProgress: (doneRatio: number, step: string) => Promise<void>;
  },
): Promise<Result<AsyncGenerator<Buffer>, 'workspace_not_found' | 'workspace_ambiguous'>> {
  const workspaceIds = [...new Set((await listAllPortfolios(platform.db)).map((portfolio) => portfolio.workspaceId))];
  const wanted = wish.workspaceId === null ? workspaceIds : workspaceIds.filter((id) => id === wish.workspaceId);
  const [workspaceId] = wanted;
  if (workspaceId === undefined) return refuse('workspace_not_found', { workspaceIds });
  if (wanted.length > 1) return refuse('workspace_ambiguous', { workspaceIds });
  return ok(workspaceDump(platform, { workspaceId, atMs: platform.clock(), onProgress: wish.onProgress }));
}
