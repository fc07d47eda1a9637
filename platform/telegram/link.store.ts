/** Links, codes and the bot's place: SQL on platform_telegram_links, _codes, _bots and _checks. */
import type { Queryable } from '#platform/db';
import type { LinkDisabledReason, TelegramFaultCode, TelegramLink } from './types.ts';

const LINK = `user_id as "userId", workspace_id as "workspaceId", chat_id as "chatId", username,
  linked_at as "linkedAtMs", disabled_reason as "disabledReason"`;

export async function findLink(queryable: Queryable, userId: string): Promise<TelegramLink | null> {
  const sql = `select ${LINK} from platform_telegram_links where user_id = $1`;
  return (await queryable.prepared<TelegramLink>('platform.telegram.link', sql, [userId]))[0] ?? null;
}

export async function findLinksOfChat(queryable: Queryable, chatId: bigint): Promise<readonly TelegramLink[]> {
  const sql = `select ${LINK} from platform_telegram_links where chat_id = $1 order by user_id limit 20`;
  return queryable.prepared<TelegramLink>('platform.telegram.links', sql, [chatId]);
}

export async function upsertLink(queryable: Queryable, link: Omit<TelegramLink, 'disabledReason'>): Promise<void> {
  await queryable.prepared(
    'platform.telegram.link.write',
    `insert into platform_telegram_links (user_id, workspace_id, chat_id, username, linked_at)
     values ($1, $2, $3, $4, $5)
     on conflict (user_id) do update set workspace_id = excluded.workspace_id, chat_id = excluded.chat_id,
       username = excluded.username, linked_at = excluded.linked_at, disabled_reason = null`,
    [link.userId, link.workspaceId, link.chatId, link.username, new Date(link.linkedAtMs)],
  );
}

/** False when it was off already. */
export async function updateDisabled(
  queryable: Queryable,
  userId: string,
  reason: LinkDisabledReason,
): Promise<boolean> {
  const rows = await queryable.prepared(
    'platform.telegram.link.disable',
    `update platform_telegram_links set disabled_reason = $2 where user_id = $1 and disabled_reason is null
     returning user_id`,
    [userId, reason],
  );
  return rows.length > 0;
}

/** The person took the bot back. */
export async function enableLinksOfChat(queryable: Queryable, chatId: bigint): Promise<void> {
  const sql = 'update platform_telegram_links set disabled_reason = null where chat_id = $1';
  await queryable.prepared('platform.telegram.link.enable', sql, [chatId]);
}

export async function deleteLink(queryable: Queryable, userId: string): Promise<void> {
  await queryable.prepared('platform.telegram.unlink', 'delete from platform_telegram_links where user_id = $1', [
    userId,
  ]);
  await queryable.prepared('platform.telegram.uncode', 'delete from platform_telegram_codes where user_id = $1', [
    userId,
  ]);
}

export async function upsertCode(
  queryable: Queryable,
  code: {
    readonly userId: string;
    readonly workspaceId: string;
    readonly sha256: Buffer;
    readonly expiresAtMs: number;
  },
): Promise<void> {
  await queryable.prepared(
    'platform.telegram.code.write',
    `insert into platform_telegram_codes (user_id, workspace_id, code_sha256, expires_at) values ($1, $2, $3, $4)
     on conflict (user_id) do update set workspace_id = excluded.workspace_id, code_sha256 = excluded.code_sha256,
       expires_at = excluded.expires_at`,
    [code.userId, code.workspaceId, code.sha256, new Date(code.expiresAtMs)],
  );
}

/** Whose code it was; a code works once, whether it came in time or not. */
export async function takeCode(
  queryable: Queryable,
  sha256: Buffer,
  nowMs: number,
): Promise<{ readonly userId: string; readonly workspaceId: string } | null> {
  const rows = await queryable.prepared<{ userId: string; workspaceId: string; expiresAtMs: number }>(
    'platform.telegram.code.take',
    `delete from platform_telegram_codes where code_sha256 = $1
     returning user_id as "userId", workspace_id as "workspaceId", expires_at as "expiresAtMs"`,
    [sha256],
  );
  const row = rows[0];
  return row && row.expiresAtMs > nowMs ? row : null;
}

/** Remembers the bot and gives the first update it has not read. */
export async function upsertBot(
  queryable: Queryable,
  bot: { readonly id: bigint; readonly username: string; readonly seenAtMs: number },
): Promise<bigint> {
  const rows = await queryable.prepared<{ nextUpdateId: bigint }>(
    'platform.telegram.bot.write',
    `insert into platform_telegram_bots (bot_id, username, seen_at) values ($1, $2, $3)
     on conflict (bot_id) do update set username = excluded.username, seen_at = excluded.seen_at
     returning next_update_id as "nextUpdateId"`,
    [bot.id, bot.username, new Date(bot.seenAtMs)],
  );
  return rows[0]?.nextUpdateId ?? 0n;
}

export async function updateNextUpdate(queryable: Queryable, botId: bigint, nextUpdateId: bigint): Promise<void> {
  const sql = 'update platform_telegram_bots set next_update_id = greatest(next_update_id, $2) where bot_id = $1';
  await queryable.prepared('platform.telegram.bot.advance', sql, [botId, nextUpdateId]);
}

export interface CheckRow {
  readonly checkedAtMs: number;
  readonly botUsername: string | null;
  readonly errorCode: TelegramFaultCode | null;
  readonly errorDetail: string | null;
}

export async function recordCheck(
  queryable: Queryable,
  check: {
    readonly checkedAtMs: number;
    readonly botId: bigint | null;
    readonly errorCode: TelegramFaultCode | null;
    readonly errorDetail: string | null;
  },
): Promise<void> {
  await queryable.prepared(
    'platform.telegram.check.write',
    `insert into platform_telegram_checks as known (is_only, checked_at, bot_id, error_code, error_detail)
     values (true, $1, $2, $3, $4)
     on conflict (is_only) do update set checked_at = excluded.checked_at,
       bot_id = coalesce(excluded.bot_id, known.bot_id), error_code = excluded.error_code,
       error_detail = excluded.error_detail`,
    [new Date(check.checkedAtMs), check.botId, check.errorCode, check.errorDetail],
  );
}

export async function findCheck(queryable: Queryable): Promise<CheckRow | null> {
  const rows = await queryable.prepared<CheckRow>(
    'platform.telegram.check',
    `select checks.checked_at as "checkedAtMs", bots.username as "botUsername", checks.error_code as "errorCode",
       checks.error_detail as "errorDetail"
     from platform_telegram_checks checks left join platform_telegram_bots bots on bots.bot_id = checks.bot_id limit 1`,
    [],
  );
  return rows[0] ?? null;
}

export async function deleteLinksOfWorkspace(queryable: Queryable, workspaceId: string): Promise<void> {
  const parts = [
    ['links', 'delete from platform_telegram_links where workspace_id = $1'],
    ['codes', 'delete from platform_telegram_codes where workspace_id = $1'],
  ] as const;
  for (const [name, sql] of parts) await queryable.prepared(`platform.telegram.remove.${name}`, sql, [workspaceId]);
}
