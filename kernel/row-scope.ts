/**
 * Row scope: which people's rows somebody may see inside her workspace. A row has a responsible adviser and a client;
 * a scope names whom it reaches. Pure, because a query, a socket and a test must all decide the same.
 */

export type RowScope =
  | { readonly kind: 'all' }
  /** Rows whose responsible adviser is one of these: an adviser herself, or a manager and her team. */
  | { readonly kind: 'advisers'; readonly userIds: readonly string[] }
  /** Rows of which this person is the client: the portal. */
  | { readonly kind: 'client'; readonly userId: string };

/** Who a row belongs to; null: nobody was named yet, so only a scope over all rows reaches it. */
export interface RowOwner {
  readonly adviserUserId: string | null;
  readonly clientUserId: string | null;
}

/** For jobs, the command line and checks that must see the whole workspace; never for an answer to a person. */
export const EVERY_ROW: RowScope = { kind: 'all' };

/** True when the scope reaches the row. */
export function isInScope(scope: RowScope, owner: RowOwner): boolean {
  if (scope.kind === 'all') return true;
  if (scope.kind === 'client') return owner.clientUserId === scope.userId;
  return owner.adviserUserId !== null && scope.userIds.includes(owner.adviserUserId);
}
