-- Keys that sign access JWTs. The private half is sealed under the installation's master key; the public half is published
-- until the last JWT it signed has ended.

create table identity_signing_keys (
  signing_key_id uuid primary key,
  public_jwk text not null,
  sealed_private_jwk text not null,
  created_at timestamptz not null,
  retired_at timestamptz
);
-- At most one key signs at a time.
create unique index identity_signing_keys_signing on identity_signing_keys ((true)) where retired_at is null;
