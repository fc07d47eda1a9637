-- Documents: reports and dumps that a job makes and a person fetches; each belongs to who ordered it and is forgotten after days.

create table portfolios_documents (
  document_id uuid primary key,
  workspace_id uuid not null,
  -- Null for a dump, which is of the whole workspace.
  portfolio_id uuid references portfolios_portfolios on delete cascade,
  kind text not null check (kind in ('report', 'dump')),
  wish jsonb not null,
  status text not null check (status in ('waiting', 'making', 'ready', 'failed', 'cancelled')),
  done_ratio real not null default 0,
  -- What is being made now, or why it failed.
  step text not null default '',
  file_id uuid,
  file_name text,
  size_bytes bigint,
  ordered_by uuid not null,
  created_at timestamptz not null,
  finished_at timestamptz,
  check (status <> 'ready' or file_id is not null)
);
create index portfolios_documents_of_person on portfolios_documents (workspace_id, ordered_by, created_at desc);
create index portfolios_documents_age on portfolios_documents (created_at);
