/** The audit chain: SQL on identity_audit_entries and identity_audit_heads. Entries are only ever added. */
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import { CHAIN_START, type ChainLink, findBrokenLink, hashAuditEntry } from './audit.ts';
import type { IdentityTables } from './tables.ts';

const VERIFY_PAGE = 1_000; // Entries held in memory at once while walking a chain.

export interface AuditFact {
  readonly workspaceId: string;
  /** `<domain>.<noun>.<verb>`, as an event would be named. */
  readonly action: string;
  /** Id of what it was done to. */
  readonly subject: string;
  readonly userId: string | null;
  readonly ip: string;
  readonly atMs: number;
  /** Never a secret. */
  readonly details?: Readonly<Record<string, string>>;
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
  const content = { ...fact, sequence: current.sequence, details: JSON.stringify(fact.details ?? {}) };
  const hash = hashAuditEntry(current.hash, content);
  await tables
    .insertInto('identity_audit_entries')
    .values({
      workspace_id: content.workspaceId,
      sequence: content.sequence,
      action: content.action,
      subject: content.subject,
      user_id: content.userId,
      ip: content.ip,
      at: new Date(content.atMs),
      details: content.details,
      previous_hash: current.hash,
      hash,
    })
    .execute();
  await tables.updateTable('identity_audit_heads').set({ hash }).where('workspace_id', '=', fact.workspaceId).execute();
}

/** Walks a chain from its start; the first broken sequence, or null when it is whole. */
export async function findBrokenAudit(queryable: Queryable, workspaceId: string): Promise<bigint | null> {
  let walked = { hash: CHAIN_START, sequence: 0n };
  for (;;) {
    const links = await readLinks(queryable, workspaceId, walked.sequence);
    const { brokenAt, hash, sequence } = findBrokenLink(walked, links);
    if (brokenAt !== null) return brokenAt;
    walked = { hash, sequence };
    if (links.length < VERIFY_PAGE) break;
  }
  const head = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_audit_heads')
    .select(['sequence', 'hash'])
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  if (!head) return walked.sequence === 0n ? null : walked.sequence;
  return head.sequence === walked.sequence && head.hash.equals(walked.hash) ? null : walked.sequence + 1n;
}

export interface AuditRow {
  readonly sequence: bigint;
  readonly action: string;
  readonly subject: string;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly ip: string;
  readonly atMs: number;
  readonly details: Readonly<Record<string, string>>;
}

/** Newest first, before a sequence when given. */
export async function listAuditRows(
  queryable: Queryable,
  page: { readonly workspaceId: string; readonly before: bigint | null; readonly countMax: number },
): Promise<AuditRow[]> {
  let select = queryable
    .tables<IdentityTables>()
    .selectFrom('identity_audit_entries as entry')
    .leftJoin('identity_users as person', 'person.user_id', 'entry.user_id')
    .select(['entry.sequence', 'entry.action', 'entry.subject', 'entry.user_id', 'entry.ip', 'entry.at'])
    .select(['entry.details', 'person.name as user_name'])
    .where('entry.workspace_id', '=', page.workspaceId);
  if (page.before !== null) select = select.where('entry.sequence', '<', page.before);
  const rows = await select.orderBy('entry.sequence', 'desc').limit(page.countMax).execute();
  return rows.map((row) => ({
    sequence: row.sequence,
    action: row.action,
    subject: row.subject,
    userId: row.user_id,
    userName: row.user_name,
    ip: row.ip,
    atMs: row.at,
    details: JSON.parse(row.details) as Record<string, string>,
  }));
}

async function readLinks(queryable: Queryable, workspaceId: string, after: bigint): Promise<ChainLink[]> {
  const rows = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_audit_entries')
    .select(['workspace_id', 'sequence', 'action', 'subject', 'user_id', 'ip', 'at', 'details'])
    .select(['previous_hash', 'hash'])
    .where('workspace_id', '=', workspaceId)
    .where('sequence', '>', after)
    .orderBy('sequence')
    .limit(VERIFY_PAGE)
    .execute();
  return rows.map((row) => ({
    workspaceId: row.workspace_id,
    sequence: row.sequence,
    action: row.action,
    subject: row.subject,
    userId: row.user_id,
    ip: row.ip,
    atMs: row.at,
    details: row.details,
    previousHash: row.previous_hash,
    hash: row.hash,
  }));
}
