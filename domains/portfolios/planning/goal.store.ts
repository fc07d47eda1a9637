/** Goals and their long simulations in the database. */
import type { LocalDate } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import { type PortfolioScope, type Reach, REACHED, reached, reachValues } from '../portfolio-reach.store.ts';

export interface Goal {
  readonly id: string;
  readonly portfolioId: string;
  readonly portfolioName: string;
  readonly currency: string;
  readonly name: string;
  /** Decimal text, in the money of today. */
  readonly targetAmount: string;
  readonly targetOn: LocalDate;
  readonly monthlyFlow: string;
  readonly inflationBps: number;
  readonly method: 'parametric' | 'bootstrap';
  readonly returnBps: number;
  readonly volatilityBps: number;
  readonly seed: number;
  readonly version: number;
}

export type WrittenGoal = Omit<Goal, 'id' | 'portfolioId' | 'portfolioName' | 'currency' | 'version'>;

export const GOALS_MAX = 30; // Of one portfolio; more wishes than one pot of money can serve.

interface GoalRow {
  readonly goal_id: string;
  readonly portfolio_id: string;
  readonly portfolio_name: string;
  readonly base_currency: string;
  readonly name: string;
  readonly target_amount: string;
  readonly target_on: LocalDate;
  readonly monthly_flow: string;
  readonly inflation_bps: number;
  readonly method: Goal['method'];
  readonly return_bps: number;
  readonly volatility_bps: number;
  readonly seed: number;
  readonly version: number;
}

const COLUMNS = `g.goal_id, g.portfolio_id, p.name as portfolio_name, p.base_currency, g.name, g.target_amount, g.target_on,
  g.monthly_flow, g.inflation_bps, g.method, g.return_bps, g.volatility_bps, g.seed, g.version`;

/** The goals of the portfolios within reach, the nearest first. */
export async function listGoals(queryable: Queryable, reach: Reach): Promise<Goal[]> {
  const rows = await queryable.prepared<GoalRow>(
    'portfolios.goal.list',
    `select ${COLUMNS} from portfolios_goals g join portfolios_portfolios p on p.portfolio_id = g.portfolio_id
     where ${REACHED} order by g.target_on, lower(g.name), g.goal_id`,
    reachValues(reach),
  );
  return rows.map(goalOf);
}

/** One goal of a portfolio within reach, or null. */
export async function findGoal(
  queryable: Queryable,
  wanted: PortfolioScope & { readonly goalId: string },
): Promise<Goal | null> {
  const rows = await queryable.prepared<GoalRow>(
    'portfolios.goal.find',
    `select ${COLUMNS} from portfolios_goals g join portfolios_portfolios p on p.portfolio_id = g.portfolio_id
     where ${REACHED} and p.portfolio_id = $4 and g.goal_id = $5`,
    [...reachValues(wanted), wanted.portfolioId, wanted.goalId],
  );
  return rows[0] ? goalOf(rows[0]) : null;
}

/** How many goals a portfolio has; its row is locked. */
export async function countGoals(tx: Transaction, portfolioId: string): Promise<number> {
  const { rows } = await sql<{ count: bigint }>`select count(*) as count from portfolios_goals
    where portfolio_id = ${portfolioId}`.execute(tx.tables());
  return Number(rows[0]?.count ?? 0n);
}

/** Adds a goal or changes it to its next version. */
export async function writeGoal(
  tx: Transaction,
  written: WrittenGoal & PortfolioScope & { readonly goalId: string; readonly version: number; readonly atMs: number },
): Promise<void> {
  await sql`insert into portfolios_goals (goal_id, workspace_id, portfolio_id, name, target_amount, target_on, monthly_flow,
      inflation_bps, method, return_bps, volatility_bps, seed, version, created_at)
    select ${written.goalId}::uuid, p.workspace_id, p.portfolio_id, ${written.name}::text, ${written.targetAmount}::numeric,
      ${written.targetOn}::date, ${written.monthlyFlow}::numeric, ${written.inflationBps}::integer, ${written.method}::text,
      ${written.returnBps}::integer, ${written.volatilityBps}::integer, ${written.seed}::integer,
      ${written.version}::integer, ${new Date(written.atMs).toISOString()}::timestamptz
    from portfolios_portfolios p where ${reached(written)} and p.portfolio_id = ${written.portfolioId}
    on conflict (goal_id) do update set name = excluded.name, target_amount = excluded.target_amount,
      target_on = excluded.target_on, monthly_flow = excluded.monthly_flow, inflation_bps = excluded.inflation_bps,
      method = excluded.method, return_bps = excluded.return_bps, volatility_bps = excluded.volatility_bps,
      seed = excluded.seed, version = excluded.version`.execute(tx.tables());
}

export async function deleteGoal(tx: Transaction, gone: PortfolioScope & { readonly goalId: string }): Promise<void> {
  await sql`delete from portfolios_goals g using portfolios_portfolios p where p.portfolio_id = g.portfolio_id
    and ${reached(gone)} and p.portfolio_id = ${gone.portfolioId} and g.goal_id = ${gone.goalId}`.execute(tx.tables());
}

export interface GoalRun<Outcome = unknown> {
  readonly goalVersion: number;
  readonly state: 'running' | 'done' | 'refused';
  readonly outcome: Outcome | null;
}

/** The newest long simulation of a goal, or null. */
export async function findGoalRun(queryable: Queryable, goalId: string): Promise<GoalRun | null> {
  const rows = await queryable.prepared<{ goal_version: number; state: GoalRun['state']; outcome: unknown }>(
    'portfolios.goal.run',
    'select goal_version, state, outcome from portfolios_goal_runs where goal_id = $1',
    [goalId],
  );
  return rows[0] ? { goalVersion: rows[0].goal_version, state: rows[0].state, outcome: rows[0].outcome } : null;
}

/** Writes where a long simulation stands. */
export async function writeGoalRun(
  tx: Transaction,
  run: GoalRun & { readonly goalId: string; readonly workspaceId: string; readonly atMs: number },
): Promise<void> {
  const at = new Date(run.atMs).toISOString();
  const doneAt = run.state === 'running' ? null : at;
  await sql`insert into portfolios_goal_runs (goal_id, workspace_id, goal_version, state, outcome, ordered_at, done_at)
    values (${run.goalId}, ${run.workspaceId}, ${run.goalVersion}, ${run.state},
      ${run.outcome === null ? null : JSON.stringify(run.outcome)}::jsonb, ${at}, ${doneAt})
    on conflict (goal_id) do update set goal_version = excluded.goal_version, state = excluded.state,
      outcome = excluded.outcome, done_at = excluded.done_at`.execute(tx.tables());
}

export async function deleteGoalsOfWorkspace(tx: Transaction, workspaceId: string): Promise<void> {
  await sql`delete from portfolios_goal_runs where workspace_id = ${workspaceId}`.execute(tx.tables());
  await sql`delete from portfolios_goals where workspace_id = ${workspaceId}`.execute(tx.tables());
}

function goalOf(row: GoalRow): Goal {
  return {
    id: row.goal_id,
    portfolioId: row.portfolio_id,
    portfolioName: row.portfolio_name,
    currency: row.base_currency,
    name: row.name,
    targetAmount: row.target_amount,
    targetOn: row.target_on,
    monthlyFlow: row.monthly_flow,
    inflationBps: row.inflation_bps,
    method: row.method,
    returnBps: row.return_bps,
    volatilityBps: row.volatility_bps,
    seed: row.seed,
    version: row.version,
  };
}
