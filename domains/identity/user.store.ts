/** People and their membership: SQL on identity_users and identity_members. */
import type { UserRole } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import { sql } from 'kysely';
import type { IdentityTables, Locale } from './tables.ts';

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly locale: Locale;
  readonly timeZone: string;
  readonly isDisabled: boolean;
}

export interface Member {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: UserRole;
  readonly isDisabled: boolean;
  readonly createdAtMs: number;
  readonly lastSeenAtMs: number | null;
}

export const USERS_PER_WORKSPACE_MAX = 500; // A firm, not a public site; the list is one page.

/** False when somebody has this e-mail already. */
export async function insertUser(
  tx: Transaction,
  user: Omit<User, 'isDisabled'> & { readonly createdAtMs: number },
): Promise<boolean> {
  const row = await tx
    .tables<IdentityTables>()
    .insertInto('identity_users')
    .values({
      user_id: user.id,
      email: user.email,
      name: user.name,
      password_hash: user.passwordHash,
      locale: user.locale,
      time_zone: user.timeZone,
      created_at: new Date(user.createdAtMs),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('user_id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Finds by e-mail whatever its letter case. */
export async function findUserByEmail(queryable: Queryable, email: string): Promise<User | null> {
  const row = await userRows(queryable)
    .where(sql<boolean>`lower(email) = ${email.trim().toLowerCase()}`)
    .executeTakeFirst();
  return row ? userOf(row) : null;
}

export async function findUser(queryable: Queryable, userId: string): Promise<User | null> {
  const row = await userRows(queryable).where('user_id', '=', userId).executeTakeFirst();
  return row ? userOf(row) : null;
}

/** True once anybody exists: from then on setup is closed. */
export async function hasUsers(queryable: Queryable): Promise<boolean> {
  const row = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_users')
    .select('user_id')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function updateProfile(
  queryable: Queryable,
  userId: string,
  profile: {
    readonly name?: string | undefined;
    readonly locale?: Locale | undefined;
    readonly timeZone?: string | undefined;
  },
): Promise<void> {
  const changes = {
    ...(profile.name === undefined ? {} : { name: profile.name }),
    ...(profile.locale === undefined ? {} : { locale: profile.locale }),
    ...(profile.timeZone === undefined ? {} : { time_zone: profile.timeZone }),
  };
  if (Object.keys(changes).length === 0) return;
  const users = queryable.tables<IdentityTables>().updateTable('identity_users');
  await users.set(changes).where('user_id', '=', userId).execute();
}

export async function updatePasswordHash(queryable: Queryable, userId: string, passwordHash: string): Promise<void> {
  const users = queryable.tables<IdentityTables>().updateTable('identity_users');
  await users.set({ password_hash: passwordHash }).where('user_id', '=', userId).execute();
}

export async function updateDisabled(tx: Transaction, userId: string, disabledAtMs: number | null): Promise<void> {
  const disabledAt = disabledAtMs === null ? null : new Date(disabledAtMs);
  const users = tx.tables<IdentityTables>().updateTable('identity_users');
  await users.set({ disabled_at: disabledAt }).where('user_id', '=', userId).execute();
}

export async function listMembers(queryable: Queryable, workspaceId: string): Promise<Member[]> {
  const rows = await memberRows(queryable, workspaceId)
    .orderBy(sql`lower(identity_users.name)`)
    .orderBy('identity_users.user_id')
    .limit(USERS_PER_WORKSPACE_MAX)
    .execute();
  return rows.map(memberOf);
}

export async function findMember(queryable: Queryable, workspaceId: string, userId: string): Promise<Member | null> {
  const row = await memberRows(queryable, workspaceId).where('identity_users.user_id', '=', userId).executeTakeFirst();
  return row ? memberOf(row) : null;
}

export async function countMembers(queryable: Queryable, workspaceId: string): Promise<number> {
  const { count } = await queryable
    .tables<IdentityTables>()
    .selectFrom('identity_members')
    .select((column) => column.fn.countAll<bigint>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export async function insertMember(
  tx: Transaction,
  member: {
    readonly workspaceId: string;
    readonly userId: string;
    readonly role: UserRole;
    readonly joinedAtMs: number;
  },
): Promise<void> {
  await tx
    .tables<IdentityTables>()
    .insertInto('identity_members')
    .values({
      workspace_id: member.workspaceId,
      user_id: member.userId,
      role: member.role,
      joined_at: new Date(member.joinedAtMs),
    })
    .execute();
}

export async function updateRole(
  tx: Transaction,
  member: { readonly workspaceId: string; readonly userId: string; readonly role: UserRole },
): Promise<void> {
  await tx
    .tables<IdentityTables>()
    .updateTable('identity_members')
    .set({ role: member.role })
    .where('workspace_id', '=', member.workspaceId)
    .where('user_id', '=', member.userId)
    .execute();
}

/**
 * Owners who can still sign in, with their rows locked: two people demoting each other at the same moment
 * queue here, so one of them stays.
 */
export async function lockEnabledOwners(tx: Transaction, workspaceId: string): Promise<readonly string[]> {
  const rows = await tx
    .tables<IdentityTables>()
    .selectFrom('identity_members')
    .innerJoin('identity_users', 'identity_users.user_id', 'identity_members.user_id')
    .select('identity_members.user_id as user_id')
    .where('identity_members.workspace_id', '=', workspaceId)
    .where('identity_members.role', '=', 'owner')
    .where('identity_users.disabled_at', 'is', null)
    .orderBy('identity_members.user_id')
    .forUpdate()
    .execute();
  return rows.map((row) => row.user_id);
}

/** Names by id, for showing whom a row belongs to; unknown ids are left out. */
export async function listUserNames(queryable: Queryable, userIds: readonly string[]): Promise<Map<string, string>> {
  if (userIds.length === 0) return new Map();
  const rows = await queryable.prepared<{ user_id: string; name: string }>(
    'identity.user.names',
    'select user_id, name from identity_users where user_id = any($1::uuid[])',
    [userIds],
  );
  return new Map(rows.map((row) => [row.user_id, row.name]));
}

/** Puts two changes of the same membership in a line. */
export async function lockMembership(tx: Transaction, workspaceId: string, userId: string): Promise<void> {
  await tx
    .tables<IdentityTables>()
    .selectFrom('identity_members')
    .select('user_id')
    .where('workspace_id', '=', workspaceId)
    .where('user_id', '=', userId)
    .forUpdate()
    .execute();
}

function userRows(queryable: Queryable) {
  return queryable
    .tables<IdentityTables>()
    .selectFrom('identity_users')
    .select(['user_id', 'email', 'name', 'password_hash', 'locale', 'time_zone', 'disabled_at']);
}

function userOf(row: {
  user_id: string;
  email: string;
  name: string;
  password_hash: string;
  locale: Locale;
  time_zone: string;
  disabled_at: number | null;
}): User {
  return {
    id: row.user_id,
    email: row.email,
    name: row.name,
    passwordHash: row.password_hash,
    locale: row.locale,
    timeZone: row.time_zone,
    isDisabled: row.disabled_at !== null,
  };
}

function memberRows(queryable: Queryable, workspaceId: string) {
  return queryable
    .tables<IdentityTables>()
    .selectFrom('identity_members')
    .innerJoin('identity_users', 'identity_users.user_id', 'identity_members.user_id')
    .where('identity_members.workspace_id', '=', workspaceId)
    .select([
      'identity_users.user_id as user_id',
      'identity_users.email as email',
      'identity_users.name as name',
      'identity_users.disabled_at as disabled_at',
      'identity_members.role as role',
      'identity_members.joined_at as joined_at',
    ])
    .select((outer) =>
      outer
        .selectFrom('identity_sessions')
        .whereRef('identity_sessions.user_id', '=', 'identity_users.user_id')
        .select((inner) => inner.fn.max('identity_sessions.last_seen_at').as('last_seen_at'))
        .as('last_seen_at'),
    );
}

function memberOf(row: {
  user_id: string;
  email: string;
  name: string;
  disabled_at: number | null;
  role: UserRole;
  joined_at: number;
  last_seen_at: number | null;
}): Member {
  return {
    id: row.user_id,
    email: row.email,
    name: row.name,
    role: row.role,
    isDisabled: row.disabled_at !== null,
    createdAtMs: row.joined_at,
    lastSeenAtMs: row.last_seen_at,
  };
}
