-- How an endpoint wants to be served: its own schedule, pace and order, which payloads it hears, a public-key signature.

alter table webhooks_endpoints
  -- Seconds before the 2nd, 3rd… attempt; null follows the schedule of the house.
  add column retry_delays_seconds integer[],
  -- Deliveries a second and process; null has no limit.
  add column rate_limit_per_second integer,
  add column ordering text not null default 'none' check (ordering in ('none', 'endpoint', 'subject')),
  -- [{"path": "data.boxes", "op": "gte", "value": 10}], all of which must hold.
  add column conditions jsonb not null default '[]',
  -- Ed25519 pairs, newest first: [{"sealed": "v1.…", "publicKey": "whpk_…", "createdAtMs": n, "expiresAtMs": n | null}].
  add column key_pairs jsonb not null default '[]',
  -- Since when no attempt has succeeded; null while it answers.
  add column failing_since timestamptz;
alter table webhooks_endpoints drop constraint webhooks_endpoints_disabled_reason_check;
alter table webhooks_endpoints add constraint webhooks_endpoints_disabled_reason_check
  check (disabled_reason in ('gone', 'secret_not_readable', 'failing'));

alter table webhooks_deliveries
  -- Only of endpoints that ask for order: rows of one key leave in the order of `event_sequence`, one at a time.
  add column order_key text,
  add column event_sequence bigint,
  -- The bulk replay that asked for it again, so that its progress can be counted.
  add column replay_id uuid;
create index webhooks_deliveries_in_line on webhooks_deliveries (endpoint_id, order_key, event_sequence)
  where order_key is not null and due_at is not null;
create index webhooks_deliveries_by_replay on webhooks_deliveries (replay_id) where replay_id is not null;
-- What waits in line is not taken by its due time.
drop index webhooks_deliveries_due;
create index webhooks_deliveries_due on webhooks_deliveries (endpoint_id, due_at)
  where due_at is not null and order_key is null;

alter table webhooks_attempts
  -- From due to sent, until a connected socket took it, until the first byte of the answer; null when it never came so far.
  add column queue_ms real,
  add column connect_ms real,
  add column wait_ms real;

-- Sending many deliveries again, or what was missed since an instant: asked once, done by a durable job.
create table webhooks_replays (
  id uuid primary key,
  workspace_id uuid not null,
  kind text not null check (kind in ('replay', 'recover')),
  -- What was asked, as the API takes it.
  filter jsonb not null,
  state text not null check (state in ('running', 'done', 'cancelled')),
  -- How many there were when it was asked, and how many have been queued again.
  total integer not null,
  queued integer not null,
  -- Where the next step begins: a delivery id, or an event's sequence.
  position text not null,
  requested_by uuid,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index webhooks_replays_by_workspace on webhooks_replays (workspace_id, id desc);
