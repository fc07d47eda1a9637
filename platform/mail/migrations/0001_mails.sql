-- Mail on its way out. The body may hold secret links: it is wiped once the mail left, failed for good or grew too old.
create table platform_mails (
  mail_id uuid primary key,
  workspace_id uuid,
  purpose text not null,
  recipient text not null,
  subject text not null,
  body jsonb,
  unsubscribe_url text,
  state text not null check (state in ('waiting', 'sent', 'failed', 'expired')),
  attempts integer not null default 0,
  error_code text,
  error_detail text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  sent_at timestamptz
);
create index platform_mails_state on platform_mails (state, mail_id desc);
create index platform_mails_expiry on platform_mails (expires_at) where body is not null;
