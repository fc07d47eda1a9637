-- Whose Telegram chat is whose, codes that prove it, and how far the bot has read.
create table platform_telegram_links (
  user_id uuid primary key,
  workspace_id uuid not null,
  chat_id bigint not null,
  username text,
  linked_at timestamptz not null,
  disabled_reason text check (disabled_reason in ('blocked', 'chat_gone'))
);
create index platform_telegram_links_chat on platform_telegram_links (chat_id);

-- Only the hash of a code is stored; one per person, used once.
create table platform_telegram_codes (
  user_id uuid primary key,
  workspace_id uuid not null,
  code_sha256 bytea not null unique,
  expires_at timestamptz not null
);

create table platform_telegram_bots (
  bot_id bigint primary key,
  username text not null,
  next_update_id bigint not null default 0,
  seen_at timestamptz not null
);

-- One row: what the last conversation with Telegram was like.
create table platform_telegram_checks (
  is_only boolean primary key default true check (is_only),
  checked_at timestamptz not null,
  bot_id bigint,
  error_code text,
  error_detail text
);
