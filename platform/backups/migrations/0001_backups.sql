-- What is known of each backup beyond its file: how it went, whether a restore proved it, whether a copy is elsewhere.
create table platform_backups (
  backup_id uuid primary key,
  file_name text,
  kind text not null check (kind in ('nightly', 'manual')),
  state text not null check (state in ('running', 'ready', 'failed', 'cancelled', 'interrupted')),
  started_at timestamptz not null,
  finished_at timestamptz,
  done_ratio double precision not null default 0,
  message text not null default '',
  is_cancel_asked boolean not null default false,
  error text,
  size_bytes bigint,
  sha256 text,
  row_count bigint,
  table_count integer,
  file_count bigint,
  damaged_file_count integer,
  verify_state text not null default 'never' check (verify_state in ('never', 'running', 'verified', 'failed')),
  verify_ratio double precision not null default 0,
  verified_at timestamptz,
  verify_error text,
  offsite_state text not null default 'none' check (offsite_state in ('none', 'copied', 'failed')),
  offsite_at timestamptz,
  offsite_error text
);
create index platform_backups_file on platform_backups (file_name);
create index platform_backups_started on platform_backups (started_at);
