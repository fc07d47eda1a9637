-- Portfolios, their accounts and the ledger: immutable events and the balanced postings made from them.

create table portfolios_portfolios (
  portfolio_id uuid primary key,
  workspace_id uuid not null,
  name text not null check (name <> ''),
  base_currency text not null check (base_currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null,
  version integer not null default 1,
  -- Sequence of the newest event: the version of the ledger, and what its next event counts from.
  last_sequence bigint not null default 0,
  live_event_count bigint not null default 0
);
create unique index portfolios_portfolios_name on portfolios_portfolios (workspace_id, lower(name));

create table portfolios_accounts (
  account_id uuid primary key,
  workspace_id uuid not null,
  portfolio_id uuid not null references portfolios_portfolios,
  name text not null check (name <> ''),
  currency text not null,
  created_at timestamptz not null
);
create unique index portfolios_accounts_name on portfolios_accounts (portfolio_id, lower(name));

create table portfolios_events (
  event_id uuid primary key,
  workspace_id uuid not null,
  portfolio_id uuid not null references portfolios_portfolios,
  sequence bigint not null,
  account_id uuid not null references portfolios_accounts,
  type text not null,
  on_date date not null,
  instrument_id uuid,
  quantity numeric,
  split_new_units numeric,
  split_old_units numeric,
  price numeric,
  currency text not null,
  amount numeric,
  fee numeric not null default 0,
  tax numeric not null default 0,
  fx numeric,
  note text not null default '',
  idempotency_key text not null,
  -- How often this key was recorded and reversed before: an import that was undone can be made again.
  key_round integer not null default 0,
  source_sheet text not null,
  source_row integer not null,
  import_id uuid,
  reverses uuid references portfolios_events,
  recorded_at timestamptz not null,
  recorded_by uuid,
  unique (portfolio_id, sequence),
  unique (portfolio_id, idempotency_key, key_round),
  unique (reverses)
);
create index portfolios_events_by_date on portfolios_events (portfolio_id, on_date, sequence);
create index portfolios_events_by_position on portfolios_events (portfolio_id, instrument_id, account_id);
create index portfolios_events_by_import on portfolios_events (import_id) where import_id is not null;
create index portfolios_events_by_account on portfolios_events (account_id);

create table portfolios_postings (
  event_id uuid not null references portfolios_events,
  line smallint not null,
  workspace_id uuid not null,
  ledger text not null check (
    ledger in ('holding', 'settlement', 'external', 'equity', 'income', 'fee', 'tax', 'exchange')
  ),
  instrument_id uuid,
  currency text,
  amount numeric not null check (amount <> 0),
  primary key (event_id, line),
  check ((instrument_id is null) <> (currency is null))
);

-- The ledger remembers: an event is reversed by another one, never changed. Only the removal of its whole workspace,
-- named in this transaction, may delete.
create function portfolios_refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('portfolios.removing_workspace', true) = old.workspace_id::text then
    return old;
  end if;
  raise exception 'ledger rows are never changed or deleted: record a reversal' using errcode = 'restrict_violation';
end $$;
create trigger portfolios_events_immutable before update or delete on portfolios_events
  for each row execute function portfolios_refuse_change();
create trigger portfolios_postings_immutable before update or delete on portfolios_postings
  for each row execute function portfolios_refuse_change();

create function portfolios_refuse_truncate() returns trigger language plpgsql as $$
begin
  raise exception 'ledger rows are never truncated' using errcode = 'restrict_violation';
end $$;
create trigger portfolios_events_kept before truncate on portfolios_events
  for each statement execute function portfolios_refuse_truncate();
create trigger portfolios_postings_kept before truncate on portfolios_postings
  for each statement execute function portfolios_refuse_truncate();

-- All postings of an event arrive in one statement and sum to zero per instrument and per currency.
create function portfolios_check_balance() returns trigger language plpgsql as $$
declare
  unbalanced record;
begin
  select event_id, coalesce(instrument_id::text, currency) as commodity, sum(amount) as off_by into unbalanced
  from fresh group by event_id, coalesce(instrument_id::text, currency) having sum(amount) <> 0 limit 1;
  if found then
    raise exception 'postings of event % are off by % %', unbalanced.event_id, unbalanced.off_by, unbalanced.commodity
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger portfolios_postings_balanced after insert on portfolios_postings
  referencing new table as fresh for each statement execute function portfolios_check_balance();
