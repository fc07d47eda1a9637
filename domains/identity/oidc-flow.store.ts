/** Sign-ins on their way to the provider and back: SQL on identity_oidc_flows. Rows hold hashes and are used once. */
import type { Queryable } from '#platform/db';
import { sql } from 'kysely';
import { instant } from './instant.store.ts';
import type { IdentityTables } from './tables.ts';

export interface OidcFlow {
  /** Set: links the account to the person of this session. Null: signs in. */
  readonly sessionId: string | null;
  /** Set: accepts the invitation of this link with the account. */
  readonly invitationHash: Buffer | null;
  readonly returnPath: string;
  readonly redirectUri: string;
}

export interface FlowKey {
  readonly stateHash: Buffer;
  readonly browserHash: Buffer;
}

const OPEN_PER_ADDRESS_MAX = 60; // An office that signs in at nine; a script that only opens flows stops here.

/** Keeps a flow; false when too many of this address are open. Forgets those that nobody came back for. */
export async function insertFlow(
  queryable: Queryable,
  flow: OidcFlow & FlowKey & { readonly address: string; readonly expiresAtMs: number },
  nowMs: number,
): Promise<boolean> {
  const tables = queryable.tables<IdentityTables>();
  await tables.deleteFrom('identity_oidc_flows').where('expires_at', '<=', instant(nowMs)).execute();
  const inserted = await sql<{ state_sha256: Buffer }>`
    insert into identity_oidc_flows
      (state_sha256, browser_sha256, session_id, invitation_sha256, return_path, redirect_uri, address, expires_at)
    select ${flow.stateHash}, ${flow.browserHash}, ${flow.sessionId}::uuid, ${flow.invitationHash}::bytea,
      ${flow.returnPath}, ${flow.redirectUri}, ${flow.address}, ${instant(flow.expiresAtMs)}
    where (select count(*) from identity_oidc_flows where address = ${flow.address}) < ${OPEN_PER_ADDRESS_MAX}
    returning state_sha256`.execute(tables);
  return inserted.rows.length > 0;
}

/** Takes a flow out, so that it works once; null when it is unknown, used, too old or of another browser. */
export async function takeFlow(queryable: Queryable, key: FlowKey, nowMs: number): Promise<OidcFlow | null> {
  const row = await queryable
    .tables<IdentityTables>()
    .deleteFrom('identity_oidc_flows')
    .where('state_sha256', '=', key.stateHash)
    .where('browser_sha256', '=', key.browserHash)
    .where('expires_at', '>', instant(nowMs))
    .returning(['session_id', 'invitation_sha256', 'return_path', 'redirect_uri'])
    .executeTakeFirst();
  if (!row) return null;
  const { session_id, invitation_sha256, return_path, redirect_uri } = row;
  return {
    sessionId: session_id,
    invitationHash: invitation_sha256,
    returnPath: return_path,
    redirectUri: redirect_uri,
  };
}
