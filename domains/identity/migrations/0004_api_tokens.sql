-- API tokens: what a program carries instead of a session. Only the hash is stored; the hint tells two of them apart on screen.

create table identity_api_tokens (
  api_token_id uuid primary key,
  workspace_id uuid not null references identity_workspaces on delete cascade,
  user_id uuid not null references identity_users,
  name text not null,
  token_sha256 bytea not null unique,
  hint text not null,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  last_used_ip text,
  revoked_at timestamptz
);
create index identity_api_tokens_owner on identity_api_tokens (workspace_id, user_id, created_at);
