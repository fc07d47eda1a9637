-- People, workspaces, sessions, first-run links, sign-in throttling and the audit chain.

create table identity_users (
  user_id uuid primary key,
  email text not null,
  name text not null,
  password_hash text not null,
  locale text not null check (locale in ('es', 'en')),
  time_zone text not null,
  created_at timestamptz not null,
  disabled_at timestamptz
);
create unique index identity_users_email on identity_users (lower(email));

create table identity_workspaces (
  workspace_id uuid primary key,
  name text not null,
  kind text not null check (kind in ('real', 'demo')),
  base_currency text not null check (base_currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null
);

create table identity_members (
  workspace_id uuid not null references identity_workspaces on delete cascade,
  user_id uuid not null references identity_users,
  role text not null check (
    role in ('owner', 'admin', 'manager', 'adviser', 'trader', 'bookkeeper', 'analyst', 'client')
  ),
  joined_at timestamptz not null,
  primary key (workspace_id, user_id)
);
create index identity_members_user on identity_members (user_id);

-- Only the hash of a token is stored: a stolen table opens nothing.
create table identity_sessions (
  session_id uuid primary key,
  token_sha256 bytea not null unique,
  user_id uuid not null references identity_users,
  workspace_id uuid not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  idle_expires_at timestamptz not null,
  absolute_expires_at timestamptz not null,
  revoked_at timestamptz,
  ip text not null,
  user_agent text not null
);
create index identity_sessions_user on identity_sessions (user_id, created_at);
create index identity_sessions_workspace on identity_sessions (workspace_id);

create table identity_setup_links (
  setup_link_id uuid primary key,
  token_sha256 bytea not null unique,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

-- One row per thing that is throttled: an account seen from one address, and an address alone.
create table identity_sign_in_attempts (
  attempt_key text primary key,
  failed_count integer not null,
  last_failed_at timestamptz not null,
  blocked_until timestamptz not null
);
create index identity_sign_in_attempts_age on identity_sign_in_attempts (last_failed_at);

-- Append-only chain per workspace; the nil uuid is the chain of the installation (failed sign-ins, removals).
create table identity_audit_entries (
  workspace_id uuid not null,
  sequence bigint not null,
  action text not null,
  subject text not null,
  user_id uuid,
  ip text not null,
  at timestamptz not null,
  details text not null,
  previous_hash bytea not null,
  hash bytea not null,
  primary key (workspace_id, sequence)
);

-- The newest link of each chain: its row lock puts writers in a line, and a cut tail shows.
create table identity_audit_heads (
  workspace_id uuid primary key,
  sequence bigint not null,
  hash bytea not null
);
