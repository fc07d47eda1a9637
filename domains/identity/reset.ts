/**
 * A forgotten password: a link that works once and for thirty minutes. Whoever asks learns nothing about who has an account:
 * the request only writes a job down, and the job looks. Using the link ends every session and every other link.
 */
import { createHash } from 'node:crypto';
import { DAY_MS, type Result, ok, refuse } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { ADDRESS_LIMIT, addressKey, type AttemptLimit } from './attempt.ts';
import { reserveAttempt } from './attempt.store.ts';
import { appendAudit } from './audit.store.ts';
import { passwordChangedMail, resetMail } from './link-mail.ts';
import { pathOfLink, RESET_PATH, urlOfLink } from './link.ts';
import { closeSessions } from './open-session.ts';
import { hashPassword, requireStrongPassword, TooBusy } from './password.ts';
import { endResetLinksOfUser, findUnusedResetLink, insertResetLink, markResetLinkUsed } from './reset.store.ts';
import { hashToken, newSessionToken } from './token.ts';
import { type Doer, requireSayEverywhere } from './user.ts';
import { findMember, findUser, findUserByEmail, updatePasswordHash, type User } from './user.store.ts';
import { listWorkspacesOfUser } from './workspace.store.ts';

export const RESET_LINK_MS = 30 * 60_000; // As long as a mail may take and a person needs, and no longer.
export const RESET_REQUEST_JOB = 'identity.reset.request';
/** Mails to one account: three at once for a person who looks in the wrong folder, then ever fewer. */
const ACCOUNT_MAIL_LIMIT: AttemptLimit = { freeCount: 3, firstDelayMs: 15 * 60_000, delayMaxMs: DAY_MS };

export interface IssuedReset {
  readonly path: string;
  readonly expiresAtMs: number;
}

/** Notes the wish and answers the same for every e-mail; the mail, if any, is the job's work. */
export async function requestReset(
  platform: Platform,
  wish: { readonly email: string; readonly ip: string },
): Promise<Result<{ readonly isMailed: boolean }, 'reset_blocked'>> {
  const nowMs = platform.clock();
  const throttle = { key: `reset:${addressKey(wish.ip)}`, limit: ADDRESS_LIMIT };
  const opensAtMs = await reserveAttempt(platform.db, throttle, nowMs);
  if (opensAtMs !== null) {
    return refuse('reset_blocked', { retryAfterSeconds: Math.max(1, Math.ceil((opensAtMs - nowMs) / 1000)) });
  }
  const isMailed = await platform.mail.isConfigured();
  if (isMailed) await platform.db.transaction((tx) => tx.addJob(RESET_REQUEST_JOB, { ...wish }));
  return ok({ isMailed });
}

/** Mails a link when the e-mail has an account that may sign in, and not more often than an inbox bears. */
export async function mailResetLink(
  platform: Platform,
  wish: { readonly email: string; readonly ip: string },
): Promise<void> {
  const user = await findUserByEmail(platform.db, wish.email);
  if (!user || user.isDisabled) return;
  const account = createHash('sha256').update(user.id).digest('hex').slice(0, 32);
  const throttle = { key: `reset:account:${account}`, limit: ACCOUNT_MAIL_LIMIT };
  if ((await reserveAttempt(platform.db, throttle, platform.clock())) !== null) return;
  await platform.db.transaction(async (tx) => {
    const { token, expiresAtMs } = await makeLink(platform, tx, { user, issuedById: null });
    const url = urlOfLink(platform, pathOfLink(RESET_PATH, token));
    const mail = {
      ...resetMail(user.locale, { url }),
      to: user.email,
      purpose: 'identity.password-reset',
      expiresAtMs,
    };
    await platform.mail.send(tx, mail);
    await recordEverywhere(platform, tx, {
      user,
      action: 'identity.user.password_reset_requested',
      byUserId: null,
      ip: wish.ip,
    });
  });
}

type CompleteRefusal = 'reset_link_wrong' | 'reset_link_expired' | 'user_disabled' | 'password_too_weak' | 'too_busy';

/** Sets the new password with a link. Of two parallel calls one is refused; nobody is signed in by it. */
export async function completeReset(
  platform: Platform,
  input: { readonly token: string; readonly newPassword: string; readonly ip: string },
): Promise<Result<undefined, CompleteRefusal>> {
  const link = await findUnusedResetLink(platform.db, hashToken(input.token));
  if (!link) return refuse('reset_link_wrong');
  if (link.expiresAtMs <= platform.clock()) return refuse('reset_link_expired');
  const user = await findUser(platform.db, link.userId);
  if (!user) return refuse('reset_link_wrong');
  if (user.isDisabled) return refuse('user_disabled');
  const strong = requireStrongPassword(input.newPassword, user);
  if (!strong.ok) return strong;
  let passwordHash: string;
  try {
    passwordHash = await hashPassword(platform, input.newPassword);
  } catch (cause) {
    if (cause instanceof TooBusy) return refuse('too_busy');
    throw cause;
  }
  const isMailed = await platform.mail.isConfigured();
  return platform.db.transaction(async (tx) => {
    if (!(await markResetLinkUsed(tx, link.id, platform.clock()))) return refuse('reset_link_wrong');
    await endResetLinksOfUser(tx, user.id, platform.clock());
    await updatePasswordHash(tx, user.id, passwordHash);
    if (isMailed) {
      const { subject, text } = passwordChangedMail(user.locale);
      await platform.mail.send(tx, { to: user.email, subject, text, purpose: 'identity.password-changed' });
    }
    await closeAndTell(platform, tx, user, input.ip);
    return ok(undefined);
  });
}

