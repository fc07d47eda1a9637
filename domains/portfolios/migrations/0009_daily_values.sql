-- Daily values of each portfolio until yesterday: computed once, a day added a day, computed again from the day of a back-dated
-- event, close or rate only. Statistics, not money: everything here can be computed from the ledger again.
create table portfolios_daily_heads (
  portfolio_id uuid primary key references portfolios_portfolios on delete cascade,
  workspace_id uuid not null,
  -- Ledger version it was computed from.
  sequence bigint not null,
  -- Days since 1970-01-01 of its first and last day.
  first_day integer not null,
  last_day integer not null check (last_day >= first_day),
  -- What no day bounds: which accounts keep their cash, in which currencies prices are.
  basis jsonb not null,
  instrument_ids uuid[] not null,
  currencies text[] not null,
  -- Everything that markets knew by then is inside.
  computed_at timestamptz not null
);
create index portfolios_daily_heads_workspace on portfolios_daily_heads (workspace_id);

create table portfolios_daily_years (
  portfolio_id uuid not null references portfolios_daily_heads on delete cascade,
  year smallint not null,
  workspace_id uuid not null,
  first_day integer not null,
  -- For n days: n values, n inflows, n outflows (64-bit floats, little endian), n bytes of flags.
  figures bytea not null,
  primary key (portfolio_id, year)
);
