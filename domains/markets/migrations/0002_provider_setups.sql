-- Credits used in the windows that providers count, and what a person decided about a provider. Both belong to the
-- installation and carry the nil workspace id, as the states do.

alter table markets_provider_states add column credits jsonb not null default '[]';

create table markets_provider_setups (
  workspace_id uuid not null default '00000000-0000-0000-0000-000000000000',
  provider text primary key,
  -- Switched on by a person who accepted its terms; providers that are on by default have no row.
  is_enabled boolean not null default false,
  changed_at timestamptz not null,
  -- The last time a person asked whether it answers, and what came of it; null while the answer is on its way.
  tested_at timestamptz,
  test_outcome text
);
