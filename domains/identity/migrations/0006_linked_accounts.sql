-- Accounts of OpenID providers that people sign in with, and sign-ins on their way to a provider and back.

create table identity_linked_accounts (
  linked_account_id uuid primary key,
  user_id uuid not null references identity_users,
  issuer text not null,
  -- The provider's own id of the account: an e-mail may pass to somebody else, a subject never does.
  subject text not null,
  email text not null,
  linked_at timestamptz not null,
  last_used_at timestamptz,
  unique (issuer, subject),
  unique (user_id, issuer)
);

-- Only hashes: what opens a flow is in the browser, so a stolen table finishes none.
create table identity_oidc_flows (
  state_sha256 bytea primary key,
  browser_sha256 bytea not null,
  session_id uuid,
  return_path text not null,
  redirect_uri text not null,
  address text not null,
  expires_at timestamptz not null
);
create index identity_oidc_flows_address on identity_oidc_flows (address);
create index identity_oidc_flows_age on identity_oidc_flows (expires_at);
