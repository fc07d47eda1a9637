/**
 * Sign-in with e-mail and password. An attempt is counted as failed before the password is looked at and cleared when
 * it was right, so parallel guesses cannot pass together; an unknown e-mail costs the time of a known one.
 */
import { type Result, ok, refuse } from '#kernel';
import type { Platform } from '#platform/domain';
import type { Actor, RequestFacts } from '#platform/http';
import { type AdmissionRefusal, admitPerson } from './admission.ts';
import { ACCOUNT_LIMIT, accountKey, ADDRESS_LIMIT, addressKey } from './attempt.ts';
import { clearAttempts, reserveAttempt, returnAttempt } from './attempt.store.ts';
import { INSTALLATION_CHAIN } from './audit.ts';
import { appendAudit } from './audit.store.ts';
import { hashPassword, isHashOutdated, isPasswordRight, TooBusy } from './password.ts';
import { needsSecondStep, type StepMethod, stepMethods } from './second-factor.ts';
import { readFactors } from './second-factor.store.ts';
import { openStep } from './sign-in-step.ts';
import { findUserByEmail, updatePasswordHash, type User } from './user.store.ts';
import { type JoinedWorkspace, listWorkspacesOfUser } from './workspace.store.ts';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

type PasswordRefusal = 'credentials_wrong' | 'sign_in_blocked' | 'too_busy';
export type SignInRefusal = PasswordRefusal | AdmissionRefusal;

export interface SignInInput {
  readonly credentials: Credentials;
  readonly request: RequestFacts;
  /** Whoever the browser was before; that session ends, so a planted one gains nothing. */
  readonly previous: Actor | null;
}

/** The password was right and a second factor is still to come: no session yet. */
export interface HalfOpen {
  readonly stepToken: string;
  readonly methods: readonly StepMethod[];
}

/** Opens a session under a token never seen before, or says why not without telling whether the e-mail exists. */
export async function signIn(
  platform: Platform,
  { credentials, request, previous }: SignInInput,
): Promise<Result<{ userId: string; workspaceId: string; token: string } | HalfOpen, SignInRefusal>> {
  const user = await findUserByEmail(platform.db, credentials.email);
  const workspaces = await listWorkspacesOfUser(platform.db, user?.id ?? INSTALLATION_CHAIN);
  const checked = await checkPassword(platform, { credentials, ip: request.ip, passwordHash: user?.passwordHash });
  if (!checked.ok || !user) {
    if (!checked.ok && checked.code === 'credentials_wrong') {
      await recordFailure(platform, { user, workspaces, request });
    }
    return checked.ok ? refuse('credentials_wrong') : checked;
  }
  const freshHash = user.isDisabled ? null : await rehashIfOutdated(platform, user, credentials.password);
  const factors = await readFactors(platform.db, user.id);
  if (!user.isDisabled && needsSecondStep(factors)) {
    return platform.db.transaction(async (tx) => {
      if (freshHash) await updatePasswordHash(tx, user.id, freshHash);
      return ok({ stepToken: await openStep(platform, tx, user.id), methods: stepMethods(factors) });
    });
  }
  return admitPerson(platform, {
    user,
    method: 'password',
    request,
    previous,
    ...(freshHash === null ? {} : { alongside: (tx) => updatePasswordHash(tx, user.id, freshHash) }),
  });
}

/** Throttled check of a password; also guards the change of it. */
export async function checkPassword(
  platform: Platform,
  input: { readonly credentials: Credentials; readonly ip: string; readonly passwordHash: string | undefined },
): Promise<Result<null, PasswordRefusal>> {
  const { credentials, ip, passwordHash } = input;
  const nowMs = platform.clock();
  const address = addressKey(ip);
  const account = accountKey(credentials.email, ip);
  const addressOpensAtMs = await reserveAttempt(platform.db, { key: address, limit: ADDRESS_LIMIT }, nowMs);
  if (addressOpensAtMs !== null) return refuseBlocked(addressOpensAtMs - nowMs);
  const accountOpensAtMs = await reserveAttempt(platform.db, { key: account, limit: ACCOUNT_LIMIT }, nowMs);
  if (accountOpensAtMs !== null) return refuseBlocked(accountOpensAtMs - nowMs);
  let isRight: boolean;
  try {
    isRight = await isPasswordRight(platform, credentials.password, passwordHash ?? null);
  } catch (cause) {
    if (!(cause instanceof TooBusy)) throw cause;
    await returnAttempt(platform.db, account, nowMs);
    await returnAttempt(platform.db, address, nowMs);
    return refuse('too_busy');
  }
  if (!isRight) return refuse('credentials_wrong');
  await clearAttempts(platform.db, account);
  await returnAttempt(platform.db, address, nowMs);
  return ok(null);
}

function refuseBlocked(waitMs: number): Result<never, 'sign_in_blocked'> {
  return refuse('sign_in_blocked', { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) });
}

/** In the chain of her workspace when she has one, so that her owner sees it; else in the installation's. */
async function recordFailure(
  platform: Platform,
  failure: {
    readonly user: User | null;
    readonly workspaces: readonly JoinedWorkspace[];
    readonly request: RequestFacts;
  },
): Promise<void> {
  const { user, workspaces, request } = failure;
  await platform.db.transaction((tx) =>
    appendAudit(tx, {
      workspaceId: workspaces[0]?.id ?? INSTALLATION_CHAIN,
      action: 'identity.session.refused',
      subject: user?.id ?? 'unknown',
      userId: null,
      ip: request.ip,
      atMs: platform.clock(),
    }),
  );
}

/** Yesterday's parameters are replaced while the password is at hand; being busy must not stop a sign-in. */
async function rehashIfOutdated(platform: Platform, user: User, password: string): Promise<string | null> {
  if (!isHashOutdated(platform, user.passwordHash)) return null;
  try {
    return await hashPassword(platform, password);
  } catch (cause) {
    if (cause instanceof TooBusy) return null;
    throw cause;
  }
}
