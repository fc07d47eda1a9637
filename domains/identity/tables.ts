/** The columns of identity's tables as Kysely sees them: instants are read as epoch milliseconds and written as Date. */
import type { UserRole } from '#kernel';
import { type ColumnType, type RawBuilder, sql } from 'kysely';

export type Instant = ColumnType<number, Date, Date>;
export type OptionalInstant = ColumnType<number | null, Date | null | undefined, Date | null>;
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
    created_at: Instant;
    disabled_at: OptionalInstant;
  };
  identity_workspaces: {
    workspace_id: string;
    name: string;
    kind: WorkspaceKind;
    base_currency: string;
    created_at: Instant;
  };
  identity_members: { workspace_id: string; user_id: string; role: UserRole; joined_at: Instant };
  identity_sessions: {
    session_id: string;
    token_sha256: Buffer;
    user_id: string;
    workspace_id: string;
    created_at: Instant;
    last_seen_at: Instant;
    idle_expires_at: Instant;
    absolute_expires_at: Instant;
    revoked_at: OptionalInstant;
    ip: string;
    user_agent: string;
  };
  identity_setup_links: {
    setup_link_id: string;
    token_sha256: Buffer;
    created_at: Instant;
    expires_at: Instant;
    used_at: OptionalInstant;
  };
  identity_sign_in_attempts: {
    attempt_key: string;
    failed_count: number;
    last_failed_at: Instant;
    blocked_until: Instant;
  };
  identity_audit_entries: {
    workspace_id: string;
    sequence: bigint;
    action: string;
    subject: string;
    user_id: string | null;
    ip: string;
    at: Instant;
    details: string;
    previous_hash: Buffer;
    hash: Buffer;
  };
  identity_audit_heads: { workspace_id: string; sequence: bigint; hash: Buffer };
}

/** An instant as the right side of a comparison. */
export function instant(atMs: number): RawBuilder<number> {
  return sql<number>`${new Date(atMs)}::timestamptz`;
}
