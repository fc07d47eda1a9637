/** Portfolios' manifest. */
import type { Domain } from '#platform/domain';
import { z } from 'zod';
import { assignmentRoutes } from './assignment.routes.ts';
import { operationRoutes } from './operation.routes.ts';
import { demoJob, fillDemosWhenCreated } from './demo.ts';
import { documentJobs } from './documents/document.job.ts';
import { documentRoutes } from './documents/document.routes.ts';
import { deleteDocumentsOfWorkspace } from './documents/document.store.ts';
import { exportRoutes } from './exports/export.routes.ts';
import { deleteDailyOfWorkspace } from './engine/daily-values.store.ts';
import { figuresSource } from './figures-source.ts';
import { groupRoutes } from './group.routes.ts';
import { performanceRoutes } from './performance/performance.routes.ts';
import { portfolioRoutes } from './portfolio.routes.ts';
import { importJobs } from './imports/import.job.ts';
import { importRoutes } from './imports/import.routes.ts';
import { deleteImportsOfWorkspace } from './imports/import.store.ts';
import { backtestRoutes } from './planning/backtest.routes.ts';
import { driftJob, planningNotices } from './planning/drift-check.ts';
import { goalJob } from './planning/goal.job.ts';
import { goalRoutes } from './planning/goal.routes.ts';
import { deleteGoalsOfWorkspace } from './planning/goal.store.ts';
import { modelRoutes } from './planning/model.routes.ts';
import { deleteModelsOfWorkspace } from './planning/model.store.ts';
import { rebalanceRoutes } from './planning/rebalance.routes.ts';
import { xrayRoutes } from './planning/xray.routes.ts';
import { deleteRulebookOfWorkspace } from './planning/xray.store.ts';
import { portfoliosEvents } from './published-events.ts';
import { portfoliosPermissions } from './permissions.ts';
import { taxRoutes } from './tax/tax.routes.ts';
import { deleteLedgerOfWorkspace, findOwners, listPortfolios } from './portfolio.store.ts';

export const portfolios: Domain = {
  name: 'portfolios',
  tablePrefix: 'portfolios_',
  migrations: new URL('./migrations/', import.meta.url),
  permissions: portfoliosPermissions,
  events: portfoliosEvents,
  notices: planningNotices,
  settings: z.object({
    timeZone: z
      .string()
      .default('Europe/Madrid')
      .describe('Zone whose calendar day is today for valuations and the change of the day.'),
  }),
  rows: {
    owners: (queryable, { workspaceId, ids }) => findOwners(queryable, { workspaceId, portfolioIds: ids }),
    reachedIds: async (queryable, reach) => (await listPortfolios(queryable, reach)).map(({ id }) => id),
  },
  routes: (http, platform) => {
    const source = figuresSource(platform);
    portfolioRoutes(http, platform, source);
    assignmentRoutes(http, platform);
    operationRoutes(http, platform, source);
    groupRoutes(http, platform, source);
    performanceRoutes(http, platform, source);
    taxRoutes(http, platform, source);
    importRoutes(http, platform);
    exportRoutes(http, platform, source);
    documentRoutes(http, platform, source);
    modelRoutes(http, platform, source);
    rebalanceRoutes(http, source);
    xrayRoutes(http, platform, source);
    backtestRoutes(http, source);
    goalRoutes(http, platform, source);
  },
  jobs: (platform) => [
    ...importJobs(platform),
    ...documentJobs(platform),
    demoJob(platform),
    driftJob(platform, () => figuresSource(platform)),
    goalJob(platform, () => figuresSource(platform)),
  ],
  start: async (platform) => {
    fillDemosWhenCreated(platform);
    return () => figuresSource(platform).valuations.close();
  },
  removeWorkspace: async (tx, workspaceId) => {
    await deleteDocumentsOfWorkspace(tx, workspaceId);
    await deleteImportsOfWorkspace(tx, workspaceId);
    await deleteGoalsOfWorkspace(tx, workspaceId);
    await deleteRulebookOfWorkspace(tx, workspaceId);
    await deleteModelsOfWorkspace(tx, workspaceId);
    await deleteDailyOfWorkspace(tx, workspaceId);
    await deleteLedgerOfWorkspace(tx, workspaceId);
  },
};
