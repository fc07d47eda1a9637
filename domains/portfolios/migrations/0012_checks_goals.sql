-- The checks of a workspace as data, one document with its version; without a row the defaults of the product hold.
create table portfolios_xray_rulebooks (
  workspace_id uuid primary key,
  version integer not null,
  rules jsonb not null,
  updated_at timestamptz not null
);

-- What a portfolio is for: an amount by a month, with what is paid in or taken out until then.
create table portfolios_goals (
  goal_id uuid primary key,
  workspace_id uuid not null,
  portfolio_id uuid not null references portfolios_portfolios on delete cascade,
  name text not null check (name <> ''),
  target_amount numeric not null check (target_amount > 0),
  target_on date not null,
  -- A month, in the money of today; negative is taken out.
  monthly_flow numeric not null,
  inflation_bps integer not null,
  method text not null check (method in ('parametric', 'bootstrap')),
  return_bps integer not null,
  volatility_bps integer not null,
  seed integer not null,
  version integer not null default 1,
  created_at timestamptz not null
);
create index portfolios_goals_portfolio on portfolios_goals (portfolio_id);

-- The newest long simulation of a goal, for the version it was ordered for.
create table portfolios_goal_runs (
  goal_id uuid primary key references portfolios_goals on delete cascade,
  workspace_id uuid not null,
  goal_version integer not null,
  state text not null check (state in ('running', 'done', 'refused')),
  outcome jsonb,
  ordered_at timestamptz not null,
  done_at timestamptz
);
