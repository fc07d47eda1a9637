-- The outbox and the event log in one: a row is written by the transaction that made the fact true.
create table platform_events (
  id uuid primary key,
  -- Order of commits: handed out under an advisory lock that is held until the commit, so it never runs backwards.
  sequence bigint generated always as identity (cache 1),
  name text not null,
  version integer not null,
  workspace_id uuid not null,
  subject_id text not null,
  payload jsonb not null,
  occurred_at timestamptz not null
);

create unique index platform_events_by_sequence on platform_events (sequence);
create index platform_events_by_workspace on platform_events (workspace_id, sequence);
