/** The columns of identity's tables as Kysely sees them: instants are read as epoch milliseconds and written as Date. */
import type { UserRole } from '#kernel';
import type { InstantColumn, NullableInstantColumn } from '#platform/db';

export type Locale = 'es' | 'en';
export type WorkspaceKind = 'real' | 'demo';

export interface IdentityTables {
  identity_users: {
    user_id: string;
    email: string;
    name: string;
    password_hash: string;
    locale: Locale;
    time_zone: string;
    created_at: InstantColumn;
    disabled_at: NullableInstantColumn;
  };
  identity_workspaces: {
    workspace_id: string;
    name: string;
    kind: WorkspaceKind;
    base_currency: string;
    created_at: InstantColumn;
  };
  identity_members: { workspace_id: string; user_id: string; role: UserRole; joined_at: InstantColumn };
  identity_sessions: {
    session_id: string;
    token_sha256: Buffer;
    user_id: string;
    workspace_id: string;
    created_at: InstantColumn;
    last_seen_at: InstantColumn;
    idle_expires_at: InstantColumn;
    absolute_expires_at: InstantColumn;
    revoked_at: NullableInstantColumn;
    ip: string;
    user_agent: string;
  };
  identity_api_tokens: {
    api_token_id: string;
    workspace_id: string;
    user_id: string;
    name: string;
    token_sha256: Buffer;
    hint: string;
    scopes: string[];
    created_at: InstantColumn;
    expires_at: InstantColumn;
    last_used_at: NullableInstantColumn;
    last_used_ip: string | null;
    revoked_at: NullableInstantColumn;
  };
  identity_signing_keys: {
    signing_key_id: string;
    public_jwk: string;
    sealed_private_jwk: string;
    created_at: InstantColumn;
    retired_at: NullableInstantColumn;
  };
  identity_invitations: {
    invitation_id: string;
    workspace_id: string;
    email: string;
    role: UserRole;
    locale: Locale;
    invited_by: string | null;
    token_sha256: Buffer;
    created_at: InstantColumn;
    sent_at: InstantColumn;
    expires_at: InstantColumn;
    accepted_at: NullableInstantColumn;
    revoked_at: NullableInstantColumn;
  };
  identity_reset_links: {
    reset_link_id: string;
    user_id: string;
    issued_by: string | null;
    token_sha256: Buffer;
    created_at: InstantColumn;
    expires_at: InstantColumn;
    used_at: NullableInstantColumn;
  };
  identity_setup_links: {
    setup_link_id: string;
    token_sha256: Buffer;
    created_at: InstantColumn;
    expires_at: InstantColumn;
    used_at: NullableInstantColumn;
  };
  identity_sign_in_attempts: {
    attempt_key: string;
    failed_count: number;
    last_failed_at: InstantColumn;
    blocked_until: InstantColumn;
  };
  identity_linked_accounts: {
    linked_account_id: string;
    user_id: string;
    issuer: string;
    subject: string;
    email: string;
    linked_at: InstantColumn;
    last_used_at: NullableInstantColumn;
  };
  identity_oidc_flows: {
    state_sha256: Buffer;
    browser_sha256: Buffer;
    session_id: string | null;
    invitation_sha256: Buffer | null;
    return_path: string;
    redirect_uri: string;
    address: string;
    expires_at: InstantColumn;
  };
  identity_audit_entries: {
    workspace_id: string;
    sequence: bigint;
    action: string;
    subject: string;
    user_id: string | null;
    ip: string;
    at: InstantColumn;
    hash_version: number;
    agent: string;
    credential_id: string | null;
    before: string | null;
    after: string | null;
    details: string;
    previous_hash: Buffer;
    hash: Buffer;
  };
  identity_audit_heads: { workspace_id: string; sequence: bigint; hash: Buffer };
}
