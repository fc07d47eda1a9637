-- The bell. A null user_id reaches everyone of the workspace who holds the permission.
create table platform_notifications (
  notification_id uuid primary key,
  workspace_id uuid not null,
  user_id uuid,
  permission text not null,
  kind text not null,
  payload jsonb not null,
  href text not null,
  created_at timestamptz not null
);
create index platform_notifications_workspace on platform_notifications (workspace_id, notification_id desc);

create table platform_notification_reads (
  notification_id uuid not null references platform_notifications on delete cascade,
  user_id uuid not null,
  workspace_id uuid not null,
  read_at timestamptz not null,
  primary key (user_id, notification_id)
);
create index platform_notification_reads_notification on platform_notification_reads (notification_id);
