-- Instruments, prices, exchange rates and alert rules.
-- Exchange rates of the ECB and provider states belong to nobody: they carry the nil workspace id.

create table markets_workspaces (
  workspace_id uuid primary key,
  price_source text not null check (price_source in ('live', 'simulated')),
  simulator_seed integer not null default 1,
  simulator_fault text not null default 'none' check (simulator_fault in ('none', 'outage', 'stale', 'spike'))
);

create table markets_instruments (
  id uuid primary key,
  workspace_id uuid not null,
  kind text not null check (kind in ('crypto', 'stock', 'fund', 'etf', 'bond', 'cash', 'other')),
  symbol text,
  isin text,
  name text not null,
  name_key text not null,
  currency text not null,
  -- What the live provider calls it, and who said so: a person's choice is never overwritten.
  provider_symbol text,
  provider_name text,
  is_provider_symbol_chosen boolean not null default false,
  -- Why the last fetch gave no usable price; null when it did.
  price_problem text,
  attempted_at timestamptz,
  created_at timestamptz not null,
  version integer not null default 1
);
create unique index markets_instruments_isin on markets_instruments (workspace_id, isin) where isin is not null;
create index markets_instruments_symbol on markets_instruments (workspace_id, symbol) where symbol is not null;
create index markets_instruments_name on markets_instruments (workspace_id, name_key);

create table markets_watches (
  workspace_id uuid not null,
  instrument_id uuid not null references markets_instruments (id) on delete cascade,
  reason text not null,
  -- First day whose close is wanted.
  since date not null,
  primary key (instrument_id, reason)
);
create index markets_watches_workspace on markets_watches (workspace_id);

create table markets_prices (
  instrument_id uuid primary key references markets_instruments (id) on delete cascade,
  workspace_id uuid not null,
  price numeric not null check (price > 0),
  currency text not null,
  provider text not null,
  market_at timestamptz not null,
  fetched_at timestamptz not null,
  is_adjusted boolean not null,
  previous_close numeric check (previous_close > 0)
);
create index markets_prices_workspace on markets_prices (workspace_id);

create table markets_daily_prices (
  instrument_id uuid not null references markets_instruments (id) on delete cascade,
  on_date date not null,
  workspace_id uuid not null,
  price numeric not null check (price > 0),
  currency text not null,
  provider text not null,
  market_at timestamptz not null,
  fetched_at timestamptz not null,
  is_adjusted boolean not null,
  primary key (instrument_id, on_date)
);
create index markets_daily_prices_workspace on markets_daily_prices (workspace_id);

-- The newest price of each instrument that the validator refused, until a person or a sane price settles it.
create table markets_quarantined_prices (
  instrument_id uuid primary key references markets_instruments (id) on delete cascade,
  workspace_id uuid not null,
  price numeric not null,
  currency text not null,
  provider text not null,
  market_at timestamptz not null,
  fetched_at timestamptz not null,
  is_adjusted boolean not null,
  reason text not null,
  reference_price numeric
);
create index markets_quarantined_prices_workspace on markets_quarantined_prices (workspace_id);

create table markets_fx_rates (
  workspace_id uuid not null,
  currency text not null,
  on_date date not null,
  units_per_eur numeric not null check (units_per_eur > 0),
  provider text not null,
  fetched_at timestamptz not null,
  primary key (workspace_id, currency, on_date)
);

create table markets_alert_rules (
  id uuid primary key,
  workspace_id uuid not null,
  instrument_id uuid not null references markets_instruments (id) on delete cascade,
  condition text not null check (condition in ('above', 'below', 'percent_move', 'percent_up', 'percent_down')),
  -- Currency of the prices it is compared with; a price in another one is never compared.
  currency text not null,
  -- A price for above and below, a percentage for the others.
  threshold numeric not null check (threshold > 0),
  -- Fixed reference of a percent rule; null means the previous close of the day.
  reference_price numeric check (reference_price > 0),
  repeat text not null check (repeat in ('once', 'rearming')),
  hysteresis_percent numeric not null default 0 check (hysteresis_percent >= 0 and hysteresis_percent < 100),
  is_enabled boolean not null,
  note text not null default '',
  zone text not null check (zone in ('unknown', 'inside', 'high', 'low')),
  -- The reference a day rule was last compared with: a new day arms it again.
  zone_reference numeric,
  -- Counts firings, so that one crossing can never be written twice.
  firing_count integer not null default 0,
  last_fired_at timestamptz,
  created_by uuid,
  created_at timestamptz not null,
  deleted_at timestamptz,
  version integer not null default 1
);
create index markets_alert_rules_instrument on markets_alert_rules (instrument_id)
  where is_enabled and deleted_at is null;
create index markets_alert_rules_workspace on markets_alert_rules (workspace_id, created_at);

create table markets_alert_firings (
  id uuid primary key,
  workspace_id uuid not null,
  rule_id uuid not null references markets_alert_rules (id) on delete cascade,
  firing_number integer not null,
  instrument_id uuid not null,
  fired_at timestamptz not null,
  price numeric not null,
  currency text not null,
  provider text not null,
  market_at timestamptz not null,
  condition text not null,
  threshold numeric not null,
  trigger_price numeric not null,
  unique (rule_id, firing_number)
);
create index markets_alert_firings_workspace on markets_alert_firings (workspace_id, id desc);

create table markets_provider_states (
  workspace_id uuid not null default '00000000-0000-0000-0000-000000000000',
  provider text primary key,
  state text not null check (state in ('closed', 'open', 'half_open')),
  failures_in_row integer not null,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  last_failure text,
  open_until timestamptz,
  updated_at timestamptz not null
);
