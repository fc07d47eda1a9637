-- Which trading days of an instrument have no close, which of them nobody has one for, and which closes of a market are final.

create table markets_history_states (
  instrument_id uuid primary key references markets_instruments (id) on delete cascade,
  workspace_id uuid not null,
  expected_count integer not null,
  missing_count integer not null,
  first_missing date,
  last_missing date,
  checked_at timestamptz not null
);
create index markets_history_states_workspace on markets_history_states (workspace_id) where missing_count > 0;

-- A provider that told the days around it has no close of this one: a halt, or a holiday nobody announced.
create table markets_empty_days (
  instrument_id uuid not null references markets_instruments (id) on delete cascade,
  on_date date not null,
  workspace_id uuid not null,
  provider text not null,
  checked_at timestamptz not null,
  primary key (instrument_id, on_date)
);
create index markets_empty_days_workspace on markets_empty_days (workspace_id);

-- The closes of a market's day were fetched after they became final. Belongs to the installation.
create table markets_close_snapshots (
  workspace_id uuid not null default '00000000-0000-0000-0000-000000000000',
  calendar text not null,
  on_date date not null,
  instrument_count integer not null,
  missing_count integer not null,
  done_at timestamptz not null,
  primary key (calendar, on_date)
);
