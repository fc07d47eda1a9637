/** The audit chain: SQL on identity_audit_entries and identity_audit_heads. Entries are only ever added. */
import type { LocalDate } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { currentOrigin } from '#platform/http';
import { sql } from 'kysely';
import { auditText, CHAIN_START, type ChainLink, HASH_VERSION, hashAuditEntry } from './audit.ts';
import type { IdentityTables } from './tables.ts';

const VERIFY_PAGE = 1_000; // Entries held in memory at once while walking a chain.
const AGENT_LENGTH_MAX = 300;

export interface AuditFact {
  readonly workspaceId: string;
  /** `<domain>.<noun>.<verb>`, as an event would be named. */
  readonly action: string;
  /** Id of what it was done to. */
  readonly subject: string;
  readonly atMs: number;
  /** Whoever asks, when left out; null says that nobody did. */
  readonly userId?: string | null;
  /** Where the request comes from, when left out; empty in jobs. */
  readonly ip?: string;
  readonly details?: Readonly<Record<string, string>>;
  /** What was and what is, as far as it changed. Fields named like secrets are redacted. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

/** Appends one entry; the head's row lock puts concurrent writers of a workspace in a line until they commit. */
export async function appendAudit(tx: Transaction, fact: AuditFact): Promise<void> {
  const tables = tx.tables<IdentityTables>();
  const head = await sql<{ sequence: bigint; hash: Buffer }>`
    insert into identity_audit_heads as head (workspace_id, sequence, hash)
    values (${fact.workspaceId}, 1, ${CHAIN_START})
    on conflict (workspace_id) do update set sequence = head.sequence + 1
    returning sequence, hash`.execute(tables);
  const [current] = head.rows;
  if (!current) throw new Error('audit: the head was not written');
  const origin = currentOrigin();
  const content = {
    workspaceId: fact.workspaceId,
    sequence: current.sequence,
    hashVersion: HASH_VERSION,
    action: fact.action,
    subject: fact.subject,
    userId: fact.userId === undefined ? (origin?.userId ?? null) : fact.userId,
    ip: fact.ip ?? origin?.ip ?? '',
    agent: (origin?.userAgent ?? '').slice(0, AGENT_LENGTH_MAX),
    credentialId: origin?.credentialId ?? null,
    atMs: fact.atMs,
    details: auditText(fact.details ?? {}),
    before: fact.before ? auditText(fact.before) : null,
    after: fact.after ? auditText(fact.after) : null,
  };
  const hash = hashAuditEntry(current.hash, content);
  await tables
    .insertInto('identity_audit_entries')
    .values({
      workspace_id: content.workspaceId,
      sequence: content.sequence,
      hash_version: content.hashVersion,
      action: content.action,
      subject: content.subject,
      user_id: content.userId,
      ip: content.ip,
      agent: content.agent,
      credential_id: content.credentialId,
      at: new Date(content.atMs),
      details: content.details,
      before: content.before,
      after: content.after,
      previous_hash: current.hash,
      hash,
    })
    .execute();
  await tables.updateTable('identity_audit_heads').set({ hash }).where('workspace_id', '=', fact.workspaceId).execute();
}

export interface AuditHead {
  readonly workspaceId: string;
  readonly sequence: bigint;
  readonly hash: Buffer;
}

/** The newest link of each chain, or of one. */
export async function listAuditHeads(queryable: Queryable, workspaceId: string | null): Promise<AuditHead[]> {
  let select = queryable
    .tables<IdentityTables>()
    .selectFrom('identity_audit_heads')
    .select(['workspace_id', 'sequence', 'hash'])
    .orderBy('workspace_id');
  if (workspaceId !== null) select = select.where('workspace_id', '=', workspaceId);
  const rows = await select.execute();
  return rows.map((row) => ({ workspaceId: row.workspace_id, sequence: row.sequence, hash: row.hash }));
}

/** Every workspace that has entries, also one whose head is gone. */
export async function listAuditedWorkspaceIds(queryable: Queryable): Promise<string[]> {
  const { rows } = await sql<{ workspace_id: string }>`
    select workspace_id from identity_audit_heads union select workspace_id from identity_audit_entries
    order by workspace_id`.execute(queryable.tables());
  return rows.map((row) => row.workspace_id);
}

export interface AuditRow {
  readonly sequence: bigint;
  readonly action: string;
  readonly subject: string;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly ip: string;
  readonly agent: string;
  readonly credentialId: string | null;
  readonly atMs: number;
  readonly details: Readonly<Record<string, string>>;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

export interface AuditQuery {
  readonly workspaceId: string;
  readonly before: bigint | null;
  readonly countMax: number;
  readonly userId?: string | undefined;
  /** The action itself, or what it begins with: `portfolios.` finds all of them. */
  readonly action?: string | undefined;
  readonly subject?: string | undefined;
  /** Both days included, as the calendar of this zone has them. */
  readonly days?: { readonly from?: LocalDate | undefined; readonly to?: LocalDate | undefined; readonly zone: string };
}

/** Newest first, before a sequence when given. */
export async function listAuditRows(queryable: Queryable, query: AuditQuery): Promise<AuditRow[]> {
  let select = queryable
    .tables<IdentityTables>()
    .selectFrom('identity_audit_entries as entry')
    .leftJoin('identity_users as person', 'person.user_id', 'entry.user_id')
    .select(['entry.sequence', 'entry.action', 'entry.subject', 'entry.user_id', 'entry.ip', 'entry.at'])
    .select(['entry.details', 'entry.agent', 'entry.credential_id', 'entry.before', 'entry.after'])
    .select('person.name as user_name')
    .where('entry.workspace_id', '=', query.workspaceId);
  if (query.before !== null) select = select.where('entry.sequence', '<', query.before);
  if (query.userId !== undefined) select = select.where('entry.user_id', '=', query.userId);
  if (query.subject !== undefined) select = select.where('entry.subject', '=', query.subject);
  if (query.action !== undefined) select = select.where(sql<boolean>`starts_with(entry.action, ${query.action})`);
  const { from, to, zone = 'UTC' } = query.days ?? {};
  const day = sql`(entry.at at time zone ${zone})::date`;
  if (from !== undefined) select = select.where(sql<boolean>`${day} >= ${from}::date`);
  if (to !== undefined) select = select.where(sql<boolean>`${day} <= ${to}::date`);
  const rows = await select.orderBy('entry.sequence', 'desc').limit(query.countMax).execute();
  return rows.map((row) => ({
    sequence: row.sequence,
    action: row.action,
    subject: row.subject,
    userId: row.user_id,
    userName: row.user_name,
    ip: row.ip,
    agent: row.agent,
    credentialId: row.credential_id,
    atMs: row.at,
    details: JSON.parse(row.details) as Record<string, string>,
    before: factsOf(row.before),
    after: factsOf(row.after),
  }));
}

/** The hash at one place of a chain, for an anchor; null when there is no such entry. */
export async function findAuditHash(
  queryable: Queryable,
  place: { readonly workspaceId: string; readonly sequence: bigint },
): Promise<Buffer | null> {
  const row = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_audit_entries')
    .select('hash')
    .where('workspace_id', '=', place.workspaceId)
    .where('sequence', '=', place.sequence)
    .executeTakeFirst();
  return row?.hash ?? null;
}

/** A run of entries in order, for walking a chain; fewer than a page means the end. */
export async function readAuditLinks(
  queryable: Queryable,
  workspaceId: string,
  after: bigint,
): Promise<{ readonly links: ChainLink[]; readonly isLast: boolean }> {
  const rows = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_audit_entries')
    .select(['workspace_id', 'sequence', 'hash_version', 'action', 'subject', 'user_id', 'ip', 'at', 'details'])
    .select(['agent', 'credential_id', 'before', 'after', 'previous_hash', 'hash'])
    .where('workspace_id', '=', workspaceId)
    .where('sequence', '>', after)
    .orderBy('sequence')
    .limit(VERIFY_PAGE)
    .execute();
  const links = rows.map((row) => ({
    workspaceId: row.workspace_id,
    sequence: row.sequence,
    hashVersion: row.hash_version,
    action: row.action,
    subject: row.subject,
    userId: row.user_id,
    ip: row.ip,
    agent: row.agent,
    credentialId: row.credential_id,
    atMs: row.at,
    details: row.details,
    before: row.before,
    after: row.after,
    previousHash: row.previous_hash,
    hash: row.hash,
  }));
  return { links, isLast: rows.length < VERIFY_PAGE };
}

function factsOf(text: string | null): Record<string, unknown> | null {
  return text === null ? null : (JSON.parse(text) as Record<string, unknown>);
}
