/** The columns of the tables of second factors as Kysely sees them, and the columns they add to sessions and workspaces. */
import type { InstantColumn, NullableInstantColumn } from '#platform/db';

export type ChallengePurpose = 'sign_in' | 'register' | 'prove';

export interface FactorTables {
  identity_sessions: { session_id: string; proved_at: NullableInstantColumn };
  identity_workspaces: { workspace_id: string; second_factor_roles: string[] };
  identity_passkeys: {
    passkey_id: string;
    user_id: string;
    credential_id: string;
    public_key: Buffer;
    counter: bigint;
    transports: string[];
    rp_id: string;
    name: string;
    is_synced: boolean;
    created_at: InstantColumn;
    last_used_at: NullableInstantColumn;
  };
  identity_passkey_challenges: {
    browser_sha256: Buffer;
    purpose: ChallengePurpose;
    challenge: string;
    expires_at: InstantColumn;
  };
  identity_totp_keys: {
    user_id: string;
    sealed_secret: string;
    last_step: bigint;
    created_at: InstantColumn;
    confirmed_at: NullableInstantColumn;
  };
  identity_recovery_codes: {
    user_id: string;
    code_sha256: Buffer;
    created_at: InstantColumn;
    used_at: NullableInstantColumn;
  };
  identity_sign_in_steps: { token_sha256: Buffer; user_id: string; expires_at: InstantColumn };
}
