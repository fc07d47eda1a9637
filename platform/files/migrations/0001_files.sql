-- One row per upload; the bytes live on disk under their sha256 and may serve many rows.
create table platform_files (
  file_id uuid primary key,
  workspace_id uuid not null,
  user_id uuid,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  name text not null,
  size_bytes bigint not null check (size_bytes >= 0),
  created_at timestamptz not null
);
create index platform_files_workspace on platform_files (workspace_id, created_at);
create index platform_files_sha256 on platform_files (sha256);
