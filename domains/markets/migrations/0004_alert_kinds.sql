-- More kinds of alerts (fall from a high, volume), the volume they need, and the splits and dividends that providers report.

alter table markets_alert_rules drop constraint markets_alert_rules_condition_check;
alter table markets_alert_rules add constraint markets_alert_rules_condition_check check (condition in
  ('above', 'below', 'percent_move', 'percent_up', 'percent_down', 'drawdown', 'volume_above', 'volume_times'));
-- Days whose highest close a fall is measured from; null means all that is stored.
alter table markets_alert_rules add column window_days integer check (window_days between 2 and 3660);

-- A firing about volume has crossed units and not a price.
alter table markets_alert_firings alter column trigger_price drop not null;
alter table markets_alert_firings add column volume numeric;
alter table markets_alert_firings add column trigger_volume numeric;
alter table markets_alert_firings add constraint markets_alert_firings_trigger_check
  check ((trigger_price is null) <> (trigger_volume is null));

-- Units traded; null where the provider does not say.
alter table markets_prices add column day_volume numeric check (day_volume >= 0);
alter table markets_daily_prices add column volume numeric check (volume >= 0);

-- What a company did to its shares, as a provider tells it: facts of a day. Prices are kept as traded, so nothing stored changes.
create table markets_splits (
  instrument_id uuid not null references markets_instruments (id) on delete cascade,
  on_date date not null,
  workspace_id uuid not null,
  -- New units per old one.
  ratio numeric not null check (ratio > 0),
  provider text not null,
  fetched_at timestamptz not null,
  primary key (instrument_id, on_date)
);
create index markets_splits_workspace on markets_splits (workspace_id);

create table markets_dividends (
  instrument_id uuid not null references markets_instruments (id) on delete cascade,
  -- The first day on which a buyer no longer receives it.
  ex_date date not null,
  workspace_id uuid not null,
  -- Gross, per unit as traded on that day.
  amount numeric not null check (amount > 0),
  currency text not null,
  provider text not null,
  fetched_at timestamptz not null,
  primary key (instrument_id, ex_date)
);
create index markets_dividends_workspace on markets_dividends (workspace_id);
