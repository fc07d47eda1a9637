-- Single-use links that let somebody in: an invitation to a workspace, and a new password. Only the hash of a link is stored.

create table identity_invitations (
  invitation_id uuid primary key,
  workspace_id uuid not null references identity_workspaces on delete cascade,
  email text not null,
  role text not null check (
    role in ('owner', 'admin', 'manager', 'adviser', 'trader', 'bookkeeper', 'analyst', 'client')
  ),
  locale text not null check (locale in ('es', 'en')),
  -- Null: the operator, from the command line.
  invited_by uuid references identity_users,
  token_sha256 bytea not null unique,
  created_at timestamptz not null,
  sent_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz
);
-- One open invitation per address and workspace: a second one would leave a link about that nobody remembers.
create unique index identity_invitations_open on identity_invitations (workspace_id, lower(email))
  where accepted_at is null and revoked_at is null;

create table identity_reset_links (
  reset_link_id uuid primary key,
  user_id uuid not null references identity_users,
  -- Null: she asked for it herself, or the operator did.
  issued_by uuid references identity_users,
  token_sha256 bytea not null unique,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index identity_reset_links_user on identity_reset_links (user_id);
