/** People of a workspace: adding them, their role, their access. Nobody reaches above herself; an owner always remains. */
import { type Result, ok, refuse, type UserRole } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import type { Actor } from '#platform/http';
import { appendAudit } from './audit.store.ts';
import { UserAccessChanged, UserCreated, UserRoleChanged } from './contract.ts';
import { closeSessions } from './open-session.ts';
import { hashPassword, requireStrongPassword, TooBusy } from './password.ts';
import { permissionsOfRole } from './permissions.ts';
import { isAtLeast, requireReach } from './role.ts';
import { forgetSessionsAfterCommit } from './session-cache.ts';
import type { Locale } from './tables.ts';
import { leaveTeamForRole } from './team.ts';
import {
  countMembers,
  findMember,
  findUser,
  findUserByEmail,
  insertMember,
  insertUser,
  lockEnabledOwners,
  lockMembership,
  type Member,
  updateDisabled,
  updateRole,
  USERS_PER_WORKSPACE_MAX,
} from './user.store.ts';
import { findWorkspace, listWorkspacesOfUser } from './workspace.store.ts';

export interface NewUser {
  readonly name: string;
  readonly email: string;
  readonly role: UserRole;
  readonly password: string;
  readonly locale?: Locale | undefined;
}

/** Who changes something, and from where. */
export interface Doer {
  readonly actor: Actor;
  readonly ip: string;
}

type CreateRefusal = 'email_taken' | 'role_above_yours' | 'password_too_weak' | 'users_full' | 'too_busy';

/** Adds a person here; from the demo she also joins the real workspaces that the actor runs. */
export async function createUser(
  platform: Platform,
  doer: Doer,
  input: NewUser,
): Promise<Result<Member, CreateRefusal>> {
  const { actor } = doer;
  const reach = requireReach(actor.role, input.role);
  if (!reach.ok) return reach;
  const strong = requireStrongPassword(input.password, input);
  if (!strong.ok) return strong;
  if (await findUserByEmail(platform.db, input.email)) return refuse('email_taken');
  let passwordHash: string;
  try {
    passwordHash = await hashPassword(platform, input.password);
  } catch (cause) {
    if (cause instanceof TooBusy) return refuse('too_busy');
    throw cause;
  }
  return platform.db.transaction(async (tx) => {
    const count = await countMembers(tx, actor.workspaceId);
    if (count >= USERS_PER_WORKSPACE_MAX) return refuse('users_full', { countMax: USERS_PER_WORKSPACE_MAX });
    const creator = await findUser(tx, actor.userId);
    const userId = platform.newId();
    const isNew = await insertUser(tx, {
      id: userId,
      email: input.email,
      name: input.name,
      passwordHash,
      locale: input.locale ?? creator?.locale ?? 'es',
      timeZone: creator?.timeZone ?? 'UTC',
      createdAtMs: platform.clock(),
    });
    if (!isNew) return refuse('email_taken');
    for (const workspaceId of await workspacesToJoin(platform, tx, actor, input.role)) {
      await joinWorkspace(platform, tx, { byUserId: actor.userId, ip: doer.ip, workspaceId, userId, role: input.role });
    }
    return ok(await requireMember(tx, actor.workspaceId, userId));
  });
}

/** Gives another role. Her sessions close, so nothing opened under the old role lives on. */
export async function changeRole(
  platform: Platform,
  doer: Doer,
  change: { readonly userId: string; readonly role: UserRole },
): Promise<Result<Member, 'user_not_found' | 'role_above_yours' | 'last_owner' | 'manages_a_team'>> {
  const { actor } = doer;
  const { workspaceId } = actor;
  return platform.db.transaction(async (tx) => {
    const owners = await lockEnabledOwners(tx, workspaceId);
    await lockMembership(tx, workspaceId, change.userId);
    const member = await findMember(tx, workspaceId, change.userId);
    if (!member) return refuse('user_not_found');
    const reach = requireReach(actor.role, member.role, change.role);
    if (!reach.ok) return reach;
    if (member.role === change.role) return ok(member);
    if (isOnlyOwner(owners, member.id)) return refuse('last_owner');
    const canManage = permissionsOfRole(platform.domains, change.role).has('identity.rows.team');
    const isAdviser = change.role === 'adviser';
    const left = await leaveTeamForRole(platform, tx, { doer, userId: member.id, canManage, isAdviser });
    if (!left.ok) return left;
    await updateRole(tx, { workspaceId, userId: member.id, role: change.role });
    await closeSessions(platform, tx, { workspaceId, userId: member.id, keptSessionId: null });
    const payload = { userId: member.id, role: change.role, previousRole: member.role };
    tx.emit(UserRoleChanged, { workspaceId, subjectId: member.id, payload });
    await recordChange(platform, tx, doer, {
      action: 'identity.user.role_changed',
      subject: member.id,
      details: { role: change.role, previousRole: member.role },
    });
    return ok(await requireMember(tx, workspaceId, member.id));
  });
}

