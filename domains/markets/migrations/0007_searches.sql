-- What was asked of the providers' search and what they said: any process answers it, the workers ask. Belongs to the installation.
create table markets_searches (
  workspace_id uuid not null default '00000000-0000-0000-0000-000000000000',
  query text primary key,
  asked_at timestamptz not null,
  -- Null while the answer is on its way.
  done_at timestamptz,
  -- Why nobody could be asked; null when somebody was.
  failure text,
  found jsonb not null default '[]'
);
