-- Which master keys this database was sealed with: a start with another key refuses instead of sealing on.
create table platform_secret_keys (
  key_id text primary key check (key_id ~ '^[0-9a-f]{16}$'),
  position bigint generated always as identity,
  created_at timestamptz not null
);
-- Secrets of a workspace, sealed; the value never leaves by the API.
create table platform_secrets (
  workspace_id uuid not null,
  name text not null check (length(name) between 1 and 80),
  sealed text not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  last_used_at timestamptz,
  primary key (workspace_id, name)
);
