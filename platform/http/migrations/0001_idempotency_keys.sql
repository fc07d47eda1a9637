-- Idempotency-Key: the first answer of a POST, kept for a day so that a repeated request gets it again.
create table platform_idempotency_keys (
  workspace_id uuid not null,
  user_id uuid not null,
  key text not null,
  request_sha256 text not null,
  claimed_at timestamptz not null default now(),
  -- Null while the first request is still running.
  status smallint,
  content_type text,
  body text,
  primary key (workspace_id, user_id, key)
);

create index platform_idempotency_keys_claimed_at on platform_idempotency_keys (claimed_at);
