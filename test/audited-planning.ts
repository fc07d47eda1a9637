/** For the test of audited routes: where planning writes its entries. */
export const PLANNING_WRITTEN_IN: Readonly<Record<string, readonly [action: string, file: string]>> = {
  'PUT /api/xray-rules': ['portfolios.xray.changed', 'domains/portfolios/planning/xray.routes.ts'],
  'POST /api/portfolios/:portfolioId/goals': ['portfolios.goal.created', 'domains/portfolios/planning/goal.routes.ts'],
  'PUT /api/portfolios/:portfolioId/goals/:goalId': [
    'portfolios.goal.changed',
    'domains/portfolios/planning/goal.routes.ts',
  ],
  'DELETE /api/portfolios/:portfolioId/goals/:goalId': [
    'portfolios.goal.deleted',
    'domains/portfolios/planning/goal.routes.ts',
  ],
  'POST /api/portfolios/:portfolioId/goals/:goalId/runs': [
    'portfolios.goal.run_ordered',
    'domains/portfolios/planning/goal.routes.ts',
  ],
  'PUT /api/models/:modelId': ['portfolios.model.changed', 'domains/portfolios/planning/model-change.ts'],
  'DELETE /api/models/:modelId': ['portfolios.model.archived', 'domains/portfolios/planning/model-change.ts'],
  'PUT /api/instrument-facts/:instrumentId': ['portfolios.facts.stated', 'domains/portfolios/planning/model.routes.ts'],
};
