-- The audit trail says from where and what changed, and refuses to be edited.

alter table identity_audit_entries add column hash_version smallint not null default 1;
alter table identity_audit_entries add column agent text not null default '';
-- Browser session or API token that did it.
alter table identity_audit_entries add column credential_id text;
-- JSON text exactly as hashed; null when there was nothing before, or nothing after.
alter table identity_audit_entries add column before text;
alter table identity_audit_entries add column after text;
create index identity_audit_entries_user on identity_audit_entries (workspace_id, user_id, sequence);
create index identity_audit_entries_subject on identity_audit_entries (workspace_id, subject, sequence);

-- Entries are added, never changed; only the removal of a whole workspace, named in this transaction, takes them away.
create function identity_refuse_audit_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('identity.removing_workspace', true) = old.workspace_id::text then
    return old;
  end if;
  raise exception 'audit entries are never changed or deleted' using errcode = 'restrict_violation';
end $$;
create trigger identity_audit_entries_immutable before update or delete on identity_audit_entries
  for each row execute function identity_refuse_audit_change();

-- The head moves forward one entry at a time.
create function identity_refuse_audit_rewind() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if current_setting('identity.removing_workspace', true) = old.workspace_id::text then
      return old;
    end if;
  elsif new.workspace_id = old.workspace_id and new.sequence - old.sequence in (0, 1) then
    return new;
  end if;
  raise exception 'the head of an audit chain only moves forward' using errcode = 'restrict_violation';
end $$;
create trigger identity_audit_heads_forward before update or delete on identity_audit_heads
  for each row execute function identity_refuse_audit_rewind();

create function identity_refuse_audit_truncate() returns trigger language plpgsql as $$
begin
  raise exception 'audit entries are never truncated' using errcode = 'restrict_violation';
end $$;
create trigger identity_audit_entries_kept before truncate on identity_audit_entries
  for each statement execute function identity_refuse_audit_truncate();
create trigger identity_audit_heads_kept before truncate on identity_audit_heads
  for each statement execute function identity_refuse_audit_truncate();
