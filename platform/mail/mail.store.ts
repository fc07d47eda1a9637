/** Mail on its way out and what became of it: SQL on platform_mails. */
import type { InstantColumn, NullableInstantColumn, Queryable } from '#platform/db';
import type { StalePage } from '#platform/secrets';
import { sql } from 'kysely';
import type { MailFaultCode, MailFilter, MailRow, MailState } from './types.ts';

interface MailTables {
  platform_mails: {
    mail_id: string;
    workspace_id: string | null;
    purpose: string;
    recipient: string;
    subject: string;
    sealed_body: string | null;
    unsubscribe_url: string | null;
    state: MailState;
    attempts: number;
    error_code: MailFaultCode | null;
    error_detail: string | null;
    created_at: InstantColumn;
    expires_at: InstantColumn;
    sent_at: NullableInstantColumn;
  };
}

export interface WaitingMail {
  readonly id: string;
  readonly purpose: string;
  readonly to: string;
  readonly subject: string;
  readonly workspaceId: string | null;
  /** Text and HTML, sealed: they may hold a secret link. */
  readonly sealedBody: string;
  readonly unsubscribeUrl: string | null;
  readonly expiresAtMs: number;
}

export async function insertMail(
  queryable: Queryable,
  mail: WaitingMail & { readonly createdAtMs: number },
): Promise<void> {
  await sql`
    insert into platform_mails (mail_id, workspace_id, purpose, recipient, subject, sealed_body, unsubscribe_url, state,
      created_at, expires_at)
    values (${mail.id}, ${mail.workspaceId}, ${mail.purpose}, ${mail.to}, ${mail.subject}, ${mail.sealedBody},
      ${mail.unsubscribeUrl}, 'waiting', ${new Date(mail.createdAtMs)}, ${new Date(mail.expiresAtMs)})`.execute(
    queryable.tables<MailTables>(),
  );
}

/** The mail to send; null when it left already, or failed for good. */
export async function findWaitingMail(queryable: Queryable, mailId: string): Promise<WaitingMail | null> {
  const row = await queryable
    .tables<MailTables>()
    .selectFrom('platform_mails')
    .select([
      'mail_id',
      'purpose',
      'recipient',
      'workspace_id',
      'subject',
      'sealed_body',
      'unsubscribe_url',
      'expires_at',
    ])
    .where('mail_id', '=', mailId)
    .where('state', '=', 'waiting')
    .executeTakeFirst();
  if (!row || row.sealed_body === null) return null;
  return {
    id: row.mail_id,
    purpose: row.purpose,
    to: row.recipient,
    subject: row.subject,
    workspaceId: row.workspace_id,
    sealedBody: row.sealed_body,
    unsubscribeUrl: row.unsubscribe_url,
    expiresAtMs: row.expires_at,
  };
}

/** It left: the body, with whatever link it held, is gone with the same statement. */
export async function recordSent(
  queryable: Queryable,
  sent: { readonly mailId: string; readonly attempts: number; readonly sentAtMs: number },
): Promise<void> {
  await queryable
    .tables<MailTables>()
    .updateTable('platform_mails')
    .set({
      state: 'sent',
      sealed_body: null,
      attempts: sent.attempts,
      sent_at: new Date(sent.sentAtMs),
      error_code: null,
      error_detail: null,
    })
    .where('mail_id', '=', sent.mailId)
    .execute();
}

/** One attempt failed; a final one also wipes the body. */
export async function recordAttempt(
  queryable: Queryable,
  attempt: {
    readonly mailId: string;
    readonly attempts: number;
    readonly state: MailState;
    readonly errorCode: MailFaultCode | null;
    readonly errorDetail: string | null;
  },
): Promise<void> {
  await queryable
    .tables<MailTables>()
    .updateTable('platform_mails')
    .set({
      state: attempt.state,
      attempts: attempt.attempts,
      error_code: attempt.errorCode,
      error_detail: attempt.errorDetail,
      ...(attempt.state === 'waiting' ? {} : { sealed_body: null }),
    })
    .where('mail_id', '=', attempt.mailId)
    .execute();
}

export async function findMail(queryable: Queryable, mailId: string): Promise<MailRow | null> {
  const row = await mailRows(queryable).where('mail_id', '=', mailId).executeTakeFirst();
  return row ? mailOf(row) : null;
}

