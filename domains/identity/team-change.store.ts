/** Changes of manager: SQL on identity_manager_changes. Rows are closed, never deleted: they are the history. */
import type { Queryable, Transaction } from '#platform/db';

export type ManagerChangeStatus = 'pending' | 'approved' | 'refused' | 'cancelled';

export interface ManagerChange {
  readonly id: string;
  readonly adviser: { readonly id: string; readonly name: string };
  readonly from: { readonly id: string; readonly name: string } | null;
  readonly to: { readonly id: string; readonly name: string };
  /** The managers of both teams today; null when the team is gone. */
  readonly fromManagerId: string | null;
  readonly toManagerId: string | null;
  readonly reason: string;
  readonly status: ManagerChangeStatus;
  readonly askedBy: { readonly id: string; readonly name: string };
  readonly askedAtMs: number;
  readonly decidedBy: { readonly id: string; readonly name: string } | null;
  readonly decidedAtMs: number | null;
  readonly answer: string;
}

interface ChangeRow {
  readonly request_id: string;
  readonly adviser_user_id: string;
  readonly adviser_name: string;
  readonly from_team_id: string | null;
  readonly from_team_name: string | null;
  readonly to_team_id: string;
  readonly to_team_name: string;
  readonly from_manager_id: string | null;
  readonly to_manager_id: string | null;
  readonly reason: string;
  readonly status: ManagerChangeStatus;
  readonly asked_by: string;
  readonly asker_name: string;
  readonly asked_at: number;
  readonly decided_by: string | null;
  readonly decider_name: string | null;
  readonly decided_at: number | null;
  readonly answer: string;
}

const SELECT = `select c.request_id, c.adviser_user_id, adviser.name as adviser_name, c.from_team_id, c.from_team_name,
    c.to_team_id, c.to_team_name, source.manager_user_id as from_manager_id, target.manager_user_id as to_manager_id,
    c.reason, c.status, c.asked_by, asker.name as asker_name, c.asked_at, c.decided_by, decider.name as decider_name,
    c.decided_at, c.answer
  from identity_manager_changes c
  join identity_users adviser on adviser.user_id = c.adviser_user_id
  join identity_users asker on asker.user_id = c.asked_by
  left join identity_users decider on decider.user_id = c.decided_by
  left join identity_teams source on source.team_id = c.from_team_id
  left join identity_teams target on target.team_id = c.to_team_id`;

/** Those that concern a person: she asked, she or one of hers moves, or a team of hers gives or receives. */
export interface Concerned {
  readonly userId: string;
  readonly adviserUserIds: readonly string[];
}

/** Newest first, before a request when given; `concerned` null lists those of everybody. */
export async function listManagerChanges(
  queryable: Queryable,
  page: {
    readonly workspaceId: string;
    readonly concerned: Concerned | null;
    readonly before: string | null;
    readonly limit: number;
  },
): Promise<ManagerChange[]> {
  const rows = await queryable.prepared<ChangeRow>(
    'identity.manager_change.list',
    `${SELECT} where c.workspace_id = $1
       and ($2::uuid is null or c.asked_by = $2 or c.adviser_user_id = any($3::uuid[])
         or source.manager_user_id = $2 or target.manager_user_id = $2)
       and ($4::uuid is null or (c.asked_at, c.request_id) <
         (select b.asked_at, b.request_id from identity_manager_changes b where b.workspace_id = $1 and b.request_id = $4))
     order by c.asked_at desc, c.request_id desc limit $5`,
    [page.workspaceId, page.concerned?.userId ?? null, page.concerned?.adviserUserIds ?? null, page.before, page.limit],
  );
  return rows.map(changeOf);
}

export async function findManagerChange(
  queryable: Queryable,
  workspaceId: string,
  requestId: string,
): Promise<ManagerChange | null> {
  const rows = await queryable.prepared<ChangeRow>(
    'identity.manager_change.find',
    `${SELECT} where c.workspace_id = $1 and c.request_id = $2`,
    [workspaceId, requestId],
  );
  return rows[0] ? changeOf(rows[0]) : null;
}

export interface NewManagerChange {
  readonly id: string;
  readonly workspaceId: string;
  readonly adviserUserId: string;
  readonly from: { readonly id: string; readonly name: string } | null;
  readonly to: { readonly id: string; readonly name: string };
  readonly reason: string;
  readonly status: 'pending' | 'approved';
  readonly askedById: string;
  readonly atMs: number;
}

/** Writes a request, or a move that was made directly (approved by who made it); false when one is pending already. */
export async function insertManagerChange(tx: Transaction, change: NewManagerChange): Promise<boolean> {
  const at = new Date(change.atMs);
  const isMade = change.status === 'approved';
  const rows = await tx.prepared(
    'identity.manager_change.insert',
    `insert into identity_manager_changes (request_id, workspace_id, adviser_user_id, from_team_id, from_team_name,
       to_team_id, to_team_name, reason, status, asked_by, asked_at, decided_by, decided_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing returning request_id`,
    [
      change.id,
      change.workspaceId,
      change.adviserUserId,
      change.from?.id ?? null,
      change.from?.name ?? null,
      change.to.id,
      change.to.name,
      change.reason,
      change.status,
      change.askedById,
      at,
      isMade ? change.askedById : null,
      isMade ? at : null,
    ],
  );
  return rows.length > 0;
}

/** Closes a pending request; false when it is closed already. */
export async function closeManagerChange(
  tx: Transaction,
  end: {
    readonly requestId: string;
    readonly status: Exclude<ManagerChangeStatus, 'pending'>;
    readonly decidedById: string;
    readonly atMs: number;
    readonly answer: string;
  },
): Promise<boolean> {
  const rows = await tx.prepared(
    'identity.manager_change.close',
    `update identity_manager_changes set status = $2, decided_by = $3, decided_at = $4, answer = $5
     where request_id = $1 and status = 'pending' returning request_id`,
    [end.requestId, end.status, end.decidedById, new Date(end.atMs), end.answer],
  );
  return rows.length > 0;
}

/** The pending requests that a change makes pointless: of these advisers, or into this team. */
export async function listPendingIds(
  tx: Transaction,
  of: { readonly workspaceId: string; readonly adviserUserIds: readonly string[]; readonly toTeamId: string | null },
): Promise<string[]> {
  const rows = await tx.prepared<{ request_id: string }>(
    'identity.manager_change.pending',
    `select request_id from identity_manager_changes where workspace_id = $1 and status = 'pending'
       and (adviser_user_id = any($2::uuid[]) or to_team_id = $3) order by request_id`,
    [of.workspaceId, of.adviserUserIds, of.toTeamId],
  );
  return rows.map((row) => row.request_id);
}

function changeOf(row: ChangeRow): ManagerChange {
  const { from_team_id: fromId, from_team_name: fromName, decided_by: deciderId } = row;
  return {
    id: row.request_id,
    adviser: { id: row.adviser_user_id, name: row.adviser_name },
    from: fromId === null ? null : { id: fromId, name: fromName ?? '' },
    to: { id: row.to_team_id, name: row.to_team_name },
    fromManagerId: row.from_manager_id,
    toManagerId: row.to_manager_id,
    reason: row.reason,
    status: row.status,
    askedBy: { id: row.asked_by, name: row.asker_name },
    askedAtMs: row.asked_at,
    decidedBy: deciderId === null ? null : { id: deciderId, name: row.decider_name ?? '' },
    decidedAtMs: row.decided_at,
    answer: row.answer,
  };
}
