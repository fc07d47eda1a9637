-- Imports: a file, how it is read, what will happen or happened to each of its rows, and mappings worth remembering.

create table portfolios_imports (
  import_id uuid primary key,
  workspace_id uuid not null,
  portfolio_id uuid not null references portfolios_portfolios on delete cascade,
  file_id uuid not null,
  file_name text not null,
  file_sha256 text not null,
  status text not null check (
    status in ('reading', 'previewed', 'refused', 'confirming', 'confirmed', 'undone', 'cancelled')
  ),
  -- Grows when the mapping changes: a reading of an older round stops by itself.
  reading_round integer not null default 1,
  fingerprint text,
  -- The mapping a person changed; null until then.
  mapping jsonb,
  outline jsonb,
  -- Why the file was refused, or why a confirmation was: `{code, details}`.
  refusal jsonb,
  row_count integer not null default 0,
  rows_done integer not null default 0,
  recorded_count integer not null default 0,
  created_at timestamptz not null,
  created_by uuid,
  confirmed_at timestamptz,
  undone_at timestamptz
);
create index portfolios_imports_recent on portfolios_imports (workspace_id, created_at desc);
create index portfolios_imports_of_portfolio on portfolios_imports (portfolio_id, status);

create table portfolios_import_rows (
  import_id uuid not null references portfolios_imports on delete cascade,
  -- Order in the file, over all its sheets.
  position integer not null,
  workspace_id uuid not null,
  sheet text not null,
  row_number integer not null,
  status text not null check (status in ('new', 'known', 'changed', 'skipped', 'error', 'recorded')),
  issues jsonb not null,
  drafts jsonb not null,
  shown jsonb not null,
  primary key (import_id, position)
);
create index portfolios_import_rows_by_status on portfolios_import_rows (import_id, status, position);

create table portfolios_import_mappings (
  workspace_id uuid not null,
  fingerprint text not null,
  mapping jsonb not null,
  updated_at timestamptz not null,
  primary key (workspace_id, fingerprint)
);
