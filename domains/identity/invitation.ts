/**
 * Invitations: somebody who may add people asks an e-mail into her workspace, with a role that is not above her own. The
 * link works once and for seven days, and only as long as whoever sent it could still send it.
 */
import { DAY_MS, type Result, ok, refuse, type UserRole } from '#kernel';
import type { Queryable, Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import type { Actor, RequestFacts } from '#platform/http';
import { type AdmissionRefusal, admitPerson } from './admission.ts';
import { appendAudit } from './audit.store.ts';
import {
  endInvitation,
  findInvitationByToken,
  findOpenInvitation,
  insertInvitation,
  type Invitation,
  listOpenInvitations,
  lockOpenInvitation,
  OPEN_INVITATIONS_MAX,
  renewOpenInvitation,
} from './invitation.store.ts';
import { INVITATION_PATH, pathOfLink, urlOfLink } from './link.ts';
import { invitationMail } from './link-mail.ts';
import { hashPassword, requireStrongPassword, TooBusy } from './password.ts';
import { permissionsOfRole } from './permissions.ts';
import { isTimeZone } from './place.ts';
import { isAtLeast, requireReach } from './role.ts';
import type { Locale } from './tables.ts';
import { hashToken, newSessionToken } from './token.ts';
import { type Doer, joinWorkspace, workspacesToJoin } from './user.ts';
import {
  countMembers,
  findMember,
  findUser,
  findUserByEmail,
  insertUser,
  USERS_PER_WORKSPACE_MAX,
} from './user.store.ts';
import { findWorkspace } from './workspace.store.ts';

export const INVITATION_MS = 7 * DAY_MS;

export interface SentInvitation {
  readonly invitation: Invitation;
  readonly path: string;
  readonly isMailed: boolean;
}

export interface InvitationWish {
  readonly email: string;
  readonly role: UserRole;
  readonly locale?: Locale | undefined;
}

export type LinkRefusal = 'invitation_link_wrong' | 'invitation_link_expired';

/** Invites an e-mail; null as `doer` is the operator on the command line, who may give any role. */
export async function createInvitation(
  platform: Platform,
  from: { readonly doer: Doer | null; readonly workspaceId: string },
  wish: InvitationWish,
): Promise<Result<SentInvitation, 'role_above_yours' | 'already_member' | 'already_invited' | 'invitations_full'>> {
  const { doer, workspaceId } = from;
  if (doer) {
    const reach = requireReach(doer.actor.role, wish.role);
    if (!reach.ok) return reach;
  }
  const isMailed = await platform.mail.isConfigured();
  const token = newSessionToken();
  return platform.db.transaction(async (tx) => {
    const known = await findUserByEmail(tx, wish.email);
    if (known && (await findMember(tx, workspaceId, known.id))) return refuse('already_member');
    const open = await listOpenInvitations(tx, workspaceId);
    if (open.length >= OPEN_INVITATIONS_MAX) return refuse('invitations_full', { countMax: OPEN_INVITATIONS_MAX });
    const inviter = doer && (await findUser(tx, doer.actor.userId));
    const createdAtMs = platform.clock();
    const id = platform.newId();
    const isNew = await insertInvitation(tx, {
      id,
      workspaceId,
      email: wish.email,
      role: wish.role,
      locale: wish.locale ?? inviter?.locale ?? 'es',
      invitedById: doer?.actor.userId ?? null,
      tokenHash: hashToken(token),
      createdAtMs,
      expiresAtMs: createdAtMs + INVITATION_MS,
    });
    if (!isNew) return refuse('already_invited');
    const invitation = await requireOpen(tx, workspaceId, id);
    if (isMailed) await mailLink(platform, tx, { invitation, token });
    await recordChange(platform, tx, { doer, invitation, action: 'identity.invitation.created' });
    return ok({ invitation, path: pathOfLink(INVITATION_PATH, token), isMailed });
  });
}

/** Makes a new link and ends the old one; from now on the invitation stands with whoever renewed it. */
export async function renewInvitation(
  platform: Platform,
  doer: Doer,
  invitationId: string,
): Promise<Result<SentInvitation, 'invitation_not_found' | 'role_above_yours'>> {
  const { workspaceId, userId } = doer.actor;
  const isMailed = await platform.mail.isConfigured();
  const token = newSessionToken();
  return platform.db.transaction(async (tx) => {
    const found = await findReachable(tx, doer, invitationId);
    if (!found.ok) return found;
    const sentAtMs = platform.clock();
    await renewOpenInvitation(tx, {
      invitationId,
      invitedById: userId,
      tokenHash: hashToken(token),
      sentAtMs,
      expiresAtMs: sentAtMs + INVITATION_MS,
    });
    const invitation = await requireOpen(tx, workspaceId, invitationId);
    if (isMailed) await mailLink(platform, tx, { invitation, token });
    await recordChange(platform, tx, { doer, invitation, action: 'identity.invitation.renewed' });
    return ok({ invitation, path: pathOfLink(INVITATION_PATH, token), isMailed });
  });
}

/** Takes an invitation back. */
export async function revokeInvitation(
  platform: Platform,
  doer: Doer,
  invitationId: string,
): Promise<Result<undefined, 'invitation_not_found' | 'role_above_yours'>> {
  return platform.db.transaction(async (tx) => {
    const found = await findReachable(tx, doer, invitationId);
    if (!found.ok) return found;
    await endInvitation(tx, { invitationId, how: 'revoked', atMs: platform.clock() });
    await recordChange(platform, tx, { doer, invitation: found.value, action: 'identity.invitation.revoked' });
    return ok(undefined);
  });
}

/** What the page of the invited person shows before she answers. */
export async function readInvitationLink(
  platform: Platform,
  token: string,
): Promise<Result<{ invitation: Invitation; workspaceName: string; hasAccount: boolean }, LinkRefusal>> {
  const found = await requireLink(platform, platform.db, token);
  if (!found.ok) return found;
  const invitation = found.value;
  const workspace = await findWorkspace(platform.db, invitation.workspaceId);
  const user = await findUserByEmail(platform.db, invitation.email);
  return ok({ invitation, workspaceName: workspace?.name ?? '', hasAccount: user !== null });
}

export interface Acceptance {
  readonly token: string;
  readonly name: string;
  readonly password: string;
  readonly locale: Locale;
  readonly timeZone: string;
}

type AcceptRefusal =
  | LinkRefusal
  | AdmissionRefusal
  | 'email_taken'
  | 'password_too_weak'
  | 'time_zone_unknown'
  | 'users_full'
  | 'too_busy';

/** Creates the person, uses the link up and signs her in. Of two parallel calls one is refused. */
export async function acceptInvitation(
  platform: Platform,
  answers: Acceptance,
  browser: { readonly request: RequestFacts; readonly previous: Actor | null },
): Promise<Result<{ userId: string; workspaceId: string; token: string }, AcceptRefusal>> {
  // Looked at before the costly hash, and again under the lock: a stranger must not make us hash.
  const early = await requireLink(platform, platform.db, answers.token);
  if (!early.ok) return early;
  if (!isTimeZone(answers.timeZone)) return refuse('time_zone_unknown', { timeZone: answers.timeZone });
  const { email } = early.value;
  const strong = requireStrongPassword(answers.password, { email, name: answers.name });
  if (!strong.ok) return strong;
  let passwordHash: string;
  try {
    passwordHash = await hashPassword(platform, answers.password);
  } catch (cause) {
    if (cause instanceof TooBusy) return refuse('too_busy');
    throw cause;
  }
  const userId = platform.newId();
  const joined = await platform.db.transaction(async (tx) => {
    const link = await requireLink(platform, tx, answers.token);
    if (!link.ok) return link;
    if (!(await lockOpenInvitation(tx, link.value.id))) return refuse('invitation_link_wrong');
    const { name, locale, timeZone } = answers;
    const user = { id: userId, email, name, passwordHash, locale, timeZone, createdAtMs: platform.clock() };
    if ((await countMembers(tx, link.value.workspaceId)) >= USERS_PER_WORKSPACE_MAX) return refuse('users_full');
    if (!(await insertUser(tx, user))) return refuse('email_taken');
    await joinInvited(platform, tx, { invitation: link.value, userId, ip: browser.request.ip });
    return ok(null);
  });
  if (!joined.ok) return joined;
  return admitPerson(platform, { user: { id: userId, isDisabled: false }, method: 'password', ...browser });
}

/** Adds the workspace to an account that exists; only the person with the invited e-mail can, signed in. */
export async function joinByInvitation(
  platform: Platform,
  doer: Doer,
  token: string,
): Promise<Result<{ workspaceId: string }, LinkRefusal | 'invitation_for_another' | 'already_member' | 'users_full'>> {
  const { userId } = doer.actor;
  return platform.db.transaction(async (tx) => {
    const link = await requireLink(platform, tx, token);
    if (!link.ok) return link;
    const invitation = link.value;
    const user = await findUserByEmail(tx, invitation.email);
    if (user?.id !== userId) return refuse('invitation_for_another', { email: invitation.email });
    if (!(await lockOpenInvitation(tx, invitation.id))) return refuse('invitation_link_wrong');
    const { workspaceId } = invitation;
    if (await findMember(tx, workspaceId, userId)) return refuse('already_member');
    if ((await countMembers(tx, workspaceId)) >= USERS_PER_WORKSPACE_MAX) return refuse('users_full');
    await joinInvited(platform, tx, { invitation, userId, ip: doer.ip });
    return ok({ workspaceId });
  });
}

/** Uses the invitation up and adds the person to what its sender may give. The caller holds its lock. */
export async function joinInvited(
  platform: Platform,
  tx: Transaction,
  { invitation, userId, ip }: { readonly invitation: Invitation; readonly userId: string; readonly ip: string },
): Promise<void> {
  const { role, workspaceId, invitedBy } = invitation;
  await endInvitation(tx, { invitationId: invitation.id, how: 'accepted', atMs: platform.clock() });
  const inviter = invitedBy && { userId: invitedBy.id, workspaceId };
  const workspaceIds = inviter ? await workspacesToJoin(platform, tx, inviter, role) : [workspaceId];
  for (const id of workspaceIds) {
    if (await findMember(tx, id, userId)) continue;
    await joinWorkspace(platform, tx, { byUserId: invitedBy?.id ?? null, ip, workspaceId: id, userId, role });
  }
}

/** The open invitation of a link. A link whose sender may no longer send it is as wrong as an invented one. */
function requireLink(
  platform: Platform,
  queryable: Queryable,
  token: string,
): Promise<Result<Invitation, LinkRefusal>> {
  return requireInvitation(platform, queryable, hashToken(token));
}

/** The same by the hash of the link, for who travelled to a provider in between. */
export async function requireInvitation(
  platform: Platform,
  queryable: Queryable,
  linkHash: Buffer,
): Promise<Result<Invitation, LinkRefusal>> {
  const invitation = await findInvitationByToken(queryable, linkHash);
  if (!invitation || !(await isStillBacked(platform, queryable, invitation))) return refuse('invitation_link_wrong');
  return invitation.expiresAtMs > platform.clock() ? ok(invitation) : refuse('invitation_link_expired');
}

async function isStillBacked(platform: Platform, queryable: Queryable, invitation: Invitation): Promise<boolean> {
  const { invitedBy, workspaceId, role } = invitation;
  if (invitedBy === null) return true;
  const inviter = await findMember(queryable, workspaceId, invitedBy.id);
  if (!inviter || inviter.isDisabled || !isAtLeast(inviter.role, role)) return false;
  return permissionsOfRole(platform.domains, inviter.role).has('identity.users.create');
}

async function findReachable(
  tx: Transaction,
  { actor }: Doer,
  invitationId: string,
): Promise<Result<Invitation, 'invitation_not_found' | 'role_above_yours'>> {
  if (!(await lockOpenInvitation(tx, invitationId))) return refuse('invitation_not_found');
  const invitation = await findOpenInvitation(tx, actor.workspaceId, invitationId);
  if (!invitation) return refuse('invitation_not_found');
  const reach = requireReach(actor.role, invitation.role);
  return reach.ok ? ok(invitation) : reach;
}

async function requireOpen(tx: Transaction, workspaceId: string, invitationId: string): Promise<Invitation> {
  const invitation = await findOpenInvitation(tx, workspaceId, invitationId);
  if (!invitation) throw new Error('invitation: the one just written is not there');
  return invitation;
}

async function mailLink(
  platform: Platform,
  tx: Transaction,
  { invitation, token }: { readonly invitation: Invitation; readonly token: string },
): Promise<void> {
  const workspace = await findWorkspace(tx, invitation.workspaceId);
  const { subject, text } = invitationMail(invitation.locale, {
    workspaceName: workspace?.name ?? 'Cactus',
    invitedByName: invitation.invitedBy?.name ?? null,
    role: invitation.role,
    url: urlOfLink(platform, pathOfLink(INVITATION_PATH, token)),
  });
  await platform.mail.send(tx, {
    to: invitation.email,
    subject,
    text,
    purpose: 'identity.invitation',
    workspaceId: invitation.workspaceId,
    expiresAtMs: invitation.expiresAtMs,
  });
}

async function recordChange(
  platform: Platform,
  tx: Transaction,
  change: { readonly doer: Doer | null; readonly invitation: Invitation; readonly action: string },
): Promise<void> {
  const { doer, invitation, action } = change;
  await appendAudit(tx, {
    workspaceId: invitation.workspaceId,
    action,
    subject: invitation.id,
    userId: doer?.actor.userId ?? null,
    ip: doer?.ip ?? 'local',
    atMs: platform.clock(),
    details: { email: invitation.email, role: invitation.role },
  });
}
