-- Model portfolios with their versions, what instruments are made of, which portfolio follows which model, and who is out of band.
create table portfolios_models (
  model_id uuid primary key,
  workspace_id uuid not null,
  name text not null check (name <> ''),
  risk_profile text not null check (risk_profile in ('conservative', 'moderate', 'balanced', 'growth', 'aggressive')),
  -- The newest version of its targets: the one that counts.
  version integer not null default 1,
  created_at timestamptz not null,
  archived_at timestamptz
);
create unique index portfolios_models_name on portfolios_models (workspace_id, lower(name)) where archived_at is null;

-- Append-only: what a model said on any day stays readable.
create table portfolios_model_versions (
  model_id uuid not null references portfolios_models on delete cascade,
  version integer not null,
  workspace_id uuid not null,
  targets jsonb not null,
  -- What the model does not name may be this much of the whole, in basis points.
  outside_band_bps integer not null check (outside_band_bps between 0 and 10000),
  note text not null default '',
  recorded_at timestamptz not null,
  recorded_by uuid,
  primary key (model_id, version)
);

create table portfolios_model_assignments (
  portfolio_id uuid primary key references portfolios_portfolios on delete cascade,
  workspace_id uuid not null,
  model_id uuid not null references portfolios_models,
  assigned_at timestamptz not null
);
create index portfolios_model_assignments_model on portfolios_model_assignments (model_id);

-- What was last told about a portfolio's drift, so that entering and leaving are told once each.
create table portfolios_drifts (
  portfolio_id uuid primary key references portfolios_portfolios on delete cascade,
  workspace_id uuid not null,
  model_id uuid not null references portfolios_models on delete cascade,
  is_out boolean not null,
  -- First day of the present stretch out of band; null while inside.
  out_since date,
  worst text not null,
  max_drift numeric not null,
  checked_at timestamptz not null
);

-- What an instrument is made of, as people of the workspace say; parts in basis points, what is missing is unknown.
create table portfolios_instrument_facts (
  workspace_id uuid not null,
  instrument_id uuid not null,
  asset_class text not null,
  regions jsonb not null default '{}',
  sectors jsonb not null default '{}',
  -- Yearly charge of a fund; null is unknown.
  fee_bps integer check (fee_bps between 0 and 10000),
  updated_at timestamptz not null,
  primary key (workspace_id, instrument_id)
);
