-- Notifications beyond the bell: what a person wants where, and what became of each message.
alter table platform_notifications add column dedupe_key text;
create unique index platform_notifications_dedupe on platform_notifications (workspace_id, dedupe_key)
  where dedupe_key is not null;

-- Only what differs from the catalogue of kinds.
create table platform_notify_rules (
  user_id uuid not null,
  kind text not null,
  channel text not null check (channel in ('email', 'telegram')),
  is_on boolean not null,
  primary key (user_id, kind, channel)
);

create table platform_notify_preferences (
  user_id uuid primary key,
  quiet_from text check (quiet_from ~ '^([01]\d|2[0-3]):[0-5]\d$'),
  quiet_to text check (quiet_to ~ '^([01]\d|2[0-3]):[0-5]\d$'),
  lets_urgent_through boolean not null,
  minimum_severity text not null check (minimum_severity in ('info', 'warning', 'urgent')),
  check ((quiet_from is null) = (quiet_to is null))
);

-- One row per notification, person and channel: the key that keeps a second run from sending twice.
create table platform_notify_deliveries (
  delivery_id uuid primary key,
  notification_id uuid not null references platform_notifications on delete cascade,
  workspace_id uuid not null,
  user_id uuid not null,
  channel text not null check (channel in ('email', 'telegram')),
  state text not null check (state in ('waiting', 'held', 'sent', 'failed')),
  held_reason text check (held_reason in ('quiet', 'rate')),
  held_until timestamptz,
  attempts integer not null default 0,
  error_code text,
  error_detail text,
  mail_id uuid,
  created_at timestamptz not null,
  sent_at timestamptz,
  unique (notification_id, user_id, channel)
);
create index platform_notify_deliveries_user on platform_notify_deliveries (user_id, channel, created_at desc);
create index platform_notify_deliveries_workspace on platform_notify_deliveries (workspace_id);
create index platform_notify_deliveries_held on platform_notify_deliveries (user_id, channel) where state = 'held';
