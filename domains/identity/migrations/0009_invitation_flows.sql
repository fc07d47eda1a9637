-- A person on the way to a provider with an invitation: only the hash of its link, as everywhere.
alter table identity_oidc_flows add column invitation_sha256 bytea;