export async function findMails(queryable: Queryable, mailIds: readonly string[]): Promise<readonly MailRow[]> {
  if (mailIds.length === 0) return [];
  return (await mailRows(queryable).where('mail_id', 'in', mailIds).execute()).map(mailOf);
}

interface SealedMail {
  readonly id: string;
  readonly workspaceId: string | null;
  readonly sealedBody: string;
}

/** Bodies that the newest master key has not wrapped, held until the commit. */
export async function lockStaleBodies(
  tx: Queryable,
  { keyId, afterId, countMax }: StalePage,
): Promise<readonly SealedMail[]> {
  const { rows } = await sql<{ mail_id: string; workspace_id: string | null; sealed_body: string }>`
    select mail_id, workspace_id, sealed_body from platform_mails
    where sealed_body is not null and split_part(sealed_body, '.', 2) <> ${keyId}
      and (${afterId}::uuid is null or mail_id > ${afterId}::uuid)
    order by mail_id limit ${countMax} for update`.execute(tx.tables());
  return rows.map((row) => ({ id: row.mail_id, workspaceId: row.workspace_id, sealedBody: row.sealed_body }));
}

export async function countStaleBodies(queryable: Queryable, keyId: string): Promise<number> {
  const { rows } = await sql<{ readonly total: number }>`
    select count(*)::integer as total from platform_mails
    where sealed_body is not null and split_part(sealed_body, '.', 2) <> ${keyId}`.execute(queryable.tables());
  return rows[0]?.total ?? 0;
}

export async function updateSealedBody(tx: Queryable, { id, sealedBody }: SealedMail): Promise<void> {
  const mails = tx.tables<MailTables>().updateTable('platform_mails');
  await mails.set({ sealed_body: sealedBody }).where('mail_id', '=', id).execute();
}

/** Newest first. */
export async function listMails(queryable: Queryable, filter: MailFilter): Promise<readonly MailRow[]> {
  let select = mailRows(queryable).where((column) =>
    column.or([column('workspace_id', '=', filter.workspaceId), column('workspace_id', 'is', null)]),
  );
  if (filter.state !== null) select = select.where('state', '=', filter.state);
  if (filter.purpose !== null) select = select.where('purpose', '=', filter.purpose);
  return (await select.orderBy('mail_id', 'desc').limit(filter.countMax).execute()).map(mailOf);
}

/** Mails nobody waits for any more lose their body. */
export async function expireMails(queryable: Queryable, nowMs: number): Promise<void> {
  await queryable
    .tables<MailTables>()
    .updateTable('platform_mails')
    .set({ state: 'expired', sealed_body: null })
    .where('sealed_body', 'is not', null)
    .where(sql<boolean>`expires_at <= ${new Date(nowMs)}`)
    .execute();
}

export async function deleteMailsBefore(queryable: Queryable, beforeMs: number): Promise<void> {
  await queryable
    .tables<MailTables>()
    .deleteFrom('platform_mails')
    .where(sql<boolean>`created_at < ${new Date(beforeMs)}`)
    .where('state', '!=', 'waiting')
    .execute();
}

export async function deleteMailsOfWorkspace(queryable: Queryable, workspaceId: string): Promise<void> {
  await queryable.tables<MailTables>().deleteFrom('platform_mails').where('workspace_id', '=', workspaceId).execute();
}

function mailRows(queryable: Queryable) {
  return queryable
    .tables<MailTables>()
    .selectFrom('platform_mails')
    .select([
      'mail_id',
      'purpose',
      'recipient',
      'state',
      'attempts',
      'error_code',
      'error_detail',
      'created_at',
      'sent_at',
    ]);
}

function mailOf(row: {
  mail_id: string;
  purpose: string;
  recipient: string;
  state: MailState;
  attempts: number;
  error_code: MailFaultCode | null;
  error_detail: string | null;
  created_at: number;
  sent_at: number | null;
}): MailRow {
  return {
    id: row.mail_id,
    purpose: row.purpose,
    to: row.recipient,
    state: row.state,
    attempts: row.attempts,
    errorCode: row.error_code,
    errorDetail: row.error_detail,
    createdAtMs: row.created_at,
    sentAtMs: row.sent_at,
  };
}
