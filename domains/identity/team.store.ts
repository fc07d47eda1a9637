/** Teams: SQL on identity_teams and identity_team_advisers. */
import type { Queryable, Transaction } from '#platform/db';

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly manager: { readonly id: string; readonly name: string; readonly isDisabled: boolean };
  readonly advisers: readonly TeamAdviser[];
}

export interface TeamAdviser {
  readonly id: string;
  readonly name: string;
  readonly isDisabled: boolean;
  readonly joinedAtMs: number;
}

export const TEAMS_MAX = 100; // A firm of 500 people; the list is one page.
const ADVISERS_MAX = 500; // As many as a workspace has people.

/** The advisers of every team that a person manages. */
export async function listAdviserIdsOfManager(
  queryable: Queryable,
  manager: { readonly workspaceId: string; readonly userId: string },
): Promise<string[]> {
  const rows = await queryable.prepared<{ user_id: string }>(
    'identity.team.advisers_of_manager',
    `select adviser.user_id from identity_teams team join identity_team_advisers adviser using (team_id)
     where team.workspace_id = $1 and team.manager_user_id = $2 order by adviser.user_id limit ${ADVISERS_MAX}`,
    [manager.workspaceId, manager.userId],
  );
  return rows.map((row) => row.user_id);
}

/** Puts all changes of teams, of who is in them and of roles in a workspace in a line, until the transaction ends. */
export async function lockTeams(tx: Transaction, workspaceId: string): Promise<void> {
  await tx.prepared(
    'identity.team.lock',
    // Not `for update`: rows that name the workspace are still written meanwhile.
    'select workspace_id from identity_workspaces where workspace_id = $1 for no key update',
    [workspaceId],
  );
}

/** The teams of a workspace by name, each with its advisers by name. */
export async function listTeams(queryable: Queryable, workspaceId: string): Promise<Team[]> {
  const teams = await queryable.prepared<{
    team_id: string;
    name: string;
    version: number;
    manager_user_id: string;
    manager_name: string;
    is_disabled: boolean;
  }>(
    'identity.team.list',
    `select t.team_id, t.name, t.version, t.manager_user_id, m.name as manager_name, m.disabled_at is not null as is_disabled
     from identity_teams t join identity_users m on m.user_id = t.manager_user_id
     where t.workspace_id = $1 order by lower(t.name), t.team_id limit ${TEAMS_MAX}`,
    [workspaceId],
  );
  const advisers = await queryable.prepared<{
    team_id: string;
    user_id: string;
    name: string;
    is_disabled: boolean;
    joined_at: number;
  }>(
    'identity.team.advisers',
    `select a.team_id, a.user_id, u.name, u.disabled_at is not null as is_disabled, a.joined_at
     from identity_team_advisers a join identity_users u using (user_id)
     where a.workspace_id = $1 order by lower(u.name), a.user_id limit ${ADVISERS_MAX}`,
    [workspaceId],
  );
  const byTeam = Map.groupBy(advisers, (row) => row.team_id);
  return teams.map((row) => ({
    id: row.team_id,
    name: row.name,
    version: row.version,
    manager: { id: row.manager_user_id, name: row.manager_name, isDisabled: row.is_disabled },
    advisers: (byTeam.get(row.team_id) ?? []).map((adviser) => ({
      id: adviser.user_id,
      name: adviser.name,
      isDisabled: adviser.is_disabled,
      joinedAtMs: adviser.joined_at,
    })),
  }));
}

/** False when a team of the workspace has the name, whatever its letter case. */
export async function insertTeam(
  tx: Transaction,
  team: {
    readonly id: string;
    readonly workspaceId: string;
    readonly name: string;
    readonly managerUserId: string;
    readonly createdAtMs: number;
  },
): Promise<boolean> {
  const rows = await tx.prepared(
    'identity.team.insert',
    `insert into identity_teams (team_id, workspace_id, name, manager_user_id, created_at)
     values ($1, $2, $3, $4, $5) on conflict do nothing returning team_id`,
    [team.id, team.workspaceId, team.name, team.managerUserId, new Date(team.createdAtMs)],
  );
  return rows.length > 0;
}

/** Under `lockTeams`; false when another team of the workspace has the name. */
export async function updateTeamRow(
  tx: Transaction,
  team: {
    readonly id: string;
    readonly workspaceId: string;
    readonly name: string;
    readonly managerUserId: string;
  },
): Promise<boolean> {
  const rows = await tx.prepared(
    'identity.team.update',
    `update identity_teams set name = $3, manager_user_id = $4, version = version + 1
     where workspace_id = $1 and team_id = $2 and not exists (select 1 from identity_teams o
       where o.workspace_id = $1 and lower(o.name) = lower($3) and o.team_id <> $2)
     returning team_id`,
    [team.workspaceId, team.id, team.name, team.managerUserId],
  );
  return rows.length > 0;
}

export async function deleteTeam(tx: Transaction, workspaceId: string, teamId: string): Promise<void> {
  await tx.prepared('identity.team.delete', 'delete from identity_teams where workspace_id = $1 and team_id = $2', [
    workspaceId,
    teamId,
  ]);
}

/** Puts an adviser into a team, out of the one she was in. Both teams get a new version, so nobody overwrites it unseen. */
export async function moveAdviser(
  tx: Transaction,
  move: {
    readonly workspaceId: string;
    readonly userId: string;
    readonly teamId: string;
    readonly joinedAtMs: number;
  },
): Promise<void> {
  await tx.prepared(
    'identity.team.touch_old',
    `update identity_teams set version = version + 1 where team_id = $3 or team_id in
       (select team_id from identity_team_advisers where workspace_id = $1 and user_id = $2)`,
    [move.workspaceId, move.userId, move.teamId],
  );
  await tx.prepared(
    'identity.team.join',
    `insert into identity_team_advisers (workspace_id, user_id, team_id, joined_at) values ($1, $2, $3, $4)
     on conflict (workspace_id, user_id) do update set team_id = excluded.team_id, joined_at = excluded.joined_at`,
    [move.workspaceId, move.userId, move.teamId, new Date(move.joinedAtMs)],
  );
}

/** Takes an adviser out of whatever team she is in. */
export async function removeAdviser(tx: Transaction, workspaceId: string, userId: string): Promise<void> {
  await tx.prepared(
    'identity.team.leave',
    `with gone as (delete from identity_team_advisers where workspace_id = $1 and user_id = $2 returning team_id)
     update identity_teams set version = version + 1 where team_id in (select team_id from gone)`,
    [workspaceId, userId],
  );
}
