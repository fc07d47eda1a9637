-- Webhooks: who wants to hear events, and what became of each delivery.

create table webhooks_endpoints (
  id uuid primary key,
  workspace_id uuid not null,
  url text not null,
  description text not null,
  -- Globs over event names; an empty list hears everything.
  filters text[] not null,
  -- Newest first: [{"sealed": "v1.…", "createdAtMs": n, "expiresAtMs": n | null}], two live at most.
  secrets jsonb not null,
  is_enabled boolean not null,
  -- Why Cactus switched it off by itself; null while enabled or when a person did it.
  disabled_reason text check (disabled_reason in ('gone', 'secret_not_readable')),
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index webhooks_endpoints_by_workspace on webhooks_endpoints (workspace_id, id);

-- One row per event and endpoint, written in the transaction of the event. No foreign key to the endpoint: at 1,000 rows a
-- second its share locks on one parent row would make every emitting transaction queue; removing an endpoint removes its rows.
create table webhooks_deliveries (
  id uuid primary key,
  workspace_id uuid not null,
  endpoint_id uuid not null,
  event_id uuid not null,
  event_name text not null,
  occurred_at timestamptz not null,
  -- The very bytes that are signed and sent on every attempt.
  body text not null,
  state text not null check (state in ('sending', 'waiting', 'delivered', 'failed')),
  -- Attempts started; also the fence: a completion that names an older attempt changes nothing.
  attempts smallint not null,
  -- sending: when the lease ends and anybody may try again; waiting: when the next attempt is due; null once it is over.
  due_at timestamptz,
  last_status smallint,
  last_error text,
  last_duration_ms real,
  -- From the event to the answer of the receiver, for deliveries that succeeded at the first attempt.
  latency_ms real,
  completed_at timestamptz
) with (fillfactor = 85);
create index webhooks_deliveries_by_endpoint on webhooks_deliveries (endpoint_id, id desc);
create index webhooks_deliveries_due on webhooks_deliveries (endpoint_id, due_at) where due_at is not null;
-- Trouble is rare; without its own index a page of failures would read past a million successes.
create index webhooks_deliveries_troubled on webhooks_deliveries (endpoint_id, id desc) where state in ('waiting', 'failed');

create table webhooks_attempts (
  delivery_id uuid not null,
  attempt smallint not null,
  workspace_id uuid not null,
  sent_at timestamptz not null,
  signature text not null,
  duration_ms real not null,
  status smallint,
  error text,
  response_headers jsonb,
  -- At most 2 KiB of the answer.
  response_excerpt text,
  primary key (delivery_id, attempt)
);