/** A link for a person who cannot get in, from somebody who has the say over her in every workspace of hers. */
export async function issueReset(
  platform: Platform,
  doer: Doer,
  userId: string,
): Promise<Result<IssuedReset, 'user_not_found' | 'role_above_yours' | 'yourself' | 'user_disabled'>> {
  const { actor, ip } = doer;
  // Her own password asks for the current one; a link would go around it.
  if (userId === actor.userId) return refuse('yourself');
  return platform.db.transaction(async (tx) => {
    const member = await findMember(tx, actor.workspaceId, userId);
    const user = member && (await findUser(tx, userId));
    if (!user) return refuse('user_not_found');
    const say = await requireSayEverywhere(platform, tx, actor, { userId, isDisabled: false });
    if (!say.ok) return say.code === 'last_owner' ? refuse('role_above_yours') : refuse(say.code, say.details);
    if (user.isDisabled) return refuse('user_disabled');
    const { token, expiresAtMs } = await makeLink(platform, tx, { user, issuedById: actor.userId });
    const action = 'identity.user.password_reset_issued';
    await recordEverywhere(platform, tx, { user, action, byUserId: actor.userId, ip });
    return ok({ path: pathOfLink(RESET_PATH, token), expiresAtMs });
  });
}

/** The operator's link, from the command line: whoever can run it owns the data anyway. */
export async function issueResetAsOperator(
  platform: Platform,
  email: string,
): Promise<Result<{ readonly url: string; readonly expiresAtMs: number }, 'user_not_found' | 'user_disabled'>> {
  return platform.db.transaction(async (tx) => {
    const user = await findUserByEmail(tx, email);
    if (!user) return refuse('user_not_found');
    if (user.isDisabled) return refuse('user_disabled');
    const { token, expiresAtMs } = await makeLink(platform, tx, { user, issuedById: null });
    const action = 'identity.user.password_reset_issued';
    await recordEverywhere(platform, tx, { user, action, byUserId: null, ip: 'local' });
    return ok({ url: urlOfLink(platform, pathOfLink(RESET_PATH, token)), expiresAtMs });
  });
}

/** Only the newest link of a person works. */
async function makeLink(
  platform: Platform,
  tx: Transaction,
  { user, issuedById }: { readonly user: User; readonly issuedById: string | null },
): Promise<{ readonly token: string; readonly expiresAtMs: number }> {
  const token = newSessionToken();
  const createdAtMs = platform.clock();
  const expiresAtMs = createdAtMs + RESET_LINK_MS;
  await endResetLinksOfUser(tx, user.id, createdAtMs);
  const link = {
    id: platform.newId(),
    userId: user.id,
    issuedById,
    tokenHash: hashToken(token),
    createdAtMs,
    expiresAtMs,
  };
  await insertResetLink(tx, link);
  return { token, expiresAtMs };
}

async function closeAndTell(platform: Platform, tx: Transaction, user: User, ip: string): Promise<void> {
  const workspaces = await listWorkspacesOfUser(tx, user.id);
  for (const { id: workspaceId } of workspaces) {
    await closeSessions(platform, tx, { workspaceId, userId: user.id, keptSessionId: null });
    await platform.notify.record(tx, {
      workspaceId,
      userId: user.id,
      permission: 'session',
      kind: 'identity.user.password_reset',
      payload: { ip },
      href: '/ajustes/sesiones',
    });
  }
  await recordEverywhere(platform, tx, { user, action: 'identity.user.password_reset', byUserId: user.id, ip });
}

/** In the chain of each workspace of hers, in one order for everybody, so that two transactions never wait for each other. */
async function recordEverywhere(
  platform: Platform,
  tx: Transaction,
  fact: { readonly user: User; readonly action: string; readonly byUserId: string | null; readonly ip: string },
): Promise<void> {
  const ids = (await listWorkspacesOfUser(tx, fact.user.id)).map(({ id }) => id).toSorted();
  for (const workspaceId of ids) {
    await appendAudit(tx, {
      workspaceId,
      action: fact.action,
      subject: fact.user.id,
      userId: fact.byUserId,
      ip: fact.ip,
      atMs: platform.clock(),
    });
  }
}