/**
 * Disables a person or lets her in again. A person is disabled everywhere at once, so whoever does it must have
 * the say in every workspace she belongs to, and none of them may lose its last owner.
 */
export async function changeAccess(
  platform: Platform,
  doer: Doer,
  change: { readonly userId: string; readonly isDisabled: boolean },
): Promise<Result<Member, 'user_not_found' | 'role_above_yours' | 'last_owner' | 'yourself'>> {
  const { actor } = doer;
  const { workspaceId } = actor;
  if (change.userId === actor.userId) return refuse('yourself');
  return platform.db.transaction(async (tx) => {
    const member = await findMember(tx, workspaceId, change.userId);
    if (!member) return refuse('user_not_found');
    const allowed = await requireSayEverywhere(platform, tx, actor, change);
    if (!allowed.ok) return allowed;
    if (member.isDisabled === change.isDisabled) return ok(member);
    await updateDisabled(tx, member.id, change.isDisabled ? platform.clock() : null);
    if (change.isDisabled) {
      await closeSessions(platform, tx, { workspaceId, userId: member.id, keptSessionId: null });
    }
    forgetSessionsAfterCommit(platform, tx);
    tx.emit(UserAccessChanged, { workspaceId, subjectId: member.id, payload: change });
    await recordChange(platform, tx, doer, {
      action: change.isDisabled ? 'identity.user.disabled' : 'identity.user.enabled',
      subject: member.id,
    });
    return ok(await requireMember(tx, workspaceId, member.id));
  });
}

/** From the demo, a new colleague must not be left outside when the demo goes. */
export async function workspacesToJoin(
  platform: Platform,
  tx: Transaction,
  actor: Pick<Actor, 'userId' | 'workspaceId'>,
  role: UserRole,
): Promise<readonly string[]> {
  const current = await findWorkspace(tx, actor.workspaceId);
  if (current?.kind !== 'demo') return [actor.workspaceId];
  const run = (await listWorkspacesOfUser(tx, actor.userId)).filter(
    (workspace) =>
      workspace.kind === 'real' &&
      isAtLeast(workspace.role, role) &&
      permissionsOfRole(platform.domains, workspace.role).has('identity.users.create'),
  );
  return [actor.workspaceId, ...run.map(({ id }) => id)];
}

/** Makes a person a member, with the event and the audit entry of it. */
export async function joinWorkspace(
  platform: Platform,
  tx: Transaction,
  join: {
    /** Null: the operator. */
    readonly byUserId: string | null;
    readonly ip: string;
    readonly workspaceId: string;
    readonly userId: string;
    readonly role: UserRole;
  },
): Promise<void> {
  const { workspaceId, userId, role } = join;
  await insertMember(tx, { workspaceId, userId, role, joinedAtMs: platform.clock() });
  tx.emit(UserCreated, { workspaceId, subjectId: userId, payload: { userId, role } });
  await appendAudit(tx, {
    workspaceId,
    action: 'identity.user.created',
    subject: userId,
    userId: join.byUserId,
    ip: join.ip,
    atMs: platform.clock(),
    details: { role },
  });
}

/** Refuses unless the actor has the say in every workspace of a person; with `isDisabled` an owner must remain in each. */
export async function requireSayEverywhere(
  platform: Platform,
  tx: Transaction,
  actor: Actor,
  change: { readonly userId: string; readonly isDisabled: boolean },
): Promise<Result<null, 'role_above_yours' | 'last_owner'>> {
  const mine = new Map((await listWorkspacesOfUser(tx, actor.userId)).map(({ id, role }) => [id, role]));
  const hers = (await listWorkspacesOfUser(tx, change.userId)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  for (const { id, role } of hers) {
    const myRole = mine.get(id);
    const maySay = myRole !== undefined && permissionsOfRole(platform.domains, myRole).has('identity.users.update');
    if (!maySay || !isAtLeast(myRole, role)) return refuse('role_above_yours', { role });
    const owners = await lockEnabledOwners(tx, id);
    if (change.isDisabled && isOnlyOwner(owners, change.userId)) return refuse('last_owner');
  }
  return ok(null);
}

function isOnlyOwner(owners: readonly string[], userId: string): boolean {
  return owners.length === 1 && owners[0] === userId;
}

async function recordChange(
  platform: Platform,
  tx: Transaction,
  doer: Doer,
  change: { readonly action: string; readonly subject: string; readonly details?: Readonly<Record<string, string>> },
): Promise<void> {
  const { actor, ip } = doer;
  await appendAudit(tx, {
    workspaceId: actor.workspaceId,
    userId: actor.userId,
    ip,
    atMs: platform.clock(),
    ...change,
  });
}

async function requireMember(tx: Transaction, workspaceId: string, userId: string): Promise<Member> {
  const member = await findMember(tx, workspaceId, userId);
  if (!member) throw new Error('user: the member just written is not there');
  return member;
}
