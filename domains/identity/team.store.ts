/** Teams: SQL on identity_teams and identity_team_advisers. */
import type { Queryable } from '#platform/db';

const ADVISERS_SCOPED_MAX = 500; // As many as a workspace has people.

/** The advisers of every team that a person manages. */
export async function listAdviserIdsOfManager(
  queryable: Queryable,
  manager: { readonly workspaceId: string; readonly userId: string },
): Promise<string[]> {
  const rows = await queryable.prepared<{ user_id: string }>(
    'identity.team.advisers_of_manager',
    `select adviser.user_id from identity_teams team join identity_team_advisers adviser using (team_id)
     where team.workspace_id = $1 and team.manager_user_id = $2 order by adviser.user_id limit ${ADVISERS_SCOPED_MAX}`,
    [manager.workspaceId, manager.userId],
  );
  return rows.map((row) => row.user_id);
}
