-- Second factors: passkeys, the authenticator app, recovery codes; half-open sign-ins and what a passkey must sign.

-- Null means: proved at sign-in and not since.
alter table identity_sessions add column proved_at timestamptz;
-- Roles that must have a second factor in this workspace.
alter table identity_workspaces add column second_factor_roles text[] not null default '{}';

create table identity_passkeys (
  passkey_id uuid primary key,
  user_id uuid not null references identity_users,
  credential_id text not null unique,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  -- The host it was made for; it works nowhere else.
  rp_id text not null,
  name text not null,
  is_synced boolean not null,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index identity_passkeys_user on identity_passkeys (user_id);

-- One per person; not active until confirmed with a code. `last_step` is the newest time step used: none serves twice.
create table identity_totp_keys (
  user_id uuid primary key references identity_users,
  sealed_secret text not null,
  last_step bigint not null,
  created_at timestamptz not null,
  confirmed_at timestamptz
);

create table identity_recovery_codes (
  user_id uuid not null references identity_users,
  code_sha256 bytea not null,
  created_at timestamptz not null,
  used_at timestamptz,
  primary key (user_id, code_sha256)
);

-- What a passkey has to sign, by the browser it was given to: one at a time, deleted when it comes back.
create table identity_passkey_challenges (
  browser_sha256 bytea primary key,
  purpose text not null check (purpose in ('sign_in', 'register', 'prove')),
  challenge text not null,
  expires_at timestamptz not null
);
create index identity_passkey_challenges_age on identity_passkey_challenges (expires_at);

-- Half-open sign-ins: the password was right, the second factor is still to come. No session exists yet.
create table identity_sign_in_steps (
  token_sha256 bytea primary key,
  user_id uuid not null references identity_users,
  expires_at timestamptz not null
);
create index identity_sign_in_steps_age on identity_sign_in_steps (expires_at);
