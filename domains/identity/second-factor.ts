/** Second factors as a whole: who needs one to come in, what a workspace demands, and taking them from who lost hers. */
import { type Result, ok, refuse, type UserRole } from '#kernel';
import type { Transaction } from '#platform/db';
import type { Platform } from '#platform/domain';
import { appendAudit } from './audit.store.ts';
import { closeSessions } from './open-session.ts';
import {
  deleteFactors,
  type Factors,
  lockFactors,
  readFactors,
  readSecondFactorRoles,
  updateSecondFactorRoles,
} from './second-factor.store.ts';
import { forgetSessionsAfterCommit } from './session-cache.ts';
import { type Doer, requireSayEverywhere } from './user.ts';
import { findMember } from './user.store.ts';

export type StepMethod = 'passkey' | 'totp' | 'recovery_code';

/** Kinds of bell notices about factors; texts are in `web/pages.ts`. */
type FactorNotice = 'identity.factor.added' | 'identity.factor.removed' | 'identity.factors.reset';

/**
 * True when the password alone does not let her in: she has an authenticator app, or a workspace asks for a second factor
 * and a passkey is the one she has. A passkey made for comfort alone must not lock her out of another device.
 */
export function needsSecondStep(factors: Factors): boolean {
  return factors.hasTotp || (factors.isRequired && factors.passkeyCount > 0);
}

/** What the second step may be made with. */
export function stepMethods(factors: Factors): readonly StepMethod[] {
  return [
    ...(factors.passkeyCount > 0 ? (['passkey'] as const) : []),
    ...(factors.hasTotp ? (['totp'] as const) : []),
    'recovery_code',
  ];
}

/** True when removing one of her factors would leave her without the one that a workspace of hers asks for. */
export function isLastRequiredFactor(factors: Factors): boolean {
  return factors.isRequired && (factors.hasTotp ? 1 : 0) + factors.passkeyCount <= 1;
}

/** Writes a change of factors down for the auditor and for her own bell: a factor that she did not add is an intruder's. */
export async function recordFactorChange(
  platform: Platform,
  tx: Transaction,
  doer: Doer,
  change: {
    readonly action: string;
    readonly notice: FactorNotice;
    /** Whose factors; the doer's own when left out. */
    readonly userId?: string;
    readonly details?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const { actor, ip } = doer;
  const userId = change.userId ?? actor.userId;
  await platform.notify.record(tx, {
    workspaceId: actor.workspaceId,
    userId,
    permission: 'session',
    kind: change.notice,
    payload: { factor: change.details?.['factor'] ?? '' },
    href: '/ajustes/seguridad',
  });
  await appendAudit(tx, {
    workspaceId: actor.workspaceId,
    action: change.action,
    subject: userId,
    userId: actor.userId,
    ip,
    atMs: platform.clock(),
    ...(change.details ? { details: change.details } : {}),
  });
}

/** Sets which roles must have a second factor. Refuses to lock out whoever sets it. */
export async function changeSecurityPolicy(
  platform: Platform,
  doer: Doer,
  roles: readonly UserRole[],
): Promise<Result<{ secondFactorRoles: UserRole[] }, 'second_factor_missing'>> {
  const { actor, ip } = doer;
  const unique = [...new Set(roles)].toSorted();
  return platform.db.transaction(async (tx) => {
    const mine = await readFactors(tx, actor.userId);
    const hasFactor = mine.hasTotp || mine.passkeyCount > 0;
    if (unique.includes(actor.role) && !hasFactor) return refuse('second_factor_missing');
    const before = await readSecondFactorRoles(tx, actor.workspaceId);
    await updateSecondFactorRoles(tx, actor.workspaceId, unique);
    forgetSessionsAfterCommit(platform, tx);
    await appendAudit(tx, {
      workspaceId: actor.workspaceId,
      action: 'identity.security.policy_changed',
      subject: actor.workspaceId,
      userId: actor.userId,
      ip,
      atMs: platform.clock(),
      details: { secondFactorRoles: unique.join(' '), previousRoles: before.join(' ') },
    });
    return ok({ secondFactorRoles: unique });
  });
}

type ResetRefusal = 'user_not_found' | 'role_above_yours' | 'yourself' | 'second_factor_missing';

/**
 * Takes every second factor from a person who lost hers and closes her sessions. Factors open every workspace of hers, so
 * whoever does it must have the say in each of them.
 */
export async function resetFactors(
  platform: Platform,
  doer: Doer,
  userId: string,
): Promise<Result<undefined, ResetRefusal>> {
  const { actor } = doer;
  const { workspaceId } = actor;
  if (userId === actor.userId) return refuse('yourself');
  return platform.db.transaction(async (tx) => {
    await lockFactors(tx, userId);
    const member = await findMember(tx, workspaceId, userId);
    if (!member) return refuse('user_not_found');
    const say = await requireSayEverywhere(platform, tx, actor, { userId, isDisabled: false });
    if (!say.ok) return refuse('role_above_yours', say.details);
    const factors = await readFactors(tx, userId);
    if (!factors.hasTotp && factors.passkeyCount === 0) return refuse('second_factor_missing');
    await deleteFactors(tx, userId);
    await closeSessions(platform, tx, { workspaceId, userId, keptSessionId: null });
    await recordFactorChange(platform, tx, doer, {
      action: 'identity.factors.reset',
      notice: 'identity.factors.reset',
      userId,
    });
    return ok(undefined);
  });
}
