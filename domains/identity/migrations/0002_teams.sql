-- Teams: one manager and her advisers, and the requests to move an adviser to another manager.

create table identity_teams (
  team_id uuid primary key,
  workspace_id uuid not null references identity_workspaces on delete cascade,
  name text not null check (name <> ''),
  manager_user_id uuid not null references identity_users,
  version integer not null default 1,
  created_at timestamptz not null
);
create unique index identity_teams_name on identity_teams (workspace_id, lower(name));
create index identity_teams_manager on identity_teams (workspace_id, manager_user_id);

-- An adviser is in one team at most.
create table identity_team_advisers (
  workspace_id uuid not null references identity_workspaces on delete cascade,
  user_id uuid not null references identity_users,
  team_id uuid not null references identity_teams on delete cascade,
  joined_at timestamptz not null,
  primary key (workspace_id, user_id)
);
create index identity_team_advisers_team on identity_team_advisers (team_id);

-- Names of teams are kept as they were: the history stays readable when a team is gone.
create table identity_manager_changes (
  request_id uuid primary key,
  workspace_id uuid not null references identity_workspaces on delete cascade,
  adviser_user_id uuid not null references identity_users,
  from_team_id uuid,
  from_team_name text,
  to_team_id uuid not null,
  to_team_name text not null,
  reason text not null,
  status text not null check (status in ('pending', 'approved', 'refused', 'cancelled')),
  asked_by uuid not null references identity_users,
  asked_at timestamptz not null,
  decided_by uuid references identity_users,
  decided_at timestamptz,
  answer text not null default '',
  check ((status = 'pending') = (decided_at is null))
);
create unique index identity_manager_changes_pending on identity_manager_changes (workspace_id, adviser_user_id)
  where status = 'pending';
create index identity_manager_changes_recent on identity_manager_changes (workspace_id, asked_at desc);
