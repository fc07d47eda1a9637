/**
 * The one place that says which portfolios somebody reaches: her workspace and, in it, the rows of her scope. Every query
 * that starts from what a person asked for carries this condition; `portfolio-reach.test.ts` reads the stores and finds one
 * that does not.
 */
import type { RowScope } from '#kernel';
import { type RawBuilder, sql } from 'kysely';

export interface Reach {
  readonly workspaceId: string;
  readonly rows: RowScope;
}

export type PortfolioScope = Reach & { readonly portfolioId: string };

/** The reach of whoever asks. */
export function reachOf({ workspaceId, rows }: Reach): Reach {
  return { workspaceId, rows };
}

/** The condition on `portfolios_portfolios p` for prepared statements: $1 to $3 are `reachValues`. */
export const REACHED = `p.workspace_id = $1 and ($2::uuid[] is null or p.adviser_user_id = any($2))
  and ($3::uuid is null or p.client_user_id = $3)`;

/** The workspace, the advisers and the client of a reach; null asks for no adviser, no client. */
export function reachValues({ workspaceId, rows }: Reach): [string, readonly string[] | null, string | null] {
  if (rows.kind === 'all') return [workspaceId, null, null];
  return rows.kind === 'client' ? [workspaceId, null, rows.userId] : [workspaceId, rows.userIds, null];
}

/** The same condition for composed statements. */
export function reached({ workspaceId, rows }: Reach): RawBuilder<unknown> {
  const inWorkspace = sql`p.workspace_id = ${workspaceId}::uuid`;
  if (rows.kind === 'all') return inWorkspace;
  if (rows.kind === 'client') return sql`${inWorkspace} and p.client_user_id = ${rows.userId}::uuid`;
  return sql`${inWorkspace} and p.adviser_user_id = any(${[...rows.userIds]}::uuid[])`;
}
